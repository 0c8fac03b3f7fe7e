"""Conditions: how they enter networks, and the models that are about them."""

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans import layers, losses, networks
from keras_gans.export import sample_onnx

rng = np.random.default_rng(0)
SHAPE = (16, 16, 1)
CONDITIONS = {"labels": networks.Labels(4, 6), "vectors": networks.Vectors(5, 6)}
LABELS = np.array([0, 3, 1, 1, 2, 0])
VECTORS = rng.normal(size=(6, 5)).astype("float32")
GENERATORS = {
    "mlp": lambda c: networks.mlp_generator(3, SHAPE, (8,), output_activation="tanh", condition=c),
    "dcgan": lambda c: networks.dcgan_generator(3, SHAPE, 4, condition=c),
    "dcgan of conditional norm": lambda c: networks.dcgan_generator(
        3, SHAPE, 4, norm="conditional_batch", hidden=6, condition=c
    ),
    "resnet": lambda c: networks.resnet_generator(3, SHAPE, 4, condition=c),
}
DISCRIMINATORS = {
    "mlp": lambda c: networks.mlp_discriminator(SHAPE, (8,), condition=c),
    "dcgan": lambda c: networks.dcgan_discriminator(SHAPE, 4, condition=c),
    "dcgan of projection": lambda c: networks.dcgan_discriminator(
        SHAPE, 4, norm=None, spectral=True, condition=c, projection=True
    ),
    "resnet": lambda c: networks.resnet_discriminator(SHAPE, 4, spectral=True, condition=c),
}
every_condition = pytest.mark.parametrize("kind", CONDITIONS)


def conditions(kind):
    return LABELS if kind == "labels" else VECTORS


def shaken(network):
    """The network with noise on all its weights, so that none is at the zero that it begins at."""
    for v in network.trainable_variables:
        v.assign(v + rng.normal(scale=0.3, size=v.shape))
    return network


# ----------------------------------------------------------------------------------------------- networks


