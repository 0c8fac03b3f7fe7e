"""An f-divergence from samples alone: a network learns T, held-out samples say what it is worth."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from keras_gans.checks import check_positive_integer
from keras_gans.divergences.base import checked_divergence


class Estimate(NamedTuple):
    """What `estimate` found.

    Attributes:
        value: The divergence, in nats where it has a unit.
        standard_error: Of `value`, from the held-out samples. It says nothing of how far the network is from the best.
        network: The keras Model x -> raw scores v that was trained; density ratios follow from it by f'(p/q) = g_f(v).
    """

    value: float
    standard_error: float
    network: keras.Model


def estimate(x_p, x_q, divergence, network=None, steps=3000, batch_size=1024, learning_rate=3e-3, seed=0):
    """Estimate D_f(P||Q) from samples of P and of Q.

    A network is trained to raise E_P g_f(v(x)) - E_Q f*(g_f(v(x))) (Nowozin et al. 2016, equation 4, arXiv:1606.00709)
    on one half of the samples; the value is that of the other half. So, up to sampling error, it does not exceed the
    divergence, and it reaches it as far as the network can represent f'(p/q).

    Args:
        x_p: Samples of P, array (n, ...). Half of them train.
        x_q: Samples of Q, array (n', ...), of the same shape.
        divergence: A `Divergence`, such as `KullbackLeibler()`.
        network: keras Model x -> v (m, 1), trained in place; two layers of 64 tanh units when None.
        steps: Steps of Adam (beta_1 0.9), whose rate falls to 0 by a cosine.
        batch_size: Samples of P, and of Q, in a step; drawn with replacement.
        learning_rate: Of the first step.
        seed: Of the initial weights and of the batches.

    Returns:
        `Estimate(value, standard_error, network)`.

    Raises:
        TypeError: If `divergence` is no Divergence.
        ValueError: If the samples are fewer than 4, not finite, or of two shapes, `steps` or `batch_size` is no integer
            from 1 up, or the network's output is not of shape (m, 1).
    """
    checked_divergence(divergence)
    check_positive_integer(steps=steps, batch_size=batch_size)
    (train_p, held_out_p), (train_q, held_out_q) = _halves("x_p", x_p, seed), _halves("x_q", x_q, seed)
    if train_p.shape[1:] != train_q.shape[1:]:
        raise ValueError(
            f"x_p holds samples of shape {train_p.shape[1:]}, x_q of {train_q.shape[1:]}. Expected the same shape."
        )
    network = network or _mlp(train_p, train_q, seed)
    if tuple(network.output_shape[1:]) != (1,):
        raise ValueError(
            f"The network's output has shape {network.output_shape}. Expected scores (None, 1). End it with Dense(1)."
        )
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps))
    optimizer.build(network.trainable_variables)

    def values(x, of, training=True):
        return ops.cast(of(ops.cast(network(x, training=training), "float32")), "float32")

    @tf.function(autograph=False)
    def step(i):
        batch = lambda x, k: tf.gather(  # noqa: E731
            x, tf.random.stateless_uniform((batch_size,), (seed + k, i), maxval=len(x), dtype=tf.int32)
        )
        with tf.GradientTape() as tape:
            bound = ops.mean(values(batch(train_p, 0), divergence.activation))
            bound -= ops.mean(values(batch(train_q, 1), divergence.conjugate_of_activation))
            loss = -bound
        variables = network.trainable_variables
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)

    for i in tf.range(steps):
        step(i)
    t = _in_batches(held_out_p, lambda x: values(x, divergence.activation, training=False))
    conjugates = _in_batches(held_out_q, lambda x: values(x, divergence.conjugate_of_activation, training=False))
    error = np.sqrt(t.var() / len(t) + conjugates.var() / len(conjugates))
    return Estimate(float(t.mean() - conjugates.mean()), float(error), network)


def _halves(name, x, seed):
    """Return a random half of the samples to train on, and the others."""
    x = np.asarray(x, "float32")
    x = x[:, None] if x.ndim == 1 else x
    if len(x) < 4 or not np.isfinite(x).all():
        raise ValueError(
            f"{name} of shape {x.shape} was passed, {int(np.sum(~np.isfinite(x)))} values of which are not finite. "
            "Expected at least 4 finite samples, and thousands for an estimate of use."
        )
    order = np.random.default_rng(seed).permutation(len(x))
    half = len(x) // 2
    return tf.constant(x[order[:half]]), x[order[half:]]


def _mlp(x_p, x_q, seed):
    """Two layers of 64 tanh units over standardised samples."""
    pooled = np.concatenate([x_p, x_q])
    seeds = keras.random.SeedGenerator(seed)
    dense = lambda units, **kw: layers.Dense(  # noqa: E731
        units, kernel_initializer=keras.initializers.GlorotUniform(seed=seeds), **kw
    )
    normalization = layers.Normalization(axis=None if pooled.ndim > 2 else -1)
    normalization.adapt(pooled)
    parts = [normalization, layers.Flatten(), dense(64, activation="tanh"), dense(64, activation="tanh"), dense(1)]
    return keras.Sequential([keras.Input(pooled.shape[1:]), *parts])


def _in_batches(x, function, rows=65536):
    """Values of a function of many samples, in float64."""
    parts = [ops.convert_to_numpy(function(x[i : i + rows])) for i in range(0, len(x), rows)]
    return np.concatenate(parts).astype("float64")
