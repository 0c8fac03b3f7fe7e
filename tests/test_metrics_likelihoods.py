"""LikelihoodProtocol against numbers by hand."""

import numpy as np
import pytest

from keras_gans.metrics import LikelihoodProtocol

X = np.array([[-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0], [0.5, 1.0]])


def test_numbers_by_hand():
    log_p, z = np.array([-3.0, -5.0, -1.0]), np.array([[0.0, 0.3, 1.0], [0.15, 0.0, 1.0], [0.0, -0.3, 1.0]])
    found = LikelihoodProtocol(X, split="test")(log_p, 50, {"elbo": log_p - 1, "bound_of_5": log_p - 0.5}, z)
    assert found == {
        "likelihood": {
            "negative_log_likelihood": pytest.approx(3.0),
            "standard_error": pytest.approx(2 / np.sqrt(3)),
            "num_draws": 50,
            "num_samples": 3,
        },
        "bounds": {"negative_elbo": pytest.approx(4.0), "negative_bound_of_5": pytest.approx(3.5)},
        "latent": {"active_units": 1, "of": 3},  # variances of 0.005, 0.06 and 0
        "held_out": {"split": "test", "binary": True},  # the first three
    }
    grey = LikelihoodProtocol(X)(np.zeros(4), 1, {}, np.zeros((4, 1)))
    assert grey["held_out"] == {"split": None, "binary": False}
    measure, number = LikelihoodProtocol.headline
    assert number in found[measure]


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_what_is_not_finite_is_refused(bad):
    for log_p, bound in ((bad, 0.0), (0.0, bad)):
        with pytest.raises(FloatingPointError, match=r"Estimates of log p\(x\) of 2 samples are NaN or infinite"):
            LikelihoodProtocol(X)(np.array([log_p, 0.0]), 5, {"elbo": np.array([bound, 0.0])}, np.zeros((2, 1)))
