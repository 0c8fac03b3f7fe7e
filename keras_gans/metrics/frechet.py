"""The Frechet distance between Gaussians fitted to two sets of features."""

import numpy as np

from keras_gans.metrics.arguments import check_features


def frechet_distance(real, generated):
    """Squared Frechet distance between Gaussians that are fitted to two sets of features (the FID, on any features).

    Heusel et al. 2017, equation 6, arXiv:1706.08500, who take 2048 features of an Inception network. Here the features
    are the caller's: figures of different feature networks, or of different numbers of samples, do not compare. The
    estimate is biased: two samples of n from one law N(0, I_d) are some d (d + 1) / 2n + 2d / n apart, not 0.

    Args:
        real: Array (n, d) of features, n above d.
        generated: Array (m, d), m above d.

    Returns:
        Dict of `frechet_distance` (in squared units of the features), and the protocol: `num_real`, `num_generated`,
        `num_features`.

    Raises:
        ValueError: If the arrays do not fit or are not finite, or there are no more samples than features: such a
            covariance is singular, and the figure says more of n than of the generator.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> frechet_distance(rng.normal(size=(50_000, 5)), 1 + 2 * rng.normal(size=(50_000, 5)))  # 10 in the limit
    """
    num_features = np.shape(real)[-1] if np.ndim(real) else 0
    why = (
        f"The covariance of {num_features} features needs more samples than features (10,000 are usual). Pass more "
        "samples, or fewer features."
    )
    real, generated = check_features(real, generated, num_features + 1, why)
    moments = [moment for rows in (real, generated) for moment in (rows.mean(axis=0), _covariance(rows))]
    return {
        "frechet_distance": frechet_distance_of_moments(*moments),
        "num_real": len(real),
        "num_generated": len(generated),
        "num_features": num_features,
    }


def frechet_distance_of_moments(mean_1, covariance_1, mean_2, covariance_2):
    """Squared Frechet (2-Wasserstein) distance between two Gaussians, given their moments.

    |mean_1 - mean_2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), Dowson and Landau 1982; equation 6 of arXiv:1706.08500. The
    trace of the root is the sum of the square roots of the eigenvalues of C1^(1/2) C2 C1^(1/2), which are the squares
    of the singular values of C1^(1/2) C2^(1/2). The latter are taken: no root of a rounded zero is drawn from the
    product, so that singular covariances keep their digits, and nothing turns complex.

    Args:
        mean_1: Array (d,).
        covariance_1: Array (d, d), symmetric, positive semidefinite; it may be singular.
        mean_2: Array (d,).
        covariance_2: Array (d, d).

    Returns:
        The distance, a float, at least 0.

    Raises:
        ValueError: If the shapes do not fit, a number is not finite, or a matrix is not a covariance.
    """
    names = ("mean_1", "covariance_1", "mean_2", "covariance_2")
    moments = [np.asarray(moment, "float64") for moment in (mean_1, covariance_1, mean_2, covariance_2)]
    shapes = [moment.shape for moment in moments]
    if len(shapes[0]) != 1 or shapes != [shapes[0], shapes[0] * 2] * 2:
        raise ValueError(
            f"Moments of shapes {', '.join(map(str, shapes))} were passed. Expected (d,), (d, d), (d,), (d, d). Pass "
            "them in this order: mean_1, covariance_1, mean_2, covariance_2."
        )
    for name, moment in zip(names, moments, strict=True):
        if not np.isfinite(moment).all():
            raise ValueError(f"{name} holds NaN or infinite numbers. Expected finite moments. Check the features.")
    mean_1, covariance_1, mean_2, covariance_2 = moments
    roots = _factor("covariance_1", covariance_1), _factor("covariance_2", covariance_2)
    trace_of_root = np.linalg.svd(roots[0].T @ roots[1], compute_uv=False).sum()
    difference = mean_1 - mean_2
    squared = difference @ difference + np.trace(covariance_1) + np.trace(covariance_2) - 2 * trace_of_root
    return max(float(squared), 0.0)  # rounding may leave a tiny negative number between equal moments


def _covariance(rows):
    return np.atleast_2d(np.cov(rows, rowvar=False))


def _factor(name, covariance):
    """A matrix A with A A^T = covariance, by eigenvectors: Cholesky's would refuse a singular one."""
    largest = np.abs(covariance).max(initial=0.0)
    if np.abs(covariance - covariance.T).max(initial=0.0) > 1e-6 * largest:
        raise ValueError(f"{name} is not symmetric. Expected a covariance, such as np.cov(features, rowvar=False).")
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    if values.min(initial=0.0) < -1e-6 * largest:
        raise ValueError(
            f"{name} has the eigenvalue {values.min():.3g}, below 0. Expected a covariance, such as "
            "np.cov(features, rowvar=False)."
        )
    return vectors * np.sqrt(np.maximum(values, 0.0))
