"""Dropout that draws the noise of this library."""

import keras
import tensorflow as tf

from keras_gans.layers.random_layer import RandomLayer, rows_of


@keras.saving.register_keras_serializable(package="keras_gans")
class Dropout(RandomLayer):
    """In training, each number is 0 with probability `rate` and divided by 1 - rate otherwise: the mean stays.

    Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", section 4. It is
    `keras.layers.Dropout`, which draws one mask for all replicas; here each sample of the global batch has its own.

    Args:
        rate: Share of the numbers that become 0, in [0, 1).
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If `rate` is outside [0, 1).

    Input shape: (m, ...). Output shape: the same.

    Example:
        ```python
        h = keras.layers.Dense(64)(Dropout(0.5)(h))
        ```
    """

    def __init__(self, rate=0.5, **kwargs):
        super().__init__(**kwargs)
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate < 1:
            raise ValueError(f"rate={rate!r} was passed. Expected a share of the numbers in [0, 1); 0 for none.")
        self.rate = rate

    def call(self, inputs, training=None):
        """Return the inputs, some of them 0 in training."""
        if not training or self.rate == 0:
            return inputs
        uniform = self.draw_uniform(rows_of(inputs), tuple(inputs.shape[1:]))
        return tf.where(uniform < self.rate, tf.zeros((), inputs.dtype), inputs / (1.0 - self.rate))

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "rate": self.rate}
