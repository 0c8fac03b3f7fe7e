"""Translation: its networks, the pool of earlier images, CycleGAN and Pix2Pix."""

import functools

import keras
import numpy as np
import onnxruntime
import pytest
import scipy.signal
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans import layers, networks
from keras_gans.history_pool import HistoryPool

rng = np.random.default_rng(0)
SIDE = 16
SHAPE = (SIDE, SIDE, 1)
RATE = 0.1


def images(rows=8, seed=0, shape=SHAPE):
    return np.random.default_rng(seed).uniform(-1, 1, size=(rows, *shape)).astype("float32")


def cyclegan(**kwargs):
    translators = [networks.resnet_translator(SHAPE, 4, 1) for _ in range(2)]
    discriminators = [networks.patch_discriminator(SHAPE, 4, 1) for _ in range(2)]
    return kg.CycleGAN(*translators, *discriminators, **{"pool_size": 3, **kwargs})


def pix2pix(dropout=0.5, **kwargs):
    return kg.Pix2Pix(
        networks.unet_translator(SHAPE, 4, dropout=dropout),
        networks.patch_discriminator(SHAPE, 4, 1, source_shape=SHAPE),
        **kwargs,
    )


def small_translator(dropout=0.2):
    x = keras.Input(SHAPE)
    h = keras.layers.Conv2D(3, 3)(layers.ReflectionPadding2D(1)(x))
    h = layers.Dropout(dropout)(keras.layers.ReLU()(layers.InstanceNormalization()(h)))
    return keras.Model(x, keras.layers.Conv2D(1, 1, activation="tanh", dtype="float32")(h))


def small_discriminator(inputs=1):
    parts = [keras.Input(SHAPE) for _ in range(inputs)]
    h = keras.layers.Concatenate()(parts) if inputs > 1 else parts[0]
    h = layers.InstanceNormalization()(keras.layers.Conv2D(3, 4, strides=2)(h))
    return keras.Model(parts if inputs > 1 else parts[0], keras.layers.Conv2D(1, 3, dtype="float32")(h))


def small(name, **kwargs):
    """A model of networks that are traced in a second."""
    if name == "Pix2Pix":
        return kg.Pix2Pix(small_translator(**kwargs), small_discriminator(2))
    translators = [small_translator(**kwargs) for _ in range(2)]
    return kg.CycleGAN(*translators, small_discriminator(), small_discriminator(), pool_size=3)


MODELS = {"CycleGAN": cyclegan, "Pix2Pix": pix2pix}
every_model = pytest.mark.parametrize("name", MODELS)


def batches(rows=2, steps=4):
    return tf.data.Dataset.from_tensor_slices((images(rows * steps), images(rows * steps, 1))).batch(
        rows, drop_remainder=True
    )


def linear(channels=2):
    """x -> x A at every place, and what A is."""
    x = keras.Input((3, 3, channels))
    return keras.Model(x, keras.layers.Conv2D(channels, 1, use_bias=False)(x))


def linear_score(inputs=1, channels=2):
    """s = x w at every place."""
    parts = [keras.Input((3, 3, channels)) for _ in range(inputs)]
    h = keras.layers.Concatenate()(parts) if inputs > 1 else parts[0]
    return keras.Model(parts if inputs > 1 else parts[0], keras.layers.Conv2D(1, 1, use_bias=False)(h))


def matrix(network):
    return network.get_weights()[0][0, 0].astype("float64")


# ----------------------------------------------------------------------------------------------- layers


@pytest.mark.parametrize("affine", [True, False])
def test_instance_normalization_is_that_of_each_channel_of_each_image(affine):
    x = rng.normal(3, 2, size=(4, 5, 6, 3)).astype("float32")
    layer = layers.InstanceNormalization(affine=affine)
    layer.build(x.shape)
    gamma, beta = np.array([1.0, 2.0, -1.0], "float32"), np.array([0.0, 1.0, 0.5], "float32")
    expected = (x - x.mean((1, 2), keepdims=True)) / np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)
    if affine:
        layer.gamma.assign(gamma)
        layer.beta.assign(beta)
        expected = expected * gamma + beta
        same = keras.layers.GroupNormalization(-1, epsilon=1e-5)
        same.build(x.shape)
        same.set_weights([gamma, beta])
        np.testing.assert_allclose(same(x), layer(x), atol=1e-5)
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)


