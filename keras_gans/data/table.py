"""TableSet: rows of numeric columns, in the user's units at rest, scaled to mean 0 and deviation 1 in batches."""

import functools
import pathlib

import numpy as np
import tensorflow as tf

from keras_gans.checks import check_integer_from
from keras_gans.data.passes import check_enough, chosen, endless_passes, passes
from keras_gans.data.read_table import read
from keras_gans.units import ColumnUnits

SKEWED = 2.0  # skewness from which a positive column is taken by its logarithm: that of an exponential law
STEPS_OF_FLOAT32 = 64  # that a standard deviation must hold, or batches and samples in float32 would be steps


class TableSet:
    """Rows of a table: float64 in the user's units at rest, float32 scaled column by column in batches.

    Args:
        rows: Array (n, d) of finite numbers, at least two rows.
        columns: Names of the columns.
        logarithmic: Names of columns to be scaled by their logarithm, all values above 0. None chooses those that are
            positive and of skewness above 2, and whose logarithms are less skewed.
        name: Name for reports.
        place: Function of a row's index that says where the row stands, for errors.

    Attributes:
        rows: float64 array (n, d), read-only.
        columns: List of str.
        units: `keras_gans.units.ColumnUnits` of mean 0 and standard deviation 1, for `model.in_units`.

    Raises:
        ValueError: If there are fewer than two rows, a number is not finite, or a column is constant, not above 0 where
            its logarithm is to be taken, or of a spread that is lost in float32; names row and column.

    Example:
        >>> data = keras_gans.data.table("houses.csv")
        >>> model.in_units(data.units)
        >>> model.fit(data.batches(model.n_critic * 256), epochs=100)
        >>> model.sample(10)  # rows in the units of the file
    """

    def __init__(self, rows, columns, logarithmic=None, name="table", place="Row index {}".format):
        self.rows = np.array(rows, np.float64)
        self.rows.flags.writeable = False
        self.columns, self.name = list(columns), name
        _check_rows(self.rows, self.columns, name, place)
        self.units = _units_of(self.rows, self.columns, logarithmic, place)

    def __len__(self):
        return len(self.rows)

    def __repr__(self):
        by_log = f", {', '.join(self.units.logarithmic)} by logarithm" if self.units.logarithmic else ""
        return f"TableSet({self.name!r}, {len(self)} rows of {', '.join(self.columns)}{by_log})"

    @property
    def sample_shape(self):
        """Shape of one row, (d,)."""
        return (len(self.columns),)

    def scaled(self, x):
        """Return rows (n, d) in the user's units as the network is trained on them, float32."""
        return self.units.scaled(x)

    def unscaled(self, u):
        """Return scaled rows (n, d) in the user's units: the inverse of `scaled`, float64."""
        return self.units.unscaled(u)

    def sample(self, num, seed=None):
        """Draw rows, none of them twice.

        Args:
            num: Number of rows, from 1 to the size of the table.
            seed: Integer; the same seed gives the same rows. None draws afresh.

        Returns:
            float64 array (num, d) in the user's units.

        Raises:
            ValueError: If `num` is out of that range.
        """
        return self.rows[chosen(self, "rows", num, seed)]

    def batches(self, batch_size, seed=0):
        """Return batches for training: one pass over the rows per iteration, each in a new order.

        The last rows of a pass that do not fill a batch are left out of it.

        Args:
            batch_size: Rows per batch. A model takes `n_critic * m` at once.
            seed: Integer; two datasets of one seed give the same orders, pass after pass.

        Returns:
            `tf.data.Dataset` of scaled rows, float32 (batch_size, d).

        Raises:
            ValueError: If `batch_size` is no integer from 1 up, or above the number of rows.
        """
        check_enough(self, "rows", batch_size=batch_size)
        return self._gathered(passes(len(self), batch_size, seed))

    def stream(self, batch_size, seed=0, start=0):
        """Return endless batches for training, pass after pass over the rows, each in a new order.

        Batch i is a function of (seed, i) alone: a run that was stopped goes on with the data it would have seen, by
        `start=model.step`. Say how long an epoch is: `model.fit(table.stream(m), steps_per_epoch=1000)`.

        Args:
            batch_size: As in `batches`.
            seed: Integer.
            start: Number of the first batch.

        Returns:
            `tf.data.Dataset` as that of `batches`, without an end.

        Raises:
            ValueError: As `batches`; or if `start` is no integer from 0 up.
        """
        check_integer_from(0, start=start)
        check_enough(self, "rows", batch_size=batch_size)
        return self._gathered(endless_passes(len(self), batch_size, seed, start))

    def _gathered(self, indices):
        gather = functools.partial(tf.gather, self._tensor)
        return indices.map(gather, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)

    @functools.cached_property
    def _tensor(self):
        with tf.device("CPU:0"):  # where tf.data gathers
            return tf.constant(self.scaled(self.rows))


