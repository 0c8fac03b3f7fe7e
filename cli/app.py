"""keras-gans: recipes, train, sample, translate, evaluate, export, compare."""

import contextlib
import os
import pathlib
import sys
from typing import Annotated

import rich.console
import typer
import typer.core

from keras_gans_cli import quiet, recipes

console = rich.console.Console()
errors = rich.console.Console(stderr=True)


class OneLineErrors(typer.core.TyperGroup):
    """Commands whose refusals of an option are one line too, as all errors here, and no box."""

    def main(self, *arguments, standalone_mode=True, **named):
        """Run the command that was asked for, and exit."""
        try:
            code = super().main(*arguments, standalone_mode=False, **named)
        except Exception as error:
            if not hasattr(error, "format_message"):  # Typer's own errors have it
                raise
            if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help, on older versions
                error.show()
            else:
                _show_error(error.format_message())
            code = error.exit_code
        sys.exit(code)


app = typer.Typer(
    cls=OneLineErrors,
    help="Train, sample, measure and export GANs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Run = Annotated[pathlib.Path, typer.Argument(metavar="RUN|FILE", help="Folder of a run, or a .keras or .onnx file.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the latents.")]


FORESEEN = (ValueError, TypeError, LookupError, OSError, RuntimeError, ArithmeticError, ImportError, MemoryError)


class _State:
    traceback = False


@app.callback()
def common(traceback: Annotated[bool, typer.Option("--traceback", help="Show where an error came from.")] = False):
    """Train, sample, measure and export GANs."""
    _State.traceback = traceback


@contextlib.contextmanager
def told_in_one_sentence():
    """Turn an error into its message and an exit code: 2 for what was asked, 1 for what went wrong, 130 on Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        errors.print(str(interrupt) or "Interrupted.", style="yellow", soft_wrap=True, markup=False, highlight=False)
        raise typer.Exit(130) from None
    except Exception as error:
        if _State.traceback or not (isinstance(error, FORESEEN) or type(error).__module__.startswith("tensorflow")):
            raise
        _show_error(str(error) or type(error).__name__)
        raise typer.Exit(2 if isinstance(error, ValueError | FileExistsError | FileNotFoundError) else 1) from None


@app.command("recipes")
def list_recipes():
    """List the recipes: name, what it is, paper, data."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("recipe", no_wrap=True)
    for title in ("what it is", "paper", "data"):
        table.add_column(title)
    for recipe in recipes.all_recipes():
        kinds = ["images"] * recipe.images + ["points"] * recipe.points + ["tables"] * recipe.table
        kinds += ["two sides"] * recipe.two_sides + ["showers"] * recipe.showers
        table.add_row(recipe.name, recipe.title, recipe.paper, f"{' or '.join(kinds)}: {recipe.data}")
    console.print(table)
    console.print("\nkeras-gans train RECIPE --data NAME|FOLDER|TABLE.csv")


@app.command()
def train(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Name of a recipe, as `keras-gans recipes` lists.")],
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FOLDER|CSV",
            help="digits, mnist, stacked_mnist, cifar10, celeb_a, ring, grid, ..., a folder of images or a table; to "
            "translate coloured_digits, cycle_gan/horse2zebra, ..., two folders X,Y, or one with trainA and trainB.",
            show_default="the recipe's",
        ),
    ] = None,
    image_size: Annotated[
        int | None, typer.Option(help="Side of the images in pixels.", show_default="the data's; 64 for a folder")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Samples of one discriminator step.", show_default="the recipe's")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Generator steps.", show_default="the recipe's")] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of weights, noise and data order.", show_default="0")
    ] = None,
    run_dir: Annotated[
        pathlib.Path | None, typer.Option(help="Folder of the run, a new one.", show_default="runs/RECIPE-N")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --run-dir.")] = False,
    precision: Annotated[
        str | None, typer.Option(help="float32, mixed_bfloat16 or mixed_float16.", show_default="float32")
    ] = None,
    jit: Annotated[
        str | None, typer.Option(help="Compile the step by XLA: auto (on a GPU), on or off.", show_default="auto")
    ] = None,
    conditional: Annotated[
        bool, typer.Option("--conditional", help="Tell both networks the data's labels or captions.")
    ] = False,
    strategy: Annotated[
        str, typer.Option(help="none; mirrored (all GPUs of this machine); multiworker (several, by TF_CONFIG).")
    ] = "none",
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Another constant of the recipe; may repeat.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
    smoke: Annotated[bool, typer.Option("--smoke", help="Two steps, to see that everything works.")] = False,
):
    """Train a recipe into a run folder: options, statistics, pictures, measures, model, exports."""
    with told_in_one_sentence():
        two_translators = recipes.named(recipe).two_translators
        _check_run_dir(run_dir, resume)
        if strategy == "multiworker" and run_dir is None:
            raise ValueError(
                "--strategy multiworker was passed without --run-dir. Expected one folder for all workers."
            )
        if smoke and steps is not None:
            raise ValueError(f"--smoke and --steps {steps} were passed. Expected one of them: --smoke makes two steps.")
        asked = dict(
            data=data, image_size=image_size, batch_size=batch_size, steps=2 if smoke else steps, seed=seed,
            precision=precision, jit=jit, changes=_pairs(changes or []), conditional=conditional or None,
        )  # fmt: skip
        strategy = quiet.load(strategy, one_operation_a_core=two_translators and jit != "on")
        from keras_gans_cli import run

        plan = run.planned(recipe, asked, run_dir if resume else None)
        if dry_run:
            _show_dry_run(plan)
            return
        measures = run.train(plan, run_dir or run.free_folder(recipe), strategy, _say)
        if measures is not None:
            _show_measures(measures)


