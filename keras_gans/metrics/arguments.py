"""What every metric refuses, and in which words."""

import numpy as np


def check_features(real, generated, at_least=1, why=""):
    """Features of two samples as float64 arrays (n, d) and (m, d).

    Args:
        real: Array-like (n, d), one row a sample.
        generated: Array-like (m, d).
        at_least: Smallest number of rows that will do, of each.
        why: Sentence that explains `at_least` and says how to mend it.

    Returns:
        The two arrays, float64.

    Raises:
        ValueError: If the arrays are not (n, d) and (m, d), have fewer rows than `at_least`, or are not finite.
    """
    real, generated = np.asarray(real, "float64"), np.asarray(generated, "float64")
    if (
        real.ndim != 2
        or generated.ndim != 2
        or real.shape[1] != generated.shape[1]
        or 0 in real.shape + generated.shape
    ):
        raise ValueError(
            f"Real samples of shape {real.shape} and generated ones of shape {generated.shape} were passed. Expected "
            "(n, d) and (m, d) with the same d, none of them 0. Make each sample one row, in the order (real, "
            "generated)."
        )
    for name, rows in (("real", real), ("generated", generated)):
        if not np.isfinite(rows).all():
            raise ValueError(
                f"NaN or infinite {name} samples were passed. Expected finite ones. Has the generator diverged, or the "
                "feature network overflowed?"
            )
        if len(rows) < at_least:
            raise ValueError(f"{len(rows)} {name} samples were passed. Expected at least {at_least}. {why}".rstrip())
    return real, generated


def check_count(name, value, at_least=1):
    """Refuses what is not a whole number of at least `at_least`.

    Args:
        name: The argument's name, for the message.
        value: What was passed.
        at_least: The smallest that will do.

    Returns:
        The number as an int.

    Raises:
        ValueError: If the value is not a whole number or too small.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < at_least:
        raise ValueError(f"{name}={value!r} was passed. Expected a whole number, at least {at_least}.")
    return int(value)
