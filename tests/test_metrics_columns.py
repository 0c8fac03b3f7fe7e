"""Measures of tables, by hand and in closed form."""

import numpy as np
import pytest
import scipy.stats

from keras_gans.metrics import TableProtocol, column_distances
from keras_gans.metrics.columns import correlations


def test_columns_by_hand():
    real = np.array([[0.0, 10.0], [2.0, 30.0]])  # standard deviations 1 and 10
    generated = np.array([[1.0, 10.0], [3.0, 30.0], [1.0, 10.0], [3.0, 30.0]])
    found = column_distances(real, generated)
    np.testing.assert_allclose(found["wasserstein"], [1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(found["kolmogorov_smirnov"], [0.5, 0.0], atol=1e-12)


def test_columns_in_closed_form():
    rng = np.random.default_rng(0)
    real = rng.normal(5e6, 1e5, (40_000, 1))
    shifted = rng.normal(5e6 + 0.3e5, 1e5, (40_000, 1))
    found = column_distances(real, shifted)
    # W1 of two normal laws of one deviation is the shift; KS is 2 Phi(shift / 2) - 1
    np.testing.assert_allclose(found["wasserstein"], 0.3, atol=0.03)
    np.testing.assert_allclose(found["kolmogorov_smirnov"], 2 * 0.559618 - 1, atol=0.015)
    scipys = scipy.stats.ks_2samp(np.rint(real[:500, 0] / 1e4), np.rint(shifted[:800, 0] / 1e4)).statistic  # with ties
    ours = column_distances(np.rint(real[:500] / 1e4), np.rint(shifted[:800] / 1e4))["kolmogorov_smirnov"][0]
    assert ours == pytest.approx(scipys, abs=1e-12)


def test_correlations_are_numpys():
    rows = np.random.default_rng(0).normal(size=(50, 3)) @ [[1, 2, 0], [0, 1, 1], [0, 0, 1]]
    np.testing.assert_allclose(correlations(rows), np.corrcoef(rows.T), atol=1e-12)
    rows[:, 1] = 7.0  # a generator may have collapsed
    np.testing.assert_allclose(correlations(rows)[1], 0, atol=1e-12)


def test_a_protocol_names_the_worst_and_what_real_rows_get():
    rng = np.random.default_rng(0)
    draw = lambda rho, num: rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], num) * (1, 1e4) + (0, 1e6)  # noqa: E731
    protocol = TableProtocol(draw(0.8, 4000), ["age", "price"])
    measures = protocol(draw(0.8, 4000) + np.array([0, 2e4]))
    assert measures["wasserstein"]["largest_of"] == measures["kolmogorov_smirnov"]["largest_of"] == "price"
    assert measures["wasserstein_of_columns"]["price"] == pytest.approx(2, abs=0.1)
    assert measures["wasserstein_of_columns"]["age"] < 0.1
    of_real = measures["wasserstein"]["mean_of_real"]
    assert 0.005 < of_real < 0.1
    assert protocol.headline == ("wasserstein", "mean")
    assert measures["correlation"]["largest_difference"] < 0.05
    assert measures["correlation"]["largest_of"] == "age, price"
    apart = protocol(draw(0.0, 4000))["correlation"]
    assert apart["largest_difference"] == pytest.approx(0.8, abs=0.05)
    assert measures["real"] == {"num": 4000, "num_samples": 4000}


def test_a_protocol_refuses():
    with pytest.raises(ValueError, match=r"shape \(1, 2\)"):
        TableProtocol(np.zeros((1, 2)), ["a", "b"])
    with pytest.raises(ValueError, match="3 names"):
        TableProtocol(np.zeros((5, 2)), ["a", "b", "c"])
    with pytest.raises(ValueError, match="Has the generator diverged"):
        TableProtocol(np.eye(2), ["a", "b"])(np.array([[1.0, np.inf]]))
