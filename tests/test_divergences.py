"""The f-divergences against SciPy: suprema by minimisation, integrals by quadrature, Lambert's function."""

import math

import keras
import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.special
import scipy.stats
import tensorflow as tf

from keras_gans import divergences

MEMBERS = [
    divergences.TotalVariation(),
    divergences.KullbackLeibler(),
    divergences.ReverseKullbackLeibler(),
    divergences.PearsonChiSquared(),
    divergences.NeymanChiSquared(),
    divergences.SquaredHellinger(),
    divergences.Jeffrey(),
    divergences.JensenShannon(),
    divergences.WeightedJensenShannon(0.3),
    divergences.GANDivergence(),
    divergences.Alpha(0.5),
    divergences.Alpha(0.9),
    divergences.Alpha(2.5),
    divergences.Alpha(1.01),
    divergences.Alpha(-0.7),
]
every_member = pytest.mark.parametrize("member", MEMBERS, ids=repr)
# f written down a second time, and f'
BY_HAND = {
    "TotalVariation": (lambda u: abs(u - 1) / 2, lambda u: np.sign(u - 1) / 2),
    "KullbackLeibler": (lambda u: scipy.special.xlogy(u, u), lambda u: 1 + np.log(u)),
    "ReverseKullbackLeibler": (lambda u: -np.log(u), lambda u: -1 / u),
    "PearsonChiSquared": (lambda u: (u - 1) ** 2, lambda u: 2 * (u - 1)),
    "NeymanChiSquared": (lambda u: (1 - u) ** 2 / u, lambda u: 1 - 1 / u**2),
    "SquaredHellinger": (lambda u: (np.sqrt(u) - 1) ** 2, lambda u: 1 - 1 / np.sqrt(u)),
    "Jeffrey": (lambda u: (u - 1) * np.log(u), lambda u: np.log(u) + 1 - 1 / u),
    "JensenShannon": (
        lambda u: scipy.special.xlogy(u, u) - (u + 1) * np.log((1 + u) / 2),
        lambda u: np.log(2 * u / (1 + u)),
    ),
    "WeightedJensenShannon": (
        lambda u: 0.3 * scipy.special.xlogy(u, u) - (0.7 + 0.3 * u) * np.log(0.7 + 0.3 * u),
        lambda u: 0.3 * np.log(u / (0.7 + 0.3 * u)),
    ),
    "GANDivergence": (
        lambda u: scipy.special.xlogy(u, u) - (u + 1) * np.log(u + 1),
        lambda u: np.log(u / (u + 1)),
    ),
}


def by_hand(member):
    if isinstance(member, divergences.Alpha):
        a = member.alpha
        return lambda u: (u**a - 1 - a * (u - 1)) / (a * (a - 1)), lambda u: (u ** (a - 1) - 1) / (a - 1)
    return BY_HAND[type(member).__name__]


RATIOS = np.array([1e-3, 0.02, 0.3, 0.7, 1.0, 1.4, 3.0, 20.0, 300.0])


@every_member
def test_f_and_its_slope_at_one(member):
    f, slope = by_hand(member)
    np.testing.assert_allclose(member.f(RATIOS), f(RATIOS), rtol=1e-12, atol=1e-13)
    at_one = -2 * math.log(2) if isinstance(member, divergences.GANDivergence) else 0.0
    assert float(member.f(1.0)) == pytest.approx(at_one, abs=1e-15)
    assert member.threshold == pytest.approx(float(slope(1.0)), abs=1e-15)
    assert member.f(-0.1) == math.inf


@every_member
def test_f_at_zero_is_its_limit(member):
    limit = float(by_hand(member)[0](1e-300))
    value = float(member.f(0.0))
    assert value == math.inf if limit > 1e2 else value == pytest.approx(limit, abs=1e-9)


@every_member
def test_f_is_convex(member):
    u = np.geomspace(1e-3, 1e3, 400)
    middle = member.f((u[:-1] + u[1:]) / 2)
    f = member.f(u)
    assert (middle <= (f[:-1] + f[1:]) / 2 + 1e-9 * np.abs(f[1:])).all()


