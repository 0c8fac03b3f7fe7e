"""Loading TensorFlow without what it prints on a machine that has no GPU."""

import contextlib
import os
import sys
import tempfile

from keras_gans_cli.free_cores import run_one_operation_a_core


def load(strategy="none", one_operation_a_core=False):
    """Import keras_gans and find the devices; what is printed meanwhile shows only if that fails.

    Args:
        strategy: As in `keras_gans_cli.strategy.make_strategy`, which has to come before the devices are found.
        one_operation_a_core: As `keras_gans_cli.free_cores.run_one_operation_a_core` says; a process that has loaded
            TensorFlow before keeps its threads.

    Returns:
        The `tf.distribute` strategy.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # TensorFlow leaves oneDNN out on processors without AVX-512; a DCGAN's step takes 0.8 of the time with it there.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    loaded = "tensorflow" in sys.modules
    with _held_back():
        import tensorflow as tf

        import keras_gans  # noqa: F401
        from keras_gans_cli.strategy import make_strategy

        if one_operation_a_core and not loaded:
            run_one_operation_a_core()
        strategy = make_strategy(strategy)
        tf.config.list_logical_devices()
        return strategy


@contextlib.contextmanager
def _held_back():
    """Hold back what this process writes to its standard error, libraries written in C++ included."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        except BaseException:
            file.seek(0)
            os.write(kept, file.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
