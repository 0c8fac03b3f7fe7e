"""One step of each model on linear networks, against the same step written out in NumPy."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

import keras_gans as kg

ROWS, RATE = 8, 0.1


def sigma(s):
    return 1 / (1 + np.exp(-s))


# Derivatives of the losses by the scores, divided by m where they are averaged.
D_SLOPES = {
    "minimax": (lambda s: sigma(s) - 1, lambda s: sigma(s)),
    "least_squares": (lambda s: s - 1, lambda s: s),
    "hinge": (lambda s: -(s < 1).astype(float), lambda s: (s > -1).astype(float)),
    "wasserstein": (lambda s: -np.ones_like(s), lambda s: np.ones_like(s)),
    "pearson": (lambda s: -np.ones_like(s), lambda s: np.where(s > -2, s / 2 + 1, 0.0)),  # of s^2 / 4 + s
}
G_SLOPES = {
    "minimax": lambda s: -sigma(s),
    "non_saturating": lambda s: sigma(s) - 1,
    "least_squares": lambda s: s - 1,
    "wasserstein": lambda s: -np.ones_like(s),
}


def pearson_gan(*networks, **kwargs):
    return kg.FGAN(*networks, kg.divergences.PearsonChiSquared(), **kwargs)


CASES = [
    (kg.MinimaxGAN, "minimax", "minimax"),
    (kg.NonSaturatingGAN, "minimax", "non_saturating"),
    (kg.LSGAN, "least_squares", "least_squares"),
    (kg.HingeGAN, "hinge", "wasserstein"),
    (kg.WGAN, "wasserstein", "wasserstein"),
    (kg.WGANGP, "wasserstein", "wasserstein"),
    (pearson_gan, "pearson", "wasserstein"),
]


def latents(seed, step, draw, rows):
    """The z that the model documents: a function of (seed + number of the draw, step)."""
    return tf.random.stateless_normal((rows, 2), (seed + draw, step)).numpy().astype("float64")


@pytest.mark.parametrize(("model_class", "d_slope", "g_slope"), CASES, ids=lambda c: getattr(c, "__name__", str(c)))
@pytest.mark.parametrize("n_critic", [1, 3])
def test_one_step_by_hand(model_class, d_slope, g_slope, n_critic):
    keras.utils.set_random_seed(4)
    extra = {"clip_value": 0.3} if model_class is kg.WGAN else {}
    model = model_class(*tiny.linear_pair(), n_critic=n_critic, **extra)
    model.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE))
    (A,) = (w.astype("float64") for w in model.generator.get_weights())
    w, b = (v.astype("float64") for v in model.discriminator.get_weights())
    x = tiny.points(ROWS * n_critic)
    seed = int(model.noise_seed.numpy())
    model.fit(tf.data.Dataset.from_tensors(x), verbose=0)

    real_slope, fake_slope = D_SLOPES[d_slope]
    draws_a_step = 2 if model_class is kg.WGANGP else 1  # z, and epsilon for the penalty
    for k in range(n_critic):
        x_k = x[k::n_critic].astype("float64")
        x_fake = latents(seed, 1, 1 + draws_a_step * k, ROWS) @ A
        c_real, c_fake = real_slope(x_k @ w + b) / ROWS, fake_slope(x_fake @ w + b) / ROWS
        gradient_w = x_k.T @ c_real + x_fake.T @ c_fake
        if model_class is kg.WGANGP:  # (|w| - 1)^2 at every point, whatever epsilon
            norm = np.linalg.norm(w)
            gradient_w += 10.0 * 2 * (norm - 1) * w / norm
        w = w - RATE * gradient_w
        b = b - RATE * (c_real.sum() + c_fake.sum())
        if model_class is kg.WGAN:
            w, b = np.clip(w, -0.3, 0.3), np.clip(b, -0.3, 0.3)
    z = latents(seed, 1, 1 + draws_a_step * n_critic, ROWS)
    c = G_SLOPES[g_slope](z @ A @ w + b) / ROWS
    A = A - RATE * (z.T @ c) @ w.T

    np.testing.assert_allclose(model.discriminator.get_weights()[0], w, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.discriminator.get_weights()[1], b, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.generator.get_weights()[0], A, rtol=1e-4, atol=1e-5)


def train(model, steps=3, **how):
    model.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01), **how)
    x = tiny.points(16 * model.n_critic * steps)
    model.fit(tf.data.Dataset.from_tensor_slices(x).batch(16 * model.n_critic, drop_remainder=True), verbose=0)
    return tiny.weights_of(model)


L, P = kg.losses, kg.penalties
IDENTITIES = {
    "non-saturating": (
        kg.NonSaturatingGAN,
        lambda g, d: kg.ComposedGAN(g, d, L.non_saturating_discriminator, L.non_saturating_generator),
    ),
    "LSGAN with other labels": (
        lambda g, d: kg.LSGAN(g, d, a=-1.0, b=1.0, c=0.0),
        lambda g, d: kg.ComposedGAN(
            g,
            d,
            lambda r, f: L.least_squares_discriminator(r, f, -1.0, 1.0),
            lambda f: L.least_squares_generator(f, 0.0),
        ),
    ),
    "WGAN-GP": (
        kg.WGANGP,
        lambda g, d: kg.ComposedGAN(
            g, d, L.wasserstein_discriminator, L.wasserstein_generator, [P.GradientPenalty(10.0)], n_critic=5
        ),
    ),
    "WGAN-LP": (
        lambda g, d: kg.WGANGP(g, d, n_critic=2, gp_weight=3.0, one_sided=True),
        lambda g, d: kg.ComposedGAN(
            g,
            d,
            L.wasserstein_discriminator,
            L.wasserstein_generator,
            [P.GradientPenalty(3.0, one_sided=True)],
            n_critic=2,
        ),
    ),
    "FGAN with the GAN divergence": (
        kg.MinimaxGAN,
        lambda g, d: kg.FGAN(g, d, kg.divergences.GANDivergence(), L.f_divergence_generator),
    ),
    "FGAN's heuristic": (kg.NonSaturatingGAN, lambda g, d: kg.FGAN(g, d, kg.divergences.GANDivergence())),
    "unrolled by no step": (kg.NonSaturatingGAN, lambda g, d: kg.UnrolledGAN(g, d, unroll_steps=0)),
    "Roth": (
        lambda g, d: kg.RothGAN(g, d, gamma=0.7),
        lambda g, d: kg.ComposedGAN(g, d, penalties=[P.DensityRatio(0.7)]),
    ),
    "Roth on logarithms": (
        lambda g, d: kg.RothGAN(g, d, gamma=0.7),
        lambda g, d: kg.ComposedGAN(g, d, penalties=[P.LogDensityRatio(0.35)]),
    ),
    "Roth without a regularizer": (lambda g, d: kg.RothGAN(g, d, gamma=0.0), kg.NonSaturatingGAN),
    "R3GAN without penalties": (lambda g, d: kg.R3GAN(g, d, gamma=0.0), kg.RpGAN),
    "WGAN without a bound": (
        lambda g, d: kg.WGAN(g, d, clip_value=1e9),
        lambda g, d: kg.WGANGP(g, d, gp_weight=0.0),
    ),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_two_ways_to_the_same_model(name):
    weights = []
    for build in IDENTITIES[name]:
        keras.utils.set_random_seed(6)
        model = build(tiny.generator(), tiny.discriminator())
        if name == "WGAN without a bound":  # their draws are numbered differently: WGAN-GP draws an epsilon
            model.draw_uniform = lambda rows: tf.zeros((rows,))
        weights.append(train(model, run_eagerly=True))  # sooner than it is traced
    # The critic's last bias has a gradient of exactly 0, which Adam divides by its rounding errors.
    np.testing.assert_allclose(weights[0], weights[1], rtol=1e-4, atol=2e-4)


@pytest.mark.parametrize(
    ("model_class", "expected"),
    [
        (kg.MinimaxGAN, ("sgd", 0.1, {"momentum": 0.5})),
        (kg.NonSaturatingGAN, ("adam", 2e-4, {"beta_1": 0.5, "beta_2": 0.999})),
        (kg.LSGAN, ("adam", 2e-4, {"beta_1": 0.5, "beta_2": 0.999})),
        (kg.HingeGAN, ("adam", 2e-4, {"beta_1": 0.0, "beta_2": 0.9})),
        (kg.WGAN, ("rmsprop", 5e-5, {"rho": 0.9})),
        (kg.WGANGP, ("adam", 1e-4, {"beta_1": 0.0, "beta_2": 0.9})),
        (pearson_gan, ("adam", 2e-4, {"beta_1": 0.5, "beta_2": 0.999})),
        (kg.RothGAN, ("adam", 2e-4, {"beta_1": 0.5, "beta_2": 0.999})),
        (kg.FeatureMatchingGAN, ("adam", 3e-4, {"beta_1": 0.5, "beta_2": 0.999})),
        (kg.RpGAN, ("adam", 2e-4, {"beta_1": 0.5, "beta_2": 0.999})),
        (kg.RaGAN, ("adam", 2e-4, {"beta_1": 0.5, "beta_2": 0.999})),
        (kg.R3GAN, ("adam", 2e-4, {"beta_1": 0.0, "beta_2": 0.9})),
    ],
)
def test_the_papers_defaults(model_class, expected):
    model = model_class(tiny.generator(), tiny.discriminator())
    model.compile()
    kind, rate, rest = expected
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert type(optimizer).__name__.lower() == kind
        assert float(optimizer.learning_rate) == pytest.approx(rate)
        assert {name: optimizer.get_config()[name] for name in rest} == rest


RELATIVISTIC = {  # derivatives of both losses by both scores, of the game on linear networks
    kg.RpGAN: (lambda r, f: (-sigma(f - r), sigma(f - r)), lambda r, f: -sigma(r - f)),
    kg.RaGAN: (
        lambda r, f: (
            -sigma(f.mean() - r) - sigma(f - r.mean()).mean(),
            sigma(f - r.mean()) + sigma(f.mean() - r).mean(),
        ),
        lambda r, f: -sigma(r.mean() - f) - sigma(r - f.mean()).mean(),
    ),
}


@pytest.mark.parametrize(("model_class", "gamma"), [(kg.RpGAN, 0.0), (kg.RaGAN, 0.0), (kg.R3GAN, 0.8)])
def test_one_relativistic_step_by_hand(model_class, gamma):
    keras.utils.set_random_seed(4)
    extra = {"gamma": gamma} if model_class is kg.R3GAN else {}
    model = model_class(*tiny.linear_pair(), **extra)
    model.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE))
    (A,) = (w.astype("float64") for w in model.generator.get_weights())
    w, b = (v.astype("float64") for v in model.discriminator.get_weights())
    x, seed = tiny.points(ROWS), int(model.noise_seed.numpy())
    model.fit(tf.data.Dataset.from_tensors(x), verbose=0)

    d_slopes, g_slope = RELATIVISTIC[kg.RaGAN if model_class is kg.RaGAN else kg.RpGAN]
    x_fake = latents(seed, 1, 1, ROWS) @ A
    c_real, c_fake = d_slopes(x @ w + b, x_fake @ w + b)
    w_new = w - RATE * ((x.T @ c_real + x_fake.T @ c_fake) / ROWS + 2 * gamma * w)  # of gamma / 2 (|w|^2 + |w|^2)
    b_new = b - RATE * (c_real.sum() + c_fake.sum()) / ROWS
    z = latents(seed, 1, 2, ROWS)
    c = g_slope(x @ w_new + b_new, z @ A @ w_new + b_new) / ROWS
    np.testing.assert_allclose(model.discriminator.get_weights()[0], w_new, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.discriminator.get_weights()[1], b_new, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.generator.get_weights()[0], A - RATE * (z.T @ c) @ w_new.T, rtol=1e-4, atol=1e-5)


def test_the_papers_constants():
    assert (kg.UnrolledGAN(tiny.generator(), tiny.discriminator()).unroll_steps) == 5
    assert (kg.RothGAN(tiny.generator(), tiny.discriminator()).gamma) == 0.1
    assert (kg.WGAN(tiny.generator(), tiny.discriminator()).clip_value) == 0.01
    assert kg.WGAN(tiny.generator(), tiny.discriminator()).n_critic == 5
    gp = kg.WGANGP(tiny.generator(), tiny.discriminator())
    assert (gp.n_critic, gp.gp_weight, gp.one_sided) == (5, 10.0, False)
    ls = kg.LSGAN(tiny.generator(), tiny.discriminator())
    assert (ls.a, ls.b, ls.c, ls.n_critic) == (0.0, 1.0, 1.0, 1)
    assert kg.HingeGAN(tiny.generator(), tiny.discriminator()).n_critic == 5
    assert kg.MinimaxGAN(tiny.generator(), tiny.discriminator()).n_critic == 1


def test_bad_constants():
    networks = tiny.generator(), tiny.discriminator()
    for build, message in [
        (lambda: kg.WGAN(*networks, clip_value=0.0), "clip_value=0.0"),
        (lambda: kg.WGANGP(*networks, gp_weight=-1.0), "gp_weight=-1.0"),
        (lambda: kg.LSGAN(*networks, a=1.0, b=1.0), "a=1.0 and b=1.0"),
    ]:
        with pytest.raises(ValueError, match=message):
            build()
    for build, message in [
        (lambda: kg.RothGAN(*networks, gamma=-0.1), "gamma=-0.1"),
        (lambda: kg.R3GAN(*networks, gamma=-0.1), "gamma=-0.1"),
        (lambda: kg.UnrolledGAN(*networks, unroll_steps=-1), "unroll_steps=-1"),
        (lambda: kg.UnrolledGAN(*networks, unroll_steps=1.5), "unroll_steps=1.5"),
        (lambda: kg.FeatureMatchingGAN(*networks, features="nowhere"), "features='nowhere'"),
        (lambda: kg.FeatureMatchingGAN(*networks, real_label=1.5), "real_label=1.5"),
    ]:
        with pytest.raises(ValueError, match=message):
            build()
    with pytest.raises(TypeError, match="divergence='kl'"):
        kg.FGAN(*networks, "kl")
    with pytest.raises(TypeError, match="generator_loss='trick'"):
        kg.FGAN(*networks, kg.divergences.KullbackLeibler(), "trick")
    with pytest.raises(TypeError, match="generator_loss='hinge'"):
        kg.ComposedGAN(*networks, generator_loss="hinge")
    with pytest.raises(TypeError, match="penalties holds 'r1'"):
        kg.ComposedGAN(*networks, penalties=["r1"])
    with pytest.raises(TypeError, match=r"where=.*RealSamples"):
        kg.penalties.GradientPenalty(where=kg.penalties.RealSamples)
    for weight in ("10", None, math.inf, math.nan):
        with pytest.raises(ValueError, match=r"weight=.*Expected a number weight >= 0"):
            kg.penalties.R1(weight)


def test_penalties_may_be_one_or_come_from_a_generator():
    networks = tiny.generator(), tiny.discriminator()
    assert len(kg.ComposedGAN(*networks, penalties=kg.penalties.R1(1.0)).penalties) == 1
    assert len(kg.ComposedGAN(*networks, penalties=(p(1.0) for p in (P.R1, P.R2))).penalties) == 2


class Recorder(kg.penalties.R1):
    """Takes down the steps that it is asked for."""

    steps = ()

    def __call__(self, score, x, x_fake, uniform, step=0, scores=None):
        self.steps = (*self.steps, int(step))
        return super().__call__(score, x, x_fake, uniform, step)


def test_penalties_count_discriminator_steps():
    penalty = Recorder(1.0)
    model = kg.ComposedGAN(*tiny.linear_pair(), penalties=penalty, n_critic=3)
    model.compile(run_eagerly=True)
    model.fit(tf.data.Dataset.from_tensors(tiny.points(3 * ROWS)).repeat(2), verbose=0)
    assert penalty.steps == (0, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("build", "terms"),
    [
        (lambda g, d, weight: kg.R3GAN(g, d, gamma=weight, n_critic=2), 1.0),  # R1 and R2 are |w|^2 / 2 each
        (lambda g, d, weight: kg.ComposedGAN(g, d, penalties=[P.R2(weight)], n_critic=2), 0.5),
    ],
)
def test_schedules_of_weights_count_discriminator_steps(build, terms):
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([2], [0.0, 7.0])  # 0 for steps 0 to 2
    generator, discriminator = tiny.linear_pair()
    model = build(generator, discriminator, schedule)
    model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
    x = tf.data.Dataset.from_tensors(tiny.points(2 * ROWS))
    found = [model.fit(x, verbose=0).history["penalty"][0] for _ in range(2)]  # of the last of two steps: 1, 3
    expected = 7.0 * terms * np.sum(discriminator.get_weights()[0] ** 2)
    np.testing.assert_allclose(found, [0.0, expected], rtol=1e-5)


@pytest.mark.parametrize("real_label", [1.0, 0.8])
def test_feature_matching_has_a_discriminator_of_smoothed_labels(real_label):
    weights = []
    for build in (
        lambda g, d: kg.FeatureMatchingGAN(g, d, real_label=real_label),
        lambda g, d: kg.ComposedGAN(g, d, lambda r, f: L.label_smoothed_discriminator(r, f, real_label)),
    ):
        keras.utils.set_random_seed(2)
        model = build(tiny.generator(), tiny.discriminator())
        model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
        model.fit(tf.data.Dataset.from_tensors(tiny.points(ROWS)), verbose=0)
        weights.append(tiny.weights_of(model.discriminator))
    np.testing.assert_allclose(*weights, rtol=1e-6, atol=1e-7)


def test_features_must_be_an_inner_layer_of_several_units():
    x = keras.Input((2,))
    h = keras.layers.Dense(3, name="inside")(x)
    branches = keras.Model(x, keras.layers.Add()([keras.layers.Dense(1)(h), keras.layers.Dense(1)(h)]))
    activated = keras.Model(x, keras.layers.Activation("linear")(keras.layers.Dense(1)(h)))
    inside = keras.Input((3,))
    nested = keras.Model(x, keras.Model(inside, keras.layers.Dense(1)(inside))(h))
    for discriminator, message in (
        (branches, "Expected an inner layer of several units"),
        (activated, "Expected an inner layer of several units"),
        (nested, "belongs to a network within the discriminator"),
        (tiny.discriminator(norm=True), "mixes the samples of a batch"),
    ):
        with pytest.raises(ValueError, match=message):
            kg.FeatureMatchingGAN(tiny.generator(), discriminator)
    assert kg.FeatureMatchingGAN(tiny.generator(), activated, features="inside").features == "inside"


@pytest.mark.parametrize("features", [None, "dense_features"])
def test_one_feature_matching_step_by_hand(features):
    """D(x) = (x B) w + b with f(x) = x B: G's gradient of |E x B - E z A B|^2 is 2 E z^T (E z A - E x) B B^T."""
    keras.utils.set_random_seed(4)
    x_in, z_in = keras.Input((2,)), keras.Input((2,))
    hidden = keras.layers.Dense(3, use_bias=False, name="dense_features")(x_in)
    discriminator = keras.Model(x_in, keras.layers.Dense(1)(hidden))
    generator = keras.Model(z_in, keras.layers.Dense(2, use_bias=False)(z_in))
    model = kg.FeatureMatchingGAN(generator, discriminator, features=features)
    model.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE))
    (A,) = (w.astype("float64") for w in generator.get_weights())
    x, seed = tiny.points(ROWS), int(model.noise_seed.numpy())
    model.fit(tf.data.Dataset.from_tensors(x), verbose=0)
    B = discriminator.get_weights()[0].astype("float64")  # after its own step
    z = latents(seed, 1, 2, ROWS).mean(axis=0)
    A = A - RATE * 2 * np.outer(z, ((z @ A - x.mean(axis=0)) @ B) @ B.T)
    np.testing.assert_allclose(generator.get_weights()[0], A, rtol=1e-4, atol=1e-5)
