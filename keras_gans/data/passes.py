"""The order in which rows come: passes over a set, each shuffled anew, as batches of indices."""

import tensorflow as tf


def passes(num_rows, batch_size, seed):
    """Return the batches of one pass per iteration over the dataset, each in a new order; rows left over are left out.

    As with every tf.data shuffle, the order also depends on the global seed of `keras.utils.set_random_seed`.

    Args:
        num_rows: Rows of the set.
        batch_size: Rows of a batch, at most `num_rows`.
        seed: Integer.

    Returns:
        `tf.data.Dataset` of int32 (batch_size,).
    """
    one = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).take(1)
    indices = one.flat_map(lambda pass_seed: _one_pass(num_rows, batch_size, (pass_seed, 0)))
    return indices.apply(tf.data.experimental.assert_cardinality(num_rows // batch_size))


def endless_passes(num_rows, batch_size, seed, start):
    """Return batches without an end, pass after pass: batch i is a function of (seed, i) alone.

    Args:
        num_rows: As in `passes`.
        batch_size: As in `passes`.
        seed: Integer.
        start: Number of the first batch.

    Returns:
        `tf.data.Dataset` of int32 (batch_size,).
    """
    steps = num_rows // batch_size
    numbers = tf.data.Dataset.counter(start // steps)
    indices = numbers.flat_map(lambda number: _one_pass(num_rows, batch_size, (seed, number)))
    return indices.skip(start % steps).apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))


def _one_pass(num_rows, batch_size, seed):
    # Whole batches of indices: an element each of a shuffled tf.data range costs three times as much.
    steps = num_rows // batch_size
    order = tf.random.experimental.stateless_shuffle(tf.range(num_rows), seed)
    return tf.data.Dataset.from_tensor_slices(tf.reshape(order[: steps * batch_size], (steps, batch_size)))
