"""What the network functions share. Not public."""

from keras_gans.layers import SpectralNormalization


def check_integers(minimum=1, **values):
    """Raise a ValueError that names the first of `values` that is not an integer of at least `minimum`."""
    for name, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise ValueError(
                f"{name}={value!r} is no size. Expected an integer of at least {minimum}. Pass for example {name}=64."
            )


def check_shape(name, shape, example):
    """Raise a ValueError if `shape` is not as long as `example` or holds anything but positive integers.

    An `example` of rank 1 stands for any rank.
    """
    ranks = f"{len(example)} positive integers" if len(example) > 1 else "one or more positive integers"
    is_shape = isinstance(shape, (tuple, list)) and len(shape) >= 1
    if not is_shape or (len(example) > 1 and len(shape) != len(example)) or not all(map(_is_size, shape)):
        raise ValueError(
            f"{name}={shape!r} is no shape of one sample. Expected a tuple of {ranks}, without the batch axis. "
            f"Pass for example {name}={example}."
        )


def check_choice(name, value, choices):
    """Raise a ValueError if `value` is not among `choices`."""
    if value not in choices:
        raise ValueError(
            f"{name}={value!r} is unknown. Expected one of {', '.join(map(repr, choices))}. "
            f"Pass for example {name}={choices[0]!r}."
        )


def _is_size(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def normalizer(spectral):
    """Return what a network does to each layer with a kernel for its argument `spectral`.

    False leaves the layer as it is; True, or the spectral norm that is wanted, wraps it in SpectralNormalization.
    """
    if not spectral:
        return lambda layer: layer
    return lambda layer: SpectralNormalization(layer, scale=float(spectral))


def in_turn(h, layers):
    """Return what a list of layers makes of h, one after another."""
    for layer in layers:
        h = layer(h)
    return h
