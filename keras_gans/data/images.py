"""The usual sets of images: scikit-learn's digits, and MNIST and its kin by TensorFlow Datasets."""

import os
import zlib

import numpy as np

from keras_gans.checks import check_positive_integer
from keras_gans.data.folders import decode_all
from keras_gans.data.image_set import ImageSet, room_for
from keras_gans.data.sizes import checked_size

HOSTS = {
    "mnist": "https://storage.googleapis.com",
    "fashion_mnist": "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "cifar10": "https://www.cs.toronto.edu",
    "celeb_a": "https://drive.google.com",
    "cycle_gan": "https://efrosgans.eecs.berkeley.edu",
}


def digits():
    """Return scikit-learn's 1,797 handwritten digits, 8x8 enlarged to 16x16; needs no network.

    The grey values 0 to 16 are scaled to 0 to 255, enlarged by Pillow's bicubic filter in float32, clipped and
    rounded. Beside it bilinear blurs the strokes, and Lanczos leaves ripples on the black.

    Returns:
        `ImageSet`: uint8 (1797, 16, 16, 1), labels 0 to 9.
    """
    from PIL import Image
    from sklearn.datasets import load_digits

    small = load_digits()
    large = [
        Image.fromarray(image).resize((16, 16), Image.Resampling.BICUBIC)
        for image in (small.images * (255 / 16)).astype(np.float32)
    ]
    images = np.rint(np.clip(np.stack(large), 0, 255)).astype(np.uint8)[..., None]
    return ImageSet(images, small.target, small.target_names, name="digits")


def mnist(split="train"):
    """Return MNIST's handwritten digits (LeCun et al. 1998), by TensorFlow Datasets.

    Read from the folder TFDS_DATA_DIR, or `~/tensorflow_datasets`, and downloaded to it the first time.

    Args:
        split: "train" (60,000 images), "test" (10,000), or any split of TFDS such as "train[:10%]" or "train+test".

    Returns:
        `ImageSet`: uint8 (n, 28, 28, 1), labels 0 to 9.

    Raises:
        RuntimeError: If the set is not there and cannot be downloaded.
    """
    return _labelled("mnist", split)


def binary_mnist(split="train"):
    """Return MNIST in black and white: each pixel is white with its grey value's share of 255 as the probability.

    Drawn once and for all, the static binarization of Salakhutdinov and Murray 2008, which log-likelihoods of MNIST
    are given for: an image's bits follow from its grey levels alone, whatever the split. They are others, of the same
    law, than those of the files by Larochelle that most papers take.

    Args:
        split: As in `mnist`.

    Returns:
        `ImageSet`: uint8 (n, 28, 28, 1) of 0 and 255, which batches hold as -1 and 1; labels 0 to 9.

    Raises:
        RuntimeError: If MNIST is not there and cannot be downloaded.
    """
    grey = mnist(split)
    images = room_for(grey.images.shape)
    for i, image in enumerate(grey.images):
        thresholds = np.random.default_rng(zlib.crc32(image)).integers(0, 255, image.shape)
        images[i] = np.where(image > thresholds, 255, 0)
    return ImageSet(images, grey.labels, grey.class_names, name="binary_mnist")


def fashion_mnist(split="train"):
    """Return Fashion-MNIST's clothes (Xiao et al. 2017, arXiv 1708.07747), by TensorFlow Datasets; as `mnist`."""
    return _labelled("fashion_mnist", split)


def stacked_mnist(split="train", num=128_000, seed=0):
    """Return three of MNIST's digits, drawn at random, as the red, green and blue of one image: 1,000 modes.

    The test of mode collapse of Metz et al. 2017, section 3.3.1, arXiv:1611.02163, as Lin et al. 2018 have it,
    arXiv:1712.04086, with as many images.

    Args:
        split: As in `mnist`.
        num: Images.
        seed: Integer; the same seed gives the same images.

    Returns:
        `ImageSet`: uint8 (num, 28, 28, 3), labels 0 to 999: hundreds are the red digit, tens the green, ones the blue.

    Raises:
        RuntimeError: If MNIST is not there and cannot be downloaded.
    """
    check_positive_integer(num=num)
    digits_of = mnist(split)
    chosen = np.random.default_rng(seed).integers(0, len(digits_of), size=(num, 3))
    images = room_for((num, *digits_of.image_shape[:2], 3))
    for channel in range(3):
        images[..., channel] = digits_of.images[chosen[:, channel], ..., 0]
    labels = digits_of.labels[chosen].astype("int32") @ np.array([100, 10, 1], "int32")
    return ImageSet(images, labels, [f"{number:03}" for number in range(1000)], name="stacked_mnist")


