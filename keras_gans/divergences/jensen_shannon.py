"""The Jensen-Shannon divergence, with weights, and as the game of GANs has it."""

import math

from keras import ops

from keras_gans.divergences.base import (
    Divergence,
    elementwise,
    log_softplus,
    on_ratios,
    registered,
    where_defined,
    x_log_x,
)


@registered
class JensenShannon(Divergence):
    """KL(P||M) + KL(Q||M), M = (P + Q) / 2: f(u) = u log u - (u + 1) log((1 + u) / 2).

    Nowozin et al. 2016, table 6, arXiv:1606.00709. This is twice what is mostly called the Jensen-Shannon divergence,
    between 0 and 2 log 2; `WeightedJensenShannon(0.5)` is the other.
    """

    domain = (-math.inf, math.log(2))

    @elementwise
    def f(self, u):
        """u log u - (u + 1) log((1 + u) / 2)."""
        return on_ratios(lambda u: x_log_x(u) - (u + 1.0) * (ops.log1p(u) - math.log(2)), u)

    @elementwise
    def conjugate(self, t):
        """-log(2 - e^t)."""
        return where_defined(t < math.log(2), lambda t: -ops.log1p(-ops.expm1(t)), t, math.inf, stand_in=0.0)

    @elementwise
    def activation(self, v):
        """log 2 - log(1 + e^(-v))."""
        return math.log(2) - ops.softplus(-v)

    @elementwise
    def conjugate_of_activation(self, v):
        """log(1 + e^v) - log 2."""
        return ops.softplus(v) - math.log(2)


@registered
class WeightedJensenShannon(Divergence):
    """pi KL(P||M) + (1 - pi) KL(Q||M), M = pi P + (1 - pi) Q.

    f(u) = pi u log u - (1 - pi + pi u) log(1 - pi + pi u). Nowozin et al. 2016, table 6, arXiv:1606.00709.

    Args:
        pi: Weight of P, in (0, 1). 0.5 makes it the Jensen-Shannon divergence, between 0 and log 2.

    Raises:
        ValueError: If `pi` is outside (0, 1).
    """

    def __init__(self, pi=0.5):
        if not 0 < pi < 1:
            raise ValueError(f"pi={pi} was passed. Expected a weight in (0, 1), such as 0.5.")
        self.pi = pi
        self.domain = (-math.inf, -pi * math.log(pi))

    @elementwise
    def f(self, u):
        """pi u log u - (1 - pi + pi u) log(1 - pi + pi u)."""
        return on_ratios(lambda u: self.pi * x_log_x(u) - x_log_x(1.0 - self.pi + self.pi * u), u)

    @elementwise
    def conjugate(self, t):
        """(1 - pi) log((1 - pi) / (1 - pi e^(t / pi)))."""
        pi, highest = self.pi, self.domain[1]
        inside = lambda t: math.log(1 - pi) - ops.log(-ops.expm1((t - highest) / pi))  # noqa: E731
        return where_defined(t < highest, lambda t: (1.0 - pi) * inside(t), t, math.inf, stand_in=highest - 1.0)

    @elementwise
    def activation(self, v):
        """-pi log pi - log(1 + e^(-v))."""
        return self.domain[1] - ops.softplus(-v)

    @elementwise
    def conjugate_of_activation(self, v):
        """(1 - pi) (log(1 - pi) - log(1 - sigma(v)^(1 / pi)))."""
        a = ops.softplus(-ops.minimum(v, 30.0)) / self.pi  # sigma(v)^(1 / pi) = e^(-a)
        far = log_softplus(-ops.maximum(v, 30.0)) - math.log(self.pi)  # log(1 - e^(-a)) = log a, for tiny a
        return (1.0 - self.pi) * (math.log(1 - self.pi) - ops.where(v < 30.0, ops.log(-ops.expm1(-a)), far))

    def get_config(self):
        """Return the constructor's arguments."""
        return {"pi": self.pi}


@registered
class GANDivergence(Divergence):
    """What the game of Goodfellow et al. 2014 lowers, 2 JSD(P||Q) - log 4: f(u) = u log u - (u + 1) log(u + 1).

    Nowozin et al. 2016, table 6, arXiv:1606.00709. It is -log 4 where P = Q, and f(1) with it: all others are 0.
    """

    domain = (-math.inf, 0.0)
    threshold = -math.log(2)

    @elementwise
    def f(self, u):
        """u log u - (u + 1) log(u + 1)."""
        return on_ratios(lambda u: x_log_x(u) - (u + 1.0) * ops.log1p(u), u)

    @elementwise
    def conjugate(self, t):
        """-log(1 - e^t)."""
        return where_defined(t < 0, lambda t: -ops.log(-ops.expm1(t)), t, math.inf, stand_in=-1.0)

    @elementwise
    def activation(self, v):
        """-log(1 + e^(-v)), the logarithm of D = sigma(v)."""
        return -ops.softplus(-v)

    @elementwise
    def conjugate_of_activation(self, v):
        """log(1 + e^v), minus the logarithm of 1 - D."""
        return ops.softplus(v)
