"""Gradient penalties, as functions and as weighted objects, and weight clipping.

A penalty is handed the function that it differentiates, `score(x)` -> (m, 1). Gradients are per sample: D must not mix
the samples of a batch (no BatchNormalization). Points, scores and norms are float32; gradients pass through D in its
own precision.
"""

from keras_gans.penalties.clipping import clip_weights
from keras_gans.penalties.functions import (
    density_ratio,
    gradient_penalty,
    log_density_ratio,
    r1,
    r2,
    weighted_norms,
)
from keras_gans.penalties.gradients import gradient_norms, scores_and_squared_norms, squared_gradient_norms
from keras_gans.penalties.points import (
    GeneratedSamples,
    Interpolates,
    PerturbedSamples,
    Points,
    RealSamples,
    interpolate,
    perturb,
)
from keras_gans.penalties.scores import BalancedConsistency, LatentConsistency, LeCam
from keras_gans.penalties.terms import (
    DRAGAN,
    R1,
    R2,
    DensityRatio,
    GradientPenalty,
    LogDensityRatio,
    Penalty,
    check_weight,
    weight_at,
    weight_config,
)

__all__ = [
    "DRAGAN",
    "R1",
    "R2",
    "BalancedConsistency",
    "DensityRatio",
    "GeneratedSamples",
    "GradientPenalty",
    "Interpolates",
    "LatentConsistency",
    "LeCam",
    "LogDensityRatio",
    "Penalty",
    "PerturbedSamples",
    "Points",
    "RealSamples",
    "check_weight",
    "clip_weights",
    "density_ratio",
    "gradient_norms",
    "gradient_penalty",
    "interpolate",
    "log_density_ratio",
    "perturb",
    "r1",
    "r2",
    "scores_and_squared_norms",
    "squared_gradient_norms",
    "weight_at",
    "weight_config",
    "weighted_norms",
]
