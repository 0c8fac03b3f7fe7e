"""Adam in one operation: Keras's own steps and state, by hand too, on replicas, and whatever surrounds a step."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

import keras_gans as kg


def steps(optimizer, gradients, dtype="float32"):
    """Return a weight after steps along given gradients, and the optimizer's variables."""
    weight = keras.Variable(np.linspace(-1, 1, 6).reshape(2, 3), dtype=dtype)
    optimizer.build([weight])
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient, dtype)], [weight])
    return weight.numpy(), [v.numpy() for v in optimizer.variables]


@pytest.fixture(scope="module")
def gradients():
    return np.random.default_rng(0).normal(size=(20, 2, 3))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"beta_1": 0.0, "beta_2": 0.9, "epsilon": 1e-4},
        {"clipnorm": 0.5},
        {"weight_decay": 0.1},
        {"use_ema": True},
        {"gradient_accumulation_steps": 3},
        {"amsgrad": True},
        {"learning_rate": keras.optimizers.schedules.CosineDecay(0.1, 15)},
    ],
    ids=lambda options: next(iter(options), "plain"),
)
def test_steps_and_state_are_kerass(gradients, options):
    options = {"learning_rate": 0.05, **options}
    weight, state = steps(kg.optimizers.Adam(**options), gradients)
    expected, its_state = steps(keras.optimizers.Adam(**options), gradients)
    np.testing.assert_allclose(weight, expected, rtol=0, atol=1e-5)  # 1 - beta_2 is rounded, here in float32
    assert len(state) == len(its_state)
    for ours, theirs in zip(state, its_state, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_steps_are_those_of_the_paper(gradients):
    """Algorithm 1 of Kingma and Ba 2015 in its second form, the step size corrected and not the averages."""
    rate, beta_1, beta_2, epsilon = 0.05, 0.5, 0.9, 1e-3
    x, m, v = np.linspace(-1, 1, 6).reshape(2, 3), 0, 0
    for t, g in enumerate(gradients, 1):
        m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
        x = x - rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (np.sqrt(v) + epsilon)
    weight, _ = steps(kg.optimizers.Adam(rate, beta_1, beta_2, epsilon), gradients, "float64")
    np.testing.assert_allclose(weight, x, rtol=1e-6)  # Keras's learning rate is float32


def test_replicas_take_the_steps_of_one():
    def trained():
        with strategy.scope():
            keras.utils.set_random_seed(0)
            model = kg.NonSaturatingGAN(tiny.generator(), tiny.discriminator())
            model.compile(kg.optimizers.Adam(0.01), kg.optimizers.Adam(0.01))
        model.fit(tf.data.Dataset.from_tensor_slices(tiny.points(64)).batch(16, drop_remainder=True), verbose=0)
        return tiny.weights_of(model.generator)

    strategy = tf.distribute.get_strategy()
    alone = trained()
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"], cross_device_ops=tf.distribute.ReductionToOneDevice())
    np.testing.assert_allclose(trained(), alone, rtol=0, atol=1e-5)


def test_it_comes_back_from_its_configuration():
    optimizer = kg.optimizers.Adam(0.1, beta_1=0.25, clipnorm=2.0)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(again) is kg.optimizers.Adam
    assert again.get_config() == optimizer.get_config()
