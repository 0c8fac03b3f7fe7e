"""What is proper to runs that translate: what they are measured by, and their pictures."""

import keras_gans as kg
from keras_gans import callbacks
from keras_gans.callbacks.evaluate_translations import measure_translations
from keras_gans.callbacks.translation_grid import picture_translations
from keras_gans_cli import evaluation

MOST = 500  # images of each side that are translated to be measured
COLUMNS = 8  # of pictures


def protocol_for(name, size, paired, training=None):
    """Return what translators between two sides are measured by: held-out images or, where there are none, training's.

    Args:
        name: Name of the data, as on the command line.
        size: As in `data.named_sides`.
        paired: Whether pairs are asked for.
        training: The `TwoSides` of training, if they are there already.
    """
    data, split = kg.data.named_sides(name, size, paired, split="test"), "test"
    if data is None:
        data, split = kg.data.named_sides(name, size, paired) if training is None else training, "train"
    return kg.metrics.TranslationProtocol(*data.sample(min(MOST, len(data)), seed=0), data.paired, split)


def callbacks_of(protocol, directory, steps):
    """Return the callbacks that take pictures and measure."""
    shown = protocol.x[:COLUMNS], protocol.y[:COLUMNS], protocol.paired
    return [
        callbacks.TranslationGrid(directory / "samples", max(1, steps // 10), *shown),
        callbacks.EvaluateTranslations(protocol, directory, max(1, steps // 5)),
    ]


def measure(model, protocol, path=None):
    """Measure a translator.

    Args:
        model: A `TranslationModel`.
        protocol: A `TranslationProtocol`.
        path: JSON file to write, or None.

    Returns:
        Dict of dicts: the measures, and `model`, what they were taken of.
    """
    measures = {"model": {"step": model.step}, **measure_translations(model, protocol)}
    if path is not None:
        evaluation.write(measures, path)
    return measures


def take_picture(model, protocol, directory):
    """Draw what a translator makes of images that were held out, where there are any."""
    shown = protocol.x[:COLUMNS], protocol.y[:COLUMNS], protocol.paired
    picture_translations(model, *shown, directory / "translations.png")
