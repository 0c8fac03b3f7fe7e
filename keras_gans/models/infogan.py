"""Chen et al. 2016: codes that samples tell, found without labels."""

import keras
import tensorflow as tf

from keras_gans import checks, losses, optimizers
from keras_gans.gan import GAN
from keras_gans.latent import Codes


@keras.saving.register_keras_serializable(package="keras_gans")
class InfoGAN(GAN):
    """A part of z, the codes c, is to be read off G(z): G and Q maximise a bound on the mutual information.

    Chen et al. 2016, "InfoGAN: Interpretable Representation Learning by Information Maximizing Generative Adversarial
    Nets", equation 6, arXiv:1606.03657. Q is the discriminator's second output; as in the authors' code both players
    are paid for log Q(c | G(z)), G for being read and D's side for reading. `code_loss` in the logs is -E log Q.
    Compiled without optimizers it takes the authors' Adam, learning rates 1e-3 (G) and 2e-4 (D), beta_1 0.5.

    Args:
        generator: keras Model, z (m, latent.size) -> x (m, ...).
        discriminator: keras Model, x -> [logits (m, 1), parameters of Q (m, latent.code_size)], such as
            `networks.recognizer(networks.dcgan_discriminator((28, 28, 1)), 12, hidden=128)`.
        latent: `latent.Codes`, what z is made of; noise of 62, one code of 10 values and two continuous ones when None.
        info_weight: lambda, 1 in the paper; above 0.
        n_critic: Discriminator steps per generator step.

    Raises:
        TypeError: If a network is no keras Model or `latent` no `Codes`.
        ValueError: If the networks do not fit each other or the codes, `info_weight` is not above 0, or `n_critic` is
            no integer from 1 up.

    Deviations from the paper: none.

    Example:
        >>> from keras_gans import InfoGAN, data, networks
        >>> shape = (28, 28, 1)
        >>> D = networks.recognizer(networks.dcgan_discriminator(shape), 12, hidden=128)
        >>> model = InfoGAN(networks.dcgan_generator(74, shape), D)
        >>> model.compile()
        >>> model.fit(data.mnist().batches(128), epochs=10)
    """

    log_names = ("discriminator_loss", "generator_loss", "code_loss")
    undecided_loss = losses.UNDECIDED[losses.non_saturating_discriminator]
    recognizes = True

    def __init__(self, generator, discriminator, latent=None, info_weight=1.0, n_critic=1, name=None):
        latent = latent or Codes()
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        if not isinstance(latent, Codes):
            raise TypeError(f"latent={latent!r} was passed. Expected keras_gans.latent.Codes, which says what z holds.")
        checks.check_positive(info_weight=info_weight)
        found = (self.latent_dim, discriminator.outputs[1].shape[1])
        if found != (latent.size, latent.code_size) or self.is_conditional:
            raise ValueError(
                f"The generator takes z of {found[0]} numbers, the discriminator gives {found[1]} parameters of Q, "
                f"{latent!r} has {latent.size} and {latent.code_size}. Expected the same, and no condition y. Build "
                f"the generator for latent_dim={latent.size}, and networks.recognizer(D, {latent.code_size})."
            )
        self.info_weight = info_weight

    def default_optimizers(self):
        """Return the authors' Adam, beta_1 0.5, of 1e-3 for the generator and 2e-4 for the discriminator."""
        return optimizers.Adam(1e-3, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """Discriminator steps that also read the codes of generated samples, then one generator step on both."""
        for x, _ in self.discriminator_batches(data):
            z = self.draw_latent(x.shape[0])
            x_fake = self.fake(z)
            with tf.GradientTape() as tape:
                s_real = self.score(x)
                s_fake, parameters = self.recognized(x_fake)
                d_loss = losses.non_saturating_discriminator(s_real, s_fake)
                loss = d_loss + self.info_weight * self.code_loss(parameters, z)
            self.discriminator_step(tape, loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            s_fake, parameters = self.recognized_kept(self.generated(z))
            g_loss = losses.non_saturating_generator(s_fake)
            code_loss = self.code_loss(parameters, z)
            loss = g_loss + self.info_weight * code_loss
        self.generator_step(tape, loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss, code_loss=code_loss)

    def code_loss(self, parameters, z):
        """Return -E log Q(c | x), a float32 scalar.

        Args:
            parameters: What D reads off the samples, (m, code_size).
            z: The latent that they were made of, (m, latent_dim).
        """
        codes = self.latent.codes_of(z)
        return losses.code_negative_log_likelihood(parameters, codes, self.latent.categories, self.latent.continuous)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "info_weight": self.info_weight}
