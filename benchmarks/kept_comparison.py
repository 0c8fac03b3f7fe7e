"""What a comparison leaves in the project, and how it comes back where its runs are gone."""

import json
import shutil

import tensorflow as tf
from result_tables import in_file_names, write_between

from keras_gans.callbacks.run_folder import describe_environment
from keras_gans.files import written_beside
from keras_gans_cli import compare


def keep(kind, folder, results, page):
    """Write rows, costs, tables and pictures of a comparison into the results, and its table into a page.

    Args:
        kind: Name of the comparison, of its files and of the page's marks.
        folder: Folder of the comparison.
        results: Folder of the results: KIND.json with all rows and costs, KIND.csv, a picture for each set of data
            whose first seed has left snapshots.
        page: Path of the page.
    """
    rows = compare.read_rows(folder)
    about = describe_environment(tf.distribute.get_strategy())
    report = {
        "hardware": about["hardware"],
        "versions": about["versions"],
        "core_minutes": round(sum(row["seconds"] for row in rows) / 60, 1),
        "runs": rows,
        "costs": compare.read_costs(folder),
    }
    results.mkdir(parents=True, exist_ok=True)
    with written_beside(results / f"{kind}.json") as beside:
        beside.write_text(json.dumps(report) + "\n")
    with written_beside(results / f"{kind}.csv") as beside:
        shutil.copy(folder / "table.csv", beside)
    for data, steps in dict.fromkeys((row["data"], row["steps"]) for row in rows):
        if has_snapshots(folder, rows, data, steps):
            with written_beside(results / f"{in_file_names(data)}.png") as beside:
                shutil.copy(folder / f"{data}-{steps}.png", beside)  # which the comparison has just drawn
    write_between(page, kind, (folder / "table.md").read_text(encoding="utf-8").strip())


def has_snapshots(folder, rows, data, steps):
    """Return whether all runs of the first seed have left their snapshots."""
    of_seed_0 = [row for row in rows if (row["data"], row["steps"], row["seed"]) == (data, steps, 0)]
    return all(compare.snapshots_of(row, folder).exists() for row in of_seed_0)


def restore(kind, folder, results):
    """Bring back what `keep` has kept and whose runs are gone, so that it is not made again."""
    path = results / f"{kind}.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    found = [(compare.place_of(row, folder) / "row.json", row) for row in kept.get("runs", ())]
    found += [(compare.cost_place_of(cost, folder) / "cost.json", cost) for cost in kept.get("costs", ())]
    for path, content in found:
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(content) + "\n")
