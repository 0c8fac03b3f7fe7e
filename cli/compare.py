"""Objectives side by side on equal terms: runs in processes of their own, one table, pictures."""

import csv
import json
import pathlib
import statistics
import subprocess
import sys

from keras_gans.data.named import MIXTURES
from keras_gans.files import written_beside
from keras_gans_cli import tables
from keras_gans_cli.compare_run import settings_for
from keras_gans_cli.free_cores import on_free_cores
from keras_gans_cli.objectives import OBJECTIVES, check_objective

QUICK = {"data": ("ring", "grid"), "seeds": 3}
FULL = {"data": ("ring", "grid", "spiral", "imbalanced_ring"), "seeds": 5}
POINT_STEPS, IMAGE_STEPS = 15_000, 2000
BASELINE = "non_saturating"


def compare(objectives, data, seeds, steps, folder, show=print):
    """Make the runs that are missing, and write the tables and pictures of all.

    Args:
        objectives: Names of `OBJECTIVES`.
        data: Names of data.
        seeds: Number of seeds, 0 to seeds - 1.
        steps: Generator steps of each run; None for 15,000 on points, 2,000 on images.
        folder: Folder of the comparison: a run whose row is there is not made again, one that was stopped is begun
            anew.
        show: Function that takes a line of text for the user.

    Returns:
        Path of the table, `table.md`.

    Raises:
        RuntimeError: If a run failed otherwise than by diverging; names its log.
    """
    folder = pathlib.Path(folder)
    for name in objectives:
        check_objective(name)
    specs = [
        {"objective": o, "data": d, "seed": seed, "steps": steps or (POINT_STEPS if d in MIXTURES else IMAGE_STEPS)}
        for seed in range(seeds)
        for d in data
        for o in objectives
    ]
    for number, row in enumerate(on_free_cores(lambda spec, core: _row(spec, core, folder), specs), 1):
        show(f"{number}/{len(specs)} {row['data']}, {row['objective']}, seed {row['seed']}: {_in_words(row)}")
        if number % len(objectives) == 0:
            write_tables(read_rows(folder), folder)
    write_tables(read_rows(folder), folder)
    for name in data:
        draw(name, folder)
    return folder / "table.md"


def _row(spec, core, folder):
    """Make one run, unless it was made of the same spec and settings; return its row."""
    place = folder / "runs" / "{data}-{objective}-{seed}".format(**spec)
    if (place / "row.json").exists():
        row = json.loads((place / "row.json").read_text())
        if all(row[name] == value for name, value in {**spec, "settings": settings_for(spec["data"])}.items()):
            return row
    place.mkdir(parents=True, exist_ok=True)
    (place / "row.json").unlink(missing_ok=True)
    (place / "spec.json").write_text(json.dumps(spec) + "\n")
    with open(place / "log.txt", "w") as log:
        command = [sys.executable, "-m", "keras_gans_cli.compare_run", str(place), str(core)]
        done = subprocess.run(command, stdout=log, stderr=log, check=False)
    if done.returncode:
        raise RuntimeError(f"The run of {spec} failed. Expected a finished or a diverged one. See {place / 'log.txt'}.")
    return json.loads((place / "row.json").read_text())


def read_rows(folder):
    """Return the rows of all finished runs, in the order of `OBJECTIVES`."""
    rows = [json.loads(path.read_text()) for path in pathlib.Path(folder).glob("runs/*/row.json")]
    order = list(OBJECTIVES)
    return sorted(rows, key=lambda row: (row["data"], order.index(row["objective"]), row["seed"]))


def _in_words(row):
    if row["measures"] is None:
        return row["status"]
    columns = tables.columns_of(row["measures"])
    return ", ".join(f"{title} {form.format(row['measures'][m][n] * k)}" for title, m, n, form, k in columns)


def write_tables(rows, folder):
    """Write table.md, of means over seeds, and table.csv, of all runs."""
    parts = []
    for name in dict.fromkeys(row["data"] for row in rows):
        parts.append(table_of([row for row in rows if row["data"] == name], name))
    with written_beside(folder / "table.md") as beside:
        beside.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    with written_beside(folder / "table.csv") as beside, open(beside, "w", newline="", encoding="utf-8") as file:
        _write_csv(rows, file)


