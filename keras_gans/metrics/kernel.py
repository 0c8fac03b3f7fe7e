"""The kernel distance: an unbiased maximum mean discrepancy between two sets of features."""

import numpy as np

from keras_gans.metrics.arguments import check_count, check_features


def kernel_distance(real, generated, num_subsets=100, subset_size=1000, seed=0):
    """Squared maximum mean discrepancy with a cubic kernel, mean over random subsets (the KID, on any features).

    Binkowski et al. 2018, arXiv:1801.01401: k(x, y) = (x.y / d + 1)^3, the unbiased estimate of MMD^2, so
    that two samples of one law are 0 apart on average, at any n, and single figures may be below 0. The subsets are
    those of torch-fidelity for `input1` generated, `input2` real, `rng_seed` = seed: the entire figure is equal to its.

    Args:
        real: Array (n, d) of features.
        generated: Array (m, d).
        num_subsets: Number of subsets.
        subset_size: Samples in each subset, drawn without replacement; at least 2, at most n and m.
        seed: Seed of the subsets, 0 to 2**32 - 1.

    Returns:
        Dict of `kernel_distance` (mean over the subsets), `standard_deviation` (over the subsets, not of the mean),
        and the protocol: `num_subsets`, `subset_size`, `seed`, `num_real`, `num_generated`, `num_features`.

    Raises:
        ValueError: If the arrays do not fit or are not finite, or have fewer samples than a subset.
    """
    num_subsets, subset_size = check_count("num_subsets", num_subsets), check_count("subset_size", subset_size, 2)
    seed = check_count("seed", seed, 0)
    why = "A subset is drawn without replacement. Pass more samples, or a smaller subset_size (and say so)."
    real, generated = check_features(real, generated, subset_size, why)
    # The legacy generator, in this order: torch-fidelity and the authors' code draw so, the generated samples first.
    draw = np.random.RandomState(seed)
    distances = []
    for _ in range(num_subsets):
        y = generated[draw.choice(len(generated), subset_size, replace=False)]
        x = real[draw.choice(len(real), subset_size, replace=False)]
        distances.append(_unbiased_mmd(x, y))
    return {
        "kernel_distance": float(np.mean(distances)),
        "standard_deviation": float(np.std(distances)),
        "num_subsets": num_subsets,
        "subset_size": subset_size,
        "seed": seed,
        "num_real": len(real),
        "num_generated": len(generated),
        "num_features": real.shape[1],
    }


def _kernel(x, y):
    base = x @ y.T / x.shape[1] + 1.0
    return base * base * base  # several times as fast as a power


def _unbiased_mmd(x, y):
    """MMD^2 of two samples of equal size m; within a sample only the pairs of two distinct points count."""
    m = len(x)
    within = [np.sum(k) - np.trace(k) for k in (_kernel(x, x), _kernel(y, y))]
    return sum(within) / (m * (m - 1)) - 2 * np.mean(_kernel(x, y))
