import keras
import numpy as np
import pytest
import tiny
from PIL import Image

import keras_gans
from keras_gans import pictures
from keras_gans.callbacks.sample_grid import picture_interpolation


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


def test_interpolations_are_rows_further_apart_than_their_images(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (6, 40, 36, 3), dtype=np.uint8)
    picture = pictures.interpolation(images, tmp_path / "rows.png", columns=3)
    assert picture.shape == (1 + 40 + 6 + 40 + 1, 1 + 3 * 37, 3)
    for i, image in enumerate(images):
        top, left = 1 + i // 3 * 46, 1 + i % 3 * 37
        np.testing.assert_array_equal(picture[top : top + 40, left : left + 36], image)
    assert (picture[41:47] == 128).all()
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "rows.png")), picture)


@pytest.mark.parametrize("columns", [0, 1, 4])
def test_interpolations_have_full_rows(columns, tmp_path):
    with pytest.raises(ValueError, match=f"6 images were passed for rows of columns={columns}.*full rows"):
        pictures.interpolation(np.zeros((6, 4, 4, 1)), tmp_path / "rows.png", columns=columns)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("channels", [1, 3])
def test_real_images_lie_left_and_generated_ones_right(channels, tmp_path):
    real, generated = np.random.default_rng(0).integers(0, 256, (2, 5, 70, 80, channels), dtype=np.uint8)
    picture = pictures.side_by_side(real, generated, tmp_path / "both.png", columns=3)
    left, right = pictures.image_grid(real, columns=3), pictures.image_grid(generated, columns=3)
    height, width, _ = left.shape
    assert picture.shape == (22 + height, 2 * width + 16, channels)
    np.testing.assert_array_equal(picture[22:, :width], left)
    np.testing.assert_array_equal(picture[22:, -width:], right)
    assert (picture[:, width:-width] == 255).all()
    inks = [(caption < 128).sum() for caption in (picture[:22, :width], picture[:22, -width:])]
    assert 0 < inks[0] < inks[1]  # "generated" is the longer word
    with Image.open(tmp_path / "both.png") as written:
        np.testing.assert_array_equal(np.asarray(written).reshape(picture.shape), picture)


def test_captions_of_narrow_images_are_whole():
    narrow, wide = (pictures.side_by_side(*np.zeros((2, 1, 64, width, 1))) for width in (4, 60))
    words = [(picture[:22] < 128).any(axis=-1) for picture in (narrow, wide)]
    assert words[0][:, 0].sum() + words[0][:, -1].sum() == 0
    assert words[0].any(axis=0).sum() == pytest.approx(words[1].any(axis=0).sum(), abs=4)


@pytest.mark.parametrize("shape", [(3, 4, 4, 1), (4, 5, 4, 1), (4, 4, 4, 3)])
def test_side_by_side_refuses_what_cannot_be_compared(shape, tmp_path):
    with pytest.raises(ValueError, match=r"real images have shape \(4, 4, 4, 1\), the generated ones.*as many of each"):
        pictures.side_by_side(np.zeros((4, 4, 4, 1)), np.zeros(shape), tmp_path / "both.png")
    assert not list(tmp_path.iterdir())


def test_side_by_side_says_which_images_are_wrong():
    good, bad = np.zeros((4, 4, 4, 1)), np.full((4, 4, 4, 1), 255.0)
    with pytest.raises(ValueError, match="The real images run from 255"):
        pictures.side_by_side(bad, good)
    with pytest.raises(ValueError, match="The generated images run from 255"):
        pictures.side_by_side(good, bad)


def image_gan():
    z, x = keras.Input((5,), name="z"), keras.Input((8, 8, 1), name="x")
    g = keras.layers.Reshape((8, 8, 1))(keras.layers.Dense(64, activation="tanh")(z))
    return keras_gans.LSGAN(keras.Model(z, g), keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(x))))


