"""Showers of a calorimeter as physicists draw them: histograms with ratios, and mean showers ring by ring."""

import math

import numpy as np

from keras_gans.pictures.drawing import COLOURS, INK, PALE, rendered, written

COLUMNS = 5
LEAST_SHARE = 1e-6  # of the largest density, that is still drawn


def shower_histograms(panels, path=None, ratio=True):
    """Draw histograms of real and generated showers, each pair in a panel of its own, the ratio of both beneath.

    Args:
        panels: Dict of a panel's title -> (edges (bins + 1,), real counts (bins,), generated counts (bins,)). Each
            histogram is drawn with sum 1; the ratio's bars are standard errors of Poisson counts.
        path: Where to write the picture; None writes nothing.
        ratio: Whether to draw the ratio, generated over real.

    Returns:
        uint8 array (height, width, 3).

    Raises:
        ValueError: If there are no panels, or a histogram is empty.
    """
    from matplotlib.figure import Figure

    if not panels or any(not (np.sum(real) > 0 and np.sum(made) > 0) for _, real, made in panels.values()):
        raise ValueError(f"Panels {list(panels)} were passed. Expected at least one, and counts above 0 in each.")
    columns = min(COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    width, height = 2.5 * columns + 0.4, (2.3 if ratio else 1.7) * rows + 0.2
    figure = Figure(figsize=(width, height), dpi=110, facecolor="white")  # a constrained layout takes ten times as long
    grid = figure.add_gridspec(
        rows, columns, left=0.4 / width, right=1 - 0.1 / width, top=1 - 0.25 / height, bottom=0.25 / height,
        wspace=0.1, hspace=0.22 if ratio else 0.35,
    )  # fmt: skip
    for i, (title, (edges, real, made)) in enumerate(panels.items()):
        cell = grid[divmod(i, columns)].subgridspec(2 if ratio else 1, 1, height_ratios=[3, 1] if ratio else [1])
        axes = figure.add_subplot(cell[0])
        _draw_histograms(axes, title, np.asarray(edges), real, made, is_first=i == 0)
        if ratio:
            axes.tick_params(labelbottom=False)
            _draw_ratio(figure.add_subplot(cell[1], sharex=axes), np.asarray(edges), real, made, i % columns == 0)
    return written(rendered(figure), path, colours=64)


def mean_showers(binning, real, generated, path=None):
    """Draw the mean real and the mean generated shower, layer by layer, each as discs of rings and sectors.

    The colour is the mean energy of a voxel over its area, on one logarithmic scale for both in each layer. The radius
    is drawn by its square root.

    Args:
        binning: `data.Binning` of the voxels.
        real: Array (n, voxels) in MeV.
        generated: Array (m, voxels) in MeV.
        path: Where to write the picture; None writes nothing.

    Returns:
        uint8 array (height, width, 3).
    """
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    columns = len(binning.layers)
    figure = Figure(figsize=(1.9 * columns + 0.4, 4.1), dpi=110, facecolor="white", layout="constrained")
    all_axes = figure.subplots(2, columns, squeeze=False, subplot_kw={"projection": "polar"})
    means = [np.mean(showers, axis=0, dtype=np.float64) for showers in (real, generated)]
    for j, (layer, part) in enumerate(zip(binning.layers, binning.parts(), strict=True)):
        edges = np.asarray(layer.r_edges)
        area = np.pi * np.diff(edges**2) / layer.num_alpha
        densities = [mean[part].reshape(layer.num_alpha, layer.num_r) / area for mean in means]
        top = max(densities[0].max(), np.finfo(float).tiny)
        norm = LogNorm(max(densities[0][densities[0] > 0].min(initial=top), LEAST_SHARE * top) * 0.99, top * 1.01)
        angles = np.linspace(
            -np.pi, np.pi, 120 * layer.num_alpha + 1 if layer.num_alpha == 1 else 12 * layer.num_alpha + 1
        )
        for i, density in enumerate(densities):
            axes = all_axes[i, j]
            smooth = np.repeat(density, (len(angles) - 1) // layer.num_alpha, axis=0)
            axes.pcolormesh(angles, np.sqrt(edges), smooth.T, norm=norm, cmap="viridis", rasterized=True)
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
            axes.spines["polar"].set_color(PALE)
            if i == 0:
                axes.set_title(f"layer {layer.number}, r < {edges[-1]:g} mm", fontsize=8, color=INK)
            if j == 0:
                axes.set_ylabel(("real", "generated")[i], fontsize=9, color=INK, labelpad=12)
    return written(rendered(figure), path)


def _draw_histograms(axes, title, edges, real, made, is_first):
    axes.stairs(real / np.sum(real), edges, fill=True, color="#d5d5d5", label="real")
    axes.stairs(made / np.sum(made), edges, color=COLOURS[0], linewidth=1.3, label="generated")
    axes.set_title(title, fontsize=8, color=INK, pad=3)
    axes.set_ylim(bottom=0)
    axes.set_yticks([])
    _dress(axes)
    if is_first:
        axes.legend(fontsize=6, frameon=False, loc="upper left", handlelength=1.2, borderaxespad=0.1)


def _draw_ratio(axes, edges, real, made, is_first):
    real, made = np.asarray(real, float), np.asarray(made, float)
    used = (real > 0) & (made > 0)
    ratio = (made / made.sum())[used] / (real / real.sum())[used]
    middle = ((edges[:-1] + edges[1:]) / 2)[used]
    axes.axhline(1, color=PALE, linewidth=0.8)
    axes.errorbar(
        middle, ratio, ratio * np.sqrt(1 / real[used] + 1 / made[used]), fmt=".", color=COLOURS[0], markersize=2.5,
        linewidth=0.7,
    )  # fmt: skip
    axes.set_ylim(0.4, 1.6)
    axes.set_yticks([0.5, 1, 1.5])
    if not is_first:
        axes.set_yticklabels([])
    _dress(axes)


def _dress(axes):
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(PALE)
    axes.tick_params(labelsize=6, colors=INK, length=2)
    axes.locator_params(axis="x", nbins=4)
