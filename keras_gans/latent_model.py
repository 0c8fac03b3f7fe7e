"""LatentModel: what models that make samples of a latent share: data, moving average, sampling. No objective."""

import random

import keras
import numpy as np
import tensorflow as tf

from keras_gans import checks
from keras_gans.adversarial import AdversarialModel, update_power_iterations
from keras_gans.draws import drawing
from keras_gans.labels import check_labels
from keras_gans.latent import Normal
from keras_gans.moving_average import follow, ramped_decay
from keras_gans.replicas import draw_rows
from keras_gans.units import Units


class LatentModel(AdversarialModel):
    """Abstract: a generator of z, or of [z, y], with the latent that z is drawn from.

    A subclass sets `generator`, a keras Model.

    Args:
        latent: Distribution of z, an object such as `keras_gans.latent.Normal()`, which is the default.
    """

    n_critic = 1  # parts of a batch, each of fresh samples

    def __init__(self, latent=None, name=None):
        super().__init__(name=name)
        self.latent = latent or Normal()
        self.ema_generator = None
        self._ema_decay = self._ema_ramp_up = None
        self.units = None  # of what is sampled and exported, after `in_units`
        self._samplers = {}

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

    @property
    def served_generator(self):
        """What is sampled and exported: `sampling_generator`, in the user's units where there are some; built anew."""
        return self._served(self.sampling_generator)

    @property
    def served_shape(self):
        """Shape of one sample as it is served: the generator's, or the units'."""
        return tuple(self.served_generator.outputs[0].shape[1:])

    def _served(self, generator):
        return generator if self.units is None else self.units.serve(generator)

    # The parts of a step

    def draw_latent(self, rows):
        """Draw z of shape (rows, latent_dim)."""
        return self.draw(self.latent.sample, rows, (self.latent_dim,))

    def draw_held_out(self, sample, rows, dimensions):
        """Draw noise for a batch of an evaluation, the same in every evaluation; arguments as of `draw`."""
        seed = tf.stack([self.noise_seed.value, -1 - tf.cast(self._test_logs.sums.value[-1], tf.int32)])
        return draw_rows(lambda shape: sample(shape, seed), rows, dimensions)

    def in_training(self, network, inputs, y=None):
        """Run a network in training mode, its random layers drawing from this step's noise."""
        with drawing(self.draw):
            return network(inputs if y is None else [inputs, y], training=True)

    def generator_step(self, tape, loss):
        """Update the generator, and its moving average where there is one."""
        super().generator_step(tape, loss)
        self.follow_generator()

    def follow_generator(self):
        """Move the generator's moving average one step, where there is one."""
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

    def in_units(self, units):
        """Have `sample` and exports give the user's own units, and take conditions in them.

        Training, `evaluate` and calling the model stay on scaled data. The units are saved with the model.

        Args:
            units: `keras_gans.units.Units`, such as that of a table, `data.table("rows.csv").units`.

        Raises:
            TypeError: If `units` is none.
            ValueError: If the generator's shapes are not those of the units.
        """
        if not isinstance(units, Units):
            raise TypeError(
                f"units={units!r} was passed. Expected an object of keras_gans.units. Pass a table's `units`, or "
                "keras_gans.units.ColumnUnits(...)."
            )
        units.serve(self.generator)  # refuses what does not fit
        self.units = units
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
        return super().fit(x, batch_size=batch_size, validation_data=validation_data, **kwargs)

    def _as_dataset(self, x, y, batch_size, shuffle):
        """Turn arrays into a dataset of whole steps; leave everything else to Keras."""
        if not isinstance(x, np.ndarray | tf.Tensor):
            if y is not None:
                raise ValueError(
                    f"y was passed beside x of type {type(x).__name__}. Expected arrays, or a dataset of (x, y) alone."
                )
            return x, None if isinstance(x, tf.data.Dataset) else batch_size
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
        return order.batch(rows, drop_remainder=True).map(gather).prefetch(2), None

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
            float32 NumPy array of shape (num, ...), in the units that `in_units` was given, as y is.

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
        samples = None  # of the first batch's shape: the served generator is not built once more to ask for it
        for start in range(0, num, batch_size):
            rows = slice(start, start + batch_size)
            made = sampler(*(a[rows] for a in inputs)).numpy()
            samples = np.empty((num, *made.shape[1:]), "float32") if samples is None else samples
            samples[rows] = made
        return samples

    def _sampler(self, ema):
        """Return the compiled function of z or z, y."""
        if ema not in self._samplers:
            generator = self._served(self.sampling_generator if ema else self.generator)
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

    def tracking_config(self):
        """Return what `track_ema`, `track_history` and `in_units` were given, for `get_config`."""
        return {
            "ema_decay": self._ema_decay,
            "ema_ramp_up": self._ema_ramp_up,
            "history_weight": self._history_weight,
            "units": keras.saving.serialize_keras_object(self.units),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuild a model from `get_config`."""
        config = dict(config)
        decay, ramp_up = config.pop("ema_decay", None), config.pop("ema_ramp_up", None)
        history_weight, units = config.pop("history_weight", None), config.pop("units", None)
        for key, value in config.items():
            if isinstance(value, dict | list):
                config[key] = keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)
        model = cls(**config)
        if decay is not None:
            model.track_ema(decay, ramp_up)
        if history_weight is not None:
            model.track_history(history_weight)
        if units is not None:
            model.in_units(keras.saving.deserialize_keras_object(units, custom_objects=custom_objects))
        return model
