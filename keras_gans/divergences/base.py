"""What an f-divergence is, and the arithmetic that its members share."""

import abc
import functools
import math

import keras
import numpy as np
from keras import ops

from keras_gans.configured import Configured

# Beyond it exponentials go on as straight lines. Gradients are up to e^20 times those of the network, whose squares, in
# an optimizer's second moment, must still be float32: with e^40 they are not.
_LIMIT = 20.0


class Divergence(Configured, abc.ABC):
    """An f-divergence D_f(P||Q) = E_Q f(p/q), with all that its variational estimation takes.

    Nowozin et al. 2016, section 2, arXiv:1606.00709: for any function T with values in dom f*,
    D_f(P||Q) >= E_P T(x) - E_Q f*(T(x)), with equality at T = f'(p/q). A discriminator's raw score v becomes
    T = g_f(v) by the activation g_f, an increasing map onto `domain`: large scores mean real.

    All methods act element by element on a tensor, in its own dtype; an array or a number is taken in float64, or the
    float type that it has, and answered by NumPy.

    The paper's g_f are exponentials for some members. Raw scores beyond +-20 are taken on the logarithm's scale there
    (`compress`), so that no score overflows or, but for the tanh of `TotalVariation`, loses its gradient; f*(g_f(v))
    follows suit, and the bound holds.

    Attributes:
        domain: (lowest, highest) T, onto which the activation maps; the bounds may be infinite.
        threshold: f'(1), the T that says that a sample is as likely real as generated.
    """

    domain = (-math.inf, math.inf)
    threshold = 0.0

    @abc.abstractmethod
    def f(self, u):
        """Return the generator function f(u), convex, of a density ratio u >= 0; infinity for u < 0."""

    @abc.abstractmethod
    def conjugate(self, t):
        """Return the Fenchel conjugate f*(t) = sup over u >= 0 of (u t - f(u)); infinity above the domain."""

    @abc.abstractmethod
    def activation(self, v):
        """Return T = g_f(v), the output activation, of raw scores v."""

    @abc.abstractmethod
    def conjugate_of_activation(self, v):
        """Return f*(g_f(v)) in a closed form that keeps its digits where g_f(v) is at the edge of the domain."""


def elementwise(method):
    """Let a method of tensors take arrays and numbers too, and answer these by NumPy."""

    @functools.wraps(method)
    def wrapped(self, values):
        if ops.is_tensor(values):
            return method(self, values)
        values = np.asarray(values)
        if not np.issubdtype(values.dtype, np.floating):
            values = values.astype("float64")
        return ops.convert_to_numpy(method(self, ops.convert_to_tensor(values, values.dtype.name)))

    return wrapped


def compress(v):
    """v between -20 and 20, sign(v) (20 + log(1 + |v| - 20)) beyond: increasing, with a continuous slope above 0."""
    beyond = ops.maximum(ops.abs(v) - _LIMIT, 0.0)
    return ops.clip(v, -_LIMIT, _LIMIT) + ops.sign(v) * ops.log1p(beyond)


def where_defined(condition, function, x, otherwise, stand_in=1.0):
    """function(x) where the condition holds, `otherwise` elsewhere, with gradients that are finite on both sides."""
    value = function(ops.where(condition, x, ops.full_like(x, stand_in)))
    return ops.where(condition, value, ops.full_like(x, otherwise) if isinstance(otherwise, float) else otherwise)


def x_log_x(x):
    """x log x, 0 at 0."""
    return where_defined(x > 0, lambda x: x * ops.log(x), x, 0.0)


def on_ratios(function, u):
    """function(u) for u >= 0, infinity below."""
    return where_defined(u >= 0, function, u, math.inf)


def log_softplus(v):
    """log(log(1 + e^v)), which is v - e^v / 2 far below 0, where softplus underflows."""
    v_near, v_far = ops.maximum(v, -30.0), ops.minimum(v, -30.0)
    return ops.where(v > -30.0, ops.log(ops.softplus(v_near)), v_far - 0.5 * ops.exp(v_far))


def checked_divergence(divergence):
    """Return a divergence, refusing anything else.

    Raises:
        TypeError: If it is no Divergence.
    """
    if not isinstance(divergence, Divergence):
        raise TypeError(
            f"divergence={divergence!r} was passed. Expected an object such as "
            "keras_gans.divergences.KullbackLeibler()."
        )
    return divergence


def registered(cls):
    """Register a class with Keras, so that models that hold it can be loaded."""
    return keras.saving.register_keras_serializable(package="keras_gans")(cls)
