"""Make every figure that the recipes claim: train, measure, tabulate.

    python benchmarks/results.py [--only SUBSTRING ...] [--again]

Each run is one of the command line (`keras-gans train ...`) in runs/results. A run whose row is in
results/recipes.json, made with the recipe's present constants, is not made again, and one that was stopped or killed
goes on: the script can be ended at any time and started again. After each run it writes results/recipes.json, a picture
of the run in results/recipes/, recipes/README.md, and the tables in README.md. Unconditional runs on images have all
cores; all others have one each, and there are as many at a time as cores.
"""

import argparse
import json
import shutil
import subprocess
import sys
import threading

import result_tables
from result_tables import FLOORS, PICTURES, RESULTS, ROOT, in_file_names

from keras_gans import metrics, pictures
from keras_gans.callbacks.run_folder import read_stats
from keras_gans.files import written_beside
from keras_gans_cli.free_cores import cores, on_free_cores
from keras_gans_cli.plan import make_plan
from keras_gans_cli.tables import columns_of, in_words

RUNS = ROOT / "runs" / "results"
SEEDS = (0, 1, 2)

ON_BOTH = (
    "dragan_kodali2017",
    "fgan_nowozin2016",
    "improved_gan_salimans2016",
    "lsgan_mao2016",
    "mescheder2018",
    "r3gan_huang2024",
    "roth2017",
    "sngan_miyato2018",
    "unrolled_metz2016",
    "wgan_arjovsky2017",
    "wgan_gp_gulrajani2017",
)
POINT_RECIPES = (
    *ON_BOTH,
    "density_ratio_mixture",
    "gan_goodfellow2014",
    "instance_noise_sonderby2016",
    "pacgan_lin2018",
)
IMAGE_RECIPES = (*ON_BOTH, "dcgan_radford2015")
BY_LABEL = (  # as they are typed after `keras-gans train`
    "acgan_odena2017",
    "cgan_mirza2014",
    "projection_miyato2018",
    "sngan_miyato2018 --conditional --steps 2500 --set ema_decay=0.99 --set learning_rate=2e-3 --set spectral=3.0",
    "wgan_gp_gulrajani2017 --conditional --steps 2000 --set ema_decay=0.99",
)
BY_CAPTION = ("gan_cls_reed2016", "gan_cls_reed2016 --set mismatched=False")
BEST = ("wgan_gp_gulrajani2017", "dcgan_radford2015")  # of the image recipes, by the distance of seed 0
POINT_RUNS = [(recipe, data, seed) for data in ("ring", "grid") for recipe in POINT_RECIPES for seed in SEEDS]
BY_LIKELIHOOD = (  # the last three in as many passes over the data
    "vae_kingma2014",
    "iwae_burda2016",
    "iwae_burda2016 --steps 15000 --set num_samples=1",
    "iwae_burda2016 --steps 15000",
    "iwae_burda2016 --steps 15000 --set num_samples=50",
)
IMAGE_RUNS = (
    [("wgan_gp_digits", "digits", 0), ("gan_goodfellow2014", "mnist", 0)]
    + [(recipe, "mnist", 0) for recipe in IMAGE_RECIPES]
    + [(recipe, "mnist", seed) for recipe in BEST for seed in SEEDS[1:]]
    + [(recipe, "fashion_mnist", 0) for recipe in BEST]
    + [(recipe, "binary_mnist", 0) for recipe in BY_LIKELIHOOD]
)
ONE_CORE_RUNS = (
    [
        ("sagan_zhang2019", "mnist", 0),
        ("pacgan_lin2018", "stacked_mnist", 0),
        ("diffaugment_zhao2020", "mnist[:1000]", 0),
    ]
    + [(name, "mnist", seed) for seed in SEEDS for name in (*BY_LABEL, "infogan_chen2016")]
    + [(name, "attribute_faces", seed) for seed in SEEDS for name in BY_CAPTION]
    + [(name, "coloured_digits", seed) for seed in SEEDS for name in ("cyclegan_zhu2017", "pix2pix_isola2017")]
    + [("fastcalogan", "calorimeter", seed) for seed in SEEDS]
    + POINT_RUNS
)
CURVE = "distance"
PROTOCOLS = (
    metrics.JudgeProtocol,
    metrics.LikelihoodProtocol,
    metrics.MixtureProtocol,
    metrics.PixelProtocol,
    metrics.ShowerProtocol,
    metrics.StackedProtocol,
    metrics.TranslationProtocol,
)
HEADLINES = [protocol.headline for protocol in PROTOCOLS]
_keeping = threading.Lock()


def folder(recipe, data, seed):
    """Return the folder of a run."""
    return RUNS / f"{in_file_names(recipe)}-{in_file_names(data)}-{seed}"


def plan_of(name, data, seed):
    """Return the plan of a recipe's name and options, as they are typed after `keras-gans train`."""
    recipe, *options = name.split()
    changes = dict(option.split("=") for option in options if "=" in option)
    steps = int(options[options.index("--steps") + 1]) if "--steps" in options else None
    return make_plan(recipe, data, steps=steps, seed=seed, changes=changes, conditional="--conditional" in options)


