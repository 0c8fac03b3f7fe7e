"""Asked-for images on the command line: by class, by caption, of a folder of one's own."""

import functools
import json

import numpy as np
import pytest
from command import files_in, keras_gans, refused
from PIL import Image

import keras_gans as kg
from keras_gans.data import faces
from keras_gans_cli import conditions, evaluation, run


@pytest.fixture(scope="module", autouse=True)
def _few_samples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "NUM_SAMPLES", 300)
        yield


@pytest.fixture(scope="module")
def of_classes(tmp_path_factory):
    """A run on ten classes."""
    folder = tmp_path_factory.mktemp("classes") / "run"
    keras_gans(
        "train", "cgan_mirza2014", "--data", "digits", "--smoke", "--run-dir", folder, "--set", "width=8"
    )  # fmt: skip
    return folder


def pictures_of_two_kinds(folder):
    """Images with captions, the first half red, the second green."""
    folder.mkdir()
    lines = ["file,caption"]
    for i in range(12):
        colour = "red" if i < 6 else "green"
        Image.new("RGB", (20, 20), colour).save(folder / f"{i:02}.png")
        lines.append(f'{i:02}.png,"{colour} square, plain"')
    (folder / "captions.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def of_captions(tmp_path_factory):
    """A run on a folder with captions.csv."""
    folder = tmp_path_factory.mktemp("captions")
    data = pictures_of_two_kinds(folder / "pictures")
    keras_gans(
        "train", "gan_cls_reed2016", "--data", data, "--image-size", 16, "--batch-size", 4, "--smoke", "--run-dir",
        folder / "run", "--set", "width=8",
    )  # fmt: skip
    return folder / "run"


def samples(tmp_path, *arguments):
    keras_gans("sample", *arguments, "--out", tmp_path / "samples.npy")
    return np.load(tmp_path / "samples.npy")


def test_a_run_says_what_its_classes_are(of_classes):
    assert json.loads((of_classes / "conditions.json").read_text()) == {"class_names": list("0123456789")}
    assert json.loads((of_classes / "parity.json").read_text())["conditions"] == {"class_names": list("0123456789")}
    with Image.open(of_classes / "samples.png") as picture:
        assert picture.size[0] > picture.size[1]  # ten columns, a class each, of eight rows
    labels = json.loads((of_classes / "evaluations.jsonl").read_text().splitlines()[0])
    assert labels["num_samples"] == 300


def test_any_recipe_can_be_told(tmp_path):
    arguments = ("--conditional", "--data", "digits", "--set", "width=8", "--smoke", "--run-dir", tmp_path / "run")
    keras_gans("train", "lsgan_mao2016", *arguments)
    assert json.loads((tmp_path / "run" / "options.json").read_text())["options"]["conditional"] is True
    assert samples(tmp_path, tmp_path / "run", "--num", 3, "--y", 7).shape == (3, 16, 16, 1)
    assert run.plan_of(tmp_path / "run").is_conditional


def test_samples_are_of_the_classes_that_are_asked_for(of_classes, tmp_path):
    model = kg.load_model(of_classes / "model.keras")
    in_turn = samples(tmp_path, of_classes, "--num", 20)
    np.testing.assert_array_equal(in_turn, model.sample(20, y=np.arange(20) % 10, seed=0))
    of_two = samples(tmp_path, of_classes, "--num", 5, "--y", 7, "--y", 2, "--seed", 3)
    np.testing.assert_array_equal(of_two, model.sample(5, y=[7, 2, 7, 2, 7], seed=3))
    of_file = samples(tmp_path, of_classes / "model.keras", "--num", 12)
    np.testing.assert_array_equal(of_file, model.sample(12, y=np.arange(12) % 10, seed=0))
    exported = samples(tmp_path, of_classes / "generator.onnx", "--num", 4, "--y", 7)
    z = np.random.default_rng(0).standard_normal((4, 64), dtype=np.float32)
    np.testing.assert_allclose(exported, model([z, np.full(4, 7)]), atol=1e-4)


def test_samples_are_of_the_captions_that_are_asked_for(of_captions, tmp_path):
    model = kg.load_model(of_captions / "model.keras")
    words = json.loads((of_captions / "conditions.json").read_text())
    assert words == {"attributes": {"plain": [""], "square": ["green", "red"]}}
    found = samples(tmp_path, of_captions, "--num", 4, "--caption", "red square, plain")
    np.testing.assert_array_equal(found, model.sample(4, y=np.float32([1, 0, 1]), seed=0))
    exported = samples(tmp_path, of_captions / "generator.onnx", "--num", 4, "--caption", "green square")
    z = np.random.default_rng(0).standard_normal((4, 64), dtype=np.float32)
    np.testing.assert_allclose(exported, model([z, np.tile(np.float32([0, 1, 0]), (4, 1))]), atol=1e-4)
    as_in_the_data = samples(tmp_path, of_captions, "--num", 4)
    assert as_in_the_data.shape == (4, 16, 16, 3)


def test_a_run_of_captions_is_measured_and_exported_anew(of_captions):
    before = files_in(of_captions)
    keras_gans("evaluate", of_captions)
    keras_gans("export", of_captions)
    after = files_in(of_captions)
    assert set(after) == set(before)
    assert json.loads(after[of_captions / "metrics.json"]) == json.loads(before[of_captions / "metrics.json"])
    assert json.loads(after[of_captions / "parity.json"])["conditions"]["attributes"]["square"] == ["green", "red"]


def test_an_export_of_classes_is_measured_against_data_with_classes(of_classes):
    found = keras_gans("evaluate", of_classes / "generator.onnx", "--data", "digits").stdout
    assert "sliced_wasserstein" in found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--y", "10"), "--y 10 was passed. Expected one of 0, 1, 2"),
        (("--y", "seven"), "--y seven was passed"),
        (("--y", "1", "--caption", "red hair"), "Expected one of them"),
        (("--caption", "red hair"), "Expected the folder of a run on data with captions"),
    ],
)
def test_refuses_what_a_run_of_classes_does_not_know(of_classes, arguments, message):
    assert message in refused("sample", of_classes, *arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--caption", "reed square"),
            "is no value of 'square'. Did you mean 'red'?",
        ),
        (("--caption", "red circle"), "'circle' in the caption"),
        (("--y", "1"), 'Expected --caption, such as --caption "red hair, green eyes"'),
    ],
)
def test_refuses_what_a_run_of_captions_does_not_know(of_captions, arguments, message):
    assert message in refused("sample", of_captions, *arguments)


