"""Fully connected networks, for points in the plane and for small images."""

import math

import keras
from keras import layers

from keras_gans.layers import RectifiedLinear
from keras_gans.networks.arguments import check_integers, check_shape, in_turn, normalizer
from keras_gans.networks.conditions import join


def mlp_generator(
    latent_dim, output_shape, hidden=(512, 512, 512), activation="relu", output_activation=None, condition=None
):
    """Fully connected generator; the defaults are those of the WGAN-GP toys.

    Gulrajani et al. 2017, arXiv:1704.00028, section 4 (the authors' `gan_toy.py`): three layers of 512 ReLU units,
    He uniform, and a linear output, Glorot uniform.

    Args:
        latent_dim: Length of z.
        output_shape: Shape of one sample, such as `(2,)` or `(28, 28, 1)`.
        hidden: Widths of the hidden layers.
        activation: Their activation, as Keras takes it.
        output_activation: Activation of the output; "tanh" for images in [-1, 1].
        condition: What is asked for, `Labels(10)` or `Vectors(12)`, read beside z; None for nothing.

    Returns:
        `keras.Model` from `z` (m, latent_dim), or [z, y], to float32 samples (m, *output_shape).

    Raises:
        ValueError: If a size is not a positive integer.
    """
    check_integers(latent_dim=latent_dim)
    check_shape("output_shape", output_shape, (2,))
    inputs, h = join(keras.Input((latent_dim,), name="z"), condition)
    x = layers.Dense(math.prod(output_shape), activation=output_activation, dtype="float32")(
        _hidden(h, hidden, activation, normalizer(False))
    )
    if len(output_shape) > 1:
        x = layers.Reshape(output_shape, dtype="float32")(x)
    return keras.Model(inputs, x, name="mlp_generator")


def mlp_discriminator(
    input_shape, hidden=(512, 512, 512), activation="relu", spectral=False, first=(), last=(), condition=None
):
    """Fully connected discriminator; the defaults are those of the WGAN-GP toys, see `mlp_generator`.

    Args:
        input_shape: Shape of one sample, such as `(2,)` or `(28, 28, 1)`.
        hidden: Widths of the hidden layers.
        activation: Their activation, as Keras takes it.
        spectral: Whether each layer is spectrally normalized (Miyato et al. 2018, arXiv:1802.05957), or the spectral
            norm of their kernels: True is 1.
        first: Layers before all others, such as `[layers.InstanceNoise(0.1)]` or `[layers.Packing(2)]`.
        last: Layers on the features (m, d) from which the score is made, such as `[layers.MinibatchDiscrimination()]`.
        condition: What was asked for, `Labels(10)` or `Vectors(12)`, read beside x; None for nothing.

    Returns:
        `keras.Model` from `x` (m, *input_shape), or [x, y], to raw float32 scores (m, 1).

    Raises:
        ValueError: If a size is not a positive integer.
    """
    check_shape("input_shape", input_shape, (2,))
    x = keras.Input(input_shape, name="x")
    h = in_turn(x, first)
    h = layers.Flatten()(h) if len(input_shape) > 1 else h
    inputs, h = join(h, condition, x)
    wrap = normalizer(spectral)
    score = wrap(layers.Dense(1, dtype="float32"))(in_turn(_hidden(h, hidden, activation, wrap), last))
    return keras.Model(inputs, score, name="mlp_discriminator")


def _hidden(h, widths, activation, wrap):
    for width in widths:
        check_integers(hidden=width)
        h = wrap(layers.Dense(width, kernel_initializer="he_uniform"))(h)
        h = RectifiedLinear()(h) if activation == "relu" else layers.Activation(activation)(h)
    return h
