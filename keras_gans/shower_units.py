"""ShowerUnits: showers as a network makes them, in shares and numbers near 1, and in MeV."""

import keras
import numpy as np
from keras import ops

from keras_gans.units import Units

MOST_KNOTS = 16  # of the mean response as a function of the energy


@keras.saving.register_keras_serializable(package="keras_gans")
class ShowerUnits(Units):
    """Showers of a calorimeter: voxels in MeV, and their incident energy E in MeV as the condition.

    What a network makes are u = [the root of each voxel's share of its layer, the fourth root of each layer's share of
    the shower, (R - m) / s], where R is the response, all energy over E, and m and s are its mean and standard
    deviation in the data, as functions of the label. The label is log(E / E_min) / log(E_max / E_min). Roots, because
    shares go over many orders of magnitude, and the Euclidean distance of roots, Hellinger's, is what a critic is held
    to; of layers fourth roots, for one of a thousandth of the energy is to be seen beside the others. What is below 0
    counts as 0, and shares are brought to sum 1: no voxel is negative.

    Args:
        sizes: Voxels of each layer.
        energy_min: E of label 0, in MeV.
        energy_max: E of label 1, in MeV, above `energy_min`.
        labels: Labels at which m and s are known, in rising order; between them both are linear, beyond them constant.
        response_mean: m at those labels.
        response_std: s at those labels, above 0.

    Raises:
        ValueError: If a number is out of its range, or lengths differ.

    Example:
        >>> units = data.calorimeter("dataset_1_photons_1.hdf5").units
        >>> model.in_units(units)
        >>> model.sample(1000, y=[65536.0])  # MeV
    """

    def __init__(self, sizes, energy_min, energy_max, labels, response_mean, response_std):
        self.sizes = [int(size) for size in sizes]
        self.energy_min, self.energy_max = float(energy_min), float(energy_max)
        self.labels, self.response_mean, self.response_std = (
            np.array(numbers, np.float64) for numbers in (labels, response_mean, response_std)
        )
        if not self.sizes or min(self.sizes) < 1 or not 0 < self.energy_min < self.energy_max < np.inf:
            raise ValueError(
                f"sizes={self.sizes}, energy_min={energy_min}, energy_max={energy_max} were passed. Expected at least "
                "one layer with voxels, and two energies in MeV, 0 < energy_min < energy_max."
            )
        lengths = {array.shape for array in (self.labels, self.response_mean, self.response_std)}
        if len(lengths) > 1 or self.labels.ndim != 1 or not self.labels.size or (np.diff(self.labels) <= 0).any():
            raise ValueError(f"Labels of shapes {lengths} were passed. Expected rising labels, and m and s for each.")
        if not (self.response_std > 0).all() or not np.isfinite(self.response_mean).all():
            raise ValueError("A response_std of 0 or less, or an infinite mean, was passed. Expected s above 0.")

    @classmethod
    def of(cls, showers, energies, sizes):
        """Return the units of a set of showers, with their mean response at each energy, or at `MOST_KNOTS` ranges.

        Args:
            showers: Array (n, voxels) in MeV.
            energies: Array (n, 1) in MeV, of at least two values.
            sizes: Voxels of each layer.

        Raises:
            ValueError: If there is one energy alone, or the response does not vary at one of them.
        """
        energies = np.asarray(energies, np.float64).ravel()
        points, group = np.unique(energies, return_inverse=True)
        if len(points) < 2:
            raise ValueError(
                f"Showers of {points[0]:g} MeV alone were passed. Expected at least two incident energies, of which a "
                "network is told."
            )
        if len(points) > MOST_KNOTS:
            edges = np.quantile(energies, np.linspace(0, 1, MOST_KNOTS + 1)[1:-1])
            group = np.searchsorted(edges, energies, side="right")
        response = np.asarray(showers).sum(axis=1, dtype=np.float64) / energies
        label = np.log(energies / points[0]) / np.log(points[-1] / points[0])
        used = np.unique(group)
        means, stds, labels = (
            [float(f(values[group == k])) for k in used]
            for f, values in ((np.mean, response), (np.std, response), (np.mean, label))
        )
        return cls(sizes, points[0], points[-1], labels, means, stds)

    @property
    def num_voxels(self):
        """Voxels of a shower."""
        return sum(self.sizes)

    @property
    def num_scaled(self):
        """Numbers that a network makes of a shower: voxels, layers, and the response."""
        return self.num_voxels + len(self.sizes) + 1

    def label(self, energies):
        """Return the labels of incident energies in MeV, float32, of the same shape."""
        energies = np.asarray(energies, np.float64)
        return (np.log(energies / self.energy_min) / np.log(self.energy_max / self.energy_min)).astype(np.float32)

    def scaled(self, showers, energies):
        """Return showers as a network makes them.

        Args:
            showers: Array (n, voxels) in MeV, none negative.
            energies: Array (n, 1) in MeV.

        Returns:
            float32 array (n, num_scaled).
        """
        showers, energies = np.asarray(showers, np.float32), np.asarray(energies, np.float64)
        ends = np.cumsum(self.sizes)
        layers = np.stack(
            [showers[:, end - size : end].sum(1, dtype=np.float64) for size, end in zip(self.sizes, ends, strict=True)],
            axis=1,
        )
        total = layers.sum(axis=1, keepdims=True)
        label = np.log(energies / self.energy_min) / np.log(self.energy_max / self.energy_min)
        mean, std = (np.interp(label, self.labels, values) for values in (self.response_mean, self.response_std))
        of_layer = np.repeat(np.where(layers > 0, layers, 1.0), self.sizes, axis=1)
        shares = layers / np.where(total > 0, total, 1.0)
        roots = np.concatenate([np.sqrt(showers / of_layer), shares**0.25], axis=1)
        return np.concatenate([roots, (total / energies - mean) / std], 1, dtype=np.float32)

    def serve(self, generator):
        """Return the generator from [z, E in MeV] to voxels in MeV; see `Units.serve`."""
        shapes = [tuple(tensor.shape[1:]) for tensor in (*generator.inputs, *generator.outputs)]
        if shapes[1:] != [(1,), (self.num_scaled,)]:
            raise ValueError(
                f"Units of {self.num_voxels} voxels in {len(self.sizes)} layers were passed for a generator of shapes "
                f"{shapes}. Expected inputs z and y, (1,), and an output ({self.num_scaled},): roots of the shares of "
                "voxels and layers, response. Build it with networks.shower_generator(latent_dim, "
                f"{self.sizes})."
            )
        z, energy = keras.Input(shapes[0], name="z"), keras.Input((1,), name="y")
        label = EnergyLabel(self.energy_min, self.energy_max)(energy)
        voxels = ShowerVoxels(self.sizes, self.labels.tolist(), self.response_mean.tolist(), self.response_std.tolist())
        showers = voxels([generator([z, label]), energy, label])
        return keras.Model([z, energy], showers, name=f"{generator.name}_in_units")

    def describe(self):
        """Return the units' names, the range of energies and the voxels of each layer."""
        return {
            "units": "MeV",
            "condition": "incident energy in MeV",
            "energy_range": [self.energy_min, self.energy_max],
            "layers": self.sizes,
            "num_classes": None,
        }

    def spread(self, samples):
        """Return the energy of each shower, (m, 1), and at least 1 MeV: what differences are measured by."""
        return np.maximum(np.sum(samples, axis=1, keepdims=True), 1.0)

    spread_name = "energy of each shower"

    def draw_conditions(self, num):
        """Return energies from the least to the greatest, evenly spaced by their logarithms, float32 (num, 1)."""
        return np.geomspace(self.energy_min, self.energy_max, num, dtype=np.float32)[:, None]

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            "sizes": self.sizes,
            "energy_min": self.energy_min,
            "energy_max": self.energy_max,
            "labels": self.labels.tolist(),
            "response_mean": self.response_mean.tolist(),
            "response_std": self.response_std.tolist(),
        }


