"""The judges that ship: what they are, what they see, and that a changed file is refused."""

import json

import keras
import numpy as np
import pytest
import scipy.signal

from keras_gans import data, metrics
from keras_gans.metrics import judge as judge_module
from keras_gans.metrics.judge import Judge, judge_network, weights_hash

MNIST, FASHION = (judge_module.WEIGHTS / f"{name}.npz" for name in ("mnist", "fashion_mnist"))
SHIPPED = {"mnist": (metrics.mnist_judge, MNIST), "fashion_mnist": (metrics.fashion_mnist_judge, FASHION)}


def strokes(n, seed=0):
    """Images of a few bright rectangles on black, uint8."""
    rng = np.random.default_rng(seed)
    images = np.zeros((n, 28, 28, 1), np.uint8)
    for image in images:
        for _ in range(4):
            top, left, height, width = rng.integers([2, 2, 2, 2], [20, 20, 8, 8])
            image[top : top + height, left : left + width] = rng.integers(100, 256)
    return images


def as_floats(images):
    return images.astype(np.float32) / np.float32(127.5) - 1


def contents(path):
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def written(folder, **changes):
    """A copy of MNIST's judge with some arrays changed; None leaves one out."""
    arrays = {**contents(MNIST), **changes}
    path = folder / "judge.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


def about(**changes):
    """The text beside the weights, changed; None leaves a part out."""
    text = {**json.loads(str(contents(MNIST)["about"])), **changes}
    return np.array(json.dumps({key: value for key, value in text.items() if value is not None}))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_judges_tell_what_they_are(name):
    load, path = SHIPPED[name]
    judge = load()
    assert load() is judge  # loaded once
    assert judge.name == name
    assert len(set(judge.class_names)) == 10
    assert all(isinstance(class_name, str) for class_name in judge.class_names)
    assert 0.9 < judge.accuracy < 1
    assert len(judge.hash) == 16
    assert judge.hash == json.loads(str(contents(path)["about"]))["hash"]
    assert judge.hash == weights_hash([contents(path)[f"weight_{i}"] for i in range(8)])
    assert path.stat().st_size < 2e6


def test_judges_differ():
    assert metrics.mnist_judge().hash != metrics.fashion_mnist_judge().hash
    assert metrics.mnist_judge().class_names == [str(i) for i in range(10)]
    assert "Ankle boot" in metrics.fashion_mnist_judge().class_names


@pytest.mark.data
@pytest.mark.parametrize(("name", "at_least"), [("mnist", 0.99), ("fashion_mnist", 0.91)])
def test_accuracy_is_as_stated(name, at_least, tfds_dir, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", tfds_dir)
    judge, test = SHIPPED[name][0](), getattr(data, name)("test")
    assert judge.class_names == test.class_names
    _, probabilities = judge.describe(test.images)
    accuracy = float(np.mean(probabilities.argmax(axis=1) == test.labels))
    assert accuracy > at_least
    assert abs(accuracy - judge.accuracy) <= 2e-4  # two images of 10,000: rounding differs between machines


# What it sees


def by_hand(images, weights):
    """Features and probabilities by SciPy's correlations, in float64."""
    x = images[..., 0].astype("float64")[..., None] / 255
    for kernel, bias in (weights[:2], weights[2:4]):
        padded = np.pad(x, [(0, 0), (2, 2), (2, 2), (0, 0)])
        planes = [
            sum(
                scipy.signal.correlate(padded[..., i], kernel[None, :, :, i, o].astype("float64"), "valid")
                for i in range(kernel.shape[2])
            )
            + bias[o]
            for o in range(kernel.shape[3])
        ]
        x = np.maximum(np.stack(planes, axis=-1), 0)
        n, height, width, channels = x.shape
        x = x.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
    features = np.maximum(x.reshape(len(x), -1) @ weights[4] + weights[5], 0)
    logits = features @ weights[6] + weights[7]
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return features, exponents / exponents.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_network_is_what_it_is_said_to_be(name):
    load, path = SHIPPED[name]
    images = strokes(3)
    weights = [contents(path)[f"weight_{i}"].astype("float64") for i in range(8)]
    features, probabilities = by_hand(images, weights)
    assert features.shape == (3, 128)
    found = load().describe(images)
    np.testing.assert_allclose(found[0], features, rtol=1e-4, atol=1e-4 * features.max())
    np.testing.assert_allclose(found[1], probabilities, atol=1e-4)
    assert np.abs(features[0] - features[1]).max() > 0.1  # the images do differ


def test_uint8_and_floats_are_seen_alike():
    judge, images = metrics.mnist_judge(), strokes(20)
    features, probabilities = judge.describe(images)
    for other in (as_floats(images), as_floats(images).astype("float64")):
        same = judge.describe(other)
        np.testing.assert_allclose(same[0], features, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(same[1], probabilities, atol=1e-5)
    beyond = np.where(as_floats(images) > 0.99, 1.5, as_floats(images))
    np.testing.assert_allclose(judge.describe(beyond)[0], judge.describe(np.clip(beyond, -1, 1))[0], atol=1e-5)


def test_neither_batches_nor_company_matter():
    judge, images = metrics.mnist_judge(), strokes(judge_module.BATCH + 1)
    features, probabilities = judge.describe(images)
    assert features.shape == (501, 128)
    assert features.dtype == np.float32
    assert probabilities.shape == (501, 10)
    assert probabilities.dtype == np.float64
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=0, atol=1e-12)
    assert probabilities.min() >= 0
    for i in (0, 499, 500):
        alone = judge.describe(images[i : i + 1])
        np.testing.assert_allclose(alone[0], features[i : i + 1], atol=1e-5)
        np.testing.assert_allclose(alone[1], probabilities[i : i + 1], atol=1e-6)
    assert np.linalg.norm(features[499] - features[500]) > 0.1


def test_a_mixed_policy_does_not_round_what_is_measured():
    images = strokes(10)
    expected, _ = metrics.mnist_judge().describe(images)
    keras.config.set_dtype_policy("mixed_bfloat16")
    features, _ = Judge(MNIST).describe(images)
    np.testing.assert_allclose(features, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 28, 28)), r"Images of shape \(2, 28, 28\) were passed to the judge 'mnist'"),
        (np.zeros((2, 28, 28, 3)), r"\(2, 28, 28, 3\).*Expected \(n, 28, 28, 1\)"),
        (np.zeros((2, 32, 32, 1)), r"\(2, 32, 32, 1\)"),
        (np.zeros((28, 28, 1)), r"\(28, 28, 1\) were passed"),
        (np.zeros((0, 28, 28, 1)), r"\(0, 28, 28, 1\)"),
        (np.full((1, 28, 28, 1), np.nan), "NaN or infinite were passed"),
        (np.full((1, 28, 28, 1), np.inf), "NaN or infinite were passed"),
    ],
)
def test_what_is_no_image_of_its_kind_is_refused(images, message):
    with pytest.raises(ValueError, match=message):
        metrics.mnist_judge().describe(images)


