import os
import pathlib
import subprocess
import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gans.export import to_saved_model
from keras_gans.export.generators import resolve
from keras_gans.latent import Normal, Uniform
from keras_gans.layers import NearestUpsampling2D, SpectralNormalization
from keras_gans.models.non_saturating import NonSaturatingGAN

LATENT_DIM = 5
MODULE = sys.modules["keras_gans.export.to_saved_model"]  # the package's attribute is the function


def image_generator(classes=None, seed=0):
    """Build G(z) or G(z, y) -> (m, 8, 8, 3) with random weights, BatchNorm statistics included."""
    z = keras.Input((LATENT_DIM,), name="z")
    h, inputs = z, z
    if classes:
        y = keras.Input((), dtype="int32", name="y")
        h, inputs = keras.layers.Concatenate()([z, keras.layers.Embedding(classes, 3)(y)]), [z, y]
    h = keras.layers.Reshape((4, 4, 2))(SpectralNormalization(keras.layers.Dense(32))(h))
    h = keras.layers.ReLU()(keras.layers.BatchNormalization()(h))
    h = keras.layers.Conv2D(3, 3, padding="same", activation="tanh")(NearestUpsampling2D()(h))
    generator = keras.Model(inputs, h)
    rng = np.random.default_rng(seed)
    for variable in generator.weights:
        if not variable.path.endswith("/u"):
            variable.assign(rng.uniform(0.1, 1.0, variable.shape))
    return generator


def serve(path, name):
    signature = tf.saved_model.load(path).signatures[name]
    return lambda **inputs: signature(**inputs)["images"].numpy()


def files_in(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def test_a_process_without_keras_gans_gets_the_generators_images(tmp_path):
    generator = image_generator(classes=4)
    to_saved_model(generator, tmp_path / "saved")
    rng = np.random.default_rng(0)
    z, y = rng.standard_normal((3, LATENT_DIM)).astype("float32"), np.array([3, 0, 1], "int32")
    np.savez(tmp_path / "inputs.npz", z=z, y=y)
    script = (
        "import sys, numpy as np, tensorflow as tf\n"
        "folder = sys.argv[1]\n"
        "signatures = tf.saved_model.load(folder + '/saved').signatures\n"
        "inputs = dict(np.load(folder + '/inputs.npz'))\n"
        "np.savez(folder + '/outputs.npz',\n"
        "    served=signatures['serving_default'](**inputs)['images'],\n"
        "    sampled=signatures['sample'](num=3, seed=7, y=inputs['y'])['images'],\n"
        "    pictures=signatures['pictures'](**inputs)['images'])\n"
        "assert 'keras_gans' not in sys.modules\n"
    )
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True, env=environment)
    outputs = np.load(tmp_path / "outputs.npz")
    expected = generator.predict([z, y], verbose=0)
    np.testing.assert_allclose(outputs["served"], expected, atol=1e-6)
    z = Normal().sample((3, LATENT_DIM), (7, 0))
    np.testing.assert_allclose(outputs["sampled"], generator.predict([z, y], verbose=0), atol=1e-6)
    assert outputs["pictures"].dtype == np.uint8
    assert np.abs(outputs["pictures"].astype(float) - (expected + 1) * 127.5).max() <= 0.51


@pytest.mark.parametrize("latent", [Normal(), Uniform(-2.0, 0.5)])
def test_sample_gives_what_the_model_samples(tmp_path, latent):
    x = keras.Input((8, 8, 3))
    discriminator = keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    model = NonSaturatingGAN(image_generator(), discriminator, latent=latent)
    to_saved_model(model, tmp_path / "saved")
    sample = serve(tmp_path / "saved", "sample")
    for seed in (0, 2**40, -3):  # one that int32 does not hold
        np.testing.assert_allclose(sample(num=6, seed=seed), model.sample(6, seed=seed), atol=1e-6)


