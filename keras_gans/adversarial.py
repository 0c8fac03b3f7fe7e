"""The abstract base of every model: players with an optimizer each, noise, logs, saving, distribution."""

import abc
import pathlib
import random
import threading
import zipfile

import keras
import tensorflow as tf

from keras_gans.files import written_beside
from keras_gans.historical_average import HistoricalAverage
from keras_gans.regularizers import regularization_gradients
from keras_gans.replicas import draw_rows

# Number of the last draw in the step that is being traced. Each replica traces its step in a thread of its own, and the
# threads take turns within a step.
_trace = threading.local()


class LogMeans(keras.metrics.Metric):
    """Means of several logged quantities since the last reset, in one variable: one update a step, not one for each.

    Args:
        names: Names of the quantities, in the order in which `update_state` takes them.
    """

    def __init__(self, names, name="logs"):
        super().__init__(name=name)
        self.names = tuple(names)
        self.sums = self.add_variable((len(self.names) + 1,), "zeros", name="sums")

    def update_state(self, values):
        """Add one value of each quantity."""
        self.sums.assign_add(tf.stack([*(tf.cast(v, tf.float32) for v in values), 1.0]))

    def result(self):
        """Return a dict of means, 0 where nothing was added."""
        sums = tf.convert_to_tensor(self.sums)
        return dict(zip(self.names, tf.unstack(tf.math.divide_no_nan(sums[:-1], sums[-1])), strict=True))


