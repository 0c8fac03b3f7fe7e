"""One run of a recipe: its folder, its training from wherever it stands, and what is left at its end."""

import dataclasses
import functools
import math
import pathlib
import warnings

import numpy as np
import tensorflow as tf

import keras_gans as kg
from keras_gans import callbacks, export, pictures
from keras_gans.callbacks.run_folder import read_options
from keras_gans.callbacks.sample_grid import picture_interpolation
from keras_gans.replicas import is_chief
from keras_gans_cli import conditions, evaluation, likelihoods, showers, translations
from keras_gans_cli.held import held
from keras_gans_cli.plan import Plan, as_setting, make_plan

NUM_REAL = 1000  # points beneath a scatter plot
ROWS = 8  # of pictures of images
LONGEST_EPOCH = 1000  # generator steps
BACKUPS = "backups"
BACKWARD = "backward"  # folder of the exports of the translator from Y to X


def free_folder(recipe):
    """Return the first of runs/RECIPE-1, -2, ... that is free."""
    number = 1
    while pathlib.Path(f"runs/{recipe}-{number}").exists():
        number += 1
    return pathlib.Path(f"runs/{recipe}-{number}")


def planned(recipe, asked, resumed=None):
    """Make the plan of a new run, or take that of a run which goes on.

    Args:
        recipe: Name of the recipe.
        asked: Keyword arguments of `make_plan`, None where nothing was asked.
        resumed: Folder of the run that goes on, or None.

    Returns:
        `Plan`.

    Raises:
        ValueError: As `make_plan`; or if something else is asked than the run was begun with.
    """
    asked = {name: value for name, value in asked.items() if value is not None}
    if resumed is None:
        return make_plan(recipe, **asked)
    begun = plan_of(resumed)
    changes = asked.pop("changes", {})
    asked = {"recipe": recipe, **asked, **changes}
    before = {**dataclasses.asdict(begun), **begun.settings}
    differing = [
        f"{name}: {before.get(name)}, now {value}"
        for name, value in asked.items()
        if as_setting(value, before.get(name)) != before.get(name)
    ]
    if differing:
        raise ValueError(
            f"The run in {resumed} was begun otherwise ({'; '.join(differing)}). Expected the same. Leave the options "
            "out, and it goes on as it began; for others begin a new run."
        )
    return begun


def plan_of(directory):
    """Return the plan that the run in a folder was made by.

    Raises:
        FileNotFoundError: If the folder holds no run.
        ValueError: If its `options.json` is damaged, of another version, or of a run that no recipe made.
    """
    options = read_options(directory)["options"]
    try:
        return Plan(**options)
    except TypeError:
        raise ValueError(
            f"{directory} holds a run that no recipe made: its options are {sorted(options)}. Expected a folder that "
            "keras-gans train wrote. Load its model.keras with keras_gans.load_model instead."
        ) from None


def train(plan, directory, strategy, show=print):
    """Train until the plan's last step, from the last state that the folder holds, and leave everything there.

    Args:
        plan: A `Plan`.
        directory: Folder of the run; new, or that of a run of the same plan which was stopped or killed. Several
            workers share one.
        strategy: `tf.distribute` strategy to train under. It is no part of the plan: N replicas train as one does.
        show: Function that takes a line of text for the user.

    Returns:
        The measures of the finished run; None in a worker's process other than the chief's.
    """
    directory = pathlib.Path(directory)
    data, steps = plan.training_data, plan.settings["steps"]
    goes_on = (directory / "options.json").exists()
    with strategy.scope():
        model = plan.build()
    rows = plan.settings["batch_size"] * model.n_critic
    if not isinstance(data, kg.data.Mixture) and rows > len(data):
        things = "rows" if isinstance(data, kg.data.TableSet) else "images"
        raise ValueError(
            f"A step takes {rows} {things} (batch_size times n_critic), {plan.data} holds {len(data)}. Expected as "
            f"many at least. Pass a smaller --batch-size, or more {things}."
        )
    if not is_chief(strategy):
        callbacks.restore(model, directory / BACKUPS)
        _fit(model, plan, [callbacks.StopOnNaN()])
        return None
    if plan.is_translation:
        protocol = translations.protocol_for(plan.data, plan.image_size, plan.is_paired, data)
    elif likelihoods.has_likelihood(model):
        protocol = likelihoods.protocol_for(plan.data, plan.image_size, data)
    else:
        protocol = evaluation.protocol_for(plan.data, data)
    directory.mkdir(parents=True, exist_ok=goes_on)
    with held(directory):
        with warnings.catch_warnings(record=True) as damaged:
            warnings.simplefilter("always")
            step = callbacks.restore(model, directory / BACKUPS)
        for warning in damaged:
            show(str(warning.message))
        if goes_on:
            show(f"Going on from step {step} of {steps}")
        show(f"{plan.recipe} on {plan.data}: step {step} to {steps} on {_devices(strategy)}, into {directory}")
        if plan.is_conditional:
            conditions.write(data, directory)
        _fit(model, plan, _callbacks(plan, data, protocol, directory))
        return finish(model, plan, directory, protocol, show)


