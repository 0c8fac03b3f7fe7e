"""Stabilisers under one name each, for comparisons: the non-saturating objective with one thing more."""

import collections
import functools

import keras

import keras_gans as kg
from keras_gans import layers, penalties, regularizers
from keras_gans_cli.objectives import OBJECTIVES, Objective

NOISE = 0.3  # of data of standard deviation 1, or of images in [-1, 1]
ADA_IMAGES = 100_000


def _plain(g, d, s):
    return kg.NonSaturatingGAN(g, d)


def _with_penalty(penalty_of):
    return lambda g, d, s: kg.ComposedGAN(g, d, penalties=[penalty_of(s)])


def _orthogonal(g, d, s):
    for network in (g, d):
        regularizers.regularize(network, regularizers.Orthogonal(1e-4))
    return kg.NonSaturatingGAN(g, d)


def _then(change, g, d, s):
    model = kg.NonSaturatingGAN(g, d)
    change(model, s)
    return model


def _falling(value, s, share=0.8):
    return keras.optimizers.schedules.PolynomialDecay(value, max(int(share * s["steps"]), 1), 0.0)


STABILISERS = {
    "instance_noise": Objective(
        _plain, f"instance noise of {NOISE}, falling to 0", first=lambda s: [layers.InstanceNoise(_falling(NOISE, s))]
    ),
    "minibatch_discrimination": Objective(
        _plain, "minibatch discrimination, 50 x 5", last=lambda s: [layers.MinibatchDiscrimination(50, 5)]
    ),
    "minibatch_deviation": Objective(
        _plain, "minibatch standard deviation", last=lambda s: [layers.MinibatchStandardDeviation()]
    ),
    "packing_2": Objective(_plain, "packs of 2", first=lambda s: [layers.Packing(2)]),
    "self_attention": Objective(
        _plain, "attention on maps of 14x14 in both networks", attention=(14,), images_only=True
    ),
    "diffaugment": Objective(_plain, "DiffAugment", first=lambda s: [layers.DiffAugment()], images_only=True),
    "ada": Objective(
        _plain, f"ADA, p by 1 in {ADA_IMAGES:,} images",
        first=lambda s: [layers.AdaptiveAugment(images=ADA_IMAGES)], images_only=True,
    ),
    "balanced_consistency": Objective(
        _with_penalty(lambda s: penalties.BalancedConsistency(layers.DiffAugment(color=False, cutout=0))),
        "consistency under translation, 10", images_only=True,
    ),
    "latent_consistency": Objective(
        lambda g, d, s: kg.ComposedGAN(g, d, latent_consistency=penalties.LatentConsistency()),
        "consistency in the latent space",
    ),
    "lecam": Objective(_with_penalty(lambda s: penalties.LeCam(0.3)), "LeCam 0.3"),
    "orthogonal": Objective(_orthogonal, "orthogonal regularization of both networks, 1e-4"),
    "top_k": Objective(
        functools.partial(_then, lambda model, s: model.keep_top_k(_top_k(s))), "top-k, from all to half the batch"
    ),
}  # fmt: skip
ROWS = collections.ChainMap(STABILISERS, OBJECTIVES)  # in order: objectives, then stabilisers


def _top_k(s):
    return keras.optimizers.schedules.PolynomialDecay(1.0, max(s["steps"] // 2, 1), 0.5)


def check_row(name):
    """Raise a ValueError, with the nearest name, if there is no objective or stabiliser of this name."""
    from keras_gans.data.named import suggestion

    if name not in ROWS:
        raise ValueError(f"There is no objective {name!r}.{suggestion(name, ROWS)} Expected one of {', '.join(ROWS)}.")
