import csv
import io
import json
import math
import pathlib
import signal
import subprocess
import sys
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny
from PIL import Image

import keras_gans
from keras_gans import callbacks, load_model, pictures
from keras_gans.callbacks.every_n_steps import EveryNSteps
from keras_gans.callbacks.run_folder import describe_environment, read_stats

M = 4
STEPS = 10  # generator steps in an epoch of the data below


@pytest.fixture(autouse=True)
def _handlers():
    """Signal handlers as they were: training that ends in an error leaves them."""
    numbers = signal.SIGINT, signal.SIGTERM
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def gan(generator=None, discriminator=None, kind=keras_gans.NonSaturatingGAN, **arguments):
    """A compiled model; by default the one that Keras traces fastest."""
    model = kind(generator or tiny.generator(), discriminator or tiny.discriminator(), **arguments)
    model.compile()
    return model


def dataset(n_critic=1, bad_batch=None):
    """An epoch of ten batches, one of them with a NaN if asked."""
    rows = n_critic * M
    x = tiny.points(STEPS * rows)
    if bad_batch is not None:
        x[bad_batch * rows] = np.nan
    return tf.data.Dataset.from_tensor_slices(x).batch(rows, drop_remainder=True)


def image_dataset():
    return dataset().map(lambda x: tf.zeros((M, 8, 8, 1)))


def fit(model, *used, epochs=1, data=None):
    return model.fit(dataset() if data is None else data, epochs=epochs, verbose=0, callbacks=list(used))


def image_pair(channels=1, activation="tanh"):
    z, x = keras.Input((2,), name="z"), keras.Input((8, 8, channels), name="x")
    g = keras.layers.Dense(64 * channels, activation=activation, kernel_initializer="he_normal")(z)
    return (
        keras.Model(z, keras.layers.Reshape((8, 8, channels))(g)),
        keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(x))),
    )


def picture(path):
    pixels = np.asarray(Image.open(path))
    return pixels if pixels.ndim == 3 else pixels[..., None]


def poison(model):
    """Put a NaN into the generator's second weight; return its path."""
    bad = model.generator.weights[1]
    bad.assign(np.full(bad.shape, np.nan))
    return bad.path


# The rhythm


class Recorder(EveryNSteps):
    def __init__(self, every):
        super().__init__(every)
        self.steps = []

    def act(self, step):
        assert step == self.model.step
        self.steps.append(step)


@pytest.mark.parametrize(("every", "expected"), [(6, [0, 6, 12, 18, 20]), (10, [0, 10, 20]), (1000, [0, 20])])
def test_acts_at_multiples_across_epochs_and_at_both_ends(every, expected):
    recorder = Recorder(every)
    fit(gan(), recorder, epochs=2)
    assert recorder.steps == expected


def test_acts_at_the_next_boundary_of_an_execution():
    model, recorder = gan(), Recorder(3)
    model.compile(steps_per_execution=4)
    model.fit(dataset().repeat(), steps_per_epoch=12, epochs=2, verbose=0, callbacks=[recorder])
    assert recorder.steps == [0, 4, 8, 12, 16, 20, 24]


def test_goes_on_from_the_models_step_and_starts_anew_at_each_fit():
    model, recorder = gan(), Recorder(6)
    model.step_counter.assign(7)
    fit(model, recorder)
    fit(model, recorder)
    assert recorder.steps == [12, 17, 18, 24, 27]  # only a new model's first step has something before it


@pytest.mark.parametrize("every", [0, -1, 2.5, True, "epoch"])
def test_refuses_a_rhythm(every):
    with pytest.raises(ValueError, match=r"every=.*integer from 1 up"):
        callbacks.StopOnNaN(every)


@pytest.mark.parametrize("name", [name for name in callbacks.__all__ if name != "restore"])
def test_no_callback_makes_keras_read_the_logs_of_every_batch(name):
    own = [kind for kind in getattr(callbacks, name).__mro__ if kind.__module__.startswith("keras_gans")]
    methods = {method for kind in own for method in vars(kind)}
    assert not methods & {"on_batch_end", "on_train_batch_end"}
    assert methods & {"on_train_begin", "on_epoch_begin", "set_model"}


