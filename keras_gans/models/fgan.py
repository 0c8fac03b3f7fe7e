"""Nowozin et al. 2016: any f-divergence."""

import keras
import tensorflow as tf

from keras_gans import losses, optimizers
from keras_gans.divergences.base import checked_divergence
from keras_gans.gan import GAN


@keras.saving.register_keras_serializable(package="keras_gans")
class FGAN(GAN):
    """The discriminator raises a lower bound on D_f(P||Q), the generator lowers it.

    Nowozin et al. 2016, equation 6 and Algorithm 1, arXiv:1606.00709. Compiled without optimizers it takes Adam with
    learning rate 2e-4 and beta_1 0.5 (Radford et al. 2015, arXiv:1511.06434).

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> raw scores v (m, 1); T = g_f(v) is the divergence's activation.
        divergence: A `keras_gans.divergences.Divergence`, such as `KullbackLeibler()`.
        generator_loss: `losses.f_divergence_generator_heuristic`, the paper's section 3.2, with which it trains; or
            `losses.f_divergence_generator`, Algorithm 1 itself, whose gradient vanishes where D is certain.
        n_critic: Discriminator steps per generator step; Algorithm 1 takes one.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model, the divergence no Divergence, or the loss no function.
        ValueError: If the networks do not fit, or `n_critic` is no integer from 1 up.

    Deviations from the paper: Algorithm 1 takes both gradients in one pass and steps both players at once; here the
    generator's step comes after the discriminator's, on samples of its own. Scores beyond +-20 are compressed where an
    exponential would overflow, see `divergences.Divergence`.

    Example:
        >>> from keras_gans import FGAN, divergences, networks
        >>> D = networks.mlp_discriminator((2,))
        >>> model = FGAN(networks.mlp_generator(2, (2,)), D, divergences.SquaredHellinger())
        >>> model.compile()
        >>> model.fit(x, batch_size=256, epochs=10)
    """

    log_names = ("discriminator_loss", "generator_loss", "divergence")

    def __init__(
        self,
        generator,
        discriminator,
        divergence,
        generator_loss=losses.f_divergence_generator_heuristic,
        n_critic=1,
        latent=None,
        name=None,
    ):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        if not callable(generator_loss):
            raise TypeError(
                f"generator_loss={generator_loss!r} was passed. Expected keras_gans.losses.f_divergence_generator or "
                "f_divergence_generator_heuristic."
            )
        self.divergence = checked_divergence(divergence)
        self.generator_loss = generator_loss

    @property
    def undecided_loss(self):
        """log 4 under `GANDivergence`, whose loss falls to 0 when D is certain; others have no such scale: None."""
        undecided = -float(self.divergence.f(1.0))
        return undecided if undecided > 0 else None

    def default_optimizers(self):
        """Return Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """Discriminator steps that raise the bound, then one generator step."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                d_loss = losses.f_divergence_discriminator(s_real, s_fake, self.divergence)
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            g_loss = self.generator_loss(self.score_generated(z, y), self.divergence)
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss, divergence=-d_loss)

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "divergence": keras.saving.serialize_keras_object(self.divergence),
            "generator_loss": keras.saving.serialize_keras_object(self.generator_loss),
        }
