"""Adversarial losses: pure functions of raw scores, in pairs, each to be minimised.

Every function takes raw scores (logits, critic values; no sigmoid) of shape (m, 1) and returns a float32 scalar, the
mean over the batch. sigma is the logistic function; log sigma(s) is written as -softplus(-s), which neither overflows
nor loses its gradient at large |s|.
"""

import math

import keras
from keras import ops


def _checked(**scores):
    """Return the scores as float32 tensors, refusing any shape but (m, 1)."""
    for name, score in scores.items():
        shape = tuple(score.shape)
        if len(shape) != 2 or shape[1] != 1:
            raise ValueError(
                f"{name} has shape {shape}. Expected raw scores of shape (m, 1), one per sample: scores of shape (m,) "
                "would broadcast to (m, m). End the discriminator with Dense(1), or reshape the scores to (-1, 1)."
            )
    return [ops.cast(score, "float32") for score in scores.values()]


@keras.saving.register_keras_serializable(package="keras_gans")
def minimax_discriminator(s_real, s_fake):
    """-E log D(x) - E log(1 - D(G(z))), D = sigma(s).

    Goodfellow et al. 2014, equation 1 with its sign turned, arXiv:1406.2661.

    Args:
        s_real: Raw scores of real samples, shape (m, 1).
        s_fake: Raw scores of generated samples, shape (m, 1).

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    s_real, s_fake = _checked(s_real=s_real, s_fake=s_fake)
    return ops.mean(ops.softplus(-s_real)) + ops.mean(ops.softplus(s_fake))


@keras.saving.register_keras_serializable(package="keras_gans")
def minimax_generator(s_fake):
    """E log(1 - D(G(z))): the saturating loss, the generator's part of the minimax game itself.

    Goodfellow et al. 2014, equation 1 and Algorithm 1, arXiv:1406.2661. Its gradient vanishes where D is certain.

    Args:
        s_fake: Raw scores of generated samples, shape (m, 1).

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    (s_fake,) = _checked(s_fake=s_fake)
    return -ops.mean(ops.softplus(s_fake))


@keras.saving.register_keras_serializable(package="keras_gans")
def non_saturating_discriminator(s_real, s_fake):
    """-E log D(x) - E log(1 - D(G(z))): the discriminator's loss is that of the minimax game.

    Goodfellow et al. 2014, section 3, arXiv:1406.2661.

    Args:
        s_real: Raw scores of real samples, shape (m, 1).
        s_fake: Raw scores of generated samples, shape (m, 1).

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    return minimax_discriminator(s_real, s_fake)


@keras.saving.register_keras_serializable(package="keras_gans")
def non_saturating_generator(s_fake):
    """-E log D(G(z)).

    Goodfellow et al. 2014, section 3 ("rather than training G to minimize log(1 - D(G(z)))"), arXiv:1406.2661.

    Args:
        s_fake: Raw scores of generated samples, shape (m, 1).

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    (s_fake,) = _checked(s_fake=s_fake)
    return ops.mean(ops.softplus(-s_fake))


@keras.saving.register_keras_serializable(package="keras_gans")
def label_smoothed_discriminator(s_real, s_fake, real_label=0.9):
    """-E [a log D(x) + (1 - a) log(1 - D(x))] - E log(1 - D(G(z))): one-sided label smoothing, a below 1.

    Salimans et al. 2016, section 3.4, arXiv:1606.03498: generated samples keep the label 0, else the best
    discriminator would depend on their density where there are no real ones.

    Args:
        s_real: Raw scores of real samples, shape (m, 1).
        s_fake: Raw scores of generated samples, shape (m, 1).
        real_label: a, the label of real samples, in (0, 1].

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    s_real, s_fake = _checked(s_real=s_real, s_fake=s_fake)
    at_real = real_label * ops.softplus(-s_real) + (1.0 - real_label) * ops.softplus(s_real)
    return ops.mean(at_real) + ops.mean(ops.softplus(s_fake))


@keras.saving.register_keras_serializable(package="keras_gans")
def feature_matching_generator(real_features, fake_features):
    """|E f(x) - E f(G(z))|^2, f being an inner layer of the discriminator.

    Salimans et al. 2016, section 3.1, arXiv:1606.03498.

    Args:
        real_features: E f(x), mean over the batch, of any shape.
        fake_features: E f(G(z)), of the same shape.

    Returns:
        float32 scalar.
    """
    return ops.sum(ops.square(ops.cast(real_features, "float32") - ops.cast(fake_features, "float32")))


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
    s_real, s_fake = _checked(s_real=s_real, s_fake=s_fake)
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
    (s_fake,) = _checked(s_fake=s_fake)
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
    s_real, s_fake = _checked(s_real=s_real, s_fake=s_fake)
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
    (s_fake,) = _checked(s_fake=s_fake)
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
    s_real, s_fake = _checked(s_real=s_real, s_fake=s_fake)
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
    (s_fake,) = _checked(s_fake=s_fake)
    return -ops.mean(s_fake)


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
    s_real, s_fake = _checked(s_real=s_real, s_fake=s_fake)
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
    (s_fake,) = _checked(s_fake=s_fake)
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
    (s_fake,) = _checked(s_fake=s_fake)
    return -ops.mean(divergence.activation(s_fake))


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
    s_real, s_fake = _checked(s_real=s_real, s_fake=s_fake)
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
    s_real, s_fake = _checked(s_real=s_real, s_fake=s_fake)
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


# What a discriminator pays to which real and generated samples are alike and which gives all of them its best score;
# Wasserstein critics have no such number.
UNDECIDED = {
    minimax_discriminator: 2 * math.log(2),
    non_saturating_discriminator: 2 * math.log(2),
    label_smoothed_discriminator: -0.9 * math.log(0.45) - 1.1 * math.log(0.55),
    least_squares_discriminator: 0.25,
    hinge_discriminator: 2.0,
    relativistic_paired_discriminator: math.log(2),
    relativistic_average_discriminator: 2 * math.log(2),
}