def conditional_image_gan():
    z, x = keras.Input((5,), name="z"), keras.Input((8, 8, 1), name="x")
    y = keras.Input((), dtype="int32", name="y")
    g = keras.layers.Concatenate()([z, keras.layers.Embedding(3, 4, embeddings_initializer="normal")(y)])
    g = keras.layers.Reshape((8, 8, 1))(keras.layers.Dense(64, activation="tanh")(g))
    y_too = keras.Input((), dtype="int32", name="y")
    d = keras.layers.Concatenate()([keras.layers.Flatten()(x), keras.layers.Embedding(3, 4)(y_too)])
    return keras_gans.LSGAN(keras.Model([z, y], g), keras.Model([x, y_too], keras.layers.Dense(1)(d)))


def test_interpolations_of_a_model_lead_from_its_samples_to_others(tmp_path):
    model = image_gan()
    picture = picture_interpolation(model, rows=3, columns=4, seed=2, path=tmp_path / "rows.png")
    starts, ends = (model.latent.sample((3, 5), (2, i)).numpy() for i in (0, 1))
    z = np.concatenate([model.latent.interpolate(*pair, 4) for pair in zip(starts, ends, strict=True)])
    np.testing.assert_array_equal(picture, pictures.interpolation(np.asarray(model.generator(z)), columns=4))
    first = pictures.image_grid(model.sample(3, seed=2), columns=1)
    for i in range(3):
        own, expected = picture[1 + i * 70 :][:64, 1:65], first[1 + i * 65 :][:64, 1:65]
        assert np.abs(own.astype(int) - expected).max() <= 1  # traced and not traced may round apart
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "rows.png")), picture[..., 0])


def test_interpolations_use_the_moving_average():
    model = image_gan()
    before = picture_interpolation(model, rows=2, columns=3)
    model.track_ema(0.9)
    model.generator.set_weights([w + 1 for w in model.generator.get_weights()])
    np.testing.assert_array_equal(picture_interpolation(model, rows=2, columns=3), before)


def test_a_condition_stays_along_its_row():
    model = conditional_image_gan()
    picture = picture_interpolation(model, rows=3, columns=2, y=[2, 0, 1])
    z = model.latent.interpolate(*(model.latent.sample((3, 5), (0, i)) for i in (0, 1)), 2).reshape(6, 5)
    expected = np.asarray(model.generator([z, np.int32([2, 2, 0, 0, 1, 1])]))
    np.testing.assert_array_equal(picture, pictures.interpolation(expected, columns=2))
    same = picture_interpolation(model, rows=3, columns=2, y=1)
    np.testing.assert_array_equal(same, picture_interpolation(model, rows=3, columns=2, y=[1, 1, 1]))


def test_interpolations_of_a_model_refuse():
    with pytest.raises(ValueError, match="makes points"):
        picture_interpolation(keras_gans.LSGAN(tiny.generator(), tiny.discriminator()))
    with pytest.raises(ValueError, match="y was passed for unconditional networks"):
        picture_interpolation(image_gan(), y=1)
    with pytest.raises(ValueError, match="No y was passed for conditional networks"):
        picture_interpolation(conditional_image_gan())
    with pytest.raises(ValueError, match="rows=3 and 2 conditions were passed"):
        picture_interpolation(conditional_image_gan(), rows=3, y=[0, 1])


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


SQUARE = np.array([[-1.0, -1.0], [1.0, 1.0]])  # two modes, frame from -1.25 to 1.25


def shade(picture):
    """How blue each pixel is, 0 for white (and for grey) to 1 for the palette's blue."""
    picture = picture.astype(float)
    return (picture[..., 2] - picture[..., 0]) / 0xB2


def halves(picture):
    """The insides of the two panels, without titles and ticks."""
    middle = picture.shape[1] // 2
    return picture[60:520, 60 : middle - 20], picture[60:520, middle + 40 : -20]


def test_density_lies_where_the_points_are(tmp_path):
    picture = pictures.density(np.array([[0.0, 0.5]]), tmp_path / "density.png", modes=SQUARE)
    alone = shade(pictures.density(np.array([[0.0, 0.5]]), real=SQUARE))
    assert picture.shape == (583, 550, 3)
    assert alone.shape == (583, 1056)
    dots = [np.nonzero(part > 0.5) for part in halves(alone)]
    assert dots[0][0].min() > 300 or dots[0][0].max() > 300  # the real panel, at the left, has one low and one high
    assert dots[0][0].min() < 100
    rows, columns = dots[1]
    assert np.ptp(rows) < 30
    assert np.ptp(columns) < 30
    assert rows.mean() < 200  # y = 0.5 is above the middle
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "density.png")), picture)


