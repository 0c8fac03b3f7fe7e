"""Electromagnetic showers from a parametrization: data whose means and resolution are known in closed form.

Grindhammer and Peters 1993, "The Parameterized Simulation of Electromagnetic Showers in Homogeneous and Sampling
Calorimeters", arXiv:hep-ex/0001020. The energy follows a gamma distribution along the depth t (Longo and Sestili 1975),

    dE/dt = E (beta t)^(alpha - 1) beta exp(-beta t) / Gamma(alpha),   T = (alpha - 1) / beta,

whose ln T and ln alpha fluctuate together, normally; across it, a core and a tail of widths that grow with depth. It
arrives in spots, as many as make the sampling fluctuation; so showers of little energy are sparse.

Deviations from the paper: the formulas of a homogeneous medium, for an effective one; a layer's spots are all
distributed across it as at the layer's mean depth.
"""

import numpy as np

from keras_gans.checks import check_positive, check_positive_integer

ENERGIES = tuple(float(2**k) for k in range(8, 23))  # MeV, as in CaloChallenge's dataset 1
# The medium, roughly ATLAS's lead and liquid argon:
Z = 62.0
CRITICAL_ENERGY = 10.0  # MeV
MOLIERE_RADIUS = 48.0  # mm
# Where each layer begins and ends, in radiation lengths; what falls before the first is lost.
DEPTHS = {0: (1.2, 1.8), 1: (1.8, 6.1), 2: (6.1, 22.1), 3: (22.1, 24.1), 12: (24.1, 60.0)}
SAMPLING_TERM = 0.10  # of the resolution, times sqrt(GeV / E)
CONSTANT_TERM = 0.007
LEAST_ALPHA = 1.1  # below 1 there is no maximum


def profile_parameters(energy):
    """Return the law of ln T and ln alpha of showers, by Grindhammer and Peters.

    Args:
        energy: Incident energy in MeV.

    Returns:
        Tuple of mean and standard deviation of ln T, the same of ln alpha, and their correlation.
    """
    ln_y = np.log(energy / CRITICAL_ENERGY)
    return (
        np.log(ln_y - 0.812),
        1 / (-1.4 + 1.26 * ln_y),
        np.log(0.81 + (0.458 + 2.26 / Z) * ln_y),
        1 / (-0.58 + 0.86 * ln_y),
        0.705 - 0.023 * ln_y,
    )


def gamma_profile(energy, normal_T, normal_alpha):
    """Return alpha and beta of the longitudinal profiles of showers.

    Args:
        energy: Incident energy in MeV.
        normal_T: Independent standard normal numbers, array (n,).
        normal_alpha: The same.

    Returns:
        Two float64 arrays (n,); beta in inverse radiation lengths.
    """
    mean_T, sigma_T, mean_alpha, sigma_alpha, rho = profile_parameters(energy)
    T = np.exp(mean_T + sigma_T * normal_T)
    correlated = rho * normal_T + np.sqrt(1 - rho**2) * normal_alpha
    alpha = np.maximum(np.exp(mean_alpha + sigma_alpha * correlated), LEAST_ALPHA)
    return alpha, (alpha - 1) / T


def layer_shares(alpha, beta, layers):
    """Return the share of the energy that falls into each layer, and its mean depth there.

    Args:
        alpha: Array (n,).
        beta: Array (n,), in inverse radiation lengths.
        layers: `Layer`s with numbers of `DEPTHS`.

    Returns:
        Two float64 arrays (n, layers): shares, and mean depths in radiation lengths.
    """
    from scipy.special import gammainc

    ends = np.array([DEPTHS[layer.number] for layer in layers])
    alpha, beta = alpha[:, None, None], beta[:, None, None]
    shares = np.diff(gammainc(alpha, beta * ends), axis=2)[..., 0]
    moments = np.diff(gammainc(alpha + 1, beta * ends), axis=2)[..., 0] * (alpha / beta)[..., 0]
    middle = np.broadcast_to(ends.mean(axis=1), shares.shape)
    is_empty = shares < 1e-12
    return shares, np.where(is_empty, middle, moments / np.where(is_empty, 1, shares))


def radial_profile(energy, tau, r):
    """Return the share of the energy within a radius, by Grindhammer and Peters.

    Args:
        energy: Incident energy in MeV.
        tau: Depth over the depth of the maximum, array (n,).
        r: Radii in mm, array (k,).

    Returns:
        float64 array (n, k).
    """
    ln_E = np.log(energy / 1000)
    tau = tau[:, None]
    squared_core = (0.0251 + 0.00319 * ln_E + (0.1162 - 0.000381 * Z) * tau) ** 2
    k = 0.659 - 0.00309 * Z
    squared_tail = (k * (np.exp(-2.59 * (tau - 0.645)) + np.exp((0.3585 + 0.0421 * ln_E) * (tau - 0.645)))) ** 2
    x = (0.401 + 0.00187 * Z - tau) / (1.313 - 0.0686 * ln_E)
    in_core = np.clip((2.632 - 0.00094 * Z) * np.exp(x - np.exp(x)), 0, 1)
    squared = np.square(r / MOLIERE_RADIUS)
    return in_core * squared / (squared + squared_core) + (1 - in_core) * squared / (squared + squared_tail)


def voxel_shares(energy, alpha, beta, binning):
    """Return the mean share of the energy of each voxel, for showers of given longitudinal profiles.

    Args:
        energy: Incident energy in MeV.
        alpha: Array (n,).
        beta: Array (n,), in inverse radiation lengths.
        binning: `Binning` whose layers are among `DEPTHS`.

    Returns:
        float64 array (n, num_voxels).
    """
    shares, depths = layer_shares(alpha, beta, binning.layers)
    T = (alpha - 1) / beta
    parts = []
    for i, layer in enumerate(binning.layers):
        rings = np.diff(radial_profile(energy, depths[:, i] / T, np.asarray(layer.r_edges)), axis=1)
        parts.append(np.tile(shares[:, i, None] * rings / layer.num_alpha, layer.num_alpha))
    return np.concatenate(parts, axis=1)


def simulate(energy, num, rng, binning):
    """Draw showers of one energy.

    Spots are Poisson-distributed over the voxels, each of an exponentially distributed energy; 2 E / c^2 of them, E in
    GeV, make a sampling fluctuation of c / sqrt(E). All voxels of a shower share a factor of N(1, `CONSTANT_TERM`^2).

    Args:
        energy: Incident energy in MeV, at least that at which the parametrization begins, 100.
        num: Number of showers.
        rng: `numpy.random.Generator`.
        binning: `Binning` whose layers are among `DEPTHS`.

    Returns:
        float32 array (num, num_voxels) of energies in MeV.

    Raises:
        ValueError: If the energy is too small, `num` no integer from 1 up, or a layer has no depth here.
    """
    check_positive(energy=energy)
    check_positive_integer(num=num)
    unknown = sorted(set(binning.numbers) - set(DEPTHS))
    if unknown or energy < 100:
        raise ValueError(
            f"Showers of {energy:g} MeV in layers {binning.numbers} were asked for. Expected at least 100 MeV, and "
            f"layers among {list(DEPTHS)}."
        )
    alpha, beta = gamma_profile(energy, rng.standard_normal(num), rng.standard_normal(num))
    spots = 2 * energy / 1000 / SAMPLING_TERM**2
    hits = rng.poisson(spots * voxel_shares(energy, alpha, beta, binning))
    response = 1 + CONSTANT_TERM * rng.standard_normal((num, 1))
    return (energy / spots * response * rng.standard_gamma(hits)).astype(np.float32)
