import io
import re
import socket
import warnings

import numpy as np
import pytest
import requests
import tensorflow as tf
from PIL import Image

from keras_gans import data
from keras_gans.data import folders, image_set, images
from keras_gans.data.named import IMAGE_SETS, MIXTURES, NAMES, held_out

CIFAR10_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def numbered(n=103):
    """Images that carry their number, which is their label too."""
    images = np.zeros((n, 4, 6, 1), np.uint8)
    images[:, 0, 0, 0] = np.arange(n)
    images[:, 3, 5, 0] = 255
    return data.ImageSet(images, np.arange(n), name="numbered")


def on_disk(image_set_, monkeypatch):
    """The same set in a memory-mapped file."""
    monkeypatch.setattr(image_set, "MEMORY_SHARE", 0)
    room = image_set.room_for(image_set_.images.shape)
    room[:] = image_set_.images
    return data.ImageSet(room, image_set_.labels)


def orders(dataset, passes=1):
    return [np.concatenate([y.numpy() for _, y in dataset]) for _ in range(passes)]


def plain(colour, width=20, height=20):
    return Image.new("RGB", (width, height), colour)


def encoded(image, form="PNG", **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def decoded(source, height=20, width=20):
    image, reason = folders._decoded(source, height, width)
    assert reason is None, reason
    return image


# --- by name ----------------------------------------------------------------------------------------------------


def test_mixtures_have_names():
    for name, make in MIXTURES.items():
        found = data.named(name)
        np.testing.assert_array_equal(found.modes, make().modes)
        assert found.name == name
    with pytest.raises(ValueError, match=r"size=16 was passed for 'ring'. Expected none: its samples are points"):
        data.named("ring", 16)


def test_built_in_images_have_names_and_take_a_size():
    digits = data.named("digits")
    assert digits.image_shape == (16, 16, 1)
    np.testing.assert_array_equal(data.named("digits", 16).images, digits.images)
    for size, shape in ((32, (32, 32, 1)), ((12, 20), (12, 20, 1))):
        resized = data.named("digits", size)
        assert resized.image_shape == shape
        assert resized.name == "digits"
        np.testing.assert_array_equal(resized.labels, digits.labels)
    with pytest.raises(ValueError, match="size=0 was passed"):
        data.named("digits", 0)


def test_every_set_has_its_name(monkeypatch):
    images = {"digits", "mnist", "binary_mnist", "fashion_mnist", "stacked_mnist", "cifar10", "celeb_a"}
    images |= {"attribute_faces"}
    points = {"ring", "grid", "spiral", "random"}
    assert set(NAMES) == images | points | {"imbalanced_ring"}
    asked = []
    for name in IMAGE_SETS:
        assert IMAGE_SETS[name] is getattr(data, name)
        monkeypatch.setitem(
            IMAGE_SETS, name, lambda name=name, **arguments: asked.append((name, arguments)) or numbered()
        )
    assert data.named("mnist").image_shape == (4, 6, 1)
    assert data.named("mnist", 8).image_shape == (8, 8, 1)
    data.named("celeb_a")
    data.named("celeb_a", 32)  # decoded at this size, not resized afterwards
    assert asked == [("mnist", {}), ("mnist", {}), ("celeb_a", {}), ("celeb_a", {"size": 32})]


def test_what_a_set_keeps_for_tests_has_its_name_too(monkeypatch):
    monkeypatch.setitem(IMAGE_SETS, "mnist", lambda split: numbered() if split == "test" else None)
    np.testing.assert_array_equal(held_out("mnist").images, numbered().images)
    assert held_out("mnist[:1000]", 8).image_shape == (8, 8, 1)
    assert held_out("digits") is None
    assert held_out("some/folder") is None


def test_a_folder_is_named_by_its_path(folder):
    assert data.named(folder).image_shape == (64, 64, 3)
    assert data.named(str(folder), 8).image_shape == (8, 8, 3)
    assert data.named(folder, (8, 12)).image_shape == (8, 12, 3)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mnsit", "'mnsit' is no folder and no built-in set. Did you mean 'mnist'? Expected one of digits, mnist, "),
        ("fashion-mnist", "Did you mean 'fashion_mnist'?"),
        ("CIFAR10", "no built-in set. Expected one of"),
        ("rings", "Did you mean 'ring'?"),
        ("/nowhere/at/all", "'/nowhere/at/all' is no folder and no built-in set. Expected one of"),
    ],
)
def test_a_name_of_nothing_suggests_the_nearest(name, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        data.named(name)


# --- resized ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(5, 9), 16, (4, 6)])
def test_resized_is_what_a_folder_of_the_same_images_is(channels, size, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 4, 6, channels), dtype=np.uint8)
    images = data.ImageSet(pixels, [2, 0, 1], ["a", "b", "c"], name="noise")
    resized = images.resized(size)
    for i, image in enumerate(pixels):
        Image.fromarray(image[..., 0] if channels == 1 else image).save(tmp_path / f"{i}.png")
    expected = data.image_folder(tmp_path, size).images
    np.testing.assert_array_equal(resized.images, expected[..., :channels])
    np.testing.assert_array_equal(resized.labels, [2, 0, 1])
    assert (resized.class_names, resized.name, resized.images.dtype) == (["a", "b", "c"], "noise", np.uint8)
    np.testing.assert_array_equal(images.images, pixels)


