"""What stabilisers do and cost: the tables of docs/choosing.md.

    python benchmarks/stabilisers.py [--only stacked|few|ring|costs]

- stacked: MNIST's digits stacked in threes, 1,000 modes: one seed of each, three of the best two;
- few: MNIST with 1,000 images, with and without augmentation, three seeds;
- ring: a mixture whose modes hardly overlap, three seeds;
- costs: time of a step and memory of a process that makes 50, on images, relative to the same without.

Runs are those of `keras-gans compare`, in runs/stabilisers: the script can be ended at any time and started again.
Writes results/stabilisers/ and the tables in docs/choosing.md.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time

from result_tables import ROOT, write_between

from keras_gans.files import written_beside

RUNS = ROOT / "runs" / "stabilisers"
RESULTS = ROOT / "results" / "stabilisers"
PAGE = ROOT / "docs" / "choosing.md"
BASELINE = "non_saturating"
ROUNDS, STEPS = 5, 50


def compared(kind, runs):
    """Make the runs, (names, data, seeds, steps) each, in one folder; write its table and pictures."""
    from keras_gans_cli import compare

    folder = RUNS / kind
    for names, data, seeds, steps in runs:
        compare.compare(names, [data], seeds, steps, folder, lambda text: print(text, flush=True))
    RESULTS.mkdir(parents=True, exist_ok=True)
    rows = compare.read_rows(folder)
    with written_beside(RESULTS / f"{kind}.json") as beside:
        beside.write_text(json.dumps(rows) + "\n")
    for picture in folder.glob("*.png"):
        with written_beside(RESULTS / f"{kind}.png") as beside:
            shutil.copy(picture, beside)
    write_between(PAGE, kind, (folder / "table.md").read_text(encoding="utf-8").strip())


def stacked():
    """Four ways on stacked digits, and two more seeds of the best two."""
    from keras_gans_cli import compare

    names = [BASELINE, "minibatch_discrimination", "packing_2", "r3gan"]
    compared("stacked", [(names, "stacked_mnist", 1, 8000)])
    rows = [row for row in compare.read_rows(RUNS / "stacked") if row["seed"] == 0 and row["measures"]]
    best = sorted(rows, key=lambda row: row["measures"]["stacked_modes"]["kl_to_uniform"])[:2]
    compared("stacked", [([row["objective"] for row in best], "stacked_mnist", 3, 8000)])


def few():
    """With 1,000 images."""
    compared("few", [([BASELINE, "diffaugment", "ada", "r1"], "mnist[:1000]", 3, 4000)])


def ring():
    """With modes far apart."""
    names = [BASELINE, "instance_noise", "minibatch_discrimination", "minibatch_deviation", "packing_2", "top_k"]
    compared("ring", [(names, "ring", 3, None)])


def cost_of(name):
    """Make steps of one stabiliser in this process; print its time for a step and its memory."""
    import numpy as np

    from keras_gans_cli import compare_run
    from keras_gans_cli.stabilisers import ROWS

    settings = {**compare_run.IMAGES, "width": 32, "batch_size": 64}
    model = compare_run.build(ROWS[name], (28, 28, 1), 0, 10_000, settings)
    x = np.random.default_rng(0).uniform(-1, 1, size=(64 * STEPS, 28, 28, 1)).astype("float32")
    model.fit(x, batch_size=64, verbose=0)
    begun = time.process_time()
    model.fit(x, batch_size=64, verbose=0)
    seconds = (time.process_time() - begun) / STEPS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"name": name, "ms": 1000 * seconds, "mebibytes": peak}))


def costs():
    """Measure every stabiliser, rounds interleaved."""
    from keras_gans_cli.stabilisers import STABILISERS
    from keras_gans_cli.tables import markdown

    names = [BASELINE, "hinge_spectral", "r1", "historical_averaging", *STABILISERS]
    found = {name: [] for name in names}
    for number in range(ROUNDS):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            command = [sys.executable, __file__, "--cost-of", name]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
            print(found[name][-1], flush=True)
    median = lambda name, number: statistics.median(run[number] for run in found[name])  # noqa: E731
    report = {name: {number: median(name, number) for number in ("ms", "mebibytes")} for name in names}
    RESULTS.mkdir(parents=True, exist_ok=True)
    with written_beside(RESULTS / "costs.json") as beside:
        beside.write_text(json.dumps(report, indent=1) + "\n")
    base = report[BASELINE]
    lines = [
        [f"`{name}`", f"{of['ms'] / base['ms']:.2f}", f"{of['mebibytes'] - base['mebibytes']:+.0f}"]
        for name, of in report.items()
    ]
    head = ["", f"step, x that of `{BASELINE}`", "memory, MiB more"]
    write_between(PAGE, "costs", markdown(head, lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["stacked", "few", "ring", "costs"])
    parser.add_argument("--cost-of", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.cost_of:
        cost_of(arguments.cost_of)
        return
    for part in (ring, few, stacked, costs):
        if arguments.only in (None, part.__name__):
            part()


if __name__ == "__main__":
    main()
