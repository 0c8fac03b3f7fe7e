import importlib.metadata
import json
import logging
import pathlib
import platform
import subprocess
import sys
import types

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf

from keras_gans.export import sample_with_onnxruntime, to_onnx
from keras_gans.export.parity import measure_parity, require_parity
from keras_gans.latent import Uniform
from keras_gans.layers import NearestUpsampling2D, SpectralNormalization
from keras_gans.models.non_saturating import NonSaturatingGAN

LATENT_DIM = 5
PACKAGES = ("keras-gans", "tensorflow", "keras", "tf2onnx", "onnx", "onnxruntime", "numpy")
MODULE = sys.modules["keras_gans.export.to_onnx"]  # the package's attribute is the function


class DepthToSpace(keras.layers.Layer):
    def call(self, x):
        return tf.nn.depth_to_space(x, 2)


def randomised(generator, seed=0):
    """Give every weight a random value, so that no BatchNorm is the identity and no bias is zero."""
    rng = np.random.default_rng(seed)
    for variable in generator.weights:
        if not variable.path.endswith("/u"):
            sign = rng.choice([-1.0, 1.0], variable.shape) if "kernel" in variable.path else 1.0
            variable.assign(sign * rng.uniform(0.1, 1.0, variable.shape))
    return generator


def small_generator(classes=None, channels=1, seed=0):
    """Build G(z) or G(z, y) -> (m, 4, 4, channels)."""
    z = keras.Input((LATENT_DIM,), name="latent")
    h, inputs = z, z
    if classes:
        y = keras.Input((), dtype="int32", name="label")
        h, inputs = keras.layers.Concatenate()([z, keras.layers.Embedding(classes, 3)(y)]), [z, y]
    h = keras.layers.Dense(16 * channels, activation="tanh")(h)
    return randomised(keras.Model(inputs, keras.layers.Reshape((4, 4, channels))(h)), seed)


def run(path, *inputs):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["images"], dict(zip(["z", "y"], inputs, strict=False)))[0]


def latents(num):
    return np.random.default_rng(num).standard_normal((num, LATENT_DIM)).astype("float32")


def axes(values):
    return {v.name: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}


