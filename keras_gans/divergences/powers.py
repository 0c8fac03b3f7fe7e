"""Divergences whose f is a power of the density ratio: chi-squared both ways, Hellinger's, and the alpha family."""

import math

from keras import ops

from keras_gans.divergences.base import (
    Divergence,
    compress,
    elementwise,
    on_ratios,
    registered,
    where_defined,
)


@registered
class PearsonChiSquared(Divergence):
    """Integral (p - q)^2 / q: f(u) = (u - 1)^2.

    Nowozin et al. 2016, table 6, arXiv:1606.00709, which prints the integral of (q - p)^2 / p beside this f; that one
    is Neyman's.
    """

    @elementwise
    def f(self, u):
        """(u - 1)^2."""
        return on_ratios(lambda u: ops.square(u - 1.0), u)

    @elementwise
    def conjugate(self, t):
        """t^2 / 4 + t; -1 below t = -2, where the best u is 0."""
        t = ops.maximum(t, -2.0)
        return 0.25 * ops.square(t) + t

    @elementwise
    def activation(self, v):
        """v."""
        return v

    @elementwise
    def conjugate_of_activation(self, v):
        """v^2 / 4 + v; -1 below v = -2."""
        return self.conjugate(v)


@registered
class NeymanChiSquared(Divergence):
    """Integral (p - q)^2 / p: f(u) = (1 - u)^2 / u.

    Nowozin et al. 2016, table 6, arXiv:1606.00709, which prints the integral of (p - q)^2 / q beside this f; that one
    is Pearson's.
    """

    domain = (-math.inf, 1.0)

    @elementwise
    def f(self, u):
        """(1 - u)^2 / u."""
        return on_ratios(lambda u: ops.square(1.0 - u) / u, u)

    @elementwise
    def conjugate(self, t):
        """2 - 2 sqrt(1 - t)."""
        value = where_defined(t < 1, lambda t: 2.0 - 2.0 * ops.sqrt(1.0 - t), t, math.inf, stand_in=0.0)
        return ops.where(t == 1.0, ops.full_like(t, 2.0), value)

    @elementwise
    def activation(self, v):
        """1 - e^(-v)."""
        return -ops.expm1(-compress(v))

    @elementwise
    def conjugate_of_activation(self, v):
        """2 - 2 e^(-v / 2)."""
        return -2.0 * ops.expm1(-0.5 * compress(v))


@registered
class SquaredHellinger(Divergence):
    """Integral (sqrt p - sqrt q)^2, between 0 and 2: f(u) = (sqrt u - 1)^2.

    Nowozin et al. 2016, table 6, arXiv:1606.00709.
    """

    domain = (-math.inf, 1.0)

    @elementwise
    def f(self, u):
        """(sqrt u - 1)^2."""
        return on_ratios(lambda u: ops.square(ops.sqrt(u) - 1.0), u)

    @elementwise
    def conjugate(self, t):
        """t / (1 - t)."""
        return where_defined(t < 1, lambda t: t / (1.0 - t), t, math.inf, stand_in=0.0)

    @elementwise
    def activation(self, v):
        """1 - e^(-v)."""
        return -ops.expm1(-compress(v))

    @elementwise
    def conjugate_of_activation(self, v):
        """e^v - 1."""
        return ops.expm1(compress(v))


@registered
class Alpha(Divergence):
    """The alpha-divergences: f(u) = (u^alpha - 1 - alpha (u - 1)) / (alpha (alpha - 1)).

    Nowozin et al. 2016, tables 5 and 6, arXiv:1606.00709. alpha = 2 is half of Pearson's chi-squared, -1 half of
    Neyman's, 1/2 twice the squared Hellinger distance; at 1 and 0 lie the Kullback-Leibler divergence and its reverse.

    Deviations from the paper: its activations, 1 / (1 - alpha) - log(1 + e^(-v)) for alpha < 1 and v for alpha > 1,
    put the densities' equality at extreme scores (v = -10 for alpha = 0.9, where f* of an untrained network is of order
    10^10). Here v is log u, for every alpha: T = f'(e^v); but T = v below 0 for alpha > 1, whose f'(u) is flat near
    u = 0: a generator would not be told of samples of which D is certain.

    Args:
        alpha: Any number but 0 and 1.

    Raises:
        ValueError: If `alpha` is 0 or 1, or not finite.
    """

    def __init__(self, alpha):
        if alpha in (0, 1) or not math.isfinite(alpha):
            raise ValueError(
                f"alpha={alpha} was passed. Expected a finite number other than 0 and 1. The limits there are "
                "ReverseKullbackLeibler() for 0 and KullbackLeibler() for 1."
            )
        self.alpha = alpha
        self.domain = (-math.inf, 1.0 / (1.0 - alpha) if alpha < 1 else math.inf)

    @elementwise
    def f(self, u):
        """(u^alpha - 1 - alpha (u - 1)) / (alpha (alpha - 1))."""
        alpha = self.alpha
        at_0 = 1.0 / alpha if alpha > 0 else math.inf
        power = lambda u: (u**alpha - 1.0 - alpha * (u - 1.0)) / (alpha * (alpha - 1.0))  # noqa: E731
        return on_ratios(lambda u: where_defined(u > 0, power, u, at_0), u)

    @elementwise
    def conjugate(self, t):
        """(x^(alpha / (alpha - 1)) - 1) / alpha, x = 1 + (alpha - 1) t, which is 0 where that is negative."""
        alpha = self.alpha
        x = 1.0 + (alpha - 1.0) * t
        # For alpha > 1 the best u is 0 where x <= 0. For alpha < 0 the supremum at x = 0 is still finite.
        at_0 = -1.0 / alpha if alpha > 1 or alpha < 0 else math.inf
        inside = where_defined(x > 0, lambda x: (x ** (alpha / (alpha - 1.0)) - 1.0) / alpha, x, at_0)
        return inside if alpha > 1 else ops.where(x < 0, ops.full_like(x, math.inf), inside)

    @elementwise
    def activation(self, v):
        """(e^((alpha - 1) v) - 1) / (alpha - 1), which is v in the limit of alpha = 1; v below 0 if alpha > 1."""
        t = ops.expm1((self.alpha - 1.0) * self._compressed(v)) / (self.alpha - 1.0)
        return ops.where(v < 0, v, t) if self.alpha > 1 else t

    @elementwise
    def conjugate_of_activation(self, v):
        """(e^(alpha v) - 1) / alpha; the conjugate of v below 0 if alpha > 1."""
        conjugate = ops.expm1(self.alpha * self._compressed(v)) / self.alpha
        return ops.where(v < 0, self.conjugate(ops.minimum(v, 0.0)), conjugate) if self.alpha > 1 else conjugate

    def _compressed(self, v):
        steepest = max(abs(self.alpha), abs(self.alpha - 1.0), 1.0)
        return compress(steepest * v) / steepest

    def get_config(self):
        """Return the constructor's arguments."""
        return {"alpha": self.alpha}