def test_densities_share_their_shades():
    spread = np.repeat(SQUARE, 50, axis=0)
    gathered = np.concatenate([np.repeat(SQUARE[:1], 90, axis=0), np.repeat(SQUARE[1:], 10, axis=0)])
    real, generated = halves(shade(pictures.density(gathered, real=spread)))
    lower, upper = np.s_[230:], np.s_[:230]
    peaks = [float(part[rows].max()) for part in (real, generated) for rows in (lower, upper)]
    expected = np.sqrt(np.array([0.5, 0.5, 0.9, 0.1]) / 0.9)  # of the mass in each mode, as a share of the highest
    np.testing.assert_allclose(peaks, expected, atol=0.05)


def test_a_wider_kernel_is_a_wider_blur():
    areas = [
        (shade(pictures.density(np.zeros((1, 2)), modes=SQUARE, bandwidth=bandwidth)) > 0.5).sum()
        for bandwidth in (None, 0.025, 0.05)
    ]
    assert areas[0] == areas[1]  # a hundredth of the frame's side of 2.5
    assert areas[2] == pytest.approx(4 * areas[1], rel=0.1)


def test_density_counts_points_outside_the_frame():
    inside = pictures.density(np.zeros((2, 2)), real=SQUARE)
    outside = pictures.density(np.array([[0.0, 0.0], [9.0, 0.0]]), real=SQUARE)
    assert (inside[:40, 528:] != outside[:40, 528:]).any()  # the title of the generated panel
    np.testing.assert_array_equal(inside[:40, :528], outside[:40, :528])
    assert pictures.density(np.array([[9.0, 0.0]]), modes=SQUARE).shape == (583, 550, 3)  # none is inside


def test_contours_lie_over_the_generated_points_alone():
    asked = []

    def score(points):
        asked.append(points)
        return points[:, :1] * 10

    without = pictures.density(np.zeros((5, 2)), real=SQUARE, score=lambda points: np.ones(len(points)))
    contoured = pictures.density(np.zeros((5, 2)), real=SQUARE, score=score)
    (points,) = asked
    assert points.dtype == np.float32
    np.testing.assert_allclose([points.min(axis=0), points.max(axis=0)], [[-1.25, -1.25], [1.25, 1.25]])
    (real, real_contoured), (generated, generated_contoured) = zip(halves(without), halves(contoured), strict=True)
    np.testing.assert_array_equal(real, real_contoured)
    # Upright lines, as many on both sides of 0, all of them whole.
    drawn = (generated[..., 0].astype(int) - generated_contoured[..., 0]).clip(0).mean(axis=0)
    middle = len(drawn) // 2
    above, below = drawn[middle + 20 :], drawn[: middle - 20]
    lines = [(np.diff((side > 15).astype(int)) == 1).sum() for side in (below, above)]
    assert lines[0] == lines[1] >= 3
    assert below.sum() == pytest.approx(above.sum(), rel=0.1)


def test_scores_may_come_flat_or_from_a_network():
    flat = pictures.density(np.zeros((5, 2)), score=lambda points: points[:, 0])
    column = pictures.density(np.zeros((5, 2)), score=lambda points: points[:, :1])
    np.testing.assert_array_equal(flat, column)
    pictures.density(np.zeros((5, 2)), score=tiny.discriminator())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"samples": np.zeros((4, 3))}, r"samples has shape \(4, 3\)"),
        ({"real": np.zeros((0, 2))}, "real has shape.*at least one point"),
        ({"modes": np.full((1, 2), np.nan)}, "1 of 1 points of modes are not finite"),
        ({"bandwidth": 0.0}, "bandwidth=0.0 was passed.*above 0"),
        ({"bandwidth": np.nan}, "bandwidth=nan"),
        ({"score": lambda points: points}, r"score returned shape \(14400, 2\) for 14400 points"),
        ({"score": lambda points: points.sum()}, r"score returned shape \(\) for"),
        (
            {"score": lambda points: np.full(len(points), np.inf)},
            "14400 of 14400 values that are not finite.*StopOnNaN",
        ),
    ],
)
def test_density_refuses(arguments, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        pictures.density(**{"samples": np.zeros((1, 2)), "path": tmp_path / "density.png"} | arguments)
    assert not list(tmp_path.iterdir())


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


def has_colour(picture, colour):
    red, green, blue_ = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return bool((np.abs(picture[:, :600].astype(int) - [red, green, blue_]) < 30).all(axis=-1).any())  # not the legend


def test_runs_share_a_panel_each_in_its_colour(tmp_path):
    runs = {name: rows(fid=i + 1.0) for i, name in enumerate(["hinge", "least squares", "WGAN"])}
    picture = pictures.curves_of_runs(runs, "fid", tmp_path / "runs.png")
    assert panels(picture) == 1
    assert [has_colour(picture, c) for c in ("#0072b2", "#d55e00", "#009e73", "#cc79a7")] == [True, True, True, False]
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "runs.png")), picture)


