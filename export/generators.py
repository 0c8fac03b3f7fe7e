"""What an export must know of the generator it is given."""

import dataclasses
import re

import keras
import numpy as np
import tensorflow as tf

from keras_gans.labels import num_classes_of
from keras_gans.latent import Normal

_LOW_PRECISION = ("bfloat16", "float16")
# TensorFlow's operations that draw random numbers, stateless ones included.
_RANDOM_OPERATION = re.compile("Random|TruncatedNormal|Multinomial|Stateful(Standard|Uniform)|^Rng")


@dataclasses.dataclass(frozen=True)
class Exported:
    """What generators and translators share.

    Args:
        generator: Built keras Model.
    """

    generator: keras.Model

    @property
    def makes_images(self):
        """Whether the samples are images in [-1, 1], (m, height, width, channels)."""
        return len(self.generator.outputs[0].shape) == 4

    spread = None  # of samples in [-1, 1]: differences are taken as they are

    def samples(self, *inputs):
        """Generate in inference mode.

        Args:
            *inputs: Those of `input_specs`.

        Returns:
            float32 tensor (m, ...).
        """
        return tf.cast(self.generator(inputs if len(inputs) > 1 else inputs[0], training=False), tf.float32)

    def traced(self, device=None):
        """Return `samples` as one graph for all batch sizes, a concrete function of the inputs.

        Args:
            device: Name of the device to run it on; TensorFlow's choice by default.
        """

        @tf.function(input_signature=self.input_specs, autograph=False)
        def samples(*inputs):
            with tf.device(device):
                return self.samples(*inputs)

        return samples.get_concrete_function()

    def low_precision(self):
        """Return the 16-bit type that the generator computes in, or None."""
        types = {layer.compute_dtype for layer in self.generator._flatten_layers()}
        return next((name for name in _LOW_PRECISION if name in types), None)

    def in_float32(self):
        """Return a copy that computes in float32, with the same weights.

        Raises:
            ValueError: If a layer cannot be rebuilt from its configuration.
        """
        rebuild = lambda layer: type(layer).from_config(_in_float32(layer.get_config()))  # noqa: E731
        try:
            copy = keras.models.clone_model(self.generator, clone_function=rebuild)
        except (ValueError, TypeError, NotImplementedError) as error:
            raise ValueError(
                f"The generator {self.generator.name!r} computes in {self.low_precision()} and cannot be rebuilt in "
                f"float32: {error} Expected layers that come back from get_config. Build the generator under the "
                "policy float32, copy the weights with set_weights, and export that."
            ) from error
        copy.set_weights(self.generator.get_weights())
        return dataclasses.replace(self, generator=copy)


@dataclasses.dataclass(frozen=True)
class ExportedTranslator(Exported):
    """A translator, images x (m, H, W, C) -> images (m, ...)."""

    @property
    def input_specs(self):
        """Specifications of the inputs: images, named `x`."""
        return [tf.TensorSpec(self.generator.inputs[0].shape, tf.float32, name="x")]

    def draw(self, num):
        """Draw images to try a translator on, of all values in [-1, 1]; always the same for one `num`."""
        shape = (num, *self.generator.inputs[0].shape[1:])
        return (np.random.default_rng(num).uniform(-1, 1, shape).astype(np.float32),)

    def describe(self):
        """Return what a program needs to translate by it, as plain JSON values."""
        return {
            "source_shape": list(self.generator.inputs[0].shape[1:]),
            "sample_shape": list(self.generator.outputs[0].shape[1:]),
            "image_range": [-1.0, 1.0],
        }


@dataclasses.dataclass(frozen=True)
class ExportedGenerator(Exported):
    """A generator with the latent it is sampled from: z (m, latent_dim) or [z, y] -> samples (m, ...).

    Args:
        latent: Distribution of z.
        units: What its samples are in, `keras_gans.units.Units`; None for images in [-1, 1], and points.
    """

    latent: object
    units: object = None

    @property
    def makes_images(self):
        """Whether the samples are images in [-1, 1], (m, height, width, channels)."""
        return self.units is None and super().makes_images

    @property
    def spread(self):
        """Function of samples that returns what differences are divided by, `Units.spread`; None without units."""
        return None if self.units is None else self.units.spread

    @property
    def latent_dim(self):
        """Number of coordinates of z."""
        return self.generator.inputs[0].shape[1]

    @property
    def is_conditional(self):
        """Whether the generator takes a condition y."""
        return len(self.generator.inputs) == 2

    @property
    def input_specs(self):
        """Specifications of the inputs, named `z` and, for a conditional generator, `y`."""
        specs = [tf.TensorSpec((None, self.latent_dim), tf.float32, name="z")]
        if self.is_conditional:
            y = self.generator.inputs[1]
            specs.append(tf.TensorSpec(y.shape, y.dtype, name="y"))
        return specs

    @property
    def num_classes(self):
        """Number of classes of y: its width if it is a vector, else what the layer that reads it says, else None."""
        return num_classes_of(self.generator) if self.is_conditional else None

    def draw(self, num):
        """Draw inputs to try a generator on: z by the latent, y spread over all classes; always the same for one `num`.

        Args:
            num: How many.

        Returns:
            Tuple `(z,)` or `(z, y)` of NumPy arrays.
        """
        z = np.asarray(self.latent.sample((num, self.latent_dim), (num, 0)), np.float32)
        if not self.is_conditional:
            return (z,)
        y = self.generator.inputs[1]
        in_units = None if self.units is None else self.units.draw_conditions(num)
        if in_units is not None:
            return z, in_units
        num_classes = self.num_classes or 2  # a condition has at least two values, whoever reads it
        labels = np.linspace(0, num_classes - 1, num).round().astype(int)
        if _is_vector(y):
            labels = np.eye(num_classes)[labels]
        return z, labels.reshape(num, *y.shape[1:]).astype(y.dtype)

    def describe(self):
        """Return what a program needs to sample the generator, as plain JSON values."""
        return {
            "latent": {"distribution": type(self.latent).__name__, **self.latent.get_config()},
            "latent_dim": self.latent_dim,
            "conditional": self.is_conditional,
            "num_classes": self.num_classes,
            "sample_shape": list(self.generator.outputs[0].shape[1:]),
            "image_range": [-1.0, 1.0] if self.makes_images else None,
            **({} if self.units is None else self.units.describe()),
        }


