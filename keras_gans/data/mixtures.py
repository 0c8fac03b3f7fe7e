"""Mixtures of Gaussians in the plane: toy data whose density and modes are known exactly."""

import functools
import numbers

import numpy as np
import tensorflow as tf

from keras_gans.checks import check_integer_from, check_positive_integer


class Mixture:
    """Mixture of K isotropic Gaussians in the plane, p(x) = sum_k w_k N(x; mu_k, sigma^2 I).

    Args:
        modes: Centres mu_k, array (K, 2), no two alike.
        sigma: Standard deviation of every component, above 0.
        weights: Array (K,) of positive numbers, brought to sum 1; None weighs all alike.
        name: Name for reports.

    Attributes:
        modes: float64 array (K, 2).
        sigma: float.
        weights: float64 array (K,), of sum 1.

    Raises:
        ValueError: If `modes`, `sigma` or `weights` are not as above.

    Example:
        >>> mixture = keras_gans.data.mixtures.ring(modes=8)
        >>> model.fit(mixture.stream(5 * 256), steps_per_epoch=1000, epochs=12)
        >>> mixture.log_prob(model.sample(1000, seed=0))
    """

    def __init__(self, modes, sigma, weights=None, name="mixture"):
        self.modes = np.array(modes, dtype=np.float64)
        fits = self.modes.ndim == 2 and self.modes.shape[1] == 2 and len(self.modes) > 0
        if not fits or not np.isfinite(self.modes).all():
            raise ValueError(
                f"modes of shape {self.modes.shape} were passed. Expected finite centres of shape (K, 2), K at least "
                "1. Give one pair of coordinates per mode."
            )
        if len(np.unique(self.modes, axis=0)) < len(self.modes):
            raise ValueError(
                f"{len(self.modes)} modes were passed, some of them at the same place. Expected distinct centres, or "
                "modes could not be counted. Give that mode more weight instead."
            )
        if not (isinstance(sigma, numbers.Real) and 0 < sigma < np.inf):
            raise ValueError(
                f"sigma={sigma!r} was passed. Expected one positive number, the standard deviation of every mode."
            )
        self.sigma = float(sigma)
        weights = np.ones(len(self.modes)) if weights is None else np.array(weights, dtype=np.float64)
        if weights.shape != (len(self.modes),) or not (np.isfinite(weights) & (weights > 0)).all():
            raise ValueError(
                f"weights={weights} were passed for {len(self.modes)} modes. Expected one positive number per mode. "
                "Leave out modes of weight 0."
            )
        self.weights = weights / weights.sum()
        self.name = name

    def __repr__(self):
        return f"Mixture({self.name!r}, {len(self.modes)} modes, sigma={self.sigma:g})"

    @property
    def sample_shape(self):
        """Shape of one sample, (2,)."""
        return (2,)

    @property
    def standard_deviation(self):
        """Standard deviation of one coordinate, the root of the mean of both variances."""
        mean = self.weights @ self.modes
        return float(np.sqrt(self.sigma**2 + self.weights @ np.square(self.modes - mean).sum(axis=1) / 2))

    def scaled(self, factor):
        """Return the law of `factor * x`: centres and sigma multiplied, weights kept.

        Gulrajani et al. 2017 (arXiv 1704.00028) train their toys on `ring().scaled(1 / 1.414)` and
        `grid().scaled(1 / 2.828)`.
        """
        return Mixture(self.modes * factor, self.sigma * factor, self.weights, self.name)

    @functools.cached_property
    def distribution(self):
        """The mixture as a float32 `tfp.distributions.MixtureSameFamily` with events of shape (2,)."""
        from tensorflow_probability import distributions as tfd

        with tf.init_scope():  # its tensors outlive a tf.function that happens to ask for it first
            return tfd.MixtureSameFamily(
                tfd.Categorical(logits=np.log(self.weights).astype(np.float32)),
                tfd.MultivariateNormalDiag(
                    self.modes.astype(np.float32), np.full(self.modes.shape, self.sigma, np.float32)
                ),
            )

    def log_prob(self, x):
        """Return log p(x), exact.

        Args:
            x: Points (..., 2).

        Returns:
            float32 tensor (...), in nats; differentiable in `x`.
        """
        return self.distribution.log_prob(tf.cast(x, tf.float32))

    def sample(self, num, seed=None):
        """Draw points.

        Args:
            num: Number of points, at least 1.
            seed: Integer; the same seed gives the same points. None draws afresh.

        Returns:
            float32 array (num, 2).

        Raises:
            ValueError: If `num` is no integer from 1 up.
        """
        check_positive_integer(num=num)
        rng = np.random.default_rng(seed)
        k = rng.choice(len(self.modes), num, p=self.weights)
        return (self.modes[k] + self.sigma * rng.standard_normal((num, 2))).astype(np.float32)

    def stream(self, batch_size, seed=0, start=0):
        """Return endless batches of fresh points: no point comes twice, no epoch ends.

        Batch i is a function of (seed, i) alone: a run that was stopped goes on with the data it would have seen, by
        `start=model.step`. Say how long an epoch is: `model.fit(mixture.stream(m), steps_per_epoch=1000)`.

        Args:
            batch_size: Points per batch.
            seed: Integer.
            start: Number of the first batch.

        Returns:
            `tf.data.Dataset` of float32 (batch_size, 2).

        Raises:
            ValueError: If `batch_size` is no integer from 1 up, or `start` none from 0 up.
        """
        check_positive_integer(batch_size=batch_size)
        check_integer_from(0, start=start)
        modes = self.modes.astype(np.float32)
        inner_edges = np.cumsum(self.weights)[:-1].astype(np.float32)  # of the intervals that share out [0, 1)

        def draw(i):
            u = tf.random.stateless_uniform((batch_size,), (seed, 2 * i))
            k = tf.searchsorted(inner_edges, u, side="right")
            return tf.gather(modes, k) + self.sigma * tf.random.stateless_normal((batch_size, 2), (seed, 2 * i + 1))

        return tf.data.Dataset.counter(start).map(draw, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def ring(modes=8, radius=2.0, sigma=0.02):
    """Return `modes` Gaussians of equal weight, evenly spaced on a circle about 0.

    The defaults are the ring of Metz et al. 2016 (arXiv 1611.02163) and of Gulrajani et al. 2017.
    """
    check_positive_integer(modes=modes)
    angle = 2 * np.pi * np.arange(modes) / modes
    return Mixture(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), sigma, name="ring")


