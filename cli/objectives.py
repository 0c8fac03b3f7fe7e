"""Every objective under one name, on equal terms: the networks and the budget are the same, what is below is not."""

import dataclasses
from collections.abc import Callable

import keras_gans as kg
from keras_gans import divergences, losses, penalties


@dataclasses.dataclass(frozen=True)
class Objective:
    """One row of a comparison.

    Args:
        build: Function of (generator, discriminator) that returns the model, not compiled.
        what: In words, for the table.
        beta_1: Of both players' Adam.
        discriminator_rate: None for the learning rate of the generator, which falls to 0; or another, which does not.
        spectral: Spectral norm of the discriminator's kernels, or False.
        mixes: Whether D may hold batch normalization; only penalties of single samples forbid it.
    """

    build: Callable
    what: str
    beta_1: float = 0.5
    discriminator_rate: float | None = None
    spectral: float | bool = False
    mixes: bool = True


def _penalised(penalty, what):
    return Objective(lambda g, d: kg.ComposedGAN(g, d, penalties=[penalty]), what, mixes=False)


def _fgan(divergence, what):
    return Objective(lambda g, d: kg.FGAN(g, d, divergence), f"f-GAN, {what}")


def _with_history(g, d):
    model = kg.NonSaturatingGAN(g, d)
    model.track_history(HISTORY_WEIGHT)
    return model


GAMMA = 0.1  # of the gradient penalties; Roth et al.'s fixed weight, and what serves R1 on points
R3GAN_GAMMA = 0.03
HISTORY_WEIGHT = 1e-3
GRADIENT = "the non-saturating loss and"
OBJECTIVES = {
    "minimax": Objective(kg.MinimaxGAN, "minimax, saturating"),
    "non_saturating": Objective(kg.NonSaturatingGAN, "non-saturating"),
    "least_squares": Objective(kg.LSGAN, "least squares"),
    "hinge": Objective(lambda g, d: kg.HingeGAN(g, d, n_critic=1), "hinge"),
    "hinge_spectral": Objective(
        lambda g, d: kg.HingeGAN(g, d, n_critic=1), "hinge, kernels of spectral norm 3", spectral=3.0
    ),
    "wgan": Objective(
        lambda g, d: kg.WGAN(g, d, clip_value=0.2), "Wasserstein, 5 critic steps, clipped at 0.2", beta_1=0.0
    ),
    "wgan_gp": Objective(
        lambda g, d: kg.WGANGP(g, d, gp_weight=0.1), "Wasserstein, 5 critic steps, penalty 0.1", mixes=False
    ),
    "wgan_lp": Objective(
        lambda g, d: kg.WGANGP(g, d, gp_weight=0.1, one_sided=True), "the same, one-sided", mixes=False
    ),
    "dragan": _penalised(penalties.DRAGAN(GAMMA), f"{GRADIENT} DRAGAN's penalty"),
    "zero_centred": _penalised(penalties.GradientPenalty(GAMMA / 2, target=0.0), f"{GRADIENT} zero-centred penalty"),
    "r1": _penalised(penalties.R1(GAMMA), f"{GRADIENT} R1"),
    "r1_lazy": _penalised(penalties.R1(GAMMA, interval=8), f"{GRADIENT} R1 in every 8th step"),
    "r1_r2": Objective(
        lambda g, d: kg.ComposedGAN(g, d, penalties=[penalties.R1(GAMMA), penalties.R2(GAMMA)]),
        f"{GRADIENT} R1 and R2",
        mixes=False,
    ),
    "roth": Objective(lambda g, d: kg.RothGAN(g, d, gamma=GAMMA), "regularized density ratio", mixes=False),
    "log_density_ratio": _penalised(penalties.LogDensityRatio(GAMMA / 2), "the same, on logarithms"),
    "unrolled_5": Objective(
        lambda g, d: kg.UnrolledGAN(g, d, unroll_steps=5),
        "unrolled, 5 steps; of D at a constant rate of 1e-4",  # they would come to nothing with a falling one
        discriminator_rate=1e-4,
    ),
    "relativistic_average": Objective(kg.RaGAN, "relativistic average"),
    "relativistic_paired": Objective(kg.RpGAN, "relativistic paired"),
    "r3gan": Objective(
        lambda g, d: kg.R3GAN(g, d, gamma=R3GAN_GAMMA), "relativistic paired, R1 and R2", beta_1=0.0, mixes=False
    ),
    "feature_matching": Objective(
        lambda g, d: kg.FeatureMatchingGAN(g, d, real_label=0.9), "feature matching, smoothed labels"
    ),
    "smoothed_labels": Objective(
        lambda g, d: kg.ComposedGAN(g, d, losses.label_smoothed_discriminator, losses.non_saturating_generator),
        "non-saturating, smoothed labels",
    ),
    "historical_averaging": Objective(_with_history, "non-saturating, historical averaging"),
    "f_total_variation": _fgan(divergences.TotalVariation(), "total variation"),
    "f_kl": _fgan(divergences.KullbackLeibler(), "Kullback-Leibler"),
    "f_reverse_kl": _fgan(divergences.ReverseKullbackLeibler(), "reverse Kullback-Leibler"),
    "f_pearson": _fgan(divergences.PearsonChiSquared(), "Pearson chi-squared"),
    "f_neyman": _fgan(divergences.NeymanChiSquared(), "Neyman chi-squared"),
    "f_hellinger": _fgan(divergences.SquaredHellinger(), "squared Hellinger"),
    "f_jeffrey": _fgan(divergences.Jeffrey(), "Jeffrey"),
    "f_jensen_shannon": _fgan(divergences.JensenShannon(), "Jensen-Shannon"),
    "f_weighted_js": _fgan(divergences.WeightedJensenShannon(0.3), "weighted Jensen-Shannon, pi = 0.3"),
    "f_alpha": _fgan(divergences.Alpha(0.5), "alpha = 1/2"),
}


def check_objective(name):
    """Raise a ValueError, with the nearest name, if there is no objective of this name."""
    from keras_gans.data.named import suggestion

    if name not in OBJECTIVES:
        raise ValueError(
            f"There is no objective {name!r}.{suggestion(name, OBJECTIVES)} Expected one of {', '.join(OBJECTIVES)}."
        )
