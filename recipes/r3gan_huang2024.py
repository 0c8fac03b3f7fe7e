"""R3GAN: relativistic pairs, two gradient penalties, and modern networks without tricks.

Paper:      Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern Baseline GAN", arXiv:2501.05441, equation
            4, config E; as in the authors' code Adam with beta_1 0 and beta_2 rising to 0.99, learning rate and gamma
            falling along a cosine.
Command:    keras-gans train r3gan_huang2024 [--data mnist|fashion_mnist|digits|ring|grid|FOLDER|...] [--set
            networks=r3gan] with networks one of dcgan, r3gan: the paper's, for longer runs
Paper says: CIFAR-10 (on 8 GPUs for days), FFHQ, ImageNet, stacked MNIST; nothing of MNIST itself or of mixtures.
Ours:       MNIST: classifier-Fréchet 3.83, classifier score 8.93 (1 seed, 5,000 steps); Ring of 8 Gaussians: modes 8.0
            ± 0.0, high quality 96.7 ± 0.4 % (3 seeds, 15,000 steps); Grid of 25 Gaussians: modes 25.0 ± 0.0, high
            quality 95.4 ± 0.7 % (3 seeds, 15,000 steps).
Deviations: images: networks of DCGAN, a quarter of its width (the paper's, of 16, 32 and 64 channels in one block each,
            were at a distance of 32 after 4,000 steps and 14 minutes); gamma 10 falling to 1; beta_2 0.9 all along; no
            augmentation; learning rate 2e-3, for a run of minutes. Points: five layers of 80 units, gamma 0.03 all
            along, beta_2 0.99, learning rate 2e-3. Tables: three layers of 256 units, gamma 0.1 falling to 0.01,
            beta_2 0.99, learning rate 1e-3.
"""

import keras

import keras_gans as kg
from keras_gans.recipes.networks import small_networks
from keras_gans.recipes.optimizers import falling_adam

DATA = "mnist"
NETWORKS = ("dcgan", "r3gan")
IMAGES = {
    "networks": "dcgan",
    "steps": 5000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "blocks": 1,
    "learning_rate": 2e-3,
    "beta_2": 0.9,
    "gamma": 10.0,
    "gamma_falls_to": 1.0,
    "ema_decay": 0.998,
}
POINTS = {
    "steps": 15000,
    "batch_size": 128,
    "latent_dim": 2,
    "layers": 5,
    "width": 80,
    "learning_rate": 2e-3,
    "beta_2": 0.99,
    "gamma": 0.03,
    "gamma_falls_to": 0.03,
    "ema_decay": 0.995,
}
TABLE = {
    "steps": 10000,
    "batch_size": 256,
    "latent_dim": 64,
    "layers": 3,
    "width": 256,
    "learning_rate": 1e-3,
    "beta_2": 0.99,
    "gamma": 0.1,
    "gamma_falls_to": 0.01,
    "ema_decay": 0.998,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    if len(sample_shape) == 3 and s.networks not in NETWORKS:
        raise ValueError(f"networks={s.networks!r} was passed. Expected one of {', '.join(NETWORKS)}.")
    if len(sample_shape) == 1 or s.networks == "dcgan":
        generator, discriminator = small_networks(sample_shape, s, condition)
    elif condition is not None:
        raise ValueError("networks='r3gan' was passed with a condition. Expected networks='dcgan', which take one.")
    else:
        widths = [s.width * 2**depth for depth in range(_stages(sample_shape))]
        generator = kg.networks.r3gan_generator(s.latent_dim, sample_shape, widths[::-1], s.blocks)
        discriminator = kg.networks.r3gan_discriminator(sample_shape, widths, s.blocks)
    gamma = keras.optimizers.schedules.CosineDecay(s.gamma, s.steps, alpha=s.gamma_falls_to / s.gamma)
    model = kg.R3GAN(generator, discriminator, gamma=gamma)
    model.compile(
        falling_adam(s.learning_rate, s.steps, 0.0, s.beta_2),
        falling_adam(s.learning_rate, s.steps, 0.0, s.beta_2),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


def _stages(image_shape, smallest=4):
    """Return how many stages there are from the image down to the last maps that can be halved no further."""
    height, width, _ = image_shape
    stages = 1
    while height % 2 == width % 2 == 0 and min(height, width) // 2 >= smallest:
        height, width, stages = height // 2, width // 2, stages + 1
    return stages


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
