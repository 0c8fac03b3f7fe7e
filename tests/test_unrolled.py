"""Unrolling: the inner steps are the optimizer's own, and the generator's gradient goes through them."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans import inner_updates

OPTIMIZERS = {
    "SGD": lambda: keras.optimizers.SGD(0.05),
    "momentum": lambda: keras.optimizers.SGD(0.05, momentum=0.7),
    "Nesterov": lambda: keras.optimizers.SGD(0.05, momentum=0.7, nesterov=True),
    "RMSprop": lambda: keras.optimizers.RMSprop(0.01),
    "RMSprop with all": lambda: keras.optimizers.RMSprop(0.01, momentum=0.4, centered=True),
    "Adam": lambda: keras.optimizers.Adam(0.01, beta_1=0.5),
    "Adam on a schedule": lambda: keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.01, 3, 0.1)),
}
every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)


@every_optimizer
def test_inner_updates_are_keras_own(name):
    rng = np.random.default_rng(0)
    variables = [keras.Variable(rng.normal(size=shape).astype("float32")) for shape in ((3, 2), (2,))]
    optimizer = OPTIMIZERS[name]()
    optimizer.build(variables)
    inner_updates.check_differentiable(optimizer, variables)
    gradients = [[tf.constant(rng.normal(size=v.shape).astype("float32")) for v in variables] for _ in range(5)]
    optimizer.apply(gradients[0], variables)  # so that there is a state to go on from
    optimizer.apply(gradients[1], variables)
    weights, state = [tf.convert_to_tensor(v.value) for v in variables], inner_updates.start(optimizer)
    for gradient in gradients[2:]:
        weights, state = inner_updates.update(optimizer, weights, gradient, state)
        # the rate of a schedule is that of the first step: let Keras's follow one step at a time
        expected = optimizer
        expected.apply(gradient, variables)
        for mine, theirs in zip(weights, variables, strict=True):
            np.testing.assert_allclose(mine, theirs.numpy(), rtol=2e-6, atol=1e-7)
        assert int(state["iterations"]) == int(optimizer.iterations)


def test_inner_updates_leave_the_optimizer_alone():
    model = kg.UnrolledGAN(tiny.generator(), tiny.discriminator(), unroll_steps=3)
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.01))
    plain = kg.NonSaturatingGAN(tiny.generator(), tiny.discriminator())
    plain.generator.set_weights(model.generator.get_weights())
    plain.discriminator.set_weights(model.discriminator.get_weights())
    plain.noise_seed.assign(model.noise_seed)
    plain.compile(keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.01))
    for m in (model, plain):
        m.fit(tf.data.Dataset.from_tensors(tiny.points(16)), verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(model.discriminator), tiny.weights_of(plain.discriminator))
    for mine, theirs in zip(
        model.discriminator_optimizer.variables, plain.discriminator_optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())
    assert not np.array_equal(tiny.weights_of(model.generator), tiny.weights_of(plain.generator))


def test_no_step_is_the_plain_game_to_the_bit():
    weights = []
    for build in (lambda *n: kg.UnrolledGAN(*n, unroll_steps=0), kg.NonSaturatingGAN):
        keras.utils.set_random_seed(3)
        model = build(tiny.generator(norm=True, dropout=True), tiny.discriminator(norm=True, dropout=True))
        model.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01))
        model.fit(tiny.points(64), batch_size=16, epochs=2, verbose=0)
        weights.append(tiny.weights_of(model))
    np.testing.assert_array_equal(*weights)


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if "schedule" not in name])
@pytest.mark.parametrize("unroll_steps", [1, 3])
def test_the_generators_gradient_against_finite_differences(name, unroll_steps):
    """G's step of SGD with rate 1 is its gradient; the reference steps a real discriminator with Keras's optimizer."""
    keras.utils.set_random_seed(7)
    generator, discriminator = tiny.generator(), tiny.discriminator()
    model = kg.UnrolledGAN(generator, discriminator, unroll_steps=unroll_steps)
    model.compile(keras.optimizers.SGD(1.0), OPTIMIZERS[name]())
    x = tiny.points(16)
    model.fit(tf.data.Dataset.from_tensors(x).repeat(3), verbose=0)  # some way in, so that all moments are at work

    g_weights, d_weights = generator.get_weights(), discriminator.get_weights()
    slots = [v.numpy() for v in model.discriminator_optimizer.variables]
    z = model.latent.sample((16, 2), (5, 5))
    model.draw_latent = lambda rows: z
    d_step, model.discriminator_step = model.discriminator_step, lambda tape, loss, s_real: None
    model.run_eagerly, model.train_function = True, None  # one step: tracing it anew takes longer
    model.fit(tf.data.Dataset.from_tensors(x), verbose=0)
    gradient = [before - after for before, after in zip(g_weights, generator.get_weights(), strict=True)]
    model.discriminator_step = d_step

    def unrolled_loss(weights):
        generator.set_weights(weights)
        discriminator.set_weights(d_weights)
        for v, value in zip(model.discriminator_optimizer.variables, slots, strict=True):
            v.assign(value)
        x_fake = generator(z)
        for _ in range(unroll_steps):
            with tf.GradientTape() as tape:
                loss = kg.losses.non_saturating_discriminator(discriminator(x), discriminator(x_fake))
            variables = discriminator.trainable_variables
            model.discriminator_optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
        return float(tf.reduce_mean(tf.math.log_sigmoid(discriminator(x)) - tf.math.log_sigmoid(discriminator(x_fake))))

    rng, h = np.random.default_rng(0), 1e-2
    for _ in range(3):
        direction = [rng.normal(size=w.shape).astype("float32") for w in g_weights]
        above = unrolled_loss([w + h * d for w, d in zip(g_weights, direction, strict=True)])
        below = unrolled_loss([w - h * d for w, d in zip(g_weights, direction, strict=True)])
        slope = sum(float(np.sum(g * d)) for g, d in zip(gradient, direction, strict=True))
        assert slope == pytest.approx((above - below) / (2 * h), rel=1e-2, abs=2e-4)


def test_one_trace_however_many_steps():
    model = kg.UnrolledGAN(tiny.generator(), tiny.discriminator(), unroll_steps=3)
    model.compile()
    traces, train_step = [], model.train_step
    model.train_step = lambda data: traces.append(data) or train_step(data)
    for _ in range(3):
        model.fit(tiny.points(64), batch_size=16, epochs=2, verbose=0)
    assert len(traces) == 1


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: keras.optimizers.Adagrad(),
        lambda: keras.optimizers.AdamW(),
        lambda: keras.optimizers.Adam(clipnorm=1.0),
        lambda: keras.optimizers.Adam(amsgrad=True),
        lambda: keras.optimizers.SGD(weight_decay=0.1),
        lambda: keras.optimizers.Adam(use_ema=True, ema_overwrite_frequency=2),
    ],
)
def test_refuses_optimizers_that_it_cannot_differentiate(optimizer):
    model = kg.UnrolledGAN(tiny.generator(), tiny.discriminator())
    with pytest.raises(ValueError, match=r"Expected keras.optimizers.SGD, RMSprop or Adam"):
        model.compile("adam", optimizer())


def test_refuses_weights_that_are_constrained():
    x = keras.Input((2,))
    score = keras.layers.Dense(1, kernel_constraint=keras.constraints.MaxNorm(1.0))(x)
    model = kg.UnrolledGAN(tiny.generator(), keras.Model(x, score))
    with pytest.raises(ValueError, match="kernel of the discriminator have constraints"):
        model.compile()


def test_gradient_is_finite_where_a_weight_has_none():
    """A dead unit has a gradient of exactly 0; the root of Adam's second moment has an infinite slope there."""
    keras.utils.set_random_seed(0)
    model = kg.UnrolledGAN(tiny.generator(), kg.networks.mlp_discriminator((2,), (8,)), unroll_steps=2)
    model.discriminator.layers[1].bias.assign(np.full(8, -100.0))
    model.compile()
    model.fit(tiny.points(32), batch_size=16, epochs=1, verbose=0)
    assert model.find_non_finite() is None
