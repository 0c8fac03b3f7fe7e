"""Where a gradient penalty is taken."""

import abc

import keras
import tensorflow as tf
from keras import ops

from keras_gans.replicas import mean_over_replicas


def interpolate(x, x_fake, epsilon):
    """Points on the straight lines between pairs: x_hat = epsilon x + (1 - epsilon) G(z).

    Gulrajani et al. 2017, Algorithm 1, line 6, arXiv:1704.00028.

    Args:
        x: Real samples, shape (m, ...).
        x_fake: Generated samples, of the same shape.
        epsilon: Uniform numbers in [0, 1], one per sample, m of them.

    Returns:
        float32 tensor of the shape of `x`.
    """
    x, x_fake = ops.cast(x, "float32"), ops.cast(x_fake, "float32")
    epsilon = ops.reshape(epsilon, (-1,) + (1,) * (len(x.shape) - 1))
    return x_fake + epsilon * (x - x_fake)


def perturb(x, epsilon, noise, scale=0.5):
    """Points around real samples: x_hat = x + epsilon * scale * std * noise.

    Kodali et al. 2017, arXiv:1705.07215, as the authors' code has it: std is the standard deviation of all values of
    the batch, noise and epsilon are uniform in [0, 1], so points lie to one side of x only.

    Args:
        x: Real samples, shape (m, ...).
        epsilon: Uniform numbers in [0, 1], one per sample, m of them.
        noise: Uniform numbers in [0, 1], of the shape of `x`.
        scale: Factor of the standard deviation.

    Returns:
        float32 tensor of the shape of `x`.
    """
    x = ops.cast(x, "float32")
    mean, mean_square = mean_over_replicas(tf.reduce_mean(x), tf.reduce_mean(tf.square(x)))
    deviation = tf.sqrt(tf.maximum(mean_square - tf.square(mean), 0.0))
    return interpolate(x + scale * deviation * noise, x, epsilon)


class Points(abc.ABC):
    """A choice of points, for `GradientPenalty(where=...)`."""

    @abc.abstractmethod
    def __call__(self, x, x_fake, uniform):
        """Return x_hat, float32 (m, ...).

        Args:
            x: Real samples, (m, ...).
            x_fake: Generated samples, (m, ...).
            uniform: Function of a shape () or (d, ...) that draws uniform numbers in [0, 1), (m,) or (m, d, ...).
        """

    def get_config(self):
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Rebuild the object from `get_config`."""
        return cls(**config)


@keras.saving.register_keras_serializable(package="keras_gans")
class Interpolates(Points):
    """`interpolate`: anywhere between a real and a generated sample (Gulrajani et al. 2017, arXiv:1704.00028)."""

    def __call__(self, x, x_fake, uniform):
        """Return points on the lines between pairs."""
        return interpolate(x, x_fake, uniform(()))


@keras.saving.register_keras_serializable(package="keras_gans")
class RealSamples(Points):
    """The real samples."""

    def __call__(self, x, x_fake, uniform):
        """Return x."""
        return ops.cast(x, "float32")


@keras.saving.register_keras_serializable(package="keras_gans")
class GeneratedSamples(Points):
    """The generated samples."""

    def __call__(self, x, x_fake, uniform):
        """Return G(z)."""
        return ops.cast(x_fake, "float32")


@keras.saving.register_keras_serializable(package="keras_gans")
class PerturbedSamples(Points):
    """`perturb`: around the real samples (Kodali et al. 2017, arXiv:1705.07215).

    Args:
        scale: Factor of the batch's standard deviation, >= 0.

    Raises:
        ValueError: If `scale` is negative.
    """

    def __init__(self, scale=0.5):
        if not scale >= 0:
            raise ValueError(f"scale={scale} was passed. Expected a factor >= 0, such as the authors' 0.5.")
        self.scale = scale

    def __call__(self, x, x_fake, uniform):
        """Return points around x."""
        return perturb(x, uniform(()), uniform(tuple(x.shape[1:])), self.scale)

    def get_config(self):
        """Return the constructor's arguments."""
        return {"scale": self.scale}
