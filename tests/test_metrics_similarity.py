"""MS-SSIM against TensorFlow in float32 and scikit-image in float64; the diversity by its pairs."""

import itertools
import json

import numpy as np
import pytest
import tensorflow as tf
from references.make_metric_references import FILE, IMAGE_SHAPES, WEIGHTS, image_pairs

from keras_gans.metrics import ms_ssim, ms_ssim_diversity, similarity

REFERENCE = json.loads(FILE.read_text())["scikit_image_ms_ssim"]


@pytest.mark.parametrize("shape", IMAGE_SHAPES, ids=str)
def test_against_scikit_image(shape):
    found = ms_ssim(*image_pairs(shape))
    assert found == pytest.approx(np.array(REFERENCE["x".join(map(str, shape))]), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("shape", [*IMAGE_SHAPES, (64, 64, 3), (33, 47, 2)], ids=str)
def test_against_tensorflow(shape):
    a, b = image_pairs(shape)
    weights = WEIGHTS[: similarity.num_scales(*shape[:2])]
    a_01, b_01 = (tf.constant((images + 1) / 2, tf.float32) for images in (a, b))
    expected = tf.image.ssim_multiscale(a_01, b_01, 1.0, power_factors=tuple(weights / weights.sum()))
    assert ms_ssim(a, b) == pytest.approx(expected.numpy(), abs=1e-4)


def test_number_of_scales():
    sizes = [10, 11, 20, 21, 28, 32, 40, 41, 64, 80, 81, 160, 161, 1024]
    assert [similarity.num_scales(size, 2000) for size in sizes] == [0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5]


def test_equal_images_and_order():
    a, b = image_pairs((28, 28, 1))
    assert ms_ssim(a, a) == pytest.approx(np.ones(4), rel=1e-12)
    assert ms_ssim(a, b) == pytest.approx(ms_ssim(b, a), rel=1e-12)
    assert np.all(np.diff(ms_ssim(a, b)) < 0)  # less alike, pair by pair


def test_constant_images_by_hand():
    # no contrast: structure 1, and the luminance of 0.25 and 0.75 to the power of the last scale's weight
    a, b = np.full((1, 28, 28, 1), -0.5), np.full((1, 28, 28, 1), 0.5)
    luminance = (2 * 0.25 * 0.75 + 1e-4) / (0.25**2 + 0.75**2 + 1e-4)
    assert ms_ssim(a, b) == pytest.approx([luminance ** (0.2856 / 0.3304)], rel=1e-10)


def test_bytes_and_floats_measure_the_same():
    pixels = np.random.default_rng(0).integers(0, 256, size=(2, 5, 24, 24, 3)).astype("uint8")
    floats = pixels / 127.5 - 1
    assert ms_ssim(*pixels) == pytest.approx(ms_ssim(*floats), rel=1e-10)
    assert ms_ssim(pixels[0], floats[0]) == pytest.approx(np.ones(5), rel=1e-10)


def test_blocks_change_nothing(monkeypatch):
    a, b = image_pairs((28, 28, 1), n=7)
    expected, spread = ms_ssim(a, b), ms_ssim_diversity(a, num_pairs=9)
    monkeypatch.setattr(similarity, "_BLOCK", 2 * 28 * 28)
    assert ms_ssim(a, b) == pytest.approx(expected, rel=1e-12)
    assert ms_ssim_diversity(a, num_pairs=9)["ms_ssim"] == pytest.approx(spread["ms_ssim"], rel=1e-12)


def test_diversity_over_all_pairs():
    images = image_pairs((28, 28, 1), n=6)[1]
    first, second = np.array(list(itertools.combinations(range(6), 2))).T
    each = ms_ssim(images[first], images[second])
    found = ms_ssim_diversity(images, num_pairs=100)
    assert found["ms_ssim"] == pytest.approx(each.mean(), rel=1e-12)
    assert found["standard_deviation"] == pytest.approx(each.std(), rel=1e-12)
    protocol = {"num_pairs": 15, "num_scales": 2, "seed": 0, "num_samples": 6}
    assert {name: found[name] for name in protocol} == protocol
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(("n", "num_pairs"), [(2, 5), (7, 21), (50, 300), (100_000, 5000)])
def test_pairs_are_distinct(n, num_pairs):
    first, second = similarity._pairs(n, num_pairs, seed=0)
    assert len(first) == len(set(zip(first, second, strict=True))) == min(num_pairs, n * (n - 1) // 2)
    assert second.min() >= 0
    assert np.all(second < first)
    assert first.max() < n
    assert first.max() > 0.9 * (n - 1)


def test_collapse_is_less_diverse():
    generator = np.random.default_rng(0)
    images = generator.uniform(-1, 1, size=(30, 28, 28, 1))
    collapsed = images[:1] + 0.02 * generator.uniform(-1, 1, size=images.shape)
    diverse = ms_ssim_diversity(images, num_pairs=100)
    assert diverse["ms_ssim"] < 0.2
    assert ms_ssim_diversity(np.clip(collapsed, -1, 1), num_pairs=100)["ms_ssim"] > 0.98
    assert ms_ssim_diversity(images, num_pairs=100, seed=1)["ms_ssim"] != diverse["ms_ssim"]


def test_refusals():
    images = np.zeros((3, 28, 28, 1))
    with pytest.raises(ValueError, match=r"shape \(3, 28, 28\) were passed"):
        ms_ssim(images[..., 0], images[..., 0])
    with pytest.raises(ValueError, match=r"shape \(3, 10, 28, 1\) were passed.* at least 11 pixels"):
        ms_ssim(images[:, :10], images[:, :10])
    with pytest.raises(ValueError, match=r"shapes \(3, 28, 28, 1\) and \(2, 28, 28, 1\)"):
        ms_ssim(images, images[:2])
    with pytest.raises(ValueError, match="Images of int64 were passed"):
        ms_ssim_diversity(images.astype("int64"))
    with pytest.raises(ValueError, match=r"Images from 0 to 255 were passed.* Scale or clip"):
        ms_ssim_diversity(np.linspace(0, 255, images.size).reshape(images.shape))
    with pytest.raises(ValueError, match="Images from nan to nan"):
        ms_ssim_diversity(images + np.nan)
    with pytest.raises(ValueError, match=r"1 image was passed. Expected at least 2"):
        ms_ssim_diversity(images[:1])
    with pytest.raises(ValueError, match="num_pairs=0 was passed"):
        ms_ssim_diversity(images, num_pairs=0)
