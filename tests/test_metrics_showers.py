"""Measures of showers: histograms by hand, SciPy, CaloChallenge's observables."""

import numpy as np
import pytest
import scipy.stats

from keras_gans import data, metrics
from keras_gans.data.calorimeter_binning import Layer
from keras_gans.metrics.showers import energy_ranges, histogram

BINNING = data.Binning([Layer(1, (0, 2, 10), 2), Layer(2, (0, 4, 8))])


def test_chi2_of_equal_sums_is_scipys_of_the_table():
    real, made = [10, 20, 30, 0], [12, 25, 23, 0]
    found = metrics.two_sample_chi2(real, made)
    # of W1 = W2 it is sum (y1 - y2)^2 / (y1 + y2), as is that of the 2 x 3 table
    assert found["chi2"] == pytest.approx(2**2 / 22 + 5**2 / 45 + 7**2 / 53)
    assert found["chi2"] == pytest.approx(scipy.stats.chi2_contingency([real[:3], made[:3]], correction=False)[0])
    assert found["ndf"] == 2  # four bins, less the empty one, less one


def test_chi2_of_other_sums_by_hand():
    found = metrics.two_sample_chi2([10, 30], [10, 10])
    # W1 = 40, W2 = 20: (400 - 200)^2 / (1600 * 10 + 400 * 10) + (400 - 600)^2 / (1600 * 10 + 400 * 30)
    assert found == {"chi2": pytest.approx(2 + 40_000 / 28_000), "ndf": 1}
    assert metrics.chi2_per_ndf([10, 20, 30], [12, 25, 23]) == pytest.approx((2**2 / 22 + 5**2 / 45 + 7**2 / 53) / 2)
    assert metrics.chi2_per_ndf([0, 5], [0, 7]) == 0


def test_chi2_per_ndf_of_one_law_is_1():
    rng = np.random.default_rng(0)
    p = scipy.stats.norm.pdf(np.linspace(-2, 2, 20))
    found = [
        metrics.two_sample_chi2(rng.multinomial(4000, p / p.sum()), rng.multinomial(1000, p / p.sum()))
        for _ in range(300)
    ]
    assert np.mean([one["chi2"] / one["ndf"] for one in found]) == pytest.approx(1, abs=0.06)


def test_separation_power_by_hand():
    assert metrics.separation_power([1, 1, 0], [2, 2, 0]) == 0
    assert metrics.separation_power([1, 0], [0, 5]) == 1
    # (1/2, 1/2) and (1/4, 3/4): 1/2 (1/16 / (3/4) + 1/16 / (5/4))
    assert metrics.separation_power([2, 2], [1, 3]) == pytest.approx((1 / 12 + 1 / 20) / 2)


def test_what_lies_beyond_a_histogram_is_in_its_outermost_bins():
    np.testing.assert_array_equal(histogram([-9, 0.5, 1.5, 2.0, 9], [0.0, 1.0, 2.0]), [2, 3])


def test_features_of_a_shower_by_hand():
    # layer 1: r = 1 or 6, alpha = -pi/2 or pi/2; layer 2: r = 2 or 6
    showers = np.array([[1.0, 0, 0, 3, 1, 1], [0, 0, 0, 0, 0, 2]])
    found = metrics.shower_features(showers, BINNING)
    assert set(found) == {(1, n) for n in ("energy", "centre_eta", "width_eta", "centre_phi", "width_phi")} | {
        (2, n) for n in ("energy", "centre_r", "width_r")
    }
    np.testing.assert_allclose(found[1, "energy"], [4, 0])
    np.testing.assert_allclose(found[1, "centre_eta"], [0, 0], atol=1e-15)
    np.testing.assert_allclose(found[1, "centre_phi"], [(-1 + 3 * 6) / 4, 0])
    variance = (1 + 3 * 36) / 4 - (17 / 4) ** 2
    np.testing.assert_allclose(found[1, "width_phi"], [np.sqrt(variance), 0])
    np.testing.assert_allclose(found[2, "centre_r"], [4, 6])
    np.testing.assert_allclose(found[2, "width_r"], [2, 0])


def test_energies_are_points_or_ranges():
    np.testing.assert_allclose(energy_ranges([1.0, 4.0, 4.0, 16.0]), [2, 8])
    inner = energy_ranges(np.arange(1.0, 1501.0))
    assert len(inner) == 14
    np.testing.assert_allclose(np.diff(inner), 100, rtol=0.01)


