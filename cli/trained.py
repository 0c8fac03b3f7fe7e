"""What was trained: run folders and files of models, to sample and to measure."""

import pathlib

import numpy as np

import keras_gans as kg
from keras_gans import pictures
from keras_gans.callbacks.backup import backups
from keras_gans.callbacks.run_folder import read_options
from keras_gans.data.named import NAMES
from keras_gans.files import written_beside
from keras_gans_cli import evaluation, run
from keras_gans_cli.plan import standardized

SIZED = set(NAMES) - {"celeb_a"}  # data that have a size of their own; others are brought to the samples' size


def model_of(source, best=False):
    """Load the model of a run folder, or of a `.keras` file.

    Args:
        source: Folder of a run, or file.
        best: Whether to take the run's best model, and not its last.

    Raises:
        FileNotFoundError: If the run holds no model.
        ValueError: If the file is damaged or no `.keras` file, or the run is of another version.
    """
    source = pathlib.Path(source)
    if source.is_dir():
        read_options(source)  # refuses what is no run, or one of another version
        source = source / "best.keras" if best else _last(source)
        if not source.exists():
            raise FileNotFoundError(f"{source} does not exist. Expected a trained model. Finish it with --resume.")
    if source.suffix != ".keras":
        raise ValueError(f"{source} was passed. Expected the folder of a run, or a file that ends in .keras or .onnx.")
    model = kg.load_model(source)
    if not isinstance(model, kg.GAN):
        raise ValueError(
            f"{source} holds a {type(model).__name__}. Expected a GAN of keras_gans, such as keras-gans train saves."
        )
    if model.is_conditional:
        raise ValueError(
            f"{source} holds a conditional {type(model).__name__}. Expected an unconditional one. Load it with "
            "keras_gans.load_model and sample it with model.sample(num, y)."
        )
    return model


def _last(directory):
    """Return the file that was written last: `model.keras`, or a backup while a run is under way."""
    path = directory / "model.keras"
    there = [file for file in (path, *backups(directory / run.BACKUPS)) if file.exists()]
    return max(there, key=lambda file: file.stat().st_mtime_ns, default=path)


def sampler(source):
    """Return a function of (num, seed) that samples what was trained, an exported `.onnx` generator included."""
    source = pathlib.Path(source)
    return _onnx_sampler(source) if source.suffix == ".onnx" else model_of(source).sample


def write_samples(sample, num, seed, path):
    """Draw samples and write them as a picture (`.png`) or as an array (`.npy`)."""
    samples = sample(num, seed=seed)
    if path.suffix == ".npy":
        with written_beside(path) as beside:
            np.save(beside, samples)
    elif samples.ndim == 2:
        pictures.scatter(samples, path)
    else:
        pictures.image_grid(np.clip(samples, -1, 1), path)


def evaluate(source, data=None, best=False):
    """Measure what was trained.

    Args:
        source: Folder of a run, or `.keras` or `.onnx` file.
        data: Name of the real data; by default those of the run.
        best: Whether to take the run's best model, and not its last.

    Returns:
        The measures, and the path that they were written to: in the run's folder, if its own data were taken, else
        None.

    Raises:
        ValueError: If a file is measured without `data`, or the samples do not fit the data.
    """
    source = pathlib.Path(source)
    if source.suffix == ".onnx":
        sample, about = _onnx_sampler(source), {}
    else:
        model = model_of(source, best)
        sample, about = model.sample, {"step": model.step, "ema": model.ema_generator is not None}
    made, path = tuple(sample(1, seed=0).shape[1:]), None
    if data is None:
        if not source.is_dir():
            raise ValueError(f"{source} does not say what data it was trained on. Pass --data, such as --data mnist.")
        plan = run.plan_of(source)
        data, real = plan.data, plan.training_data
        path = source / ("metrics_best.json" if best else "metrics.json")
    else:
        real = standardized(kg.data.named(data, made[:2] if len(made) == 3 and data not in SIZED else None))
    if made != tuple(real.sample_shape):
        raise ValueError(
            f"{source} makes samples of shape {made}, {data} holds {tuple(real.sample_shape)}. Expected the "
            "same. Measure it against data of its own kind."
        )
    return evaluation.measure(sample, evaluation.protocol_for(data, real), path, **about), path


def _onnx_sampler(path):
    from keras_gans.export import sample_onnx

    try:
        session, about = sample_onnx.load(path)
    except (Exception, SystemExit) as error:  # onnxruntime has a class of its own for each kind of damage
        raise ValueError(f"{path} cannot be read: {error} Expected a file of keras-gans export.") from error

    def sample(num, seed):
        try:
            return sample_onnx.draw_samples(session, about, num, seed)
        except SystemExit as error:  # it is a script too
            raise ValueError(str(error)) from error

    return sample
