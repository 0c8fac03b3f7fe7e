"""Deep convolutional networks for images of any size."""

import math

import keras
from keras import layers

from keras_gans.layers import FusedBatchNormalization, RectifiedLinear, SelfAttention
from keras_gans.networks.arguments import check_choice, check_integers, check_shape, in_turn, normalizer
from keras_gans.networks.conditions import join, join_maps, projected

_NORMS = ("batch", "layer", None)
_CONDITIONAL = "conditional_batch"
_BATCH = {"momentum": 0.9, "epsilon": 1e-5}
_SMALLEST_SIDE = 8


def dcgan_generator(
    latent_dim,
    image_shape,
    width=64,
    kernel_size=5,
    norm="batch",
    spectral=False,
    output_activation="tanh",
    stop_below=8,
    hidden=None,
    kernel_initializer=None,
    attention=(),
    condition=None,
):
    """Generator of transposed convolutions: a small map made of z is doubled until it has the image's size.

    Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
    Networks", sections 3 and 4 and figure 1, arXiv:1511.06434: stride 2, normalization everywhere but at the output,
    ReLU, tanh, kernels from N(0, 0.02). For 64x64 images and `width=128` it is the paper's network.

    The depth follows the size: sides are halved, rounding up, until the smaller one is below `stop_below` (for 8:
    28x28: 7, 14, 28; 64x64: 4, 8, 16, 32, 64; 45x37: 6x5, 12x10, 23x19, 45x37; for 5: 28x28: 4, 7, 14, 28). Where a
    doubled map is a pixel too large, it is cropped. The last map before the image has `width` channels, and each
    smaller one twice as many, up to 8 `width`.

    Deviations from the paper: layers without a normalization after them have a bias (the authors' have none).

    Args:
        latent_dim: Length of z.
        image_shape: (H, W, C), sides of at least 8 pixels.
        width: Channels of the largest hidden map.
        kernel_size: Side of the kernels, at least 2.
        norm: "batch"; "layer" (over H, W and C, one scale per channel); "conditional_batch", with scales and shifts by
            the condition (Miyato and Koyama 2018, arXiv:1802.05637); or None.
        spectral: Whether each dense and convolutional layer is spectrally normalized, or the spectral norm of their
            kernels: True is 1.
        output_activation: Activation of the image, as Keras takes it.
        stop_below: Side below which maps are not halved, 2 to 8 pixels.
        hidden: Units of a fully connected layer between z and the smallest map, as in the authors' code for MNIST
            (1024); None for none. A smallest map of 7x7 needs it: convolutions alone hardly join its corners.
        kernel_initializer: Name of an initializer, as Keras takes it, in place of N(0, 0.02), which is small for small
            widths: "he_normal" is that of the authors' code of WGAN-GP.
        attention: Heights of the maps that `layers.SelfAttention` follows, such as (14,): Zhang et al. 2019,
            arXiv:1805.08318.
        condition: What is asked for, `Labels(10)` or `Vectors(12)`, read beside z, or by the normalization where that
            is conditional; None for nothing.

    Returns:
        `keras.Model` from `z` (m, latent_dim), or [z, y], to float32 images (m, H, W, C).

    Raises:
        ValueError: If a size is not a positive integer, a side is below 8, `norm` is unknown or conditional without a
            condition, or `stop_below` is not from 2 to 8.
    """
    check_integers(latent_dim=latent_dim)
    if norm == _CONDITIONAL and condition is None:
        raise ValueError(
            f"norm={norm!r} was passed without a condition. Expected one. Pass condition=networks.Labels(10), or "
            "norm='batch'."
        )
    plain_norm = "batch" if norm == _CONDITIONAL else norm
    sizes, channels = _plan(image_shape, width, kernel_size, plain_norm, stop_below, hidden, attention)
    wrap = normalizer(spectral)
    z = keras.Input((latent_dim,), name="z")
    if norm == _CONDITIONAL:
        y = condition.input()
        inputs, h = [z, y], z
        normalize = lambda h: condition.batch_normalized(h, y, **_BATCH)  # noqa: E731
    else:
        inputs, h = join(z, condition)
        normalize = lambda h: _normalize(h, norm)  # noqa: E731
    small = (*sizes[-1], channels[-1])
    if hidden is not None:
        h = layers.ReLU()(_normalize(wrap(_dense(hidden, norm, kernel_initializer))(h), plain_norm))
    h = wrap(_dense(math.prod(small), norm, kernel_initializer))(h)
    h = _attended(layers.ReLU()(normalize(layers.Reshape(small)(h))), attention, spectral)
    for size, filters in zip(sizes[-2:0:-1], channels[-2::-1], strict=True):
        h = _double(h, filters, size, kernel_size, norm is None, wrap, kernel_initializer)
        h = _attended(layers.ReLU()(normalize(h)), attention, spectral)
    h = _double(h, image_shape[2], sizes[0], kernel_size, True, wrap, kernel_initializer)
    x = layers.Activation(output_activation, dtype="float32")(h)
    return keras.Model(inputs, x, name="dcgan_generator")


