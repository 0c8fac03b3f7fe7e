"""Many runs under one another: what each generator made over training, and how far from the data it was."""

import numpy as np

from keras_gans.pictures.drawing import COLOURS, INK, PALE, rendered, written
from keras_gans.pictures.images import image_grid
from keras_gans.pictures.points import density_panel, draw_density, frame_of

ROW = 1.15  # inches
LABEL = 1.9


def density_rows(snapshots, real, titles, curves=None, path=None):
    """Draw a row for each run: the densities of its points over training, the data's, and a curve.

    Args:
        snapshots: Dict of a run's name -> list of float arrays (m, 2), at most as many as there are titles: a run that
            diverged has fewer.
        real: Real points, float array (n, 2). They set the frame.
        titles: What stands above the snapshots, one for each.
        curves: Dict of a run's name -> (steps, distances), both of one length; drawn on a logarithmic axis, with those
            of all other runs pale behind it.
        path: Where to write the picture; None writes nothing.

    Returns:
        uint8 array (height, width, 3).

    Raises:
        ValueError: If there are no runs, or a run has more snapshots than there are titles.
    """
    _check(snapshots, len(titles))
    low, high = frame_of(np.asarray(real, dtype=float))
    target = density_panel(real, low, high)
    figure, grid = _figure(len(snapshots), len(titles) + 1, curves)
    for i, (name, arrays) in enumerate(snapshots.items()):
        axes = _row(figure, grid, i, name, [*titles, "data"])
        for panel, points in zip(axes, arrays, strict=False):
            draw_density(panel, density_panel(points, low, high), low, high, target.max())
        draw_density(axes[len(titles)], target, low, high, target.max())
        if curves:
            _draw_curve(figure.add_subplot(grid[i, -1]), curves, name, is_last=i == len(snapshots) - 1)
    return written(rendered(figure), path, colours=64)


def image_rows(snapshots, curves=None, path=None):
    """Draw a row for each run: some of its images, and a curve; see `density_rows`.

    Args:
        snapshots: Dict of a run's name -> images, float array (m, height, width, channels) in [-1, 1], 16 at most; an
            empty list for a run that made none.
        curves: As in `density_rows`.
        path: Where to write the picture; None writes nothing.

    Returns:
        uint8 array (height, width, 3).

    Raises:
        ValueError: If there are no runs, or a run has more than 16 images.
    """
    _check(snapshots, 16)
    figure, grid = _figure(len(snapshots), 5, curves)
    for i, (name, images) in enumerate(snapshots.items()):
        axes = figure.add_subplot(grid[i, :-1] if curves else grid[i, :])
        axes.set_axis_off()
        _label(axes, name)
        if len(images):
            pixels = image_grid(np.clip(images, -1, 1), columns=8)
            axes.imshow(pixels[..., 0] if pixels.shape[-1] == 1 else pixels, cmap="gray", vmin=0, vmax=255)
        if curves:
            _draw_curve(figure.add_subplot(grid[i, -1]), curves, name, is_last=i == len(snapshots) - 1)
    return written(rendered(figure), path, colours=64)


def _check(snapshots, most):
    if not snapshots:
        raise ValueError("No runs were passed. Expected a dict of names and snapshots. Pass at least one run.")
    for name, arrays in snapshots.items():
        if len(arrays) > most:
            raise ValueError(f"Run {name!r} has {len(arrays)} snapshots. Expected {most} at most. Leave some out.")


def _figure(rows, panels, curves):
    from matplotlib.figure import Figure

    ratios = [1] * panels + ([2.2] if curves else [])
    width, height = LABEL + ROW * sum(ratios), ROW * rows + 0.5
    figure = Figure(figsize=(width, height), dpi=90, facecolor="white")
    grid = figure.add_gridspec(
        rows, len(ratios), width_ratios=ratios, wspace=0.06, hspace=0.12, left=LABEL / width,
        right=1 - (0.45 if curves else 0.1) / width, top=1 - 0.3 / height, bottom=0.25 / height,
    )  # fmt: skip
    return figure, grid


def _row(figure, grid, i, name, titles):
    """Return the empty panels of a row, labelled."""
    all_axes = [figure.add_subplot(grid[i, j]) for j in range(len(titles))]
    for axes, title in zip(all_axes, titles, strict=True):
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_color(PALE)
        if i == 0:
            axes.set_title(title, fontsize=8, color=INK)
    _label(all_axes[0], name)
    return all_axes


def _label(axes, name):
    axes.text(
        -0.08, 0.5, name.replace("_", " "), transform=axes.transAxes, ha="right", va="center", fontsize=8, color=INK
    )  # fmt: skip


def _draw_curve(axes, curves, name, is_last):
    from matplotlib.ticker import EngFormatter, LogFormatter

    for other, (steps, values) in curves.items():
        if other != name:
            axes.plot(steps, values, color="#dddddd", linewidth=0.7)
    axes.plot(*curves[name], color=COLOURS[1], linewidth=1.4, marker=".")
    axes.set_yscale("log")
    axes.yaxis.tick_right()
    axes.yaxis.set_major_formatter(LogFormatter())
    axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.tick_params(which="both", labelsize=6, colors=INK, labelbottom=is_last)
    for spine in axes.spines.values():
        spine.set_color(PALE)
