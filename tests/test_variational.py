"""Models with an encoder: their estimates against closed forms, their gradients, and what holds for all of them."""

import functools
import resource

import keras
import numpy as np
import onnxruntime
import pytest
import scipy.special
import scipy.stats
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans import networks
from keras_gans.distributions import Bernoulli, DiagonalNormal, Gaussian, standard_normal

RATE = 0.1


def bits(rows=64, size=6, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.uniform(size=(rows, size)) < rng.uniform(0.1, 0.9, size=size)).astype("float32")


def linear(inputs, outputs, use_bias=True):
    h = keras.Input((inputs,))
    return keras.Model(h, keras.layers.Dense(outputs, use_bias=use_bias)(h))


def small(name, dropout=0.2, compiled=True, **kwargs):
    """A model of 6 bits, and of networks that are traced in a second."""
    x, z = keras.Input((6,)), keras.Input((2,))
    h = keras.layers.Dense(5, activation="tanh")(x)
    g = kg.layers.Dropout(dropout)(keras.layers.Dense(5, activation="tanh")(z))
    encoder = keras.Model(x, keras.layers.Dense(4, dtype="float32")(h), name="encoder")
    decoder = keras.Model(z, keras.layers.Dense(6, dtype="float32")(g), name="decoder")
    if name == "VAE":
        model = kg.VAE(encoder, decoder, Bernoulli(), **kwargs)
    elif name == "IWAE":
        model = kg.IWAE(encoder, decoder, Bernoulli(), **{"num_samples": 3, **kwargs})
    else:
        discriminator = networks.mlp_discriminator((6,), (4,), "tanh")
        model = kg.VAEGAN(encoder, decoder, discriminator, **{"reconstruction_weight": 0.1, **kwargs})
    if compiled:
        model.compile()
    return model


MODELS = ("VAE", "IWAE", "VAEGAN")
every_model = pytest.mark.parametrize("name", MODELS)


class LinearGaussian:
    """x = W z + b + sigma noise, z ~ N(0, I), with q(z|x) = N(A x + a, diag(s^2)), and what is known of it."""

    def __init__(self, coordinates=3, latent_dim=2, sigma=0.7, exact=False, seed=0, model=kg.VAE, **kwargs):
        rng = np.random.default_rng(seed)
        self.sigma = sigma
        self.W = np.linalg.qr(rng.normal(size=(coordinates, latent_dim)))[0] * rng.uniform(1, 2, size=latent_dim)
        self.b = rng.normal(size=coordinates)
        # The columns of W are orthogonal: the posterior's covariance is diagonal, and the family q holds it.
        variances = sigma**2 / (sigma**2 + np.sum(self.W**2, axis=0))
        self.A = variances[:, None] * self.W.T / sigma**2
        self.a = -self.A @ self.b
        self.s = np.sqrt(variances)
        if not exact:
            self.A, self.a, self.s = 0.8 * self.A, self.a + 0.1, 1.2 * self.s
        encoder, decoder = linear(coordinates, 2 * latent_dim), linear(latent_dim, coordinates)
        kernel = np.concatenate([self.A.T, np.zeros_like(self.A.T)], axis=1)
        encoder.set_weights([kernel, np.concatenate([self.a, 2 * np.log(self.s)])])
        decoder.set_weights([self.W.T, self.b])
        self.model = model(encoder, decoder, Gaussian(sigma), **kwargs)

    def draw(self, rows, seed=1):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(rows, self.W.shape[1])) @ self.W.T + self.b
        return (x + self.sigma * rng.normal(size=x.shape)).astype("float32")

    def log_p(self, x):
        covariance = self.W @ self.W.T + self.sigma**2 * np.eye(len(self.b))
        return scipy.stats.multivariate_normal(self.b, covariance).logpdf(x)

    def elbo(self, x):
        mean = x @ self.A.T + self.a
        squares = np.sum((x - mean @ self.W.T - self.b) ** 2, axis=1) + np.sum(self.W**2 * self.s**2)
        expected = -0.5 * len(self.b) * np.log(2 * np.pi * self.sigma**2) - 0.5 * squares / self.sigma**2
        return expected - 0.5 * np.sum(self.s**2 + mean**2 - 1 - 2 * np.log(self.s), axis=1)


# ----------------------------------------------------------------------------------------------- distributions


