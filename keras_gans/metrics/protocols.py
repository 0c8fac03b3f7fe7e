"""Protocols: what samples are measured by, fixed once for all the generators that are to be compared.

A protocol is called with samples, and the conditions that they were asked for by where there are some, and returns a
dict of dicts: the name of each measure, and what its function returns, numbers and what they depend on side by side.
"""

import numpy as np

from keras_gans.metrics.classifier import class_histogram, classifier_score, label_accuracy, stacked_modes
from keras_gans.metrics.frechet import frechet_distance
from keras_gans.metrics.kernel import kernel_distance
from keras_gans.metrics.modes import mode_statistics
from keras_gans.metrics.neighbours import precision_recall_density_coverage
from keras_gans.metrics.similarity import ms_ssim_diversity
from keras_gans.metrics.transport import earth_movers_distance, sliced_wasserstein

SIDE = 16  # pixels that a side is brought to, where pixels are compared


class MixtureProtocol:
    """Samples against a mixture of Gaussians: coverage of its modes, and distances to points drawn from it.

    Args:
        modes: Array (K, d) of the modes' centres.
        sigma: Standard deviation of each mode, in each coordinate.
        real: Array (n, d) of points drawn from the mixture, for the distances.
        weights: The modes' weights, array (K,); all alike when None.
        num_transported: Points of each side that the exact earth mover's distance is taken between; its cost grows
            with their square at least.

    Attributes:
        headline: Where the number stands that ranks generators, of which less is better: (measure, number).

    Example:
        >>> protocol = MixtureProtocol(mixture.modes, mixture.sigma, mixture.sample(10_000, seed=1))
        >>> protocol(model.sample(10_000, seed=0))["modes"]["high_quality"]
    """

    headline = ("earth_movers_distance", "earth_movers_distance")

    def __init__(self, modes, sigma, real, weights=None, num_transported=2500):
        self.modes, self.sigma, self.weights = modes, sigma, weights
        self.real, self.num_transported = real, num_transported

    def __call__(self, samples, y=None):
        """Measure samples, array (n, d); conditions do not change what is measured."""
        few = slice(self.num_transported)
        return {
            "modes": mode_statistics(samples, self.modes, self.sigma, self.weights),
            "earth_movers_distance": earth_movers_distance(self.real[few], samples[few]),
            "sliced_wasserstein": sliced_wasserstein(self.real, samples),
        }

    thorough = __call__


class JudgeProtocol:
    """Samples against real images, both seen by a judge.

    The classifier-Frechet distance is the Frechet distance (Heusel et al. 2017, arXiv:1706.08500) of the judge's
    features, the classifier score is the Inception score (Salimans et al. 2016, arXiv:1606.03498) of its class
    probabilities. Both depend on the judge, and the distance on the numbers of images: compare like with like. Samples
    of labels are also asked whether they show these.

    Args:
        real: Real images in random order, as the judge takes them. Precision and the like take as many of the first
            as there are samples.
        judge: A `Judge`.
        split: What the real images are, for the record.
        labels: Their labels (n,), for distances class by class; None for none.

    Attributes:
        headline: Where the number stands that ranks generators, of which less is better: (measure, number).

    Example:
        >>> protocol = JudgeProtocol(data.mnist().images, mnist_judge(), split="train")
        >>> protocol(model.sample(10_000, seed=0))["classifier_frechet"]["frechet_distance"]
    """

    headline = ("classifier_frechet", "frechet_distance")

    def __init__(self, real, judge, split=None, labels=None):
        self.judge, self.split, self.labels = judge, split, labels
        self._features, _ = judge.describe(real)

    def __call__(self, samples, y=None):
        """Measure images, as the judge takes them, that were asked for by labels y (m,), or by none."""
        return self._measure(*self.judge.describe(samples), y)

    def thorough(self, samples, y=None):
        """Measure as a call does, and add the slower measures.

        These are the kernel distance, precision and its kin, diversity, and the distances class by class.
        """
        features, probabilities = self.judge.describe(samples)
        num = min(len(features), len(self._features))  # as many on both sides: precision depends on the numbers
        return {
            **self._measure(features, probabilities, y),
            **self._class_by_class(features, y),
            "classifier_kernel": kernel_distance(self._features, features),
            "neighbours": precision_recall_density_coverage(self._features[:num], features[:num]),
            "diversity": ms_ssim_diversity(_within_range(samples)),
        }

    def _measure(self, features, probabilities, y):
        asked = {} if y is None else {"labels": label_accuracy(probabilities, y)}
        return {
            **asked,
            "classifier_frechet": frechet_distance(self._features, features),
            "classifier_score": classifier_score(probabilities),
            "classes": class_histogram(probabilities),
            "judge": {"name": self.judge.name, "hash": self.judge.hash, "accuracy": self.judge.accuracy},
            "real": {"split": self.split},
        }

    def _class_by_class(self, features, y):
        if y is None or self.labels is None:
            return {}
        distances = [
            frechet_distance(self._features[self.labels == c], features[y == c])["frechet_distance"]
            for c in np.unique(self.labels)
        ]
        return {"classifier_frechet_by_class": {"mean": float(np.mean(distances)), "of_each_label": distances}}