def test_an_export_refuses_unknown_words_too(of_captions, of_classes, tmp_path):
    out = ("--out", tmp_path / "x.npy")
    unknown = refused("sample", of_captions / "generator.onnx", "--caption", "blue square", *out)
    assert (
        "'blue square' of 'blue square' is unknown. Expected phrases among plain, green square, red square" in unknown
    )
    assert "does not say what captions" in refused("sample", of_classes / "generator.onnx", "--caption", "a b", *out)
    assert "--y 12 was passed" in refused("sample", of_classes / "generator.onnx", "--y", "12", *out)
    assert not any(tmp_path.iterdir())


def test_a_conditional_recipe_needs_labels_or_captions(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(8):
        Image.new("RGB", (20, 20), (i, 0, 0)).save(folder / f"{i}.png")
    arguments = ("cgan_mirza2014", "--data", folder, "--run-dir", tmp_path / "run")
    assert "has neither labels nor captions" in refused("train", *arguments)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("file,caption", "name,text"), "Expected a head, file,caption"),
        (lambda text: text.replace("03.png", "33.png"), "captions.csv, line 5: '33.png' is no image of the folder"),
        (lambda text: text.replace("04.png", "03.png"), "captions.csv, line 6: '03.png' has two rows"),
        (lambda text: text.rsplit("\n", 2)[0] + "\n", "has captions of 11 images, the folder holds 12"),
    ],
)
def test_captions_must_be_one_for_each_image(tmp_path, change, message):
    folder = pictures_of_two_kinds(tmp_path / "pictures")
    path = folder / "captions.csv"
    path.write_text(change(path.read_text()))
    with pytest.raises(ValueError, match=message):
        kg.data.image_folder(folder, 16)


def test_captions_may_lie_elsewhere(tmp_path):
    folder = pictures_of_two_kinds(tmp_path / "pictures")
    (folder / "captions.csv").rename(tmp_path / "mine.csv")
    assert kg.data.image_folder(folder, 16).captions is None
    captioned = kg.data.image_folder(folder, 16, tmp_path / "mine.csv")
    assert captioned.captions == ["red square, plain"] * 6 + ["green square, plain"] * 6
    assert captioned.labels is None


def test_faces_are_measured_by_their_colours(monkeypatch):
    data = kg.data.attribute_faces(32, 300)
    protocol = evaluation.protocol_for("attribute_faces", data)
    images = data.images.astype("float32") / 127.5 - 1
    found = protocol.thorough(images, data.vectors)
    assert found["attributes"] == {"accuracy": 1.0, "hair": 1.0, "eyes": 1.0, "num_samples": 300}
    turned = np.roll(data.vectors, 1, axis=0)  # asked for what another shows
    hair, eyes = faces.colours_of(data.vectors)
    expected = np.mean((hair == np.roll(hair, 1)) & (eyes == np.roll(eyes, 1)))
    assert protocol(images, turned)["attributes"]["accuracy"] == pytest.approx(expected)
    monkeypatch.setattr(faces, "attribute_faces", functools.partial(faces.attribute_faces, num=300))
    held_out = kg.data.named("attribute_faces[held_out]")
    assert {tuple(caption.replace(",", "").split()[::2]) for caption in held_out.captions} == set(faces.HELD_OUT)


def test_conditions_are_as_frequent_as_in_the_data():
    images = np.zeros((100, 8, 8, 1), np.uint8)
    data = kg.data.ImageSet(images, labels=np.repeat([0, 1], [80, 20]))
    y = conditions.like_the_data(data, 5000)
    assert np.mean(y) == pytest.approx(0.2, abs=0.03)
    y, columns = conditions.for_a_picture(data, 3)
    assert (list(y), columns) == ([0, 1, 0, 1, 0, 1], 2)
