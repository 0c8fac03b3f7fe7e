"""One run of a recipe: its folder, its training from wherever it stands, and what is left at its end."""

import dataclasses
import pathlib

import numpy as np

import keras_gans as kg
from keras_gans import callbacks, export, pictures
from keras_gans.callbacks.run_folder import read_options
from keras_gans.callbacks.sample_grid import picture_interpolation
from keras_gans_cli import evaluation
from keras_gans_cli.plan import Plan, make_plan

NUM_REAL = 1000  # points beneath a scatter plot
ROWS = 8  # of pictures of images


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
    unset = {"data": begun.data, "image_size": begun.image_size, "seed": begun.seed, "precision": begun.precision}
    changes = {**begun.settings, **asked.pop("changes", {})}
    plan = make_plan(recipe, **{**unset, "jit": begun.jit, **asked, "changes": changes})
    begun_with, now = dataclasses.asdict(begun), dataclasses.asdict(plan)
    differing = [name for name in begun_with if begun_with[name] != now[name]]
    if differing:
        told = "; ".join(f"{name}: {begun_with[name]}, now {now[name]}" for name in differing)
        raise ValueError(
            f"The run in {resumed} was begun otherwise ({told}). Expected the same. Leave the options out, and it goes "
            "on as it began; for others begin a new run."
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


def train(plan, directory, show=print):
    """Train until the plan's last step, from the last state that the folder holds, and leave everything there.

    Args:
        plan: A `Plan`.
        directory: Folder of the run; new, or that of a run of the same plan which was stopped or killed.
        show: Function that takes a line of text for the user.

    Returns:
        The measures of the finished run.
    """
    directory = pathlib.Path(directory)
    data, steps = plan.training_data, plan.settings["steps"]
    model = plan.build()
    if (directory / "model.keras").exists():
        model = kg.load_model(directory / "model.keras")
        show(f"Going on from step {model.step} of {steps}")
    protocol = evaluation.protocol_for(plan.data, data)
    steps_per_epoch = _largest_divisor(steps, at_most=max(1, steps // 100))
    common = _callbacks(plan, data, protocol, directory)
    batches = data.batches(plan.settings["batch_size"] * model.n_critic, seed=plan.seed)
    batches = batches if isinstance(data, kg.data.Mixture) else batches.repeat()
    while model.step < steps:
        # A run that was stopped within an epoch first ends that one.
        done, begun = divmod(model.step, steps_per_epoch)
        epochs = done + 1 if begun else steps // steps_per_epoch
        model.fit(
            batches,
            steps_per_epoch=steps_per_epoch - begun,
            initial_epoch=done,
            epochs=epochs,
            verbose=0,
            callbacks=common,
        )
    return finish(model, plan, directory, protocol, show)


def finish(model, plan, directory, protocol, show=print):
    """Measure a trained model, take its pictures and export its generator.

    Args:
        model: A trained model.
        plan: Its `Plan`.
        directory: Folder of the run.
        protocol: What it is measured by.
        show: Function that takes a line of text for the user.

    Returns:
        The measures, as in `metrics.json`.
    """
    measures = evaluation.measure(model.sample, protocol, directory / "metrics.json")
    take_pictures(model, plan.training_data, directory)
    export_generator(model, directory, show)
    show(f"The run is in {directory}")
    return measures


def take_pictures(model, data, directory):
    """Draw what a generator makes: samples, samples beside real ones, and the way between latents or the density."""
    if isinstance(data, kg.data.Mixture):
        points = model.sample(evaluation.NUM_SAMPLES, seed=evaluation.SEED)
        pictures.density(
            points,
            directory / "density.png",
            real=data.sample(evaluation.NUM_SAMPLES, seed=1),
            score=model.discriminator,
        )
        return
    images = np.clip(model.sample(ROWS**2, seed=evaluation.SEED), -1, 1)
    pictures.image_grid(images, directory / "samples.png")
    num = min(ROWS**2, len(data))
    pictures.side_by_side(data.sample(num, seed=0), images[:num], directory / "real_and_generated.png")
    picture_interpolation(model, ROWS, ROWS + 2, evaluation.SEED, path=directory / "interpolation.png")


def export_generator(model, directory, show=print):
    """Export a generator as SavedModel and ONNX, and sample the latter with onnxruntime alone."""
    export.to_saved_model(model, directory / "saved_model")
    parity = export.to_onnx(model, directory / "generator.onnx")
    show(f"generator.onnx equals Keras to {parity['max_abs_difference']:.1e}")
    if len(model.generator.outputs[0].shape) == 4:
        show(export.sample_with_onnxruntime(directory / "generator.onnx", directory / "onnxruntime.png"))


def _callbacks(plan, data, protocol, directory):
    steps, batch_size = plan.settings["steps"], plan.settings["batch_size"]
    num = NUM_REAL if isinstance(data, kg.data.Mixture) else min(ROWS**2, len(data))
    return [
        callbacks.StopOnNaN(),
        callbacks.Progress(batch_size=batch_size),
        callbacks.SampleGrid(directory / "samples", every=max(1, steps // 10), num=num, real=data.sample(num, seed=0)),
        callbacks.RunFolder(directory, dataclasses.asdict(plan), save_every=5, batch_size=batch_size),
        callbacks.EvaluateGenerator(protocol, directory, max(1, steps // 5), evaluation.NUM_SAMPLES),
        callbacks.SaveOnInterrupt(directory / "model.keras"),
    ]


def _largest_divisor(number, at_most):
    return max(n for n in range(1, at_most + 1) if number % n == 0)
