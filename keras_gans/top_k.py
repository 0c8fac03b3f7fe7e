"""Generator updates by the best of a batch alone."""

import keras
import tensorflow as tf

from keras_gans.checks import check_share


def only_best(s_fake, share):
    """Let the gradient of a mean over scores flow through the best of them alone, as that of the mean over these.

    Sinha et al. 2020, "Top-k Training of GANs", arXiv:2002.06224, Algorithm 1: k = share m scores, at least one.

    Args:
        s_fake: Raw scores of generated samples, (m, 1).
        share: Of the batch, in (0, 1], a number or a scalar tensor.

    Returns:
        The same scores; gradients are m / k times their own for the k highest, 0 for the others.
    """
    m = tf.shape(s_fake)[0]
    k = tf.clip_by_value(tf.cast(tf.math.ceil(share * tf.cast(m, tf.float32) - 1e-3), tf.int32), 1, m)
    order = tf.argsort(s_fake[:, 0], direction="DESCENDING", stable=True)
    rank = tf.argsort(order)
    factor = tf.where(rank < k, tf.cast(m, tf.float32) / tf.cast(k, tf.float32), 0.0)[:, None]
    kept = tf.stop_gradient(s_fake)
    return kept + factor * (s_fake - kept)


def check_top_k(share):
    """Refuse what is neither a share in (0, 1] nor a schedule of one.

    Raises:
        ValueError: With what was passed.
    """
    if not isinstance(share, keras.optimizers.schedules.LearningRateSchedule):
        check_share(share=share)
