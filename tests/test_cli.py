"""The command `keras-gans`: what it prints and writes, how a killed run goes on, how bad input is refused."""

import dataclasses
import fcntl
import functools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf
import tiny
from command import files_in, json_lines, keras_gans, refused, strict_json
from PIL import Image

import keras_gans as kg
from keras_gans.callbacks.backup import backups, step_of
from keras_gans.callbacks.run_folder import FORMAT
from keras_gans.data.named import IMAGE_SETS
from keras_gans.flops import flops_of_step
from keras_gans_cli import dry_run, evaluation, plan, recipes, run
from keras_gans_cli.free_cores import cores

NUM_SAMPLES = 200
POINTS = ("gan_goodfellow2014", "--data", "ring", "--batch-size", "16", "--set", "width=8")
IMAGES = ("dcgan_radford2015", "--data", "digits", "--batch-size", "8", "--set", "width=4")


@pytest.fixture(scope="module", autouse=True)
def _few_samples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "NUM_SAMPLES", NUM_SAMPLES)
        yield


@pytest.fixture(scope="module")
def ring_run(tmp_path_factory):
    """A finished run of points; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("ring") / "run"
    keras_gans("train", *POINTS, "--steps", 6, "--seed", 3, "--run-dir", folder)
    return folder


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits") / "run"
    keras_gans("train", *IMAGES, "--steps", 2, "--run-dir", folder)
    return folder


@pytest.fixture
def copied(ring_run, tmp_path):
    return pathlib.Path(shutil.copytree(ring_run, tmp_path / "run"))


# Before TensorFlow is loaded


def test_recipes_are_listed():
    text = keras_gans("recipes").stdout
    for recipe in recipes.all_recipes():
        assert recipe.name in text
        assert recipe.paper.split()[-1] in text  # its arXiv id
    rows = {line.split()[0]: line for line in text.splitlines() if line.split()}
    assert "images: mnist" in rows["dcgan_radford2015"]
    assert "images or" in rows["unrolled_metz2016"]  # and points, in the next line
    assert "points: ring" in rows["density_ratio_mixture"]
    assert "digits" in rows["wgan_gp_digits"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--help"], 0, "evaluate"),
        (["recipes"], 0, "wgan_gp_gulrajani2017"),
        (["train", "--help"], 0, "--dry-run"),
        (["train", "wgan_gp"], 2, "Error: There is no recipe 'wgan_gp'. Did you mean 'wgan_gp_digits'?"),
        (["sample", "nowhere"], 2, "Error: nowhere does not exist."),
    ],
)
def test_what_needs_no_tensorflow_does_not_load_it(arguments, code, told):
    program = (
        "import atexit, sys\n"
        "heavy = {'tensorflow', 'keras', 'keras_gans', 'numpy'}\n"
        "atexit.register(lambda: print('loaded:', sorted(heavy & set(sys.modules))))\n"
        "from keras_gans_cli.app import main\nmain()"
    )
    out = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True)
    assert out.returncode == code
    assert told in out.stdout + out.stderr
    assert "loaded: []" in out.stdout
    assert "Traceback" not in out.stderr
    assert len(out.stderr.splitlines()) == (code != 0)


def test_the_command_is_a_module_too():
    out = subprocess.run([sys.executable, "-m", "keras_gans_cli", "train", "x"], capture_output=True, text=True)
    assert out.returncode == 2
    assert out.stderr.startswith("Error: There is no recipe 'x'.")


def test_two_operations_run_at_a_time_where_asked_on_two_cores():
    program = (
        "from keras_gans_cli import quiet\nquiet.load(one_operation_a_core=True)\n"
        "import tensorflow as tf\nfind = tf.config.threading\n"
        "print(find.get_intra_op_parallelism_threads(), find.get_inter_op_parallelism_threads())"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert out.stdout == ("1 2\n" if len(cores()) == 2 else "0 0\n")


@pytest.mark.parametrize(
    ("recipe", "expected"), [("cyclegan_zhu2017", True), ("pix2pix_isola2017", False), ("wgan_gp_digits", False)]
)
def test_of_translators_two_are_trained_side_by_side_where_sides_are_unpaired(recipe, expected):
    assert recipes.named(recipe).two_translators == expected


# A dry run


def test_a_dry_run_says_all_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dry_run, "MEASURED_SECONDS", 0.01)
    text = keras_gans("train", *IMAGES, "--seed", 5, "--set", "latent_dim=7", "--run-dir", "run", "--dry-run").stdout
    assert not list(tmp_path.iterdir())
    assert "Nothing was written." in text

    options, _ = json.JSONDecoder().raw_decode(text)
    expected = plan.make_plan(
        "dcgan_radford2015", data="digits", batch_size=8, seed=5, changes={"width": 4, "latent_dim": 7}
    )
    assert options == dataclasses.asdict(expected)
    model = expected.build()
    for network in (model.generator, model.discriminator):
        assert f'"{network.name}"' in text or network.name.rstrip("_0123456789") in text
        assert f"{network.count_params():,}" in text
    assert "Conv2DTranspose" in text  # the summaries
    flop, milliseconds, rate = re.search(r"A step: (\S+) GFLOP, (\S+) ms here \((\S+) GFLOP/s\)", text).groups()
    assert float(rate) == pytest.approx(float(flop) / float(milliseconds) * 1000, rel=0.02)
    assert float(flop) == pytest.approx(flops_of_step(model, 8) / 1e9, rel=0.01)
    hours, minutes, seconds = map(
        int, re.search(rf"time of {expected.settings['steps']:,} steps: (\d+):(\d+):(\d+) on", text).groups()
    )
    assert 3600 * hours + 60 * minutes + seconds == pytest.approx(
        expected.settings["steps"] * float(milliseconds) / 1000, rel=0.02, abs=1
    )


# A run that is killed, stopped, or finished


PROGRAM = f"""
from keras_gans.callbacks import Backup
from keras_gans_cli import evaluation
evaluation.NUM_SAMPLES = {NUM_SAMPLES}
Backup.__init__.__defaults__ = (1.0,)  # as often as can be: this run takes seconds
from keras_gans_cli.app import main
main()
"""


def begin(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "train", POINTS[0], "--run-dir", str(folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process, happened):
    deadline = time.monotonic() + 300
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_run_ends_as_if_it_had_not_been(tmp_path):
    folder, steps = tmp_path / "run", 1500
    asked = [*POINTS[1:], "--steps", str(steps), "--seed", "4"]
    newest = lambda: max(map(step_of, backups(folder / "backups")), default=0)  # noqa: E731
    process = begin(folder, *asked)
    wait_for(process, lambda: newest() > 0)
    process.kill()  # SIGKILL
    assert process.wait() == -signal.SIGKILL
    process.communicate()
    killed_at = newest()
    assert 0 < killed_at < steps
    assert not (folder / "model.keras").exists()
    options = (folder / "options.json").read_bytes()

    # Stopped by Ctrl-C, its last state is saved, to be looked at, and it says so in one line.
    process = begin(folder, "--resume")
    wait_for(process, lambda: newest() > killed_at)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert f"Going on from step {killed_at} of {steps}" in out
    assert "Traceback" not in err
    stopped_at = kg.load_model(folder / "model.keras").step
    assert killed_at < newest() <= stopped_at < steps
    assert f"stopped at generator step {stopped_at}; the model is in {folder / 'model.keras'}." in err.splitlines()[-1]

    # Two processes do not train in one folder.
    held = os.open(folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    assert f"Another process trains in {folder}" in refused("train", POINTS[0], "--run-dir", folder, "--resume", code=1)
    os.close(held)

    # Other options are refused, each named, before anything is touched.
    before = files_in(tmp_path)
    for changes, told in [
        (["--steps", "400"], "steps: 1500, now 400"),
        (["--set", "width=16"], "width: 8, now 16"),
        (["--seed", "5"], "seed: 4, now 5"),
        (["--data", "grid"], "data: ring, now grid"),
        (["--precision", "mixed_bfloat16"], "precision: float32, now mixed_bfloat16"),
        (["--jit", "off"], "jit: auto, now off"),
        (["--smoke"], "steps: 1500, now 2"),
    ]:
        line = refused("train", POINTS[0], "--run-dir", folder, "--resume", *changes)
        assert "was begun otherwise" in line
        assert told in line
    line = refused("train", "lsgan_mao2016", "--run-dir", folder, "--resume")
    assert "recipe: gan_goodfellow2014, now lsgan_mao2016" in line
    assert files_in(tmp_path) == before

    # The same options, or none, are not. A backup that a full disk or a bad cable cut short is passed over.
    good, torn = sorted(map(step_of, backups(folder / "backups")))
    backups(folder / "backups")[0].write_bytes(backups(folder / "backups")[0].read_bytes()[:-100])
    result = keras_gans("train", *POINTS, "--steps", steps, "--run-dir", folder, "--resume")
    assert f"Going on from step {good} of {steps}" in result.stdout
    assert f"{torn:09d}-" in result.stdout
    assert "is damaged" in result.stdout
    assert (folder / "options.json").read_bytes() == options

    # All of it is what one undisturbed process leaves.
    keras_gans("train", POINTS[0], *asked, "--run-dir", tmp_path / "undisturbed")
    ours, theirs = (kg.load_model(path / "model.keras") for path in (folder, tmp_path / "undisturbed"))
    assert ours.step == steps
    for name in ("variables", "non_trainable_variables"):
        for a, b in zip(getattr(ours, name), getattr(theirs, name), strict=True):
            np.testing.assert_array_equal(a, b)
    for optimizer in ("generator_optimizer", "discriminator_optimizer"):
        for a, b in zip(getattr(ours, optimizer).variables, getattr(theirs, optimizer).variables, strict=True):
            np.testing.assert_array_equal(a, b)
    rows, undisturbed = (json_lines(path / "stats.jsonl") for path in (folder, tmp_path / "undisturbed"))
    seconds = [row.pop("seconds") for row in rows]
    assert seconds == sorted(seconds)
    assert rows == [{name: value for name, value in row.items() if name != "seconds"} for row in undisturbed]
    assert [row["step"] for row in rows] == list(range(15, steps + 1, 15))
    assert [row["step"] for row in json_lines(folder / "evaluations.jsonl")] == [0, 300, 600, 900, 1200, 1500]
    for name in ("evaluations.jsonl", "metrics.json"):
        assert (folder / name).read_text() == (tmp_path / "undisturbed" / name).read_text()
    assert {"generator.onnx", "saved_model", "density.png", "best.keras"} <= set(os.listdir(folder))


def test_a_finished_run_is_only_finished_anew(copied):
    kept = ("model.keras", "best.keras", "stats.jsonl", "evaluations.jsonl", "options.json", "metrics.json")
    before = {name: (copied / name).read_bytes() for name in kept}
    for name in ("metrics.json", "generator.onnx", "density.png"):
        (copied / name).unlink()
    text = keras_gans("train", POINTS[0], "--run-dir", copied, "--resume").stdout
    assert "Going on from step 6 of 6" in text
    assert {name: (copied / name).read_bytes() for name in kept} == before
    assert (copied / "generator.onnx").exists()
    assert (copied / "density.png").exists()


@pytest.mark.parametrize(("devices", "told"), [(["CPU:0"], "the CPU"), (["CPU:0", "CPU:1"], "the CPU, 2 replicas")])
def test_a_run_on_all_devices_is_that_on_one(devices, told, ring_run, tmp_path, monkeypatch):
    # By itself it would take the tests' four CPUs, where a machine without GPUs has one; and collectives of two sizes
    # cannot be had in one process, where other tests have those of two.
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", functools.partial(tf.distribute.MirroredStrategy, devices))
    folder = tmp_path / "run"
    text = keras_gans("train", *POINTS, "--steps", 6, "--seed", 3, "--strategy", "mirrored", "--run-dir", folder).stdout
    assert f"step 0 to 6 on {told}, into {folder}" in text
    assert json.loads((folder / "options.json").read_text())["hardware"]["replicas"] == len(devices)
    assert set(os.listdir(folder)) == set(os.listdir(ring_run))
    tolerance = {"rtol": 0, "atol": 0} if len(devices) == 1 else {"rtol": 1e-4, "atol": 1e-6}
    ours, theirs = (kg.load_model(path / "model.keras") for path in (folder, ring_run))
    parts = lambda model: (model, model.generator_optimizer, model.discriminator_optimizer)  # noqa: E731
    for a, b in zip(parts(ours), parts(theirs), strict=True):
        for x, y in zip(a.variables, b.variables, strict=True):
            np.testing.assert_allclose(x, y, err_msg=x.path, **tolerance)


def test_runs_without_a_folder_are_numbered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run.free_folder("x") == pathlib.Path("runs/x-1")
    pathlib.Path("runs/x-1").mkdir(parents=True)
    pathlib.Path("runs/x-3").mkdir()
    assert run.free_folder("x") == pathlib.Path("runs/x-2")


def test_settings_of_either_kind_are_taken():
    made = plan.make_plan("gan_goodfellow2014", "ring", changes={"steps": "50", "learning_rate": "1", "width": 16})
    assert made.settings["steps"] == 50
    assert made.settings["width"] == 16
    assert made.settings["learning_rate"] == 1.0
    assert isinstance(made.settings["learning_rate"], float)
    assert made.settings["batch_size"] == 256
    assert plan.make_plan("gan_goodfellow2014", steps=7, changes={"steps": 50}).settings["steps"] == 7
    with pytest.raises(ValueError, match="There is no recipe 'dry_run'"):
        plan.make_plan("dry_run")


# Sampling, measuring, exporting


@pytest.mark.parametrize("file", ["", "model.keras"])
def test_samples_are_those_of_the_model(ring_run, tmp_path, file):
    out = tmp_path / "new" / "samples.npy"
    text = keras_gans("sample", ring_run / file, "--num", 9, "--seed", 2, "--out", out).stdout
    assert f"9 samples in {out}" in text
    model = kg.load_model(ring_run / "model.keras")
    np.testing.assert_array_equal(np.load(out), model.sample(9, seed=2))
    assert np.abs(np.load(out) - model.sample(9, seed=2, ema=False)).max() > 0


def test_while_a_run_is_under_way_its_last_backup_is_sampled(copied, tmp_path):
    model, out = kg.load_model(copied / "model.keras"), tmp_path / "samples.npy"
    (copied / "model.keras").unlink()
    keras_gans("sample", copied, "--num", 9, "--seed", 2, "--out", out)
    np.testing.assert_array_equal(np.load(out), model.sample(9, seed=2))


def test_samples_of_an_onnx_file(digits_run, tmp_path):
    for seed, name in ((1, "a"), (1, "b"), (2, "c")):
        keras_gans(
            "sample", digits_run / "generator.onnx", "--num", 5, "--seed", seed, "--out", tmp_path / f"{name}.npy"
        )  # fmt: skip
    a, b, c = (np.load(tmp_path / f"{name}.npy") for name in "abc")
    assert a.shape == (5, 16, 16, 1)
    assert np.abs(a).max() <= 1
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0


@pytest.mark.parametrize("which", ["ring", "digits"])
def test_samples_become_a_picture_beside_the_model(which, ring_run, digits_run, tmp_path):
    folder = shutil.copytree({"ring": ring_run, "digits": digits_run}[which], tmp_path / "run[a]/b")
    for source in (folder, folder / "generator.onnx"):
        (folder / "sampled.png").unlink(missing_ok=True)
        text = keras_gans("sample", source, "--num", 4).stdout
        assert text.strip() == f"4 samples in {folder / 'sampled.png'}"  # a path is not taken for markup
        with Image.open(folder / "sampled.png") as picture:
            assert np.ptp(np.asarray(picture)) > 0
            assert min(picture.size) > 32


def test_a_run_is_measured_again_with_the_same_numbers(copied):
    before = (copied / "metrics.json").read_bytes()
    (copied / "metrics.json").unlink()
    text = keras_gans("evaluate", copied).stdout
    assert (copied / "metrics.json").read_bytes() == before
    assert f"Written to {copied / 'metrics.json'}" in text
    for word in ("modes", "high_quality", "earth_movers_distance", "sliced_wasserstein"):
        assert word in text


def test_the_best_model_is_measured_apart(copied, ring_run):
    shutil.copyfile(ring_run / "model.keras", copied / "best.keras")
    last = (copied / "metrics.json").read_bytes()
    keras_gans("evaluate", copied, "--best")
    assert (copied / "metrics_best.json").read_bytes() == last
    best = kg.load_model(copied / "best.keras")
    best.ema_generator.set_weights([0 * w for w in best.ema_generator.get_weights()])
    best.save(copied / "best.keras")
    keras_gans("evaluate", copied, "--best")
    found = json.loads((copied / "metrics_best.json").read_text())
    assert found["modes"]["modes"] == 0  # every sample at 0, far from all modes
    assert found["modes"]["reverse_kl"] is None  # infinite, which JSON does not know
    assert strict_json((copied / "metrics_best.json").read_text())
    assert (copied / "metrics.json").read_bytes() == last


@pytest.mark.parametrize("file", ["model.keras", "generator.onnx"])
def test_a_file_is_measured_against_named_data(ring_run, file):
    before = files_in(ring_run)
    text = keras_gans("evaluate", ring_run / file, "--data", "ring").stdout
    rows = {tuple(line.split()[:2]): line.split()[2] for line in text.splitlines() if len(line.split()) == 3}
    assert rows["samples", "num"] == str(NUM_SAMPLES)
    measured = json.loads((ring_run / "metrics.json").read_text())
    if file == "model.keras":
        assert float(rows["modes", "dispersion"]) == pytest.approx(measured["modes"]["dispersion"], rel=1e-5)
    else:  # other latents of the same law
        assert float(rows["modes", "dispersion"]) == pytest.approx(measured["modes"]["dispersion"], rel=0.5)
    assert "Written" not in text
    assert files_in(ring_run) == before


def test_images_are_measured_against_a_folder_at_their_own_size(digits_run, tmp_path):
    z, x = keras.Input((2,)), keras.Input((12, 16, 3))
    g = keras.layers.Reshape((12, 16, 3))(keras.layers.Dense(12 * 16 * 3, activation="tanh")(z))
    model = kg.NonSaturatingGAN(
        keras.Model(z, g), keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    )  # fmt: skip
    model.compile()
    model.save(tmp_path / "model.keras")
    folder = images_in(tmp_path / "images", 8)
    text = keras_gans("evaluate", tmp_path / "model.keras", "--data", folder).stdout
    assert "sliced_wasserstein" in text
    line = refused("evaluate", digits_run / "model.keras", "--data", folder)
    assert "makes samples of shape (16, 16, 1)" in line
    assert "holds (16, 16, 3)" in line


@pytest.mark.parametrize("file", ["", "model.keras"])
def test_an_export_is_made_anew(copied, file):
    shutil.rmtree(copied / "saved_model")
    (copied / "generator.onnx").unlink()
    (copied / "parity.json").unlink()
    assert "equals Keras to" in keras_gans("export", copied / file).stdout
    folder = copied / file.removesuffix(".keras")  # of a file, beside it: the run's own exports are of its last model
    assert (folder / "saved_model" / "saved_model.pb").exists()
    assert (folder / "generator.onnx").exists()
    assert strict_json((folder / "parity.json").read_text())["max_abs_difference"] < 1e-5
    assert (copied / "generator.onnx").exists() == (folder == copied)


# Bad input: one sentence, an exit code, nothing written


def images_in(folder, num):
    folder.mkdir()
    for i in range(num):
        pixels = np.random.default_rng(i).integers(0, 256, (20, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{i}.png")
    return folder


TRAIN = ["train", "gan_goodfellow2014"]
BAD_INPUT = {
    "no command of this name": (["trian"], "No such command 'trian'"),
    "no recipe": (["train"], "Missing argument 'RECIPE'"),
    "an unknown recipe": (["train", "wgan_gp_gulrajani"], "Did you mean 'wgan_gp_gulrajani2017'?"),
    "a recipe like none": (["train", "xyz"], "There is no recipe 'xyz'. Expected one of acgan_odena2017, "),
    "an unknown option": ([*TRAIN, "--sede", "3"], "No such option: --sede"),
    "unknown data": ([*TRAIN, "--data", "mnsit"], "no built-in set. Did you mean 'mnist'?"),
    "unknown mixture": ([*TRAIN, "--data", "rign"], "Did you mean 'ring'?"),
    "an unknown setting": ([*TRAIN, "--set", "widht=8"], "has no setting 'widht'. Did you mean 'width'?"),
    "a setting without value": ([*TRAIN, "--set", "width"], "--set width was passed. Expected KEY=VALUE"),
    "a word for a number": ([*TRAIN, "--set", "width=wide"], "width='wide' was passed. Expected a value like 256"),
    "a fraction for an integer": ([*TRAIN, "--set", "width=1.5"], "width=1.5 was passed. Expected a value like 256"),
    "a truth for an integer": ([*TRAIN, "--set", "width=True"], "width=True was passed. Expected a value like 256"),
    "a list for a number": ([*TRAIN, "--set", "learning_rate=[1]"], "learning_rate=[1] was passed. Expected a value"),
    "a width of 0": (
        [*TRAIN, "--data", "ring", "--set", "width=0"],
        "hidden=0 is no size. Expected an integer",
    ),
    "an average of 2": ([*TRAIN, "--data", "ring", "--set", "ema_decay=2"], "decay=2.0 was passed"),
    "a precision": (
        [*TRAIN, "--precision", "float64"],
        "precision='float64' was passed. Expected one of float32, ",
    ),
    "jit": ([*TRAIN, "--jit", "maybe"], "jit='maybe' was passed. Expected one of auto, on, off"),
    "a seed below 0": ([*TRAIN, "--seed", "-1"], "Invalid value for '--seed'"),
    "steps that are no number": ([*TRAIN, "--steps", "abc"], "Invalid value for '--steps'"),
    "no steps": ([*TRAIN, "--steps", "0"], "steps=0 was passed. Expected an integer of at least 1"),
    "no steps by --set": ([*TRAIN, "--set", "steps=0"], "steps=0 was passed. Expected an integer of at least 1"),
    "an empty batch": ([*TRAIN, "--batch-size", "0"], "batch_size=0 was passed. Expected an integer of at least 1"),
    "tiny images": ([*TRAIN, "--image-size", "10"], "image_size=10 was passed. Expected an integer of at least 11"),
    "a size of points": ([*TRAIN, "--data", "ring", "--image-size", "16"], "size=16 was passed for 'ring'"),
    "points for a recipe of images": (
        ["train", "wgan_gp_digits", "--data", "ring"],
        "'ring' holds points. Expected",
    ),
    "an unknown strategy": ([*TRAIN, "--strategy", "many"], "Expected one of none, mirrored, multiworker"),
    "workers without a folder": ([*TRAIN, "--strategy", "multiworker"], "was passed without --run-dir"),
    "workers without names": ([*TRAIN, "--strategy", "multiworker", "--run-dir", "new"], "TF_CONFIG is not set"),
    "going on nowhere": ([*TRAIN, "--resume"], "--resume was passed without --run-dir"),
    "going on with nothing": ([*TRAIN, "--resume", "--run-dir", "new"], "--resume: new holds no run"),
    "going on with what is no run": ([*TRAIN, "--resume", "--run-dir", "empty"], "--resume: empty holds no run"),
    "a folder that exists": ([*TRAIN, "--run-dir", "empty"], "--run-dir empty exists. Expected a new folder"),
    "a file in place of a folder": ([*TRAIN, "--run-dir", "text.txt"], "--run-dir text.txt exists"),
    "an empty folder of images": ([*TRAIN, "--data", "empty"], "The folder empty holds no image"),
    "a folder of broken images": ([*TRAIN, "--data", "broken"], "None of the 2 image files of broken can be read"),
    "a file in place of images": ([*TRAIN, "--data", "text.txt"], "'text.txt' is no folder"),
    "few images": ([*TRAIN, "--data", "few", "--batch-size", "1"], "few holds 3 images. Expected at least 6"),
    "fewer images than a batch": ([*TRAIN, "--data", "images", "--image-size", "16"], "Pass a smaller --batch-size"),
    "a dry run of bad data": ([*TRAIN, "--data", "empty", "--dry-run"], "The folder empty holds no image"),
    "nothing to sample": (["sample", "nowhere"], "nowhere does not exist. Expected the folder of a run"),
    "no run to sample": (["sample", "empty"], "empty holds no options.json. Expected the folder of a run"),
    "a text to sample": (["sample", "text.txt"], "text.txt was passed. Expected the folder of a run, or a file that"),
    "no samples": (["sample", "empty", "--num", "0"], "Invalid value for '--num'"),
    "samples as a text": (["sample", "empty", "--out", "a.txt"], "Expected a path that ends in .png, .npy, .csv"),
    "nothing to measure": (["evaluate", "nowhere.keras"], "nowhere.keras does not exist"),
    "no run to measure": (["evaluate", "empty"], "empty holds no options.json"),
    "the best of a file": (["evaluate", "text.txt", "--best"], "--best was passed with text.txt. Expected the folder"),
    "nothing to export": (["export", "nowhere"], "nowhere does not exist"),
    "no run to export": (["export", "empty"], "empty holds no options.json"),
    "a text to export": (["export", "text.txt"], "text.txt was passed"),
    "no model": (["sample", "noise.keras"], "noise.keras cannot be loaded: it is no .keras archive."),
    "an empty file": (["evaluate", "void.keras", "--data", "ring"], "void.keras cannot be loaded"),
    "another model of Keras": (["sample", "dense.keras"], "dense.keras holds a Functional. Expected a GAN"),
    "no onnx": (["sample", "noise.onnx"], "noise.onnx cannot be read"),
    "an empty onnx": (["evaluate", "void.onnx", "--data", "ring"], "void.onnx cannot be read"),
    "an onnx to export": (["export", "noise.onnx"], "noise.onnx was passed"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_refused_in_one_sentence(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, told = BAD_INPUT[case]
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("words")
    images_in(tmp_path / "few", 3)
    images_in(tmp_path / "images", 8)
    images_in(tmp_path / "broken", 2)
    for path in (tmp_path / "broken").iterdir():
        path.write_bytes(path.read_bytes()[:60])
    for kind in ("keras", "onnx"):
        (tmp_path / f"noise.{kind}").write_bytes(np.random.default_rng(0).bytes(5000))
        (tmp_path / f"void.{kind}").touch()
    if "dense.keras" in arguments:
        tiny.generator().save(tmp_path / "dense.keras")
    before = files_in(tmp_path)
    assert told in refused(*arguments)
    assert files_in(tmp_path) == before


def broken_zip(path):
    """Spoil a weight in the middle of a file of Keras; the archive's list of contents stays whole."""
    with zipfile.ZipFile(path) as archive:
        offset = archive.getinfo("model.weights.h5").header_offset
    content = bytearray(path.read_bytes())
    content[offset + 5000] ^= 255
    path.write_bytes(content)


