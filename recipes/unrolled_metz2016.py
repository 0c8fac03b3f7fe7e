"""Unrolled GAN: a generator that sees the discriminator's next steps.

Paper:      Metz et al. 2016, "Unrolled Generative Adversarial Networks", arXiv:1611.02163, section 2.2; with 5 steps
            and a rate of 1e-4 for the discriminator, as in the authors' published demonstration, which has batches of
            512, z of 256 numbers, 1e-3 for the generator and beta_1 0.5.
Command:    keras-gans train unrolled_metz2016 [--data mnist|fashion_mnist|digits|ring|grid|FOLDER|...]
Paper says: ring: pictures, in which 10 steps reach all 8 modes and a plain GAN runs from one to the next; MNIST with a
            recurrent generator: pictures; stacked MNIST: modes of 1,000 for discriminators smaller than the generator.
Ours:       MNIST: classifier-Fréchet 197.77, classifier score 4.37 (1 seed, 2,000 steps); Ring of 8 Gaussians: modes
            8.0 ± 0.0, high quality 94.9 ± 0.2 % (3 seeds, 15,000 steps); Grid of 25 Gaussians: modes 23.7 ± 0.6, high
            quality 42.8 ± 14.0 % (3 seeds, 15,000 steps).
Deviations: a non-saturating term in the generator's loss, see the class. Images: networks of DCGAN, a quarter of its
            width; 3 unrolled steps. Points: z of two numbers, batches of 128, five layers of 80 ReLU units in place of
            two of 128 tanh units, Adam with beta_2 0.99, 2e-3 for the generator, 5e-5 for the discriminator (at 1e-4
            one of three seeds lost modes of the ring). The generator's rate falls to 0 along a cosine; the
            discriminator's does not, as the unrolled steps have it too and would come to nothing. A moving average of
            the weights is sampled.
"""

import keras_gans as kg
from keras_gans.recipes.networks import small_networks
from keras_gans.recipes.optimizers import falling_adam

DATA = "ring"
IMAGES = {
    "unroll_steps": 3,
    "steps": 2000,
    "batch_size": 64,
    "latent_dim": 64,
    "width": 32,
    "learning_rate": 2e-3,
    "discriminator_learning_rate": 2e-4,
    "ema_decay": 0.998,
}
POINTS = {
    "unroll_steps": 5,
    "steps": 15000,
    "batch_size": 128,
    "latent_dim": 2,
    "layers": 5,
    "width": 80,
    "learning_rate": 2e-3,
    "discriminator_learning_rate": 5e-5,
    "ema_decay": 0.995,
}


def build(sample_shape, s, condition=None):
    """Return the compiled model."""
    generator, discriminator = small_networks(sample_shape, s, condition)
    model = kg.UnrolledGAN(generator, discriminator, unroll_steps=s.unroll_steps)
    model.compile(
        falling_adam(s.learning_rate, s.steps, beta_2=0.99),
        kg.optimizers.Adam(s.discriminator_learning_rate, beta_1=0.5, beta_2=0.99),
        jit_compile=s.jit_compile,
    )
    model.track_ema(s.ema_decay)
    return model


if __name__ == "__main__":
    from keras_gans_cli.app import train_recipe

    train_recipe(__file__)
