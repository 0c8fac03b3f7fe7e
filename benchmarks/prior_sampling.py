"""Estimate log p(x) of a trained model by draws from the prior, and by draws from its encoder, of more and more z.

    python benchmarks/prior_sampling.py RUN|FILE.keras

Of a run of `vae_kingma2014` or the like on binary_mnist. Writes results/prior_sampling.json and .png, which
docs/variational.md shows: means over the first test images, and the range over seeds.
"""

import argparse
import json
import pathlib

import numpy as np

import keras_gans as kg
from keras_gans.callbacks.run_folder import describe_environment
from keras_gans.files import written_beside
from keras_gans_cli.trained import model_of

RESULTS = pathlib.Path(__file__).resolve().parent.parent / "results"
IMAGES, SEEDS = 4, 5
DRAWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
WAYS = {"draws from q(z|x)": "log_likelihood", "draws from the prior": "log_likelihood_by_prior"}


def estimates(model, x, draws=DRAWS, seeds=SEEDS):
    """Return a dict of each way's estimates, mean over the samples x: lists (draws, seeds), in nats."""
    return {
        way: [[float(np.mean(getattr(model, name)(x, num, seed))) for seed in range(seeds)] for num in draws]
        for way, name in WAYS.items()
    }


def draw(found, path):
    """Draw what `estimates` found."""
    from keras_gans.pictures.drawing import COLOURS, new_figure, rendered, written

    figure, (axes,) = new_figure(6, 3)
    for (way, of_seeds), colour in zip(found.items(), COLOURS, strict=False):
        axes.plot(DRAWS, np.mean(of_seeds, axis=1), ".-", color=colour, label=way)
        axes.fill_between(DRAWS, np.min(of_seeds, axis=1), np.max(of_seeds, axis=1), color=colour, alpha=0.2, lw=0)
    axes.set_xscale("log")
    axes.set_xlabel("draws of z", fontsize=8)
    axes.set_title(f"estimate of log p(x), nats: mean of {IMAGES} images, range over {SEEDS} seeds", fontsize=9)
    axes.legend(fontsize=8, frameon=False)
    written(rendered(figure), path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=pathlib.Path, metavar="RUN|FILE.keras")
    model = model_of(parser.parse_args().source)
    x = kg.data.binary_mnist("test").images[:IMAGES].astype("float32") / 127.5 - 1
    found = estimates(model, x)
    draw(found, RESULTS / "prior_sampling.png")
    environment = describe_environment(model.distribute_strategy)
    about = {"model": type(model).__name__, "step": model.step, "images": IMAGES, "draws": DRAWS, "estimates": found}
    about |= {name: environment[name] for name in ("versions", "hardware")}
    with written_beside(RESULTS / "prior_sampling.json") as beside:
        beside.write_text(json.dumps(about, indent=1) + "\n")
    for way, of_seeds in found.items():
        print(f"{way}: {', '.join(f'{num:,}: {np.mean(e):.1f}' for num, e in zip(DRAWS, of_seeds, strict=True))}")


if __name__ == "__main__":
    main()
