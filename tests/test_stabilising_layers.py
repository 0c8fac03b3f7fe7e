"""Layers that look at the batch, noise, virtual batch normalization, attention: against numbers made without them."""

import keras
import numpy as np
import pytest
import scipy.special
import tensorflow as tf
import tiny
from test_models_contract import mirrored

import keras_gans as kg
from keras_gans import layers
from keras_gans.draws import drawing
from keras_gans.replicas import draw_rows

rng = np.random.default_rng(0)


def model_of(layer, shape):
    x = keras.Input(shape)
    return keras.Model(x, layer(x))


def test_minibatch_discrimination_is_salimans_sum():
    x = rng.normal(size=(5, 3)).astype("float32")
    layer = layers.MinibatchDiscrimination(4, 2)
    y = layer(x).numpy()
    M = (x @ layer.kernel.numpy()).reshape(5, 4, 2)
    expected = np.zeros((5, 4))
    for i in range(5):
        for j in range(5):
            expected[i] += np.exp(-np.abs(M[i] - M[j]).sum(axis=-1))
    np.testing.assert_array_equal(y[:, :3], x)
    np.testing.assert_allclose(y[:, 3:], expected, rtol=1e-5)
    # a collapsed batch: all closeness is that of m equal samples
    np.testing.assert_allclose(layer(np.repeat(x[:1], 6, axis=0))[:, 3:], 6.0)


@pytest.mark.parametrize(("m", "group_size", "groups"), [(8, 4, 2), (6, 4, 1), (9, 4, 2), (3, 4, 1), (4, 1, 4)])
def test_minibatch_standard_deviation_of_groups(m, group_size, groups):
    x = rng.normal(size=(m, 2, 3, 4)).astype("float32")
    y = layers.MinibatchStandardDeviation(group_size, num_channels=2)(x).numpy()
    assert y.shape == (m, 2, 3, 6)
    np.testing.assert_array_equal(y[..., :4], x)
    for i in range(m):
        members = x[[j for j in range(m) if j % groups == i % groups]]
        deviation = np.sqrt(members.var(axis=0) + 1e-8)
        for channel, part in enumerate((deviation[..., :2], deviation[..., 2:])):
            np.testing.assert_allclose(y[i, ..., 4 + channel], part.mean(), rtol=1e-5, atol=1e-7)


def test_minibatch_standard_deviation_of_a_batch_of_unknown_size():
    x = rng.normal(size=(7, 5)).astype("float32")
    layer = layers.MinibatchStandardDeviation(3)
    traced = tf.function(layer, input_signature=[tf.TensorSpec((None, 5))])
    np.testing.assert_allclose(traced(x), layer(x), rtol=1e-6)


def test_packing_joins_neighbours_on_their_channels():
    x = np.arange(2 * 3 * 2 * 2 * 3).reshape(6, 2, 2, 3).astype("float32")
    packed = layers.Packing(2)(x).numpy()
    assert packed.shape == (3, 2, 2, 6)
    for i in range(3):
        np.testing.assert_array_equal(packed[i], np.concatenate([x[2 * i], x[2 * i + 1]], axis=-1))
    points = rng.normal(size=(6, 2)).astype("float32")
    np.testing.assert_array_equal(layers.Packing(3)(points), points.reshape(2, 6))
    with pytest.raises(ValueError, match="multiple of num_packed=4"):
        layers.Packing(4)(x)
    with pytest.raises(ValueError, match="an axis of their own"):
        layers.Packing(2)(np.zeros(4, "float32"))


def test_a_penalty_of_packs_is_that_of_the_joined_samples():
    x = keras.Input((2,))
    discriminator = keras.Model(x, keras.layers.Dense(1)(layers.Packing(2)(x)))
    w = np.array([[3.0], [0.0], [0.0], [4.0]], "float32")
    discriminator.layers[-1].set_weights([w, np.zeros(1, "float32")])
    norms = kg.penalties.gradient_norms(discriminator, rng.normal(size=(6, 2)).astype("float32"))
    np.testing.assert_allclose(norms, [5.0] * 3, rtol=1e-6)  # and not 3 and 4, of the samples by themselves


