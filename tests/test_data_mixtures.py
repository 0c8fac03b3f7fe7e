import itertools

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from keras_gans.data import Mixture, mixtures

LOPSIDED = {"modes": [[0.0, 0.0], [3.0, 0.0], [0.0, -3.0]], "sigma": 0.3, "weights": [5, 3, 2]}


def density(mixture, x):
    """The mixture's density in plain NumPy, float64."""
    squared = ((x[:, None] - mixture.modes) ** 2).sum(-1)
    return (mixture.weights * np.exp(-squared / (2 * mixture.sigma**2))).sum(-1) / (2 * np.pi * mixture.sigma**2)


def nearest_distances(points):
    distances = np.linalg.norm(points[:, None] - points, axis=-1)
    return (distances + np.diag(np.full(len(points), np.inf))).min(axis=1)


def drawn(mixture, source):
    """30,000 points of the mixture, by sample() or by stream()."""
    if source == "sample":
        return mixture.sample(30_000, seed=1)
    return np.concatenate([x.numpy() for x in mixture.stream(300, seed=1).take(100)])


def test_ring_has_its_modes_evenly_on_the_circle():
    ring = mixtures.ring()
    h = np.sqrt(2)
    expected = [[2, 0], [h, h], [0, 2], [-h, h], [-2, 0], [-h, -h], [0, -2], [h, -h]]
    np.testing.assert_allclose(ring.modes, expected, atol=1e-15)
    assert ring.sigma == 0.02
    # The end of the circle is not a mode again: all neighbours are one chord apart.
    np.testing.assert_allclose(nearest_distances(mixtures.ring(12, radius=3).modes), 6 * np.sin(np.pi / 12))


def test_grid_is_centred_on_zero():
    grid = mixtures.grid()
    assert {tuple(mode) for mode in grid.modes} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert grid.sigma == 0.05
    assert {tuple(mode) for mode in mixtures.grid(2, spacing=1).modes} == {
        (a, b) for a in (-0.5, 0.5) for b in (-0.5, 0.5)
    }


def test_spiral_lies_on_its_curve_at_equal_arc_lengths():
    modes = mixtures.spiral(modes=15, turns=1.5, radius=3.0).modes
    r = np.hypot(*modes.T)
    angle = r * (2 * np.pi * 1.5) / 3.0
    np.testing.assert_allclose(modes, r[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1), atol=1e-9)
    np.testing.assert_allclose(r[[0, -1]], [0, 3])
    pieces = []
    for start, end in itertools.pairwise(angle):
        t = np.linspace(start, end, 2001)
        curve = 3.0 * t[:, None] / (3 * np.pi) * np.stack([np.cos(t), np.sin(t)], axis=1)
        pieces.append(np.linalg.norm(np.diff(curve, axis=0), axis=1).sum())
    np.testing.assert_allclose(pieces, np.mean(pieces), rtol=1e-5)


def test_random_keeps_its_modes_apart_and_unequal():
    mixture = mixtures.random(modes=12, radius=2.0, sigma=0.1, seed=3)
    assert mixture.modes.shape == (12, 2)
    assert nearest_distances(mixture.modes).min() >= 0.6
    assert np.hypot(*mixture.modes.T).max() <= 2.0
    assert 1.2 < mixture.weights.max() / mixture.weights.min() <= 3
    again, other = (mixtures.random(modes=12, radius=2.0, sigma=0.1, seed=seed) for seed in (3, 4))
    np.testing.assert_array_equal(mixture.modes, again.modes)
    np.testing.assert_array_equal(mixture.weights, again.weights)
    assert not np.array_equal(mixture.modes, other.modes)


def test_random_says_when_the_modes_do_not_fit():
    with pytest.raises(ValueError, match=r"found room for \d modes at 6 sigma.*Take fewer modes"):
        mixtures.random(modes=20, radius=1.0, sigma=0.2)


def test_weights_are_brought_to_sum_one():
    np.testing.assert_allclose(Mixture(**LOPSIDED).weights, [0.5, 0.3, 0.2])
    np.testing.assert_allclose(mixtures.ring(5).weights, 0.2)


def test_scaled_multiplies_centres_and_sigma_only():
    mixture = Mixture(**LOPSIDED)
    half = mixture.scaled(0.5)
    np.testing.assert_array_equal(half.modes, mixture.modes / 2)
    assert half.sigma == 0.15
    np.testing.assert_allclose(half.weights, mixture.weights)


