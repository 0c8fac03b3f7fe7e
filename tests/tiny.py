"""Networks small enough to be trained in a test."""

import keras
import numpy as np


def points(rows=96, seed=0):
    """Real samples: points around (3, -1)."""
    return (np.random.default_rng(seed).normal(size=(rows, 2)) * 0.5 + [3.0, -1.0]).astype("float32")


def labels(rows=96, classes=3, seed=0):
    return np.random.default_rng(seed).integers(0, classes, size=(rows,)).astype("int32")


def generator(latent_dim=2, norm=False, dropout=False, classes=None):
    z = keras.Input((latent_dim,), name="z")
    inputs, h = with_labels(z, classes)
    h = keras.layers.Dense(8, activation="tanh")(h)
    h = keras.layers.BatchNormalization()(h) if norm else h
    h = keras.layers.Dropout(0.2)(h) if dropout else h
    return keras.Model(inputs, keras.layers.Dense(2, dtype="float32")(h), name="generator")


def discriminator(norm=False, dropout=False, classes=None, recognized=None):
    x = keras.Input((2,), name="x")
    inputs, h = with_labels(x, classes)
    h = keras.layers.Dense(8, activation="tanh")(h)
    h = keras.layers.BatchNormalization()(h) if norm else h
    h = keras.layers.Dropout(0.2)(h) if dropout else h
    outputs = keras.layers.Dense(1, dtype="float32")(h)
    if recognized:
        outputs = [outputs, keras.layers.Dense(recognized, dtype="float32")(h)]
    return keras.Model(inputs, outputs, name="discriminator")


def with_labels(h, classes):
    """Inputs and features of a network: h, or h and the vector of a label."""
    if not classes:
        return h, h
    y = keras.Input((), dtype="int32", name="y")
    return [h, y], keras.layers.Concatenate()([h, keras.layers.Embedding(classes, 4)(y)])


def conditional_pair(classes=3):
    return generator(classes=classes), discriminator(classes=classes)


def linear_pair(dimensions=2):
    """G(z) = z A and s(x) = x w + b: every gradient can be written by hand."""
    z, x = keras.Input((dimensions,), name="z"), keras.Input((dimensions,), name="x")
    return (
        keras.Model(z, keras.layers.Dense(dimensions, use_bias=False)(z)),
        keras.Model(x, keras.layers.Dense(1)(x)),
    )


def weights_of(*networks):
    """All weights of the networks as one vector."""
    return np.concatenate([np.ravel(w).astype("float64") for network in networks for w in network.get_weights()])
