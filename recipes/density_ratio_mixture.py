"""The density-ratio regularizer on logarithms, on a mixture of Gaussians: what lecture notes on stability open with.

Paper:      Roth et al. 2017, arXiv:1705.09367, equation 22, in the form on f = sigma(s), which lecture notes print:
            weight (E_P |grad f|^2 / f^2 + E_Q |grad (1 - f)|^2 / (1 - f)^2). It is the same term, see
            docs/objectives.md.
Command:    keras-gans train density_ratio_mixture [--data ring|grid|imbalanced_ring|spiral|random]
            keras-gans compare non_saturating unrolled_5 wgan log_density_ratio --data ring
Paper says: pictures of a mixture over steps, where the plain game loses modes and the regularized one holds them.
Ours:       Ring of 8 Gaussians: modes 8.0 ± 0.0, high quality 97.2 ± 0.9 % (3 seeds, 15,000 steps); Grid of 25
            Gaussians: modes 25.0 ± 0.0, high quality 95.3 ± 0.1 % (3 seeds, 15,000 steps).
Deviations: five layers of 80 units; Adam 2e-3 falling to 0 along a cosine. A moving average of the weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.networks import small_networks
from keras_gans.recipes.optimizers import falling_adam

DATA = "ring"
POINTS = {
    "steps": 15000,
    "batch_size": 128,
    "latent_dim": 2,
    "layers": 5,
    "width": 80,
    "learning_rate": 2e-3,
    "beta_2": 0.99,
    "weight": 0.05,
    "ema_decay": 0.995,
}


def build(sample_shape, s):
    """Return the compiled model."""
    generator, discriminator = small_networks(sample_shape, s)
    model = kg.ComposedGAN(generator, discriminator, penalties=[kg.penalties.LogDensityRatio(s.weight)])
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
