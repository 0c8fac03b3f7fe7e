"""SN-GAN: the hinge loss with a spectrally normalized discriminator.

Paper:      Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", arXiv:1802.05957,
            equations 16 and 17; one power iteration a step, no other normalization in the discriminator.
Command:    keras-gans train sngan_miyato2018 [--data mnist|fashion_mnist|digits|ring|grid|FOLDER|...]
Paper says: CIFAR-10, STL-10 and ImageNet; nothing of MNIST or of mixtures.
Ours:       MNIST: classifier-Fréchet 3.39, classifier score 8.97 (1 seed, 9,000 steps); Ring of 8 Gaussians: modes 8.0
            ± 0.0, high quality 97.3 ± 0.6 % (3 seeds, 12,000 steps); Grid of 25 Gaussians: modes 24.7 ± 0.6, high
            quality 80.3 ± 4.7 % (3 seeds, 12,000 steps).
Deviations: images: three strided convolutions of DCGAN, a quarter of its width, with 4x4 kernels, in place of the
            paper's seven: so few layers of spectral norm 1 hardly tell samples apart, theirs is 1.7 here (`factor` in
            the authors' code); Adam 4e-3 in place of 2e-4. Points: fully connected networks of spectral norm 3, Adam
            1e-3. The learning rate falls to 0 along a cosine, for a run of minutes; a moving average of the weights is
            sampled.
"""

import keras_gans as kg
from keras_gans.recipes.optimizers import falling_adam

DATA = "mnist"
IMAGES = {
    "steps": 9000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "kernel_size": 4,
    "stop_below": 5,
    "spectral": 1.7,
    "discriminator_initializer": "he_normal",
    "learning_rate": 4e-3,
    "beta_2": 0.9,
    "n_critic": 1,
    "ema_decay": 0.998,
}
POINTS = {
    "steps": 12000,
    "batch_size": 256,
    "latent_dim": 2,
    "width": 128,
    "spectral": 3.0,
    "learning_rate": 1e-3,
    "beta_2": 0.999,
    "n_critic": 1,
    "ema_decay": 0.995,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    if len(sample_shape) == 1:
        generator = kg.networks.mlp_generator(s.latent_dim, sample_shape, hidden=(s.width,) * 3)
        discriminator = kg.networks.mlp_discriminator(sample_shape, hidden=(s.width,) * 3, spectral=s.spectral)
    else:
        generator = kg.networks.dcgan_generator(
            s.latent_dim, sample_shape, s.width, s.kernel_size, stop_below=s.stop_below, condition=condition
        )
        discriminator = kg.networks.dcgan_discriminator(
            sample_shape,
            s.width,
            s.kernel_size,
            norm=None,
            spectral=s.spectral,
            stop_below=s.stop_below,
            kernel_initializer=s.discriminator_initializer,
            condition=condition,
        )
    model = kg.HingeGAN(generator, discriminator, n_critic=s.n_critic)
    model.compile(
        falling_adam(s.learning_rate, s.steps, beta_2=s.beta_2),
        falling_adam(s.learning_rate, s.steps * s.n_critic, beta_2=s.beta_2),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
