"""Goodfellow et al. 2014, section 3: the non-saturating game that practice means by "GAN"."""

import keras
import tensorflow as tf

from keras_gans import losses, optimizers
from keras_gans.gan import GAN


@keras.saving.register_keras_serializable(package="keras_gans")
class NonSaturatingGAN(GAN):
    """The generator maximises E log D(G(z)) where the minimax game has it minimise E log(1 - D(G(z))).

    Goodfellow et al. 2014, section 3, arXiv:1406.2661. Compiled without optimizers it takes Adam with learning rate
    2e-4 and beta_1 0.5, those of DCGAN (Radford et al. 2015, section 4, arXiv:1511.06434), which trains this game.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> logits (m, 1), no sigmoid.
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, or `n_critic` is no integer from 1 up.

    Deviations from the paper: the default optimizers, as said above.

    Example:
        >>> from keras_gans import NonSaturatingGAN, data, networks
        >>> images = data.mnist()
        >>> shape = (28, 28, 1)
        >>> model = NonSaturatingGAN(networks.dcgan_generator(100, shape), networks.dcgan_discriminator(shape))
        >>> model.compile()
        >>> model.fit(images.batches(128), epochs=10)
    """

    undecided_loss = losses.UNDECIDED[losses.non_saturating_discriminator]

    def default_optimizers(self):
        """Return Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """Discriminator steps on the minimax loss, then one generator step on -E log D(G(z))."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                d_loss = losses.non_saturating_discriminator(s_real, s_fake)
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            g_loss = losses.non_saturating_generator(self.score_generated(z, y))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss)