@app.command()
def sample(
    source: Run,
    num: Annotated[int, typer.Option(min=1, help="How many.")] = 64,
    seed: Seed = 0,
    out: Annotated[
        pathlib.Path | None,
        typer.Option(
            help=".png for a picture, .npy for the numbers, .csv for a table, .hdf5 for showers.",
            show_default="sampled.png, .csv or .hdf5, beside the model",
        ),
    ] = None,
    y: Annotated[
        list[str] | None,
        typer.Option("--y", metavar="CLASS|MEV", show_default="all in turn",
                     help="Class to make, by name or number, or energy of a shower; may repeat."),
    ] = None,
    caption: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help='What to make, such as "red hair, green eyes"; may repeat.',
                     show_default="those of the run's data"),
    ] = None,
):  # fmt: skip
    """Draw samples of a trained model, as a picture, an array or a table."""
    with told_in_one_sentence():
        _check_exists(source)
        if out is not None and out.suffix not in (".png", ".npy", ".csv", ".hdf5", ".h5"):
            raise ValueError(f"--out {out} was passed. Expected a path that ends in .png, .npy, .csv or .hdf5.")
        if y and caption:
            raise ValueError("--y and --caption were passed. Expected one of them.")
        quiet.load()
        from keras_gans_cli import trained

        out = trained.write_samples(source, num, seed, out, y or [], caption or [])
        _say(f"{num} samples in {out}")


@app.command()
def evaluate(
    source: Run,
    data: Annotated[
        str | None,
        typer.Option(metavar="NAME|FOLDER|CSV", help="Real data to measure against.", show_default="the run's"),
    ] = None,
    best: Annotated[bool, typer.Option("--best", help="Measure the run's best model, not its last.")] = False,
):
    """Measure 10,000 samples of a trained model against real data."""
    with told_in_one_sentence():
        _check_exists(source)
        _check_best(source, best)
        quiet.load()
        from keras_gans_cli import trained

        measures, path = trained.evaluate(source, data, best)
        _show_measures(measures)
        if path is not None:
            _say(f"Written to {path}")


@app.command()
def export(source: Run):
    """Export a trained generator as SavedModel and ONNX, each proven equal to it.

    The exports of a run go to its folder, those of a file NAME.keras to the folder NAME beside it.
    """
    with told_in_one_sentence():
        _check_exists(source)
        quiet.load()
        from keras_gans_cli import conditions, run, trained

        words = conditions.read(source) if source.is_dir() else None
        folder = source if source.is_dir() else source.with_suffix("")
        run.export_model(trained.model_of(source), folder, _say, words)


@app.command()
def translate(
    source: Annotated[
        pathlib.Path,
        typer.Argument(metavar="RUN|FILE", help="Folder of a run that translates, or a .keras or .onnx file."),
    ],
    images: Annotated[pathlib.Path, typer.Argument(metavar="FOLDER|IMAGE", help="What to translate.")],
    out: Annotated[pathlib.Path, typer.Argument(help="Folder to write, or image file; a new one.")],
    backwards: Annotated[bool, typer.Option("--backwards", help="Translate from Y to X.")] = False,
    best: Annotated[bool, typer.Option("--best", help="Take the run's best model, not its last.")] = False,
):
    """Translate an image, or a folder of images, with a model that was trained to."""
    with told_in_one_sentence():
        _check_exists(source)
        _check_best(source, best)
        quiet.load()
        from keras_gans_cli import translate as translation

        num = translation.translate(source, images, out, backwards, best)
        _say(f"{num} image{'s' * (num > 1)} in {out}")


