"""Objectives side by side on equal terms: runs in processes of their own, one table, pictures."""

import csv
import json
import pathlib
import subprocess
import sys

import numpy as np

import keras_gans as kg
from keras_gans import pictures
from keras_gans.data.named import MIXTURES, NAMES, suggestion
from keras_gans.files import written_beside
from keras_gans_cli import evaluation, tables
from keras_gans_cli.compare_cost import BASELINE
from keras_gans_cli.compare_run import settings_for, steps_per_call
from keras_gans_cli.free_cores import on_free_cores
from keras_gans_cli.held import held
from keras_gans_cli.plan import standardized
from keras_gans_cli.stabilisers import ROWS, check_row

QUICK = {"data": ("ring", "grid"), "seeds": 3}
FULL = {"data": ("ring", "grid", "spiral", "imbalanced_ring"), "seeds": 5}
POINT_STEPS, IMAGE_STEPS = 15_000, 2000


def compare(objectives, data, seeds, steps, folder, show=print):
    """Make the runs that are missing, and write the tables and pictures of all that the folder holds.

    Args:
        objectives: Names of `ROWS`: objectives and stabilisers.
        data: Names of built-in data.
        seeds: Number of seeds, 0 to seeds - 1.
        steps: Generator steps of each run, on points a multiple of 10; None for 15,000 on points, 2,000 on images.
        folder: Folder of the comparison: a run whose row is there is not made again, one that was stopped is begun
            anew. Runs of other steps have tables of their own.
        show: Function that takes a line of text for the user.

    Returns:
        Path of the table, `table.md`.

    Raises:
        ValueError: If a name is unknown, or `steps` cannot be made on points.
        RuntimeError: If another process makes this comparison; or if runs failed otherwise than by diverging, after all
            others were made: names their logs.
    """
    folder = pathlib.Path(folder)
    objectives, data = list(dict.fromkeys(objectives)), list(dict.fromkeys(data))
    for name in objectives:
        check_row(name)
    for name in data:
        _check_data(name, steps)
    for name in objectives:
        if ROWS[name].images_only and MIXTURES.keys() & set(data):
            raise ValueError(
                f"{name} is of images alone, and --data has points. Expected images, such as --data mnist."
            )
    specs = [
        {"objective": o, "data": d, "seed": seed, "steps": steps or (POINT_STEPS if d in MIXTURES else IMAGE_STEPS)}
        for seed in range(seeds)
        for d in data
        for o in objectives
    ]
    failed = []
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder):
        for number, row in enumerate(on_free_cores(lambda spec, core: _row(spec, core, folder), specs), 1):
            if row["status"].startswith("failed"):
                failed.append(row)
            title = f"{number}/{len(specs)} {row['data']}, {row['objective']}, seed {row['seed']}"
            show(f"{title}: {_in_words(row)}")
            if number % len(objectives) == 0:
                write_tables(read_rows(folder), folder)
        lost = {(row["data"], row["objective"]) for row in failed}
        costs = [(o, cost_data(d)) for d in data for o in objectives if (d, o) not in lost]
        costs = [{"objective": o, "data": d} for o, d in dict.fromkeys(costs)]
        failed += measure_costs(costs, folder, show)
        rows = read_rows(folder)
        write_tables(rows, folder)
        for name, num in dict.fromkeys((row["data"], row["steps"]) for row in rows if row["seed"] == 0):
            draw(name, num, folder)
    if failed:
        logs = "; ".join(f"{row['status']}, see {row['log']}" for row in failed)
        raise RuntimeError(
            f"{len(failed)} of {len(specs) + len(costs)} runs failed: {logs}. Expected finished or diverged "
            "ones. Call again, which makes them anew."
        )
    return folder / "table.md"


def measure_costs(specs, folder, show=print):
    """Measure what steps cost, of dicts of `objective` and `data`, where it is not known; return what failed."""
    failed = []
    for found in on_free_cores(lambda spec, core: _cost(spec, core, folder), specs):
        if "relative_cost" in found:
            title = f"{found['data']}, {found['objective']}"
            show(f"{title}: a step takes {found['relative_cost']:.2f} times that of {BASELINE}")
        else:
            failed.append(found)
    return failed


