"""Rules of training beside the objective: moving average with a ramp, top-k, truncation, regularizers, score terms."""

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans import penalties, regularizers
from keras_gans.moving_average import ramped_decay
from keras_gans.top_k import only_best

Schedule = keras.optimizers.schedules.PolynomialDecay


def test_the_averages_half_life_is_a_share_of_the_steps_so_far():
    decays = [float(ramped_decay(0.999, 0.05, step)) for step in (0, 20, 200, 10**6)]
    # half-lives of 0, 1 and 10 steps, then the 692.8 of 0.999
    np.testing.assert_allclose(decays, [0.0, 0.5, 0.5 ** (1 / 10), 0.999], rtol=1e-6)
    assert float(ramped_decay(0.9, None, 0)) == pytest.approx(0.9)


def test_an_average_with_a_ramp_begins_as_the_generator_and_is_saved(tmp_path):
    model = kg.NonSaturatingGAN(tiny.generator(), tiny.discriminator())
    model.compile()
    model.track_ema(0.9999, ramp_up=0.05)
    x = tiny.points(64)
    model.fit(x[:16], batch_size=16, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(model.ema_generator), tiny.weights_of(model.generator))
    model.fit(x, batch_size=16, epochs=2, verbose=0)
    far = np.abs(tiny.weights_of(model.ema_generator) - tiny.weights_of(model.generator)).max()
    assert 0 < far < 1e-3  # half-lives of up to 0.45 steps
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    for m in (model, again):
        m.fit(x, batch_size=16, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(again), tiny.weights_of(model))
    with pytest.raises(ValueError, match="ramp_up=0"):
        model.track_ema(0.9, ramp_up=0)


