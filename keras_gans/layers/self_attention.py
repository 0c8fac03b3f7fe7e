"""Attention between the places of a map."""

import keras
import tensorflow as tf

from keras_gans.checks import check_positive_integer
from keras_gans.layers.spectral_normalization import SpectralNormalization


@keras.saving.register_keras_serializable(package="keras_gans")
class SelfAttention(keras.layers.Layer):
    """x + gamma o(attention): every place of a map takes from all others what resembles it.

    Zhang et al. 2019, "Self-Attention Generative Adversarial Networks", section 3, arXiv:1805.08318:
    beta_ji = softmax_i(f(x_i)^T g(x_j)), o_j = v(sum_i beta_ji h(x_i)), with 1x1 convolutions f and g of C / reduction
    channels, h of C / 2, v of C; gamma begins at 0. As in the authors' code, f and h are pooled by 2 before, which
    quarters memory and time.

    Args:
        reduction: Divisor of the channels of f and g, 8 in the paper.
        pool: Whether f and h are pooled; sides must then be even.
        spectral: Whether the convolutions are spectrally normalized, as in the paper, in both networks.
        kernel_regularizer: Of the convolutions, as Keras takes it.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If `reduction` is no integer from 1 up, there are fewer channels, or sides are odd and pooled.

    Input shape: (m, H, W, C). Output shape: the same.

    Deviations from the paper: none from its code; its text has no pooling.

    Example:
        ```python
        h = SelfAttention(spectral=True)(h)  # on maps of 32x32, in the paper
        ```
    """

    def __init__(self, reduction=8, pool=True, spectral=False, kernel_regularizer=None, **kwargs):
        super().__init__(**kwargs)
        check_positive_integer(reduction=reduction)
        self.reduction = int(reduction)
        self.pool = bool(pool)
        self.spectral = bool(spectral)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        """Create the convolutions and gamma."""
        _, height, width, channels = input_shape
        if channels < max(self.reduction, 2):
            raise ValueError(
                f"SelfAttention received {channels} channels and reduction={self.reduction}. Expected at least as many "
                "channels. Lower reduction."
            )
        if self.pool and (height % 2 or width % 2):
            raise ValueError(
                f"SelfAttention received maps of {height}x{width}. Expected even sides, which pooling halves. Pass "
                "pool=False, or attend to other maps."
            )
        self.f = self._convolution(channels // self.reduction, "f")
        self.g = self._convolution(channels // self.reduction, "g")
        self.h = self._convolution(channels // 2, "h")
        self.v = self._convolution(channels, "v")
        for convolution in (self.f, self.g, self.h):
            convolution.build(input_shape)
        self.v.build((*input_shape[:-1], channels // 2))
        self.gamma = self.add_weight(shape=(), initializer="zeros", name="gamma")

    def _convolution(self, filters, name):
        convolution = keras.layers.Conv2D(
            filters, 1, use_bias=False, kernel_regularizer=self.kernel_regularizer, name=name, dtype=self.dtype_policy
        )
        return SpectralNormalization(convolution, name=name) if self.spectral else convolution

    def call(self, inputs):
        """Return the maps with what each place attends to."""
        _, height, width, channels = inputs.shape
        keys, values = self.f(inputs), self.h(inputs)
        if self.pool:
            keys, values = _halved(keys), _halved(values)
        as_rows = lambda maps: tf.reshape(maps, (-1, maps.shape[1] * maps.shape[2], maps.shape[3]))  # noqa: E731
        weights = tf.matmul(as_rows(self.g(inputs)), as_rows(keys), transpose_b=True)
        weights = tf.cast(tf.nn.softmax(tf.cast(weights, tf.float32)), inputs.dtype)
        attended = tf.reshape(tf.matmul(weights, as_rows(values)), (-1, height, width, channels // 2))
        return inputs + tf.cast(self.gamma, inputs.dtype) * self.v(attended)

    def compute_output_shape(self, input_shape):
        """Return the shape of the input."""
        return input_shape

    def get_config(self):
        """Return the constructor's arguments."""
        regularizer = keras.regularizers.serialize(self.kernel_regularizer) if self.kernel_regularizer else None
        return {
            **super().get_config(),
            "reduction": self.reduction,
            "pool": self.pool,
            "spectral": self.spectral,
            "kernel_regularizer": regularizer,
        }


def _halved(maps):
    # The larger of four by reductions: max pooling's second-order gradient is slow on a CPU, and missing under XLA.
    _, height, width, channels = maps.shape
    blocks = tf.reshape(maps, (-1, height // 2, 2, width // 2, 2, channels))
    return tf.reduce_max(blocks, axis=(2, 4))