@every_condition
@pytest.mark.parametrize("name", GENERATORS)
def test_generators_make_of_each_condition_something_else(name, kind, tmp_path):
    generator = shaken(GENERATORS[name](CONDITIONS[kind]))
    assert [tensor.name for tensor in generator.inputs] == ["z", "y"]
    z = np.repeat(rng.normal(size=(1, 3)), 6, axis=0).astype("float32")
    y = conditions(kind)
    x = generator([z, y]).numpy()
    assert x.shape == (6, *SHAPE)
    for i in range(6):
        for j in range(i):
            assert np.allclose(x[i], x[j], atol=1e-6) == np.array_equal(y[i], y[j])
    generator.save(tmp_path / "g.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "g.keras")([z, y]), x)
    report = kg.export.to_onnx(generator, tmp_path / "g.onnx")
    assert report["max_abs_difference"] < 1e-4


@every_condition
@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_discriminators_score_a_sample_with_its_condition(name, kind):
    """The difference that a condition makes is not the same for all samples: it is not scored by itself."""
    discriminator = shaken(DISCRIMINATORS[name](CONDITIONS[kind]))
    assert [tensor.name for tensor in discriminator.inputs] == ["x", "y"]
    x = rng.normal(size=(6, *SHAPE)).astype("float32")
    y = conditions(kind)
    scores = np.array([discriminator([x, np.repeat(y[i : i + 1], 6, axis=0)])[:, 0] for i in (0, 1)])
    assert discriminator.output_shape == (None, 1)
    assert np.ptp(scores[0] - scores[1]) > 1e-4


@pytest.mark.parametrize("name", ["dcgan of conditional norm", "resnet"])
@every_condition
def test_conditional_normalization_begins_as_if_there_were_no_condition(name, kind):
    generator = GENERATORS[name](CONDITIONS[kind])
    z = np.repeat(rng.normal(size=(1, 3)), 6, axis=0).astype("float32")
    x = generator([z, conditions(kind)]).numpy()
    np.testing.assert_allclose(x, np.broadcast_to(x[:1], x.shape), atol=1e-6)


@every_condition
def test_a_projection_is_the_inner_product_with_the_features(kind):
    discriminator = networks.mlp_discriminator((7,), (5,), activation="tanh")
    h, y = discriminator.layers[-1].input, CONDITIONS[kind].input()
    term = networks.conditions.projected(h, y, CONDITIONS[kind], lambda layer: layer)
    model = keras.Model([discriminator.inputs[0], y], [h, term])
    x = rng.normal(size=(6, 7)).astype("float32")
    features, found = (a.numpy() for a in model([x, conditions(kind)]))
    V = model.get_weights()[-1]
    expected = np.sum(features * (V[LABELS] if kind == "labels" else VECTORS @ V), axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_film_by_hand():
    layer = layers.FiLM()
    x, c = rng.normal(size=(4, 3, 2, 5)).astype("float32"), rng.normal(size=(4, 2)).astype("float32")
    np.testing.assert_array_equal(layer([x, c]), x)
    kernel = rng.normal(size=(2, 10)).astype("float32")
    layer.kernel.assign(kernel)
    scale, shift = c @ kernel[:, :5], c @ kernel[:, 5:]
    expected = (1 + scale)[:, None, None] * x + shift[:, None, None]
    np.testing.assert_allclose(layer([x, c]), expected, rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape([(None, 3, 2, 5), (None, 2)]) == (None, 3, 2, 5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: networks.Labels(0), "num_classes=0"),
        (lambda: networks.Vectors(2.5), "size=2.5"),
        (lambda: networks.dcgan_generator(3, SHAPE, norm="conditional_batch"), "without a condition"),
        (lambda: networks.dcgan_discriminator(SHAPE, projection=True), "projection=True was passed without"),
        (lambda: networks.recognizer(tiny.discriminator(), 0), "num_outputs=0"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# ----------------------------------------------------------------------------------------------- losses


def test_class_cross_entropy_is_the_mean_negative_log_likelihood():
    logits = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]])
    likelihoods = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = -(np.log(likelihoods[0, 1]) + np.log(likelihoods[1, 0])) / 2
    assert float(losses.class_cross_entropy(logits, np.array([1, 0]))) == pytest.approx(expected)
    assert float(losses.class_cross_entropy(logits, np.eye(3)[[1, 0]])) == pytest.approx(expected)


def test_code_likelihood_is_that_of_scipys_distributions():
    parameters = rng.normal(size=(3, 7))
    codes = np.concatenate([np.eye(3)[[0, 2, 1]], np.eye(2)[[1, 1, 0]], rng.uniform(-1, 1, size=(3, 2))], axis=1)
    expected = 0.0
    for p, c in zip(parameters, codes, strict=True):
        for part in (slice(0, 3), slice(3, 5)):
            expected += scipy.stats.multinomial.logpmf(c[part], 1, scipy.special.softmax(p[part]))
        expected += scipy.stats.norm.logpdf(c[5:], p[5:]).sum()
    found = losses.code_negative_log_likelihood(parameters, codes, categories=(3, 2), continuous=2)
    assert float(found) == pytest.approx(-expected / 3, rel=1e-5)


# ----------------------------------------------------------------------------------------------- codes


def test_codes_are_noise_one_hot_vectors_and_uniform_numbers():
    latent = kg.latent.Codes(3, (4, 2), 2)
    assert (latent.size, latent.code_size) == (11, 8)
    z = latent.sample((20_000, 11), (1, 2)).numpy()
    np.testing.assert_array_equal(z, latent.sample((20_000, 11), (1, 2)))
    assert scipy.stats.kstest(z[:, :3].ravel(), "norm").pvalue > 1e-3
    for part, size in ((z[:, 3:7], 4), (z[:, 7:9], 2)):
        np.testing.assert_array_equal(np.sort(part, axis=1)[:, :-1], 0)
        np.testing.assert_array_equal(part.max(axis=1), 1)
        assert scipy.stats.chisquare(part.sum(axis=0), np.full(size, 20_000 / size)).pvalue > 1e-3
    assert scipy.stats.kstest(z[:, 9:].ravel(), "uniform", (-1, 2)).pvalue > 1e-3
    correlations = np.corrcoef(z[:, [0, 1, 3, 7, 9, 10]].T) - np.eye(6)
    assert np.abs(correlations).max() < 0.03  # parts are independent
    np.testing.assert_array_equal(latent.codes_of(z), z[:, 3:])


def test_codes_are_put_in_the_place_of_others():
    latent = kg.latent.Codes(3, (4, 2), 2)
    z = latent.sample((3, 11), (1, 2)).numpy()
    other = latent.with_codes(z, categorical=[[0, 1, 3]], continuous=[0.5, [-1, 0, 1]])
    np.testing.assert_array_equal(other[:, :3], z[:, :3])
    np.testing.assert_array_equal(other[:, 3:7], np.eye(4)[[0, 1, 3]])
    np.testing.assert_array_equal(other[:, 7:9], z[:, 7:9])
    np.testing.assert_allclose(other[:, 9:], [[0.5, -1], [0.5, 0], [0.5, 1]])


def test_an_export_draws_codes_without_tensorflow(tmp_path):
    latent = kg.latent.Codes(3, (4, 2), 2)
    model = kg.InfoGAN(tiny.generator(11), tiny.discriminator(recognized=8), latent=latent)
    kg.export.to_onnx(model, tmp_path / "g.onnx")
    _, about = sample_onnx.load(tmp_path / "g.onnx")
    z = sample_onnx.draw_latent(about["latent"], (5000, 11), np.random.default_rng(0))
    assert z.dtype == np.float32
    np.testing.assert_array_equal(np.sort(z[:, 3:7], axis=1)[:, :-1], 0)
    np.testing.assert_array_equal(z[:, 3:7].sum(axis=1), 1)
    np.testing.assert_allclose(z[:, 7:9].mean(axis=0), 0.5, atol=0.05)
    np.testing.assert_allclose([z[:, 9:].min(), z[:, 9:].max()], [-1, 1], atol=0.01)
    np.testing.assert_allclose([z[:, :3].mean(), z[:, :3].std()], [0, 1], atol=0.05)


@pytest.mark.parametrize("bad", [dict(noise=0), dict(categories=(1,)), dict(categories=(), continuous=0)])
def test_refuses_what_are_no_codes(bad):
    with pytest.raises(ValueError, match="Expected integers"):
        kg.latent.Codes(**bad)


def test_infogan_refuses_networks_of_other_codes():
    pair = tiny.generator(6), tiny.discriminator(recognized=4)
    with pytest.raises(TypeError, match=r"latent=Normal\(\) was passed"):
        kg.InfoGAN(*pair, latent=kg.latent.Normal())
    with pytest.raises(ValueError, match="latent_dim=7"):
        kg.InfoGAN(*pair, latent=kg.latent.Codes(3, (3,), 1))
    with pytest.raises(ValueError, match=r"recognizer\(D, 3\)"):
        kg.InfoGAN(*pair, latent=kg.latent.Codes(3, (3,), 0))
    with pytest.raises(ValueError, match="info_weight=0"):
        kg.InfoGAN(*pair, latent=kg.latent.Codes(2, (3,), 1), info_weight=0)


# ----------------------------------------------------------------------------------------------- mismatches


def matching_aware(dimensions=None):
    if dimensions is None:
        return kg.MatchingAwareGAN(*tiny.conditional_pair(10))
    vectors = networks.Vectors(dimensions)
    return kg.MatchingAwareGAN(
        networks.mlp_generator(2, (2,), (8,), condition=vectors),
        networks.mlp_discriminator((2,), (8,), condition=vectors),
    )


def test_a_mismatch_is_any_other_condition_of_the_batch():
    model = matching_aware()
    y = tf.constant([0, 0, 0, 0, 1, 2, 3, 3])
    counts = np.zeros((8, 4))
    for _ in range(400):
        model.begin_step()
        other, has_other = model.mismatched(y)
        assert np.all(has_other)
        assert np.all(other != y)
        counts[np.arange(8), other] += 1
    # of the other rows each is drawn as often as any other
    expected = np.array([[0, 1, 1, 2]] * 4 + [[4, 0, 1, 2], [4, 1, 0, 2], [4, 1, 1, 0], [4, 1, 1, 0]])
    for found, row in zip(counts, expected, strict=True):
        assert scipy.stats.chisquare(found[row > 0], 400 * row[row > 0] / row.sum()).pvalue > 1e-4


def test_vectors_mismatch_as_a_whole():
    model = matching_aware(2)
    y = tf.constant([[0.0, 1.0], [0.0, 1.0], [1.0, 1.0], [0.0, 2.0]])
    for _ in range(20):
        model.begin_step()
        other, has_other = model.mismatched(y)
        assert np.all(has_other)
        assert np.all(np.any(other != y, axis=1))


def test_where_all_conditions_are_one_there_is_no_mismatch():
    model = matching_aware()
    model.begin_step()
    _, has_other = model.mismatched(tf.constant([4, 4, 4]))
    assert not np.any(has_other)
    scores = [np.full((2, 1), s) for s in (0.5, -1.0, 2.0)]
    without = losses.matching_aware_discriminator(*scores, has_mismatch=np.array([False, False]))
    softplus = lambda s: np.log1p(np.exp(s))  # noqa: E731
    assert float(without) == pytest.approx(softplus(-0.5) + 0.5 * softplus(-1.0))
    half = losses.matching_aware_discriminator(*scores, has_mismatch=np.array([False, True]))
    assert float(half) == pytest.approx(softplus(-0.5) + 0.5 * (softplus(-1.0) + 0.5 * softplus(2.0)))


# ----------------------------------------------------------------------------------------------- learning


def test_an_auxiliary_classifier_is_learnt_by_both_players():
    """Three clusters, a class each: samples come from the cluster that is asked for."""
    keras.utils.set_random_seed(1)
    y = tiny.labels(768)
    centres = np.array([[2.0, 0.0], [-1.0, 1.7], [-1.0, -1.7]])
    x = (centres[y] + 0.1 * rng.normal(size=(768, 2))).astype("float32")
    generator = networks.mlp_generator(2, (2,), (32, 32), condition=networks.Labels(3))
    model = kg.ACGAN(generator, networks.recognizer(networks.mlp_discriminator((2,), (32, 32)), 3))
    adam = lambda: keras.optimizers.Adam(2e-3, beta_1=0.5)  # noqa: E731
    model.compile(adam(), adam())
    model.fit(x, y, batch_size=128, epochs=60, verbose=0)
    asked = np.arange(300) % 3
    nearest = np.argmin(((model.sample(300, y=asked, seed=0)[:, None] - centres) ** 2).sum(-1), axis=1)
    assert np.mean(nearest == asked) > 0.95
