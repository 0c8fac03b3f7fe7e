"""Encoders and decoders of variational autoencoders."""

import math

import keras
from keras import layers

from keras_gans.networks.arguments import check_integers, check_shape
from keras_gans.networks.dcgan import dcgan_discriminator


def mlp_encoder(input_shape, latent_dim, hidden=(200, 200), activation="tanh"):
    """Fully connected encoder; the defaults are those of Burda et al. 2016, section 5, arXiv:1509.00519.

    Two deterministic layers of 200 tanh units, Glorot uniform. Images, which are in [-1, 1] in this library, are
    brought to the paper's [0, 1]: where most pixels are black, units begin saturated otherwise, and much of z is lost.

    Args:
        input_shape: Shape of one sample, such as `(2,)` or `(28, 28, 1)`.
        latent_dim: Length of z, 50 in the paper.
        hidden: Widths of the hidden layers.
        activation: Their activation, as Keras takes it.

    Returns:
        `keras.Model` from `x` (m, *input_shape) to float32 (m, 2 latent_dim): means of z, then log variances.

    Raises:
        ValueError: If a size is not a positive integer.
    """
    check_shape("input_shape", input_shape, (2,))
    x = keras.Input(input_shape, name="x")
    h = layers.Rescaling(0.5, offset=0.5)(x) if len(input_shape) == 3 else x
    h = layers.Flatten()(h) if len(input_shape) > 1 else h
    return keras.Model(x, _posterior(_hidden(h, hidden, activation), latent_dim), name="mlp_encoder")


def mlp_decoder(latent_dim, output_shape, hidden=(200, 200), activation="tanh", output_bias=0.0):
    """Fully connected decoder; the defaults are those of Burda et al. 2016, section 5, arXiv:1509.00519.

    Args:
        latent_dim: Length of z, 50 in the paper.
        output_shape: Shape of one sample, such as `(2,)` or `(28, 28, 1)`.
        hidden: Widths of the hidden layers.
        activation: Their activation, as Keras takes it.
        output_bias: What the biases of the last layer begin with; the logit of the data's mean, for bits that are
            mostly 0, saves the first hundreds of steps.

    Returns:
        `keras.Model` from `z` (m, latent_dim) to float32 parameters of p(x|z), one for each coordinate of x,
        (m, *output_shape): logits for `Bernoulli`, means for `Gaussian`.

    Raises:
        ValueError: If a size is not a positive integer.
    """
    check_integers(latent_dim=latent_dim)
    check_shape("output_shape", output_shape, (2,))
    z = keras.Input((latent_dim,), name="z")
    last = layers.Dense(
        math.prod(output_shape), bias_initializer=keras.initializers.Constant(output_bias), dtype="float32"
    )
    parameters = last(_hidden(z, hidden, activation))
    if len(output_shape) > 1:
        parameters = layers.Reshape(output_shape, dtype="float32")(parameters)
    return keras.Model(z, parameters, name="mlp_decoder")


def dcgan_encoder(image_shape, latent_dim, **kwargs):
    """Encoder of convolutions with stride 2: `dcgan_discriminator` with another end.

    `dcgan_generator` is the decoder: as it is for means in [-1, 1], with `output_activation="linear"` for logits.

    Args:
        image_shape: (H, W, C), sides of at least 8 pixels.
        latent_dim: Length of z.
        **kwargs: As `dcgan_discriminator` takes them, but for a condition.

    Returns:
        `keras.Model` from `x` (m, H, W, C) to float32 (m, 2 latent_dim): means of z, then log variances.

    Raises:
        ValueError: If a size is not a positive integer, or an argument is none that `dcgan_discriminator` takes.
    """
    trunk = dcgan_discriminator(image_shape, **kwargs)
    return keras.Model(trunk.inputs, _posterior(trunk.layers[-1].input, latent_dim), name="dcgan_encoder")


def _hidden(h, widths, activation):
    for width in widths:
        check_integers(hidden=width)
        h = layers.Dense(width, activation=activation)(h)
    return h


def _posterior(h, latent_dim):
    check_integers(latent_dim=latent_dim)
    return layers.Dense(2 * latent_dim, dtype="float32", name="posterior")(h)
