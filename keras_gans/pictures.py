"""Pictures of samples and of training: arrays in, pixels out, one look for all.

Every function returns the picture as a uint8 array of shape (height, width, 1 or 3) and, given a path, writes
it there too, whole or not at all. No pyplot: nothing global is touched, so they may be called from any thread
and beside a user's own figures.
"""

import itertools
import math

import numpy as np

from keras_gans.files import written_beside

TILE = 64  # pixels: smaller images are enlarged by a whole factor up to this side
GAP = 1
GAP_GREY = 128  # neither the black nor the white that most images have at their edges
# The palette of Okabe and Ito, which the colour-blind can tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
INK = "#333333"
PALE = "#bbbbbb"
DIVERGED = "If a generator made them it has diverged: go back to an earlier checkpoint and add StopOnNaN."


def image_grid(images, path=None, columns=None):
    """Lay images out in rows, pixel for pixel, with a gap of one pixel around each.

    Small images are enlarged without smoothing, by the largest whole factor that keeps them within 64 pixels.

    Args:
        images: Float array (m, height, width, 1 or 3) in [-1, 1], or uint8 in 0 to 255.
        path: Where to write the picture; its suffix names the format, of which `.png` is exact. None writes
            nothing.
        columns: Images per row; the square root of m, rounded up, by default.

    Returns:
        uint8 array (grid height, grid width, 1 or 3): row by row in the order given; a last row that is not
        full ends in the grey of the gaps.

    Raises:
        ValueError: If the shape, dtype or range of `images` is not as above, if a value is not finite, or if
            `columns` is below 1.
    """
    images = _as_uint8(images)
    m, height, width, channels = images.shape
    if columns is None:
        columns = math.ceil(math.sqrt(m))
    if columns < 1:
        raise ValueError(f"columns={columns} leaves no room. Expected at least 1. Omit it for a square grid.")
    factor = max(1, TILE // max(height, width))
    images = images.repeat(factor, axis=1).repeat(factor, axis=2)
    height, width, rows = height * factor, width * factor, math.ceil(m / columns)
    grid = np.full((GAP + rows * (height + GAP), GAP + columns * (width + GAP), channels), GAP_GREY, dtype=np.uint8)
    for i, image in enumerate(images):
        top = GAP + i // columns * (height + GAP)
        left = GAP + i % columns * (width + GAP)
        grid[top : top + height, left : left + width] = image
    return _written(grid, path)


def scatter(samples, path=None, real=None, modes=None):
    """Draw generated points in the plane, over the real ones.

    The frame is set by `real` and `modes`, so that pictures of one run can be laid side by side; samples that
    fall outside it are counted in the title.

    Args:
        samples: Float array (m, 2).
        path: Where to write the picture; None writes nothing.
        real: Real points, float array (n, 2), drawn pale beneath the samples.
        modes: Centres of the data's modes, float array (k, 2), drawn as crosses.

    Returns:
        uint8 array (height, width, 3).

    Raises:
        ValueError: If an array is not of shape (m, 2), is empty or holds a value that is not finite.
    """
    samples = _points(samples, "samples")
    real = None if real is None else _points(real, "real")
    modes = None if modes is None else _points(modes, "modes")
    figure, (axes,) = _figure(1, width=5, height=5)
    low, high = _frame(np.concatenate([p for p in (real, modes) if p is not None] or [samples]))
    outside = np.count_nonzero(((samples < low) | (samples > high)).any(axis=1))
    if real is not None:
        axes.plot(*real.T, ".", color=PALE, markersize=3, markeredgewidth=0, label="real")
    axes.plot(*samples.T, ".", color=COLOURS[0], markersize=4, markeredgewidth=0, label="generated")
    if modes is not None:
        axes.plot(*modes.T, "+", color=COLOURS[1], markersize=9, label="modes")
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    title = f"{len(samples)} samples" + (f", {outside} outside the frame" if outside else "")
    axes.set_title(title, fontsize=9, color=INK)
    axes.legend(loc="upper right", fontsize=8, frameon=False)
    return _written(_rendered(figure), path)


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
    from matplotlib.ticker import EngFormatter

    if not stats or any("step" not in row for row in stats):
        raise ValueError(
            f"loss_curves got {len(stats)} rows, of which {sum('step' in row for row in stats)} have a "
            "step. Expected at least one row, each with a step. Pass the rows of a run's stats.jsonl."
        )
    x_name = "images" if all(row.get("images") is not None for row in stats) else "step"
    not_drawn = {"step", "images", "epoch", "seconds"}
    names = [name for name in dict.fromkeys(n for row in stats for n in row) if name not in not_drawn]
    losses = [name for name in names if name.endswith("_loss")]
    panels = ([losses] if losses else []) + [[name] for name in names if name not in losses]
    if not panels:
        raise ValueError(
            f"loss_curves found no quantity in rows with {sorted(stats[0])}. Expected numbers beside "
            "these, such as generator_loss. Return them as logs from train_step."
        )
    figure, all_axes = _figure(len(panels), width=7, height=2.2 * len(panels) + 0.5)
    x = np.array([row[x_name] for row in stats], dtype=float)
    for axes, panel in zip(all_axes, panels, strict=True):
        for name, colour in zip(panel, itertools.cycle(COLOURS), strict=False):
            y = np.array([row.get(name) for row in stats], dtype=float)  # None becomes NaN, a gap in the line
            marker = "." if len(x) < 50 else ""  # a point between two gaps has no line, and would be lost
            axes.plot(x, y, color=colour, linewidth=1.2, marker=marker, label=name.replace("_", " "))
        axes.legend(fontsize=8, frameon=False)
        axes.set_xlim(0, x.max() * 1.02 or 1)
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))  # 200k, not 0.2 and a 1e6 in the corner
    all_axes[-1].set_xlabel("real images seen" if x_name == "images" else "generator steps", fontsize=8)
    return _written(_rendered(figure), path)


