"""How far an image is from the one that it should be."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gans")
def mean_absolute_error(x, target):
    """E |x - target|, mean over all pixels and channels.

    Zhu et al. 2017, equation 2, arXiv:1703.10593, and Isola et al. 2017, equation 3, arXiv:1611.07004, write the L1
    norm, whose mean the authors' code takes.

    Args:
        x: Images (m, ...).
        target: Images of the same shape.

    Returns:
        float32 scalar.

    Raises:
        ValueError: If the shapes differ.
    """
    if tuple(x.shape) != tuple(target.shape):
        raise ValueError(f"Images of shapes {tuple(x.shape)} and {tuple(target.shape)} were passed. Expected the same.")
    return ops.mean(ops.abs(ops.cast(x, "float32") - ops.cast(target, "float32")))
