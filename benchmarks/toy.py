"""Every objective on equal terms, as `keras-gans compare` has it: the tables and pictures of docs/comparison.md.

    python benchmarks/toy.py            the quick form: ring and grid, three seeds
    python benchmarks/toy.py --full     ring, grid, spiral and an imbalanced ring, five seeds
    python benchmarks/toy.py --images   MNIST, one seed

Runs are in runs/toy: the script can be ended at any time and started again, and the full form begins with what the
quick one has made. Writes results/comparison/: the table in Markdown and CSV, a picture for each set of data, and
points.json or images.json, which holds every run with its curve and says how long they took and on what.
"""

import argparse
import json
import shutil

import tensorflow as tf
from result_tables import ROOT, write_between

from keras_gans.callbacks.run_folder import describe_environment
from keras_gans.files import written_beside
from keras_gans_cli import compare
from keras_gans_cli.objectives import OBJECTIVES

RUNS = ROOT / "runs" / "toy"
RESULTS = ROOT / "results" / "comparison"
PAGE = ROOT / "docs" / "comparison.md"
OPENING = ("non_saturating", "unrolled_5", "wgan", "log_density_ratio")  # of lecture notes on stability


def keep(kind, folder):
    """Copy tables and pictures of a comparison into the results, and its table into the page."""
    rows = compare.read_rows(folder)
    about = describe_environment(tf.distribute.get_strategy())
    report = {
        "hardware": about["hardware"],
        "versions": about["versions"],
        "core_minutes": round(sum(row["seconds"] for row in rows) / 60, 1),
        "runs": rows,
        "costs": compare.read_costs(folder),
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    with written_beside(RESULTS / f"{kind}.json") as beside:
        beside.write_text(json.dumps(report) + "\n")
    for kept, name in [("table.md", f"{kind}.md"), ("table.csv", f"{kind}.csv")]:
        with written_beside(RESULTS / name) as beside:
            shutil.copy(folder / kept, beside)
    for data, steps in {(row["data"], row["steps"]) for row in rows}:
        of_seed_0 = [row for row in rows if (row["data"], row["steps"], row["seed"]) == (data, steps, 0)]
        if all(compare.snapshots_of(row, folder).exists() for row in of_seed_0):
            compare.draw(data, steps, folder, path=RESULTS / f"{data}.png")
            if data == "ring":
                compare.draw(data, steps, folder, OPENING, RESULTS / "density_ratio_mixture.png")
    write_between(PAGE, kind, (folder / "table.md").read_text(encoding="utf-8").strip())


def restore(kind, folder):
    """Bring back what is kept and whose runs are gone, so that it is not made again."""
    path = RESULTS / f"{kind}.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    found = [(compare.place_of(row, folder) / "row.json", row) for row in kept.get("runs", ())]
    found += [(compare.cost_place_of(cost, folder) / "cost.json", cost) for cost in kept.get("costs", ())]
    for path, content in found:
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(content) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--full", action="store_true")
    form.add_argument("--images", action="store_true")
    arguments = parser.parse_args()
    kind = "images" if arguments.images else "points"
    standard = compare.FULL if arguments.full else compare.QUICK
    data, seeds = (("mnist",), 1) if arguments.images else (standard["data"], standard["seeds"])
    folder = RUNS / kind
    restore(kind, folder)
    compare.compare(list(OBJECTIVES), data, seeds, None, folder, lambda text: print(text, flush=True))
    keep(kind, folder)


if __name__ == "__main__":
    main()
