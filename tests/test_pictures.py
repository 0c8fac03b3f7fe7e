import numpy as np
import pytest
from PIL import Image

from keras_gans import pictures


def test_grid_holds_every_image_pixel_for_pixel(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (5, 16, 24, 3), dtype=np.uint8)
    grid = pictures.image_grid(images, tmp_path / "grid.png", columns=2)
    height, width = 32, 48  # enlarged twice: 3 * 24 would pass 64
    assert grid.shape == (1 + 3 * (height + 1), 1 + 2 * (width + 1), 3)
    for i, image in enumerate(images):
        top, left = 1 + i // 2 * (height + 1), 1 + i % 2 * (width + 1)
        tile = grid[top : top + height, left : left + width]
        for corner in (tile[::2, ::2], tile[1::2, ::2], tile[::2, 1::2], tile[1::2, 1::2]):
            np.testing.assert_array_equal(corner, image)
    gaps = [grid[::33], grid[:, ::49], grid[-33:, -49:]]  # lines between rows, between columns, the empty sixth place
    assert all((gap == 128).all() for gap in gaps)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "grid.png")), grid)


def test_grid_maps_floats_to_the_nearest_of_256_levels():
    floats = np.float32([-1, -0.999, 0.0, 0.5, 1.0, 1.0005]).reshape(1, 1, 6, 1)
    grid = pictures.image_grid(floats)  # one row of six pixels, enlarged ten times
    np.testing.assert_array_equal(grid[1, 1:-1:10, 0], [0, 0, 128, 191, 255, 255])


def test_every_grey_level_survives_the_way_to_floats_and_back():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    floats = levels.astype("float32") / 127.5 - 1
    np.testing.assert_array_equal(pictures.image_grid(floats), pictures.image_grid(levels))


def test_grey_grid_is_written_grey_and_large_images_keep_their_size(tmp_path):
    grid = pictures.image_grid(np.zeros((3, 80, 70, 1), np.float32), tmp_path / "new" / "grid.png")
    assert grid.shape == (1 + 2 * 81, 1 + 2 * 71, 1)
    with Image.open(tmp_path / "new" / "grid.png") as picture:
        assert picture.mode == "L"
        assert picture.size == (143, 163)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((16, 16, 1)), r"shape \(16, 16, 1\).*leading axis"),
        (np.zeros((2, 3, 16, 16)), r"shape \(2, 3, 16, 16\).*channels last"),
        (np.zeros((0, 16, 16, 1)), "at least one image"),
        (np.zeros((2, 4, 4, 1), np.int64), "dtype int64.*uint8"),
        (np.full((2, 4, 4, 1), 255.0), r"run from 255 to 255.*x / 127.5 - 1"),
        (np.full((2, 4, 4, 1), -1.01), "run from -1.01"),
        (np.stack([np.zeros((4, 4, 1)), np.full((4, 4, 1), np.nan)]), "1 of 2 images.*not finite.*StopOnNaN"),
    ],
)
def test_grid_refuses(images, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        pictures.image_grid(images, tmp_path / "grid.png")
    assert not list(tmp_path.iterdir())


def test_grid_refuses_no_columns():
    with pytest.raises(ValueError, match="columns=0"):
        pictures.image_grid(np.zeros((2, 4, 4, 1)), columns=0)


def blue(picture):
    """Where the picture shows the colour of generated points."""
    return (np.abs(picture.astype(int) - [0x00, 0x72, 0xB2]) < 30).all(axis=-1)


def test_scatter_frame_is_that_of_the_real_points(tmp_path):
    corners = np.array([[-2.0, -2.0], [2.0, 2.0]])
    near = pictures.scatter(np.array([[0.0, 0.0]]), tmp_path / "near.png", real=corners)
    far = pictures.scatter(np.array([[0.0, 0.0], [50.0, 0.0]]), real=corners)
    assert near.shape == far.shape == (550, 550, 3)
    plot = np.s_[60:500, 60:380]  # without the title, which counts the far point, and the legend
    np.testing.assert_array_equal(near[plot], far[plot])
    assert (near[:25] != far[:25]).any()  # the title
    rows, columns = np.nonzero(blue(near[60:, :380]))
    # The middle of the frame, which fills the picture but for the title and the ticks.
    assert abs(rows.mean() + 60 - 275) < 20
    assert abs(columns.mean() - 275) < 20
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "near.png")), near)


