"""Two sets of images for translation, with pairs and without; and one with a known answer."""

import numpy as np
import tensorflow as tf

from keras_gans.data.image_set import ImageSet
from keras_gans.data.images import digits

_INK, _PAPER = (1.0, 0.55, 0.1), (0.1, 0.25, 0.6)  # of the coloured digits, red, green and blue
_HELD_OUT = 397  # of scikit-learn's 1,797 digits, the last ones
SIDE = 32


class TwoSides:
    """Images x and y as batches `(x, y)`: without pairs, each side in an order of its own, or in pairs.

    Args:
        x: `ImageSet` of X.
        y: `ImageSet` of Y.
        paired: Whether the i-th image of Y belongs to the i-th of X.
        name: Name for reports.

    Raises:
        TypeError: If a side is no `ImageSet`.
        ValueError: If pairs are asked for and there are not as many x as y, or a side holds a single image.

    Example:
        >>> data = TwoSides(image_folder("horses", 128), image_folder("zebras", 128))
        >>> model.fit(data.batches(1), epochs=100)
    """

    def __init__(self, x, y, paired=False, name="two_sides"):
        for side, images in (("x", x), ("y", y)):
            if not isinstance(images, ImageSet):
                raise TypeError(f"{side}={images!r} was passed. Expected a keras_gans.data.ImageSet.")
            if len(images) < 2:
                raise ValueError(
                    f"{side} holds {len(images)} image, of {images.name!r}. Expected at least 2, to learn a side from."
                )
        if paired and len(x) != len(y):
            raise ValueError(f"{len(x)} x and {len(y)} y were passed. Expected as many, the i-th of both being a pair.")
        self.x, self.y, self.paired, self.name = x, y, bool(paired), name

    def __len__(self):
        return min(len(self.x), len(self.y))

    def __repr__(self):
        return f"TwoSides({self.x!r}, {self.y!r}, paired={self.paired})"

    def sample(self, num, seed=None):
        """Draw as many x and y, of pairs those that belong together; see `ImageSet.sample`.

        Args:
            num: Number of images of each side, from 1 to the size of the smaller one.
            seed: Integer; the same seed gives the same images. None draws afresh.

        Returns:
            (x, y), float32 arrays (num, height, width, channels) in [-1, 1].

        Raises:
            ValueError: If `num` is out of that range.
        """
        seed = np.random.SeedSequence(seed).entropy  # of sets of one length, one seed draws the same
        return self.x.sample(num, seed), self.y.sample(num, seed)

    def batches(self, batch_size, seed=0):
        """Return batches for training: one pass over the smaller side per iteration; see `ImageSet.batches`.

        Args:
            batch_size: Images of each side.
            seed: Integer.

        Returns:
            `tf.data.Dataset` of `(x, y)`, float32 in [-1, 1].
        """
        return self._zipped(self.x.batches(batch_size, seed), self.y.batches(batch_size, self._seed_of_y(seed)))

    def stream(self, batch_size, seed=0, start=0):
        """Return endless batches for training, of which the i-th is a function of (seed, i); see `ImageSet.stream`.

        Args:
            batch_size: Images of each side.
            seed: Integer.
            start: Number of the first batch.

        Returns:
            `tf.data.Dataset` as that of `batches`, without an end.
        """
        sides = ((self.x, seed), (self.y, self._seed_of_y(seed)))
        return self._zipped(*(images.stream(batch_size, side_seed, start) for images, side_seed in sides))

    def _seed_of_y(self, seed):
        # Sets of one length and one seed come in one order, which makes pairs.
        return seed if self.paired else -1 - seed

    def _zipped(self, x, y):
        images = lambda *batch: batch[0]  # noqa: E731, without labels or captions
        return tf.data.Dataset.zip(x.map(images), y.map(images))


def coloured_digits(split="train", paired=False):
    """Return scikit-learn's digits, white on black, and others in orange on blue cloth: translation with an answer.

    No pair is shown in training, if not asked for: X are the even, Y the odd ones of the first 1,400. The held-out
    digits come in pairs, to measure by. Y follows from X pixel by pixel (`in_colour`): there is one right answer.

    Args:
        split: "train", or "test", which is in pairs.
        paired: Whether training is in pairs too, of all the first 1,400.

    Returns:
        `TwoSides` of uint8 (n, 32, 32, 3).

    Raises:
        ValueError: If `split` is neither.
    """
    if split not in ("train", "test"):
        raise ValueError(f"split={split!r} was passed. Expected 'train' or 'test'.")
    grey = digits().resized(SIDE).images.repeat(3, axis=-1)
    if split == "test":
        held_out = grey[-_HELD_OUT:]
        return TwoSides(_set(held_out, "digits"), _set(in_colour(held_out), "in colour"), True, "coloured_digits")
    seen = grey[:-_HELD_OUT]
    if paired:
        return TwoSides(_set(seen, "digits"), _set(in_colour(seen), "in colour"), True, "coloured_digits")
    return TwoSides(_set(seen[::2], "digits"), _set(in_colour(seen[1::2]), "in colour"), name="coloured_digits")


def in_colour(images):
    """Return grey images in the colours of Y: ink where they are white, woven cloth where they are black.

    Args:
        images: uint8 (n, H, W, 3), grey.

    Returns:
        uint8 array of the same shape.
    """
    rows, columns = np.indices(images.shape[1:3])
    weave = 0.75 + 0.25 * np.where((rows // 2 + columns // 2) % 2, 1.0, -1.0)
    paper = weave[..., None] * np.array(_PAPER)
    share = images.astype(np.float32) / 255
    return np.rint(255 * (paper + share * (np.array(_INK) - paper))).astype(np.uint8)


def _set(images, name):
    return ImageSet(np.ascontiguousarray(images), name=name)
