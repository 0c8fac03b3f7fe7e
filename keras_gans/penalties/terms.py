"""Weighted penalties as objects, for `ComposedGAN`: where, what, how much, how often."""

import abc
import functools

import keras
import numpy as np
import tensorflow as tf

from keras_gans.penalties import functions
from keras_gans.penalties.points import GeneratedSamples, Interpolates, PerturbedSamples, Points, RealSamples


def check_weight(**weights):
    """Refuse a weight that is neither a number >= 0 nor a schedule.

    Raises:
        ValueError: With the argument's name.
    """
    for name, weight in weights.items():
        if isinstance(weight, keras.optimizers.schedules.LearningRateSchedule):
            continue
        if not isinstance(weight, int | float | np.number) or not 0 <= weight < np.inf:
            raise ValueError(
                f"{name}={weight!r} was passed. Expected a number {name} >= 0, as the term is added to the loss, or a "
                "keras.optimizers.schedules.LearningRateSchedule."
            )


def weight_at(weight, step):
    """Return the weight after `step` discriminator steps: of a schedule its value there, else the number itself."""
    return tf.cast(weight(step), tf.float32) if callable(weight) else weight


def weight_config(weight):
    """Return what stands for the weight in a configuration."""
    return keras.saving.serialize_keras_object(weight) if callable(weight) else weight


class Penalty(abc.ABC):
    """A weighted term that is added to the discriminator's loss; `ComposedGAN` takes a list of these.

    Args:
        weight: Factor of the term, >= 0; or a `keras.optimizers.schedules.LearningRateSchedule` of it, a function of
            the discriminator steps made before.
        interval: The term is computed in every `interval`-th discriminator step alone, weighted `interval` times
            ("lazy regularization", Karras et al. 2020, appendix B, arXiv:1912.04958).

    Raises:
        ValueError: If `weight` is negative or `interval` no integer from 1 up.
    """

    of_scores = False  # whether `value` takes the step's scores too; such a term asks for no gradient of single samples

    def __init__(self, weight, interval=1):
        check_weight(weight=weight)
        if isinstance(interval, bool) or not isinstance(interval, int) or interval < 1:
            raise ValueError(f"interval={interval!r} was passed. Expected an integer of at least 1: every step.")
        self.weight = weight
        self.interval = interval

    @abc.abstractmethod
    def points(self, x, x_fake, uniform):
        """Return a tuple of the points, float32 (m, ...), that `value` takes.

        Args:
            x: Real samples, (m, ...).
            x_fake: Generated samples, (m, ...).
            uniform: Function of a shape () or (d, ...) that draws uniform numbers in [0, 1), (m,) or (m, d, ...).
        """

    @abc.abstractmethod
    def value(self, score, *points):
        """Return the term without its weight, a float32 scalar.

        Args:
            score: Function of x, (m, ...) -> (m, 1).
            *points: What `points` returned.

        Where `of_scores` is set, it takes `scores`, (s(x), s(G(z))), too.
        """

    def __call__(self, score, x, x_fake, uniform, step=0, scores=None):
        """Return the term with its weight, 0 in the steps between, a float32 scalar.

        Args:
            score: As in `value`.
            x: As in `points`.
            x_fake: As in `points`.
            uniform: As in `points`.
            step: Discriminator steps made before this one, an integer or a scalar tensor.
            scores: (s(x), s(G(z))), each (m, 1), where they are there already.
        """
        value = self.value
        if self.of_scores:
            value = functools.partial(value, scores=(score(x), score(x_fake)) if scores is None else scores)
        points = self.points(x, x_fake, uniform)  # outside of the branch: noise and exchange are of every step
        weight = weight_at(self.weight, step)
        if self.interval == 1:
            return weight * value(score, *points)
        is_due = tf.equal(tf.cast(step, tf.int64) % self.interval, 0)
        return tf.cond(is_due, lambda: self.interval * weight * value(score, *points), lambda: tf.zeros(()))

    def get_config(self):
        """Return the constructor's arguments."""
        return {"weight": weight_config(self.weight), "interval": self.interval}

    @classmethod
    def from_config(cls, config):
        """Rebuild the penalty from `get_config`."""
        objects = {k: keras.saving.deserialize_keras_object(v) for k, v in config.items() if isinstance(v, dict)}
        return cls(**{**config, **objects})


