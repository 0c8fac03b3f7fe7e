"""Generators as TensorFlow SavedModel."""

import pathlib

import keras
import tensorflow as tf

from keras_gans.export.generators import ExportedGenerator, resolve
from keras_gans.export.parity import measure_parity, require_parity
from keras_gans.files import written_beside

TOLERANCE = 1e-4


def to_saved_model(model_or_generator, path):
    """Write a generator as a SavedModel that `tf.saved_model.load` and TensorFlow Serving take without keras_gans.

    It has the signatures

    - `serving_default`: `z` (m, latent_dim) float32, and `y` (m, ...) for a conditional generator, or `x` (m, H, W, C)
      float32 in [-1, 1] for a translator -> `images`, float32;
    - `sample`, for generators only: `num` int32 scalar, `seed` int64 scalar, and `y` for `num` conditions -> `images`,
      those that `model.sample(num, y, seed=seed)` gives;
    - `pictures`, for images only: as `serving_default`, but `images` are uint8, 0 to 255.

    The folder is loaded back and compared with the generator before it is moved into place.

    Args:
        model_or_generator: A `keras_gans.GAN` or `VariationalModel`, of which the sampling generator and the latent are
            taken; or a keras Model of z or [z, y], with z standard normal; or a translator, or a model with one.
        path: Folder to write. An earlier SavedModel there is replaced as a whole.

    Raises:
        TypeError: If there is no generator in what was passed.
        ValueError: If the generator is not built, has other inputs or outputs, or draws random numbers.
        FloatingPointError: If a weight or a sample is not finite.
        FileExistsError: If something other than a SavedModel stands at `path`.
        RuntimeError: If the SavedModel differs from the generator.

    After each of these nothing was written, and what stood at `path` stands there still.

    Example:
        to_saved_model(model, "run/saved_model")
        served = tf.saved_model.load("run/saved_model")
        images = served.signatures["sample"](num=64, seed=0)["images"]
    """
    path = pathlib.Path(path)
    exported = resolve(model_or_generator)
    if path.exists() and not (path / "saved_model.pb").exists() and not (path.is_dir() and not any(path.iterdir())):
        raise FileExistsError(
            f"{path} holds something other than a SavedModel, which an export would remove. Expected a new path, an "
            "empty folder or an earlier SavedModel. Choose another path."
        )
    archive = _archive(exported)
    with written_beside(path) as beside:
        archive.write_out(beside, verbose=False)
        served = tf.saved_model.load(beside).signatures["serving_default"]
        names = [spec.name for spec in exported.input_specs]
        differences = measure_parity(
            exported.traced(),
            lambda *inputs: served(**dict(zip(names, inputs, strict=True)))["images"],
            exported.draw,
            spread=exported.spread,
        )
        require_parity(differences, TOLERANCE)


def _archive(exported):
    def serve(*inputs):
        return {"images": exported.samples(*inputs)}

    def sample(num, seed, *y):
        z = exported.latent.sample(tf.stack([num, exported.latent_dim]), tf.stack([seed, 0]))
        return {"images": exported.samples(z, *y)}

    def pictures(*inputs):
        levels = tf.round((exported.samples(*inputs) + 1.0) * 127.5)
        return {"images": tf.cast(tf.clip_by_value(levels, 0.0, 255.0), tf.uint8)}

    scalars = [tf.TensorSpec((), tf.int32, name="num"), tf.TensorSpec((), tf.int64, name="seed")]
    archive = keras.export.ExportArchive()
    archive.track(exported.generator)
    archive.add_endpoint("serving_default", serve, exported.input_specs)
    if isinstance(exported, ExportedGenerator):
        archive.add_endpoint("sample", sample, scalars + exported.input_specs[1:])
    if exported.makes_images:
        archive.add_endpoint("pictures", pictures, exported.input_specs)
    return archive
