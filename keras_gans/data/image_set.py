"""ImageSet: decoded images and their labels, in memory or in a memory-mapped file, as batches for training."""

import functools
import shutil
import tempfile

import numpy as np
import tensorflow as tf

from keras_gans.checks import check_integer_from
from keras_gans.data.passes import check_enough, chosen, endless_passes, passes
from keras_gans.data.phrases import PhraseEncoder
from keras_gans.data.sizes import checked_size, cut_and_resized

MEMORY_SHARE = 0.25  # of the machine's memory: a larger set goes to a memory-mapped file


class ImageSet:
    """Images of one size with optional labels or captions: uint8 at rest, float32 in [-1, 1] in batches.

    Args:
        images: uint8 array (n, height, width, channels) in [0, 255], channels 1 or 3. It is not copied; a
            `numpy.memmap` stays on disk and is read batch by batch.
        labels: Integer array (n,) of classes 0, 1, ..., or None.
        class_names: Names of the classes, in the order of their numbers; the numbers themselves by default.
        name: Name for reports.
        captions: Sequence of n texts, or None. A set has labels, captions or neither.
        encoder: Function of the captions that returns their vectors, float32 (n, d): `PhraseEncoder` of their phrases
            when None.

    Attributes:
        images: The images, read-only.
        labels: int32 array (n,), or None.
        class_names: List of str, or None without labels.
        vectors: float32 array (n, d) of the captions, or None.
        skipped: Files that `image_folder` could not read, a dict from path to reason; empty for any other set.

    Raises:
        TypeError: If the images are not uint8 or the labels no integers.
        ValueError: If shapes, counts, label values or captions do not fit.

    Example:
        >>> data = keras_gans.data.ImageSet(images, labels, class_names=["cat", "dog"])
        >>> model.fit(data.batches(model.n_critic * 64), epochs=10)
    """

    def __init__(self, images, labels=None, class_names=None, name="images", captions=None, encoder=None):
        images = np.asanyarray(images)
        _check_images(images)
        self.images = images.view()
        self.images.flags.writeable = False
        self.labels, self.class_names = _checked_labels(labels, class_names, len(images))
        self.captions, self.encoder, self.vectors = _checked_captions(captions, encoder, labels, len(images))
        self.name = name
        self.skipped = {}

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        height, width, channels = self.image_shape
        classes = "no labels" if self.labels is None else f"{len(self.class_names)} classes"
        classes = classes if self.vectors is None else f"captions of {self.vectors.shape[1]} numbers"
        return f"ImageSet({self.name!r}, {len(self)} images of {height}x{width}x{channels}, {classes})"

    @property
    def image_shape(self):
        """Shape of one image, (height, width, channels)."""
        return self.images.shape[1:]

    sample_shape = image_shape

    @property
    def conditions(self):
        """What each image is asked for by: labels (n,), vectors of captions (n, d), or None."""
        return self.labels if self.vectors is None else self.vectors

    def sample(self, num, seed=None):
        """Draw images, none of them twice.

        Args:
            num: Number of images, from 1 to the size of the set.
            seed: Integer; the same seed gives the same images. None draws afresh.

        Returns:
            float32 array (num, height, width, channels) in [-1, 1].

        Raises:
            ValueError: If `num` is out of that range.
        """
        return self.images[chosen(self, "images", num, seed)].astype(np.float32) / np.float32(127.5) - 1

    def sample_conditions(self, num, seed):
        """Return the conditions of the images that `sample` draws with this seed; arguments and errors as there."""
        return self.conditions[chosen(self, "images", num, seed)]

    def resized(self, size):
        """Return the set in another size, as `image_folder` brings files to one.

        Args:
            size: Side of the square images in pixels, or (height, width).

        Returns:
            `ImageSet`, of the same labels and name.

        Raises:
            ValueError: If `size` is no size.
        """
        from PIL import Image

        height, width = checked_size(size)
        images = room_for((len(self), height, width, self.image_shape[2]))
        for i, image in enumerate(self.images):
            pixels = image[..., 0] if image.shape[-1] == 1 else image
            images[i] = cut_and_resized(Image.fromarray(pixels), height, width).reshape(images.shape[1:])
        return ImageSet(images, self.labels, self.class_names, self.name, self.captions, self.encoder)

    def batches(self, batch_size, seed=0):
        """Return batches for training: one pass over the images per iteration, each in a new order.

        The last images of a pass that do not fill a batch are left out of it. As with every tf.data shuffle, the
        order also depends on the global seed of `keras.utils.set_random_seed`.

        Args:
            batch_size: Images per batch. A model takes `n_critic * m` at once.
            seed: Integer; two datasets of one seed give the same orders, pass after pass.

        Returns:
            `tf.data.Dataset` of `(x, y)`, or of `x` without labels and captions: x float32 (batch_size, height, width,
            channels) in [-1, 1], y int32 labels (batch_size,) or float32 vectors of captions (batch_size, d).

        Raises:
            ValueError: If `batch_size` is no integer from 1 up, or above the number of images.
        """
        check_enough(self, "images", batch_size=batch_size)
        return self._gathered(passes(len(self), batch_size, seed))

    def stream(self, batch_size, seed=0, start=0):
        """Return endless batches for training, pass after pass over the images, each in a new order.

        Batch i is a function of (seed, i) alone: a run that was stopped goes on with the data it would have seen, by
        `start=model.step`. Say how long an epoch is: `model.fit(data.stream(m), steps_per_epoch=1000)`.

        Args:
            batch_size: As in `batches`.
            seed: Integer.
            start: Number of the first batch.

        Returns:
            `tf.data.Dataset` as that of `batches`, without an end.

        Raises:
            ValueError: As `batches`; or if `start` is no integer from 0 up.
        """
        check_integer_from(0, start=start)
        check_enough(self, "images", batch_size=batch_size)
        return self._gathered(endless_passes(len(self), batch_size, seed, start))

    def _gathered(self, indices):
        """Turn a dataset of indices of batches into one of batches."""
        on_disk = isinstance(self.images, np.memmap)
        gather = self._gather_from_file if on_disk else functools.partial(tf.gather, self._tensor)

        def batch(indices):
            x = tf.cast(gather(indices), tf.float32) / 127.5 - 1
            return x if self.conditions is None else (x, tf.gather(self.conditions, indices))

        return indices.map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)

    def _gather_from_file(self, indices):
        x = tf.numpy_function(lambda i: np.asarray(self.images[i]), [indices], tf.uint8, stateful=False)
        return tf.ensure_shape(x, (*indices.shape, *self.image_shape))

    @functools.cached_property
    def _tensor(self):
        # Made at the first use, not in __init__: that would start TensorFlow's devices before a user can configure
        # them. On the CPU: tf.data gathers there, and a GPU has better use for its memory.
        with tf.device("CPU:0"):
            tensor = tf.constant(self.images)
        self.images = np.asarray(memoryview(tensor))  # a view: the pixels stay in memory once
        return tensor


