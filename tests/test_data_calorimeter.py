"""Showers: binning and files in CaloChallenge's form, batches, and the simulation against its closed forms."""

import h5py
import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from keras_gans import data
from keras_gans.data import shower_simulation
from keras_gans.data.calorimeter_binning import PHOTON, Layer

# As CaloChallenge writes them: absent layers have one edge.
XML = """<Bins>
   <Bin pid="211" etaMin="0" etaMax="130" name="pion">
      <Layer id="0" r_edges="0,5,10" n_bin_alpha="1" />
      <Layer id="1" r_edges="0,1,4,10,15" n_bin_alpha="3"/>
      <Layer id="2" r_edges="0" n_bin_alpha="1" />
      <Layer id="12" r_edges="0,100" n_bin_alpha="1" />
   </Bin>
</Bins>"""
SMALL = data.Binning([Layer(1, (0, 2, 10), 2), Layer(2, (0, 5, 400))])
PHOTON_ENERGIES = (256.0, 65536.0)


def small_showers(num=40, seed=0):
    return data.simulated_showers(num, PHOTON_ENERGIES, seed, SMALL)


def test_the_photons_binning_is_calochallenges():
    assert PHOTON.num_voxels == 368
    assert PHOTON.numbers == [0, 1, 2, 3, 12]
    assert [layer.num_r for layer in PHOTON.layers] == [8, 16, 19, 5, 5]
    assert [layer.num_alpha for layer in PHOTON.layers] == [1, 10, 10, 1, 1]
    assert PHOTON.parts() == [slice(0, 8), slice(8, 168), slice(168, 358), slice(358, 363), slice(363, 368)]


def test_voxels_go_by_r_then_alpha_then_layer():
    r, alpha = Layer(1, (0, 2, 10), 4).centres()
    np.testing.assert_array_equal(r, [1, 6, 1, 6, 1, 6, 1, 6])
    np.testing.assert_allclose(alpha, np.repeat([-0.75, -0.25, 0.25, 0.75], 2) * np.pi)
    sums = SMALL.layer_sums(np.arange(12.0).reshape(2, 6))
    np.testing.assert_array_equal(sums, [[6, 9], [30, 21]])


def test_a_binning_is_read_and_written(tmp_path):
    path = tmp_path / "binning.xml"
    path.write_text(XML)
    binning = data.Binning.from_xml(path)
    assert binning.numbers == [0, 1, 12]
    assert binning.sizes == [2, 12, 1]
    assert binning.layers[1].r_edges == (0, 1, 4, 10, 15)
    assert (binning.particle, binning.pid) == ("pion", 211)
    path.write_text(binning.to_xml())
    assert data.Binning.from_xml(path, "pion") == binning
    with pytest.raises(ValueError, match="holds the particles 'pion', 'photon' was asked for"):
        data.Binning.from_xml(path, "photon")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<Bins><Bin", "cannot be read as a binning"),
        ("<Bins/>", "holds the particles none"),
        (XML.replace("0,1,4,10,15", "0,4,1"), "layer 1. Expected edges"),
        (XML.replace("0,1,4,10,15", "1,4"), "begin at 0"),
        (XML.replace('n_bin_alpha="3"', 'n_bin_alpha="0"'), "num_alpha=0"),
        (XML.replace('id="12"', 'id="1"'), "in the order of their numbers"),
        (XML.replace('r_edges="0,5,10"', ""), "Expected CaloChallenge's binning"),
    ],
)
def test_a_binning_refuses(tmp_path, text, message):
    path = tmp_path / "binning.xml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        data.Binning.from_xml(path)