@app.command()
def compare(
    objectives: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Objectives, or stabilisers.", show_default="all objectives"),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="ring, grid, spiral, imbalanced_ring, mnist, ...; may repeat.",
                     show_default="ring and grid"),
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Seeds of each run.", show_default="3")] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Generator steps, on points a multiple of 10.",
                     show_default="15,000 on points, 2,000 on images")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="All four sets of points and five seeds.")] = False,
    out: Annotated[pathlib.Path, typer.Option(help="Folder of the comparison; one that was stopped goes on.")] = (
        pathlib.Path("runs/compare")
    ),
):  # fmt: skip
    """Train objectives side by side on equal terms: one table (Markdown, CSV) and a picture for each set of data."""
    with told_in_one_sentence():
        quiet.load()
        from keras_gans_cli import compare as comparison
        from keras_gans_cli.objectives import OBJECTIVES

        standard = comparison.FULL if full else comparison.QUICK
        table = comparison.compare(
            objectives or list(OBJECTIVES), data or standard["data"], seeds or standard["seeds"], steps, out,
            _say,
        )  # fmt: skip
        _say(f"\n{table.read_text(encoding='utf-8')}\nThe table and the pictures are in {out}")


def train_recipe(file):
    """Give way to `keras-gans train` of the recipe in a file: what `python -m keras_gans.recipes.NAME` does.

    It is a new process because the settings that the command makes for TensorFlow come before its import.
    """
    recipe = pathlib.Path(file).stem
    os.execv(sys.executable, [sys.executable, "-m", "keras_gans_cli", "train", recipe, *sys.argv[1:]])


def main():
    """Run the command."""
    app()


def _say(text):
    """Print a line as it is: a path may hold what rich would take for markup."""
    console.print(text, soft_wrap=True, markup=False, highlight=False)


def _show_error(message):
    errors.print(f"Error: {' '.join(message.split())}", style="red", soft_wrap=True, markup=False, highlight=False)


def _check_run_dir(run_dir, resume):
    if resume and run_dir is None:
        raise ValueError("--resume was passed without --run-dir. Expected the folder of the run to go on with.")
    if resume and not (run_dir / "options.json").exists():
        raise FileNotFoundError(
            f"--resume: {run_dir} holds no run that has begun. Expected a folder with options.json. Check the "
            "path, or delete the folder and train anew."
        )
    if run_dir is not None and run_dir.exists() and not resume:
        raise FileExistsError(
            f"--run-dir {run_dir} exists. Expected a new folder, so that no run is mixed with another, or --resume."
        )


def _check_exists(path):
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist. Expected the folder of a run, or a .keras or .onnx file.")


def _check_best(source, best):
    if best and not source.is_dir():
        raise ValueError(f"--best was passed with {source}. Expected the folder of a run. Leave --best out.")


def _pairs(changes):
    pairs = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise ValueError(f"--set {change} was passed. Expected KEY=VALUE, such as --set learning_rate=1e-4.")
        pairs[key.strip()] = value.strip()
    return pairs


def _show_dry_run(plan):
    import dataclasses
    import datetime
    import json

    from keras_gans_cli.dry_run import dry_run

    found = dry_run(plan)
    model = found["model"]
    console.print_json(json.dumps(dataclasses.asdict(plan)))
    sides = list(zip(model.players, model.player_networks(), strict=True))
    for network in (network for _, networks in sides for network in networks):
        network.summary(print_fn=lambda text, **_: console.print(text, markup=False, highlight=False))
    duration = datetime.timedelta(seconds=round(found["seconds"]))
    parameters = [
        role + "s" * (len(networks) > 1 < len(sides)) + f" {' and '.join(f'{n.count_params():,}' for n in networks)}"
        for role, networks in sides
    ]
    console.print(
        f"Parameters: {', '.join(parameters)}\n"
        f"A step: {found['flops'] / 1e9:.3g} GFLOP, {found['seconds_per_step'] * 1000:.3g} ms here "
        f"({found['flops'] / found['seconds_per_step'] / 1e9:.3g} GFLOP/s)\n"
        f"Expected time of {plan.settings['steps']:,} steps: {duration} on this machine; pictures, measures and "
        "exports come on top.\nNothing was written.",
        highlight=False,
    )


def _show_measures(measures):
    from rich.table import Table

    table = Table("measure", "number", "value", box=None, header_style="bold", pad_edge=False)
    for measure, numbers in measures.items():
        for number, value in numbers.items():
            if isinstance(value, list) and isinstance(value[0], dict):
                value = f"of each of {len(value)}, in the file"
            table.add_row(measure, number, f"{value:.6g}" if isinstance(value, float) else str(value))
    console.print(table)