# Its file


def test_a_copy_is_the_same_judge(tmp_path):
    copy = Judge(written(tmp_path))
    np.testing.assert_array_equal(copy.describe(strokes(3))[0], metrics.mnist_judge().describe(strokes(3))[0])


@pytest.mark.parametrize("i", range(8))
def test_a_changed_weight_is_refused(i, tmp_path):
    w = contents(MNIST)[f"weight_{i}"].copy()
    flat = w.reshape(-1).view(np.uint16 if w.itemsize == 2 else np.uint32)
    flat[flat.size // 2] ^= 1  # its last bit
    with pytest.raises(ValueError, match=r"have the hash \w{16}. Expected \w{16}: the file is damaged"):
        Judge(written(tmp_path, **{f"weight_{i}": w}))


def test_the_hash_is_of_values_shapes_and_types():
    w = [np.arange(6, dtype="float32"), np.zeros((2, 2), "float32")]
    others = [
        [w[1], w[0]],
        [w[0].reshape(2, 3), w[1]],
        [w[0].astype("float64"), w[1]],
        [w[0] + 1, w[1]],
        [*w, w[1]],
    ]
    hashes = [weights_hash(arrays) for arrays in (w, *others)]
    assert len(set(hashes)) == len(hashes)
    assert weights_hash([np.asfortranarray(a) for a in w]) == hashes[0]


def test_weights_of_other_shapes_are_refused_though_their_hash_is_right(tmp_path):
    weights = [contents(MNIST)[f"weight_{i}"] for i in range(8)]
    weights[0] = np.swapaxes(weights[0], 2, 3).repeat(2, axis=0)
    path = written(tmp_path, weight_0=weights[0], about=about(hash=weights_hash(weights)))
    with pytest.raises(ValueError, match=r"holds weights of the shapes .*Expected \[\(5, 5, 1, 32\)"):
        Judge(path)


def test_pickles_are_not_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was run",))

    with pytest.raises(ValueError, match=r"holds no judge: ValueError: Object arrays cannot be loaded"):
        Judge(written(tmp_path, weight_3=np.array([Trap()], dtype=object)))
    with pytest.raises(ValueError, match=r"holds no judge: ValueError: Object arrays cannot be loaded"):
        Judge(written(tmp_path, about=np.array([Trap()], dtype=object)))


@pytest.mark.parametrize(
    "changes",
    [
        {"weight_7": None},
        {"about": None},
        {"about": np.array("no JSON")},
        {"about": about(hash=None)},
        {"about": about(name=None)},
        {"about": about(class_names=None)},
        {"about": about(accuracy=None)},
    ],
)
def test_a_file_that_lacks_a_part_is_no_judge(changes, tmp_path):
    with pytest.raises(ValueError, match=r"judge.npz holds no judge: .*Make it anew"):
        Judge(written(tmp_path, **changes))


@pytest.mark.parametrize("part", [0, 0.3, 0.999])
def test_a_file_cut_off_is_no_judge(part, tmp_path):
    path = tmp_path / "judge.npz"
    whole = MNIST.read_bytes()
    path.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(ValueError, match=r"judge.npz holds no judge"):
        Judge(path)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere.npz does not exist. Expected the weights of a judge"):
        Judge(tmp_path / "nowhere.npz")


def test_the_untrained_network_has_lenets_shape():
    network = judge_network()
    assert [tuple(w.shape) for w in network.weights] == [
        (5, 5, 1, 32), (32,), (5, 5, 32, 64), (64,), (3136, 128), (128,), (128, 10), (10,),
    ]  # fmt: skip
    assert {layer.dtype_policy.compute_dtype for layer in network.layers} == {"float32"}
