"""What holds for every model class: a new one is held to it by being listed in MODELS."""

import functools
import os
import shutil
import subprocess
import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

import keras_gans as kg

MODELS = {
    "MinimaxGAN": kg.MinimaxGAN,
    "NonSaturatingGAN": kg.NonSaturatingGAN,
    "LSGAN": kg.LSGAN,
    "HingeGAN": kg.HingeGAN,
    "WGAN": kg.WGAN,
    "WGANGP": kg.WGANGP,
    "RothGAN": kg.RothGAN,
    "UnrolledGAN": lambda *networks, **kw: kg.UnrolledGAN(*networks, unroll_steps=2, **kw),
    "RpGAN": kg.RpGAN,
    "FeatureMatchingGAN": lambda *networks, **kw: kg.FeatureMatchingGAN(*networks, real_label=0.9, **kw),
    "RaGAN": kg.RaGAN,
    "R3GAN": kg.R3GAN,
    "FGAN": lambda *networks, **kw: kg.FGAN(*networks, kg.divergences.Jeffrey(), **kw),
    "ComposedGAN": lambda *networks, **kw: kg.ComposedGAN(
        *networks,
        kg.losses.hinge_discriminator,
        kg.losses.non_saturating_generator,
        penalties=[
            kg.penalties.R1(1.0),
            kg.penalties.R2(0.5, interval=2),
            kg.penalties.GradientPenalty(2.0, target=0.5, one_sided=True),
            kg.penalties.DRAGAN(keras.optimizers.schedules.ExponentialDecay(0.5, 10, 0.1)),
        ],
        **kw,
    ),
    "ConditionalGAN": kg.ConditionalGAN,
    "MatchingAwareGAN": kg.MatchingAwareGAN,
    "ACGAN": kg.ACGAN,
    "InfoGAN": lambda *networks, **kw: kg.InfoGAN(*networks, latent=kg.latent.Codes(2, (3,), 1), **kw),
}
CLASSES = 3
CONDITIONAL = {"ConditionalGAN", "MatchingAwareGAN", "ACGAN"}  # refuse networks without a condition
RECOGNIZING = {"ACGAN": CLASSES, "InfoGAN": 4}  # take a discriminator with a second output of this length
WITHOUT_BATCH_STATISTICS = {"WGANGP", "RothGAN", "R3GAN", "ComposedGAN", "FeatureMatchingGAN"}

OTHER_LOSSES_ALONE = ("MinimaxGAN", "LSGAN", "HingeGAN", "RpGAN", "RaGAN", "RothGAN", "FGAN")  # steps like others'

every_model = pytest.mark.parametrize("name", MODELS)
slow_if_like_others = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in OTHER_LOSSES_ALONE else name for name in MODELS]
)


def networks(name, plain=True, conditional=None):
    """A pair that the model takes, with normalization and dropout unless it is to be plain."""
    norm = name not in WITHOUT_BATCH_STATISTICS and not plain
    classes = CLASSES if (name in CONDITIONAL if conditional is None else conditional) else None
    recognized = RECOGNIZING.get(name)
    return (
        tiny.generator(6 if name == "InfoGAN" else 2, norm=not plain, dropout=not plain, classes=classes),
        tiny.discriminator(norm, not plain, classes=None if recognized else classes, recognized=recognized),
    )


def build(name, n_critic=2, plain=False, compiled=True, **kwargs):
    model = MODELS[name](*networks(name, plain), n_critic=n_critic)
    if compiled:
        model.compile(**kwargs)
    return model


def arrays(model, rows):
    """Samples, and their conditions for a model that takes some: the arguments x and y of fit and evaluate."""
    return {"x": tiny.points(rows), "y": tiny.labels(rows, CLASSES) if model.is_conditional else None}