def test_the_sampling_generator_is_exported(tmp_path):
    model = types.SimpleNamespace(generator=image_generator(seed=1), served_generator=image_generator(seed=2))
    to_saved_model(model, tmp_path / "saved")
    z = np.random.default_rng(0).standard_normal((4, LATENT_DIM)).astype("float32")
    served = serve(tmp_path / "saved", "serving_default")(z=z)
    np.testing.assert_allclose(served, model.served_generator.predict(z, verbose=0), atol=1e-6)
    assert np.abs(served - model.generator.predict(z, verbose=0)).max() > 0.01


def test_pictures_round_to_the_nearest_level_and_clip(tmp_path):
    generator = keras.Sequential([keras.Input((6,)), keras.layers.Reshape((1, 2, 3))])
    to_saved_model(generator, tmp_path / "saved")
    z = np.array([[-1.0, 1.0, 0.5, -0.996, 1.7, -3.0]], "float32")  # levels -0, 255, 191.25, 0.51, 344.25, -255
    pictures = serve(tmp_path / "saved", "pictures")(z=z)
    assert pictures.dtype == np.uint8
    assert pictures.ravel().tolist() == [0, 255, 191, 1, 255, 0]


def test_points_have_no_pictures(tmp_path):
    generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    to_saved_model(generator, tmp_path / "saved")
    assert set(tf.saved_model.load(tmp_path / "saved").signatures) == {"serving_default", "sample"}


def test_a_generator_of_low_precision_serves_float32_images(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Reshape((2, 2, 1))])
    finally:
        keras.config.set_dtype_policy("float32")
    to_saved_model(generator, tmp_path / "saved")
    z = np.ones((2, 3), "float32")
    served = serve(tmp_path / "saved", "serving_default")(z=z)
    assert served.dtype == np.float32
    np.testing.assert_allclose(served, np.asarray(tf.cast(generator(z), "float32")), atol=1e-6)


def test_an_earlier_saved_model_is_replaced_and_nothing_else_is_left(tmp_path):
    to_saved_model(image_generator(seed=1), tmp_path / "saved")
    generator = image_generator(seed=2)
    to_saved_model(generator, tmp_path / "saved")
    assert [p.name for p in tmp_path.iterdir()] == ["saved"]
    z = np.ones((1, LATENT_DIM), "float32")
    served = serve(tmp_path / "saved", "serving_default")(z=z)
    np.testing.assert_allclose(served, generator.predict(z, verbose=0), atol=1e-6)


def disk_full(_, path, *args, **kwargs):
    pathlib.Path(path).mkdir()
    (pathlib.Path(path) / "saved_model.pb").write_bytes(b"half")
    raise OSError("no space left")


@pytest.mark.parametrize(("failure", "earlier"), [("differs", False), ("differs", True), ("disk full", True)])
def test_a_failed_export_leaves_what_was_there(tmp_path, monkeypatch, failure, earlier):
    if earlier:
        (tmp_path / "saved").mkdir()
        (tmp_path / "saved" / "saved_model.pb").write_bytes(b"earlier")
    before = files_in(tmp_path)
    if failure == "differs":
        monkeypatch.setattr(MODULE, "measure_parity", lambda *_, **__: {1: 0.0, 7: 2e-4})
        expected = pytest.raises(RuntimeError, match=r"differs .* 0\.0002 \(in a batch of 7\).* at most 0\.0001")
    else:
        monkeypatch.setattr(tf.saved_model, "save", disk_full)
        expected = pytest.raises(OSError, match="no space left")
    with expected:
        to_saved_model(generator_of((4,)), tmp_path / "saved")
    assert files_in(tmp_path) == before
    if earlier:
        assert (tmp_path / "saved" / "saved_model.pb").read_bytes() == b"earlier"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_no_saved_model_is_not_replaced(tmp_path, kind):
    if kind == "file":
        (tmp_path / "saved").write_text("mine")
    else:
        (tmp_path / "saved").mkdir()
        (tmp_path / "saved" / "thesis.tex").write_text("mine")
    before = files_in(tmp_path)
    with pytest.raises(FileExistsError, match=r"other than a SavedModel.*Choose another path"):
        to_saved_model(generator_of((4,)), tmp_path / "saved")
    assert files_in(tmp_path) == before


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "saved").mkdir()
    to_saved_model(generator_of((4,)), tmp_path / "saved")
    assert (tmp_path / "saved" / "saved_model.pb").exists()