@keras.saving.register_keras_serializable(package="keras_gans")
class EnergyLabel(keras.layers.Layer):
    """log(E / energy_min) / log(energy_max / energy_min) of energies (m, 1), in float32, whatever the policy.

    Args:
        energy_min: E of label 0.
        energy_max: E of label 1.
        **kwargs: Those of every Keras layer.
    """

    def __init__(self, energy_min, energy_max, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.energy_min, self.energy_max = energy_min, energy_max

    def call(self, energy):
        """Return the labels (m, 1)."""
        return ops.log(energy / self.energy_min) / float(np.log(self.energy_max / self.energy_min))

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "energy_min": self.energy_min, "energy_max": self.energy_max}


@keras.saving.register_keras_serializable(package="keras_gans")
class ShowerVoxels(keras.layers.Layer):
    """Voxels (m, voxels) in the unit of the energies, of [scaled showers, energies, labels]; see `ShowerUnits`.

    Args:
        sizes: Voxels of each layer.
        labels: Labels at which the response is known.
        response_mean: Its mean there.
        response_std: Its standard deviation there.
        **kwargs: Those of every Keras layer.
    """

    def __init__(self, sizes, labels, response_mean, response_std, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.sizes, self.labels = list(sizes), list(labels)
        self.response_mean, self.response_std = list(response_mean), list(response_std)

    def call(self, inputs):
        """Return the voxels."""
        scaled, energy, label = inputs
        num = sum(self.sizes)
        member = ops.convert_to_tensor(np.repeat(np.eye(len(self.sizes)), self.sizes, axis=0), "float32")
        voxels, shares = (ops.square(ops.relu(roots)) for roots in (scaled[:, :num], scaled[:, num:-1]))
        shares = ops.square(shares)
        of_layer = ops.matmul(voxels, member)
        shares = ops.where(of_layer > 0, shares, 0.0)  # of no voxel there is no energy
        mean, std = (_piecewise_linear(label, self.labels, v) for v in (self.response_mean, self.response_std))
        response = ops.relu(mean + std * scaled[:, -1:])
        layers = shares / ops.maximum(ops.sum(shares, axis=1, keepdims=True), 1e-9) * response * energy
        return voxels * ops.matmul(layers / ops.maximum(of_layer, 1e-9), ops.transpose(member))

    def compute_output_shape(self, input_shapes):
        """Return (m, voxels)."""
        return (input_shapes[0][0], sum(self.sizes))

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "sizes": self.sizes,
            "labels": self.labels,
            "response_mean": self.response_mean,
            "response_std": self.response_std,
        }


def _piecewise_linear(x, knots, values):
    """Return the function through (knots, values) at x, linear between them and constant beyond, by ReLUs."""
    slopes = np.diff(values) / np.diff(knots)
    y = float(values[0])
    for start, end, slope in zip(knots[:-1], knots[1:], slopes, strict=True):
        y = y + float(slope) * (ops.relu(x - float(start)) - ops.relu(x - float(end)))
    return y + ops.zeros_like(x)
