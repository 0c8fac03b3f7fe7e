"""Losses of the logistic function: minimax, non-saturating, smoothed labels, matched conditions."""

import keras
from keras import ops

from keras_gans.losses.arguments import checked


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
    s_real, s_fake = checked(s_real=s_real, s_fake=s_fake)
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
    (s_fake,) = checked(s_fake=s_fake)
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
    (s_fake,) = checked(s_fake=s_fake)
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
    s_real, s_fake = checked(s_real=s_real, s_fake=s_fake)
    at_real = real_label * ops.softplus(-s_real) + (1.0 - real_label) * ops.softplus(s_real)
    return ops.mean(at_real) + ops.mean(ops.softplus(s_fake))


@keras.saving.register_keras_serializable(package="keras_gans")
def matching_aware_discriminator(s_real, s_fake, s_mismatched, has_mismatch=None):
    """-E log D(x, y) - (E log(1 - D(x, y')) + E log(1 - D(G(z, y), y))) / 2, y' being a condition that is not x's.

    Reed et al. 2016, Algorithm 1, lines 4 to 7 with their sign turned, arXiv:1605.05396.

    Args:
        s_real: Raw scores of real samples with their conditions, shape (m, 1).
        s_fake: Raw scores of generated samples with theirs, shape (m, 1).
        s_mismatched: Raw scores of real samples with other conditions, shape (m, 1).
        has_mismatch: Booleans of shape (m,), or (m k,) where packs of k are scored: which of these other conditions are
            others; all of them when None. Where a sample or a whole pack has none, the term is 0.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the scores are not of shape (m, 1).
    """
    s_real, s_fake, s_mismatched = checked(s_real=s_real, s_fake=s_fake, s_mismatched=s_mismatched)
    at_mismatched = ops.softplus(s_mismatched)
    if has_mismatch is not None:
        packs = ops.reshape(has_mismatch, (ops.shape(s_mismatched)[0], -1))
        at_mismatched = at_mismatched * ops.cast(ops.any(packs, axis=1, keepdims=True), "float32")
    return ops.mean(ops.softplus(-s_real)) + 0.5 * (ops.mean(at_mismatched) + ops.mean(ops.softplus(s_fake)))
