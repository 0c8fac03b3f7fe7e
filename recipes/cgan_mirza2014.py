"""Conditional GAN: both networks are told the class.

Paper:      Mirza and Osindero 2014, "Conditional Generative Adversarial Nets", arXiv:1411.1784, equation 2 and section
            4.1.
Command:    keras-gans train cgan_mirza2014 [--data mnist|fashion_mnist|digits|FOLDER|...]
            keras-gans sample RUN --y 7
Paper says: MNIST: log-likelihood by a Parzen window, 132 +- 1.8 nats, an estimate that is known to misjudge samples and
            is not made here.
Ours:       MNIST, asked for by label: right label 98.8 ± 0.2 %, classifier-Fréchet 2.86 ± 0.57 (3 seeds, 2,200 steps).
Deviations: networks of DCGAN, a quarter of its width, the class joined to z and to each place of D's last map, in place
            of fully connected and maxout ones; Adam with 2e-3 for the generator and 1e-3 for the discriminator, falling
            to 0 along a cosine, in place of SGD, for a run of minutes; the non-saturating loss; z in N(0, I)^64 in
            place of U(0, 1)^100. A moving average of the weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.optimizers import falling_adam

DATA = "mnist"
IMAGES = {
    "steps": 2200,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "learning_rate": 2e-3,
    "discriminator_learning_rate": 1e-3,
    "ema_decay": 0.99,
}


def build(sample_shape, s, condition):
    """Return the compiled model."""
    generator = kg.networks.dcgan_generator(s.latent_dim, sample_shape, s.width, 4, stop_below=5, condition=condition)
    discriminator = kg.networks.dcgan_discriminator(sample_shape, s.width, 4, stop_below=5, condition=condition)
    model = kg.ConditionalGAN(generator, discriminator)
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
