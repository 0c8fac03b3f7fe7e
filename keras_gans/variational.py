"""VariationalModel: what models with an encoder and a decoder share. No formula of an objective lives here.

Letters inside a step, with their shapes (m = samples on this replica, k = draws of z for each of them):

    x        samples (m, ...)                  epsilon  noise, N(0, I): (m, latent_dim) or (m, k, latent_dim)
    z        latent, of the noise's shape      log_w    log p(x|z) + log p(z) - log q(z|x), (m, k)
    q        q(z|x), a distribution of tensorflow-probability
"""

import keras
import numpy as np
import tensorflow as tf

from keras_gans import checks
from keras_gans.distributions import DiagonalNormal, Likelihood, standard_normal
from keras_gans.latent import Normal
from keras_gans.latent_model import LatentModel

_BLOCK = 250  # draws of z at a time, for each x, in an estimate


class VariationalModel(LatentModel):
    """Abstract: q(z|x) by an encoder, p(x|z) by a decoder, p(z) = N(0, I).

    A final class adds the objective as its `train_step`. Data are batches of `x`, or `(x, y)`, of which y is left
    aside. The mean of p(x|z) is the model's `generator`: it is sampled, evaluated and exported as that of a GAN.

    Args:
        encoder: keras Model, x (m, ...) -> means of z, then log variances, (m, 2 latent_dim).
        decoder: keras Model, z (m, latent_dim) -> one parameter of p(x|z) for each coordinate of x, (m, ...).
        likelihood: What the decoder's parameters are: `distributions.Bernoulli()` or `distributions.Gaussian(scale)`.

    Raises:
        TypeError: If a network is no keras Model, or `likelihood` no `distributions.Likelihood`.
        ValueError: If the networks do not fit, or the likelihood is of images in another range than [-1, 1].
    """

    players = ("autoencoder",)
    optimizer_names = ("optimizer",)
    posterior = DiagonalNormal()

    def __init__(self, encoder, decoder, likelihood, name=None):
        checks.check_autoencoder(encoder, decoder)
        if not isinstance(likelihood, Likelihood):
            raise TypeError(
                f"likelihood={likelihood!r} was passed. Expected what p(x|z) is. Pass "
                "keras_gans.distributions.Bernoulli() or keras_gans.distributions.Gaussian(scale)."
            )
        super().__init__(Normal(), name=name)
        if len(decoder.outputs[0].shape) == 4 and likelihood.support[0] == 0:
            raise ValueError(
                f"likelihood={likelihood!r} was passed for images. Expected images in [-1, 1], as all of this library "
                "takes and shows them. Pass Bernoulli(low=-1), and 2 * x - 1 for images x of [0, 1]."
            )
        self.encoder = encoder
        self.decoder = decoder
        self.likelihood = likelihood
        self.generator = likelihood.mean_network(decoder)
        self._estimators = {}

    def player_networks(self):
        """Return ([encoder, decoder],)."""
        return ([self.encoder, self.decoder],)

    @property
    def sample_shape(self):
        """Shape of x."""
        return tuple(self.encoder.inputs[0].shape[1:])

    def compile(self, optimizer=None, run_eagerly=False, steps_per_execution=1, jit_compile="auto"):
        """Give encoder and decoder their optimizer and build it.

        Args:
            optimizer: Keras optimizer or its name; the paper's when None.
            run_eagerly: As in `keras.Model.compile`.
            steps_per_execution: As in `keras.Model.compile`.
            jit_compile: As in `keras.Model.compile`; "auto" leaves XLA off on a CPU, where it is slower.
        """
        self.compile_players(
            (optimizer,), run_eagerly=run_eagerly, steps_per_execution=steps_per_execution, jit_compile=jit_compile
        )

    # The distributions

    @property
    def prior(self):
        """p(z), N(0, I), a `tfp.distributions.Distribution`."""
        return standard_normal(self.latent_dim)

    def encode(self, x, training=False):
        """Return q(z|x), a `tfp.distributions.Distribution` of (latent_dim,) for each x (m, ...)."""
        return self.posterior(self.posterior_parameters(x, training))

    def decode(self, z, training=False):
        """Return p(x|z), a `tfp.distributions.Distribution`, for each z (..., latent_dim).

        Its events are `events(x)`. Two leading axes are m and k, in this order.
        """
        z = tf.convert_to_tensor(z, tf.float32)
        return self.likelihood(self._decoded(z, training), batch_rank=len(z.shape) - 1)

    def log_likelihood_given(self, z, events, training=False):
        """Return log p(x|z), of z's leading axes: `decode(z).log_prob(events)`, by the shortest way.

        Args:
            z: Latents (..., latent_dim).
            events: `events(x)`, of axes of length 1 where one x belongs to several z.
            training: Whether the decoder is in training mode.
        """
        return self.likelihood.log_prob(self._decoded(z, training), events, batch_rank=len(z.shape) - 1)

    def _decoded(self, z, training):
        parameters = self.likelihood_parameters(tf.reshape(z, (-1, self.latent_dim)), training)
        return tf.reshape(parameters, tf.concat([tf.shape(z)[:-1], parameters.shape[1:]], axis=0))

    def posterior_parameters(self, x, training=False):
        """Return the encoder's means and log variances of z, (m, 2 latent_dim)."""
        return self.in_training(self.encoder, x) if training else self.encoder(x, training=False)

    def likelihood_parameters(self, z, training=False):
        """Return the decoder's parameters of p(x|z), (m, ...)."""
        return self.in_training(self.decoder, z) if training else self.decoder(z, training=False)

    def events(self, x, training=False):
        """Return what p(x|z) is a distribution of, for samples x: these, or bits."""
        return self.likelihood.events(x)

    def log_weights(self, x, z, q, training=False):
        """Return log p(x|z) + log p(z) - log q(z|x), (m, k).

        Args:
            x: Samples (m, ...).
            z: Latents (m, k, latent_dim).
            q: Distributions q(z|x), of one batch shape with (m, k).
            training: Whether the networks are in training mode.
        """
        log_p = self.log_likelihood_given(z, self.events(x, training)[:, None], training)
        return log_p + self.prior.log_prob(z) - q.log_prob(z)

    # The parts of a step

    def begin_batch(self, data):
        """Begin a step: give its samples x."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        checks.check_batch_size(x.shape[0], self.n_critic)
        self.begin_step(x)
        return x

    def autoencoder_step(self, tape, loss):
        """Update encoder and decoder to lower `loss` as recorded by `tape`, and the generator's moving average."""
        self._minimize(tape, loss, 0, self.optimizer)
        self.follow_generator()

    # Data

    def evaluate(self, x=None, batch_size=None, **kwargs):
        """Measure held-out samples with the networks in inference mode: the means of the final class's `test_step`.

        The noise is the same in every evaluation. For one number for each sample, and estimates of log p(x), see `elbo`
        and `log_likelihood`.

        Args:
            x: As in `fit`.
            batch_size: As in `fit`.
            **kwargs: Passed to `keras.Model.evaluate`.

        Returns:
            List of means, or a dict with `return_dict=True`.
        """
        if not kwargs.get("_use_cached_eval_dataset"):
            x, batch_size = self._as_dataset(x, None, batch_size, shuffle=False)
        return super().evaluate(x, batch_size=batch_size, **kwargs)

    def check_data(self, data):
        """Look at the first batch of a dataset; other kinds of data go to Keras unseen."""
        x_spec = tf.nest.flatten(data.element_spec)[0]
        checks.check_batch_size(x_spec.shape[0], self.distribute_strategy.num_replicas_in_sync)
        x, _, _ = keras.utils.unpack_x_y_sample_weight(checks.first_batch_of(data))
        self._check_samples(x.numpy())

    def _check_samples(self, x):
        checks.check_samples(x, self.sample_shape, generator=self.generator)
        self.likelihood.check(x)

    # Estimates

    def elbo(self, x, num_samples=1, seed=0, batch_size=16):
        """Estimate the evidence lower bound E_q log p(x|z) - KL(q(z|x) || p(z)) of each sample, without bias.

        Kingma and Welling 2014, equations 3 and 7, arXiv:1312.6114: the divergence in closed form, the expectation by
        draws of z. Networks are in inference mode.

        Args:
            x: Float array (n, ...).
            num_samples: Draws of z for each x.
            seed: Integer; the same seed gives the same draws, whatever the batch size.
            batch_size: Samples at a time. At most 250 times as many z are decoded at once.

        Returns:
            float64 NumPy array (n,), in nats.

        Raises:
            ValueError: If x is of another shape, dtype or range, or a number is no positive integer.
        """
        return self._estimate("_elbo_block", np.add, x, num_samples, seed, batch_size) / num_samples

    def multi_sample_bound(self, x, num_samples, seed=0, batch_size=16):
        """Estimate the bound log 1/k sum_i p(x, z_i) / q(z_i|x), z_i ~ q(z|x), of each sample, without bias.

        Burda et al. 2016, equation 8, arXiv:1509.00519: L_k of k = `num_samples`, which rises to log p(x) with k. L_1
        is the evidence lower bound, here without the closed form of its divergence.

        Args:
            x: As in `elbo`.
            num_samples: k.
            seed: As in `elbo`.
            batch_size: As in `elbo`.

        Returns:
            float64 NumPy array (n,), in nats.

        Raises:
            ValueError: As in `elbo`.
        """
        log_sums = self._estimate("_importance_block", np.logaddexp, x, num_samples, seed, batch_size)
        return log_sums - np.log(num_samples)

    def log_likelihood(self, x, num_samples=5000, seed=0, batch_size=16):
        """Estimate log p(x) of each sample, by importance sampling from q(z|x).

        Burda et al. 2016, section 5, arXiv:1509.00519, whose results are of 5000 draws: the bound of so many, which is
        below log p(x) on average. The memory does not depend on the number of draws.

        Args:
            x: As in `elbo`.
            num_samples: Draws of z for each x.
            seed: As in `elbo`.
            batch_size: As in `elbo`.

        Returns:
            float64 NumPy array (n,), in nats.

        Raises:
            ValueError: As in `elbo`.
        """
        return self.multi_sample_bound(x, num_samples, seed, batch_size)

    def log_likelihood_by_prior(self, x, num_samples=5000, seed=0, batch_size=16):
        """Estimate log p(x) of each sample as log 1/k sum_i p(x|z_i) with z_i from the prior: plain Monte Carlo.

        To be compared with `log_likelihood`: p(x|z) is large where few draws of the prior fall, and the more
        coordinates z has, the fewer. Then the estimate is far too low, for any number of draws that can be made.

        Args:
            x: As in `elbo`.
            num_samples: Draws of z for each x.
            seed: As in `elbo`.
            batch_size: As in `elbo`.

        Returns:
            float64 NumPy array (n,), in nats.

        Raises:
            ValueError: As in `elbo`.
        """
        return self._estimate("_prior_block", np.logaddexp, x, num_samples, seed, batch_size) - np.log(num_samples)

    def _estimate(self, block, combine, x, num_samples, seed, batch_size):
        """Combine, for each x, what the method called `block` makes of blocks of draws."""
        checks.check_positive_integer(num_samples=num_samples, batch_size=batch_size)
        x = np.asarray(x)
        self._check_samples(x)
        estimates = np.empty(len(x))
        for start in range(0, len(x), batch_size):
            rows = slice(start, start + batch_size)
            blocks = [
                self._estimator(block)(x[rows].astype("float32"), start, i, min(_BLOCK, num_samples - first), seed)
                for i, first in enumerate(range(0, num_samples, _BLOCK))
            ]
            estimates[rows] = combine.reduce([b.numpy().astype("float64") for b in blocks])
        return estimates

    def _estimator(self, block):
        """Return the compiled function of samples, the number of the first, of the block, its size, and the seed."""
        if block not in self._estimators:
            integer = tf.TensorSpec((), tf.int32)
            signature = [tf.TensorSpec((None, *self.sample_shape), tf.float32), *[integer] * 4]

            @tf.function(input_signature=signature, autograph=False)
            def estimator(x, start, number, size, seed):
                fold_in = tf.random.experimental.stateless_fold_in
                of_block = fold_in(tf.stack([seed, 0]), number)
                epsilon = tf.map_fn(
                    lambda row: self.latent.sample((size, self.latent_dim), fold_in(of_block, row)),
                    start + tf.range(tf.shape(x)[0]),
                    fn_output_signature=tf.TensorSpec((None, self.latent_dim), tf.float32),
                )
                return getattr(self, block)(x, epsilon)

            self._estimators[block] = estimator
        return self._estimators[block]

    def _elbo_block(self, x, epsilon):
        q = self.posterior(self.posterior_parameters(x)[:, None], batch_rank=2)
        log_p = self.log_likelihood_given(q.mean() + q.stddev() * epsilon, self.events(x)[:, None])
        return tf.reduce_sum(log_p - q.kl_divergence(self.prior), axis=1)

    def _importance_block(self, x, epsilon):
        q = self.posterior(self.posterior_parameters(x)[:, None], batch_rank=2)
        return tf.reduce_logsumexp(self.log_weights(x, q.mean() + q.stddev() * epsilon, q), axis=1)

    def _prior_block(self, x, epsilon):
        return tf.reduce_logsumexp(self.log_likelihood_given(epsilon, self.events(x)[:, None]), axis=1)

    # Saving

    def get_config(self):
        """Return the constructor's arguments, and what `tracking_config` tells."""
        parts = {"encoder": self.encoder, "decoder": self.decoder, "likelihood": self.likelihood}
        return {
            **{name: keras.saving.serialize_keras_object(part) for name, part in parts.items()},
            **self.tracking_config(),
            "name": self.name,
        }
