"""A pool of earlier generated samples, from which a discriminator is shown some again."""

import keras
import tensorflow as tf

from keras_gans.replicas import gather_rows, own_rows, update_variables


class HistoryPool(keras.layers.Layer):
    """The last samples of a generator: a query gives the sample itself, or with probability 1/2 one of them instead.

    Shrivastava et al. 2017, "Learning from Simulated and Unsupervised Images through Adversarial Training", section
    2.3, arXiv:1612.07828, as in the authors' code of CycleGAN (Zhu et al. 2017, arXiv:1703.10593), which keeps 50: the
    first samples fill the pool and are given as they are; after that a sample is given, or it is exchanged for one of
    the pool. All replicas hold one pool and take the samples of the global batch in turn.

    Args:
        size: Samples that are kept, from 1 up.
        shape: Shape of one.
    """

    def __init__(self, size, shape, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.samples = self.add_weight(shape=(size, *shape), initializer="zeros", trainable=False, name="samples")
        self.count = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False, name="count")

    def query(self, x_fake, uniform):
        """Return as many samples as are passed, some of them earlier ones, and keep the new ones.

        Args:
            x_fake: Samples of this replica, (m, ...), m static.
            uniform: Numbers in [0, 1) of this replica, (m, 2).
        """
        x, uniform = gather_rows(tf.stop_gradient(x_fake)), gather_rows(uniform)
        given = []
        for i in range(x.shape[0]):
            count = self.count.value
            fills = count < self.size
            place = tf.where(fills, count, tf.cast(uniform[i, 1] * self.size, tf.int32))
            exchanges = uniform[i, 0] < 0.5
            earlier = tf.gather(self.samples.value, place)
            given.append(tf.where(~fills & exchanges, earlier, x[i]))
            kept = tf.where(fills | exchanges, x[i], earlier)
            update_variables(
                lambda v, sample, place: v.scatter_nd_update(place[None, None], sample[None]),
                [self.samples],
                [kept],
                [place],
            )
            update_variables(lambda v, fills: v.assign_add(tf.cast(fills, tf.int32)), [self.count], [fills])
        return own_rows(tf.stack(given), x_fake.shape[0])
