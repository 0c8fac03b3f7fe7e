"""Losses of how much more real a sample is than one of the other kind."""

import keras
from keras import ops

from keras_gans.losses.arguments import checked


@keras.saving.register_keras_serializable(package="keras_gans")
def relativistic_paired_discriminator(s_real, s_fake):
    """-E log sigma(s(x) - s(G(z))), over pairs of a real and a generated sample.

    Jolicoeur-Martineau 2018, section 4.1 (RSGAN), arXiv:1807.00734; 2019 (RpGAN), arXiv:1901.02474.

    Args:
        s_real: Raw scores of real samples, shape (m, 1).
        s_fake: Raw scores of generated samples, shape (m, 1), each paired with the real one in its row.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    s_real, s_fake = checked(s_real=s_real, s_fake=s_fake)
    return ops.mean(ops.softplus(s_fake - s_real))


@keras.saving.register_keras_serializable(package="keras_gans")
def relativistic_paired_generator(s_real, s_fake):
    """-E log sigma(s(G(z)) - s(x)), over pairs of a real and a generated sample.

    Jolicoeur-Martineau 2018, section 4.1 (RSGAN), arXiv:1807.00734; 2019 (RpGAN), arXiv:1901.02474.

    Args:
        s_real: Raw scores of real samples, shape (m, 1).
        s_fake: Raw scores of generated samples, shape (m, 1), each paired with the real one in its row.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    return relativistic_paired_discriminator(s_fake, s_real)


@keras.saving.register_keras_serializable(package="keras_gans")
def relativistic_average_discriminator(s_real, s_fake, mean_real=None, mean_fake=None):
    """-E log sigma(s(x) - E s(G(z))) - E log(1 - sigma(s(G(z)) - E s(x))).

    Jolicoeur-Martineau 2018, section 4.2 (RaSGAN), arXiv:1807.00734.

    Args:
        s_real: Raw scores of real samples, shape (m, 1).
        s_fake: Raw scores of generated samples, shape (m, 1).
        mean_real: E s(x), where it is to be taken over more than these samples; their mean when None.
        mean_fake: E s(G(z)), likewise.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    s_real, s_fake = checked(s_real=s_real, s_fake=s_fake)
    mean_real = ops.mean(s_real) if mean_real is None else mean_real
    mean_fake = ops.mean(s_fake) if mean_fake is None else mean_fake
    return ops.mean(ops.softplus(mean_fake - s_real)) + ops.mean(ops.softplus(s_fake - mean_real))


@keras.saving.register_keras_serializable(package="keras_gans")
def relativistic_average_generator(s_real, s_fake, mean_real=None, mean_fake=None):
    """-E log sigma(s(G(z)) - E s(x)) - E log(1 - sigma(s(x) - E s(G(z)))).

    Jolicoeur-Martineau 2018, section 4.2 (RaSGAN), arXiv:1807.00734.

    Args:
        s_real: Raw scores of real samples, shape (m, 1).
        s_fake: Raw scores of generated samples, shape (m, 1).
        mean_real: E s(x), where it is to be taken over more than these samples; their mean when None.
        mean_fake: E s(G(z)), likewise.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    return relativistic_average_discriminator(s_fake, s_real, mean_fake, mean_real)
