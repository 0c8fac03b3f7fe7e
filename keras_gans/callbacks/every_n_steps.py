"""The rhythm that several callbacks share."""

import abc

import keras


class EveryNSteps(keras.callbacks.Callback, abc.ABC):
    """Abstract: acts before a model's first step, every `every` generator steps, and at the end of training.

    Between two looks at `model.step`, one an epoch, steps are counted on the host, and the time to act is found
    before a batch instead of after one: Keras waits for the device after every batch as soon as one callback has an
    `on_train_batch_end`, because it turns the logs into numbers for it. With `steps_per_execution=k` the action comes
    at the first boundary of k steps at or after the multiple.

    Args:
        every: Generator steps between two actions, at least 1.

    Raises:
        ValueError: If `every` is no integer from 1 up.
    """

    def __init__(self, every):
        super().__init__()
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise ValueError(
                f"every={every!r} was passed. Expected a number of generator steps, an integer from 1 up. To act "
                "once, pass a number larger than the run has."
            )
        self.every = every
        self._epoch_start = 0
        self._acted_at = None

    @abc.abstractmethod
    def act(self, step):
        """Do what the callback is for, the model having made `step` generator steps."""

    def on_train_begin(self, logs=None):
        """Forget an earlier run."""
        self._acted_at = None

    def on_epoch_begin(self, epoch, logs=None):
        """Act before the first step; for a model that goes on, what was to do at its step was done before."""
        self._epoch_start = self.model.step
        if self._acted_at is None and self._epoch_start == 0:
            self._act()
        self._acted_at = self._epoch_start if self._acted_at is None else self._acted_at

    def on_train_batch_begin(self, batch, logs=None):
        """Act if the steps of this epoch have passed a multiple of `every`."""
        self._act_if_due(self._epoch_start + batch)

    def on_epoch_end(self, epoch, logs=None):
        """Act if the epoch's last steps have passed a multiple of `every`."""
        if not self.model.interrupted:
            self._act_if_due(self.model.step)

    def on_train_end(self, logs=None):
        """Act on the last state, if it is new and no interruption's."""
        if self._acted_at != self.model.step and not self.model.interrupted:
            self._act()

    def _act_if_due(self, step):
        if step // self.every > self._acted_at // self.every:
            self._act()

    def _act(self):
        step = self.model.step
        self.act(step)
        self._acted_at = step
