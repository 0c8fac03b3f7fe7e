"""Layers by which a discriminator sees a sample beside the others of its batch."""

import keras
import tensorflow as tf

from keras_gans.checks import check_integer_from, check_positive_integer
from keras_gans.layers.random_layer import rows_of


@keras.saving.register_keras_serializable(package="keras_gans")
class MinibatchDiscrimination(keras.layers.Layer):
    """Join to a sample's features how close it is to the other samples of its batch.

    Salimans et al. 2016, section 3.2, arXiv:1606.03498: M_i = f(x_i) T with T of shape A x B x C,
    c_b(x_i, x_j) = exp(-|M_i,b - M_j,b|_1), o(x_i)_b = sum_j c_b(x_i, x_j) over the whole batch, i itself included.

    Real and generated samples are scored in batches of their own, as in the paper. The sums are over one replica's
    batch, and grow with it: score in batches of the size of training. A gradient penalty takes the gradient of the sum
    of the batch's scores, in which samples influence one another, as with any such layer.

    Args:
        num_kernels: B, numbers that are joined to the features; 100 in the authors' code.
        kernel_dim: C, coordinates in which two samples are compared for each; 5 in the authors' code.
        kernel_initializer: Of T.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If `num_kernels` or `kernel_dim` is no integer from 1 up.

    Input shape: (m, A). Output shape: (m, A + B).

    Deviations from the paper: none from its equations; the authors' code leaves out the sample itself, which is 1, and
    normalizes T's weights.

    Example:
        ```python
        h = keras.layers.Flatten()(h)
        score = keras.layers.Dense(1)(MinibatchDiscrimination(50, 5)(h))
        ```
    """

    def __init__(self, num_kernels=100, kernel_dim=5, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        check_positive_integer(num_kernels=num_kernels, kernel_dim=kernel_dim)
        self.num_kernels = int(num_kernels)
        self.kernel_dim = int(kernel_dim)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.input_spec = keras.layers.InputSpec(ndim=2)

    def build(self, input_shape):
        """Create T, as a matrix (A, B C)."""
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.num_kernels * self.kernel_dim),
            initializer=self.kernel_initializer,
            name="kernel",
        )

    def call(self, inputs):
        """Return features and closeness."""
        M = tf.reshape(tf.matmul(inputs, self.kernel), (-1, self.num_kernels, self.kernel_dim))
        M = tf.cast(M, tf.float32)
        distances = tf.reduce_sum(tf.abs(M[:, None] - M[None]), axis=-1)  # (m, m, B)
        closeness = tf.reduce_sum(tf.exp(-distances), axis=1)
        return tf.concat([inputs, tf.cast(closeness, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        """Return (m, A + B)."""
        return (input_shape[0], input_shape[1] + self.num_kernels)

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "num_kernels": self.num_kernels,
            "kernel_dim": self.kernel_dim,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


@keras.saving.register_keras_serializable(package="keras_gans")
class MinibatchStandardDeviation(keras.layers.Layer):
    """Join channels that hold how much the samples of a group differ.

    Karras et al. 2018, "Progressive Growing of GANs", section 3, arXiv:1710.10196, in groups as in Karras et al. 2020,
    arXiv:1912.04958: the standard deviation over a group, for each place and channel, averaged over places and over
    each of `num_channels` sets of channels. Samples i, i + m / group_size, i + 2 m / group_size, ... are a group, on
    one replica; where the size does not divide the batch, some groups are one larger.

    Args:
        group_size: Samples of a group, 4 in StyleGAN2; at most the whole batch.
        num_channels: Channels that are joined.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If an argument is no integer from 1 up, or the channels are no multiple of `num_channels`.

    Input shape: (m, ..., C). Output shape: (m, ..., C + num_channels).

    Example:
        ```python
        h = MinibatchStandardDeviation()(h)  # before a discriminator's last convolution
        ```
    """

    def __init__(self, group_size=4, num_channels=1, **kwargs):
        super().__init__(**kwargs)
        check_positive_integer(group_size=group_size, num_channels=num_channels)
        self.group_size = int(group_size)
        self.num_channels = int(num_channels)

    def build(self, input_shape):
        """Check the channels."""
        if input_shape[-1] % self.num_channels:
            raise ValueError(
                f"num_channels={self.num_channels} was passed, the input has {input_shape[-1]} channels. Expected a "
                "number that divides them. Leave it out for 1."
            )

    def call(self, inputs):
        """Return the features with the joined channels."""
        x = tf.cast(inputs, tf.float32)
        m = rows_of(x)
        groups = tf.maximum(m // self.group_size, 1) if isinstance(m, tf.Tensor) else max(m // self.group_size, 1)
        group_of = tf.range(m) % groups
        mean_of_groups = lambda values: tf.math.unsorted_segment_mean(values, group_of, groups)  # noqa: E731
        centred = x - tf.gather(mean_of_groups(x), group_of)
        deviation = tf.sqrt(mean_of_groups(tf.square(centred)) + 1e-8)
        # (groups, places, num_channels, channels of a set), averaged to (groups, num_channels)
        per_set = tf.reshape(deviation, (groups, -1, self.num_channels, x.shape[-1] // self.num_channels))
        joined = tf.gather(tf.reduce_mean(per_set, axis=(1, 3)), group_of)
        joined = tf.reshape(joined, (-1, *[1] * (len(x.shape) - 2), self.num_channels))
        joined = tf.broadcast_to(joined, (m, *x.shape[1:-1], self.num_channels))
        return tf.concat([inputs, tf.cast(joined, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        """Return (m, ..., C + num_channels)."""
        return (*input_shape[:-1], input_shape[-1] + self.num_channels)

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "group_size": self.group_size, "num_channels": self.num_channels}


@keras.saving.register_keras_serializable(package="keras_gans")
class Packing(keras.layers.Layer):
    """Join `num_packed` samples on their channels, so that a discriminator scores them together.

    Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks", section 3,
    arXiv:1712.04086. As the first layer of a discriminator, for x and for y alike; scores are then (m / num_packed, 1).
    Neighbours in the batch are packed: real samples and generated ones are scored in batches of their own, and come in
    random order. A gradient penalty takes the gradient of a score with respect to all samples of its pack.

    Args:
        num_packed: Samples of a pack, m in the paper, at least 2.
        **kwargs: Those of every Keras layer.

    Raises:
        ValueError: If `num_packed` is no integer from 2 up, or does not divide a batch.

    Input shape: (m, ..., C). Output shape: (m / num_packed, ..., num_packed C).

    Example:
        ```python
        x = keras.Input((28, 28, 1), name="x")
        h = keras.layers.Conv2D(64, 5, strides=2)(Packing(2)(x))
        ```
    """

    def __init__(self, num_packed=2, **kwargs):
        super().__init__(**kwargs)
        check_integer_from(2, num_packed=num_packed)
        self.num_packed = int(num_packed)

    def call(self, inputs):
        """Return the packs."""
        self._check_batch(inputs.shape)
        dimensions = tuple(inputs.shape[1:])
        packs = tf.reshape(inputs, (-1, self.num_packed, *dimensions))
        last = len(dimensions)
        packs = tf.transpose(packs, (0, *range(2, last + 1), 1, last + 1))  # the samples beside the channels
        return tf.reshape(packs, (-1, *dimensions[:-1], self.num_packed * dimensions[-1]))

    def compute_output_shape(self, input_shape):
        """Return (m / num_packed, ..., num_packed C)."""
        self._check_batch(input_shape)
        rows = None if input_shape[0] is None else input_shape[0] // self.num_packed
        return (rows, *input_shape[1:-1], self.num_packed * input_shape[-1])

    def _check_batch(self, shape):
        if len(shape) < 2:
            raise ValueError(
                f"Packing received an input of shape {tuple(shape)}. Expected (m, ..., C): give labels an axis of "
                "their own, or embed them, before they are packed."
            )
        if shape[0] is not None and shape[0] % self.num_packed:
            raise ValueError(
                f"Packing received a batch of {shape[0]} samples. Expected a multiple of num_packed={self.num_packed} "
                "on each replica. Change batch_size."
            )

    def get_config(self):
        """Return the constructor's arguments."""
        return {**super().get_config(), "num_packed": self.num_packed}