def test_showers_are_written_and_read(tmp_path):
    showers = small_showers()
    path = tmp_path / "showers.hdf5"
    data.write_showers(path, showers.showers, showers.energies)
    with h5py.File(path) as file:  # what CaloChallenge's own readers find
        assert file["showers"].shape == (80, 6)
        assert file["incident_energies"].shape == (80, 1)
        assert file["showers"].compression == "gzip"
    (tmp_path / "small.xml").write_text(SMALL.to_xml())
    again = data.calorimeter(path, tmp_path / "small.xml")
    np.testing.assert_array_equal(again.showers, showers.showers)
    np.testing.assert_array_equal(again.energies, showers.energies)
    both = data.calorimeter([path, path], SMALL)
    assert len(both) == 160
    assert repr(both) == "ShowerSet('showers', 160 showers of 6 voxels in 2 layers, 2 energies from 256 to 65536 MeV)"
    with pytest.raises(ValueError, match="80 showers and 79 energies"):
        data.write_showers(path, showers.showers, showers.energies[:-1])
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda a: a.pop("showers"),
            "has no showers, but .'incident_energies'.*Expected incident_energies and showers",
        ),
        (lambda a: a.update(showers=a["showers"][:, :5]), r"`showers` of shape \(80, 5\).*Expected \(n, 6\)"),
        (lambda a: a.update(showers=a["showers"][:-1]), r"`incident_energies` of shape \(80, 1\)"),
        (lambda a: a["showers"].__setitem__((7, 3), -1), "`showers` holds -1.0 in row 7, column 3, and 0 more"),
        (lambda a: a["showers"].__setitem__((7, 3), np.nan), "`showers` holds nan in row 7, column 3"),
        (lambda a: a["incident_energies"].__setitem__(5, 0), "`incident_energies` holds 0.0 in row 5, column 0"),
        (lambda a: a["incident_energies"].__setitem__(slice(None), 9), "Showers of 9 MeV alone"),
        (lambda a: a.update(showers=np.full((80, 6), b"x")), "`showers` of dtype"),
    ],
)
def test_a_file_of_showers_is_refused_in_words(tmp_path, change, message):
    showers = small_showers()
    arrays = {"showers": showers.showers.copy(), "incident_energies": showers.energies.copy()}
    change(arrays)
    path = tmp_path / "showers.hdf5"
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array
    with pytest.raises(ValueError, match=message):
        data.calorimeter(path, SMALL)


def test_what_is_no_file_of_showers_is_refused(tmp_path):
    path = tmp_path / "showers.hdf5"
    with pytest.raises(FileNotFoundError, match="does not exist"):
        data.calorimeter(path)
    path.write_text("incident_energies")
    with pytest.raises(ValueError, match="is no HDF5 file"):
        data.calorimeter(path)
    with pytest.raises(ValueError, match="No path"):
        data.calorimeter([])


def test_batches_are_scaled_and_streams_go_on():
    showers = small_showers()
    x, y = next(iter(showers.batches(80)))
    assert x.shape == (80, showers.units.num_scaled) == (80, 6 + 2 + 1)
    assert sorted(set(y.numpy().ravel())) == [0.0, 1.0]
    # every shower once, as its units scale it
    expected = showers.units.scaled(showers.showers, showers.energies)
    np.testing.assert_array_equal(np.sort(x.numpy(), axis=0), np.sort(expected, axis=0))
    whole = [x.numpy() for x, _ in showers.stream(16, seed=3).take(8)]
    later = [x.numpy() for x, _ in showers.stream(16, seed=3, start=6).take(2)]
    np.testing.assert_array_equal(whole[6:], later)
    drawn, energies = showers.sample(9, seed=1), showers.sample_conditions(9, seed=1)
    for shower, energy in zip(drawn, energies, strict=True):
        (row,) = np.flatnonzero((showers.showers == shower).all(axis=1) & (showers.energies[:, 0] == energy))
        assert energy == showers.energies[row]
    with pytest.raises(ValueError, match="num=81 was passed for 80 showers"):
        showers.sample(81)


# The simulation, against the paper's formulas written down once more


def longitudinal_laws(energy, nodes=60):
    """Gauss-Hermite nodes of the fluctuating profile: weights, alpha, beta; the constants are the paper's."""
    Z, ln_y = 62.0, np.log(energy / 10.0)
    x, weights = np.polynomial.hermite_e.hermegauss(nodes)
    weights = weights / weights.sum()
    u, v = (a.ravel() for a in np.meshgrid(x, x))
    rho = 0.705 - 0.023 * ln_y
    ln_T = np.log(ln_y - 0.812) + u / (-1.4 + 1.26 * ln_y)
    ln_alpha = np.log(0.81 + (0.458 + 2.26 / Z) * ln_y) + (rho * u + np.sqrt(1 - rho**2) * v) / (-0.58 + 0.86 * ln_y)
    alpha = np.maximum(np.exp(ln_alpha), 1.1)
    return np.outer(weights, weights).ravel(), alpha, (alpha - 1) / np.exp(ln_T)


