"""Stabilisers with every model class and with one another: rows that cover all pairs, each trained and exported.

A row has each factor on or off, and any two factors are together in some row: so every stabiliser meets every model
class and every other stabiliser. Rows of the classes whose step is another's with other losses are slow.
"""

import itertools

import keras
import numpy as np
import pytest
import tiny
from allpairspy import AllPairs
from test_models_contract import CLASSES, CONDITIONAL, MODELS, OTHER_LOSSES_ALONE, RECOGNIZING

import keras_gans as kg
from keras_gans import layers, penalties, regularizers

SHAPE = (8, 8, 1)
STABILISERS = (
    "DiffAugment",
    "AdaptiveAugment",
    "InstanceNoise",
    "Packing",
    "VirtualBatchNormalization",
    "SpectralNormalization",
    "SelfAttention",
    "MinibatchDiscrimination",
    "MinibatchStandardDeviation",
    "ramped average",
    "top-k",
    "historical averaging",
    "Orthogonal",
    "clipped gradients",
    "falling rates",
)
TERMS = ("LeCam", "BalancedConsistency", "LatentConsistency")  # of ComposedGAN alone
FACTORS = {"model": list(MODELS), **{name: [True, False] for name in (*STABILISERS, *TERMS)}}


def is_sensible(row):
    """Terms of scores are `ComposedGAN`'s; the generator of feature matching learns from no scores."""
    chosen = dict(zip(FACTORS, row, strict=False))
    if any(chosen.get(term) for term in TERMS) and chosen["model"] != "ComposedGAN":
        return False
    if chosen.get("clipped gradients") and chosen["model"] == "UnrolledGAN":
        return False  # whose inner steps are those of a plain optimizer
    if chosen.get("Packing") and chosen["model"] in RECOGNIZING:
        return False  # a pack has no class of its own
    return not (chosen.get("top-k") and chosen["model"] == "FeatureMatchingGAN")


def chosen_by(row):
    return dict(zip(FACTORS, row, strict=True))


ROWS = [tuple(row) for row in AllPairs(list(FACTORS.values()), filter_func=is_sensible)]
OFTEN = [row for row in ROWS if row[0] not in (*OTHER_LOSSES_ALONE, "ConditionalGAN")]


def discriminator_of(chosen):
    """A small convolutional network with the chosen layers."""
    first = [layers.InstanceNoise(keras.optimizers.schedules.PolynomialDecay(0.2, 4, 0.0))]
    first += [layers.DiffAugment(), layers.AdaptiveAugment(probability=0.5), layers.Packing(2)]
    last = [layers.MinibatchStandardDeviation(), layers.MinibatchDiscrimination(5, 3)]
    wrap = layers.SpectralNormalization if chosen["SpectralNormalization"] else lambda layer: layer
    h = x = keras.Input(SHAPE, name="x")
    for layer in first:
        h = layer(h) if chosen[type(layer).__name__] else h
    if chosen["VirtualBatchNormalization"]:
        h = layers.WithReference(np.random.default_rng(0).normal(size=(4, *h.shape[1:])))(h)
    h = wrap(keras.layers.Conv2D(4, 3, strides=2, padding="same"))(h)
    if chosen["VirtualBatchNormalization"]:
        h = layers.WithoutReference(4)(layers.VirtualBatchNormalization(4)(h))
    h = layers.RectifiedLinear(0.2)(h)
    h = layers.SelfAttention(2)(h) if chosen["SelfAttention"] else h
    h = keras.layers.Flatten()(h)
    inputs, name = x, chosen["model"]
    if name in CONDITIONAL and name not in RECOGNIZING:
        y, of_label = label_and_vector()
        inputs = [x, y]
        h = keras.layers.Concatenate()([h, layers.Packing(2)(of_label) if chosen["Packing"] else of_label])
    h = wrap(keras.layers.Dense(6, "tanh"))(h)
    for layer in last:
        h = layer(h) if chosen[type(layer).__name__] else h
    outputs = wrap(keras.layers.Dense(1, dtype="float32"))(h)
    if name in RECOGNIZING:
        outputs = [outputs, keras.layers.Dense(RECOGNIZING[name], dtype="float32")(h)]
    return keras.Model(inputs, outputs, name="discriminator")


