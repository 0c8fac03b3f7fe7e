"""Backups of a run: its last whole states, from which it goes on as if it had never stopped."""

import hashlib
import pathlib
import time
import warnings

import keras

from keras_gans.callbacks.chief_only import chief_only

KEPT = 2
DIGITS = 16  # of the checksum in a backup's name


@chief_only
class Backup(keras.callbacks.Callback):
    """Keep the last two whole states of a run: weights, both optimizers, counters, moving average, every seed.

    A state is saved before the first step, at the ends of epochs, and at the end of training. Whenever a run ends
    (kill -9, power, a full disk), `restore` brings a new process back to the newest state that is whole. With data that
    are a function of the step (`stream` of this library's sets), the run then ends as it would have undisturbed, to
    the bit where the machine's arithmetic is deterministic. Put it after the callbacks that write records: what they
    wrote after the last backup is written again.

    Args:
        directory: Folder of the backups; made if missing.
        share: Largest share of the time that goes into backups, the first and the last aside: after one that took t
            seconds, the next comes at the first end of an epoch t / share seconds later.

    Raises:
        ValueError: If `share` is not above 0 and at most 1.
        FileExistsError: When training begins, if the folder holds a backup of a later step than the model's.
        OSError: In training, if a backup cannot be written, as on a full disk; the earlier ones stay.

    Example:
        ```python
        restore(model, "run/backups")
        batches, epoch = data.stream(64, start=model.step), model.step // 1000
        model.fit(batches, steps_per_epoch=1000, epochs=50, initial_epoch=epoch, callbacks=[Backup("run/backups")])
        ```
    """

    def __init__(self, directory, share=0.01):
        super().__init__()
        if not 0 < share <= 1:
            raise ValueError(f"share={share} was passed. Expected a share of the run's time in (0, 1], such as 0.01.")
        self.directory = pathlib.Path(directory)
        self.share = share
        self._saved_at = None

    def on_train_begin(self, logs=None):
        """Forget an earlier run."""
        self._saved_at = None

    def on_epoch_begin(self, epoch, logs=None):
        """Save the state to start from: here, for in `on_train_begin` other callbacks may change it."""
        if self._saved_at is None:
            self._begin()

    def on_epoch_end(self, epoch, logs=None):
        """Save if it is time."""
        if time.monotonic() >= self._next and not self.model.interrupted:
            self._save()

    def on_train_end(self, logs=None):
        """Save the last state; of an interrupted epoch nothing is kept, it is made anew."""
        if not self.model.interrupted:
            self._save()

    def _begin(self):
        step = self.model.step
        # Newest first: whatever is whole and comes before this step's own is further on than the model.
        for path in filter(_is_whole, [path for path in backups(self.directory) if step_of(path) >= step]):
            if step_of(path) == step:  # that it was brought back to
                self._saved_at, self._next = step, time.monotonic()
                return
            raise FileExistsError(
                f"{self.directory} holds a backup of step {step_of(path)}, the model is at step {step}. Expected a "
                "model that goes on from there, or a new folder. Call restore(model, directory) before fit, or "
                "choose another folder."
            )
        self._save()

    def _save(self):
        if self._saved_at == self.model.step:
            return
        begun = time.monotonic()
        try:
            save(self.model, self.directory)
        except OSError as error:
            raise OSError(
                f"No backup of step {self.model.step} could be written to {self.directory}: {error}. Expected room on "
                "its disk. The backups before it are whole: make room, and go on from them."
            ) from error
        self._saved_at = self.model.step
        self._next = time.monotonic() + (time.monotonic() - begun) / self.share


def save(model, directory):
    """Save a model's whole state as one more backup, and delete all but the last two.

    Args:
        model: A compiled model.
        directory: Folder of the backups; made if missing.

    Returns:
        Path of the backup: its step, the first digits of its SHA-256, `.keras`.
    """
    directory = pathlib.Path(directory)
    path = directory / "unnamed.keras"
    model.save(path)
    path = path.rename(directory / f"{model.step:09d}-{_checksum(path)}.keras")
    # One of a later step than that which was gone back to is damaged, as is another one of this step: neither counts.
    earlier = [old for old in backups(directory) if step_of(old) < model.step]
    same = [old for old in backups(directory) if step_of(old) == model.step and old != path]
    for old in earlier[KEPT - 1 :] + same:
        old.unlink()
    return path


def backups(directory):
    """Return the paths of the backups in a folder, newest first, whole or not."""
    return sorted(pathlib.Path(directory).glob(f"{'[0-9]' * 9}-*.keras"), reverse=True)


def step_of(path):
    """Return the step of a backup."""
    return int(path.name.partition("-")[0])


def restore(model, directory):
    """Bring a model to the newest whole state in a folder of backups; leave it as it is where there is none.

    Args:
        model: A compiled model, built as the one that was saved.
        directory: Folder that `Backup` wrote to.

    Returns:
        The model's step: 0 for a new model without backups.

    Raises:
        ValueError: If backups are there and all are damaged, or the newest is of another model.

    Warns:
        UserWarning: For each damaged backup that was passed over.
    """
    found = backups(directory)
    for path in found:
        if not _is_whole(path):
            warnings.warn(
                f"{path} is damaged: its checksum is not the one in its name. The backup before it is used.",
                stacklevel=2,
            )
            continue
        try:
            model.load_weights(path)
        except Exception as error:  # Keras raises ValueError, KeyError and others for what does not fit
            raise ValueError(
                f"{path} does not fit this model: {error} Expected networks and optimizers like those of the run. "
                "Build the model as it was built there."
            ) from error
        model.goes_on = True
        return model.step
    if found:
        raise ValueError(
            f"All of {directory}'s {len(found)} backups are damaged. Expected a whole one. Put one back from "
            "elsewhere, or begin a new run in another folder."
        )
    return model.step


def _is_whole(path):
    return path.stem.partition("-")[2] == _checksum(path)


def _checksum(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]
