"""Jolicoeur-Martineau 2018, 2019: scores that mean something in pairs alone."""

import keras
import tensorflow as tf

from keras_gans import losses, optimizers
from keras_gans.gan import GAN


@keras.saving.register_keras_serializable(package="keras_gans")
class RpGAN(GAN):
    """Relativistic paired GAN: the discriminator tells which sample of a pair is real.

    Jolicoeur-Martineau 2018, section 4.1, arXiv:1807.00734 (RSGAN there), and 2019, arXiv:1901.02474. Compiled without
    optimizers it takes Adam with learning rate 2e-4 and beta_1 0.5, as the paper does on CIFAR-10.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> raw scores (m, 1), no sigmoid.
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, or `n_critic` is no integer from 1 up.

    Deviations from the paper: the generator's step scores the real samples of the last discriminator step, where the
    paper draws new ones.

    Example:
        >>> from keras_gans import RpGAN, networks
        >>> model = RpGAN(networks.mlp_generator(2, (2,)), networks.mlp_discriminator((2,)))
        >>> model.compile()
        >>> model.fit(x, batch_size=256, epochs=10)
    """

    undecided_loss = losses.UNDECIDED[losses.relativistic_paired_discriminator]

    def default_optimizers(self):
        """Return Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """Discriminator steps on pairs, then one generator step on pairs."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                d_loss = losses.relativistic_paired_discriminator(s_real, s_fake)
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        s_real = self.score_kept(x, y)
        with tf.GradientTape() as tape:
            g_loss = losses.relativistic_paired_generator(s_real, self.score_generated(z, y))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss)
