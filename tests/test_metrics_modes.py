"""Mode statistics by hand and on a perfect sampler."""

import math

import numpy as np
import pytest

from keras_gans.metrics import mode_statistics

MODES = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])


def test_by_hand():
    # distances 0, 2, 2.9 and 3.1 sigma from mode 0; 1 sigma from mode 1; none at mode 2
    samples = np.array([[0, 0], [1.0, 0], [0, 1.45], [1.55, 0], [10.0, 0.5]])
    found = mode_statistics(samples, MODES, 0.5)
    assert (found["modes"], found["of_modes"], found["num_samples"]) == (2, 3, 5)
    assert found["high_quality"] == pytest.approx(4 / 5)
    assert found["dispersion"] == pytest.approx((0 + 2 + 2.9 + 3.1 + 1) / 5)
    assert found["reverse_kl"] == pytest.approx(0.75 * math.log(0.75 * 3) + 0.25 * math.log(0.25 * 3))


def test_perfect_sampler():
    generator = np.random.default_rng(0)
    n = 200_000
    samples = MODES[generator.integers(0, 3, n)] + generator.normal(size=(n, 2)) * 0.5
    found = mode_statistics(samples, MODES, 0.5)
    assert found["high_quality"] == pytest.approx(1 - math.exp(-4.5), abs=1e-3)
    assert found["dispersion"] == pytest.approx(math.sqrt(math.pi / 2), abs=5e-3)
    assert found["reverse_kl"] < 1e-4


def test_nothing_of_quality():
    found = mode_statistics(np.full((4, 2), 5.0), MODES, 0.1)
    assert (found["modes"], found["high_quality"], found["reverse_kl"]) == (0, 0.0, math.inf)


def test_refusals():
    with pytest.raises(ValueError, match=r"shape \(4, 3\)"):
        mode_statistics(np.zeros((4, 3)), MODES, 1.0)
    with pytest.raises(ValueError, match="diverged"):
        mode_statistics(np.full((4, 2), np.nan), MODES, 1.0)
    with pytest.raises(ValueError, match="sigma=0"):
        mode_statistics(np.zeros((4, 2)), MODES, 0)


def test_weights_are_what_the_histogram_is_compared_with():
    modes = np.array([[0.0, 0.0], [10.0, 0.0]])
    samples = np.repeat(modes, [30, 10], axis=0)
    even = mode_statistics(samples, modes, 1.0)["reverse_kl"]
    assert even == pytest.approx(0.75 * np.log(1.5) + 0.25 * np.log(0.5), rel=1e-12)
    weighed = mode_statistics(samples, modes, 1.0, weights=[0.75, 0.25])["reverse_kl"]
    assert weighed == pytest.approx(0.0, abs=1e-12)
    for weights in ([0.5, 0.6], [1.0, 0.0], [1.0]):
        with pytest.raises(ValueError, match="Expected one positive share per mode, of sum 1"):
            mode_statistics(samples, modes, 1.0, weights=weights)