def test_scatter_draws_each_kind_of_point():
    samples = np.array([[0.0, 0.0]])
    with_modes = pictures.scatter(samples, modes=np.array([[1.0, 1.0], [-1.0, -1.0]]))
    vermilion = (np.abs(with_modes.astype(int) - [0xD5, 0x5E, 0x00]) < 30).all(axis=-1)
    assert vermilion[60:, :380].any()  # the cross at (-1, -1), outside the legend
    assert blue(with_modes)[60:, :380].any()


@pytest.mark.parametrize("name", ["samples", "real", "modes"])
@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((4, 3)), r"has shape \(4, 3\)"),
        (np.zeros(2), r"has shape \(2,\)"),
        (np.zeros((0, 2)), "at least one point"),
        (np.array([[0.0, np.inf], [0.0, 0.0]]), "1 of 2 points of NAME are not finite"),
    ],
)
def test_scatter_refuses(name, points, message):
    arguments = {"samples": np.zeros((1, 2)), name: points}
    with pytest.raises(ValueError, match=message.replace("NAME", name)):
        pictures.scatter(**arguments)


def rows(count=60, **more):
    return [
        {"step": i + 1, "epoch": i, "seconds": i, "discriminator_loss": -i, "generator_loss": i, **more}
        for i in range(count)
    ]


def panels(picture):
    """Count the axes: each has a pale line at its left, all in one column of pixels."""
    pale = (np.abs(picture.astype(int) - 0xBB) < 8).all(axis=-1)
    column = pale[:, pale.sum(axis=0).argmax()]
    return int((np.diff(column.astype(int)) == 1).sum())


def test_losses_share_a_panel_and_other_quantities_have_their_own(tmp_path):
    one = pictures.loss_curves(rows())
    three = pictures.loss_curves(rows(wasserstein=1.0, gradient_penalty=2.0), tmp_path / "curves.png")
    assert (panels(one), panels(three)) == (1, 3)
    assert blue(one).any()
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "curves.png")), three)


def test_none_is_a_gap_in_a_curve_and_not_an_error():
    whole = rows(wasserstein=1.0)
    gap = [row | ({"wasserstein": None} if 20 < row["step"] < 40 else {}) for row in whole]
    drawn = [blue(pictures.loss_curves(stats)).sum() for stats in (whole, gap)]
    line = 7 * 110 * 0.9 * 19 / 60  # pixels: the width of the axes times the share left out
    assert drawn[0] - drawn[1] > line / 2


def test_a_quantity_logged_only_later_is_drawn():
    stats = rows()
    stats[40]["fid"] = 3.0
    assert panels(pictures.loss_curves(stats)) == 2


def test_axis_counts_images_if_every_row_does():
    by_step = pictures.loss_curves(rows())
    by_image = pictures.loss_curves([row | {"images": 64 * row["step"]} for row in rows()])
    partly = rows()
    partly[0]["images"] = 64
    assert (by_step != by_image).any()
    np.testing.assert_array_equal(pictures.loss_curves(partly), by_step)


@pytest.mark.parametrize(
    ("stats", "message"),
    [
        ([], "got 0 rows"),
        ([{"generator_loss": 1.0}], "1 rows, of which 0 have a step"),
        ([{"step": 1, "epoch": 1, "seconds": 2.0}], r"no quantity in rows with \['epoch', 'seconds', 'step'\]"),
    ],
)
def test_curves_refuse(stats, message):
    with pytest.raises(ValueError, match=message):
        pictures.loss_curves(stats)


def test_one_row_is_drawn():
    assert blue(pictures.loss_curves(rows(1))).any()


def test_pyplot_is_left_alone():
    import sys

    before = "matplotlib.pyplot" in sys.modules
    pictures.scatter(np.zeros((3, 2)))
    pictures.loss_curves(rows())
    assert ("matplotlib.pyplot" in sys.modules) == before
