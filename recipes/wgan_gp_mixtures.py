"""WGAN-GP on mixtures of Gaussians in the plane: a ring of 8 and a grid of 25.

Paper:      Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", section 4 and figure 1b, arXiv:1704.00028.
Command:    python -m keras_gans.recipes.wgan_gp_mixtures --data ring|grid
Data:       8 Gaussians, radius 2, sigma 0.02, scaled by 1/1.414; 25 Gaussians, {-4, -2, 0, 2, 4}^2, sigma 0.05, scaled
            by 1/2.828; drawn anew for each batch, as in the authors' gan_toy.py.
Paper says: pictures only, no figures.
Deviations: hidden layers of 128 in place of 512 and Adam 2e-3 falling to 0 along a cosine in place of a constant 1e-4,
            which brings a run from hours to minutes; a moving average of the weights is sampled.
"""

import json

import keras

import keras_gans as kg
from keras_gans.files import written_beside
from keras_gans.recipes import run

STEPS = 12000
BATCH_SIZE = 256
GP_WEIGHT = 0.1
HIDDEN = (128, 128, 128)
LEARNING_RATE = 2e-3
EMA_DECAY = 0.995
NUM_SAMPLES = 10000


def main():
    """Train, look, export."""
    options = run.arguments("wgan_gp_mixtures", STEPS, data=["ring", "grid"])
    keras.utils.set_random_seed(options.seed)
    if options.data == "ring":
        mixture = kg.data.mixtures.ring(modes=8, radius=2.0, sigma=0.02).scaled(1 / 1.414)
    else:
        mixture = kg.data.mixtures.grid(side=5, spacing=2.0, sigma=0.05).scaled(1 / 2.828)

    generator = kg.networks.mlp_generator(2, (2,), hidden=HIDDEN)
    discriminator = kg.networks.mlp_discriminator((2,), hidden=HIDDEN)
    model = kg.WGANGP(generator, discriminator, gp_weight=GP_WEIGHT)
    model.compile(
        run.falling_adam(LEARNING_RATE, options.steps), run.falling_adam(LEARNING_RATE, options.steps * model.n_critic)
    )
    model.track_ema(EMA_DECAY)
    real = mixture.sample(1000, seed=0)
    run.train(model, mixture, options, BATCH_SIZE, real, steps_per_epoch=500, sample_every=2000)

    statistics = kg.metrics.mode_statistics(model.sample(NUM_SAMPLES, seed=0), mixture.modes, mixture.sigma)
    with written_beside(options.run_dir / "metrics.json") as beside:
        beside.write_text(json.dumps(statistics, indent=1) + "\n")
    print(json.dumps(statistics))
    run.deliver(model, options.run_dir)


if __name__ == "__main__":
    main()
