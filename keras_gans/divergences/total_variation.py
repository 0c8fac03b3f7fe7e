"""The total variation distance."""

from keras import ops

from keras_gans.divergences.base import Divergence, elementwise, on_ratios, registered, where_defined


@registered
class TotalVariation(Divergence):
    """Integral |p - q| / 2, between 0 and 1: f(u) = |u - 1| / 2.

    Nowozin et al. 2016, table 6, arXiv:1606.00709. Its T is bounded on both sides: where D is certain, |v| above 9 in
    float32, neither player has a gradient, and a game that has come there stays.
    """

    domain = (-0.5, 0.5)

    @elementwise
    def f(self, u):
        """|u - 1| / 2."""
        return on_ratios(lambda u: 0.5 * ops.abs(u - 1.0), u)

    @elementwise
    def conjugate(self, t):
        """t up to 1/2; below the domain, -1/2 stays (at u = 0)."""
        return where_defined(t <= 0.5, lambda t: ops.maximum(t, -0.5), t, float("inf"), stand_in=0.0)

    @elementwise
    def activation(self, v):
        """tanh(v) / 2."""
        return 0.5 * ops.tanh(v)

    @elementwise
    def conjugate_of_activation(self, v):
        """tanh(v) / 2."""
        return 0.5 * ops.tanh(v)