def derivatives(function, x):
    """Of a curved function of the outputs: first and second derivatives with respect to the inputs."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
            loss = tf.reduce_sum(tf.sin(y) * tf.reshape(tf.range(float(tf.size(y))), y.shape))
        first = inner.gradient(loss, x)
        slope = tf.reduce_sum(first**2)
    return first, outer.gradient(slope, x)


def test_instance_normalizations_gradients_are_those_of_its_operations():
    x = tf.constant(rng.normal(1, 2, size=(2, 4, 3, 3)), tf.float32)
    ours, keras_own = layers.InstanceNormalization(), keras.layers.GroupNormalization(-1, epsilon=1e-5)
    gradients = []
    for layer in (ours, keras_own):
        layer.build(x.shape)
        layer.set_weights([np.array([1.0, 2.0, -1.0]), np.array([0.0, 1.0, 0.5])])
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(layer(x)) * tf.reshape(tf.range(72.0), x.shape))
        gradients.append([*tape.gradient(loss, layer.trainable_variables), *derivatives(layer, x)])
    for one, other in zip(*gradients, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4 * np.abs(other).max())


@pytest.mark.parametrize(("side", "padding"), [(4, 1), (9, 3), (8, 3), (3, 1), (5, 3)])  # by slices and by tf.pad
def test_reflection_padding_is_tensorflows_while_training_too(side, padding):
    x = tf.constant(images(2, shape=(side, side + 1, 3)))
    by_tensorflow = lambda x: tf.pad(x, ((0, 0), *[(padding, padding)] * 2, (0, 0)), mode="REFLECT")  # noqa: E731
    ours = functools.partial(layers.ReflectionPadding2D(padding), training=True)
    np.testing.assert_array_equal(ours(x), by_tensorflow(x))
    for one, other in zip(derivatives(ours, x), derivatives(by_tensorflow, x), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_reflection_padding_is_numpys():
    x = images(2, shape=(5, 4, 3))
    found = layers.ReflectionPadding2D(3)(x)
    np.testing.assert_array_equal(found, np.pad(x, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="reflect"))
    with pytest.raises(ValueError, match="padding=4 was passed for images of 5x4"):
        layers.ReflectionPadding2D(4)(x)


# ----------------------------------------------------------------------------------------------- networks


@pytest.mark.parametrize(
    "make",
    [
        lambda: networks.resnet_translator((16, 24, 3), 4, 1),
        lambda: networks.resnet_translator((16, 16, 1), 4, 1, output_channels=3),
        lambda: networks.unet_translator((16, 16, 3), 4),
        lambda: networks.unet_translator((8, 8, 1), 4, output_channels=2),
    ],
)
def test_translators_make_images_of_one_size_each_by_itself(make, tmp_path):
    network = make()
    x = images(3, shape=network.input_shape[1:])
    y = network(x).numpy()
    assert y.shape[:3] == x.shape[:3]
    assert np.abs(y).max() <= 1
    np.testing.assert_allclose(network(x[1:2]), y[1:2], atol=1e-5)
    network.save(tmp_path / "t.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "t.keras")(x), y)


def test_the_papers_networks():
    """Their "Total number of parameters", as the authors' code prints it: 11.378 M and 2.765 M.

    github.com/junyanz/pytorch-CycleGAN-and-pix2pix. Ours have gamma and beta where theirs have a bias: as many numbers
    more as there are gammas.
    """
    count = lambda network: sum(int(np.prod(v.shape)) for v in network.trainable_variables)  # noqa: E731
    gammas = lambda network: sum(  # noqa: E731
        v.shape[0] for v in network.trainable_variables if v.name == "gamma"
    )
    for network, millions in (
        (networks.resnet_translator((256, 256, 3)), 11.378),
        (networks.patch_discriminator((256, 256, 3)), 2.765),
    ):
        assert (count(network) - gammas(network)) / 1e6 == pytest.approx(millions, abs=5e-4)
    assert networks.patch_discriminator((256, 256, 3)).output_shape == (None, 30, 30, 1)


@pytest.mark.parametrize(("depth", "side"), [(1, 16), (2, 34), (3, 70)])
def test_a_score_sees_a_patch(depth, side):
    network = networks.patch_discriminator((96, 96, 1), 2, depth)
    x = tf.Variable(images(1, shape=(96, 96, 1)))
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    with tf.GradientTape() as tape:  # of the convolutions alone: normalization sees all places
        h = x
        for layer in convolutions:
            h = layer(tf.pad(h, ((0, 0), (1, 1), (1, 1), (0, 0))))
        score = h[0, h.shape[1] // 2, h.shape[2] // 2, 0]
    rows = np.flatnonzero(np.any(tape.gradient(score, x)[0, :, :, 0] != 0, axis=1))
    assert rows[-1] - rows[0] + 1 == side


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: networks.resnet_translator((18, 16, 3)), "cannot be halved 2 times"),
        (lambda: networks.unet_translator((24, 24, 3)), "cannot be halved down to one pixel"),
        (lambda: networks.unet_translator((16, 32, 3)), "cannot be halved down to one pixel"),
        (lambda: networks.unet_translator((16, 16, 3), 4, dropout=1.0), "rate=1.0"),
        (lambda: networks.patch_discriminator((16, 16, 3)), "at least 24 pixels"),
        (lambda: networks.resnet_translator((16, 16, 3), blocks=0), "blocks=0"),
    ],
)
def test_networks_refuse(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# ----------------------------------------------------------------------------------------------- the pool


def by_the_papers_code(size, samples, uniform):
    """ImagePool.query of the authors' code, its coin and its place given."""
    pool, given = [], []
    for x, (coin, place) in zip(samples, uniform, strict=True):
        if len(pool) < size:
            pool.append(x)
            given.append(x)
        elif coin < 0.5:
            given.append(pool[int(place * size)])
            pool[int(place * size)] = x
        else:
            given.append(x)
    return given, pool


