"""A folder that tells all about one run."""

import json
import os
import pathlib
import platform
import sys
import time
from importlib import metadata

import keras
import numpy as np
import tensorflow as tf

from keras_gans import pictures
from keras_gans.callbacks.chief_only import chief_only
from keras_gans.files import written_beside

REDRAW_SECONDS = 30
FORMAT = 2  # of a run folder; a later version of the package that writes another counts it up
VARIABLES = ("TF_ENABLE_ONEDNN_OPTS", "TF_DETERMINISTIC_OPS", "XLA_FLAGS")  # that change numbers or speed
PACKAGES = ("keras-gans", "tensorflow", "keras", "numpy")


@chief_only
class RunFolder(keras.callbacks.Callback):
    """Keep a run in a folder: what it was asked, where it ran, what it logged, the model.

    `options.json` holds the options, a summary of the model and its optimizers, the seed of its noise, the command,
    package versions and hardware; `stats.jsonl` one line for each epoch (step, images, epoch, seconds, and the logs,
    which are means over the epoch, and what `HealthCheck` found); `loss_curves.png` is redrawn now and then and at the
    end; `model.keras` is saved at the end.

    A folder is one run's. A run that goes on (its model brought back by `restore` or `load_model`) continues the
    records of its folder; those of later steps than the model's are cut off. Anything else is refused rather than
    mixed or overwritten.

    Args:
        directory: The folder; made if missing.
        options: Dict of what was chosen for the run (numbers, strings, paths, lists and dicts of them). Absolute paths
            are written relative to the working directory.
        batch_size: m, the samples of one discriminator step over all replicas, as in `fit`; counts the real images
            seen. Without it the statistics leave them out.

    Raises:
        FileExistsError: When training begins, if the folder holds a run of other options or another model, or a
            trained model while this one is new.
        TypeError: When training begins, if an option cannot be written as JSON.

    Example:
        ```python
        model.fit(x, epochs=10, callbacks=[RunFolder("run", {"data": "mnist"})])
        ```
    """

    def __init__(self, directory, options=None, batch_size=None):
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.options = options or {}
        self.batch_size = batch_size
        self._rows = None

    def on_train_begin(self, logs=None):
        """Forget an earlier run."""
        self._rows = None

    def on_epoch_begin(self, epoch, logs=None):
        """Open the folder: here, for in `on_train_begin` BackupAndRestore may yet restore another state."""
        if self._rows is None:
            self._open()
            self._seconds_before = self._rows[-1]["seconds"] if self._rows else 0.0
            self._start = self._drawn = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        """Append a line; redraw if it is time. Of an interrupted epoch there is none."""
        if self.model.interrupted:
            return
        row = {"step": self.model.step}
        if self.batch_size is not None:
            row["images"] = row["step"] * self.model.n_critic * self.batch_size
        row |= {"epoch": epoch + 1, "seconds": round(self._seconds_before + time.monotonic() - self._start, 3)}
        row |= as_json(logs or {})
        if self.model.warnings:
            row["warnings"] = list(self.model.warnings)
        with open(self.directory / "stats.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(row, allow_nan=False) + "\n")
        self._rows.append(row)
        if time.monotonic() - self._drawn > REDRAW_SECONDS:
            self._draw()

    def on_train_end(self, logs=None):
        """Save the model and draw the curves, unless no epoch was run."""
        if self._rows:
            self.model.save(self.directory / "model.keras")
            self._draw()

    def _open(self):
        """Write `options.json`, or make sure that the one that is there is this run's; read the rows so far."""
        asked = {"options": as_json(self.options), "model": summarize_model(self.model)}
        path = self.directory / "options.json"
        if path.exists():
            there = read_options(self.directory)
            differing = [key for key in asked if there[key] != asked[key]]
            if differing:
                raise FileExistsError(
                    f"{self.directory} holds a run of other {' and '.join(differing)} (see options.json). Expected a "
                    "new folder, or one of a run with the same. Choose another folder, or delete that one."
                )
            rows = read_stats(self.directory / "stats.jsonl")
            if rows and (self.directory / "model.keras").exists() and self.model.step == 0 and not self.model.goes_on:
                raise FileExistsError(
                    f"{self.directory} holds a trained model, which this new one would replace. Expected a new folder, "
                    "or a model that goes on. Load its model.keras with load_model, choose another folder, or delete "
                    "that one."
                )
        else:
            about = {
                "format": FORMAT,
                "optimizers": as_json(self.model.get_compile_config()),
                "noise_seed": int(self.model.noise_seed.numpy()),
                **describe_environment(self.model.distribute_strategy),
            }
            with written_beside(path) as beside:
                beside.write_text(json.dumps(asked | about, indent=2, allow_nan=False) + "\n", encoding="utf-8")
        self._rows = read_stats(self.directory / "stats.jsonl", up_to=self.model.step)

    def _draw(self):
        pictures.loss_curves(self._rows, self.directory / "loss_curves.png")
        self._drawn = time.monotonic()


def read_options(directory):
    """Read the `options.json` of a run folder.

    Args:
        directory: The folder.

    Returns:
        Dict: `options`, `model`, `optimizers`, `noise_seed`, `command`, `versions`, `hardware`, `environment` and
        `format`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, or a run folder of another format.
    """
    path = pathlib.Path(directory) / "options.json"
    if not path.exists():
        raise FileNotFoundError(f"{directory} holds no options.json. Expected the folder of a run. Check the path.")
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        version, kind = about["versions"]["keras-gans"], about.get("format")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} is damaged: {type(error).__name__}: {error}. Expected the options of a run. Restore it, or train "
            "anew in another folder."
        ) from error
    if kind != FORMAT:
        raise ValueError(
            f"{directory} holds a run of keras_gans {version} in format {kind}. Expected format {FORMAT}, which "
            f"keras_gans {metadata.version('keras-gans')} reads. Install that version, or train anew in another folder."
        )
    return about


