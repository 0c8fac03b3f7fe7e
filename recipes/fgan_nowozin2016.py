"""f-GAN: the variational bound on a divergence of one's choice.

Paper:      Nowozin et al. 2016, "f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization",
            arXiv:1606.00709, Algorithm 1 with the generator's step of section 3.2.
Command:    keras-gans train fgan_nowozin2016 [--data mnist|...|ring|grid|FOLDER] [--set divergence=PearsonChiSquared]
            with any of DIVERGENCES below
Paper says: MNIST: log-likelihoods by a Parzen window (table 4), 416 +- 5.6 nats under Kullback-Leibler and from -2101
            to 429 under others, an estimate that is known to misjudge samples and is not made here. A mixture in one
            dimension (tables 2 and 3), which is not given.
Ours:       MNIST: classifier-Fréchet 2.77, classifier score 9.12 (1 seed, 5,000 steps); Ring of 8 Gaussians: modes 8.0
            ± 0.0, high quality 97.0 ± 0.5 % (3 seeds, 15,000 steps); Grid of 25 Gaussians: modes 21.3 ± 2.9, high
            quality 64.8 ± 13.6 % (3 seeds, 15,000 steps).
Deviations: images: networks and learning rates of dcgan_radford2015 in place of fully connected networks and 2e-4;
            batches of 64 in place of 4096; Jensen-Shannon, since the generator collapses under the others that were
            tried: Kullback-Leibler with and without batch normalization in the discriminator, at rates from 2e-4 to
            4e-3, and with the paper's networks in batches of 256; Pearson; Hellinger. Points: five layers of 80 units,
            Pearson's chi-squared, Adam 5e-4. Rates fall to 0 along a cosine, for a run of minutes. A moving average of
            the weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.networks import small_networks
from keras_gans.recipes.optimizers import falling_adam

DATA = "mnist"
DIVERGENCES = (
    "TotalVariation",
    "KullbackLeibler",
    "ReverseKullbackLeibler",
    "PearsonChiSquared",
    "NeymanChiSquared",
    "SquaredHellinger",
    "Jeffrey",
    "JensenShannon",
    "GANDivergence",
)
IMAGES = {
    "divergence": "JensenShannon",
    "steps": 5000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "hidden": 512,
    "learning_rate": 4e-3,
    "discriminator_learning_rate": 1e-3,
    "beta_2": 0.9,
    "ema_decay": 0.998,
}
POINTS = {
    "divergence": "PearsonChiSquared",
    "steps": 15000,
    "batch_size": 128,
    "latent_dim": 2,
    "layers": 5,
    "width": 80,
    "learning_rate": 5e-4,
    "discriminator_learning_rate": 5e-4,
    "beta_2": 0.99,
    "ema_decay": 0.995,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    if s.divergence not in DIVERGENCES:
        raise ValueError(f"divergence={s.divergence!r} was passed. Expected one of {', '.join(DIVERGENCES)}.")
    if len(sample_shape) == 1:
        generator, discriminator = small_networks(sample_shape, s, condition)
    else:
        same = {"kernel_size": 4, "hidden": s.hidden, "condition": condition}
        generator = kg.networks.dcgan_generator(s.latent_dim, sample_shape, s.width, **same)
        discriminator = kg.networks.dcgan_discriminator(sample_shape, s.width, **same)
    model = kg.FGAN(generator, discriminator, getattr(kg.divergences, s.divergence)())
    model.compile(
        falling_adam(s.learning_rate, s.steps, beta_2=s.beta_2),
        falling_adam(s.discriminator_learning_rate, s.steps, beta_2=s.beta_2),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
