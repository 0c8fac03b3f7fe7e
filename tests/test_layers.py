import keras
import numpy as np
import pytest
import scipy.signal
import tensorflow as tf

import keras_gans as kg
from keras_gans.layers import NearestUpsampling2D, RectifiedLinear


@pytest.mark.parametrize("factor", [2, 3])
def test_upsampling_repeats_pixels(factor):
    x = np.random.default_rng(0).normal(size=(2, 3, 5, 4)).astype("float32")
    expected = x.repeat(factor, axis=1).repeat(factor, axis=2)
    layer = NearestUpsampling2D(factor)
    np.testing.assert_array_equal(layer(x), expected)
    inputs = keras.Input((3, None, 4))
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape == (None, 3 * factor, None, 4)
    np.testing.assert_array_equal(tf.function(model, input_signature=[tf.TensorSpec((None, 3, None, 4))])(x), expected)


def test_upsampling_gradients_of_first_and_second_order():
    # y = 3x repeated 2 x 2, f = sum y^3 = 4 sum (3x)^3: f' = 324 x^2, and sum (f')^2 has the gradient 4 * 324^2 x^3.
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 3, 4, 1)))
    layer = NearestUpsampling2D(dtype="float64")

    @tf.function
    def gradients(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                f = tf.reduce_sum(layer(3.0 * x) ** 3)
            first = inner.gradient(f, x)
            penalty = tf.reduce_sum(first**2)
        return first, outer.gradient(penalty, x)

    first, second = gradients(x)
    np.testing.assert_allclose(first, 324 * x**2, rtol=1e-12)
    np.testing.assert_allclose(second, 4 * 324**2 * x**3, rtol=1e-12)


def test_upsampling_is_one_resize_node_of_onnx(tmp_path):
    import onnx
    import onnxruntime

    x = keras.Input((4, 5, 3))
    h = keras.layers.Conv2D(2, 3, padding="same")(x)
    model = keras.Model(x, keras.layers.Conv2D(2, 3, padding="same")(NearestUpsampling2D()(h)))
    values = np.random.default_rng(0).normal(size=(3, 4, 5, 3)).astype("float32")
    expected = model(values)
    model.export(str(tmp_path / "model.onnx"), format="onnx", verbose=False)
    graph = onnx.load(tmp_path / "model.onnx").graph
    assert sorted(node.op_type for node in graph.node) == ["Conv", "Conv", "Resize", "Transpose", "Transpose"]
    (resize,) = [node for node in graph.node if node.op_type == "Resize"]
    modes = {attribute.name: attribute.s for attribute in resize.attribute}
    assert modes["coordinate_transformation_mode"] == b"asymmetric"  # the standard's; "tf_half_pixel_for_nn" is gone
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    (output,) = session.run(None, {session.get_inputs()[0].name: values})
    np.testing.assert_allclose(output, expected, atol=1e-5)


def test_upsampling_save_and_load(tmp_path):
    x = keras.Input((4, 5, 3))
    keras.Model(x, NearestUpsampling2D(3)(x)).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.output_shape == (None, 12, 15, 3)


@pytest.mark.parametrize("factor", [1, 0, -2, 1.5, "2"])
def test_upsampling_factor_is_checked(factor):
    with pytest.raises(ValueError, match="integer of at least 2"):
        NearestUpsampling2D(factor)


@pytest.mark.parametrize("slope", [0.0, 0.2])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_rectified_linear_has_the_values_and_gradients_of_its_definition(slope, dtype):
    x = tf.constant([-3.0, -0.5, 0.0, 0.5, 2.0], dtype)
    layer = RectifiedLinear(slope, dtype=dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
    gradient = tape.gradient(y, x)
    assert y.dtype == gradient.dtype == x.dtype
    tolerance = 1e-3 if dtype == "float16" else 1e-7  # TensorFlow keeps the slope in float32
    np.testing.assert_allclose(y, [-3 * slope, -0.5 * slope, 0.0, 0.5, 2.0], rtol=tolerance)
    np.testing.assert_allclose(gradient, [slope, slope, slope, 1.0, 1.0], rtol=tolerance)


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_rectified_linear_gives_keras_gradients_under_a_gradient_penalty(slope):
    rng = np.random.default_rng(0)
    x, *kernels = (tf.constant(rng.normal(size=shape)) for shape in ((8, 3), (3, 16), (16, 16), (16, 1)))

    @tf.function
    def gradients(activation):
        with tf.GradientTape() as outer:
            outer.watch(kernels)
            with tf.GradientTape() as inner:
                inner.watch(x)
                score = activation(activation(x @ kernels[0]) @ kernels[1]) @ kernels[2]
            norm = tf.norm(inner.gradient(score, x), axis=1)
            loss = tf.reduce_mean(score**2) + tf.reduce_mean((norm - 1) ** 2)
        return outer.gradient(loss, kernels)

    ours = gradients(RectifiedLinear(slope, dtype="float64"))
    theirs = gradients(keras.layers.LeakyReLU(slope, dtype="float64"))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)


def test_rectified_linear_has_no_second_derivative_to_take_back():
    x = tf.constant([-1.0, 1.0])

    def second(layer):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = layer(x)
            first = inner.gradient(y, x)
        return outer.gradient(first, x)

    assert second(RectifiedLinear(0.2)) is None
    assert second(keras.layers.LeakyReLU(0.2)) is not None  # the zeros that cost a pass; once gone, so may the layer be


@pytest.mark.parametrize(("slope", "node"), [(0.0, "Relu"), (0.2, "LeakyRelu")])
def test_rectified_linear_exports_as_one_node_and_loads(slope, node, tmp_path):
    import onnx

    x = keras.Input((3,))
    model = keras.Model(x, RectifiedLinear(slope)(x))
    model(np.zeros((1, 3)))
    model.export(str(tmp_path / "model.onnx"), format="onnx", verbose=False)
    assert [n.op_type for n in onnx.load(tmp_path / "model.onnx").graph.node] == [node]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(np.array([[-1.0, 0.0, 2.0]])), [[-slope, 0.0, 2.0]])


