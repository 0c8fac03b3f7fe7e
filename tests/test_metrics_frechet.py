"""The Frechet distance against closed forms, scipy.linalg.sqrtm and torch-fidelity."""

import json

import numpy as np
import pytest
import scipy.linalg
from references.make_metric_references import FILE, features

from keras_gans.metrics import frechet_distance, frechet_distance_of_moments

REFERENCE = json.loads(FILE.read_text())["torch_fidelity"]


def random_covariance(generator, d, rank):
    factor = generator.normal(size=(d, rank))
    return factor @ factor.T / rank


def test_closed_form():
    # 5 x 1 of the means, 5 x (1 - 2)^2 of the standard deviations
    assert frechet_distance_of_moments(np.zeros(5), np.eye(5), np.ones(5), 4 * np.eye(5)) == pytest.approx(
        10, rel=1e-12
    )


def test_diagonal_covariances_with_zeros():
    first, second = np.array([0, 0, 1, 4, 2.25]), np.array([0, 9, 0, 1, 2.25])
    mean = np.array([1.0, 0, 0, 2, 0])
    expected = 5 + np.sum((np.sqrt(first) - np.sqrt(second)) ** 2)
    found = frechet_distance_of_moments(mean, np.diag(first), np.zeros(5), np.diag(second))
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_against_the_root_of_scipy(seed):
    generator = np.random.default_rng(seed)
    first, second = (random_covariance(generator, 12, 30) for _ in range(2))
    mean = generator.normal(size=12)
    root = scipy.linalg.sqrtm(first @ second).real
    expected = mean @ mean + np.trace(first + second - 2 * root)
    found = frechet_distance_of_moments(mean, first, np.zeros(12), second)
    assert found == pytest.approx(expected, rel=1e-8)
    assert frechet_distance_of_moments(np.zeros(12), second, mean, first) == pytest.approx(found, rel=1e-12)


def test_singular_covariances_keep_their_digits():
    # tr(C + 4C - 2 x 2C) = tr C; roots of eigenvalues of the product would miss it by 1e-7
    covariance = random_covariance(np.random.default_rng(0), 200, 40)
    zero = np.zeros(200)
    found = frechet_distance_of_moments(zero, covariance, zero, 4 * covariance)
    assert found == pytest.approx(np.trace(covariance), rel=1e-12)
    assert 0 <= frechet_distance_of_moments(zero, covariance, zero, covariance) < 1e-10
    # disjoint supports: nothing but the traces
    halves = np.diag(np.r_[np.ones(100), np.zeros(100)]), np.diag(np.r_[np.zeros(100), np.ones(100)])
    assert frechet_distance_of_moments(zero, halves[0], zero, halves[1]) == pytest.approx(200, rel=1e-12)


def test_against_torch_fidelity():
    real, generated = features(0, 500, 400, 24)
    found = frechet_distance(real, generated)
    assert found["frechet_distance"] == pytest.approx(REFERENCE["frechet_inception_distance"], rel=1e-6)
    assert (found["num_real"], found["num_generated"], found["num_features"]) == (500, 400, 24)
    assert json.loads(json.dumps(found)) == found


def test_float32_features_are_measured_in_float64():
    real, generated = (rows.astype("float32") for rows in features(0, 500, 400, 24))
    expected = frechet_distance(real.astype("float64"), generated.astype("float64"))
    assert frechet_distance(real, generated) == expected


def test_one_feature_by_hand():
    # means 1 and 2; standard deviations (n - 1) 1 and 2
    found = frechet_distance([[0.0], [1], [2]], [[0.0], [2], [4]])
    assert found["frechet_distance"] == pytest.approx(2, rel=1e-12)


@pytest.mark.parametrize(("d", "floor"), [(64, 0.226), (128, 0.845)])
def test_floor_of_equal_laws(d, floor):
    generator = np.random.default_rng(0)
    found = frechet_distance(*generator.normal(size=(2, 10_000, d)))["frechet_distance"]
    assert found == pytest.approx(floor, rel=0.03)
    assert found == pytest.approx(d * (d + 1) / 20_000 + 2 * d / 10_000, rel=0.06)


def test_refusals():
    generator = np.random.default_rng(0)
    enough = generator.normal(size=(9, 8))
    with pytest.raises(ValueError, match=r"8 generated samples were passed. Expected at least 9. The covariance of 8"):
        frechet_distance(enough, enough[:8])
    with pytest.raises(ValueError, match="8 real samples were passed"):
        frechet_distance(enough[:8], enough)
    with pytest.raises(ValueError, match=r"shape \(9, 8\) and generated ones of shape \(9, 7\)"):
        frechet_distance(enough, enough[:, :7])
    with pytest.raises(ValueError, match=r"shape \(9, 2, 4\)"):
        frechet_distance(enough.reshape(9, 2, 4), enough)
    with pytest.raises(ValueError, match=r"shape \(\)"):
        frechet_distance(1.0, enough)
    with pytest.raises(ValueError, match="NaN or infinite generated samples"):
        frechet_distance(enough, np.where(enough > 0, np.nan, enough))


def test_refusals_of_moments():
    mean, covariance = np.zeros(2), np.eye(2)
    with pytest.raises(ValueError, match=r"shapes \(2,\), \(2, 2\), \(3,\), \(2, 2\)"):
        frechet_distance_of_moments(mean, covariance, np.zeros(3), covariance)
    with pytest.raises(ValueError, match="covariance_2 holds NaN"):
        frechet_distance_of_moments(mean, covariance, mean, covariance + np.inf)
    with pytest.raises(ValueError, match="covariance_1 is not symmetric"):
        frechet_distance_of_moments(mean, [[1, 0.5], [0, 1]], mean, covariance)
    with pytest.raises(ValueError, match="covariance_2 has the eigenvalue -1, below 0"):
        frechet_distance_of_moments(mean, covariance, mean, -covariance)