def resolve(model_or_generator):
    """Find the generator to export and check that it can be.

    Args:
        model_or_generator: A `keras_gans.GAN` or `VariationalModel`, of which the served generator (the moving average
            where there is one, in the units that there are) and the latent are taken; a `keras_gans.TranslationModel`,
            of which G is; or a keras Model: of z or [z, y], with z standard normal, or of images, a translator.

    Returns:
        `ExportedGenerator` or `ExportedTranslator`.

    Raises:
        TypeError: If it is neither.
        ValueError: If the generator is not built, has other inputs or outputs, or draws random numbers.
        FloatingPointError: If a weight is not finite; names the first one.
    """
    generator = getattr(model_or_generator, "served_generator", model_or_generator)
    if hasattr(generator, "generators"):  # of a TranslationModel
        generator = generator.generators[0]
    if not isinstance(generator, keras.Model):
        raise TypeError(
            f"{model_or_generator!r} was passed. Expected a GAN of keras_gans or its generator, a keras Model. Pass "
            "the model that was trained, or load it with keras_gans.load_model."
        )
    _check_inputs_and_output(generator)
    if len(generator.inputs[0].shape) == 4:
        exported = ExportedTranslator(generator)
    else:
        latent = getattr(model_or_generator, "latent", None) or Normal()
        exported = ExportedGenerator(generator, latent, getattr(model_or_generator, "units", None))
    for variable in generator.variables:
        value = tf.convert_to_tensor(variable)
        if value.dtype.is_floating and not bool(tf.reduce_all(tf.math.is_finite(value))):
            raise FloatingPointError(
                f"The generator's weight {variable.path} is not finite. Expected finite weights. Export an earlier "
                "state: load the last good one."
            )
    _check_no_random_operations(exported)
    return exported


def _check_inputs_and_output(generator):
    if not generator.built or not getattr(generator, "inputs", None):
        raise ValueError(
            f"The generator {generator.name!r} is not built, or does not tell its inputs. Expected a functional or "
            "Sequential model that begins with keras.Input. Build it so."
        )
    shapes = [tuple(tensor.shape) for tensor in generator.inputs]
    fits = len(shapes) in (1, 2) and len(shapes[0]) == 2 and None not in shapes[0][1:]
    if fits and len(shapes) == 2:
        fits = len(shapes[1]) in (1, 2) and None not in shapes[1][1:]
    if len(shapes) == 1 and len(shapes[0]) == 4:
        fits = None not in shapes[0][1:]
    if not fits:
        raise ValueError(
            f"The generator {generator.name!r} has inputs of shapes {shapes}. Expected a latent z (None, latent_dim), "
            "[z, y] with labels (None,) or vectors (None, num_classes), or images (None, H, W, C) of a fixed size. "
            "Wrap it in a model that has these inputs."
        )
    if len(generator.outputs) != 1 or None in generator.outputs[0].shape[1:]:
        raise ValueError(
            f"The generator {generator.name!r} has outputs of shapes {[tuple(o.shape) for o in generator.outputs]}. "
            "Expected one output, of a fixed shape but for the batch. Wrap it in a model that has this output."
        )


def _check_no_random_operations(exported):
    definition = exported.traced().graph.as_graph_def()
    nodes = [*definition.node, *(node for function in definition.library.function for node in function.node_def)]
    random_nodes = sorted({node.op for node in nodes if _RANDOM_OPERATION.search(node.op)})
    if random_nodes:
        raise ValueError(
            f"The generator {exported.generator.name!r} draws random numbers by itself ({', '.join(random_nodes)}). "
            "Expected samples that follow from z and y alone. Take the noise from z, or draw it in training only."
        )


def _is_vector(y):
    return len(y.shape) == 2 and y.shape[1] > 1


def _in_float32(config):
    """Copy a layer's configuration, those of the layers within it included, with float32 for every 16-bit type."""
    if isinstance(config, dict):
        if config.get("class_name") == "DTypePolicy":
            return "float32"
        return {key: _in_float32(value) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return type(config)(_in_float32(value) for value in config)
    return "float32" if isinstance(config, str) and config in _LOW_PRECISION else config
