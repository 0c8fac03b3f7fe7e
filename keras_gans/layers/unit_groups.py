"""Groups of coordinates that are each a vector of length 1, none of them negative."""

import keras
import numpy as np
from keras import ops

_EPSILON = 1e-6  # under the root: the gradient of an empty group is finite


@keras.saving.register_keras_serializable(package="keras_gans")
class UnitGroups(keras.layers.Layer):
    """max(x, 0), over its Euclidean norm within each group of coordinates: roots of shares that may be exactly 0.

    The squares of a group have sum 1, as a softmax has, which cannot be 0. A group in which nothing is above 0 is
    all 0; between, one of norm N is brought to N / sqrt(N^2 + 1e-6).

    Args:
        sizes: Coordinates of each group, which lie side by side.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If a size is not a positive integer.

    Input shape: (m, sum(sizes)). Output shape: the same.

    Example:
        ```python
        roots = UnitGroups([8, 160, 190])(keras.layers.Dense(358)(h))
        ```
    """

    def __init__(self, sizes, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        if not sizes or any(isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1 for n in sizes):
            raise ValueError(f"sizes={sizes!r} was passed. Expected a positive integer for each group.")
        self.sizes = [int(size) for size in sizes]

    def call(self, x):
        """Return the unit vectors."""
        member = ops.convert_to_tensor(np.repeat(np.eye(len(self.sizes)), self.sizes, axis=0), self.compute_dtype)
        x = ops.relu(x)
        norms = ops.sqrt(ops.matmul(ops.square(x), member) + _EPSILON)
        return x / ops.matmul(norms, ops.transpose(member))

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "sizes": self.sizes}
