"""The Dirac-GAN: data at 0, the generator makes theta, the discriminator's score is s(x) = psi x.

Mescheder et al. 2018, section 2, arXiv:1801.04406. Of each objective: the direction in which both players go, and the
distance to the equilibrium (0, 0) over time. `python benchmarks/theory.py` draws it; tests/test_dirac_gan.py holds it
to numbers from elsewhere.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from keras_gans import losses, penalties

RATE, STEPS = 0.2, 500
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(15)  # of the mean over a standard normal
WEIGHTS = WEIGHTS / WEIGHTS.sum()


class Objective(NamedTuple):
    """What the two players lower.

    Args:
        discriminator_loss: Function of (s_real, s_fake).
        generator_loss: Function of s_fake.
        penalty: Function of (score, x, x_fake) that is added to the discriminator's loss, or None.
        clip: Bound on psi, or infinity.
        noise: Standard deviation of instance noise.
    """

    discriminator_loss: Callable
    generator_loss: Callable
    penalty: Callable | None = None
    clip: float = math.inf
    noise: float = 0.0


MINIMAX = losses.minimax_discriminator, losses.minimax_generator
NON_SATURATING = losses.non_saturating_discriminator, losses.non_saturating_generator
WASSERSTEIN = losses.wasserstein_discriminator, losses.wasserstein_generator


def r1(gamma):
    """R1 with a weight."""
    return lambda score, x, x_fake: gamma * penalties.r1(score, x)


OBJECTIVES = {
    "GAN": Objective(*MINIMAX),
    "NSGAN": Objective(*NON_SATURATING),
    "WGAN, clipped at 1": Objective(*WASSERSTEIN, clip=1.0),
    # lambda = 0.7 in the authors' notebook, which has a half before it
    "WGAN-GP": Objective(*WASSERSTEIN, lambda score, x, x_fake: 0.35 * penalties.gradient_penalty(score, x_fake)),
    "GAN + R1": Objective(*MINIMAX, r1(0.3)),
    "NSGAN + R1": Objective(*NON_SATURATING, r1(0.3)),
    "GAN + R1, critical": Objective(*MINIMAX, r1(1.0)),
    "NSGAN + zero-centred": Objective(
        *NON_SATURATING, lambda score, x, x_fake: 0.15 * penalties.gradient_penalty(score, x_fake, target=0.0)
    ),
    "GAN + instance noise": Objective(*MINIMAX, noise=1.0),
}


def slopes_of(objective):
    """Return a compiled function of (theta, psi), scalars, to the slopes of both players' losses."""

    def mean(function):
        """The mean of a loss of one score over instance noise, exactly, as losses are means over samples."""
        if not objective.noise:
            return function(0.0)
        return tf.add_n([w * function(objective.noise * e) for e, w in zip(NODES, WEIGHTS, strict=True)])

    @tf.function
    def slopes(theta, psi):
        score = lambda x: psi * x  # noqa: E731
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([theta, psi])
            x, x_fake = tf.zeros((1, 1)), tf.reshape(theta, (1, 1))
            d = mean(lambda e: objective.discriminator_loss(score(x + e), score(x_fake + e)))
            d += objective.penalty(score, x, x_fake) if objective.penalty else 0.0
            g = mean(lambda e: objective.generator_loss(score(x_fake + e)))
        return tape.gradient(g, theta), tape.gradient(d, psi)

    return slopes


def distances(objective, alternating):
    """Distance to the equilibrium after each of STEPS steps from (1, -1), an array of STEPS + 1."""
    slopes = slopes_of(objective)
    theta, psi = tf.constant(1.0), tf.constant(-1.0)  # the source scores real samples low: (1, 1) there
    found = [math.hypot(theta, psi)]
    for _ in range(STEPS):
        g_slope, d_slope = slopes(theta, psi)
        theta = theta - RATE * g_slope
        if alternating:
            _, d_slope = slopes(theta, psi)
        psi = tf.clip_by_value(psi - RATE * d_slope, -objective.clip, objective.clip)
        found.append(math.hypot(theta, psi))
    return np.array(found)


def eigenvalues(objective, h=1e-2):
    """Eigenvalues of the Jacobian of (theta, psi)'s direction at the equilibrium, by central differences."""
    slopes = slopes_of(objective)
    columns = []
    for step in h * np.eye(2):
        ahead, behind = (np.array(slopes(*map(tf.constant, (sign * step).astype("float32")))) for sign in (1, -1))
        columns.append(-(ahead - behind) / (2 * h))
    found = np.linalg.eigvals(np.stack(columns, axis=1))
    return sorted(found, key=lambda e: (round(e.real, 4), e.imag))
