"""R1: the simplest gradient penalty under which the game converges.

Paper:      Mescheder et al. 2018, "Which Training Methods for GANs do actually Converge?", arXiv:1801.04406, equation
            9: gamma / 2 E_P |grad D|^2; in the authors' code gamma = 10, RMSprop 1e-4, a moving average of 0.999. Its
            Dirac-GAN, where the paper proves what converges, is benchmarks/dirac_gan.py, with figures in
            docs/theory.md.
Command:    keras-gans train mescheder2018 [--data mnist|fashion_mnist|digits|ring|grid|FOLDER|...]
Paper says: distributions in the plane: Wasserstein distances as a figure; images: pictures, and scores of data that are
            not here.
Ours:       MNIST: classifier-Fréchet 3.21, classifier score 8.96 (1 seed, 5,000 steps); Ring of 8 Gaussians: modes 8.0
            ± 0.0, high quality 91.1 ± 5.3 % (3 seeds, 15,000 steps); Grid of 25 Gaussians: modes 25.0 ± 0.0, high
            quality 94.0 ± 1.0 % (3 seeds, 15,000 steps).
Deviations: networks of DCGAN, a quarter of its width, in place of residual ones, and five layers of 80 units for
            points, with gamma = 0.1; z of 64 or 2 numbers in place of 256, a moving average of 0.998 or 0.995; Adam
            2e-3 falling to 0 along a cosine in place of RMSprop, for a run of minutes.
"""

import keras_gans as kg
from keras_gans.recipes.networks import small_networks
from keras_gans.recipes.optimizers import falling_adam

DATA = "mnist"
IMAGES = {
    "steps": 5000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "learning_rate": 2e-3,
    "beta_1": 0.0,
    "beta_2": 0.9,
    "gamma": 10.0,
    "ema_decay": 0.998,
}
POINTS = {
    "steps": 15000,
    "batch_size": 128,
    "latent_dim": 2,
    "layers": 5,
    "width": 80,
    "learning_rate": 2e-3,
    "beta_1": 0.5,
    "beta_2": 0.99,
    "gamma": 0.1,
    "ema_decay": 0.995,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    generator, discriminator = small_networks(sample_shape, s, condition)
    model = kg.ComposedGAN(generator, discriminator, penalties=[kg.penalties.R1(s.gamma)])
    model.compile(
        falling_adam(s.learning_rate, s.steps, s.beta_1, s.beta_2),
        falling_adam(s.learning_rate, s.steps, s.beta_1, s.beta_2),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
