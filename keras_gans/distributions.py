"""Families of distributions: what the output of an encoder or a decoder stands for, as tensorflow-probability objects.

tensorflow-probability takes longer to import than a small model to be trained: it is, when the first distribution is
asked for.
"""

import abc

import keras
import numpy as np
import tensorflow as tf

from keras_gans.checks import check_positive
from keras_gans.configured import Configured


class Family(Configured, abc.ABC):
    """Abstract: a family of distributions, whose parameters a network gives."""

    @abc.abstractmethod
    def __call__(self, parameters, batch_rank=1):
        """Return the distribution of these parameters.

        Args:
            parameters: Tensor; its first `batch_rank` axes tell distributions apart, the others are one's parameters.
            batch_rank: Number of these axes, at least 1.

        Returns:
            `tfp.distributions.Distribution` in float32, its coordinates independent of one another.
        """


class Likelihood(Family):
    """Abstract: a family for p(x|z), with one parameter for each coordinate of x."""

    support = (-np.inf, np.inf)  # the least and the largest value of a coordinate

    def events(self, x):
        """Return what the distributions are of, float32, for samples x: themselves."""
        return tf.cast(x, tf.float32)

    def log_prob(self, parameters, events, batch_rank=1):
        """Return the logarithm of the density, or probability, of events under the distributions of these parameters.

        Args:
            parameters: As in a call.
            events: As `events` returns them; of axes of length 1 where one event belongs to several distributions.
            batch_rank: As in a call.

        Returns:
            float32 tensor, of the first `batch_rank` axes.
        """
        return self(parameters, batch_rank).log_prob(events)

    def check(self, x):
        """Refuse samples, a NumPy array, with values outside the support.

        Raises:
            ValueError: With the range that was found.
        """
        low, high = float(x.min()), float(x.max())
        if low < self.support[0] or high > self.support[1]:
            raise ValueError(
                f"Samples with values from {low:.4g} to {high:.4g} were passed to {self!r}. Expected "
                f"[{self.support[0]:g}, {self.support[1]:g}]. Scale them, pass Bernoulli(low=-1) for images in "
                "[-1, 1], or take Gaussian(scale) for data without bounds."
            )

    @abc.abstractmethod
    def mean_network(self, decoder):
        """Return a keras Model of z that gives the mean of p(x|z), made of the decoder's own layers."""


@keras.saving.register_keras_serializable(package="keras_gans")
class Bernoulli(Likelihood):
    """Black and white: each coordinate of x is one of two values, and the decoder gives the logit of the higher one.

    Kingma and Welling 2014, appendix C.1, arXiv:1312.6114. Its distributions are of bits, 0 and 1. Values between the
    two count as probabilities, with the expected log-likelihood of the bits that would be drawn from them.

    Args:
        low: The value that stands for 0; the other is 1. -1 for images, which are in [-1, 1] in this library.

    Raises:
        ValueError: If `low` is neither 0 nor -1.
    """

    def __init__(self, low=0.0):
        if low not in (0, -1):
            raise ValueError(f"low={low!r} was passed. Expected 0, for data in [0, 1], or -1, for images in [-1, 1].")
        self.low = float(low)
        self.support = (self.low, 1.0)

    def __call__(self, parameters, batch_rank=1):
        """See `Family`; the parameters are logits."""
        # Of bits as floats: as integers, the default, a probability of 0.7 would be taken for 0.
        return _independent(_tfd().Bernoulli(logits=tf.cast(parameters, tf.float32), dtype=tf.float32), batch_rank)

    def events(self, x):
        """Return bits, or probabilities of bits, for samples x."""
        return (tf.cast(x, tf.float32) - self.low) / (1.0 - self.low)

    def log_prob(self, parameters, events, batch_rank=1):
        """Return sum_j x_j l_j - log(1 + exp(l_j)) for logits l; with its gradient half the time of the object's.

        Events get no gradient.
        """
        return _log_prob_of_bits(tf.cast(parameters, tf.float32), events, batch_rank)

    def mean_network(self, decoder):
        """Return sigma(logits), scaled to [low, 1].

        Raises:
            ValueError: If the decoder ends in a sigmoid.
        """
        if getattr(decoder.layers[-1], "activation", None) is keras.activations.sigmoid:
            raise ValueError(
                "The decoder ends in a sigmoid. Expected logits: the likelihood applies it in a stable form. Remove "
                "the activation of the last layer."
            )
        x = keras.layers.Activation("sigmoid", dtype="float32", name="mean")(decoder.outputs[0])
        if self.low:
            x = keras.layers.Rescaling(1.0 - self.low, offset=self.low, dtype="float32", name="scaled_mean")(x)
        return keras.Model(decoder.inputs[0], x, name=f"{decoder.name}_mean")

    def get_config(self):
        """Return the constructor's arguments."""
        return {"low": self.low}


@keras.saving.register_keras_serializable(package="keras_gans")
class Gaussian(Likelihood):
    """Normal coordinates of one standard deviation; the decoder gives their means.

    Args:
        scale: The standard deviation, above 0, in the unit of x.

    Raises:
        ValueError: If `scale` is not above 0.
    """

    def __init__(self, scale):
        check_positive(scale=scale)
        self.scale = float(scale)

    def __call__(self, parameters, batch_rank=1):
        """See `Family`; the parameters are means."""
        means = tf.cast(parameters, tf.float32)
        return _independent(_tfd().Normal(means, np.float32(self.scale)), batch_rank)

    def mean_network(self, decoder):
        """Return the decoder itself."""
        return decoder

    def get_config(self):
        """Return the constructor's arguments."""
        return {"scale": self.scale}


@keras.saving.register_keras_serializable(package="keras_gans")
class DiagonalNormal(Family):
    """Normal coordinates of means and variances of their own: q(z|x).

    Kingma and Welling 2014, equation 9 and appendix C.2, arXiv:1312.6114: the parameters are the means, and after them
    the logarithms of the variances, along the last axis.
    """

    def __call__(self, parameters, batch_rank=1):
        """See `Family`; the parameters are [means, log variances]."""
        means, log_variances = tf.split(tf.cast(parameters, tf.float32), 2, axis=-1)
        return _independent(_tfd().Normal(means, tf.exp(0.5 * log_variances)), batch_rank)


def standard_normal(size):
    """Return N(0, I) of so many coordinates, the prior p(z), as a `tfp.distributions.Distribution`."""
    return _independent(_tfd().Normal(tf.zeros(size), 1.0), 0)


def _log_prob_of_bits(logits, x, batch_rank):
    axes = list(range(batch_rank, len(logits.shape)))

    @tf.custom_gradient
    def total(logits, x):  # the gradient in fewer passes over memory than it takes by the rule of each operation
        def gradient(upstream):
            upstream = tf.reshape(upstream, tf.concat([tf.shape(upstream), [1] * len(axes)], axis=0))
            return (x - tf.sigmoid(logits)) * upstream, None

        return tf.reduce_sum(x * logits - tf.nn.softplus(logits), axis=axes), gradient

    return total(logits, x)


def _independent(distribution, batch_rank):
    """Make all axes but the first `batch_rank` those of one event."""
    return _tfd().Independent(distribution, reinterpreted_batch_ndims=len(distribution.batch_shape) - batch_rank)


def _tfd():
    import tensorflow_probability

    return tensorflow_probability.distributions
