"""Augmentation of what a discriminator sees."""

import keras
import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf
import tiny

import keras_gans as kg
from keras_gans import layers
from keras_gans.draws import drawing
from keras_gans.layers.resampling import resample

rng = np.random.default_rng(0)
SOME = [[0.9, 0.3, 0.4], [-0.2, 1.1, -1.3]], [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]], [[1.0, 0.0, 2.0], [0.0, -1.0, 0.0]]


@pytest.mark.parametrize(("reflect", "mode"), [(False, "grid-constant"), (True, "mirror")])
def test_resampling_is_scipys_affine_transform(reflect, mode):
    x = rng.normal(size=(3, 7, 9, 2)).astype("float32")
    matrices = np.array(SOME, "float32")
    found = resample(tf.constant(x), tf.constant(matrices), reflect).numpy()
    middle = np.array([3.0, 4.0])
    for i, matrix in enumerate(matrices.astype("float64")):
        offset = matrix[:, 2] + middle - matrix[:, :2] @ middle
        for channel in range(2):
            image = x[i, ..., channel].astype("float64")
            expected = scipy.ndimage.affine_transform(image, matrix[:, :2], offset, order=1, mode=mode)
            np.testing.assert_allclose(found[i, ..., channel], expected, atol=1e-4)


def draws(**of_size):
    """Uniform numbers by their dimensions, the same for each sample."""

    def draw(sample, rows, dimensions):
        key = "x".join(map(str, dimensions)) or "one"
        values = of_size[key]
        return tf.broadcast_to(tf.constant(values.pop(0), tf.float32), (rows, *dimensions))

    return drawing(draw)


def test_diff_augment_shifts_by_whole_pixels_and_cuts_a_square():
    x = np.ones((2, 8, 8, 1), "float32")
    shift = layers.DiffAugment(color=False, translation=0.25, cutout=0)
    # from -2 to 2: 0.0 is -2, 0.99 is 2
    with draws(**{"2": [[0.0, 0.99]]}):
        y = shift(rng.normal(size=(2, 8, 8, 1)).astype("float32") * 0 + x, training=True).numpy()
    assert sorted(set(y.ravel())) == [0.0, 1.0]
    assert (y[:, :2] == 0).all()
    assert (y[:, :, 6:] == 0).all()
    assert (y[:, 2:, :6] == 1).all()
    cut = layers.DiffAugment(color=False, translation=0, cutout=0.5)
    with draws(**{"2": [[0.5, 0.0]]}):  # centre of 0..8: 4 and 0, a square of 4
        y = cut(x, training=True).numpy()
    hole = np.ones((8, 8), "float32")
    hole[2:6, 0:2] = 0
    np.testing.assert_array_equal(y[0, ..., 0], hole)


def test_diff_augments_colours():
    x = rng.normal(size=(2, 4, 4, 3)).astype("float32")
    layer = layers.DiffAugment(translation=0, cutout=0)
    with draws(one=[0.7, 0.25, 0.1]):
        y = layer(x, training=True).numpy()
    expected = x + 0.2
    gray = expected.mean(axis=-1, keepdims=True)
    expected = gray + 0.5 * (expected - gray)
    mean = expected.mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(y, mean + 0.6 * (expected - mean), rtol=1e-5, atol=1e-6)


def test_diff_augment_covers_its_range():
    x = np.ones((4000, 8, 8, 1), "float32")
    y = layers.DiffAugment(color=False, translation=0.125, cutout=0)(x, training=True).numpy()[..., 0]
    down = (y[:, 0, 3:5] == 0).all(axis=1).mean()
    assert down == pytest.approx(1 / 3, abs=0.04)  # -1, 0 and 1 are as likely
    y = layers.DiffAugment(color=False, translation=0, cutout=0.5)(x, training=True).numpy()[..., 0]
    # centres 0..8, sides of 4: the first row is within two rows of the centre for centres 0, 1, 2
    assert (y[:, 0] == 0).any(axis=1).mean() == pytest.approx(3 / 9, abs=0.04)


def test_adaptive_augment_at_zero_changes_nothing():
    x = rng.normal(size=(4, 6, 6, 3)).astype("float32")
    np.testing.assert_allclose(layers.AdaptiveAugment()(x, training=True), x, atol=1e-5)
    np.testing.assert_array_equal(layers.AdaptiveAugment(probability=1.0)(x), x)


def test_adaptive_augment_blits_exactly():
    x = rng.normal(size=(64, 8, 8, 1)).astype("float32")
    y = layers.AdaptiveAugment(probability=1.0, geometry=False, color=False)(x, training=True).numpy()
    found = set()
    for image, result in zip(x[..., 0], y[..., 0], strict=True):
        padded = np.pad(image, 1, mode="reflect")
        candidates = {}
        for flip in (False, True):
            for turn in range(4):
                for row in range(3):
                    for column in range(3):
                        # the shift is the last, that is, the first in the image's own coordinates
                        part = padded[row : row + 8, column : column + 8]
                        part = np.rot90(part, turn)
                        candidates[flip, turn] = [*candidates.get((flip, turn), []), part[:, ::-1] if flip else part]
        hits = [key for key, parts in candidates.items() if any(np.allclose(p, result, atol=1e-4) for p in parts)]
        assert hits, "no mirrored, turned and moved image"
        found.update(hits)
    assert len(found) == 8


