"""ShowerSet: showers and their incident energies, in MeV at rest, scaled with labels in batches for training."""

import functools

import numpy as np
import tensorflow as tf

from keras_gans.checks import check_integer_from
from keras_gans.data.passes import check_enough, chosen, endless_passes, passes
from keras_gans.shower_units import ShowerUnits


class ShowerSet:
    """Showers of one binning: energies of voxels in MeV at rest, what a network makes of them in batches.

    Args:
        showers: Array (n, voxels) in MeV, none negative. It is not copied if it is float32.
        energies: Incident energies in MeV, array (n, 1) or (n,), above 0, of at least two values.
        binning: `Binning` of the voxels.
        name: Name for reports.

    Attributes:
        showers: float32 array (n, voxels), read-only.
        energies: float32 array (n, 1).
        binning: The binning.
        units: `ShowerUnits` of these showers, for `model.in_units`.

    Raises:
        ValueError: If shapes or counts do not fit, or an energy cannot be; names row and column.

    Example:
        >>> showers = keras_gans.data.simulated_showers()
        >>> model.in_units(showers.units)
        >>> model.fit(showers.batches(model.n_critic * 128), epochs=10)
        >>> model.sample(1000, y=[65536.0])  # MeV
    """

    def __init__(self, showers, energies, binning, name="showers"):
        showers, energies = np.asanyarray(showers), np.asanyarray(energies)
        check_showers(showers, energies, binning)
        self.showers = showers.astype(np.float32, copy=False).view()
        self.showers.flags.writeable = False
        self.energies = energies.astype(np.float32).reshape(-1, 1)
        self.binning, self.name = binning, name
        self.units = ShowerUnits.of(self.showers, self.energies, binning.sizes)

    def __len__(self):
        return len(self.showers)

    def __repr__(self):
        points = len(np.unique(self.energies))
        low, high = self.energies.min(), self.energies.max()
        return (
            f"ShowerSet({self.name!r}, {len(self)} showers of {self.binning.num_voxels} voxels in "
            f"{len(self.binning.layers)} layers, {points} energies from {low:g} to {high:g} MeV)"
        )

    @property
    def sample_shape(self):
        """Shape of one shower, (voxels,)."""
        return (self.binning.num_voxels,)

    @property
    def conditions(self):
        """The incident energies in MeV, float32 (n, 1)."""
        return self.energies

    def sample(self, num, seed=None):
        """Draw showers, none of them twice.

        Args:
            num: Number of showers, from 1 to the size of the set.
            seed: Integer; the same seed gives the same showers. None draws afresh.

        Returns:
            float32 array (num, voxels) in MeV.

        Raises:
            ValueError: If `num` is out of that range.
        """
        return self.showers[chosen(self, "showers", num, seed)]

    def sample_conditions(self, num, seed):
        """Return the energies (num, 1) of the showers that `sample` draws with this seed; arguments as there."""
        return self.energies[chosen(self, "showers", num, seed)]

    def batches(self, batch_size, seed=0):
        """Return batches for training: one pass over the showers per iteration, each in a new order.

        The last showers of a pass that do not fill a batch are left out of it.

        Args:
            batch_size: Showers per batch. A model takes `n_critic * m` at once.
            seed: Integer; two datasets of one seed give the same orders, pass after pass.

        Returns:
            `tf.data.Dataset` of (x, y): x float32 (batch_size, units.num_scaled), y their labels, float32
            (batch_size, 1).

        Raises:
            ValueError: If `batch_size` is no integer from 1 up, or above the number of showers.
        """
        check_enough(self, "showers", batch_size=batch_size)
        return self._gathered(passes(len(self), batch_size, seed))

    def stream(self, batch_size, seed=0, start=0):
        """Return endless batches for training, pass after pass over the showers, each in a new order.

        Batch i is a function of (seed, i) alone: a run that was stopped goes on with the data it would have seen, by
        `start=model.step`.

        Args:
            batch_size: As in `batches`.
            seed: Integer.
            start: Number of the first batch.

        Returns:
            `tf.data.Dataset` as that of `batches`, without an end.

        Raises:
            ValueError: As `batches`; or if `start` is no integer from 0 up.
        """
        check_integer_from(0, start=start)
        check_enough(self, "showers", batch_size=batch_size)
        return self._gathered(endless_passes(len(self), batch_size, seed, start))

    def _gathered(self, indices):
        x, y = self._tensors
        gather = lambda i: (tf.gather(x, i), tf.gather(y, i))  # noqa: E731
        return indices.map(gather, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)

    @functools.cached_property
    def _tensors(self):
        """Scaled showers and labels, on the CPU, where tf.data gathers."""
        with tf.device("CPU:0"):
            return (
                tf.constant(self.units.scaled(self.showers, self.energies)),
                tf.constant(self.units.label(self.energies)),
            )


def check_showers(showers, energies, binning):
    """Refuse showers that cannot be.

    Args:
        showers: Array (n, voxels).
        energies: Array (n, 1) or (n,).
        binning: `Binning` that they should have.

    Raises:
        ValueError: If shapes or counts do not fit, or an energy is negative, 0 where it is incident, or not finite;
            names row and column.
    """
    if showers.ndim != 2 or showers.shape[1] != binning.num_voxels:
        raise ValueError(
            f"`showers` of shape {showers.shape} were passed. Expected (n, {binning.num_voxels}), the voxels of "
            f"{binning!r}. Pass the binning of these showers, such as the path of its XML."
        )
    if energies.shape not in ((len(showers), 1), (len(showers),)) or not len(showers):
        raise ValueError(
            f"`incident_energies` of shape {energies.shape} were passed for `showers` of shape {showers.shape}. "
            f"Expected one energy for each shower, ({len(showers)}, 1), and at least one shower."
        )
    energies = energies.reshape(-1, 1)
    for name, values, is_wrong, expected in (
        ("incident_energies", energies, lambda x: ~(np.isfinite(x) & (x > 0)), "finite energies in MeV, above 0"),
        ("showers", showers, lambda x: ~(np.isfinite(x) & (x >= 0)), "finite energies in MeV, none negative"),
    ):
        if values.dtype.kind not in "fiu":
            raise ValueError(f"`{name}` of dtype {values.dtype} were passed. Expected {expected}.")
        wrong = is_wrong(values)
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            raise ValueError(
                f"`{name}` holds {values[row, column]} in row {row}, column {column}, and {wrong.sum() - 1} more like "
                f"it. Expected {expected}. Remove or repair these showers."
            )
