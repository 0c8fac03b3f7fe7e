import inspect
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans import networks
from keras_gans.adversarial import update_power_iterations
from keras_gans.layers import (
    FusedBatchNormalization,
    GroupedConv2D,
    MinibatchDiscrimination,
    Packing,
    SelfAttention,
    SmoothUpsampling2D,
    SpectralNormalization,
)
from keras_gans.networks import (
    dcgan_discriminator,
    dcgan_generator,
    mlp_discriminator,
    mlp_generator,
    r3gan_discriminator,
    r3gan_generator,
    resnet_discriminator,
    resnet_generator,
)

# Small networks of every kind.
GENERATORS = {
    "mlp": lambda: mlp_generator(3, (2,), hidden=(8, 8)),
    "mlp of images": lambda: mlp_generator(3, (4, 5, 1), hidden=(8,), output_activation="tanh"),
    "dcgan": lambda: dcgan_generator(3, (19, 16, 2), width=4),
    "dcgan of layer norm": lambda: dcgan_generator(3, (16, 16, 1), width=4, kernel_size=4, norm="layer"),
    "dcgan, spectral": lambda: dcgan_generator(3, (16, 16, 1), width=4, norm=None, spectral=True, hidden=6),
    "dcgan with attention": lambda: dcgan_generator(3, (16, 16, 1), width=8, attention=(8,)),
    "resnet": lambda: resnet_generator(3, (16, 24, 3), width=4),
    "r3gan": lambda: r3gan_generator(3, (12, 8, 3), widths=(8, 4), blocks=1, group_width=4),
}
DISCRIMINATORS = {
    "mlp": lambda: mlp_discriminator((2,), hidden=(8, 8)),
    "mlp of images": lambda: mlp_discriminator((4, 5, 1), hidden=(8,), activation="tanh"),
    "mlp, spectral": lambda: mlp_discriminator((2,), hidden=(8, 8), spectral=True),
    "dcgan": lambda: dcgan_discriminator((19, 16, 2), width=4),
    "dcgan of layer norm": lambda: dcgan_discriminator((16, 16, 1), width=4, kernel_size=4, norm="layer", hidden=6),
    "dcgan, spectral": lambda: dcgan_discriminator((16, 16, 1), width=4, norm=None, spectral=True),
    "dcgan with attention": lambda: dcgan_discriminator((16, 16, 1), width=8, norm=None, attention=(8,)),
    "resnet": lambda: resnet_discriminator((16, 24, 3), width=4),
    "r3gan": lambda: r3gan_discriminator((12, 8, 3), widths=(4, 8), blocks=1, group_width=4),
    "resnet, spectral": lambda: resnet_discriminator((16, 24, 3), width=4, spectral=True, pooling="sum"),
}
ALL = [*GENERATORS.values(), *DISCRIMINATORS.values()]


def inputs_of(model, m=2, seed=0):
    return np.random.default_rng(seed).normal(size=(m, *model.input_shape[1:])).astype("float32")


def kinds_of(model):
    return [type(layer).__name__ for layer in model.layers]


def layers_of(model, kind):
    """Layers of a kind in the order of their creation, which Keras numbers: conv2d, conv2d_1, ..."""
    layers = [layer for layer in model.layers if type(layer) is kind]
    return sorted(layers, key=lambda layer: int(re.search(r"(?:_(\d+))?$", layer.name)[1] or 0))


# --------------------------------------------------------------------------------------------------- common to all


def test_every_network_is_covered():
    functions = {name for name, value in vars(networks).items() if inspect.isfunction(value)}
    assert functions == set(networks.__all__) - {"Labels", "Vectors"}
    pairs = {f"{k}_{end}" for k in ("mlp", "dcgan", "r3gan", "resnet") for end in ("generator", "discriminator")}
    of_translation = {"resnet_translator", "unet_translator", "patch_discriminator"}  # tests/test_translation.py
    of_autoencoders = {"mlp_encoder", "mlp_decoder", "dcgan_encoder"}  # tests/test_variational.py
    of_showers = {"shower_generator", "shower_critic"}  # tests/test_shower_units.py
    assert functions == {*pairs, "recognizer", *of_translation, *of_autoencoders, *of_showers}