def test_adaptive_augments_colours_keep_what_they_should():
    x = rng.normal(size=(200, 4, 4, 3)).astype("float32")
    y = layers.AdaptiveAugment(probability=1.0, blit=False, geometry=False)(x, training=True).numpy()
    # Each sample's colours go through one affine map, whose gray axis stays: gray pixels stay gray.
    gray = np.repeat(rng.normal(size=(50, 4, 4, 1)), 3, axis=-1).astype("float32")
    z = layers.AdaptiveAugment(probability=1.0, blit=False, geometry=False)(gray, training=True).numpy()
    np.testing.assert_allclose(z, z.mean(axis=-1, keepdims=True).repeat(3, axis=-1), atol=1e-4)
    for before, after in zip(x[:20], y[:20], strict=True):
        A = np.c_[before.reshape(-1, 3), np.ones(16)]
        solution, _residual, *_ = np.linalg.lstsq(A, after.reshape(-1, 3), rcond=None)
        np.testing.assert_allclose(A @ solution, after.reshape(-1, 3), atol=1e-3)
        # a saturation and a hue: across the gray axis, a rotation times a factor
        across = np.linalg.svd(solution[:3] - solution[:3].mean(axis=1, keepdims=True))[1]
        assert across[0] == pytest.approx(across[1], rel=1e-2)


def test_p_follows_the_signs_of_real_scores():
    layer = layers.AdaptiveAugment(target=0.6, images=1000)
    layer.build((None, 8, 8, 1))
    ps = []
    for mean_sign in [0.7, 0.7, 0.7, 0.5] * 2 + [0.0] * 4 + [-1.0] * 4:
        layer.follow_scores(mean_sign, 10)
        ps.append(float(layer.p))
    # r_t = 0.65 in the first and second four steps, of 40 samples each; then below the target, and never below 0
    np.testing.assert_allclose(ps[:12], [0] * 3 + [0.04] * 4 + [0.08] * 4 + [0.04], atol=1e-7)
    assert ps[-1] == 0.0
    fixed = layers.AdaptiveAugment(target=None, probability=0.3)
    fixed.build((None, 8, 8, 1))
    for _ in range(8):
        fixed.follow_scores(1.0, 1000)
    assert float(fixed.p) == pytest.approx(0.3)


def small_gan(augment):
    x = keras.Input((8, 8, 1), name="x")
    h = keras.layers.Flatten()(augment(x))
    discriminator = keras.Model(x, keras.layers.Dense(1, dtype="float32")(keras.layers.Dense(8, "tanh")(h)))
    generator = kg.networks.mlp_generator(2, (8, 8, 1), (8,), output_activation="tanh")
    return kg.NonSaturatingGAN(generator, discriminator)


def test_p_rises_in_training_is_saved_and_resumed(tmp_path):
    x = np.clip(rng.normal(-0.5, 0.2, size=(64, 8, 8, 1)), -1, 1).astype("float32")
    keras.utils.set_random_seed(0)
    gan = small_gan(layers.AdaptiveAugment(target=0.1, images=320))
    gan.compile(keras.optimizers.SGD(1e-9), keras.optimizers.Adam(0.02))
    gan.fit(x, batch_size=16, epochs=4, verbose=0)
    augment = gan.discriminator.layers[1]
    p = float(augment.p)
    assert 0 < p <= 0.8 + 1e-6  # 16 steps: four changes of 0.2 at most
    gan.fit(x, batch_size=16, steps_per_epoch=3, epochs=1, verbose=0)  # within the four steps of a change
    gan.save(tmp_path / "gan.keras")
    again = kg.load_model(tmp_path / "gan.keras")
    for m in (gan, again):
        m.fit(x, batch_size=16, epochs=2, verbose=0)
    np.testing.assert_array_equal(tiny.weights_of(gan), tiny.weights_of(again))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.DiffAugment(translation=1.0), "translation=1.0"),
        (lambda: layers.DiffAugment(cutout=True), "cutout=True"),
        (lambda: layers.DiffAugment(False, 0, 0), "Drop the layer"),
        (lambda: layers.AdaptiveAugment(target=1.0), "target=1.0"),
        (lambda: layers.AdaptiveAugment(probability=1.1), "probability=1.1"),
        (lambda: layers.AdaptiveAugment(images=0), "images=0"),
        (lambda: layers.AdaptiveAugment(blit=False, geometry=False, color=False), "Expected one of them"),
    ],
)
def test_refuses_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
