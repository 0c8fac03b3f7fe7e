"""Conditions: what a network is asked for, and the ways in which it enters."""

import keras
from keras import layers, ops

from keras_gans.layers import ConditionalBatchNormalization, FiLM, FusedBatchNormalization, RectifiedLinear
from keras_gans.networks.arguments import check_integers


class Labels:
    """A class of `num_classes`, an integer: the input `y` of shape (m,), int32.

    Args:
        num_classes: Labels are 0 to num_classes - 1.
        embedding_dim: Length of the learned vector of each label, where it is joined to other features.

    Raises:
        ValueError: If a size is not a positive integer.
    """

    def __init__(self, num_classes, embedding_dim=64):
        check_integers(num_classes=num_classes, embedding_dim=embedding_dim)
        self.num_classes = num_classes
        self.embedding_dim = embedding_dim

    def input(self):
        """Return a new input of a network."""
        return keras.Input((), dtype="int32", name="y")

    def embedded(self, y):
        """Return the vectors of labels, (m, embedding_dim)."""
        return layers.Embedding(self.num_classes, self.embedding_dim)(y)

    def linear(self, y, units, wrap):
        """Return a linear function of the label, (m, units); `wrap` may normalize its kernel."""
        return wrap(layers.Embedding(self.num_classes, units, embeddings_initializer="glorot_uniform"))(y)

    def batch_normalized(self, h, y, momentum, epsilon):
        """Return h, batch-normalized with a scale and a shift of each label."""
        return ConditionalBatchNormalization(self.num_classes, momentum, epsilon)([h, y])


class Vectors:
    """A vector, of attributes or of a text: the input `y` of shape (m, size), float32.

    Args:
        size: Length of y.
        embedding_dim: Units of the layer that reads it where it is joined to other features; 128 in Reed et al. 2016,
            arXiv:1605.05396.

    Raises:
        ValueError: If a size is not a positive integer.
    """

    def __init__(self, size, embedding_dim=64):
        check_integers(size=size, embedding_dim=embedding_dim)
        self.size = size
        self.embedding_dim = embedding_dim

    def input(self):
        """Return a new input of a network."""
        return keras.Input((self.size,), name="y")

    def embedded(self, y):
        """Return what is made of the vectors, (m, embedding_dim)."""
        return RectifiedLinear(0.2)(layers.Dense(self.embedding_dim)(y))

    def linear(self, y, units, wrap):
        """Return a linear function of the vector, (m, units); `wrap` may normalize its kernel."""
        return wrap(layers.Dense(units, use_bias=False))(y)

    def batch_normalized(self, h, y, momentum, epsilon):
        """Return h, batch-normalized with a scale and a shift that are linear functions of the vector."""
        return FiLM()([FusedBatchNormalization(momentum=momentum, epsilon=epsilon)(h), y])


def join(h, condition, of=None):
    """Return (inputs, features) of a network: h and the condition beside one another, or h alone without one.

    Args:
        h: Features (m, d).
        condition: `Labels`, `Vectors` or None.
        of: The input that h was made of, where it is not h itself.
    """
    of = h if of is None else of
    if condition is None:
        return of, h
    y = condition.input()
    return [of, y], layers.Concatenate()([h, condition.embedded(y)])


def join_maps(h, y, condition):
    """Return maps (m, H, W, C + embedding_dim): the condition's vector beside each place of h.

    Reed et al. 2016, section 4.1, arXiv:1605.05396.
    """
    _, height, width, _ = h.shape
    vector = layers.Reshape((1, 1, condition.embedding_dim))(condition.embedded(y))
    return layers.Concatenate()([h, ops.tile(vector, (1, height, width, 1))])


def projected(h, y, condition, wrap):
    """Return the inner product of features (m, d) with a linear function of the condition, (m, 1).

    Miyato and Koyama 2018, "cGANs with Projection Discriminator", equation 3, arXiv:1802.05637.
    """
    return layers.Dot(axes=1, dtype="float32")([condition.linear(y, h.shape[-1], wrap), h])