def test_resized_keeps_its_own_size_to_the_bit_and_its_place_on_disk(monkeypatch):
    images = numbered()
    np.testing.assert_array_equal(images.resized((4, 6)).images, images.images)
    assert images.resized(4).image_shape == (4, 4, 1)
    assert data.ImageSet(images.images).resized(8).labels is None
    monkeypatch.setattr(image_set, "MEMORY_SHARE", 0)
    assert isinstance(images.resized((4, 6)).images, np.memmap)
    with pytest.raises(ValueError, match=r"size=\(8,\) was passed"):
        images.resized((8,))


# --- ImageSet ---------------------------------------------------------------------------------------------------


def test_batches_hold_each_image_once_beside_its_label():
    images = numbered()
    for x, y in images.batches(20):
        np.testing.assert_allclose((x[:, 0, 0, 0] + 1) * 127.5, y, atol=1e-4)
        np.testing.assert_array_equal(x[:, 3, 5, 0], np.ones(20))
        np.testing.assert_array_equal(x[:, 2, 2, 0], -np.ones(20))
    (order,) = orders(images.batches(20))
    assert len(order) == len(set(order)) == 100  # 103 images, the rest of a batch is left out


def test_batches_are_reshuffled_each_pass_by_their_seed():
    images = numbered()
    first, second, third = orders(images.batches(20, seed=3), passes=3)
    assert not np.array_equal(first, second)
    assert not np.array_equal(second, third)
    np.testing.assert_array_equal(orders(numbered().batches(20, seed=3), passes=3), [first, second, third])
    assert not np.array_equal(orders(images.batches(20, seed=4))[0], first)
    # Shuffled over the whole set, not in a window: in 100 of 103 places few images stay close to where they were.
    assert np.mean(np.abs(first - np.arange(100)) < 5) < 0.3
    # Each pass leaves out other images.
    assert set(first) != set(second)


def test_repeat_is_reshuffled_too():
    order = orders(numbered().batches(20).repeat(2))[0]
    assert not np.array_equal(order[:100], order[100:])


def test_batches_tell_their_number_shapes_and_types():
    batches = numbered().batches(20)
    assert batches.cardinality() == 5
    assert batches.element_spec == (tf.TensorSpec((20, 4, 6, 1), tf.float32), tf.TensorSpec((20,), tf.int32))


def test_stream_is_a_function_of_seed_and_step():
    stream = lambda seed, start, num: [y.numpy() for _, y in numbered().stream(20, seed, start).take(num)]  # noqa: E731
    whole = stream(3, 0, 17)
    for start in (0, 1, 4, 5, 12):  # within a pass of five batches, and at its ends
        np.testing.assert_array_equal(stream(3, start, 17 - start), whole[start:])
    passes = np.reshape(whole[:15], (3, 100))
    assert all(len(set(order)) == 100 for order in passes)
    assert not np.array_equal(passes[0], passes[1])
    assert not np.array_equal(stream(4, 0, 5), whole[:5])
    assert numbered().stream(20).cardinality() == tf.data.INFINITE_CARDINALITY
    assert numbered().stream(20).element_spec == numbered().batches(20).element_spec
    for x, y in numbered().stream(20).take(2):
        np.testing.assert_allclose((x[:, 0, 0, 0] + 1) * 127.5, y, atol=1e-4)


