"""What `divergences.estimate` makes of two Gaussians, beside the divergence itself.

    python benchmarks/divergences.py [--samples 1000000]

Each divergence of N(0, 1) from N(1, 1) and from N(0.5, 1): the estimate from samples of each, with its standard error,
and the integral of q f(p / q) by quadrature. Writes results/divergences.json and prints its table; one core will do.
"""

import argparse
import json

import numpy as np
import tensorflow as tf
from result_tables import ROOT
from scipy import integrate, stats

from keras_gans import divergences
from keras_gans.callbacks.run_folder import describe_environment
from keras_gans.files import written_beside
from keras_gans_cli.tables import markdown

RESULT = ROOT / "results" / "divergences.json"
MEANS = (1.0, 0.5)
DIVERGENCES = (
    divergences.TotalVariation(),
    divergences.KullbackLeibler(),
    divergences.ReverseKullbackLeibler(),
    divergences.PearsonChiSquared(),
    divergences.NeymanChiSquared(),
    divergences.SquaredHellinger(),
    divergences.Jeffrey(),
    divergences.JensenShannon(),
    divergences.WeightedJensenShannon(0.3),
    divergences.GANDivergence(),
    divergences.Alpha(0.5),
    divergences.Alpha(2.5),
)


def exact(divergence, mean):
    """Integrate q f(p / q) for P = N(0, 1) and Q = N(mean, 1)."""
    p, q = stats.norm(0, 1), stats.norm(mean, 1)
    integrand = lambda x: q.pdf(x) * float(divergence.f(np.exp(p.logpdf(x) - q.logpdf(x))))  # noqa: E731
    kinks = [mean / 2]  # where p = q, and total variation has a corner
    return integrate.quad(integrand, -12, 12, points=kinks, limit=200)[0]


def measure(divergence, mean, num_samples):
    """Return the row of one divergence."""
    rng = np.random.default_rng(0)
    x_p, x_q = (rng.normal(m, 1, (num_samples, 1)).astype("float32") for m in (0, mean))
    found = divergences.estimate(x_p, x_q, divergence)
    true = exact(divergence, mean)
    return {
        "divergence": repr(divergence),
        "mean": mean,
        "exact": true,
        "estimate": found.value,
        "standard_error": found.standard_error,
        "relative_error": (found.value - true) / abs(true),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1_000_000)
    num_samples = parser.parse_args().samples
    rows = []
    for mean in MEANS:
        for divergence in DIVERGENCES:
            rows.append(measure(divergence, mean, num_samples))
            print(rows[-1], flush=True)
    about = describe_environment(tf.distribute.get_strategy())
    report = {"num_samples": num_samples, "seed": 0, **{k: about[k] for k in ("versions", "hardware")}, "rows": rows}
    with written_beside(RESULT) as beside:
        beside.write_text(json.dumps(report, indent=1) + "\n")
    head = ["divergence of N(0, 1)", "from", "by quadrature", "estimate", "error"]
    lines = [
        [
            f"`{row['divergence']}`",
            f"N({row['mean']:g}, 1)",
            f"{row['exact']:.4f}",
            f"{row['estimate']:.4f} ± {row['standard_error']:.4f}",
            f"{100 * row['relative_error']:+.1f} %",
        ]
        for row in rows
    ]
    print(markdown(head, lines))


if __name__ == "__main__":
    main()
