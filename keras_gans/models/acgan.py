"""Odena et al. 2017: a discriminator that also says of which class a sample is."""

import keras
import tensorflow as tf

from keras_gans import checks, losses, optimizers
from keras_gans.gan import GAN


@keras.saving.register_keras_serializable(package="keras_gans")
class ACGAN(GAN):
    """Auxiliary classifier GAN: D is not told the class, it says it, and both players want it to be right.

    Odena et al. 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs", equations 2 and 3,
    arXiv:1610.09585: with L_S the log-likelihood of the source and L_C that of the class, of real and of generated
    samples, D maximises L_S + L_C and G maximises L_C - L_S, here in its non-saturating form. The losses of players in
    the logs are those of the source; `real_class_loss` and `fake_class_loss` are the two parts of -L_C. Compiled
    without optimizers it takes the paper's Adam with learning rate 2e-4 and beta_1 0.5.

    Args:
        generator: keras Model, [z, y] -> x (m, ...), z (m, latent_dim), y labels (m,) or one-hot vectors (m, k).
        discriminator: keras Model, x -> [logits (m, 1), class logits (m, k)], such as
            `networks.recognizer(networks.dcgan_discriminator((28, 28, 1)), 10)`.
        class_weight: Weight of the class's terms, 1 in the paper; above 0.
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, `class_weight` is not above 0, or `n_critic` is no integer from 1 up.

    Deviations from the paper: the generator maximises E log P(S = real | G(z)).

    Example:
        >>> from keras_gans import ACGAN, data, networks
        >>> shape = (28, 28, 1)
        >>> G = networks.dcgan_generator(100, shape, condition=networks.Labels(10))
        >>> model = ACGAN(G, networks.recognizer(networks.dcgan_discriminator(shape), 10))
        >>> model.compile()
        >>> model.fit(data.mnist().batches(128), epochs=10)
        >>> sevens = model.sample(64, y=7)
    """

    log_names = ("discriminator_loss", "generator_loss", "real_class_loss", "fake_class_loss")
    undecided_loss = losses.UNDECIDED[losses.non_saturating_discriminator]
    recognizes = True

    def __init__(self, generator, discriminator, class_weight=1.0, n_critic=1, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        checks.check_conditional(self)
        checks.check_positive(class_weight=class_weight)
        self.class_weight = class_weight

    def default_optimizers(self):
        """Return the paper's Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """Discriminator steps on source and class, then one generator step on both."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            with tf.GradientTape() as tape:
                (s_real, real_classes), (s_fake, fake_classes) = self.recognized(x), self.recognized(x_fake)
                d_loss = losses.non_saturating_discriminator(s_real, s_fake)
                real_class_loss = losses.class_cross_entropy(real_classes, y)
                fake_class_loss = losses.class_cross_entropy(fake_classes, y)
                loss = d_loss + self.class_weight * (real_class_loss + fake_class_loss)
            self.discriminator_step(tape, loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            s_fake, fake_classes = self.recognized_kept(self.generated(z, y))
            g_loss = losses.non_saturating_generator(s_fake)
            fake_class_loss = losses.class_cross_entropy(fake_classes, y)
            loss = g_loss + self.class_weight * fake_class_loss
        self.generator_step(tape, loss)
        return self.log(
            discriminator_loss=d_loss,
            generator_loss=g_loss,
            real_class_loss=real_class_loss,
            fake_class_loss=fake_class_loss,
        )

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "class_weight": self.class_weight}
