"""Interpolation between latents; the draws are tested where a model makes them."""

import numpy as np
import pytest

from keras_gans.latent import Normal, Uniform

LATENTS = [Normal(), Uniform(-1.0, 1.0)]


@pytest.mark.parametrize("latent", LATENTS, ids=repr)
def test_begins_and_ends_where_it_is_told_to(latent):
    z_start, z_end = (latent.sample((5, 16), (0, i)) for i in (0, 1))
    z = latent.interpolate(z_start, z_end, 7)
    assert z.shape == (5, 7, 16)
    assert z.dtype == np.float32
    np.testing.assert_array_equal(z[:, 0], z_start)
    np.testing.assert_array_equal(z[:, -1], z_end)


@pytest.mark.parametrize("latent", LATENTS, ids=repr)
def test_rows_do_not_touch_each_other(latent):
    z_start, z_end = np.random.default_rng(0).uniform(-1, 1, (2, 3, 4))
    together = latent.interpolate(z_start, z_end, 5)
    for i in range(3):
        np.testing.assert_array_equal(latent.interpolate(z_start[i], z_end[i], 5), together[i])


def test_normal_goes_evenly_along_the_arc():
    z = Normal().interpolate([2.0, 0.0], [0.0, 2.0], 4)
    angles = np.deg2rad([0, 30, 60, 90])
    np.testing.assert_allclose(z, 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1), atol=1e-6)


def test_normal_is_the_formula_of_the_paper():
    z_start, z_end = np.random.default_rng(0).normal(size=(2, 10))
    theta = np.arccos(z_start @ z_end / np.linalg.norm(z_start) / np.linalg.norm(z_end))
    by_hand = [
        (np.sin((1 - mu) * theta) * z_start + np.sin(mu * theta) * z_end) / np.sin(theta) for mu in (0, 1 / 3, 2 / 3, 1)
    ]
    np.testing.assert_allclose(Normal().interpolate(z_start, z_end, 4), by_hand, rtol=1e-5)


def test_normal_keeps_the_norm_that_a_straight_line_loses():
    z_start, z_end = (Normal().sample((100, 512), (0, i)) for i in (0, 1))
    middle = {latent: latent.interpolate(z_start, z_end, 3)[:, 1] for latent in (Normal(), Uniform())}
    norms = [np.linalg.norm(z, axis=1).mean() / np.sqrt(512) for z in middle.values()]
    np.testing.assert_allclose(norms, [1.0, np.sqrt(0.5)], rtol=0.02)


@pytest.mark.parametrize("factor", [1.0, 3.0, 1 + 1e-9, -1.0, -2.0, 0.0])
def test_normal_is_straight_where_there_is_no_arc(factor):
    z_start = np.array([1.0, -2.0, 0.5])
    z = Normal().interpolate(z_start, factor * z_start, 5)
    assert np.isfinite(z).all()
    if factor:
        np.testing.assert_allclose(z, np.linspace(1, factor, 5)[:, None] * z_start, atol=1e-6)


def test_normal_in_one_dimension_is_straight():
    np.testing.assert_allclose(Normal().interpolate([-1.0], [3.0], 5)[:, 0], [-1, 0, 1, 2, 3])


def test_uniform_is_straight_and_stays_in_its_cube():
    np.testing.assert_allclose(Uniform().interpolate([-1.0, 0.5], [1.0, 0.0], 3), [[-1, 0.5], [0, 0.25], [1, 0]])
    corners = np.float32([[2.1, 3.7], [3.7, 2.1], [3.7, 3.7]])
    z = Uniform(2.1, 3.7).interpolate(corners, corners[[2, 0, 2]], 100)
    assert z.min() >= np.float32(2.1)
    assert z.max() <= np.float32(3.7)


@pytest.mark.parametrize("latent", LATENTS, ids=repr)
def test_refuses(latent):
    with pytest.raises(ValueError, match=r"z_start has shape \(3, 2\), z_end \(2,\)"):
        latent.interpolate(np.zeros((3, 2)), np.zeros(2), 4)
    with pytest.raises(ValueError, match=r"z_start has shape \(\)"):
        latent.interpolate(0.0, 1.0, 4)
    for num in (1, 2.5, True, "4"):
        with pytest.raises(ValueError, match=f"num={num!r} was passed.*integer from 2 up"):
            latent.interpolate(np.zeros(2), np.ones(2), num)