def run(recipe, data, seed, cores):
    """Make a run on some cores, or what is missing of it, unless its row is there; return its row."""
    settings = plan_of(recipe, data, seed).settings
    for row in rows():
        if name_of(row) == (recipe, data, seed) and row["settings"] == settings:
            return row
    directory = folder(recipe, data, seed)
    options = directory / "options.json"
    if directory.exists() and not (
        options.exists() and json.loads(options.read_text())["options"]["settings"] == settings
    ):
        shutil.rmtree(directory)  # killed before it had begun, or of other constants
    arguments = ["train", *recipe.split(), "--data", data, "--seed", str(seed), "--run-dir", str(directory)]
    arguments += ["--resume"] if directory.exists() else []
    with open(RUNS / f"{directory.name}.log", "a") as log:
        command = ["taskset", "-c", ",".join(map(str, cores)), sys.executable, "-m", "keras_gans_cli", *arguments]
        done = subprocess.run(command, stdout=log, stderr=log, check=False)
    if done.returncode:
        raise SystemExit(f"keras-gans {' '.join(arguments)} failed; see {log.name}.")
    with _keeping:
        row = read(recipe, data, seed)
        keep(row)
    return row


def rows():
    """Return the rows of results/recipes.json."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else []


def write_rows(all_rows):
    """Write results/recipes.json."""
    with written_beside(RESULTS) as beside:
        beside.write_text(json.dumps(all_rows, indent=1) + "\n")


def read(recipe, data, seed):
    """Return what a finished run says of itself, as one row."""
    directory = folder(recipe, data, seed)
    about = json.loads((directory / "options.json").read_text())
    last = json.loads((directory / "stats.jsonl").read_text().splitlines()[-1])
    settings, n_critic = about["options"]["settings"], about["model"]["arguments"].get("n_critic", 1)
    return {
        "recipe": recipe,
        "data": data,
        "seed": seed,
        "steps": last["step"],
        "seconds": last["seconds"],
        "hardware": about["hardware"],
        "versions": about["versions"],
        "settings": settings,
        "measures": json.loads((directory / "metrics.json").read_text()),
        "curve": curve(directory, n_critic * settings["batch_size"]),
    }


def curve(directory, images_per_step):
    """Return the Frechet or the earth mover's distances that were measured along a run, with steps and images seen."""
    return [
        {
            "step": row["step"],
            "images": row["step"] * images_per_step,
            CURVE: next(row[m][n] for m, n in HEADLINES if m in row),
        }
        for row in read_stats(directory / "evaluations.jsonl")
        if row["step"] > 0
    ]


def keep(row):
    """Put a row in place of an earlier one of the same run, copy the run's picture, and write the tables."""
    all_rows = sorted([other for other in rows() if name_of(other) != name_of(row)] + [row], key=name_of)
    write_rows(all_rows)
    if row["seed"] == 0:
        of_kind = {
            "modes": "density.png", "forward": "translations.png", "response": "response.png",
            "code": "codes_categorical_0.png",
        }  # fmt: skip
        picture = next((name for measure, name in of_kind.items() if measure in row["measures"]), "samples.png")
        with written_beside(PICTURES / f"{in_file_names(row['recipe'])}-{in_file_names(row['data'])}.png") as beside:
            shutil.copy(folder(*name_of(row)) / picture, beside)
    draw_curves(all_rows, result_tables.section_of(row))
    result_tables.write_all(all_rows, json.loads(FLOORS.read_text()))


def draw_curves(all_rows, section):
    """Draw the distances over training of the first seed's runs of a section."""
    of_section = [row for row in all_rows if result_tables.section_of(row) == section]
    runs = {row["recipe"]: row["curve"] for row in of_section if row["seed"] == 0}
    if runs:
        pictures.curves_of_runs(runs, CURVE, PICTURES / f"curves-{in_file_names(section)}.png", log=True)


def name_of(row):
    """Return what names a run."""
    return row["recipe"], row["data"], row["seed"]


def floors():
    """Measure real samples as if they were generated, once: what the best generator could get."""
    if FLOORS.exists():
        return
    import keras_gans as kg
    from keras_gans_cli import evaluation

    found = {}
    for name in ("ring", "grid"):
        found[name] = {"samples": {"of": "the mixture itself"}, **evaluation.of_the_mixture(name)}
    for name in ("mnist", "fashion_mnist"):
        protocol = evaluation.protocol_for(name, kg.data.named(name))
        found[name] = {"samples": {"of": "10,000 real test images"}}
        found[name] |= protocol.thorough(getattr(kg.data, name)("test").images)
    with written_beside(FLOORS) as beside:
        beside.write_text(json.dumps(found, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", nargs="+", default=[""], help="make only runs whose folder's name contains one of these"
    )
    parser.add_argument("--again", action="store_true", help="make runs anew that are in results/recipes.json")
    arguments = parser.parse_args()
    only = arguments.only
    chosen = lambda runs: [run for run in runs if any(part in folder(*run).name for part in only)]  # noqa: E731
    RUNS.mkdir(parents=True, exist_ok=True)
    if arguments.again:
        FLOORS.unlink(missing_ok=True)
        for name in chosen(IMAGE_RUNS + ONE_CORE_RUNS):
            shutil.rmtree(folder(*name), ignore_errors=True)
        names = {folder(*name).name for name in chosen(IMAGE_RUNS + ONE_CORE_RUNS)}
        write_rows([row for row in rows() if folder(*name_of(row)).name not in names])
    floors()
    all_cores = cores()
    for name in chosen(IMAGE_RUNS):
        print(summary(run(*name, cores=all_cores)), flush=True)
    for row in on_free_cores(lambda name, core: run(*name, cores=[core]), chosen(ONE_CORE_RUNS)):
        print(summary(row), flush=True)
    for section in {result_tables.section_of(row) for row in rows()}:
        draw_curves(rows(), section)
    result_tables.main()


def summary(row):
    """Return one line on a finished run."""
    return (
        f"{folder(*name_of(row)).name}: {row['seconds'] / 60:.1f} min; {in_words([row], columns_of(row['measures']))}"
    )


if __name__ == "__main__":
    main()