# SampleGrid


def test_grids_show_the_same_latents_all_along(tmp_path):
    model = gan(*image_pair())
    before = model.sample(9, seed=3)
    fit(model, callbacks.SampleGrid(tmp_path, every=4, num=9, seed=3), data=image_dataset())
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"step_{s:07d}.png" for s in (0, 4, 8, 10)]
    np.testing.assert_array_equal(picture(tmp_path / "step_0000000.png"), pictures.image_grid(before))
    after = model.sample(9, seed=3)
    np.testing.assert_array_equal(picture(tmp_path / "step_0000010.png"), pictures.image_grid(after))


def test_grid_is_drawn_from_the_moving_average(tmp_path):
    model = gan(*image_pair())
    # The list's order does not matter: the average is there before any callback begins.
    fit(model, callbacks.SampleGrid(tmp_path, every=100, num=4), callbacks.GeneratorEMA(0.999), data=image_dataset())
    z = model.latent.sample((4, 2), (0, 0))
    averaged = np.asarray(model.ema_generator(z))
    assert np.abs(averaged - np.asarray(model.generator(z))).max() > 1e-4
    np.testing.assert_array_equal(picture(tmp_path / "step_0000010.png"), pictures.image_grid(averaged))


def test_real_images_lie_beside_the_samples(tmp_path):
    real = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1), dtype=np.uint8)
    grid = callbacks.SampleGrid(tmp_path / "samples", every=100, num=9, real=real)
    fit(gan(*image_pair()), grid, data=image_dataset())
    np.testing.assert_array_equal(picture(tmp_path / "samples" / "real.png"), pictures.image_grid(real[:9]))


def test_samples_beyond_the_range_of_images_are_clipped(tmp_path):
    model = gan(*image_pair(activation=None))
    fit(
        model,
        callbacks.SampleGrid(tmp_path, every=100, num=16),
        data=image_dataset(),
    )
    samples = model.sample(16, seed=0)
    assert np.abs(samples).max() > 1.1
    np.testing.assert_array_equal(picture(tmp_path / "step_0000010.png"), pictures.image_grid(np.clip(samples, -1, 1)))


def test_points_become_a_scatter_plot_over_the_real_ones(tmp_path):
    model, real = gan(), tiny.points(50)
    fit(model, callbacks.SampleGrid(tmp_path, every=100, num=30, seed=2, real=real))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["step_0000000.png", "step_0000010.png"]
    expected = pictures.scatter(model.sample(30, seed=2), real=real)
    np.testing.assert_array_equal(picture(tmp_path / "step_0000010.png"), expected)


def test_conditions_are_passed_on(tmp_path):
    model = gan(*tiny.conditional_pair())
    y = np.arange(30) % 3
    data = tf.data.Dataset.from_tensor_slices((tiny.points(40), tiny.labels(40))).batch(M, True)
    fit(model, callbacks.SampleGrid(tmp_path, every=100, num=30, y=y), data=data)
    expected = pictures.scatter(model.sample(30, y=y, seed=0))
    np.testing.assert_array_equal(picture(tmp_path / "step_0000010.png"), expected)


def test_samples_without_a_picture_are_refused(tmp_path):
    z, x = keras.Input((2,)), keras.Input((3,))
    model = gan(keras.Model(z, keras.layers.Dense(3)(z)), keras.Model(x, keras.layers.Dense(1)(x)))
    with pytest.raises(ValueError, match=r"samples of shape \(3,\).*points \(2,\)"):
        fit(model, callbacks.SampleGrid(tmp_path, 10), data=dataset().map(lambda x: tf.zeros((M, 3))))


# GeneratorEMA, and resuming through Keras's BackupAndRestore