def room_for(shape):
    """Return a uint8 array to decode images into, of undefined content.

    It lies in memory, or in a memory-mapped temporary file when it would take more than `MEMORY_SHARE` of the
    machine's memory. The file lies where `tempfile` puts it (TMPDIR) and goes when the array goes.

    Args:
        shape: Shape (n, height, width, channels).

    Returns:
        `numpy.ndarray` or `numpy.memmap`.

    Raises:
        OSError: If the file does not fit on its disk.
    """
    import psutil

    size = int(np.prod(shape, dtype=np.int64))
    if size <= MEMORY_SHARE * psutil.virtual_memory().total:
        return np.empty(shape, np.uint8)
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free < size:  # a full disk under a memory map would end the process by a signal
        raise OSError(
            f"The decoded images take {size / 1e9:.1f} GB, {folder} has {free / 1e9:.1f} GB free. Expected room for "
            "all of them. Choose smaller images, or a roomier folder by the environment variable TMPDIR."
        )
    with tempfile.TemporaryFile(prefix="keras-gans-") as file:  # the map keeps it alive
        return np.memmap(file, np.uint8, mode="w+", shape=shape)


def _check_images(images):
    if images.dtype != np.uint8:
        held, first = "", "Convert"
        if images.dtype.kind == "f" and np.isnan(images).any():
            held, first = " with NaN", "Remove the images with NaN, then convert"
        elif images.dtype.kind in "fiu" and images.size:
            held = f" with values from {images.min():g} to {images.max():g}"
        raise TypeError(
            f"Images of dtype {images.dtype}{held} were passed. Expected uint8 in [0, 255]. {first} [0, 255] with "
            "np.rint(x).astype('uint8'), [0, 1] with np.rint(x * 255).astype('uint8'), [-1, 1] with "
            "np.rint((x + 1) * 127.5).astype('uint8')."
        )
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not images.size:
        raise ValueError(
            f"Images of shape {images.shape} were passed. Expected (n, height, width, channels) with 1 or 3 channels "
            "and at least one image. Add the channel of grey images with images[..., None]; move channels last with "
            "images.transpose(0, 2, 3, 1)."
        )


def _checked_captions(captions, encoder, labels, num_images):
    """Return (captions as a list, encoder, vectors as float32), or three times None."""
    if captions is None:
        if encoder is not None:
            raise ValueError("An encoder was passed without captions. Expected both or neither. Pass captions too.")
        return None, None, None
    captions = list(captions)
    if labels is not None or len(captions) != num_images:
        also = " and labels" if labels is not None else ""
        raise ValueError(
            f"{len(captions)} captions{also} were passed for {num_images} images. Expected one caption per image, and "
            "no labels beside them."
        )
    encoder = encoder or PhraseEncoder.of(captions)
    vectors = np.asarray(encoder(captions), np.float32)
    if vectors.ndim != 2 or len(vectors) != num_images or not np.isfinite(vectors).all():
        raise ValueError(
            f"The encoder made vectors of shape {vectors.shape} of {num_images} captions. Expected finite numbers of "
            f"shape ({num_images}, d)."
        )
    return captions, encoder, vectors


def _checked_labels(labels, class_names, num_images):
    """Return (labels as int32, class names as a list), or (None, None)."""
    if labels is None:
        if class_names is not None:
            raise ValueError(
                f"{len(class_names)} class names were passed without labels. Expected both or neither. Pass labels too."
            )
        return None, None
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"Labels of dtype {labels.dtype} were passed. Expected integers 0, 1, ... Number the classes, for example "
            "by np.unique(labels, return_inverse=True)."
        )
    if labels.shape != (num_images,):
        raise ValueError(
            f"Labels of shape {labels.shape} were passed for {num_images} images. Expected ({num_images},), one class "
            "per image. Turn one-hot rows into classes with labels.argmax(axis=1)."
        )
    class_names = list(range(labels.max() + 1) if class_names is None else class_names)
    if labels.min() < 0 or labels.max() >= len(class_names):
        raise ValueError(
            f"Labels from {labels.min()} to {labels.max()} were passed for {len(class_names)} classes. Expected 0 to "
            f"{len(class_names) - 1}. Number the classes from 0 and name each of them."
        )
    return labels.astype(np.int32), [str(class_name) for class_name in class_names]