@pytest.mark.parametrize("slope", [-0.1, 1.0, 2])
def test_rectified_linear_slope_is_checked(slope):
    with pytest.raises(ValueError, match=r"Expected a number in \[0, 1\)"):
        RectifiedLinear(slope)


@pytest.mark.parametrize("kwargs", [{}, {"momentum": 0.9, "epsilon": 1e-5}, {"scale": False}, {"axis": 1}])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("jit_compile", [False, True])
def test_fused_batch_normalization_is_keras_own(kwargs, training, jit_compile):
    shape = (4, 3, 5, 6) if kwargs.get("axis") == 1 else (4, 5, 6, 3)
    layers = (kg.layers.FusedBatchNormalization(**kwargs), keras.layers.BatchNormalization(**kwargs))
    x = np.random.default_rng(0).normal(2.0, 3.0, size=shape).astype("float32")
    direction = np.random.default_rng(2).normal(size=shape).astype("float32")
    found = []
    for layer in layers:
        layer.build((None, *shape[1:]))
        layer.set_weights([np.linspace(0.5, 1.5, w.size).reshape(w.shape) for w in layer.get_weights()])

        @tf.function(jit_compile=jit_compile)
        def slopes(x, layer=layer):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x, training=training)
                value = tf.reduce_sum(y * direction)
            return y, tape.gradient(value, [x, *(v.value for v in layer.trainable_variables)])

        y, gradients = slopes(tf.constant(x))
        found.append([y, *gradients, *layer.get_weights()])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_fused_batch_normalization_keeps_statistics_in_float32(policy):
    layer = kg.layers.FusedBatchNormalization(dtype=policy)
    x = np.random.default_rng(0).normal(100.0, 3.0, size=(8, 16, 16, 2)).astype("float32")
    y = layer(x, training=True)
    assert y.dtype == layer.compute_dtype
    rounded = tf.cast(tf.cast(x, layer.compute_dtype), tf.float32).numpy()
    np.testing.assert_allclose(layer.moving_mean, 0.01 * rounded.mean((0, 1, 2)), rtol=1e-4)
    np.testing.assert_allclose(layer.moving_variance, 0.99 + 0.01 * rounded.var((0, 1, 2)), rtol=1e-3)


def test_fused_batch_normalization_can_be_differentiated_twice():
    layer = kg.layers.FusedBatchNormalization()
    x = tf.constant(np.random.default_rng(0).normal(size=(4, 3, 3, 2)).astype("float32"))
    layer.build(x.shape)

    def squared_gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = tf.reduce_sum(layer(x, training=True) ** 3)
        return tf.reduce_sum(tape.gradient(value, x) ** 2)

    with tf.GradientTape() as tape:
        tape.watch(x)
        value = squared_gradient(x)
    slope = tape.gradient(value, x)
    direction = tf.constant(np.random.default_rng(1).normal(size=x.shape).astype("float32"))
    h = 1e-3
    expected = (squared_gradient(x + h * direction) - squared_gradient(x - h * direction)) / (2 * h)
    assert float(tf.reduce_sum(slope * direction)) == pytest.approx(float(expected), rel=2e-2)


