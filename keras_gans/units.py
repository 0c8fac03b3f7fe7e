"""What scaled samples stand for: a model trains on scaled data, and is sampled and exported in the user's own units."""

import abc

import keras
import numpy as np
from keras import ops

from keras_gans.configured import Configured


class Units(Configured, abc.ABC):
    """Abstract: the way from z, and a condition in the user's units, to a sample in the user's units.

    Set by `model.in_units(units)`; saved with the model.
    """

    @abc.abstractmethod
    def serve(self, generator):
        """Return the generator as its user sees it.

        Args:
            generator: Functional or Sequential keras Model of z, or [z, y], to scaled samples.

        Returns:
            Functional keras Model of z, or [z, y] with y in the user's units and of the same shape and dtype, to
            samples in the user's units. It is made of the generator's own layers and of others that
            hold no weights and come back from `get_config`.

        Raises:
            ValueError: If the generator is of another shape than these units.
        """

    def describe(self):
        """Return what an exported file says of the units, a dict of plain JSON values."""
        return {}

    def spread(self, samples):
        """Return what a difference between two samples is measured by: here one number for all coordinates.

        It is the standard deviation plus 1/256 of the largest absolute value, since float32 holds no number to better
        than 1e-7 of itself.

        Args:
            samples: Array (m, ...) in the user's units.

        Returns:
            Number above 0, or an array of them that broadcasts with the samples.
        """
        return _spread(samples, None)

    spread_name = "standard deviation plus 1/256 of the largest absolute value"

    def draw_conditions(self, num):
        """Return `num` conditions in the user's units to try a generator on, the same for one `num`; None for classes.

        Args:
            num: How many.
        """
        return None


@keras.saving.register_keras_serializable(package="keras_gans")
class ColumnUnits(Units):
    """Columns of a table: x = offset + scale u of what the network makes, u; or exp of that, for logarithmic columns.

    Args:
        columns: Names, one for each column.
        offset: Numbers, one for each column, in its unit; or the logarithm's, for a logarithmic column.
        scale: Numbers above 0, one for each column, in the same unit as `offset`.
        logarithmic: Names of those columns whose natural logarithm is scaled.

    Raises:
        ValueError: If the lengths differ, a name comes twice or is unknown, or a number is out of its range.

    Example:
        >>> units = keras_gans.units.ColumnUnits(["age", "income"], [41.5, 10.2], [12.0, 0.8], logarithmic=["income"])
        >>> model.in_units(units)
        >>> model.fit(units.scaled(x))
        >>> model.sample(100)  # years and money
    """

    def __init__(self, columns, offset, scale, logarithmic=()):
        self.columns = [str(name) for name in columns]
        self.logarithmic = [str(name) for name in logarithmic]
        self.offset, self.scale = (np.array(numbers, np.float64) for numbers in (offset, scale))
        shape = (len(self.columns),)
        if not self.columns or self.offset.shape != shape or self.scale.shape != shape:
            raise ValueError(
                f"{len(self.columns)} columns, offsets of shape {self.offset.shape} and scales of shape "
                f"{self.scale.shape} were passed. Expected one offset and one scale for each column, and at least one."
            )
        if len(set(self.columns)) < len(self.columns):
            raise ValueError(f"columns={self.columns} were passed. Expected no name twice. Rename a column.")
        unknown = [name for name in self.logarithmic if name not in self.columns]
        if unknown:
            raise ValueError(f"logarithmic={self.logarithmic} was passed. Expected names among {self.columns}.")
        if not (np.isfinite(self.offset).all() and (self.scale > 0).all() and np.isfinite(self.scale).all()):
            raise ValueError(
                f"offset={self.offset.tolist()} and scale={self.scale.tolist()} were passed. Expected finite numbers, "
                "scales above 0. Leave constant columns out."
            )

    @property
    def is_logarithmic(self):
        """Boolean array (d,)."""
        return np.isin(self.columns, self.logarithmic)

    def scaled(self, x):
        """Return what the network is trained on.

        Args:
            x: Array (n, d) in the user's units.

        Returns:
            float32 array (n, d).

        Raises:
            ValueError: If x is of another shape, or a value of a logarithmic column is not above 0.
        """
        x = np.array(self._checked(x))  # a copy
        of_log = x[:, self.is_logarithmic]
        if not (of_log > 0).all():
            raise ValueError(
                f"The least value of the columns {self.logarithmic} is {of_log.min():g}. Expected values above 0, of "
                "which there is a logarithm."
            )
        x[:, self.is_logarithmic] = np.log(of_log)
        return ((x - self.offset) / self.scale).astype(np.float32)

    def unscaled(self, u):
        """Return scaled rows (n, d) in the user's units: the inverse of `scaled`, a float64 array (n, d)."""
        x = self.offset + self.scale * self._checked(u)
        x[:, self.is_logarithmic] = np.exp(x[:, self.is_logarithmic])
        return x

    def _checked(self, rows):
        rows = np.asarray(rows, np.float64)
        if rows.ndim != 2 or rows.shape[1] != len(self.columns):
            raise ValueError(
                f"Rows of shape {rows.shape} were passed. Expected (n, {len(self.columns)}), of the columns "
                f"{', '.join(self.columns)}."
            )
        return rows

    def serve(self, generator):
        """Return the generator with its samples in the columns' units; see `Units.serve`."""
        shape = tuple(generator.outputs[0].shape[1:])
        if shape != (len(self.columns),):
            raise ValueError(
                f"Units of {len(self.columns)} columns were passed for a generator of samples of shape {shape}. "
                f"Expected samples of shape ({len(self.columns)},). Take the units of the table that it is trained on."
            )
        columns = UnscaledColumns(self.offset.tolist(), self.scale.tolist(), self.is_logarithmic.tolist())
        inputs = generator.inputs if len(generator.inputs) > 1 else generator.inputs[0]
        return keras.Model(inputs, columns(generator.outputs[0]), name=f"{generator.name}_in_units")

    def spread(self, samples):
        """Return the spread of each column; see `Units.spread`."""
        return _spread(samples, 0)

    def describe(self):
        """Return the columns' names."""
        return {"columns": self.columns}

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            "columns": self.columns,
            "offset": self.offset.tolist(),
            "scale": self.scale.tolist(),
            "logarithmic": self.logarithmic,
        }


@keras.saving.register_keras_serializable(package="keras_gans")
class UnscaledColumns(keras.layers.Layer):
    """offset + scale u for rows u (m, d), or exp of it where `logarithmic`; in float32, whatever the policy.

    Args:
        offset: Numbers (d,).
        scale: Numbers (d,).
        logarithmic: Booleans (d,).
        **kwargs: Those of every Keras layer.
    """

    def __init__(self, offset, scale, logarithmic, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.offset, self.scale, self.logarithmic = list(offset), list(scale), list(logarithmic)

    def call(self, u):
        """Return rows in the user's units."""
        x = u * ops.convert_to_tensor(self.scale, "float32") + ops.convert_to_tensor(self.offset, "float32")
        if not any(self.logarithmic):
            return x
        mask = ops.convert_to_tensor(self.logarithmic, "bool")
        return ops.where(mask, ops.exp(ops.where(mask, x, 0.0)), x)

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "offset": self.offset,
            "scale": self.scale,
            "logarithmic": self.logarithmic,
        }


def _spread(samples, axis):
    samples = np.asarray(samples, np.float64)
    return np.maximum(samples.std(axis) + np.abs(samples).max(axis) / 256, np.finfo(np.float32).tiny)
