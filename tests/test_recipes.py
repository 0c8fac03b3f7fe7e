"""Every recipe makes two steps; some of each kind as a user runs them, who finds a whole run folder."""

import importlib
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from command import json_lines, keras_gans, strict_json
from PIL import Image

import keras_gans as kg
from keras_gans import data
from keras_gans.data.named import IMAGE_SETS, NAMES, SHOWERS
from keras_gans.data.named_sides import SIDES_NAMES
from keras_gans_cli import evaluation, recipes
from keras_gans_cli.plan import make_plan

ON_BOTH = (
    "dragan_kodali2017",
    "fgan_nowozin2016",
    "gan_goodfellow2014",
    "improved_gan_salimans2016",
    "instance_noise_sonderby2016",
    "lsgan_mao2016",
    "mescheder2018",
    "pacgan_lin2018",
    "r3gan_huang2024",
    "roth2017",
    "sngan_miyato2018",
    "unrolled_metz2016",
    "wgan_arjovsky2017",
    "wgan_gp_gulrajani2017",
)
ON_POINTS = (*ON_BOTH, "density_ratio_mixture")
CONDITIONAL = ("acgan_odena2017", "cgan_mirza2014", "gan_cls_reed2016", "projection_miyato2018")
ON_TWO_SIDES = ("cyclegan_zhu2017", "pix2pix_isola2017")  # run in test_cli_translation.py
ON_SHOWERS = ("fastcalogan",)  # run in test_cli_showers.py
ON_IMAGES = (
    *ON_BOTH,
    *CONDITIONAL,
    "dcgan_radford2015",
    "diffaugment_zhao2020",
    "infogan_chen2016",
    "iwae_burda2016",
    "sagan_zhang2019",
    "vae_kingma2014",
    "wgan_gp_digits",
)
WITHOUT_CONDITION = ("infogan_chen2016", "iwae_burda2016", "pacgan_lin2018", "vae_kingma2014", "wgan_gp_digits")
SMALLER = {"width": 8, "n_critic": 2, "unroll_steps": 1}  # for a run of seconds
NUM_SAMPLES = 300  # measured in place of 10,000


@pytest.fixture(autouse=True)
def _few_samples(monkeypatch):
    monkeypatch.setattr(evaluation, "NUM_SAMPLES", NUM_SAMPLES)


def smoke(recipe, folder, *arguments):
    result = keras_gans("train", recipe, "--smoke", "--run-dir", folder, *arguments)
    assert str(folder) in result.stdout.replace("\n", "")
    return result.stdout + result.stderr


def check_folder(folder, num_samples=NUM_SAMPLES):
    """Check all that a run of two steps leaves; return the model, the measures and the names of what is there."""
    names = {path.name for path in folder.iterdir()}
    expected = {"options.json", "stats.jsonl", "samples", "loss_curves.png", "model.keras", "saved_model"}
    expected |= {"generator.onnx", "parity.json", "metrics.json", "evaluations.jsonl", "best.keras"}
    assert expected <= names
    assert not [name for name in names if name.startswith(".")]
    for path in folder.rglob("*.png"):
        with Image.open(path) as picture:
            assert np.ptp(np.asarray(picture)) > 0, path  # no blank sheet
    assert {"step_0000000.png", "step_0000001.png", "step_0000002.png"} <= set(os.listdir(folder / "samples"))
    assert (folder / "saved_model" / "saved_model.pb").stat().st_size > 0

    about = strict_json((folder / "options.json").read_text())
    assert about["options"]["settings"]["steps"] == 2
    rows = json_lines(folder / "stats.jsonl")
    assert [row["step"] for row in rows] == [1, 2]
    batch_size, n_critic = about["options"]["settings"]["batch_size"], about["model"]["arguments"]["n_critic"]
    assert rows[-1]["images"] == 2 * n_critic * batch_size
    assert {"discriminator_loss", "generator_loss"} <= set(rows[-1])
    assert all(np.isfinite(value) for value in rows[-1].values())

    measures = strict_json((folder / "metrics.json").read_text())
    assert measures["samples"] == {"num": num_samples, "seed": 0, "step": 2, "ema": True}
    evaluations = json_lines(folder / "evaluations.jsonl")
    assert [row["step"] for row in evaluations] == [0, 1, 2]
    assert all(row["num_samples"] == num_samples and row["ema"] for row in evaluations)
    shared = set(measures) & set(evaluations[-1])
    assert len(shared) >= 2
    assert {name: measures[name] for name in shared} == {name: evaluations[-1][name] for name in shared}

    assert json.loads((folder / "parity.json").read_text())["max_abs_difference"] < 1e-4
    model = kg.load_model(folder / "model.keras")
    assert model.step == 2
    assert kg.load_model(folder / "best.keras").step in (0, 1, 2)
    return model, measures, names


