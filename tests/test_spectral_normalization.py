import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans.layers import SpectralNormalization

# Each kind of layer, an input for it, and its kernel as the matrix (outputs, all other axes), written out by hand.
KINDS = {
    "dense": (lambda **k: keras.layers.Dense(7, **k), (4, 5), lambda W: W.T),
    "conv2d": (
        lambda **k: keras.layers.Conv2D(6, 3, **k),
        (2, 8, 8, 4),
        lambda W: W.transpose(3, 0, 1, 2).reshape(6, -1),
    ),
    "conv1d": (lambda **k: keras.layers.Conv1D(6, 3, **k), (2, 8, 4), lambda W: W.transpose(2, 0, 1).reshape(6, -1)),
    "conv2d_transpose": (
        lambda **k: keras.layers.Conv2DTranspose(6, 3, strides=2, **k),
        (2, 4, 4, 5),
        lambda W: W.transpose(2, 0, 1, 3).reshape(6, -1),
    ),
    "embedding": (lambda **k: keras.layers.Embedding(9, 5, **k), (4,), lambda W: W),
}
kinds = pytest.mark.parametrize("kind", KINDS)


def build(kind, seed=0, **kwargs):
    """A built layer whose leading singular values lie apart, so that 100 iterations converge."""
    make, shape, matrix = KINDS[kind]
    layer = SpectralNormalization(make(**kwargs))
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 9, shape) if kind == "embedding" else rng.normal(size=shape).astype("float32")
    layer(x)
    layer.kernel.assign(rng.normal(size=layer.kernel.shape))
    return layer, x, matrix


def largest_singular_value(matrix):
    return np.linalg.svd(matrix, compute_uv=False)[0]


@kinds
def test_sigma_is_the_largest_singular_value(kind):
    layer, _, matrix = build(kind)
    for _ in range(100):
        layer.update_power_iteration()
    expected = largest_singular_value(matrix(layer.kernel.numpy()))
    np.testing.assert_allclose(layer.sigma(), expected, rtol=1e-3)


@kinds
def test_output_is_that_of_the_plain_layer_with_the_divided_kernel(kind):
    layer, x, _ = build(kind)
    if kind != "embedding":
        layer.layer.bias.assign(np.arange(layer.layer.bias.shape[0]))  # the bias is not divided
    plain = KINDS[kind][0]()
    plain.build(x.shape)
    plain.set_weights([layer.kernel.numpy() / layer.sigma().numpy(), *layer.layer.get_weights()[1:]])
    for training in (True, False):
        np.testing.assert_allclose(layer(x, training=training), plain(x), rtol=1e-5, atol=1e-5)


@kinds
def test_scale_is_the_spectral_norm_of_the_kernel_that_is_used(kind):
    plain, x, _ = build(kind)
    scaled = SpectralNormalization(KINDS[kind][0](), scale=2.5)
    scaled(x)
    scaled.set_weights(plain.get_weights())
    np.testing.assert_allclose(scaled(x), 2.5 * plain(x).numpy(), rtol=1e-5, atol=1e-4)  # the bias is 0 so far
    if kind != "embedding":
        scaled.layer.bias.assign(np.arange(scaled.layer.bias.shape[0]))  # and is not scaled
        np.testing.assert_allclose(scaled(x), 2.5 * plain(x).numpy() + scaled.layer.bias, rtol=1e-5, atol=1e-4)


@kinds
def test_one_update_is_one_power_iteration(kind):
    layer, _, matrix = build(kind)
    W, u = matrix(layer.kernel.numpy().astype("float64")), layer.u.numpy()
    v = W.T @ u / np.linalg.norm(W.T @ u)
    u = W @ v / np.linalg.norm(W @ v)
    layer.update_power_iteration()
    np.testing.assert_allclose(layer.u, u, atol=1e-6)
    np.testing.assert_allclose(layer.v, v, atol=1e-6)
    np.testing.assert_allclose(layer.sigma(), u @ W @ v, rtol=1e-5)


def test_power_iterations_counts_the_rounds_of_one_update():
    one, three = build("dense")[0], build("dense")[0]
    three.u.assign(one.u)
    three.power_iterations = 3
    for _ in range(3):
        one.update_power_iteration()
    three.update_power_iteration()
    np.testing.assert_allclose(three.u, one.u, atol=1e-7)
    np.testing.assert_allclose(three.v, one.v, atol=1e-7)