def test_without_labels_batches_are_x_alone():
    images = data.ImageSet(numbered().images)
    assert images.batches(20).element_spec == tf.TensorSpec((20, 4, 6, 1), tf.float32)
    assert images.class_names is None
    assert len({float(v) for x in images.batches(103) for v in x[:, 0, 0, 0]}) == 103


def test_set_on_disk_gives_the_same_batches_as_in_memory(monkeypatch):
    in_memory = numbered()
    mapped = on_disk(in_memory, monkeypatch)
    assert isinstance(mapped.images, np.memmap)
    batches = mapped.batches(20, seed=3)
    assert batches.element_spec == in_memory.batches(20).element_spec
    for _ in range(2):
        for (x, y), (x_memory, y_memory) in zip(batches, in_memory.batches(20, seed=3), strict=True):
            np.testing.assert_array_equal(x, x_memory)
            np.testing.assert_array_equal(y, y_memory)
        in_memory = numbered()
        batches = mapped.batches(20, seed=3)
    assert isinstance(mapped.images, np.memmap)  # never drawn into memory as a whole
    np.testing.assert_array_equal(mapped.sample(50, seed=1), in_memory.sample(50, seed=1))


@pytest.mark.parametrize("disk", [False, True])
def test_batches_are_shared_out_over_replicas(disk, monkeypatch):
    images = on_disk(numbered(), monkeypatch) if disk else numbered()
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    batches = strategy.experimental_distribute_dataset(images.batches(20, seed=3))
    order = [np.concatenate([y.numpy() for y in strategy.experimental_local_results(y)]) for _, y in batches]
    np.testing.assert_array_equal(np.concatenate(order), orders(images.batches(20, seed=3))[0])


def test_images_stay_as_they_were_and_cannot_be_written():
    images = numbered()
    before = images.images.copy()
    with pytest.raises(ValueError, match="read-only"):
        images.images[0] = 1
    next(iter(images.batches(20)))
    np.testing.assert_array_equal(images.images, before)
    with pytest.raises(ValueError, match="read-only"):
        images.images[0] = 1


def test_sample_draws_without_repeats_by_its_seed():
    images = numbered()
    x = images.sample(103, seed=1)
    assert x.dtype == np.float32
    assert x.shape == (103, 4, 6, 1)
    assert {round(float(v + 1) * 127.5) for v in x[:, 0, 0, 0]} == set(range(103))
    assert (x.min(), x.max()) == (-1, 1)
    np.testing.assert_array_equal(images.sample(9, seed=1), images.sample(9, seed=1))
    assert not np.array_equal(images.sample(9, seed=1), images.sample(9, seed=2))


def test_set_describes_itself():
    images = numbered(12)
    assert len(images) == 12
    assert images.image_shape == (4, 6, 1)
    assert images.labels.dtype == np.int32
    assert images.class_names == [str(k) for k in range(12)]
    assert repr(images) == "ImageSet('numbered', 12 images of 4x6x1, 12 classes)"
    named = data.ImageSet(images.images, np.zeros(12, int), ["cat", "dog"])
    assert named.class_names == ["cat", "dog"]