def table(source, columns=None, logarithmic=None):
    """Read a table of numeric columns.

    Args:
        source: Path of a CSV file in UTF-8, whose first line has the columns' names; array (n, d); structured array;
            or data frame.
        columns: Of an array (n, d) the columns' names, x0, x1, ... by default. Of all else the names of those columns
            that are taken, in this order; all by default.
        logarithmic: Names of columns to be scaled by their logarithm; see `TableSet`.

    Returns:
        `TableSet`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a cell is no finite number, a line is too short or too long, a name comes twice or is
            unknown; or as `TableSet`. Names line and column.

    Example:
        >>> data = keras_gans.data.table("houses.csv", columns=["age", "income"])
    """
    rows, columns, place = read(source, columns)
    name = pathlib.Path(source).name if isinstance(source, str | pathlib.Path) else "table"
    return TableSet(rows, columns, logarithmic, name, place)


def _check_rows(rows, columns, table_name, place):
    if len(rows) < 2:
        raise ValueError(
            f"{table_name!r} has {len(rows)} rows of numbers. Expected at least 2, and better thousands. Get more rows."
        )
    bad = np.argwhere(~np.isfinite(rows))
    if len(bad):
        row, column = bad[0]
        raise ValueError(
            f"{place(row)}: column {columns[column]!r} holds {rows[row, column]}, the first of {len(bad)} values that "
            "are NaN or infinite. Expected finite numbers. Repair or remove these rows."
        )
    for name, column in zip(columns, rows.T, strict=True):
        if np.ptp(column) == 0:
            raise ValueError(
                f"The column {name!r} holds {column[0]:g} in every row. Expected columns that vary. Leave it out."
            )
        if column.std() < STEPS_OF_FLOAT32 * np.spacing(np.abs(column).max().astype(np.float32)):
            raise ValueError(
                f"The column {name!r} has a standard deviation of {column.std():.3g} about {column.mean():.10g}, of "
                f"which float32 keeps steps of {np.spacing(np.float32(np.abs(column).max())):.3g}. Expected a spread "
                "that float32 resolves. Subtract an offset from the column."
            )


def _units_of(rows, columns, logarithmic, place):
    """Return the units in which each column has mean 0 and standard deviation 1, or its logarithm has."""
    if logarithmic is None:
        logarithmic = [name for name, column in zip(columns, rows.T, strict=True) if _is_skewed(column)]
    unknown = [name for name in logarithmic if name not in columns]
    if unknown:
        raise ValueError(f"logarithmic={list(logarithmic)} was passed. Expected names among {', '.join(columns)}.")
    values = np.array(rows)
    for name in logarithmic:
        column = values[:, columns.index(name)]
        if not (column > 0).all():
            raise ValueError(
                f"{place(np.argmin(column))}: column {name!r} holds {column.min():g} and is to be scaled by its "
                "logarithm. Expected values above 0. Leave it out of `logarithmic`."
            )
        values[:, columns.index(name)] = np.log(column)
    return ColumnUnits(columns, values.mean(axis=0), values.std(axis=0), logarithmic)


def _is_skewed(column):
    if not (column > 0).all():
        return False
    skewness = _skewness(column)
    return skewness > SKEWED and abs(_skewness(np.log(column))) < skewness


def _skewness(values):
    centred = values - values.mean()
    return float(np.mean(centred**3) / np.mean(centred**2) ** 1.5)
