"""WGAN-GP on MNIST or Fashion-MNIST with a small DCGAN.

Paper:      Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", Algorithm 1, arXiv:1704.00028; the authors'
            gan_mnist.py has lambda 10, n_critic 5, a batch of 50 and 200,000 generator steps.
Command:    python -m keras_gans.recipes.wgan_gp_mnist [--data fashion_mnist]
Data:       60,000 training images of 28x28 through TensorFlow Datasets (TFDS_DATA_DIR names a prepared copy).
Deviations: two strided convolutions of 32 and 64 channels in place of three; a run of minutes: 8,000 generator steps
            with Adam 4e-4 and beta_1 0.5 falling to 0 along a cosine in place of 200,000 steps at 1e-4; a moving
            average of the weights is sampled.
"""

import keras

import keras_gans as kg
from keras_gans.recipes import run

STEPS = 8000
BATCH_SIZE = 64
LATENT_DIM = 64
WIDTH = 32
LEARNING_RATE = 4e-4
EMA_DECAY = 0.998


def main():
    """Train, look, export."""
    options = run.arguments("wgan_gp_mnist", STEPS, data=["mnist", "fashion_mnist"])
    keras.utils.set_random_seed(options.seed)
    images = getattr(kg.data, options.data)()
    shape = images.images.shape[1:]

    generator = kg.networks.dcgan_generator(LATENT_DIM, shape, width=WIDTH)
    discriminator = kg.networks.dcgan_discriminator(shape, width=WIDTH, norm=None)
    model = kg.WGANGP(generator, discriminator)
    model.compile(
        run.falling_adam(LEARNING_RATE, options.steps), run.falling_adam(LEARNING_RATE, options.steps * model.n_critic)
    )
    model.track_ema(EMA_DECAY)
    run.train(model, images, options, BATCH_SIZE, real=images.sample(64, seed=0), sample_every=1000)
    run.deliver(model, options.run_dir)


if __name__ == "__main__":
    main()