def _check_data(name, steps):
    if name.partition("[")[0] not in NAMES:
        raise ValueError(
            f"There are no data {name!r}.{suggestion(name, NAMES)} Expected one of {', '.join(NAMES)}: a folder of "
            "images is for `keras-gans train`."
        )
    per_call = steps_per_call(name)
    if steps is not None and steps % per_call:
        raise ValueError(
            f"steps={steps} was passed. Expected a multiple of {per_call} on {name}, as so many are made in one call."
        )


def place_of(spec, folder):
    """Return the folder of a run."""
    return folder / "runs" / "{data}-{objective}-{seed}-{steps}".format(**spec)


def cost_data(name):
    """Return the data on which a step's cost is measured for a table of others: one mixture costs what another does."""
    return "ring" if name in MIXTURES else name


def cost_place_of(spec, folder):
    """Return the folder where the cost of an objective's step is kept."""
    return folder / "costs" / "{data}-{objective}".format(**spec)


def _made_of(spec):
    """Return all that a row must have in common with a run to stand for it."""
    settings = settings_for(spec["data"])
    return {**spec, "settings": settings, "terms": ROWS[spec["objective"]].terms(settings)}


def _is_present(found, spec):
    return all(found.get(name) == value for name, value in _made_of(spec).items())


def _row(spec, core, folder):
    """Make one run, unless it was made with the same constants; return its row."""
    return _made(spec, "compare_run", place_of(spec, folder) / "row.json", core)


def _cost(spec, core, folder):
    """Measure what a step costs, unless it was measured with the same constants."""
    return _made(spec, "compare_cost", cost_place_of(spec, folder) / "cost.json", core)


def _made(spec, module, result, core):
    """Return what a module's process writes, unless what it wrote of the same constants is there."""
    if result.exists():
        found = json.loads(result.read_text())
        if _is_present(found, spec):
            return found
    place = result.parent
    place.mkdir(parents=True, exist_ok=True)
    result.unlink(missing_ok=True)
    (place / "spec.json").write_text(json.dumps(_made_of(spec)) + "\n")
    with open(place / "log.txt", "w") as log:
        command = [sys.executable, "-m", f"keras_gans_cli.{module}", str(place), str(core)]
        done = subprocess.run(command, stdout=log, stderr=log, check=False)
    if done.returncode:
        return {**spec, "status": f"failed with exit code {done.returncode}", "log": str(log.name), "measures": None}
    return json.loads(result.read_text())


def read_rows(folder):
    """Return the rows of all runs that ended, in the order of `ROWS`; those of other constants are left out."""
    rows = [json.loads(path.read_text()) for path in pathlib.Path(folder).glob("runs/*/row.json")]
    present = [
        row
        for row in rows
        if row["objective"] in ROWS and _is_present(row, _of(row, "objective", "data", "seed", "steps"))
    ]
    order = list(ROWS)
    return sorted(present, key=lambda row: (row["data"], row["steps"], order.index(row["objective"]), row["seed"]))


def read_costs(folder):
    """Return the costs of steps that were measured, with the present constants alone."""
    found = [json.loads(path.read_text()) for path in sorted(pathlib.Path(folder).glob("costs/*/cost.json"))]
    return [cost for cost in found if cost["objective"] in ROWS and _is_present(cost, _of(cost, "objective", "data"))]


def _of(found, *names):
    return {name: found[name] for name in names}


def _in_words(row):
    return tables.in_words([row], tables.columns_of(row["measures"])) if row["measures"] else row["status"]


def write_tables(rows, folder):
    """Write table.md, of means over seeds, and table.csv, of all runs."""
    kinds = dict.fromkeys((row["data"], row["steps"]) for row in rows)
    costs = {(cost["data"], cost["objective"]): cost["relative_cost"] for cost in read_costs(folder)}
    parts = [table_of([row for row in rows if (row["data"], row["steps"]) == kind], *kind, costs) for kind in kinds]
    with written_beside(folder / "table.md") as beside:
        beside.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    with written_beside(folder / "table.csv") as beside, open(beside, "w", newline="", encoding="utf-8") as file:
        _write_csv(rows, file)


