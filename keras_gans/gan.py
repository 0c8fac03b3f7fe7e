"""GAN: what all models with one generator and one discriminator share. No formula of an objective lives here.

Letters inside a step, with their shapes (m = samples of one discriminator step on this replica):

    x        real samples (m, ...)              x_fake   generated samples (m, ...)
    y        conditions (m, ...) or None        x_hat    points of a gradient penalty (m, ...)
    z        latent (m, latent_dim)             epsilon  uniform numbers in [0, 1] (m,)
    s        raw scores (m, 1)                  s_real, s_fake   scores of x, of x_fake
"""

import contextlib

import keras
import tensorflow as tf

from keras_gans import checks
from keras_gans.adversarial import layers_of, seed_states
from keras_gans.latent import Uniform
from keras_gans.latent_model import LatentModel
from keras_gans.replicas import mean_over_replicas
from keras_gans.top_k import check_top_k, only_best


class GAN(LatentModel):
    """Abstract: one generator and one discriminator, a latent, an optional condition.

    A final class adds the objective as its `train_step`. Data are batches of `x`, or `(x, y)` for conditional
    networks; a `y` that the networks do not take is left aside. Each batch holds `n_critic` times the samples of one
    discriminator step and is cut into strided slices, so that every discriminator step sees fresh real samples.

    Args:
        generator: keras Model, z (m, latent_dim) or [z, y] -> x (m, ...).
        discriminator: keras Model, x or [x, y] -> raw scores (m, 1).
        n_critic: Discriminator steps per generator step.
        latent: Distribution of z, an object such as `keras_gans.latent.Normal()`, which is the default.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit, or `n_critic` is no integer from 1 up.
    """

    test_log_names = ("score_real", "score_fake", "score_gap")
    recognizes = False  # whether D has a second output, what it takes a sample for, and no condition among its inputs

    def __init__(self, generator, discriminator, n_critic=1, latent=None, name=None):
        checks.check_networks(generator, discriminator, self.recognizes)
        checks.check_positive_integer(n_critic=n_critic)
        super().__init__(latent, name=name)
        self.generator = generator
        self.discriminator = discriminator
        self.n_critic = int(n_critic)
        self._top_k = None

    def player_networks(self):
        """Return ([generator], [discriminator])."""
        return [self.generator], [self.discriminator]

    # The parts of a step

    def discriminator_batches(self, data):
        """Begin a step: give the (x, y) of each discriminator step, y being None for unconditional networks."""
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        checks.check_batch_size(x.shape[0], self.n_critic)
        self.begin_step(x)
        for k in range(self.n_critic):
            # Strided: each replica holds a contiguous part of the global batch, so these slices are the same samples
            # on one replica and on many.
            yield x[k :: self.n_critic], y[k :: self.n_critic] if self.is_conditional else None

    def discriminator_steps(self, k):
        """Discriminator steps made before the k-th (from 0) of this step, an int64 tensor."""
        return (self.step_counter - 1) * self.n_critic + k

    def draw_uniform(self, rows, dimensions=()):
        """Draw numbers from [0, 1), shape (rows, *dimensions): one for each sample if there are no dimensions."""
        return self.draw(Uniform(0.0, 1.0).sample, rows, dimensions)

    def generated(self, z, y=None):
        """G(z) in training mode, for the generator's own step."""
        return self.in_training(self.generator, z, y)

    def fake(self, z, y=None):
        """Generate samples for the discriminator's step: in training mode, as data.

        The generator runs on batch statistics, as it does in its own step, but its state (moving averages) stays as it
        is: a player's state moves in its own step only.
        """
        with state_kept([self.generator]):
            return tf.stop_gradient(self.generated(z, y))

    def score(self, x, y=None):
        """Raw scores of the discriminator in training mode, float32, shape (m, 1)."""
        if self.recognizes:
            return self.recognized(x)[0]
        return tf.cast(self.in_training(self.discriminator, x, y), tf.float32)

    def recognized(self, x):
        """Raw scores (m, 1) and the second output (m, k) of a discriminator that has one, in training mode, float32."""
        return [tf.cast(output, tf.float32) for output in self.in_training(self.discriminator, x)]

    def recognized_kept(self, x):
        """As `recognized`, the state of the discriminator kept as it is; for the generator's step.

        After `keep_top_k`, gradients flow through the scores of the best alone.
        """
        with state_kept([self.discriminator]):
            s, recognized = self.recognized(x)
        return self.only_best(s), recognized

    def discriminator_step(self, tape, loss, s_real):
        """Update the discriminator, then tell the real samples' scores to layers that follow them (AdaptiveAugment)."""
        super().discriminator_step(tape, loss)
        followers = [layer for layer in layers_of([self.discriminator]) if hasattr(layer, "follow_scores")]
        if followers:
            (mean_sign,) = mean_over_replicas(tf.reduce_mean(tf.sign(s_real)))
            rows = tf.shape(s_real)[0] * self.distribute_strategy.num_replicas_in_sync
            for layer in followers:
                layer.follow_scores(mean_sign, rows)

    def score_generated(self, z, y=None):
        """Raw scores s(G(z)) for the generator's step: G in training mode, the state of D kept as it is.

        After `keep_top_k`, gradients flow through the best alone.
        """
        return self.only_best(self.score_kept(self.generated(z, y), y))

    def only_best(self, s_fake):
        """Let the generator learn from the share of scores that `keep_top_k` was given; all without it."""
        share = self._top_k
        if share is None:
            return s_fake
        return only_best(s_fake, share(self.step_counter - 1) if callable(share) else share)

    def keep_top_k(self, share):
        """Have the generator learn from those samples of a batch that the discriminator scores highest.

        Sinha et al. 2020, "Top-k Training of GANs", Algorithm 1, arXiv:2002.06224. The batch is one replica's; the
        losses in the logs are of all samples.

        Args:
            share: k / m in (0, 1], or a `keras.optimizers.schedules.LearningRateSchedule` of it over generator steps:
                the paper begins with 1 and ends at 0.5.

        Raises:
            ValueError: If `share` is neither.
        """
        check_top_k(share)
        self._top_k = share
        self.train_function = None  # traced with another share

    def score_kept(self, x, y=None, weights=None):
        """Raw scores as `score` gives them, the state of the discriminator kept as it is.

        Args:
            x: Samples (m, ...).
            y: Conditions (m, ...) for conditional networks.
            weights: Tensors in the place of the discriminator's trainable variables, in their order.
        """
        with state_kept([self.discriminator], self.discriminator.trainable_variables, weights):
            return self.score(x, y)

    # Data

    def evaluate(self, x=None, y=None, batch_size=None, **kwargs):
        """Score held-out real samples and generated ones with both networks in inference mode.

        Returns the means `score_real`, `score_fake` and their difference `score_gap`: for a Wasserstein critic the
        held-out estimate of the distance, for the others how well D tells them apart. A gap far below the training
        data's says that D has learnt its training data by heart. The noise is the same in every evaluation. This is no
        measure of the samples' quality.

        Args:
            x: As in `fit`.
            y: As in `fit`.
            batch_size: As in `fit`.
            **kwargs: Passed to `keras.Model.evaluate`.

        Returns:
            List of the three means, or a dict with `return_dict=True`.
        """
        if not kwargs.get("_use_cached_eval_dataset"):
            x, batch_size = self._as_dataset(x, y, batch_size, shuffle=False)
        return super().evaluate(x, batch_size=batch_size, **kwargs)

    def test_step(self, data):
        """Score one held-out batch; see `evaluate`."""
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        y = [y] if self.is_conditional else []
        z = self.draw_held_out(self.latent.sample, tf.shape(x)[0], (self.latent_dim,))
        x_fake = self.sampling_generator([z, *y] if y else z, training=False)
        s_real, s_fake = (tf.reduce_mean(self._inferred_scores(x, *y)) for x in (x, x_fake))
        return self.log(score_real=s_real, score_fake=s_fake, score_gap=s_real - s_fake)

    def _inferred_scores(self, x, *y):
        if self.recognizes:
            return tf.cast(self.discriminator(x, training=False)[0], tf.float32)
        return tf.cast(self.discriminator([x, *y] if y else x, training=False), tf.float32)

    def check_data(self, data):
        """Look at the first batch of a dataset; other kinds of data go to Keras unseen."""
        x_spec = tf.nest.flatten(data.element_spec)[0]
        checks.check_batch_size(x_spec.shape[0], self.n_critic * self.distribute_strategy.num_replicas_in_sync)
        x, y, _ = keras.utils.unpack_x_y_sample_weight(checks.first_batch_of(data))
        checks.check_first_batch(x.numpy(), None if y is None else y.numpy(), self)

    # Saving

    def get_config(self):
        """Return the constructor's arguments, what `tracking_config` tells and what `keep_top_k` was given."""
        return {
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "n_critic": self.n_critic,
            "latent": keras.saving.serialize_keras_object(self.latent),
            **self.tracking_config(),
            "top_k": keras.saving.serialize_keras_object(self._top_k) if callable(self._top_k) else self._top_k,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuild a model from `get_config`."""
        config = dict(config)
        top_k = config.pop("top_k", None)
        model = super().from_config(config, custom_objects)
        if top_k is not None:
            model.keep_top_k(keras.saving.deserialize_keras_object(top_k) if isinstance(top_k, dict) else top_k)
        return model


@contextlib.contextmanager
def state_kept(networks, variables=(), values=None):
    """Run networks without moving their state, except that random layers draw anew each time; `values` replace some."""
    with keras.StatelessScope(None if values is None else list(zip(variables, values, strict=True))) as scope:
        yield
    for state in seed_states(networks):
        moved = scope.get_current_value(state)
        if moved is not None:
            state.assign(moved)
