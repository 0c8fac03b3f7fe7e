"""What stabilisers do and cost: the tables of docs/choosing.md.

    python benchmarks/stabilisers.py [--only stacked|few|ring|costs]

- stacked: MNIST's digits stacked in threes, 1,000 modes: one seed of each, three of the best two;
- few: MNIST with 1,000 images, with and without augmentation, three seeds, and one of R1;
- ring: a mixture whose modes hardly overlap, three seeds;
- costs: time of a step, and memory of a process that makes 50, on images, relative to the same without.

Runs are those of `keras-gans compare`, in runs/stabilisers: the script can be ended at any time and started again. What
is in results/stabilisers/costs.json is not measured anew.
Writes results/stabilisers/ and the tables in docs/choosing.md.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys

import numpy as np
from kept_comparison import keep, restore
from result_tables import ROOT, write_between

from keras_gans.files import written_beside
from keras_gans_cli import compare, compare_run
from keras_gans_cli.compare_cost import BASELINE
from keras_gans_cli.stabilisers import ROWS, STABILISERS
from keras_gans_cli.tables import markdown

RUNS = ROOT / "runs" / "stabilisers"
RESULTS = ROOT / "results" / "stabilisers"
PAGE = ROOT / "docs" / "choosing.md"
ROUNDS, STEPS = 3, 50
STACKED_STEPS, FEW_STEPS = 4000, 2000


def compared(kind, runs):
    """Make the runs, (names, data, seeds, steps) each, in one folder; keep its rows, table and pictures."""
    folder = RUNS / kind
    restore(kind, folder, RESULTS)
    for names, data, seeds, steps in runs:
        compare.compare(names, [data], seeds, steps, folder, lambda text: print(text, flush=True))
    keep(kind, folder, RESULTS, PAGE)


def stacked():
    """Four ways on stacked digits, and two more seeds of the best two."""
    names = ["r3gan", "packing_2", "minibatch_discrimination", BASELINE]
    compared("stacked", [(names, "stacked_mnist", 1, STACKED_STEPS)])
    rows = [row for row in compare.read_rows(RUNS / "stacked") if row["seed"] == 0 and row["measures"]]
    best = sorted(rows, key=lambda row: row["measures"]["stacked_modes"]["kl_to_uniform"])[:2]
    compared("stacked", [([row["objective"] for row in best], "stacked_mnist", 3, STACKED_STEPS)])


def few():
    """With 1,000 images; and one seed of what needs no augmentation there."""
    data = "mnist[:1000]"
    compared("few", [([BASELINE, "diffaugment", "ada"], data, 3, FEW_STEPS), (["r1"], data, 1, FEW_STEPS)])


def ring():
    """With modes far apart."""
    names = [BASELINE, "instance_noise", "minibatch_deviation", "packing_2", "top_k"]
    compared("ring", [(names, "ring", 3, None)])


def memory_of(name):
    """Make steps of one stabiliser in this process, and print the most memory that it took, in MiB."""
    settings = compare_run.settings_for("mnist")
    model = compare_run.build(ROWS[name], (28, 28, 1), 0, 10_000, settings)
    rows = settings["batch_size"] * STEPS
    x = np.random.default_rng(0).uniform(-1, 1, size=(rows, 28, 28, 1)).astype("float32")
    model.fit(x, batch_size=settings["batch_size"], verbose=0)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def costs():
    """Measure every stabiliser's step against the baseline's, in turn, and the memory of a process that makes 50."""
    names = [BASELINE, "hinge_spectral", "r1", "historical_averaging", *STABILISERS]
    folder = RUNS / "costs"
    restore("costs", folder, RESULTS)
    failed = compare.measure_costs([{"objective": name, "data": "mnist"} for name in names], folder, print)
    if failed:
        raise SystemExit(f"{failed[0]['objective']}: {failed[0]['status']}; see {failed[0]['log']}.")
    times = {cost["objective"]: cost["relative_cost"] for cost in compare.read_costs(folder)}
    kept = RESULTS / "costs.json"
    memory = json.loads(kept.read_text())["mebibytes"] if kept.exists() else {}
    for name in (name for name in names if name not in memory):
        found = []
        for _ in range(ROUNDS):
            command = [sys.executable, __file__, "--memory-of", name]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(float(done.stdout.splitlines()[-1]))
        memory[name] = statistics.median(found)
        print(f"{name}: {memory[name]:.0f} MiB", flush=True)
    report = {"costs": compare.read_costs(folder), "mebibytes": memory}
    RESULTS.mkdir(parents=True, exist_ok=True)
    with written_beside(kept) as beside:
        beside.write_text(json.dumps(report, indent=1) + "\n")
    lines = [[f"`{name}`", f"{times[name]:.2f}", f"{memory[name] - memory[BASELINE]:+.0f}"] for name in names]
    write_between(PAGE, "costs", markdown(["", f"step, x that of `{BASELINE}`", "memory, MiB more"], lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["stacked", "few", "ring", "costs"])
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory_of:
        memory_of(arguments.memory_of)
        return
    for part in (ring, few, stacked, costs):
        if arguments.only in (None, part.__name__):
            part()


if __name__ == "__main__":
    main()
