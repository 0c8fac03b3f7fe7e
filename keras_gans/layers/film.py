"""A scale and a shift of each channel that a condition decides."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_gans")
class FiLM(keras.layers.Layer):
    """(1 + W c) x + V c, channel by channel: feature-wise linear modulation by a vector c.

    Perez et al. 2018, "FiLM: Visual Reasoning with a General Conditioning Layer", section 2.1, arXiv:1709.07871. W and
    V begin at zero: a network begins as it would without the condition. After a batch normalization without scale and
    shift it is the conditional one for vectors, as `ConditionalBatchNormalization` is that for labels.

    Args:
        **kwargs: Those of every Keras layer.

    Input shape: [(m, ..., C), (m, d)]. Output shape: (m, ..., C).

    Example:
        ```python
        h = FiLM()([h, c])
        ```
    """

    def build(self, input_shape):
        """Create W and V, in one kernel."""
        (*_, channels), (_, size) = input_shape
        self.kernel = self.add_weight(shape=(size, 2 * channels), initializer="zeros", name="kernel")

    def call(self, inputs):
        """Return x scaled and shifted by c."""
        x, c = inputs
        scale, shift = tf.split(tf.matmul(tf.cast(c, self.compute_dtype), self.kernel), 2, axis=-1)
        channels_last = (-1, *[1] * (len(x.shape) - 2), x.shape[-1])
        return x * (1 + tf.reshape(scale, channels_last)) + tf.reshape(shift, channels_last)

    def compute_output_shape(self, input_shape):
        """Return the shape of x."""
        return input_shape[0]
