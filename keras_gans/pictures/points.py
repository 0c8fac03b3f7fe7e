"""Pictures of points in the plane."""

import numpy as np

from keras_gans.pictures.drawing import COLOURS, DIVERGED, INK, PALE, new_figure, rendered, written

CELLS = 200  # of a density, along each side
SCORES = 120  # points along each side at which a score is evaluated
CONTOURS = 10  # at most
CONTOUR_GREY = "#777777"


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
    figure, (axes,) = new_figure(width=5, height=5)
    low, high = frame_of(np.concatenate([p for p in (real, modes) if p is not None] or [samples]))
    if real is not None:
        axes.plot(*real.T, ".", color=PALE, markersize=3, markeredgewidth=0, label="real")
    axes.plot(*samples.T, ".", color=COLOURS[0], markersize=4, markeredgewidth=0, label="generated")
    if modes is not None:
        axes.plot(*modes.T, "+", color=COLOURS[1], markersize=9, label="modes")
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    axes.set_title(_counted(samples, low, high, "samples"), fontsize=9, color=INK)
    axes.legend(loc="upper right", fontsize=8, frameon=False)
    return written(rendered(figure), path)


def density(samples, path=None, real=None, score=None, modes=None, bandwidth=None):
    """Draw how densely generated points lie in the plane, beside the real ones, under a discriminator's contours.

    The density is a histogram smoothed with a Gaussian kernel. It is shaded from white to blue by its square root,
    which shows the thin bridges between modes too; both panels share frame and shades. The frame is that of `scatter`,
    and points outside it are counted in the titles.

    Args:
        samples: Float array (m, 2).
        path: Where to write the picture; None writes nothing.
        real: Real points, float array (n, 2), for a panel at the left.
        score: Function of float32 points (n, 2) that returns raw scores (n,) or (n, 1), such as a discriminator. Its
            contours lie over the generated points.
        modes: Centres of the data's modes, float array (k, 2), drawn as crosses.
        bandwidth: Standard deviation of the kernel, in units of the data; 1/100 of the frame's side by default.

    Returns:
        uint8 array (height, width, 3).

    Raises:
        ValueError: If an array is not of shape (m, 2), is empty or holds a value that is not finite, if `bandwidth` is
            not above 0, or if `score` returns anything but one finite number per point.
    """
    samples = _points(samples, "samples")
    real = None if real is None else _points(real, "real")
    modes = None if modes is None else _points(modes, "modes")
    low, high = frame_of(np.concatenate([p for p in (real, modes) if p is not None] or [samples]))
    bandwidth = (high - low)[0] / 100 if bandwidth is None else bandwidth
    if not 0 < bandwidth < np.inf:
        raise ValueError(f"bandwidth={bandwidth} was passed. Expected a length above 0. Omit it for 1/100 of the side.")
    panels = {"generated": samples} if real is None else {"real": real, "generated": samples}
    densities = [_density(points, low, high, bandwidth) for points in panels.values()]
    figure, all_axes = new_figure(width=4.6 * len(panels) + 0.4, height=5.3, columns=len(panels))
    figure.set_layout_engine("compressed")  # keeps titles in the picture where panels are square
    for axes, (name, points), shades in zip(all_axes, panels.items(), densities, strict=True):
        draw_density(axes, shades, low, high, top=max(d.max() for d in densities))
        if name == "generated" and score is not None:
            _draw_contours(axes, score, low, high)
        if modes is not None:
            axes.plot(*modes.T, "+", color=COLOURS[1], markersize=9)
        axes.set_title(f"{name}: {_counted(points, low, high, 'points')}", fontsize=9, color=INK)
    legend = ["crosses: modes"] * (modes is not None) + ["lines: raw score"] * (score is not None)
    figure.supxlabel("      ".join(legend), fontsize=8, color=INK)
    return written(rendered(figure), path)


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


def frame_of(points):
    """Corners of a square around the points, with a margin of a quarter of its side."""
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    half = max(np.ptp(points, axis=0).max() / 2 * 1.25, 1e-6)
    return centre - half, centre + half


def _counted(points, low, high, noun):
    """Say how many points there are, and how many of them outside the frame."""
    outside = np.count_nonzero(((points < low) | (points > high)).any(axis=1))
    return f"{len(points)} {noun}" + (f", {outside} outside the frame" if outside else "")


def density_panel(points, low, high):
    """Return the density of points for a small picture of a frame, shape (y, x); see `density`."""
    return _density(_points(points, "points"), low, high, (high - low)[0] / 60)


def _density(points, low, high, bandwidth):
    """Return the kernel density of points on a grid over the frame, up to a factor, shape (y, x)."""
    histogram, *edges = np.histogram2d(*points.T, bins=CELLS, range=np.stack([low, high], axis=1))
    kernels = []
    for edge in edges:
        centres = (edge[:-1] + edge[1:]) / 2
        kernels.append(np.exp(-0.5 * ((centres[:, None] - centres) / bandwidth) ** 2))
    return (kernels[0] @ histogram @ kernels[1]).T / len(points)


def draw_density(axes, density, low, high, top):
    """Shade a panel, from white at 0 to blue at `top`."""
    from matplotlib.colors import LinearSegmentedColormap, PowerNorm

    axes.grid(False)
    axes.imshow(
        density,
        cmap=LinearSegmentedColormap.from_list("white to blue", ["white", COLOURS[0]]),
        norm=PowerNorm(0.5, vmin=0, vmax=top),
        extent=(low[0], high[0], low[1], high[1]),
        origin="lower",
        interpolation="bilinear",
    )


def _draw_contours(axes, score, low, high):
    """Draw labelled contours of `score` over the frame."""
    from matplotlib.ticker import MaxNLocator

    x, y = np.linspace(low, high, SCORES).T
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)
    scores = np.asarray(score(points), dtype=np.float64)
    if scores.shape not in ((len(points),), (len(points), 1)):
        raise ValueError(
            f"score returned shape {scores.shape} for {len(points)} points. Expected one raw score for each, (n,) or "
            "(n, 1). Pass a discriminator of points in the plane."
        )
    if not np.isfinite(scores).all():
        bad = np.count_nonzero(~np.isfinite(scores))
        raise ValueError(
            f"score returned {bad} of {len(points)} values that are not finite. Expected raw scores. If a "
            "discriminator made them it has diverged: go back to an earlier checkpoint and add StopOnNaN."
        )
    scores = scores.reshape(SCORES, SCORES)
    levels = MaxNLocator(CONTOURS).tick_values(scores.min(), scores.max())
    levels = levels[(levels > scores.min()) & (levels < scores.max())]
    if not len(levels):  # a constant score has none
        return
    # Solid below 0 too: a Wasserstein critic is fixed but for a constant, so that its zero means nothing.
    lines = axes.contour(x, y, scores, levels, colors=CONTOUR_GREY, linewidths=0.8, linestyles="solid")
    # One label for each level, away from the edges, which would cut it.
    margin = SCORES // 10
    inner = scores[margin:-margin, margin:-margin]
    labelled = [level for level in levels if inner.min() < level < inner.max()]
    near = [np.unravel_index(np.abs(inner - level).argmin(), inner.shape) for level in labelled]
    axes.clabel(lines, fontsize=7, fmt="%g", manual=[(x[margin + j], y[margin + i]) for i, j in near])
