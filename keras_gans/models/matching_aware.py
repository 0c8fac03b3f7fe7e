"""Reed et al. 2016: a discriminator that also learns from real samples with conditions that are not theirs."""

import keras
import tensorflow as tf

from keras_gans import checks, losses, optimizers
from keras_gans.gan import GAN
from keras_gans.replicas import gather_rows


@keras.saving.register_keras_serializable(package="keras_gans")
class MatchingAwareGAN(GAN):
    """GAN-CLS: real samples with their conditions are real; generated ones, and real ones with others', are not.

    Reed et al. 2016, "Generative Adversarial Text to Image Synthesis", Algorithm 1, arXiv:1605.05396. Each real sample
    gets the condition of another one of the batch, drawn among those that differ from its own, over all replicas. Where
    a batch holds one condition alone there is none, and the third term is 0. Compiled without optimizers it takes the
    paper's Adam with learning rate 2e-4 and beta_1 0.5.

    Args:
        generator: keras Model, [z, y] -> x (m, ...), z (m, latent_dim), y labels, attributes or a text's vector.
        discriminator: keras Model, [x, y] -> logits (m, 1), no sigmoid.
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z; `Normal()` when None, as the paper's.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit or take no condition, or `n_critic` is no integer from 1 up.

    Deviations from the paper: none.

    Example:
        >>> from keras_gans import MatchingAwareGAN, data, networks
        >>> digits, ten = data.mnist(), networks.Labels(10)
        >>> G = networks.dcgan_generator(100, (28, 28, 1), condition=ten)
        >>> model = MatchingAwareGAN(G, networks.dcgan_discriminator((28, 28, 1), condition=ten))
        >>> model.compile()
        >>> model.fit(digits.batches(64), epochs=10)
    """

    undecided_loss = losses.UNDECIDED[losses.matching_aware_discriminator]

    def __init__(self, generator, discriminator, n_critic=1, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        checks.check_conditional(self)

    def default_optimizers(self):
        """Return the paper's Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """Discriminator steps on matched, mismatched and generated samples, then one non-saturating generator step."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            y_other, has_other = self.mismatched(y)
            with tf.GradientTape() as tape:
                s_real, s_fake, s_mismatched = self.score(x, y), self.score(x_fake, y), self.score(x, y_other)
                d_loss = losses.matching_aware_discriminator(s_real, s_fake, s_mismatched, has_other)
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            g_loss = losses.non_saturating_generator(self.score_generated(z, y))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss)

    def mismatched(self, y):
        """Draw a condition of the global batch for each sample that differs from its own.

        Args:
            y: Conditions (m, ...) of this replica.

        Returns:
            Conditions (m, ...), and booleans (m,): whether there was one that differs.
        """
        everything = gather_rows(y)
        rows = everything.shape[0]
        flat = lambda y: tf.reshape(y, (y.shape[0], -1))  # noqa: E731
        differs = tf.reduce_any(flat(y)[:, None] != flat(everything)[None], axis=-1)
        lots = tf.where(differs, self.draw_uniform(y.shape[0], (rows,)), -1.0)
        return tf.gather(everything, tf.argmax(lots, axis=1)), tf.reduce_any(differs, axis=1)