@kinds
def test_calls_change_no_weight(kind):
    layer, x, _ = build(kind)
    before = layer.get_weights()
    run = tf.function(lambda x, training: layer(x, training=training))
    for training in (True, False):
        layer(x, training=training)
        run(tf.constant(x), training)
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_fresh_layer_is_close_to_1_lipschitz():
    keras.utils.set_random_seed(0)
    layer = SpectralNormalization(keras.layers.Conv2D(128, 3))
    layer.build((None, 8, 8, 128))
    W = layer.kernel.numpy().reshape(-1, 128)
    assert 0.95 < layer.sigma().numpy() / largest_singular_value(W) <= 1.0001


def test_wrapping_shifts_no_other_random_draw():
    def next_draw(wrap):
        keras.utils.set_random_seed(0)
        wrap(keras.layers.Dense(3)).build((None, 4))
        return keras.random.normal((2,))

    np.testing.assert_array_equal(next_draw(SpectralNormalization), next_draw(lambda layer: layer))


@kinds
def test_gradient_against_finite_differences(kind):
    layer, x, _ = build(kind, dtype="float64")
    W0 = layer.kernel.numpy()
    target = np.random.default_rng(1).normal(size=layer(x).shape)

    def loss():
        return tf.reduce_sum(layer(x) * target + layer(x) ** 2)  # two calls, as D makes on reals and on fakes

    with tf.GradientTape() as tape:
        value = loss()
    gradient = tf.convert_to_tensor(tape.gradient(value, layer.kernel.value)).numpy()
    step = 1e-6
    for index in np.random.default_rng(2).permutation(W0.size)[:20]:
        numeric = 0.0
        for sign in (1, -1):
            W = W0.copy().ravel()
            W[index] += sign * step
            layer.kernel.assign(W.reshape(W0.shape))
            numeric += sign * loss().numpy() / (2 * step)
        np.testing.assert_allclose(gradient.ravel()[index], numeric, rtol=1e-5, atol=1e-6)


def test_gradient_flows_through_sigma_and_not_into_u_and_v():
    layer, x, _ = build("dense")
    with tf.GradientTape() as tape:
        tape.watch([layer.u.value, layer.v.value])
        loss = tf.reduce_sum((layer(x) - layer.layer.bias) ** 2)
    dW, du, dv = tape.gradient(loss, [layer.kernel.value, layer.u.value, layer.v.value])
    assert du is None
    assert dv is None
    # W / sigma does not change with the length of W, so the gradient has no part along W.
    assert abs(np.sum(dW * layer.kernel.numpy())) < 1e-4 * np.linalg.norm(dW) * np.linalg.norm(layer.kernel)


def test_second_order_gradient_against_the_closed_form():
    # D(x) = x W / sigma, so the squared norm of its gradient is |W|^2 / sigma^2, which is 1 for a single output.
    layer = SpectralNormalization(keras.layers.Dense(2, use_bias=False, dtype="float64"))
    x = tf.constant(np.random.default_rng(0).normal(size=(3, 4)))
    layer(x)
    W, u, v = (np.asarray(a, "float64") for a in (layer.kernel, layer.u, layer.v))

    @tf.function
    def penalty_gradient():
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(x)
                score = tf.reduce_sum(layer(x)[:, 0])
            penalty = tf.reduce_sum(inner.gradient(score, x) ** 2)
        return outer.gradient(penalty, layer.kernel.value)

    w, sigma = W[:, 0], u @ W.T @ v  # penalty = 3 |w|^2 / sigma^2
    expected = np.stack([6 * w / sigma**2, np.zeros(4)], 1) - 6 * (w @ w) / sigma**3 * np.outer(v, u)
    np.testing.assert_allclose(penalty_gradient(), expected, rtol=1e-6, atol=1e-9)


