"""GAN: what all models with one generator and one discriminator share. No formula of an objective lives here.

Letters inside a step, with their shapes (m = samples of one discriminator step on this replica):

    x        real samples (m, ...)              x_fake   generated samples (m, ...)
    y        conditions (m, ...) or None        x_hat    points of a gradient penalty (m, ...)
    z        latent (m, latent_dim)             epsilon  uniform numbers in [0, 1] (m,)
    s        raw scores (m, 1)                  s_real, s_fake   scores of x, of x_fake
"""

import contextlib
import random

import keras
import numpy as np
import tensorflow as tf

from keras_gans import checks
from keras_gans.adversarial import AdversarialModel, layers_of, seed_states, update_power_iterations
from keras_gans.draws import drawing
from keras_gans.labels import check_labels
from keras_gans.latent import Normal, Uniform
from keras_gans.moving_average import follow, ramped_decay
from keras_gans.replicas import draw_rows, mean_over_replicas
from keras_gans.top_k import check_top_k, only_best


class GAN(AdversarialModel):
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
        super().__init__(name=name)
        self.generator = generator
        self.discriminator = discriminator
        self.n_critic = int(n_critic)
        self.latent = latent or Normal()
        self.ema_generator = None
        self._ema_decay = self._ema_ramp_up = None
        self._top_k = None
        self._samplers = {}
        self._batch_spec = None

    def player_networks(self):
        """Return ([generator], [discriminator])."""
        return [self.generator], [self.discriminator]

    @property
    def latent_dim(self):
        """Number of coordinates of z."""
        return self.generator.inputs[0].shape[1]

    @property
    def is_conditional(self):
        """Whether the networks take a condition y."""
        return len(self.generator.inputs) == 2

    @property
    def sampling_generator(self):
        """The generator that is sampled, evaluated and exported: the moving average where there is one."""
        return self.generator if self.ema_generator is None else self.ema_generator

    # The parts of a step

    def discriminator_batches(self, data):
        """Begin a step: give the (x, y) of each discriminator step, y being None for unconditional networks."""
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        checks.check_batch_size(x.shape[0], self.n_critic)
        with tf.control_dependencies([x]):  # of a dataset without a length the last step finds no x: it does not count
            self.begin_step()
        for k in range(self.n_critic):
            # Strided: each replica holds a contiguous part of the global batch, so these slices are the same samples
            # on one replica and on many.
            yield x[k :: self.n_critic], y[k :: self.n_critic] if self.is_conditional else None

    def discriminator_steps(self, k):
        """Discriminator steps made before the k-th (from 0) of this step, an int64 tensor."""
        return (self.step_counter - 1) * self.n_critic + k

    def draw_latent(self, rows):
        """Draw z of shape (rows, latent_dim)."""
        return self.draw(self.latent.sample, rows, (self.latent_dim,))

    def draw_uniform(self, rows, dimensions=()):
        """Draw numbers from [0, 1), shape (rows, *dimensions): one for each sample if there are no dimensions."""
        return self.draw(Uniform(0.0, 1.0).sample, rows, dimensions)

    def in_training(self, network, inputs, y=None):
        """Run a network in training mode, its random layers drawing from this step's noise."""
        with drawing(self.draw):
            return network(inputs if y is None else [inputs, y], training=True)

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

    def generator_step(self, tape, loss):
        """Update the generator, and its moving average where there is one."""
        super().generator_step(tape, loss)
        if self.ema_generator is not None:
            follow(
                self.ema_generator,
                self.generator,
                ramped_decay(self._ema_decay, self._ema_ramp_up, self.step_counter - 1),
            )
            update_power_iterations([self.ema_generator])

    def track_ema(self, decay, ramp_up=None):
        """Keep an exponential moving average of the generator's weights, updated in each generator step.

        It is saved, sampled, evaluated and exported in place of the generator. Statistics that are averages already
        (BatchNormalization's) are copied.

        Args:
            decay: Share of the average that is kept in each step, in [0, 1); 0.5^(m / n) forgets half within n samples.
            ramp_up: Longest half-life as a share of the steps so far, above 0; 0.05 in StyleGAN2. None for none.

        Raises:
            ValueError: If `decay` is outside [0, 1), or `ramp_up` not above 0.
        """
        if not 0 <= decay < 1:
            raise ValueError(f"decay={decay} was passed. Expected a share in [0, 1), such as 0.999.")
        if ramp_up is not None and not ramp_up > 0:
            raise ValueError(f"ramp_up={ramp_up} was passed. Expected a share above 0, such as 0.05, or None.")
        if (decay, ramp_up) == (self._ema_decay, self._ema_ramp_up):
            return
        if self.ema_generator is None:
            with self.distribute_strategy.scope():
                average = keras.models.clone_model(self.generator)
                average.set_weights(self.generator.get_weights())
            average.trainable = True
            self.ema_generator = average
        self._ema_decay, self._ema_ramp_up = decay, ramp_up
        self.train_function = None  # traced without the average
        self._samplers = {}

    # Data

    def fit(self, x=None, y=None, batch_size=None, validation_data=None, **kwargs):
        """Train, as `keras.Model.fit` does; the first batch is looked at before the first step.

        Args:
            x: tf.data.Dataset of `x` or `(x, y)` in batches of n_critic * m rows of static size; or an array of
                samples, float images in [-1, 1].
            y: Conditions, with an array.
            batch_size: With an array: m, the samples of one discriminator step, 64 by default. Each step takes
                n_critic * m rows; rows that do not fill one are left to the next, newly shuffled epoch.
            validation_data: Dataset, array, or `(x, y)` of held-out samples; see `evaluate`.
            **kwargs: Passed to `keras.Model.fit`.

        Returns:
            Keras's `History`, of epoch means.

        Raises:
            ValueError: If the data are of the wrong shape, dtype or range, not finite, too few, without conditions,
                or batched in a size that n_critic does not divide.
        """
        if validation_data is not None:
            held_out = validation_data if isinstance(validation_data, tuple) else (validation_data, None)
            validation_data, _ = self._as_dataset(held_out[0], held_out[1], batch_size, shuffle=False)
        x, batch_size = self._as_dataset(x, y, batch_size, shuffle=True)
        self._check_data(x)
        if isinstance(x, tf.data.Dataset):
            kwargs["shuffle"] = False  # a dataset shuffles by itself, and Keras warns when its own default is left on
            data_last = int(x.cardinality()) != tf.data.UNKNOWN_CARDINALITY
            if (self._batch_spec, self._data_last) not in ((None, False), (x.element_spec, data_last)):
                self.train_function = None  # retraced for a second batch size, it would lose its static shapes
            self._batch_spec, self._data_last = x.element_spec, data_last
        return super().fit(x, batch_size=batch_size, validation_data=validation_data, **kwargs)

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
        seed = tf.stack([self.noise_seed.value, -1 - tf.cast(self._test_logs.sums.value[-1], tf.int32)])
        z = draw_rows(lambda shape: self.latent.sample(shape, seed), tf.shape(x)[0], (self.latent_dim,))
        x_fake = self.sampling_generator([z, *y] if y else z, training=False)
        s_real, s_fake = (tf.reduce_mean(self._inferred_scores(x, *y)) for x in (x, x_fake))
        return self.log(score_real=s_real, score_fake=s_fake, score_gap=s_real - s_fake)

    def _inferred_scores(self, x, *y):
        if self.recognizes:
            return tf.cast(self.discriminator(x, training=False)[0], tf.float32)
        return tf.cast(self.discriminator([x, *y] if y else x, training=False), tf.float32)

    def _as_dataset(self, x, y, batch_size, shuffle):
        """Turn arrays into a dataset of whole steps; leave everything else to Keras."""
        if not isinstance(x, np.ndarray | tf.Tensor):
            if y is not None:
                raise ValueError(
                    f"y was passed beside x of type {type(x).__name__}. Expected arrays, or a dataset of (x, y) alone."
                )
            return (_promptly_ended(x), None) if isinstance(x, tf.data.Dataset) else (x, batch_size)
        m = 64 if batch_size is None else batch_size
        checks.check_positive_integer(batch_size=m)
        rows = m * self.n_critic
        checks.check_arrays(x, y, rows)
        if y is not None and self.is_conditional:
            check_labels(y, self.generator)
        order = tf.data.Dataset.range(len(x))
        if shuffle:
            order = order.shuffle(len(x), seed=int(self.noise_seed.numpy()))
        arrays = tf.nest.map_structure(tf.convert_to_tensor, x if y is None else (x, y))
        gather = lambda indices: tf.nest.map_structure(lambda a: tf.gather(a, indices), arrays)  # noqa: E731
        return _promptly_ended(order.batch(rows, drop_remainder=True).map(gather).prefetch(2)), None

    def _check_data(self, data):
        """Look at the first batch of a dataset; other kinds of data go to Keras unseen."""
        if not isinstance(data, tf.data.Dataset):
            return
        x_spec = tf.nest.flatten(data.element_spec)[0]
        checks.check_batch_size(x_spec.shape[0], self.n_critic * self.distribute_strategy.num_replicas_in_sync)
        x, y, _ = keras.utils.unpack_x_y_sample_weight(checks.first_batch_of(data))
        checks.check_first_batch(x.numpy(), None if y is None else y.numpy(), self)

    # Sampling

    def call(self, inputs, training=False):
        """Return the generator's samples for z or [z, y]."""
        return self.sampling_generator(inputs, training=training)

    def sample(self, num, y=None, seed=None, batch_size=256, ema=True, latent=None):
        """Generate samples, in batches, with the moving average of the generator where there is one.

        Args:
            num: How many.
            y: Conditions for conditional networks: `num` of them, or one for all.
            seed: Integer; the same seed gives the same samples, whatever the batch size. Drawn when None.
            batch_size: Samples made at a time, which bounds the memory.
            ema: Whether to take the moving average where there is one, and not the generator itself.
            latent: Distribution of z in place of the model's: `latent.TruncatedNormal(0.7)` gives up variety for
                quality (Brock et al. 2019, section 3.1, arXiv:1809.11096).

        Returns:
            float32 NumPy array of shape (num, ...).

        Raises:
            ValueError: If `num` is no positive integer, or y is missing, superfluous or of another length.
        """
        checks.check_positive_integer(num=num, batch_size=batch_size)
        y = self._conditions(num, y)
        seed = random.getrandbits(30) if seed is None else seed
        sampler = self._sampler(ema)
        z = (latent or self.latent).sample((num, self.latent_dim), (seed, 0))
        inputs = [z] if y is None else [z, y]
        if num <= batch_size:
            return sampler(*inputs).numpy()
        samples = np.empty((num, *self.generator.outputs[0].shape[1:]), "float32")
        for start in range(0, num, batch_size):
            rows = slice(start, start + batch_size)
            samples[rows] = sampler(*(a[rows] for a in inputs)).numpy()
        return samples

    def _sampler(self, ema):
        """Return the compiled function of z or z, y."""
        if ema not in self._samplers:
            generator = self.sampling_generator if ema else self.generator
            self._samplers[ema] = tf.function(
                lambda *inputs: tf.cast(
                    generator(inputs if len(inputs) > 1 else inputs[0], training=False), tf.float32
                ),
                autograph=False,
                reduce_retracing=True,
            )
        return self._samplers[ema]

    def _conditions(self, num, y):
        if y is None and self.is_conditional:
            raise ValueError(f"num={num} was passed without y. Expected the conditions to generate. Pass y=...")
        if y is None:
            return None
        if not self.is_conditional:
            raise ValueError("y was passed, the networks take no condition. Leave it out.")
        expected = self.generator.inputs[1]
        y = np.asarray(y)
        if y.ndim == len(expected.shape) - 1:
            y = np.broadcast_to(y, (num, *y.shape))
        if len(y) != num:
            raise ValueError(
                f"num={num} and {len(y)} conditions were passed. Expected one y per sample, or one for all."
            )
        check_labels(y, self.generator)
        return tf.convert_to_tensor(y, dtype=expected.dtype)

    # Saving

    def get_config(self):
        """Return the constructor's arguments, and what `track_ema`, `track_history` and `keep_top_k` were given."""
        return {
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "n_critic": self.n_critic,
            "latent": keras.saving.serialize_keras_object(self.latent),
            "ema_decay": self._ema_decay,
            "ema_ramp_up": self._ema_ramp_up,
            "history_weight": self._history_weight,
            "top_k": keras.saving.serialize_keras_object(self._top_k) if callable(self._top_k) else self._top_k,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuild a model from `get_config`."""
        config = dict(config)
        decay, ramp_up = config.pop("ema_decay", None), config.pop("ema_ramp_up", None)
        history_weight, top_k = config.pop("history_weight", None), config.pop("top_k", None)
        for key, value in config.items():
            if isinstance(value, dict | list):
                config[key] = keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)
        model = cls(**config)
        if decay is not None:
            model.track_ema(decay, ramp_up)
        if history_weight is not None:
            model.track_history(history_weight)
        if top_k is not None:
            model.keep_top_k(keras.saving.deserialize_keras_object(top_k) if isinstance(top_k, dict) else top_k)
        return model


def _promptly_ended(dataset):
    """Switch off tf.data's autotuning, unless its owner chose, so that an epoch ends when its last step does.

    Where steps keep the cores busy, deleting an iterator waits for the tuning thread, which sleeps 10 ms, 20 ms, 40 ms
    and so on up to a minute: measured, up to as long again as the epoch took. Keras deletes one after each epoch of a
    dataset with an end. Without it, AUTOTUNE means as many calls as there are cores.
    """
    options = tf.data.Options()
    if dataset.options().autotune.enabled is None:
        options.autotune.enabled = False
    return dataset.with_options(options)


@contextlib.contextmanager
def state_kept(networks, variables=(), values=None):
    """Run networks without moving their state, except that random layers draw anew each time; `values` replace some."""
    with keras.StatelessScope(None if values is None else list(zip(variables, values, strict=True))) as scope:
        yield
    for state in seed_states(networks):
        moved = scope.get_current_value(state)
        if moved is not None:
            state.assign(moved)