@pytest.mark.parametrize("energy", [1024.0, 262144.0])
def test_mean_layers_and_resolution_are_those_of_the_fluctuating_gamma_profile(energy):
    wide = data.Binning([Layer(n, (0, 1e9)) for n in shower_simulation.DEPTHS])  # all radii
    num = 20_000
    showers = shower_simulation.simulate(energy, num, np.random.default_rng(0), wide)
    weights, alpha, beta = longitudinal_laws(energy)
    law = scipy.stats.gamma(alpha, scale=1 / beta)
    depths = {0: (1.2, 1.8), 1: (1.8, 6.1), 2: (6.1, 22.1), 3: (22.1, 24.1), 12: (24.1, 60.0)}
    for layer, got in zip(depths.values(), showers.T / energy, strict=True):
        expected = weights @ (law.cdf(layer[1]) - law.cdf(layer[0]))
        assert abs(got.mean() - expected) < 5 * got.std() / np.sqrt(num)
    response = showers.sum(axis=1, dtype=np.float64) / energy
    contained = law.cdf(60.0) - law.cdf(1.2)
    # law of total variance: spots give 0.1^2 / E[GeV] times the contained share, the shared factor 0.007
    second = (1 + 0.007**2) * (weights @ contained**2 + 0.1**2 / (energy / 1000) * (weights @ contained))
    expected = np.sqrt(second - (weights @ contained) ** 2)
    assert response.std() == pytest.approx(expected, rel=5 / np.sqrt(2 * num))


@pytest.mark.parametrize(("energy", "tau"), [(256.0, 0.4), (65536.0, 1.0), (4194304.0, 2.3)])
def test_radial_containment_is_the_integral_of_core_and_tail(energy, tau):
    Z, ln_E = 62.0, np.log(energy / 1000)
    R_core = 0.0251 + 0.00319 * ln_E + (0.1162 - 0.000381 * Z) * tau
    R_tail = (0.659 - 0.00309 * Z) * (np.exp(-2.59 * (tau - 0.645)) + np.exp((0.3585 + 0.0421 * ln_E) * (tau - 0.645)))
    x = (0.401 + 0.00187 * Z - tau) / (1.313 - 0.0686 * ln_E)
    p = (2.632 - 0.00094 * Z) * np.exp(x - np.exp(x))
    f = lambda r: sum(w * 2 * r * R**2 / (r**2 + R**2) ** 2 for w, R in ((p, R_core), (1 - p, R_tail)))  # noqa: E731
    radii = np.array([2.0, 48.0, 400.0])
    expected = [scipy.integrate.quad(f, 0, r / 48.0)[0] for r in radii]
    np.testing.assert_allclose(shower_simulation.radial_profile(energy, np.array([tau]), radii)[0], expected, rtol=1e-6)


def test_voxels_share_out_what_falls_into_a_layers_rings():
    alpha, beta = np.array([3.0, 4.5]), np.array([0.5, 0.6])
    shares = shower_simulation.voxel_shares(65536.0, alpha, beta, SMALL)
    np.testing.assert_allclose(shares[:, 0], shares[:, 2])  # sectors are alike
    of_layers, _ = shower_simulation.layer_shares(alpha, beta, SMALL.layers)
    law = scipy.stats.gamma(alpha, scale=1 / beta)
    np.testing.assert_allclose(of_layers[:, 0], law.cdf(6.1) - law.cdf(1.8), rtol=1e-10)
    within = [law.expect(lambda t: t, lb=1.8, ub=6.1) for law in map(scipy.stats.gamma, alpha, [0, 0], 1 / beta)]
    _, depths = shower_simulation.layer_shares(alpha, beta, SMALL.layers)
    np.testing.assert_allclose(depths[:, 0] * of_layers[:, 0], within, rtol=1e-8)
    assert (SMALL.layer_sums(shares) < of_layers).all()  # some falls outside the last ring


def test_simulated_showers_are_a_function_of_the_seed():
    first, second = small_showers(), small_showers()
    np.testing.assert_array_equal(first.showers, second.showers)
    alone = data.simulated_showers(40, (65536.0, 1e6), 0, SMALL)
    np.testing.assert_array_equal(alone.showers[:40], first.showers[40:])  # each energy's by itself
    assert (small_showers(seed=1).showers != first.showers).any()
    assert (first.showers[:40] == 0).mean() > 3 * (first.showers[40:] == 0).mean()  # sparse at low energy
    for energies, binning in (((50.0,), SMALL), ((256.0,), data.Binning([Layer(5, (0, 1))]))):
        with pytest.raises(ValueError, match="at least 100 MeV"):
            data.simulated_showers(2, energies, 0, binning)
