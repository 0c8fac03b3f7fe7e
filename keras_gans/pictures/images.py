"""Pictures of images: pixel for pixel."""

import math

import numpy as np

from keras_gans.pictures.drawing import DIVERGED, INK, written

TILE = 64  # pixels: smaller images are enlarged by a whole factor up to this side
GAP = 1
ROW_GAP = 6
GAP_GREY = 128  # neither the black nor the white that most images have at their edges
APART = 16
CAPTION_HEIGHT = 22
CAPTION_SIZE = 13


def image_grid(images, path=None, columns=None):
    """Lay images out in rows, pixel for pixel, with a gap of one pixel around each.

    Small images are enlarged without smoothing, by the largest whole factor that keeps them within 64 pixels.

    Args:
        images: Float array (m, height, width, 1 or 3) in [-1, 1], or uint8 in 0 to 255.
        path: Where to write the picture; its suffix names the format, of which `.png` is exact. None writes
            nothing.
        columns: Images per row; the square root of m, rounded up, by default.

    Returns:
        uint8 array (grid height, grid width, 1 or 3): row by row in the order given; a last row that is not
        full ends in the grey of the gaps.

    Raises:
        ValueError: If the shape, dtype or range of `images` is not as above, if a value is not finite, or if
            `columns` is below 1.
    """
    images = as_uint8(images)
    if columns is None:
        columns = math.ceil(math.sqrt(len(images)))
    if columns < 1:
        raise ValueError(f"columns={columns} leaves no room. Expected at least 1. Omit it for a square grid.")
    return written(_tiled(images, columns), path)


def interpolation(images, path=None, columns=8):
    """Lay out interpolations, one per row: as `image_grid`, with the rows further apart than the images of a row.

    Args:
        images: Images as `image_grid` takes them, row by row: the first `columns` of them lead from one end to the
            other, and so on.
        path: Where to write the picture; None writes nothing.
        columns: Images per row.

    Returns:
        uint8 array (height, width, 1 or 3).

    Raises:
        ValueError: If `columns` is below 2 or does not divide the number of images, or as `image_grid` does.
    """
    images = as_uint8(images)
    if columns < 2 or len(images) % columns:
        raise ValueError(
            f"{len(images)} images were passed for rows of columns={columns}. Expected at least 2 columns, and full "
            "rows. Pass as `columns` the number of images from one end to the other."
        )
    return written(_tiled(images, columns, row_gap=ROW_GAP), path)


def side_by_side(real, generated, path=None, columns=None):
    """Lay real images out at the left and as many generated ones at the right, each as `image_grid` does, captioned.

    Args:
        real: Images as `image_grid` takes them.
        generated: As many images of the same height, width and channels.
        path: Where to write the picture; None writes nothing.
        columns: Images per row of one side; the square root of their number, rounded up, by default.

    Returns:
        uint8 array (height, width, 1 or 3): the two grids on white.

    Raises:
        ValueError: If the two are not alike in number, size and channels, or as `image_grid` does.
    """
    real, generated = as_uint8(real, "The real images"), as_uint8(generated, "The generated images")
    if real.shape != generated.shape:
        raise ValueError(
            f"The real images have shape {real.shape}, the generated ones {generated.shape}. Expected the same. Pass "
            "as many of each, at one size, all grey or all in colour."
        )
    left = _captioned(image_grid(real, columns=columns), "real")
    right = _captioned(image_grid(generated, columns=columns), "generated")
    between = np.full((len(left), APART, left.shape[-1]), 255, np.uint8)
    return written(np.concatenate([left, between, right], axis=1), path)


