"""Latent distributions: where z is drawn from."""

import abc

import keras
import tensorflow as tf


class Latent(abc.ABC):
    """Abstract: a distribution of z with independent coordinates."""

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

    def get_config(self):
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Rebuild the distribution from `get_config`."""
        return cls(**config)

    def __repr__(self):
        arguments = ", ".join(f"{name}={value}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


@keras.saving.register_keras_serializable(package="keras_gans")
class Normal(Latent):
    """Standard normal latent, z ~ N(0, I): the default of every model here."""

    def sample(self, shape, seed):
        """Draw z; see `Latent.sample`."""
        return tf.random.stateless_normal(shape, seed)


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