def test_distributions_are_scipys():
    rng = np.random.default_rng(0)
    logits, p = rng.normal(size=(3, 4)), bits(3, 4)
    expected = scipy.stats.bernoulli(scipy.special.expit(logits)).logpmf(p).sum(axis=1)
    np.testing.assert_allclose(Bernoulli()(logits).log_prob(p), expected, rtol=1e-5)
    images = (2 * p - 1).reshape(3, 2, 2, 1)
    family = Bernoulli(low=-1)
    np.testing.assert_allclose(family(logits.reshape(3, 2, 2, 1)).log_prob(family.events(images)), expected, rtol=1e-5)
    half = Bernoulli()(logits).log_prob(np.full((3, 4), 0.5, "float32"))  # the mean of both outcomes' logarithms
    both = sum(scipy.stats.bernoulli(scipy.special.expit(logits)).logpmf(v) for v in (0, 1)).sum(axis=1) / 2
    np.testing.assert_allclose(half, both, rtol=1e-5)
    x = rng.normal(size=(3, 4)).astype("float32")
    np.testing.assert_allclose(
        Gaussian(0.3)(logits).log_prob(x), scipy.stats.norm(logits, 0.3).logpdf(x).sum(axis=1), rtol=1e-4
    )
    z, parameters = rng.normal(size=(5, 3, 2)).astype("float32"), rng.normal(size=(3, 4))
    normal = scipy.stats.norm(parameters[:, :2], np.exp(parameters[:, 2:] / 2))
    np.testing.assert_allclose(DiagonalNormal()(parameters).log_prob(z), normal.logpdf(z).sum(axis=-1), rtol=1e-4)
    np.testing.assert_allclose(standard_normal(2).log_prob(z), scipy.stats.norm.logpdf(z).sum(axis=-1), rtol=1e-5)


@pytest.mark.parametrize("shape", [(3, 4), (3, 2, 2, 1), (2, 5, 2, 2, 1)])
def test_the_short_way_to_a_bits_likelihood_is_the_objects(shape):
    """Values, and gradients of the logits; where one x belongs to several z too, and for probabilities of bits."""
    rng = np.random.default_rng(0)
    logits, rank = tf.constant(rng.normal(scale=8, size=shape), tf.float32), 2 if len(shape) == 5 else 1
    x = rng.choice([0, 0.3, 1], size=(shape[0], 1, *shape[2:]) if rank == 2 else shape).astype("float32")
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        short = Bernoulli().log_prob(logits, x, rank)
        total, expected = (tf.reduce_sum(p * tf.range(1.0, 1 + len(p))[:, None] if rank == 2 else p**2)
                           for p in (short, Bernoulli()(logits, rank).log_prob(x)))  # fmt: skip
    exact = x * logits.numpy().astype("float64") - np.logaddexp(0, logits.numpy().astype("float64"))
    np.testing.assert_allclose(short, exact.sum(axis=tuple(range(rank, len(shape)))), rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(total, logits), tape.gradient(expected, logits), rtol=1e-4, atol=1e-5)


def test_bits_of_images_are_those_of_vectors():
    """One model of bits in {0, 1} and one in {-1, 1}, of the same weights: the same numbers, samples scaled."""
    keras.utils.set_random_seed(0)
    pair = [kg.VAE(linear(6, 4), linear(2, 6), Bernoulli(low)) for low in (0, -1)]
    kernel, bias = pair[0].encoder.get_weights()
    pair[1].encoder.set_weights([kernel / 2, bias + kernel.sum(axis=0) / 2])  # of 2 x - 1 what the other makes of x
    pair[1].decoder.set_weights(pair[0].decoder.get_weights())
    x = bits(8)
    np.testing.assert_allclose(pair[1].elbo(2 * x - 1), pair[0].elbo(x), rtol=1e-5)
    samples = pair[0].sample(8, seed=1)
    z = np.asarray(tf.random.stateless_normal((8, 2), (1, 0)))
    np.testing.assert_allclose(samples, scipy.special.expit(pair[0].decoder(z)), atol=1e-6)
    np.testing.assert_allclose(pair[1].sample(8, seed=1), 2 * samples - 1, atol=1e-6)
    np.testing.assert_allclose(pair[0].decode(z).mean(), samples, atol=1e-6)


# ----------------------------------------------------------------------------------------------- estimates


