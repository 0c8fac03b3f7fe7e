"""The end of a run that has diverged, before it costs the last good state."""

import math

from keras_gans.callbacks.every_n_steps import EveryNSteps


class StopOnNaN(EveryNSteps):
    """Stop training with an error when a logged quantity or a weight is NaN or infinite.

    Looks at the logs every `every` generator steps, and at logs and weights at the end of each epoch. The logs are
    means over the epoch so far, so the NaN of any step is still there to be found. Put it FIRST in the list: the error
    then comes before any other callback of the same moment saves, draws or logs. No callback's `on_train_end` runs
    after it, and `model.save` and `model.save_weights` refuse a broken state by themselves.

    Args:
        every: Generator steps between two looks at the logs; each waits for the device and takes some 0.3 ms.

    Raises:
        FloatingPointError: In training; names the step, the first bad weight and the bad logs.
        ValueError: If `every` is no integer from 1 up.

    Example:
        ```python
        model.fit(dataset, callbacks=[StopOnNaN(), keras.callbacks.BackupAndRestore("backup")])
        ```
    """

    def __init__(self, every=100):
        super().__init__(every)

    def act(self, step):
        """Look at the epoch's logs so far."""
        bad_logs = _bad_names(self.model.get_metrics_result())
        if bad_logs:
            self._stop(bad_logs, self.model.find_non_finite())

    def on_epoch_end(self, epoch, logs=None):
        """Look at the epoch's logs and at the weights, whatever `every` says: this is when others save."""
        bad_logs, bad_weight = _bad_names(logs or {}), self.model.find_non_finite()
        if bad_logs or bad_weight:
            self._stop(bad_logs, bad_weight)

    def _stop(self, bad_logs, bad_weight):
        step = self.model.step
        found = ([f"weight {bad_weight}"] if bad_weight else []) + [f"log {name}" for name in bad_logs]
        raise FloatingPointError(
            f"Training diverged: NaN or infinity at generator step {step} in {', '.join(found)}. "
            "Expected finite numbers. Go back to the last saved state and lower the learning rates; a gradient "
            "penalty, spectral normalization or float32 in place of float16 also help."
        )


def _bad_names(logs):
    return [name for name, value in logs.items() if not math.isfinite(value)]
