"""Residual networks of WGAN-GP and SN-GAN for images of 32x32 pixels."""

import math

import keras
from keras import layers, ops

from keras_gans.layers import FusedBatchNormalization, NearestUpsampling2D, RectifiedLinear
from keras_gans.networks.arguments import check_choice, check_integers, check_shape, normalizer
from keras_gans.networks.conditions import projected

_BATCH = {"momentum": 0.9, "epsilon": 1e-5}


def resnet_generator(latent_dim, image_shape=(32, 32, 3), width=128, condition=None):
    """Generator of three residual blocks that each double the sides.

    Gulrajani et al. 2017, arXiv:1704.00028, appendix F (the authors' `gan_cifar_resnet.py`, `width=128`), and Miyato
    et al. 2018, arXiv:1802.05957, table 4 (`width=256`). Both take `latent_dim=128`. Kernels are Glorot uniform, those
    of the 3x3 convolutions in the blocks with a gain of sqrt(2).

    Args:
        latent_dim: Length of z.
        image_shape: (H, W, C), sides that are multiples of 8.
        width: Channels of every hidden map.
        condition: What is asked for, `Labels(10)` or `Vectors(12)`, by which batch normalization scales and shifts
            (Miyato and Koyama 2018, arXiv:1802.05637); None for nothing.

    Returns:
        `keras.Model` from `z` (m, latent_dim), or [z, y], to float32 images (m, H, W, C) in [-1, 1].

    Raises:
        ValueError: If a size is not a positive integer or a side is not a multiple of 8.
    """
    check_integers(latent_dim=latent_dim, width=width)
    _check_image_shape(image_shape)
    small = (image_shape[0] // 8, image_shape[1] // 8, width)
    z = keras.Input((latent_dim,), name="z")
    inputs, normalize = z, _batch_norm
    if condition is not None:
        y = condition.input()
        inputs, normalize = [z, y], lambda h: condition.batch_normalized(h, y, **_BATCH)
    h = layers.Reshape(small)(layers.Dense(math.prod(small))(z))
    for _ in range(3):
        h = _up_block(h, width, normalize)
    h = layers.ReLU()(normalize(h))
    h = layers.Conv2D(image_shape[2], 3, padding="same")(h)
    x = layers.Activation("tanh", dtype="float32")(h)
    return keras.Model(inputs, x, name="resnet_generator")


def resnet_discriminator(image_shape=(32, 32, 3), width=128, spectral=False, pooling="mean", condition=None):
    """Discriminator of four residual blocks, of which the first two halve the sides, without batch normalization.

    Gulrajani et al. 2017, arXiv:1704.00028, appendix F (the defaults), and Miyato et al. 2018, arXiv:1802.05957,
    table 4 (`spectral=True, pooling="sum"`). Initialized as `resnet_generator`.

    Deviations from the paper: the last dense layer of SN-GAN has a bias here (the authors' has none).

    Args:
        image_shape: (H, W, C), sides that are multiples of 8.
        width: Channels of every hidden map.
        spectral: Whether each dense and convolutional layer is spectrally normalized, or the spectral norm of their
            kernels: True is 1.
        pooling: "mean" or "sum" over the pixels of the last map.
        condition: What was asked for, `Labels(10)` or `Vectors(12)`, whose inner product with the features is added to
            the score (Miyato and Koyama 2018, arXiv:1802.05637); None for nothing.

    Returns:
        `keras.Model` from `x` (m, H, W, C), or [x, y], to raw float32 scores (m, 1).

    Raises:
        ValueError: If a size is not a positive integer, a side is not a multiple of 8, or `pooling` is unknown.
    """
    check_integers(width=width)
    check_choice("pooling", pooling, ("mean", "sum"))
    _check_image_shape(image_shape)
    wrap = normalizer(spectral)
    x = keras.Input(image_shape, name="x")
    h = _first_block(x, width, wrap)
    for down in (True, False, False):
        h = _block(h, width, wrap, down)
    h = RectifiedLinear(dtype="float32")(h)
    h = (ops.sum if pooling == "sum" else ops.mean)(h, axis=(1, 2))
    inputs, score = x, wrap(layers.Dense(1, dtype="float32"))(h)
    if condition is not None:
        y = condition.input()
        inputs, score = [x, y], layers.Add(dtype="float32")([score, projected(h, y, condition, wrap)])
    return keras.Model(inputs, score, name="resnet_discriminator")


# A 1x1 convolution commutes with mean pooling and with nearest upsampling, bias included. The shortcuts below hold it
# on the smaller side of the two, which is the papers' function at a quarter of the cost.


def _up_block(h, width, normalize):
    residual = NearestUpsampling2D()(layers.ReLU()(normalize(h)))
    residual = layers.ReLU()(normalize(_conv3(width)(residual)))
    shortcut = NearestUpsampling2D()(layers.Conv2D(width, 1)(h))
    return layers.Add()([_conv3(width)(residual), shortcut])


def _first_block(x, width, wrap):
    """The block of the image: no activation before the first convolution, which would cut the image's negatives."""
    residual = wrap(_conv3(width))(x)
    residual = _halve(wrap(_conv3(width))(RectifiedLinear()(residual)))
    shortcut = wrap(layers.Conv2D(width, 1))(_halve(x))
    return layers.Add()([residual, shortcut])


def _block(h, width, wrap, down):
    residual = wrap(_conv3(width))(RectifiedLinear()(h))
    residual = wrap(_conv3(width))(RectifiedLinear()(residual))
    if not down:
        return layers.Add()([residual, h])
    shortcut = wrap(layers.Conv2D(width, 1))(_halve(h))
    return layers.Add()([_halve(residual), shortcut])


def _conv3(filters):
    glorot_sqrt2 = keras.initializers.VarianceScaling(scale=2.0, mode="fan_avg", distribution="uniform")
    return layers.Conv2D(filters, 3, padding="same", kernel_initializer=glorot_sqrt2)


def _halve(h):
    return layers.AveragePooling2D(2)(h)


def _batch_norm(h):
    return FusedBatchNormalization(**_BATCH)(h)


def _check_image_shape(image_shape):
    check_shape("image_shape", image_shape, (32, 32, 3))
    if image_shape[0] % 8 or image_shape[1] % 8:
        raise ValueError(
            f"image_shape={tuple(image_shape)} cannot be halved three times. Expected sides that are multiples of 8. "
            "Crop or pad the images, or use dcgan_generator and dcgan_discriminator."
        )
