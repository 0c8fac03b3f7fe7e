"""Gulrajani et al. 2017: the Wasserstein distance with a gradient penalty."""

import keras
import tensorflow as tf

from keras_gans import losses, optimizers
from keras_gans.checks import check_no_batch_statistics
from keras_gans.gan import GAN
from keras_gans.penalties import check_weight, gradient_penalty, interpolate, weight_at, weight_config


@keras.saving.register_keras_serializable(package="keras_gans")
class WGANGP(GAN):
    """Wasserstein GAN whose critic is held to gradients of norm 1 between real and generated samples.

    Gulrajani et al. 2017, Algorithm 1, arXiv:1704.00028; `one_sided=True` penalises only norms above 1 (Petzka et al.
    2018, equation 8, arXiv:1709.08894). Compiled without optimizers it takes Adam with learning rate 1e-4, beta_1 0
    and beta_2 0.9, the paper's; the paper's batch is m = 64.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> critic values (m, 1), without BatchNormalization.
        n_critic: Critic steps per generator step.
        gp_weight: lambda, >= 0, or a schedule of it over critic steps. The paper uses 10 for images, 0.1 for its
            two-dimensional toys.
        one_sided: Whether norms below 1 go unpenalised.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, the critic mixes the samples of a batch, `gp_weight` is negative, or
            `n_critic` is no integer from 1 up.

    Deviations from the paper: none.

    Example:
        >>> from keras_gans import WGANGP, data, networks
        >>> shape = (16, 16, 1)
        >>> D = networks.dcgan_discriminator(shape, norm=None)
        >>> model = WGANGP(networks.dcgan_generator(64, shape), D)
        >>> model.compile()
        >>> model.fit(data.digits().batches(64 * 5), epochs=100)
    """

    log_names = ("discriminator_loss", "generator_loss", "wasserstein", "gradient_penalty")

    def __init__(self, generator, discriminator, n_critic=5, gp_weight=10.0, one_sided=False, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        check_no_batch_statistics(discriminator, "the gradient penalty is taken for each sample by itself")
        check_weight(gp_weight=gp_weight)
        self.gp_weight = gp_weight
        self.one_sided = one_sided

    def default_optimizers(self):
        """Return Adam(1e-4, beta_1 0, beta_2 0.9) for each player."""
        return (
            optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9),
            optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9),
        )

    def train_step(self, data):
        """Algorithm 1: n_critic critic steps with the penalty, then one generator step."""
        for k, (x, y) in enumerate(self.discriminator_batches(data)):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            x_hat = interpolate(x, x_fake, self.draw_uniform(x.shape[0]))
            gp_weight = weight_at(self.gp_weight, self.discriminator_steps(k))
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                wasserstein = -losses.wasserstein_discriminator(s_real, s_fake)
                gp = gradient_penalty(lambda x_hat, y=y: self.score(x_hat, y), x_hat, one_sided=self.one_sided)
                d_loss = -wasserstein + gp_weight * gp
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            g_loss = losses.wasserstein_generator(self.score_generated(z, y))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss, wasserstein=wasserstein, gradient_penalty=gp)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "gp_weight": weight_config(self.gp_weight), "one_sided": self.one_sided}
