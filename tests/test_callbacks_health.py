"""The known failures, each brought about, and found."""

import io

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans import callbacks, losses
from keras_gans.callbacks.health_check import EXPLODING, VANISHING, YOUNG
from keras_gans.callbacks.run_folder import read_stats

M = 8
REAL = tiny.points(64)


def looked_at(model, real=REAL, epochs=1, more=(), steps=4, y=None):
    """Train shortly; return the logs of the last epoch and what is wrong."""
    if not model.compiled:
        model.compile(keras.optimizers.SGD(1e-12), keras.optimizers.SGD(1e-12))
    x = tiny.points(M * model.n_critic * steps)
    data = tf.data.Dataset.from_tensor_slices(x if y is None else (x, y(len(x))))
    data = data.batch(M * model.n_critic, drop_remainder=True)
    check = callbacks.HealthCheck(real)
    history = model.fit(data, epochs=epochs, verbose=0, callbacks=[check, *more])
    return {name: values[-1] for name, values in history.history.items()}, model.warnings


def names(warnings):
    return [warning.partition(":")[0] for warning in warnings]


def test_numbers_by_hand():
    model = kg.WGAN(*tiny.linear_pair(), n_critic=1, clip_value=100.0)
    a = np.array([[0.5, -1.0], [2.0, 0.25]], "float32")
    w = np.array([[3.0], [-4.0]], "float32")
    model.generator.set_weights([a])
    model.discriminator.set_weights([w, np.array([7.0], "float32")])
    logs, warnings = looked_at(model)
    z = model.latent.sample((len(REAL), 2), (0, 0)).numpy()
    assert logs["diversity"] == pytest.approx((z @ a).std(axis=0).mean() / REAL.std(axis=0).mean(), rel=1e-5)
    assert logs["score_gradient"] == pytest.approx(5.0 * np.linalg.norm(REAL.std(axis=0)), rel=1e-5)
    assert warnings == []


def test_a_model_without_a_discriminator_is_refused():
    encoder, decoder = kg.networks.mlp_encoder((2,), 1, ()), kg.networks.mlp_decoder(1, (2,), ())
    model = kg.VAE(encoder, decoder, kg.distributions.Gaussian(1.0))
    model.compile()
    with pytest.raises(TypeError, match=r"HealthCheck was given to a VAE, which has no discriminator. Expected a GAN"):
        model.fit(REAL, batch_size=M, verbose=0, callbacks=[callbacks.HealthCheck(REAL)])


def test_the_gradient_that_arrives_at_the_generators_weights_by_hand():
    from keras_gans.callbacks.health_check import _measure_samples

    generator, discriminator = tiny.linear_pair()
    w = np.array([[3.0], [-4.0]], "float32")
    discriminator.set_weights([w, np.zeros(1, "float32")])
    z = np.array([[1.0, 2.0], [3.0, -1.0]], "float32")
    _, at_samples, at_weights = _measure_samples(generator, discriminator, [tf.constant(z)])
    assert float(at_samples) == pytest.approx(5.0)
    assert float(at_weights) == pytest.approx(np.linalg.norm(np.outer(z.mean(axis=0), w)), rel=1e-6)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (kg.MinimaxGAN, -np.log(0.5) * 2),
        (kg.NonSaturatingGAN, -np.log(0.5) * 2),
        (kg.HingeGAN, 2.0),
        (kg.LSGAN, 0.25),
        (lambda *pair: kg.LSGAN(*pair, a=-1.0, b=1.0, c=0.0), 1.0),
        (kg.ComposedGAN, -np.log(0.5) * 2),
        (lambda *pair: kg.ComposedGAN(*pair, losses.wasserstein_discriminator, losses.wasserstein_generator), None),
        (lambda *pair: kg.FGAN(*pair, kg.divergences.GANDivergence()), np.log(4)),
        (lambda *pair: kg.FGAN(*pair, kg.divergences.KullbackLeibler()), None),
        (kg.WGAN, None),
        (kg.WGANGP, None),
    ],
)
def test_the_loss_of_an_undecided_discriminator(model, expected):
    assert model(*tiny.linear_pair()).undecided_loss == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    "pair",
    [
        (losses.minimax_discriminator, 0.0),
        (losses.least_squares_discriminator, 0.5),
        (losses.hinge_discriminator, 0.0),
    ],
)
def test_undecided_is_the_best_that_one_score_for_all_can_get(pair):
    loss, best = pair
    value = lambda s: float(loss(np.full((4, 1), s), np.full((4, 1), s)))  # noqa: E731
    assert value(best) == pytest.approx(losses.UNDECIDED[loss], rel=1e-6)
    assert all(value(best + shift) >= value(best) for shift in (-2.0, -0.1, 0.1, 2.0))


def test_a_certain_discriminator():
    model = kg.NonSaturatingGAN(tiny.generator(), tiny.discriminator())
    model.compile(keras.optimizers.SGD(1e-12), keras.optimizers.Adam(0.05))
    _, warnings = looked_at(model, epochs=1)
    assert warnings == []
    logs, warnings = looked_at(model, epochs=100)
    assert logs["discriminator_loss"] < 0.05
    assert names(warnings) == ["Discriminator certain"]


