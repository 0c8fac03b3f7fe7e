"""The command on a table: columns of very different scales, trained on and sampled in the units of the file."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from command import json_lines, keras_gans, refused
from PIL import Image

import keras_gans as kg
from keras_gans.export import sample_onnx
from keras_gans_cli import evaluation

NAMES = ["age", "mass, kg", "price"]
SMALL = ("--batch-size", 16, "--set", "width=8", "--set", "latent_dim=4", "--set", "ema_decay=0.5")


@pytest.fixture(scope="module", autouse=True)
def _few_samples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "NUM_SAMPLES", 200)
        yield


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    rng = np.random.default_rng(0)
    z = rng.normal(size=(100, 3)) @ [[1, 0.8, 0.5], [0, 0.6, 0.5], [0, 0, 0.7]]
    rows = np.stack([40 + 10 * z[:, 0], 5e6 + 2e5 * z[:, 1], np.exp(1.5 * z[:, 2])], axis=1)
    path = tmp_path_factory.mktemp("table") / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([NAMES, *rows])
    return path


@pytest.fixture(scope="module")
def table_run(file):
    folder = file.parent / "run"
    keras_gans("train", "wgan_gp_gulrajani2017", "--data", file, *SMALL, "--steps", 3, "--run-dir", folder)
    return folder


def read(path):
    with path.open(newline="", encoding="utf-8") as opened:
        names, *rows = csv.reader(opened)
    return names, np.array(rows, np.float32)


def test_a_run_leaves_what_a_table_needs(table_run, file):
    table = kg.data.table(file)
    assert table.units.logarithmic == ["price"]
    model = kg.load_model(table_run / "model.keras")
    assert model.units.get_config() == table.units.get_config()
    measures = json.loads((table_run / "metrics.json").read_text())
    protocol = kg.metrics.TableProtocol(table.rows, table.columns)
    assert protocol(model.sample(200, seed=0))["wasserstein"] == pytest.approx(measures["wasserstein"])
    assert set(measures["wasserstein_of_columns"]) == set(NAMES)
    assert json_lines(table_run / "evaluations.jsonl")[-1]["step"] == 3
    for picture in ("columns.png", "samples/step_0000003.png"):
        with Image.open(table_run / picture) as image:
            assert image.width > 600
    parity = json.loads((table_run / "parity.json").read_text())
    assert parity["columns"] == NAMES
    assert parity["max_abs_difference"] < 1e-5
    assert "standard deviation" in parity["differences_over"]
    keras_gans("evaluate", table_run)
    assert json.loads((table_run / "metrics.json").read_text()) == measures


def test_rows_are_written_in_the_units_of_the_file(table_run, tmp_path):
    text = keras_gans("sample", table_run, "--num", 20, "--seed", 5).stdout
    assert text.strip() == f"20 samples in {table_run / 'sampled.csv'}"
    names, rows = read(table_run / "sampled.csv")
    model = kg.load_model(table_run / "model.keras")
    assert names == NAMES
    np.testing.assert_array_equal(rows, model.sample(20, seed=5))  # every digit of float32
    assert 3e6 < np.median(rows[:, 1]) < 7e6
    keras_gans("sample", table_run, "--num", 20, "--seed", 5, "--out", tmp_path / "rows.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "rows.npy"), rows)
    keras_gans("sample", table_run, "--out", tmp_path / "rows.png")
    keras_gans("sample", table_run / "generator.onnx", "--num", 20, "--out", tmp_path / "onnx.csv")
    _, about = sample_onnx.load(table_run / "generator.onnx")
    z = sample_onnx.draw_latent(about["latent"], (20, 4), np.random.default_rng(0))
    expected = np.asarray(model.served_generator(z))
    np.testing.assert_allclose(read(tmp_path / "onnx.csv")[1], expected, rtol=1e-5)
    script = [sys.executable, "-P", sample_onnx.__file__, table_run / "generator.onnx"]
    subprocess.run([*script, tmp_path / "script.csv", "--num", "20"], check=True)
    assert (tmp_path / "script.csv").read_bytes() == (tmp_path / "onnx.csv").read_bytes()
    failed = subprocess.run([*script, tmp_path / "script.png"], capture_output=True, text=True)
    assert "Expected a path that ends in .csv or .npy" in failed.stderr


def test_what_does_not_fit_is_refused(table_run, file, tmp_path):
    assert "trains on images" in refused("train", "dcgan_radford2015", "--data", file)
    assert "A step takes 256 rows" in refused(
        "train", "wgan_gp_gulrajani2017", "--data", file, "--run-dir", tmp_path / "run"
    )
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n3,four\n")
    told = refused("train", "r3gan_huang2024", "--data", tmp_path / "bad.csv", "--run-dir", tmp_path / "run")
    assert "bad.csv, line 3: column 'b' holds 'four'" in told
    assert not (tmp_path / "run").exists()
    (tmp_path / "other.csv").write_text(file.read_text().replace("price", "cost"))
    assert "Expected the same, in the same order" in refused("evaluate", table_run, "--data", tmp_path / "other.csv")
