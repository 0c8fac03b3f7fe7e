"""Free combinations: any pair of losses, any penalties."""

import functools

import keras
import tensorflow as tf

from keras_gans import losses, optimizers
from keras_gans.checks import check_no_batch_statistics
from keras_gans.draws import drawing
from keras_gans.gan import GAN
from keras_gans.latent import Normal
from keras_gans.penalties import LatentConsistency, Penalty


@keras.saving.register_keras_serializable(package="keras_gans")
class ComposedGAN(GAN):
    """A GAN of losses and penalties that no paper need have put together.

    The discriminator lowers `discriminator_loss(s_real, s_fake)` plus the sum of weighted penalties, the generator
    `generator_loss(s_fake)`. Where a paper names the combination, use its own class. Compiled without optimizers it
    takes Adam with learning rate 2e-4 and beta_1 0.5 (Radford et al. 2015, arXiv:1511.06434).

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> raw scores (m, 1).
        discriminator_loss: Function of (s_real, s_fake), such as `losses.hinge_discriminator`; one of your own is
            registered with `keras.saving.register_keras_serializable` so that the model can be loaded.
        generator_loss: Function of s_fake, such as `losses.hinge_generator`.
        penalties: List of `penalties.Penalty` objects.
        latent_consistency: `penalties.LatentConsistency`, or None.
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model, a loss no function, or a penalty no Penalty.
        ValueError: If the networks do not fit, D mixes the samples of a batch while there are penalties, or
            `n_critic` is no integer from 1 up.

    Deviations from the paper: it has none.

    Example:
        >>> from keras_gans import ComposedGAN, losses, penalties
        >>> model = ComposedGAN(G, D, losses.non_saturating_discriminator, losses.non_saturating_generator,
        ...                     penalties=[penalties.R1(10.0)])
        >>> model.compile()
        >>> model.fit(images, batch_size=64, epochs=10)
    """

    log_names = ("discriminator_loss", "generator_loss", "penalty")

    def __init__(
        self,
        generator,
        discriminator,
        discriminator_loss=losses.non_saturating_discriminator,
        generator_loss=losses.non_saturating_generator,
        penalties=(),
        latent_consistency=None,
        n_critic=1,
        latent=None,
        name=None,
    ):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        for role, loss in (("discriminator_loss", discriminator_loss), ("generator_loss", generator_loss)):
            if not callable(loss):
                raise TypeError(
                    f"{role}={loss!r} was passed. Expected a function, such as keras_gans.losses.hinge_generator."
                )
        penalties = (penalties,) if isinstance(penalties, Penalty) else tuple(penalties)
        for penalty in penalties:
            if not isinstance(penalty, Penalty):
                raise TypeError(f"penalties holds {penalty!r}. Expected objects such as keras_gans.penalties.R1(10.0).")
        if not isinstance(latent_consistency, LatentConsistency | None):
            raise TypeError(
                f"latent_consistency={latent_consistency!r} was passed. Expected an object of "
                "keras_gans.penalties.LatentConsistency, or None."
            )
        if not all(penalty.of_scores for penalty in penalties):
            check_no_batch_statistics(discriminator, "a gradient penalty is taken for each sample by itself")
        self.discriminator_loss = discriminator_loss
        self.generator_loss = generator_loss
        self.penalties = penalties
        self.latent_consistency = latent_consistency
        self._penalty_states = [penalty.state for penalty in penalties if hasattr(penalty, "state")]  # to be saved

    @property
    def undecided_loss(self):
        """That of `discriminator_loss`, or None for one that is not of this package."""
        return losses.UNDECIDED.get(self.discriminator_loss)

    def default_optimizers(self):
        """Return Adam(2e-4, beta_1 0.5) for each player."""
        return optimizers.Adam(2e-4, beta_1=0.5), optimizers.Adam(2e-4, beta_1=0.5)

    def train_step(self, data):
        """Discriminator steps on loss plus penalties, then one generator step."""
        for k, (x, y) in enumerate(self.discriminator_batches(data)):
            z = self.draw_latent(x.shape[0])
            x_fake = self.fake(z, y)
            score = lambda x_hat, y=y: self.score(x_hat, y)  # noqa: E731
            uniform = functools.partial(self.draw_uniform, x.shape[0])
            step = self.discriminator_steps(k)
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                d_loss = self.discriminator_loss(s_real, s_fake)
                with drawing(self.draw):
                    terms = [p(score, x, x_fake, uniform, step, (s_real, s_fake)) for p in self.penalties]
                if self.latent_consistency:
                    s_near = self.score(self.fake(self._near(z), y), y)
                    terms.append(self.latent_consistency.discriminator_term(s_fake, s_near))
                penalty = tf.add_n([tf.zeros(()), *terms])
                d_loss += penalty
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            x_fake = self.generated(z, y)
            g_loss = self.generator_loss(self.only_best(self.score_kept(x_fake, y)))
            if self.latent_consistency:
                g_loss += self.latent_consistency.generator_term(x_fake, self.generated(self._near(z), y))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss, penalty=penalty)

    def _near(self, z):
        return self.latent_consistency.near(z, self.draw(Normal().sample, z.shape[0], (self.latent_dim,)))

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "discriminator_loss": keras.saving.serialize_keras_object(self.discriminator_loss),
            "generator_loss": keras.saving.serialize_keras_object(self.generator_loss),
            "latent_consistency": self.latent_consistency
            and keras.saving.serialize_keras_object(self.latent_consistency),
            "penalties": [keras.saving.serialize_keras_object(penalty) for penalty in self.penalties],
        }
