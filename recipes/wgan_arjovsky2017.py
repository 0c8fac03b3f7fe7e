"""WGAN: the Wasserstein distance with a clipped critic.

Paper:      Arjovsky et al. 2017, "Wasserstein GAN", arXiv:1701.07875, Algorithm 1: RMSprop 5e-5, c = 0.01, m = 64,
            n_critic = 5.
Command:    keras-gans train wgan_arjovsky2017 [--data mnist|fashion_mnist|digits|ring|grid|FOLDER|...]
Paper says: pictures of LSUN, and curves of the critic's estimate; no figure of the samples.
Ours:       MNIST: classifier-Fréchet 3.97, classifier score 9.01 (1 seed, 5,000 steps); Ring of 8 Gaussians: modes 8.0
            ± 0.0, high quality 90.7 ± 9.4 % (3 seeds, 15,000 steps); Grid of 25 Gaussians: modes 25.0 ± 0.0, high
            quality 79.7 ± 12.5 % (3 seeds, 15,000 steps).
Deviations: images: networks of DCGAN, a quarter of its width, with 4x4 kernels and a layer of 512 units; RMSprop 2e-3
            for the generator and 1e-3 for the critic, c = 0.1 and n_critic 2. Points: five layers of 80 units, RMSprop
            2e-3 and c = 0.2. The learning rate falls to 0 along a cosine, for a run of minutes; a moving average of the
            weights is sampled.
"""

import keras

import keras_gans as kg

DATA = "mnist"
IMAGES = {
    "steps": 5000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "kernel_size": 4,
    "hidden": 512,
    "learning_rate": 2e-3,
    "critic_learning_rate": 1e-3,
    "n_critic": 2,
    "clip_value": 0.1,
    "ema_decay": 0.998,
}
POINTS = {
    "steps": 15000,
    "batch_size": 128,
    "latent_dim": 2,
    "layers": 5,
    "width": 80,
    "learning_rate": 2e-3,
    "critic_learning_rate": 2e-3,
    "n_critic": 5,
    "clip_value": 0.2,
    "ema_decay": 0.995,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    if len(sample_shape) == 1:
        generator = kg.networks.mlp_generator(s.latent_dim, sample_shape, hidden=(s.width,) * s.layers)
        critic = kg.networks.mlp_discriminator(sample_shape, hidden=(s.width,) * s.layers)
    else:
        same = {"kernel_size": s.kernel_size, "hidden": s.hidden, "condition": condition}
        generator = kg.networks.dcgan_generator(s.latent_dim, sample_shape, s.width, **same)
        critic = kg.networks.dcgan_discriminator(sample_shape, s.width, **same)
    model = kg.WGAN(generator, critic, n_critic=s.n_critic, clip_value=s.clip_value)
    falling = keras.optimizers.schedules.CosineDecay
    model.compile(
        keras.optimizers.RMSprop(falling(s.learning_rate, s.steps)),
        keras.optimizers.RMSprop(falling(s.critic_learning_rate, s.steps * s.n_critic)),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
