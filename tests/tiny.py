"""Networks small enough to be trained in a test."""

import keras
import numpy as np


def points(rows=96, seed=0):
    """Real samples: points around (3, -1)."""
    return (np.random.default_rng(seed).normal(size=(rows, 2)) * 0.5 + [3.0, -1.0]).astype("float32")


def labels(rows=96, classes=3, seed=0):
    return np.random.default_rng(seed).integers(0, classes, size=(rows,)).astype("int32")


def generator(latent_dim=2, norm=False, dropout=False):
    z = keras.Input((latent_dim,), name="z")
    h = keras.layers.Dense(8, activation="tanh")(z)
    h = keras.layers.BatchNormalization()(h) if norm else h
    h = keras.layers.Dropout(0.2)(h) if dropout else h
    return keras.Model(z, keras.layers.Dense(2, dtype="float32")(h), name="generator")


def discriminator(norm=False, dropout=False):
    x = keras.Input((2,), name="x")
    h = keras.layers.Dense(8, activation="tanh")(x)
    h = keras.layers.BatchNormalization()(h) if norm else h
    h = keras.layers.Dropout(0.2)(h) if dropout else h
    return keras.Model(x, keras.layers.Dense(1, dtype="float32")(h), name="discriminator")


def conditional_pair(classes=3):
    z, x = keras.Input((2,), name="z"), keras.Input((2,), name="x")
    y = keras.Input((), dtype="int32", name="y")
    embedded = keras.layers.Embedding(classes, 4)(y)
    g = keras.layers.Dense(8, activation="tanh")(keras.layers.Concatenate()([z, embedded]))
    y_too = keras.Input((), dtype="int32", name="y")
    embedded = keras.layers.Embedding(classes, 4)(y_too)
    d = keras.layers.Dense(8, activation="tanh")(keras.layers.Concatenate()([x, embedded]))
    return keras.Model([z, y], keras.layers.Dense(2)(g)), keras.Model([x, y_too], keras.layers.Dense(1)(d))


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
