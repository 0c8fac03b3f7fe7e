"""Two sets of images, with pairs and without."""

import numpy as np
import pytest

from keras_gans.data import ImageSet, TwoSides, coloured_digits
from keras_gans.data.two_sides import in_colour


def numbered(num, first=0):
    """Images whose pixels say which one they are."""
    return ImageSet(
        np.arange(first, first + num, dtype=np.uint8).reshape(-1, 1, 1, 1) * np.ones((1, 8, 8, 3), np.uint8)
    )


def numbers(batches):
    """The numbers of both sides' images, batch after batch."""
    found = [[np.rint((side.numpy()[:, 0, 0, 0] + 1) * 127.5).astype(int) for side in batch] for batch in batches]
    return (np.concatenate(side) for side in zip(*found, strict=True))


def test_without_pairs_each_side_has_an_order_of_its_own():
    x, y = numbers(TwoSides(numbered(40), numbered(40)).batches(4))
    assert sorted(x) == sorted(y) == list(range(40))
    assert np.mean(x == y) < 0.3
    longer, shorter = numbers(TwoSides(numbered(30), numbered(13)).batches(4))
    assert len(longer) == len(shorter) == 12


def test_pairs_stay_together():
    data = TwoSides(numbered(40), numbered(40, 100), paired=True)
    for batches in (data.batches(4), data.stream(4, start=3).take(9)):
        x, y = numbers(batches)
        np.testing.assert_array_equal(y, x + 100)
        assert not np.array_equal(x, np.sort(x))


@pytest.mark.parametrize("paired", [True, False])
def test_a_stream_goes_on_where_it_stopped(paired):
    data = TwoSides(numbered(12), numbered(12, 50), paired)
    whole = np.stack(list(numbers(data.stream(2, seed=3).take(20))))
    rest = np.stack(list(numbers(data.stream(2, seed=3, start=7).take(13))))
    np.testing.assert_array_equal(rest, whole[:, 14:])


def test_labels_are_left_aside():
    labelled = ImageSet(numbered(6).images, labels=np.arange(6))
    (x, y), *_ = TwoSides(labelled, labelled).batches(3)
    assert x.shape == y.shape == (3, 8, 8, 3)


def test_coloured_digits_have_an_answer_and_show_no_pair_in_training():
    train, test = coloured_digits(), coloured_digits("test")
    assert (train.paired, test.paired) == (False, True)
    assert train.x.image_shape == train.y.image_shape == (32, 32, 3)
    np.testing.assert_array_equal(test.y.images, in_colour(test.x.images))
    answers = {image.tobytes() for image in in_colour(train.x.images)}
    assert np.mean([image.tobytes() in answers for image in train.y.images]) < 0.01
    held_out = {image.tobytes() for image in test.x.images}
    assert np.mean([image.tobytes() in held_out for image in train.x.images]) < 0.01
    # what a translator that does nothing is away from the answer
    assert np.mean(np.abs(test.x.images / 127.5 - test.y.images / 127.5)) > 0.3


def test_colours_by_hand():
    grey = np.zeros((1, 4, 4, 3), np.uint8)
    grey[0, 0, 0] = 255
    found = in_colour(grey)[0]
    np.testing.assert_array_equal(found[0, 0], [255, 140, 26])
    np.testing.assert_array_equal(found[0, 1], np.rint(255 * 0.5 * np.array([0.1, 0.25, 0.6])))
    np.testing.assert_array_equal(found[0, 2], np.rint(255 * np.array([0.1, 0.25, 0.6])))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: TwoSides(numbered(3), 3), TypeError, "y=3 was passed"),
        (lambda: TwoSides(numbered(1), numbered(3)), ValueError, "x holds 1 image"),
        (lambda: TwoSides(numbered(3), numbered(4), paired=True), ValueError, "3 x and 4 y were passed"),
        (lambda: coloured_digits("all"), ValueError, "split='all'"),
    ],
)
def test_refuses(make, error, message):
    with pytest.raises(error, match=message):
        make()