def test_average_is_found_again_by_a_resumed_run(tmp_path):
    def run(epochs, *used):
        keras.utils.set_random_seed(7)
        model = gan()
        fit(model, *used, callbacks.GeneratorEMA(0.9), epochs=epochs)
        return model

    whole = run(3)
    backup = lambda: keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)  # noqa: E731
    run(2, backup())
    recorder = Recorder(1000)
    resumed = run(3, recorder, backup())  # the recorder comes first, and still sees the restored state
    assert recorder.steps == [3 * STEPS]
    for name in ("ema_generator", "generator", "discriminator"):
        np.testing.assert_array_equal(
            tiny.weights_of(getattr(whole, name)), tiny.weights_of(getattr(resumed, name)), err_msg=name
        )


def test_decay_is_handed_over_even_to_a_model_that_was_trained_without():
    model = gan()
    fit(model)
    fit(model, callbacks.GeneratorEMA(0.0))
    np.testing.assert_array_equal(tiny.weights_of(model.ema_generator), tiny.weights_of(model.generator))
    with pytest.raises(ValueError, match="decay=1"):
        fit(model, callbacks.GeneratorEMA(1.0))


# StopOnNaN


def test_a_broken_batch_stops_training_at_the_next_look():
    model = gan()
    with pytest.raises(FloatingPointError, match=r"step 6 in weight generator/dense.*, log discriminator_loss.*lower"):
        fit(model, callbacks.StopOnNaN(every=3), data=dataset(bad_batch=4))
    assert model.step == 6


def test_nothing_is_saved_over_the_last_good_state(tmp_path):
    good, backup = tmp_path / "good.keras", tmp_path / "backup"
    saving = lambda: [  # noqa: E731
        callbacks.StopOnNaN(every=1000),
        keras.callbacks.ModelCheckpoint(str(good)),
        keras.callbacks.ModelCheckpoint(str(tmp_path / "weights.weights.h5"), save_weights_only=True),
        keras.callbacks.BackupAndRestore(str(backup), delete_checkpoint=False),
        callbacks.RunFolder(tmp_path / "run"),
        callbacks.Backup(tmp_path / "backups"),
        callbacks.SaveOnInterrupt(tmp_path / "interrupt.keras"),
    ]
    model = gan()
    fit(model, *saving())
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    before = {p: p.read_bytes() for p in files}
    assert {p.name for p in files} >= {"good.keras", "weights.weights.h5", "latest.weights.h5", "model.keras"}
    with pytest.raises(FloatingPointError, match="Training diverged"):
        fit(model, *saving(), epochs=2, data=dataset(bad_batch=9))
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert load_model(good).find_non_finite() is None


def test_a_save_within_the_epoch_refuses_by_itself(tmp_path):
    path = tmp_path / "model.keras"
    model = gan()
    model.save(path)
    before = path.read_bytes()
    with pytest.raises(FloatingPointError, match="is not finite at step 5"):
        fit(model, keras.callbacks.ModelCheckpoint(str(path), save_freq=5), data=dataset(bad_batch=4))
    assert path.read_bytes() == before


def test_a_bad_weight_is_named_even_if_the_logs_are_good():
    model, stop = gan(), callbacks.StopOnNaN()
    stop.set_model(model)
    stop.on_epoch_end(0, {"generator_loss": 1.0})
    path = poison(model)
    with pytest.raises(FloatingPointError, match=f"in weight generator/{path}"):
        stop.on_epoch_end(0, {"generator_loss": 1.0})


def test_a_bad_log_is_named_even_if_the_weights_are_good():
    stop = callbacks.StopOnNaN()
    stop.set_model(gan())
    with pytest.raises(FloatingPointError, match="in log fid"):
        stop.on_epoch_end(0, {"generator_loss": 1.0, "fid": math.inf})


def test_a_sound_run_is_left_alone():
    assert len(fit(gan(), callbacks.StopOnNaN(every=1), epochs=2).history["generator_loss"]) == 2


# RunFolder


def stats_of(folder):
    def refuse(name):
        raise ValueError(f"{name} is no JSON")

    lines = (folder / "stats.jsonl").read_text().splitlines()
    return [json.loads(line, parse_constant=refuse) for line in lines]


