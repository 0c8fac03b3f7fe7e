"""Whether an exported generator gives the images that the Keras one gives, on the same random inputs."""

import numpy as np

BATCH_SIZES = (1, 2, 7, 64)  # one, even, odd, and a usual one: a batch axis that was frozen shows in any two of them


def measure_parity(reference, candidate, draw, batch_sizes=BATCH_SIZES, spread=None):
    """Largest absolute difference between two generators, for each batch size.

    Images in [-1, 1] and points are compared as they are. Samples in units of their own, such as a column in the
    millions, are compared in parts of their spread.

    Args:
        reference: Function of the inputs, `z` or `z, y`, that gives the samples expected, (m, ...).
        candidate: Function of the same inputs that gives the exported generator's samples.
        draw: Function of m that gives a tuple of m random inputs, NumPy.
        batch_sizes: The values of m.
        spread: Function of all samples expected, (sum of m, ...), that returns what their differences are divided by;
            None for 1.

    Returns:
        Dict from batch size to the largest absolute difference, in the unit of the samples, or over their spread.

    Raises:
        FloatingPointError: If one of the two gives NaN or infinity.
        RuntimeError: If they give different shapes.
    """
    pairs = []
    for num in batch_sizes:
        inputs = draw(num)
        samples = {
            "generator": np.asarray(reference(*inputs), np.float64),
            "exported generator": np.asarray(candidate(*inputs), np.float64),
        }
        for name, values in samples.items():
            if not np.isfinite(values).all():
                raise FloatingPointError(
                    f"The {name} gave {np.count_nonzero(~np.isfinite(values))} values that are NaN or infinite in a "
                    f"batch of {num}. Expected finite samples. Export an earlier, finite state of the generator."
                )
        expected, got = samples.values()
        if got.shape != expected.shape:
            raise RuntimeError(
                f"The exported generator gave samples of shape {got.shape} for a batch of {num}. Expected "
                f"{expected.shape}. Some layer fixes a size while it is exported: compute shapes from the input."
            )
        pairs.append((got, expected))
    got, expected = (np.concatenate(samples) for samples in zip(*pairs, strict=True))
    differences = np.abs(got - expected) / (1.0 if spread is None else spread(expected))
    by_size = np.split(differences, np.cumsum(batch_sizes)[:-1])
    return {num: float(np.max(of_size)) for num, of_size in zip(batch_sizes, by_size, strict=True)}


def require_parity(differences, tolerance):
    """Refuse an export that differs from its generator.

    Args:
        differences: What `measure_parity` returned.
        tolerance: Largest difference allowed, in the same unit.

    Raises:
        RuntimeError: If a difference is above `tolerance`.
    """
    num, worst = max(differences.items(), key=lambda item: item[1])
    if worst > tolerance:
        raise RuntimeError(
            f"The exported generator differs from the Keras one by up to {worst:.3g} (in a batch of {num}). Expected "
            f"at most {tolerance:.3g}. Nothing was written. Look for a layer that acts differently when exported; "
            "where the difference is harmless, pass a larger tolerance."
        )
