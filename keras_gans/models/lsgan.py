"""Mao et al. 2017: least squares in place of cross-entropy."""

import keras
import tensorflow as tf

from keras_gans import losses, optimizers
from keras_gans.gan import GAN


@keras.saving.register_keras_serializable(package="keras_gans")
class LSGAN(GAN):
    """Least squares GAN: D is drawn to b on real and a on generated samples, G draws D to c.

    Mao et al. 2017, equation 2, arXiv:1611.04076. The default labels a = 0, b = c = 1 are its equation 9; with
    a = -1, b = 1, c = 0 (equation 8) the generator minimises the Pearson chi-squared divergence. Compiled without
    optimizers it takes Adam with learning rate 2e-4 and beta_1 0.5.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> raw scores (m, 1), no sigmoid.
        n_critic: Discriminator steps per generator step.
        a: Label of generated samples.
        b: Label of real samples.
        c: Label that the generator wants its samples to be given.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, a equals b, or `n_critic` is no integer from 1 up.

    Deviations from the paper: none.

    Example:
        >>> from keras_gans import LSGAN, networks
        >>> shape = (28, 28, 1)
        >>> model = LSGAN(networks.dcgan_generator(100, shape), networks.dcgan_discriminator(shape))
        >>> model.compile()
        >>> model.fit(images, batch_size=64, epochs=10)
    """

    def __init__(self, generator, discriminator, n_critic=1, a=0.0, b=1.0, c=1.0, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        if a == b:
            raise ValueError(
                f"a={a} and b={b} were passed. Expected different labels for generated and real samples. "
                "The paper uses a=0, b=1 or a=-1, b=1."
            )
        self.a, self.b, self.c = a, b, c

    @property
    def undecided_loss(self):
        """Loss of a discriminator that gives each sample the score (a + b) / 2."""
        return (self.b - self.a) ** 2 * losses.UNDECIDED[losses.least_squares_discriminator]

    def default_optimizers(self):
        """Return Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """Discriminator steps, then one generator step, on equation 2."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                d_loss = losses.least_squares_discriminator(s_real, s_fake, self.a, self.b)
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            g_loss = losses.least_squares_generator(self.score_generated(z, y), self.c)
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "a": self.a, "b": self.b, "c": self.c}
