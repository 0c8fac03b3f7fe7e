"""Isola et al. 2017: translation learnt from pairs."""

import keras
import tensorflow as tf

from keras_gans import checks, losses, optimizers
from keras_gans.gan import state_kept
from keras_gans.translation import TranslationModel


@keras.saving.register_keras_serializable(package="keras_gans")
class Pix2Pix(TranslationModel):
    """G: X -> Y that fools a discriminator of pairs (x, y), and keeps near the y that belongs to x.

    Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks", equations 1, 3 and 4,
    arXiv:1611.07004: the logistic loss, the generator's in its non-saturating form, the discriminator's halved (section
    3.3), and lambda E |y - G(x)|. Compiled without optimizers it takes the paper's Adam, learning rate 2e-4 and beta_1
    0.5. Data are batches (x, y) of pairs.

    Args:
        generator: keras Model G, x (m, ...) -> y (m, ...).
        discriminator: keras Model of [x, y] -> raw scores (m, 1), or (m, h, w, 1) of patches.
        l1_weight: lambda, 100 in the paper; 0 or more.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, or the weight is negative.

    Deviations from the paper: none.

    Example:
        >>> from keras_gans import Pix2Pix, networks
        >>> shape = (64, 64, 3)
        >>> D = networks.patch_discriminator(shape, source_shape=shape)
        >>> model = Pix2Pix(networks.unet_translator(shape), D)
        >>> model.compile()
        >>> model.fit(tf.data.Dataset.from_tensor_slices((maps, photographs)).batch(1), epochs=200)
        >>> photographs = model.translate(maps)
    """

    log_names = ("discriminator_loss", "generator_loss", "l1_loss")
    test_log_names = ("l1_error",)
    undecided_loss = losses.UNDECIDED[losses.non_saturating_discriminator] / 2

    def __init__(self, generator, discriminator, l1_weight=100.0, name=None):
        super().__init__((generator,), (discriminator,), name=name)
        checks.check_not_negative(l1_weight=l1_weight)
        self.l1_weight = l1_weight

    @property
    def discriminator(self):
        """D of pairs [x, y]."""
        return self.discriminators[0]

    def default_optimizers(self):
        """Return the paper's Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """One discriminator step on true and on translated pairs, then one generator step."""
        x, y = data
        self.begin_step(x, y)
        with state_kept([self.generator]):
            (y_fake,) = self.run(self.generator, x)
        with tf.GradientTape() as tape:
            s_real, s_fake = self.scores(self.discriminator, y, tf.stop_gradient(y_fake), source=x)
            d_loss = 0.5 * losses.non_saturating_discriminator(s_real, s_fake)
        self.discriminator_step(tape, d_loss)

        with tf.GradientTape() as tape:
            (y_fake,) = self.run(self.generator, x)
            g_loss = losses.non_saturating_generator(self.scores_kept(self.discriminator, y_fake, source=x))
            l1_loss = losses.mean_absolute_error(y_fake, y)
            loss = g_loss + self.l1_weight * l1_loss
        self.generator_step(tape, loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss, l1_loss=l1_loss)

    def test_step(self, data):
        """Return `l1_error`, E |y - G(x)| of held-out pairs."""
        x, y = data
        return self.log(l1_error=losses.mean_absolute_error(self.generator(x, training=False), y))

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **self.networks_config(("generator", "discriminator"), (self.generator, self.discriminator)),
            "l1_weight": self.l1_weight,
            "history_weight": self._history_weight,
            "name": self.name,
        }
