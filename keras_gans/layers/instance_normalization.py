"""Normalization of each channel of each image by itself."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_gans")
class InstanceNormalization(keras.layers.Layer):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance of each channel over an image's places.

    Ulyanov et al. 2016, "Instance Normalization: The Missing Ingredient for Fast Stylization", arXiv:1607.08022. It is
    `keras.layers.GroupNormalization(groups=-1)`, in fewer operations. Images do not mix, and nothing is averaged over
    training.

    Args:
        epsilon: Added to the variance.
        affine: Whether there are gamma and beta, which begin at 1 and 0.
        **kwargs: Those of every Keras layer.

    Input shape: (m, H, W, C). Output shape: the same.

    Example:
        ```python
        h = InstanceNormalization()(keras.layers.Conv2D(64, 3, padding="same")(h))
        ```
    """

    def __init__(self, epsilon=1e-5, affine=True, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon
        self.affine = affine

    def build(self, input_shape):
        """Create gamma and beta."""
        if self.affine:
            self.gamma = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="gamma")
            self.beta = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="beta")

    def call(self, inputs):
        """Return the normalized images."""
        x = tf.cast(inputs, tf.float32)  # means over many places in half precision lose their digits
        mean, variance = tf.nn.moments(x, axes=(1, 2), keepdims=True)
        scale = tf.math.rsqrt(variance + self.epsilon)
        if self.affine:
            scale *= tf.cast(self.gamma, tf.float32)
        shift = -mean * scale
        if self.affine:
            shift += tf.cast(self.beta, tf.float32)
        return tf.cast(x * scale + shift, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        """Return the shape of x."""
        return input_shape

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "epsilon": self.epsilon, "affine": self.affine}