def test_folder_tells_what_was_asked_and_what_came(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "train.py"), "--data=" + str(tmp_path / "data"), "--lr=1e-4"])
    model = gan(kind=keras_gans.WGANGP, n_critic=2, gp_weight=3.0)
    options = {"data": tmp_path / "data", "sizes": (8, np.int64(16)), "lr": np.float32(0.5), "note": None}
    history = fit(model, callbacks.RunFolder("run", options, batch_size=M), epochs=2, data=dataset(2)).history

    about = json.loads((tmp_path / "run" / "options.json").read_text())
    assert about["options"] == {"data": "data", "sizes": [8, 16], "lr": 0.5, "note": None}
    assert about["command"] == ["train.py", "--data=data", "--lr=1e-4"]
    assert about["model"]["class"] == "WGANGP"
    assert about["model"]["arguments"]["gp_weight"] == 3.0
    assert about["model"]["networks"] == [
        {"inputs": ["(None, 2)"], "output": "(None, 2)", "parameters": 2 * 8 + 8 + 8 * 2 + 2},
        {"inputs": ["(None, 2)"], "output": "(None, 1)", "parameters": 2 * 8 + 8 + 8 + 1},
    ]
    assert about["optimizers"]["generator_optimizer"]["config"]["beta_1"] == 0.0
    assert about["noise_seed"] == int(model.noise_seed)
    assert about["versions"]["tensorflow"] == tf.__version__
    assert about["hardware"]["replicas"] == 1
    assert str(tmp_path) not in json.dumps(about)

    rows = stats_of(tmp_path / "run")
    assert [(row["step"], row["images"], row["epoch"]) for row in rows] == [(10, 80, 1), (20, 160, 2)]
    assert 0 < rows[0]["seconds"] < rows[1]["seconds"]
    for name in ("discriminator_loss", "generator_loss", "wasserstein", "gradient_penalty"):
        assert [row[name] for row in rows] == pytest.approx(history[name], rel=1e-6)
    np.testing.assert_array_equal(picture(tmp_path / "run" / "loss_curves.png"), pictures.loss_curves(rows))
    assert load_model(tmp_path / "run" / "model.keras").step == 20


def test_a_run_goes_on_in_its_folder(tmp_path):
    fit(gan(), callbacks.RunFolder(tmp_path, {"lr": 1}))
    about = (tmp_path / "options.json").read_bytes()
    fit(load_model(tmp_path / "model.keras"), callbacks.RunFolder(tmp_path, {"lr": 1}))
    rows = stats_of(tmp_path)
    assert [row["step"] for row in rows] == [10, 20]
    assert rows[0]["seconds"] < rows[1]["seconds"]
    assert (tmp_path / "options.json").read_bytes() == about
    assert load_model(tmp_path / "model.keras").step == 20


def test_another_run_is_refused_and_nothing_changed(tmp_path):
    hinge = lambda **arguments: gan(kind=keras_gans.HingeGAN, n_critic=1, **arguments)  # noqa: E731
    fit(hinge(), callbacks.RunFolder(tmp_path, {"lr": 1}))
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    cases = [
        (hinge(), {"lr": 2}, "a run of other options "),
        (gan(), {"lr": 1}, "a run of other model "),
        (hinge(generator=tiny.generator(latent_dim=3)), {"lr": 1}, "a run of other model "),
        (hinge(), {"lr": 1}, "holds a trained model, which this new one would replace"),
    ]
    for model, options, message in cases:
        with pytest.raises(FileExistsError, match=message):
            fit(model, callbacks.RunFolder(tmp_path, options))
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_run_that_died_before_its_first_save_may_start_again(tmp_path):
    failing = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epoch == 1 and cut_power(epoch, logs))
    with pytest.raises(RuntimeError, match="power cut"):
        fit(gan(), callbacks.RunFolder(tmp_path), failing, epochs=2)
    assert [row["step"] for row in stats_of(tmp_path)] == [10, 20]
    fit(gan(), callbacks.RunFolder(tmp_path))
    assert [row["step"] for row in stats_of(tmp_path)] == [10]
    np.testing.assert_array_equal(
        picture(tmp_path / "loss_curves.png"), pictures.loss_curves(read_stats(tmp_path / "stats.jsonl"))
    )


