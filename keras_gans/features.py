"""What an inner layer of a discriminator makes of samples."""

import keras


def features_of(discriminator, name):
    """Return the output of an inner layer, a KerasTensor of the discriminator's graph.

    Args:
        discriminator: keras Model.
        name: Name of the layer; None for what the last layer takes in.

    Raises:
        ValueError: If there is no such layer, it belongs to a network within the discriminator, or it has a single
            unit.
    """
    names = [layer.name for layer in discriminator.layers]
    if name is not None and name not in names:
        raise ValueError(f"features={name!r} was passed. Expected a layer of the discriminator: {names}.")
    try:
        features = discriminator.layers[-1].input if name is None else discriminator.get_layer(name).output
        shape = keras.Model(discriminator.inputs, features).output_shape
    except ValueError as error:  # of a nested network, whose own inputs these are
        raise ValueError(
            f"features={name!r}: the layer belongs to a network within the discriminator. Expected one of "
            f"{names} that is a plain layer. Pass features='NAME'."
        ) from error
    if not isinstance(shape, tuple) or shape[1:] == (1,):
        raise ValueError(
            f"features={name!r} gives outputs of shape {shape}. Expected an inner layer of several units, one of "
            f"{names}. Pass features='NAME'."
        )
    return features
