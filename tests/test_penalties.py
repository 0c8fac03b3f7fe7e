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
    with pytest.raises(ValueError, match="power=3"):
        penalties.GradientPenalty(power=3)
    with pytest.raises(ValueError, match="scale=-1"):
        penalties.DRAGAN(scale=-1)
    for bad in (0, 1.5, True):
        with pytest.raises(ValueError, match="interval="):
            penalties.R1(interval=bad)


def uniform(dimensions):
    """Numbers in the place of random ones: 0, 0.5, 1 for the three samples."""
    u = tf.reshape(tf.constant([0.0, 0.5, 1.0]), (3,) + (1,) * len(dimensions))
    return tf.broadcast_to(u, (3, *dimensions))


def test_penalty_objects_take_the_right_points_and_their_weight():
    x, x_fake = tf.constant(X), tf.constant(X + 1.0)
    r1 = penalties.R1(3.0)(quadratic, x, x_fake, uniform)
    r2 = penalties.R2(3.0)(quadratic, x, x_fake, uniform)
    gp = penalties.GradientPenalty(3.0, target=0.0)(quadratic, x, x_fake, uniform)
    x_hat = (X + 1.0) + np.array([[0.0], [0.5], [1.0]]) * -1.0
    assert float(r1) == pytest.approx(3 * 2 * np.mean(np.sum(X**2, 1)), rel=1e-5)
    assert float(r2) == pytest.approx(3 * 2 * np.mean(np.sum((X + 1) ** 2, 1)), rel=1e-5)
    assert float(gp) == pytest.approx(3 * 4 * np.mean(np.sum(x_hat**2, 1)), rel=1e-5)


U = np.array([[0.0], [0.5], [1.0]])
POINTS = {
    penalties.Interpolates(): (1 - U) * (X + 1.0) + U * X,
    penalties.RealSamples(): X,
    penalties.GeneratedSamples(): X + 1.0,
    penalties.PerturbedSamples(0.5): X + U * 0.5 * X.std() * U,
}