def test_room_is_memory_or_a_file_by_its_size(monkeypatch):
    assert not isinstance(image_set.room_for((3, 4, 4, 3)), np.memmap)
    monkeypatch.setattr(image_set, "MEMORY_SHARE", 0)
    room = image_set.room_for((3, 4, 4, 3))
    assert isinstance(room, np.memmap)
    assert room.shape == (3, 4, 4, 3)
    monkeypatch.setattr(image_set.shutil, "disk_usage", lambda folder: image_set.shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(OSError, match=r"take 0.0 GB.*has 0.0 GB free.*TMPDIR"):
        image_set.room_for((3, 4, 4, 3))


U8 = np.zeros((5, 4, 4, 3), np.uint8)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((U8 / np.float32(255) - 1,), TypeError, r"dtype float32 with values from -1 to -1.*\(x \+ 1\) \* 127.5"),
        ((np.full(U8.shape, np.nan),), TypeError, "dtype float64 with NaN were passed.*Remove the images with NaN"),
        ((U8.astype(int) + 300,), TypeError, "dtype int64 with values from 300 to 300"),
        ((np.array([["a"]]),), TypeError, "dtype <U1 were passed. Expected uint8"),
        ((U8[..., 0],), ValueError, r"shape \(5, 4, 4\).*images\[..., None\]"),
        ((U8.transpose(0, 3, 1, 2),), ValueError, r"shape \(5, 3, 4, 4\).*move channels last"),
        ((U8[:0],), ValueError, "at least one image"),
        ((U8, np.zeros(4, int)), ValueError, r"Labels of shape \(4,\) were passed for 5 images. Expected \(5,\)"),
        ((U8, np.zeros((5, 2), int)), ValueError, r"Labels of shape \(5, 2\).*argmax"),
        ((U8, np.zeros(5)), TypeError, "Labels of dtype float64.*Number the classes"),
        ((U8, [0, 1, 2, 3, -1]), ValueError, "Labels from -1 to 3"),
        (
            (U8, [0, 1, 2, 3, 4], ["a", "b"]),
            ValueError,
            "Labels from 0 to 4 were passed for 2 classes. Expected 0 to 1",
        ),
        ((U8, None, ["a", "b"]), ValueError, "2 class names were passed without labels"),
    ],
)
def test_set_refuses_what_it_cannot_hold(arguments, error, message):
    with pytest.raises(error, match=message):
        data.ImageSet(*arguments)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda images: images.batches(104), "batch_size=104 was passed for 103 images of 'numbered'"),
        (lambda images: images.stream(104), "batch_size=104 was passed for 103 images of 'numbered'"),
        (lambda images: images.stream(20, start=-1), "start=-1 was passed. Expected an integer of at least 0"),
        (lambda images: images.batches(0), "batch_size=0 was passed. Expected an integer of at least 1"),
        (lambda images: images.sample(104), "num=104 was passed for 103 images.*Expected at most 103"),
        (lambda images: images.sample(0), "num=0 was passed"),
    ],
)
def test_counts_fit_the_set(call, message):
    with pytest.raises(ValueError, match=message):
        call(numbered())


def test_digits_are_scikit_learns_enlarged():
    from sklearn.datasets import load_digits

    digits = data.digits()
    small = load_digits()
    assert digits.images.shape == (1797, 16, 16, 1)
    np.testing.assert_array_equal(digits.labels, small.target)
    assert digits.class_names == list("0123456789")
    assert (digits.images.min(), digits.images.max()) == (0, 255)
    # Cubic convolution with a = -1/2 by hand: a new pixel lies a quarter off the centre of an old one.
    weights = np.zeros((16, 8))
    for new in range(16):
        for old in range(8):
            d = abs((new + 0.5) / 2 - (old + 0.5))
            near, far = 1.5 * d**3 - 2.5 * d**2 + 1, -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2
            weights[new, old] = near if d < 1 else far if d < 2 else 0
    weights /= weights.sum(axis=1, keepdims=True)  # at the edges
    large = np.clip(weights @ small.images @ weights.T * 255 / 16, 0, 255)
    np.testing.assert_allclose(digits.images[..., 0], large, atol=0.51)


# --- one image file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image_size", "size", "part"),
    [
        ((40, 20), (20, 20), (slice(None), slice(10, 30))),
        ((20, 40), (20, 20), (slice(10, 30), slice(None))),
        ((20, 40), (10, 20), (slice(15, 25), slice(None))),  # wider than high
        ((40, 20), (20, 10), (slice(None), slice(15, 25))),
    ],
)
def test_the_centre_is_kept(image_size, size, part):
    pixels = np.random.default_rng(0).integers(0, 256, (image_size[1], image_size[0], 3), dtype=np.uint8)
    np.testing.assert_array_equal(decoded(encoded(Image.fromarray(pixels)), *size), pixels[part])


@pytest.mark.parametrize("size", [(7, 13), (33, 11), (1, 1), (300, 7), (187, 187)])
@pytest.mark.parametrize("image_size", [(13, 7), (49, 49), (1, 3), (91, 210), (3, 200)])
def test_any_size_comes_from_any_other(image_size, size):
    image = decoded(encoded(plain(GREEN, *image_size)), *size)
    np.testing.assert_array_equal(image, np.broadcast_to(np.uint8(GREEN), (*size, 3)))


