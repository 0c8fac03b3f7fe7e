"""The two sides of a translation by name: folders, pairs, the layout of CycleGAN's data sets, TFDS."""

import numpy as np
import pytest
import requests
from PIL import Image

from keras_gans import data
from keras_gans.data.named_sides import OF_CYCLEGAN, SIDES_NAMES


def write(folder, *names, first=0):
    """Grey pictures, each of a value of its own."""
    for i, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (24, 20), (10 * (first + i),) * 3).save(path, quality=95)
    return folder


def greys(images):
    """What value each image is of, as `write` wrote it."""
    return np.rint(images.images[:, 4, 4, 0] / 10).astype(int).tolist()


@pytest.fixture
def two(tmp_path):
    write(tmp_path / "horses", "a.png", "b.png", "c.png")
    write(tmp_path / "zebras", "d.png", "e.png", first=10)
    return tmp_path


def test_any_two_folders(two):
    name = f"{two}/horses, {two}/zebras"
    sides = data.named_sides(name, 16)
    assert (greys(sides.x), greys(sides.y), sides.paired) == ([0, 1, 2], [10, 11], False)
    assert sides.x.image_shape == (16, 16, 3)
    assert data.named_sides(name).x.image_shape == (64, 64, 3)
    assert data.named_sides(name, split="test") is None


def test_the_layout_of_cyclegans_data_sets(tmp_path):
    for i, part in enumerate(("trainA", "trainB")):
        write(tmp_path / part, "1.jpg", "2.jpg", first=5 * i)
    assert data.named_sides(tmp_path, split="test") is None
    for i, part in enumerate(("testA", "testB")):
        write(tmp_path / part, "1.jpg", "2.jpg", first=10 + 5 * i)
    sides, held_out = (data.named_sides(str(tmp_path), 8, split=split) for split in ("train", "test"))
    assert (greys(sides.x), greys(sides.y)) == ([0, 1], [5, 6])
    assert (greys(held_out.x), greys(held_out.y)) == ([10, 11], [15, 16])
    assert not held_out.paired


def test_pairs_are_found_by_name(tmp_path):
    x = write(tmp_path / "x", "b.png", "sub/a.png", "c-1.png", "c.png")
    y = write(tmp_path / "y", "c.jpg", "c-1.jpg", "b.webp", "sub/a.png")
    sides = data.named_sides(f"{x},{y}", 16, paired=True)
    assert sides.paired
    name_of = {"x": ("b", "a", "c-1", "c"), "y": ("c", "c-1", "b", "a")}
    assert [name_of["x"][i] for i in greys(sides.x)] == [name_of["y"][i] for i in greys(sides.y)]


def test_pairs_of_the_layout_may_end_in_a_and_b(tmp_path):
    write(tmp_path / "trainA", "1_A.jpg", "2_A.jpg")
    write(tmp_path / "trainB", "2_B.jpg", "1_B.jpg", first=5)
    sides = data.named_sides(tmp_path, 16, paired=True)
    assert (greys(sides.x), greys(sides.y)) == ([0, 1], [6, 5])


def test_coloured_digits_by_name():
    sides, held_out = (
        data.named_sides("coloured_digits", 16, paired=True),
        data.named_sides("coloured_digits", split="test"),
    )
    assert (len(sides), sides.paired, sides.x.image_shape) == (1400, True, (16, 16, 3))
    assert (len(held_out), held_out.paired, held_out.x.image_shape) == (397, True, (32, 32, 3))
    assert len(data.named_sides("coloured_digits")) == 700
    x, y = sides.sample(50, seed=3)
    of_x = {image.tobytes(): i for i, image in enumerate(sides.x.images)}
    places = [of_x[np.rint((image + 1) * 127.5).astype(np.uint8).tobytes()] for image in x]
    np.testing.assert_array_equal(np.rint((y + 1) * 127.5), sides.y.images[places])