def batches(model, rows=16, steps=3):
    data = arrays(model, rows * model.n_critic * steps)
    data = data["x"] if data["y"] is None else (data["x"], data["y"])
    return tf.data.Dataset.from_tensor_slices(data).batch(rows * model.n_critic, drop_remainder=True)


def sampled(model, num=5, seed=1):
    return model.sample(num, y=np.arange(num) % CLASSES if model.is_conditional else None, seed=seed)


@every_model
def test_trains_with_the_papers_optimizers_and_logs_epoch_means(name):
    model = build(name)
    every_epoch = model.fit(batches(model), epochs=2, verbose=0).history
    assert list(every_epoch) == sorted(model.log_names)
    assert {"discriminator_loss", "generator_loss"} <= set(model.log_names)
    assert np.isfinite(list(every_epoch.values())).all()

    by_step = []

    class Steps(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            by_step.append(float(logs["discriminator_loss"]) * (batch + 1))

    means = model.fit(batches(model), epochs=1, verbose=0, callbacks=[Steps()]).history["discriminator_loss"]
    values = np.diff([0.0, *by_step])  # running means times counts, back to the value of each step
    assert means[0] == pytest.approx(np.mean(values), rel=1e-5)
    assert np.ptp(values) > 0


@every_model
def test_each_player_moves_alone_and_the_counters_count(name):
    model = build(name, n_critic=2, run_eagerly=True)
    states, seen = {}, []
    draw_latent = model.draw_latent

    def beginning(rows):  # each player's step begins by drawing z
        states.update({network.name: tiny.weights_of(network) for network in (model.generator, model.discriminator)})
        return draw_latent(rows)

    def spy(step, own, other):
        def wrapped(tape, loss, *scores):
            own_state = tiny.weights_of(own)
            step(tape, loss, *scores)
            # Batch statistics included, and through everything that led to the loss.
            assert np.array_equal(states[other.name], tiny.weights_of(other))
            assert not np.array_equal(own_state, tiny.weights_of(own))
            seen.append(own.name)

        return wrapped

    model.draw_latent = beginning

    model.discriminator_step = spy(model.discriminator_step, model.discriminator, model.generator)
    model.generator_step = spy(model.generator_step, model.generator, model.discriminator)
    model.fit(batches(model, steps=1), verbose=0)
    assert seen == ["discriminator", "discriminator", "generator"]
    assert int(model.discriminator_optimizer.iterations) == 2
    assert int(model.generator_optimizer.iterations) == 1
    assert int(model.step) == 1


@every_model
def test_config_round_trip(name):
    model = build(name)
    again = type(model).from_config(model.get_config())
    assert again.get_config() == model.get_config()
    assert type(again.latent) is type(model.latent)


@slow_if_like_others
def test_goes_on_to_the_bit_from_a_file_and_from_a_backup(name, tmp_path, monkeypatch):
    # A backup at the end of each epoch, however much longer than an epoch it takes here.
    monkeypatch.setattr(sys.modules[kg.callbacks.Backup.__module__], "time", types.SimpleNamespace(monotonic=float))

    class Kill(keras.callbacks.Callback):
        """Keeps what a process that is killed here leaves behind, and the model as it is here."""

        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                shutil.copytree(tmp_path / "a", tmp_path / "b")
                self.model.save(tmp_path / "model.keras")

    def train(model, done, *used):
        history = model.fit(batches(model), initial_epoch=done, epochs=4, verbose=0, callbacks=list(used)).history
        optimizers = (model.generator_optimizer, model.discriminator_optimizer)
        moments = [v.numpy() for optimizer in optimizers for v in optimizer.variables]
        return tiny.weights_of(model), moments, sampled(model), history

    def run(folder, *used, seed=3):
        keras.utils.set_random_seed(seed)
        model = build(name, n_critic=1)
        model.track_ema(0.9)
        done = kg.callbacks.restore(model, folder) // 3  # steps of an epoch
        return train(model, done, kg.callbacks.Backup(folder, share=1), *used)

    weights, moments, samples, history = run(tmp_path / "a", Kill())
    # The new process's model begins with other weights and seeds; all of them are the run's after it.
    from_backup = run(tmp_path / "b", seed=4)
    from_file = train(kg.load_model(tmp_path / "model.keras"), 2)
    for weights_b, moments_b, samples_b, history_b in (from_backup, from_file):
        np.testing.assert_array_equal(weights_b, weights)
        for one, other in zip(moments_b, moments, strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(samples_b, samples)
        for key, values in history_b.items():  # of the epochs since then
            assert 2 <= len(values) < 4
            assert values == history[key][-len(values) :]


COLLECTIVES = "TEST_COLLECTIVES"


@functools.cache
def mirrored(replicas):
    cpus = [device.name for device in tf.config.list_logical_devices("CPU")[:replicas]]
    assert len(cpus) == replicas
    # Each strategy numbers its collectives from the beginning, and meets those of another in the same process: there,
    # gradients are summed on one device.
    how = None if COLLECTIVES in os.environ else tf.distribute.ReductionToOneDevice()
    return tf.distribute.MirroredStrategy(cpus, cross_device_ops=how)


def test_four_replicas_by_collectives():
    """The test below once more, with the collectives that GPUs have, in a process that has no other strategy.

    For a plain model, one of each way to take gradients of gradients, and one with conditions.
    """
    names = ("NonSaturatingGAN", "WGANGP", "UnrolledGAN", "ACGAN")
    chosen = " or ".join(f"4-{name}" for name in names)
    command = [sys.executable, "-m", "pytest", __file__, "-p", "no:xdist", "-k", f"many_replicas and ({chosen})"]
    child = subprocess.run(command, env={**os.environ, COLLECTIVES: "1"}, capture_output=True, text=True)
    assert child.returncode == 0, child.stdout[-3000:]
    assert f"{len(names)} passed" in child.stdout


@every_model
@pytest.mark.parametrize("replicas", [4] if COLLECTIVES in os.environ else [2])
def test_many_replicas_equal_one(name, replicas):
    def train(strategy, **how):
        keras.utils.set_random_seed(5)
        with strategy.scope():
            model = build(name, plain=True, compiled=False)
            # SGD: Adam divides the exact zeros of some gradients (a critic's last bias) by their rounding errors
            model.compile(keras.optimizers.SGD(0.05, momentum=0.5), keras.optimizers.SGD(0.05, momentum=0.5), **how)
            model.track_ema(0.5)
        history = model.fit(batches(model, rows=8, steps=3), epochs=2, verbose=0).history
        return tiny.weights_of(model), history, model.evaluate(batches(model), verbose=0), sampled(model)

    weights, history, scores, samples = train(tf.distribute.get_strategy(), run_eagerly=True)
    weights_n, history_n, scores_n, samples_n = train(mirrored(replicas))
    np.testing.assert_allclose(weights_n, weights, rtol=1e-5, atol=1e-6)
    for key, values in history.items():
        np.testing.assert_allclose(history_n[key], values, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(samples_n, samples, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(scores_n[1:], scores[1:], rtol=1e-4, atol=1e-5)


@slow_if_like_others
def test_graph_eager_and_xla_agree(name):
    def train(**how):
        keras.utils.set_random_seed(2)
        model = build(name, plain=True, compiled=False)
        model.compile(keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05), **how)
        model.draw = arithmetic_noise  # XLA's random generators are others than TensorFlow's
        model.fit(batches(model, steps=2), verbose=0)
        return tiny.weights_of(model)

    def arithmetic_noise(sample, rows, dimensions=()):
        size = rows * int(np.prod(dimensions))
        return tf.reshape(0.5 + 0.5 * tf.sin(tf.range(float(size)) ** 2), (rows, *dimensions))

    graph = train()
    np.testing.assert_allclose(train(run_eagerly=True), graph, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(train(jit_compile=True), graph, rtol=1e-4, atol=1e-6)
    if name in ("NonSaturatingGAN", "UnrolledGAN", "MatchingAwareGAN"):
        np.testing.assert_allclose(train(steps_per_execution=2), graph, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "InfoGAN"])  # whose codes are its conditions
def test_conditional_networks_need_nothing_but_y(name, tmp_path):
    x, y = tiny.points(64), tiny.labels(64)
    model = MODELS[name](*networks(name, conditional=True), n_critic=2)
    model.compile()
    assert model.is_conditional
    model.fit(x, y, batch_size=16, epochs=1, verbose=0)
    model.evaluate(x, y, batch_size=16, verbose=0)
    assert model.sample(4, y=[0, 1, 2, 0], seed=0).shape == (4, 2)
    np.testing.assert_array_equal(model.sample(3, y=1, seed=0), model.sample(3, y=[1, 1, 1], seed=0))
    assert not np.allclose(model.sample(3, y=1, seed=0), model.sample(3, y=2, seed=0))
    with pytest.raises(ValueError, match="Pass y="):
        model.sample(4)
    with pytest.raises(ValueError, match="2 conditions"):
        model.sample(4, y=[0, 1])
    with pytest.raises(ValueError, match="the data has none"):
        model.fit(x, batch_size=16, verbose=0)
    for wrong in (CLASSES, -1):  # the last of all labels: the first batch alone would not tell
        y[-1] = wrong
        with pytest.raises(ValueError, match=f"Label {wrong} was passed to networks of 3 classes. Expected .* 0 to 2"):
            model.fit(x, y, batch_size=16, verbose=0)
        with pytest.raises(ValueError, match=f"Label {wrong} was passed"):
            model.fit(tf.data.Dataset.from_tensor_slices((x[-32:], y[-32:])).batch(32, drop_remainder=True))
        with pytest.raises(ValueError, match=f"Label {wrong} was passed"):
            model.sample(4, y=wrong)


@every_model
def test_bfloat16(name):
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = build(name, n_critic=1, run_eagerly=True)  # sooner than it is traced
    assert not isinstance(model.generator_optimizer, keras.optimizers.LossScaleOptimizer)
    check_mixed_precision(model)


@slow_if_like_others
def test_float16(name, tmp_path):
    keras.config.set_dtype_policy("mixed_float16")
    model = build(name, n_critic=1)
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    check_mixed_precision(model)
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    assert isinstance(again.generator_optimizer, keras.optimizers.LossScaleOptimizer)
    for m in (model, again):
        m.fit(batches(m), verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(model), tiny.weights_of(again))


def check_mixed_precision(model):
    """Train a model: its weights stay float32, move, and stay finite."""
    assert {v.dtype for v in model.generator.trainable_variables} == {"float32"}
    before = tiny.weights_of(model)
    logs = model.fit(batches(model), epochs=2, verbose=0).history
    assert np.isfinite(list(logs.values())).all()
    assert model.find_non_finite() is None
    assert not np.array_equal(before, tiny.weights_of(model))


@every_model
def test_learns_in_the_right_direction(name):
    """D comes to score real samples above generated ones, and G to make samples that D scores higher."""
    still = keras.optimizers.SGD(1e-12)
    model = build(name, n_critic=1, plain=True, compiled=False)
    data = arrays(model, 64)
    model.compile(still, keras.optimizers.Adam(0.02))
    model.fit(**data, batch_size=64, epochs=60, verbose=0)
    before = model.evaluate(**data, batch_size=64, verbose=0, return_dict=True)
    assert before["score_gap"] > 1e-4
    model.compile(keras.optimizers.Adam(0.002), keras.optimizers.SGD(1e-12))
    model.fit(**data, batch_size=64, epochs=10, verbose=0)
    after = model.evaluate(**data, batch_size=64, verbose=0, return_dict=True)
    assert after["score_real"] == pytest.approx(before["score_real"], abs=1e-6)
    assert after["score_fake"] > before["score_fake"]


@every_model
def test_noise_is_fresh_in_every_step_and_every_draw(name):
    model = build(name, n_critic=2, run_eagerly=True)
    drawn = []
    real_draw = model.draw
    model.draw = lambda *arguments: drawn.append(real_draw(*arguments)) or drawn[-1]
    model.fit(batches(model, steps=2), verbose=0)
    latents = [d for d in map(np.array, drawn) if d.ndim == 2 and (d < 0).any()]  # and not uniform numbers
    assert len(latents) == 6  # two critic steps and a generator step, twice
    rows = np.concatenate(latents)
    assert len(np.unique(rows, axis=0)) == len(rows)


@every_model
def test_bad_data_gets_the_documented_message(name):
    model = build(name, n_critic=2)
    x = tiny.points(64)
    cases = [
        (dict(x=x[:20], batch_size=16), "20 samples were passed, one step takes 32"),
        (dict(x=np.where(np.arange(64)[:, None] == 3, np.nan, x), batch_size=32), "NaN or infinite"),
        (dict(x=x.astype("int32"), batch_size=16), "dtype int32"),
        (dict(x=x[:, :1], batch_size=16), r"Samples of shape \(1,\) were passed. Expected \(2,\)"),
        (dict(x=tf.data.Dataset.from_tensor_slices(x).batch(16)), "drop_remainder=True"),
        (dict(x=tf.data.Dataset.from_tensor_slices(x).batch(15, drop_remainder=True)), "multiple of 2"),
        (dict(x=batches(model).take(0)), "The dataset is empty"),
        (dict(x=x, y=tiny.labels(10), batch_size=16), "64 samples and 10 conditions"),
        (dict(x=x, batch_size=0), "batch_size=0"),
    ]
    for arguments, message in cases:
        with pytest.raises(ValueError, match=message):
            model.fit(**arguments, verbose=0)
    with pytest.raises(ValueError, match="num=0"):
        model.sample(0)
    if not model.is_conditional:
        with pytest.raises(ValueError, match="take no condition"):
            model.sample(2, y=1)


@every_model
def test_refuses_bad_arguments(name):
    for bad in (0, 1.5, True, "2"):
        with pytest.raises(ValueError, match="n_critic"):
            build(name, n_critic=bad)


@pytest.mark.parametrize("name", sorted(WITHOUT_BATCH_STATISTICS))
def test_penalised_critics_refuse_batch_normalization(name):
    with pytest.raises(ValueError, match="mixes the samples of a batch"):
        MODELS[name](tiny.generator(), tiny.discriminator(norm=True))


@pytest.mark.parametrize("name", sorted(CONDITIONAL))
def test_conditional_models_refuse_networks_without_a_condition(name):
    with pytest.raises(ValueError, match="Networks without a condition were passed"):
        MODELS[name](*networks(name, conditional=False))


@pytest.mark.parametrize("name", sorted(RECOGNIZING))
def test_recognizing_models_refuse_a_discriminator_of_one_output(name):
    with pytest.raises(ValueError, match="one of x alone that has two"):
        MODELS[name](networks(name)[0], tiny.discriminator())


@pytest.mark.parametrize("name", sorted(RECOGNIZING))
def test_recognizing_models_refuse_packs(name):
    x = keras.Input((2,))
    h = keras.layers.Dense(4)(kg.layers.Packing(2)(x))
    packed = keras.Model(x, [keras.layers.Dense(1)(h), keras.layers.Dense(RECOGNIZING[name])(h)])
    with pytest.raises(ValueError, match="scores packs of samples"):
        MODELS[name](networks(name)[0], packed)


def test_every_public_model_is_listed():
    public = {n for n, v in vars(kg).items() if isinstance(v, type) and issubclass(v, kg.GAN) and v is not kg.GAN}
    assert public == {*MODELS}
