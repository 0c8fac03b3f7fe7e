"""One line that says how far training is."""

import shutil
import sys
import time

import keras
import tensorflow as tf

from keras_gans.callbacks.chief_only import chief_only

TERMINAL_SECONDS = 0.25
FILE_SECONDS = 15


@chief_only
class Progress(keras.callbacks.Callback):
    """Show one line: real samples seen, samples a second, time left, both losses, the Wasserstein estimate if logged.

    What `HealthCheck` finds is written above the line the first time, with its remedies, and stands in the line in two
    words for as long as it lasts.

    On a terminal the line is renewed in place four times a second; in a file or a pipe a new line is written every 15
    seconds. Tensors are read only then. Pass `verbose=0` to `fit` beside it.

    Args:
        batch_size: m, the samples of one discriminator step over all replicas, as in `fit`; each generator step sees
            `n_critic * m` real samples. Without it the line counts generator steps.
        file: Stream to write to; standard error by default.

    Example:
        ```python
        model.fit(x, batch_size=64, epochs=10, verbose=0, callbacks=[Progress(batch_size=64)])
        ```
    """

    def __init__(self, batch_size=None, file=None):
        super().__init__()
        self.batch_size = batch_size
        self.file = file
        self._bar = None
        self._epoch_start = 0
        self._next_time = 0.0
        self._told = set()  # names of what was wrong and has been written out

    def on_epoch_begin(self, epoch, logs=None):
        """Open the line at the first epoch, when the state to start from has been restored."""
        self._epoch_start = self.model.step
        if self._bar is None:
            self._open(epoch)

    def on_train_batch_begin(self, batch, logs=None):
        """Renew the line if it is time; after no batch of the epoch there is nothing to show."""
        if batch and time.monotonic() >= self._next_time:
            # Several workers' means are sums over all of them, in which the chief cannot take part alone.
            several = isinstance(self.model.distribute_strategy, tf.distribute.MultiWorkerMirroredStrategy)
            self._show(self._epoch_start + batch, {} if several else self.model.get_metrics_result())

    def on_epoch_end(self, epoch, logs=None):
        """Renew the line if it is time, and learn the length of an epoch if it was unknown."""
        step = self.model.step
        if self._bar.total is None:
            self._bar.total = step + (self.params["epochs"] - epoch - 1) * (step - self._epoch_start)
        self._tell()
        if time.monotonic() >= self._next_time:
            self._show(step, logs)

    def on_train_end(self, logs=None):
        """Show the last state and leave the line."""
        if self._bar is not None:
            self._show(self.model.step, logs)
            self._bar.close()
            self._bar = None

    def _open(self, epoch):
        from tqdm import tqdm

        file = self.file or sys.stderr
        self._on_terminal = file.isatty()
        steps = self.params["steps"]
        # Left to itself tqdm writes nothing to a terminal that does not tell its size, as in many containers.
        size = shutil.get_terminal_size(fallback=(120, 24))
        self._bar = tqdm(
            total=None if steps is None else self._epoch_start + (self.params["epochs"] - epoch) * steps,
            initial=self._epoch_start,
            unit=" steps" if self.batch_size is None else " samples",
            unit_scale=False if self.batch_size is None else self.model.n_critic * self.batch_size,
            file=file,
            ncols=size.columns if self._on_terminal else None,
            nrows=size.lines,
            mininterval=0,  # this class decides when
            miniters=1,
            delay=0 if self._on_terminal else float("inf"),  # in a file, no line of tqdm's own
        )

    def _tell(self):
        """Write out what is wrong for the first time; a run at the brink would say it every other epoch."""
        for warning in self.model.warnings:
            if _name(warning) not in self._told:
                self._told.add(_name(warning))
                text = f"Step {self.model.step:,}: {warning}"
                if self._on_terminal:
                    self._bar.write(text, file=self._bar.fp)
                else:
                    print(text, file=self._bar.fp, flush=True)

    def _show(self, step, logs):
        shown = (("D", "discriminator_loss"), ("G", "generator_loss"), ("W", "wasserstein"), ("loss", "loss"))
        values = [f"{letter} {float(logs[name]):.4g}" for letter, name in shown if name in logs]
        text = ", ".join([_name(warning).lower() for warning in self.model.warnings] + values)  # a terminal may cut it
        self._bar.set_postfix_str(text, refresh=False)
        self._bar.update(step - self._bar.n)
        if self._on_terminal:
            self._next_time = time.monotonic() + TERMINAL_SECONDS
        else:
            print(self._bar, file=self._bar.fp, flush=True)
            self._next_time = time.monotonic() + FILE_SECONDS


def _name(warning):
    """The words before the colon."""
    return warning.partition(":")[0]