def test_instance_noise_has_the_deviation_of_its_schedule():
    layer = layers.InstanceNoise(keras.optimizers.schedules.PolynomialDecay(0.4, 10, 0.0))
    x = np.full((4000, 3), 2.0, "float32")
    np.testing.assert_array_equal(layer(x), x)
    for step, sigma in [(0, 0.4), (5, 0.2), (10, 0.0), (99, 0.0)]:
        layer.follow_step(step)
        assert float(layer.sigma()) == pytest.approx(sigma, abs=1e-7)
        noise = layer(x, training=True).numpy() - x
        assert noise.std() == pytest.approx(sigma, rel=0.03, abs=1e-7)
        assert abs(noise.mean()) <= 4 * sigma / np.sqrt(noise.size)
    again = layers.InstanceNoise.from_config(layer.get_config())
    again.build((None, 3))
    again.follow_step(5)
    assert float(again.sigma()) == pytest.approx(0.2)


def test_noise_of_a_layer_is_of_the_model_in_a_step_and_fresh_elsewhere():
    layer = layers.InstanceNoise(1.0)
    x = np.zeros((2, 3), "float32")
    assert not np.array_equal(layer(x, training=True), layer(x, training=True))
    with drawing(lambda sample, rows, dimensions: tf.ones((rows, *dimensions))):
        np.testing.assert_array_equal(layer(x, training=True), x + 1)
    assert not np.array_equal(layer(x, training=True), layer(x, training=True))


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_dropout_drops_its_rate_and_keeps_the_mean(rate):
    layer = layers.Dropout(rate)
    x = rng.uniform(1, 2, size=(400, 5, 4)).astype("float32")
    np.testing.assert_array_equal(layer(x), x)
    y = layer(x, training=True).numpy()
    kept = y != 0
    np.testing.assert_allclose(y[kept], x[kept] / (1 - rate), rtol=1e-6)
    assert kept.mean() == pytest.approx(1 - rate, abs=4 * np.sqrt(rate * (1 - rate) / kept.size))
    assert y.mean() == pytest.approx(x.mean(), rel=0.05)
    assert not np.array_equal(layer(x, training=True), y)
    np.testing.assert_array_equal(layers.Dropout(0)(x, training=True), x)


def test_dropout_of_replicas_is_that_of_one():
    layer = layers.Dropout(0.5)

    def dropped(rows):
        draw = lambda sample, *of_rows: draw_rows(lambda shape: sample(shape, (1, 2)), *of_rows)  # noqa: E731
        with drawing(draw):
            return layer(tf.ones((rows, 20)), training=True)

    strategy = mirrored(2)
    found = strategy.experimental_local_results(tf.function(lambda: strategy.run(dropped, (3,)))())
    assert not np.array_equal(*found)
    np.testing.assert_array_equal(np.concatenate(found), dropped(6))


def virtual_network(reference):
    x = keras.Input(reference.shape[1:], name="x")
    h = layers.WithReference(reference)(x)
    h = keras.layers.Dense(4)(h)
    h = layers.VirtualBatchNormalization(len(reference))(h)
    h = keras.layers.Dense(3, activation="tanh")(h)
    h = layers.VirtualBatchNormalization(len(reference))(h)
    return keras.Model(x, layers.WithoutReference(len(reference))(h))


