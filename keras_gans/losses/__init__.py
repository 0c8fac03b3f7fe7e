"""Adversarial losses: pure functions of raw scores, in pairs, each to be minimised.

Every function takes raw scores (logits, critic values; no sigmoid) of shape (m, 1) and returns a float32 scalar, the
mean over the batch. sigma is the logistic function; log sigma(s) is written as -softplus(-s), which neither overflows
nor loses its gradient at large |s|.
"""

import math

from keras_gans.losses.f_divergence import (
    f_divergence_discriminator,
    f_divergence_generator,
    f_divergence_generator_heuristic,
)
from keras_gans.losses.logistic import (
    label_smoothed_discriminator,
    matching_aware_discriminator,
    minimax_discriminator,
    minimax_generator,
    non_saturating_discriminator,
    non_saturating_generator,
)
from keras_gans.losses.margins import (
    hinge_discriminator,
    hinge_generator,
    least_squares_discriminator,
    least_squares_generator,
    wasserstein_discriminator,
    wasserstein_generator,
)
from keras_gans.losses.recognition import (
    class_cross_entropy,
    code_negative_log_likelihood,
    feature_matching_generator,
)
from keras_gans.losses.reconstruction import mean_absolute_error
from keras_gans.losses.relativistic import (
    relativistic_average_discriminator,
    relativistic_average_generator,
    relativistic_paired_discriminator,
    relativistic_paired_generator,
)

# What a discriminator pays to which real and generated samples are alike and which gives all of them its best score;
# Wasserstein critics have no such number.
UNDECIDED = {
    minimax_discriminator: 2 * math.log(2),
    non_saturating_discriminator: 2 * math.log(2),
    matching_aware_discriminator: 2 * math.log(2),
    label_smoothed_discriminator: -0.9 * math.log(0.45) - 1.1 * math.log(0.55),
    least_squares_discriminator: 0.25,
    hinge_discriminator: 2.0,
    relativistic_paired_discriminator: math.log(2),
    relativistic_average_discriminator: 2 * math.log(2),
}

__all__ = [
    "UNDECIDED",
    "class_cross_entropy",
    "code_negative_log_likelihood",
    "f_divergence_discriminator",
    "f_divergence_generator",
    "f_divergence_generator_heuristic",
    "feature_matching_generator",
    "hinge_discriminator",
    "hinge_generator",
    "label_smoothed_discriminator",
    "least_squares_discriminator",
    "least_squares_generator",
    "matching_aware_discriminator",
    "mean_absolute_error",
    "minimax_discriminator",
    "minimax_generator",
    "non_saturating_discriminator",
    "non_saturating_generator",
    "relativistic_average_discriminator",
    "relativistic_average_generator",
    "relativistic_paired_discriminator",
    "relativistic_paired_generator",
    "wasserstein_discriminator",
    "wasserstein_generator",
]
