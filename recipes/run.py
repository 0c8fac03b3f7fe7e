"""What every recipe's run does around its training: the folder, the callbacks, and the way out of the house."""

import argparse
import pathlib

import keras

from keras_gans import callbacks, export, pictures


def arguments(recipe, steps, **choices):
    """Read a recipe's command line.

    Args:
        recipe: The recipe's module name, which names the run folder.
        steps: Generator steps of the full recipe.
        **choices: Further options: name -> list of values, the first being the default.

    Returns:
        Namespace with `run_dir`, `steps`, `seed`, `smoke` and the choices. With `--smoke`, steps is 2.
    """
    parser = argparse.ArgumentParser(prog=f"python -m keras_gans.recipes.{recipe}")
    parser.add_argument("--run-dir", type=pathlib.Path, help=f"new folder of the run (default: runs/{recipe}-N)")
    parser.add_argument("--steps", type=int, default=steps, help=f"generator steps (default: {steps})")
    parser.add_argument("--seed", type=int, default=0, help="seed of weights, noise and data order (default: 0)")
    parser.add_argument("--smoke", action="store_true", help="two steps, to see that everything works")
    for name, values in choices.items():
        parser.add_argument(f"--{name}", choices=values, default=values[0])
    options = parser.parse_args()
    if options.steps < 1:
        parser.error(f"--steps {options.steps} was passed. Expected a number of generator steps of at least 1.")
    if options.run_dir is not None and options.run_dir.exists():
        parser.error(
            f"--run-dir {options.run_dir} exists. Expected a new folder, so that no run is mixed with another."
        )
    if options.smoke:
        options.steps = 2
    if options.run_dir is None:
        numbers = (n for n in range(1, 10**6) if not pathlib.Path(f"runs/{recipe}-{n}").exists())
        options.run_dir = pathlib.Path(f"runs/{recipe}-{next(numbers)}")
    return options


def falling_adam(learning_rate, steps):
    """Return Adam (beta_1 0.5, beta_2 0.9) whose learning rate falls to 0 along a cosine over its own `steps`."""
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps), 0.5, 0.9)


def train(model, data, options, batch_size, real, steps_per_epoch=50, sample_every=250):
    """Train for `options.steps` generator steps into `options.run_dir`, with pictures, statistics and one line.

    Args:
        model: A compiled model.
        data: An ImageSet or a Mixture.
        options: What `arguments` returned.
        batch_size: m, samples of one discriminator step.
        real: Real samples to put beside the generated ones.
        steps_per_epoch: Generator steps between two lines of statistics, at most.
        sample_every: Generator steps between two pictures of samples.
    """
    # the next smaller length of an epoch that divides the run
    steps_per_epoch = max(n for n in range(1, min(steps_per_epoch, options.steps) + 1) if options.steps % n == 0)
    choices = {name: value for name, value in vars(options).items() if name != "run_dir"}
    model.fit(
        data.batches(batch_size * model.n_critic, seed=options.seed).repeat(),
        steps_per_epoch=steps_per_epoch,
        epochs=options.steps // steps_per_epoch,
        verbose=0,
        callbacks=[
            callbacks.StopOnNaN(),
            callbacks.Progress(batch_size=batch_size),
            callbacks.SampleGrid(options.run_dir / "samples", every=sample_every, num=len(real), real=real),
            callbacks.RunFolder(options.run_dir, choices, batch_size=batch_size),
            callbacks.SaveOnInterrupt(options.run_dir / "model.keras"),
        ],
    )


def deliver(model, run_dir):
    """Export the generator as SavedModel and ONNX, and sample the latter with onnxruntime alone.

    Args:
        model: A trained model.
        run_dir: Folder of the run.
    """
    export.to_saved_model(model, run_dir / "saved_model")
    parity = export.to_onnx(model, run_dir / "generator.onnx")
    print(f"generator.onnx equals Keras to {parity['max_abs_difference']:.1e}")
    if len(model.generator.outputs[0].shape) == 4:
        print(export.sample_with_onnxruntime(run_dir / "generator.onnx", run_dir / "onnxruntime.png"))
        pictures.image_grid(model.sample(64, seed=0), run_dir / "samples.png")
    print(f"The run is in {run_dir}")