def stages(blocks, path=None):
    """Lay images out with what becomes of them: blocks under one another, in each a row for every stage.

    Args:
        blocks: Dict of a block's caption -> list of images as `image_grid` takes them, as many of each stage as of all
            others, below each other where they belong together.
        path: Where to write the picture; None writes nothing.

    Returns:
        uint8 array (height, width, 3): the grids on white, grey images in three equal channels.

    Raises:
        ValueError: If there are no blocks, stages differ in the number or size of their images, or as `image_grid`
            does.
    """
    pages = []
    for caption, rows in blocks.items():
        rows = [as_uint8(row, f"Images of {caption!r}") for row in rows]
        if len({row.shape[:3] for row in rows}) != 1:
            raise ValueError(
                f"The stages of {caption!r} have shapes {[row.shape for row in rows]}. Expected as many images of one "
                "size in each. Pass what becomes of the same images."
            )
        colour = [np.broadcast_to(row, (*row.shape[:3], 3)) for row in rows]
        pages.append(_captioned(image_grid(np.concatenate(colour), columns=len(rows[0])), caption))
    if not pages:
        raise ValueError("No blocks were passed. Expected a dict of captions and stages. Pass at least one.")
    width = max(page.shape[1] for page in pages)
    pages = [np.pad(page, ((0, 0), (0, width - page.shape[1]), (0, 0)), constant_values=255) for page in pages]
    return written(np.concatenate(pages), path)


def _tiled(images, columns, row_gap=GAP):
    """Lay uint8 images out in rows on grey, small ones enlarged."""
    m, height, width, channels = images.shape
    factor = max(1, TILE // max(height, width))
    images = images.repeat(factor, axis=1).repeat(factor, axis=2)
    height, width, rows = height * factor, width * factor, math.ceil(m / columns)
    shape = (2 * GAP + rows * (height + row_gap) - row_gap, GAP + columns * (width + GAP), channels)
    grid = np.full(shape, GAP_GREY, dtype=np.uint8)
    for i, image in enumerate(images):
        top = GAP + i // columns * (height + row_gap)
        left = GAP + i % columns * (width + GAP)
        grid[top : top + height, left : left + width] = image
    return grid


def _captioned(grid, caption):
    """Put a caption above a grid, in the middle, on white."""
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    # The font of the other pictures, found without matplotlib's font manager, which is slow to begin.
    font = ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", CAPTION_SIZE)
    height, width, channels = grid.shape
    page_width = max(width, math.ceil(font.getlength(caption)))  # a narrow grid does not cut its caption off
    strip = Image.new("L", (page_width, CAPTION_HEIGHT), 255)
    position = (page_width / 2, CAPTION_HEIGHT / 2)
    ImageDraw.Draw(strip).text(position, caption, fill=int(INK[1:3], 16), font=font, anchor="mm")
    page = np.full((CAPTION_HEIGHT + height, page_width, channels), 255, np.uint8)
    page[:CAPTION_HEIGHT] = np.asarray(strip)[..., None]
    left = (page_width - width) // 2
    page[CAPTION_HEIGHT:, left : left + width] = grid
    return page


def as_uint8(images, name="The images"):
    """Check images as `image_grid` documents them, with `name` for its errors, and bring them to 0..255."""
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or 0 in images.shape:
        raise ValueError(
            f"{name} have shape {images.shape}. Expected (m, height, width, channels) with 1 or 3 "
            "channels, and at least one image. Add a leading axis to a single image; move channels last."
        )
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind in "biuOSU":
        raise ValueError(
            f"{name} have dtype {images.dtype}. Expected floats in [-1, 1] or uint8. Convert them with "
            '`.astype("uint8")` if they hold 0 to 255.'
        )
    images = images.astype(np.float32)
    if not np.isfinite(images).all():
        bad = np.count_nonzero(~np.isfinite(images).all(axis=(1, 2, 3)))
        raise ValueError(
            f"{bad} of {len(images)} images hold values that are not finite. Expected floats in [-1, 1]. " + DIVERGED
        )
    low, high = images.min(), images.max()
    if low < -1.001 or high > 1.001:  # rounding of a resized or float16 image may pass the ends by a hair
        raise ValueError(
            f"{name} run from {low:g} to {high:g}. Expected floats in [-1, 1] or uint8. Scale pixels of "
            "0 to 255 with `x / 127.5 - 1`; end a generator in tanh."
        )
    return np.clip(np.rint((images + 1) * 127.5), 0, 255).astype(np.uint8)
