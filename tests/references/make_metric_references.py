"""Numbers of torch-fidelity and scikit-image that the tests of the metrics compare with.

They are not in the development environment. In an environment of its own:

    python -m venv /tmp/references
    /tmp/references/bin/pip install torch==2.13.0 numpy scipy tqdm pillow scikit-image==0.26.0
    /tmp/references/bin/pip install --no-deps torch-fidelity==0.4.0
    /tmp/references/bin/python tests/references/make_metric_references.py

writes tests/references/metric_references.json. No data is stored: script and tests draw it from one seed by the
functions below. torch-fidelity's functions of features are called as they are; it imports torchvision, which they do
not use, and gets an empty stand-in where there is none.
"""

import importlib.metadata
import json
import pathlib
import sys

import numpy as np

FILE = pathlib.Path(__file__).with_name("metric_references.json")
KERNEL = {"kid_subsets": 20, "kid_subset_size": 100, "rng_seed": 7}
SPLITS = 10
NEIGHBOURS = 3
IMAGE_SHAPES = [(20, 20, 1), (28, 28, 1), (45, 39, 3), (176, 180, 1)]
WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])


def features(seed, n, m, d):
    """Real (n, d) and generated (m, d) features, correlated, of differing mean and covariance."""
    generator = np.random.default_rng(seed)
    mixing = generator.normal(size=(d, d))
    real = generator.normal(size=(n, d)) @ mixing + 2.0
    generated = 0.8 * generator.normal(size=(m, d)) @ mixing + 0.3 * generator.normal(size=(m, d)) + 2.2
    return real, generated


def logits(seed=3, n=203, classes=7):
    """Logits (n, classes) of a classifier that is sure of some images and not of others."""
    generator = np.random.default_rng(seed)
    return generator.normal(size=(n, classes)) * generator.gamma(2.0, 2.0, size=(n, 1))


def image_pairs(shape, seed=5, n=4):
    """Images a and b (n, height, width, channels) in [-1, 1]: each pair less alike than the one before."""
    generator = np.random.default_rng(seed)
    height, width, channels = shape
    waves = np.sin(np.arange(height) / 3.0)[:, None, None] * np.cos(np.arange(width) / 4.0)[None, :, None]
    a = np.clip(0.6 * waves + 0.2 * generator.normal(size=(n, height, width, channels)), -1, 1)
    noise = np.linspace(0.1, 0.9, n)[:, None, None, None]
    b = np.clip((1 - noise) * a + noise * generator.uniform(-1, 1, size=a.shape), -1, 1)
    return a, b


def _stand_in_for_torchvision():
    from unittest import mock

    names = ["torchvision"] + [f"torchvision.{name}" for name in ("datasets", "transforms", "transforms.functional")]
    sys.modules.update({name: mock.MagicMock() for name in names})


def _of_torch_fidelity():
    import torch
    from torch_fidelity import metric_fid, metric_isc, metric_kid, metric_prc

    moments = [metric_fid.fid_features_to_statistics(torch.from_numpy(rows)) for rows in features(0, 500, 400, 24)]
    frechet = metric_fid.fid_statistics_to_metric(*moments, verbose=False)
    # torch-fidelity's input 1 is the generated set, its input 2 the real one
    generated_real = [torch.from_numpy(rows) for rows in features(1, 300, 260, 24)[::-1]]
    kernel = metric_kid.kid_features_to_metric(*generated_real, verbose=False, **KERNEL)
    classifier = metric_isc.isc_features_to_metric(torch.from_numpy(logits()), splits=SPLITS, shuffle=False)
    generated_real = [torch.from_numpy(rows) for rows in features(2, 300, 260, 6)[::-1]]
    neighbours = metric_prc.prc_features_to_metric(
        *generated_real, prc_neighborhood=NEIGHBOURS, prc_batch_size=10000, save_cpu_ram=False, verbose=False
    )
    return {**frechet, **kernel, **classifier, **neighbours}


def _scikit_image_ms_ssim(a, b):
    """MS-SSIM of two planes in [0, 1], from scikit-image's maps of single-scale SSIM, windows inside the image."""
    from skimage.measure import block_reduce
    from skimage.metrics import structural_similarity

    scales = 1
    while scales < 5 and -(-min(a.shape) // 2**scales) >= 11:
        scales += 1
    weights, product = WEIGHTS[:scales] / WEIGHTS[:scales].sum(), 1.0
    for scale, weight in enumerate(weights):
        # with K1 beyond all bounds the luminance is 1, and what is left is contrast and structure
        k1 = 0.01 if scale == scales - 1 else 1e10
        options = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0, K1=k1, K2=0.03)
        similarity = structural_similarity(a, b, full=True, **options)[1][5:-5, 5:-5].mean()
        product *= max(similarity, 0.0) ** weight
        a, b = (np.pad(x, [(0, x.shape[0] % 2), (0, x.shape[1] % 2)], mode="symmetric") for x in (a, b))
        a, b = block_reduce(a, (2, 2), np.mean), block_reduce(b, (2, 2), np.mean)
    return product


def _of_scikit_image():
    found = {}
    for shape in IMAGE_SHAPES:
        a, b = ((images + 1) / 2 for images in image_pairs(shape))
        channels = range(shape[2])
        values = [
            np.mean([_scikit_image_ms_ssim(x[..., c], y[..., c]) for c in channels]) for x, y in zip(a, b, strict=True)
        ]
        found["x".join(map(str, shape))] = [float(value) for value in values]
    return found


def main():
    """Computes all references and writes them."""
    try:
        import torchvision  # noqa: F401
    except Exception:  # absent, or built for another torch
        _stand_in_for_torchvision()
    packages = ("torch", "torch-fidelity", "scikit-image", "numpy", "scipy")
    references = {
        "versions": {name: importlib.metadata.version(name) for name in packages},
        "torch_fidelity": _of_torch_fidelity(),
        "scikit_image_ms_ssim": _of_scikit_image(),
    }
    FILE.write_text(json.dumps(references, indent=2) + "\n")


if __name__ == "__main__":
    main()