def cifar10(split="train"):
    """Return CIFAR-10 (Krizhevsky 2009), by TensorFlow Datasets; as `mnist`.

    Args:
        split: "train" (50,000 images), "test" (10,000), or any split of TFDS.

    Returns:
        `ImageSet`: uint8 (n, 32, 32, 3), labels 0 to 9.

    Raises:
        RuntimeError: If the set is not there and cannot be downloaded.
    """
    return _labelled("cifar10", split)


def celeb_a(split="train", size=64):
    """Return CelebA's aligned faces (Liu et al. 2015, arXiv 1411.7766), by TensorFlow Datasets.

    Of the 218 x 178 pixels (height x width) the largest centre part of the wanted aspect is kept, 178 x 178 for
    squares, and resized by Lanczos's filter. There are no labels: the 40 attributes are no classes.

    Args:
        split: "train" (162,770 images), "validation" (19,867), "test" (19,962), or any split of TFDS.
        size: Side of the square images in pixels, or (height, width).

    Returns:
        `ImageSet`: uint8 (n, height, width, 3).

    Raises:
        RuntimeError: If the set is not there and cannot be downloaded.
        ValueError: If `size` is no size.
    """
    return unlabelled("celeb_a", split, size)


def unlabelled(name, split, size):
    """Return the images of a set of TensorFlow Datasets in one size, without their labels; as `celeb_a`.

    Args:
        name: Name there, with that of the configuration: "cycle_gan/horse2zebra".
        split: Any split of TFDS.
        size: Side of the square images in pixels, or (height, width).

    Returns:
        `ImageSet`: uint8 (n, height, width, 3).

    Raises:
        RuntimeError: If the set is not there and cannot be downloaded.
        ValueError: If `size` is no size, or an image cannot be read.
    """
    import tensorflow_datasets as tfds

    height, width = checked_size(size)
    builder = _prepared(name)
    encoded = builder.as_dataset(split=split, decoders={"image": tfds.decode.SkipDecoding()})
    encoded = encoded.map(lambda example: example["image"])
    total = int(encoded.cardinality())
    images = room_for((total, height, width, 3))
    for i, (image, reason) in enumerate(decode_all(encoded.as_numpy_iterator(), height, width, name, total)):
        if image is None:
            raise ValueError(f"Image {i} of {name} cannot be read: {reason}. Expected a whole set. Prepare it anew.")
        images[i] = image
    return ImageSet(images, name=name)


def _labelled(name, split):
    builder = _prepared(name)
    whole = builder.as_dataset(split=split, batch_size=-1)  # one batch of all examples, decoded in parallel
    class_names = builder.info.features["label"].names
    return ImageSet(whole["image"].numpy(), whole["label"].numpy(), class_names, name=name)


def _prepared(name):
    """Return the TFDS builder of a set whose data are on disk, after downloading them if need be."""
    import requests
    import tensorflow_datasets as tfds

    builder = tfds.builder(name, data_dir=os.environ.get("TFDS_DATA_DIR"))
    if builder.is_prepared():
        return builder
    try:
        # Where the host cannot be reached, TFDS would retry for minutes under pages of warnings.
        requests.head(HOSTS[name.partition("/")[0]], timeout=10)
        builder.download_and_prepare()
    except Exception as error:
        raise RuntimeError(
            f"The data set {name!r} is not in {builder.data_dir_root} and its download failed: "
            f"{type(error).__name__}: {error}. Expected the prepared set there, or a network. Give a prepared copy by "
            "the environment variable TFDS_DATA_DIR, the folder that holds the folder "
            f"{name!r}, or try again with a network."
        ) from error
    return builder
