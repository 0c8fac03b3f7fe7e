"""Goodfellow et al. 2014: the minimax game itself."""

import keras
import tensorflow as tf

from keras_gans import losses
from keras_gans.gan import GAN


@keras.saving.register_keras_serializable(package="keras_gans")
class MinimaxGAN(GAN):
    """The saturating GAN: both players on V(D, G) = E log D(x) + E log(1 - D(G(z))).

    Goodfellow et al. 2014, Algorithm 1, arXiv:1406.2661. Compiled without optimizers it takes SGD with learning rate
    0.1 and momentum 0.5, the authors' published settings.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> logits (m, 1), no sigmoid.
        n_critic: Discriminator steps per generator step, k in the paper.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, or `n_critic` is no integer from 1 up.

    Deviations from the paper: the default optimizers' learning rate and momentum are constant, without the authors'
    schedules.

    Example:
        >>> from keras_gans import MinimaxGAN, networks
        >>> model = MinimaxGAN(networks.mlp_generator(2, (2,)), networks.mlp_discriminator((2,)))
        >>> model.compile()
        >>> model.fit(x, batch_size=100, epochs=10)
        >>> samples = model.sample(1000)
    """

    undecided_loss = losses.UNDECIDED[losses.minimax_discriminator]

    def default_optimizers(self):
        """Return SGD(0.1, momentum 0.5) for each player."""
        return keras.optimizers.SGD(0.1, momentum=0.5), keras.optimizers.SGD(0.1, momentum=0.5)

    def train_step(self, data):
        """Algorithm 1: k discriminator steps, each on fresh samples, then one generator step."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                d_loss = losses.minimax_discriminator(s_real, s_fake)
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            g_loss = losses.minimax_generator(self.score_generated(z, y))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss)
