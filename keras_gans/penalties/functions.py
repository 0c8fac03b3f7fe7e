"""Gradient penalties as pure functions of a score and points; none carries a weight."""

import tensorflow as tf

from keras_gans.penalties.gradients import gradient_norms, scores_and_squared_norms, squared_gradient_norms


def gradient_penalty(score, x, target=1.0, one_sided=False, power=2):
    """E | |grad_x s(x)| - target |^power, or one-sided: E max(0, |grad_x s(x)| - target)^power.

    Gulrajani et al. 2017, equation 3, arXiv:1704.00028; the one-sided form is Petzka et al. 2018, equation 8,
    arXiv:1709.08894; target 0 is the zero-centred form of Mescheder et al. 2018, arXiv:1801.04406. Power 1, one-sided,
    is max(0, |grad s| - 1) as it stands in some lecture notes.

    Args:
        score: Function of x, (m, ...) -> (m, 1).
        x: Where the gradient is taken, (m, ...): for WGAN-GP the result of `interpolate`.
        target: The norm that is asked for, >= 0.
        one_sided: Whether only norms above the target are penalised.
        power: 1 or 2.

    Returns:
        float32 scalar, without a weight.

    Raises:
        ValueError: If `target` is negative or `power` neither 1 nor 2; see `scores_and_squared_norms` for the others.
    """
    check_form(target, power)
    if target == 0 and power == 2:
        return tf.reduce_mean(squared_gradient_norms(score, x))
    excess = gradient_norms(score, x) - target
    excess = tf.maximum(excess, 0.0) if one_sided else tf.abs(excess)
    return tf.reduce_mean(excess if power == 1 else tf.square(excess))


def check_form(target, power):
    """Refuse a target that is no norm, and powers that nobody writes.

    Raises:
        ValueError: If `target` is negative or `power` neither 1 nor 2.
    """
    if not target >= 0:
        raise ValueError(f"target={target} was passed. Expected a norm, target >= 0. WGAN-GP uses 1.")
    if power not in (1, 2):
        raise ValueError(f"power={power} was passed. Expected 2, as in the papers, or 1.")


def r1(score, x):
    """E_data |grad_x s(x)|^2 / 2: to be weighted by gamma.

    Mescheder et al. 2018, equation 9, arXiv:1801.04406.

    Args:
        score: Function of x, (m, ...) -> (m, 1).
        x: Real samples, (m, ...).

    Returns:
        float32 scalar, without its weight gamma.

    Raises:
        ValueError: See `scores_and_squared_norms`.
    """
    return 0.5 * tf.reduce_mean(squared_gradient_norms(score, x))


def r2(score, x_fake):
    """E_generated |grad_x s(x)|^2 / 2: to be weighted by gamma.

    Mescheder et al. 2018, equation 10, arXiv:1801.04406.

    Args:
        score: Function of x, (m, ...) -> (m, 1).
        x_fake: Generated samples, (m, ...).

    Returns:
        float32 scalar, without its weight gamma.

    Raises:
        ValueError: See `scores_and_squared_norms`.
    """
    return r1(score, x_fake)


def density_ratio(score, x, x_fake):
    """E_P (1 - D(x))^2 |grad s(x)|^2 + E_Q D(x)^2 |grad s(x)|^2, D = sigma(s): to be weighted by gamma / 2.

    Roth et al. 2017, equation 23, arXiv:1705.09367: the Jensen-Shannon member of the f-GAN regularizers.

    Args:
        score: Function of x, (m, ...) -> (m, 1).
        x: Real samples, (m, ...).
        x_fake: Generated samples, (m, ...).

    Returns:
        float32 scalar, without its weight gamma / 2.

    Raises:
        ValueError: See `scores_and_squared_norms`.
    """
    return weighted_norms(*scores_and_squared_norms(score, x), *scores_and_squared_norms(score, x_fake))


def weighted_norms(s_real, squares_real, s_fake, squares_fake):
    """`density_ratio` of scores and squared gradient norms that are at hand.

    Args:
        s_real: Raw scores of real samples, (m, 1).
        squares_real: Squared norms of their gradients, (m,).
        s_fake: Raw scores of generated samples, (m, 1).
        squares_fake: Squared norms of their gradients, (m,).

    Returns:
        float32 scalar.
    """
    d_real, d_fake = tf.sigmoid(s_real[:, 0]), tf.sigmoid(s_fake[:, 0])
    at_real = tf.reduce_mean(tf.square(1.0 - d_real) * squares_real)
    return at_real + tf.reduce_mean(tf.square(d_fake) * squares_fake)


def log_density_ratio(score, x, x_fake):
    """E_P |grad f(x)|^2 / f(x)^2 + E_Q |grad (1 - f(x))|^2 / (1 - f(x))^2, f = sigma(s).

    The regularizer on the logarithms, |grad log f|^2 and |grad log(1 - f)|^2, as notes on the stability of GANs write
    it. As grad log sigma(s) = (1 - sigma(s)) grad s, it is `density_ratio` in other words: equal for every s.

    Args:
        score: Function of x, (m, ...) -> (m, 1).
        x: Real samples, (m, ...).
        x_fake: Generated samples, (m, ...).

    Returns:
        float32 scalar, without a weight.

    Raises:
        ValueError: See `scores_and_squared_norms`.
    """
    log_f = squared_gradient_norms(lambda x: -tf.nn.softplus(-tf.cast(score(x), tf.float32)), x)
    log_not_f = squared_gradient_norms(lambda x: -tf.nn.softplus(tf.cast(score(x), tf.float32)), x_fake)
    return tf.reduce_mean(log_f) + tf.reduce_mean(log_not_f)
