"""Whether an exported generator gives the images that the Keras one gives, on the same random inputs."""

import numpy as np

BATCH_SIZES = (1, 2, 7, 64)  # one, even, odd, and a usual one: a batch axis that was frozen shows in any two of them


def measure_parity(reference, candidate, draw, batch_sizes=BATCH_SIZES):
    """Largest absolute difference between two generators, for each batch size.

    Args:
        reference: Function of the inputs, `z` or `z, y`, that gives the samples expected, (m, ...).
        candidate: Function of the same inputs that gives the exported generator's samples.
        draw: Function of m that gives a tuple of m random inputs, NumPy.
        batch_sizes: The values of m.

    Returns:
        Dict from batch size to the largest absolute difference, in the unit of the samples.

    Raises:
        FloatingPointError: If one of the two gives NaN or infinity.
        RuntimeError: If they give different shapes.
    """
    differences = {}
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
        differences[num] = float(np.max(np.abs(got - expected)))
    return differences


def require_parity(differences, tolerance):
    """Refuse an export that differs from its generator.

    Args:
        differences: What `measure_parity` returned.
        tolerance: Largest absolute difference allowed, in the unit of the samples.

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