def files_in(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.mark.parametrize("opset", [13, 18])
def test_names_axes_and_opset(tmp_path, opset):
    to_onnx(small_generator(classes=3), tmp_path / "g.onnx", opset=opset)
    onnx.checker.check_model(tmp_path / "g.onnx", full_check=True)
    graph = onnx.load(tmp_path / "g.onnx")
    assert axes(graph.graph.input) == {"z": ["batch", LATENT_DIM], "y": ["batch"]}
    assert axes(graph.graph.output) == {"images": ["batch", 4, 4, 1]}
    types = [v.type.tensor_type.elem_type for v in [*graph.graph.input, *graph.graph.output]]
    assert types == [onnx.TensorProto.FLOAT, onnx.TensorProto.INT32, onnx.TensorProto.FLOAT]
    assert {o.version for o in graph.opset_import if o.domain == ""} == {opset}


def layers_under_test():
    layers = keras.layers
    convolution = {"padding": "same", "strides": 2}
    return {
        "transposed convolution and batch norm": [
            *(layers.Conv2DTranspose(6, 4, **convolution), layers.BatchNormalization(), layers.ReLU()),
            *(layers.Conv2DTranspose(2, 5, **convolution), layers.BatchNormalization(scale=False)),
        ],
        "depth to space": [layers.Conv2D(8, 3, padding="same"), DepthToSpace(), layers.LeakyReLU(0.2)],
        "nearest": [layers.UpSampling2D(2), layers.Conv2D(3, 3, padding="same")],
        "our nearest and spectral norm": [
            *(NearestUpsampling2D(3), SpectralNormalization(layers.Conv2D(3, 3, padding="same"))),
            *(NearestUpsampling2D(2), SpectralNormalization(layers.Conv2DTranspose(3, 3, padding="same"))),
        ],
        "group and layer norm": [layers.GroupNormalization(2), layers.LayerNormalization(), layers.Dropout(0.5)],
    }


@pytest.mark.parametrize("case", layers_under_test())
def test_layers_of_generators_are_equal_in_onnxruntime(tmp_path, case):
    z = [keras.Input((LATENT_DIM,)), keras.layers.Dense(36), keras.layers.Reshape((3, 3, 4))]
    generator = randomised(keras.Sequential([*z, *layers_under_test()[case], keras.layers.Activation("tanh")]))
    report = to_onnx(generator, tmp_path / "g.onnx")
    assert report["max_abs_difference"] < 2e-5
    for num in (1, 3, 10):  # sizes that the export did not try
        images = run(tmp_path / "g.onnx", latents(num))
        assert images.std() > 0.05
        np.testing.assert_allclose(images, generator(latents(num), training=False), atol=2e-5)


def test_labels_and_vectors_reach_the_graph(tmp_path):
    labelled = small_generator(classes=3)
    to_onnx(labelled, tmp_path / "labels.onnx")
    y = np.array([2, 0, 1, 2], "int32")
    np.testing.assert_allclose(run(tmp_path / "labels.onnx", latents(4), y), labelled([latents(4), y]), atol=1e-5)

    inputs = [keras.Input((LATENT_DIM,)), keras.Input((3,))]
    vector = randomised(keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Concatenate()(inputs))))
    report = to_onnx(vector, tmp_path / "vectors.onnx")
    y = np.random.default_rng(0).uniform(size=(4, 3)).astype("float32")
    np.testing.assert_allclose(run(tmp_path / "vectors.onnx", latents(4), y), vector([latents(4), y]), atol=1e-5)
    assert report["num_classes"] == 3
    assert report["image_range"] is None  # points, not images
    assert report["sample_shape"] == [2]


def test_a_trained_models_average_and_latent_are_exported(tmp_path):
    x = keras.Input((4, 4, 1))
    discriminator = keras.Model(x, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    model = NonSaturatingGAN(small_generator(), discriminator, latent=Uniform(-1.0, 2.0))
    model.track_ema(0.9)
    model.generator.set_weights([w + 1 for w in model.generator.get_weights()])
    report = to_onnx(model, tmp_path / "g.onnx")
    assert report["latent"] == {"distribution": "Uniform", "low": -1.0, "high": 2.0}
    z = np.asarray(model.latent.sample((5, LATENT_DIM), (11, 0)))
    np.testing.assert_allclose(run(tmp_path / "g.onnx", z), model.sample(5, seed=11), atol=1e-5)


def test_the_report_stands_beside_the_file_and_within_it(tmp_path):
    generator = small_generator(classes=3)
    report = to_onnx(generator, tmp_path / "g.onnx", opset=15, tolerance=1e-3)
    assert report == json.loads((tmp_path / "parity.json").read_text())
    stored = {p.key: json.loads(p.value) for p in onnx.load(tmp_path / "g.onnx").metadata_props}
    assert stored == report
    assert 0 <= report.pop("max_abs_difference") < 1e-5
    assert report.pop("versions") == {
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }
    assert report == {
        "tolerance": 1e-3,
        "batch_sizes": [1, 2, 7, 64],
        "low_precision": None,
        "low_precision_difference": None,
        "latent": {"distribution": "Normal"},
        "latent_dim": LATENT_DIM,
        "conditional": True,
        "num_classes": 3,
        "sample_shape": [4, 4, 1],
        "image_range": [-1.0, 1.0],
        "conditions": None,
        "opset": 15,
    }


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "bfloat16"])
def test_low_precision_leaves_as_a_float32_copy(tmp_path, policy):
    keras.config.set_dtype_policy(policy)
    try:
        z = keras.Input((LATENT_DIM,))
        h = SpectralNormalization(keras.layers.Dense(8))(z)
        h = keras.Sequential([keras.layers.Dense(16), keras.layers.Reshape((2, 2, 4))])(h)  # has a 16-bit input layer
        h = keras.layers.Conv2DTranspose(2, 4, strides=2, padding="same")(h)
        generator = randomised(keras.Model(z, keras.layers.Activation("tanh")(keras.layers.BatchNormalization()(h))))
    finally:
        keras.config.set_dtype_policy("float32")
    policies = [layer.dtype_policy.name for layer in generator._flatten_layers()]
    report = to_onnx(generator, tmp_path / "g.onnx")
    assert [layer.dtype_policy.name for layer in generator._flatten_layers()] == policies  # the original is as it was
    tensors = {t.data_type for t in onnx.load(tmp_path / "g.onnx").graph.initializer}
    assert not tensors & {onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16}
    assert report["low_precision"] == policy.removeprefix("mixed_")
    assert report["max_abs_difference"] < 1e-5
    assert 1e-4 < report["low_precision_difference"] < 0.2
    own = np.asarray(tf.cast(generator(latents(64), training=False), "float32"))
    np.testing.assert_allclose(run(tmp_path / "g.onnx", latents(64)), own, atol=3 * report["low_precision_difference"])


