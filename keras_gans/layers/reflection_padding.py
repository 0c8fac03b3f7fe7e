"""Padding that goes on beyond the border as in a mirror."""

import keras
import tensorflow as tf

from keras_gans.checks import check_positive_integer


@keras.saving.register_keras_serializable(package="keras_gans")
class ReflectionPadding2D(keras.layers.Layer):
    """Pad both sides of height and width with the image's mirror image, its border pixel not repeated.

    While training it is put together of slices: TensorFlow's own padding takes three times as long on a CPU.

    Args:
        padding: Pixels on each side, at least 1 and less than a side of the image.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If `padding` is no positive integer, or not less than a side.

    Input shape: (m, H, W, C). Output shape: (m, H + 2 padding, W + 2 padding, C).

    Example:
        ```python
        h = keras.layers.Conv2D(64, 7)(ReflectionPadding2D(3)(x))
        ```
    """

    def __init__(self, padding=1, **kwargs):
        super().__init__(**kwargs)
        check_positive_integer(padding=padding)
        self.padding = int(padding)

    def build(self, input_shape):
        """Check the sides."""
        if any(side is not None and side <= self.padding for side in input_shape[1:3]):
            raise ValueError(
                f"padding={self.padding} was passed for images of {input_shape[1]}x{input_shape[2]}. Expected less "
                "than a side. Pad by less, or enlarge the images."
            )

    def call(self, inputs, training=False):
        """Return the padded images."""
        if training and all(side is not None and side >= 2 * self.padding + 2 for side in inputs.shape[1:3]):
            return self._mirrored(inputs)
        both = (self.padding, self.padding)
        return tf.pad(inputs, ((0, 0), both, both, (0, 0)), mode="REFLECT")

    def _mirrored(self, x):
        p = self.padding

        @tf.custom_gradient
        def padded(x):
            for axis in (1, 2):
                _, near, _, far, _ = tf.split(x, [1, p, x.shape[axis] - 2 * p - 2, p, 1], axis)
                x = tf.concat([tf.reverse(near, [axis]), x, tf.reverse(far, [axis])], axis)
            return x, folded

        def folded(dy):
            for axis in (2, 1):  # what lies beyond a border is added to where it came from
                sizes = [p, 1, p, dy.shape[axis] - 4 * p - 2, p, 1, p]
                before, first, near, middle, far, last, after = tf.split(dy, sizes, axis)
                near, far = near + tf.reverse(before, [axis]), far + tf.reverse(after, [axis])
                dy = tf.concat([first, near, middle, far, last], axis)
            return dy

        return padded(x)

    def compute_output_shape(self, input_shape):
        """Return the larger shape."""
        m, height, width, channels = input_shape
        larger = [None if side is None else side + 2 * self.padding for side in (height, width)]
        return (m, *larger, channels)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "padding": self.padding}
