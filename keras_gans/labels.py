"""How many classes a network is told of, found out from the layers that read them."""

import keras
import numpy as np


def num_classes_of(network):
    """Return the number of classes that a network's condition `y` can be.

    Args:
        network: keras Model whose second input is y: labels (m,) or (m, 1), or vectors (m, size).

    Returns:
        For vectors their size; for labels what the layers that read them say; None if these say nothing or differ.
    """
    y = network.inputs[1]
    if len(y.shape) == 2 and y.shape[1] > 1:
        return y.shape[1]
    found = set()
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.Embedding):
            found.add(layer.input_dim)
        elif isinstance(layer, keras.layers.CategoryEncoding):
            found.add(layer.num_tokens)
        elif hasattr(layer, "num_classes"):  # ConditionalBatchNormalization
            found.add(layer.num_classes)
    return found.pop() if len(found) == 1 else None


def check_labels(y, network):
    """Refuse labels that a network does not know; on a GPU they would be read as zeros, without a word.

    Args:
        y: Conditions (n,), or vectors (n, size), which can be anything.
        network: As `num_classes_of` takes it.

    Raises:
        ValueError: If a label is negative, or too large.
    """
    num_classes = num_classes_of(network)
    y = np.asarray(y)
    if len(network.inputs[1].shape) != 1 or num_classes is None or y.ndim != 1 or not len(y):
        return
    lowest, highest = y.min(), y.max()
    if lowest < 0 or highest >= num_classes:
        wrong = lowest if lowest < 0 else highest
        raise ValueError(
            f"Label {wrong} was passed to networks of {num_classes} classes. Expected labels from 0 to "
            f"{num_classes - 1}. Number the classes from 0, or build the networks for more."
        )