def test_the_pool_is_that_of_the_papers_code():
    pool = HistoryPool(4, (2,))
    samples = rng.normal(size=(30, 2)).astype("float32")
    uniform = rng.uniform(size=(30, 2)).astype("float32")
    query = tf.function(pool.query)
    found = np.concatenate([query(samples[i : i + 3], uniform[i : i + 3]) for i in range(0, 30, 3)])
    expected, kept = by_the_papers_code(4, samples, uniform)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(pool.samples, kept)
    assert not np.array_equal(found, samples)


# ----------------------------------------------------------------------------------------------- one step by hand


def test_one_step_of_cyclegan_by_hand():
    """Of linear networks: G's gradient by finite differences of the paper's equation, D's of its own."""
    G, F, D_Y, D_X = linear(), linear(), linear_score(), linear_score()
    model = kg.CycleGAN(G, F, D_Y, D_X, cycle_weight=3.0, identity_weight=0.7, pool_size=0)
    model.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE))
    x, y = images(2, 3, (3, 3, 2)), images(2, 4, (3, 3, 2))
    before = [matrix(network) for network in (G, F, D_Y, D_X)]

    def generators_loss(g, f):
        _, _, d_y, d_x = before
        adversarial = np.mean((x @ g @ d_y - 1) ** 2) + np.mean((y @ f @ d_x - 1) ** 2)
        cycle = np.mean(np.abs(x @ g @ f - x)) + np.mean(np.abs(y @ f @ g - y))
        identity = np.mean(np.abs(y @ g - y)) + np.mean(np.abs(x @ f - x))
        return adversarial + 3.0 * (cycle + 0.7 * identity)

    def discriminators_loss(d_y, d_x):
        g, f = before[:2]  # of the translations that the generators' step made
        of_y = np.mean((y @ d_y - 1) ** 2) + np.mean((x @ g @ d_y) ** 2)
        return 0.5 * (of_y + np.mean((x @ d_x - 1) ** 2) + np.mean((y @ f @ d_x) ** 2))

    logs = model.fit(tf.data.Dataset.from_tensors((x, y)), verbose=0).history
    assert logs["discriminator_loss"][0] == pytest.approx(discriminators_loss(*before[2:]), rel=1e-5)
    total = logs["generator_loss"][0] + 3.0 * (logs["cycle_loss"][0] + 0.7 * logs["identity_loss"][0])
    assert total == pytest.approx(generators_loss(*before[:2]), rel=1e-5)
    for loss, own, moved in ((generators_loss, before[:2], (G, F)), (discriminators_loss, before[2:], (D_Y, D_X))):
        for which, network in enumerate(moved):
            expected = own[which] - RATE * finite_differences(loss, own, which)
            np.testing.assert_allclose(matrix(network), expected, atol=2e-5)