def table_of(rows, name, steps, costs):
    """Return the table of one set of data: a line for each objective, mean ± sample standard deviation over seeds.

    For a mixture it is followed by what samples of its own get, and by the papers' rows of the same data.
    """
    measured = next((row["measures"] for row in rows if row["measures"]), None)
    columns = tables.columns_of(measured) if measured else ()
    seeds = len({row["seed"] for row in rows})
    head = ["objective", *(title for title, *_ in columns), f"step, x that of `{BASELINE}`"]
    lines = []
    for objective in dict.fromkeys(row["objective"] for row in rows):
        runs = [row for row in rows if row["objective"] == objective]
        finished = [row for row in runs if row["measures"]]
        cells = [tables.figure(finished, *column[1:]) if finished else "" for column in columns]
        if len(finished) < len(runs):
            ends = ", ".join(row["status"] for row in runs if not row["measures"])
            cells = [f"{cells[0]} ({ends})" if finished else ends, *cells[1:]] if cells else [ends]
        cost = costs.get((cost_data(name), objective))
        number = "" if cost is None else f"{cost:.1f}"
        what = ROWS[objective].in_words(settings_for(name))
        fewer = f" ({len(runs)} of {seeds} seeds)" if len(runs) < seeds else ""
        lines.append([f"`{objective}`: {what}{fewer}", *cells, number])
    if columns and name in MIXTURES:
        real = [tables.figure([{"measures": evaluation.of_the_mixture(name)}], *column) for _, *column in columns]
        lines.append(["samples of the mixture itself", *real, ""])
    papers = tables.paper_rows(name, columns)
    lines += [[*row, ""] for row in papers]
    title = f"**{name}**, {steps:,} generator steps, {seeds} seed{'s' * (seeds > 1)}"
    protocol = [tables.PAPERS_PROTOCOLS[name]] if papers else []
    return "\n\n".join([title, tables.markdown(head, lines), *protocol])


def _write_csv(rows, file):
    found = [_numbers(row["measures"]) if row["measures"] else {} for row in rows]
    about = ["data", "objective", "seed", "steps", "status", "seconds_per_step"]
    writer = csv.DictWriter(file, [*about, *dict.fromkeys(name for numbers in found for name in numbers)])
    writer.writeheader()
    writer.writerows({name: row[name] for name in about} | numbers for row, numbers in zip(rows, found, strict=True))


def _numbers(measures):
    found = {number: measures[measure][number] for _, measure, number, *_ in tables.columns_of(measures)}
    return {number: "inf" if value is None else value for number, value in found.items()}


def snapshots_of(spec, folder):
    """Return the file of a run's snapshots."""
    return place_of(spec, folder) / "snapshots.npz"


def draw(name, steps, folder, objectives=ROWS, path=None):
    """Draw what the first seed's generators made over training, and the distances to the data.

    Runs whose snapshots are gone are left out.

    Args:
        name: Name of the data.
        steps: Generator steps of the runs.
        folder: Folder of the comparison.
        objectives: Names of those that are drawn.
        path: Where to write the picture; None for NAME-STEPS.png in the folder.
    """
    rows = [row for row in read_rows(folder) if (row["data"], row["seed"], row["steps"]) == (name, 0, steps)]
    rows = [row for row in rows if row["objective"] in objectives and snapshots_of(row, folder).exists()]
    if not rows:
        return
    path = path or folder / f"{name}-{steps}.png"
    snapshots = {}
    for row in rows:
        with np.load(snapshots_of(row, folder)) as file:
            snapshots[row["objective"]] = [file[key].astype("float32") for key in file.files]
    data = standardized(kg.data.named(name))
    columns = tables.columns_of(next(point for row in rows for point in row["curve"]))
    is_points = name in MIXTURES
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