def test_virtual_batch_normalization_takes_the_reference_and_the_sample(tmp_path):
    reference = rng.normal(size=(6, 5)).astype("float32")
    x = rng.normal(size=(3, 5)).astype("float32")
    network = virtual_network(reference)
    _, _with_reference, first, _first_norm, second, *_ = network.layers
    normalized = lambda x, mean, square: (x - mean) / np.sqrt(square - mean**2 + 1e-5)  # noqa: E731

    def normalize(reference, x):
        mean, square = reference.mean(axis=0), (reference**2).mean(axis=0)
        share = 1 / 7
        return normalized(reference, mean, square), normalized(
            x, share * x + (1 - share) * mean, share * x**2 + (1 - share) * square
        )

    dense = lambda layer, x: x @ layer.get_weights()[0] + layer.get_weights()[1]  # noqa: E731
    r, h = normalize(dense(first, reference), dense(first, x))
    _, h = normalize(np.tanh(dense(second, r)), np.tanh(dense(second, h)))
    np.testing.assert_allclose(network(x), h, rtol=1e-3, atol=1e-4)
    # no sample depends on the others, and the reference is saved
    np.testing.assert_allclose(network(x)[:1], network(x[:1]), atol=1e-6)
    network.save(tmp_path / "network.keras")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "network.keras")(x), network(x))


def test_virtual_batch_normalization_of_images_normalizes_over_places():
    reference = rng.normal(2.0, 3.0, size=(64, 4, 4, 2)).astype("float32")
    layer = layers.VirtualBatchNormalization(64)
    y = layer(np.concatenate([reference, rng.normal(2.0, 3.0, size=(200, 4, 4, 2))]).astype("float32")).numpy()
    np.testing.assert_allclose(y[:64].mean(axis=(0, 1, 2)), 0.0, atol=1e-5)
    np.testing.assert_allclose(y[:64].std(axis=(0, 1, 2)), 1.0, atol=1e-4)
    np.testing.assert_allclose(y[64:].mean(axis=(0, 1, 2)), 0.0, atol=0.1)


@pytest.mark.parametrize("bad", [np.zeros((1, 5)), np.zeros(5), np.full((3, 5), np.nan)])
def test_refuses_what_is_no_reference(bad):
    with pytest.raises(ValueError, match="Expected finite samples"):
        layers.WithReference(bad)


def test_refuses_a_reference_of_other_samples():
    with pytest.raises(ValueError, match="the input has samples of shape"):
        model_of(layers.WithReference(np.zeros((3, 5))), (4,))


@pytest.mark.parametrize("pool", [True, False])
@pytest.mark.parametrize("spectral", [True, False])
def test_self_attention_is_zhangs(pool, spectral):
    layer = layers.SelfAttention(reduction=2, pool=pool, spectral=spectral)
    x = rng.normal(size=(2, 4, 6, 8)).astype("float32")
    np.testing.assert_array_equal(layer(x), x)  # gamma begins at 0
    layer.gamma.assign(0.7)

    def kernel(convolution):
        if not spectral:
            return convolution.kernel.numpy()[0, 0]
        return convolution.kernel.numpy()[0, 0] / convolution.sigma().numpy()

    f, g, h, v = (kernel(convolution) for convolution in (layer.f, layer.g, layer.h, layer.v))
    assert (f.shape, g.shape, h.shape, v.shape) == ((8, 4), (8, 4), (8, 4), (4, 8))
    halve = lambda maps: maps.reshape(2, 2, 2, 3, 2, -1).max(axis=(2, 4)) if pool else maps  # noqa: E731
    rows = lambda maps: maps.reshape(2, -1, maps.shape[-1])  # noqa: E731
    keys, values, queries = rows(halve(x @ f)), rows(halve(x @ h)), rows(x @ g)
    beta = scipy.special.softmax(queries @ keys.transpose(0, 2, 1), axis=-1)
    expected = x + 0.7 * ((beta @ values).reshape(2, 4, 6, 4) @ v)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-5)


def test_self_attention_refuses_maps_that_it_cannot_take():
    with pytest.raises(ValueError, match="Expected even sides"):
        layers.SelfAttention(1)(np.zeros((1, 5, 4, 8), "float32"))
    with pytest.raises(ValueError, match="Lower reduction"):
        layers.SelfAttention()(np.zeros((1, 4, 4, 4), "float32"))


