"""The theory of discriminators on densities that are known: numbers and the figures of docs/theory.md.

    python benchmarks/theory.py

One minute on one core. Writes results/theory.json and results/theory/. tests/test_theory.py holds the same functions
to what the theorems say.
"""

import itertools
import json
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dirac_gan
import keras
import numpy as np
import scipy.integrate
import scipy.stats
import tensorflow as tf

import keras_gans as kg
from keras_gans.files import written_beside

HERE = pathlib.Path(__file__).resolve().parent.parent / "results"
P, Q = scipy.stats.norm(0.0, 1.0), scipy.stats.norm(1.0, 1.5)
DEPTH = 12


def jensen_shannon(p, q):
    """(KL(P||M) + KL(Q||M)) / 2 of two densities on the line, by quadrature."""

    def kl_to_mean(r):
        integrand = lambda x: r.pdf(x) * (r.logpdf(x) - np.log((p.pdf(x) + q.pdf(x)) / 2))  # noqa: E731
        return scipy.integrate.quad(integrand, -12, 14, points=[-1, 0, 1, 2], limit=400)[0]

    return (kl_to_mean(p) + kl_to_mean(q)) / 2


def trained_discriminator(steps=1000):
    """Train D on samples of P and Q, the generator standing still; return D and its value V of both densities."""
    keras.utils.set_random_seed(0)
    z = keras.Input((1,))
    generator = keras.Model(z, keras.layers.Dense(1)(z))
    generator.set_weights([np.array([[Q.std()]]), np.array([Q.mean()])])  # G(z) is a sample of Q
    discriminator = kg.networks.mlp_discriminator((1,), hidden=(32, 32), activation="tanh")
    model = kg.MinimaxGAN(generator, discriminator)
    falling = keras.optimizers.schedules.CosineDecay(5e-3, steps)
    model.compile(keras.optimizers.SGD(1e-12), keras.optimizers.Adam(falling))
    x = P.rvs(512 * 400, random_state=0).astype("float32")[:, None]
    data = tf.data.Dataset.from_tensor_slices(x).repeat().batch(512, drop_remainder=True)
    model.fit(data, steps_per_epoch=steps, verbose=0)
    quantiles = (np.arange(20_000) + 0.5) / 20_000
    s_real, s_fake = (discriminator(r.ppf(quantiles).astype("float32")[:, None]) for r in (P, Q))
    return discriminator, -float(kg.losses.minimax_discriminator(s_real, s_fake))


def disjoint(theta):
    """Estimate the JSD, and take the earth mover's distance, of uniform laws on {0} x [0, 1] and {theta} x [0, 1]."""
    rng = np.random.default_rng(0)
    x_p, x_q = (np.stack([np.full(4000, shift), rng.uniform(size=4000)], axis=1) for shift in (0.0, theta))
    jsd = kg.divergences.estimate(x_p, x_q, kg.divergences.WeightedJensenShannon(0.5), steps=300).value
    return jsd, kg.metrics.earth_movers_distance(x_p[:1000], x_q[:1000])["earth_movers_distance"]


def gradient_norms_by_depth(model_class, steps=60, **kwargs):
    """Train a deep critic on a spiral; return the mean norm of ds / dh at the output of each layer, first to last."""
    keras.utils.set_random_seed(0)
    data = kg.data.mixtures.spiral()
    data = data.scaled(1 / data.standard_deviation)
    critic = kg.networks.mlp_discriminator((2,), (32,) * DEPTH)
    model = model_class(kg.networks.mlp_generator(2, (2,), (32, 32)), critic, **kwargs)
    model.compile(keras.optimizers.RMSprop(5e-4), keras.optimizers.RMSprop(5e-4))
    model.fit(data.stream(64 * model.n_critic), steps_per_epoch=steps, verbose=0)
    dense = [layer for layer in critic.layers if isinstance(layer, keras.layers.Dense)]
    hidden = keras.Model(critic.inputs[0], [layer.output for layer in dense[:-1]])(data.sample(256, seed=0))
    norms = []
    for i, h in enumerate(map(tf.convert_to_tensor, hidden)):
        with tf.GradientTape() as tape:
            tape.watch(h)
            s = h
            for layer in dense[i + 1 :]:
                s = layer(tf.nn.relu(s))
        norms.append(float(tf.reduce_mean(tf.norm(tape.gradient(s, h), axis=1))))
    return norms


