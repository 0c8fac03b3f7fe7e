"""The mean of all values that a player's weights have had."""

import keras
import tensorflow as tf

from keras_gans.replicas import update_variables


class HistoricalAverage(keras.layers.Layer):
    """Holds the mean of the past values of some variables, as weights of its own, so that it is saved with the model.

    Salimans et al. 2016, section 3.3, arXiv:1606.03498: each player's cost has a term |theta - 1/t sum_i theta[i]|^2.

    Args:
        variables: Keras variables; their present values are the first.
    """

    def __init__(self, variables, name=None):
        super().__init__(name=name)
        kept = {"dtype": "float32", "trainable": False, "aggregation": "only_first_replica"}
        self.count = self.add_weight(shape=(), initializer="ones", name="count", **kept)
        self.means = [self.add_weight(shape=v.shape, name="mean", **kept) for v in variables]
        for mean, v in zip(self.means, variables, strict=True):
            mean.assign(v.value)
        self.built = True

    def gradients(self, variables):
        """Return the gradient of |theta - mean|^2 with respect to each variable, the mean being held."""
        return [2.0 * (v.value - mean.value) for v, mean in zip(variables, self.means, strict=True)]

    def follow(self, variables):
        """Take the present values into the mean."""
        self.count.assign_add(1.0)
        share = 1.0 / tf.convert_to_tensor(self.count.value)
        steps = [
            share * (tf.convert_to_tensor(v.value) - tf.convert_to_tensor(mean.value))
            for v, mean in zip(variables, self.means, strict=True)
        ]
        update_variables(lambda mean, step: mean.assign_add(step), self.means, steps)