class StackedProtocol:
    """Images of three stacked digits: how many of the 1,000 modes there are, and how evenly.

    Lin et al. 2018, arXiv:1712.04086: a judge of single digits reads each channel.

    Args:
        judge: A `Judge` of one channel.

    Attributes:
        headline: Where the number stands that ranks generators, of which less is better: (measure, number).
        num_samples: Samples that it is to be called with, as the papers have it.

    Example:
        >>> protocol = StackedProtocol(mnist_judge())
        >>> protocol(model.sample(26_000, seed=0))["stacked_modes"]["modes"]
    """

    headline = ("stacked_modes", "kl_to_uniform")
    num_samples = 26_000

    def __init__(self, judge):
        self.judge = judge

    def __call__(self, samples, y=None):
        """Measure images (n, 28, 28, 3); conditions do not change what is measured."""
        channels = [self.judge.describe(samples[..., c : c + 1])[1] for c in range(3)]
        return {
            "stacked_modes": stacked_modes(channels),
            "judge": {"name": self.judge.name, "hash": self.judge.hash, "accuracy": self.judge.accuracy},
        }

    thorough = __call__


class PixelProtocol:
    """Images against real images by their pixels alone, where there is no judge of them.

    Larger images are first brought to at most 16 pixels a side, by the mean over areas. Weak beside a judge: pixels say
    little of what an image shows. Give features of a network of your own to the metrics for more.

    Args:
        real: Real images in random order, array (n, height, width, channels), uint8 or float in [-1, 1].
        split: What the real images are, for the record.

    Attributes:
        headline: Where the number stands that ranks generators, of which less is better: (measure, number).
    """

    headline = ("sliced_wasserstein", "sliced_wasserstein")

    def __init__(self, real, split=None):
        self.split = split
        self._pixels = _flat(real)

    def __call__(self, samples, y=None):
        """Measure images; conditions do not change what is measured."""
        return {
            "sliced_wasserstein": sliced_wasserstein(self._pixels, _flat(samples)),
            "real": {"split": self.split, "features": f"pixels, at most {SIDE} a side"},
        }

    def thorough(self, samples, y=None):
        """Measure as a call does, and add precision and its kin, and the samples' diversity."""
        pixels = _flat(samples)
        num = min(len(pixels), len(self._pixels))
        return {
            **self(samples),
            "neighbours": precision_recall_density_coverage(self._pixels[:num], pixels[:num]),
            "diversity": ms_ssim_diversity(_within_range(samples)),
        }


class AttributeProtocol:
    """Images whose attributes can be read off them: how often these are what was asked for, and the pixels.

    Args:
        real: Real images in random order, as `PixelProtocol` takes them.
        read: Function of float images (m, height, width, channels) in [-1, 1] that returns an integer array (m,) for
            each attribute.
        asked: Function of conditions (m, ...) that returns the same of what was asked for.
        names: Names of the attributes.
        split: What the real images are, for the record.

    Attributes:
        headline: Where the number stands that ranks generators, of which less is better: (measure, number).

    Example:
        >>> protocol = AttributeProtocol(images, faces.read_colours, faces.colours_of, ("hair", "eyes"))
        >>> protocol(model.sample(10_000, y=y, seed=0), y)["attributes"]["accuracy"]
    """

    headline = PixelProtocol.headline

    def __init__(self, real, read, asked, names, split=None):
        self.read, self.asked, self.names = read, asked, tuple(names)
        self._pixels = PixelProtocol(real, split)

    def __call__(self, samples, y=None):
        """Measure images that were asked for by conditions y, or by none."""
        return {**self.attributes(samples, y), **self._pixels(samples)}

    def thorough(self, samples, y=None):
        """Measure as a call does, and add precision and its kin, and the samples' diversity."""
        return {**self.attributes(samples, y), **self._pixels.thorough(samples)}

    def attributes(self, samples, y):
        """Measure how often the attributes are those that were asked for by conditions y; nothing if y is None."""
        if y is None:
            return {}
        is_right = [r == a for r, a in zip(self.read(_within_range(samples)), self.asked(y), strict=True)]
        each = {name: float(right.mean()) for name, right in zip(self.names, is_right, strict=True)}
        return {"attributes": {"accuracy": float(np.all(is_right, axis=0).mean()), **each, "num_samples": len(samples)}}


def _within_range(images):
    """Clip float images to [-1, 1]: a generator without tanh may overshoot."""
    images = np.asarray(images)
    if images.dtype != np.uint8 and not np.isfinite(images).all():  # clipping would hide infinity
        raise ValueError(
            "NaN or infinite generated samples were passed. Expected finite ones. Has the generator diverged?"
        )
    return images if images.dtype == np.uint8 else np.clip(images, -1, 1)


def _flat(images):
    """Bring images to rows of at most SIDE x SIDE pixels, float32 in [-1, 1]."""
    images = np.asarray(images)
    if images.dtype == np.uint8:
        images = images.astype(np.float32) / np.float32(127.5) - 1
    images = _within_range(images).astype(np.float32)
    rows, columns = (_area_means(side) for side in images.shape[1:3])
    return np.einsum("ah,nhwc,bw->nabc", rows, images, columns, optimize=True).reshape(len(images), -1)


def _area_means(side):
    """Weights (SIDE, side) of the means over equal parts of a line of pixels; the identity if it is short enough."""
    if side <= SIDE:
        return np.eye(side, dtype=np.float32)
    edges = np.linspace(0, side, SIDE + 1)
    pixels = np.arange(side)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (np.clip(overlap, 0, None) * SIDE / side).astype(np.float32)
