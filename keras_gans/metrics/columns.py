"""Rows of a table against real rows: each column's distribution, and how the columns go together."""

import numpy as np

from keras_gans.metrics.arguments import check_features


def column_distances(real, generated):
    """Measure each column's distribution by itself.

    Args:
        real: Array (n, d).
        generated: Array (m, d).

    Returns:
        Dict of two float64 arrays (d,): `wasserstein`, the Wasserstein-1 distance over the real column's standard
        deviation; `kolmogorov_smirnov`, the largest difference of the two empirical distribution functions, in [0, 1].

    Raises:
        ValueError: If the arrays are not (n, d) and (m, d), or not finite.
    """
    real, generated = check_features(real, generated)
    return _distances(real, generated, real.std(axis=0))


def _distances(real, generated, std):
    from scipy.stats import wasserstein_distance

    pairs = list(zip(real.T, generated.T, strict=True))
    return {
        "wasserstein": np.array([wasserstein_distance(*pair) for pair in pairs]) / std,
        "kolmogorov_smirnov": np.array([_kolmogorov_smirnov(*pair) for pair in pairs]),
    }


def _kolmogorov_smirnov(x, x_fake):
    values = np.concatenate([x, x_fake])
    below = [np.searchsorted(np.sort(sample), values, side="right") / len(sample) for sample in (x, x_fake)]
    return np.abs(below[0] - below[1]).max()


def correlations(rows):
    """Return Pearson's correlations of the columns of rows (n, d), (d, d); 0 with a column that does not vary."""
    rows = np.asarray(rows, np.float64)
    std = rows.std(axis=0)
    scaled = (rows - rows.mean(axis=0)) / np.where(std > 0, std, 1.0)
    return scaled.T @ scaled / len(rows)


class TableProtocol:
    """Samples against real rows of a table, in any units: each column by itself, and the columns' correlations.

    Beside each number stands what real rows get: one half of them, in random order, against the other. The halves are
    fewer rows, of which a distance is larger by chance: many samples of a good generator come below it.

    Args:
        real: Array (n, d) of real rows, at least two.
        columns: Names of the columns.

    Attributes:
        headline: Where the number stands that ranks generators, of which less is better: (measure, number).

    Raises:
        ValueError: If there are fewer than two rows, or not one name for each column.

    Example:
        >>> protocol = TableProtocol(table.rows, table.columns)
        >>> protocol(model.sample(10_000, seed=0))["wasserstein"]["mean"]
    """

    headline = ("wasserstein", "mean")

    def __init__(self, real, columns):
        self.real, self.columns = np.asarray(real, np.float64), list(columns)
        if self.real.ndim != 2 or len(self.real) < 2 or self.real.shape[1] != len(self.columns):
            raise ValueError(
                f"Real rows of shape {self.real.shape} and {len(self.columns)} names were passed. Expected at least "
                "two rows, and one name for each column."
            )
        order = np.random.default_rng(0).permutation(len(self.real))
        self._of_real = self._measured(*np.array_split(self.real[order], 2))

    def __call__(self, samples, y=None):
        """Measure rows (m, d) in the units of the real ones; conditions do not change what is measured."""
        found, measures = self._measured(*check_features(self.real, samples)), {}
        for name in ("wasserstein", "kolmogorov_smirnov"):
            values = found[name]
            measures[name] = {
                "mean": float(values.mean()),
                "largest": float(values.max()),
                "largest_of": self.columns[int(values.argmax())],
                "mean_of_real": float(self._of_real[name].mean()),
                "largest_of_real": float(self._of_real[name].max()),
            }
            measures[f"{name}_of_columns"] = {c: float(v) for c, v in zip(self.columns, values, strict=True)}
        differences = found["correlation"]
        first, second = np.unravel_index(differences.argmax(), differences.shape)
        measures["correlation"] = {
            "largest_difference": float(differences.max()),
            "largest_of": f"{self.columns[first]}, {self.columns[second]}",
            "largest_of_real": float(self._of_real["correlation"].max()),
        }
        measures["real"] = {"num": len(self.real), "num_samples": len(samples)}
        return measures

    thorough = __call__

    def _measured(self, real, generated):
        distances = _distances(real, generated, self.real.std(axis=0))
        return {**distances, "correlation": np.abs(correlations(generated) - correlations(real))}
