"""What the command does with showers of a calorimeter, where it differs from images."""

import numpy as np

import keras_gans as kg
from keras_gans import callbacks, pictures
from keras_gans.data.named import SHOWERS
from keras_gans_cli import conditions

SEED = 0
NUM_SEEN = 256  # that a model's health is looked at with
NUM_ENERGIES = 15  # as many as CaloChallenge has: powers of two
ENDINGS = (".hdf5", ".h5")


def protocol_for(name, showers):
    """Return the protocol of showers: against held-out ones of the simulation, or against a file's own.

    Args:
        name: Name of the data, as on the command line.
        showers: `ShowerSet` that is trained on.
    """
    split = "the file's"
    if name == SHOWERS:
        showers, split = kg.data.simulated_showers(seed=1), "held-out"
    return kg.metrics.ShowerProtocol(showers.showers, showers.energies, showers.binning, split)


def callbacks_of(showers, protocol, directory, steps):
    """Return two lists of callbacks: that which looks at a model's health, those that draw and measure its showers."""
    num = min(NUM_SEEN, len(showers))
    x, y = showers.sample(num, seed=SEED), showers.sample_conditions(num, seed=SEED)
    seen = showers.units.scaled(x, y), showers.units.label(y)
    energies = conditions.like_the_data(showers, protocol.num_samples)
    return [callbacks.HealthCheck(seen)], [
        callbacks.ShowerPictures(protocol, directory / "samples", max(1, steps // 10), energies),
        callbacks.EvaluateGenerator(protocol, directory, max(1, steps // 5), protocol.num_samples, y=energies),
    ]


def take_pictures(model, protocol, directory):
    """Draw response, layers and mean showers, generated beside real."""
    y = protocol.energies
    showers = model.sample(len(y), y=y, seed=SEED)
    pictures.shower_histograms(protocol.response_histograms(showers, y), directory / "response.png")
    pictures.shower_histograms(_titled(protocol.feature_histograms(showers, y)), directory / "layers.png", ratio=False)
    for energy, panels in protocol.feature_histograms_by_energy(showers, y).items():
        path = directory / "layers" / f"{energy.replace(' ', '_')}.png"
        pictures.shower_histograms(_titled(panels), path)
    pictures.mean_showers(protocol.binning, protocol.real, showers, directory / "mean_showers.png")


def _titled(panels):
    """Name panels of histograms by layer, what they are of, its unit, and the chi-square over degrees of freedom."""
    title = lambda layer, name: f"layer {layer}, {name.replace('_', ' ')} {'/ E' if name == 'energy' else 'in mm'}"  # noqa: E731
    chi2 = lambda panel: kg.metrics.chi2_per_ndf(*panel[1:])  # noqa: E731
    return {f"{title(*key)}: χ²/ndf {chi2(panel):.3g}": panel for key, panel in panels.items()}


def asked(energies, num, energy_range, captions=()):
    """Return `num` incident energies, float32 (num, 1) in MeV, that go through those asked for in turn.

    Args:
        energies: Numbers in MeV, as text; or empty for `NUM_ENERGIES` over the whole range.
        num: How many.
        energy_range: Least and greatest energy of the training data, in MeV.
        captions: What was asked for by caption, which must be empty.

    Raises:
        ValueError: If an energy is no number within the range, or there are captions.
    """
    if captions:
        raise ValueError(f"--caption {captions[0]!r} was passed to a generator of showers. Expected --y, in MeV.")
    low, high = energy_range
    numbers = list(np.geomspace(low, high, NUM_ENERGIES))
    if energies:
        try:
            numbers = [float(text) for text in energies]
        except ValueError:
            numbers = [-1.0]
    if not all(low <= number <= high for number in np.round(numbers, 3)):
        raise ValueError(
            f"--y {' '.join(energies)} was passed. Expected incident energies in MeV, from {low:g} to {high:g}, those "
            "of the training data, such as --y 65536."
        )
    return np.resize(np.array(numbers, np.float32), (num, 1))
