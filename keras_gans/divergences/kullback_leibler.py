"""Kullback-Leibler's divergence, its reverse, and their sum."""

import math

from keras import ops

from keras_gans.divergences.base import (
    Divergence,
    compress,
    elementwise,
    on_ratios,
    registered,
    where_defined,
    x_log_x,
)


@registered
class KullbackLeibler(Divergence):
    """KL(P||Q), integral p log(p / q): f(u) = u log u.

    Nowozin et al. 2016, table 6, arXiv:1606.00709.
    """

    threshold = 1.0

    @elementwise
    def f(self, u):
        """u log u."""
        return on_ratios(x_log_x, u)

    @elementwise
    def conjugate(self, t):
        """e^(t - 1)."""
        return ops.exp(t - 1.0)

    @elementwise
    def activation(self, v):
        """v."""
        return compress(v)

    @elementwise
    def conjugate_of_activation(self, v):
        """e^(v - 1)."""
        return ops.exp(compress(v) - 1.0)


@registered
class ReverseKullbackLeibler(Divergence):
    """KL(Q||P), integral q log(q / p): f(u) = -log u.

    Nowozin et al. 2016, table 6, arXiv:1606.00709.
    """

    domain = (-math.inf, 0.0)
    threshold = -1.0

    @elementwise
    def f(self, u):
        """-log u."""
        return on_ratios(lambda u: -ops.log(u), u)

    @elementwise
    def conjugate(self, t):
        """-1 - log(-t)."""
        return where_defined(t < 0, lambda t: -1.0 - ops.log(-t), t, math.inf, stand_in=-1.0)

    @elementwise
    def activation(self, v):
        """-e^(-v)."""
        return -ops.exp(-compress(v))

    @elementwise
    def conjugate_of_activation(self, v):
        """v - 1."""
        return compress(v) - 1.0


@registered
class Jeffrey(Divergence):
    """KL(P||Q) + KL(Q||P), integral (p - q) log(p / q): f(u) = (u - 1) log u.

    Nowozin et al. 2016, table 6, arXiv:1606.00709. With W the Lambert function and w = W(e^(1 - t)),
    f*(t) = w + 1 / w + t - 2.
    """

    @elementwise
    def f(self, u):
        """(u - 1) log u."""
        return on_ratios(lambda u: (u - 1.0) * ops.log(u), u)

    @elementwise
    def conjugate(self, t):
        """w + 1 / w + t - 2, w = W(e^(1 - t))."""
        log_w = _log_lambert_w(1.0 - t)
        return ops.exp(log_w) + ops.exp(-log_w) + t - 2.0

    @elementwise
    def activation(self, v):
        """v."""
        return compress(v)

    @elementwise
    def conjugate_of_activation(self, v):
        """As `conjugate`, of v."""
        return self.conjugate(compress(v))


def _log_lambert_w(a):
    """Return l = log W(e^a), the root of l + e^l = a, for any a, where e^a itself would overflow.

    Newton's method; the last two steps are differentiated, which gives the first two derivatives to full precision.
    """
    l = ops.where(a > 1.0, ops.log(ops.maximum(a, 1.0)), a - 1.0)  # w is about a for large a, e^a for small
    step = lambda l: l - (l + ops.exp(l) - a) / (1.0 + ops.exp(l))  # noqa: E731
    for _ in range(6):
        l = step(l)
    return step(step(ops.stop_gradient(l)))
