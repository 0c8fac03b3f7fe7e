"""What conditional recipes are told of their data, and what their generators are asked for."""

import json

import numpy as np

from keras_gans import networks
from keras_gans.data import PhraseEncoder
from keras_gans.files import written_beside

FILE = "conditions.json"  # in a run's folder: what y stands for
COLUMNS = 10  # of a picture, at most


def condition_of(recipe, data):
    """Return `networks.Labels` or `networks.Vectors` for networks that are told what these data have.

    Raises:
        ValueError: If the data have neither labels nor captions.
    """
    if getattr(data, "conditions", None) is None:
        raise ValueError(
            f"{recipe} is told what to make, {data!r} has neither labels nor captions. Expected a set with labels, "
            "such as mnist, a folder with a sub-folder for each class, or one with captions.csv."
        )
    return networks.Labels(len(data.class_names)) if data.vectors is None else networks.Vectors(data.vectors.shape[1])


def like_the_data(data, num, seed=0):
    """Return conditions of `num` samples, as often as the data have them."""
    return data.conditions[np.random.default_rng(seed).choice(len(data), num)]


def for_a_picture(data, rows):
    """Return conditions of a picture's samples, and its columns: one for each class, or captions as in the data."""
    if data.vectors is not None:
        return like_the_data(data, rows * rows), rows
    columns = min(len(data.class_names), COLUMNS)
    return np.tile(np.arange(columns), rows), columns


def in_words(data):
    """Return what y stands for, for JSON; None if it is nothing that can be named."""
    if getattr(data, "labels", None) is not None:
        return {"class_names": data.class_names}
    return (
        {"attributes": data.encoder.attributes} if isinstance(getattr(data, "encoder", None), PhraseEncoder) else None
    )


def write(data, directory):
    """Write what y stands for into a run's folder."""
    with written_beside(directory / FILE) as beside:
        beside.write_text(json.dumps(in_words(data), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(directory):
    """Return what y stands for, as `in_words` says it; None where a folder does not say."""
    path = directory / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def asked(num, condition, words, classes, captions):
    """Return the conditions of `num` samples that go through what was asked for in turn.

    Args:
        num: How many samples.
        condition: The generator's input `y`, a symbolic tensor.
        words: What y stands for, as `in_words` says it, or None.
        classes: Names or numbers of classes, a list of str; or empty.
        captions: Texts; or empty.

    Raises:
        ValueError: If nothing fits: a class or a word that is unknown, captions for labels or the reverse.
    """
    words = words or {}
    if captions:
        if "attributes" not in words:
            raise ValueError(
                f"--caption {captions[0]!r} was passed. Expected the folder of a run on data with captions of phrases. "
                "Pass --y for classes."
            )
        vectors = PhraseEncoder(words["attributes"])(captions)
        return np.resize(vectors, (num, vectors.shape[1]))
    names = words.get("class_names")
    if len(condition.shape) != 1:
        raise ValueError(
            f"--y {' '.join(classes)} was passed to a generator of vectors. Expected --caption, such as --caption "
            '"red hair, green eyes".'
        )
    labels = [label(name, names) for name in classes]
    return np.resize(np.array(labels, np.int32), num)


def label(name, names):
    """Return the number of a class that is given by its name or its number.

    Raises:
        ValueError: If there is no such class; names the classes.
    """
    if names and name in names:
        return names.index(name)
    if name.isdecimal() and (not names or int(name) < len(names)):
        return int(name)
    raise ValueError(
        f"--y {name} was passed. Expected one of {', '.join(names) if names else 'the numbers of classes'}."
    )
