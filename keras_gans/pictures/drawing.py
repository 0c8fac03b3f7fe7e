"""What all pictures share: the look, and the way from a figure to pixels and to a file."""

import numpy as np

from keras_gans.files import written_beside

# The palette of Okabe and Ito, which the colour-blind can tell apart.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
INK = "#333333"
PALE = "#bbbbbb"
DIVERGED = "If a generator made them it has diverged: go back to an earlier checkpoint and add StopOnNaN."


def new_figure(width, height, rows=1, columns=1, shared=True):
    """Return a figure and its axes, row by row, in the common look; sizes in inches, `shared` of the axes' ranges."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=110, layout="constrained", facecolor="white")
    all_axes = figure.subplots(rows, columns, squeeze=False, sharex=shared, sharey=shared and columns > 1).ravel()
    for axes in all_axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(PALE)
        axes.tick_params(labelsize=8, colors=INK)
        axes.grid(color="#eeeeee", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.xaxis.label.set_color(INK)
    return figure, all_axes


def rendered(figure):
    """Return a figure's pixels, uint8 (height, width, 3)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def written(pixels, path, colours=None):
    """Write `pixels` to `path` unless it is None, in so many colours where that is not all, which makes a small file.

    Returns the pixels as they were passed.
    """
    if path is not None:
        from PIL import Image

        image = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
        with written_beside(path) as beside:
            if colours is not None:
                image = image.quantize(colours, Image.Quantize.MAXCOVERAGE)  # which keeps the colours of thin lines
            image.save(beside, optimize=colours is not None)
    return pixels