def test_low_precision_that_cannot_be_rebuilt_is_refused(tmp_path):
    double = keras.layers.Lambda(lambda x: 2 * x, dtype="mixed_bfloat16")
    generator = keras.Sequential([keras.Input((4,)), double])
    with pytest.raises(ValueError, match=r"computes in bfloat16 and cannot be rebuilt.*copy the weights"):
        to_onnx(generator, tmp_path / "g.onnx")
    assert not files_in(tmp_path)


class Unknown(keras.layers.Layer):
    """Holds an operation that ONNX does not have."""

    def call(self, x):
        return tf.math.bessel_i0e(x)


class Noise(keras.layers.Layer):
    """Adds noise in inference, which converts to a valid graph that is random."""

    def call(self, x):
        return x + tf.random.normal(tf.shape(x))


class Overflow(keras.layers.Layer):
    """Gives infinity from finite weights."""

    def call(self, x):
        return x + np.float32(np.inf)


def after(layer):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(4), layer])


def refuse_check(*_, **__):
    raise onnx.checker.ValidationError("a bad node")


FAILURES = {
    "differs": (
        ("measure_parity", lambda *_, **__: {1: 0.0, 2: 0.25}),
        small_generator,
        RuntimeError,
        r"differs from the Keras one by up to 0\.25 \(in a batch of 2\)\. Expected at most 0\.0001.*larger tolerance",
    ),
    "invalid graph": ("check", small_generator, RuntimeError, "does not convert to valid ONNX: a bad node"),
    "unknown operation": (None, lambda: after(Unknown()), RuntimeError, "valid ONNX.*BesselI0e.*is not supported"),
    "random operation": (None, lambda: after(Noise()), ValueError, "draws random numbers.*RandomStandardNormal"),
    "not finite": (None, lambda: after(Overflow()), FloatingPointError, "generator gave 4 values.*batch of 1"),
    "not built": (None, lambda: keras.Sequential([keras.layers.Dense(2)]), ValueError, "not built"),
    "no model": (None, lambda: types.SimpleNamespace(generator=1), TypeError, "Expected a GAN of keras_gans"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failed_export_leaves_what_was_there(tmp_path, monkeypatch, case):
    patch, build, error, message = FAILURES[case]
    (tmp_path / "g.onnx").write_bytes(b"earlier")
    (tmp_path / "parity.json").write_bytes(b"{}")
    before = files_in(tmp_path)
    generator = build()
    if patch == "check":
        monkeypatch.setattr(onnx.checker, "check_model", refuse_check)
    elif patch:
        monkeypatch.setattr(MODULE, *patch)
    with pytest.raises(error, match=f"(?s){message}"):
        to_onnx(generator, tmp_path / "g.onnx")
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("broken", ["g.onnx", "parity.json"])
def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path, monkeypatch, broken):
    (tmp_path / "g.onnx").write_bytes(b"earlier")
    (tmp_path / "parity.json").write_bytes(b"{}")
    before = files_in(tmp_path)

    def disk_full(*arguments):
        path = next(a for a in arguments if isinstance(a, pathlib.Path))
        path.write_bytes(b"half")
        raise OSError("no space left")

    if broken == "g.onnx":
        monkeypatch.setattr(onnx, "save", disk_full)
    else:
        monkeypatch.setattr(pathlib.Path, "write_text", disk_full)
    with pytest.raises(OSError, match="no space left"):
        to_onnx(small_generator(), tmp_path / "g.onnx")
    assert files_in(tmp_path) == before


def test_a_failed_first_export_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(MODULE, "measure_parity", lambda *_, **__: {1: 1.0})
    with pytest.raises(RuntimeError, match="differs"):
        to_onnx(small_generator(), tmp_path / "g.onnx")
    assert not files_in(tmp_path)


def test_other_opsets_are_refused(tmp_path):
    generator = small_generator()
    for opset in (12, 19, "18", None):
        with pytest.raises(ValueError, match=f"opset={opset!r} was passed. Expected an integer from 13 to 18"):
            to_onnx(generator, tmp_path / "g.onnx", opset=opset)


def test_a_folder_is_not_replaced(tmp_path):
    (tmp_path / "run").mkdir()
    with pytest.raises(IsADirectoryError, match=r"is a folder.*generator\.onnx"):
        to_onnx(small_generator(), tmp_path / "run")


def test_tf2onnx_is_silent_and_its_logger_stays_as_it_was(tmp_path, caplog, capfd):
    logger = logging.getLogger("tf2onnx")
    before = (logger.propagate, logger.level, list(logger.handlers))
    with caplog.at_level(logging.INFO):
        to_onnx(small_generator(), tmp_path / "g.onnx")
        with pytest.raises(RuntimeError, match="BesselI0e"):
            to_onnx(after(Unknown()), tmp_path / "g.onnx")
    assert (logger.propagate, logger.level, list(logger.handlers)) == before
    assert not [r for r in caplog.records if r.name.startswith("tf2onnx")]
    assert "tf2onnx" not in "".join(capfd.readouterr())


def test_parity_is_the_largest_absolute_difference():
    asked = []

    def draw(num):
        asked.append(num)
        return (np.arange(num, dtype="float32")[:, None],)

    def candidate(z):
        return z - 0.5 * (z == 2) + 0.25 * (z == 1)

    assert measure_parity(lambda z: z, candidate, draw, batch_sizes=(1, 2, 5)) == {1: 0.0, 2: 0.25, 5: 0.5}
    assert asked == [1, 2, 5]
    require_parity({1: 0.0, 2: 0.25}, tolerance=0.25)
    with pytest.raises(RuntimeError, match=r"0\.25 \(in a batch of 2\)"):
        require_parity({1: 0.0, 2: 0.25}, tolerance=0.249)


def test_parity_refuses_other_shapes_and_values_that_are_not_finite():
    def draw(num):
        return (np.ones((num, 2), "float32"),)

    with pytest.raises(RuntimeError, match=r"shape \(2, 1\) for a batch of 2. Expected \(2, 2\)"):
        measure_parity(lambda z: z, lambda z: z[:, : 3 - len(z)], draw)
    with pytest.raises(FloatingPointError, match=r"The exported generator gave 2 values.*batch of 1"):
        measure_parity(lambda z: z, lambda z: z * np.nan, draw)
    with pytest.raises(FloatingPointError, match="The generator gave 2 values"):
        measure_parity(lambda z: z * np.inf, lambda z: z, draw)


def tile(picture, row, column, side):
    """Return one image of a grid, without the gaps of one pixel, reduced to its own size of 4 x 4."""
    top, left = 1 + row * (side + 1), 1 + column * (side + 1)
    return picture[top : top + side, left : left + side][:: side // 4, :: side // 4]


def expected_pixels(images):
    return np.clip(np.rint((np.asarray(images) + 1) * 127.5), 0, 255).astype(np.uint8)


def test_onnxruntime_alone_draws_the_grid(tmp_path):
    from PIL import Image

    model = types.SimpleNamespace(served_generator=small_generator(channels=3), latent=Uniform(0.0, 3.0))
    to_onnx(model, tmp_path / "g.onnx")
    line = sample_with_onnxruntime(tmp_path / "g.onnx", tmp_path / "grid.png", num=5, seed=3)
    assert "5 images" in line
    assert "ms per image" in line
    assert line.endswith("TensorFlow, Keras and keras_gans are not loaded")
    assert len(line.splitlines()) == 1
    picture = np.asarray(Image.open(tmp_path / "grid.png"))
    assert picture.shape == (1 + 2 * 65, 1 + 3 * 65, 3)  # five in rows of three, each enlarged from 4 to 64
    z = np.random.default_rng(3).uniform(0.0, 3.0, (5, LATENT_DIM)).astype("float32")
    pixels = expected_pixels(model.served_generator(z))
    for i in range(5):
        difference = tile(picture, i // 3, i % 3, side=64).astype(int) - pixels[i]
        assert np.abs(difference).max() <= 1  # a value halfway between two levels may go either way
    assert (picture[66:, 131:] == 128).all()  # no sixth image
    assert sorted(files_in(tmp_path)) == ["g.onnx", "grid.png", "parity.json"]


def test_the_script_goes_through_the_classes(tmp_path):
    from PIL import Image

    generator = small_generator(classes=3)
    to_onnx(generator, tmp_path / "g.onnx")
    sample_with_onnxruntime(tmp_path / "g.onnx", tmp_path / "grid.png", num=6, seed=1)
    picture = np.asarray(Image.open(tmp_path / "grid.png"))
    z = np.random.default_rng(1).standard_normal((6, LATENT_DIM), dtype=np.float32)
    pixels = expected_pixels(generator([z, np.arange(6) % 3]))[..., 0]
    for i in range(6):  # one class per column
        assert np.abs(tile(picture, i // 3, i % 3, side=64).astype(int) - pixels[i]).max() <= 1

    script = str(sys.modules["keras_gans.export.sampling"].__file__).replace("sampling.py", "sample_onnx.py")
    command = [sys.executable, script, tmp_path / "g.onnx", tmp_path / "two.png", "--num", "2", "--seed", "1"]
    subprocess.run([*command, "--y", "2"], check=True, capture_output=True)
    pixels = expected_pixels(generator([z[:2], np.array([2, 2])]))[..., 0]
    picture = np.asarray(Image.open(tmp_path / "two.png"))
    assert np.abs(tile(picture, 0, 0, side=64).astype(int) - pixels[0]).max() <= 1
    wrong = subprocess.run([*command, "--y", "3"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert "--y [3] was passed. Expected labels from 0 to 2" in wrong.stderr


def test_the_scripts_errors_come_through_and_leave_no_picture(tmp_path):
    points = randomised(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]))
    to_onnx(points, tmp_path / "g.onnx")
    with pytest.raises(RuntimeError, match=r"sample_onnx\.py failed.*shape \(2,\)\. Expected images"):
        sample_with_onnxruntime(tmp_path / "g.onnx", tmp_path / "grid.png")
    with pytest.raises(RuntimeError, match=r"is no file\. Expected one that keras_gans\.export\.to_onnx wrote"):
        sample_with_onnxruntime(tmp_path / "absent.onnx", tmp_path / "grid.png")
    with pytest.raises(RuntimeError, match=r"num 0 --seed 0 was passed\. Expected num >= 1"):
        sample_with_onnxruntime(tmp_path / "g.onnx", tmp_path / "grid.png", num=0)
    assert sorted(files_in(tmp_path)) == ["g.onnx", "parity.json"]