def dcgan_discriminator(
    image_shape,
    width=64,
    kernel_size=5,
    norm="batch",
    spectral=False,
    stop_below=8,
    hidden=None,
    kernel_initializer=None,
    attention=(),
    first=(),
    last=(),
    condition=None,
    projection=False,
):
    """Discriminator of convolutions with stride 2, the mirror image of `dcgan_generator`.

    Radford et al. 2015, arXiv:1511.06434, sections 3 and 4: LeakyReLU of slope 0.2, normalization everywhere but at the
    input, kernels from N(0, 0.02), and one dense unit on the flattened last map. Use `norm="layer"` or None under a
    gradient penalty, which is defined sample by sample where batch normalization is not.

    Deviations from the paper: the score is raw, without a sigmoid; layers without a normalization after them have a
    bias.

    Args:
        image_shape: (H, W, C), sides of at least 8 pixels.
        width: Channels of the first map; each next one has twice as many, up to 8 `width`.
        kernel_size: Side of the kernels, at least 2.
        norm: "batch"; "layer" (over H, W and C, one scale per channel); or None.
        spectral: Whether each dense and convolutional layer is spectrally normalized (arXiv:1802.05957, which takes
            `norm=None` with it).
        stop_below: As in `dcgan_generator`. Without `hidden` the score is a sum over the last map's units, each of
            which has seen a part of the image: one of 7x7 sees 10x10 of 28x28 pixels, with 4x4 kernels, one of 4x4
            sees 22x22.
        hidden: Units of a fully connected layer between the last map and the score, as in the authors' code for MNIST
            (1024); None for none.
        kernel_initializer: As in `dcgan_generator`.
        attention: As in `dcgan_generator`.
        first: Layers before all others, such as `[layers.DiffAugment()]` or `[layers.Packing(2)]`.
        last: Layers on the features (m, d) from which the score is made, such as `[layers.MinibatchDiscrimination()]`.
        condition: What was asked for, `Labels(10)` or `Vectors(12)`; None for nothing. Its vector is joined to each
            place of the last map, which a 1x1 convolution then reads (Reed et al. 2016, arXiv:1605.05396).
        projection: Whether the condition's inner product with the features is added to the score instead (Miyato and
            Koyama 2018, arXiv:1802.05637).

    Returns:
        `keras.Model` from `x` (m, H, W, C), or [x, y], to raw float32 scores (m, 1).

    Raises:
        ValueError: If a size is not a positive integer, a side is below 8, `norm` is unknown, or `stop_below` is not
            from 2 to 8.
    """
    if projection and condition is None:
        raise ValueError("projection=True was passed without a condition. Pass condition=networks.Labels(10).")
    _, channels = _plan(image_shape, width, kernel_size, norm, stop_below, hidden, attention)
    wrap = normalizer(spectral)
    x = keras.Input(image_shape, name="x")
    y = None if condition is None else condition.input()
    h = in_turn(x, first)
    for depth, filters in enumerate(channels):
        here = norm if depth > 0 else None
        conv = layers.Conv2D(
            filters,
            kernel_size,
            strides=2,
            padding="same",
            use_bias=here is None,
            kernel_initializer=_initializer(kernel_initializer),
        )
        h = _attended(RectifiedLinear(0.2)(_normalize(wrap(conv)(h), here)), attention, spectral)
    if condition is not None and not projection:
        conv = layers.Conv2D(
            channels[-1], 1, use_bias=norm is None, kernel_initializer=_initializer(kernel_initializer)
        )
        h = RectifiedLinear(0.2)(_normalize(wrap(conv)(join_maps(h, y, condition)), norm))
    h = layers.Flatten()(h)
    if hidden is not None:
        h = RectifiedLinear(0.2)(_normalize(wrap(_dense(hidden, norm, kernel_initializer))(h), norm))
    score = layers.Dense(1, kernel_initializer=_initializer(kernel_initializer), dtype="float32")
    h = in_turn(h, last)
    s = wrap(score)(h)
    if projection:
        s = layers.Add(dtype="float32")([s, projected(h, y, condition, wrap)])
    return keras.Model(x if condition is None else [x, y], s, name="dcgan_discriminator")