def imbalanced_ring(modes=8, radius=2.0, sigma=0.02, ratio=10.0):
    """Return the Gaussians of `ring` with weights that fall geometrically around the circle.

    Args:
        modes: Number of modes, at least 2.
        radius: Radius of the circle about 0.
        sigma: Standard deviation of every mode.
        ratio: Weight of the first mode over that of the last, above 0.

    Raises:
        ValueError: If `modes` is no integer from 2 up, or `ratio` is not above 0.
    """
    check_integer_from(2, modes=modes)
    if not ratio > 0:
        raise ValueError(f"ratio={ratio} was passed. Expected a number above 0, such as 10.")
    weights = np.geomspace(ratio, 1.0, modes)
    return Mixture(ring(modes, radius, sigma).modes, sigma, weights, name="imbalanced_ring")


def grid(side=5, spacing=2.0, sigma=0.05):
    """Return side * side Gaussians of equal weight on a square grid centred on 0.

    The defaults are the 25 Gaussians of Gulrajani et al. 2017 and of PacGAN (arXiv 1712.04086): {-4, -2, 0, 2, 4}^2.
    """
    check_positive_integer(side=side)
    axis = spacing * (np.arange(side) - (side - 1) / 2)
    return Mixture(np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2), sigma, name="grid")


def spiral(modes=20, turns=2.0, radius=2.0, sigma=0.02):
    """Return `modes` Gaussians of equal weight along the Archimedean spiral r = radius * angle / (2 pi turns).

    The first lies at 0, the last at distance `radius`, and neighbours are the same arc length apart.
    """
    check_positive_integer(modes=modes)
    angle = np.linspace(0, 2 * np.pi * turns, 100_001)
    length = (angle * np.sqrt(1 + angle**2) + np.arcsinh(angle)) / 2  # of r = angle; the inverse has no closed form
    angle = np.interp(np.linspace(0, length[-1], modes), length, angle)
    r = radius * angle / (2 * np.pi * turns)
    return Mixture(np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1), sigma, name="spiral")


def random(modes=10, radius=2.0, sigma=0.02, seed=0):
    """Return Gaussians with centres drawn uniformly in a disc and unequal weights.

    Centres lie at least 6 sigma apart, so that a sample within 3 sigma of a mode belongs to it alone. Weights are
    drawn from U(0.5, 1.5) and brought to sum 1: the heaviest mode is at most three times the lightest.

    Args:
        modes: Number of modes.
        radius: Radius of the disc about 0 that holds the centres.
        sigma: Standard deviation of every mode.
        seed: Integer; the same seed gives the same mixture.

    Raises:
        ValueError: If so many modes of this sigma do not fit into the disc.
    """
    check_positive_integer(modes=modes)
    rng = np.random.default_rng(seed)
    centres = np.empty((0, 2))
    for _ in range(1000 * modes):
        centre = rng.uniform(-radius, radius, 2)
        if np.hypot(*centre) <= radius and (np.hypot(*(centres - centre).T) >= 6 * sigma).all():
            centres = np.vstack([centres, centre])
            if len(centres) == modes:
                return Mixture(centres, sigma, rng.uniform(0.5, 1.5, modes), name="random")
    raise ValueError(
        f"random(modes={modes}, radius={radius}, sigma={sigma}) found room for {len(centres)} modes at 6 sigma from "
        "each other. Expected a disc that holds them all. Take fewer modes, a smaller sigma or a larger radius."
    )
