"""Every recipe runs two steps as a user would run it, and leaves a whole run folder."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import keras_gans as kg


def run(recipe, folder, *arguments):
    out = subprocess.run(
        [sys.executable, "-m", f"keras_gans.recipes.{recipe}", "--smoke", "--run-dir", str(folder), *arguments],
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
    assert out.returncode == 0, out.stderr[-3000:]
    return out.stdout + out.stderr


def check_folder(folder):
    names = {path.name for path in folder.iterdir()}
    expected = {"options.json", "stats.jsonl", "samples", "loss_curves.png", "model.keras", "saved_model"}
    assert expected | {"generator.onnx", "parity.json"} <= names
    assert not [name for name in names if name.startswith(".")]
    assert json.loads((folder / "options.json").read_text())["options"]["smoke"] is True
    rows = [json.loads(line) for line in (folder / "stats.jsonl").read_text().splitlines()]
    assert rows[-1]["step"] == 2
    assert np.isfinite(rows[-1]["wasserstein"])
    assert json.loads((folder / "parity.json").read_text())["max_abs_difference"] < 1e-4
    model = kg.load_model(folder / "model.keras")
    assert model.step == 2
    return model, names


def test_digits(tmp_path):
    text = run("wgan_gp_digits", tmp_path / "run")
    model, names = check_folder(tmp_path / "run")
    assert {"onnxruntime.png", "samples.png"} <= names
    assert {"real.png", "step_0000000.png", "step_0000002.png"} == set(os.listdir(tmp_path / "run" / "samples"))
    assert "TensorFlow, Keras and keras_gans are not loaded" in text
    assert "D " in text
    assert model.sample(2).shape == (2, 16, 16, 1)


@pytest.mark.parametrize("data", ["ring", "grid"])
def test_mixtures(tmp_path, data):
    run("wgan_gp_mixtures", tmp_path / "run", "--data", data)
    model, names = check_folder(tmp_path / "run")
    assert "metrics.json" in names
    assert model.sample(2).shape == (2, 2)


@pytest.mark.data
def test_mnist(tmp_path, tfds_dir):
    run("wgan_gp_mnist", tmp_path / "run")
    model, _ = check_folder(tmp_path / "run")
    assert model.sample(2).shape == (2, 28, 28, 1)


def test_bad_options_are_refused_in_one_line_and_touch_nothing(tmp_path):
    command = [sys.executable, "-m", "keras_gans.recipes.wgan_gp_digits"]
    for arguments, message in [
        (["--run-dir", str(tmp_path)], "exists. Expected a new folder"),
        (["--steps", "0"], "--steps 0 was passed"),
    ]:
        out = subprocess.run([*command, *arguments], capture_output=True, text=True, cwd=tmp_path)
        assert out.returncode == 2
        assert message in out.stderr.splitlines()[-1]
        assert "Traceback" not in out.stderr
    assert not list(tmp_path.iterdir())


def test_every_recipe_is_run():
    recipes = {path.stem for path in (pathlib.Path(kg.__file__).parent.parent / "recipes").glob("*_*.py")}
    here = pathlib.Path(__file__).read_text()
    assert {name for name in recipes - {"__init__"} if f'run("{name}"' not in here} == set()


@pytest.mark.slow
def test_the_ring_is_covered(tmp_path):
    """Some two minutes: a quarter of the recipe's steps reach all modes."""
    out = subprocess.run(
        [sys.executable, "-m", "keras_gans.recipes.wgan_gp_mixtures", "--steps", "3000", "--run-dir", tmp_path / "run"],
        capture_output=True,
        text=True,
    )
    assert out.returncode == 0, out.stderr[-3000:]
    found = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert found["modes"] == 8
    assert found["high_quality"] > 0.8