@pytest.mark.parametrize("kind", ["generators", "discriminators"])
def test_save_and_load(kind, tmp_path):
    makers, name = (GENERATORS, "z") if kind == "generators" else (DISCRIMINATORS, "x")
    for make in makers.values():
        model = make()
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        for either in (model, loaded):
            assert [tensor.name for tensor in either.inputs] == [name]
        np.testing.assert_array_equal(loaded(inputs_of(model)), model(inputs_of(model)))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_outputs_are_float32_under_mixed_policies(policy):
    keras.config.set_dtype_policy(policy)
    for make in ALL:
        model = make()
        for weight in model.trainable_variables:
            if "dcgan" in model.name and weight.name == "kernel":
                weight.assign(8 * weight)  # it begins near zero, where tanh x is x
        output = model(inputs_of(model))
        assert output.dtype == tf.float32
        assert model.outputs[0].dtype == "float32"
        # had the last layer rounded it to half precision, a second rounding would change nothing
        half = tf.cast(output, policy.removeprefix("mixed_"))
        assert np.any(output != tf.cast(half, "float32")), model.name
        hidden = [layer.compute_dtype for layer in model.layers[2:-1]]
        assert policy.removeprefix("mixed_") in hidden
        assert {weight.dtype for weight in model.weights} == {"float32"}


@pytest.mark.parametrize("make", DISCRIMINATORS.values(), ids=DISCRIMINATORS)
def test_scores_are_raw_and_a_penalty_reaches_every_kernel(make):
    model = make()
    x = tf.constant(inputs_of(model, m=16))
    for weight in model.trainable_variables:
        # R3GAN's last convolutions begin at zero, and attention's share
        if weight.name in ("kernel", "gamma") and not np.any(weight):
            weight.assign(np.random.default_rng(0).normal(size=weight.shape))

    @tf.function
    def penalty_gradient():
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(x)
                score = model(x)
            penalty = tf.reduce_sum(inner.gradient(score, x) ** 2)
        return score, outer.gradient(penalty, [w.value for w in model.trainable_variables if w.name == "kernel"])

    score, gradients = penalty_gradient()
    assert score.shape == (16, 1)
    assert score.numpy().min() < 0 or score.numpy().max() > 1  # no sigmoid
    assert all(gradient is not None and np.any(gradient) for gradient in gradients)


@pytest.mark.parametrize("make", GENERATORS.values(), ids=GENERATORS)
def test_generators_export_to_onnx(make, tmp_path):
    import onnx
    import onnxruntime

    generator = make()
    for weight in generator.non_trainable_variables:  # moving statistics other than 0 and 1
        if "moving" in weight.name:
            weight.assign(np.random.default_rng(0).uniform(0.5, 1.5, weight.shape))
    z = inputs_of(generator, m=3)
    expected = generator(z)
    path = tmp_path / "generator.onnx"
    generator.export(str(path), format="onnx", verbose=False, opset_version=18)
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert not {"Tile", "Loop", "If"} & {node.op_type for node in model.graph.node}
    session = onnxruntime.InferenceSession(path)
    (images,) = session.run(None, {session.get_inputs()[0].name: z})
    np.testing.assert_allclose(images, expected, atol=1e-5)


# --------------------------------------------------------------------------------------------------------------- mlp


def test_mlp_defaults_are_those_of_the_wgan_gp_toys():
    generator, discriminator = mlp_generator(2, (2,)), mlp_discriminator((2,))
    # 2 -> 512 -> 512 -> 512 -> 2 or 1, with biases
    assert generator.count_params() == 1536 + 2 * 262_656 + 1026
    assert discriminator.count_params() == 1536 + 2 * 262_656 + 513
    for model in (generator, discriminator):
        *hidden, last = [layer.kernel.numpy() for layer in model.layers if isinstance(layer, keras.layers.Dense)]
        for kernel in hidden[1:]:  # He uniform: the limit is sqrt(6 / fan_in)
            assert 0.99 * np.sqrt(6 / 512) < np.abs(kernel).max() <= np.sqrt(6 / 512)
        limit = np.sqrt(6 / (512 + last.shape[1]))  # Glorot uniform
        assert 0.95 * limit < np.abs(last).max() <= limit
        assert np.any(hidden[1] != hidden[2])


def test_mlp_computes_what_it_says():
    model = mlp_generator(3, (2, 2), hidden=(4,), output_activation="tanh")
    W1, b1, W2, b2 = model.get_weights()
    z = inputs_of(model)
    expected = np.tanh(np.maximum(z @ W1 + b1, 0) @ W2 + b2).reshape(-1, 2, 2)
    np.testing.assert_allclose(model(z), expected, atol=1e-6)


