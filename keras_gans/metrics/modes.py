"""How a generator covers the modes of a mixture of Gaussians."""

import numpy as np


def mode_statistics(samples, modes, sigma, weights=None):
    """Modes covered, share of high-quality samples, mode balance and dispersion.

    The protocol of PacGAN (Lin et al. 2018, section 4.1, arXiv:1712.04086): each sample belongs to its nearest mode; it
    is of high quality within 3 sigma of it; a mode is covered if it has at least one high-quality sample; the histogram
    of high-quality samples over the modes is compared with the modes' weights, uniform ones there. Dispersion is the
    mean distance of all samples to their nearest mode in units of sigma.

    A perfect sampler of isotropic modes in the plane has a share of 1 - exp(-4.5) = 0.9889, a KL near
    (K - 1) / 2n, and a dispersion of sqrt(pi / 2) = 1.2533; a larger share means modes that are too narrow.

    Args:
        samples: Array (n, d).
        modes: Array (K, d) of the modes' centres.
        sigma: Standard deviation of each mode, in each coordinate.
        weights: Share of each mode in the mixture, array (K,) of positive numbers of sum 1; all alike when None.

    Returns:
        Dict of `modes` (covered), `of_modes` (K), `high_quality` (share in [0, 1]), `reverse_kl` (nats; infinite if no
        sample is of high quality), `dispersion` (in sigma), and the protocol: `num_samples`, `within_sigma`.

    Raises:
        ValueError: If the arrays do not fit, are empty or not finite, or sigma is not above 0.
    """
    samples, modes = np.asarray(samples, "float64"), np.asarray(modes, "float64")
    if samples.ndim != 2 or modes.ndim != 2 or samples.shape[1] != modes.shape[1] or 0 in (len(samples), len(modes)):
        raise ValueError(
            f"Samples of shape {samples.shape} and modes of shape {modes.shape} were passed. Expected (n, d) and (K, d)"
            ", n and K at least 1. Reshape them."
        )
    if not np.isfinite(samples).all():
        raise ValueError("NaN or infinite samples were passed. Expected finite ones. Has the generator diverged?")
    if not sigma > 0:
        raise ValueError(f"sigma={sigma} was passed. Expected the standard deviation of the modes, above 0.")
    weights = np.full(len(modes), 1 / len(modes)) if weights is None else np.asarray(weights, "float64")
    if weights.shape != (len(modes),) or not (weights > 0).all() or abs(weights.sum() - 1) > 1e-6:
        raise ValueError(
            f"weights={weights} were passed for {len(modes)} modes. Expected one positive share per mode, of sum 1."
        )
    squared = np.stack([np.sum((samples - mode) ** 2, axis=1) for mode in modes], axis=1)
    nearest = np.argmin(squared, axis=1)
    distance = np.sqrt(squared[np.arange(len(samples)), nearest]) / sigma
    good = distance < 3.0
    counts = np.bincount(nearest[good], minlength=len(modes))
    found = counts > 0
    share = counts[found] / max(counts.sum(), 1)
    return {
        "modes": int(np.count_nonzero(counts)),
        "of_modes": len(modes),
        "high_quality": float(good.mean()),
        "reverse_kl": float(np.sum(share * np.log(share / weights[found]))) if counts.any() else float("inf"),
        "dispersion": float(distance.mean()),
        "num_samples": len(samples),
        "within_sigma": 3.0,
    }
