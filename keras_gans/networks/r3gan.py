"""The networks of R3GAN: residual blocks without normalization, initialized so that they need none."""

import math

import keras
from keras import layers

from keras_gans.layers import GroupedConv2D, RectifiedLinear, SmoothDownsampling2D, SmoothUpsampling2D, SpatialBasis
from keras_gans.networks.arguments import check_integers, check_shape, in_turn

_SLOPE = 0.2
_LEAKY_GAIN = math.sqrt(2 / (1 + _SLOPE**2))


def r3gan_generator(latent_dim, image_shape=(32, 32, 3), widths=(768, 768, 768, 768), blocks=2, group_width=16):
    """Generator of stages that each double the sides, the first of learned maps that z scales.

    Huang et al. 2024, section 4 and appendix, arXiv:2501.05441. The defaults are the authors' for CIFAR-10, with
    `latent_dim=64`: 4 stages of 768 channels and 2 blocks, cardinality 96. The blocks are inverted bottlenecks: a 1x1
    convolution to twice the channels, a grouped 3x3 convolution, and back, with leaky ReLUs of slope 0.2 between. Their
    last convolution begins at zero, the others with the gain of Fixup (Zhang et al. 2019, arXiv:1901.09321).

    Args:
        latent_dim: Length of z.
        image_shape: (H, W, C), sides that can be halved once less than there are stages.
        widths: Channels of each stage, from the smallest maps to the largest.
        blocks: Residual blocks of each stage.
        group_width: Channels of each group of the 3x3 convolutions; twice the width over the paper's cardinality.

    Returns:
        `keras.Model` from `z` (m, latent_dim) to float32 images (m, H, W, C), without a last activation.

    Raises:
        ValueError: If a size is not a positive integer, a side cannot be halved so often, or `group_width` does not
            divide twice a width.
    """
    check_integers(latent_dim=latent_dim)
    small = _check_sizes(image_shape, widths, blocks, group_width)
    z = keras.Input((latent_dim,), name="z")
    h = layers.Dense(widths[0], use_bias=False, kernel_initializer=_normal())(z)
    h = SpatialBasis(small)(h)
    for stage, width in enumerate(widths):
        if stage:
            h = SmoothUpsampling2D()(_conv(width, 1)(h) if width != h.shape[-1] else h)
        for _ in range(blocks):
            h = _block(h, group_width, blocks * len(widths))
    x = _conv(image_shape[2], 1, dtype="float32")(h)
    return keras.Model(z, x, name="r3gan_generator")


def r3gan_discriminator(image_shape=(32, 32, 3), widths=(768, 768, 768, 768), blocks=2, group_width=16, first=()):
    """Discriminator that mirrors `r3gan_generator`, without normalization.

    Args:
        image_shape: (H, W, C), sides that can be halved once less than there are stages.
        widths: Channels of each stage, from the largest maps to the smallest.
        blocks: Residual blocks of each stage.
        group_width: Channels of each group of the 3x3 convolutions.
        first: Layers before all others, such as `[layers.AdaptiveAugment()]`.

    Returns:
        `keras.Model` from `x` (m, H, W, C) to raw float32 scores (m, 1).

    Raises:
        ValueError: See `r3gan_generator`.
    """
    small = _check_sizes(image_shape, widths, blocks, group_width)
    x = keras.Input(image_shape, name="x")
    h = _conv(widths[0], 1)(in_turn(x, first))
    for stage, width in enumerate(widths):
        if stage:
            h = SmoothDownsampling2D()(h)
            h = _conv(width, 1)(h) if width != h.shape[-1] else h
        for _ in range(blocks):
            h = _block(h, group_width, blocks * len(widths))
    basis = keras.initializers.RandomNormal(stddev=1 / math.sqrt(math.prod(small)))
    h = layers.DepthwiseConv2D(small, use_bias=False, depthwise_initializer=basis)(h)
    score = layers.Dense(1, use_bias=False, kernel_initializer=_normal(), dtype="float32")(layers.Flatten()(h))
    return keras.Model(x, score, name="r3gan_discriminator")


def _block(h, group_width, depth):
    """An inverted bottleneck; `depth` is the number of blocks of the whole network."""
    width = h.shape[-1]
    gain = _LEAKY_GAIN * depth ** (-1 / 4)  # Fixup for 3 layers: depth^(-1 / (2 * 3 - 2))
    r = _conv(2 * width, 1, gain, use_bias=True)(h)
    grouped = GroupedConv2D(
        2 * width, 3, padding="same", groups=2 * width // group_width, kernel_initializer=_normal(gain)
    )
    r = grouped(RectifiedLinear(_SLOPE)(r))
    r = _conv(width, 1, 0.0)(RectifiedLinear(_SLOPE)(r))
    return layers.Add()([h, r])


def _conv(filters, size, gain=1.0, use_bias=False, **kwargs):
    return layers.Conv2D(filters, size, padding="same", use_bias=use_bias, kernel_initializer=_normal(gain), **kwargs)


def _normal(gain=1.0):
    """N(0, gain^2 / fan_in)."""
    if gain == 0:
        return "zeros"
    return keras.initializers.VarianceScaling(gain**2, mode="fan_in", distribution="untruncated_normal")


def _check_sizes(image_shape, widths, blocks, group_width):
    """Check, and return (h, w) of the smallest maps."""
    check_shape("image_shape", image_shape, (32, 32, 3))
    check_integers(blocks=blocks, group_width=group_width)
    check_shape("widths", widths, (768,))
    halvings = 2 ** (len(widths) - 1)
    if image_shape[0] % halvings or image_shape[1] % halvings:
        raise ValueError(
            f"image_shape={tuple(image_shape)} cannot be halved {len(widths) - 1} times. Expected sides that are "
            f"multiples of {halvings} for {len(widths)} stages. Pass fewer widths, or crop or pad the images."
        )
    if any(2 * width % group_width for width in widths):
        raise ValueError(
            f"group_width={group_width} was passed with widths={tuple(widths)}. Expected a divisor of twice each width."
        )
    return image_shape[0] // halvings, image_shape[1] // halvings
