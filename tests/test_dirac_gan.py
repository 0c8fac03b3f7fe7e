"""The Dirac-GAN: data at 0, G makes theta, s(x) = psi x. Unregularised it does not converge, with R1 it does.

Mescheder et al. 2018, section 2, arXiv:1801.04406. The distances after 500 steps of size 0.2 from (1, 1) were computed
outside of this library, in float64.
"""

import math

import numpy as np
import pytest
import tensorflow as tf

from keras_gans import losses, penalties

REFERENCE = {  # (discriminator loss, generator loss, gamma of R1): distance with simultaneous, with alternating steps
    "GAN": (losses.minimax_discriminator, losses.minimax_generator, 0.0, 3.097, 1.421),
    "NSGAN": (losses.non_saturating_discriminator, losses.non_saturating_generator, 0.0, 0.640, 0.284),
    "GAN + R1": (losses.minimax_discriminator, losses.minimax_generator, 0.3, 2.6e-6, 2.3e-7),
    "NSGAN + R1": (losses.non_saturating_discriminator, losses.non_saturating_generator, 0.3, 2.2e-6, 1.5e-7),
}


@pytest.mark.parametrize("alternating", [False, True])
@pytest.mark.parametrize("name", REFERENCE)
def test_distance_to_the_equilibrium(name, alternating):
    d_loss, g_loss, gamma, *expected = REFERENCE[name]

    @tf.function
    def slopes(theta, psi):
        score = lambda x: psi * x  # noqa: E731
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([theta, psi])
            d = d_loss(score(tf.zeros((1, 1))), score(tf.reshape(theta, (1, 1))))
            if gamma:
                d += gamma * penalties.r1(score, tf.zeros((1, 1)))
            g = g_loss(score(tf.reshape(theta, (1, 1))))
        return tape.gradient(g, theta), tape.gradient(d, psi)

    theta, psi = tf.constant(1.0), tf.constant(-1.0)  # the source scores real samples low: (1, 1) there
    for _ in range(500):
        g_slope, d_slope = slopes(theta, psi)
        theta = theta - 0.2 * g_slope
        if alternating:
            _, d_slope = slopes(theta, psi)
        psi = psi - 0.2 * d_slope
    distance = math.hypot(float(theta), float(psi))
    assert distance == pytest.approx(expected[alternating], rel=0.05 if gamma else 1e-3)


def test_eigenvalues_of_the_flow():
    """-gamma/2 +- sqrt(gamma^2/4 - 1/4): purely imaginary without R1."""
    for gamma in (0.0, 0.3, 1.5):

        def flow(point, gamma=gamma):
            theta, psi = point[0], point[1]
            score = lambda x: psi * x  # noqa: E731
            with tf.GradientTape(persistent=True) as tape:
                tape.watch([theta, psi])
                d = losses.minimax_discriminator(score(tf.zeros((1, 1))), score(tf.reshape(theta, (1, 1))))
                d += gamma * penalties.r1(score, tf.zeros((1, 1)))
                g = losses.minimax_generator(score(tf.reshape(theta, (1, 1))))
            return -np.array([float(tape.gradient(g, theta)), float(tape.gradient(d, psi))])

        h = 1e-2
        jacobian = np.stack(
            [
                (flow(tf.constant(h * np.eye(2)[i], tf.float32)) - flow(tf.constant(-h * np.eye(2)[i], tf.float32)))
                / (2 * h)
                for i in range(2)
            ],
            axis=1,
        )
        root = np.sqrt(complex(gamma**2 / 4 - 0.25))
        expected = sorted([-gamma / 2 - root, -gamma / 2 + root], key=lambda e: (e.real, e.imag))
        found = sorted(np.linalg.eigvals(jacobian), key=lambda e: (round(e.real, 4), e.imag))
        np.testing.assert_allclose(found, expected, atol=1e-3)
