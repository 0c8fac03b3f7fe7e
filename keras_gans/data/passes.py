"""The order in which rows come: passes over a set, each shuffled anew, as batches of indices; and some, drawn once."""

import numpy as np
import tensorflow as tf

from keras_gans.checks import check_positive_integer


def check_enough(data, rows, **asked):
    """Refuse a number that is no integer from 1 to the size of a set.

    Args:
        data: The set, which has a length and a `name`.
        rows: What its rows are, for the message, such as "images".
        **asked: The number, by the name of its argument.

    Raises:
        ValueError: If it is none.
    """
    check_positive_integer(**asked)
    ((name, num),) = asked.items()
    if num > len(data):
        raise ValueError(
            f"{name}={num} was passed for {len(data)} {rows} of {data.name!r}. Expected at most {len(data)}. "
            f"Pass a smaller {name} or get more {rows}."
        )


def chosen(data, rows, num, seed):
    """Return the indices of `num` rows of a set, none of them twice; arguments and errors as of `check_enough`."""
    check_enough(data, rows, num=num)
    return np.random.default_rng(seed).choice(len(data), num, replace=False)


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