def test_one_step_of_pix2pix_by_hand():
    G, D = linear(), linear_score(inputs=2)
    model = kg.Pix2Pix(G, D, l1_weight=5.0)
    model.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE))
    x, y = images(2, 3, (3, 3, 2)), images(2, 4, (3, 3, 2))
    g, d = matrix(G), matrix(D)
    softplus = lambda s: np.logaddexp(0, s)  # noqa: E731
    scores = lambda made, d: np.concatenate([x, made], axis=-1) @ d  # noqa: E731
    d_loss = lambda d: 0.5 * (np.mean(softplus(-scores(y, d))) + np.mean(softplus(scores(x @ g, d))))  # noqa: E731
    model.fit(tf.data.Dataset.from_tensors((x, y)), verbose=0)
    d_new = d - RATE * finite_differences(d_loss, [d], 0)
    np.testing.assert_allclose(matrix(D), d_new, atol=2e-5)
    g_loss = lambda g: np.mean(softplus(-scores(x @ g, d_new))) + 5.0 * np.mean(np.abs(x @ g - y))  # noqa: E731
    np.testing.assert_allclose(matrix(G), g - RATE * finite_differences(g_loss, [g], 0), atol=2e-5)


def finite_differences(loss, arguments, which, step=1e-6):
    gradient = np.zeros_like(arguments[which])
    for place in np.ndindex(gradient.shape):
        sides = []
        for sign in (1, -1):
            moved = [a.copy() for a in arguments]
            moved[which][place] += sign * step
            sides.append(loss(*moved))
        gradient[place] = (sides[0] - sides[1]) / (2 * step)
    return gradient


# ----------------------------------------------------------------------------------------------- what holds for both


@every_model
def test_trains_translates_and_evaluates(name):
    model = MODELS[name]()
    model.compile()
    before = tiny.weights_of(*model.generators), tiny.weights_of(*model.discriminators)
    history = model.fit(batches(), epochs=2, verbose=0).history
    assert list(history) == sorted(model.log_names)
    assert np.isfinite(list(history.values())).all()
    assert int(model.step) == 8
    for old, new in zip(before, (model.generators, model.discriminators), strict=True):
        assert not np.array_equal(old, tiny.weights_of(*new))
    x = images(5)
    translated = model.translate(x, batch_size=2)
    np.testing.assert_allclose(translated, model.generator(x, training=False), atol=1e-5)
    np.testing.assert_allclose(model(x), translated, atol=1e-5)
    assert set(model.evaluate(batches(), verbose=0, return_dict=True)) == set(model.test_log_names)
    if name == "CycleGAN":
        back = model.backward_generator(model.generator(images(8)))
        found = model.evaluate(batches(), verbose=0, return_dict=True)
        assert found["cycle_error_x"] == pytest.approx(np.mean(np.abs(back - images(8))), rel=1e-4)
        np.testing.assert_allclose(model.translate(x, backwards=True), model.backward_generator(x), atol=1e-5)


@every_model
def test_resumes_to_the_bit(name, tmp_path):
    model = small(name)
    model.compile()
    model.track_history(1e-3)
    model.fit(batches(), verbose=0)
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    assert type(again) is type(model)
    assert again.get_config().keys() == model.get_config().keys()
    for m in (model, again):
        m.fit(batches(), epochs=2, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(again), tiny.weights_of(model))
    for pool, other in zip(model.pools, again.pools, strict=True):
        np.testing.assert_array_equal(pool.samples, other.samples)


