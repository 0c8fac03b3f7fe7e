"""What was trained: run folders and files of models, to sample and to measure."""

import functools
import pathlib

import numpy as np

import keras_gans as kg
from keras_gans import pictures
from keras_gans.callbacks.backup import backups
from keras_gans.callbacks.run_folder import read_options
from keras_gans.data.named import NAMES, OF_ANY_SIZE
from keras_gans.export import sample_onnx
from keras_gans.export.generators import resolve
from keras_gans.files import written_beside
from keras_gans_cli import conditions, evaluation, likelihoods, run, showers, translations
from keras_gans_cli.plan import standardized

SIZED = set(NAMES) - OF_ANY_SIZE  # data that have a size of their own; others are brought to the samples' size


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
    if not isinstance(model, kg.AdversarialModel):
        raise ValueError(
            f"{source} holds a {type(model).__name__}. Expected a GAN of keras_gans, such as keras-gans train saves."
        )
    return model


def _last(directory):
    """Return the file that was written last: `model.keras`, or a backup while a run is under way."""
    path = directory / "model.keras"
    there = [file for file in (path, *backups(directory / run.BACKUPS)) if file.exists()]
    return max(there, key=lambda file: file.stat().st_mtime_ns, default=path)


def _sampler(source, classes, captions):
    """Return a function of (num, seed) that samples what was trained, and what is known of its units, a dict."""
    if source.suffix == ".onnx":
        return _onnx_sampler(source, classes, captions)
    model = model_of(source)
    if isinstance(model, kg.TranslationModel):
        raise ValueError(
            f"{source} holds a {type(model).__name__}, which translates images and draws none. Expected a generator. "
            f"Pass images to keras-gans translate {source} FOLDER OUT."
        )

    def sample(num, seed):
        return model.sample(num, y=_asked(source, model, num, classes, captions), seed=seed)

    return sample, {} if model.units is None else model.units.describe()


def _asked(source, model, num, classes, captions):
    """Return `num` conditions for a model, or None where it takes none."""
    if not model.is_conditional:
        if classes or captions:
            raise ValueError(f"{source} holds a generator that is not told what to make. Leave --y and --caption out.")
        return None
    if model.units is not None and "energy_range" in model.units.describe():
        return showers.asked(classes, num, model.units.describe()["energy_range"], captions)
    words = conditions.read(source) if source.is_dir() else None
    y = model.generator.inputs[1]
    if classes or captions:
        return conditions.asked(num, y, words, classes, captions)
    if len(y.shape) == 1:
        return np.arange(num) % (len(words["class_names"]) if words else resolve(model).num_classes or 1)
    if not source.is_dir():
        raise ValueError(f"{source} does not say what y stands for. Expected the folder of its run, or --caption.")
    return conditions.like_the_data(run.plan_of(source).training_data, num)


