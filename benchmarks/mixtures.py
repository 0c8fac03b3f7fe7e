"""WGAN-GP on the ring and the grid, three seeds each: modes, share of high-quality samples, and a picture.

    python benchmarks/mixtures.py

Runs the recipe wgan_gp_mixtures, two runs at a time on one core each, in runs/mixtures; runs that are there already are
not made again. Writes results/wgan_gp_mixtures.json and .png.
"""

import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).parent.parent
RUNS = ROOT / "runs" / "mixtures"
DATA, SEEDS = ("ring", "grid"), (0, 1, 2)


def run(data, seed):
    """Make one run, unless it is there; return its statistics."""
    folder = RUNS / f"{data}-{seed}"
    if not (folder / "seconds.json").exists():
        command = [sys.executable, "-m", "keras_gans.recipes.wgan_gp_mixtures", "--data", data, "--seed", str(seed)]
        environment = {**os.environ, "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
        begin = time.time()
        with open(RUNS / f"{data}-{seed}.log", "w") as log:
            subprocess.run([*command, "--run-dir", str(folder)], check=True, stdout=log, stderr=log, env=environment)
        (folder / "seconds.json").write_text(json.dumps(round(time.time() - begin, 1)))
    seconds = json.loads((folder / "seconds.json").read_text())
    return {"data": data, "seed": seed, **json.loads((folder / "metrics.json").read_text()), "seconds": seconds}


def main():
    RUNS.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(run, data, seed) for data in DATA for seed in SEEDS]
        rows = []
        for job in concurrent.futures.as_completed(jobs):
            rows.append(job.result())
            print(rows[-1], flush=True)
    rows.sort(key=lambda row: (DATA.index(row["data"]), row["seed"]))
    medians = {
        data: {
            key: statistics.median(row[key] for row in rows if row["data"] == data)
            for key in ("modes", "of_modes", "high_quality", "reverse_kl", "dispersion")
        }
        for data in DATA
    }
    report = {
        "command": "python benchmarks/mixtures.py",
        "hardware": "one CPU core a run",
        "medians": medians,
        "runs": rows,
    }
    (ROOT / "results" / "wgan_gp_mixtures.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(medians, indent=1))
    draw(rows)


def draw(rows):
    """Put the samples of the first seed of both mixtures side by side, over real samples."""
    import numpy as np
    from PIL import Image

    pictures = [sorted((RUNS / f"{data}-0" / "samples").glob("step_*.png"))[-1] for data in DATA]
    arrays = [np.asarray(Image.open(picture)) for picture in pictures]
    height = min(len(array) for array in arrays)
    Image.fromarray(np.concatenate([array[:height] for array in arrays], axis=1)).save(
        ROOT / "results" / "wgan_gp_mixtures.png"
    )


if __name__ == "__main__":
    main()
