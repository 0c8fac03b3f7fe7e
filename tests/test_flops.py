"""The arithmetic of a step against counts by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gans as kg
from keras_gans.flops import flops_of_step

A, B, C, D = 3, 64, 32, 128  # z (m, A) -> B -> x (m, C), x (m, C) -> D -> score (m, 1)


def dense_pair(labels=False):
    """Networks of matrices alone."""
    z, x = keras.Input((A,)), keras.Input((C,))
    dense = lambda units: keras.layers.Dense(units, use_bias=False)  # noqa: E731
    if not labels:
        return keras.Model(z, dense(C)(dense(B)(z))), keras.Model(x, dense(1)(dense(D)(x)))
    y, y_too = keras.Input((5,)), keras.Input((5,))
    joined = keras.layers.Concatenate()
    return (
        keras.Model([z, y], dense(C)(dense(B)(joined([z, y])))),
        keras.Model([x, y_too], dense(1)(dense(D)(joined([x, y_too])))),
    )


def compiled(kind, networks, **arguments):
    model = kind(*networks, **arguments)
    model.compile(keras.optimizers.SGD(1e-3), keras.optimizers.SGD(1e-3))
    return model


def by_hand(m, n_critic=1, labels=0):
    """Matrix products of a non-saturating, hinge or Wasserstein step: 2 rows columns depth each.

    A layer of w weights takes 2 m w forward, as much for the gradient of its weights, as much for that of its input.
    """
    generator = (A + labels) * B + B * C
    discriminator = (C + labels) * D + D
    discriminator_step = (
        generator  # x_fake, with no gradient
        + 2 * discriminator  # scores of x and of x_fake
        + 2 * discriminator  # gradients of the weights, from both
        + 2 * D  # gradients of the last layer's inputs; those of x and x_fake are not needed
    )
    generator_step = (
        generator
        + discriminator
        + discriminator  # gradients of the inputs of both layers; those of the weights are not needed
        + generator  # gradients of the weights
        + B * C  # gradient of the last layer's input; that of z is not needed
    )
    return 2 * m * (n_critic * discriminator_step + generator_step)


@pytest.mark.parametrize("m", [64, 512])
@pytest.mark.parametrize("kind", [kg.NonSaturatingGAN, kg.LSGAN])
def test_a_step_is_its_matrix_products_and_little_else(kind, m):
    found = flops_of_step(compiled(kind, dense_pair()), m)
    # Losses and noise take some operations per sample, SGD two or three per weight.
    assert 0 <= found - by_hand(m) < 60 * m + 4 * (A * B + B * C + C * D + D)


def test_every_discriminator_step_counts():
    found = [flops_of_step(compiled(kg.HingeGAN, dense_pair(), n_critic=n), 256) for n in (1, 3)]
    for flops, n in zip(found, (1, 3), strict=True):
        assert flops == pytest.approx(by_hand(256, n), rel=0.01)


def test_conditions_count():
    found = flops_of_step(compiled(kg.NonSaturatingGAN, dense_pair(labels=True)), 256)
    assert found == pytest.approx(by_hand(256, labels=5), rel=0.01)


def test_a_second_output_counts():
    generator = dense_pair(labels=True)[0]
    x = keras.Input((C,))
    h = keras.layers.Dense(D, use_bias=False)(x)
    outputs = [keras.layers.Dense(units, use_bias=False)(h) for units in (1, 5)]
    found = flops_of_step(compiled(kg.ACGAN, (generator, keras.Model(x, outputs))), 256)
    # D's layer of 5 units: forward, its weights' gradient and its input's, of x and of x_fake; in G's step the first
    # and the last of these. G is told the label, D is not.
    one = by_hand(256) + 2 * 256 * (2 * 5 * B + 5 * B) + 2 * 256 * 8 * 5 * D
    assert found == pytest.approx(one, rel=0.02)


def test_a_gradient_penalty_costs_a_second_pass():
    plain, penalized = (
        flops_of_step(compiled(kind, dense_pair(), n_critic=2), 256) for kind in (kg.HingeGAN, kg.WGANGP)
    )
    # The networks are linear: the gradient of the score is D + C D without a forward pass, and through it back to the
    # weights of both layers (D + C D) and to the gradient of the first layer's output (C D).
    assert penalized - plain == pytest.approx(2 * 2 * 256 * (3 * C * D + 2 * D), rel=0.05)


def test_a_convolution_counts_each_of_its_places():
    z, x = keras.Input((2,)), keras.Input((8, 8, 3))
    generator = keras.Model(z, keras.layers.Reshape((8, 8, 3))(keras.layers.Dense(8 * 8 * 3)(z)))
    flat = lambda h: keras.layers.Dense(1)(keras.layers.Flatten()(h))  # noqa: E731
    convolution = keras.layers.Conv2D(64, 5, padding="same", use_bias=False)
    without, with_it = keras.Model(x, flat(x)), keras.Model(x, flat(convolution(x)))
    counts = [flops_of_step(compiled(kg.NonSaturatingGAN, (generator, d)), 16) for d in (without, with_it)]
    one_pass = 2 * 16 * (8 * 8) * (5 * 5 * 3 * 64)
    # Twice forward and twice for the weights in D's step; forward and for the input in G's.
    assert counts[1] - counts[0] == pytest.approx(6 * one_pass, rel=0.05)


def test_counting_changes_nothing(capfd):
    model = compiled(kg.NonSaturatingGAN, dense_pair())
    before = [np.array(v) for v in model.variables]
    flops = flops_of_step(model, 8)
    assert isinstance(flops, int)
    assert flops_of_step(model, 8) == flops
    for old, new in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, new)
    assert model.step == 0
    assert "deprecated" not in capfd.readouterr().err
    assert tf.get_logger().level != 40
