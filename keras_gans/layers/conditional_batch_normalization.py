"""Batch normalization whose scale and shift depend on a label."""

import keras
import tensorflow as tf

from keras_gans.checks import check_positive_integer
from keras_gans.layers.batch_normalization import FusedBatchNormalization


@keras.saving.register_keras_serializable(package="keras_gans")
class ConditionalBatchNormalization(keras.layers.Layer):
    """gamma_y normalized(x) + beta_y, with gamma and beta of each label y.

    Dumoulin et al. 2017, arXiv:1610.07629; in generators of GANs since Miyato and Koyama 2018, arXiv:1802.05637.
    All gamma begin at 1, all beta at 0: a network begins as it would without labels.

    Args:
        num_classes: Labels are integers from 0 to num_classes - 1.
        momentum: Of the moving averages.
        epsilon: Added to the variance.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If `num_classes` is no integer from 1 up.

    Input shape: [(m, ..., C), (m,)]. Output shape: (m, ..., C).

    Example:
        ```python
        h = ConditionalBatchNormalization(10)([h, y])
        ```
    """

    mixes_samples = True

    def __init__(self, num_classes, momentum=0.9, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        check_positive_integer(num_classes=num_classes)
        self.num_classes = int(num_classes)
        self.momentum = momentum
        self.epsilon = epsilon
        # With the scale of 1 and the shift of 0 that it keeps, it is one fused operation.
        self.normalization = FusedBatchNormalization(
            momentum=momentum, epsilon=epsilon, name="normalization", dtype=self.dtype_policy
        )

    def build(self, input_shape):
        """Create gamma and beta of each label."""
        shape, _ = input_shape
        self.normalization.build(shape)
        self.normalization.gamma.trainable = self.normalization.beta.trainable = False
        table = (self.num_classes, shape[-1])
        self.gamma = self.add_weight(shape=table, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=table, initializer="zeros", name="beta")

    def call(self, inputs, training=None):
        """Return the normalized samples, scaled and shifted by their labels."""
        x, y = inputs
        h = self.normalization(x, training=training)
        y = tf.cast(y, tf.int32)
        of_label = lambda table: tf.reshape(  # noqa: E731
            tf.cast(tf.gather(table, y), h.dtype), (-1, *[1] * (len(x.shape) - 2), x.shape[-1])
        )
        return h * of_label(self.gamma) + of_label(self.beta)

    def compute_output_shape(self, input_shape):
        """Return the shape of x."""
        return input_shape[0]

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
        }
