"""Translation on the command line: what a run leaves, how it goes on, images through it, refusals."""

import json
import shutil
import subprocess
import sys

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf
from command import files_in, json_lines, keras_gans, refused, strict_json
from PIL import Image

import keras_gans as kg
from keras_gans.data.sizes import cut_and_resized
from keras_gans.export import sample_onnx
from keras_gans.flops import flops_of_step
from keras_gans.recipes import cyclegan_zhu2017
from keras_gans_cli import dry_run, run, translations

SMALL = ("--image-size", 16, "--batch-size", 2, "--set", "width=2", "--set", "discriminator_width=2")
CYCLEGAN = ("cyclegan_zhu2017", *SMALL, "--set", "blocks=1", "--set", "pool_size=2")
PIX2PIX = ("pix2pix_isola2017", *SMALL)
STEPS, DIED_AT = 3, 2  # of Pix2Pix


@pytest.fixture(scope="module", autouse=True)
def _few_images():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(translations, "MOST", 20)
        yield


@pytest.fixture(scope="module")
def cyclegan(tmp_path_factory):
    """A run on the coloured digits."""
    folder = tmp_path_factory.mktemp("cyclegan") / "run"
    assert (
        "backward/generator.onnx equals Keras to"
        in keras_gans("train", *CYCLEGAN, "--smoke", "--run-dir", folder).stdout
    )
    return folder


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Two folders of pairs."""
    folder = tmp_path_factory.mktemp("pairs")
    return f"{pictures(folder / 'x', 'red')},{pictures(folder / 'y', 'green')}"


@pytest.fixture(scope="module")
def pix2pix(tmp_path_factory, pairs):
    """A run on pairs that died on its way and went on."""
    folder = tmp_path_factory.mktemp("pix2pix") / "run"

    class Dies(kg.callbacks.SaveOnInterrupt):
        def on_epoch_end(self, epoch, logs=None):
            if self.model.step == DIED_AT:
                raise RuntimeError("a power cut")

    arguments = ("--data", pairs, "--steps", STEPS, "--run-dir", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kg.callbacks.Backup, "on_epoch_end", lambda self, epoch, logs=None: self._save())
        patch.setattr(kg.callbacks, "SaveOnInterrupt", Dies)
        assert "a power cut" in keras_gans("train", *PIX2PIX, *arguments, code=1).stderr
    assert not (folder / "model.keras").exists()
    told = keras_gans("train", PIX2PIX[0], "--resume", "--run-dir", folder).stdout
    assert f"Going on from step {DIED_AT} of {STEPS}" in told
    return folder


def linear_cyclegan(x_shape, y_shape, s):
    """A model that is traced in no time: of a convolution in each network."""

    def network(filters):
        x = keras.Input(x_shape)
        return keras.Model(x, keras.layers.Conv2D(filters, 1, use_bias=False)(x))

    model = kg.CycleGAN(*(network(filters) for filters in (3, 3, 1, 1)))
    model.compile()
    return model


def pictures(folder, colour, num=4):
    folder.mkdir(parents=True)
    for i in range(num):
        image = Image.new("RGB", (30, 20), "black")
        image.paste(colour, (3 * i, 2, 3 * i + 12, 14))
        image.save(folder / f"{i}.png")
    return folder


def as_floats(path, side=16):
    with Image.open(path) as image:
        return cut_and_resized(image, side, side).astype("float32")[None] / 127.5 - 1


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_a_run_leaves_a_whole_folder(cyclegan):
    names = {path.name for path in cyclegan.iterdir()}
    assert names == {
        "options.json", "stats.jsonl", "samples", "loss_curves.png", "evaluations.jsonl", "metrics.json", "backups",
        "model.keras", "best.keras", "translations.png", "generator.onnx", "parity.json", "saved_model", "backward",
    }  # fmt: skip
    for path in cyclegan.rglob("*.png"):
        assert np.ptp(pixels(path)) > 0
    assert {path.name for path in (cyclegan / "samples").iterdir()} == {f"step_{i:07}.png" for i in range(3)}
    stats, evaluations = json_lines(cyclegan / "stats.jsonl"), json_lines(cyclegan / "evaluations.jsonl")
    assert [row["step"] for row in stats] == [1, 2]
    assert stats[-1]["images"] == 4
    assert {"discriminator_loss", "generator_loss", "cycle_loss", "identity_loss"} <= set(stats[-1])
    assert [row.pop("step") for row in evaluations] == [0, 1, 2]
    measures = strict_json((cyclegan / "metrics.json").read_text())
    assert measures.pop("model") == {"step": 2}
    assert measures == evaluations[-1]
    assert measures["real"] == {"num_x": 20, "num_y": 20, "paired": True, "split": "test"}
    ratios = [row["translations"]["over_identity"] for row in evaluations]
    assert kg.load_model(cyclegan / "best.keras").step == np.argmin(ratios)


def test_a_run_that_died_ends_as_if_it_had_not(pix2pix, pairs, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "export_model", lambda *arguments: None)
    keras_gans("train", *PIX2PIX, "--data", pairs, "--steps", STEPS, "--run-dir", tmp_path / "run")
    ours, theirs = (kg.load_model(folder / "model.keras") for folder in (pix2pix, tmp_path / "run"))
    assert ours.step == theirs.step == STEPS
    parts = lambda model: (model, model.generator_optimizer, model.discriminator_optimizer)  # noqa: E731
    for one, other in zip(parts(ours), parts(theirs), strict=True):
        for a, b in zip(one.variables, other.variables, strict=True):
            np.testing.assert_array_equal(a, b, err_msg=a.path)
    for name in (
        "evaluations.jsonl",
        "metrics.json",
        "translations.png",
        *(f"samples/step_{i:07}.png" for i in (2, 3)),
    ):
        assert (pix2pix / name).read_bytes() == (tmp_path / "run" / name).read_bytes(), name


def test_measures_are_those_of_the_model(cyclegan):
    model, held_out = kg.load_model(cyclegan / "model.keras"), kg.data.named_sides("coloured_digits", 16, split="test")
    x, y = held_out.sample(20, seed=0)
    expected = [np.abs(a - b).mean() / np.abs(x - y).mean() for a, b in (
        (model.translate(x), y), (model.translate(y, backwards=True), x)
    )]  # fmt: skip
    found = json.loads((cyclegan / "metrics.json").read_text())
    assert [found[way]["over_identity"] for way in ("forward", "backward")] == pytest.approx(expected)


def test_both_directions_are_exported(cyclegan):
    model = kg.load_model(cyclegan / "model.keras")
    x = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 3)).astype("float32")
    for folder, backwards in ((cyclegan, False), (cyclegan / "backward", True)):
        expected = model.translate(x, backwards)
        session = onnxruntime.InferenceSession(folder / "generator.onnx", providers=["CPUExecutionProvider"])
        np.testing.assert_allclose(session.run(["images"], {"x": x})[0], expected, atol=1e-4)
        served = tf.saved_model.load(folder / "saved_model").signatures["serving_default"]
        np.testing.assert_allclose(served(x=tf.constant(x))["images"], expected, atol=1e-4)
        assert json.loads((folder / "parity.json").read_text())["max_abs_difference"] < 1e-4


def test_a_run_is_measured_and_exported_anew(pix2pix, tmp_path):
    copy = shutil.copytree(pix2pix, tmp_path / "run")
    (copy / "generator.onnx").unlink()
    before = files_in(pix2pix)
    assert "Written to" in keras_gans("evaluate", copy).stdout
    assert "generator.onnx equals Keras to" in keras_gans("export", copy).stdout
    after = files_in(copy)
    assert {path.relative_to(copy) for path in after} == {path.relative_to(pix2pix) for path in before}
    assert after[copy / "metrics.json"] == before[pix2pix / "metrics.json"]
    of_file = keras_gans("evaluate", pix2pix / "model.keras", "--data", "coloured_digits").stdout
    assert "over_identity" in of_file
    assert "test" in of_file


def test_a_run_on_pairs_in_folders_is_measured_by_them(pix2pix):
    found = json.loads((pix2pix / "metrics.json").read_text())
    assert found["real"] == {"num_x": 4, "num_y": 4, "paired": True, "split": "train"}
    assert set(found) == {"model", "translations", "forward", "real"}


def test_a_folder_is_translated(cyclegan, tmp_path):
    source = pictures(tmp_path / "in", "white", 3)
    shutil.copy(source / "0.png", source / "a.b.png")
    (source / "sub").mkdir()
    Image.open(source / "1.png").save(source / "sub" / "c.jpg")
    (source / "broken.png").write_bytes(b"nothing")
    model = kg.load_model(cyclegan / "model.keras")
    for backwards in (False, True):
        out = tmp_path / f"out{backwards}"
        with pytest.warns(UserWarning, match="1 of 6 image files cannot be read and were left out, as .*broken.png"):
            told = keras_gans("translate", cyclegan, source, out, *["--backwards"] * backwards).stdout
        assert told == f"5 images in {out}\n"
        written = {path.relative_to(out).as_posix() for path in out.rglob("*.*")}
        assert written == {"0.png", "1.png", "2.png", "a.b.png", "sub/c.png"}
        expected = np.rint((model.translate(as_floats(source / "1.png"), backwards) + 1) * 127.5)
        np.testing.assert_allclose(pixels(out / "1.png"), expected[0], atol=1)


def test_an_image_is_translated(pix2pix, tmp_path):
    (source,) = pictures(tmp_path / "in", "white", 1).iterdir()
    out = tmp_path / "new" / "out.png"
    assert keras_gans("translate", pix2pix / "model.keras", source, out).stdout == f"1 image in {out}\n"
    expected = np.rint((kg.load_model(pix2pix / "model.keras").translate(as_floats(source)) + 1) * 127.5)
    np.testing.assert_array_equal(pixels(out), expected[0])


def test_an_export_translates_too(cyclegan, tmp_path):
    (source,) = pictures(tmp_path / "in", "white", 1).iterdir()
    for folder, backwards in ((cyclegan, ()), (cyclegan / "backward", ("--backwards",))):
        out = [tmp_path / f"{folder.name}-{i}.png" for i in range(3)]
        keras_gans("translate", cyclegan, source, out[0], *backwards)
        keras_gans("translate", folder / "generator.onnx", source, out[1])
        script = [sys.executable, "-P", sample_onnx.__file__, folder / "generator.onnx", out[2], "--image", source]
        subprocess.run(script, check=True)
        for path in out[1:]:
            np.testing.assert_allclose(pixels(path).astype(int), pixels(out[0]), atol=1)
    line = refused("translate", cyclegan / "generator.onnx", source, tmp_path / "x.png", "--backwards")
    assert "generator.onnx, which holds one direction. Expected the export of the other one" in line


def test_what_cannot_be_translated_is_refused(pix2pix, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pictures(tmp_path / "in", "white", 2)
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("words")
    broken = pictures(tmp_path / "broken", "white", 1)
    (broken / "0.png").write_bytes(b"nothing")
    model = kg.LSGAN(kg.networks.mlp_generator(2, (2,), (4,)), kg.networks.mlp_discriminator((2,), (4,)))
    model.compile()
    model.save("points.keras")
    before = files_in(tmp_path)
    for arguments, message in (
        ((pix2pix, "nowhere", "out"), "nowhere does not exist. Expected an image, or a folder of images"),
        ((pix2pix, "in", "empty"), "empty exists. Expected a new path"),
        ((pix2pix, "in/0.png", "in/1.png"), "in/1.png exists"),
        ((pix2pix, "empty", "out"), "The folder empty holds no image"),
        ((pix2pix, "broken", "out"), "None of 1 image files can be read; broken/0.png: UnidentifiedImageError"),
        ((pix2pix, "broken/0.png", "out.png"), "None of 1 image files can be read"),
        ((pix2pix, "text.txt", "out.png"), "text.txt was passed. Expected an image, a file that ends in one of .png"),
        ((pix2pix, "in/0.png", "out"), "out was passed. Expected an image"),
        ((pix2pix, "in", "out", "--backwards"), "A Pix2Pix translates from X to Y alone"),
        (("points.keras", "in", "out"), "points.keras holds a LSGAN, which translates no images. Expected a CycleGAN"),
        (("points.keras", "in", "out", "--best"), "--best was passed with points.keras"),
        (("in", "in", "out"), "in holds no options.json"),
    ):
        assert message in refused("translate", *arguments)
    assert files_in(tmp_path) == before


def test_translators_are_not_sampled(pix2pix, tmp_path):
    line = refused("sample", pix2pix)
    assert (
        "Pix2Pix, which translates images and draws none. Expected a generator. Pass images to keras-gans tran" in line
    )
    assert "holds a translator of images" in refused("sample", pix2pix / "generator.onnx", "--out", tmp_path / "x.png")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("pix2pix_isola2017", "--data", "mnist"),
            "trains on two sides, 'mnist' holds images. Expected two sides, such",
        ),
        (("cyclegan_zhu2017", "--data", "ring"), "trains on two sides, 'ring' holds points"),
        (("dcgan_radford2015", "--data", "coloured_digits"), "trains on images, 'coloured_digits' holds two sides"),
        (("cyclegan_zhu2017", "--data", "colored_digits"), "Did you mean 'coloured_digits'?"),
        (("pix2pix_isola2017", "--data", "cycle_gan/maps"), "Pairs were asked of 'cycle_gan/maps'"),
        (("pix2pix_isola2017", "--image-size", 24), "cannot be halved down to one pixel"),
        (
            ("cyclegan_zhu2017", "--batch-size", 800),
            "A step takes 800 images (batch_size times n_critic), coloured_dig",
        ),
    ],
)
def test_what_does_not_fit_a_recipe_is_refused(arguments, message, tmp_path):
    assert message in refused("train", *arguments, "--run-dir", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_dry_run_tells_of_all_networks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dry_run, "MEASURED_SECONDS", 0.01)
    monkeypatch.setattr(cyclegan_zhu2017, "build", linear_cyclegan)
    text = keras_gans("train", *CYCLEGAN, "--dry-run").stdout
    assert not list(tmp_path.iterdir())
    assert "Parameters: generators 9 and 9, discriminators 3 and 3\n" in text
    # Of G: three batches there (x, y and what is translated back), as many gradients of its weights, one of its input.
    # Of D: three batches there, one gradient of its input, two of its weights. The rest is losses and the optimizers.
    convolutions = 2 * (2 * 16 * 16) * (7 * 18 + 6 * 6)
    flops = flops_of_step(linear_cyclegan((16, 16, 3), (16, 16, 3), None), 2)
    assert convolutions < flops < 1.3 * convolutions
    assert f"A step: {flops / 1e9:.3g} GFLOP, " in text