@pytest.mark.parametrize("spectral", [True, 1.5])
def test_mlp_brings_each_kernel_to_the_norm_that_is_asked_for(spectral):
    model = mlp_discriminator((3,), hidden=(4, 5), spectral=spectral)
    for _ in range(100):
        update_power_iterations([model])
    layers = [layer for layer in model.layers if isinstance(layer, SpectralNormalization)]
    (W1, b1), (W2, b2), (W3, b3) = [
        (spectral * layer.kernel.numpy() / np.linalg.norm(layer.kernel.numpy(), 2), layer.layer.bias.numpy())
        for layer in layers
    ]
    x = inputs_of(model)
    expected = np.maximum(np.maximum(x @ W1 + b1, 0) @ W2 + b2, 0) @ W3 + b3
    np.testing.assert_allclose(model(x), expected, atol=1e-5)
    # So that no score changes faster than its point moves, times the norms.
    far = np.random.default_rng(0).normal(size=(2, 50, 3)).astype("float32") * 5
    slopes = np.abs(model(far[0]) - model(far[1]))[:, 0] / np.linalg.norm(far[0] - far[1], axis=1)
    assert slopes.max() <= spectral**3 + 1e-5


def test_mlp_activation():
    W1, b1, W2, b2 = (model := mlp_discriminator((3,), hidden=(4,), activation="tanh")).get_weights()
    x = inputs_of(model)
    np.testing.assert_allclose(model(x), np.tanh(x @ W1 + b1) @ W2 + b2, atol=1e-6)


# ------------------------------------------------------------------------------------------------------------- dcgan


@pytest.mark.parametrize(
    ("image_shape", "base"),
    [
        ((8, 8, 1), (4, 4)),
        ((9, 15, 2), (5, 8)),
        ((16, 16, 1), (4, 4)),
        ((28, 28, 1), (7, 7)),
        ((32, 32, 3), (4, 4)),
        ((45, 37, 2), (6, 5)),
        ((64, 64, 3), (4, 4)),
        ((17, 100, 3), (5, 25)),
        ([12, 12, 5], (6, 6)),
    ],
)
def test_dcgan_shapes(image_shape, base):
    for kernel_size in (4, 5):
        generator = dcgan_generator(3, image_shape, width=2, kernel_size=kernel_size)
        discriminator = dcgan_discriminator(image_shape, width=2, kernel_size=kernel_size)
        images = generator(inputs_of(generator))
        assert images.shape == (2, *image_shape)
        assert generator.output_shape == (None, *image_shape)
        assert discriminator(images).shape == (2, 1)
        assert layers_of(generator, keras.layers.Reshape)[0].output.shape[1:3] == base
        assert discriminator.layers[-2].input.shape[1:3] == base


def test_dcgan_28x28_layer_by_layer():
    generator, discriminator = dcgan_generator(128, (28, 28, 1)), dcgan_discriminator((28, 28, 1))
    assert kinds_of(generator) == [
        *("InputLayer", "Dense", "Reshape", "FusedBatchNormalization", "ReLU"),
        *("Conv2DTranspose", "FusedBatchNormalization", "ReLU"),  # 7 to 14
        *("Conv2DTranspose", "Activation"),  # 14 to 28, nothing to crop, no normalization
    ]
    assert kinds_of(discriminator) == [
        *("InputLayer", "Conv2D", "RectifiedLinear"),  # 28 to 14, no normalization
        *("Conv2D", "FusedBatchNormalization", "RectifiedLinear"),  # 14 to 7
        *("Flatten", "Dense"),
    ]
    assert generator.layers[-1].activation is keras.activations.tanh
    assert [layer.negative_slope for layer in discriminator.layers if hasattr(layer, "negative_slope")] == [0.2, 0.2]
    # dense, BN of 128, 5x5x128x64, BN of 64, 5x5x64x1 and its bias
    assert generator.count_params() == 128 * 6272 + 4 * 128 + 204_800 + 4 * 64 + 1601
    # 5x5x1x64 and its bias, 5x5x64x128, BN of 128, dense
    assert discriminator.count_params() == 1664 + 204_800 + 4 * 128 + 6273


def test_kernels_are_drawn_as_asked():
    keras.utils.set_random_seed(0)
    networks = [
        dcgan_generator(200, (16, 16, 1), width=64, kernel_initializer="he_normal"),
        dcgan_discriminator((16, 16, 3), width=64, kernel_initializer="he_normal"),
    ]
    for network in networks:
        kernels = [layer.kernel for layer in network.layers if hasattr(layer, "kernel") and layer.kernel.shape[-1] > 1]
        assert len(kernels) >= 2
        for kernel in kernels:
            fan_in = np.prod(kernel.shape[:-1])  # as Keras counts it, of transposed convolutions too
            assert np.std(kernel.numpy()) == pytest.approx(np.sqrt(2 / fan_in), rel=0.05)
        first, second = (np.ravel(kernel.numpy())[:50] for kernel in kernels[:2])
        assert abs(np.corrcoef(first, second)[0, 1]) < 0.5  # not the same numbers twice


