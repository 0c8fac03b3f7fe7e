"""Batch normalization by a reference batch that never changes: a sample's output depends on no other sample."""

import keras
import numpy as np
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_gans")
class WithReference(keras.layers.Layer):
    """Put the reference batch of virtual batch normalization before the batch: first of the layers that it concerns.

    Salimans et al. 2016, section 3.5, arXiv:1606.03498. All layers up to `WithoutReference` compute the reference batch
    along with every batch, and `VirtualBatchNormalization` takes its statistics. It is saved and exported with the
    network.

    Args:
        reference: Array (r, ...) of real samples for a discriminator, of latents for a generator: "chosen once and
            fixed at the start of training". The paper gives no size; r = m doubles the cost.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If the reference is no batch of at least two samples of the input's shape, or not finite.

    Input shape: (m, ...). Output shape: (r + m, ...).

    Example:
        ```python
        x = keras.Input((28, 28, 1), name="x")
        h = WithReference(images[:64])(x)
        h = VirtualBatchNormalization(64)(keras.layers.Conv2D(64, 5, strides=2)(h))
        h = WithoutReference(64)(h)
        ```
    """

    def __init__(self, reference=None, num_reference=None, **kwargs):
        super().__init__(**kwargs)
        if reference is not None:
            reference = np.asarray(reference)
            if reference.ndim < 2 or len(reference) < 2 or not np.isfinite(reference).all():
                raise ValueError(
                    f"A reference of shape {reference.shape} was passed. Expected finite samples (r, ...), at least "
                    "two: pass the first real batch, or latents."
                )
            num_reference = len(reference)
        elif num_reference is None:
            raise ValueError("No reference was passed. Expected an array (r, ...) of samples.")
        self._initial = reference
        self.num_reference = num_reference

    def build(self, input_shape):
        """Create the weight that holds the reference."""
        shape = (self.num_reference, *input_shape[1:])
        if self._initial is not None and self._initial.shape != shape:
            raise ValueError(
                f"A reference of samples of shape {self._initial.shape[1:]} was passed, the input has samples of shape "
                f"{shape[1:]}. Expected the same."
            )
        initializer = "zeros" if self._initial is None else lambda shape, dtype: tf.cast(self._initial, dtype)
        self.reference = self.add_weight(shape=shape, initializer=initializer, trainable=False, name="reference")

    def call(self, inputs):
        """Return the reference and the batch."""
        return tf.concat([tf.cast(self.reference, inputs.dtype), inputs], axis=0)

    def compute_output_shape(self, input_shape):
        """Return (r + m, ...)."""
        m = input_shape[0]
        return (None if m is None else m + self.num_reference, *input_shape[1:])

    def get_config(self):
        """Return the reference's size; the reference itself is a weight."""
        return {**super().get_config(), "num_reference": self.num_reference}


@keras.saving.register_keras_serializable(package="keras_gans")
class WithoutReference(keras.layers.Layer):
    """Take off the reference batch that `WithReference` put on.

    Args:
        num_reference: Its size r.
        **kwargs: Those of every Keras layer.

    Input shape: (r + m, ...). Output shape: (m, ...).
    """

    def __init__(self, num_reference, **kwargs):
        super().__init__(**kwargs)
        self.num_reference = num_reference

    def call(self, inputs):
        """Return the batch."""
        return inputs[self.num_reference :]

    def compute_output_shape(self, input_shape):
        """Return (m, ...)."""
        m = input_shape[0]
        return (None if m is None else m - self.num_reference, *input_shape[1:])

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_reference": self.num_reference}


@keras.saving.register_keras_serializable(package="keras_gans")
class VirtualBatchNormalization(keras.layers.Layer):
    """Normalize each sample by the statistics of the reference batch and of itself.

    Salimans et al. 2016, section 3.5, arXiv:1606.03498. Between `WithReference` and `WithoutReference`. As in the
    authors' code, mean and mean square are r / (r + 1) times the reference's plus 1 / (r + 1) times the sample's own;
    the reference itself is normalized by its own. So there are no moving averages, inference is as training is, and a
    gradient penalty is defined.

    Args:
        num_reference: Size r of the reference batch.
        epsilon: Added to the variance.
        **kwargs: Those of every Keras layer.

    Input shape: (r + m, ..., C). Output shape: the same.
    """

    def __init__(self, num_reference, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.num_reference = num_reference
        self.epsilon = epsilon

    def build(self, input_shape):
        """Create scale and shift."""
        channels = (input_shape[-1],)
        self.gamma = self.add_weight(shape=channels, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=channels, initializer="zeros", name="beta")

    def call(self, inputs):
        """Return reference and batch, normalized."""
        x = tf.cast(inputs, tf.float32)
        r = self.num_reference
        reference, batch = x[:r], x[r:]
        places = list(range(1, len(x.shape) - 1))
        mean = tf.reduce_mean(reference, [0, *places], keepdims=True)
        square = tf.reduce_mean(tf.square(reference), [0, *places], keepdims=True)
        own_mean = tf.reduce_mean(batch, places, keepdims=True)
        own_square = tf.reduce_mean(tf.square(batch), places, keepdims=True)
        share = 1.0 / (r + 1)
        means = share * own_mean + (1 - share) * mean
        squares = share * own_square + (1 - share) * square
        y = tf.concat([self._normalized(reference, mean, square), self._normalized(batch, means, squares)], axis=0)
        return tf.cast(y * tf.cast(self.gamma, tf.float32) + tf.cast(self.beta, tf.float32), inputs.dtype)

    def _normalized(self, x, mean, square):
        return (x - mean) * tf.math.rsqrt(square - tf.square(mean) + self.epsilon)

    def compute_output_shape(self, input_shape):
        """Return the shape of the input."""
        return input_shape

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_reference": self.num_reference, "epsilon": self.epsilon}