@pytest.mark.parametrize("recipe", ON_POINTS)
def test_two_steps_on_points(recipe):
    """What is a recipe's own; the rest of a run on points is the same for all, and below."""
    model = (plan := make_plan(recipe, "ring", steps=2, changes={"width": 8})).build()
    model.run_eagerly = True  # sooner than it is traced
    logs = model.fit(plan.batches(model.n_critic), steps_per_epoch=2, verbose=0).history
    assert np.isfinite(list(logs.values())).all()
    assert model.step == 2
    assert model.sample(2).shape == (2, 2)


@pytest.mark.parametrize("recipe", ["pacgan_lin2018", "wgan_gp_gulrajani2017"])
def test_two_steps_on_the_ring(recipe, tmp_path):
    smoke(recipe, tmp_path / "run", "--data", "ring", "--set", "width=8")
    model, measures, names = check_folder(tmp_path / "run")
    assert "density.png" in names
    assert measures["modes"]["of_modes"] == 8
    assert {"earth_movers_distance", "sliced_wasserstein"} <= set(measures)
    assert model.sample(2).shape == (2, 2)


def smaller(recipe):
    """Settings that make a run on images one of seconds."""
    constants = importlib.import_module(f"keras_gans.recipes.{recipe}").IMAGES
    return {name: value for name, value in SMALLER.items() if name in constants}


@pytest.mark.parametrize("recipe", ON_IMAGES)
def test_two_steps_on_images(recipe):
    """What is a recipe's own; the rest of a run on images is the same for all of a kind, and below."""
    plan = make_plan(recipe, "digits", steps=2, changes=smaller(recipe))
    model = plan.build()
    model.run_eagerly = True
    logs = model.fit(plan.batches(model.n_critic), steps_per_epoch=2, verbose=0).history
    assert np.isfinite(list(logs.values())).all()
    assert model.step == 2


@pytest.mark.parametrize("recipe", ["acgan_odena2017", "infogan_chen2016"])
def test_two_steps_on_digits(recipe, tmp_path):
    changes = [f"--set={name}={value}" for name, value in smaller(recipe).items()]
    text = smoke(recipe, tmp_path / "run", "--data", "digits", *changes)
    model, measures, names = check_folder(tmp_path / "run")
    assert {"onnxruntime.png", "samples.png", "real_and_generated.png", "interpolation.png"} <= names
    assert "real.png" in os.listdir(tmp_path / "run" / "samples")
    assert {"sliced_wasserstein", "neighbours", "diversity"} <= set(measures)
    assert "TensorFlow, Keras and keras_gans are not loaded" in text
    assert "D " in text
    assert model.is_conditional == (recipe in CONDITIONAL)
    assert model.sample(2, y=[3, 7] if model.is_conditional else None).shape == (2, 16, 16, 1)


@pytest.mark.parametrize("recipe", sorted({*ON_IMAGES} - {*CONDITIONAL}))
def test_a_recipe_that_can_do_without_is_told_the_classes(recipe):
    if recipe in WITHOUT_CONDITION:
        with pytest.raises(ValueError, match=f"{recipe}, whose networks take no condition. Leave --conditional out."):
            make_plan(recipe, "digits", conditional=True)
        return
    model = make_plan(recipe, "digits", changes={"width": 8}, conditional=True).build()
    assert model.is_conditional
    assert model.sample(2, y=[3, 7], seed=0).shape == (2, 16, 16, 1)
    assert not make_plan(recipe, "digits", changes={"width": 8}).is_conditional


@pytest.mark.data
def test_two_steps_on_mnist_are_judged(tmp_path, tfds_dir, monkeypatch):
    """On a twentieth of the images: to have the judge look at all 60,000 takes a minute of one core."""
    monkeypatch.setenv("TFDS_DATA_DIR", tfds_dir)
    monkeypatch.setitem(IMAGE_SETS, "mnist", lambda: data.mnist("train[:5%]"))
    monkeypatch.setattr(evaluation, "NUM_SAMPLES", 1000)  # a subset of the kernel distance
    smoke("dcgan_radford2015", tmp_path / "run", "--set", "width=8")
    model, measures, _ = check_folder(tmp_path / "run", num_samples=1000)
    assert model.sample(2).shape == (2, 28, 28, 1)
    assert measures["classifier_frechet"]["num_real"] == 3000
    assert measures["classifier_frechet"]["num_generated"] == 1000
    assert measures["judge"]["name"] == "mnist"
    assert measures["real"] == {"split": "train"}
    assert {"classifier_score", "classifier_kernel", "classes", "neighbours", "diversity"} <= set(measures)


