"""Terms of the weights alone, for the `kernel_regularizer` of any Keras layer; each player pays those of its own."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gans")
class Orthogonal(keras.regularizers.Regularizer):
    """weight |W^T W - I|^2, or without the diagonal: the columns of a kernel as a matrix come to be orthogonal.

    Brock et al. 2017, arXiv:1609.07093; without the diagonal, which lets norms free, Brock et al. 2019, equation 3,
    arXiv:1809.11096, with weight 1e-4 in the generator, for truncation to work.

    Args:
        weight: Factor of the term, >= 0.
        diagonal: Whether norms are brought to 1 too.

    Raises:
        ValueError: If `weight` is negative.

    Example:
        ```python
        keras.layers.Conv2D(64, 3, kernel_regularizer=keras_gans.regularizers.Orthogonal(1e-4))
        ```
    """

    def __init__(self, weight=1e-4, diagonal=False):
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not weight >= 0:
            raise ValueError(f"weight={weight!r} was passed. Expected a number >= 0, such as 1e-4.")
        self.weight = weight
        self.diagonal = bool(diagonal)

    def __call__(self, kernel):
        """Return the term of one kernel, its last axis being the outputs."""
        W = ops.reshape(ops.cast(kernel, "float32"), (-1, kernel.shape[-1]))
        products = ops.matmul(ops.transpose(W), W)
        identity = ops.eye(W.shape[-1])
        rest = products - identity if self.diagonal else products * (1.0 - identity)
        return self.weight * ops.sum(ops.square(rest))

    def get_config(self):
        """Return the constructor's arguments."""
        return {"weight": self.weight, "diagonal": self.diagonal}


def regularize(network, regularizer):
    """Give a regularizer to the kernels of all dense and convolutional layers of a network, nested ones too.

    Args:
        network: keras Model, built.
        regularizer: `Orthogonal()`, or any `keras.regularizers.Regularizer`.

    Raises:
        TypeError: If `regularizer` is none.
        ValueError: If the network has no such layer, or one within a layer that would not save it.
    """
    if not isinstance(regularizer, keras.regularizers.Regularizer):
        raise TypeError(f"regularizer={regularizer!r} was passed. Expected an object such as Orthogonal(1e-4).")
    layers = [layer for layer in network._flatten_layers() if hasattr(layer, "kernel_regularizer")]
    if not layers:
        raise ValueError(f"The network {network.name!r} has no dense or convolutional layer to regularize.")
    for layer in layers:
        layer.kernel_regularizer = regularizer
        if hasattr(layer, "kernel"):
            layer.kernel.regularizer = regularizer
    regularized, saved = (
        sum(v.regularizer is not None for v in n.trainable_variables)
        for n in (network, keras.models.clone_model(network))
    )
    if saved < regularized:
        raise ValueError(
            f"The network {network.name!r} has layers that hold {regularized - saved} kernels of layers of their own "
            "and would not save their regularizer. Expected an argument kernel_regularizer in their configuration, as "
            "keras_gans.layers.SelfAttention has. Add it, or regularize their kernels yourself."
        )


def regularization_gradients(variables):
    """Return the gradients of the variables' own regularizers.

    Args:
        variables: Keras variables.

    Returns:
        Dict of gradients by the places of those variables that have a regularizer.
    """
    gradients = {}
    for i, variable in enumerate(variables):
        if variable.regularizer is not None:
            value = tf.convert_to_tensor(variable.value)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(value)
                term = variable.regularizer(value)
            gradients[i] = tape.gradient(term, value)
    return gradients
