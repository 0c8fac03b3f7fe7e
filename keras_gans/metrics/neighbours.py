"""Precision, recall, density and coverage by nearest neighbours, in blocks of bounded memory."""

import numpy as np

from keras_gans.metrics.arguments import check_count, check_features

_BLOCK = 2**22  # distances held at once: 32 MiB in float64
_ROUNDING = 1e-12  # squared distances by matrix product are surely as exact as this, relative to the squared norms


def precision_recall_density_coverage(real, generated, k=5):
    """How many generated samples lie among the real ones (fidelity), and the converse (diversity).

    Naeem et al. 2020, section 3, arXiv:2002.09797, in the conventions of its authors' package `prdc`: around each
    sample a ball that reaches to its k-th nearest neighbour, itself not counted; inside is strictly less. Precision
    and recall are those of Kynkaanniemi et al. 2019, arXiv:1904.06991, who take k = 3 and count the boundary as inside
    (<=): with k = 3 the two agree wherever no distance is exactly a radius. They differ on copies: where a generated
    sample is a real one's k-th neighbour to the bit, and where radii are 0 (k + 1 equal samples).

    Two samples of one law have a density near 1 and a coverage near 1 - 2^-k. Density may exceed 1.

    Args:
        real: Array (n, d) of features.
        generated: Array (m, d).
        k: Which neighbour the balls reach to; below n and m.

    Returns:
        Dict of `precision`, `recall`, `coverage` (shares in [0, 1]), `density` (0 or more), and the protocol: `k`,
        `num_real`, `num_generated`, `num_features`.

    Raises:
        ValueError: If the arrays do not fit or are not finite, or have no k-th neighbour.
    """
    k = check_count("k", k)
    why = f"A sample's neighbour {k} must exist beside itself. Pass more samples or a smaller k."
    real, generated = check_features(real, generated, k + 1, why)
    centre = real.mean(axis=0)  # a common offset would eat the digits of the matrix product
    sets = [_Points(rows, rows - centre) for rows in (real, generated)]
    radii_real, radii_generated = (_squared_radii(points, k) for points in sets)
    covered_real = np.zeros(len(real), bool)
    recalled = np.zeros(len(real), bool)
    precise = np.zeros(len(generated), bool)
    count = 0
    for rows, squared in _blocks(*sets):
        inside = _less(squared, radii_real[rows, None], rows, *sets)
        covered_real[rows] = inside.any(axis=1)
        precise |= inside.any(axis=0)
        count += int(np.count_nonzero(inside))
        recalled[rows] = _less(squared, radii_generated[None, :], rows, *sets).any(axis=1)
    return {
        "precision": float(precise.mean()),
        "recall": float(recalled.mean()),
        "density": count / (k * len(generated)),
        "coverage": float(covered_real.mean()),
        "k": k,
        "num_real": len(real),
        "num_generated": len(generated),
        "num_features": real.shape[1],
    }


class _Points:
    """Samples as they were passed, the same centred, and the centred ones' squared norms."""

    def __init__(self, rows, centred):
        self.rows, self.centred = rows, centred
        self.norms = np.einsum("ij,ij->i", centred, centred)


def _blocks(x, y):
    """Yields (slice of x's rows, their squared distances to all of y), by a matrix product."""
    size = max(1, _BLOCK // len(y.rows))
    for start in range(0, len(x.rows), size):
        rows = slice(start, min(start + size, len(x.rows)))
        squared = x.centred[rows] @ y.centred.T
        squared *= -2.0
        squared += x.norms[rows, None]
        squared += y.norms
        yield rows, squared


def _exact(x, y, i, j):
    """Squared distances of x[i] to y[j] by their differences: the same for equal points, wherever they stand."""
    size = max(1, _BLOCK // x.rows.shape[1])
    parts = [slice(start, start + size) for start in range(0, len(i), size)]
    return np.concatenate([np.sum((x.rows[i[part]] - y.rows[j[part]]) ** 2, axis=1) for part in parts] or [[]])


def _squared_radii(points, k):
    """Squared distance of each point to its k-th nearest neighbour, itself left out."""
    radii = np.empty(len(points.rows))
    for rows, squared in _blocks(points, points):
        indices = np.arange(rows.start, rows.stop)
        squared[indices - rows.start, indices] = np.inf
        nearest = np.argpartition(squared, k - 1, axis=1)[:, :k]
        exact = _exact(points, points, np.repeat(indices, k), nearest.ravel())
        radii[rows] = exact.reshape(nearest.shape).max(axis=1)
    return radii


def _less(squared, radii, rows, x, y):
    """Whether squared < radii; where rounding could decide, the distance is taken again from the differences."""
    inside = squared < radii
    i, j = np.nonzero(np.abs(squared - radii) <= _ROUNDING * (x.norms[rows, None] + y.norms))
    exact = _exact(x, y, i + rows.start, j)
    inside[i, j] = exact < np.broadcast_to(radii, squared.shape)[i, j]
    return inside