def halved(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def with_options(folder, **changes):
    path = folder / "options.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def without_latent(path):
    model = onnx.load(path)
    del model.metadata_props[:]
    onnx.save(model, path)


GO_ON = ["train", POINTS[0], "--resume", "--run-dir"]
SPOILT_MODEL = {
    "half a model": (lambda run: halved(run / "model.keras"), "model.keras cannot be loaded"),
    "a spoilt model": (lambda run: broken_zip(run / "model.keras"), "model.keras cannot be loaded: Bad CRC-32"),
}
SPOILT = {
    "a run of a later version": (
        lambda run: with_options(run, format=FORMAT + 1, versions={"keras-gans": "9.1"}),
        f"holds a run of keras_gans 9.1 in format {FORMAT + 1}. Expected format {FORMAT}, which keras_gans",
    ),
    "a run of an earlier version": (lambda run: with_options(run, format=None), "in format None. Expected format"),
    "damaged options": (lambda run: halved(run / "options.json"), "options.json is damaged"),
    "options that are a list": (lambda run: (run / "options.json").write_text("[]"), "options.json is damaged"),
}


@pytest.mark.parametrize(
    ("case", "command"),
    [(case, command) for case in (SPOILT | SPOILT_MODEL) for command in (["sample"], ["evaluate"], ["export"])]
    + [(case, GO_ON) for case in SPOILT],
)
def test_a_spoilt_run_is_refused_and_kept(case, command, copied, tmp_path):
    spoil, told = (SPOILT | SPOILT_MODEL)[case]
    spoil(copied)
    before = files_in(tmp_path)
    assert told in refused(*command, copied)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "spoil", "told"),
    [
        (
            ["sample"],
            lambda run: ((run / "model.keras").unlink(), shutil.rmtree(run / "backups")),
            "model.keras does not exist. Expected a trained model",
        ),
        (GO_ON, lambda run: [halved(path) for path in backups(run / "backups")], "backups are damaged"),
        (["evaluate", "--best"], lambda run: (run / "best.keras").unlink(), "best.keras does not exist"),
        (["evaluate"], lambda run: with_options(run, options={"lr": 1}), "holds a run that no recipe made"),
        (GO_ON, lambda run: with_options(run, options={"lr": 1}), "holds a run that no recipe made"),
        (["evaluate", "--data", "digits"], lambda run: None, "makes samples of shape (2,), digits holds (16, 16, 1)"),
        (["evaluate", "--data", "rign"], lambda run: None, "Did you mean 'ring'?"),
        (["train", POINTS[0], "--run-dir"], lambda run: None, "exists. Expected a new folder"),
    ],
)
def test_a_run_that_does_not_fit_is_refused_and_kept(arguments, spoil, told, copied, tmp_path):
    spoil(copied)
    before = files_in(tmp_path)
    assert told in refused(*arguments, copied)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    ("file", "spoil", "arguments", "told"),
    [
        ("model.keras", None, ["evaluate"], "does not say what data it was trained on. Pass --data"),
        ("generator.onnx", None, ["evaluate"], "does not say what data it was trained on. Pass --data"),
        ("generator.onnx", halved, ["sample"], "generator.onnx cannot be read"),
        ("generator.onnx", without_latent, ["sample"], "generator.onnx does not name its latent"),
        ("model.keras", broken_zip, ["export"], "model.keras cannot be loaded: Bad CRC-32"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_and_kept(file, spoil, arguments, told, copied, tmp_path):
    if spoil:
        spoil(copied / file)
    before = files_in(tmp_path)
    assert told in refused(*arguments, copied / file)
    assert files_in(tmp_path) == before


def test_too_few_samples_for_the_judge_are_told_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "NUM_SAMPLES", 128)  # one for each feature of the judge
    images = np.random.default_rng(0).integers(0, 256, (300, 28, 28, 1), dtype=np.uint8)
    monkeypatch.setitem(IMAGE_SETS, "mnist", lambda: kg.data.ImageSet(images))
    model = kg.NonSaturatingGAN(
        kg.networks.mlp_generator(2, (28, 28, 1), (4,), "relu", "tanh"),
        kg.networks.mlp_discriminator((28, 28, 1), (4,)),
    )
    model.compile()
    model.save(tmp_path / "model.keras")
    before = files_in(tmp_path)
    line = refused("evaluate", tmp_path / "model.keras", "--data", "mnist")
    assert "128 generated samples were passed. Expected at least 129. The covariance of 128 features needs more" in line
    assert files_in(tmp_path) == before


def test_a_traceback_is_shown_when_asked_for(tmp_path):
    with pytest.raises(AssertionError, match="does not exist"):
        keras_gans("--traceback", "sample", tmp_path / "nowhere")
    refused("sample", tmp_path / "nowhere")
