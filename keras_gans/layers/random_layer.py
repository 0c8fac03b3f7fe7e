"""What layers that draw noise in training share."""

import keras
import tensorflow as tf

from keras_gans.draws import current_draw


class RandomLayer(keras.layers.Layer):
    """Abstract: a layer that draws noise in training, and does nothing in inference.

    In the steps of this library's models its noise is the model's: a function of the saved seed and step and of the
    sample's global index, so that runs resume to the bit and N replicas draw what one would. In a loop of your own it
    comes from a `keras.random.SeedGenerator`.

    Args:
        **kwargs: Those of every Keras layer.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()

    def draw(self, sample, rows, dimensions=()):
        """Draw noise.

        Args:
            sample: Function of (shape, seed), such as `tf.random.stateless_normal`.
            rows: Samples, m.
            dimensions: Shape of one sample's noise.

        Returns:
            Tensor of shape (m, *dimensions).
        """
        draw = current_draw()
        if draw is not None:
            return draw(sample, rows, dimensions)
        return sample((rows, *dimensions), tf.cast(self.seed_generator.next(), tf.int32))

    def draw_normal(self, rows, dimensions=()):
        """Draw from N(0, 1), float32 of shape (m, *dimensions)."""
        return self.draw(tf.random.stateless_normal, rows, dimensions)

    def draw_uniform(self, rows, dimensions=()):
        """Draw from [0, 1), float32 of shape (m, *dimensions)."""
        return self.draw(tf.random.stateless_uniform, rows, dimensions)

    def compute_output_shape(self, input_shape):
        """Return the shape of the input."""
        return input_shape


def rows_of(inputs):
    """Return the number of samples in a batch: an integer where it is known, else a tensor."""
    return tf.shape(inputs)[0] if inputs.shape[0] is None else inputs.shape[0]
