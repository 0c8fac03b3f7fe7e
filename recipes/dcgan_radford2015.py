"""DCGAN: convolutional networks with batch normalization, the non-saturating loss.

Paper:      Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
            Networks", arXiv:1511.06434, section 4: Adam 2e-4 with beta_1 0.5, batches of 128, z in U(-1, 1)^100.
Command:    keras-gans train dcgan_radford2015 [--data mnist|fashion_mnist|digits|FOLDER|...]
Paper says: pictures, and the accuracy of classifiers on the discriminator's features; no figure of the samples.
Ours:       MNIST: classifier-Fréchet 2.38 ± 0.26, classifier score 9.17 ± 0.01 (3 seeds, 7,000 steps); Fashion-MNIST:
            classifier-Fréchet 2.77, classifier score 7.39 (1 seed, 7,000 steps).
Deviations: for 28x28 pixels, two strided convolutions of 4x4 kernels and a layer of 512 units in place of four of 5x5
            for 64x64 (the authors' code for MNIST has 1024 units), a quarter of the width; batches of 64; for a
            run of minutes, Adam with 4e-3 for the generator and 1e-3 for the discriminator (with 4e-3 it wins at once),
            with beta_2 0.9, falling to 0 along a cosine; z in U(-1, 1)^64; a moving average of the weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.optimizers import falling_adam

DATA = "mnist"
IMAGES = {
    "steps": 7000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "kernel_size": 4,
    "hidden": 512,
    "learning_rate": 4e-3,
    "discriminator_learning_rate": 1e-3,
    "ema_decay": 0.998,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    same = {"kernel_size": s.kernel_size, "hidden": s.hidden, "condition": condition}
    generator = kg.networks.dcgan_generator(s.latent_dim, sample_shape, s.width, **same)
    discriminator = kg.networks.dcgan_discriminator(sample_shape, s.width, **same)
    model = kg.NonSaturatingGAN(generator, discriminator, latent=kg.latent.Uniform(-1.0, 1.0))
    model.compile(
        falling_adam(s.learning_rate, s.steps),
        falling_adam(s.discriminator_learning_rate, s.steps),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
