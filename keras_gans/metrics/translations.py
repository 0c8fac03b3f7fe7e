"""The protocol of translators: what their translations are measured by."""

import functools

import numpy as np

from keras_gans.metrics.protocols import PixelProtocol


class TranslationProtocol:
    """Translations of held-out images against their partners or, where these are unknown, the other side's images.

    Of pairs the mean absolute error to the partner is measured; without pairs the sliced Wasserstein distance to the
    images of the other side, as by `PixelProtocol`. Beside each stands that of the identity, the map that changes
    nothing, and the translations' share of it: 0 is right, 1 is nothing gained. Where there are translators of both
    directions, what is lost on the way there and back is measured too.

    Args:
        x: Images of X, float array (n, height, width, channels) in [-1, 1].
        y: Images of Y, of the same height, width and channels; of pairs the i-th belongs to the i-th of X.
        paired: Whether they are pairs.
        split: What the images are, for the record.

    Attributes:
        headline: Where the number stands that ranks translators, of which less is better: (measure, number). It is
            the share of the identity's error or distance, mean over the directions.

    Raises:
        ValueError: If images of the two sides differ in shape, pairs in number, or the sides are the same images.

    Example:
        >>> protocol = TranslationProtocol(x, y, paired=True, split="test")
        >>> y_fake, x_fake = model.translate(x), model.translate(y, backwards=True)
        >>> protocol(y_fake, x_fake)["translations"]["over_identity"]
    """

    headline = ("translations", "over_identity")

    def __init__(self, x, y, paired, split=None):
        self.x, self.y, self.paired, self.split = np.asarray(x), np.asarray(y), bool(paired), split
        if self.x.shape[1:] != self.y.shape[1:] or (paired and len(self.x) != len(self.y)):
            raise ValueError(
                f"x of shape {self.x.shape} and y of shape {self.y.shape} were passed. Expected images of one shape, "
                "and of pairs as many. Translations are compared with the images that they are made of."
            )
        self._ways = {
            "forward": _distances_to(self.y, self.x, self.paired),
            "backward": _distances_to(self.x, self.y, self.paired),
        }

    def __call__(self, y_fake, x_fake=None, x_again=None, y_again=None):
        """Measure translations.

        Args:
            y_fake: G(x), the translations of all x.
            x_fake: F(y), those of all y; None where there is no F.
            x_again: F(G(x)); None where there is no F.
            y_again: G(F(y)); None where there is no F.

        Returns:
            Dict of dicts: `translations`, `forward`, `backward` and `cycle` of what was passed, and `real`.
        """
        made = {"forward": y_fake, "backward": x_fake}
        ways = {way: self._ways[way](images) for way, images in made.items() if images is not None}
        found = {"translations": {"over_identity": float(np.mean([way["over_identity"] for way in ways.values()]))}}
        found |= ways
        if x_again is not None and y_again is not None:
            found["cycle"] = {
                "mean_absolute_error_x": _mean_absolute_error(self.x, x_again),
                "mean_absolute_error_y": _mean_absolute_error(self.y, y_again),
            }
        about = {"num_x": len(self.x), "num_y": len(self.y), "paired": self.paired, "split": self.split}
        return {**found, "real": about}

    thorough = __call__


def _distances_to(real, sources, paired):
    """Return a function of translations of `sources` that gives their error or distance, the identity's, the share."""
    if paired:
        name, distance = "mean_absolute_error", functools.partial(_mean_absolute_error, real)
    else:
        name, distance = "sliced_wasserstein", functools.partial(_sliced_wasserstein, PixelProtocol(real))
    of_identity = distance(sources)
    if not of_identity > 0:
        raise ValueError("x and y are the same images. Expected those of two sides. Pass the other side's as y.")

    def measure(images):
        found = distance(images)
        return {name: found, "of_identity": of_identity, "over_identity": found / of_identity}

    return measure


def _sliced_wasserstein(protocol, images):
    return protocol(images)["sliced_wasserstein"]["sliced_wasserstein"]


def _mean_absolute_error(real, images):
    return float(np.mean(np.abs(np.asarray(real, "float64") - np.asarray(images, "float64"))))
