"""Penalties against closed forms on linear and quadratic critics, and finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans import penalties

W = np.array([[3.0], [-4.0]], "float32")  # norm 5
X = np.array([[1.0, 2.0], [0.5, -1.0], [0.0, 0.0]], "float32")


def linear(x):
    return tf.matmul(x, W) + 7.0


def quadratic(x):  # gradient 2 x, sample by sample
    return tf.reduce_sum(tf.square(x), axis=1, keepdims=True)


def test_interpolates_lie_between_the_pairs_by_one_weight_per_sample():
    x, x_fake = np.ones((3, 2, 2, 1), "float32"), np.zeros((3, 2, 2, 1), "float32")
    x_hat = penalties.interpolate(x, x_fake, tf.constant([0.0, 0.25, 1.0])).numpy()
    for i, weight in enumerate((0.0, 0.25, 1.0)):  # the same for every pixel of a sample; 1 is the real one
        np.testing.assert_allclose(x_hat[i], weight)


def test_squared_norms_are_per_sample():
    np.testing.assert_allclose(penalties.squared_gradient_norms(quadratic, X), 4 * np.sum(X**2, axis=1), rtol=1e-6)
    np.testing.assert_allclose(penalties.gradient_norms(linear, X), [5.0] * 3, rtol=1e-6)


@pytest.mark.parametrize(
    ("target", "one_sided", "expected"),
    [(1.0, False, 16.0), (7.0, False, 4.0), (7.0, True, 0.0), (1.0, True, 16.0), (0.0, False, 25.0)],
)
def test_gradient_penalty_on_a_linear_critic(target, one_sided, expected):
    value = penalties.gradient_penalty(linear, X, target=target, one_sided=one_sided)
    assert float(value) == pytest.approx(expected, rel=1e-6)


def test_gradient_penalty_on_a_quadratic_critic():
    norms = 2 * np.linalg.norm(X, axis=1)
    assert float(penalties.gradient_penalty(quadratic, X)) == pytest.approx(np.mean((norms - 1) ** 2), rel=1e-5)
    one_sided = np.mean(np.maximum(norms - 1, 0) ** 2)
    assert float(penalties.gradient_penalty(quadratic, X, one_sided=True)) == pytest.approx(one_sided, rel=1e-5)


def test_r1_and_r2_carry_their_half():
    assert float(penalties.r1(linear, X)) == pytest.approx(12.5)
    assert float(penalties.r2(quadratic, X)) == pytest.approx(0.5 * np.mean(4 * np.sum(X**2, axis=1)), rel=1e-6)


def test_gradient_at_zero_norm_is_finite():
    x = tf.zeros((2, 2))
    w = tf.Variable([[0.0], [0.0]])
    with tf.GradientTape() as tape:
        value = penalties.gradient_penalty(lambda x: tf.matmul(x, w), x)
    assert np.isfinite(tape.gradient(value, w).numpy()).all()


@pytest.mark.parametrize("as_graph", [False, True])
def test_second_order_gradient_against_finite_differences(as_graph):
    keras.utils.set_random_seed(1)
    critic = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Conv2D(3, 3, activation="tanh")])
    critic.add(keras.layers.Flatten())
    critic.add(keras.layers.Dense(1))
    x = np.random.default_rng(0).normal(size=(4, 6, 6, 1)).astype("float32")
    kernel = critic.layers[0].kernel

    def penalty_and_gradient():
        with tf.GradientTape() as tape:
            value = penalties.gradient_penalty(critic, x)
        return value, tape.gradient(value, kernel.value)

    _, gradient = (tf.function(penalty_and_gradient) if as_graph else penalty_and_gradient)()
    direction = np.random.default_rng(1).normal(size=kernel.shape).astype("float32")
    start, h = kernel.numpy(), 1e-2
    kernel.assign(start + h * direction)
    above = float(penalties.gradient_penalty(critic, x))
    kernel.assign(start - h * direction)
    below = float(penalties.gradient_penalty(critic, x))
    assert float(tf.reduce_sum(gradient * direction)) == pytest.approx((above - below) / (2 * h), rel=2e-3)


REFUSED = {
    "bilinear": lambda: keras.layers.Resizing(4, 4, interpolation="bilinear"),
    "bicubic": lambda: keras.layers.Resizing(4, 4, interpolation="bicubic"),
    "upsampling": lambda: keras.layers.UpSampling2D(2, interpolation="bilinear"),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("as_graph", [False, True])
def test_refuses_what_cannot_be_differentiated_twice(kind, as_graph):
    critic = keras.Sequential([keras.Input((8, 8, 1)), REFUSED[kind](), keras.layers.Flatten(), keras.layers.Dense(1)])
    penalty = lambda x: penalties.gradient_penalty(critic, x)  # noqa: E731
    with pytest.raises(ValueError, match="no effect"):
        (tf.function(penalty) if as_graph else penalty)(tf.zeros((2, 8, 8, 1)))


def test_allows_what_can_be_differentiated_twice():
    layers = keras.layers
    critic = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.UpSampling2D(2, interpolation="nearest"),
            layers.Conv2D(4, 3, strides=2, padding="same"),
            layers.GroupNormalization(1),
            layers.LeakyReLU(0.2),
            layers.MaxPooling2D(),
            layers.Conv2DTranspose(2, 3, strides=2),
            layers.AveragePooling2D(2),
            layers.LayerNormalization(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(1),
        ]
    )
    with tf.GradientTape() as tape:
        value = penalties.gradient_penalty(critic, tf.random.stateless_normal((2, 8, 8, 2), (0, 0)))
    gradients = tape.gradient(value, [layer.kernel.value for layer in critic.layers if hasattr(layer, "kernel")])
    assert all(gradient is not None and np.abs(gradient).max() > 0 for gradient in gradients)


def test_refuses_a_score_that_ignores_its_point():
    with pytest.raises(ValueError, match="does not depend"):
        penalties.r1(lambda x: tf.ones((2, 1)) * tf.Variable(1.0), tf.zeros((2, 2)))


def test_refuses_negative_arguments():
    with pytest.raises(ValueError, match="target=-1"):
        penalties.gradient_penalty(linear, X, target=-1.0)
    with pytest.raises(ValueError, match="weight=-1"):
        penalties.R1(-1.0)
    with pytest.raises(ValueError, match="target=-2"):
        penalties.GradientPenalty(target=-2.0)


def test_penalty_objects_take_the_right_points():
    x, x_fake, epsilon = tf.constant(X), tf.constant(X + 1.0), tf.constant([0.0, 0.5, 1.0])
    r1 = penalties.R1(3.0)(quadratic, x, x_fake, epsilon)
    r2 = penalties.R2(3.0)(quadratic, x, x_fake, epsilon)
    gp = penalties.GradientPenalty(3.0, target=0.0)(quadratic, x, x_fake, epsilon)
    x_hat = (X + 1.0) + np.array([[0.0], [0.5], [1.0]]) * -1.0
    assert float(r1) == pytest.approx(2 * np.mean(np.sum(X**2, 1)), rel=1e-5)
    assert float(r2) == pytest.approx(2 * np.mean(np.sum((X + 1) ** 2, 1)), rel=1e-5)
    assert float(gp) == pytest.approx(4 * np.mean(np.sum(x_hat**2, 1)), rel=1e-5)


@pytest.mark.parametrize("penalty", [penalties.R1(2.0), penalties.R2(3.0), penalties.GradientPenalty(1.0, 0.5, True)])
def test_config_round_trip(penalty):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(penalty))
    assert type(again) is type(penalty)
    assert again.get_config() == penalty.get_config()


def test_clip_weights_clips_in_place():
    v = keras.Variable([-2.0, -0.005, 0.0, 0.3])
    penalties.clip_weights([v], 0.01)
    np.testing.assert_allclose(v.numpy(), [-0.01, -0.005, 0.0, 0.01])
