"""Latent distributions: where z is drawn from."""

import abc
import math

import keras
import numpy as np
import tensorflow as tf

from keras_gans.configured import Configured


class Latent(Configured, abc.ABC):
    """Abstract: a distribution of z."""

    @abc.abstractmethod
    def sample(self, shape, seed):
        """Draw z.

        Args:
            shape: Shape of the draw, `(m, latent_dim)`.
            seed: Pair of integers, or a tensor of shape (2,); the same pair gives the same z on every
                device, but under XLA, whose generators are others.

        Returns:
            float32 tensor of `shape`.
        """

    def interpolate(self, z_start, z_end, num):
        """Return `num` latents evenly spaced from one to another, both included, on a straight line.

        The line stays inside any cube that holds its ends.

        Args:
            z_start: Array (..., latent_dim).
            z_end: Array of the same shape.
            num: Latents on each line, at least 2.

        Returns:
            float32 array (..., num, latent_dim).

        Raises:
            ValueError: If the two are not of one shape, or `num` is no integer from 2 up.
        """
        z_start, z_end, t = _ends(z_start, z_end, num)
        return ((1 - t) * z_start + t * z_end).astype(np.float32)


@keras.saving.register_keras_serializable(package="keras_gans")
class Normal(Latent):
    """Standard normal latent, z ~ N(0, I): the default of every model here."""

    def sample(self, shape, seed):
        """Draw z; see `Latent.sample`."""
        return tf.random.stateless_normal(shape, seed)

    def interpolate(self, z_start, z_end, num):
        """Interpolate on arcs (White 2016, arXiv:1609.04468); arguments and errors as in `Latent.interpolate`.

        In many dimensions a normal z lies near the sphere of radius sqrt(latent_dim). A straight line between two of
        them cuts through the inside, where the generator was never trained; an arc stays near the sphere. Between
        latents of one direction, or of opposite ones, no arc is defined and the line is straight.
        """
        z_start, z_end, t = _ends(z_start, z_end, num)
        norms = [np.linalg.norm(z, axis=-1, keepdims=True) for z in (z_start, z_end)]
        u, v = (z / np.maximum(norm, np.finfo(float).tiny) for z, norm in zip((z_start, z_end), norms, strict=True))
        # Exact for small angles too, where the arc cosine of u.v is not.
        angle = 2 * np.arctan2(*(np.linalg.norm(w, axis=-1, keepdims=True) for w in (u - v, u + v)))
        sine = np.sin(angle)
        is_straight = sine < 1e-6
        sine = np.where(is_straight, 1.0, sine)
        weight_start = np.where(is_straight, 1 - t, np.sin((1 - t) * angle) / sine)
        weight_end = np.where(is_straight, t, np.sin(t * angle) / sine)
        return (weight_start * z_start + weight_end * z_end).astype(np.float32)


@keras.saving.register_keras_serializable(package="keras_gans")
class TruncatedNormal(Normal):
    """Standard normal latent, each coordinate of which lies within +-threshold: for sampling, not for training.

    Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis", section 3.1,
    arXiv:1809.11096: the truncation trick. The smaller the threshold, the more alike and the more typical the samples.

    Args:
        threshold: Largest absolute value of a coordinate, above 0.

    Raises:
        ValueError: If `threshold` is not above 0.
    """

    def __init__(self, threshold=1.0):
        if not 0 < threshold < np.inf:
            raise ValueError(f"threshold={threshold} was passed. Expected a number above 0, such as 1.0.")
        self.threshold = threshold

    def sample(self, shape, seed):
        """Draw z; see `Latent.sample`."""
        inside = math.erf(self.threshold / math.sqrt(2.0))  # the share of N(0, 1) within
        uniform = tf.random.stateless_uniform(shape, seed, -inside, inside, dtype=tf.float64)
        return tf.cast(math.sqrt(2.0) * tf.math.erfinv(uniform), tf.float32)

    def get_config(self):
        """Return the constructor's arguments."""
        return {"threshold": self.threshold}


@keras.saving.register_keras_serializable(package="keras_gans")
class Uniform(Latent):
    """Uniform latent on a cube, z ~ U(low, high)^latent_dim (Radford et al. 2015 use U(-1, 1), arXiv:1511.06434).

    Args:
        low: Lower end of every coordinate.
        high: Upper end of every coordinate, above `low`.

    Raises:
        ValueError: If `high` is not above `low`.
    """

    def __init__(self, low=-1.0, high=1.0):
        if not high > low:
            raise ValueError(f"low={low}, high={high} were passed. Expected high above low. Change one of the two.")
        self.low = low
        self.high = high

    def sample(self, shape, seed):
        """Draw z; see `Latent.sample`."""
        return tf.random.stateless_uniform(shape, seed, self.low, self.high)

    def get_config(self):
        """Return the constructor's arguments."""
        return {"low": self.low, "high": self.high}