def _as_uint8(images):
    """Check images as `image_grid` documents them and bring them to 0..255."""
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or 0 in images.shape:
        raise ValueError(
            f"The images have shape {images.shape}. Expected (m, height, width, channels) with 1 or 3 "
            "channels, and at least one image. Add a leading axis to a single image; move channels last."
        )
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind in "biuOSU":
        raise ValueError(
            f"The images have dtype {images.dtype}. Expected floats in [-1, 1] or uint8. Convert them with "
            '`.astype("uint8")` if they hold 0 to 255.'
        )
    images = images.astype(np.float32)
    if not np.isfinite(images).all():
        bad = np.count_nonzero(~np.isfinite(images).all(axis=(1, 2, 3)))
        raise ValueError(
            f"{bad} of {len(images)} images hold values that are not finite. Expected floats in [-1, 1]. " + DIVERGED
        )
    low, high = images.min(), images.max()
    if low < -1.001 or high > 1.001:  # rounding of a resized or float16 image may pass the ends by a hair
        raise ValueError(
            f"The images run from {low:g} to {high:g}. Expected floats in [-1, 1] or uint8. Scale pixels of "
            "0 to 255 with `x / 127.5 - 1`; end a generator in tanh."
        )
    return np.clip(np.rint((images + 1) * 127.5), 0, 255).astype(np.uint8)


def _points(points, name):
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(
            f"{name} has shape {points.shape}. Expected (m, 2), at least one point in the plane. For images "
            "use image_grid; of more dimensions pick two."
        )
    if not np.isfinite(points).all():
        bad = np.count_nonzero(~np.isfinite(points).all(axis=1))
        raise ValueError(
            f"{bad} of {len(points)} points of {name} are not finite. Expected finite coordinates. {DIVERGED}"
        )
    return points


def _frame(points):
    """Corners of a square around the points, with a margin of a quarter of its side."""
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    half = max(np.ptp(points, axis=0).max() / 2 * 1.25, 1e-6)
    return centre - half, centre + half


def _figure(panels, width, height):
    """Return a figure and its `panels` axes, one above the other, in the common look; sizes in inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=110, layout="constrained", facecolor="white")
    all_axes = figure.subplots(panels, 1, squeeze=False, sharex=True)[:, 0]
    for axes in all_axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(PALE)
        axes.tick_params(labelsize=8, colors=INK)
        axes.grid(color="#eeeeee", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.xaxis.label.set_color(INK)
    return figure, all_axes


def _rendered(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _written(pixels, path):
    """Write `pixels` to `path` unless it is None; return them."""
    if path is not None:
        from PIL import Image

        with written_beside(path) as beside:
            Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(beside)
    return pixels