def test_maps_are_halved_until_they_are_small_enough():
    generator = dcgan_generator(10, (28, 28, 1), width=8, kernel_size=4, stop_below=5)
    discriminator = dcgan_discriminator((28, 28, 1), width=8, kernel_size=4, norm=None, stop_below=5)
    # dense to 4x4x32, BN; 4x4x32x16, BN; 4x4x16x8, BN; 4x4x8x1 and its bias
    assert generator.count_params() == 10 * 512 + 4 * 32 + 8192 + 4 * 16 + 2048 + 4 * 8 + 129
    # 4x4x1x8, 4x4x8x16, 4x4x16x32 with biases, dense of 4x4x32
    assert discriminator.count_params() == 136 + 2064 + 8224 + 513
    assert generator.output_shape == (None, 28, 28, 1)
    for stop_below in (1, 9, 4.5, None):
        with pytest.raises(ValueError, match="Expected an integer from 2 to 8"):
            dcgan_discriminator((28, 28, 1), stop_below=stop_below)


@pytest.mark.parametrize("norm", ["batch", "layer", None])
def test_hidden_units_stand_between_the_smallest_map_and_z_or_the_score(norm):
    shape, w, k, n = (28, 28, 1), 8, 4, 32
    generator, plain_generator = (dcgan_generator(10, shape, w, k, norm, hidden=hidden) for hidden in (n, None))
    discriminator, plain_discriminator = (dcgan_discriminator(shape, w, k, norm, hidden=h) for h in (n, None))
    of_norm = {"batch": 4 * n, "layer": 2 * n, None: n}[norm]  # scales, shifts, means and variances, or the biases
    smallest = 7 * 7 * 2 * w
    assert generator.count_params() - plain_generator.count_params() == 10 * n + of_norm + (n - 10) * smallest
    added = discriminator.count_params() - plain_discriminator.count_params()
    assert added == smallest * n + of_norm + n - smallest
    assert generator.output_shape == (None, *shape)
    # Every pixel counts for the rest: the score is no sum over parts of the image.
    x = inputs_of(discriminator)
    left, right, both = x.copy(), x.copy(), x.copy()
    left[:, :4], right[:, -4:], both[:, :4], both[:, -4:] = 0.0, 0.0, 0.0, 0.0

    def sum_of_parts(network):
        score = lambda y: network(y, training=False).numpy()  # noqa: E731
        return score(left) + score(right) - score(both) == pytest.approx(score(x), rel=1e-5)

    assert not sum_of_parts(discriminator)
    assert sum_of_parts(plain_discriminator) or norm == "layer"  # which takes moments over the image
    for hidden in (0, 2.5):
        with pytest.raises(ValueError, match="Expected an integer of at least 1"):
            dcgan_discriminator(shape, hidden=hidden)


def test_dcgan_of_the_paper_for_64x64():
    generator = dcgan_generator(100, (64, 64, 3), width=128)
    shapes = [layer.output.shape[1:] for layer in layers_of(generator, keras.layers.Conv2DTranspose)]
    assert shapes == [(8, 8, 512), (16, 16, 256), (32, 32, 128), (64, 64, 3)]
    kernels = 100 * 16_384 + 25 * (1024 * 512 + 512 * 256 + 256 * 128 + 128 * 3)
    assert generator.count_params() == kernels + 4 * (1024 + 512 + 256 + 128) + 3


def test_dcgan_width_is_capped_at_eight_times():
    convs = layers_of(dcgan_discriminator((128, 128, 1), width=2), keras.layers.Conv2D)
    assert [conv.filters for conv in convs] == [2, 4, 8, 16, 16]


