"""The exponential moving average of a network."""

import tensorflow as tf

from keras_gans.replicas import update_variables


def ramped_decay(decay, ramp_up, steps):
    """Return the share of the average that is kept in a step.

    Karras et al. 2020, arXiv:1912.04958, in the authors' code: the average's half-life is at most `ramp_up` times the
    steps so far, so that it forgets the beginning as fast as training leaves it.

    Args:
        decay: The share without a ramp, in [0, 1).
        ramp_up: Longest half-life as a share of the steps so far; None for no ramp.
        steps: Steps made before this one, a tensor.

    Returns:
        The share, a float32 scalar; 0 in the first step with a ramp.
    """
    if ramp_up is None:
        return tf.constant(decay, tf.float32)
    half_life = tf.maximum(ramp_up * tf.cast(steps, tf.float32), 1e-8)
    return tf.minimum(tf.constant(decay, tf.float32), 0.5 ** (1.0 / half_life))


def follow(average, network, decay):
    """Move an average one step: trainable weights by `decay`, statistics that are averages already are copied.

    Args:
        average: keras Model, a clone of `network`.
        network: keras Model.
        decay: Share of the average that is kept.
    """
    update_variables(
        lambda kept, w: kept.assign_sub((1.0 - decay) * (kept - w)),
        average.trainable_variables,
        [v.value for v in network.trainable_variables],
    )
    update_variables(
        lambda kept, w: kept.assign(w),
        average.non_trainable_variables,
        [v.value for v in network.non_trainable_variables],
    )
