"""Larsen et al. 2016: a variational autoencoder that sees differences as a discriminator does."""

import keras
import tensorflow as tf

from keras_gans import checks, losses
from keras_gans.distributions import Gaussian
from keras_gans.features import features_of
from keras_gans.variational import VariationalModel


@keras.saving.register_keras_serializable(package="keras_gans")
class VAEGAN(VariationalModel):
    """The decoder is a GAN's generator, and p(x|z) is of what an inner layer of the discriminator makes of x.

    Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric", equations 5 to 8 and Algorithm
    1, arXiv:1512.09300: p(D_l(x)|z) = N(D_l(G(z)), I). The encoder is paid for the likelihood and the divergence, the
    generator for gamma times the likelihood and for deceiving D by samples and reconstructions, D for telling. Compiled
    without optimizers it takes the paper's RMSprop, learning rate 3e-4; the paper's batch is m = 64.

    `elbo`, `log_likelihood` and their kin are of the features D_l(x): they compare states of one discriminator.

    Args:
        encoder: keras Model, x (m, ...) -> means of z, then log variances, (m, 2 latent_dim).
        generator: keras Model, z (m, latent_dim) -> x (m, ...).
        discriminator: keras Model, x -> logits (m, 1), no sigmoid.
        features: Name of the discriminator's l-th layer; what its last layer takes in when None.
        reconstruction_weight: gamma, above 0; 1e-5 in the authors' code for faces of 64x64 pixels.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, the discriminator has no such layer or one of a single unit, or
            `reconstruction_weight` is not above 0.

    Deviations from the paper: L_GAN is raised by D and lowered by G, as in its equation and in the authors' code;
    Algorithm 1 prints the other sign. The authors' code also weighs real against generated samples, and leaves out
    steps of a player that is far ahead; the paper does neither.

    Example:
        >>> from keras_gans import VAEGAN, data, networks
        >>> shape = (28, 28, 1)
        >>> encoder, generator = networks.dcgan_encoder(shape, 64), networks.dcgan_generator(64, shape)
        >>> model = VAEGAN(encoder, generator, networks.dcgan_discriminator(shape))
        >>> model.compile()
        >>> model.fit(data.mnist().batches(64), epochs=10)
    """

    players = ("generator", "discriminator", "encoder")
    optimizer_names = ("generator_optimizer", "discriminator_optimizer", "encoder_optimizer")
    log_names = ("discriminator_loss", "generator_loss", "reconstruction", "kl")
    test_log_names = ("reconstruction", "kl", "score_gap")
    undecided_loss = 1.5 * losses.UNDECIDED[losses.minimax_discriminator]

    def __init__(self, encoder, generator, discriminator, features=None, reconstruction_weight=1e-5, name=None):
        super().__init__(encoder, generator, Gaussian(1.0), name=name)
        checks.check_networks(generator, discriminator)
        checks.check_not_shared("Encoder", encoder, "discriminator", discriminator)
        checks.check_positive(reconstruction_weight=reconstruction_weight)
        self.discriminator = discriminator
        self.features = features
        self.reconstruction_weight = reconstruction_weight
        features_of(discriminator, features)

    def player_networks(self):
        """Return ([generator], [discriminator], [encoder])."""
        return [self.generator], [self.discriminator], [self.encoder]

    def default_optimizers(self):
        """Return the paper's RMSprop(3e-4) for each player."""
        return tuple(keras.optimizers.RMSprop(3e-4) for _ in self.players)

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        encoder_optimizer=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
    ):
        """Give each player its optimizer and build all three; see `AdversarialModel.compile`."""
        self.compile_players(
            (generator_optimizer, discriminator_optimizer, encoder_optimizer),
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
        )

    def train_step(self, data):
        """Algorithm 1: one pass through all three networks, the gradients of which move each along its own loss."""
        x = self.begin_batch(data)
        epsilon, z_p = self.draw_latent(x.shape[0]), self.draw_latent(x.shape[0])
        with tf.GradientTape(persistent=True) as tape:
            q = self.encode(x, training=True)
            kl = tf.reduce_mean(q.kl_divergence(self.prior))
            z = tf.stack([q.mean() + q.stddev() * epsilon, z_p], axis=1)  # (m, 2, latent_dim)
            x_fake = self.in_training(self.generator, tf.reshape(z, (-1, self.latent_dim)))
            (h, s), (h_fake, s_fake) = (self._seen(batch, training=True) for batch in (x, x_fake))
            reconstruction = tf.reduce_mean(self.likelihood(h_fake[::2]).log_prob(h))
            # Of reconstructions and samples, as many of each: 2 E log(1 - D) is the sum of both means.
            deceit = 2 * losses.minimax_generator(s_fake)
            d_loss = losses.minimax_discriminator(s, s_fake) - losses.minimax_generator(s_fake)
            g_loss = deceit - self.reconstruction_weight * reconstruction
            encoder_loss = kl - reconstruction
        self._minimize(tape, encoder_loss, 2, self.encoder_optimizer)
        self.generator_step(tape, g_loss)
        self.discriminator_step(tape, d_loss)
        return self.log(discriminator_loss=d_loss, generator_loss=g_loss, reconstruction=reconstruction, kl=kl)

    def test_step(self, data):
        """Return both terms of the bound of held-out samples, and their scores less those of generated ones."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        epsilon = self.draw_held_out(self.latent.sample, tf.shape(x)[0], (self.latent_dim,))
        q = self.encode(x)
        x_tilde, x_p = (self.sampling_generator(z, training=False) for z in (q.mean() + q.stddev() * epsilon, epsilon))
        (h, s), (h_tilde, _), (_, s_p) = (self._seen(batch) for batch in (x, x_tilde, x_p))
        return self.log(
            reconstruction=tf.reduce_mean(self.likelihood(h_tilde).log_prob(h)),
            kl=tf.reduce_mean(q.kl_divergence(self.prior)),
            score_gap=tf.reduce_mean(s) - tf.reduce_mean(s_p),
        )

    def likelihood_parameters(self, z, training=False):
        """Return the means of p(D_l(x)|z), D_l(G(z))."""
        return self._seen(super().likelihood_parameters(z, training), training)[0]

    def events(self, x, training=False):
        """Return D_l(x)."""
        return self._seen(x, training)[0]

    def _seen(self, x, training=False):
        """Features D_l(x) and raw scores (m, 1), float32."""
        outputs = [features_of(self.discriminator, self.features), self.discriminator.outputs[0]]
        network = keras.Model(self.discriminator.inputs, outputs)
        seen = self.in_training(network, x) if training else network(x, training=False)
        return [tf.cast(output, tf.float32) for output in seen]

    def get_config(self):
        """Return the constructor's arguments."""
        parts = {"encoder": self.encoder, "generator": self.generator, "discriminator": self.discriminator}
        return {
            **{name: keras.saving.serialize_keras_object(part) for name, part in parts.items()},
            **self.tracking_config(),
            "features": self.features,
            "reconstruction_weight": self.reconstruction_weight,
            "name": self.name,
        }
