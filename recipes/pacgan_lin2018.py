"""PacGAN: the discriminator scores two samples at a time.

Paper:      Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks", arXiv:1712.04086,
            sections 3 and 4; packs of 2.
Command:    keras-gans train pacgan_lin2018 [--data stacked_mnist|mnist|ring|grid|FOLDER|...] [--set num_packed=4]
Paper says: stacked MNIST: 1000.0 modes, KL 0.06 +- 0.003 (10 runs); ring: 7.9 +- 0.1 modes, 95.6 +- 2.0 % of high
            quality, KL 0.07 +- 0.03; grid: 23.8 +- 0.7 modes, 91.3 +- 0.8 %, 0.13 +- 0.04 (PacGAN2).
Ours:       Stacked MNIST: modes of 1,000 957.0, KL 0.801 (1 seed, 4,000 steps); Ring of 8 Gaussians: modes 8.0 ± 0.0,
            high quality 97.2 ± 0.3 % (3 seeds, 15,000 steps); Grid of 25 Gaussians: modes 22.0 ± 3.0, high quality 81.6
            ± 3.2 % (3 seeds, 15,000 steps).
Deviations: images: networks of DCGAN, a quarter of its width, Adam 1e-3 in place of 2e-4. Points: the batch-normalized
            generator of four layers of 400 units and the discriminator of three of 200 maxout units are five layers of
            80 units each; Adam 2e-3. The learning rate falls to 0 along a cosine, for a run of minutes; a moving
            average of the weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.networks import small_networks
from keras_gans.recipes.optimizers import falling_adam

DATA = "stacked_mnist"
IMAGES = {
    "steps": 4000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "num_packed": 2,
    "learning_rate": 1e-3,
    "beta_2": 0.9,
    "ema_decay": 0.998,
}
POINTS = {
    "steps": 15000,
    "batch_size": 128,
    "latent_dim": 2,
    "layers": 5,
    "width": 80,
    "num_packed": 2,
    "learning_rate": 2e-3,
    "beta_2": 0.99,
    "ema_decay": 0.995,
}


def build(sample_shape, s):
    """Return the compiled model."""
    packing = [kg.layers.Packing(s.num_packed)] if s.num_packed > 1 else []
    generator, discriminator = small_networks(sample_shape, s, discriminator_norm="batch", first=packing)
    model = kg.NonSaturatingGAN(generator, discriminator)
    model.compile(
        falling_adam(s.learning_rate, s.steps, beta_2=s.beta_2),
        falling_adam(s.learning_rate, s.steps, beta_2=s.beta_2),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
