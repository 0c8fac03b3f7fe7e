"""Losses against numbers worked by hand and closed forms."""

import functools
import inspect
import math

import numpy as np
import pytest
import tensorflow as tf

from keras_gans import divergences, losses

S_REAL, S_FAKE = np.array([[0.0], [2.0]]), np.array([[1.0], [-3.0]])
S_MISMATCHED = np.array([[4.0], [-1.0]])


def sigma(s):
    return 1 / (1 + math.exp(-s))


def mean_log(*probabilities):
    return sum(math.log(p) for p in probabilities) / len(probabilities)


MINIMAX_D = -mean_log(sigma(0), sigma(2)) - mean_log(1 - sigma(1), 1 - sigma(-3))

BY_HAND = [
    (losses.minimax_discriminator, (S_REAL, S_FAKE), MINIMAX_D),
    (losses.minimax_generator, (S_FAKE,), mean_log(1 - sigma(1), 1 - sigma(-3))),
    (losses.non_saturating_discriminator, (S_REAL, S_FAKE), MINIMAX_D),
    (losses.non_saturating_generator, (S_FAKE,), -mean_log(sigma(1), sigma(-3))),
    # a = 0, b = 1: ((0-1)^2 + (2-1)^2) / 4 + (1 + 9) / 4
    (losses.least_squares_discriminator, (S_REAL, S_FAKE), 3.0),
    (losses.least_squares_generator, (S_FAKE,), (0 + 16) / 4),
    # max(0, 1-0), max(0, 1-2); max(0, 1+1), max(0, 1-3)
    (losses.hinge_discriminator, (S_REAL, S_FAKE), 0.5 + 1.0),
    (losses.hinge_generator, (S_FAKE,), 1.0),
    (losses.wasserstein_discriminator, (S_REAL, S_FAKE), -1.0 - 1.0),
    (losses.wasserstein_generator, (S_FAKE,), 1.0),
    (losses.relativistic_paired_discriminator, (S_REAL, S_FAKE), -mean_log(sigma(0 - 1), sigma(2 + 3))),
    (losses.relativistic_paired_generator, (S_REAL, S_FAKE), -mean_log(sigma(1 - 0), sigma(-3 - 2))),
    (
        functools.partial(losses.label_smoothed_discriminator, real_label=0.8),
        (S_REAL, S_FAKE),
        -0.8 * mean_log(sigma(0), sigma(2))
        - 0.2 * mean_log(1 - sigma(0), 1 - sigma(2))
        - mean_log(1 - sigma(1), 1 - sigma(-3)),
    ),
    (
        losses.matching_aware_discriminator,
        (S_REAL, S_FAKE, S_MISMATCHED),
        -mean_log(sigma(0), sigma(2))
        - 0.5 * (mean_log(1 - sigma(1), 1 - sigma(-3)) + mean_log(1 - sigma(4), 1 - sigma(-1))),
    ),
    # the means of the scores are 1 and -1
    (
        losses.relativistic_average_discriminator,
        (S_REAL, S_FAKE),
        -mean_log(sigma(0 + 1), sigma(2 + 1)) - mean_log(1 - sigma(1 - 1), 1 - sigma(-3 - 1)),
    ),
    (
        losses.relativistic_average_generator,
        (S_REAL, S_FAKE),
        -mean_log(sigma(1 - 1), sigma(-3 - 1)) - mean_log(1 - sigma(0 + 1), 1 - sigma(2 + 1)),
    ),
    # Kullback-Leibler: T = v, f* = e^(v - 1)
    (
        functools.partial(losses.f_divergence_discriminator, divergence=divergences.KullbackLeibler()),
        (S_REAL, S_FAKE),
        -1.0 + (math.exp(0) + math.exp(-4)) / 2,
    ),
    (
        functools.partial(losses.f_divergence_generator, divergence=divergences.KullbackLeibler()),
        (S_FAKE,),
        -(math.exp(0) + math.exp(-4)) / 2,
    ),
    (
        functools.partial(losses.f_divergence_generator_heuristic, divergence=divergences.KullbackLeibler()),
        (S_FAKE,),
        1.0,
    ),
]


