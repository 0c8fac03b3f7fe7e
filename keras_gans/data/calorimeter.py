"""Showers of a calorimeter: CaloChallenge's files, and a simulation that needs none."""

import pathlib

import numpy as np

from keras_gans.data import shower_simulation
from keras_gans.data.calorimeter_binning import PHOTON, Binning
from keras_gans.data.shower_set import ShowerSet, check_showers
from keras_gans.files import written_beside

KEYS = ("incident_energies", "showers")


def calorimeter(paths, binning="photon"):
    """Read showers from CaloChallenge's HDF5: `incident_energies` (n, 1) and `showers` (n, voxels), both in MeV.

    Args:
        paths: A file, or several of one binning.
        binning: "photon" for that of dataset 1's photons, a `Binning`, or the path of its XML.

    Returns:
        `ShowerSet`.

    Raises:
        FileNotFoundError: If there is no file.
        ValueError: If a file is no HDF5, lacks a key, or holds voxels or energies that cannot be; names key, row and
            column.
    """
    binning = _binning_of(binning)
    paths = [paths] if isinstance(paths, str | pathlib.Path) else list(paths)
    parts = [_read(pathlib.Path(path), binning) for path in paths]
    if not parts:
        raise ValueError("No path was passed. Expected the path of an HDF5 file, or several.")
    energies, showers = (
        np.concatenate(arrays) if len(arrays) > 1 else arrays[0] for arrays in zip(*parts, strict=True)
    )
    return ShowerSet(showers, energies, binning, pathlib.Path(paths[0]).stem)


def simulated_showers(num_per_energy=4000, energies=shower_simulation.ENERGIES, seed=0, binning=PHOTON):
    """Draw photons' showers from a parametrization, with no file; see `data.shower_simulation`.

    Args:
        num_per_energy: Showers of each energy.
        energies: Incident energies in MeV, at least 100 each.
        seed: Integer; the same seed gives the same showers, each energy's by itself.
        binning: `Binning` whose layers are among those of ATLAS's barrel that have a depth there.

    Returns:
        `ShowerSet`, in the order of the energies.

    Raises:
        ValueError: If a number is out of range.
    """
    showers = np.empty((num_per_energy * len(energies), binning.num_voxels), np.float32)
    for i, energy in enumerate(energies):
        rng = np.random.default_rng([seed, round(energy * 1000)])
        rows = slice(i * num_per_energy, (i + 1) * num_per_energy)
        showers[rows] = shower_simulation.simulate(energy, num_per_energy, rng, binning)
    incident = np.repeat(np.asarray(energies, np.float32), num_per_energy)[:, None]
    return ShowerSet(showers, incident, binning, "calorimeter")


def write_showers(path, showers, energies):
    """Write showers in CaloChallenge's HDF5, compressed by gzip; the file appears whole or not at all.

    Args:
        path: File to write.
        showers: Array (n, voxels) in MeV.
        energies: Array (n, 1) in MeV.

    Raises:
        ValueError: If the two differ in length.
    """
    import h5py

    showers, energies = np.asarray(showers, np.float32), np.asarray(energies, np.float32).reshape(-1, 1)
    if len(showers) != len(energies):
        raise ValueError(f"{len(showers)} showers and {len(energies)} energies were passed. Expected one energy each.")
    with written_beside(path) as beside, h5py.File(beside, "w") as file:
        file.create_dataset("incident_energies", data=energies, compression="gzip")
        file.create_dataset("showers", data=showers, compression="gzip")


def _binning_of(binning):
    if isinstance(binning, Binning):
        return binning
    return PHOTON if binning == "photon" else Binning.from_xml(binning)


def _read(path, binning):
    """Return the energies (n, 1) and the showers (n, voxels) of a file, float32, checked."""
    import h5py

    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist. Expected an HDF5 file with {' and '.join(KEYS)}.")
    if not h5py.is_hdf5(path):
        raise ValueError(
            f"{path} is no HDF5 file. Expected CaloChallenge's layout, HDF5 with {' and '.join(KEYS)}. Was it "
            "downloaded whole?"
        )
    with h5py.File(path) as file:
        missing = [key for key in KEYS if not isinstance(file.get(key), h5py.Dataset)]
        if missing:
            raise ValueError(
                f"{path} has no {' and no '.join(missing)}, but {sorted(file) or 'nothing'}. Expected "
                f"{' and '.join(KEYS)}. Rename its data sets."
            )
        try:
            energies, showers = (file[key][()] for key in KEYS)
        except OSError as error:
            raise ValueError(f"{path} is damaged: {error}. Expected a whole file. Download it again.") from error
    try:
        check_showers(showers, energies, binning)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return energies.astype(np.float32).reshape(-1, 1), showers.astype(np.float32)
