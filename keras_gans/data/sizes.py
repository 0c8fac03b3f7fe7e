"""Bringing images of any size to one."""

import numpy as np


def checked_size(size):
    """Return `size`, an integer or a pair of them, as (height, width).

    Raises:
        ValueError: If it is neither, or below 1.
    """
    pair = (size, size) if isinstance(size, int | np.integer) else size
    if not (
        isinstance(pair, tuple | list)
        and len(pair) == 2
        and all(isinstance(side, int | np.integer) and side >= 1 for side in pair)
    ):
        raise ValueError(
            f"size={size!r} was passed. Expected the side of square images in pixels, or (height, width). Pass 64, say."
        )
    return int(pair[0]), int(pair[1])


def cut_and_resized(image, height, width):
    """Cut a Pillow image to the largest centre part of the wanted aspect and resize that by Lanczos's filter.

    Args:
        image: Image of mode L or RGB.
        height: Height of the result in pixels.
        width: Width of the result in pixels.

    Returns:
        uint8 array (height, width), or (height, width, 3).
    """
    from PIL import Image

    scale = min(image.width / width, image.height / height)
    # Rounding must not push the box over the edge by a hair: Pillow refuses that.
    part_width, part_height = min(scale * width, image.width), min(scale * height, image.height)
    left, top = (image.width - part_width) / 2, (image.height - part_height) / 2
    box = (left, top, left + part_width, top + part_height)
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS, box=box))
