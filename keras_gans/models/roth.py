"""Roth et al. 2017: the game of GANs with the regularizer of its density ratio."""

import keras
import tensorflow as tf

from keras_gans import losses, optimizers
from keras_gans.checks import check_no_batch_statistics
from keras_gans.gan import GAN
from keras_gans.penalties import check_weight, scores_and_squared_norms, weight_at, weight_config, weighted_norms


@keras.saving.register_keras_serializable(package="keras_gans")
class RothGAN(GAN):
    """The discriminator pays for its gradients where it is uncertain, as if its inputs were blurred by noise.

    Roth et al. 2017, equations 22 and 23 and Algorithm 1, arXiv:1705.09367: with D = sigma(s),
    L_D = -E log D(x) - E log(1 - D(G(z))) + gamma / 2 (E_P (1 - D)^2 |grad s|^2 + E_Q D^2 |grad s|^2), and the
    non-saturating loss for the generator. Compiled without optimizers it takes Adam with learning rate 2e-4 and
    beta_1 0.5, as the authors' code does.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> logits (m, 1), no sigmoid, without BatchNormalization.
        gamma: Weight of the regularizer, >= 0, the variance of the noise that it stands for: 0.1 in the authors' code;
            or a schedule of it over discriminator steps. Theirs is `ExponentialDecay(2.0, T, 0.01)` over T steps.
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, the discriminator mixes the samples of a batch, `gamma` is negative, or
            `n_critic` is no integer from 1 up.

    Deviations from the paper: its experiments leave BatchNormalization in the discriminator, where a gradient for each
    sample by itself does not exist; here it is refused.

    Example:
        >>> from keras_gans import RothGAN, networks
        >>> model = RothGAN(networks.mlp_generator(2, (2,)), networks.mlp_discriminator((2,)), gamma=0.1)
        >>> model.compile()
        >>> model.fit(x, batch_size=256, epochs=10)
    """

    log_names = ("discriminator_loss", "generator_loss", "penalty", "regularizer")
    undecided_loss = losses.UNDECIDED[losses.non_saturating_discriminator]

    def __init__(self, generator, discriminator, gamma=0.1, n_critic=1, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        check_no_batch_statistics(discriminator, "the regularizer takes the gradient of each sample by itself")
        check_weight(gamma=gamma)
        self.gamma = gamma

    def default_optimizers(self):
        """Return Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """Algorithm 1: discriminator steps with the regularizer, then one generator step."""
        for k, (x, y) in enumerate(self.discriminator_batches(data)):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            score = lambda x, y=y: self.score(x, y)  # noqa: E731
            gamma = weight_at(self.gamma, self.discriminator_steps(k))
            with tf.GradientTape() as tape:
                s_real, squares_real = scores_and_squared_norms(score, x)
                s_fake, squares_fake = scores_and_squared_norms(score, x_fake)
                omega = weighted_norms(s_real, squares_real, s_fake, squares_fake)
                penalty = 0.5 * gamma * omega
                d_loss = losses.non_saturating_discriminator(s_real, s_fake) + penalty
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            g_loss = losses.non_saturating_generator(self.score_generated(z, y))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss, penalty=penalty, regularizer=omega)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "gamma": weight_config(self.gamma)}