@every_member
def test_conjugate_is_the_supremum_that_it_is_defined_by(member):
    low, high = max(member.domain[0], -6.0), min(member.domain[1], 3.0)
    f, _ = by_hand(member)
    for t in np.linspace(low, high, 15)[1:-1]:
        grid = np.geomspace(1e-9, 1e6, 4000)
        best = np.argmax(t * grid - f(grid))
        bounds = (grid[max(best - 1, 0)], grid[min(best + 1, 3999)])
        found = scipy.optimize.minimize_scalar(
            lambda u, t=t: f(u) - t * u, bounds=bounds, method="bounded", options={"xatol": 1e-12 * bounds[1]}
        )
        supremum = max(-found.fun, float(np.max(t * grid - f(grid))))
        assert float(member.conjugate(t)) == pytest.approx(supremum, rel=1e-8, abs=1e-8)


@every_member
def test_conjugate_is_infinite_above_the_domain_alone(member):
    low, high = member.domain
    if math.isfinite(high):
        assert member.conjugate(high + 0.01) == math.inf
    inside = np.linspace(max(low, -50.0), min(high, 20.0), 101)[1:-1]
    assert np.isfinite(member.conjugate(inside)).all()


@every_member
def test_biconjugate_is_f(member):
    f, _ = by_hand(member)
    for u in (0.05, 0.4, 1.0, 2.5, 10.0):
        v = np.concatenate(
            [np.linspace(-30, 30, 600_001), np.geomspace(30, 300, 100_000), -np.geomspace(30, 300, 100_000)]
        )
        t, conjugate = member.activation(v), member.conjugate_of_activation(v)
        assert np.max(u * t - conjugate) == pytest.approx(f(u), rel=1e-7, abs=1e-8)


@every_member
def test_fenchel_young(member):
    rng = np.random.default_rng(0)
    u, v = rng.lognormal(sigma=2.0, size=10_000), rng.normal(scale=4.0, size=10_000)
    t = member.activation(v)
    slack = member.f(u) + member.conjugate(t) - u * t
    assert slack.min() >= -1e-9 * np.abs(u * t).max()
    t = by_hand(member)[1](RATIOS)  # equality at T = f'(u)
    assert np.allclose(member.f(RATIOS) + member.conjugate(t), RATIOS * t, rtol=1e-9, atol=1e-9)


@every_member
def test_activation_rises_onto_the_domain(member):
    v = np.linspace(-1e4, 1e4, 20_001)
    t = member.activation(v)
    low, high = member.domain
    assert (np.diff(t) >= -1e-14 * np.abs(t[1:])).all()  # up to rounding
    assert (np.diff(member.activation(np.linspace(-15, 15, 201))) > 0).all()
    assert (t >= low).all()
    assert (t <= high).all()
    first, last = member.activation(np.array([-1e12, 1e12]))  # a compressed score nears an edge by its logarithm
    assert first < -35 or first == pytest.approx(low, rel=0.01)
    assert last > 35 or last == pytest.approx(high, rel=0.01)


PAPER = {  # g_f of table 6
    "TotalVariation": lambda v: np.tanh(v) / 2,
    "KullbackLeibler": lambda v: v,
    "ReverseKullbackLeibler": lambda v: -np.exp(-v),
    "PearsonChiSquared": lambda v: v,
    "NeymanChiSquared": lambda v: 1 - np.exp(-v),
    "SquaredHellinger": lambda v: 1 - np.exp(-v),
    "Jeffrey": lambda v: v,
    "JensenShannon": lambda v: np.log(2) - np.log1p(np.exp(-v)),
    "WeightedJensenShannon": lambda v: -0.3 * np.log(0.3) - np.log1p(np.exp(-v)),
    "GANDivergence": lambda v: -np.log1p(np.exp(-v)),
}


@every_member
def test_activation_is_the_documented_one(member):
    v = np.linspace(-20, 20, 81)
    if isinstance(member, divergences.Alpha):  # T = f'(u) at u = e^v, but where that is flat
        slope, v = by_hand(member)[1], np.linspace(-7, 7, 61)
        expected = lambda v: np.where((v < 0) & (member.alpha > 1), v, slope(np.exp(v)))  # noqa: E731
    else:
        expected = PAPER[type(member).__name__]
    np.testing.assert_allclose(member.activation(v), expected(v), rtol=1e-9, atol=1e-9)