def _fit(model, plan, common):
    """Train until the last step, in epochs that each are one line of statistics and may be one backup."""
    steps = plan.settings["steps"]
    length = min(max(1, steps // 100), LONGEST_EPOCH)
    while model.step < steps:
        done = model.step // length
        whole = (steps - model.step) // length
        model.fit(
            plan.batches(model.n_critic, start=model.step),
            steps_per_epoch=length if whole else steps - model.step,  # the last epoch may be a shorter one
            initial_epoch=done,
            epochs=done + (whole or 1),
            verbose=0,
            callbacks=common,
        )


def _devices(strategy):
    """Say what TensorFlow will train on, for it is silent about a GPU that it could not use."""
    gpus = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]
    replicas = strategy.num_replicas_in_sync
    return (", ".join(names) or "the CPU") + (f", {replicas} replicas" if replicas > 1 else "")


def finish(model, plan, directory, protocol, show=print):
    """Measure a trained model, take its pictures and export its generator, or its translators.

    Args:
        model: A trained model.
        plan: Its `Plan`.
        directory: Folder of the run.
        protocol: What it is measured by.
        show: Function that takes a line of text for the user.

    Returns:
        The measures, as in `metrics.json`.
    """
    if plan.is_translation:
        measures = translations.measure(model, protocol, directory / "metrics.json")
        translations.take_picture(model, protocol, directory)
        export_model(model, directory, show)
    else:
        about = {"step": model.step, "ema": model.ema_generator is not None}
        data = plan.training_data
        of_data = functools.partial(conditions.like_the_data, data) if model.is_conditional else None
        if likelihoods.has_likelihood(model):
            of_samples = evaluation.protocol_for(plan.data, data)
            measures = likelihoods.measure(model, protocol, of_samples, directory / "metrics.json", **about)
            likelihoods.take_picture(model, protocol, directory)
        else:
            measures = evaluation.measure(
                model.sample, protocol, directory / "metrics.json", of_data, model.latent, **about
            )
        if isinstance(data, kg.data.ShowerSet):
            showers.take_pictures(model, protocol, directory)
        else:
            take_pictures(model, data, directory)
        export_model(model, directory, show, conditions.in_words(data) if model.is_conditional else None)
    show(f"The run is in {directory}")
    return measures


def take_pictures(model, data, directory):
    """Draw what a generator makes: images beside real ones and the way between latents; densities; or columns."""
    if isinstance(data, kg.data.Mixture):
        points = model.sample(evaluation.NUM_SAMPLES, seed=evaluation.SEED)
        packed = math.prod(
            layer.num_packed for layer in model.discriminator.layers if isinstance(layer, kg.layers.Packing)
        )
        pictures.density(
            points,
            directory / "density.png",
            real=data.sample(evaluation.NUM_SAMPLES, seed=1),
            score=lambda x: model.discriminator(np.repeat(x, packed, axis=0)),  # a pack of one point's copies
            modes=data.modes,
        )
        return
    if isinstance(data, kg.data.TableSet):
        rows = model.sample(evaluation.NUM_SAMPLES, seed=evaluation.SEED)
        path = directory / "columns.png"
        pictures.column_histograms(rows, path, data.rows, data.columns, data.units.logarithmic)
        return
    y, columns = conditions.for_a_picture(data, ROWS) if model.is_conditional else (None, ROWS)
    images = np.clip(model.sample(ROWS * columns, y=y, seed=evaluation.SEED), -1, 1)
    pictures.image_grid(images, directory / "samples.png", columns)
    num = min(len(images), len(data))
    pictures.side_by_side(data.sample(num, seed=0), images[:num], directory / "real_and_generated.png")
    along = None if y is None else y[:ROWS]
    picture_interpolation(model, ROWS, ROWS + 2, evaluation.SEED, along, directory / "interpolation.png")
    if isinstance(model.latent, kg.latent.Codes):
        picture_codes(model, directory)


def picture_codes(model, directory):
    """Draw what each code does: a value of the first categorical code in each column, a way of each continuous one."""
    latent, columns = model.latent, ROWS + 2
    z = np.asarray(latent.sample((ROWS, latent.size), (evaluation.SEED, 0)))
    for i, size in enumerate(latent.categories):
        values = np.tile(np.arange(size), ROWS)
        swept = latent.with_codes(np.repeat(z, size, axis=0), categorical=[None] * i + [values])
        pictures.image_grid(_generated(model, swept), directory / f"codes_categorical_{i}.png", size)
    for i in range(latent.continuous):
        values = np.tile(np.linspace(-1, 1, columns), ROWS)
        swept = latent.with_codes(np.repeat(z, columns, axis=0), continuous=[None] * i + [values])
        pictures.image_grid(_generated(model, swept), directory / f"codes_continuous_{i}.png", columns)


def _generated(model, z):
    return np.clip(model(z), -1, 1)


def export_model(model, directory, show=print, words=None):
    """Export a generator, or the translators of both directions, as SavedModel and ONNX.

    A generator of images is then sampled with onnxruntime alone. The second translator goes to the folder `backward`.
    `words` is what a generator's conditions stand for, as `conditions.in_words` says it.
    """
    _export(model, directory, "", show, words)
    if isinstance(model, kg.TranslationModel):
        for backward in model.generators[1:]:
            _export(backward, directory, BACKWARD, show)
    elif len(model.generator.outputs[0].shape) == 4:
        show(export.sample_with_onnxruntime(directory / "generator.onnx", directory / "onnxruntime.png"))


def _export(model, directory, within, show, words=None):
    file = pathlib.Path(within, "generator.onnx")
    export.to_saved_model(model, directory / within / "saved_model")
    parity = export.to_onnx(model, directory / file, conditions=words)
    show(f"{file} equals Keras to {parity['max_abs_difference']:.1e}")


def _callbacks(plan, data, protocol, directory):
    """Return the callbacks of a run; health before what tells of it, records before backups, interruptions last."""
    steps, batch_size = plan.settings["steps"], plan.settings["batch_size"]
    if plan.is_translation:
        health, own = [], translations.callbacks_of(protocol, directory, steps)
    elif isinstance(protocol, kg.metrics.LikelihoodProtocol):
        health, own = likelihoods.callbacks_of(data, protocol, directory, steps)
    elif isinstance(data, kg.data.ShowerSet):
        health, own = showers.callbacks_of(data, protocol, directory, steps)
    else:
        health, own = _callbacks_of_samples(plan, data, protocol, directory)
    return [
        callbacks.StopOnNaN(),
        *health,
        callbacks.Progress(batch_size=batch_size),
        *own,
        callbacks.RunFolder(directory, dataclasses.asdict(plan), batch_size=batch_size),
        callbacks.Backup(directory / BACKUPS),  # after the records: what is killed in between is recorded anew
        callbacks.SaveOnInterrupt(directory / "model.keras"),
    ]


def _callbacks_of_samples(plan, data, protocol, directory):
    """Return two lists of callbacks: that which looks at a model's health, those that draw and measure its samples."""
    steps = plan.settings["steps"]
    if isinstance(data, kg.data.Mixture | kg.data.TableSet):
        num = NUM_REAL if isinstance(data, kg.data.Mixture) else min(NUM_REAL, len(data))
    else:
        num = min(ROWS**2, len(data))
    real = data.sample(num, seed=0)
    seen, y, asked = data.scaled(real) if isinstance(data, kg.data.TableSet) else real, None, None
    if plan.is_conditional:
        y = data.sample_conditions(num, seed=0)
        seen = (real, y)
        asked = conditions.like_the_data(data, evaluation.num_samples(protocol))
    every = max(1, steps // 5)
    return [callbacks.HealthCheck(seen)], [
        callbacks.SampleGrid(directory / "samples", every=max(1, steps // 10), num=num, y=y, real=real),
        callbacks.EvaluateGenerator(protocol, directory, every, evaluation.num_samples(protocol), y=asked),
    ]
