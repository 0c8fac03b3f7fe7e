"""Gradient penalties and weight clipping: terms that are added to a discriminator's loss, or bounds put on its weights.

A penalty is handed the function that it differentiates, `score(x)` -> (m, 1). Gradients are per sample: D must not mix
the samples of a batch (no BatchNormalization). All of it is computed in float32.
"""

import abc

import keras
import tensorflow as tf
from keras import ops

from keras_gans.replicas import update_variables

# The gradient of the root at 0 is infinite; 1e-12 under it changes no norm above 1e-5 by more than half a per cent.
_EPSILON = 1e-12

# Gradient operations that TensorFlow cannot differentiate again. For the first the second-order gradient is silently
# None: the penalty would be reported, and do nothing.
_NOT_TWICE_DIFFERENTIABLE = {
    "ResizeBilinearGrad": "bilinear resizing",
    "ResizeBicubicGrad": "bicubic resizing",
    "ResizeNearestNeighborGrad": "tf.image nearest-neighbour resizing",
    "ScaleAndTranslateGrad": "Lanczos or anti-aliased resizing",
    "CropAndResizeGradImage": "crop-and-resize",
}


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


def squared_gradient_norms(score, x):
    """Squared Euclidean norm of the gradient of the score with respect to each sample.

    Args:
        score: Function of x, (m, ...) -> (m, 1), in which samples do not influence one another.
        x: Points of shape (m, ...).

    Returns:
        float32 tensor of shape (m,).

    Raises:
        ValueError: If the score does not depend on x, or holds an operation that cannot be differentiated twice, so
            that the penalty would have no effect on the weights.
    """
    x = tf.cast(x, tf.float32)
    gradients = _gradients(score, x)
    if tf.executing_eagerly():
        traced = tf.function(lambda x: _gradients(score, x)).get_concrete_function(tf.TensorSpec(x.shape, x.dtype))
        _refuse_dropped_gradients(traced.outputs[0])
    else:
        _refuse_dropped_gradients(gradients)
    return tf.reduce_sum(tf.square(gradients), axis=list(range(1, len(x.shape))))


def _gradients(score, x):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        s = tf.cast(score(x), tf.float32)
    gradients = tape.gradient(s, x)
    if gradients is None:
        raise ValueError(
            "The score handed to a gradient penalty does not depend on the point that it is differentiated at. "
            "Expected a differentiable function of x. Call the discriminator on the x that the function is given."
        )
    return gradients


def _refuse_dropped_gradients(gradients):
    """Walk the graph that computes the gradients and refuse operations that cannot be differentiated again."""
    seen, waiting = set(), [gradients.op]
    while waiting:
        op = waiting.pop()
        if op in seen:
            continue
        seen.add(op)
        if op.type in _NOT_TWICE_DIFFERENTIABLE:
            raise ValueError(
                f"The discriminator contains {_NOT_TWICE_DIFFERENTIABLE[op.type]} (gradient operation {op.type}, "
                f"{op.name}), whose second-order gradient TensorFlow lacks: a gradient penalty through it would have "
                "no effect. Use pooling, strided convolution or keras.layers.UpSampling2D(interpolation='nearest') "
                "in its place, or an objective without a gradient penalty."
            )
        waiting.extend(tensor.op for tensor in op.inputs)


def gradient_norms(score, x):
    """Euclidean norm of the gradient of the score with respect to each sample, with a finite gradient at zero.

    Args:
        score: Function of x, (m, ...) -> (m, 1).
        x: Points of shape (m, ...).

    Returns:
        float32 tensor of shape (m,).

    Raises:
        ValueError: See `squared_gradient_norms`.
    """
    return tf.sqrt(squared_gradient_norms(score, x) + _EPSILON)


def gradient_penalty(score, x, target=1.0, one_sided=False):
    """E (|grad_x s(x)| - target)^2, or one-sided: E max(0, |grad_x s(x)| - target)^2.

    Gulrajani et al. 2017, equation 3, arXiv:1704.00028; the one-sided form is Petzka et al. 2018, equation 8,
    arXiv:1709.08894; target 0 is the zero-centred form of Mescheder et al. 2018, arXiv:1801.04406.

    Args:
        score: Function of x, (m, ...) -> (m, 1).
        x: Where the gradient is taken, (m, ...): for WGAN-GP the result of `interpolate`.
        target: The norm that is asked for, >= 0.
        one_sided: Whether only norms above the target are penalised.

    Returns:
        float32 scalar, without a weight.

    Raises:
        ValueError: If `target` is negative; see `squared_gradient_norms` for the others.
    """
    if target < 0:
        raise ValueError(f"target={target} was passed. Expected a norm, target >= 0. WGAN-GP uses 1.")
    if target == 0:
        return tf.reduce_mean(squared_gradient_norms(score, x))
    excess = gradient_norms(score, x) - target
    if one_sided:
        excess = tf.maximum(excess, 0.0)
    return tf.reduce_mean(tf.square(excess))


