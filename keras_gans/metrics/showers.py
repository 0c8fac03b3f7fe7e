"""Showers of a calorimeter: the energy response at each incident energy, and where in its layers the energy lies."""

import functools

import numpy as np

from keras_gans.metrics.arguments import check_count, check_features

BINS = 30  # of the histograms of the response, for each energy
SPREADS = 3.0  # standard deviations of the real response to either side of its mean that these cover
FEATURE_BINS = 50
MOST_POINTS = 15  # ranges that energies are sorted into, where they are no few points


def two_sample_chi2(real, generated):
    """Return the chi-square of two histograms of counts, each with a scale of its own.

    sum (W1 y2 - W2 y1)^2 / (W1^2 s2^2 + W2^2 s1^2) with W the sum of a histogram, y its bins and s^2 = y their
    variances: the homogeneity test of Gagunashvili 2006, arXiv:physics/0605123, for unweighted histograms.

    Args:
        real: Counts (bins,).
        generated: Counts (bins,).

    Returns:
        Dict with `chi2` and `ndf`, the bins that are not empty in both, less one.

    Raises:
        ValueError: If the two differ in shape, or one is empty.
    """
    y1, y2 = np.asarray(real, np.float64), np.asarray(generated, np.float64)
    if y1.ndim != 1 or y1.shape != y2.shape or not y1.sum() > 0 or not y2.sum() > 0:
        raise ValueError(
            f"Histograms of shapes {y1.shape} and {y2.shape} with sums {y1.sum():g} and {y2.sum():g} were passed. "
            "Expected counts in the same bins, of at least one sample each."
        )
    W1, W2 = y1.sum(), y2.sum()
    used = y1 + y2 > 0
    y1, y2 = y1[used], y2[used]
    return {"chi2": float(np.sum((W1 * y2 - W2 * y1) ** 2 / (W1**2 * y2 + W2**2 * y1))), "ndf": int(used.sum()) - 1}


def chi2_per_ndf(real, generated):
    """Return `two_sample_chi2` over its degrees of freedom; 0 of histograms that lie in one and the same bin.

    Args:
        real: Counts (bins,).
        generated: Counts (bins,).
    """
    found = two_sample_chi2(real, generated)
    return found["chi2"] / max(found["ndf"], 1)


def separation_power(real, generated):
    """Return 1/2 sum (h1 - h2)^2 / (h1 + h2) of two histograms of sum 1: 0 for equal ones, 1 for disjoint ones.

    Diefenbacher et al. 2020, "DCTRGAN", arXiv:2009.03796; CaloChallenge's measure of its observables.

    Args:
        real: Counts (bins,).
        generated: Counts (bins,).

    Raises:
        ValueError: If the two differ in shape, or one is empty.
    """
    h1, h2 = np.asarray(real, np.float64), np.asarray(generated, np.float64)
    if h1.ndim != 1 or h1.shape != h2.shape or not h1.sum() > 0 or not h2.sum() > 0:
        raise ValueError(f"Histograms of shapes {h1.shape} and {h2.shape} were passed. Expected counts in equal bins.")
    h1, h2 = h1 / h1.sum(), h2 / h2.sum()
    used = h1 + h2 > 0
    return float(np.sum((h1 - h2)[used] ** 2 / (h1 + h2)[used]) / 2)


def histogram(values, edges):
    """Return the counts of values between edges, those beyond in the outermost bins."""
    return np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]


def response_edges(real, bins=BINS):
    """Return the edges of a histogram of responses: of `bins` bins over `SPREADS` deviations about the real mean."""
    mean, std = np.mean(real, dtype=np.float64), max(np.std(real, dtype=np.float64), 1e-9)
    return mean + std * np.linspace(-SPREADS, SPREADS, bins + 1)


def energy_ranges(energies):
    """Return inner edges that sort energies into points, or into `MOST_POINTS` ranges where there are more.

    Args:
        energies: Array (n, 1) or (n,).

    Returns:
        float64 array: the geometric means of neighbouring points, or quantiles.
    """
    points = np.unique(np.asarray(energies, np.float64))
    if len(points) <= 2 * MOST_POINTS:
        return np.sqrt(points[:-1] * points[1:])
    return np.quantile(np.asarray(energies, np.float64), np.linspace(0, 1, MOST_POINTS + 1)[1:-1])