def test_elbo_is_its_closed_form():
    known = LinearGaussian()
    x = known.draw(6)
    rng = np.random.default_rng(2)
    z = (x @ known.A.T + known.a)[:, None] + known.s * rng.normal(size=(6, 1000, 2))
    deviation = np.std(np.sum((x[:, None] - z @ known.W.T - known.b) ** 2, axis=-1) / (2 * known.sigma**2), axis=1)
    found = known.model.elbo(x, num_samples=20_000)
    assert np.all(np.abs(found - known.elbo(x)) < 4 * deviation / np.sqrt(20_000))
    assert np.all(known.elbo(x) < known.log_p(x) - 0.01)


@pytest.mark.parametrize("num_samples", [1, 250, 501])
def test_importance_sampling_from_the_posterior_itself_is_exact(num_samples):
    """All weights are p(x): one draw is enough, and any number gives the same."""
    known = LinearGaussian(exact=True)
    x = known.draw(5)
    np.testing.assert_allclose(known.model.multi_sample_bound(x, num_samples), known.log_p(x), atol=2e-5)
    np.testing.assert_allclose(known.elbo(x), known.log_p(x), atol=1e-6)


def test_log_likelihood_is_its_closed_form():
    known = LinearGaussian()
    x = known.draw(6)
    found = known.model.log_likelihood(x)
    assert np.max(np.abs(found - known.log_p(x))) < 0.03
    assert np.max(np.abs(known.model.log_likelihood_by_prior(x, 20_000) - known.log_p(x))) < 0.1
    np.testing.assert_allclose(known.model.log_likelihood(x, batch_size=4), found, atol=1e-5)
    assert not np.allclose(known.model.log_likelihood(x, seed=1), found, atol=1e-5)
    apart = known.model.log_likelihood(np.repeat(x[:1], 3, axis=0))
    assert len(set(apart)) == 3  # each sample has draws of its own


def bound_by_quadrature(k, x, mean, log_variance, w, sigma, nodes=40):
    """L_k of a model of one coordinate and one latent, by Gauss-Hermite quadrature in k dimensions."""
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    z = mean + np.exp(log_variance / 2) * points
    normal = scipy.stats.norm
    log_w = normal.logpdf(x, w * z, sigma) + normal.logpdf(z) - normal.logpdf(z, mean, np.exp(log_variance / 2))
    axes = np.meshgrid(*[log_w] * k, indexing="ij")
    measure = functools.reduce(np.multiply.outer, [weights / np.sqrt(2 * np.pi)] * k)
    return np.sum(measure * (scipy.special.logsumexp(axes, axis=0) - np.log(k)))


def test_the_bound_is_that_of_quadrature_and_rises_with_k():
    known = LinearGaussian(1, 1, sigma=0.8)
    x = np.full((4000, 1), 1.3, "float32")
    arguments = (1.3 - known.b[0], (known.A * 1.3 + known.a).item(), 2 * np.log(known.s.item()), known.W.item(), 0.8)
    exact = [bound_by_quadrature(k, *arguments) for k in (1, 2, 3)]
    assert exact[0] == pytest.approx(known.elbo(x[:1])[0], abs=1e-6)
    assert exact[0] < exact[1] - 0.01 < exact[2] - 0.012 < known.log_p(x[:1])
    for k, expected in enumerate(exact, start=1):
        found = known.model.multi_sample_bound(x, k, batch_size=2000)
        assert found.mean() == pytest.approx(expected, abs=4 * found.std() / np.sqrt(len(x)))
    assert found.std() / np.sqrt(len(x)) < 0.005


def test_the_prior_fails_where_the_posterior_does_not():
    known = LinearGaussian(30, 15, sigma=0.1, exact=True)
    x = known.draw(4)
    np.testing.assert_allclose(known.model.log_likelihood(x, 500), known.log_p(x), atol=5e-3)
    assert np.all(known.model.log_likelihood_by_prior(x) < known.log_p(x) - 100)


