"""Noise on the samples that a discriminator sees."""

import keras
import numpy as np
import tensorflow as tf

from keras_gans.layers.random_layer import RandomLayer, rows_of


@keras.saving.register_keras_serializable(package="keras_gans")
class InstanceNoise(RandomLayer):
    """x + sigma_t noise with noise from N(0, I), in training: real and generated samples come to overlap.

    Sønderby et al. 2016, "Amortised MAP Inference for Image Super-resolution", section 3.3, arXiv:1610.04490; as the
    first layer of a discriminator it is on real and generated samples alike, in both players' steps. Mescheder et al.
    2018 show that it makes the Dirac-GAN converge, arXiv:1801.04406.

    The step that sigma depends on is a weight, saved with the network. The models of this library set it, by
    `follow_step`, at the beginning of each step; in a loop of your own, do so too.

    Args:
        stddev: sigma, a number >= 0, or a `keras.optimizers.schedules.LearningRateSchedule` of it over generator steps:
            `PolynomialDecay(0.1, 10000, 0.0)` falls to 0 along a line, as in the paper.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If `stddev` is neither.

    Input shape: (m, ...). Output shape: the same.

    Example:
        ```python
        x = keras.Input((28, 28, 1), name="x")
        h = InstanceNoise(keras.optimizers.schedules.PolynomialDecay(0.1, 10_000, 0.0))(x)
        ```
    """

    def __init__(self, stddev=0.1, **kwargs):
        super().__init__(**kwargs)
        is_schedule = isinstance(stddev, keras.optimizers.schedules.LearningRateSchedule)
        if not is_schedule and not (isinstance(stddev, int | float) and 0 <= stddev < np.inf):
            raise ValueError(
                f"stddev={stddev!r} was passed. Expected a number >= 0, or a keras.optimizers.schedules."
                "LearningRateSchedule over generator steps, such as PolynomialDecay(0.1, 10_000, 0.0)."
            )
        self.stddev = stddev

    def build(self, input_shape):
        """Create the step."""
        self.step = self.add_weight(
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            name="step",
            aggregation="only_first_replica",
        )

    def follow_step(self, step):
        """Set the number of generator steps made before this one."""
        self.step.assign(tf.cast(step, "int64"))

    def sigma(self):
        """Return the standard deviation of the noise at present, a float32 scalar."""
        return tf.cast(self.stddev(self.step.value) if callable(self.stddev) else self.stddev, tf.float32)

    def call(self, inputs, training=None):
        """Return the samples, with noise in training."""
        if not training:
            return inputs
        noise = self.draw_normal(rows_of(inputs), tuple(inputs.shape[1:]))
        return inputs + tf.cast(self.sigma() * noise, inputs.dtype)

    def get_config(self):
        """Return the constructor's arguments."""
        stddev = self.stddev
        return {
            **super().get_config(),
            "stddev": keras.saving.serialize_keras_object(stddev) if callable(stddev) else stddev,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild the layer from `get_config`."""
        stddev = config["stddev"]
        if isinstance(stddev, dict):
            config = {**config, "stddev": keras.saving.deserialize_keras_object(stddev)}
        return super().from_config(config)
