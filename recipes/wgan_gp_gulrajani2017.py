"""WGAN-GP: the Wasserstein distance with a gradient penalty.

Paper:      Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", arXiv:1704.00028, Algorithm 1: Adam 1e-4
            with beta_1 0 and beta_2 0.9, lambda = 10, n_critic = 5.
Command:    keras-gans train wgan_gp_gulrajani2017 [--data mnist|fashion_mnist|digits|ring|grid|FOLDER|TABLE.csv|...]
Paper says: mixtures: pictures; the authors' gan_toy.py takes lambda = 0.1 and scales the ring by 1/1.414 and the grid
            by 1/2.828, as here. MNIST: nothing; their gan_mnist.py takes batches of 50 and 200,000 generator steps.
Ours:       MNIST: classifier-Fréchet 1.94 ± 0.25, classifier score 9.09 ± 0.01 (3 seeds, 7,000 steps); Fashion-MNIST:
            classifier-Fréchet 1.37, classifier score 7.32 (1 seed, 7,000 steps); Ring of 8 Gaussians: modes 8.0 ± 0.0,
            high quality 96.9 ± 0.1 % (3 seeds, 12,000 steps); Grid of 25 Gaussians: modes 25.0 ± 0.0, high quality 93.2
            ± 0.9 % (3 seeds, 12,000 steps).
Deviations: images: networks of DCGAN, a quarter of its width, with 4x4 kernels, a layer of 512 units in the generator
            and a third convolution in the critic; n_critic 1; Adam 2e-3 falling to 0 along a cosine, for a run of
            minutes. Points: hidden layers of 128 in place of 512, Adam 2e-3 with beta_1 0.5 falling to 0, fresh points
            in every batch. Tables: hidden layers of 256, lambda 1, n_critic 2, Adam 1e-3 with beta_1 0.5 falling to 0.
            A moving average of the weights is sampled.
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
    "generator_hidden": 512,
    "critic_stop_below": 5,
    "critic_initializer": "he_normal",
    "learning_rate": 2e-3,
    "beta_1": 0.0,
    "n_critic": 1,
    "gp_weight": 10.0,
    "ema_decay": 0.998,
}
POINTS = {
    "steps": 12000,
    "batch_size": 256,
    "latent_dim": 2,
    "width": 128,
    "learning_rate": 2e-3,
    "beta_1": 0.5,
    "n_critic": 5,
    "gp_weight": 0.1,
    "ema_decay": 0.995,
}
TABLE = {
    "steps": 10000,
    "batch_size": 128,
    "latent_dim": 64,
    "width": 256,
    "learning_rate": 1e-3,
    "beta_1": 0.5,
    "n_critic": 2,
    "gp_weight": 1.0,
    "ema_decay": 0.998,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    if len(sample_shape) == 1:
        generator = kg.networks.mlp_generator(s.latent_dim, sample_shape, hidden=(s.width,) * 3)
        critic = kg.networks.mlp_discriminator(sample_shape, hidden=(s.width,) * 3)
    else:
        generator = kg.networks.dcgan_generator(
            s.latent_dim, sample_shape, s.width, s.kernel_size, hidden=s.generator_hidden, condition=condition
        )
        critic = kg.networks.dcgan_discriminator(
            sample_shape,
            s.width,
            s.kernel_size,
            norm=None,
            stop_below=s.critic_stop_below,
            kernel_initializer=s.critic_initializer,
            condition=condition,
        )
    model = kg.WGANGP(generator, critic, n_critic=s.n_critic, gp_weight=s.gp_weight)
    model.compile(
        falling_adam(s.learning_rate, s.steps, s.beta_1),
        falling_adam(s.learning_rate, s.steps * s.n_critic, s.beta_1),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
