"""The classifier score and the histogram of classes against torch-fidelity, scipy.stats.entropy and by hand."""

import json
import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
from references.make_metric_references import FILE, SPLITS, logits

from keras_gans.metrics import class_histogram, classifier_score, label_accuracy, stacked_modes

REFERENCE = json.loads(FILE.read_text())["torch_fidelity"]
PROBABILITIES = scipy.special.softmax(logits(), axis=1)


def test_against_torch_fidelity():
    found = classifier_score(PROBABILITIES, splits=SPLITS)
    assert found["classifier_score"] == pytest.approx(REFERENCE["inception_score_mean"], rel=1e-6)
    assert found["standard_deviation"] == pytest.approx(REFERENCE["inception_score_std"], rel=1e-6)
    assert (found["splits"], found["num_samples"], found["num_classes"]) == (SPLITS, 203, 7)
    assert json.loads(json.dumps(found)) == found


def test_against_scipy():
    marginal = PROBABILITIES.mean(axis=0)
    expected = math.exp(np.mean([scipy.stats.entropy(row, marginal) for row in PROBABILITIES]))
    assert classifier_score(PROBABILITIES, splits=1)["classifier_score"] == pytest.approx(expected, rel=1e-12)


def test_extremes():
    sure = np.tile(np.eye(5), (20, 1))  # zeros and ones: no NaN of 0 log 0
    assert classifier_score(sure)["classifier_score"] == pytest.approx(5, rel=1e-12)
    assert classifier_score(np.full((100, 5), 0.2))["classifier_score"] == pytest.approx(1, rel=1e-12)
    assert classifier_score(sure[[0] * 40])["classifier_score"] == pytest.approx(1, rel=1e-12)  # a class that none has
    tiny = np.tile([1 - 1e-300, 1e-300], (20, 1))
    assert classifier_score(tiny)["classifier_score"] == pytest.approx(1, rel=1e-12)


def test_histogram_by_hand():
    found = class_histogram(np.eye(4)[[0, 0, 1, 2, 2, 2]] * 0.9 + 0.025)
    share = [2 / 6, 1 / 6, 3 / 6]
    assert (found["classes"], found["of_classes"], found["counts"], found["num_samples"]) == (3, 4, [2, 1, 3, 0], 6)
    assert found["entropy"] == pytest.approx(scipy.stats.entropy(share), rel=1e-12)
    assert found["kl_to_uniform"] == pytest.approx(scipy.stats.entropy([*share, 0], [0.25] * 4), rel=1e-12)
    assert json.loads(json.dumps(found)) == found


def test_histogram_of_one_class_and_of_all():
    one = class_histogram(np.eye(10)[[3] * 7])
    assert (one["classes"], one["entropy"], one["kl_to_uniform"]) == (1, 0.0, pytest.approx(math.log(10)))
    assert math.copysign(1, one["entropy"]) == 1
    every = class_histogram(np.eye(10))
    assert (every["classes"], every["kl_to_uniform"]) == (10, pytest.approx(0, abs=1e-15))


def test_stacked_modes_by_hand():
    digits = np.array([[1, 2, 3], [1, 2, 3], [9, 9, 9], [0, 0, 7]])
    found = stacked_modes([np.eye(10)[column] * 0.9 + 0.01 for column in digits.T])
    assert (found["modes"], found["of_modes"], found["num_samples"]) == (3, 1000, 4)
    expected = scipy.stats.entropy([0.5, 0.25, 0.25, *[0] * 997], [1e-3] * 1000)
    assert found["kl_to_uniform"] == pytest.approx(expected, rel=1e-12)
    # hundreds first: 120 and 210 are two modes
    assert stacked_modes([np.eye(3)[[1, 2]], np.eye(3)[[2, 1]]])["modes"] == 2
    uniform = stacked_modes([np.eye(2)[[0, 0, 1, 1]], np.eye(2)[[0, 1, 0, 1]]])
    assert (uniform["modes"], uniform["kl_to_uniform"]) == (4, pytest.approx(0, abs=1e-15))
    with pytest.raises(ValueError, match="one shape"):
        stacked_modes([np.eye(2), np.eye(3)])


def test_label_accuracy_by_hand():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.4, 0.5, 0.1], [0.0, 0.0, 1.0]])
    found = label_accuracy(probabilities, np.array([0, 1, 0, 1]))
    assert found == {"label_accuracy": 0.5, "of_each_label": [0.5, 0.5, None], "num_samples": 4}


@pytest.mark.parametrize("labels", [[0, 1], [0, 1, 2, 3], [0, 1, -1, 2], [0.0, 1.0, 0.0, 1.0], [[0], [1], [0], [1]]])
def test_refuses_labels_that_do_not_fit(labels):
    with pytest.raises(ValueError, match=r"Expected \(4,\) integers from 0 to 2"):
        label_accuracy(np.full((4, 3), 1 / 3), np.array(labels))


@pytest.mark.parametrize("measure", [classifier_score, class_histogram])
def test_refusals(measure):
    with pytest.raises(ValueError, match=r"shape \(203,\) were passed. Expected \(n, K\)"):
        measure(PROBABILITIES[:, 0])
    with pytest.raises(ValueError, match=r"shape \(0, 7\)"):
        measure(PROBABILITIES[:0])
    with pytest.raises(ValueError, match="NaN or infinite probabilities"):
        measure(PROBABILITIES * np.nan)
    with pytest.raises(ValueError, match="Pass logits through a softmax"):
        measure(logits())
    with pytest.raises(ValueError, match="row sums from 2 to 2"):
        measure(PROBABILITIES * 2)


def test_refusals_of_splits():
    with pytest.raises(ValueError, match="9 samples were passed for splits=10"):
        classifier_score(PROBABILITIES[:9])
    with pytest.raises(ValueError, match="splits=0 was passed"):
        classifier_score(PROBABILITIES, splits=0)