@keras.saving.register_keras_serializable(package="keras_gans")
class GradientPenalty(Penalty):
    """`gradient_penalty`: E | |grad s| - target |^power at points of one's choice.

    The papers' members: `GradientPenalty(10)` is WGAN-GP's (Gulrajani et al. 2017, arXiv:1704.00028), with
    `one_sided=True` WGAN-LP's (Petzka et al. 2018, arXiv:1709.08894), with `target=0` the zero-centred one on
    interpolates (Thanh-Tung et al. 2019, arXiv:1902.03984); `R1`, `R2` and `DRAGAN` have names of their own.

    Args:
        weight: lambda, 10 in Gulrajani et al. 2017; see `Penalty`.
        where: `Interpolates()`, the default, `RealSamples()`, `GeneratedSamples()`, or `PerturbedSamples()`.
        target: The norm that is asked for, >= 0.
        one_sided: Whether only norms above the target are penalised.
        power: 2, or 1.
        interval: See `Penalty`.

    Raises:
        TypeError: If `where` is no object of `Points`.
        ValueError: If `weight` or `target` is negative, `power` neither 1 nor 2, or `interval` no integer from 1 up.
    """

    def __init__(self, weight=10.0, where=None, target=1.0, one_sided=False, power=2, interval=1):
        super().__init__(weight, interval)
        functions.check_form(target, power)
        self.where = Interpolates() if where is None else where
        if not isinstance(self.where, Points):
            raise TypeError(
                f"where={where!r} was passed. Expected an object, such as keras_gans.penalties.RealSamples()."
            )
        self.target = target
        self.one_sided = one_sided
        self.power = power

    def points(self, x, x_fake, uniform):
        """Return the chosen points."""
        return (self.where(x, x_fake, uniform),)

    def value(self, score, x_hat):
        """Return the term without its weight."""
        return functions.gradient_penalty(score, x_hat, self.target, self.one_sided, self.power)

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "where": keras.saving.serialize_keras_object(self.where),
            "target": self.target,
            "one_sided": self.one_sided,
            "power": self.power,
        }


@keras.saving.register_keras_serializable(package="keras_gans")
class R1(Penalty):
    """`r1` at the real samples.

    Args:
        weight: gamma, 10 in Mescheder et al. 2018, arXiv:1801.04406; see `Penalty`.
        interval: See `Penalty`; 16 in Karras et al. 2020.
    """

    def __init__(self, weight=10.0, interval=1):
        super().__init__(weight, interval)

    def points(self, x, x_fake, uniform):
        """Return the real samples."""
        return (RealSamples()(x, x_fake, uniform),)

    def value(self, score, x):
        """Return the term without its weight."""
        return functions.r1(score, x)


@keras.saving.register_keras_serializable(package="keras_gans")
class R2(Penalty):
    """`r2` at the generated samples.

    Args:
        weight: gamma, 10 in Mescheder et al. 2018, arXiv:1801.04406; see `Penalty`.
        interval: See `Penalty`.
    """

    def __init__(self, weight=10.0, interval=1):
        super().__init__(weight, interval)

    def points(self, x, x_fake, uniform):
        """Return the generated samples."""
        return (GeneratedSamples()(x, x_fake, uniform),)

    def value(self, score, x_fake):
        """Return the term without its weight."""
        return functions.r2(score, x_fake)


@keras.saving.register_keras_serializable(package="keras_gans")
class DRAGAN(Penalty):
    """E (|grad s| - 1)^2 around the real samples, at `perturb`.

    Kodali et al. 2017, arXiv:1705.07215; with the minimax or non-saturating losses it is the paper's DRAGAN.

    Args:
        weight: lambda, 10 in the paper; see `Penalty`.
        scale: Size of the neighbourhood in standard deviations of the batch, 0.5 in the authors' code.
        interval: See `Penalty`.
    """

    def __init__(self, weight=10.0, scale=0.5, interval=1):
        super().__init__(weight, interval)
        self.where = PerturbedSamples(scale)

    def points(self, x, x_fake, uniform):
        """Return points around the real samples."""
        return (self.where(x, x_fake, uniform),)

    def value(self, score, x_hat):
        """Return the term without its weight."""
        return functions.gradient_penalty(score, x_hat)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), **self.where.get_config()}


@keras.saving.register_keras_serializable(package="keras_gans")
class DensityRatio(Penalty):
    """`density_ratio`, half of it: the term of Roth et al. 2017 for logistic losses. `RothGAN` has it built in.

    Args:
        weight: gamma, 0.1 in the authors' code, or 2 falling to 0.02; see `Penalty`.
        interval: See `Penalty`.
    """

    def __init__(self, weight=0.1, interval=1):
        super().__init__(weight, interval)

    def points(self, x, x_fake, uniform):
        """Return real and generated samples."""
        return RealSamples()(x, x_fake, uniform), GeneratedSamples()(x, x_fake, uniform)

    def value(self, score, x, x_fake):
        """Return the term without its weight gamma."""
        return 0.5 * functions.density_ratio(score, x, x_fake)


@keras.saving.register_keras_serializable(package="keras_gans")
class LogDensityRatio(Penalty):
    """`log_density_ratio`: the same regularizer, written on the logarithms of f and 1 - f, without the half.

    Args:
        weight: Factor of the term; see `Penalty`.
        interval: See `Penalty`.
    """

    def __init__(self, weight=0.05, interval=1):
        super().__init__(weight, interval)

    def points(self, x, x_fake, uniform):
        """Return real and generated samples."""
        return RealSamples()(x, x_fake, uniform), GeneratedSamples()(x, x_fake, uniform)

    def value(self, score, x, x_fake):
        """Return the term without its weight."""
        return functions.log_density_ratio(score, x, x_fake)