@pytest.mark.parametrize("spectral", [False, True])
def test_dcgan_initialization(spectral):
    for model in (
        dcgan_generator(64, (32, 32, 3), width=16, norm="batch", spectral=spectral),
        dcgan_discriminator((32, 32, 3), width=16, norm="batch", spectral=spectral),
    ):
        kernels = [weight.numpy() for weight in model.weights if weight.name == "kernel"]
        assert len(kernels) == 4
        for kernel in kernels:
            assert abs(kernel.mean()) < 5 * 0.02 / np.sqrt(kernel.size)
            assert kernel.std() == pytest.approx(0.02, rel=5 / np.sqrt(2 * kernel.size))
        firsts = {float(kernel.ravel()[0]) for kernel in kernels}
        assert len(firsts) == 4  # a Keras initializer that is shared would draw the same numbers
        gammas = np.concatenate([weight.numpy() for weight in model.weights if weight.name == "gamma"])
        assert gammas.mean() == pytest.approx(1.0, abs=0.01)
        assert gammas.std() == pytest.approx(0.02, rel=0.4)
        assert not any(np.any(weight) for weight in model.weights if weight.name in ("bias", "beta"))


@pytest.mark.parametrize("norm", ["batch", "layer", None])
def test_dcgan_norm(norm):
    generator, discriminator = (
        dcgan_generator(3, (16, 16, 2), 4, norm=norm),
        dcgan_discriminator((16, 16, 2), 4, norm=norm),
    )
    kind = {"batch": "FusedBatchNormalization", "layer": "GroupNormalization", None: None}[norm]
    assert kinds_of(generator).count(kind) == (2 if norm else 0)
    assert kinds_of(discriminator).count(kind) == (1 if norm else 0)
    use_bias = [
        layer.use_bias for model in (generator, discriminator) for layer in model.layers if hasattr(layer, "use_bias")
    ]
    if norm:  # dense, transposed, output; input, conv, dense
        assert use_bias == [False, False, True, True, False, True]
    else:
        assert all(use_bias)
    # whether the score of an image depends on its companions
    x = inputs_of(discriminator, m=4)
    alone = discriminator(x[:2], training=True)
    together = discriminator(x, training=True)[:2]
    assert np.allclose(alone, together, atol=1e-6) == (norm != "batch")


def test_dcgan_layer_norm_is_over_h_w_c_with_a_scale_per_channel():
    model = dcgan_discriminator((16, 16, 1), width=4, norm="layer")
    (norm,) = layers_of(model, keras.layers.GroupNormalization)
    assert norm.gamma.shape == (8,)
    h = inputs_of(model, m=3) @ np.ones((1, 8), "float32") * np.arange(1, 9, dtype="float32") + 5
    expected = (h - h.mean((1, 2, 3), keepdims=True)) / np.sqrt(h.var((1, 2, 3), keepdims=True) + 1e-5)
    np.testing.assert_allclose(norm(h), expected, atol=1e-4)


@pytest.mark.parametrize(
    "make",
    [
        lambda: mlp_discriminator((4, 5, 1), hidden=(8, 16), spectral=True),
        lambda: dcgan_generator(3, (16, 16, 1), width=4, spectral=True),
        lambda: dcgan_discriminator((16, 16, 1), width=4, spectral=True),
        lambda: resnet_discriminator((16, 16, 1), width=4, spectral=True),
    ],
)
def test_spectral_wraps_every_kernel(make):
    model = make()
    wrapped = [layer for layer in model.layers if isinstance(layer, SpectralNormalization)]
    kernels = [weight for weight in model.weights if weight.name == "kernel"]
    assert (
        len(wrapped)
        == len(kernels)
        == {"mlp_discriminator": 3, "dcgan_generator": 3, "dcgan_discriminator": 3, "resnet_discriminator": 11}[
            model.name
        ]
    )
    for layer in wrapped:
        matrix = layer.kernel.numpy()
        if isinstance(layer.layer, keras.layers.Conv2DTranspose):
            matrix = matrix.swapaxes(-1, -2)
        sigma = np.linalg.svd(matrix.reshape(-1, matrix.shape[-1]), compute_uv=False)[0]
        assert 0.9 < layer.sigma() / sigma < 1.001


def test_layers_of_ones_own_stand_at_both_ends():
    ends = lambda: {"first": [Packing(2)], "last": [MinibatchDiscrimination(3, 2)]}  # noqa: E731
    points = mlp_discriminator((2,), hidden=(8,), **ends())
    assert [type(layer).__name__ for layer in points.layers[1:3]] == ["Packing", "Dense"]
    assert points.layers[2].kernel.shape == (4, 8)
    assert points.layers[-1].kernel.shape == (8 + 3, 1)
    assert points(np.zeros((6, 2), "float32")).shape == (3, 1)
    images = dcgan_discriminator((16, 16, 1), width=4, hidden=6, **ends())
    assert images.layers[2].kernel.shape == (5, 5, 2, 4)
    assert images.layers[-1].kernel.shape == (6 + 3, 1)
    r3gan = r3gan_discriminator((8, 8, 3), widths=(8, 8), blocks=1, group_width=4, first=[Packing(2)])
    assert r3gan(np.zeros((4, 8, 8, 3), "float32")).shape == (2, 1)