def test_a_critic_may_be_certain():
    model = kg.WGAN(*tiny.linear_pair(), n_critic=1, clip_value=100.0)
    model.discriminator.set_weights([np.array([[50.0], [-50.0]], "float32"), np.zeros(1, "float32")])
    logs, warnings = looked_at(model)
    assert logs["wasserstein"] > 100
    assert warnings == []


@pytest.mark.parametrize(
    ("slope", "expected"),
    [(2 * EXPLODING, ["Gradients explode"]), (EXPLODING, []), (2 * VANISHING, []), (0, ["Gradients vanish"])],
)
def test_gradients_that_explode_or_vanish(slope, expected):
    model = kg.WGAN(*tiny.linear_pair(), n_critic=1, clip_value=1e6)
    slope = slope / np.linalg.norm(REAL.std(axis=0))
    model.discriminator.set_weights([np.array([[0.9 * slope], [0.0]], "float32"), np.zeros(1, "float32")])
    logs, warnings = looked_at(model)
    assert logs["score_gradient"] == pytest.approx(0.9 * slope * np.linalg.norm(REAL.std(axis=0)), rel=1e-5, abs=1e-9)
    assert names(warnings) == expected


def test_a_dead_generator_has_collapsed_too():
    z = keras.Input((2,))
    h = keras.layers.Dense(8, activation="relu", bias_initializer=keras.initializers.Constant(-100.0))(z)
    model = kg.WGAN(keras.Model(z, keras.layers.Dense(2, use_bias=False)(h)), tiny.linear_pair()[1], n_critic=1)
    logs, warnings = looked_at(model)
    assert logs["diversity"] == 0.0
    assert names(warnings) == ["Generator dead"]  # young generators' samples vary little
    model.step_counter.assign(YOUNG)
    assert names(looked_at(model)[1]) == ["Generator dead", "Generator collapsed"]


def test_a_collapsed_generator():
    model = kg.NonSaturatingGAN(*tiny.linear_pair())
    model.generator.set_weights([0.01 * np.eye(2, dtype="float32")])
    model.step_counter.assign(YOUNG)
    logs, warnings = looked_at(model)
    assert 0.01 < logs["diversity"] < 0.03
    assert names(warnings) == ["Generator collapsed"]
    assert f"vary {logs['diversity']:.2g} times" in warnings[0]


def test_float16_that_overflows():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = kg.NonSaturatingGAN(tiny.generator(), tiny.discriminator())
        model.compile()
    finally:
        keras.config.set_dtype_policy("float32")
    model.discriminator_optimizer.dynamic_scale.assign(0.5)
    assert names(looked_at(model)[1]) == ["float16 overflows"]


def test_looking_leaves_no_trace():
    def trained(more):
        keras.utils.set_random_seed(3)
        model = kg.NonSaturatingGAN(
            tiny.generator(norm=True, dropout=True), tiny.discriminator(norm=True, dropout=True)
        )
        model.compile()
        model.fit(tiny.points(64), batch_size=M, epochs=3, verbose=0, callbacks=more)
        return tiny.weights_of(model)

    np.testing.assert_array_equal(trained([]), trained([callbacks.HealthCheck(REAL)]))


def test_conditional_networks_are_looked_at_with_their_conditions():
    model = kg.NonSaturatingGAN(*tiny.conditional_pair())
    logs, warnings = looked_at(model, real=(REAL, tiny.labels(64)), y=tiny.labels)
    assert logs["diversity"] > 0
    assert warnings == []


@pytest.mark.parametrize("real", [REAL[:1], REAL[:, :1], (REAL, tiny.labels(64))])
def test_refuses_what_cannot_be_compared(real):
    with pytest.raises(ValueError, match=r"real of shape .* Expected at least two samples of shape \(2,\)"):
        looked_at(kg.NonSaturatingGAN(*tiny.linear_pair()), real=real)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("file", [io.StringIO(), Terminal()])
def test_what_is_wrong_is_told_once_stays_in_the_line_and_is_recorded(file, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    model = kg.NonSaturatingGAN(*tiny.linear_pair())
    model.generator.set_weights([0.01 * np.eye(2, dtype="float32")])
    model.step_counter.assign(YOUNG)
    _, warnings = looked_at(
        model, epochs=3, more=[callbacks.Progress(file=file), callbacks.RunFolder(tmp_path, batch_size=M)]
    )
    text = file.getvalue()
    assert text.count(f"Step {YOUNG + 4}: {warnings[0]}") == 1
    assert text.count("Usual remedies") == 1
    assert "generator collapsed, D " in text.rstrip().splitlines()[-1]
    rows = read_stats(tmp_path / "stats.jsonl")
    assert [names(row["warnings"]) for row in rows] == [["Generator collapsed"]] * 3
    assert rows[-1]["warnings"] == warnings
    assert (tmp_path / "loss_curves.png").exists()


def test_a_healthy_run_has_no_warnings_in_its_rows(tmp_path):
    looked_at(kg.NonSaturatingGAN(*tiny.linear_pair()), more=[callbacks.RunFolder(tmp_path)])
    (row,) = read_stats(tmp_path / "stats.jsonl")
    assert "warnings" not in row
    assert {"diversity", "score_gradient"} <= set(row)