def r1(score, x):
    """E_data |grad_x s(x)|^2 / 2: to be weighted by gamma.

    Mescheder et al. 2018, equation 9, arXiv:1801.04406.

    Args:
        score: Function of x, (m, ...) -> (m, 1).
        x: Real samples, (m, ...).

    Returns:
        float32 scalar, without its weight gamma.

    Raises:
        ValueError: See `squared_gradient_norms`.
    """
    return 0.5 * tf.reduce_mean(squared_gradient_norms(score, x))


def r2(score, x_fake):
    """E_generated |grad_x s(x)|^2 / 2: to be weighted by gamma.

    Mescheder et al. 2018, equation 10, arXiv:1801.04406.

    Args:
        score: Function of x, (m, ...) -> (m, 1).
        x_fake: Generated samples, (m, ...).

    Returns:
        float32 scalar, without its weight gamma.

    Raises:
        ValueError: See `squared_gradient_norms`.
    """
    return r1(score, x_fake)


def clip_weights(variables, clip_value):
    """Put every weight back into [-c, c].

    Arjovsky et al. 2017, Algorithm 1, line 7, arXiv:1701.07875.

    Args:
        variables: Keras variables, changed in place, on every replica.
        clip_value: c, above 0.
    """
    update_variables(lambda w: w.assign(tf.clip_by_value(w, -clip_value, clip_value)), variables)


class Penalty(abc.ABC):
    """A weighted term that is added to the discriminator's loss; `ComposedGAN` takes a list of these.

    Args:
        weight: Factor of the term, >= 0.

    Raises:
        ValueError: If `weight` is negative.
    """

    def __init__(self, weight):
        if weight < 0:
            raise ValueError(f"weight={weight} was passed. Expected weight >= 0: the term is added to the loss.")
        self.weight = weight

    @abc.abstractmethod
    def __call__(self, score, x, x_fake, epsilon):
        """Return the term without its weight, a float32 scalar.

        Args:
            score: Function of x, (m, ...) -> (m, 1).
            x: Real samples, (m, ...).
            x_fake: Generated samples, (m, ...).
            epsilon: Uniform numbers in [0, 1], shape (m,).
        """

    def get_config(self):
        """Return the constructor's arguments."""
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config):
        """Rebuild the penalty from `get_config`."""
        return cls(**config)


@keras.saving.register_keras_serializable(package="keras_gans")
class GradientPenalty(Penalty):
    """`gradient_penalty` on uniform interpolates between real and generated samples.

    Args:
        weight: lambda, 10 in Gulrajani et al. 2017.
        target: The norm that is asked for, 1 in WGAN-GP, 0 for the zero-centred penalty.
        one_sided: Whether only norms above the target are penalised.

    Raises:
        ValueError: If `weight` or `target` is negative.
    """

    def __init__(self, weight=10.0, target=1.0, one_sided=False):
        super().__init__(weight)
        if target < 0:
            raise ValueError(f"target={target} was passed. Expected a norm, target >= 0. WGAN-GP uses 1.")
        self.target = target
        self.one_sided = one_sided

    def __call__(self, score, x, x_fake, epsilon):
        """Return the term without its weight."""
        return gradient_penalty(score, interpolate(x, x_fake, epsilon), self.target, self.one_sided)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "target": self.target, "one_sided": self.one_sided}


@keras.saving.register_keras_serializable(package="keras_gans")
class R1(Penalty):
    """`r1` at the real samples.

    Args:
        weight: gamma, 10 in Mescheder et al. 2018.
    """

    def __init__(self, weight=10.0):
        super().__init__(weight)

    def __call__(self, score, x, x_fake, epsilon):
        """Return the term without its weight."""
        return r1(score, x)


@keras.saving.register_keras_serializable(package="keras_gans")
class R2(Penalty):
    """`r2` at the generated samples.

    Args:
        weight: gamma, 10 in Mescheder et al. 2018.
    """

    def __init__(self, weight=10.0):
        super().__init__(weight)

    def __call__(self, score, x, x_fake, epsilon):
        """Return the term without its weight."""
        return r2(score, x_fake)