def test_two_steps_on_a_folder_of_few_images(tmp_path):
    """Twelve of them, fewer than a picture of samples has."""
    rng = np.random.default_rng(0)
    (tmp_path / "pictures").mkdir()
    for i in range(12):
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(tmp_path / "pictures" / f"{i}.png")
    arguments = ("--data", tmp_path / "pictures", "--image-size", 16, "--batch-size", 4, "--set", "width=8")
    smoke("dcgan_radford2015", tmp_path / "run", *arguments)
    model, measures, names = check_folder(tmp_path / "run")
    assert {"samples.png", "real_and_generated.png"} <= names
    assert model.sample(2).shape == (2, 16, 16, 3)
    assert measures["sliced_wasserstein"]["num_real"] == 12


def test_a_recipe_is_a_program(tmp_path):
    """As a user runs it, with all the samples that are measured."""
    out = subprocess.run(
        [sys.executable, "-m", "keras_gans.recipes.wgan_gp_digits", "--smoke"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert out.returncode == 0, out.stderr[-3000:]
    assert "The run is in runs/wgan_gp_digits-1" in out.stdout
    model, measures, _ = check_folder(tmp_path / "runs" / "wgan_gp_digits-1", num_samples=10_000)
    assert model.sample(2).shape == (2, 16, 16, 1)
    assert np.isfinite(measures["neighbours"]["precision"])
    about = json.loads((tmp_path / "runs" / "wgan_gp_digits-1" / "options.json").read_text())
    assert about["options"]["recipe"] == "wgan_gp_digits"
    assert about["command"][1:] == ["train", "wgan_gp_digits", "--smoke"]


def test_every_recipe_is_run():
    folder = pathlib.Path(kg.__file__).parent.parent / "recipes"
    of_users = {path.stem for path in folder.glob("*.py") if "train_recipe(__file__)" in path.read_text()}
    assert of_users == {*ON_IMAGES, *ON_POINTS, *ON_TWO_SIDES, *ON_SHOWERS}
    modules = {name: importlib.import_module(f"keras_gans.recipes.{name}") for name in of_users}
    assert {name for name, module in modules.items() if hasattr(module, "POINTS")} == set(ON_POINTS)
    assert {name for name, module in modules.items() if hasattr(module, "IMAGES")} == set(ON_IMAGES)
    assert {name for name, module in modules.items() if hasattr(module, "TWO_SIDES")} == set(ON_TWO_SIDES)
    assert {name for name, module in modules.items() if hasattr(module, "SHOWERS")} == set(ON_SHOWERS)
    assert [recipe.name for recipe in recipes.all_recipes()] == sorted(of_users)


def test_heads_say_what_a_recipe_is():
    for recipe in recipes.all_recipes():
        text = (recipes.folder() / f"{recipe.name}.py").read_text()
        for part in ("Paper:", "Command:", "Paper says:", "Ours:", "Deviations:"):
            assert f"\n{part}" in text, f"{recipe.name}: {part}"
        assert f"keras-gans train {recipe.name}" in text
        assert recipe.data.split("[")[0] in (*NAMES, *SIDES_NAMES, SHOWERS)
        kinds = [recipe.name in names for names in (ON_IMAGES, ON_POINTS, ON_TWO_SIDES, ON_SHOWERS)]
        assert [recipe.images, recipe.points, recipe.two_sides, recipe.showers] == kinds


@pytest.mark.slow
def test_the_ring_is_covered(tmp_path, monkeypatch):
    """Some two minutes: a quarter of the recipe's steps reach all modes."""
    monkeypatch.setattr(evaluation, "NUM_SAMPLES", 10_000)
    keras_gans(
        "train", "wgan_gp_gulrajani2017", "--data", "ring", "--steps", 3000, "--run-dir", tmp_path / "run"
    )  # fmt: skip
    found = json.loads((tmp_path / "run" / "metrics.json").read_text())["modes"]
    assert found["num_samples"] == 10_000
    assert found["modes"] == 8
    assert found["high_quality"] > 0.8
