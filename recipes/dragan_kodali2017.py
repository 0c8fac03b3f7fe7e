"""DRAGAN: gradients of norm 1 around the real samples.

Paper:      Kodali et al. 2017, "On Convergence and Stability of GANs", arXiv:1705.07215, section 2.3; as in the
            authors' code lambda = 10, k = 1, noise of half a standard deviation, Adam with beta_1 0.5 and beta_2 0.9.
Command:    keras-gans train dragan_kodali2017 [--data mnist|fashion_mnist|digits|ring|grid|FOLDER|...]
Paper says: MNIST and mixtures: pictures.
Ours:       MNIST: classifier-Fréchet 14.56, classifier score 8.60 (1 seed, 5,000 steps); Ring of 8 Gaussians: modes 8.0
            ± 0.0, high quality 97.0 ± 1.6 % (3 seeds, 15,000 steps); Grid of 25 Gaussians: modes 25.0 ± 0.0, high
            quality 93.5 ± 0.6 % (3 seeds, 15,000 steps).
Deviations: images: networks of DCGAN, a quarter of its width, in place of fully connected ones of 128 units. Points:
            lambda = 0.1, as the penalty asks for slopes of 1 where modes are a fraction of 1 apart. Adam 2e-3 in place
            of 1e-4, falling to 0 along a cosine, for a run of minutes. A moving average of the weights is sampled.
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
    "weight": 10.0,
    "scale": 0.5,
    "ema_decay": 0.998,
}
POINTS = {
    "steps": 15000,
    "batch_size": 128,
    "latent_dim": 2,
    "layers": 5,
    "width": 80,
    "learning_rate": 2e-3,
    "weight": 0.1,
    "scale": 0.5,
    "ema_decay": 0.995,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    generator, discriminator = small_networks(sample_shape, s, condition)
    model = kg.ComposedGAN(generator, discriminator, penalties=[kg.penalties.DRAGAN(s.weight, s.scale)])
    model.compile(
        falling_adam(s.learning_rate, s.steps), falling_adam(s.learning_rate, s.steps), jit_compile=s.jit_compile
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