def test_conditional_batch_normalization_scales_by_label():
    layer = layers.ConditionalBatchNormalization(3, momentum=0.5)
    x = rng.normal(1.0, 2.0, size=(8, 3, 3, 2)).astype("float32")
    y = np.array([0, 1, 2, 0, 1, 2, 0, 1], "int32")
    plain = keras.layers.BatchNormalization(momentum=0.5, epsilon=1e-5)
    np.testing.assert_allclose(layer([x, y], training=True), plain(x, training=True), rtol=1e-4, atol=1e-5)
    assert len(layer.trainable_weights) == 2  # and not those of the normalization inside
    gamma, beta = rng.normal(size=(2, 3, 2)).astype("float32")
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    for training in (True, False):
        expected = plain(x, training=training).numpy() * gamma[y][:, None, None] + beta[y][:, None, None]
        np.testing.assert_allclose(layer([x, y], training=training), expected, rtol=1e-4, atol=1e-4)
    assert kg.checks.mixes_samples(keras.Sequential([layer]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.InstanceNoise(-0.1), "stddev=-0.1"),
        (lambda: layers.InstanceNoise("0.1"), "stddev='0.1'"),
        (lambda: layers.Dropout(1.0), "rate=1.0"),
        (lambda: layers.Dropout(True), "rate=True"),
        (lambda: layers.MinibatchDiscrimination(0), "num_kernels=0"),
        (lambda: layers.MinibatchDiscrimination(5, 2.0), "kernel_dim=2.0"),
        (lambda: layers.MinibatchStandardDeviation(0), "group_size=0"),
        (lambda: layers.Packing(1), "num_packed=1"),
        (lambda: layers.SelfAttention(0), "reduction=0"),
        (lambda: layers.ConditionalBatchNormalization(0), "num_classes=0"),
        (lambda: layers.WithReference(), "No reference was passed"),
        (lambda: model_of(layers.MinibatchStandardDeviation(4, 3), (4, 4, 8)), "num_channels=3"),
    ],
)
def test_refuses_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


