"""Measures of generators: arrays in, numbers with their protocol out, float64 inside."""

from keras_gans.metrics.classifier import class_histogram, classifier_score, code_purity, label_accuracy, stacked_modes
from keras_gans.metrics.columns import TableProtocol, column_distances
from keras_gans.metrics.frechet import frechet_distance, frechet_distance_of_moments
from keras_gans.metrics.judge import Judge, fashion_mnist_judge, mnist_judge
from keras_gans.metrics.kernel import kernel_distance
from keras_gans.metrics.likelihoods import LikelihoodProtocol
from keras_gans.metrics.modes import mode_statistics
from keras_gans.metrics.neighbours import precision_recall_density_coverage
from keras_gans.metrics.protocols import (
    AttributeProtocol,
    JudgeProtocol,
    MixtureProtocol,
    PixelProtocol,
    StackedProtocol,
)
from keras_gans.metrics.showers import (
    ShowerProtocol,
    chi2_per_ndf,
    separation_power,
    shower_features,
    two_sample_chi2,
)
from keras_gans.metrics.similarity import ms_ssim, ms_ssim_diversity
from keras_gans.metrics.translations import TranslationProtocol
from keras_gans.metrics.transport import (
    earth_movers_distance,
    kantorovich_potential,
    sliced_wasserstein,
    transport_plan,
)

__all__ = [
    "AttributeProtocol",
    "Judge",
    "JudgeProtocol",
    "LikelihoodProtocol",
    "MixtureProtocol",
    "PixelProtocol",
    "ShowerProtocol",
    "StackedProtocol",
    "TableProtocol",
    "TranslationProtocol",
    "chi2_per_ndf",
    "class_histogram",
    "classifier_score",
    "code_purity",
    "column_distances",
    "earth_movers_distance",
    "fashion_mnist_judge",
    "frechet_distance",
    "frechet_distance_of_moments",
    "kantorovich_potential",
    "kernel_distance",
    "label_accuracy",
    "mnist_judge",
    "mode_statistics",
    "ms_ssim",
    "ms_ssim_diversity",
    "precision_recall_density_coverage",
    "separation_power",
    "shower_features",
    "sliced_wasserstein",
    "stacked_modes",
    "transport_plan",
    "two_sample_chi2",
]
