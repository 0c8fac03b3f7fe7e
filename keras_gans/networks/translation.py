"""Networks from image to image, and discriminators of patches."""

import keras
from keras import layers

from keras_gans.layers import Dropout, InstanceNormalization, RectifiedLinear, ReflectionPadding2D
from keras_gans.networks.arguments import check_integers, check_shape

_LARGE = 256  # pixels of a side from which on Zhu et al. take nine residual blocks, and six below


def resnet_translator(image_shape, width=64, blocks=None, output_channels=None):
    """Generator of CycleGAN: two convolutions that halve, residual blocks, two that double.

    Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", appendix 7.2,
    arXiv:1703.10593: c7s1-64, d128, d256, R256 six or nine times, u128, u64, c7s1-3, with reflection padding, instance
    normalization, ReLU, tanh, kernels from N(0, 0.02).

    Args:
        image_shape: (H, W, C), sides that are multiples of 4.
        width: Channels of the largest maps.
        blocks: Residual blocks; 9 from 256 pixels on and 6 below when None, as in the paper.
        output_channels: Channels of the translated image; those of the input when None.

    Returns:
        `keras.Model` from `x` (m, H, W, C) to float32 images (m, H, W, output_channels) in [-1, 1].

    Raises:
        ValueError: If a size is not a positive integer, or a side is not a multiple of 4.
    """
    check_shape("image_shape", image_shape, (64, 64, 3))
    _check_halvings(image_shape, 2)
    blocks = (9 if min(image_shape[:2]) >= _LARGE else 6) if blocks is None else blocks
    output_channels = image_shape[2] if output_channels is None else output_channels
    check_integers(width=width, blocks=blocks, output_channels=output_channels)
    x = keras.Input(image_shape, name="x")
    h = _normalized(_conv(width, 7)(ReflectionPadding2D(3)(x)))
    for factor in (2, 4):
        h = _normalized(_conv(factor * width, 3, strides=2, padding="same")(h))
    for _ in range(blocks):
        r = _normalized(_conv(4 * width, 3)(ReflectionPadding2D(1)(h)))
        r = InstanceNormalization()(_conv(4 * width, 3)(ReflectionPadding2D(1)(r)))
        h = layers.Add()([h, r])
    for factor in (2, 1):
        h = _normalized(_doubled(factor * width, 3)(h))
    h = _conv(output_channels, 7, use_bias=True)(ReflectionPadding2D(3)(h))
    return keras.Model(x, layers.Activation("tanh", dtype="float32")(h), name="resnet_translator")


def unet_translator(image_shape, width=64, output_channels=None, dropout=0.5):
    """Generator of pix2pix: an encoder down to one pixel, a decoder back, and a bridge at every size.

    Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks", appendix 6.1.1,
    arXiv:1611.07004: 4x4 convolutions of stride 2, C64-C128-C256-C512-... down, the mirror image up, LeakyReLU of slope
    0.2 down and ReLU up, dropout in the first three blocks up, tanh, kernels from N(0, 0.02). The depth follows the
    size: 8 for 256x256, 6 for 64x64.

    Deviations from the paper: instance normalization, which is what the authors' batch normalization is in batches of
    1; dropout in training alone. The authors keep it when they test, as the generator's only noise, and find that their
    images vary little by it (section 3.1): here a translation is one image, and an export draws no numbers.

    Args:
        image_shape: (H, W, C), sides that are powers of 2, at least 8.
        width: Channels of the largest maps; each smaller one has twice as many, up to 8 `width`.
        output_channels: Channels of the translated image; those of the input when None.
        dropout: Rate of the first three blocks up, in [0, 1); 0 for none.

    Returns:
        `keras.Model` from `x` (m, H, W, C) to float32 images (m, H, W, output_channels) in [-1, 1].

    Raises:
        ValueError: If a size is not a positive integer, the sides are no equal powers of 2 from 8 on, or `dropout` is
            outside [0, 1).
    """
    check_shape("image_shape", image_shape, (64, 64, 3))
    side = image_shape[0]
    if image_shape[1] != side or side < 8 or side & (side - 1):
        raise ValueError(
            f"image_shape={tuple(image_shape)} cannot be halved down to one pixel. Expected equal sides of 8, 16, 32, "
            "... pixels. Resize the images, or use resnet_translator."
        )
    output_channels = image_shape[2] if output_channels is None else output_channels
    check_integers(width=width, output_channels=output_channels)
    depth = side.bit_length() - 1
    channels = [width * min(2**i, 8) for i in range(depth)]
    x = keras.Input(image_shape, name="x")
    h, bridges = x, []
    for i, filters in enumerate(channels):
        is_plain = i in (0, depth - 1)  # the paper's exceptions: the image's own, and the last, of a single place
        h = _conv(filters, 4, strides=2, padding="same", use_bias=is_plain)(RectifiedLinear(0.2)(h) if i else h)
        h = h if is_plain else InstanceNormalization()(h)
        bridges.append(h)
    for i, (filters, bridge) in enumerate(zip(channels[-2::-1], bridges[-2::-1], strict=True)):
        h = InstanceNormalization()(_doubled(filters, 4)(layers.ReLU()(h)))
        h = Dropout(dropout)(h) if i < 3 and dropout else h
        h = layers.Concatenate()([h, bridge])
    h = _doubled(output_channels, 4, use_bias=True)(layers.ReLU()(h))
    return keras.Model(x, layers.Activation("tanh", dtype="float32")(h), name="unet_translator")