def read_stats(path, up_to=None):
    """Read the rows of a `stats.jsonl`.

    Args:
        path: The file; there are no rows if it does not exist.
        up_to: Step after which a run goes on: later rows, and a last line that a crash left unfinished, are cut off
            from the file, so that lines can be appended.

    Returns:
        List of dicts, in rising order of `step`.
    """
    path = pathlib.Path(path)
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    lines = text[: text.rfind("\n") + 1].splitlines(keepends=True)
    rows = [json.loads(line) for line in lines]
    if up_to is None:
        return rows
    kept = [(row, line) for row, line in zip(rows, lines, strict=True) if row["step"] <= up_to]
    rest = "".join(line for _, line in kept)
    if rest != text:
        with written_beside(path) as beside:
            beside.write_text(rest, encoding="utf-8")
    return [row for row, _ in kept]


def summarize_model(model):
    """Return a model's class, constructor arguments, and its networks' shapes and sizes, for JSON.

    Names are left out: Keras counts them up, so that one model built twice has two.
    """
    networks = [
        {
            "inputs": [str(tensor.shape) for tensor in network.inputs],
            "output": str(network.outputs[0].shape),
            "parameters": network.count_params(),
        }
        for side in model.player_networks()
        for network in side
    ]
    arguments = {key: value for key, value in model.get_config().items() if key != "name" and not _is_network(value)}
    return {"class": type(model).__name__, "arguments": as_json(arguments), "networks": networks}


def describe_environment(strategy):
    """Return the command, the versions and the hardware of this process, for JSON."""
    gpus = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    return {
        "command": [_relative_argument(argument) for argument in sys.argv],
        "versions": {"python": platform.python_version()} | {name: metadata.version(name) for name in PACKAGES},
        "hardware": {
            "system": f"{platform.system()} {platform.machine()}",
            "cpu": _cpu_name(),
            "cpu_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "gpus": [gpu.get("device_name", "unknown") for gpu in gpus],
            "replicas": strategy.num_replicas_in_sync,
        },
        "threads": {  # 0: TensorFlow's choice
            "of_an_operation": tf.config.threading.get_intra_op_parallelism_threads(),
            "of_operations": tf.config.threading.get_inter_op_parallelism_threads(),
        },
        "environment": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def _cpu_name():
    info = pathlib.Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _is_network(argument):
    """Whether a serialized argument is a network: its layers are in `model.keras`."""
    config = argument.get("config") if isinstance(argument, dict) else None
    return isinstance(config, dict) and "layers" in config


def as_json(value):
    """Turn options and logs into what strict JSON knows; numbers that are not finite become None."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return as_json(value.tolist())
    if isinstance(value, pathlib.PurePath):
        return _relative_argument(str(value))
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(
        f"{value!r} of type {type(value).__name__} cannot be written to options.json. Expected numbers, strings, "
        "paths, lists and dicts of them. Pass its name or its settings."
    )


def _relative_argument(argument):
    """Write an absolute path, alone or after `--name=`, relative to the working directory."""
    name, equals, path = argument.rpartition("=")
    return name + equals + (os.path.relpath(path) if os.path.isabs(path) else path)