class AdversarialModel(keras.Model):
    """Abstract: players with an optimizer each, their logs, their noise, saving and resuming, distribution.

    The players are two, a generator's side and a discriminator's, unless `players` says otherwise. A subclass gives
    `player_networks()`, `default_optimizers()`, `check_data()`, `log_names` and `train_step`. All noise is a function
    of a saved seed and a saved step counter, so that a resumed run draws what an uninterrupted one would, and N
    replicas draw what one would.
    """

    players = ("generator", "discriminator")  # in the order of player_networks() and default_optimizers()
    optimizer_names = ("generator_optimizer", "discriminator_optimizer")  # attributes, and arguments of compile()
    log_names = ("discriminator_loss", "generator_loss")
    test_log_names = ()
    undecided_loss = None  # of a discriminator to which all samples are alike; None if the loss has no bound below

    def __init__(self, name=None):
        super().__init__(name=name)
        self.step_counter = self.add_weight(
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            name="step",
            aggregation="only_first_replica",
        )
        self.noise_seed = self.add_weight(
            shape=(),
            dtype="int32",
            initializer=keras.initializers.Constant(random.getrandbits(30)),
            trainable=False,
            name="noise_seed",
            aggregation="only_first_replica",
        )
        self._train_logs = LogMeans(self.log_names, name="train_logs")
        self._test_logs = LogMeans(self.test_log_names, name="test_logs")
        self._is_evaluating = False
        self._batch_spec = None  # of the data that the step was traced for
        self._data_last = False  # whether each epoch of them is known to have all of its steps
        self._history_weight = None
        self.histories = []  # of the players' weights, one each, after `track_history`
        self.warnings = []  # set by HealthCheck: what is wrong, in sentences; others show and record them
        self.goes_on = False  # set by restore: the model is a run's, even at step 0
        self.interrupted = False  # set by SaveOnInterrupt: other callbacks then leave the epoch's records unwritten
        self.built = True  # the networks are; Keras would otherwise build by calling the generator on images

    @property
    def step(self):
        """Generator steps made so far, an integer; `step_counter` is the variable."""
        return int(self.step_counter.numpy())

    @abc.abstractmethod
    def player_networks(self):
        """Return a list of networks for each player."""

    @abc.abstractmethod
    def default_optimizers(self):
        """Return the paper's optimizers, one for each player."""

    @abc.abstractmethod
    def check_data(self, data):
        """Refuse a tf.data.Dataset that the model cannot be trained on, looking at its first batch."""

    # Compiling

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
    ):
        """Give each player its optimizer and build both, so that saving, resuming and distribution find their state.

        Args:
            generator_optimizer: Keras optimizer or its name; the paper's when None.
            discriminator_optimizer: Keras optimizer or its name; the paper's when None.
            run_eagerly: As in `keras.Model.compile`.
            steps_per_execution: As in `keras.Model.compile`.
            jit_compile: As in `keras.Model.compile`; "auto" leaves XLA off on a CPU, where it is slower.

        Raises:
            ValueError: If both players are given one optimizer object.
        """
        self.compile_players(
            (generator_optimizer, discriminator_optimizer),
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
        )

    def compile_players(self, optimizers, **how):
        """Do what `compile` promises, for any number of players.

        Args:
            optimizers: Keras optimizer, its name or None for each player.
            **how: The other arguments of `compile`.

        Raises:
            ValueError: If two players are given one optimizer object.
        """
        with self.distribute_strategy.scope():
            # auto_scale_loss wraps only an argument named optimizer; ours are wrapped below.
            super().compile(optimizer=None, **how)
            defaults = self.default_optimizers()
            chosen = [keras.optimizers.get(o or default) for o, default in zip(optimizers, defaults, strict=True)]
            for i, optimizer in enumerate(chosen):
                if any(optimizer is other for other in chosen[:i]):
                    raise ValueError(
                        f"Two players were given the same optimizer object {optimizer!r}. Expected one each: its "
                        "moments belong to one player's weights. Construct another."
                    )
            for name, optimizer, networks in zip(self.optimizer_names, chosen, self.player_networks(), strict=True):
                setattr(self, name, _built(optimizer, networks))
        self._compile_arguments = how

    def get_compile_config(self):
        """Return the optimizers' configurations and the other arguments of `compile`."""
        optimizers = {name: getattr(self, name) for name in self.optimizer_names}
        return {
            **{name: keras.saving.serialize_keras_object(optimizer) for name, optimizer in optimizers.items()},
            **self._compile_arguments,
        }

    def compile_from_config(self, config):
        """Compile as `get_compile_config` says; the optimizers' state is loaded after it."""
        optimizers = {name: keras.saving.deserialize_keras_object(config[name]) for name in self.optimizer_names}
        self.compile(**{**config, **optimizers})

    def make_train_function(self, force=False):
        """Build the function that `fit` calls for each step, as Keras does, but of one graph where one will do.

        Keras nests two graphs and asks after each step whether there was data: a fifth of the time of a step of small
        networks on points. Where data are known to last (`_data_last`, which `fit` sets), on one device and without
        XLA or several steps per call, neither is needed.
        """
        strategy = self.distribute_strategy
        is_alone = strategy.num_replicas_in_sync == 1 and not _is_multi_worker(strategy)
        if not (self._data_last and is_alone) or self.run_eagerly or self.jit_compile or self.steps_per_execution > 1:
            super().make_train_function(force=force)
            return
        if self.train_function and not force:
            return

        @tf.function(autograph=False, reduce_retracing=True)
        def one_step(iterator):
            return strategy.run(self.train_step, args=(iterator.get_next(),))

        def train_function(iterator):
            try:
                return one_step(iterator)
            except tf.errors.OutOfRangeError:
                raise StopIteration from None

        self.train_function = train_function

    # The parts of a step

    def begin_step(self, *data):
        """Count the step, tell it to layers that change along a schedule, and restart the numbering of its draws.

        Args:
            *data: Tensors of the batch. Of a dataset without a length the last step finds none: it does not count.
        """
        with tf.control_dependencies(data):
            for layer in layers_of(self._networks()):
                if hasattr(layer, "follow_step"):
                    layer.follow_step(self.step_counter.value)
            self.step_counter.assign_add(1)
        _trace.draws = 0

    def draw(self, sample, rows, dimensions=()):
        """Draw noise that depends on the seed, the step, which draw of the step it is, and the sample's global index.

        Args:
            sample: Function of (shape, seed), like `keras_gans.latent.Normal().sample`.
            rows: Samples on this replica, m.
            dimensions: Shape of one sample's noise.

        Returns:
            Tensor of shape (rows, *dimensions).
        """
        _trace.draws = getattr(_trace, "draws", 0) + 1  # also where a network is run in no step
        seed = tf.stack([self.noise_seed + _trace.draws, tf.cast(self.step_counter, tf.int32)])
        return draw_rows(lambda shape: sample(shape, seed), rows, dimensions)

    def discriminator_step(self, tape, loss):
        """Update the discriminator's side, and it alone, to lower `loss` as recorded by `tape`."""
        self._minimize(tape, loss, 1, self.discriminator_optimizer)

    def generator_step(self, tape, loss):
        """Update the generator's side, and it alone, to lower `loss` as recorded by `tape`."""
        self._minimize(tape, loss, 0, self.generator_optimizer)

    def _minimize(self, tape, loss, player, optimizer):
        networks = self.player_networks()[player]
        variables = [v for network in networks for v in network.trainable_variables]
        replicas = self.distribute_strategy.num_replicas_in_sync
        # Gradients are summed over replicas: dividing here makes the step that of the mean over the global batch. The
        # factor enters as the gradient of the loss itself, so that no step has to write it.
        factor = optimizer.scale_loss(tf.ones_like(loss) / replicas)
        gradients = tape.gradient(loss, [v.value for v in variables], output_gradients=factor)
        unreached = [v.path for v, gradient in zip(variables, gradients, strict=True) if gradient is None]
        if unreached:
            raise ValueError(
                f"No gradient of the loss reaches {', '.join(unreached)}. Expected every trainable weight to matter. "
                "Remove the layers, set trainable=False, or replace an operation that has no gradient."
            )
        for i, pull in regularization_gradients(variables).items():
            gradients[i] += factor * tf.cast(pull, gradients[i].dtype)
        if self.histories:
            pulls = self.histories[player].gradients(variables)
            gradients = [g + factor * self._history_weight * pull for g, pull in zip(gradients, pulls, strict=True)]
        optimizer.apply(gradients, variables)
        if self.histories:
            self.histories[player].follow(variables)
        update_power_iterations(networks)

    def track_history(self, weight):
        """Have all players pay weight |theta - mean of their past theta|^2: historical averaging.

        Salimans et al. 2016, section 3.3, arXiv:1606.03498. The means are saved with the model. The losses in the logs
        are those of the objective, without this term.

        Args:
            weight: Factor of the term, > 0; the paper gives none.

        Raises:
            ValueError: If `weight` is not above 0.
        """
        if not weight > 0:
            raise ValueError(f"weight={weight} was passed. Expected a factor above 0, such as 1e-3.")
        if not self.histories:
            sides = [[v for n in side for v in n.trainable_variables] for side in self.player_networks()]
            with self.distribute_strategy.scope():
                self.histories = [
                    HistoricalAverage(side, name=f"{role}_history")
                    for role, side in zip(self.players, sides, strict=True)
                ]
        if weight != self._history_weight:
            self._history_weight = weight
            self.train_function = None  # traced without the term, or with another weight

    def log(self, **values):
        """Add the step's values to the epoch's means and return these, as `train_step` and `test_step` must."""
        logs = self._test_logs if self._is_evaluating else self._train_logs
        logs.update_state([values[name] for name in logs.names])
        means = logs.result()
        if _is_multi_worker(self.distribute_strategy):
            # Keras reduces logs over their axis 0 there, and fails on scalars.
            means = {name: tf.reshape(mean, (1,)) for name, mean in means.items()}
        return means

    # Data

    def fit(self, x=None, validation_data=None, **kwargs):
        """Train, as `keras.Model.fit` does; the first batch of a dataset is looked at before the first step.

        Args:
            x: tf.data.Dataset, or what else Keras takes.
            validation_data: Held-out samples; see `evaluate`.
            **kwargs: Passed to `keras.Model.fit`.

        Returns:
            Keras's `History`, of epoch means.

        Raises:
            ValueError: If the model cannot be trained on the dataset; see `check_data`.
        """
        if isinstance(x, tf.data.Dataset):
            x = _promptly_ended(x)
            self.check_data(x)
            kwargs["shuffle"] = False  # a dataset shuffles by itself, and Keras warns when its own default is left on
            data_last = int(x.cardinality()) != tf.data.UNKNOWN_CARDINALITY
            if (self._batch_spec, self._data_last) not in ((None, False), (x.element_spec, data_last)):
                self.train_function = None  # retraced for a second batch size, it would lose its static shapes
            self._batch_spec, self._data_last = x.element_spec, data_last
        return super().fit(x, validation_data=_promptly_ended(validation_data), **kwargs)

    def evaluate(self, x=None, **kwargs):
        """Measure held-out samples with the networks in inference mode; see the final class's `test_step`.

        Args:
            x: As in `fit`.
            **kwargs: Passed to `keras.Model.evaluate`.

        Returns:
            List of means, or a dict with `return_dict=True`.
        """
        self._is_evaluating = True
        try:
            return super().evaluate(_promptly_ended(x), **kwargs)
        finally:
            self._is_evaluating = False

    @property
    def metrics(self):
        """The means that are being collected: those of training, or those of an evaluation while it runs."""
        return [self._test_logs if self._is_evaluating else self._train_logs]

    # Saving

    def find_non_finite(self):
        """Return the name of the first weight or optimizer variable that holds NaN or infinity, or None.

        It begins with whose it is: `generator/`, `discriminator/`, `discriminator_optimizer/`, ...
        """
        players = zip(self.players, self.player_networks(), strict=True)
        owners = {id(v): player for player, side in players for network in side for v in network.weights}
        owned = [(owners.get(id(v), ""), v) for v in self.weights]
        if self.compiled:
            for name in self.optimizer_names:
                owned += [(name, v) for v in getattr(self, name).variables]
        for owner, variable in owned:
            value = tf.convert_to_tensor(variable)
            if value.dtype.is_floating and not bool(tf.reduce_all(tf.math.is_finite(value))):
                return f"{owner}/{variable.path}".lstrip("/")
        return None

    def save(self, filepath, overwrite=True, **kwargs):
        """Save the whole model as `keras.Model.save` does: whole or not at all, and never a broken state.

        Args:
            filepath: Path ending in `.keras`.
            overwrite: Whether a file that is there may be replaced.
            **kwargs: Passed to `keras.Model.save`.

        Raises:
            FloatingPointError: If a weight is not finite; names the first one. What stood at `filepath` stays.
            FileExistsError: If the file is there and `overwrite` is False.
        """
        self._save_whole(filepath, overwrite, lambda path: super(AdversarialModel, self).save(path, **kwargs))

    def save_weights(self, filepath, overwrite=True, **kwargs):
        """Save weights, optimizers, counters and seeds as `keras.Model.save_weights` does; see `save`."""
        self._save_whole(filepath, overwrite, lambda path: super(AdversarialModel, self).save_weights(path, **kwargs))

    def _save_whole(self, filepath, overwrite, write):
        broken = self.find_non_finite()
        if broken:
            raise FloatingPointError(
                f"{broken} is not finite at step {self.step}: nothing was saved to {filepath}. Expected finite "
                "weights. Load the last good state and lower the learning rate."
            )
        if "://" in str(filepath):  # a bucket: there is nothing to move, objects there appear whole
            write(filepath)
            return
        filepath = pathlib.Path(filepath)
        if filepath.exists() and not overwrite:
            raise FileExistsError(f"{filepath} exists and overwrite=False was passed. Choose another path.")
        with written_beside(filepath) as beside:
            write(beside)

    def save_own_variables(self, store):
        """Store the counters and every seed, which Keras leaves out."""
        store["step"] = self.step_counter.numpy()
        store["noise_seed"] = self.noise_seed.numpy()
        for i, state in enumerate(seed_states(self._networks())):
            store[f"seed_state_{i}"] = state.numpy()

    def load_own_variables(self, store):
        """Load what `save_own_variables` stored."""
        self.step_counter.assign(store["step"][()])
        self.noise_seed.assign(store["noise_seed"][()])
        for i, state in enumerate(seed_states(self._networks())):
            state.assign(store[f"seed_state_{i}"][()])

    def _networks(self):
        return [network for side in self.player_networks() for network in side]