def shower_features(showers, binning):
    """Return what is looked at in each layer of showers.

    Centres and widths are energy-weighted means and standard deviations of the voxels' centres, as CaloChallenge has
    them; in eta and phi, r cos(alpha) and r sin(alpha) in mm, where a layer is cut in alpha, and else in r. Of a layer
    without energy both are 0.

    Args:
        showers: Array (n, voxels).
        binning: `data.Binning`.

    Returns:
        Dict from (layer's number, name) to float64 array (n,); the names are `energy`, `centre_eta`, `width_eta`,
        `centre_phi`, `width_phi`, `centre_r` and `width_r`.
    """
    features = {}
    for layer, part in zip(binning.layers, binning.parts(), strict=True):
        voxels = np.asarray(showers[:, part], np.float64)
        energy = voxels.sum(axis=1)
        features[layer.number, "energy"] = energy
        r, alpha = layer.centres()
        places = {"r": r} if layer.num_alpha == 1 else {"eta": r * np.cos(alpha), "phi": r * np.sin(alpha)}
        divisor = np.where(energy > 0, energy, 1.0)
        for name, place in places.items():
            centre = voxels @ place / divisor
            features[layer.number, f"centre_{name}"] = centre
            features[layer.number, f"width_{name}"] = np.sqrt(np.maximum(voxels @ place**2 / divisor - centre**2, 0.0))
    return features


