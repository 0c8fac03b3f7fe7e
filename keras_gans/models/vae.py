"""Kingma and Welling 2014: the variational autoencoder."""

import keras
import tensorflow as tf

from keras_gans import checks
from keras_gans.variational import VariationalModel


@keras.saving.register_keras_serializable(package="keras_gans")
class VAE(VariationalModel):
    """Encoder and decoder raise a lower bound of log p(x), through one reparameterised draw of z for each x.

    Kingma and Welling 2014, "Auto-Encoding Variational Bayes", Algorithm 1 with the estimator of equation 7, one draw
    and the divergence in closed form (equation 10), arXiv:1312.6114; with a weight beta of the divergence (Higgins et
    al. 2017). Compiled without an optimizer it takes the paper's Adagrad, learning rate 0.01; the paper's batch is
    m = 100.

    Args:
        encoder: keras Model, x (m, ...) -> means of z, then log variances, (m, 2 latent_dim).
        decoder: keras Model, z (m, latent_dim) -> one parameter of p(x|z) for each coordinate of x, (m, ...).
        likelihood: What the decoder's parameters are: `distributions.Bernoulli()` or `distributions.Gaussian(scale)`.
        beta: Weight of the divergence, 0 or more; 1 is the paper's bound.

    Raises:
        TypeError: If a network is no keras Model, or `likelihood` no `distributions.Likelihood`.
        ValueError: If the networks do not fit, or `beta` is negative.

    Deviations from the paper: no weight decay, for which there are kernel regularizers.

    Example:
        >>> from keras_gans import VAE, data, distributions, networks
        >>> shape = (28, 28, 1)
        >>> encoder, decoder = networks.mlp_encoder(shape, 50), networks.mlp_decoder(50, shape)
        >>> model = VAE(encoder, decoder, distributions.Bernoulli(low=-1))
        >>> model.compile(keras.optimizers.Adam(1e-3))
        >>> model.fit(data.mnist().batches(100), epochs=10)
        >>> model.log_likelihood(images).mean()
    """

    log_names = ("loss", "reconstruction", "kl")
    test_log_names = ("elbo", "reconstruction", "kl")

    def __init__(self, encoder, decoder, likelihood, beta=1.0, name=None):
        super().__init__(encoder, decoder, likelihood, name=name)
        checks.check_not_negative(beta=beta)
        self.beta = beta

    def default_optimizers(self):
        """Return Adagrad(0.01)."""
        return (keras.optimizers.Adagrad(0.01),)

    def train_step(self, data):
        """Algorithm 1: draw x and epsilon, take a step along the gradient of the bound."""
        x = self.begin_batch(data)
        epsilon = self.draw_latent(x.shape[0])
        with tf.GradientTape() as tape:
            reconstruction, kl = self._terms(x, epsilon, training=True)
            loss = self.beta * kl - reconstruction
        self.autoencoder_step(tape, loss)
        return self.log(loss=loss, reconstruction=reconstruction, kl=kl)

    def test_step(self, data):
        """Return the bound of held-out samples, beta left aside, and its two terms."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        epsilon = self.draw_held_out(self.latent.sample, tf.shape(x)[0], (self.latent_dim,))
        reconstruction, kl = self._terms(x, epsilon, training=False)
        return self.log(elbo=reconstruction - kl, reconstruction=reconstruction, kl=kl)

    def _terms(self, x, epsilon, training):
        """E log p(x|z) and KL(q(z|x) || p(z)), means over the batch."""
        q = self.encode(x, training)
        z = q.mean() + q.stddev() * epsilon
        log_p = self.log_likelihood_given(z, self.events(x), training)
        return tf.reduce_mean(log_p), tf.reduce_mean(q.kl_divergence(self.prior))

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "beta": self.beta}
