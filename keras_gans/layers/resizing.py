"""Change of image size."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gans")
class NearestUpsampling2D(keras.layers.Layer):
    """Repeat every pixel `factor` times along both sides.

    The values are those of `keras.layers.UpSampling2D(factor)`, at a third to two thirds of its time on a CPU, with
    gradients of any order, and as a single `Resize` node in an ONNX graph.

    Args:
        factor: Integer of at least 2 by which height and width are multiplied.
        **kwargs: Those of every Keras layer.

    Input shape: (m, H, W, C). Output shape: (m, factor H, factor W, C).

    Raises:
        ValueError: If `factor` is not an integer of at least 2.

    Example:
        ```python
        h = NearestUpsampling2D()(h)  # (m, 8, 8, 64) -> (m, 16, 16, 64)
        h = keras.layers.Conv2D(32, 3, padding="same")(h)
        ```
    """

    def __init__(self, factor=2, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(factor, int) or factor < 2:
            raise ValueError(
                f"NearestUpsampling2D received factor={factor!r}. Expected an integer of at least 2. "
                "Use keras.layers.Resizing for other ratios."
            )
        self.factor = factor
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, x):
        """Return the enlarged images."""
        return _repeat_pixels(x, self.factor)

    def compute_output_shape(self, input_shape):
        """Return (m, factor H, factor W, C)."""
        m, *sides, channels = input_shape
        return m, *(side and self.factor * side for side in sides), channels

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "factor": self.factor}


# Chosen by measurement, (64, 16, 16, 256) doubled on two cores, milliseconds forward and backward:
#   UpSampling2D 5.0, 8.3 (20 ONNX nodes); depth_to_space of four copies 7.5, 9.9 (2 nodes); broadcast 3.2, 37.7;
#   ops.image.resize 3.0, 5.5, but its gradient has no gradient, fails under XLA, and its ONNX node carries
#   a coordinate mode that ONNX deprecated in opset 13; this pair 3.1, 3.1.
# The two functions are each other's gradient, whence all orders.
def _repeat_pixels(x, factor):
    @ops.custom_gradient
    def function(x):
        _, height, width, _ = ops.shape(x)
        y = tf.raw_ops.ResizeNearestNeighbor(images=x, size=(factor * height, factor * width))
        return y, lambda dy: _sum_blocks(dy, factor)

    return function(x)


def _sum_blocks(y, factor):
    @ops.custom_gradient
    def function(y):
        blocks = ops.average_pool(y, factor, factor, data_format="channels_last")
        return blocks * factor**2, lambda dx: _repeat_pixels(dx, factor)

    return function(y)


class _Smooth(keras.layers.Layer):
    """Filter every channel by the outer product of some taps with themselves, zeros beyond the border."""

    taps = ()
    strides = 1

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def _filtered(self, x):
        taps = np.asarray(self.taps) / sum(self.taps)
        kernel = np.repeat(np.outer(taps, taps)[:, :, None, None], x.shape[-1], axis=2)
        return ops.depthwise_conv(
            x, ops.convert_to_tensor(kernel, x.dtype), self.strides, "same", data_format="channels_last"
        )


@keras.saving.register_keras_serializable(package="keras_gans")
class SmoothUpsampling2D(_Smooth):
    """Double the sides by zeros between the pixels and the filter [1, 3, 3, 1] / 4 along both, as StyleGANs do.

    Karras et al. 2019, arXiv:1812.04948, section 2; Huang et al. 2024, arXiv:2501.05441. Unlike bilinear resizing it
    has gradients of every order.

    Input shape: (m, H, W, C). Output shape: (m, 2 H, 2 W, C).
    """

    taps = (1.0, 2.0, 1.0)  # [1, 3, 3, 1] is [1, 2, 1] of [1, 1], and that repeats the pixels

    def call(self, x):
        """Return the enlarged images."""
        return self._filtered(_repeat_pixels(x, 2))

    def compute_output_shape(self, input_shape):
        """Return (m, 2 H, 2 W, C)."""
        m, *sides, channels = input_shape
        return m, *(side and 2 * side for side in sides), channels


@keras.saving.register_keras_serializable(package="keras_gans")
class SmoothDownsampling2D(_Smooth):
    """Filter by [1, 3, 3, 1] / 8 along both sides and keep every second pixel, as StyleGANs do.

    See `SmoothUpsampling2D`.

    Input shape: (m, H, W, C). Output shape: (m, H / 2, W / 2, C).

    Raises:
        ValueError: If a side is odd.
    """

    taps = (1.0, 3.0, 3.0, 1.0)
    strides = 2

    def call(self, x):
        """Return the reduced images."""
        return self._filtered(x)

    def compute_output_shape(self, input_shape):
        """Return (m, H / 2, W / 2, C)."""
        m, *sides, channels = input_shape
        if any(side and side % 2 for side in sides):
            raise ValueError(f"Images of {sides} pixels were passed. Expected even sides. Crop or pad them.")
        return m, *(side and side // 2 for side in sides), channels
