"""Captions, their vectors, and faces that are drawn after them."""

import numpy as np
import pytest

from keras_gans import data
from keras_gans.data import ImageSet, PhraseEncoder, attribute_faces, faces

ENCODE = PhraseEncoder({"hair": ["red", "dark green"], "eyes": ["blue", "red"], "smiling": [""]})


def test_vectors_are_one_hot_attribute_by_attribute():
    found = ENCODE(["red hair, blue eyes", "red eyes,  Dark  green HAIR, smiling", "smiling"])
    expected = [[1, 0, 1, 0, 0], [0, 1, 0, 1, 1], [0, 0, 0, 0, 1]]
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.float32
    assert ENCODE.size == 5
    np.testing.assert_array_equal(ENCODE("red hair"), [1, 0, 0, 0, 0])
    assert ENCODE.captions(found) == ["red hair, blue eyes", "dark green hair, red eyes, smiling", "smiling"]


def test_an_encoder_is_made_of_captions_and_rebuilt_from_its_configuration():
    encode = PhraseEncoder.of(["red hair, blue eyes", "dark green hair, red eyes", "smiling"])
    assert encode.attributes == {"eyes": ["blue", "red"], "hair": ["dark green", "red"], "smiling": [""]}
    again = PhraseEncoder(**encode.get_config())
    np.testing.assert_array_equal(again("red hair, red eyes"), encode("red hair, red eyes"))


@pytest.mark.parametrize(
    ("caption", "message"),
    [
        ("reed hair", r"'reed' in the caption 'reed hair' is no value of 'hair'. Did you mean 'red'\?"),
        ("red hat", "'hat' in the caption 'red hat' is no attribute"),
        ("red hair, dark green hair", "names 'hair' twice"),
        ("red hair,", "holds an empty phrase"),
        ("", "holds an empty phrase"),
        ("hair", "'' in the caption 'hair' is no value of 'hair'"),
    ],
)
def test_unknown_words_are_named(caption, message):
    with pytest.raises(ValueError, match=message):
        ENCODE([caption])


@pytest.mark.parametrize("bad", [{}, {"hair": []}, {"hair": ["red", "red"]}])
def test_refuses_what_is_no_vocabulary(bad):
    with pytest.raises(ValueError, match="Expected names with lists of their values"):
        PhraseEncoder(bad)


def test_a_set_with_captions_gives_their_vectors_as_conditions():
    images = np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1) * np.ones((1, 8, 8, 3), np.uint8)
    captions = ["red hair, blue eyes", "green hair, blue eyes"] * 3
    captioned = ImageSet(images, captions=captions)
    assert captioned.vectors.shape == (6, 3)
    for x, y in captioned.batches(2):
        for image, vector in zip(x.numpy(), y.numpy(), strict=True):
            number = round(float(image[0, 0, 0] + 1) * 127.5)
            np.testing.assert_array_equal(vector, captioned.encoder(captions[number]))
    assert captioned.resized(4).captions == captions
    own = ImageSet(images, captions=captions, encoder=lambda texts: np.array([[len(t)] for t in texts]))
    np.testing.assert_array_equal(own.vectors[:, 0], [len(c) for c in captions])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(captions=["red hair"]), "1 captions were passed for 2 images"),
        (dict(captions=["red hair"] * 2, labels=[0, 1]), "and labels were passed"),
        (dict(encoder=ENCODE), "An encoder was passed without captions"),
        (dict(captions=["a", "b"], encoder=lambda texts: np.zeros(2)), r"vectors of shape \(2,\)"),
        (dict(captions=["a", "b"], encoder=lambda texts: np.full((2, 1), np.nan)), "Expected finite numbers"),
    ],
)
def test_refuses_captions_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        ImageSet(np.zeros((2, 8, 8, 3), np.uint8), **arguments)


@pytest.mark.parametrize("size", [32, 64])
def test_the_colours_of_a_face_are_those_of_its_caption_and_can_be_read(size):
    drawn = attribute_faces(size, 400, "all", seed=1)
    assert drawn.image_shape == (size, size, 3)
    hair, eyes = faces.read_colours(drawn.images.astype("float32") / 127.5 - 1)
    told = [caption.replace(",", "").split() for caption in drawn.captions]
    assert [list(faces.HAIR)[i] for i in hair] == [words[0] for words in told]
    assert [list(faces.EYES)[i] for i in eyes] == [words[2] for words in told]


def test_noise_has_no_colour_of_eyes_by_chance_alone():
    grey = np.zeros((3, 32, 32, 3), np.float32)
    np.testing.assert_array_equal(faces.read_colours(grey)[1], -1)


def test_faces_differ_in_all_else_and_follow_from_the_seed():
    one = attribute_faces(32, 50, seed=3)
    np.testing.assert_array_equal(one.images, attribute_faces(32, 50, seed=3).images)
    assert not np.array_equal(one.images, attribute_faces(32, 50, seed=4).images)
    assert len(np.unique(one.images.reshape(50, -1), axis=0)) == 50


def test_held_out_combinations_are_not_among_the_seen_ones():
    combinations = lambda which: set(attribute_faces(32, 2000, which).captions)  # noqa: E731
    seen, held_out = combinations("seen"), combinations("held_out")
    assert len(held_out) == len(faces.HELD_OUT) == 8
    assert not seen & held_out
    assert seen | held_out == combinations("all")
    assert len(combinations("all")) == 48
    for position in (0, 1):  # every colour is seen in other company
        assert {pair[position] for pair in faces.HELD_OUT} <= {
            caption.replace(",", "").split()[2 * position] for caption in seen
        }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(size=16), "at least 32 pixels"),
        (dict(num=0), "num=0"),
        (dict(combinations="unseen"), "combinations='unseen'"),
    ],
)
def test_refuses_faces_that_cannot_be_drawn(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.attribute_faces(**arguments)
