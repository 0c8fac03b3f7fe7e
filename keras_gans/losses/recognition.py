"""Losses of what a discriminator sees beside the score: features, classes, codes."""

import math

import keras
from keras import ops

_HALF_LOG_2_PI = 0.5 * math.log(2 * math.pi)


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
def class_cross_entropy(logits, labels):
    """-E log P(C = c | x): how badly an auxiliary classifier knows the classes.

    Odena et al. 2017, equation 3 with its sign turned, arXiv:1610.09585.

    Args:
        logits: Raw class scores, shape (m, num_classes).
        labels: Classes, integers from 0 to num_classes - 1, shape (m,); or one-hot vectors (m, num_classes).

    Returns:
        float32 scalar.
    """
    logits = ops.cast(logits, "float32")
    if len(labels.shape) == 1:
        labels = ops.one_hot(ops.cast(labels, "int32"), logits.shape[-1])
    return -ops.mean(ops.sum(ops.cast(labels, "float32") * ops.log_softmax(logits), axis=-1))


@keras.saving.register_keras_serializable(package="keras_gans")
def code_negative_log_likelihood(parameters, codes, categories, continuous):
    """-E log Q(c | x): the part of the bound on the mutual information of codes and samples that depends on Q and G.

    Chen et al. 2016, equation 5 without the entropy of the codes, arXiv:1606.03657. Q is a product: a categorical
    distribution for each categorical code, a normal one of standard deviation 1 for each continuous code, as in the
    authors' code.

    Args:
        parameters: The logits of each categorical code, then the means of the continuous ones, shape (m, k).
        codes: One-hot vectors of the categorical codes, then the continuous ones, shape (m, k).
        categories: Numbers of values of the categorical codes.
        continuous: Number of continuous codes.

    Returns:
        float32 scalar.
    """
    parameters, codes = ops.cast(parameters, "float32"), ops.cast(codes, "float32")
    total, start = 0.0, 0
    for size in categories:
        total = total + class_cross_entropy(parameters[:, start : start + size], codes[:, start : start + size])
        start += size
    if continuous:
        squares = ops.sum(ops.square(parameters[:, start:] - codes[:, start:]), axis=-1)
        total = total + ops.mean(0.5 * squares) + continuous * _HALF_LOG_2_PI
    return total
