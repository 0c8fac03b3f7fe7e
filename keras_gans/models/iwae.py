"""Burda et al. 2016: importance weighted autoencoders."""

import math

import keras
import tensorflow as tf

from keras_gans import checks, optimizers
from keras_gans.variational import VariationalModel

GRADIENTS = ("reparameterized", "doubly_reparameterized")


@keras.saving.register_keras_serializable(package="keras_gans")
class IWAE(VariationalModel):
    """Encoder and decoder raise a bound of log p(x) that k draws of z for each x make tighter.

    Burda et al. 2016, "Importance Weighted Autoencoders", equations 8 and 14, arXiv:1509.00519. Compiled without an
    optimizer it takes the paper's Adam, learning rate 1e-3 (the first of its schedule) and epsilon 1e-4; the paper's
    batch is m = 20.

    Args:
        encoder: keras Model, x (m, ...) -> means of z, then log variances, (m, 2 latent_dim).
        decoder: keras Model, z (m, latent_dim) -> one parameter of p(x|z) for each coordinate of x, (m, ...).
        likelihood: What the decoder's parameters are: `distributions.Bernoulli()` or `distributions.Gaussian(scale)`.
        num_samples: k, at least 1; 1, 5 and 50 in the paper.
        gradient: Estimator of the encoder's gradient: "reparameterized", equation 14; or "doubly_reparameterized", of
            the same mean, whose share of signal does not fall with k (Tucker et al. 2019, "Doubly Reparameterized
            Gradient Estimators for Monte Carlo Objectives", arXiv:1810.04152).

    Raises:
        TypeError: If a network is no keras Model, or `likelihood` no `distributions.Likelihood`.
        ValueError: If the networks do not fit, `num_samples` is no integer from 1 up, or `gradient` is unknown.

    Deviations from the paper: none.

    Example:
        >>> from keras_gans import IWAE, data, distributions, networks
        >>> shape = (28, 28, 1)
        >>> encoder, decoder = networks.mlp_encoder(shape, 50), networks.mlp_decoder(50, shape)
        >>> model = IWAE(encoder, decoder, distributions.Bernoulli(low=-1), num_samples=50)
        >>> model.compile()
        >>> model.fit(data.mnist().batches(20), epochs=10)
        >>> model.log_likelihood(images).mean()
    """

    log_names = ("loss", "elbo")
    test_log_names = ("bound", "elbo")

    def __init__(self, encoder, decoder, likelihood, num_samples=5, gradient="reparameterized", name=None):
        super().__init__(encoder, decoder, likelihood, name=name)
        checks.check_positive_integer(num_samples=num_samples)
        if gradient not in GRADIENTS:
            raise ValueError(f"gradient={gradient!r} was passed. Expected one of {', '.join(map(repr, GRADIENTS))}.")
        self.num_samples = int(num_samples)
        self.gradient = gradient

    def default_optimizers(self):
        """Return the paper's Adam(1e-3, epsilon 1e-4)."""
        return (optimizers.Adam(1e-3, epsilon=1e-4),)

    def train_step(self, data):
        """Draw k times for each x, weigh the draws, take a step along the gradient of the log of the mean weight."""
        x = self.begin_batch(data)
        epsilon = self.draw(self.latent.sample, x.shape[0], (self.num_samples, self.latent_dim))
        with tf.GradientTape() as tape:
            parameters = self.posterior_parameters(x, training=True)[:, None]
            q = self.posterior(parameters, batch_rank=2)
            z = q.mean() + q.stddev() * epsilon
            if self.gradient == "doubly_reparameterized":
                # The encoder's gradient is sum_i w_i^2 dlog_w_i/dz_i dz_i/dphi: through z alone, weighed once more.
                q = self.posterior(tf.stop_gradient(parameters), batch_rank=2)
                z = _gradient_times(z, lambda: tf.nn.softmax(log_w)[..., None])
            log_w = self.log_weights(x, z, q, training=True)
            loss = -tf.reduce_mean(self._log_mean_weight(log_w))
        self.autoencoder_step(tape, loss)
        return self.log(loss=loss, elbo=tf.reduce_mean(log_w))

    def test_step(self, data):
        """Return L_k and L_1 of held-out samples."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        epsilon = self.draw_held_out(self.latent.sample, tf.shape(x)[0], (self.num_samples, self.latent_dim))
        q = self.posterior(self.posterior_parameters(x)[:, None], batch_rank=2)
        log_w = self.log_weights(x, q.mean() + q.stddev() * epsilon, q)
        return self.log(bound=tf.reduce_mean(self._log_mean_weight(log_w)), elbo=tf.reduce_mean(log_w))

    def _log_mean_weight(self, log_w):
        return tf.reduce_logsumexp(log_w, axis=1) - math.log(self.num_samples)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_samples": self.num_samples, "gradient": self.gradient}


def _gradient_times(z, factor):
    """Return z, of which gradients are multiplied by `factor()`, which may follow from what is made of z."""

    @tf.custom_gradient
    def unchanged(z):
        return tf.identity(z), lambda gradient: gradient * factor()

    return unchanged(z)