@every_member
def test_the_closed_form_is_the_conjugate_of_the_activation(member):
    v = np.linspace(-12, 12, 49)  # where 1 - e^(-12) still has ten digits
    expected = member.conjugate(member.activation(v))
    np.testing.assert_allclose(member.conjugate_of_activation(v), expected, rtol=1e-6, atol=1e-8)


@every_member
def test_beyond_the_limit_the_pair_still_belongs_together(member):
    v = np.array([-5e3, -300.0, -60.0, -21.0])  # T near the lower end, where float64 has all its digits
    v = np.append(v, -v) if member.domain[1] == math.inf else v
    expected = member.conjugate(member.activation(v))
    np.testing.assert_allclose(member.conjugate_of_activation(v), expected, rtol=1e-6, atol=1e-15)


@every_member
def test_nothing_overflows_at_huge_scores(member):
    for huge in (1e4, -1e4, 100.0, -100.0, 0.0):
        v = tf.constant([[huge]], tf.float32)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(v)
            t, conjugate = member.activation(v), member.conjugate_of_activation(v)
        assert t.dtype == conjugate.dtype == tf.float32
        for value in (t, conjugate):
            slope = tape.gradient(value, v)
            assert np.isfinite(value.numpy()).all()
            assert np.isfinite(np.square(slope.numpy())).all()


@every_member
def test_slopes_against_finite_differences(member):
    v, h = np.array([-6.0, -2.5, -0.3, 0.1, 1.7, 5.0]), 1e-6
    for name in ("activation", "conjugate_of_activation"):
        function = getattr(member, name)
        x = tf.constant(v)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x)
        expected = (function(v + h) - function(v - h)) / (2 * h)
        np.testing.assert_allclose(tape.gradient(value, x), expected, rtol=1e-5, atol=1e-7)


