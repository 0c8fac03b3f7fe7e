"""LSGAN: least squares in place of cross-entropy.

Paper:      Mao et al. 2016, "Least Squares Generative Adversarial Networks", arXiv:1611.04076, equation 9: labels
            a = 0, b = c = 1; Adam with beta_1 0.5.
Command:    keras-gans train lsgan_mao2016 [--data mnist|fashion_mnist|digits|ring|grid|FOLDER|...]
Paper says: pictures; no figure of the samples.
Ours:       MNIST: classifier-Fréchet 2.49, classifier score 9.13 (1 seed, 7,000 steps); Ring of 8 Gaussians: modes 6.0
            ± 1.0, high quality 96.9 ± 0.9 % (3 seeds, 12,000 steps); Grid of 25 Gaussians: modes 18.3 ± 1.5, high
            quality 90.0 ± 1.5 % (3 seeds, 12,000 steps).
Deviations: images: networks of DCGAN, a quarter of its width, with 4x4 kernels and a layer of 512 units, and Adam with
            4e-3 for the generator and 1e-3 for the discriminator; points: fully connected networks and Adam 1e-3. The
            learning rates fall to 0 along a cosine, with beta_2 0.9, for a run of minutes; a moving average of the
            weights is sampled.
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
    "hidden": 512,
    "learning_rate": 4e-3,
    "discriminator_learning_rate": 1e-3,
    "ema_decay": 0.998,
}
POINTS = {
    "steps": 12000,
    "batch_size": 256,
    "latent_dim": 2,
    "width": 128,
    "learning_rate": 1e-3,
    "discriminator_learning_rate": 1e-3,
    "ema_decay": 0.995,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    if len(sample_shape) == 1:
        generator = kg.networks.mlp_generator(s.latent_dim, sample_shape, hidden=(s.width,) * 3)
        discriminator = kg.networks.mlp_discriminator(sample_shape, hidden=(s.width,) * 3)
    else:
        same = {"kernel_size": s.kernel_size, "hidden": s.hidden, "condition": condition}
        generator = kg.networks.dcgan_generator(s.latent_dim, sample_shape, s.width, **same)
        discriminator = kg.networks.dcgan_discriminator(sample_shape, s.width, **same)
    model = kg.LSGAN(generator, discriminator)
    model.compile(
        falling_adam(s.learning_rate, s.steps),
        falling_adam(s.discriminator_learning_rate, s.steps),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