def cut_power(epoch, logs):
    raise RuntimeError("power cut")


def test_rows_after_the_step_that_a_run_goes_on_from_are_cut_off(tmp_path):
    path = tmp_path / "stats.jsonl"
    assert read_stats(path) == read_stats(path, up_to=3) == []
    assert not path.exists()
    whole = "".join(json.dumps({"step": step}) + "\n" for step in (10, 20, 30))
    path.write_text(whole + '{"step": 40, "gener')  # as a crash leaves it
    assert [row["step"] for row in read_stats(path)] == [10, 20, 30]
    assert path.read_text() != whole  # reading alone changes nothing
    assert [row["step"] for row in read_stats(path, up_to=30)] == [10, 20, 30]
    assert path.read_text() == whole
    assert [row["step"] for row in read_stats(path, up_to=29)] == [10, 20]
    assert [row["step"] for row in stats_of(tmp_path)] == [10, 20]


def test_a_nan_in_the_logs_is_strict_json_and_the_broken_model_is_not_saved(tmp_path):
    with pytest.raises(FloatingPointError, match="nothing was saved"):
        fit(gan(), callbacks.RunFolder(tmp_path), data=dataset(bad_batch=5))
    assert stats_of(tmp_path)[0]["generator_loss"] is None
    assert not (tmp_path / "model.keras").exists()


def test_an_option_that_is_no_json_is_refused_before_training(tmp_path):
    model = gan()
    with pytest.raises(TypeError, match="of type Adam cannot be written"):
        fit(model, callbacks.RunFolder(tmp_path, {"optimizer": keras.optimizers.Adam()}))
    assert model.step == 0
    assert not list(tmp_path.iterdir())


def test_environment_names_the_hardware():
    hardware = describe_environment(tf.distribute.get_strategy())["hardware"]
    assert hardware["cpu"]
    assert hardware["cpu_cores"] >= 1


# Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_file_gets_few_lines_with_what_one_wants_to_know():
    file = io.StringIO()
    model = gan(kind=keras_gans.WGANGP, n_critic=2)
    history = fit(model, callbacks.Progress(batch_size=M, file=file), epochs=30, data=dataset(2)).history
    lines = file.getvalue().splitlines()
    assert len(lines) <= 4  # of 300 steps: the first, the last, and what a slow machine may add
    assert "\r" not in file.getvalue()
    assert "2400/2400" in lines[-1]
    assert "samples/s" in lines[-1]
    for letter, name in (("D", "discriminator_loss"), ("G", "generator_loss"), ("W", "wasserstein")):
        assert f"{letter} {history[name][-1]:.4g}" in lines[-1]


def test_a_terminal_keeps_one_line():
    file = Terminal()
    fit(gan(), callbacks.Progress(batch_size=M, file=file), epochs=3)
    assert file.getvalue().count("\n") == 1
    assert "120/120" in file.getvalue().split("\r")[-1]


def test_steps_are_counted_on_from_the_models_own_without_a_batch_size(monkeypatch):
    monkeypatch.setattr("keras_gans.callbacks.progress.FILE_SECONDS", 0)
    model, file = gan(), io.StringIO()
    model.step_counter.assign(100)
    fit(model, callbacks.Progress(file=file), epochs=2)
    lines = file.getvalue().splitlines()
    assert "101/120" in lines[0]
    assert "120/120" in lines[-1]
    assert " steps/s" in lines[-1]
    assert len(lines) >= 2 * STEPS


def test_the_length_of_unsized_data_is_learnt_in_the_first_epoch(monkeypatch):
    monkeypatch.setattr("keras_gans.callbacks.progress.FILE_SECONDS", 0)
    file = io.StringIO()
    data = dataset().filter(lambda x: True)  # of unknown length
    fit(gan(), callbacks.Progress(file=file), epochs=3, data=data)
    lines = file.getvalue().splitlines()
    assert "1steps" in lines[0].replace(" ", "")
    assert any("11/30" in line for line in lines)
    assert "30/30" in lines[-1]