def test_jeffrey_has_lamberts_function():
    t = np.array([-600.0, -30.0, -3.0, -0.5, 0.0, 0.4, 2.0, 30.0])
    w = np.real(scipy.special.lambertw(np.exp(1 - t)))
    np.testing.assert_allclose(divergences.Jeffrey().conjugate(t), w + 1 / w + t - 2, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("t", [-3.0, 0.2, 3.0])
def test_jeffreys_slopes_are_those_of_the_implicit_function(t):
    # f*' is u = 1/w; and w' = -w / (1 + w), so f*'' = 1 / (w (1 + w))
    x = tf.constant(t, tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = divergences.Jeffrey().conjugate(x)
        slope = inner.gradient(value, x)
    w = float(np.real(scipy.special.lambertw(np.exp(1 - t))))
    assert float(slope) == pytest.approx(1 / w, rel=1e-10)
    assert float(outer.gradient(slope, x)) == pytest.approx(1 / (w * (1 + w)), rel=1e-8)


def divergence_by_quadrature(f, p, q):
    return scipy.integrate.quad(lambda x: q.pdf(x) * f(p.pdf(x) / q.pdf(x)), -12, 13, points=[0, 0.5, 1], limit=400)[0]


@every_member
def test_the_bound_at_the_best_score_is_the_divergence(member):
    """E_P T - E_Q f*(T) with T = f'(p/q), by quadrature, for P = N(0, 1), Q = N(1, 1)."""
    p, q = scipy.stats.norm(0, 1), scipy.stats.norm(1, 1)
    f, slope = by_hand(member)

    def bound(x):
        t = slope(p.pdf(x) / q.pdf(x))
        return p.pdf(x) * t - q.pdf(x) * float(member.conjugate(t))

    value = scipy.integrate.quad(bound, -12, 13, points=[0, 0.5, 1], limit=400)[0]
    assert value == pytest.approx(divergence_by_quadrature(f, p, q), abs=1e-6)


def test_published_values_of_two_gaussians():
    p, q = scipy.stats.norm(0, 1), scipy.stats.norm(1, 1)
    expected = {  # closed forms where there is one: e - 1 for both chi-squared, 1/2 for KL, 2 Phi(1/2) - 1 for TV
        "TotalVariation": 2 * scipy.stats.norm.cdf(0.5) - 1,
        "KullbackLeibler": 0.5,
        "ReverseKullbackLeibler": 0.5,
        "PearsonChiSquared": math.e - 1,
        "NeymanChiSquared": math.e - 1,
        "SquaredHellinger": 2 - 2 * math.exp(-1 / 8),
        "Jeffrey": 1.0,
        "JensenShannon": 0.22284,
        "WeightedJensenShannon": 0.09491,
        "GANDivergence": 0.22284 - 2 * math.log(2),
    }
    for member in MEMBERS[:10]:
        value = divergence_by_quadrature(member.f, p, q)
        assert value == pytest.approx(expected[type(member).__name__], abs=1e-5)
    for alpha, value in ((0.5, 0.47001), (2.5, 1.47222)):
        assert divergence_by_quadrature(divergences.Alpha(alpha).f, p, q) == pytest.approx(value, abs=1e-5)


def test_members_of_the_alpha_family_under_other_names():
    u = RATIOS
    np.testing.assert_allclose(2 * divergences.Alpha(2.0).f(u), divergences.PearsonChiSquared().f(u), atol=1e-12)
    np.testing.assert_allclose(2 * divergences.Alpha(-1.0).f(u), divergences.NeymanChiSquared().f(u), rtol=1e-9)
    np.testing.assert_allclose(divergences.Alpha(0.5).f(u), 2 * divergences.SquaredHellinger().f(u), atol=1e-12)
    np.testing.assert_allclose(
        2 * divergences.WeightedJensenShannon(0.5).f(u), divergences.JensenShannon().f(u), atol=1e-12
    )


def test_tensors_stay_tensors_of_their_dtype_and_arrays_stay_arrays():
    member = divergences.KullbackLeibler()
    assert isinstance(member.f(np.ones(3, "float32")), np.ndarray)
    assert member.f(np.ones(3, "float32")).dtype == "float32"
    assert member.f(2).dtype == "float64"
    for dtype in (tf.float32, tf.float64):
        assert member.conjugate(tf.ones((2,), dtype)).dtype == dtype


@every_member
def test_config_round_trip(member):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(member))
    assert type(again) is type(member)
    assert again.get_config() == member.get_config()


def test_refuses_bad_arguments():
    for alpha in (0, 1, 1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="alpha="):
            divergences.Alpha(alpha)
    for pi in (0, 1, -0.5):
        with pytest.raises(ValueError, match="pi="):
            divergences.WeightedJensenShannon(pi)


# whose f grows so fast that a few samples decide, and that take longer to learn
HEAVY = (divergences.PearsonChiSquared, divergences.NeymanChiSquared, divergences.Jeffrey)


@pytest.mark.parametrize(
    ("member", "tolerance"),
    [(m, 0.05 if isinstance(m, HEAVY) or repr(m) == "Alpha(alpha=2.5)" else 0.02) for m in MEMBERS],
    ids=repr,
)
def test_estimate_reaches_the_divergence_and_does_not_exceed_it(member, tolerance):
    rng = np.random.default_rng(1)
    x_p, x_q = rng.normal(0, 1, 200_000), rng.normal(1, 1, 200_000)
    found = divergences.estimate(x_p, x_q, member, steps=800)
    expected = divergence_by_quadrature(member.f, scipy.stats.norm(0, 1), scipy.stats.norm(1, 1))
    assert found.value <= expected + 3 * found.standard_error
    assert found.value >= expected - tolerance * abs(expected) - 2 * found.standard_error
    assert 0 < found.standard_error < 0.08 * abs(expected) + 0.02


def test_estimate_is_near_zero_for_one_distribution_and_takes_images():
    x = np.random.default_rng(0).normal(size=(400, 4, 4, 1)).astype("float32")
    found = divergences.estimate(x[:200], x[200:], divergences.JensenShannon(), steps=30, batch_size=32)
    assert found.value < 0.1  # of a network that learnt 100 samples by heart: nothing on the others
    assert found.network.output_shape == (None, 1)


def test_estimate_refuses_bad_samples():
    x = np.zeros((10, 2))
    with pytest.raises(TypeError, match="KullbackLeibler"):
        divergences.estimate(x, x, "kl")
    with pytest.raises(ValueError, match="same shape"):
        divergences.estimate(x, np.zeros((10, 3)), divergences.JensenShannon())
    with pytest.raises(ValueError, match="x_q of shape"):
        divergences.estimate(x, np.full((10, 2), np.nan), divergences.JensenShannon())
