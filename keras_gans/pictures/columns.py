"""Pictures of tables."""

import math

import numpy as np

from keras_gans.pictures.drawing import COLOURS, DIVERGED, INK, PALE, new_figure, rendered, written

BINS = 40
PER_ROW = 4
MOST = 24  # columns in a picture
CUT = 0.5  # per cent of the real rows at either end: a few of a long tail would leave one bin to all others


def column_histograms(samples, path=None, real=None, columns=None, logarithmic=()):
    """Draw the distribution of each column of a table, generated over real.

    The frame of a panel is set by the real rows but for 0.5 % at either end, or by the samples without real rows;
    what falls outside it is counted in the title. Of more than 24 columns the first 24 are drawn.

    Args:
        samples: Float array (m, d).
        path: Where to write the picture; None writes nothing.
        real: Real rows, float array (n, d), drawn as a pale area.
        columns: Names of the columns; their numbers by default.
        logarithmic: Names of columns that are drawn over a logarithmic axis, where all that is drawn is above 0.

    Returns:
        uint8 array (height, width, 3).

    Raises:
        ValueError: If an array is not of shape (m, d), is empty or holds a value that is not finite.
    """
    samples = _rows(samples, "samples")
    real = None if real is None else _rows(real, "real")
    if real is not None and real.shape[1] != samples.shape[1]:
        raise ValueError(
            f"samples of {samples.shape[1]} columns and real rows of {real.shape[1]} were passed. Expected as many."
        )
    names = [str(i) for i in range(samples.shape[1])] if columns is None else list(columns)
    num = min(len(names), MOST)
    across = min(num, PER_ROW)
    down = math.ceil(num / across)
    figure, all_axes = new_figure(2.6 * across, 2.1 * down, down, across, shared=False)
    for axes, j in zip(all_axes, range(num), strict=False):
        _draw(axes, samples[:, j], None if real is None else real[:, j], names[j], names[j] in logarithmic)
    for axes in all_axes[num:]:
        axes.set_axis_off()
    all_axes[0].legend(fontsize=7, frameon=False)
    return written(rendered(figure), path)


def _draw(axes, x, real, name, is_logarithmic):
    shown = x if real is None else real
    low, high = np.percentile(shown, [CUT, 100 - CUT])
    high = high if high > low else low + 1.0  # of a column that is one value
    is_logarithmic = is_logarithmic and low > 0
    edges = (np.geomspace if is_logarithmic else np.linspace)(low, high, BINS + 1)
    if real is not None:
        axes.stairs(_shares(real, edges), edges, fill=True, color=PALE, label="real")
    axes.stairs(_shares(x, edges), edges, color=COLOURS[0], linewidth=1.3, label="generated")
    if is_logarithmic:
        axes.set_xscale("log")
    outside = np.mean((x < low) | (x > high))
    axes.set_title(f"{name}\n{outside:.1%} generated outside", fontsize=8, color=INK)
    axes.set_yticks([])


def _shares(values, edges):
    """Return the share of all values in each bin."""
    return np.histogram(values, edges)[0] / len(values)


def _rows(rows, name):
    rows = np.asarray(rows, np.float64)
    if rows.ndim != 2 or not rows.size:
        raise ValueError(f"{name} has shape {rows.shape}. Expected (m, d), at least one row of a table.")
    if not np.isfinite(rows).all():
        bad = np.count_nonzero(~np.isfinite(rows).all(axis=1))
        raise ValueError(f"{bad} of {len(rows)} rows of {name} are not finite. Expected finite numbers. {DIVERGED}")
    return rows
