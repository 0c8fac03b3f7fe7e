"""Projection discriminator: the class enters as an inner product with the features.

Paper:      Miyato and Koyama 2018, "cGANs with Projection Discriminator", arXiv:1802.05637, equation 3 and section 4:
            the hinge loss, spectral normalization, conditional batch normalization in the generator, Adam with beta_1 0
            and beta_2 0.9, learning rate 2e-4, five discriminator steps.
Command:    keras-gans train projection_miyato2018 [--data mnist|fashion_mnist|digits|FOLDER|...]
            keras-gans sample RUN --y 7
Paper says: ImageNet; nothing of MNIST.
Ours:       MNIST, asked for by label: right label 99.1 ± 0.1 %, classifier-Fréchet 1.54 ± 0.16 (3 seeds, 2,200 steps).
Deviations: networks of DCGAN, a quarter of its width, in place of residual ones; kernels of D of spectral norm 1.7, as
            in sngan_miyato2018; one discriminator step; Adam 2e-3 with beta_1 0.5, falling to 0 along a cosine, for a
            run of minutes; z in N(0, I)^64. A moving average of the weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.optimizers import falling_adam

DATA = "mnist"
IMAGES = {
    "steps": 2200,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "n_critic": 1,
    "spectral": 1.7,
    "learning_rate": 2e-3,
    "beta_2": 0.9,
    "ema_decay": 0.99,
}


def build(sample_shape, s, condition):
    """Return the compiled model."""
    generator = kg.networks.dcgan_generator(
        s.latent_dim, sample_shape, s.width, 4, norm="conditional_batch", stop_below=5, condition=condition
    )
    discriminator = kg.networks.dcgan_discriminator(
        sample_shape,
        s.width,
        4,
        norm=None,
        spectral=s.spectral,
        stop_below=5,
        kernel_initializer="he_normal",
        condition=condition,
        projection=True,
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
