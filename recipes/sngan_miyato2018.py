"""SN-GAN: the hinge loss with a spectrally normalized discriminator.

Paper:      Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", arXiv:1802.05957,
            equations 16 and 17 on the networks of table 3; Adam 2e-4, beta_1 0.5, beta_2 0.999, n_dis 1.
Command:    keras-gans train sngan_miyato2018 [--data mnist|fashion_mnist|digits|ring|grid|FOLDER|...]
Paper says: CIFAR-10: Inception score 7.58, FID 25.5 (hinge, standard CNN). Nothing of MNIST or of mixtures.
Deviations: strided convolutions of DCGAN in place of table 3's seven; the learning rate falls to 0 along a cosine in
            place of a line; a moving average of the weights is sampled.
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
    "stop_below": 5,
    "kernel_initializer": "he_normal",
    "learning_rate": 1e-3,
    "n_critic": 1,
    "ema_decay": 0.998,
}
POINTS = {
    "steps": 12000,
    "batch_size": 256,
    "latent_dim": 2,
    "width": 128,
    "learning_rate": 1e-3,
    "n_critic": 1,
    "ema_decay": 0.995,
}


def build(sample_shape, s):
    """Return the compiled model."""
    if len(sample_shape) == 1:
        generator = kg.networks.mlp_generator(s.latent_dim, sample_shape, hidden=(s.width,) * 3)
        discriminator = kg.networks.mlp_discriminator(sample_shape, hidden=(s.width,) * 3, spectral=True)
    else:
        generator = kg.networks.dcgan_generator(
            s.latent_dim,
            sample_shape,
            s.width,
            s.kernel_size,
            stop_below=s.stop_below,
            kernel_initializer=s.kernel_initializer,
        )
        discriminator = kg.networks.dcgan_discriminator(
            sample_shape,
            s.width,
            s.kernel_size,
            stop_below=s.stop_below,
            kernel_initializer=s.kernel_initializer,
            norm=None,
            spectral=True,
        )
    model = kg.HingeGAN(generator, discriminator, n_critic=s.n_critic)
    model.compile(
        falling_adam(s.learning_rate, s.steps, beta_2=0.999),
        falling_adam(s.learning_rate, s.steps * s.n_critic, beta_2=0.999),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
