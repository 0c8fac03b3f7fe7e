"""The first GAN: fully connected networks and the non-saturating generator loss.

Paper:      Goodfellow et al. 2014, "Generative Adversarial Nets", arXiv:1406.2661, Algorithm 1 with the generator's
            loss of section 3.
Command:    keras-gans train gan_goodfellow2014 [--data mnist|digits|ring|grid|FOLDER|...]
Paper says: MNIST: log-likelihood 225 +- 2 nats by a Parzen window (table 1), an estimate that is known to misjudge
            samples and is not made here. Nothing of mixtures.
Ours:       MNIST: classifier-Fréchet 91.19, classifier score 6.48 (1 seed, 10,000 steps); Ring of 8 Gaussians: modes
            7.3 ± 0.6, high quality 96.6 ± 0.2 % (3 seeds, 12,000 steps); Grid of 25 Gaussians: modes 13.7 ± 2.5, high
            quality 89.8 ± 3.7 % (3 seeds, 12,000 steps).
Deviations: Adam falling to 0 along a cosine in place of SGD with momentum; ReLU and LeakyReLU in place of maxout and
            dropout; layer widths 256 to 1024 in the manner of later code; a moving average of the weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.optimizers import falling_adam

DATA = "mnist"
IMAGES = {
    "steps": 10000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 256,
    "learning_rate": 2e-4,
    "ema_decay": 0.998,
}
POINTS = {
    "steps": 12000,
    "batch_size": 256,
    "latent_dim": 2,
    "width": 128,
    "learning_rate": 1e-3,
    "ema_decay": 0.995,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    if len(sample_shape) == 1:
        generator = kg.networks.mlp_generator(s.latent_dim, sample_shape, hidden=(s.width,) * 3)
        discriminator = kg.networks.mlp_discriminator(sample_shape, hidden=(s.width,) * 3)
    else:
        widening = (s.width, 2 * s.width, 4 * s.width)
        generator = kg.networks.mlp_generator(
            s.latent_dim, sample_shape, widening, "leaky_relu", "tanh", condition=condition
        )
        discriminator = kg.networks.mlp_discriminator(sample_shape, widening[::-1], "leaky_relu", condition=condition)
    model = kg.NonSaturatingGAN(generator, discriminator)
    model.compile(
        falling_adam(s.learning_rate, s.steps), falling_adam(s.learning_rate, s.steps), jit_compile=s.jit_compile
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
