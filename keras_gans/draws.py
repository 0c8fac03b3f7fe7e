"""Where the random layers of a network in training get their noise from: the step of the model that runs it."""

import contextlib
import threading

_current = threading.local()  # replicas trace in a thread of their own each


@contextlib.contextmanager
def drawing(draw):
    """Within, the layers of this thread's networks draw by `draw`.

    Args:
        draw: Function of (sample, rows, dimensions), such as `AdversarialModel.draw`.
    """
    before = current_draw()
    _current.draw = draw
    try:
        yield
    finally:
        _current.draw = before


def current_draw():
    """Return the function that `drawing` was given, None outside of it."""
    return getattr(_current, "draw", None)
