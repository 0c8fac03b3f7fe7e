"""The first map of a generator."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gans")
class SpatialBasis(keras.layers.Layer):
    """Turn a vector into an image of as many channels: each number scales a learned map of its channel.

    Huang et al. 2024, arXiv:2501.05441, in the place of a dense layer with h w C outputs. The maps begin as N(0, 1).

    Args:
        size: (h, w) of the maps.
        **kwargs: Those of every Keras layer.

    Input shape: (m, C). Output shape: (m, h, w, C).
    """

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = tuple(size)
        self.input_spec = keras.layers.InputSpec(ndim=2)

    def build(self, input_shape):
        """Create the maps."""
        self.basis = self.add_weight(
            shape=(*self.size, input_shape[-1]), initializer=keras.initializers.RandomNormal(stddev=1.0), name="basis"
        )

    def call(self, x):
        """Return the scaled maps."""
        return self.basis * ops.expand_dims(x, (1, 2))

    def compute_output_shape(self, input_shape):
        """Return (m, h, w, C)."""
        return input_shape[0], *self.size, input_shape[-1]

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "size": self.size}
