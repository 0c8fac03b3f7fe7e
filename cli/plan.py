"""What a run is asked to do: a recipe's own constants, and what the command line puts in their place."""

import ast
import contextlib
import dataclasses
import functools
import importlib
import inspect
import types

import keras

import keras_gans as kg
from keras_gans.data.named import MIXTURES, NAMES, is_showers, is_table, suggestion
from keras_gans.data.named_sides import SIDES_NAMES
from keras_gans_cli import conditions, recipes

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
LEAST_SIZE = 11  # pixels: the window of MS-SSIM, by which samples are measured
# of data: a recipe's constants for each
KINDS = {
    "images": "IMAGES", "points": "POINTS", "a table": "TABLE", "two sides": "TWO_SIDES", "showers": "SHOWERS"
}  # fmt: skip
JIT = {"auto": "auto", "on": True, "off": False}


@dataclasses.dataclass(frozen=True)
class Plan:
    """A recipe with every choice made; nothing is loaded or built until it is asked for.

    Args:
        recipe: Name of the recipe.
        data: Built-in set, or path of a folder of images or of a table.
        image_size: Side of the images in pixels, or None for the set's own.
        seed: Seed of weights, noise and data order.
        precision: Keras's dtype policy, one of `PRECISIONS`.
        jit: Whether XLA compiles the step, a key of `JIT`.
        settings: The recipe's constants for this kind of data, with changes; `steps` and `batch_size` among them.
        conditional: Whether a recipe that can do without is told what the data have, labels or captions.
    """

    recipe: str
    data: str
    image_size: int | None
    seed: int
    precision: str
    jit: str
    settings: dict
    conditional: bool = False

    @functools.cached_property
    def training_data(self):
        """The data: an ImageSet, a Mixture scaled to deviation 1 in each coordinate, a TableSet, or TwoSides."""
        if self.is_translation:
            return kg.data.named_sides(self.data, self.image_size, self.is_paired)
        return standardized(kg.data.named(self.data, self.image_size))

    @property
    def is_conditional(self):
        """Whether the recipe's generator is told what to make."""
        condition = _condition_of(_module(self.recipe))
        return self.conditional or (condition is not None and condition.default is condition.empty)

    @property
    def is_translation(self):
        """Whether the recipe translates between two sides."""
        return hasattr(_module(self.recipe), "TWO_SIDES")

    @property
    def is_paired(self):
        """Whether a recipe of two sides learns from pairs."""
        return _module(self.recipe).PAIRED

    def batches(self, n_critic, start=0):
        """Return endless batches of whole steps for models of `n_critic` discriminator steps, from step `start` on."""
        return self.training_data.stream(self.settings["batch_size"] * n_critic, seed=self.seed, start=start)

    def build(self):
        """Seed everything and return the compiled, untrained model."""
        keras.config.set_dtype_policy(self.precision)
        keras.utils.set_random_seed(self.seed)
        settings = types.SimpleNamespace(**self.settings, jit_compile=JIT[self.jit])
        build, data = _module(self.recipe).build, self.training_data
        if self.is_translation:
            return build(data.x.image_shape, data.y.image_shape, settings)
        if isinstance(data, kg.data.ShowerSet):
            model = build(data.units, settings)
        else:
            told = [conditions.condition_of(self.recipe, data)] if self.is_conditional else []
            model = build(data.sample_shape, settings, *told)
        if isinstance(data, kg.data.ShowerSet | kg.data.TableSet):
            model.in_units(data.units)
        return model


def make_plan(
    recipe,
    data=None,
    image_size=None,
    batch_size=None,
    steps=None,
    seed=0,
    precision="float32",
    jit="auto",
    changes=None,
    conditional=False,
):
    """Make a plan of a recipe; what is None is left to the recipe.

    Args:
        recipe: Name of a recipe.
        data: Built-in set, or path of a folder of images or of a table.
        image_size: Side of the images in pixels.
        batch_size: m, samples of one discriminator step.
        steps: Generator steps.
        seed: Seed of weights, noise and data order, an integer from 0 up.
        precision: One of `PRECISIONS`.
        jit: A key of `JIT`.
        changes: Other constants of the recipe, a dict from name to value, or to its text.
        conditional: Whether both networks are told the labels or captions of the data, in a recipe that can do without.

    Returns:
        `Plan`.

    Raises:
        ValueError: If the recipe or a setting is unknown, or a value is out of its range; says what is near.
    """
    recipes.named(recipe)
    module = _module(recipe)
    data = module.DATA if data is None else data
    has = _kind_of(data)
    wants = [kind for kind, name in KINDS.items() if hasattr(module, name)]
    # a folder, or a name that is none, is looked at when the data are loaded
    kind = wants[0] if wants == ["two sides"] and data not in NAMES else has
    if kind not in wants:
        raise ValueError(
            f"{recipe} trains on {' or '.join(wants)}, {data!r} holds {has}. Expected {' or '.join(wants)}, such as "
            f"--data {module.DATA}."
        )
    constants = getattr(module, KINDS[kind])
    settings = dict(constants)
    asked = {name: value for name, value in (("batch_size", batch_size), ("steps", steps)) if value is not None}
    for name, value in {**(changes or {}), **asked}.items():
        settings[name] = _converted(recipe, name, value, constants)
    for name, value, choices in (("precision", precision, PRECISIONS), ("jit", jit, JIT)):
        if value not in choices:
            raise ValueError(f"{name}={value!r} was passed. Expected one of {', '.join(choices)}.")
    for name, value, least in (
        ("steps", settings["steps"], 1),
        ("batch_size", settings["batch_size"], 1),
        ("seed", seed, 0),
        ("image_size", LEAST_SIZE if image_size is None else image_size, LEAST_SIZE),
    ):
        if value < least:
            raise ValueError(f"{name}={value} was passed. Expected an integer of at least {least}.")
    if conditional and _condition_of(module) is None:
        raise ValueError(
            f"conditional=True was passed with {recipe}, whose networks take no condition. Leave --conditional out."
        )
    return Plan(recipe, str(data), image_size, seed, precision, jit, settings, conditional)


def standardized(data):
    """Return a mixture scaled to standard deviation 1 in each coordinate, and images as they are.

    Gulrajani et al. 2017 do the same to theirs: 1/1.414 for the ring, 1/2.828 for the grid.
    """
    return data.scaled(1 / data.standard_deviation) if isinstance(data, kg.data.Mixture) else data


def _condition_of(module):
    """Return the parameter of a recipe's `build` by which it is told what the data have, or None."""
    return inspect.signature(module.build).parameters.get("condition")


def _kind_of(data):
    """Return what a name stands for, a key of `KINDS`."""
    if data in MIXTURES or is_table(data):
        return "points" if data in MIXTURES else "a table"
    return "two sides" if data in SIDES_NAMES else "showers" if is_showers(data) else "images"


def _module(recipe):
    return importlib.import_module(f"keras_gans.recipes.{recipe}")


def as_setting(value, own):
    """Bring a value, or its text, to the type that a recipe's own value has, as far as it can be."""
    with contextlib.suppress(ValueError, SyntaxError):
        value = ast.literal_eval(value) if isinstance(value, str) and not isinstance(own, str) else value
    if isinstance(own, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    return value


def _converted(recipe, name, value, constants):
    if name not in constants:
        raise ValueError(
            f"{recipe} has no setting {name!r}.{suggestion(name, constants)} Expected one of {', '.join(constants)}."
        )
    own = constants[name]
    value = as_setting(value, own)
    if type(value) is not type(own):
        raise ValueError(f"{name}={value!r} was passed. Expected a value like {own!r}, the recipe's own.")
    return value
