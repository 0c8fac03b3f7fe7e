"""Pictures of what was logged over training."""

import itertools
import textwrap

import numpy as np

from keras_gans.pictures.drawing import COLOURS, INK, PALE, new_figure, rendered, written

LEGEND = 32  # characters of a line


def loss_curves(stats, path=None):
    """Draw what was logged over training: the losses in one panel, each other quantity in one of its own.

    Args:
        stats: Rows of a run's `stats.jsonl`: a list of dicts with `step`, perhaps `images` (real images
            seen), and numbers by name. Names that end in `_loss` share the first panel. None is a gap.
        path: Where to write the picture; None writes nothing.

    Returns:
        uint8 array (height, width, 3).

    Raises:
        ValueError: If there are no rows, a row lacks `step`, or no quantity was logged.
    """
    _check_rows(stats, "loss_curves")
    x_name = _counter(stats)
    not_drawn = {"step", "images", "epoch", "seconds", "warnings"}
    names = [name for name in dict.fromkeys(n for row in stats for n in row) if name not in not_drawn]
    losses = [name for name in names if name.endswith("_loss")]
    panels = ([losses] if losses else []) + [[name] for name in names if name not in losses]
    if not panels:
        raise ValueError(
            f"loss_curves found no quantity in rows with {sorted(stats[0])}. Expected numbers beside "
            "these, such as generator_loss. Return them as logs from train_step."
        )
    figure, all_axes = new_figure(width=7, height=2.2 * len(panels) + 0.5, rows=len(panels))
    x = np.array([row[x_name] for row in stats], dtype=float)
    for axes, panel in zip(all_axes, panels, strict=True):
        for name, colour in zip(panel, itertools.cycle(COLOURS), strict=False):
            y = np.array([row.get(name) for row in stats], dtype=float)  # None becomes NaN, a gap in the line
            marker = "." if len(x) < 50 else ""  # a point between two gaps has no line, and would be lost
            axes.plot(x, y, color=colour, linewidth=1.2, marker=marker, label=name.replace("_", " "))
        axes.legend(fontsize=8, frameon=False)
        _set_x(axes, x.max())
    _name_x(all_axes[-1], x_name)
    return written(rendered(figure), path)


def curves_of_runs(runs, y, path=None, log=False):
    """Draw one quantity of several runs in one panel, to compare objectives or settings.

    The runs lie over real images seen if all of them count these, else over generator steps.

    Args:
        runs: Dict of a run's name in the legend -> rows of its `stats.jsonl`, as `loss_curves` takes them.
        y: Name of the quantity. A row without it is passed over, so it may have been measured now and then; None is
            a gap.
        path: Where to write the picture; None writes nothing.
        log: Whether the quantity, above 0 throughout, has a logarithmic axis: for one that spans decades.

    Returns:
        uint8 array (height, width, 3).

    Raises:
        ValueError: If there are no runs, a run has no rows, a row lacks `step`, no row of a run has `y`, or `log`
            meets a value that is not above 0.
    """
    if not runs:
        raise ValueError("curves_of_runs got no runs. Expected a dict of names and rows. Pass at least one run.")
    for name, stats in runs.items():
        _check_rows(stats, f"curves_of_runs: run {name!r}")
        _check_quantity(stats, name, y, log)
    x_name = _counter([row for stats in runs.values() for row in stats])
    figure, (axes,) = new_figure(width=7, height=3.6)
    looks = itertools.cycle(itertools.product(("-", "--", ":"), COLOURS))
    last = 0
    for (name, stats), (line, colour) in zip(runs.items(), looks, strict=False):
        x = np.array([row[x_name] for row in stats if y in row], dtype=float)
        values = np.array([row[y] for row in stats if y in row], dtype=float)
        marker = "." if len(x) < 50 else ""
        axes.plot(x, values, line, color=colour, linewidth=1.4, marker=marker, label=textwrap.fill(name, LEGEND))
        last = max(last, x.max())
    _set_x(axes, last)
    _name_x(axes, x_name)
    if log:
        _set_log(axes)
    axes.set_title(y.replace("_", " "), fontsize=9, color=INK)
    figure.legend(loc="outside right upper", fontsize=8, frameon=False)
    return written(rendered(figure), path)


def _check_rows(stats, who):
    if not stats or any("step" not in row for row in stats):
        raise ValueError(
            f"{who} got {len(stats)} rows, of which {sum('step' in row for row in stats)} have a "
            "step. Expected at least one row, each with a step. Pass the rows of a run's stats.jsonl."
        )


def _check_quantity(stats, name, y, log):
    values = [row[y] for row in stats if y in row]
    if not values:
        raise ValueError(
            f"y={y!r} is in no row of run {name!r}. Expected one of {sorted({key for row in stats for key in row})}. "
            "Choose a quantity that every run logged."
        )
    low = min((value for value in values if value is not None), default=1)
    if log and low <= 0:
        raise ValueError(
            f"log=True was passed, and {y} of run {name!r} goes down to {low:g}. Expected values above 0. "
            "Leave log out."
        )


def _counter(stats):
    """Return the name of what rows are drawn over."""
    return "images" if all(row.get("images") is not None for row in stats) else "step"


def _set_x(axes, last):
    from matplotlib.ticker import EngFormatter

    axes.set_xlim(0, last * 1.02 or 1)
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))  # 200k, not 0.2 and a 1e6 in the corner


def _set_log(axes):
    """Make y logarithmic, labelled in plain numbers; within two decades between powers of ten too."""
    from matplotlib.ticker import LogFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(LogFormatter())
    axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
    axes.tick_params(which="minor", labelsize=8, labelcolor=INK, color=PALE)


def _name_x(axes, x_name):
    axes.set_xlabel("real images seen" if x_name == "images" else "generator steps", fontsize=8)
