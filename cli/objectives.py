"""Every objective under one name, for comparisons: what is here is proper to each, all else is the same for all."""

import dataclasses
from collections.abc import Callable

import keras_gans as kg
from keras_gans import divergences, losses, penalties


@dataclasses.dataclass(frozen=True)
class Objective:
    """One row of a comparison.

    Args:
        build: Function of (generator, discriminator, settings) that returns the model, not compiled.
        what: In words, for the table; settings in braces.
        what_of_images: The same where it is another on images.
        beta_1: Of both players' Adam.
        learning_rate: None for that of all, or another, which falls to 0 as theirs does.
        discriminator_rate: None for the generator's; or another, which does not fall.
        spectral: Spectral norm of the discriminator's kernels, or False.
        mixes: Whether D may hold batch normalization; only penalties of single samples forbid it.
        first: Function of the settings that returns layers before all others of D.
        last: Function of the settings that returns layers on D's features, before the score.
        attention: Heights of the maps that attention follows, in both networks of images.
        images_only: Whether it says nothing of points.
    """

    build: Callable
    what: str
    what_of_images: str | None = None
    beta_1: float = 0.5
    learning_rate: float | None = None
    discriminator_rate: float | None = None
    spectral: float | bool = False
    mixes: bool = True
    first: Callable = lambda s: ()
    last: Callable = lambda s: ()
    attention: tuple = ()
    images_only: bool = False

    def terms(self, settings):
        """Return what tells a run from those of other constants: for JSON; `what` stands for the functions."""
        without = ("build", "what_of_images", "first", "last", "attention", "images_only")
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in without}
        return {**fields, "what": self.in_words(settings)}

    def in_words(self, settings):
        """Return what it is, with its weights."""
        what = self.what_of_images if self.what_of_images and _of_images(settings) else self.what
        return what.format(**settings)


def _of_images(settings):
    """Return whether these settings are of convolutional networks."""
    return "stop_below" in settings


F_GAN_RATE = 5e-4  # where T is an exponential or a bound is; with that of all they explode


def _plain(model, what, **kwargs):
    return Objective(lambda g, d, s: model(g, d), what, **kwargs)


def _penalised(penalties_of, what):
    """The non-saturating loss with penalties, a function of the settings."""
    build = lambda g, d, s: kg.ComposedGAN(g, d, penalties=penalties_of(s))  # noqa: E731
    return Objective(build, f"non-saturating, {what}", mixes=False)


def _fgan(divergence, what, learning_rate=F_GAN_RATE):
    """The paper's heuristic for the generator."""
    return _plain(
        lambda g, d: kg.FGAN(g, d, divergence), _f_gan_in_words(what, learning_rate), learning_rate=learning_rate
    )


def _f_gan_in_words(what, rate):
    return f"f-GAN, {what}" + (f"; rate {rate}" if rate else "")


def _fgan_bound(divergence, what):
    """Its Algorithm 1 on points; on images D is certain for too long, and G learns by the heuristic alone."""

    def build(g, d, s):
        bound = losses.f_divergence_generator
        return kg.FGAN(g, d, divergence) if _of_images(s) else kg.FGAN(g, d, divergence, bound)

    return Objective(
        build,
        _f_gan_in_words(f"{what}, G lowers the bound", F_GAN_RATE),
        _f_gan_in_words(what, F_GAN_RATE),
        learning_rate=F_GAN_RATE,
    )


def _with_history(g, d, s):
    model = kg.NonSaturatingGAN(g, d)
    model.track_history(s["history_weight"])
    return model