def smooth(x, taps, up):
    """Zeros between the pixels or every second pixel, by SciPy."""
    kernel = np.outer(taps, taps) / np.sum(taps) ** 2
    if up:
        wide = np.zeros((2 * x.shape[0], 2 * x.shape[1]))
        wide[::2, ::2] = x
        return scipy.signal.convolve2d(wide, 4 * kernel)[1:-2, 1:-2]
    return scipy.signal.convolve2d(x, kernel)[2:-1:2, 2:-1:2]


@pytest.mark.parametrize("up", [True, False])
def test_smooth_resizing_is_the_filter_of_stylegan(up):
    layer = kg.layers.SmoothUpsampling2D() if up else kg.layers.SmoothDownsampling2D()
    x = np.random.default_rng(0).normal(size=(2, 6, 8, 3)).astype("float32")
    y = np.array(layer(x))
    assert y.shape == layer.compute_output_shape(x.shape) == ((2, 12, 16, 3) if up else (2, 3, 4, 3))
    for i in range(2):
        for c in range(3):
            np.testing.assert_allclose(y[i, :, :, c], smooth(x[i, :, :, c], [1, 3, 3, 1], up), atol=1e-5)


def test_smooth_downsampling_refuses_odd_sides():
    with pytest.raises(ValueError, match=r"\[8, 7\] pixels were passed. Expected even sides"):
        kg.layers.SmoothDownsampling2D()(keras.Input((8, 7, 3)))


def test_grouped_convolution_refuses_channels_first():
    with pytest.raises(ValueError, match="data_format='channels_first'"):
        kg.layers.GroupedConv2D(4, 3, groups=2, data_format="channels_first")


def test_smooth_downsampling_can_be_differentiated_twice():
    critic = keras.Sequential([keras.Input((4, 4, 2)), kg.layers.SmoothDownsampling2D(), keras.layers.Flatten()])
    critic.add(keras.layers.Dense(3, activation="tanh"))
    critic.add(keras.layers.Dense(1))
    x = np.random.default_rng(0).normal(size=(3, 4, 4, 2)).astype("float32")
    kernel = critic.layers[2].kernel
    with tf.GradientTape() as tape:
        value = kg.penalties.r1(critic, x)
    slope, start, h = tape.gradient(value, kernel.value), kernel.numpy(), 1e-2
    direction = np.random.default_rng(1).normal(size=kernel.shape).astype("float32")
    values = []
    for sign in (1, -1):
        kernel.assign(start + sign * h * direction)
        values.append(float(kg.penalties.r1(critic, x)))
    assert float(tf.reduce_sum(slope * direction)) == pytest.approx((values[0] - values[1]) / (2 * h), rel=1e-2)


def test_spatial_basis_scales_learned_maps():
    layer = kg.layers.SpatialBasis((2, 3))
    y = layer(np.array([[1.0, -2.0], [0.0, 0.5]], "float32"))
    assert y.shape == layer.compute_output_shape((2, 2)) == (2, 2, 3, 2)
    np.testing.assert_allclose(y[0, :, :, 1], -2.0 * layer.basis.numpy()[:, :, 1])
    np.testing.assert_allclose(y[1, :, :, 0], 0.0)


@pytest.mark.parametrize("is_native", [True, False])
@pytest.mark.parametrize("strides", [1, 2])
def test_grouped_convolution_is_keras_own(is_native, strides, monkeypatch):
    if not is_native:
        monkeypatch.setattr(kg.layers.grouped_convolution, "_groups_can_be_differentiated", lambda: False)
    elif not kg.layers.grouped_convolution._groups_can_be_differentiated():
        return  # a CPU without oneDNN: the other case is all that there is
    kwargs = dict(filters=8, kernel_size=3, groups=2, padding="same", strides=strides)
    mine, theirs = kg.layers.GroupedConv2D(**kwargs), keras.layers.Conv2D(**kwargs)
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 6, 6, 4)).astype("float32"))
    for layer in (mine, theirs):
        layer.build(x.shape)
    theirs.set_weights(mine.get_weights())
    found = []
    for layer in (mine, theirs):
        with tf.GradientTape() as tape:
            value = kg.penalties.r1(lambda x, layer=layer: tf.reduce_sum(layer(x) ** 2, (1, 2, 3))[:, None], x)
        found.append((layer(x), tape.gradient(value, layer.kernel.value)))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-3, atol=1e-2)
