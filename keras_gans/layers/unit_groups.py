"""Groups of coordinates that are each a vector of norm 1, none of them negative."""

import keras
import numpy as np
from keras import ops

_EPSILON = 1e-6  # under the root: the gradient of an empty group is finite


@keras.saving.register_keras_serializable(package="keras_gans")
class UnitGroups(keras.layers.Layer):
    """max(x, 0), over its p-norm within each group of coordinates: p-th roots of shares that may be exactly 0.

    The p-th powers of a group have sum 1, as a softmax has, which cannot be 0. A group in which nothing is above 0 is
    all 0; between, one of norm N is brought to N / (N^p + 1e-6)^(1/p).

    Args:
        sizes: Coordinates of each group, which lie side by side.
        roots: p of each group, 2 or 4; 2, the Euclidean norm, for all when None.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If a size is not a positive integer, a root neither 2 nor 4, or their numbers differ.

    Input shape: (m, sum(sizes)). Output shape: the same.

    Example:
        ```python
        roots = UnitGroups([8, 160, 190])(keras.layers.Dense(358)(h))
        ```
    """

    def __init__(self, sizes, roots=None, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        roots = [2] * len(sizes) if roots is None else roots
        if not sizes or any(isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1 for n in sizes):
            raise ValueError(f"sizes={sizes!r} was passed. Expected a positive integer for each group.")
        if len(roots) != len(sizes) or not set(roots) <= {2, 4}:
            raise ValueError(f"roots={roots!r} was passed for {len(sizes)} groups. Expected 2 or 4 for each.")
        self.sizes, self.roots = [int(size) for size in sizes], [int(root) for root in roots]

    def call(self, x):
        """Return the unit vectors."""
        member = ops.convert_to_tensor(np.repeat(np.eye(len(self.sizes)), self.sizes, axis=0), self.compute_dtype)
        is_fourth = np.repeat(np.equal(self.roots, 4), self.sizes)
        x = ops.relu(x)
        powers = ops.square(x)
        powers = powers * ops.where(is_fourth, powers, 1.0)
        norms = (ops.matmul(powers, member) + _EPSILON) ** (1 / np.array(self.roots, self.compute_dtype))
        return x / ops.matmul(norms, ops.transpose(member))

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "sizes": self.sizes, "roots": self.roots}