def test_one_iteration_a_step_tracks_sigma_during_training():
    keras.utils.set_random_seed(0)
    layer = SpectralNormalization(keras.layers.Dense(64, use_bias=False))
    x, y = keras.random.normal((256, 32)), keras.random.normal((256, 64))
    layer(x)
    optimizer = keras.optimizers.SGD(0.5)
    optimizer.build(layer.trainable_variables)
    ratios, start = [], layer.kernel.numpy()

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((layer(x) - y) ** 2)
        optimizer.apply(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables)
        layer.update_power_iteration()

    for _ in range(100):
        step()
        ratios.append(layer.sigma().numpy() / largest_singular_value(layer.kernel.numpy()))
    assert np.linalg.norm(layer.kernel.numpy() - start) > 0.05 * np.linalg.norm(start)  # it did move
    assert min(ratios[20:]) > 0.98
    assert max(ratios) < 1.0001


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_keeps_float32_masters(policy):
    for kind in KINDS:
        keras.config.set_dtype_policy("float32")
        reference, x, _ = build(kind)
        keras.config.set_dtype_policy(policy)
        layer, _, _ = build(kind)
        inputs = keras.Input(x.shape[1:], dtype="int32" if kind == "embedding" else "float32")
        model = keras.Model(inputs, layer(inputs))
        reference.u.assign(layer.u)
        reference.v.assign(layer.v)
        expected = reference(x).numpy()
        for output in (layer(x), model(x), model.outputs[0]):
            assert keras.backend.standardize_dtype(output.dtype) == policy.removeprefix("mixed_")
        for output in (layer(x), model(x)):
            error = np.linalg.norm(tf.cast(output, "float32") - expected) / np.linalg.norm(expected)
            assert error < 0.01, kind
        assert {weight.dtype for weight in layer.weights} == {"float32"}

        # sigma is not rounded to the compute dtype, neither outside nor inside of a call
        seen = []
        sigma, layer.sigma = layer.sigma, lambda sigma=layer.sigma, seen=seen: seen.append(sigma()) or seen[-1]
        model(x)
        for value in (sigma(), seen[-1]):
            assert value.dtype == tf.float32
            np.testing.assert_allclose(value, reference.sigma(), rtol=1e-6)


def test_the_wrapped_layer_may_stay_in_float32_under_a_mixed_policy():
    keras.config.set_dtype_policy("mixed_float16")
    layer = SpectralNormalization(keras.layers.Dense(1, dtype="float32"))
    x = np.full((1, 4), 1 + 1e-4, "float32")  # float16 cannot tell it from 1
    assert layer(x).dtype == tf.float32
    assert layer(x).numpy() != layer(np.ones((1, 4), "float32")).numpy()


def test_one_layer_called_twice_in_a_model_has_one_u():
    layer = SpectralNormalization(keras.layers.Dense(3))
    x = keras.Input((3,))
    model = keras.Model(x, layer(layer(x)))
    assert sorted(weight.path.split("/")[-1] for weight in model.weights) == ["bias", "kernel", "u", "v"]
    W = layer.kernel.numpy() / layer.sigma().numpy()
    values = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
    np.testing.assert_allclose(model(values), values @ W @ W, atol=1e-5)


def test_stateless_call_uses_the_values_that_are_handed_in():
    x = keras.Input((3,))
    model = keras.Model(x, SpectralNormalization(keras.layers.Dense(2))(x))
    kernel, bias = np.eye(3, 2, dtype="float32") * 5, np.array([1.0, 2.0], "float32")
    u, v = np.array([1.0, 0.0], "float32"), np.array([1.0, 0.0, 0.0], "float32")
    values = np.ones((1, 3), "float32")
    outputs, _ = model.stateless_call([kernel, bias], [u, v], values)
    np.testing.assert_allclose(outputs, [[2.0, 3.0]], atol=1e-6)  # W / 5 is the identity, plus the bias


def test_built_inside_a_stateless_scope_the_warm_up_sees_the_real_kernel():
    class Outer(keras.layers.Layer):  # no build(): Keras builds the inner layer while it infers shapes
        def __init__(self):
            super().__init__()
            self.inner = SpectralNormalization(keras.layers.Dense(8))

        def call(self, x):
            return self.inner(x)

    x = keras.Input((16,))
    outer = Outer()
    keras.Model(x, outer(x))
    sigma = outer.inner.sigma().numpy()
    assert 0.95 < sigma / largest_singular_value(outer.inner.kernel.numpy()) <= 1.0001