OBJECTIVES = {
    "minimax": _plain(kg.MinimaxGAN, "minimax, saturating"),
    "non_saturating": _plain(kg.NonSaturatingGAN, "non-saturating"),
    "least_squares": _plain(kg.LSGAN, "least squares"),
    "hinge": Objective(lambda g, d, s: kg.HingeGAN(g, d, n_critic=1), "hinge"),
    "hinge_spectral": Objective(
        lambda g, d, s: kg.HingeGAN(g, d, n_critic=1), "hinge, kernels of spectral norm 3", spectral=3.0
    ),
    "wgan": Objective(
        lambda g, d, s: kg.WGAN(g, d, clip_value=s["clip_value"]),
        "Wasserstein, 5 critic steps, clipped at {clip_value}",
        beta_1=0.0,
    ),
    "wgan_gp": Objective(
        lambda g, d, s: kg.WGANGP(g, d, gp_weight=s["gp_weight"]),
        "Wasserstein, 5 critic steps, penalty {gp_weight}",
        mixes=False,
    ),
    "wgan_lp": Objective(
        lambda g, d, s: kg.WGANGP(g, d, gp_weight=s["gp_weight"], one_sided=True),
        "Wasserstein, 5 critic steps, one-sided penalty {gp_weight}",
        mixes=False,
    ),
    "dragan": _penalised(lambda s: [penalties.DRAGAN(s["gp_weight"])], "DRAGAN's penalty {gp_weight}"),
    "zero_centred": _penalised(
        lambda s: [penalties.GradientPenalty(s["gamma"] / 2, target=0.0)],
        "zero-centred penalty on interpolates, half of {gamma}",
    ),
    "r1": _penalised(lambda s: [penalties.R1(s["gamma"])], "R1 {gamma}"),
    "r1_lazy": _penalised(lambda s: [penalties.R1(s["gamma"], interval=8)], "R1 {gamma} in every 8th step"),
    "r1_r2": _penalised(lambda s: [penalties.R1(s["gamma"]), penalties.R2(s["gamma"])], "R1 {gamma} and R2 {gamma}"),
    "roth": Objective(
        lambda g, d, s: kg.RothGAN(g, d, gamma=s["gamma"]),
        "non-saturating, the density ratio's regularizer {gamma}",
        mixes=False,
    ),
    "log_density_ratio": _penalised(
        lambda s: [penalties.LogDensityRatio(s["gamma"] / 2)],
        "the density ratio's regularizer on logarithms, half of {gamma}",
    ),
    "unrolled_5": Objective(
        lambda g, d, s: kg.UnrolledGAN(g, d, unroll_steps=5),
        "unrolled, 5 steps; D's rate is constant, 5e-5",  # the unrolled steps have it too, and would come to nothing
        discriminator_rate=5e-5,
    ),
    "relativistic_average": _plain(kg.RaGAN, "relativistic average"),
    "relativistic_paired": _plain(kg.RpGAN, "relativistic paired"),
    "r3gan": Objective(
        lambda g, d, s: kg.R3GAN(g, d, gamma=s["r3gan_gamma"]),
        "relativistic paired, R1 {r3gan_gamma} and R2 {r3gan_gamma}",
        beta_1=0.0,
        mixes=False,
    ),
    "feature_matching": Objective(
        lambda g, d, s: kg.FeatureMatchingGAN(g, d, real_label=0.9), "feature matching, real labels 0.9", mixes=False
    ),
    "smoothed_labels": Objective(
        lambda g, d, s: kg.ComposedGAN(g, d, losses.label_smoothed_discriminator, losses.non_saturating_generator),
        "non-saturating, real labels 0.9",
    ),
    "historical_averaging": Objective(_with_history, "non-saturating, historical averaging {history_weight}"),
    "f_total_variation": _fgan(divergences.TotalVariation(), "total variation"),
    "f_kl": _fgan_bound(divergences.KullbackLeibler(), "Kullback-Leibler"),
    "f_reverse_kl": _fgan_bound(divergences.ReverseKullbackLeibler(), "reverse Kullback-Leibler"),
    "f_pearson": _fgan(divergences.PearsonChiSquared(), "Pearson chi-squared"),
    "f_neyman": _fgan_bound(divergences.NeymanChiSquared(), "Neyman chi-squared"),
    "f_hellinger": _fgan_bound(divergences.SquaredHellinger(), "squared Hellinger"),
    "f_jeffrey": _fgan_bound(divergences.Jeffrey(), "Jeffrey"),
    "f_jensen_shannon": _fgan(divergences.JensenShannon(), "Jensen-Shannon", None),
    "f_weighted_js": _fgan(divergences.WeightedJensenShannon(0.3), "weighted Jensen-Shannon, pi = 0.3", None),
    "f_alpha": _fgan_bound(divergences.Alpha(0.5), "alpha = 1/2"),
}