def test_attention_is_where_it_is_asked_for():
    generator = dcgan_generator(3, (32, 32, 1), width=8, norm=None, spectral=True, attention=(8, 16))
    found = [layer for layer in generator.layers if isinstance(layer, SelfAttention)]
    assert [layer.output.shape[1] for layer in found] == [8, 16]
    assert all(layer.spectral for layer in found)
    discriminator = dcgan_discriminator((32, 32, 1), width=8, attention=(4,))
    (layer,) = (layer for layer in discriminator.layers if isinstance(layer, SelfAttention))
    assert layer.output.shape[1] == 4
    with pytest.raises(ValueError, match=r"attention=\(5,\) was passed, hidden maps have heights \[4, 8, 16\]"):
        dcgan_discriminator((32, 32, 1), attention=(5,))


def test_dcgan_output_activation():
    generator = dcgan_generator(3, (16, 16, 1), width=4, output_activation=None)
    last = layers_of(generator, keras.layers.Conv2DTranspose)[-1]
    last.bias.assign([5.0])
    assert generator(inputs_of(generator)).numpy().mean() > 4


# ------------------------------------------------------------------------------------------------------------ resnet


@pytest.mark.parametrize("image_shape", [(8, 8, 1), (16, 40, 2), (32, 32, 3), [64, 64, 3]])
def test_resnet_shapes(image_shape):
    generator, discriminator = resnet_generator(3, image_shape, width=2), resnet_discriminator(image_shape, width=2)
    images = generator(inputs_of(generator))
    assert images.shape == (2, *image_shape)
    assert np.abs(images).max() <= 1
    assert discriminator(images).shape == (2, 1)


def test_resnet_parameter_counts():
    # SN-GAN: dense, 3 blocks of (3x3, 3x3, 1x1, two BN), BN, 3x3 to 3 channels; BN has 2 trained vectors.
    block = 2 * (9 * 256 * 256 + 256) + (256 * 256 + 256) + 2 * 2 * 256
    generator = resnet_generator(128, width=256)
    trained = sum(weight.numpy().size for weight in generator.trainable_variables)
    assert trained == (128 * 4096 + 4096) + 3 * block + 2 * 256 + (9 * 256 * 3 + 3) == 4_276_739
    # D: block of the image, block with a shortcut, two without, dense
    conv3 = 9 * 128 * 128 + 128
    expected = (9 * 3 * 128 + 128 + conv3 + 3 * 128 + 128) + (2 * conv3 + 128 * 128 + 128) + 2 * 2 * conv3 + 129
    for spectral in (False, True):
        discriminator = resnet_discriminator(spectral=spectral)
        assert sum(weight.numpy().size for weight in discriminator.trainable_variables) == expected == 1_053_825
    assert not any("BatchNorm" in kind for kind in kinds_of(discriminator))


def conv(x, layer):
    return tf.nn.conv2d(x, layer.kernel.value, 1, "SAME") + layer.bias.value


def pool(x):
    return tf.nn.avg_pool2d(x, 2, 2, "VALID")


def up(x):
    return tf.repeat(tf.repeat(x, 2, axis=1), 2, axis=2)


@pytest.mark.parametrize("pooling", ["mean", "sum"])
def test_resnet_discriminator_is_the_papers_function(pooling):
    """Written out in the order of the authors' code, with pooling after the convolution of the shortcut."""
    model = resnet_discriminator((16, 24, 3), width=5, pooling=pooling)
    for weight in model.trainable_variables:
        weight.assign_add(0.1 * keras.random.normal(weight.shape))  # biases other than zero
    convs = layers_of(model, keras.layers.Conv2D)
    wide, thin = [c for c in convs if c.kernel_size == (3, 3)], [c for c in convs if c.kernel_size == (1, 1)]
    x = inputs_of(model)
    h = pool(conv(tf.nn.relu(conv(x, wide[0])), wide[1])) + conv(pool(x), thin[0])
    h = pool(conv(tf.nn.relu(conv(tf.nn.relu(h), wide[2])), wide[3])) + pool(conv(h, thin[1]))
    for i in (4, 6):
        h = conv(tf.nn.relu(conv(tf.nn.relu(h), wide[i])), wide[i + 1]) + h
    h = tf.nn.relu(h).numpy()
    h = h.mean((1, 2)) if pooling == "mean" else h.sum((1, 2))
    (dense,) = layers_of(model, keras.layers.Dense)
    np.testing.assert_allclose(model(x), h @ dense.kernel.numpy() + dense.bias.numpy(), rtol=1e-4, atol=1e-4)


