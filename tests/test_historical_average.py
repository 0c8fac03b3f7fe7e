"""Historical averaging: the means, their pull, and that both go on with a resumed run and over replicas."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

import keras_gans as kg

RATE, WEIGHT = 0.1, 0.7


def model_of(history=True, **kwargs):
    keras.utils.set_random_seed(3)
    model = kg.NonSaturatingGAN(*tiny.linear_pair(), n_critic=2)
    model.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE), **kwargs)
    if history:
        model.track_history(WEIGHT)
    return model


class Weights(keras.callbacks.Callback):
    """The discriminator's weights after each epoch of one step."""

    def on_train_begin(self, logs=None):
        self.seen = [tiny.weights_of(self.model.generator)]

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(tiny.weights_of(self.model.generator))


def test_the_mean_is_that_of_all_values():
    model, seen = model_of(), Weights()
    x = tf.data.Dataset.from_tensors(tiny.points(16))
    model.fit(x, epochs=4, verbose=0, callbacks=[seen])
    mean = np.concatenate([np.ravel(m.numpy()) for m in model.histories[0].means])
    np.testing.assert_allclose(mean, np.mean(seen.seen, axis=0), rtol=1e-5)
    assert float(model.histories[0].count) == 5
    assert float(model.histories[1].count) == 9  # two discriminator steps each


def test_the_pull_is_the_gradient_of_the_squared_distance():
    """From a state with a history, one step with the term and one without differ by rate * 2 weight (theta - mean)."""
    x = tf.data.Dataset.from_tensors(tiny.points(16))
    ends = []
    for weight in (WEIGHT, 1e-30):
        model = model_of(history=False)
        model.fit(x.repeat(3), verbose=0)
        model.track_history(weight)
        theta = tiny.weights_of(model.generator)
        for history in model.histories:
            for mean in history.means:
                mean.assign(mean.value - 0.25)
        model.discriminator_step = lambda tape, loss, s_real: None
        model.fit(x, verbose=0)
        ends.append(tiny.weights_of(model.generator))
    np.testing.assert_allclose(ends[0] - ends[1], -RATE * 2 * WEIGHT * 0.25 * np.ones_like(theta), rtol=1e-3, atol=1e-6)


def test_it_holds_the_weights_back():
    """A WGAN critic's step is constant on linear networks: with the term it comes to rest, without it runs away."""
    distances = []
    for history in (False, True):
        keras.utils.set_random_seed(3)
        model = kg.ComposedGAN(
            *tiny.linear_pair(), kg.losses.wasserstein_discriminator, kg.losses.wasserstein_generator
        )
        model.compile(keras.optimizers.SGD(1e-12), keras.optimizers.SGD(0.05))
        if history:
            model.track_history(5.0)
        before = tiny.weights_of(model.discriminator)
        model.fit(tf.data.Dataset.from_tensors(tiny.points(64)).repeat(60), verbose=0)
        distances.append(np.linalg.norm(tiny.weights_of(model.discriminator) - before))
    assert distances[1] < 0.5 * distances[0]


def test_a_saved_model_goes_on_to_the_bit(tmp_path):
    x = tf.data.Dataset.from_tensors(tiny.points(16))
    model = model_of()
    model.fit(x.repeat(3), verbose=0)
    model.save(tmp_path / "model.keras")
    again = kg.load_model(tmp_path / "model.keras")
    assert again.get_config()["history_weight"] == WEIGHT
    for m in (model, again):
        m.fit(x.repeat(2), verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(model), tiny.weights_of(again))
    assert len(tiny.weights_of(model)) > len(tiny.weights_of(model_of(history=False)))  # the means are weights


def test_replicas_equal_one():
    cpus = [device.name for device in tf.config.list_logical_devices("CPU")[:2]]
    strategy = tf.distribute.MirroredStrategy(cpus, cross_device_ops=tf.distribute.ReductionToOneDevice())
    found = []
    for scope in (tf.distribute.get_strategy(), strategy):
        with scope.scope():
            model = model_of()
        model.fit(tf.data.Dataset.from_tensors(tiny.points(16)).repeat(4), verbose=0)
        found.append(tiny.weights_of(model))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16"])
def test_the_loss_scale_does_not_touch_the_term(policy):
    plain = model_of()
    keras.config.set_dtype_policy(policy)
    scaled = model_of()
    for model in (plain, scaled):
        for history in model.histories:
            for mean in history.means:
                mean.assign(mean.value - 5.0)  # so that the term moves the weights by far more than the tolerance
        model.fit(tf.data.Dataset.from_tensors(tiny.points(16)).repeat(3), verbose=0)
    np.testing.assert_allclose(
        tiny.weights_of(scaled.generator), tiny.weights_of(plain.generator), rtol=0.05, atol=0.02
    )


@pytest.mark.parametrize("weight", [0, -1.0])
def test_refuses_a_weight_that_does_nothing(weight):
    with pytest.raises(ValueError, match="weight="):
        model_of(history=False).track_history(weight)
