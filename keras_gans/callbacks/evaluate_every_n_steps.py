"""What callbacks share that measure while training goes on."""

import abc
import json
import math
import pathlib

from keras_gans.callbacks.every_n_steps import EveryNSteps
from keras_gans.callbacks.run_folder import as_json, read_stats


class EvaluateEveryNSteps(EveryNSteps):
    """Abstract: writes a line of `evaluations.jsonl` every `every` steps, and keeps the best model as `best.keras`.

    Args:
        protocol: Function that returns a dict of dicts, with an attribute `headline`, the place of the number that
            ranks models, of which less is better: (measure, number).
        directory: Folder to write to; made if missing.
        every: Generator steps between two measurements.

    Raises:
        ValueError: If `every` is no integer from 1 up.
    """

    def __init__(self, protocol, directory, every):
        super().__init__(every)
        self.protocol = protocol
        self.directory = pathlib.Path(directory)

    @abc.abstractmethod
    def measure(self):
        """Return the protocol's measures, and what they were taken of: the row of this step."""

    def act(self, step):
        """Measure, write a line, and save the model if it is the best so far."""
        row = {"step": step, **self.measure()}
        path = self.directory / "evaluations.jsonl"
        before = read_stats(path, up_to=step - 1)
        self.directory.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(as_json(row), allow_nan=False) + "\n")
        if all(self._headline(row) < self._headline(earlier) for earlier in before):
            self.model.save(self.directory / "best.keras")

    def _headline(self, row):
        measure, number = self.protocol.headline
        value = row[measure][number]
        return math.inf if value is None else value  # what was not finite was written as null