def growth(norms):
    """log10 of the factor by which a gradient grows from one layer to the one before it."""
    return -float(np.polyfit(range(len(norms)), np.log10(np.maximum(norms, 1e-30)), 1)[0])


CRITICS = {
    "clipped at 0.01": (kg.WGAN, {"clip_value": 0.01}),
    "clipped at 0.1": (kg.WGAN, {"clip_value": 0.1}),
    "clipped at 0.5": (kg.WGAN, {"clip_value": 0.5}),
    "gradient penalty": (kg.WGANGP, {}),
}


def main():
    from keras_gans.pictures.drawing import COLOURS, new_figure, rendered, written

    discriminator, value = trained_discriminator()
    x = np.linspace(-4, 6, 201)
    d = np.array(tf.sigmoid(discriminator(x[:, None].astype("float32"))))[:, 0]
    figure, (axes,) = new_figure(6, 3)
    axes.plot(x, P.pdf(x) / (P.pdf(x) + Q.pdf(x)), color=COLOURS[1], label="p / (p + q)")
    axes.plot(x, d, "--", color=COLOURS[0], label="trained D")
    axes.plot(x, P.pdf(x), ":", color="#777777", label="p, q")
    axes.plot(x, Q.pdf(x), ":", color="#777777")
    axes.legend(fontsize=8, frameon=False)
    written(rendered(figure), HERE / "theory" / "optimal_discriminator.png")

    thetas = [0.05, 0.25, 0.5, 1.0, 1.5, 2.0]
    distances = [disjoint(theta) for theta in thetas]
    figure, (axes,) = new_figure(6, 3)
    axes.plot(thetas, [jsd for jsd, _ in distances], ".-", color=COLOURS[0], label="Jensen-Shannon divergence")
    axes.plot(thetas, [emd for _, emd in distances], ".-", color=COLOURS[1], label="earth mover's distance")
    axes.set_xlabel("distance of the supports", fontsize=8)
    axes.legend(fontsize=8, frameon=False)
    written(rendered(figure), HERE / "theory" / "disjoint_supports.png")

    figure, (axes,) = new_figure(6, 3.4)
    lines = itertools.cycle(itertools.product(("-", "--"), COLOURS))
    for (name, objective), (line, colour) in zip(dirac_gan.OBJECTIVES.items(), lines, strict=False):
        axes.plot(dirac_gan.distances(objective, alternating=True), line, color=colour, linewidth=1.2, label=name)
    axes.set_yscale("log")
    axes.set_ylim(1e-7, 10)
    axes.set_xlabel("alternating steps of 0.2", fontsize=8)
    axes.set_title("distance to the equilibrium of the Dirac-GAN", fontsize=9)
    figure.legend(loc="outside right upper", fontsize=7, frameon=False)
    written(rendered(figure), HERE / "theory" / "dirac_gan.png")

    norms = {name: gradient_norms_by_depth(kind, **kwargs) for name, (kind, kwargs) in CRITICS.items()}
    figure, (axes,) = new_figure(6, 3)
    for (name, values), colour in zip(norms.items(), COLOURS, strict=False):
        axes.plot(range(1, len(values) + 1), values, ".-", color=colour, label=name)
    axes.set_yscale("log")
    axes.set_xlabel("layer of the critic", fontsize=8)
    axes.set_title("norm of the score's gradient at each layer", fontsize=9)
    axes.legend(fontsize=8, frameon=False)
    written(rendered(figure), HERE / "theory" / "gradients_by_depth.png")

    report = {
        "command": "python benchmarks/theory.py",
        "value_of_trained_discriminator": value,
        "-2 log 2 + 2 JSD": -2 * np.log(2) + 2 * jensen_shannon(P, Q),
        "disjoint supports: theta, JSD, earth mover's distance": [
            (t, *d) for t, d in zip(thetas, distances, strict=True)
        ],
        "Dirac-GAN: distance after 500 steps, eigenvalues": {
            name: [float(dirac_gan.distances(objective, True)[-1]), *map(str, dirac_gan.eigenvalues(objective))]
            for name, objective in dirac_gan.OBJECTIVES.items()
            if name != "WGAN-GP"  # whose field has a kink at the equilibrium
        },
        "gradient norms by depth": norms,
        "log10 growth per layer": {name: growth(values) for name, values in norms.items()},
    }
    with written_beside(HERE / "theory.json") as beside:
        beside.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps({k: v for k, v in report.items() if "norms" not in k}, indent=1))


if __name__ == "__main__":
    main()
