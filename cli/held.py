"""A folder that one process at a time works in."""

import contextlib
import os


@contextlib.contextmanager
def held(directory):
    """Keep other processes out of a folder; what holds it is gone with this process, however it ends."""
    import fcntl

    descriptor = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(
                f"Another process trains in {directory}. Expected one that was stopped. Wait for it, or stop it."
            ) from None
        yield
    finally:
        os.close(descriptor)
