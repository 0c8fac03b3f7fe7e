"""Images at places of one's choice, differentiable as often as one likes, also under XLA. Not public."""

import tensorflow as tf


def resample(images, matrices, reflect):
    """Return images whose pixel (row, column) is taken at `matrices` (row, column, 1)^T, bilinearly.

    It is a weighted sum of gathered pixels, so it is linear in the images and has gradients of every order, which
    `tf.image` and Keras's resizing do not.

    Args:
        images: (m, H, W, C).
        matrices: float32 (m, 2, 3), from pixels of the result to places of the input, both counted from the centre
            in pixels.
        reflect: Whether images go on beyond their border as in a mirror; else they are 0 there.

    Returns:
        Images of the same shape and dtype.
    """
    _, height, width, _ = images.shape
    middle = [(height - 1) / 2, (width - 1) / 2]
    rows, columns = tf.meshgrid(tf.range(height, dtype=tf.float32), tf.range(width, dtype=tf.float32), indexing="ij")
    places = tf.stack([rows - middle[0], columns - middle[1], tf.ones_like(rows)], axis=-1)
    places = tf.einsum("mij,hwj->mihw", matrices, places)
    result = tf.zeros_like(images)
    row_corners = _corners(places[:, 0] + middle[0], height, reflect)
    column_corners = _corners(places[:, 1] + middle[1], width, reflect)
    flat = tf.reshape(images, (-1, height * width, images.shape[-1]))
    for row, row_weight in row_corners:
        for column, column_weight in column_corners:
            pixels = tf.gather(flat, tf.reshape(row * width + column, (-1, height * width)), axis=1, batch_dims=1)
            weight = tf.cast(row_weight * column_weight, images.dtype)[..., None]
            result += weight * tf.reshape(pixels, tf.shape(images))
    return tf.ensure_shape(result, images.shape)


def _corners(position, size, reflect):
    """Return the two pixels around each position along one side, and their weights, as pairs."""
    if reflect:
        last = float(max(size - 1, 1))
        position = last - tf.abs(tf.math.floormod(position, 2.0 * last) - last)
    below = tf.floor(position)
    share = position - below
    corners = []
    for pixel, weight in ((below, 1.0 - share), (below + 1.0, share)):
        weight *= tf.cast((pixel >= 0.0) & (pixel <= size - 1.0), tf.float32)
        corners.append((tf.cast(tf.clip_by_value(pixel, 0.0, size - 1.0), tf.int32), weight))
    return corners
