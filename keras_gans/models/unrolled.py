"""Metz et al. 2016: a generator that looks ahead at the discriminator's answers."""

import keras
import tensorflow as tf

from keras_gans import inner_updates, losses, optimizers
from keras_gans.checks import check_integer_from
from keras_gans.gan import GAN
from keras_gans.replicas import mean_over_replicas


@keras.saving.register_keras_serializable(package="keras_gans")
class UnrolledGAN(GAN):
    """The generator plays against the discriminator as it would be after k more steps, and sees through these steps.

    Metz et al. 2016, section 2.2, equations 6 to 10, arXiv:1611.02163. The k steps are those that the discriminator's
    optimizer would make on the generator's batch, from its present state; the generator's gradient goes through them,
    and they are forgotten. The generator lowers E log D_k(x) - E log D_k(G(z)): the first term, on which it acts
    through D_k, holds the modes. The discriminator's own steps are plain ones. Compiled without optimizers it takes
    Adam with learning rate 1e-3 for the generator and 1e-4 for the discriminator and beta_1 0.5, as the authors'
    published demonstration does.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> logits (m, 1), no sigmoid.
        unroll_steps: k, from 0 up; 0 makes it `NonSaturatingGAN`. The paper has 10 for points, 5 for images. A step
            takes time and memory in proportion to 2 k + 4.
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z; `Normal()` when None.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, or `unroll_steps` or `n_critic` is no integer. When compiled: if the
            discriminator's optimizer is not SGD, RMSprop or Adam.

    Deviations from the paper: -E log D_k(G(z)), which does not saturate, stands where equation 8 has
    E log(1 - D_k(G(z))). The learning rate of the k steps is that of the first.

    Example:
        >>> from keras_gans import UnrolledGAN, networks
        >>> model = UnrolledGAN(networks.mlp_generator(256, (2,)), networks.mlp_discriminator((2,)), unroll_steps=5)
        >>> model.compile()
        >>> model.fit(x, batch_size=512, epochs=10)
    """

    undecided_loss = losses.UNDECIDED[losses.non_saturating_discriminator]

    def __init__(self, generator, discriminator, unroll_steps=5, n_critic=1, latent=None, name=None):
        super().__init__(generator, discriminator, n_critic=n_critic, latent=latent, name=name)
        check_integer_from(0, unroll_steps=unroll_steps)
        self.unroll_steps = int(unroll_steps)

    def default_optimizers(self):
        """Return Adam(1e-3, beta_1 0.5) for the generator, Adam(1e-4, beta_1 0.5) for the discriminator."""
        return optimizers.Adam(1e-3, beta_1=0.5), optimizers.Adam(1e-4, beta_1=0.5)

    def compile(self, *arguments, **kwargs):
        """Compile as `AdversarialModel.compile` does; see the class for the discriminator's optimizer."""
        super().compile(*arguments, **kwargs)
        inner_updates.check_differentiable(self.discriminator_optimizer, self.discriminator.trainable_variables)

    def train_step(self, data):
        """Plain discriminator steps, then one generator step against the unrolled discriminator."""
        for x, y in self.discriminator_batches(data):
            x_fake = self.fake(self.draw_latent(x.shape[0]), y)
            with tf.GradientTape() as tape:
                s_real, s_fake = self.score(x, y), self.score(x_fake, y)
                d_loss = losses.non_saturating_discriminator(s_real, s_fake)
            self.discriminator_step(tape, d_loss, s_real)

        z = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            x_fake = self.generated(z, y)
            weights = [tf.convert_to_tensor(v.value) for v in self.discriminator.trainable_variables]
            state = inner_updates.start(self.discriminator_optimizer)
            for _ in range(self.unroll_steps):
                gradients = self._discriminator_gradients(weights, x, x_fake, y)
                weights, state = inner_updates.update(self.discriminator_optimizer, weights, gradients, state)
            g_loss = losses.non_saturating_generator(self.only_best(self.score_kept(x_fake, y, weights)))
            if self.unroll_steps:  # E log D_k(x), on which G acts through D_k alone
                g_loss -= losses.non_saturating_generator(self.score_kept(x, y, weights))
        self.generator_step(tape, g_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss)

    def _discriminator_gradients(self, weights, x, x_fake, y):
        """Gradients of the discriminator's loss over the global batch, at other weights, for a tape to go through."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(weights)
            s_real, s_fake = self.score_kept(x, y, weights), self.score_kept(x_fake, y, weights)
            d_loss = losses.non_saturating_discriminator(s_real, s_fake)
        factor = self.discriminator_optimizer.scale_loss(tf.ones_like(d_loss))
        gradients = tape.gradient(d_loss, weights, output_gradients=factor)
        return mean_over_replicas(*(g / factor for g in gradients))

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "unroll_steps": self.unroll_steps}
