"""The kernel distance against a double loop, its expectation and torch-fidelity."""

import json

import numpy as np
import pytest
from references.make_metric_references import FILE, KERNEL, features

from keras_gans.metrics import kernel_distance

REFERENCE = json.loads(FILE.read_text())["torch_fidelity"]


def test_by_a_double_loop():
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(2, 6, 3))

    def kernel(a, b):
        return (a @ b / 3 + 1) ** 3

    within = [sum(kernel(s[i], s[j]) for i in range(6) for j in range(6) if i != j) / 30 for s in (x, y)]
    between = sum(kernel(a, b) for a in x for b in y) / 36
    found = kernel_distance(x, y, num_subsets=2, subset_size=6)
    assert found["kernel_distance"] == pytest.approx(sum(within) - 2 * between, rel=1e-12)
    assert found["standard_deviation"] == pytest.approx(0, abs=1e-12)  # the subset is the set


def test_against_torch_fidelity():
    real, generated = features(1, 300, 260, 24)
    options = dict(num_subsets=KERNEL["kid_subsets"], subset_size=KERNEL["kid_subset_size"], seed=KERNEL["rng_seed"])
    found = kernel_distance(real, generated, **options)
    assert found["kernel_distance"] == pytest.approx(REFERENCE["kernel_inception_distance_mean"], rel=1e-6)
    assert found["standard_deviation"] == pytest.approx(REFERENCE["kernel_inception_distance_std"], rel=1e-6)
    protocol = {**options, "num_real": 300, "num_generated": 260, "num_features": 24}
    assert {name: found[name] for name in protocol} == protocol
    assert json.loads(json.dumps(found)) == found


def test_unbiased_for_equal_laws():
    generator = np.random.default_rng(0)
    real, generated = generator.normal(size=(2, 4000, 16))
    found = kernel_distance(real, generated, num_subsets=50, subset_size=200)
    assert abs(found["kernel_distance"]) < 3 * found["standard_deviation"] / np.sqrt(20)  # 20 disjoint subsets
    shifted = kernel_distance(real, generated + 0.5, num_subsets=50, subset_size=200)
    assert shifted["kernel_distance"] > 10 * found["standard_deviation"]


def test_seed_and_dtype():
    real, generated = (rows.astype("float32") for rows in features(1, 300, 260, 24))
    options = dict(num_subsets=3, subset_size=50)
    first = kernel_distance(real, generated, **options)
    assert first == kernel_distance(real.astype("float64"), generated.astype("float64"), **options)
    assert first["kernel_distance"] != kernel_distance(real, generated, seed=1, **options)["kernel_distance"]


def test_refusals():
    rows = np.zeros((30, 4))
    with pytest.raises(
        ValueError, match=r"30 real samples were passed. Expected at least 1000. .* smaller subset_size"
    ):
        kernel_distance(rows, rows)
    with pytest.raises(ValueError, match=r"20 generated samples were passed. Expected at least 30"):
        kernel_distance(rows, rows[:20], subset_size=30)
    with pytest.raises(ValueError, match="seed=-1 was passed"):
        kernel_distance(rows, rows, subset_size=10, seed=-1)
    with pytest.raises(ValueError, match="num_subsets=0 was passed"):
        kernel_distance(rows, rows, num_subsets=0, subset_size=10)
    with pytest.raises(ValueError, match=r"subset_size=1 was passed. Expected a whole number, at least 2"):
        kernel_distance(rows, rows, subset_size=1)
    with pytest.raises(ValueError, match=r"shape \(30, 3\)"):
        kernel_distance(rows, rows[:, :3], subset_size=10)
    with pytest.raises(ValueError, match="NaN or infinite real samples"):
        kernel_distance(rows + np.nan, rows, subset_size=10)