def protocol_and_showers(shift=1.0, num=400):
    showers = data.simulated_showers(num, (1024.0, 65536.0), 0, BINNING)
    others = data.simulated_showers(num, (1024.0, 65536.0), 1, BINNING)
    protocol = metrics.ShowerProtocol(showers.showers, showers.energies, BINNING, "held-out")
    return protocol, shift * others.showers, others.energies


def test_a_protocol_of_showers_tells_right_from_shifted():
    protocol, same, y = protocol_and_showers()
    assert protocol.num_samples == 800
    order = np.random.default_rng(0).permutation(len(y))  # whatever the order of what is generated
    found = protocol.thorough(same[order], y[order])
    response = found["response"]
    assert 0.6 < response["chi2_per_ndf"] < 1.5
    assert response["chi2_per_ndf"] == pytest.approx(sum(p["chi2"] for p in response["energies"]) / response["ndf"])
    assert [p["energy"] for p in response["energies"]] == pytest.approx([1024, 65536])
    first = protocol.real[:400].sum(axis=1, dtype=float) / 1024
    assert response["energies"][0]["real_mean"] == pytest.approx(first.mean())
    assert response["energies"][0]["real_std"] == pytest.approx(first.std())
    assert found["separation"]["mean"] < 0.1
    assert len(found["separation"]) == 1 + 5 + 3
    (_, real, made) = protocol.feature_histograms(same[order], y[order])[2, "width_r"]
    assert found["separation"]["layer_2_width_r"] == metrics.separation_power(real, made)
    layers = found["layers"]
    assert layers.pop("energies") == ["1.024 GeV", "65.54 GeV"]
    assert 0.5 < layers.pop("median") < 1.5
    assert set(layers) == set(found["separation"]) - {"mean"}
    _, real, made = protocol.feature_histograms_by_energy(same[order], y[order])["65.54 GeV"][1, "energy"]
    assert real.sum() == made.sum() == 400
    assert layers["layer_1_energy"][1] == metrics.chi2_per_ndf(real, made)
    at_65_gev = protocol.real[400:, BINNING.parts()[0]].sum(axis=1, dtype=float) / 65536
    edges = np.linspace(*np.quantile(at_65_gev, [0.001, 0.999]), 51)
    np.testing.assert_array_equal(real, np.histogram(np.clip(at_65_gev, edges[0], edges[-1]), edges)[0])
    assert found["real"] == {"split": "held-out", "num_real": 800}
    shifted = protocol((1.05 * same).astype("float32"), y)["response"]
    assert shifted["chi2_per_ndf"] > 5
    expected = max(abs(1.05 * p["mean"] / p["real_mean"] - 1) for p in response["energies"])
    assert shifted["largest_shift"] == pytest.approx(expected, rel=1e-4)
    measure, number = protocol.headline
    assert found[measure][number] == response["chi2_per_ndf"]


def test_histograms_of_a_protocol_hold_every_shower():
    protocol, same, y = protocol_and_showers(num=50)
    responses, features = protocol.response_histograms(same, y), protocol.feature_histograms(same, y)
    assert list(responses) == ["1.024 GeV", "65.54 GeV"]
    assert all(real.sum() == made.sum() == 50 for _, real, made in responses.values())
    assert all(real.sum() == made.sum() == 100 for _, real, made in features.values())


def test_measures_of_showers_refuse():
    protocol, same, y = protocol_and_showers(num=50)
    with pytest.raises(ValueError, match="y=None"):
        protocol(same)
    with pytest.raises(ValueError, match="100 showers and 99 energies"):
        protocol(same, y[:-1])
    with pytest.raises(ValueError, match="NaN or infinite generated"):
        protocol(np.full_like(same, np.nan), y)
    with pytest.raises(ValueError, match="one real shower alone"):
        metrics.ShowerProtocol(protocol.real[:51], protocol.energies[:51], BINNING)
    with pytest.raises(ValueError, match="sums 0 and 3"):
        metrics.two_sample_chi2([0, 0], [1, 2])
    with pytest.raises(ValueError, match="equal bins"):
        metrics.separation_power([1, 2], [1, 2, 3])