def test_memory_does_not_grow_with_the_number_of_draws():
    model = kg.VAE(linear(1000, 4), linear(2, 1000), Gaussian(1.0))
    x = np.zeros((8, 1000), "float32")
    model.log_likelihood(x, 250)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    model.log_likelihood(x, 10_000)  # at once: 320 MB for each tensor of the size of x
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def test_vae_finds_probabilistic_pca():
    """Tipping and Bishop 1999: at the optimum W W^T = U (Lambda - sigma^2 I) U^T of the leading eigenvectors."""
    rng = np.random.default_rng(0)
    eigenvalues = np.array([8.0, 1.0, 0.3, 0.2, 0.1])
    U = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    x = rng.normal(size=(2048, 5))
    x = np.linalg.solve(np.linalg.cholesky(np.cov(x.T, bias=True)), (x - x.mean(axis=0)).T).T  # covariance I
    x = (x * np.sqrt(eigenvalues) @ U.T + 1.0).astype("float32")
    sigma = np.sqrt(eigenvalues[2:].mean())  # the likelihood's maximum
    keras.utils.set_random_seed(0)
    model = kg.VAE(linear(5, 4), linear(2, 5), Gaussian(sigma))
    steps = 1000
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, steps)))
    model.fit(x, batch_size=512, epochs=steps // 4, verbose=0)
    W, mean = model.decoder.get_weights()
    found, vectors = np.linalg.eigh(W.T @ W)
    np.testing.assert_allclose(found[:2:-1], eigenvalues[:2] - sigma**2, rtol=0.03)
    np.testing.assert_allclose(found[:3], 0, atol=1e-5)
    assert np.linalg.svd(vectors[:, 3:].T @ U[:, :2])[1].min() > 0.999
    np.testing.assert_allclose(mean, 1.0, atol=0.05)
    best = scipy.stats.multivariate_normal(np.ones(5), U @ np.diag([8.0, 1.0, *[sigma**2] * 3]) @ U.T).logpdf(x).mean()
    assert model.log_likelihood(x[:512], 250).mean() == pytest.approx(
        scipy.stats.multivariate_normal(mean, W.T @ W + sigma**2 * np.eye(5)).logpdf(x[:512]).mean(), abs=1e-3
    )
    assert best - 0.02 < model.elbo(x, 10, batch_size=512).mean() < best + 0.005


# ----------------------------------------------------------------------------------------------- gradients


def gradients(gradient, k, rows, x, mean, log_variance, w, sigma):
    """Gradients of -L_k: (rows, 2) at each row's own parameters of q, and the decoder's weight, averaged over rows."""
    encoder, decoder = linear(1, 2), linear(1, 1, use_bias=False)
    decoder.set_weights([np.array([[w]])])
    model = kg.IWAE(encoder, decoder, Gaussian(sigma), num_samples=k, gradient=gradient)
    model.compile(run_eagerly=True)
    parameters = tf.Variable(np.tile(np.array([[mean, log_variance]], "float32"), (rows, 1)))
    model.posterior_parameters = lambda x, training: tf.convert_to_tensor(parameters)
    taken = []
    weight = decoder.trainable_variables[0].value
    model.autoencoder_step = lambda tape, loss: taken.extend(tape.gradient(loss, [parameters, weight]))
    model.train_step(tf.fill((rows, 1), np.float32(x)))
    return taken[0].numpy() * rows, taken[1].numpy().item()


@pytest.mark.parametrize("gradient", ["reparameterized", "doubly_reparameterized"])
@pytest.mark.parametrize("k", [1, 3])
def test_both_gradients_have_the_bounds_own_mean(gradient, k):
    arguments = {"x": 1.3, "mean": 0.2, "log_variance": -0.5, "w": 1.5, "sigma": 0.8}
    each, of_weight = gradients(gradient, k, 20_000, **arguments)
    names = ("mean", "log_variance", "w")
    expected = []
    for name in names:
        sides = [bound_by_quadrature(k, **{**arguments, name: arguments[name] + step}) for step in (1e-4, -1e-4)]
        expected.append((sides[1] - sides[0]) / 2e-4)
    error = each.std(axis=0) / np.sqrt(len(each))
    assert np.all(error < 0.03)
    assert np.all(np.abs(each.mean(axis=0) - expected[:2]) < 4 * error)
    assert of_weight == pytest.approx(expected[2], abs=0.06)


def test_doubly_reparameterized_gradients_vary_less():
    arguments = {"x": 1.3, "mean": 0.7, "log_variance": -0.8, "w": 1.5, "sigma": 0.8}
    plain, doubly = (
        gradients(kind, 20, 2000, **arguments)[0] for kind in ("reparameterized", "doubly_reparameterized")
    )
    assert np.all(doubly.var(axis=0) < 0.5 * plain.var(axis=0))


def finite_differences(loss, weights, step=1e-5):
    found = []
    for i, w in enumerate(weights):
        gradient = np.zeros_like(w)
        for place in np.ndindex(w.shape):
            moved = [[v.copy() for v in weights] for _ in range(2)]
            for sign, side in zip((1, -1), moved, strict=True):
                side[i][place] += sign * step
            gradient[place] = (loss(*moved[0]) - loss(*moved[1])) / (2 * step)
        found.append(gradient)
    return found


def given_noise(model, *noise):
    """Have the model draw these numbers."""
    remaining = list(noise)
    model.draw = lambda sample, rows, dimensions=(): tf.constant(remaining.pop(0), tf.float32)


def assert_steps(network, loss, before):
    for w, old, gradient in zip(network.get_weights(), before, finite_differences(loss, before), strict=True):
        np.testing.assert_allclose(w, old - RATE * gradient, atol=2e-5)


def weights64(network):
    return [w.astype("float64") for w in network.get_weights()]


def bernoulli_log_prob(x, logits):
    return np.sum(x * logits - np.logaddexp(0, logits), axis=-1)


@pytest.mark.parametrize("k", [0, 2])
def test_one_step_by_hand(k):
    """Of the VAE (k = 0), with a weight of its divergence, and of the IWAE: all weights by finite differences."""
    encoder, decoder, x = linear(6, 4), linear(2, 6), bits(3)
    epsilon = np.random.default_rng(1).normal(size=(3, k, 2) if k else (3, 2))
    model = kg.IWAE(encoder, decoder, Bernoulli(), num_samples=k) if k else kg.VAE(encoder, decoder, Bernoulli(), 0.3)
    model.compile(keras.optimizers.SGD(RATE), run_eagerly=True)
    given_noise(model, epsilon)
    e, d = weights64(encoder), weights64(decoder)

    def loss(kernel, bias, kernel_d, bias_d):
        mean, log_variance = np.split(x @ kernel + bias, 2, axis=1)
        s = np.exp(log_variance / 2)
        if not k:
            z = mean + s * epsilon
            kl = 0.5 * np.sum(s**2 + mean**2 - 1 - log_variance, axis=1)
            return np.mean(0.3 * kl - bernoulli_log_prob(x, z @ kernel_d + bias_d))
        z = mean[:, None] + s[:, None] * epsilon
        log_w = bernoulli_log_prob(x[:, None], z @ kernel_d + bias_d) + scipy.stats.norm.logpdf(z).sum(axis=-1)
        log_w -= scipy.stats.norm.logpdf(z, mean[:, None], s[:, None]).sum(axis=-1)
        return -np.mean(scipy.special.logsumexp(log_w, axis=1) - np.log(k))

    logs = model.fit(tf.data.Dataset.from_tensors(x), verbose=0).history
    assert logs["loss"][0] == pytest.approx(loss(*e, *d), rel=1e-5)
    assert_steps(encoder, lambda *w: loss(*w, *d), e)
    assert_steps(decoder, lambda *w: loss(*e, *w), d)


def test_one_step_of_vaegan_by_hand():
    """Each player along its own loss, all at the weights of before."""
    encoder, generator, x = linear(3, 4), linear(2, 3), np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    discriminator = networks.mlp_discriminator((3,), (5,), "tanh")
    model = kg.VAEGAN(encoder, generator, discriminator, reconstruction_weight=0.3)
    model.compile(*(keras.optimizers.SGD(RATE) for _ in range(3)), run_eagerly=True)
    epsilon, z_p = np.random.default_rng(1).normal(size=(2, 4, 2))
    given_noise(model, epsilon, z_p)
    e, g, d = weights64(encoder), weights64(generator), weights64(discriminator)

    def terms(e, g, d):
        mean, log_variance = np.split(x @ e[0] + e[1], 2, axis=1)
        x_tilde = (mean + np.exp(log_variance / 2) * epsilon) @ g[0] + g[1]
        h, h_tilde, h_p = (np.tanh(batch @ d[0] + d[1]) for batch in (x, x_tilde, z_p @ g[0] + g[1]))
        s, s_tilde, s_p = (features @ d[2] + d[3] for features in (h, h_tilde, h_p))
        l_prior = np.mean(0.5 * np.sum(np.exp(log_variance) + mean**2 - 1 - log_variance, axis=1))
        l_llike = -np.mean(np.sum(scipy.stats.norm.logpdf(h, h_tilde), axis=1))
        log_d = lambda s: -np.logaddexp(0, -s)  # noqa: E731
        l_gan = np.mean(log_d(s)) + np.mean(log_d(-s_tilde)) + np.mean(log_d(-s_p))
        return l_prior, l_llike, l_gan

    logs = model.fit(tf.data.Dataset.from_tensors(x), verbose=0).history
    l_prior, l_llike, l_gan = terms(e, g, d)
    assert logs["kl"][0] == pytest.approx(l_prior, rel=1e-5)
    assert logs["reconstruction"][0] == pytest.approx(-l_llike, rel=1e-5)
    assert logs["discriminator_loss"][0] == pytest.approx(-l_gan, rel=1e-5)
    assert_steps(encoder, lambda *w: sum(terms(w, g, d)[:2]), e)
    assert_steps(generator, lambda *w: np.dot(terms(e, w, d), (0, 0.3, 1)), g)
    assert_steps(discriminator, lambda *w: -terms(e, g, w)[2], d)


# ----------------------------------------------------------------------------------------------- what holds for all


@every_model
def test_trains_samples_and_evaluates(name):
    model = small(name)
    before = [tiny.weights_of(*side) for side in model.player_networks()]
    history = model.fit(bits(), batch_size=16, epochs=2, validation_data=bits(32, seed=1), verbose=0).history
    assert {*model.log_names} == {key for key in history if not key.startswith("val_")}
    assert {*model.test_log_names} == {key.removeprefix("val_") for key in history if key.startswith("val_")}
    assert np.isfinite(list(history.values())).all()
    assert model.step == 8
    assert all(
        not np.array_equal(w, tiny.weights_of(*side)) for w, side in zip(before, model.player_networks(), strict=True)
    )
    held_out = model.evaluate(bits(32, seed=1), batch_size=16, verbose=0, return_dict=True)
    assert held_out == model.evaluate(bits(32, seed=1), batch_size=16, verbose=0, return_dict=True)
    np.testing.assert_array_equal(model.sample(7, seed=3), model.sample(7, seed=3))
    np.testing.assert_allclose(model.sample(7, seed=3, batch_size=2), model.sample(7, seed=3), atol=1e-6)
    assert model.elbo(bits(5)).shape == (5,)
    many = {"num_samples": 300, "batch_size": 32}
    elbo, bound, log_p = (
        np.mean(f(bits(32, seed=1), **many)) for f in (model.elbo, model.multi_sample_bound, model.log_likelihood)
    )
    assert elbo < bound == log_p
    if name == "VAE":
        assert held_out["elbo"] == pytest.approx(elbo, abs=0.3)
        assert held_out["elbo"] == pytest.approx(held_out["reconstruction"] - held_out["kl"], rel=1e-5)
    if name == "IWAE":
        assert held_out["elbo"] < held_out["bound"] < bound


@every_model
def test_resumes_to_the_bit(name, tmp_path):
    model = small(name)
    model.track_ema(0.9)
    model.track_history(1e-3)
    model.fit(bits(), batch_size=16, verbose=0)
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    assert type(again) is type(model)
    plain = lambda m: {k: v for k, v in m.get_config().items() if not isinstance(v, dict) or k == "likelihood"}  # noqa: E731
    assert plain(again) == plain(model)
    for m in (model, again):
        m.fit(bits(), batch_size=16, epochs=2, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(again), tiny.weights_of(model))
    for optimizer in model.optimizer_names:
        for one, other in zip(getattr(model, optimizer).variables, getattr(again, optimizer).variables, strict=True):
            np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(again.sample(5, seed=0), model.sample(5, seed=0))
    assert not np.allclose(model.sample(5, seed=0, ema=False), model.sample(5, seed=0), atol=1e-5)
    model.encoder.set_weights([np.full_like(w, np.nan) for w in model.encoder.get_weights()])
    with pytest.raises(FloatingPointError, match=r"dense.* is not finite at step 12"):
        model.save(tmp_path / "model.keras")


@functools.cache
def mirrored():
    cpus = [device.name for device in tf.config.list_logical_devices("CPU")[:2]]
    return tf.distribute.MirroredStrategy(cpus, cross_device_ops=tf.distribute.ReductionToOneDevice())


@pytest.mark.parametrize(
    ("name", "kwargs"), [("VAE", {}), ("IWAE", {"gradient": "doubly_reparameterized"}), ("VAEGAN", {})]
)
def test_two_replicas_equal_one(name, kwargs):
    def train(strategy):
        keras.utils.set_random_seed(5)
        with strategy.scope():
            model = small(name, compiled=False, **kwargs)
            model.compile(*(keras.optimizers.SGD(0.05) for _ in model.players))
        batches = tf.data.Dataset.from_tensor_slices(bits(48)).batch(16, drop_remainder=True)
        history = model.fit(batches, epochs=2, verbose=0).history
        found = model.evaluate(batches, verbose=0, return_dict=True)
        return tiny.weights_of(model), history, found, model.sample(3, seed=0)

    one, two = train(tf.distribute.get_strategy()), train(mirrored())
    for a, b in zip(tf.nest.flatten(one), tf.nest.flatten(two), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)


def test_graph_eager_and_xla_agree():
    def train(**how):
        keras.utils.set_random_seed(2)
        model = small("IWAE", compiled=False, dropout=0, gradient="doubly_reparameterized")
        model.compile(keras.optimizers.SGD(0.05), **how)
        noise = np.random.default_rng(0).normal(size=(16, 3, 2)).astype("float32")
        model.draw = lambda sample, rows, dimensions=(): tf.constant(noise)  # XLA's generators are others
        model.fit(bits(32), batch_size=16, verbose=0)
        return tiny.weights_of(model)

    graph = train()
    np.testing.assert_allclose(train(run_eagerly=True), graph, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(train(jit_compile=True), graph, rtol=1e-4, atol=1e-6)


@every_model
def test_mixed_precision(name):
    keras.config.set_dtype_policy("mixed_float16")
    model = small(name)
    assert isinstance(getattr(model, model.optimizer_names[-1]), keras.optimizers.LossScaleOptimizer)
    logs = model.fit(bits(), batch_size=16, verbose=0).history
    assert np.isfinite(list(logs.values())).all()
    assert model.sample(2, seed=0).dtype == np.float32
    assert np.isfinite(model.elbo(bits(4))).all()


@pytest.mark.parametrize("name", ["VAE", "VAEGAN"])
def test_the_decoder_leaves_as_a_generator(name, tmp_path):
    shape = (8, 8, 1)
    encoder = networks.dcgan_encoder(shape, 3, width=2)
    if name == "VAE":
        decoder = networks.dcgan_generator(3, shape, width=2, output_activation="linear")
        model = kg.VAE(encoder, decoder, Bernoulli(low=-1))
    else:
        decoder = networks.dcgan_generator(3, shape, width=2)
        model = kg.VAEGAN(encoder, decoder, networks.dcgan_discriminator(shape, width=2))
    report = kg.export.to_onnx(model, tmp_path / "decoder.onnx")
    assert report["max_abs_difference"] < 1e-5
    assert report["latent"] == {"distribution": "Normal"}
    assert report["latent_dim"] == 3
    z = np.asarray(tf.random.stateless_normal((5, 3), (7, 0)))
    session = onnxruntime.InferenceSession(tmp_path / "decoder.onnx", providers=["CPUExecutionProvider"])
    samples = model.sample(5, seed=7)
    assert samples.min() >= -1
    assert samples.min() < 0
    np.testing.assert_allclose(session.run(["images"], {"z": z})[0], samples, atol=1e-5)
    kg.export.to_saved_model(model, tmp_path / "saved_model")
    served = tf.saved_model.load(tmp_path / "saved_model").signatures["sample"]
    made = served(num=tf.constant(5), seed=tf.constant(7, tf.int64))["images"]
    np.testing.assert_allclose(made, samples, atol=1e-6)


def test_the_papers_networks():
    """Burda et al. 2016: 784-200-200-(50, 50) and 50-200-200-784, weights and biases counted by hand."""
    shape = (28, 28, 1)
    encoder, decoder = networks.mlp_encoder(shape, 50), networks.mlp_decoder(50, shape)
    assert encoder.count_params() == 785 * 200 + 201 * 200 + 201 * 100
    assert decoder.count_params() == 51 * 200 + 201 * 200 + 201 * 784
    x = np.random.default_rng(0).choice([-1, 1], size=(5, *shape)).astype("float32")
    first, second, third = (layer.get_weights() for layer in encoder.layers if layer.weights)
    h = np.tanh((x.reshape(5, 784) + 1) / 2 @ first[0] + first[1])  # of bits, as the paper's
    np.testing.assert_allclose(encoder(x), np.tanh(h @ second[0] + second[1]) @ third[0] + third[1], atol=1e-5)
    assert (encoder.output_shape, decoder.output_shape) == ((None, 100), (None, *shape))
    decoder = networks.mlp_decoder(2, (4, 4, 1), (3,), output_bias=-1.9)
    np.testing.assert_allclose(decoder(np.zeros((1, 2))), np.full((1, 4, 4, 1), -1.9), rtol=1e-6)


# ----------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: kg.VAE(3, linear(2, 6), Bernoulli()), TypeError, "encoder=3 was passed. Expected a keras Model"),
        (lambda: kg.VAE(linear(6, 4), linear(2, 6), "bernoulli"), TypeError, "likelihood='bernoulli' was passed"),
        (lambda: kg.VAE(linear(6, 5), linear(2, 6), Bernoulli()), ValueError, r"output has shape \(None, 5\)"),
        (
            lambda: kg.VAE(linear(6, 4), linear(2, 7), Bernoulli()),
            ValueError,
            r"decoder's output has shape \(None, 7\)",
        ),
        (lambda: small("VAE", beta=-1), ValueError, "beta=-1 was passed"),
        (lambda: small("IWAE", num_samples=0), ValueError, "num_samples=0 was passed. Expected an integer of at least"),
        (lambda: small("IWAE", gradient="score"), ValueError, "gradient='score' was passed. Expected one of 'reparam"),
        (lambda: small("VAEGAN", features="h"), ValueError, "features='h' was passed. Expected a layer of the discrim"),
        (lambda: small("VAEGAN", reconstruction_weight=0), ValueError, "reconstruction_weight=0 was passed"),
        (
            lambda: kg.VAE(networks.mlp_encoder((4, 4, 1), 2), networks.mlp_decoder(2, (4, 4, 1)), Bernoulli()),
            ValueError,
            r"likelihood=Bernoulli\(low=0.0\) was passed for images",
        ),
        (lambda: Bernoulli(low=0.5), ValueError, "low=0.5 was passed. Expected 0"),
        (lambda: Gaussian(0), ValueError, "scale=0 was passed. Expected a number above 0"),
        (lambda: networks.mlp_encoder((6,), 0), ValueError, "latent_dim=0 is no size"),
        (lambda: networks.mlp_decoder(2, (6,), hidden=(0,)), ValueError, "hidden=0 is no size"),
    ],
)
def test_refuses_bad_arguments(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_refuses_networks_that_do_not_fit():
    z = keras.Input((2,))
    ends_in_sigmoid = keras.Model(z, keras.layers.Dense(6, activation="sigmoid")(z))
    with pytest.raises(ValueError, match="The decoder ends in a sigmoid"):
        kg.VAE(linear(6, 4), ends_in_sigmoid, Bernoulli())
    y = keras.Input((3,))
    conditional = keras.Model([z, y], keras.layers.Dense(6)(keras.layers.Concatenate()([z, y])))
    with pytest.raises(ValueError, match="the decoder 2 and 1"):
        kg.VAE(linear(6, 4), conditional, Bernoulli())
    shared = keras.layers.Dense(4)
    h = keras.Input((4,))
    with pytest.raises(ValueError, match="Encoder and decoder share 2 variables"):
        kg.VAE(
            keras.Model(h, shared(h)), keras.Sequential([keras.Input((2,)), keras.layers.Dense(4), shared]), Bernoulli()
        )
    with pytest.raises(ValueError, match="same optimizer object"):
        small("VAEGAN").compile(*[keras.optimizers.SGD()] * 3)


@every_model
def test_bad_data_gets_a_clear_message(name):
    model = small(name)
    x = bits()
    slices = tf.data.Dataset.from_tensor_slices
    cases = [
        (dict(x=x[:, :5], batch_size=16), r"Samples of shape \(5,\) were passed. Expected \(6,\)"),
        (dict(x=x.astype("int32"), batch_size=16), "dtype int32"),
        (dict(x=np.where(np.arange(64)[:, None] == 3, np.nan, x), batch_size=64), "NaN or infinite"),
        (dict(x=slices(x).batch(16)), "drop_remainder=True"),
        (dict(x=x[:3], batch_size=16), "3 samples were passed"),
    ]
    if name != "VAEGAN":
        message = r"values from 0 to 2 were passed to Bernoulli\(low=0.0\). Expected \[0, 1\]"
        cases.append((dict(x=2 * x, batch_size=16), message))
        with pytest.raises(ValueError, match=message):
            model.log_likelihood(2 * x)
    for arguments, message in cases:
        with pytest.raises(ValueError, match=message):
            model.fit(**arguments, verbose=0)
    for estimate in (model.elbo, model.log_likelihood, model.log_likelihood_by_prior):
        with pytest.raises(ValueError, match=r"Samples of shape \(5,\)"):
            estimate(x[:, :5])
        with pytest.raises(ValueError, match="num_samples=0 was passed"):
            estimate(x, num_samples=0)
    with pytest.raises(ValueError, match="num=0"):
        model.sample(0)
