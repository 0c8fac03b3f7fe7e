"""Protocols: what they hold samples against, what they return, what they refuse."""

import functools
import json

import numpy as np
import pytest

import keras_gans as kg
from keras_gans import metrics
from keras_gans.data import mixtures
from keras_gans.metrics import protocols as module

RING = mixtures.ring()


def images(n, seed=0, size=28, channels=1):
    """Smooth random images, uint8: a bright patch somewhere on black."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    centres, widths = rng.uniform(0.3, 0.7, (n, 2)) * size, rng.uniform(0.08, 0.2, n) * size
    squared = (y - centres[:, 0, None, None]) ** 2 + (x - centres[:, 1, None, None]) ** 2
    grey = 255 * np.exp(-squared / (2 * widths[:, None, None] ** 2))
    return np.rint(grey).astype(np.uint8)[..., None].repeat(channels, axis=-1)


def as_floats(pixels):
    return pixels.astype(np.float32) / np.float32(127.5) - 1


@functools.cache
def protocols():
    """A protocol of each kind, and samples as good as real ones."""
    return {
        "mixture": (metrics.MixtureProtocol(RING.modes, RING.sigma, RING.sample(1000, 1)), RING.sample(1000, 2)),
        "judge": (metrics.JudgeProtocol(images(1100), metrics.mnist_judge(), "test"), as_floats(images(1000, 1))),
        "pixel": (metrics.PixelProtocol(images(200, size=12, channels=3)), as_floats(images(200, 1, 12, 3))),
    }


@functools.cache
def thoroughly(name):
    """All measures, made once: those of the judge take seconds."""
    protocol, samples = protocols()[name]
    return protocol.thorough(samples)


@pytest.mark.parametrize("name", ["mixture", "judge", "pixel"])
def test_measures_are_dicts_of_plain_numbers_with_the_headline_among_them(name):
    protocol, samples = protocols()[name]
    quick, thorough = protocol(samples), thoroughly(name)
    measure, number = protocol.headline
    for measures in (quick, thorough):
        assert isinstance(measures[measure][number], float)
        assert json.loads(json.dumps(measures, allow_nan=False)) == measures
        assert all(isinstance(numbers, dict) for numbers in measures.values())
    assert {key: thorough[key] for key in quick} == quick  # the thorough one only adds
    assert protocol(samples) == quick  # and nothing is drawn at random
    assert (len(thorough) > len(quick)) == (name != "mixture")


@pytest.mark.parametrize("name", ["mixture", "judge", "pixel"])
def test_the_headline_ranks_worse_samples_behind(name):
    protocol, samples = protocols()[name]
    measure, number = protocol.headline
    few = samples[: len(samples) // 2]
    collapsed = np.concatenate([few[:1].repeat(len(few), axis=0), few])
    noise = np.random.default_rng(0).uniform(-1, 1, samples.shape).astype("float32")
    found = [protocol(x)[measure][number] for x in (samples, collapsed, noise)]
    assert 0 <= found[0] < found[1]
    assert found[0] < found[2]


# Mixtures


def test_a_perfect_sampler_of_the_ring():
    mixture = RING.scaled(1 / RING.standard_deviation)
    protocol = metrics.MixtureProtocol(mixture.modes, mixture.sigma, mixture.sample(10_000, seed=1))
    found = protocol(mixture.sample(10_000, seed=2))
    assert found["modes"]["modes"] == found["modes"]["of_modes"] == 8
    assert found["modes"]["high_quality"] == pytest.approx(1 - np.exp(-4.5), abs=0.004)
    assert found["modes"]["dispersion"] == pytest.approx(np.sqrt(np.pi / 2), abs=0.03)
    assert found["modes"]["reverse_kl"] < 0.002
    transport = found["earth_movers_distance"]
    assert transport["num_real"] == transport["num_generated"] == 2500
    assert 0.01 < transport["earth_movers_distance"] < 0.15  # not 0: two draws of few points
    assert found["sliced_wasserstein"]["sliced_wasserstein"] < 0.05
    assert found["sliced_wasserstein"]["num_generated"] == 10_000


def test_a_sampler_of_one_mode():
    protocol = metrics.MixtureProtocol(RING.modes, RING.sigma, RING.sample(2000, seed=1), num_transported=500)
    found = protocol(np.tile(RING.modes[0], (1000, 1)))
    assert found["modes"]["modes"] == 1
    assert found["modes"]["high_quality"] == 1.0
    assert found["modes"]["dispersion"] == 0.0
    assert found["modes"]["reverse_kl"] == pytest.approx(np.log(8))
    # Every real point goes to one place: the mean of its distance over the eight modes of a circle of radius 2.
    chords = np.mean([4 * np.sin(np.pi * k / 8) for k in range(8)])
    assert found["earth_movers_distance"]["earth_movers_distance"] == pytest.approx(chords, rel=0.05)
    assert found["earth_movers_distance"]["num_real"] == found["earth_movers_distance"]["num_generated"] == 500


# Images under a judge


def test_the_judges_measures_are_those_of_its_features(monkeypatch):
    protocol, samples = protocols()["judge"]
    judge = metrics.mnist_judge()
    real, _ = judge.describe(images(1100))
    features, probabilities = judge.describe(samples)
    given = {}
    for name in ("kernel_distance", "precision_recall_density_coverage", "ms_ssim_diversity"):  # the slow ones
        monkeypatch.setattr(module, name, lambda *arrays, name=name: given.setdefault(name, arrays) and {"of": name})
    found = protocol.thorough(samples)
    assert found == {
        "classifier_frechet": metrics.frechet_distance(real, features),
        "classifier_score": metrics.classifier_score(probabilities),
        "classes": metrics.class_histogram(probabilities),
        "judge": {"name": "mnist", "hash": judge.hash, "accuracy": judge.accuracy},
        "real": {"split": "test"},
        "classifier_kernel": {"of": "kernel_distance"},
        "neighbours": {"of": "precision_recall_density_coverage"},
        "diversity": {"of": "ms_ssim_diversity"},
    }
    np.testing.assert_array_equal(given["kernel_distance"][0], real)
    np.testing.assert_array_equal(given["kernel_distance"][1], features)
    np.testing.assert_array_equal(given["precision_recall_density_coverage"][0], real[:1000])
    np.testing.assert_array_equal(given["precision_recall_density_coverage"][1], features)
    np.testing.assert_array_equal(given["ms_ssim_diversity"][0], samples)


def test_samples_of_labels_are_asked_whether_they_show_them(tfds_dir):
    digits = kg.data.mnist("test[:2000]")  # the covariance of each class wants more than 128 of it
    asked = np.where(np.arange(2000) < 1500, digits.labels, (digits.labels + 1) % 10)  # a quarter shows another
    protocol = metrics.JudgeProtocol(digits.images, metrics.mnist_judge(), labels=digits.labels)
    found = protocol.thorough(as_floats(digits.images), asked)
    assert found["labels"]["label_accuracy"] == pytest.approx(0.75, abs=0.02)
    by_class = found["classifier_frechet_by_class"]
    assert by_class["mean"] == pytest.approx(np.mean(by_class["of_each_label"]))
    features, _ = metrics.mnist_judge().describe(digits.images)
    three = metrics.frechet_distance(features[digits.labels == 3], features[asked == 3])
    assert by_class["of_each_label"][3] == pytest.approx(three["frechet_distance"], rel=1e-3)
    right = protocol.thorough(as_floats(digits.images), digits.labels)
    assert right["labels"]["label_accuracy"] > 0.98
    assert right["classifier_frechet_by_class"]["mean"] == pytest.approx(0, abs=1e-2)
    assert "labels" not in protocol(as_floats(digits.images[:1000]))


def test_the_real_images_themselves_are_at_distance_0():
    real = images(1000)
    found = metrics.JudgeProtocol(real, metrics.mnist_judge())(as_floats(real))
    assert found["classifier_frechet"]["frechet_distance"] < 1e-3
    found = metrics.PixelProtocol(real[:50]).thorough(as_floats(real[:50]))
    assert found["sliced_wasserstein"]["sliced_wasserstein"] < 1e-5
    assert found["neighbours"]["precision"] == found["neighbours"]["recall"] == 1


def test_precision_is_taken_of_equal_numbers():
    found = thoroughly("judge")
    assert found["neighbours"]["num_real"] == found["neighbours"]["num_generated"] == 1000
    assert found["classifier_frechet"]["num_real"] == 1100
    found = metrics.PixelProtocol(images(30)).thorough(images(20, 1))
    assert found["neighbours"]["num_real"] == found["neighbours"]["num_generated"] == 20


def test_pixels_are_seen_alike_as_integers_and_as_floats():
    protocol = metrics.PixelProtocol(images(50))
    as_integers, as_numbers = (protocol(x)["sliced_wasserstein"] for x in (images(50, 1), as_floats(images(50, 1))))
    assert as_integers["sliced_wasserstein"] == pytest.approx(as_numbers["sliced_wasserstein"], rel=1e-6)
    assert as_integers["sliced_wasserstein"] > 1e-3


# What is refused


@pytest.mark.parametrize("side", ["real", "generated"])
def test_fewer_samples_than_features_are_refused_in_one_sentence(side):
    real, generated = (128, 200) if side == "real" else (200, 128)
    protocol = metrics.JudgeProtocol(images(real), metrics.mnist_judge())
    with pytest.raises(ValueError, match=f"128 {side} samples were passed. Expected at least 129.") as caught:
        protocol(images(generated, 1))
    assert str(caught.value) == (
        f"128 {side} samples were passed. Expected at least 129. The covariance of 128 features needs more samples "
        "than features (10,000 are usual). Pass more samples, or fewer features."
    )


@pytest.mark.parametrize(
    ("name", "samples", "message"),
    [
        ("mixture", np.zeros((10, 3)), r"Samples of shape \(10, 3\) and modes of shape \(8, 2\)"),
        ("mixture", np.full((10, 2), np.nan), "NaN or infinite samples"),
        ("judge", np.zeros((200, 16, 16, 1)), r"\(200, 16, 16, 1\) were passed to the judge"),
        ("judge", np.full((200, 28, 28, 1), np.nan), "NaN or infinite were passed"),
        ("pixel", np.zeros((200, 10, 10, 3)), r"shape \(200, 300\)"),
        ("pixel", np.full((200, 12, 12, 3), np.inf), "NaN or infinite generated samples"),
    ],
)
def test_samples_of_another_kind_are_refused(name, samples, message):
    with pytest.raises(ValueError, match=message):
        protocols()[name][0](samples)


def test_large_images_are_brought_to_means_over_areas():
    pixels = images(2, size=40, channels=3)
    # Each pixel 16 times along both axes: 640 fall into 16 parts of 40.
    fine = pixels.astype(np.float64).repeat(16, axis=1).repeat(16, axis=2)
    means = fine.reshape(2, 16, 40, 16, 40, 3).mean(axis=(2, 4)) / 127.5 - 1
    np.testing.assert_allclose(module._flat(pixels), means.reshape(2, -1), atol=1e-6)
