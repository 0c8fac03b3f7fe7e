"""Weight clipping: a bound put on a discriminator's weights."""

import tensorflow as tf

from keras_gans.replicas import update_variables


def clip_weights(variables, clip_value):
    """Put every weight back into [-c, c].

    Arjovsky et al. 2017, Algorithm 1, line 7, arXiv:1701.07875.

    Args:
        variables: Keras variables, changed in place, on every replica.
        clip_value: c, above 0.
    """
    update_variables(lambda w: w.assign(tf.clip_by_value(w, -clip_value, clip_value)), variables)
