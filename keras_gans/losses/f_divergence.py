"""The variational bound on an f-divergence."""

import keras
from keras import ops

from keras_gans.losses.arguments import checked


@keras.saving.register_keras_serializable(package="keras_gans")
def f_divergence_discriminator(s_real, s_fake, divergence):
    """-E g_f(s(x)) + E f*(g_f(s(G(z)))): minus the lower bound on the divergence.

    Nowozin et al. 2016, equation 6, arXiv:1606.00709.

    Args:
        s_real: Raw scores of real samples, shape (m, 1).
        s_fake: Raw scores of generated samples, shape (m, 1).
        divergence: A `keras_gans.divergences.Divergence`.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    s_real, s_fake = checked(s_real=s_real, s_fake=s_fake)
    return ops.mean(divergence.conjugate_of_activation(s_fake)) - ops.mean(divergence.activation(s_real))


@keras.saving.register_keras_serializable(package="keras_gans")
def f_divergence_generator(s_fake, divergence):
    """-E f*(g_f(s(G(z)))): the generator lowers the bound itself.

    Nowozin et al. 2016, equation 6 and Algorithm 1, arXiv:1606.00709.

    Args:
        s_fake: Raw scores of generated samples, shape (m, 1).
        divergence: A `keras_gans.divergences.Divergence`.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    (s_fake,) = checked(s_fake=s_fake)
    return -ops.mean(divergence.conjugate_of_activation(s_fake))


@keras.saving.register_keras_serializable(package="keras_gans")
def f_divergence_generator_heuristic(s_fake, divergence):
    """-E g_f(s(G(z))): the generator raises T on its samples.

    Nowozin et al. 2016, section 3.2, arXiv:1606.00709: what the non-saturating loss is to the minimax game. Its
    gradient does not vanish where D is certain of a generated sample, except under `TotalVariation`, whose T is bounded
    below.

    Args:
        s_fake: Raw scores of generated samples, shape (m, 1).
        divergence: A `keras_gans.divergences.Divergence`.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    (s_fake,) = checked(s_fake=s_fake)
    return -ops.mean(divergence.activation(s_fake))