@pytest.mark.parametrize(("loss", "scores", "expected"), BY_HAND, ids=lambda v: getattr(v, "__name__", ""))
def test_equals_the_number_worked_by_hand(loss, scores, expected):
    value = loss(*scores)
    assert value.dtype == tf.float32
    assert value.shape == ()
    assert float(value) == pytest.approx(expected, rel=1e-6)


def test_least_squares_labels():
    # a = -1, b = 1, c = 0, the Pearson chi-squared choice
    d = losses.least_squares_discriminator(S_REAL, S_FAKE, a=-1.0, b=1.0)
    assert float(d) == pytest.approx((1 + 1) / 4 + (4 + 4) / 4)
    assert float(losses.least_squares_generator(S_FAKE, c=0.0)) == pytest.approx((1 + 9) / 4)


@pytest.mark.parametrize(
    ("generator_loss", "slope_at_minus_20"),
    [
        (losses.minimax_generator, 0.0),  # saturates: -sigma(s)
        (losses.non_saturating_generator, -1.0),  # does not: sigma(s) - 1
        (losses.least_squares_generator, -21.0),
        (losses.hinge_generator, -1.0),
        (losses.wasserstein_generator, -1.0),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_generator_gradient_where_the_discriminator_is_certain(generator_loss, slope_at_minus_20):
    s = tf.constant([[-20.0]])
    with tf.GradientTape() as tape:
        tape.watch(s)
        value = generator_loss(s)
    assert float(tape.gradient(value, s)[0, 0]) == pytest.approx(slope_at_minus_20, abs=1e-6)


@pytest.mark.parametrize(("loss", "scores", "_"), BY_HAND, ids=lambda v: getattr(v, "__name__", ""))
def test_finite_with_finite_gradients_at_huge_scores(loss, scores, _):
    for huge in (1e4, -1e4):
        arguments = [tf.fill(s.shape, tf.constant(huge)) for s in scores]
        with tf.GradientTape() as tape:
            tape.watch(arguments)
            value = loss(*arguments)
        assert np.isfinite(value.numpy())
        assert all(np.isfinite(g.numpy()).all() for g in tape.gradient(value, arguments) if g is not None)


def test_softplus_is_exact_where_log_of_sigmoid_plus_epsilon_is_not():
    # -log(sigma(-50) + 1e-8) would be 18.42; the loss is 50.
    assert float(losses.non_saturating_generator(np.array([[-50.0]]))) == pytest.approx(50.0)


@pytest.mark.parametrize(("loss", "scores", "_"), BY_HAND, ids=lambda v: getattr(v, "__name__", ""))
@pytest.mark.parametrize("shape", [(2,), (2, 2), (2, 1, 1)])
def test_refuses_scores_that_would_broadcast(loss, scores, _, shape):
    with pytest.raises(ValueError, match=r"Expected raw scores of shape \(m, 1\)"):
        loss(*(np.zeros(shape) for _ in scores))


def test_half_precision_scores_are_reduced_in_float32():
    # In float16 the sum of 4096 scores of 30 overflows its 65504.
    scores = tf.fill((4096, 1), tf.constant(30.0, tf.float16))
    assert float(losses.wasserstein_generator(scores)) == pytest.approx(-30.0)


def test_smoothing_by_nothing_is_the_plain_loss():
    smoothed = losses.label_smoothed_discriminator(S_REAL, S_FAKE, real_label=1.0)
    assert float(smoothed) == pytest.approx(MINIMAX_D, rel=1e-6)


def test_feature_matching_by_hand():
    value = losses.feature_matching_generator(np.array([1.0, 2.0, -1.0]), np.array([0.0, 4.0, -1.0]))
    assert float(value) == pytest.approx(1 + 4)


@pytest.mark.parametrize("loss", losses.UNDECIDED, ids=lambda loss: loss.__name__)
def test_undecided_is_the_least_that_one_score_for_all_costs(loss):
    scores = np.linspace(-3, 3, 6001)
    num = sum(name.startswith("s_") for name in inspect.signature(loss).parameters)
    values = [float(loss(*[np.full((2, 1), s)] * num)) for s in scores[::100]]
    assert min(values) == pytest.approx(losses.UNDECIDED[loss], abs=2e-3)
