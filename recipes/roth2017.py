"""The density-ratio regularizer: a discriminator that pays for its gradients where it is uncertain.

Paper:      Roth et al. 2017, "Stabilizing Training of Generative Adversarial Networks through Regularization",
            arXiv:1705.09367, equations 22 and 23 and Algorithm 1; gamma as in the authors' code: 0.1, or, "annealed",
            2 falling to 0.02 as an exponential.
Command:    keras-gans train roth2017 [--data mnist|fashion_mnist|digits|ring|grid|FOLDER|...]
Paper says: mixtures and images: pictures, over steps and over gamma; nothing of MNIST.
Ours:       MNIST: classifier-Fréchet 2.97, classifier score 8.99 (1 seed, 5,000 steps); Ring of 8 Gaussians: modes 8.0
            ± 0.0, high quality 96.9 ± 0.4 % (3 seeds, 15,000 steps); Grid of 25 Gaussians: modes 25.0 ± 0.0, high
            quality 95.6 ± 0.4 % (3 seeds, 15,000 steps).
Deviations: networks of DCGAN, a quarter of its width, without the batch normalization in the discriminator, under which
            a gradient of each sample by itself does not exist; Adam 2e-3 in place of 2e-4, falling to 0 along a cosine,
            for a run of minutes. Images with gamma annealed from 40 to 4 (from 2 to 0.02 they stay at a distance of
            96), and beta_1 0 in place of 0.5; points with the fixed one, on five layers of 80 units. A moving average
            of the weights is sampled.
"""

import keras

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
    "gamma": 40.0,
    "gamma_falls_to": 4.0,
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
    "gamma_falls_to": 0.1,
    "ema_decay": 0.995,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    generator, discriminator = small_networks(sample_shape, s, condition)
    gamma = keras.optimizers.schedules.ExponentialDecay(s.gamma, s.steps, s.gamma_falls_to / s.gamma)
    model = kg.RothGAN(generator, discriminator, gamma=gamma)
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
