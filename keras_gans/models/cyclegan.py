"""Zhu et al. 2017: two translators that undo one another, learnt from images without pairs."""

import keras
import tensorflow as tf

from keras_gans import checks, losses, optimizers
from keras_gans.translation import TranslationModel


@keras.saving.register_keras_serializable(package="keras_gans")
class CycleGAN(TranslationModel):
    """G: X -> Y and F: Y -> X, a discriminator of each side, and a price on what is lost on the way there and back.

    Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", equations 1 to 3
    and section 4, arXiv:1703.10593: least-squares losses, the discriminators' halved; cycle consistency lambda;
    identity loss, lambda times `identity_weight` (section 5.2; 0.5 in the authors' code); discriminators that are shown
    the last 50 translations again. Both translators have one optimizer, both discriminators the other. Compiled without
    optimizers it takes the paper's Adam, learning rate 2e-4 and beta_1 0.5.

    Data are batches (x, y) of images of both sides, in no relation to each other; the paper's are of 1.

    Args:
        generator: keras Model G, x (m, ...) -> y (m, ...).
        backward_generator: keras Model F, y -> x.
        discriminator: keras Model of y -> raw scores (m, 1), or (m, h, w, 1) of patches.
        backward_discriminator: keras Model of x -> raw scores.
        cycle_weight: lambda, 10 in the paper; 0 or more.
        identity_weight: Weight of the identity loss as a share of lambda, 0.5 in the authors' code; 0 where the sides
            differ in channels, or should not keep their colours.
        pool_size: Translations of each side that are kept; 0 for none.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, a weight is negative, or `pool_size` is no integer from 0 up.

    Deviations from the paper: none.

    Example:
        >>> from keras_gans import CycleGAN, networks
        >>> shape = (64, 64, 3)
        >>> translators = [networks.resnet_translator(shape) for _ in range(2)]
        >>> discriminators = [networks.patch_discriminator(shape) for _ in range(2)]
        >>> model = CycleGAN(*translators, *discriminators)
        >>> model.compile()
        >>> model.fit(tf.data.Dataset.zip(horses, zebras).batch(1), epochs=100)
        >>> zebras = model.translate(horses)
    """

    log_names = ("discriminator_loss", "generator_loss", "cycle_loss", "identity_loss")
    test_log_names = ("cycle_error_x", "cycle_error_y")
    undecided_loss = 2 * losses.UNDECIDED[losses.least_squares_discriminator]

    def __init__(
        self,
        generator,
        backward_generator,
        discriminator,
        backward_discriminator,
        cycle_weight=10.0,
        identity_weight=0.5,
        pool_size=50,
        name=None,
    ):
        super().__init__((generator, backward_generator), (discriminator, backward_discriminator), name=name)
        checks.check_not_negative(cycle_weight=cycle_weight, identity_weight=identity_weight)
        checks.check_integer_from(0, pool_size=pool_size)
        if identity_weight and self.x_shape != self.y_shape:
            raise ValueError(
                f"identity_weight={identity_weight} was passed for sides of shapes {self.x_shape} and {self.y_shape}. "
                "Expected one shape, as each translator is given images of its own side. Pass identity_weight=0."
            )
        self.cycle_weight = cycle_weight
        self.identity_weight = identity_weight
        self.pool_size = int(pool_size)
        self.pools = self.build_pools(self.pool_size, (self.y_shape, self.x_shape))

    @property
    def backward_generator(self):
        """F: Y -> X."""
        return self.generators[1]

    def default_optimizers(self):
        """Return the paper's Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """One step of both translators, then one of both discriminators, on translations of now and of before."""
        x, y = data
        self.begin_step(x, y)
        G, F = self.generators
        D_Y, D_X = self.discriminators
        with tf.GradientTape() as tape:
            if self.identity_weight:
                (y_fake, y_same), (x_fake, x_same) = self.run(G, x, y), self.run(F, y, x)
                identity_loss = losses.mean_absolute_error(x_same, x) + losses.mean_absolute_error(y_same, y)
            else:
                (y_fake,), (x_fake,), identity_loss = self.run(G, x), self.run(F, y), tf.zeros(())
            (x_again,), (y_again,) = self.run(F, y_fake), self.run(G, x_fake)
            cycle_loss = losses.mean_absolute_error(x_again, x) + losses.mean_absolute_error(y_again, y)
            s_y, s_x = self.scores_kept(D_Y, y_fake), self.scores_kept(D_X, x_fake)
            # 1/2 is in the library's least squares, and not in the paper's
            g_loss = 2 * (losses.least_squares_generator(s_y) + losses.least_squares_generator(s_x))
            loss = g_loss + self.cycle_weight * (cycle_loss + self.identity_weight * identity_loss)
        self.generator_step(tape, loss)

        y_shown, x_shown = self.from_pools(y_fake, x_fake)
        with tf.GradientTape() as tape:
            (s_y, s_y_fake), (s_x, s_x_fake) = self.scores(D_Y, y, y_shown), self.scores(D_X, x, x_shown)
            d_loss = losses.least_squares_discriminator(s_y, s_y_fake)
            d_loss += losses.least_squares_discriminator(s_x, s_x_fake)
        self.discriminator_step(tape, d_loss)
        return self.log(
            discriminator_loss=d_loss, generator_loss=g_loss, cycle_loss=cycle_loss, identity_loss=identity_loss
        )

    def test_step(self, data):
        """Return what held-out images lose on the way there and back: E |F(G(x)) - x| and E |G(F(y)) - y|."""
        x, y = data
        G, F = self.generators
        return self.log(
            cycle_error_x=losses.mean_absolute_error(F(G(x, training=False), training=False), x),
            cycle_error_y=losses.mean_absolute_error(G(F(y, training=False), training=False), y),
        )

    def get_config(self):
        """Return the constructor's arguments."""
        names = ("generator", "backward_generator", "discriminator", "backward_discriminator")
        return {
            **self.networks_config(names, (*self.generators, *self.discriminators)),
            "cycle_weight": self.cycle_weight,
            "identity_weight": self.identity_weight,
            "pool_size": self.pool_size,
            "history_weight": self._history_weight,
            "name": self.name,
        }