@every_model
def test_both_directions_leave_as_saved_model_and_onnx(name, tmp_path):
    model = small(name)
    ways = {"there": model, **({"back": model.backward_generator} if name == "CycleGAN" else {})}
    for way, what in ways.items():
        network = model.generator if what is model else what
        report = kg.export.to_onnx(what, tmp_path / f"{way}.onnx")
        assert report["max_abs_difference"] < 1e-4
        assert report["source_shape"] == report["sample_shape"] == list(SHAPE)
        session = onnxruntime.InferenceSession(tmp_path / f"{way}.onnx", providers=["CPUExecutionProvider"])
        (images_made,) = session.run(["images"], {"x": images(3)})
        np.testing.assert_allclose(images_made, network(images(3)), atol=1e-5)
        kg.export.to_saved_model(what, tmp_path / way)
        served = tf.saved_model.load(tmp_path / way).signatures
        assert set(served) == {"serving_default", "pictures"}
        made = served["serving_default"](x=tf.constant(images(3)))["images"]
        np.testing.assert_allclose(made, network(images(3)), atol=1e-6)


def test_a_translator_is_not_sampled(tmp_path):
    kg.export.to_onnx(small("Pix2Pix"), tmp_path / "t.onnx")
    with pytest.raises(RuntimeError, match="holds a translator of images"):
        kg.export.sample_with_onnxruntime(tmp_path / "t.onnx", tmp_path / "t.png")


@functools.cache
def mirrored():
    cpus = [device.name for device in tf.config.list_logical_devices("CPU")[:2]]
    return tf.distribute.MirroredStrategy(cpus, cross_device_ops=tf.distribute.ReductionToOneDevice())


@every_model
def test_two_replicas_equal_one(name):
    def train(strategy):
        keras.utils.set_random_seed(5)
        with strategy.scope():
            model = small(name)  # whose dropout is that of the global batch
            # a large step would make much of rounding errors
            model.compile(keras.optimizers.SGD(1e-3), keras.optimizers.SGD(1e-3))
        model.fit(batches(rows=4, steps=3), epochs=2, verbose=0)
        kept = [tf.convert_to_tensor(pool.samples) for pool in model.pools]
        return tiny.weights_of(*model.generators, *model.discriminators), kept

    weights, kept = train(tf.distribute.get_strategy())
    weights_n, kept_n = train(mirrored())
    np.testing.assert_allclose(weights_n, weights, rtol=1e-4, atol=1e-5)
    for one, other in zip(kept, kept_n, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-5)


@every_model
def test_data_alike_are_traced_once_and_others_anew(name):
    model = small(name)
    model.compile()
    traces = []
    begin_step = model.begin_step
    model.begin_step = lambda *data: traces.append(data[0].shape[0]) or begin_step(*data)
    without_length = batches(rows=2, steps=3).filter(lambda x, y: True)
    for data, epochs in ((batches(), 2), (batches(), 1), (batches(rows=1), 1), (without_length, 2)):
        model.fit(data, epochs=epochs, verbose=0)
    assert traces == [2, 1, 2]
    assert model.step == 8 + 4 + 4 + 6  # of the last data too, whose end is found by a step that has none


@every_model
def test_autotuning_is_off_unless_its_owner_chose(name, monkeypatch):
    """Else the end of an epoch waits for a thread that sleeps."""
    model = small(name)
    seen = []
    look = lambda self, *data, **kwargs: seen.extend(  # noqa: E731
        d.options().autotune.enabled for d in (*data, kwargs.get("validation_data")) if d is not None
    )
    for method in ("fit", "evaluate"):
        monkeypatch.setattr(keras.Model, method, look)
    model.fit(batches(), validation_data=batches())
    model.evaluate(batches())
    assert seen == [False] * 3
    chosen = tf.data.Options()
    chosen.autotune.enabled = True
    model.fit(batches().with_options(chosen))
    assert seen[3:] == [True]


@every_model
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(name, policy):
    keras.config.set_dtype_policy(policy)
    model = small(name)
    model.compile()
    logs = model.fit(batches(), verbose=0).history
    assert np.isfinite(list(logs.values())).all()
    assert model.translate(images(2)).dtype == np.float32