def test_resnet_generator_is_the_papers_function():
    model = resnet_generator(6, (16, 24, 3), width=5)
    for weight in model.weights:
        weight.assign_add(0.1 * keras.random.uniform(weight.shape))  # biases and statistics other than 0 and 1
    convs, norms = layers_of(model, keras.layers.Conv2D), layers_of(model, FusedBatchNormalization)
    wide, thin = [c for c in convs if c.kernel_size == (3, 3)], [c for c in convs if c.kernel_size == (1, 1)]

    def rectified_norm(h, layer):
        gamma, beta, mean, variance = layer.get_weights()
        return tf.nn.relu((h - mean) / np.sqrt(variance + 1e-5) * gamma + beta)

    z = inputs_of(model)
    (dense,) = layers_of(model, keras.layers.Dense)
    h = tf.reshape(z @ dense.kernel.numpy() + dense.bias.numpy(), (2, 2, 3, 5))
    for i in range(3):
        residual = conv(up(rectified_norm(h, norms[2 * i])), wide[2 * i])
        h = conv(rectified_norm(residual, norms[2 * i + 1]), wide[2 * i + 1]) + conv(up(h), thin[i])
    expected = tf.tanh(conv(rectified_norm(h, norms[6]), wide[6]))
    np.testing.assert_allclose(model(z), expected, atol=1e-5)


def test_resnet_initialization():
    generator, discriminator = resnet_generator(128, width=32), resnet_discriminator(width=32)
    for model in (generator, discriminator):
        seen = set()
        for layer in model.layers:
            if not hasattr(layer, "kernel"):
                continue
            kernel = layer.kernel.numpy()
            fans = np.prod(kernel.shape[:-2]) * (kernel.shape[-1] + kernel.shape[-2])
            in_block = kernel.shape[0] == 3 and layer is not layers_of(generator, keras.layers.Conv2D)[-1]
            limit = np.sqrt((12 if in_block else 6) / fans)  # Glorot uniform, with the gain sqrt(2) in the blocks
            assert 0.9 * limit < np.abs(kernel).max() <= limit, layer.name
            seen.add(float(kernel.ravel()[0]))
            assert not np.any(layer.bias)
        assert len(seen) == len([layer for layer in model.layers if hasattr(layer, "kernel")])


# ------------------------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("latent_dim", lambda value: mlp_generator(value, (2,))),
        ("hidden", lambda value: mlp_generator(2, (2,), hidden=(value,))),
        ("hidden", lambda value: mlp_discriminator((2,), hidden=(8, value))),
        ("latent_dim", lambda value: dcgan_generator(value, (16, 16, 1))),
        ("width", lambda value: dcgan_generator(2, (16, 16, 1), width=value)),
        ("width", lambda value: dcgan_discriminator((16, 16, 1), width=value)),
        ("kernel_size", lambda value: dcgan_generator(2, (16, 16, 1), kernel_size=value)),
        ("kernel_size", lambda value: dcgan_discriminator((16, 16, 1), kernel_size=value)),
        ("latent_dim", lambda value: resnet_generator(value)),
        ("width", lambda value: resnet_generator(2, width=value)),
        ("width", lambda value: resnet_discriminator(width=value)),
    ],
)
def test_sizes_are_checked(name, make):
    least = 2 if name == "kernel_size" else 1
    for value in (least - 1, -1, 2.0, "64", None, True):
        expected = f"{name}={value!r} is no size. Expected an integer of at least {least}. Pass for example {name}=64."
        with pytest.raises(ValueError, match=re.escape(expected)):
            make(value)


BAD_SHAPES = [(28, 28), (28,), (1, 28, 28, 1), (28, 0, 1), (28, -28, 1), (28.0, 28, 1), 28, (None, 28, 1), "281"]


