"""Every objective on equal terms, as `keras-gans compare` has it: the tables and pictures of docs/comparison.md.

    python benchmarks/toy.py            the quick form: ring and grid, three seeds
    python benchmarks/toy.py --full     ring, grid, spiral and an imbalanced ring, five seeds
    python benchmarks/toy.py --images   MNIST, one seed

Runs are in runs/toy: the script can be ended at any time and started again, and the full form begins with what the
quick one has made. Writes results/comparison/: the table in CSV, a picture for each set of data, and points.json or
images.json, which holds every run with its curve and says how long they took and on what.
"""

import argparse

from kept_comparison import has_snapshots, keep, restore
from result_tables import ROOT

from keras_gans_cli import compare
from keras_gans_cli.objectives import OBJECTIVES

RUNS = ROOT / "runs" / "toy"
RESULTS = ROOT / "results" / "comparison"
PAGE = ROOT / "docs" / "comparison.md"
OPENING = ("non_saturating", "unrolled_5", "wgan", "log_density_ratio")  # of lecture notes on stability


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
    restore(kind, folder, RESULTS)
    compare.compare(list(OBJECTIVES), data, seeds, None, folder, lambda text: print(text, flush=True))
    keep(kind, folder, RESULTS, PAGE)
    if kind == "points" and has_snapshots(folder, compare.read_rows(folder), "ring", compare.POINT_STEPS):
        path = RESULTS / "density_ratio_mixture.png"
        compare.draw("ring", compare.POINT_STEPS, folder, OPENING, path)


if __name__ == "__main__":
    main()
