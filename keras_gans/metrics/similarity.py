"""Multi-scale structural similarity of images, and the diversity of a set of images by it."""

import numpy as np

from keras_gans.metrics.arguments import check_count

_WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])  # of the scales, finest first
_WINDOW, _SIGMA = 11, 1.5
_C1, _C2 = 0.01**2, 0.03**2  # for pixels of range 1
_BLOCK = 2**18  # pixels held at once: they stay in a core's cache


def ms_ssim(a, b):
    """Multi-scale structural similarity of each pair of images, from 0 to 1 (equal).

    Wang, Simoncelli and Bovik 2003, equation 7, doi:10.1109/ACSSC.2003.1292216: a Gaussian window of 11 x 11 pixels and
    sigma 1.5, K1 = 0.01, K2 = 0.03, five scales by means of 2 x 2 pixels, contrast and structure of each scale and the
    luminance of the last one to the powers 0.0448, 0.2856, 0.3001, 0.2363, 0.1333. Windows lie wholly inside the image,
    channels are measured alone and averaged, negative means count as 0, odd sizes are padded by their last row: all as
    in tf.image.ssim_multiscale.

    Deviations from the paper: an image of less than 161 pixels has fewer than five scales of at least 11 pixels. As
    many as fit are taken (`num_scales`: 2 for 28 x 28), their weights scaled to sum 1. Figures of different numbers of
    scales do not compare.

    Args:
        a: Images (n, height, width, channels), floats in [-1, 1] or uint8; 11 pixels or more each way.
        b: The images to compare them with, of the same shape.

    Returns:
        Array (n,), float64.

    Raises:
        ValueError: If the shapes do not fit, or the numbers are no pixels.
    """
    a, b = _check_images(a), _check_images(b)
    if a.shape != b.shape:
        raise ValueError(
            f"Images of shapes {a.shape} and {b.shape} were passed. Expected equal ones: image i of the first is "
            "compared with image i of the second. Pass pairs."
        )
    size = max(1, _BLOCK // a[0].size)
    parts = [slice(start, start + size) for start in range(0, len(a), size)]
    return np.concatenate([_similarity(_to_planes(a[part]), _to_planes(b[part])) for part in parts])


def ms_ssim_diversity(images, num_pairs=1000, seed=0):
    """Mean similarity of random pairs of images: the lower, the more diverse.

    Odena et al. 2017, section 4.2, arXiv:1610.09585, who take 100 pairs within each class, of 128 x 128 images, and
    compare with the figure of the real images of the class: lower than that one is no merit but noise. The pairs are
    distinct, each of two different images; all of them are taken if there are fewer than `num_pairs`.

    Args:
        images: Array (n, height, width, channels), floats in [-1, 1] or uint8; at least 2 images of 11 x 11 pixels.
        num_pairs: Number of pairs.
        seed: Seed of the pairs.

    Returns:
        Dict of `ms_ssim` (mean over the pairs, 0 to 1), `standard_deviation` (over the pairs), and the protocol:
        `num_pairs`, `num_scales`, `seed`, `num_samples`.

    Raises:
        ValueError: If the array does not fit, holds no pixels, or fewer than two images.
    """
    num_pairs, seed = check_count("num_pairs", num_pairs), check_count("seed", seed, 0)
    images = _check_images(images)
    if len(images) < 2:
        raise ValueError(f"{len(images)} image was passed. Expected at least 2, to make pairs. Pass more images.")
    first, second = _pairs(len(images), num_pairs, seed)
    size = max(1, _BLOCK // images[0].size)
    parts = [slice(start, start + size) for start in range(0, len(first), size)]
    similarity = np.concatenate([ms_ssim(images[first[part]], images[second[part]]) for part in parts])
    return {
        "ms_ssim": float(similarity.mean()),
        "standard_deviation": float(similarity.std()),
        "num_pairs": len(first),
        "num_scales": num_scales(*images.shape[1:3]),
        "seed": seed,
        "num_samples": len(images),
    }


def num_scales(height, width):
    """How many of the five scales of MS-SSIM an image has room for: each of at least 11 pixels.

    Args:
        height: Pixels.
        width: Pixels.

    Returns:
        Number from 0 to 5: 2 for 28 x 28 and 32 x 32, 3 for 64 x 64, 5 from 161 x 161 on.
    """
    side, scales = min(height, width), 0
    while side >= _WINDOW and scales < len(_WEIGHTS):
        side, scales = (side + 1) // 2, scales + 1
    return scales


def _check_images(images):
    images = np.asarray(images)
    if images.ndim != 4 or 0 in images.shape or num_scales(*images.shape[1:3]) == 0:
        raise ValueError(
            f"Images of shape {images.shape} were passed. Expected (n, height, width, channels), at least {_WINDOW} "
            "pixels each way. Reshape or enlarge them."
        )
    if images.dtype != "uint8" and not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"Images of {images.dtype} were passed. Expected floats in [-1, 1] or uint8. Convert them.")
    if images.dtype != "uint8" and not (images.min() >= -1 and images.max() <= 1):
        raise ValueError(
            f"Images from {images.min():.3g} to {images.max():.3g} were passed. Expected floats in [-1, 1] or uint8. "
            "Scale or clip them; NaN comes from a generator that diverged."
        )
    return images


def _to_planes(images):
    """Images as (n, channels, height, width) in [0, 1]: luminance has no meaning for pixels below 0."""
    planes = np.moveaxis(images, 3, 1)
    return planes / 255.0 if planes.dtype == "uint8" else (planes.astype("float64") + 1.0) / 2.0


def _pairs(n, num_pairs, seed):
    """Distinct pairs (i, j), j < i, drawn without replacement from the n (n - 1) / 2 that there are."""
    total = n * (n - 1) // 2
    number = np.random.default_rng(seed).choice(total, min(num_pairs, total), replace=False)
    first = ((1 + np.sqrt(1 + 8 * number)) // 2).astype(int)  # row of the triangle below the diagonal
    return first, number - first * (first - 1) // 2


def _similarity(a, b):
    scales = num_scales(*a.shape[2:])
    weights = _WEIGHTS[:scales] / _WEIGHTS[:scales].sum()
    product = np.ones(a.shape[:2])
    for scale, weight in enumerate(weights):
        if scale > 0:
            a, b = _halve(a), _halve(b)
        luminance, structure = _local_terms(a, b)
        term = luminance * structure if scale == scales - 1 else structure
        product *= np.maximum(term.mean(axis=(2, 3)), 0.0) ** weight
    return product.mean(axis=1)


def _local_terms(a, b):
    """Luminance, and contrast with structure, of each window: equations 1 to 3, with C3 = C2 / 2."""
    rows, columns = _window(a.shape[2]), _window(a.shape[3]).T
    mean_a, mean_b, mean_ab, mean_squares = (rows @ part @ columns for part in (a, b, a * b, a * a + b * b))
    product, squares = mean_a * mean_b, mean_a**2 + mean_b**2
    luminance = (2 * product + _C1) / (squares + _C1)
    structure = (2 * (mean_ab - product) + _C2) / (mean_squares - squares + _C2)
    return luminance, structure


def _window(size):
    """The Gaussian window at every place inside a line of `size` pixels, as a matrix (size - 10, size)."""
    weights = np.exp(-0.5 * ((np.arange(_WINDOW) - _WINDOW // 2) / _SIGMA) ** 2)
    weights /= weights.sum()
    places = size - _WINDOW + 1
    matrix = np.zeros((places, size))
    for shift, weight in enumerate(weights):
        matrix[np.arange(places), np.arange(places) + shift] = weight
    return matrix


def _halve(planes):
    height, width = planes.shape[2:]
    planes = np.pad(planes, [(0, 0), (0, 0), (0, height % 2), (0, width % 2)], mode="edge")
    return planes.reshape(*planes.shape[:2], planes.shape[2] // 2, 2, planes.shape[3] // 2, 2).mean(axis=(3, 5))