@every_model
def test_bad_data_gets_a_clear_message(name):
    model = small(name)
    model.compile()
    x, y = images(), images(8, 1)
    slices = tf.data.Dataset.from_tensor_slices
    cases = [
        (x, TypeError, "Expected a tf.data.Dataset of"),
        (slices(x).batch(2), ValueError, r"Expected batches \(x, y\)"),
        (slices((x, y)).batch(3), ValueError, "drop_remainder=True"),
        (slices((x, y * 2)).batch(2, True), ValueError, "Images with values from -1.99"),
        (slices((x, y[:, 1:])).batch(2, True), ValueError, r"Images y of shape \(15, 16, 1\)"),
        (slices((x.astype("int32"), y)).batch(2, True), ValueError, "Images x of dtype int32"),
        (slices((x, y)).batch(2, True).take(0), ValueError, "The dataset is empty"),
    ]
    for data, error, message in cases:
        with pytest.raises(error, match=message):
            model.fit(data, verbose=0)
    with pytest.raises(ValueError, match=r"Images of shape \(8, 8, 1\)"):
        model.translate(images(2, shape=(8, 8, 1)))
    if name == "Pix2Pix":
        with pytest.raises(ValueError, match="translates from X to Y alone"):
            model.translate(x, backwards=True)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: kg.CycleGAN(linear(), linear(), linear_score(), 3), TypeError, "3 was passed"),
        (lambda: kg.CycleGAN(linear(), linear(3), linear_score(), linear_score()), ValueError, "one to undo the other"),
        (
            lambda: kg.CycleGAN(linear(), linear(), linear_score(), linear_score(2)),
            ValueError,
            r"Expected \[\(3, 3, 2\)\]",
        ),
        (lambda: kg.CycleGAN(linear(), linear(), linear(), linear_score()), ValueError, "Expected raw scores"),
        (lambda: cyclegan(cycle_weight=-1), ValueError, "cycle_weight=-1"),
        (lambda: cyclegan(pool_size=1.5), ValueError, "pool_size=1.5"),
        (lambda: pix2pix(l1_weight=-1), ValueError, "l1_weight=-1"),
    ],
)
def test_refuses_networks_that_do_not_fit(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_refuses_networks_that_share_weights():
    g, d = linear(), linear_score()
    with pytest.raises(ValueError, match="share weights"):
        kg.CycleGAN(g, g, linear_score(), linear_score())
    with pytest.raises(ValueError, match="share weights"):
        kg.CycleGAN(linear(), linear(), d, d)


def test_sides_of_other_channels_have_no_identity():
    there = networks.resnet_translator((16, 16, 1), 4, 1, output_channels=3)
    back = networks.resnet_translator((16, 16, 3), 4, 1, output_channels=1)
    discriminators = networks.patch_discriminator((16, 16, 3), 4, 1), networks.patch_discriminator((16, 16, 1), 4, 1)
    with pytest.raises(ValueError, match="Pass identity_weight=0"):
        kg.CycleGAN(there, back, *discriminators)
    model = kg.CycleGAN(there, back, *discriminators, identity_weight=0)
    model.compile()
    pairs = tf.data.Dataset.from_tensor_slices((images(4), images(4, 1, (16, 16, 3)))).batch(2, drop_remainder=True)
    assert model.fit(pairs, verbose=0).history["identity_loss"] == [0.0]


def test_pix2pix_learns_a_blur():
    keras.utils.set_random_seed(0)
    x = images(64)
    kernel = np.ones((3, 3)) / 9
    y = np.stack([scipy.signal.convolve2d(i[..., 0], kernel, mode="same") for i in x])[..., None].astype("float32")
    model = pix2pix()
    model.compile(keras.optimizers.Adam(2e-3, beta_1=0.5), keras.optimizers.Adam(2e-4, beta_1=0.5))
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8, drop_remainder=True)
    before = model.evaluate(data, verbose=0, return_dict=True)["l1_error"]
    model.fit(data, epochs=25, verbose=0)
    after = model.evaluate(data, verbose=0, return_dict=True)["l1_error"]
    assert after < 0.6 * before
