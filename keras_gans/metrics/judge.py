"""Judges: small classifiers whose weights ship with the package, as features and class probabilities of images."""

import functools
import hashlib
import json
import pathlib

import keras
import numpy as np

WEIGHTS = pathlib.Path(__file__).parent / "judges"
BATCH = 500


class Judge:
    """A frozen classifier of 28x28 grey images: 128 features of each image and the probabilities of its ten classes.

    LeNet's shape: two 5x5 convolutions of 32 and 64 channels, each with ReLU and max pooling, 128 ReLU units, which are
    the features, ten logits. (Binkowski et al. 2018, arXiv:1801.01401, take such units for MNIST too, 512 of them.)
    Distances between its
    features mean something beside other distances of the same judge alone, which is why its hash goes with them.

    Args:
        path: `.npz` file of weights, such as `benchmarks/judges.py` writes; loaded without pickle.

    Attributes:
        name: What it was trained on.
        class_names: Names of the ten classes.
        accuracy: Share of the test set's 10,000 images that it classifies as labelled.
        hash: First 16 hexadecimal digits of the SHA-256 of its weights.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file holds no judge, or a damaged one.

    Example:
        >>> judge = keras_gans.metrics.mnist_judge()
        >>> features, probabilities = judge.describe(model.sample(10_000, seed=0))
    """

    def __init__(self, path):
        path = pathlib.Path(path)
        try:
            with np.load(path, allow_pickle=False) as file:
                about = json.loads(str(file["about"]))
                weights = [file[f"weight_{i}"] for i in range(8)]
            expected = about["hash"]
            self.name, self.class_names, self.accuracy = about["name"], about["class_names"], about["accuracy"]
        except FileNotFoundError:
            raise FileNotFoundError(f"{path} does not exist. Expected the weights of a judge, an .npz file.") from None
        except Exception as error:  # zip, JSON and NumPy have their own each
            raise ValueError(
                f"{path} holds no judge: {type(error).__name__}: {error}. Expected an .npz file that "
                "benchmarks/judges.py wrote. Make it anew."
            ) from error
        self.hash = weights_hash(weights)
        if self.hash != expected:
            raise ValueError(
                f"The weights in {path} have the hash {self.hash}. Expected {expected}: the file is damaged. "
                "Install the package anew, or train the judge anew with benchmarks/judges.py."
            )
        self._network = judge_network()
        shapes = [w.shape for w in weights], [tuple(w.shape) for w in self._network.weights]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"{path} holds weights of the shapes {shapes[0]}. Expected {shapes[1]}, those of a judge. Make it anew "
                "with benchmarks/judges.py."
            )
        self._network.set_weights([w.astype(np.float32) for w in weights])

    def describe(self, images):
        """Look at images.

        Args:
            images: Array (n, 28, 28, 1), float in [-1, 1] (values that overshoot are clipped) or uint8.

        Returns:
            Features, float32 (n, 128), and class probabilities, float64 (n, 10) with rows of sum 1.

        Raises:
            ValueError: If the shape is another, there is no image, or a value is not finite.
        """
        images = np.asarray(images)
        if images.shape[1:] != (28, 28, 1) or not len(images):
            raise ValueError(
                f"Images of shape {images.shape} were passed to the judge {self.name!r}. Expected (n, 28, 28, 1). "
                "Judge other images by features of your own, which every metric takes."
            )
        if images.dtype != np.uint8 and not np.isfinite(images).all():
            raise ValueError(
                "Images that are NaN or infinite were passed. Expected finite ones. Has training diverged?"
            )
        features, logits = [], []
        for start in range(0, len(images), BATCH):
            batch = as_pixels(images[start : start + BATCH])
            rows = len(batch)
            batch = np.pad(batch, [(0, BATCH - rows), (0, 0), (0, 0), (0, 0)])  # one shape, so one trace
            for kept, values in zip((features, logits), self._look(batch), strict=True):
                kept.append(np.asarray(values)[:rows])
        logits = np.concatenate(logits).astype(np.float64)
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.concatenate(features), exponents / exponents.sum(axis=1, keepdims=True)

    @functools.cached_property
    def _look(self):
        import tensorflow as tf

        return tf.function(lambda x: self._network(x, training=False), autograph=False)


def as_pixels(images):
    """Bring images, float in [-1, 1] or uint8, to float32 in [0, 1]."""
    if images.dtype == np.uint8:
        return images.astype(np.float32) / 255
    return np.clip((images.astype(np.float32) + 1) / 2, 0, 1)


def judge_network(dropout=0.5):
    """Return the untrained network of a judge: x (m, 28, 28, 1) in [0, 1] -> [features (m, 128), logits (m, 10)]."""
    layers = keras.layers
    x = keras.Input((28, 28, 1), dtype="float32")
    h = x
    for filters in (32, 64):
        h = layers.Conv2D(filters, 5, padding="same", activation="relu", dtype="float32")(h)
        h = layers.MaxPooling2D(2, dtype="float32")(h)
    h = layers.Flatten(dtype="float32")(h)  # float32 in each layer: a mixed policy must not round what is measured
    features = layers.Dense(128, activation="relu", dtype="float32")(h)
    logits = layers.Dense(10, dtype="float32")(layers.Dropout(dropout, dtype="float32")(features))
    return keras.Model(x, [features, logits], name="judge")


def weights_hash(weights):
    """Return the first 16 hexadecimal digits of the SHA-256 of arrays, their shapes and types included."""
    digest = hashlib.sha256()
    for w in weights:
        digest.update(f"{w.shape} {w.dtype.str}".encode())
        digest.update(np.ascontiguousarray(w).tobytes())
    return digest.hexdigest()[:16]


@functools.cache
def mnist_judge():
    """Return the judge of handwritten digits; its accuracy on MNIST's test set is its `.accuracy`."""
    return Judge(WEIGHTS / "mnist.npz")


@functools.cache
def fashion_mnist_judge():
    """Return the judge of clothes; its accuracy on Fashion-MNIST's test set is its `.accuracy`."""
    return Judge(WEIGHTS / "fashion_mnist.npz")