def test_fine_patterns_are_averaged_not_picked():
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    np.testing.assert_allclose(decoded(encoded(Image.fromarray(board)), 8, 8), 127.5, atol=4)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_undone(orientation):
    upright = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    # How the camera stored it, by the table of the EXIF standard: which way its rows and columns run.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: np.rot90(upright.transpose(1, 0, 2), 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(decoded(encoded(Image.fromarray(stored.copy()), exif=exif)), upright)


@pytest.mark.parametrize(
    ("source", "colour"),
    [
        (encoded(plain(RED)), RED),
        (encoded(plain(RED), "WEBP", lossless=True), RED),
        (encoded(plain(RED), "JPEG"), RED),
        (encoded(plain(RED).convert("CMYK"), "JPEG"), RED),
        (encoded(plain(RED).convert("P")), RED),
        (encoded(Image.new("L", (20, 20), 90)), (90, 90, 90)),
        (encoded(Image.new("1", (20, 20), 1)), WHITE),
        (encoded(Image.new("LA", (20, 20), (90, 255))), (90, 90, 90)),
        (encoded(Image.new("RGBA", (20, 20), (0, 0, 255, 255))), BLUE),
        (encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0))), WHITE),  # not the black that hides beneath
        (encoded(Image.new("RGBA", (20, 20), (255, 0, 0, 51))), (255, 204, 204)),
        (encoded(Image.new("L", (20, 20), 7), transparency=7), WHITE),
        (encoded(Image.fromarray(np.full((20, 20), 90 * 257, np.uint16))), (90, 90, 90)),
    ],
)
def test_every_kind_becomes_rgb(source, colour):
    np.testing.assert_allclose(decoded(source), np.broadcast_to(colour, (20, 20, 3)), atol=2)


def test_a_large_jpeg_shrunk_while_decoding_looks_as_if_decoded_whole():
    rough = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    jpeg = encoded(Image.fromarray(rough).resize((1200, 900), Image.Resampling.BICUBIC), "JPEG", quality=95)
    assert folders._loaded(io.BytesIO(jpeg), 192).size == (300, 225)
    whole = decoded(encoded(Image.open(io.BytesIO(jpeg))), 24, 48)
    np.testing.assert_allclose(decoded(jpeg, 24, 48), whole, atol=3)


def test_decoding_keeps_every_image_in_order():
    sources = [encoded(Image.new("L", (2, 2), k % 256), compress_level=1) for k in range(1100)]  # more than a chunk
    sources[1030] = sources[1030][:40]
    results = list(folders.decode_all(iter(sources), 2, 2, "test", total=len(sources)))
    assert len(results) == 1100
    for k, (image, reason) in enumerate(results):
        assert (image is None) == (reason is not None) == (k == 1030)
        assert image is None or image[1, 0, 2] == k % 256


