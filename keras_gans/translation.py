"""TranslationModel: what models that turn images of one side into images of another share. No objective lives here.

Letters inside a step, with their shapes (m = images on this replica):

    x, y             images of both sides (m, ...)       x_fake, y_fake   translations to them (m, ...)
    s_x, s_y         raw scores (m h w, 1), one for each patch of each image
"""

import keras
import numpy as np
import tensorflow as tf

from keras_gans import checks
from keras_gans.adversarial import AdversarialModel
from keras_gans.draws import drawing
from keras_gans.gan import state_kept
from keras_gans.history_pool import HistoryPool
from keras_gans.latent import Uniform


class TranslationModel(AdversarialModel):
    """Abstract: translators from X to Y, and back where there is a second, and discriminators of what they make.

    A final class adds the objective as its `train_step`. Data are batches `(x, y)`.

    Args:
        generators: Sequence of keras Models: x (m, ...) -> y (m, ...), and y -> x where there are two.
        discriminators: Sequence of keras Models that end in raw scores (m, 1), or (m, h, w, 1) of patches.

    Raises:
        TypeError: If a network is no keras Model.
        ValueError: If the networks do not fit.
    """

    n_critic = 1  # discriminator steps for each of the generators'

    def __init__(self, generators, discriminators, name=None):
        checks.check_translators(generators, discriminators)
        super().__init__(name=name)
        self.generators = list(generators)
        self.discriminators = list(discriminators)
        self.pools = []
        self._translators = {}

    def player_networks(self):
        """Return (generators, discriminators)."""
        return list(self.generators), list(self.discriminators)

    @property
    def generator(self):
        """G: X -> Y."""
        return self.generators[0]

    @property
    def x_shape(self):
        """Shape of an image of X."""
        return tuple(self.generator.inputs[0].shape[1:])

    @property
    def y_shape(self):
        """Shape of an image of Y."""
        return tuple(self.generator.outputs[0].shape[1:])

    # The parts of a step

    def run(self, network, *batches):
        """Run a network in training mode on batches of one size; return a list of what it makes of each.

        They go through it as one batch, which takes 0.9 of the time, unless the network mixes the samples of a batch.
        Each batch draws noise of its own even so, in which replicas find their rows.
        """
        num = len(batches)
        if num == 1 or checks.mixes_samples(network):
            with drawing(self.draw):
                return [network(batch, training=True) for batch in batches]
        draw = lambda sample, rows, *dimensions: tf.concat(  # noqa: E731
            [self.draw(sample, rows // num, *dimensions) for _ in batches], axis=0
        )
        with drawing(draw):
            return tf.split(network(tf.concat(batches, axis=0), training=True), num)

    def scores(self, discriminator, *batches, source=None):
        """Raw scores of the patches of batches of images, float32, (m h w, 1) each; of a D of [source, x] too."""
        if source is None:
            outputs = self.run(discriminator, *batches)
        else:
            with drawing(self.draw):
                outputs = [discriminator([source, batch], training=True) for batch in batches]
        return [tf.reshape(tf.cast(s, tf.float32), (-1, 1)) for s in outputs]

    def scores_kept(self, discriminator, batch, source=None):
        """As `scores` of one batch, the state of the discriminator kept as it is; for the generators' step."""
        with state_kept([discriminator]):
            return self.scores(discriminator, batch, source=source)[0]

    def build_pools(self, size, shapes):
        """Return a `HistoryPool` of `size` images for each shape; none if `size` is 0."""
        if size == 0:
            return []
        return [HistoryPool(size, shape, name=f"pool_{i}") for i, shape in enumerate(shapes)]

    def from_pools(self, *batches):
        """Return what the discriminators are shown of these translations: themselves, or earlier ones of the pools."""
        if not self.pools:
            return [tf.stop_gradient(batch) for batch in batches]
        return [
            pool.query(batch, self.draw(Uniform(0.0, 1.0).sample, batch.shape[0], (2,)))
            for pool, batch in zip(self.pools, batches, strict=True)
        ]

    # Data

    def fit(self, x=None, **kwargs):
        """Train, as `keras.Model.fit` does; the first batch is looked at before the first step.

        Args:
            x: tf.data.Dataset of `(x, y)` in batches of static size, float images in [-1, 1].
            **kwargs: Passed to `keras.Model.fit`.

        Returns:
            Keras's `History`, of epoch means.

        Raises:
            TypeError: If `x` is no dataset.
            ValueError: If the data are of the wrong shape, dtype or range, not finite, without a second side, empty, or
                batched without a static size.
        """
        if not isinstance(x, tf.data.Dataset):
            raise TypeError(
                f"Data of type {type(x).__name__} were passed. Expected a tf.data.Dataset of (x, y). For arrays: "
                "tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(1, drop_remainder=True)."
            )
        return super().fit(x, **kwargs)

    def check_data(self, data):
        """Look at the first batch, of both sides."""
        spec = data.element_spec
        if not isinstance(spec, tuple) or len(spec) != 2:
            raise ValueError(f"A dataset of {spec} was passed. Expected batches (x, y) of images of both sides.")
        for part in spec:
            checks.check_batch_size(part.shape[0], self.distribute_strategy.num_replicas_in_sync)
        if spec[0].shape[0] != spec[1].shape[0]:
            raise ValueError(f"Batches of {spec[0].shape[0]} x and {spec[1].shape[0]} y were passed. Expected as many.")
        for images, shape, side in zip(checks.first_batch_of(data), (self.x_shape, self.y_shape), "xy", strict=True):
            checks.check_samples(images.numpy(), shape, f"Images {side}")

    # Translating

    def call(self, inputs, training=False):
        """Return G's translations of x."""
        return self.generator(inputs, training=training)

    def translate(self, images, backwards=False, batch_size=16):
        """Translate images, in batches, in inference mode.

        Args:
            images: Float array (n, ...) in [-1, 1], of X; of Y if `backwards`.
            backwards: Whether to translate from Y to X.
            batch_size: Images at a time, which bounds the memory.

        Returns:
            float32 NumPy array (n, ...).

        Raises:
            ValueError: If there is no translator of that direction, the images are of another shape, dtype or range,
                or `batch_size` is no positive integer.
        """
        checks.check_positive_integer(batch_size=batch_size)
        if backwards and len(self.generators) == 1:
            raise ValueError(f"backwards=True was passed. A {type(self).__name__} translates from X to Y alone.")
        images = np.asarray(images)
        checks.check_samples(images, self.y_shape if backwards else self.x_shape, "Images")
        network = self.generators[int(backwards)]
        if backwards not in self._translators:
            self._translators[backwards] = tf.function(
                lambda x: tf.cast(network(x, training=False), tf.float32), autograph=False, reduce_retracing=True
            )
        parts = [images[i : i + batch_size].astype("float32") for i in range(0, len(images), batch_size)]
        return np.concatenate([self._translators[backwards](tf.convert_to_tensor(part)) for part in parts])

    # Saving

    def networks_config(self, names, networks):
        """Return the configurations of networks by the names of the constructor's arguments."""
        return {
            name: keras.saving.serialize_keras_object(network) for name, network in zip(names, networks, strict=True)
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuild a model from `get_config`."""
        rebuilt = {
            key: keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)
            if isinstance(value, dict)
            else value
            for key, value in config.items()
        }
        history_weight = rebuilt.pop("history_weight", None)
        model = cls(**rebuilt)
        if history_weight is not None:
            model.track_history(history_weight)
        return model