def write_samples(source, num, seed, path=None, classes=(), captions=()):
    """Draw samples of what was trained, an exported `.onnx` generator included, and write them.

    Args:
        source: Folder of a run, or `.keras` or `.onnx` file.
        num: How many.
        seed: Integer.
        path: File to write: a picture (`.png`), an array (`.npy`), rows of a table (`.csv`), or showers (`.hdf5`).
            By default `sampled.png` beside the model, `sampled.csv` of a table, `sampled.hdf5` of showers.
        classes: Names or numbers of classes to go through in turn, of a conditional generator; all by default.
        captions: Texts to go through in turn, of a generator of captions; those of the run's data by default.

    Returns:
        The path.

    Raises:
        ValueError: If what was asked for does not fit the generator, or `.csv` is asked of one that makes no table.
    """
    source = pathlib.Path(source)
    sample, about = _sampler(source, classes, captions)
    columns, energies = about.get("columns"), about.get("energy_range")
    if path is None:
        beside_it = source if source.is_dir() else source.parent
        path = beside_it / ("sampled.csv" if columns else "sampled.hdf5" if energies else "sampled.png")
    if (path.suffix in showers.ENDINGS) != bool(energies) and path.suffix != ".npy":
        made = "showers. Expected .hdf5" if energies else "no showers. Expected .png"
        raise ValueError(f"{path} was passed, {source} makes {made} or .npy.")
    if path.suffix == ".csv" and columns is None:
        raise ValueError(f"{path} was passed, {source} makes no rows of a table. Expected .png or .npy.")
    samples = sample(num, seed=seed)
    if path.suffix in showers.ENDINGS:
        kg.data.write_showers(path, samples, showers.asked(classes, num, energies))
    elif path.suffix == ".csv":
        sample_onnx.write_rows(samples, columns, path)
    elif path.suffix == ".npy":
        with written_beside(path) as beside:
            np.save(beside, samples)
    elif columns is not None:
        pictures.column_histograms(samples, path, columns=columns)
    elif samples.ndim == 2:
        pictures.scatter(samples, path)
    else:
        pictures.image_grid(np.clip(samples, -1, 1), path)
    return path


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
        session, head = onnx_session(source)
        sample, latent, about = functools.partial(sample_onnx.draw_samples, session, head), None, {}
        made, is_conditional = tuple(head["sample_shape"]), head["conditional"]
        columns = head.get("columns")
    else:
        model = model_of(source, best)
        if isinstance(model, kg.TranslationModel):
            return _evaluate_translator(source, model, data, best)
        sample, latent = model.sample, model.latent
        about = {"step": model.step, "ema": model.ema_generator is not None}
        made, is_conditional = model.served_shape, model.is_conditional
        columns = getattr(model.units, "columns", None)
    path = None
    if data is None:
        if not source.is_dir():
            raise ValueError(f"{source} does not say what data it was trained on. Pass --data, such as --data mnist.")
        plan = run.plan_of(source)
        data, real = plan.data, plan.training_data
        path = _metrics_of(source, best)
    else:
        real = standardized(kg.data.named(data, made[:2] if len(made) == 3 and data not in SIZED else None))
    if made != tuple(real.sample_shape):
        raise ValueError(
            f"{source} makes samples of shape {made}, {data} holds {tuple(real.sample_shape)}. Expected the "
            "same. Measure it against data of its own kind."
        )
    if columns != getattr(real, "columns", None):
        raise ValueError(
            f"{source} makes the columns {columns}, {data} holds {getattr(real, 'columns', None)}. Expected the same, "
            "in the same order."
        )
    if is_conditional and getattr(real, "conditions", None) is None:
        raise ValueError(
            f"{source} holds a conditional generator, {data} has neither labels nor captions. Expected data like its "
            "own, which say what to ask for."
        )
    if source.suffix != ".onnx" and likelihoods.has_likelihood(model):
        protocol = likelihoods.protocol_for(data, real.image_shape[:2], real)
        return likelihoods.measure(model, protocol, evaluation.protocol_for(data, real), path, **about), path
    of_data = functools.partial(conditions.like_the_data, real) if is_conditional else None
    return evaluation.measure(sample, evaluation.protocol_for(data, real), path, of_data, latent, **about), path


def _evaluate_translator(source, model, data, best):
    """Measure a translator against the sides that a name stands for, by default those of its run."""
    is_paired, path = isinstance(model, kg.Pix2Pix), None
    if data is None:
        if not source.is_dir():
            raise ValueError(f"{source} does not say what data it was trained on. Pass --data, such as --data X,Y.")
        plan = run.plan_of(source)
        data, size, path = plan.data, plan.image_size, _metrics_of(source, best)
    else:
        size = model.x_shape[:2]
    return translations.measure(model, translations.protocol_for(data, size, is_paired), path), path


def _metrics_of(directory, best):
    return directory / ("metrics_best.json" if best else "metrics.json")


def onnx_session(path, translates=False):
    """Return the session and the metadata of an exported generator, or of a translator.

    Raises:
        ValueError: If the file is damaged, or of the other kind.
    """
    try:
        return sample_onnx.load(path, translates)
    except SystemExit as error:  # it is a script too
        raise ValueError(str(error)) from error
    except Exception as error:  # onnxruntime has a class of its own for each kind of damage
        raise ValueError(f"{path} cannot be read: {error} Expected a file of keras-gans export.") from error


def _onnx_sampler(path, classes, captions):
    session, about = onnx_session(path)
    names = (about.get("conditions") or {}).get("class_names")

    def sample(num, seed):
        try:
            if "energy_range" in about:
                y = showers.asked(classes, num, about["energy_range"], captions)
                return sample_onnx.draw_samples(session, about, num, seed, y)
            labels = [conditions.label(name, names) for name in classes]
            y = sample_onnx.conditions(session, about, num, labels, captions)
            return sample_onnx.draw_samples(session, about, num, seed, y)
        except SystemExit as error:
            raise ValueError(str(error)) from error

    return sample, about