# --- folders ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """Two classes, five images, and things that are no images of theirs."""
    for name, colour in (
        ("dog/b.PNG", RED),
        ("dog/deep/er/a.png", GREEN),
        ("cat/2.webp", BLUE),
        ("cat/1.jpeg", WHITE),
        ("cat/0.png", GREEN),
        (".hidden/x.png", RED),
        ("cat/._0.png", RED),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        options = {"lossless": True} if name.endswith("webp") else {}
        path.write_bytes(
            encoded(plain(colour), {"webp": "WEBP", "jpeg": "JPEG"}.get(name.split(".")[-1], "PNG"), **options)
        )
    (tmp_path / "dog/notes.txt").write_text("no image")
    (tmp_path / "empty").mkdir()
    return tmp_path


def colours(images):
    return [tuple(int(v) for v in image[0, 0]) for image in images.images]


def test_folder_is_read_in_order_with_its_classes(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        images = data.image_folder(folder, 8)
    assert images.images.shape == (5, 8, 8, 3)
    assert images.images.dtype == np.uint8
    assert images.class_names == ["cat", "dog"]
    assert images.labels.tolist() == [0, 0, 0, 1, 1]
    assert colours(images) == [GREEN, WHITE, BLUE, RED, GREEN]
    assert images.name == folder.name
    assert images.skipped == {}
    assert data.image_folder(str(folder), (6, 8)).image_shape == (6, 8, 3)


def test_folder_on_disk_is_as_in_memory(folder, monkeypatch):
    (folder / "cat/3.png").write_bytes(b"broken")
    with pytest.warns(UserWarning, match="skipped"):
        in_memory = data.image_folder(folder, 8)
    monkeypatch.setattr(image_set, "MEMORY_SHARE", 0)
    with pytest.warns(UserWarning, match="skipped"):
        mapped = data.image_folder(folder, 8)
    assert isinstance(mapped.images, np.memmap)
    np.testing.assert_array_equal(mapped.images, in_memory.images)


def test_flat_and_mixed_folders_have_no_labels(folder):
    flat = data.image_folder(folder / "cat", 8)
    assert flat.labels is None
    assert flat.class_names is None
    assert len(flat) == 3
    (folder / "stray.png").write_bytes(encoded(plain(RED)))
    mixed = data.image_folder(folder, 8)
    assert mixed.labels is None
    assert len(mixed) == 6


def test_files_that_cannot_be_read_are_skipped_and_named(folder):
    whole = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)))
    (folder / "cat/00_truncated.png").write_bytes(whole[: len(whole) // 2])
    (folder / "cat/1_empty.jpg").write_bytes(b"")
    (folder / "dog/text.webp").write_text("no image")
    (folder / "dog/picture.jpg").write_bytes(encoded(plain(RED), "GIF"))  # none of the three formats
    with pytest.warns(
        UserWarning, match=r"4 of 9 image files.*were skipped: .*00_truncated.png.* and others"
    ) as caught:
        images = data.image_folder(folder, 8)
    assert len(caught) == 1
    names = ("cat/00_truncated.png", "cat/1_empty.jpg", "dog/picture.jpg", "dog/text.webp")
    assert list(images.skipped) == [str(folder / name) for name in names]
    assert "truncated" in images.skipped[str(folder / "cat/00_truncated.png")]
    # Images and labels stay side by side.
    assert images.labels.tolist() == [0, 0, 0, 1, 1]
    assert colours(images) == [GREEN, WHITE, BLUE, RED, GREEN]


def test_folder_without_a_readable_image_says_why(tmp_path):
    (tmp_path / "a.png").write_bytes(b"nothing")
    with pytest.raises(
        ValueError, match=r"None of the 1 image files of .* can be read; .*a.png: UnidentifiedImageError"
    ):
        data.image_folder(tmp_path, 8)


def test_folder_without_an_image_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(ValueError, match=r"holds no image. Expected files ending in .png, .jpg, .jpeg, .webp"):
        data.image_folder(tmp_path, 8)


def test_path_that_is_no_folder_is_refused(folder):
    for path in (folder / "missing", folder / "cat/0.png"):
        with pytest.raises(NotADirectoryError, match=r"was passed\. Expected a folder of images"):
            data.image_folder(path, 8)


@pytest.mark.parametrize("size", [0, -1, 2.5, (8,), (8, 0), (8, 8, 3), "8", None])
def test_size_is_a_side_or_a_pair(size, tmp_path):
    with pytest.raises(ValueError, match=r"size=.* was passed. Expected the side of square images in pixels"):
        data.image_folder(tmp_path, size)


# --- TFDS ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A TFDS folder with small sets under the real names, written by TFDS's own builders."""
    import tensorflow_datasets as tfds

    tfds.display_progress_bar(False)
    folder = tmp_path_factory.mktemp("tfds")
    cifar10 = tfds.builder("cifar10", data_dir=folder)
    cifar10.info.features["label"].names = CIFAR10_NAMES
    small = np.random.default_rng(0).integers(0, 256, (10, 32, 32, 3), dtype=np.uint8)
    pictures = [(str(k), {"id": str(k), "image": image, "label": k}) for k, image in enumerate(small)]
    write(cifar10, {"train": pictures, "test": pictures[:4]})

    celeb_a = tfds.builder("celeb_a", data_dir=folder)
    numbers = {
        part: {name: feature.np_dtype(0) for name, feature in celeb_a.info.features[part].items()}
        for part in ("landmarks", "attributes", "identity")
    }
    faces = np.full((3, 218, 178, 3), 255, np.uint8)  # white above and below the square in the middle
    faces[:, 20:198] = np.array([50, 100, 150])[:, None, None, None]
    faces[:, 20:198, 89:] += 50
    pictures = [(str(k), {"image": face, **numbers}) for k, face in enumerate(faces)]
    broken = encoded(Image.fromarray(faces[0]), "JPEG")[:900]
    write(celeb_a, {"train": pictures, "test": [("0", {"image": io.BytesIO(broken), **numbers})]})
    return folder, small


def write(builder, splits):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(builder), "_split_generators", lambda self, manager: {k: iter(v) for k, v in splits.items()})
        builder.download_and_prepare()


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the network was asked")

    for owner, name in ((socket, "getaddrinfo"), (socket.socket, "connect"), (requests, "head")):
        monkeypatch.setattr(owner, name, refuse)


def test_labelled_set_is_read_where_tfds_data_dir_says(prepared, monkeypatch, no_network):
    folder, small = prepared
    monkeypatch.setenv("TFDS_DATA_DIR", str(folder))
    images = data.cifar10()
    assert sorted(images.labels) == list(range(10))
    np.testing.assert_array_equal(images.images, small[images.labels])  # TFDS stores them in an order of its own
    assert images.class_names == CIFAR10_NAMES
    assert images.name == "cifar10"
    np.testing.assert_array_equal(data.cifar10().labels, images.labels)
    assert sorted(data.cifar10("test").labels) == [0, 1, 2, 3]
    assert len(data.cifar10("train+test[:50%]")) == 12


@pytest.mark.parametrize("share", [0.25, 0])
def test_celeb_a_is_cut_to_its_centre_and_resized(prepared, monkeypatch, no_network, share):
    monkeypatch.setenv("TFDS_DATA_DIR", str(prepared[0]))
    monkeypatch.setattr(image_set, "MEMORY_SHARE", share)
    images = data.celeb_a(size=32)
    assert images.images.shape == (3, 32, 32, 3)
    assert isinstance(images.images, np.memmap) == (share == 0)
    assert images.labels is None
    in_order = sorted(images.images.astype(int), key=lambda image: image.mean())
    for image, grey in zip(in_order, (50, 100, 150), strict=True):
        np.testing.assert_allclose(image[2:-2, :14], grey, atol=3)
        np.testing.assert_allclose(image[2:-2, 18:], grey + 50, atol=3)
    assert data.celeb_a(size=(20, 10)).image_shape == (20, 10, 3)


def test_celeb_a_with_a_broken_image_is_refused(prepared, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(prepared[0]))
    with pytest.raises(ValueError, match=r"Image 0 of celeb_a cannot be read: OSError.*Prepare it anew"):
        data.celeb_a("test")
    with pytest.raises(ValueError, match="size=0 was passed"):
        data.celeb_a(size=0)


@pytest.mark.parametrize("load", [data.mnist, data.fashion_mnist, data.cifar10, data.celeb_a])
def test_without_network_the_way_out_is_told_at_once(load, tmp_path, monkeypatch):
    import tensorflow_datasets as tfds

    def offline(url, timeout):
        raise requests.ConnectionError("no route to host")

    def retries(self):
        raise AssertionError("TFDS would retry for minutes")

    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(requests, "head", offline)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", retries)
    message = rf"data set '{load.__name__}' is not in {tmp_path} and its download failed: ConnectionError: no route"
    with pytest.raises(RuntimeError, match=message + ".*prepared copy.*TFDS_DATA_DIR") as caught:
        load()
    assert isinstance(caught.value.__cause__, requests.ConnectionError)


def test_failed_download_is_told(tmp_path, monkeypatch):
    import tensorflow_datasets as tfds

    def quota(self):
        raise tfds.download.DownloadError("quota exceeded")

    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(requests, "head", lambda url, timeout: None)
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", quota)
    with pytest.raises(RuntimeError, match=r"'celeb_a'.*download failed: DownloadError: quota exceeded"):
        data.celeb_a()


@pytest.mark.data
def test_mnist_is_mnist(tfds_dir, monkeypatch, no_network):
    monkeypatch.setenv("TFDS_DATA_DIR", tfds_dir)
    images = data.mnist("test")
    assert images.images.shape == (10_000, 28, 28, 1)
    assert np.bincount(images.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert images.class_names == list("0123456789")
    assert abs(images.images.mean() / 255 - 0.1325) < 1e-4
    assert len(data.mnist("train[:1%]")) == 600


def test_bits_have_grey_levels_for_probabilities(monkeypatch):
    levels = np.array([0, 1, 64, 254, 255], "uint8")
    grey = levels[np.random.default_rng(0).integers(5, size=(400, 10, 20, 1))]
    monkeypatch.setattr(images, "mnist", lambda split: data.ImageSet(grey[: 400 if split == "train" else 100]))
    bits = data.binary_mnist()
    assert np.unique(bits.images).tolist() == [0, 255]
    assert np.unique(next(iter(bits.batches(8)))).tolist() == [-1, 1]
    for level in levels.tolist():
        share, num, p = (bits.images[grey == level] == 255).mean(), (grey == level).sum(), level / 255
        assert abs(share - p) <= 4 * np.sqrt(p * (1 - p) / num)
    np.testing.assert_array_equal(data.binary_mnist("test").images, bits.images[:100])  # of the image alone
    assert (bits.images[0] != bits.images[1])[grey[0] == grey[1]].any()


@pytest.mark.data
def test_binary_mnist_is_mnist_in_black_and_white(tfds_dir, monkeypatch, no_network):
    monkeypatch.setenv("TFDS_DATA_DIR", tfds_dir)
    grey, bits = data.mnist("test"), data.binary_mnist("test")
    p, white = grey.images / 255, bits.images / 255
    assert abs((white - p).sum()) < 4 * np.sqrt((p * (1 - p)).sum())
    np.testing.assert_array_equal(white[p % 1 == 0], p[p % 1 == 0])
    np.testing.assert_array_equal(bits.labels, grey.labels)
    assert data.named("binary_mnist[:100]").name == "binary_mnist"


@pytest.mark.data
def test_stacked_mnist_is_three_digits_and_says_which(tfds_dir, monkeypatch, no_network):
    monkeypatch.setenv("TFDS_DATA_DIR", tfds_dir)
    digits = data.mnist("test")
    stacked = data.stacked_mnist("test", num=3000, seed=1)
    assert stacked.images.shape == (3000, 28, 28, 3)
    for number in (0, 1, 2999):  # each channel is an image of MNIST, and the label tells its digit
        image, label = stacked.images[number], stacked.labels[number]
        for channel, digit in zip(range(3), f"{label:03}", strict=True):
            same = (digits.images[..., 0] == image[..., channel]).all(axis=(1, 2))
            assert digits.labels[same].tolist() == [int(digit)]
    assert len(np.unique(stacked.labels)) > 900
    np.testing.assert_array_equal(data.stacked_mnist("test", num=5, seed=1).images, stacked.images[:5])
    assert (data.stacked_mnist("test", num=5, seed=2).images != stacked.images[:5]).any()


@pytest.mark.data
def test_the_first_images_of_a_set_have_a_name(tfds_dir, monkeypatch, no_network):
    monkeypatch.setenv("TFDS_DATA_DIR", tfds_dir)
    few = data.named("mnist[:1000]")
    np.testing.assert_array_equal(few.images, data.mnist("train").images[:1000])
    assert data.named("mnist[:1000]", 14).image_shape == (14, 14, 1)
    with pytest.raises(ValueError, match="no built-in set"):
        data.named("mnist[:0]")


@pytest.mark.data
def test_fashion_mnist_is_fashion_mnist(tfds_dir, monkeypatch, no_network):
    monkeypatch.setenv("TFDS_DATA_DIR", tfds_dir)
    images = data.fashion_mnist("test")
    assert np.bincount(images.labels).tolist() == [1000] * 10
    assert images.class_names[-1] == "Ankle boot"
    assert abs(images.images.mean() / 255 - 0.2868) < 1e-4


@pytest.mark.data
def test_unknown_split_is_refused(tfds_dir, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", tfds_dir)
    with pytest.raises(ValueError, match=r"Unknown split 'foo'. Should be one of \['train', 'test'\]"):
        data.mnist("foo")