class Noise(keras.layers.Layer):
    """Adds noise, in inference too; `nested` hides it in a loop's body, a function of its own in the graph."""

    def __init__(self, nested=False):
        super().__init__()
        self.nested = nested

    def call(self, x):
        if self.nested:
            return tf.map_fn(lambda row: row + tf.random.normal(tf.shape(row)), x)
        return x + tf.random.stateless_normal(tf.shape(x), (1, 2))

    def compute_output_shape(self, shape):
        return shape


def generator_of(*shapes, outputs=None):
    inputs = [keras.Input(shape) for shape in shapes]
    h = keras.layers.Concatenate()([keras.layers.Flatten()(x) for x in inputs]) if len(inputs) > 1 else inputs[0]
    heads = [keras.layers.Dense(2)(keras.layers.Flatten()(h)) for _ in range(outputs or 1)]
    return keras.Model(inputs, heads if outputs else heads[0])


REFUSED = {
    "no model": (lambda: "generator.keras", TypeError, "'generator.keras' was passed. Expected a GAN"),
    "not built": (lambda: keras.Sequential([keras.layers.Dense(2)]), ValueError, "not built.*keras.Input"),
    "z of rank 3": (lambda: generator_of((4, 4)), ValueError, r"inputs of shapes \[\(None, 4, 4\)\].*latent z"),
    "images of any size": (
        lambda: keras.Sequential([keras.Input((None, None, 1)), keras.layers.Conv2D(1, 1)]),
        ValueError,
        r"inputs of shapes \[\(None, None, None, 1\)\].*of a fixed size",
    ),
    "three inputs": (lambda: generator_of((4,), (1,), (1,)), ValueError, "inputs of shapes.*Expected a latent z"),
    "y of rank 3": (lambda: generator_of((4,), (2, 2)), ValueError, "inputs of shapes.*num_classes"),
    "two outputs": (lambda: generator_of((4,), outputs=2), ValueError, "outputs of shapes.*Expected one output"),
    "noise": (
        lambda: keras.Sequential([keras.Input((4,)), Noise()]),
        ValueError,
        "draws random numbers by itself.*StatelessRandomNormal.*Take the noise from z",
    ),
    "hidden noise": (
        lambda: keras.Sequential([keras.Input((4,)), Noise(nested=True)]),
        ValueError,
        "draws random numbers by itself.*RandomStandardNormal",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_exported_is_refused(tmp_path, case):
    build, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        to_saved_model(build(), tmp_path / "saved")
    assert not files_in(tmp_path)


def test_noise_of_training_is_no_obstacle():
    generator = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.GaussianNoise(1.0)])
    assert resolve(generator).generator is generator


def test_a_weight_that_is_not_finite_is_named(tmp_path):
    generator = generator_of((4,))
    bias = generator.layers[-1].bias
    bias.assign([0.0, np.nan])
    with pytest.raises(FloatingPointError, match=f"weight {bias.path} is not finite.*last good one"):
        to_saved_model(generator, tmp_path / "saved")
    assert not files_in(tmp_path)


def test_classes_are_found_where_the_network_tells_them():
    vector = generator_of((4,), (3,))
    scalar = keras.Input((1,), dtype="int32")
    encoded = keras.layers.CategoryEncoding(6, output_mode="one_hot")(scalar)
    z = keras.Input((4,))
    encoding = keras.Model([z, scalar], keras.layers.Concatenate()([z, encoded]))
    untold = generator_of((4,), (1,))
    assert resolve(generator_of((4,))).num_classes is None
    assert resolve(image_generator(classes=4)).num_classes == 4
    assert resolve(vector).num_classes == 3
    assert resolve(encoding).num_classes == 6
    assert resolve(untold).num_classes is None
    np.testing.assert_array_equal(resolve(vector).draw(3)[1], np.eye(3))
    np.testing.assert_array_equal(resolve(untold).draw(2)[1], [[0.0], [1.0]])
    assert set(resolve(image_generator(classes=4)).draw(64)[1]) == {0, 1, 2, 3}