@pytest.mark.parametrize(
    "mixture",
    [
        mixtures.ring(),
        mixtures.grid(),
        mixtures.spiral(),
        mixtures.random(),
        Mixture(**LOPSIDED),
        Mixture([[5.0, -7.0]], 0.5),
        Mixture([[0.0, 0.0], [0.0, 8.0]], 0.1),
    ],
)
def test_standard_deviation_is_that_of_the_points(mixture):
    x = mixture.sample(200_000, seed=0).astype("float64")
    expected = np.sqrt(x.var(axis=0).mean())  # of one coordinate, both taken together
    assert mixture.standard_deviation == pytest.approx(expected, rel=5e-3)
    standard = mixture.scaled(1 / mixture.standard_deviation)
    assert standard.standard_deviation == pytest.approx(1, rel=1e-12)
    assert np.sqrt(standard.sample(200_000, seed=1).var(axis=0).mean()) == pytest.approx(1, rel=5e-3)


def test_standard_deviations_of_the_toys_are_those_of_their_authors():
    """gan_toy.py divides the ring by 1.414 and the grid by 2.828, the deviations of their modes."""
    assert mixtures.ring().standard_deviation == pytest.approx(np.sqrt(2 + 0.02**2), rel=1e-12)
    assert mixtures.grid().standard_deviation == pytest.approx(np.sqrt(8 + 0.05**2), rel=1e-12)


def test_log_prob_is_the_density():
    mixture = Mixture(**LOPSIDED)
    x = np.random.default_rng(0).uniform(-4, 4, (200, 2)) * [1, 0.5]
    near = density(mixture, x) > 1e-30
    assert near.sum() > 100
    np.testing.assert_allclose(mixture.log_prob(x).numpy()[near], np.log(density(mixture, x[near])), atol=2e-4)
    # At a mode far from the others by hand: log w - log(2 pi sigma^2).
    np.testing.assert_allclose(mixture.log_prob([3.0, 0.0]), np.log(0.3 / (2 * np.pi * 0.09)), rtol=1e-5)
    # Far out no underflow: the nearest mode's exponent.
    np.testing.assert_allclose(mixture.log_prob([103.0, 0.0]), -(100**2) / 0.18, rtol=1e-4)


def test_log_prob_in_a_graph_does_not_spoil_it_outside():
    mixture = mixtures.ring()
    x = mixture.sample(4, seed=0)
    in_graph = tf.function(mixture.log_prob)(x)
    np.testing.assert_allclose(mixture.log_prob(x), in_graph, rtol=1e-6)


