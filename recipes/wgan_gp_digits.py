"""WGAN-GP on handwritten digits that need no download: what `make demo` runs.

Paper:      Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", Algorithm 1, arXiv:1704.00028.
Command:    python -m keras_gans.recipes.wgan_gp_digits
Data:       scikit-learn's digits, 1,797 images of 8x8 brought to 16x16 by bicubic interpolation.
Deviations: a smaller network of the same kind (two strided convolutions); Adam 1e-3 with beta_1 0.5 falling to 0 over
            the run in place of 1e-4 and 0, for a run of minutes; samples come from a moving average of the weights.
"""

import keras

import keras_gans as kg
from keras_gans.recipes import run

STEPS = 2600
BATCH_SIZE = 64
LATENT_DIM = 32
GENERATOR_WIDTH = 32
CRITIC_WIDTH = 64
LEARNING_RATE = 1e-3
EMA_DECAY = 0.998


def main():
    """Train, look, export."""
    options = run.arguments("wgan_gp_digits", STEPS)
    keras.utils.set_random_seed(options.seed)
    digits = kg.data.digits()
    shape = digits.images.shape[1:]

    generator = kg.networks.dcgan_generator(LATENT_DIM, shape, width=GENERATOR_WIDTH, kernel_size=4)
    discriminator = kg.networks.dcgan_discriminator(shape, width=CRITIC_WIDTH, kernel_size=4, norm=None)
    model = kg.WGANGP(generator, discriminator)
    model.compile(
        run.falling_adam(LEARNING_RATE, options.steps), run.falling_adam(LEARNING_RATE, options.steps * model.n_critic)
    )
    model.track_ema(EMA_DECAY)
    run.train(model, digits, options, BATCH_SIZE, real=digits.sample(64, seed=0))
    run.deliver(model, options.run_dir)


if __name__ == "__main__":
    main()