LAYERS = {  # without pooling, whose maximum has kinks that finite differences step over
    "InstanceNoise": (lambda: layers.InstanceNoise(0.1), (6, 6, 4)),
    "Dropout": (lambda: layers.Dropout(0.3), (6, 6, 4)),
    "MinibatchDiscrimination": (lambda: layers.MinibatchDiscrimination(3, 2), (5,)),
    "MinibatchStandardDeviation": (lambda: layers.MinibatchStandardDeviation(4), (6, 6, 4)),
    "Packing": (lambda: layers.Packing(2), (6, 6, 4)),
    "SelfAttention": (lambda: layers.SelfAttention(2, pool=False), (6, 6, 4)),
    "DiffAugment": (lambda: layers.DiffAugment(), (6, 6, 3)),
    "AdaptiveAugment": (lambda: layers.AdaptiveAugment(probability=0.9), (6, 6, 3)),
    "VirtualBatchNormalization": (lambda: layers.VirtualBatchNormalization(2), (6, 6, 4)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_of_second_order_are_those_of_finite_differences_also_under_xla(name):
    """|grad_x s|^2 as a penalty has it, differentiated by a weight before the layer."""
    make, shape = LAYERS[name]
    keras.utils.set_random_seed(1)
    layer = make()
    x = np.random.default_rng(0).normal(size=(8, *shape)).astype("float32")
    layer(x)
    if name == "SelfAttention":
        layer.gamma.assign(0.5)
    w, pattern = tf.Variable(1.3), np.cos(np.arange(np.prod(shape)).reshape(shape)).astype("float32")
    numbers = lambda sample, rows, dimensions: tf.reshape(  # noqa: E731
        0.5 + 0.5 * tf.sin(tf.range(float(rows * int(np.prod(dimensions)))) ** 2), (rows, *dimensions)
    )

    def penalty(w):
        with drawing(numbers), tf.GradientTape() as tape:
            points = tf.constant(x)
            tape.watch(points)
            s = tf.reduce_sum(tf.sin(layer((1.0 + w * pattern) * points, training=True)))
        return tf.reduce_sum(tape.gradient(s, points) ** 2)

    def gradient():
        with tf.GradientTape() as tape:
            value = penalty(w)
        return tape.gradient(value, w)

    expected = (penalty(tf.constant(1.303)) - penalty(tf.constant(1.297))) / 0.006
    assert abs(float(expected)) > 1e-2
    for jit in (False, True):
        found = tf.function(gradient, jit_compile=jit)()
        np.testing.assert_allclose(found, expected, rtol=2e-2)


@pytest.mark.parametrize("name", LAYERS)
def test_config_round_trip_and_mixed_precision(name):
    make, shape = LAYERS[name]
    layer = make()
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    keras.config.set_dtype_policy("mixed_bfloat16")
    x = rng.normal(size=(4, *shape)).astype("float32")
    y = make()(x, training=True)
    assert y.dtype == tf.bfloat16
    assert np.isfinite(tf.cast(y, tf.float32)).all()


def test_models_tell_layers_the_step(tmp_path):
    x = keras.Input((2,), name="x")
    noise = layers.InstanceNoise(keras.optimizers.schedules.PolynomialDecay(1.0, 6, 0.0))
    discriminator = keras.Model(x, keras.layers.Dense(1)(keras.layers.Dense(8, "tanh")(noise(x))))
    model = kg.NonSaturatingGAN(tiny.generator(), discriminator)
    model.compile()
    model.fit(tiny.points(96), batch_size=32, epochs=1, verbose=0)
    assert int(noise.step) == 2  # made before the last of three steps
    assert float(noise.sigma()) == pytest.approx(4 / 6)
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    assert int(again.discriminator.layers[1].step) == 2
    np.testing.assert_array_equal(
        model.discriminator(np.ones((3, 2), "float32")), again.discriminator(np.ones((3, 2), "float32"))
    )


def test_two_replicas_draw_and_adapt_as_one_would_that_is_not_traced():
    x = np.clip(rng.normal(-0.5, 0.3, size=(96, 8, 8, 1)), -1, 1).astype("float32")

    def trained(strategy):
        keras.utils.set_random_seed(5)
        with strategy.scope():
            augment = layers.AdaptiveAugment(target=0.1, images=200, probability=0.5)
            first = [layers.InstanceNoise(0.2), layers.DiffAugment(), augment, layers.Packing(2)]
            discriminator = kg.networks.mlp_discriminator((8, 8, 1), hidden=(8,), first=first)
            model = kg.ComposedGAN(
                kg.networks.mlp_generator(2, (8, 8, 1), (8,)),
                discriminator,
                penalties=[kg.penalties.GradientPenalty(1.0), kg.penalties.LeCam(0.5)],
                latent_consistency=kg.penalties.LatentConsistency(),
                n_critic=2,
            )
            alone = strategy.num_replicas_in_sync == 1
            model.compile(keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05), run_eagerly=alone)
        model.fit(tf.data.Dataset.from_tensor_slices(x).batch(32, drop_remainder=True), epochs=2, verbose=0)
        return tiny.weights_of(model), *(
            float(tf.convert_to_tensor(v)) for v in (augment.p, model.penalties[1].state.real)
        )

    weights, p, average = trained(tf.distribute.get_strategy())
    weights_n, p_n, average_n = trained(mirrored(2))
    np.testing.assert_allclose(weights_n, weights, rtol=1e-4, atol=1e-6)
    assert p_n == pytest.approx(p, abs=1e-6)
    assert p != 0.5
    assert average_n == pytest.approx(average, rel=1e-4)
