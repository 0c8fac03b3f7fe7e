"""Whether mixed precision trains as well as float32: the same small runs on MNIST, in each precision.

    python benchmarks/precision.py [--seeds 3] [--steps 2000] [--recipe NAME ...] [--precision NAME ...]

DCGAN (batch normalization) and WGAN-GP (a penalty, whose second derivatives are taken in float32) with networks of an
eighth of the papers' width and batches of 32, each run on one core. Adds to results/precision.json and prints its
table. What is there already is not run again. In float16 a CPU takes ten times as long: fewer seeds will do. Speed is
step_time.py's: a CPU without bfloat16 instructions only loses by it.
"""

import argparse
import json
import shutil
import subprocess
import sys

from result_tables import ROOT

from keras_gans.files import written_beside
from keras_gans_cli.free_cores import on_free_cores
from keras_gans_cli.plan import PRECISIONS

RESULT = ROOT / "results" / "precision.json"
RUNS = ROOT / "runs" / "precision"
RECIPES = ("dcgan_radford2015", "wgan_gp_gulrajani2017")
NUMBERS = (("classifier_frechet", "frechet_distance", "{:.1f}"), ("classifier_score", "classifier_score", "{:.2f}"))
CHANGES = {"width": 16, "batch_size": 32}


def run(recipe, precision, seed, steps, core):
    """Train on one core, unless it was done; return the measures."""
    directory = RUNS / f"{recipe}-{precision}-{seed}-{steps}"
    if not (directory / "metrics.json").exists():
        shutil.rmtree(directory, ignore_errors=True)
        command = ["taskset", "-c", str(core), sys.executable, "-m", "keras_gans_cli", "train", recipe]
        command += ["--data", "mnist", "--precision", precision, "--seed", str(seed), "--steps", str(steps)]
        command += ["--run-dir", str(directory)]
        command += [word for name, value in CHANGES.items() for word in ("--set", f"{name}={value}")]
        with open(directory.with_suffix(".log"), "w") as log:
            subprocess.run(command, stdout=log, stderr=log, check=True)
    return json.loads((directory / "metrics.json").read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--recipe", nargs="+", choices=RECIPES, default=RECIPES)
    parser.add_argument("--precision", nargs="+", choices=PRECISIONS, default=PRECISIONS)
    arguments = parser.parse_args()
    RUNS.mkdir(parents=True, exist_ok=True)
    cases = [(r, p, seed) for p in arguments.precision for r in arguments.recipe for seed in range(arguments.seeds)]
    runs = on_free_cores(lambda case, core: run(*case, arguments.steps, core), cases)
    measures = dict(zip(cases, runs, strict=True))
    report = json.loads(RESULT.read_text()) if RESULT.exists() else {"data": "mnist", "changes": CHANGES, "runs": {}}
    for recipe in arguments.recipe:
        for precision in arguments.precision:
            seeds = [measures[recipe, precision, seed] for seed in range(arguments.seeds)]
            report["runs"][f"{recipe}/{precision}/{arguments.steps}"] = seeds
    with written_beside(RESULT) as beside:
        beside.write_text(json.dumps(report, indent=1) + "\n")
    print("| recipe | precision | steps | classifier-Fréchet, each seed | classifier score |\n|---|---|---|---|---|")
    for name, seeds in sorted(report["runs"].items()):
        figures = [", ".join(form.format(m[measure][number]) for m in seeds) for measure, number, form in NUMBERS]
        print(f"| {' | '.join(name.split('/'))} | {' | '.join(figures)} |")


if __name__ == "__main__":
    main()
