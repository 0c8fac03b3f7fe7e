"""SAGAN: attention in both networks, spectral normalization in both, two learning rates.

Paper:      Zhang et al. 2019, "Self-Attention Generative Adversarial Networks", arXiv:1805.08318: the hinge loss, one
            discriminator step, Adam with beta_1 0 and beta_2 0.9, learning rates 1e-4 (G) and 4e-4 (D).
Command:    keras-gans train sagan_zhang2019 [--data mnist|fashion_mnist|digits|FOLDER|...]
Paper says: ImageNet at 128x128; nothing of MNIST.
Ours:       MNIST: classifier-Fréchet 11.65, classifier score 8.55 (1 seed, 3,000 steps).
Deviations: no labels. Networks of DCGAN, a quarter of its width, with attention on the maps of half the image's height,
            in place of residual ones; kernels of D of spectral norm 1.7, as in sngan_miyato2018. Learning rates 1e-3
            and 4e-3, falling to 0 along a cosine, for a run of minutes; a moving average of the weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.optimizers import falling_adam

DATA = "mnist"
IMAGES = {
    "steps": 3000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "spectral": 1.7,
    "learning_rate": 1e-3,
    "discriminator_learning_rate": 4e-3,
    "beta_2": 0.9,
    "ema_decay": 0.998,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    half = (-(-sample_shape[0] // 2),)
    generator = kg.networks.dcgan_generator(
        s.latent_dim, sample_shape, s.width, 4, stop_below=5, spectral=True, attention=half, condition=condition
    )
    discriminator = kg.networks.dcgan_discriminator(
        sample_shape,
        s.width,
        4,
        norm=None,
        spectral=s.spectral,
        stop_below=5,
        kernel_initializer="he_normal",
        attention=half,
        condition=condition,
    )
    model = kg.HingeGAN(generator, discriminator, n_critic=1)
    model.compile(
        falling_adam(s.learning_rate, s.steps, 0.0, s.beta_2),
        falling_adam(s.discriminator_learning_rate, s.steps, 0.0, s.beta_2),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