def test_sets_of_tfds_are_read_by_their_splits(tmp_path, monkeypatch):
    import tensorflow_datasets as tfds

    tfds.display_progress_bar(False)
    builder = tfds.builder("cycle_gan/horse2zebra", data_dir=tmp_path)
    splits = {}
    for i, split in enumerate(("trainA", "trainB", "testA", "testB")):
        folder = write(tmp_path / split, "1.jpg", "2.jpg", "3.jpg", first=4 * i)
        splits[split] = [(path.name, {"image": path, "label": split[-1]}) for path in sorted(folder.iterdir())]
    monkeypatch.setattr(
        type(builder), "_split_generators", lambda self, manager: {k: iter(v) for k, v in splits.items()}
    )
    builder.download_and_prepare()
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    for split, first in (("train", 0), ("test", 8)):
        sides = data.named_sides("cycle_gan/horse2zebra", 8, split=split)
        assert sorted(greys(sides.x)) == [first, first + 1, first + 2]
        assert sorted(greys(sides.y)) == [first + 4, first + 5, first + 6]
        assert sides.x.image_shape == (8, 8, 3)
    with pytest.raises(ValueError, match="Pairs were asked of 'cycle_gan/horse2zebra'"):
        data.named_sides("cycle_gan/horse2zebra", paired=True)


def test_the_names_are_those_of_tfds():
    import tensorflow_datasets as tfds

    assert set(tfds.builder_cls("cycle_gan").builder_configs) == set(OF_CYCLEGAN)


def test_without_network_the_way_out_is_told(tmp_path, monkeypatch):
    def offline(url, timeout):
        raise requests.ConnectionError("no route to host")

    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(requests, "head", offline)
    with pytest.raises(RuntimeError, match=r"data set 'cycle_gan/maps' is not in .* ConnectionError: no route"):
        data.named_sides("cycle_gan/maps")


@pytest.mark.parametrize(
    ("name", "paired", "message"),
    [
        ("colored_digits", False, "no built-in set of two sides. Did you mean 'coloured_digits'"),
        ("cycle_gan/horse2zebras", False, "Did you mean 'cycle_gan/horse2zebra'"),
        ("mnist", False, f"Expected one of {', '.join(SIDES_NAMES)}, the paths of two folders"),
        ("horses", False, "The folder horses lacks trainA or trainB. Expected both in it, or two folders"),
        ("horses,zebra", False, "'zebra' is no folder. Expected the paths of two"),
        ("horses,one", False, "y holds 1 image, of 'one'. Expected at least 2"),
        ("horses,empty", False, "The folder empty holds no image"),
        ("horses,empty", True, "The folder empty holds no image"),
        (
            "horses,zebras",
            True,
            "horses holds 3 images and zebras 2, of which 5 have no partner: horses/a.png, horses/b",
        ),
        (
            "horses,four",
            True,
            "horses holds 3 images and four 4, of which 1 have no partner: four/d.png. Expected pairs",
        ),
        ("twice,horses", True, "twice/a.jpg and twice/a.png are of one name but for the suffix"),
        ("horses,broken", True, "broken/b.png cannot be read: UnidentifiedImageError"),
    ],
)
def test_what_is_no_two_sides_is_refused(name, paired, message, two, monkeypatch):
    monkeypatch.chdir(two)
    write(two / "one", "a.png")
    write(two / "four", "a.png", "b.png", "c.png", "d.png")
    write(two / "twice", "a.png", "a.jpg", "b.png")
    write(two / "broken", "a.png", "b.png", "c.png")
    (two / "broken" / "b.png").write_bytes(b"nothing")
    (two / "empty").mkdir()
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        data.named_sides(name, 8, paired)


def test_there_are_two_splits():
    with pytest.raises(ValueError, match=r"split='all' was passed\. Expected 'train' or 'test'"):
        data.named_sides("cycle_gan/maps", split="all")