@keras.saving.register_keras_serializable(package="keras_gans")
class Codes(Latent):
    """Noise and codes side by side: z = [noise, one-hot vectors of categorical codes, continuous codes].

    Chen et al. 2016, section 7 and appendix C, arXiv:1606.03657. Noise is N(0, I), each categorical code uniform over
    its values, each continuous one uniform on [-1, 1]. The defaults are the paper's for MNIST.

    Args:
        noise: Coordinates of noise, at least 1.
        categories: Numbers of values of the categorical codes, each at least 2.
        continuous: Number of continuous codes.

    Raises:
        ValueError: If a number is none of these, or there is no code at all.
    """

    def __init__(self, noise=62, categories=(10,), continuous=2):
        numbers = (noise, *categories, continuous)
        if any(isinstance(n, bool) or not isinstance(n, int | np.integer) for n in numbers) or not (
            noise >= 1 and continuous >= 0 and all(n >= 2 for n in categories) and (categories or continuous)
        ):
            raise ValueError(
                f"noise={noise!r}, categories={categories!r}, continuous={continuous!r} were passed. Expected "
                "integers: noise of at least 1, categories of at least 2 values each, and at least one code. "
                "Leave them out for 62, (10,) and 2."
            )
        self.noise = int(noise)
        self.categories = tuple(int(n) for n in categories)
        self.continuous = int(continuous)

    @property
    def code_size(self):
        """Coordinates of the codes."""
        return sum(self.categories) + self.continuous

    @property
    def size(self):
        """Coordinates of z."""
        return self.noise + self.code_size

    def sample(self, shape, seed):
        """Draw z; see `Latent.sample`. The last axis of `shape` is `size`."""
        if not tf.is_tensor(shape) and shape[-1] != self.size:
            raise ValueError(f"z of {shape[-1]} coordinates was asked of {self!r}. Expected {self.size}.")
        seeds = tf.unstack(tf.random.split(seed, 2 + len(self.categories)))
        rows = shape[:-1]  # of a tensor in a SavedModel, whose number of rows is an input
        with_last = lambda size: tf.concat([rows, [size]], axis=0) if tf.is_tensor(shape) else (*rows, size)  # noqa: E731
        parts = [tf.random.stateless_normal(with_last(self.noise), seeds[0])]
        for size, code_seed in zip(self.categories, seeds[2:], strict=True):
            values = tf.random.stateless_uniform(rows, code_seed, 0, size, dtype=tf.int32)
            parts.append(tf.one_hot(values, size))
        parts.append(tf.random.stateless_uniform(with_last(self.continuous), seeds[1], -1.0, 1.0))
        return tf.concat(parts, axis=-1)

    def codes_of(self, z):
        """Return the codes of z, (..., code_size)."""
        return z[..., self.noise :]

    def with_codes(self, z, categorical=(), continuous=()):
        """Return z with other codes, for pictures of what each code does.

        Args:
            z: Array (m, size).
            categorical: Values of the first categorical codes, an integer or integers (m,) for each; None, and a code
                that is not reached, stays.
            continuous: Values of the first continuous codes, a number or numbers (m,) for each; likewise.

        Returns:
            float32 array (m, size).
        """
        z = np.array(z, np.float32)
        start = self.noise
        for size, values in zip(self.categories, categorical, strict=False):
            if values is not None:
                z[:, start : start + size] = np.eye(size, dtype=np.float32)[np.broadcast_to(values, len(z))]
            start += size
        start = self.noise + sum(self.categories)
        for i, values in enumerate(continuous):
            if values is not None:
                z[:, start + i] = values
        return z

    def get_config(self):
        """Return the constructor's arguments."""
        return {"noise": self.noise, "categories": list(self.categories), "continuous": self.continuous}


def _ends(z_start, z_end, num):
    """Check the arguments of `interpolate`; return both ends as (..., 1, latent_dim) and the shares (num, 1)."""
    z_start, z_end = np.asarray(z_start, dtype=np.float64), np.asarray(z_end, dtype=np.float64)
    if z_start.shape != z_end.shape or not z_start.ndim:
        raise ValueError(
            f"z_start has shape {z_start.shape}, z_end {z_end.shape}. Expected the same, (..., latent_dim). Draw both "
            "with one shape."
        )
    if isinstance(num, bool) or not isinstance(num, int | np.integer) or num < 2:
        raise ValueError(f"num={num!r} was passed. Expected an integer from 2 up: both ends are among the latents.")
    return z_start[..., None, :], z_end[..., None, :], np.linspace(0.0, 1.0, num)[:, None]
