"""Losses of the scores themselves: least squares, hinge, Wasserstein."""

import keras
from keras import ops

from keras_gans.losses.arguments import checked


@keras.saving.register_keras_serializable(package="keras_gans")
def least_squares_discriminator(s_real, s_fake, a=0.0, b=1.0):
    """E (s(x) - b)^2 / 2 + E (s(G(z)) - a)^2 / 2.

    Mao et al. 2017, equation 2, arXiv:1611.04076.

    Args:
        s_real: Raw scores of real samples, shape (m, 1).
        s_fake: Raw scores of generated samples, shape (m, 1).
        a: Label of generated samples.
        b: Label of real samples.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    s_real, s_fake = checked(s_real=s_real, s_fake=s_fake)
    return 0.5 * ops.mean(ops.square(s_real - b)) + 0.5 * ops.mean(ops.square(s_fake - a))


@keras.saving.register_keras_serializable(package="keras_gans")
def least_squares_generator(s_fake, c=1.0):
    """E (s(G(z)) - c)^2 / 2.

    Mao et al. 2017, equation 2, arXiv:1611.04076.

    Args:
        s_fake: Raw scores of generated samples, shape (m, 1).
        c: The label that the generator wants the discriminator to give.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    (s_fake,) = checked(s_fake=s_fake)
    return 0.5 * ops.mean(ops.square(s_fake - c))


@keras.saving.register_keras_serializable(package="keras_gans")
def hinge_discriminator(s_real, s_fake):
    """E max(0, 1 - s(x)) + E max(0, 1 + s(G(z))).

    Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, equation 16, arXiv:1802.05957.

    Args:
        s_real: Raw scores of real samples, shape (m, 1).
        s_fake: Raw scores of generated samples, shape (m, 1).

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    s_real, s_fake = checked(s_real=s_real, s_fake=s_fake)
    return ops.mean(ops.relu(1.0 - s_real)) + ops.mean(ops.relu(1.0 + s_fake))


@keras.saving.register_keras_serializable(package="keras_gans")
def hinge_generator(s_fake):
    """-E s(G(z)).

    Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, equation 17, arXiv:1802.05957.

    Args:
        s_fake: Raw scores of generated samples, shape (m, 1).

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    (s_fake,) = checked(s_fake=s_fake)
    return -ops.mean(s_fake)


@keras.saving.register_keras_serializable(package="keras_gans")
def wasserstein_discriminator(s_real, s_fake):
    """E s(G(z)) - E s(x): minus the critic's estimate of the Wasserstein distance.

    Arjovsky et al. 2017, equation 2 and Algorithm 1, arXiv:1701.07875. It means a distance only for a Lipschitz critic.

    Args:
        s_real: Critic values of real samples, shape (m, 1).
        s_fake: Critic values of generated samples, shape (m, 1).

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    s_real, s_fake = checked(s_real=s_real, s_fake=s_fake)
    return ops.mean(s_fake) - ops.mean(s_real)


@keras.saving.register_keras_serializable(package="keras_gans")
def wasserstein_generator(s_fake):
    """-E s(G(z)).

    Arjovsky et al. 2017, Algorithm 1, arXiv:1701.07875.

    Args:
        s_fake: Critic values of generated samples, shape (m, 1).

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    (s_fake,) = checked(s_fake=s_fake)
    return -ops.mean(s_fake)
