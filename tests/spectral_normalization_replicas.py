"""Run by test_spectral_normalization: two replicas need their logical devices set before TensorFlow starts."""

import keras
import numpy as np
import tensorflow as tf

from keras_gans.layers import SpectralNormalization

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
keras.utils.set_random_seed(0)
with strategy.scope():
    layer = SpectralNormalization(keras.layers.Dense(6))
    layer.build((None, 5))
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build(layer.trainable_variables)
W = layer.kernel.numpy().T
assert 0.95 < layer.sigma() / np.linalg.svd(W, compute_uv=False)[0] < 1.0001, "the warm-up ran in the scope"


@tf.function
def step(x):
    def replica_step(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(layer(x) ** 2)
        optimizer.apply(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables)
        layer.update_power_iteration()
        return layer.sigma()

    return strategy.run(replica_step, (x,))


def distributed(context):  # another batch on each replica
    return tf.random.stateless_normal((8, 5), (context.replica_id_in_sync_group, 0))


x = strategy.experimental_distribute_values_from_function(distributed)
for _ in range(3):
    before = layer.kernel.numpy()
    u = layer.u.numpy()
    sigmas = [float(s) for s in strategy.experimental_local_results(step(x))]
    assert np.abs(layer.kernel.numpy() - before).max() > 1e-4, "the step moved W"
    W = layer.kernel.numpy().T
    v = W.T @ u / np.linalg.norm(W.T @ u)
    u = W @ v / np.linalg.norm(W @ v)
    for vector, expected in ((layer.u, u), (layer.v, v)):
        copies = [copy.numpy() for copy in strategy.experimental_local_results(vector.value)]
        assert len(copies) == 2
        np.testing.assert_array_equal(copies[0], copies[1])
        np.testing.assert_allclose(copies[0], expected, atol=1e-6)
    np.testing.assert_allclose(sigmas, [u @ W @ v] * 2, rtol=1e-5)


@tf.function
def assign_another_u_on_each_replica():
    def replica_step():
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        layer.u.assign(tf.fill((6,), tf.cast(replica + 1, "float32")))

    strategy.run(replica_step)


assign_another_u_on_each_replica()
for copy in strategy.experimental_local_results(layer.u.value):
    np.testing.assert_array_equal(copy, np.ones(6))  # the first replica's: rounding cannot drive them apart
print("replicas agree")
