"""A clean end on Ctrl-C and on SIGTERM."""

import pathlib
import signal
import sys
import threading

import keras
import tensorflow as tf


class SaveOnInterrupt(keras.callbacks.Callback):
    """Let Ctrl-C and SIGTERM end training after the current step, with the last state saved.

    The other callbacks get their `on_epoch_end` and `on_train_end`; those of this library then leave the broken epoch
    out of their records and backups. Then the model is saved, and `fit` raises KeyboardInterrupt (Ctrl-C) or
    SystemExit(143) (SIGTERM), so that the program ends as one expects. A second signal acts at once. Put it LAST in
    the list: callbacks after it would miss their `on_train_end`. Signals that the program ignores stay ignored;
    outside of the main thread, where Python allows no handlers, it does nothing. Nor does it for one of several
    workers, which would stop at different steps and wait for each other: they end at once, and go on from `Backup`.

    `path` holds the state of the last step. A run that is to end as if it had not been stopped goes on from its last
    `Backup`.

    Args:
        path: Where to save the model, `.keras`; the file appears whole or not at all.

    Raises:
        FloatingPointError: On interruption, if a weight is not finite; what stood at `path` stays.

    Example:
        ```python
        model.fit(dataset, epochs=100, callbacks=[SaveOnInterrupt("run/model.keras")])
        ```
    """

    def __init__(self, path):
        super().__init__()
        self.path = pathlib.Path(path)
        self._handlers = {}  # what stood in place of ours
        self._loop = None  # the frame of the running training loop
        self._received = None

    def on_train_begin(self, logs=None):
        """Install the handlers."""
        self._received = None
        self.model.interrupted = False
        self._loop = sys._getframe()
        while self._loop.f_code.co_name == "on_train_begin":  # this one, CallbackList's, and that is called by fit
            self._loop = self._loop.f_back
        several = isinstance(self.model.distribute_strategy, tf.distribute.MultiWorkerMirroredStrategy)
        if several or threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(number)
            if handler not in (None, signal.SIG_IGN):  # None is a handler that Python could not put back
                self._handlers[number] = handler
                signal.signal(number, self._receive)

    def on_train_end(self, logs=None):
        """Give the handlers back; if a signal came, save and raise what it stands for."""
        try:
            if self._received is not None:
                self.model.save(self.path)
        finally:
            self._give_handlers_back()
        if self._received == signal.SIGINT:
            raise KeyboardInterrupt(
                f"Training was stopped at generator step {self.model.step}; the model is in {self.path}."
            )
        if self._received is not None:
            raise SystemExit(128 + self._received)

    def _receive(self, number, frame):
        # Training that ended in an error had no on_train_end: these handlers are then still in place, and the loop is
        # no longer among the calls that the signal interrupted.
        while frame is not None and frame is not self._loop:
            frame = frame.f_back
        if self._received is None and frame is not None:
            self._received = number
            self.model.interrupted = True
            self.model.stop_training = True
        else:
            self._give_handlers_back()
            signal.raise_signal(number)

    def _give_handlers_back(self):
        self._loop = None
        while self._handlers:
            signal.signal(*self._handlers.popitem())