@pytest.mark.parametrize("where", POINTS, ids=lambda w: type(w).__name__)
@pytest.mark.parametrize("target", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("one_sided", [False, True])
@pytest.mark.parametrize("power", [1, 2])
def test_every_member_of_the_family_on_a_quadratic_critic(where, target, one_sided, power):
    excess = 2 * np.linalg.norm(POINTS[where], axis=1) - target
    excess = np.maximum(excess, 0) if one_sided else np.abs(excess)
    penalty = penalties.GradientPenalty(2.0, where=where, target=target, one_sided=one_sided, power=power)
    value = float(penalty(quadratic, tf.constant(X), tf.constant(X + 1.0), uniform))
    # where the norm is exactly 0, the epsilon under the root leaves 1e-6
    assert value == pytest.approx(2.0 * np.mean(excess**power), rel=1e-5, abs=3e-6)


def test_lecture_notes_forms():
    """max(0, |grad D| - 1), and (|grad f| - 1)^2 / 2 at the data, on the linear critic of norm 5."""
    hinge = penalties.GradientPenalty(1.0, one_sided=True, power=1)
    at_data = penalties.GradientPenalty(0.5, where=penalties.RealSamples())
    assert float(hinge(linear, tf.constant(X), tf.constant(X + 1.0), uniform)) == pytest.approx(4.0, rel=1e-6)
    assert float(at_data(linear, tf.constant(X), tf.constant(X + 1.0), uniform)) == pytest.approx(8.0, rel=1e-6)


def test_dragan_is_the_general_penalty_around_the_data():
    arguments = quadratic, tf.constant(X), tf.constant(X + 1.0), uniform
    general = penalties.GradientPenalty(10.0, where=penalties.PerturbedSamples(0.5))
    assert float(penalties.DRAGAN()(*arguments)) == pytest.approx(float(general(*arguments)), rel=1e-7)


def sigma(s):
    return 1 / (1 + np.exp(-s))


def test_density_ratio_on_linear_and_quadratic_critics():
    small = lambda x: 0.1 * linear(x)  # noqa: E731
    s_real, s_fake = 0.1 * (X @ W + 7.0), 0.1 * ((X - 1) @ W + 7.0)
    expected = 0.25 * (np.mean((1 - sigma(s_real)) ** 2) + np.mean(sigma(s_fake) ** 2))  # |grad s|^2 = 0.25
    assert float(penalties.density_ratio(small, X, X - 1.0)) == pytest.approx(expected, rel=1e-5)
    s_real, s_fake = np.sum(X**2, 1), np.sum((X - 1) ** 2, 1)
    expected = np.mean((1 - sigma(s_real)) ** 2 * 4 * s_real) + np.mean(sigma(s_fake) ** 2 * 4 * s_fake)
    assert float(penalties.density_ratio(quadratic, X, X - 1.0)) == pytest.approx(expected, rel=1e-5)


def test_density_ratio_and_the_form_on_logarithms_are_one():
    value = float(penalties.density_ratio(quadratic, X, X - 1.0))
    assert float(penalties.log_density_ratio(quadratic, X, X - 1.0)) == pytest.approx(value, rel=1e-5)
    arguments = quadratic, tf.constant(X), tf.constant(X - 1.0), uniform
    assert float(penalties.DensityRatio(0.2)(*arguments)) == pytest.approx(0.1 * value, rel=1e-5)
    assert float(penalties.LogDensityRatio(0.2)(*arguments)) == pytest.approx(0.2 * value, rel=1e-5)


def test_the_form_on_logarithms_is_that_of_the_quotients():
    """|grad f|^2 / f^2 and |grad (1 - f)|^2 / (1 - f)^2, written out for f = sigma(x^2) in one dimension."""
    x, x_fake = np.array([[0.3], [-1.2]]), np.array([[0.7], [0.1]])

    def slope(v):  # of f
        f = sigma(v**2)
        return f * (1 - f) * 2 * v

    expected = np.mean((slope(x) / sigma(x**2)) ** 2) + np.mean((slope(x_fake) / (1 - sigma(x_fake**2))) ** 2)
    value = penalties.log_density_ratio(quadratic, x.astype("float32"), x_fake.astype("float32"))
    assert float(value) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("as_graph", [False, True])
def test_lazy_penalties_keep_their_mean(as_graph):
    penalty = penalties.R1(3.0, interval=4)
    call = lambda step: penalty(quadratic, tf.constant(X), tf.constant(X), uniform, step)  # noqa: E731
    call = tf.function(call) if as_graph else call
    values = [float(call(tf.constant(step, tf.int64))) for step in range(8)]
    every_step = float(penalties.R1(3.0)(quadratic, tf.constant(X), tf.constant(X), uniform))
    np.testing.assert_allclose(values, [4 * every_step, 0, 0, 0] * 2, rtol=1e-6)


@pytest.mark.parametrize("as_graph", [False, True])
def test_lazy_penalties_are_differentiated_when_due(as_graph):
    w = tf.Variable([[3.0], [-4.0]])
    penalty = penalties.R1(2.0, interval=3)

    def slope(step):
        with tf.GradientTape() as tape:
            value = penalty(lambda x: tf.matmul(x, w), tf.constant(X), tf.constant(X), uniform, step)
        return tape.gradient(value, w, unconnected_gradients="zero")

    slope = tf.function(slope) if as_graph else slope
    np.testing.assert_allclose(slope(tf.constant(3)), 3 * 2 * w.numpy(), rtol=1e-6)  # of |w|^2 / 2 is w
    np.testing.assert_allclose(slope(tf.constant(4)), 0.0)


def test_a_weight_may_follow_a_schedule():
    schedule = keras.optimizers.schedules.ExponentialDecay(2.0, 99, 0.01)  # Roth et al.: from 2 to 0.02
    penalty = penalties.DensityRatio(schedule)
    arguments = quadratic, tf.constant(X), tf.constant(X - 1.0), uniform
    half = 0.5 * float(penalties.density_ratio(quadratic, X, X - 1.0))
    assert float(penalty(*arguments, step=0)) == pytest.approx(2.0 * half, rel=1e-5)
    assert float(penalty(*arguments, step=99)) == pytest.approx(0.02 * half, rel=1e-5)


SCHEDULE = keras.optimizers.schedules.ExponentialDecay(2.0, 99, 0.01)


@pytest.mark.parametrize(
    "penalty",
    [
        penalties.R1(2.0, interval=16),
        penalties.R2(SCHEDULE),
        penalties.GradientPenalty(1.0, penalties.PerturbedSamples(0.3), 0.5, True, 1, 2),
        penalties.DRAGAN(5.0, 0.7),
        penalties.DensityRatio(SCHEDULE, 3),
        penalties.LogDensityRatio(0.3),
    ],
    ids=lambda p: type(p).__name__,
)
def test_config_round_trip(penalty):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(penalty))
    assert type(again) is type(penalty)
    assert again.get_config() == penalty.get_config()


def test_clip_weights_clips_in_place():
    v = keras.Variable([-2.0, -0.005, 0.0, 0.3])
    penalties.clip_weights([v], 0.01)
    np.testing.assert_allclose(v.numpy(), [-0.01, -0.005, 0.0, 0.01])