@pytest.mark.parametrize(
    ("make", "bad", "message"),
    [
        (mlp_generator, [(), 2, (0,), (2, None), (2.5,), "22"], "Expected a tuple of one or more positive integers"),
        (dcgan_generator, BAD_SHAPES, "Expected a tuple of 3 positive integers"),
        (dcgan_generator, [(7, 28, 1), (28, 7, 1)], "is too small.*at least 8 pixels.*mlp_generator"),
        (resnet_generator, BAD_SHAPES, "Expected a tuple of 3 positive integers"),
        (resnet_generator, [(28, 32, 3), (32, 28, 3), (4, 4, 1)], "cannot be halved.*multiples of 8.*dcgan_generator"),
    ],
)
def test_shapes_are_checked(make, bad, message):
    discriminator = getattr(networks, make.__name__.replace("generator", "discriminator"))
    for shape in bad:
        with pytest.raises(ValueError, match=rf"shape={re.escape(repr(shape))} .*{message}"):
            make(2, shape)
        with pytest.raises(ValueError, match=rf"shape={re.escape(repr(shape))} .*{message}"):
            discriminator(shape)


def test_choices_are_checked():
    with pytest.raises(ValueError, match=r"norm='instance' is unknown. Expected one of 'batch', 'layer', None"):
        dcgan_generator(2, (16, 16, 1), norm="instance")
    with pytest.raises(ValueError, match=r"norm='Batch' is unknown"):
        dcgan_discriminator((16, 16, 1), norm="Batch")
    with pytest.raises(ValueError, match=r"pooling='max' is unknown. Expected one of 'mean', 'sum'"):
        resnet_discriminator(pooling="max")


# --------------------------------------------------------------------------------------------------------------- r3gan


def test_r3gan_has_the_papers_shapes():
    """CIFAR-10: 4 stages of 768 channels from 4x4 to 32x32, 2 blocks each, 1536 channels in 96 groups of 16."""
    generator, discriminator = r3gan_generator(64), r3gan_discriminator()
    for model in (generator, discriminator):
        convs, grouped = layers_of(model, keras.layers.Conv2D), layers_of(model, GroupedConv2D)
        assert len(grouped) == 8
        assert {(layer.groups, layer.kernel.shape) for layer in grouped} == {(96, (3, 3, 16, 1536))}
        assert len(convs) == 2 * 8 + 1
    # a block: 768 x 1536 twice, 9 x 16 x 1536, two biases
    block = 2 * 768 * 1536 + 9 * 16 * 1536 + 2 * 1536
    assert generator.count_params() == 64 * 768 + 4 * 4 * 768 + 8 * block + 768 * 3
    assert discriminator.count_params() == 3 * 768 + 8 * block + 4 * 4 * 768 + 768


def test_r3gan_begins_as_its_shortcuts():
    """Each block's last convolution is zero, so the networks begin linear."""
    generator = r3gan_generator(5, (8, 8, 3), widths=(8, 8), blocks=2, group_width=4)
    z = inputs_of(generator)
    np.testing.assert_allclose(generator(2 * z), 2 * np.array(generator(z)), rtol=1e-5, atol=1e-6)
    basis, dense = generator.get_layer("spatial_basis"), layers_of(generator, keras.layers.Dense)[0]
    h = (z @ dense.kernel.numpy())[:, None, None, :] * basis.basis.numpy()
    h = np.array(SmoothUpsampling2D()(h)) @ layers_of(generator, keras.layers.Conv2D)[-1].kernel.numpy()[0, 0]
    np.testing.assert_allclose(generator(z), h, rtol=1e-4, atol=1e-5)


def test_r3gan_initial_gains():
    keras.utils.set_random_seed(0)
    generator = r3gan_generator(64, (8, 8, 3), widths=(64, 64), blocks=2, group_width=16)
    gain = np.sqrt(2 / 1.04) * 4 ** (-1 / 4)  # leaky ReLU of slope 0.2; 4 blocks
    convs, grouped_convs = layers_of(generator, keras.layers.Conv2D), layers_of(generator, GroupedConv2D)
    for first, grouped, last in zip(convs[0:8:2], grouped_convs, convs[1:8:2], strict=True):
        assert first.kernel.numpy().std() == pytest.approx(gain / np.sqrt(64), rel=0.05)
        assert grouped.kernel.numpy().std() == pytest.approx(gain / np.sqrt(9 * 16), rel=0.05)
        assert not last.kernel.numpy().any()


def test_r3gan_refuses_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match="multiples of 8 for 4 stages"):
        r3gan_generator(8, (28, 28, 1))
    with pytest.raises(ValueError, match="group_width=10"):
        r3gan_discriminator((8, 8, 1), widths=(8, 8), group_width=10)
    with pytest.raises(ValueError, match="widths="):
        r3gan_generator(8, (8, 8, 1), widths=())