def test_losses_of_the_wrapped_layer_are_kept():
    layer = SpectralNormalization(
        keras.layers.Dense(2, kernel_regularizer=keras.regularizers.L2(0.5), activity_regularizer="l1")
    )
    x = np.ones((4, 3), "float32")
    outputs = layer(x).numpy()
    activity, kernel = sorted((loss.numpy() for loss in layer.losses), key=lambda a: a != layer.losses[0].numpy())
    np.testing.assert_allclose(activity, 0.01 * np.abs(outputs).sum() / 4, rtol=1e-5)
    np.testing.assert_allclose(kernel, 0.5 * np.sum(layer.kernel.numpy() ** 2), rtol=1e-5)  # of the raw kernel


def test_save_and_load(tmp_path):
    x = keras.Input((8, 8, 3))
    h = SpectralNormalization(keras.layers.Conv2D(4, 3), scale=1.5, power_iterations=2, name="first")(x)
    h = SpectralNormalization(keras.layers.Conv2DTranspose(4, 3))(h)
    model = keras.Model(x, SpectralNormalization(keras.layers.Dense(1))(keras.layers.Flatten()(h)))
    for layer in model.layers:
        if isinstance(layer, SpectralNormalization):
            layer.kernel.assign(layer.kernel + 0.1)  # not what a fresh layer would warm up to
            layer.update_power_iteration()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    values = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    np.testing.assert_array_equal(loaded(values), model(values))
    for old, new in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert (loaded.get_layer("first").scale, loaded.get_layer("first").power_iterations) == (1.5, 2)
    assert isinstance(loaded.get_layer("first").layer, keras.layers.Conv2D)


def test_exported_graphs_hold_the_plain_division(tmp_path):
    import onnx
    import onnxruntime

    z = keras.Input((6,), name="z")
    h = SpectralNormalization(keras.layers.Dense(4 * 4 * 5))(z)
    h = keras.layers.Reshape((4, 4, 5))(h)
    h = SpectralNormalization(keras.layers.Conv2DTranspose(3, 4, strides=2, padding="same"))(h)
    generator = keras.Model(z, h)
    values = np.random.default_rng(0).normal(size=(3, 6)).astype("float32")
    expected = generator(values)

    generator.export(tmp_path / "saved", verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_allclose(loaded.serve(values), expected, atol=1e-6)
    np.testing.assert_allclose(loaded.serve(values), loaded.serve(values), atol=0)

    generator.export(str(tmp_path / "generator.onnx"), format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(tmp_path / "generator.onnx")
    (output,) = session.run(None, {session.get_inputs()[0].name: values})
    np.testing.assert_allclose(output, expected, atol=1e-6)
    graph = onnx.load(tmp_path / "generator.onnx").graph
    kinds = [node.op_type for node in graph.node]
    assert set(kinds) <= {
        "MatMul",
        "Gemm",
        "Add",
        "Reshape",
        "Transpose",
        "ConvTranspose",
        "Shape",
        "Slice",
        "Concat",
        "Cast",
    }
    assert kinds.count("MatMul") + kinds.count("Gemm") == 1  # the Dense layer's own: sigma is folded


def test_replicas_stay_equal():
    script = pathlib.Path(__file__).with_name("spectral_normalization_replicas.py")
    result = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip().endswith("replicas agree")


@pytest.mark.parametrize(
    "layer", [keras.layers.Flatten(), keras.layers.DepthwiseConv2D(3), keras.layers.BatchNormalization()]
)
def test_layers_without_a_known_kernel_are_refused(layer):
    with pytest.raises(ValueError, match=r"which has no kernel that it knows(?s:.)*Expected one of Dense"):
        SpectralNormalization(layer)


@pytest.mark.parametrize(
    "layer", [keras.layers.Dense(3, kernel_initializer="zeros"), keras.layers.Embedding(3, 2, "zeros")]
)
def test_zero_kernels_are_refused(layer):
    with pytest.raises(ValueError, match="starts at zero"):
        SpectralNormalization(layer)


@pytest.mark.parametrize("scale", [0, -1.0, float("inf"), float("nan"), "2"])
def test_scales_that_are_no_positive_number_are_refused(scale):
    with pytest.raises(ValueError, match="Expected a positive number"):
        SpectralNormalization(keras.layers.Dense(3), scale=scale)


@pytest.mark.parametrize("power_iterations", [0, -1, 1.0, None])
def test_power_iterations_below_one_are_refused(power_iterations):
    with pytest.raises(ValueError, match="integer of at least 1"):
        SpectralNormalization(keras.layers.Dense(3), power_iterations=power_iterations)