def table_of(rows, name):
    """Return the table of one set of data: a line for each objective, mean ± sample standard deviation over seeds.

    The papers' rows of the same data stand below.
    """
    measured = next((row["measures"] for row in rows if row["measures"]), None)
    columns = tables.columns_of(measured) if measured else ()
    seeds = len({row["seed"] for row in rows})
    steps = "/".join(sorted({f"{row['steps']:,}" for row in rows}))
    head = ["objective", *(title for title, *_ in columns), "time of a step"]
    lines = []
    base = _seconds(rows, BASELINE)
    for objective in dict.fromkeys(row["objective"] for row in rows):
        runs = [row for row in rows if row["objective"] == objective]
        finished = [row for row in runs if row["measures"]]
        cells = [tables.figure(finished, *column[1:]) if finished else "" for column in columns]
        if len(finished) < len(runs):
            ends = ", ".join(row["status"] for row in runs if not row["measures"])
            cells = [f"{cells[0]} ({ends})" if finished else ends, *cells[1:]] if cells else [ends]
        seconds = _seconds(rows, objective)
        cost = f"{seconds / base:.1f}" if base and seconds else ""
        lines.append([f"`{objective}`: {OBJECTIVES[objective].what}", *cells, cost])
    lines += [[*row, ""] for row in tables.paper_rows(name, columns)]
    return f"**{name}**, {steps} generator steps, {seeds} seed{'s' * (seeds > 1)}\n\n{tables.markdown(head, lines)}"


def _seconds(rows, objective):
    times = [row["seconds_per_step"] for row in rows if row["objective"] == objective and row["seconds_per_step"]]
    return statistics.median(times) if times else None


def _write_csv(rows, file):
    found = [_numbers(row["measures"]) if row["measures"] else {} for row in rows]
    about = ["data", "objective", "seed", "steps", "status", "seconds_per_step"]
    writer = csv.DictWriter(file, [*about, *dict.fromkeys(name for numbers in found for name in numbers)])
    writer.writeheader()
    writer.writerows({name: row[name] for name in about} | numbers for row, numbers in zip(rows, found, strict=True))


def _numbers(measures):
    return {number: measures[measure][number] for _, measure, number, *_ in tables.columns_of(measures)}


def draw(name, folder, objectives=OBJECTIVES, path=None):
    """Draw what the first seed's generators made over training, and the distances to the data.

    Args:
        name: Name of the data.
        folder: Folder of the comparison.
        objectives: Names of those that are drawn.
        path: Where to write the picture; None for NAME.png in the folder.
    """
    import numpy as np

    import keras_gans as kg
    from keras_gans import pictures
    from keras_gans_cli.plan import standardized

    rows = [row for row in read_rows(folder) if (row["data"], row["seed"]) == (name, 0)]
    rows = [row for row in rows if row["objective"] in objectives]
    path = path or folder / f"{name}.png"
    snapshots = {}
    for row in rows:
        with np.load(folder / "runs" / f"{name}-{row['objective']}-0" / "snapshots.npz") as file:
            snapshots[row["objective"]] = [file[key].astype("float32") for key in file.files]
    data = standardized(kg.data.named(name))
    columns = tables.columns_of(next(point for row in rows for point in row["curve"]))
    is_points = isinstance(data, kg.data.Mixture)
    _, measure, number, *_ = columns[-1] if is_points else columns[0]
    curves = {
        row["objective"]: ([p["step"] for p in row["curve"]], [p[measure][number] for p in row["curve"]])
        for row in rows
    }
    if is_points:
        titles = [f"step {point['step']:,}" for point in max((row["curve"] for row in rows), key=len)]
        pictures.density_rows(snapshots, data.sample(10_000, seed=1), titles, curves, path)
    else:
        images = {objective: kept[-1][:16] if kept else [] for objective, kept in snapshots.items()}
        pictures.image_rows(images, curves, path)