def test_objectives_without_a_wasserstein_estimate_show_none():
    file = io.StringIO()
    fit(gan(), callbacks.Progress(file=file))
    assert "G " in file.getvalue()
    assert "W " not in file.getvalue()


# SaveOnInterrupt


def at_batch(number, action):
    return keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: batch == number and action())


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)], ids=["SIGINT", "SIGTERM"]
)
def test_a_signal_lets_the_step_finish_and_saves(tmp_path, number, error):
    path, model, ended = tmp_path / "model.keras", gan(), []
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    others = keras.callbacks.LambdaCallback(on_train_end=lambda logs: ended.append(True))
    with pytest.raises(error) as raised:
        fit(model, at_batch(3, lambda: signal.raise_signal(number)), others, callbacks.SaveOnInterrupt(path), epochs=9)
    assert model.step == 4
    loaded = load_model(path)
    assert loaded.step == 4
    np.testing.assert_array_equal(tiny.weights_of(loaded.generator), tiny.weights_of(model.generator))
    assert ended == [True]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
    if error is SystemExit:
        assert raised.value.code == 143
    else:
        assert "step 4" in str(raised.value)


def test_a_second_signal_acts_at_once(tmp_path):
    interrupt = at_batch(3, lambda: signal.raise_signal(signal.SIGINT))
    model, before = gan(), signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fit(model, interrupt, interrupt, callbacks.SaveOnInterrupt(tmp_path / "model.keras"))
    assert model.step == 3
    assert not list(tmp_path.iterdir())
    assert signal.getsignal(signal.SIGINT) is before