def test_a_seventh_run_is_dashed():
    runs = {str(i): rows(fid=i + 1.0) for i in range(7)}
    picture = blue(pictures.curves_of_runs(runs, "fid"))[:, :600]
    lines = picture.sum(axis=1)
    first, seventh = lines[200:].max(), lines[:200].max()  # the seventh lies highest
    assert 0.3 * first < seventh < 0.9 * first


def test_rows_without_the_quantity_are_bridged_and_none_is_a_gap():
    whole, seldom, gap = rows(fid=1.0), rows(), rows(fid=1.0)
    for i in range(0, 60, 10):
        seldom[i]["fid"] = 1.0
    seldom[-1]["fid"] = 1.0
    for row in gap[20:40]:
        row["fid"] = None
    drawn = [
        blue(pictures.curves_of_runs({"run": stats}, "fid"))[:, :600].any(axis=0).sum()
        for stats in (whole, seldom, gap)
    ]
    assert drawn[1] == pytest.approx(drawn[0], abs=8)
    assert drawn[2] < 0.75 * drawn[0]


def test_a_power_is_straight_on_a_logarithmic_axis_only():
    stats = [{"step": i, "fid": 10.0 ** (-i / 20)} for i in range(1, 61)]
    for log in (False, True):
        drawn = blue(pictures.curves_of_runs({"run": stats}, "fid", log=log))[:340, 60:600]
        y, x = np.nonzero(drawn)
        bend = np.abs(y - np.polyval(np.polyfit(x, y, 1), x)).max()
        assert (bend < 4) == log


def test_runs_lie_over_images_if_all_count_them():
    counted = [row | {"images": 320 * row["step"]} for row in rows(fid=1.0)]
    by_image = pictures.curves_of_runs({"a": counted, "b": counted}, "fid")
    partly = pictures.curves_of_runs({"a": counted, "b": rows(fid=1.0)}, "fid")
    assert (by_image != partly).any()
    np.testing.assert_array_equal(partly, pictures.curves_of_runs({"a": rows(fid=1.0), "b": rows(fid=1.0)}, "fid"))


@pytest.mark.parametrize(
    ("runs", "log", "message"),
    [
        ({}, False, "got no runs"),
        ({"hinge": []}, False, "run 'hinge' got 0 rows"),
        ({"hinge": [{"fid": 1.0}]}, False, "run 'hinge' got 1 rows, of which 0 have a step"),
        ({"a": rows(fid=1.0), "b": rows()}, False, r"y='fid' is in no row of run 'b'.*'generator_loss'"),
        ({"a": rows(fid=0.0)}, True, "log=True was passed, and fid of run 'a' goes down to 0.*Leave log out"),
    ],
)
def test_runs_refuse(runs, log, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        pictures.curves_of_runs(runs, "fid", tmp_path / "runs.png", log=log)
    assert not list(tmp_path.iterdir())


def test_pyplot_is_left_alone():
    import sys

    before = "matplotlib.pyplot" in sys.modules
    pictures.scatter(np.zeros((3, 2)))
    pictures.density(np.zeros((3, 2)), score=lambda points: points[:, 0])
    pictures.loss_curves(rows())
    pictures.curves_of_runs({"run": rows(fid=1.0)}, "fid", log=True)
    pictures.side_by_side(*np.zeros((2, 1, 8, 8, 1)))
    assert ("matplotlib.pyplot" in sys.modules) == before
