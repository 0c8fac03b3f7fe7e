"""Instance noise: real and generated samples are made to overlap, and the noise falls to none.

Paper:      Sønderby et al. 2016, "Amortised MAP Inference for Image Super-resolution", arXiv:1610.04490, section 3.3:
            noise from N(0, sigma^2) on all that the discriminator sees, sigma falling along a line.
Command:    keras-gans train instance_noise_sonderby2016 [--data ring|grid|mnist|FOLDER|...] [--set noise=0.0]
Paper says: super-resolution; of the noise that training is unstable without it. No figure of samples.
Ours:       Ring of 8 Gaussians: modes 8.0 ± 0.0, high quality 90.4 ± 1.3 % (3 seeds, 15,000 steps); Grid of 25
            Gaussians: modes 24.0 ± 1.0, high quality 77.8 ± 0.7 % (3 seeds, 15,000 steps).
Deviations: no super-resolution: a generator from noise. Sigma falls from `noise` to 0 over the first `noisy_share` of
            the steps. Points: five layers of 80 units, Adam 2e-3; images: networks of DCGAN, a quarter of its width,
            Adam 1e-3. The learning rate falls to 0 along a cosine, for a run of minutes; a moving average of the
            weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.networks import falling_noise, small_networks
from keras_gans.recipes.optimizers import falling_adam

DATA = "ring"
IMAGES = {
    "steps": 5000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "noise": 0.2,
    "noisy_share": 0.8,
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
    "noise": 0.5,
    "noisy_share": 0.8,
    "learning_rate": 2e-3,
    "beta_2": 0.99,
    "ema_decay": 0.995,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    noise = falling_noise(s.noise, s.noisy_share, s.steps)
    generator, discriminator = small_networks(sample_shape, s, condition, discriminator_norm="batch", first=[noise])
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