def test_log_prob_is_differentiable():
    mixture = mixtures.ring()
    x = tf.constant([[2.01, 0.03]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        log_prob = mixture.log_prob(x)
    np.testing.assert_allclose(tape.gradient(log_prob, x), [[-0.01 / 0.02**2, -0.03 / 0.02**2]], rtol=1e-4)


@pytest.mark.parametrize("source", ["sample", "batches"])
def test_draws_follow_the_law(source):
    mixture = Mixture(**LOPSIDED)
    x = drawn(mixture, source)
    assert x.shape == (30_000, 2)
    assert x.dtype == np.float32
    k = np.linalg.norm(x[:, None] - mixture.modes, axis=-1).argmin(axis=1)
    assert scipy.stats.chisquare(np.bincount(k), 30_000 * mixture.weights).pvalue > 1e-3
    noise = (x - mixture.modes[k]) / mixture.sigma
    for coordinate in noise.T:
        assert scipy.stats.kstest(coordinate, "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(np.column_stack([noise, k]).T) - np.eye(3)).max() < 0.03


def test_mode_and_noise_of_a_batch_are_independent():
    mixture = Mixture(**LOPSIDED)
    x = next(iter(mixture.stream(20_000))).numpy()
    k = np.linalg.norm(x[:, None] - mixture.modes, axis=-1).argmin(axis=1)
    length = np.linalg.norm(x - mixture.modes[k], axis=1)
    # From one stream of random words, point i would take its noise from words 2i and 2i + 1, point 2i its mode.
    assert abs(np.corrcoef(length[:10_000], k[::2])[0, 1]) < 0.03
    assert abs(np.corrcoef(length[:10_000], k[1::2])[0, 1]) < 0.03


@pytest.mark.parametrize("source", ["sample", "batches"])
def test_no_point_comes_twice(source):
    assert len(np.unique(drawn(mixtures.ring(), source), axis=0)) > 29_900  # float32 rounding leaves a few


def test_sample_is_a_function_of_its_seed():
    ring = mixtures.ring()
    np.testing.assert_array_equal(ring.sample(9, seed=5), ring.sample(9, seed=5))
    assert not np.array_equal(ring.sample(9, seed=5), ring.sample(9, seed=6))
    assert not np.array_equal(ring.sample(9), ring.sample(9))


def test_batches_are_endless_static_and_a_function_of_their_seed():
    ring = mixtures.ring()
    batches = ring.stream(7, seed=5)
    assert batches.element_spec == tf.TensorSpec((7, 2), tf.float32)
    assert batches.cardinality() == tf.data.INFINITE_CARDINALITY
    first = [x.numpy() for x in batches.take(5)]
    np.testing.assert_array_equal(first, [x.numpy() for x in batches.take(5)])
    np.testing.assert_array_equal(first, [x.numpy() for x in mixtures.ring().stream(7, seed=5).take(5)])
    assert not np.array_equal(first[0], next(iter(ring.stream(7, seed=6))))
    np.testing.assert_array_equal(first[3:], [x.numpy() for x in ring.stream(7, seed=5, start=3).take(2)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"modes": [0.0, 1.0]}, r"modes of shape \(2,\).*Expected finite centres of shape \(K, 2\)"),
        ({"modes": [[0.0, 1.0, 2.0]] * 3}, r"modes of shape \(3, 3\)"),
        ({"modes": np.empty((0, 2))}, r"modes of shape \(0, 2\)"),
        ({"modes": [[0, 0], [1, 1], [np.nan, 0]]}, "Expected finite centres"),
        ({"modes": [[0, 0], [1, 1], [0, 0]]}, "3 modes were passed, some of them at the same place"),
        ({"sigma": 0.0}, "sigma=0.0 was passed. Expected one positive number"),
        ({"sigma": np.nan}, "sigma=nan was passed"),
        ({"sigma": [0.1, 0.2, 0.3]}, r"sigma=\[0.1, 0.2, 0.3\] was passed"),
        ({"weights": [1, 1]}, r"weights=\[1. 1.\] were passed for 3 modes"),
        ({"weights": [1, 1, 0]}, "Expected one positive number per mode. Leave out"),
        ({"weights": [1, 1, np.inf]}, "Expected one positive number per mode"),
    ],
)
def test_mixture_refuses_what_is_none(change, message):
    with pytest.raises(ValueError, match=message):
        Mixture(**{**LOPSIDED, **change})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mixtures.ring().sample(0), "num=0 was passed. Expected an integer of at least 1"),
        (lambda: mixtures.ring().sample(2.5), "num=2.5 was passed"),
        (lambda: mixtures.ring().stream(0), "batch_size=0 was passed"),
        (lambda: mixtures.ring().stream(7, start=-1), "start=-1 was passed"),
        (lambda: mixtures.ring(0), "modes=0 was passed"),
        (lambda: mixtures.grid(0), "side=0 was passed"),
        (lambda: mixtures.spiral(0), "modes=0 was passed"),
        (lambda: mixtures.random(0), "modes=0 was passed"),
        (lambda: mixtures.grid(spacing=0.0), "some of them at the same place"),
    ],
)
def test_counts_are_integers_from_one_up(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_imbalanced_ring_has_the_ring_and_falling_weights():
    mixture = mixtures.imbalanced_ring(modes=5, ratio=16.0)
    np.testing.assert_array_equal(mixture.modes, mixtures.ring(modes=5).modes)
    np.testing.assert_allclose(mixture.weights[:-1] / mixture.weights[1:], 2.0)  # 16 is 2^4
    assert mixture.weights.sum() == pytest.approx(1.0)
    counts = np.bincount(
        np.argmin(np.linalg.norm(mixture.sample(20_000, seed=0)[:, None] - mixture.modes, axis=2), axis=1)
    )
    np.testing.assert_allclose(counts / 20_000, mixture.weights, atol=0.01)
    with pytest.raises(ValueError, match="ratio=0"):
        mixtures.imbalanced_ring(ratio=0)