class ShowerProtocol:
    """Generated showers against real ones, energy by energy.

    The headline is that by which ATLAS chooses among its networks (ATL-SOFT-PUB-2020-006): the chi-square of the total
    energy's histograms over its degrees of freedom, summed over the incident energies. Two sets of real showers have
    about 1.

    Args:
        real: Real showers, array (n, voxels) in MeV.
        energies: Their incident energies in MeV, array (n, 1).
        binning: `data.Binning` of the voxels.
        split: What the real showers are, for the record.
        num_samples: Showers that it is to be called with; as many as are real when None.

    Attributes:
        headline: Where the number stands that ranks generators, of which less is better: (measure, number).
        num_samples: Showers that it is to be called with.

    Raises:
        ValueError: If an energy has fewer than two real showers.

    Example:
        >>> protocol = ShowerProtocol(showers.showers, showers.energies, showers.binning)
        >>> protocol(model.sample(len(showers), y=showers.energies), showers.energies)["response"]["chi2_per_ndf"]
    """

    headline = ("response", "chi2_per_ndf")

    def __init__(self, real, energies, binning, split=None, num_samples=None):
        self.binning, self.split = binning, split
        self.real, self.energies = np.asarray(real), np.asarray(energies, np.float64).reshape(-1, 1)
        self.num_samples = check_count("num_samples", len(self.real) if num_samples is None else num_samples)
        self._inner = energy_ranges(self.energies)
        self._responses = [self._response(self.real, self.energies, rows) for rows in self._rows(self.energies)]
        if min(map(len, self._responses)) < 2:
            raise ValueError("An incident energy has one real shower alone. Expected at least two of each.")

    def __call__(self, samples, y=None):
        """Measure the total energy of showers (m, voxels) that were asked for by incident energies y (m, 1), in MeV."""
        samples, y = self._checked(samples, y)
        chi2 = ndf = 0
        points = []
        for rows, rows_real, real in zip(self._rows(y), self._rows(self.energies), self._responses, strict=True):
            if not rows.any():
                continue
            made, edges = self._response(samples, y, rows), response_edges(real)
            found = two_sample_chi2(histogram(real, edges), histogram(made, edges))
            chi2, ndf = chi2 + found["chi2"], ndf + found["ndf"]
            points.append(
                {
                    "energy": float(np.exp(np.log(self.energies[rows_real]).mean())),
                    "real_mean": float(real.mean()),
                    "mean": float(made.mean()),
                    "real_std": float(real.std()),
                    "std": float(made.std()),
                    **found,
                    "num_samples": int(rows.sum()),
                }
            )
        return {
            "response": {
                "chi2_per_ndf": chi2 / max(ndf, 1),
                "chi2": chi2,
                "ndf": ndf,
                "largest_shift": max(abs(point["mean"] / point["real_mean"] - 1) for point in points),
                "energies": points,
            },
            "real": {"split": self.split, "num_real": len(self.real)},
        }

    def thorough(self, samples, y=None):
        """Measure as a call does, and add how the histograms of what `shower_features` finds in each layer compare.

        `separation` has their separation powers, all energies together; `layers` the chi-square over its degrees of
        freedom at each energy.
        """
        powers = {
            f"layer_{layer}_{name}": separation_power(real, made)
            for (layer, name), (_, real, made) in self.feature_histograms(samples, y).items()
        }
        by_energy = self.feature_histograms_by_energy(samples, y)
        chi2 = {}
        for panels in by_energy.values():
            for (layer, name), (_, real, made) in panels.items():
                chi2.setdefault(f"layer_{layer}_{name}", []).append(chi2_per_ndf(real, made))
        return {
            **self(samples, y),
            "separation": {"mean": float(np.mean(list(powers.values()))), **powers},
            "layers": {"median": float(np.median(list(chi2.values()))), "energies": list(by_energy), **chi2},
        }

    def response_histograms(self, samples, y):
        """Return what `pictures.shower_histograms` draws of the response: a panel for each incident energy."""
        samples, y = self._checked(samples, y)
        panels = {}
        for rows, rows_real, real in zip(self._rows(y), self._rows(self.energies), self._responses, strict=True):
            if rows.any():
                edges = response_edges(real)
                counts = histogram(real, edges), histogram(self._response(samples, y, rows), edges)
                panels[self._title(rows_real)] = (edges, *counts)
        return panels

    def feature_histograms(self, samples, y):
        """Return what `pictures.shower_histograms` draws of each layer: energy over E, centres and widths in mm."""
        samples, y = self._checked(samples, y)
        made = self._features_of(samples, y)
        return {key: _histograms(real, made[key]) for key, real in self._features.items()}

    def feature_histograms_by_energy(self, samples, y):
        """Return the same of each incident energy: a dict of such dicts, by the energy's title."""
        samples, y = self._checked(samples, y)
        made, by_energy = self._features_of(samples, y), {}
        for rows, rows_real in zip(self._rows(y), self._rows(self.energies), strict=True):
            if rows.any():
                by_energy[self._title(rows_real)] = {
                    key: _histograms(real[rows_real], made[key][rows]) for key, real in self._features.items()
                }
        return by_energy

    @functools.cached_property
    def _features(self):
        return self._features_of(self.real, self.energies)

    def _features_of(self, showers, energies):
        features = shower_features(showers, self.binning)
        return {(layer, name): v / energies.ravel() if name == "energy" else v for (layer, name), v in features.items()}

    def _title(self, rows_real):
        return f"{np.exp(np.log(self.energies[rows_real]).mean()) / 1000:.4g} GeV"

    def _rows(self, energies):
        point = np.searchsorted(self._inner, energies.ravel())
        return [point == k for k in range(len(self._inner) + 1)]

    @staticmethod
    def _response(showers, energies, rows):
        return showers[rows].sum(axis=1, dtype=np.float64) / energies[rows, 0]

    def _checked(self, samples, y):
        if y is None:
            raise ValueError("y=None was passed. Expected the incident energies that the showers were asked for by.")
        _, samples = check_features(self.real[:1], samples)
        y = np.asarray(y, np.float64).reshape(-1, 1)
        if len(y) != len(samples):
            raise ValueError(f"{len(samples)} showers and {len(y)} energies were passed. Expected one energy each.")
        return samples, y


def _histograms(real, made):
    low, high = np.quantile(real, [0.001, 0.999])
    edges = np.linspace(low, max(high, low + 1e-9), FEATURE_BINS + 1)
    return edges, histogram(real, edges), histogram(made, edges)