def label_and_vector():
    y = keras.Input((), dtype="int32", name="y")
    return y, keras.layers.Embedding(CLASSES, 3)(y)


def generator_of(chosen):
    inputs = h = z = keras.Input((6,), name="z")
    if chosen["model"] in CONDITIONAL:
        y, of_label = label_and_vector()
        inputs, h = [z, y], keras.layers.Concatenate()([z, of_label])
    h = keras.layers.Reshape((4, 4, 4))(keras.layers.Dense(64)(h))
    h = layers.FusedBatchNormalization()(h)
    if chosen["SelfAttention"]:
        h = layers.SelfAttention(2)(h)
    h = layers.NearestUpsampling2D()(h)
    return keras.Model(inputs, keras.layers.Conv2D(1, 3, padding="same", activation="tanh")(h), name="generator")


def model_of(chosen):
    """The compiled model with the chosen rules."""
    networks = generator_of(chosen), discriminator_of(chosen)
    if chosen["Orthogonal"]:
        for network in networks:
            regularizers.regularize(network, regularizers.Orthogonal(0.01))
    if any(chosen[term] for term in TERMS):
        terms = [penalties.R1(0.1, interval=2)]
        terms += [penalties.LeCam()] if chosen["LeCam"] else []
        terms += [penalties.BalancedConsistency(layers.DiffAugment())] if chosen["BalancedConsistency"] else []
        latent = penalties.LatentConsistency() if chosen["LatentConsistency"] else None
        model = kg.ComposedGAN(*networks, penalties=terms, latent_consistency=latent)
    else:
        model = MODELS[chosen["model"]](*networks, n_critic=1)
    if chosen["ramped average"]:
        model.track_ema(0.99, ramp_up=0.05)
    if chosen["top-k"]:
        model.keep_top_k(0.5)
    if chosen["historical averaging"]:
        model.track_history(0.1)
    rate = keras.optimizers.schedules.CosineDecay(0.05, 10) if chosen["falling rates"] else 0.05
    clip = {"global_clipnorm": 0.5} if chosen["clipped gradients"] else {}
    model.compile(keras.optimizers.SGD(rate, **clip), keras.optimizers.SGD(rate, **clip))
    return model


def test_the_rows_cover_every_sensible_pair():
    both = lambda one, a, other, b, of: any(row[one] == a and row[other] == b for row in map(chosen_by, of))  # noqa: E731
    for model, stabiliser in itertools.product(MODELS, STABILISERS):
        alone = (model, *(stabiliser == s for s in STABILISERS))
        assert both("model", model, stabiliser, True, ROWS) == is_sensible(alone)
    for one, other in itertools.combinations((*STABILISERS, *TERMS), 2):
        assert both(one, True, other, True, OFTEN), (one, other)
    for term in TERMS:
        assert both("model", "ComposedGAN", term, True, OFTEN)


MARKED = [
    pytest.param(row, id=f"{row[0]}{i}", marks=() if row in OFTEN else pytest.mark.slow) for i, row in enumerate(ROWS)
]


@pytest.mark.parametrize("row", MARKED)
def test_trains_saves_resumes_to_the_bit_and_exports(row, tmp_path):
    chosen = chosen_by(row)
    keras.utils.set_random_seed(0)
    model = model_of(chosen)
    x = np.clip(np.random.default_rng(1).normal(size=(16, *SHAPE)), -1, 1).astype("float32")
    y = tiny.labels(16, CLASSES) if model.is_conditional else None
    before = tiny.weights_of(model.generator), tiny.weights_of(model.discriminator)
    history = model.fit(x, y, batch_size=8, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    for network, weights in zip((model.generator, model.discriminator), before, strict=True):
        assert not np.array_equal(tiny.weights_of(network), weights)
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    for m in (model, again):
        m.run_eagerly, m.train_function = True, None  # the first two steps were compiled; tracing once more takes long
        m.fit(x[:8], None if y is None else y[:8], batch_size=8, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(again), tiny.weights_of(model))
    asked = None if y is None else [0, 1, 2]
    np.testing.assert_array_equal(again.sample(3, asked, seed=0), model.sample(3, asked, seed=0))
    assert kg.export.to_onnx(model, tmp_path / "generator.onnx")["max_abs_difference"] < 1e-4
