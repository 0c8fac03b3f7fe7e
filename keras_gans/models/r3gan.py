"""Huang et al. 2024: a modern baseline of a relativistic loss and two gradient penalties."""

import keras
import tensorflow as tf

from keras_gans import losses, optimizers
from keras_gans.checks import check_no_batch_statistics
from keras_gans.gan import GAN
from keras_gans.penalties import check_weight, scores_and_squared_norms, weight_at, weight_config


@keras.saving.register_keras_serializable(package="keras_gans")
class R3GAN(GAN):
    """Relativistic pairing with zero-centred gradient penalties at real and at generated samples, which converges.

    Huang et al. 2024, section 2 and equation 4, arXiv:2501.05441:
    L_D = E softplus(-(s(x) - s(G(z)))) + gamma / 2 (E_P |grad s|^2 + E_Q |grad s|^2). Compiled without optimizers it
    takes Adam with learning rate 2e-4, beta_1 0 and beta_2 0.9, with which the authors' runs on CIFAR-10 begin.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...), such as `networks.r3gan_generator`.
        discriminator: keras Model, x or [x, y] -> raw scores (m, 1), no sigmoid, without BatchNormalization.
        gamma: Weight of both penalties, >= 0, or a schedule of it over discriminator steps; 0.05 falling to 0.005 on
            CIFAR-10, 1 on stacked MNIST.
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, the discriminator mixes the samples of a batch, `gamma` is negative, or
            `n_critic` is no integer from 1 up.

    Deviations from the paper: the generator's step scores the real samples of the last discriminator step.

    Example:
        >>> from keras_gans import R3GAN, networks
        >>> model = R3GAN(networks.mlp_generator(2, (2,)), networks.mlp_discriminator((2,)), gamma=0.1)
        >>> model.compile()
        >>> model.fit(x, batch_size=256, epochs=10)
    """

    log_names = ("discriminator_loss", "generator_loss", "penalty", "r1", "r2")
    undecided_loss = losses.UNDECIDED[losses.relativistic_paired_discriminator]

    def __init__(self, generator, discriminator, gamma=1.0, n_critic=1, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        check_no_batch_statistics(discriminator, "the penalties take the gradient of each sample by itself")
        check_weight(gamma=gamma)
        self.gamma = gamma

    def default_optimizers(self):
        """Return Adam(2e-4, beta_1 0, beta_2 0.9) for each player."""
        return (
            optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9),
            optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9),
        )

    def train_step(self, data):
        """Discriminator steps on pairs with R1 and R2, then one generator step on pairs."""
        for k, (x, y) in enumerate(self.discriminator_batches(data)):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            score = lambda x, y=y: self.score(x, y)  # noqa: E731
            gamma = weight_at(self.gamma, self.discriminator_steps(k))
            with tf.GradientTape() as tape:
                s_real, squares_real = scores_and_squared_norms(score, x)
                s_fake, squares_fake = scores_and_squared_norms(score, x_fake)
                r1, r2 = 0.5 * tf.reduce_mean(squares_real), 0.5 * tf.reduce_mean(squares_fake)
                penalty = gamma * (r1 + r2)
                d_loss = losses.relativistic_paired_discriminator(s_real, s_fake) + penalty
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        s_real = self.score_kept(x, y)
        with tf.GradientTape() as tape:
            g_loss = losses.relativistic_paired_generator(s_real, self.score_generated(z, y))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss, penalty=penalty, r1=r1, r2=r2)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "gamma": weight_config(self.gamma)}
