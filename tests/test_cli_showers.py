"""Showers on the command line: trained, measured, sampled in MeV, exported."""

import h5py
import numpy as np
import pytest
from command import json_lines, keras_gans, refused, strict_json
from PIL import Image

import keras_gans as kg
from keras_gans import data
from keras_gans.data.calorimeter_binning import PHOTON


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of two steps on a small file in CaloChallenge's form."""
    folder = tmp_path_factory.mktemp("showers")
    showers = data.simulated_showers(60, (256.0, 65536.0), 0, PHOTON)
    data.write_showers(folder / "photons.hdf5", showers.showers, showers.energies)
    keras_gans(
        "train", "fastcalogan", "--data", folder / "photons.hdf5", "--smoke", "--batch-size", 8, "--run-dir",
        folder / "run", "--set", "n_critic=2",
    )  # fmt: skip
    return folder / "run"


def test_a_run_leaves_measures_and_pictures(trained):
    measures = strict_json((trained / "metrics.json").read_text())
    assert [round(point["energy"]) for point in measures["response"]["energies"]] == [256, 65536]
    assert len(measures["layers"]["layer_12_width_r"]) == 2
    assert len(measures["separation"]) == 1 + 3 * 3 + 2 * 5  # layers in r, and in eta and phi
    assert measures["samples"] == {"num": 120, "seed": 0, "step": 2, "ema": True}
    assert json_lines(trained / "evaluations.jsonl")[-1]["response"] == measures["response"]
    names = [
        "response",
        "layers",
        "layers/0.256_GeV",
        "layers/65.54_GeV",
        "mean_showers",
        "samples/step_0000000",
        "samples/step_0000002",
    ]
    for name in names:
        with Image.open(trained / f"{name}.png") as picture:
            assert np.ptp(np.asarray(picture.convert("L"))) > 100, name
    keras_gans("evaluate", trained)
    assert strict_json((trained / "metrics.json").read_text())["response"] == measures["response"]


def test_showers_are_sampled_at_energies_in_mev(trained, tmp_path):
    keras_gans("sample", trained, "--num", 6, "--y", "256", "--y", "65536", "--out", tmp_path / "showers.hdf5")
    again = data.calorimeter(tmp_path / "showers.hdf5")  # what CaloChallenge's own code reads
    np.testing.assert_array_equal(again.energies.ravel(), [256, 65536] * 3)
    response = again.showers.sum(axis=1) / again.energies.ravel()
    assert (response >= 0).all()
    assert 0.2 < response[response > 0].mean() < 2  # of E, after two steps
    keras_gans("sample", trained, "--num", 6, "--y", "256", "--y", "65536", "--out", tmp_path / "showers.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "showers.npy"), again.showers)
    keras_gans("sample", trained / "generator.onnx", "--num", 4, "--y", "65536", "--out", tmp_path / "onnx.h5")
    with h5py.File(tmp_path / "onnx.h5") as file:
        assert file["showers"].shape == (4, 368)
    keras_gans("sample", trained, "--num", 30)
    with h5py.File(trained / "sampled.hdf5") as file:
        energies = file["incident_energies"][:15, 0]
        np.testing.assert_allclose(energies, np.geomspace(256, 65536, 15), rtol=1e-6)
    model = kg.load_model(trained / "model.keras")
    np.testing.assert_array_equal(model.sample(6, y=again.energies, seed=0), again.showers)


def test_what_is_asked_of_showers_is_checked(trained, tmp_path):
    assert "Expected incident energies in MeV, from 256 to 65536" in refused("sample", trained, "--y", "7")
    assert "--y seven was passed" in refused("sample", trained, "--y", "seven")
    assert "makes showers. Expected .hdf5 or .npy" in refused("sample", trained, "--out", tmp_path / "showers.png")
    assert "Expected --y, in MeV" in refused("sample", trained, "--caption", "red")
    assert "trains on showers, 'ring' holds points" in refused("train", "fastcalogan", "--data", "ring", "--dry-run")
    assert "'calorimeter' holds showers" in refused("train", "wgan_gp_digits", "--data", "calorimeter", "--dry-run")
