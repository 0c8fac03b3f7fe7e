"""What a run trains on: one device, all GPUs of a machine, or several machines."""

import os

import tensorflow as tf

STRATEGIES = ("none", "mirrored", "multiworker")


def make_strategy(name):
    """Return the `tf.distribute` strategy that a run is built and trained under; call it before anything else runs.

    Args:
        name: "none"; "mirrored", all GPUs of this machine; "multiworker", a process on each of several machines, which
            TF_CONFIG names.

    Raises:
        ValueError: If `name` is none of them, or TF_CONFIG is not set for several machines.
    """
    if name not in STRATEGIES:
        raise ValueError(f"strategy={name!r} was passed. Expected one of {', '.join(STRATEGIES)}.")
    if name == "none":
        return tf.distribute.get_strategy()
    if name == "mirrored":
        return tf.distribute.MirroredStrategy()
    if "TF_CONFIG" not in os.environ:
        raise ValueError(
            "strategy='multiworker' was passed and the environment variable TF_CONFIG is not set. Expected the "
            "addresses of all workers and the number of this one, as docs/scaling.md shows. Set it in each process."
        )
    return tf.distribute.MultiWorkerMirroredStrategy()
