"""What the theory says of trained and of optimal discriminators, seen on densities that are known."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
import theory
from theory import P, Q

import keras_gans as kg


def test_a_trained_discriminator_tends_to_p_over_p_plus_q():
    """Goodfellow et al. 2014, proposition 1 and theorem 1: D* = p / (p + q), V(D*, G) = -2 log 2 + 2 JSD(P||Q)."""
    discriminator, value = theory.trained_discriminator()
    x = np.linspace(-2.0, 4.0, 61)
    d = tf.sigmoid(discriminator(x[:, None].astype("float32")))[:, 0]
    np.testing.assert_allclose(d, P.pdf(x) / (P.pdf(x) + Q.pdf(x)), atol=0.03)
    best = -2 * np.log(2) + 2 * theory.jensen_shannon(P, Q)
    assert value == pytest.approx(best, abs=2e-3)
    assert value <= best + 1e-4  # no discriminator does better


@pytest.mark.parametrize("theta", [0.5, -1.0, 2.0])
def test_the_non_saturating_gradient_is_that_of_reverse_kl_minus_two_jsd(theta):
    """Arjovsky and Bottou 2017, theorem 2.5, arXiv:1701.04862, for P = N(0, 1), Q = N(theta, 1) and D = D* held."""
    z = scipy.stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    t = tf.constant(theta, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(t)
        x = t + z
        score = (tf.square(x - theta) - tf.square(x)) / 2  # log p - log q at theta, whatever t
        loss = kg.losses.non_saturating_generator(score[:, None])
    slope = float(tape.gradient(loss, t))

    def distance(mean):
        return mean**2 / 2 - 2 * theory.jensen_shannon(scipy.stats.norm(0, 1), scipy.stats.norm(mean, 1))

    h = 1e-3
    assert slope == pytest.approx((distance(theta + h) - distance(theta - h)) / (2 * h), rel=1e-3)


@pytest.mark.parametrize("theta", [0.5, 2.0])
def test_of_disjoint_supports_jsd_says_nothing_and_the_earth_movers_distance_how_far(theta):
    """Arjovsky et al. 2017, example 1, arXiv:1701.07875."""
    jsd, distance = theory.disjoint(theta)
    assert jsd == pytest.approx(np.log(2), abs=0.01)
    assert distance == pytest.approx(theta, rel=0.02)


def test_clipping_makes_gradients_vanish_or_explode_with_depth_and_the_penalty_does_not():
    """Gulrajani et al. 2017, figure 1b, arXiv:1704.00028."""
    growth = {
        name: theory.growth(theory.gradient_norms_by_depth(kind, **kwargs))
        for name, (kind, kwargs) in theory.CRITICS.items()
        if name != "clipped at 0.1"
    }
    assert growth["clipped at 0.01"] < -0.5  # each layer makes the gradient three times smaller, and more
    assert growth["clipped at 0.5"] > 0.3
    assert abs(growth["gradient penalty"]) < 0.2