def _plan(image_shape, width, kernel_size, norm, stop_below, hidden, attention):
    """Check the arguments; return the sizes from the image's down, and the channels of all but the image."""
    check_shape("image_shape", image_shape, (28, 28, 1))
    check_integers(width=width)
    check_integers(kernel_size=kernel_size, minimum=2)
    check_choice("norm", norm, _NORMS)
    if stop_below not in range(2, _SMALLEST_SIDE + 1):
        raise ValueError(f"stop_below={stop_below!r} was passed. Expected an integer from 2 to 8. Leave it out for 8.")
    if hidden is not None:
        check_integers(hidden=hidden)
    sizes = [tuple(image_shape[:2])]
    if min(sizes[0]) < _SMALLEST_SIDE:
        raise ValueError(
            f"image_shape={tuple(image_shape)} is too small for strided convolutions. Expected sides of at least "
            f"{_SMALLEST_SIDE} pixels. Enlarge the images, or use mlp_generator and mlp_discriminator."
        )
    while min(sizes[-1]) >= stop_below:
        sizes.append(tuple(-(-side // 2) for side in sizes[-1]))
    heights = {height for height, _ in sizes[1:]}
    if not set(attention) <= heights:
        raise ValueError(
            f"attention={tuple(attention)!r} was passed, hidden maps have heights {sorted(heights)}. Expected some of "
            "these."
        )
    return sizes, [width * min(2**depth, 8) for depth in range(len(sizes) - 1)]


def _dense(units, norm, kernel_initializer):
    return layers.Dense(units, use_bias=norm is None, kernel_initializer=_initializer(kernel_initializer))


def _double(h, filters, size, kernel_size, use_bias, wrap, kernel_initializer):
    """Double both sides by a transposed convolution, then cut them to `size`."""
    conv = layers.Conv2DTranspose(
        filters,
        kernel_size,
        strides=2,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=_initializer(kernel_initializer),
    )
    h = wrap(conv)(h)
    surplus = [(0, have - want) for have, want in zip(h.shape[1:3], size, strict=True)]
    return layers.Cropping2D(surplus)(h) if any(map(any, surplus)) else h


def _attended(h, attention, spectral):
    return SelfAttention(spectral=bool(spectral))(h) if h.shape[1] in attention else h


def _normalize(h, norm):
    if norm == "batch":
        gamma = keras.initializers.RandomNormal(mean=1.0, stddev=0.02)  # as in the authors' code
        return FusedBatchNormalization(**_BATCH, gamma_initializer=gamma)(h)
    return layers.GroupNormalization(groups=1, epsilon=1e-5)(h) if norm == "layer" else h


def _initializer(name):
    # One object per layer: a Keras initializer without a seed draws the same numbers at every use.
    return keras.initializers.RandomNormal(stddev=0.02) if name is None else keras.initializers.get(name)