def test_without_a_signal_nothing_is_saved_or_left(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    fit(gan(), callbacks.SaveOnInterrupt(tmp_path / "model.keras"))
    assert not list(tmp_path.iterdir())
    assert signal.getsignal(signal.SIGINT) is before


def test_after_an_error_in_training_a_signal_is_not_swallowed(tmp_path):
    model, before = gan(), signal.getsignal(signal.SIGINT)
    with pytest.raises(FloatingPointError):
        fit(
            model,
            callbacks.StopOnNaN(every=1),
            callbacks.SaveOnInterrupt(tmp_path / "model.keras"),
            data=dataset(bad_batch=2),
        )
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_handlers_that_an_error_left_do_not_meddle_with_the_next_training(tmp_path):
    model, failing = gan(), keras.callbacks.LambdaCallback(on_epoch_end=cut_power)
    with pytest.raises(RuntimeError, match="power cut"):
        fit(model, failing, callbacks.SaveOnInterrupt(tmp_path / "model.keras"))
    with pytest.raises(KeyboardInterrupt):
        fit(model, at_batch(3, lambda: signal.raise_signal(signal.SIGINT)))
    assert model.step == STEPS + 3
    assert not list(tmp_path.iterdir())


def test_a_broken_state_is_not_saved_and_the_handlers_are_given_back(tmp_path):
    path, model, before = tmp_path / "model.keras", gan(), signal.getsignal(signal.SIGINT)
    with pytest.raises(FloatingPointError, match="nothing was saved"):
        fit(
            model,
            at_batch(3, lambda: signal.raise_signal(signal.SIGINT)),
            callbacks.SaveOnInterrupt(path),
            data=dataset(bad_batch=2),
        )
    assert not path.exists()
    assert signal.getsignal(signal.SIGINT) is before


def test_an_ignored_signal_stays_ignored(tmp_path):
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        model = gan()
        fit(
            model,
            at_batch(3, lambda: signal.raise_signal(signal.SIGTERM)),
            callbacks.SaveOnInterrupt(tmp_path / "model.keras"),
        )
        assert model.step == STEPS
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def test_training_in_another_thread_leaves_signals_alone(tmp_path):
    before, seen, model = signal.getsignal(signal.SIGINT), [], gan()
    look = at_batch(3, lambda: seen.append(signal.getsignal(signal.SIGINT)))
    thread = threading.Thread(target=fit, args=(model, callbacks.SaveOnInterrupt(tmp_path / "model.keras"), look))
    thread.start()
    thread.join()
    assert model.step == STEPS
    assert seen == [before]


PROGRAM = """
import sys
import keras_gans
from test_callbacks import at_batch, dataset, gan
used = [at_batch(3, lambda: print("ready", flush=True)), keras_gans.callbacks.SaveOnInterrupt(sys.argv[1])]
gan().fit(dataset().repeat(), steps_per_epoch=10**9, verbose=0, callbacks=used)
"""


def test_ctrl_c_in_a_program_ends_it_as_ctrl_c_and_leaves_the_model(tmp_path):
    path = tmp_path / "model.keras"
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path)],
        cwd=pathlib.Path(__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline().strip() == "ready"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == -signal.SIGINT
    assert errors.strip().splitlines()[-1].startswith("KeyboardInterrupt: Training was stopped at generator step")
    loaded = load_model(path)
    assert loaded.step >= 4
    fit(loaded)  # and goes on


# All of them under a strategy, whose variables are no plain numbers


def test_all_work_under_a_strategy(tmp_path):
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = gan()
    file = io.StringIO()
    fit(
        model,
        callbacks.StopOnNaN(every=3),
        callbacks.GeneratorEMA(0.9),
        callbacks.SampleGrid(tmp_path / "samples", every=6),
        callbacks.TensorBoardImages(tmp_path / "logs", every=6),
        callbacks.RunFolder(tmp_path, batch_size=M),
        callbacks.Progress(batch_size=M, file=file),
        callbacks.SaveOnInterrupt(tmp_path / "model.keras"),
    )
    assert [(row["step"], row["images"]) for row in stats_of(tmp_path)] == [(10, 40)]
    assert len(list((tmp_path / "samples").iterdir())) == 3
    assert "40/40" in file.getvalue()
    assert load_model(tmp_path / "model.keras").find_non_finite() is None


# TensorBoard, and the other callbacks of Keras


def events(folder):
    """All values of the events files of a folder, as (tag, step, tensor)."""
    values = []
    for path in sorted(folder.glob("events*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            values += [(v.tag, event.step, tf.make_ndarray(v.tensor)) for v in event.summary.value]
    return values


def test_images_lie_beside_the_scalars_of_tensorboard(tmp_path):
    model = gan(*image_pair())
    fit(
        model,
        keras.callbacks.TensorBoard(str(tmp_path)),
        callbacks.TensorBoardImages(tmp_path, every=6, num=4, seed=5),
        data=image_dataset(),
    )
    images = events(tmp_path / "samples")
    assert [(tag, step) for tag, step, _ in images] == [("samples", 0), ("samples", 6), ("samples", 10)]
    np.testing.assert_array_equal(tf.io.decode_png(images[-1][2][2]), pictures.image_grid(model.sample(4, seed=5)))
    assert {"epoch_discriminator_loss", "epoch_generator_loss"} <= {tag for tag, _, _ in events(tmp_path / "train")}


def test_callbacks_of_keras_work(tmp_path):
    model = gan()
    history = fit(
        model,
        keras.callbacks.CSVLogger(str(tmp_path / "log.csv")),
        keras.callbacks.ModelCheckpoint(
            str(tmp_path / "best.keras"), "generator_loss", mode="min", save_best_only=True
        ),
        keras.callbacks.BackupAndRestore(str(tmp_path / "backup"), delete_checkpoint=False),
        epochs=2,
    ).history
    with open(tmp_path / "log.csv") as file:
        lines = list(csv.DictReader(file))
    for name in ("discriminator_loss", "generator_loss"):
        assert [float(line[name]) for line in lines] == pytest.approx(history[name])
    best = STEPS * (1 + int(np.argmin(history["generator_loss"])))
    assert load_model(tmp_path / "best.keras").step == best
    restored = gan()
    fit(restored, keras.callbacks.BackupAndRestore(str(tmp_path / "backup")), epochs=2)  # nothing is left to do
    assert restored.step == 2 * STEPS
    np.testing.assert_array_equal(tiny.weights_of(restored.generator), tiny.weights_of(model.generator))