def load_model(path):
    """Load a model that `save` wrote, with optimizers, counters and seeds, ready to go on.

    Args:
        path: File ending in `.keras`.

    Returns:
        The compiled model.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or no Keras model.
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist. Expected a model saved by model.save('....keras').")
    try:
        if not zipfile.is_zipfile(path):  # of which Keras says that it is not found
            raise ValueError("it is no .keras archive.")
        return keras.saving.load_model(path)
    except Exception as error:  # of damage, zipfile, zlib, HDF5 and Keras tell by errors of their own each
        raise ValueError(
            f"{path} cannot be loaded: {error} Expected a whole file written by model.save. Use an earlier one."
        ) from error


def _promptly_ended(data):
    """Switch off tf.data's autotuning, unless its owner chose, so that an epoch ends when its last step does.

    Where steps keep the cores busy, deleting an iterator waits for the tuning thread, which sleeps 10 ms, 20 ms, 40 ms
    and so on up to a minute: measured, up to as long again as the epoch took. Keras deletes one after each epoch of a
    dataset with an end. Without it, AUTOTUNE means as many calls as there are cores. Other data stay as they are.
    """
    if not isinstance(data, tf.data.Dataset):
        return data
    options = tf.data.Options()
    if data.options().autotune.enabled is None:
        options.autotune.enabled = False
    return data.with_options(options)


def _is_multi_worker(strategy):
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def _built(optimizer, networks):
    """Build an optimizer for the networks' weights, with loss scaling if they compute in float16."""
    is_float16 = any(layer.compute_dtype == "float16" for layer in layers_of(networks))
    if is_float16 and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    if not optimizer.built:
        optimizer.build([v for network in networks for v in network.trainable_variables])
    return optimizer


def layers_of(networks):
    """Return all layers of the networks, nested ones too."""
    return [layer for network in networks for layer in network._flatten_layers()]


def update_power_iterations(networks):
    """Have every layer that estimates a singular value (SpectralNormalization) follow its weights by one step."""
    for layer in layers_of(networks):
        if hasattr(layer, "update_power_iteration"):
            layer.update_power_iteration()


def seed_states(networks):
    """Return the states of all random layers (Dropout and the like), in a fixed order."""
    return [generator.state for layer in layers_of(networks) for generator in getattr(layer, "_seed_generators", [])]
