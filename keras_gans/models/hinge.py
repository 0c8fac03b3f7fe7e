"""Lim and Ye 2017, Miyato et al. 2018: the hinge loss."""

import keras
import tensorflow as tf

from keras_gans import losses, optimizers
from keras_gans.gan import GAN


@keras.saving.register_keras_serializable(package="keras_gans")
class HingeGAN(GAN):
    """The hinge version of the adversarial loss; SN-GAN is this class with spectrally normalised networks.

    Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, equations 16 and 17, arXiv:1802.05957. Compiled without
    optimizers it takes Adam with learning rate 2e-4, beta_1 0 and beta_2 0.9, as Miyato et al. do for their residual
    networks.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> raw scores (m, 1).
        n_critic: Discriminator steps per generator step, n_dis in the paper.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, or `n_critic` is no integer from 1 up.

    Deviations from the paper: the learning rate is constant by default, where Miyato et al. let it fall linearly to 0.

    Example:
        >>> from keras_gans import HingeGAN, networks
        >>> D = networks.resnet_discriminator((32, 32, 3), spectral=True)
        >>> model = HingeGAN(networks.resnet_generator(128, (32, 32, 3)), D)
        >>> model.compile()
        >>> model.fit(images, batch_size=64, epochs=10)
    """

    undecided_loss = losses.UNDECIDED[losses.hinge_discriminator]

    def __init__(self, generator, discriminator, n_critic=5, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)

    def default_optimizers(self):
        """Return Adam(2e-4, beta_1 0, beta_2 0.9) for each player."""
        return (
            optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9),
            optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9),
        )

    def train_step(self, data):
        """n_critic discriminator steps, then one generator step."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                d_loss = losses.hinge_discriminator(s_real, s_fake)
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            g_loss = losses.hinge_generator(self.score_generated(z, y))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss)