def patch_discriminator(image_shape, width=64, depth=3, source_shape=None):
    """Discriminator that scores overlapping patches; 70x70 pixels each by default.

    Isola et al. 2017, appendix 6.1.2, arXiv:1611.07004, and Zhu et al. 2017: C64-C128-C256-C512 of 4x4 kernels, stride
    2 but in the last two, LeakyReLU of slope 0.2, instance normalization but in the first, a score for each place.

    Args:
        image_shape: (H, W, C).
        width: Channels of the first map; each next one has twice as many, up to 8 `width`.
        depth: Convolutions of stride 2: 3 for patches of 70x70 pixels, 2 for 34x34, 1 for 16x16.
        source_shape: Shape of the image that the scored one is a translation of, for `Pix2Pix`; None for none.

    Returns:
        `keras.Model` from `x` (m, H, W, C), or [source, x], to raw float32 scores (m, h, w, 1).

    Raises:
        ValueError: If a size is not a positive integer, or the images are too small for a score.
    """
    check_shape("image_shape", image_shape, (64, 64, 3))
    check_integers(width=width, depth=depth)
    if min(image_shape[:2]) < 3 * 2**depth:
        raise ValueError(
            f"image_shape={tuple(image_shape)} is too small for depth={depth}. Expected sides of at least "
            f"{3 * 2**depth} pixels. Pass a smaller depth."
        )
    x = keras.Input(image_shape, name="x")
    inputs, h = x, x
    if source_shape is not None:
        check_shape("source_shape", source_shape, (64, 64, 3))
        source = keras.Input(source_shape, name="source")
        inputs, h = [source, x], layers.Concatenate()([source, x])
    for i in range(depth + 1):
        strides = 2 if i < depth else 1
        h = layers.ZeroPadding2D(1)(h)
        h = _conv(width * min(2**i, 8), 4, strides=strides, use_bias=i == 0)(h)
        h = RectifiedLinear(0.2)(InstanceNormalization()(h) if i else h)
    scores = _conv(1, 4, use_bias=True, dtype="float32")(layers.ZeroPadding2D(1)(h))
    return keras.Model(inputs, scores, name="patch_discriminator")


def _normalized(h):
    return layers.ReLU()(InstanceNormalization()(h))


def _conv(filters, size, use_bias=False, **kwargs):
    return layers.Conv2D(
        filters, size, use_bias=use_bias, kernel_initializer=keras.initializers.RandomNormal(stddev=0.02), **kwargs
    )


def _doubled(filters, size, use_bias=False):
    return layers.Conv2DTranspose(
        filters,
        size,
        strides=2,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
    )


def _check_halvings(image_shape, num):
    multiple = 2**num
    if image_shape[0] % multiple or image_shape[1] % multiple:
        raise ValueError(
            f"image_shape={tuple(image_shape)} cannot be halved {num} times. Expected sides that are multiples of "
            f"{multiple}. Crop, pad or resize the images."
        )