def test_top_k_gives_the_gradient_of_the_mean_over_the_best():
    s = tf.Variable([[0.3], [2.0], [-1.0], [0.5], [2.0]])
    for share, best in [(0.4, [1, 4]), (0.5, [1, 3, 4]), (1.0, [0, 1, 2, 3, 4]), (1e-6, [1])]:
        with tf.GradientTape() as tape:
            kept = only_best(s, share)
            loss = kg.losses.non_saturating_generator(kept)
        np.testing.assert_array_equal(kept, s)
        expected = np.zeros((5, 1))
        values = s.numpy()[best]
        expected[best] = -1 / (1 + np.exp(values)) / len(best)  # d/ds of mean softplus(-s)
        np.testing.assert_allclose(tape.gradient(loss, s), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("model_class", [kg.NonSaturatingGAN, kg.UnrolledGAN, kg.R3GAN])
def test_top_k_changes_the_generators_step_alone_and_is_saved(model_class, tmp_path):
    def trained(share):
        keras.utils.set_random_seed(1)
        model = model_class(tiny.generator(), tiny.discriminator())
        model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
        if share is not None:
            model.keep_top_k(share)
        model.fit(tiny.points(16), batch_size=16, verbose=0)
        return model

    plain, all_of_them, half = trained(None), trained(1.0), trained(0.5)
    np.testing.assert_allclose(tiny.weights_of(all_of_them.generator), tiny.weights_of(plain.generator), atol=1e-7)
    np.testing.assert_array_equal(tiny.weights_of(half.discriminator), tiny.weights_of(plain.discriminator))
    assert np.abs(tiny.weights_of(half.generator) - tiny.weights_of(plain.generator)).max() > 1e-5
    falling = trained(Schedule(1.0, 10, 0.5))
    np.testing.assert_allclose(tiny.weights_of(falling.generator), tiny.weights_of(plain.generator), atol=1e-7)
    falling.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    for m in (falling, again):
        m.fit(tiny.points(64), batch_size=16, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(again), tiny.weights_of(falling))


def test_top_k_refuses():
    model = kg.HingeGAN(tiny.generator(), tiny.discriminator())
    for share in (0, 1.5, True, "0.5"):
        with pytest.raises(ValueError, match="share="):
            model.keep_top_k(share)
    with pytest.raises(ValueError, match="matches means of features"):
        kg.FeatureMatchingGAN(tiny.generator(), tiny.discriminator()).keep_top_k(0.5)


def test_truncated_latents_are_scipys_truncated_normal():
    z = kg.latent.TruncatedNormal(0.8).sample((20_000, 2), (3, 1)).numpy().ravel()
    assert np.abs(z).max() <= 0.8
    assert scipy.stats.kstest(z, scipy.stats.truncnorm(-0.8, 0.8).cdf).pvalue > 1e-3
    wide = kg.latent.TruncatedNormal(50.0).sample((20_000, 1), (3, 1)).numpy().ravel()
    assert np.isfinite(wide).all()
    assert scipy.stats.kstest(wide, "norm").pvalue > 1e-3
    with pytest.raises(ValueError, match="threshold=0"):
        kg.latent.TruncatedNormal(0)


def test_sampling_takes_another_latent():
    model = kg.WGAN(tiny.generator(), tiny.discriminator())
    truncated = model.sample(500, seed=0, latent=kg.latent.TruncatedNormal(0.1))
    assert truncated.std() < 0.3 * model.sample(500, seed=0).std()


def test_orthogonal_regularizer_by_hand():
    W = np.array([[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]], "float32")
    products = W.T @ W  # [[1.25, 1.5], [1.5, 14]]
    assert float(regularizers.Orthogonal(0.1)(W)) == pytest.approx(0.1 * 2 * 1.5**2, rel=1e-6)
    everything = 0.1 * (np.square(products - np.eye(2)).sum())
    assert float(regularizers.Orthogonal(0.1, diagonal=True)(W)) == pytest.approx(everything, rel=1e-6)
    kernel = np.random.default_rng(0).normal(size=(3, 3, 2, 4)).astype("float32")
    as_matrix = kernel.reshape(-1, 4)
    assert float(regularizers.Orthogonal(1.0)(kernel)) == pytest.approx(
        float(regularizers.Orthogonal(1.0)(as_matrix)), rel=1e-6
    )


def test_each_player_pays_its_own_regularizers(tmp_path):
    """One step with the term and one without differ by rate * gradient of the term."""

    def trained(weight):
        keras.utils.set_random_seed(1)
        model = kg.NonSaturatingGAN(tiny.generator(), tiny.discriminator())
        if weight:
            regularizers.regularize(model.generator, keras.regularizers.L2(weight))
        before = [v.numpy() for v in model.generator.trainable_variables]
        model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
        model.fit(tiny.points(16), batch_size=16, verbose=0)
        return model, before

    (plain, before), (with_term, _) = trained(0), trained(0.3)
    for v, w, start in zip(
        plain.generator.trainable_variables, with_term.generator.trainable_variables, before, strict=True
    ):
        pull = 0.1 * 0.3 * 2 * start if start.ndim == 2 else 0.0  # kernels, and not biases
        np.testing.assert_allclose(v.numpy() - w.numpy(), pull, atol=1e-6)
    np.testing.assert_array_equal(tiny.weights_of(plain.discriminator), tiny.weights_of(with_term.discriminator))
    with_term.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    for m in (with_term, again):
        m.fit(tiny.points(64), batch_size=16, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(again), tiny.weights_of(with_term))


def test_regularize_refuses():
    with pytest.raises(TypeError, match="Expected an object"):
        regularizers.regularize(tiny.generator(), "l2")
    x = keras.Input((2,))
    with pytest.raises(ValueError, match="no dense or convolutional layer"):
        regularizers.regularize(keras.Model(x, keras.layers.ReLU()(x)), keras.regularizers.L2(0.1))
    with pytest.raises(ValueError, match="weight=-1"):
        regularizers.Orthogonal(-1)


def test_lecam_by_hand():
    term = penalties.LeCam(weight=2.0, decay=0.5)
    no_scores = lambda x: 1 / 0  # noqa: E731
    s_real, s_fake = np.array([[1.0], [3.0]], "float32"), np.array([[0.0], [-4.0]], "float32")
    first = term(no_scores, None, None, None, scores=(s_real, s_fake))
    # averages without their start: 2 and -2. relu(s - (-2))^2 = 9, 25; relu(2 - s)^2 = 4, 36
    assert float(first) == pytest.approx(2 * (17 + 20))
    second = term(no_scores, None, None, None, scores=(s_real + 4, s_fake - 1))
    real, fake = (0.25 * 2 + 0.5 * 6) / 0.75, (0.25 * -2 + 0.5 * -3) / 0.75
    expected = np.mean(np.maximum(s_real + 4 - fake, 0) ** 2) + np.mean(np.maximum(real - s_fake + 1, 0) ** 2)
    assert float(second) == pytest.approx(2 * expected, rel=1e-6)
    with pytest.raises(ValueError, match="decay=1"):
        penalties.LeCam(decay=1)


def test_lecams_averages_are_saved_and_taken_over_replicas(tmp_path):
    model = kg.ComposedGAN(tiny.generator(), tiny.discriminator(norm=True), penalties=[penalties.LeCam(0.3)])
    model.compile()
    model.fit(tiny.points(64), batch_size=16, verbose=0)
    assert float(model.penalties[0].state.share) == pytest.approx(1 - 0.99**4, rel=1e-5)
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    for m in (model, again):
        m.fit(tiny.points(64), batch_size=16, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(again), tiny.weights_of(model))


def test_balanced_consistency_by_hand():
    shift = lambda x, training: x + 1.0  # noqa: E731
    score = lambda x: tf.reduce_sum(tf.square(x), axis=1, keepdims=True)  # noqa: E731
    x, x_fake = np.array([[1.0, 2.0], [0.0, 0.0]], "float32"), np.array([[3.0, 0.0], [1.0, 1.0]], "float32")
    both = penalties.BalancedConsistency(shift, weight=0.5)(score, x, x_fake, None)
    # s: 5, 0 -> 13, 2; 9, 2 -> 17, 8
    assert float(both) == pytest.approx(0.5 * ((64 + 4) / 2 + (64 + 36) / 2))
    real = penalties.BalancedConsistency(shift, weight=0.5, generated=False)(score, x, x_fake, None)
    assert float(real) == pytest.approx(0.5 * 34)
    with pytest.raises(TypeError, match="augment='flip'"):
        penalties.BalancedConsistency("flip")


def test_balanced_consistency_trains_and_resumes(tmp_path):
    noise = kg.layers.InstanceNoise(0.3)
    model = kg.ComposedGAN(
        tiny.generator(), tiny.discriminator(), penalties=[penalties.BalancedConsistency(noise, interval=2)]
    )
    model.compile()
    model.fit(tiny.points(64), batch_size=16, verbose=0)
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    histories = [m.fit(tiny.points(64), batch_size=16, verbose=0).history for m in (model, again)]
    assert histories[0]["penalty"] == histories[1]["penalty"] != [0.0]
    np.testing.assert_array_equal(tiny.weights_of(again), tiny.weights_of(model))


def test_latent_consistency_by_hand():
    """From linear networks: G(z) = z A and s(x) = x w + b, one step of SGD at rate 1 each."""

    def trained(consistency):
        keras.utils.set_random_seed(1)
        model = kg.ComposedGAN(*tiny.linear_pair(), latent_consistency=consistency)
        model.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0))
        A, w = model.generator.get_weights()[0], model.discriminator.get_weights()[0]
        drawn = []
        draw = model.draw
        model.draw = lambda *arguments: drawn.append(draw(*arguments)) or drawn[-1]
        model.run_eagerly = True
        model.fit(tiny.points(16), batch_size=16, verbose=0)
        return model, A, w, [d.numpy() for d in drawn]

    plain, A, w, (_, z_plain) = trained(None)
    model, *_, drawn = trained(penalties.LatentConsistency(5.0, 0.5, stddev=0.3))
    _, noise_d, z_g, noise_g = drawn
    # s(G(z)) - s(G(z')) = -0.3 n A w: the gradient of 5 mean (0.3 n A w)^2 is 2 * 5 mean (0.3 n A w) 0.3 (n A)^T
    steps = 0.3 * noise_d @ A
    pull = 10 * (steps.T @ (steps @ w)) / 16
    found = plain.discriminator.get_weights()[0] - model.discriminator.get_weights()[0]
    np.testing.assert_allclose(found, pull, rtol=1e-3, atol=1e-5)
    # of -0.5 mean (0.3 n A)^2 over 16 x 2 values, by A; the scores' part differs too, as D does
    w_plain, w_model = (m.discriminator.get_weights()[0] for m in (plain, model))
    score_part = lambda z, w, b: -(z.T @ (1 / (1 + np.exp(z @ A @ w + b)) @ w.T)) / 16  # noqa: E731
    b_plain, b_model = (m.discriminator.get_weights()[1] for m in (plain, model))
    expected = score_part(z_g, w_model, b_model) - score_part(z_plain, w_plain, b_plain)
    expected += -0.5 * 2 * (0.3 * noise_g).T @ (0.3 * noise_g @ A) / 32
    found = plain.generator.get_weights()[0] - model.generator.get_weights()[0]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)


def test_latent_consistency_is_saved_and_refuses(tmp_path):
    model = kg.ComposedGAN(
        tiny.generator(), tiny.discriminator(), latent_consistency=penalties.LatentConsistency(2.0, 0.1, 0.2)
    )
    model.compile()
    model.fit(tiny.points(64), batch_size=16, verbose=0)
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    for m in (model, again):
        m.fit(tiny.points(64), batch_size=16, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(again), tiny.weights_of(model))
    with pytest.raises(ValueError, match="stddev=0"):
        penalties.LatentConsistency(stddev=0)
    with pytest.raises(TypeError, match="latent_consistency=5"):
        kg.ComposedGAN(tiny.generator(), tiny.discriminator(), latent_consistency=5)
