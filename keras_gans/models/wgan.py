"""Arjovsky et al. 2017: the Wasserstein distance with a clipped critic."""

import keras
import tensorflow as tf

from keras_gans import losses
from keras_gans.gan import GAN
from keras_gans.penalties import clip_weights


@keras.saving.register_keras_serializable(package="keras_gans")
class WGAN(GAN):
    """Wasserstein GAN: a critic with weights in [-c, c] estimates the distance that the generator lowers.

    Arjovsky et al. 2017, Algorithm 1, arXiv:1701.07875. Compiled without optimizers it takes RMSprop with learning
    rate 5e-5, the paper's; the paper's batch is m = 64.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> critic values (m, 1).
        n_critic: Critic steps per generator step.
        clip_value: c, above 0.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, `clip_value` is not above 0, or `n_critic` is no integer from 1 up.

    Deviations from the paper: none. (The authors' code runs 100 critic steps for each of the first 25 generator steps;
    the paper does not.)

    Example:
        >>> from keras_gans import WGAN, networks
        >>> shape = (28, 28, 1)
        >>> model = WGAN(networks.dcgan_generator(100, shape), networks.dcgan_discriminator(shape))
        >>> model.compile()
        >>> model.fit(images, batch_size=64, epochs=10)
    """

    log_names = ("discriminator_loss", "generator_loss", "wasserstein")

    def __init__(self, generator, discriminator, n_critic=5, clip_value=0.01, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        if not clip_value > 0:
            raise ValueError(f"clip_value={clip_value} was passed. Expected c > 0. The paper uses 0.01.")
        self.clip_value = clip_value

    def default_optimizers(self):
        """Return RMSprop(5e-5) for each player."""
        return keras.optimizers.RMSprop(5e-5), keras.optimizers.RMSprop(5e-5)

    def train_step(self, data):
        """Algorithm 1: n_critic critic steps, each followed by clipping, then one generator step."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                d_loss = losses.wasserstein_discriminator(s_real, s_fake)
            self.discriminator_step(tape, d_loss, s_real)
            clip_weights(self.discriminator.trainable_variables, self.clip_value)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            g_loss = losses.wasserstein_generator(self.score_generated(z, y))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss, wasserstein=-d_loss)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "clip_value": self.clip_value}
