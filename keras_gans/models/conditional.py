"""Mirza and Osindero 2014: both networks are told what is asked for."""

import keras
import tensorflow as tf

from keras_gans import checks, losses, optimizers
from keras_gans.gan import GAN


@keras.saving.register_keras_serializable(package="keras_gans")
class ConditionalGAN(GAN):
    """The game of D(x | y) and G(z | y), with the non-saturating generator.

    Mirza and Osindero 2014, "Conditional Generative Adversarial Nets", equation 2, arXiv:1411.1784. It is
    `NonSaturatingGAN` for networks that take a condition, and refuses others: every model of this library takes one,
    and this one is the paper's. Compiled without optimizers it takes Adam with learning rate 2e-4 and beta_1 0.5.

    Args:
        generator: keras Model, [z, y] -> x (m, ...), z (m, latent_dim).
        discriminator: keras Model, [x, y] -> logits (m, 1), no sigmoid.
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z; `Normal()` when None. The paper's is `Uniform(0, 1)`.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit or take no condition, or `n_critic` is no integer from 1 up.

    Deviations from the paper: the optimizers (the paper has SGD with momentum for its maxout networks); the generator
    maximises E log D(G(z | y) | y), as in Goodfellow et al. 2014, section 3.

    Example:
        >>> from keras_gans import ConditionalGAN, data, networks
        >>> digits, ten = data.mnist(), networks.Labels(10)
        >>> G = networks.dcgan_generator(100, (28, 28, 1), condition=ten)
        >>> model = ConditionalGAN(G, networks.dcgan_discriminator((28, 28, 1), condition=ten))
        >>> model.compile()
        >>> model.fit(digits.batches(128), epochs=10)
        >>> sevens = model.sample(64, y=7)
    """

    undecided_loss = losses.UNDECIDED[losses.non_saturating_discriminator]

    def __init__(self, generator, discriminator, n_critic=1, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        checks.check_conditional(self)

    def default_optimizers(self):
        """Return Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """Discriminator steps on samples with their conditions, then one generator step on -E log D(G(z | y) | y)."""
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
