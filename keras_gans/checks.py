"""What is asked of networks and data: every refusal says what was passed, what was expected, how to mend it."""

import keras
import numpy as np
import tensorflow as tf

from keras_gans.labels import check_labels

IMAGE_TOLERANCE = 1e-3


def check_networks(generator, discriminator, recognizes=False):
    """Refuse networks that cannot play against each other.

    Args:
        generator: keras Model of z or [z, y].
        discriminator: keras Model of x or [x, y], to raw scores (m, 1).
        recognizes: Whether the discriminator is of x alone, and has a second output (m, k).

    Raises:
        TypeError: If one of them is no keras Model.
        ValueError: If their inputs or outputs do not fit, D ends in a sigmoid, they share weights, or a layer has a
            loss of its own that is not of its weights alone.
    """
    check_network("generator", generator, "z")
    check_network("discriminator", discriminator, "x")
    if recognizes:
        shapes = [tuple(output.shape) for output in discriminator.outputs]
        if len(discriminator.inputs) != 1 or len(shapes) != 2 or len(shapes[1]) != 2:
            raise ValueError(
                f"The discriminator has {len(discriminator.inputs)} inputs and outputs of shapes {shapes}. Expected "
                "one of x alone that has two, scores (None, 1) and logits of what it recognizes (None, k). Build it "
                "with networks.recognizer(discriminator, k)."
            )
        if any(hasattr(layer, "num_packed") for layer in discriminator._flatten_layers()):
            raise ValueError(
                "The discriminator scores packs of samples (Packing), and is to recognize each sample. Expected one or "
                "the other. Leave Packing out."
            )
    elif len(discriminator.outputs) != 1:
        raise ValueError(
            f"The discriminator has {len(discriminator.outputs)} outputs. Expected one, raw scores (None, 1)."
        )
    elif len(generator.inputs) != len(discriminator.inputs):
        raise ValueError(
            f"The generator has {len(generator.inputs)} inputs and the discriminator {len(discriminator.inputs)}. "
            "Expected z and x, or [z, y] and [x, y]: give the condition y to both."
        )
    if len(generator.inputs[0].shape) != 2 or generator.inputs[0].shape[1] is None:
        raise ValueError(
            f"The generator's first input has shape {generator.inputs[0].shape}. Expected a latent z of shape "
            "(None, latent_dim)."
        )
    if tuple(generator.outputs[0].shape[1:]) != tuple(discriminator.inputs[0].shape[1:]):
        raise ValueError(
            f"The generator makes samples of shape {tuple(generator.outputs[0].shape[1:])}, the discriminator takes "
            f"{tuple(discriminator.inputs[0].shape[1:])}. Expected the same shape. Change one of the two networks."
        )
    if tuple(discriminator.outputs[0].shape[1:]) != (1,):
        raise ValueError(
            f"The discriminator's output has shape {tuple(discriminator.outputs[0].shape)}. Expected raw scores of "
            "shape (None, 1). End it with keras.layers.Dense(1)."
        )
    if getattr(discriminator.layers[-1], "activation", None) is keras.activations.sigmoid:
        raise ValueError(
            "The discriminator ends in a sigmoid. Expected raw scores: the objective applies its own activation in a "
            "stable form. Remove the activation of the last layer."
        )
    check_not_shared("Generator", generator, "discriminator", discriminator)


def check_network(role, network, first):
    """Refuse what is no network, and one with losses that nobody would pay.

    Args:
        role: The argument's name.
        network: keras Model of one input, or of that and a condition y.
        first: Letter of the input.

    Raises:
        TypeError: If it is no keras Model.
        ValueError: If it does not tell its inputs, or a layer has a loss of its own that is not of its weights alone.
    """
    if not isinstance(network, keras.Model):
        raise TypeError(
            f"{role}={network!r} was passed. Expected a keras Model. Build one, or take one of keras_gans.networks."
        )
    if not network.built or not getattr(network, "inputs", None) or len(network.inputs) > 2:
        raise ValueError(
            f"The {role} {network.name!r} does not tell its inputs. Expected a functional or Sequential model of "
            f"{first} or [{first}, y]. Begin it with keras.Input."
        )
    regularized = [v for v in network.trainable_variables if v.regularizer is not None]
    of_activity = [layer for layer in network._flatten_layers() if layer.activity_regularizer is not None]
    if of_activity or len(network.losses) > len(regularized):  # those of weights are paid, others would be ignored
        raise ValueError(
            f"The {role} {network.name!r} has layers with losses of their own (activity_regularizer, add_loss), "
            "which are not part of the objective. Expected terms of the weights alone, such as a "
            "kernel_regularizer. Use ComposedGAN with a penalty."
        )


def check_not_shared(role, network, other_role, other):
    """Refuse two networks with weights in common.

    Raises:
        ValueError: With both roles.
    """
    shared = {id(v) for v in network.variables} & {id(v) for v in other.variables}
    if shared:
        raise ValueError(
            f"{role} and {other_role} share {len(shared)} variables. Expected two networks with weights of their "
            "own. Build the shared layer twice."
        )


def check_autoencoder(encoder, decoder):
    """Refuse an encoder and a decoder that do not fit each other.

    Args:
        encoder: keras Model of x (m, ...), to means and log variances of z, (m, 2 latent_dim).
        decoder: keras Model of z (m, latent_dim), to one parameter for each coordinate of x, (m, ...).

    Raises:
        TypeError: If one of them is no keras Model.
        ValueError: If their inputs or outputs do not fit, they share weights, or a layer has a loss of its own that is
            not of its weights alone.
    """
    check_network("encoder", encoder, "x")
    check_network("decoder", decoder, "z")
    shapes = [tuple(t.shape[1:]) for t in (*encoder.inputs, *encoder.outputs, *decoder.inputs, *decoder.outputs)]
    if len(shapes) != 4:
        raise ValueError(
            f"The encoder has {len(encoder.inputs)} inputs and {len(encoder.outputs)} outputs, the decoder "
            f"{len(decoder.inputs)} and {len(decoder.outputs)}. Expected one each: no condition y."
        )
    x, parameters, z, made = shapes
    if len(z) != 1 or z[0] is None or parameters != (2 * z[0],):
        raise ValueError(
            f"The encoder's output has shape {(None, *parameters)}, the decoder's input {(None, *z)}. Expected "
            "(None, 2 * latent_dim), means and log variances of z, and (None, latent_dim). End the encoder with "
            "keras.layers.Dense(2 * latent_dim)."
        )
    if made != x:
        raise ValueError(
            f"The decoder's output has shape {(None, *made)}, the encoder's input {(None, *x)}. Expected the same "
            "shape. Change one of the two networks."
        )
    check_not_shared("Encoder", encoder, "decoder", decoder)


def mixes_samples(network):
    """Whether a sample's output depends on the other samples of its batch in training."""
    return any(
        isinstance(layer, keras.layers.BatchNormalization) or getattr(layer, "mixes_samples", False)
        for layer in network._flatten_layers()
    )


def check_no_batch_statistics(discriminator, why):
    """Refuse a discriminator that mixes the samples of a batch.

    Args:
        discriminator: keras Model.
        why: The objective's reason, put into the message.

    Raises:
        ValueError: If it holds BatchNormalization or another layer that mixes samples.
    """
    if mixes_samples(discriminator):
        raise ValueError(
            f"The discriminator {discriminator.name!r} mixes the samples of a batch (BatchNormalization or the like). "
            f"Expected a discriminator of single samples: {why}. Use norm='layer' or norm=None."
        )


def check_integer_from(minimum, **values):
    """Refuse anything but integers from `minimum` up.

    Raises:
        ValueError: With the argument's name.
    """
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < minimum:
            raise ValueError(f"{name}={value!r} was passed. Expected an integer of at least {minimum}.")


def check_positive_integer(**values):
    """Refuse anything but integers from 1 up; see `check_integer_from`."""
    check_integer_from(1, **values)


def check_batch_size(rows, n_critic):
    """Refuse a batch that cannot be cut into `n_critic` equal slices; looks at static shapes alone.

    Args:
        rows: Static number of rows on this replica, or None when unknown.
        n_critic: Number of discriminator steps.

    Raises:
        ValueError: If the number is unknown, or not a multiple of `n_critic`.
    """
    if rows is None:
        raise ValueError(
            "The batch size of the data is not fixed. Expected batches of one static size. Batch the dataset with "
            "dataset.batch(batch_size, drop_remainder=True)."
        )
    if rows % n_critic:
        raise ValueError(
            f"A batch of {rows} rows was passed to a model with n_critic={n_critic}. Expected a multiple of "
            f"{n_critic}: each step cuts its batch into n_critic slices, one per discriminator step. Batch the data by "
            "n_critic * batch_size."
        )


def check_conditional(model):
    """Refuse networks without a condition.

    Raises:
        ValueError: If the model's generator takes z alone.
    """
    if not model.is_conditional:
        raise ValueError(
            f"Networks without a condition were passed to {type(model).__name__}. Expected a generator of [z, y]. "
            "Build them with condition=networks.Labels(10) or networks.Vectors(12)."
        )


def check_positive(**values):
    """Refuse anything but finite numbers above 0.

    Raises:
        ValueError: With the argument's name.
    """
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
            raise ValueError(f"{name}={value!r} was passed. Expected a number above 0.")


def check_not_negative(**values):
    """Refuse anything but finite numbers from 0 up.

    Raises:
        ValueError: With the argument's name.
    """
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 <= value < np.inf:
            raise ValueError(f"{name}={value!r} was passed. Expected a number from 0 up.")


def check_translators(generators, discriminators):
    """Refuse networks that cannot translate between two sides.

    Args:
        generators: One keras Model, X -> Y, or two, the second Y -> X.
        discriminators: keras Models of what each of them makes, or of [source, translation].

    Raises:
        TypeError: If one of them is no keras Model.
        ValueError: If shapes do not fit, scores are not (None, 1) or (None, h, w, 1), or networks share weights.
    """
    for network in (*generators, *discriminators):
        if not isinstance(network, keras.Model) or not getattr(network, "inputs", None):
            raise TypeError(f"{network!r} was passed. Expected a built keras Model. Take one of keras_gans.networks.")
    shape = lambda tensor: tuple(tensor.shape[1:])  # noqa: E731
    sides = [(shape(g.inputs[0]), shape(g.outputs[0])) for g in generators]
    if len(sides) == 2 and sides[1] != sides[0][::-1]:
        raise ValueError(
            f"The generators translate {sides[0][0]} to {sides[0][1]} and {sides[1][0]} to {sides[1][1]}. Expected one "
            "to undo the other."
        )
    for (source, made), d in zip(sides, discriminators, strict=True):
        seen = [shape(tensor) for tensor in d.inputs]
        if seen not in ([made], [source, made]) or (len(seen) > 1 and len(generators) == 2):
            raise ValueError(
                f"A discriminator takes {seen}, the images that it judges are {made}, made of {source}. Expected "
                + (f"[{made}]." if len(generators) == 2 else f"[{source}, {made}].")
            )
        if len(d.outputs) != 1 or shape(d.outputs[0])[-1:] != (1,) or len(shape(d.outputs[0])) not in (1, 3):
            raise ValueError(
                f"A discriminator has outputs {[shape(o) for o in d.outputs]}. Expected raw scores, (1,) or (h, w, 1)."
            )
    variables = [id(v) for network in (*generators, *discriminators) for v in network.variables]
    if len(set(variables)) < len(variables):
        raise ValueError("Networks share weights. Expected each with weights of its own. Build them one by one.")


def check_arrays(x, y, rows):
    """Refuse NumPy data that cannot fill one batch.

    Args:
        x: Array (n, ...).
        y: Array (n, ...) or None.
        rows: Rows of one batch.

    Raises:
        ValueError: If there are too few rows, or x and y differ in length.
    """
    if len(x) < rows:
        raise ValueError(
            f"{len(x)} samples were passed, one step takes {rows} (batch_size * n_critic). Expected at least {rows}. "
            "Pass more data or a smaller batch_size."
        )
    if y is not None and len(y) != len(x):
        raise ValueError(f"{len(x)} samples and {len(y)} conditions were passed. Expected one y per x.")


def first_batch_of(data):
    """Return the first batch of a tf.data.Dataset.

    Raises:
        ValueError: If there is none.
    """
    first = next(iter(data.take(1)), None)
    if first is None:
        raise ValueError("The dataset is empty. Expected at least one batch. Check its path and its batch size.")
    return first


def check_first_batch(x, y, model):
    """Refuse data that the model cannot be trained on, looking at one batch.

    Args:
        x: Real samples, NumPy (rows, ...).
        y: Conditions, NumPy (rows, ...), or None.
        model: The GAN that is about to be trained.

    Raises:
        ValueError: If the shape, dtype or range is wrong, a value is not finite, a condition is missing, or a label is
            none that the networks know.
    """
    check_samples(x, tuple(model.discriminator.inputs[0].shape[1:]), generator=model.generator)
    if model.is_conditional and y is None:
        raise ValueError(
            "The networks take a condition y, the data has none. Expected batches (x, y). Pass y, or use networks "
            "without that input."
        )
    if model.is_conditional:
        check_labels(y, model.generator)


def check_samples(x, expected, what="Samples", generator=None):
    """Refuse samples of another shape, dtype or range.

    Args:
        x: NumPy (rows, ...).
        expected: Shape of one sample; None for a side of any length.
        what: What they are, for the message.
        generator: Model whose last activation tells the range, or None.

    Raises:
        ValueError: If the shape, dtype or range is wrong, or a value is not finite.
    """
    if x.ndim != len(expected) + 1 or any(
        e is not None and e != got for e, got in zip(expected, x.shape[1:], strict=True)
    ):
        raise ValueError(
            f"{what} of shape {x.shape[1:]} were passed. Expected {expected}, as the networks take them. Resize "
            "the data, or build the networks for this shape."
        )
    if not tf.as_dtype(x.dtype).is_floating:
        raise ValueError(
            f"{what} of dtype {x.dtype} were passed. Expected floats, images in [-1, 1]. Convert uint8 images with "
            "x.astype('float32') / 127.5 - 1, or let keras_gans.data.ImageSet do it."
        )
    x = x.astype("float32")
    if not np.isfinite(x).all():
        raise ValueError(
            f"{np.size(x) - np.isfinite(x).sum()} values of the first batch are NaN or infinite. Expected finite "
            "samples. Remove or repair them."
        )
    if len(expected) == 3:
        _check_image_range(x, generator)


def _check_image_range(x, generator):
    low, high = float(x.min()), float(x.max())
    if low < -1 - IMAGE_TOLERANCE or high > 1 + IMAGE_TOLERANCE:
        raise ValueError(
            f"Images with values from {low:.4g} to {high:.4g} were passed. Expected [-1, 1]. Scale images of [0, 255] "
            "with x / 127.5 - 1."
        )
    last = None if generator is None else generator.layers[-1]
    if low >= 0 and getattr(last, "activation", None) is keras.activations.tanh:
        raise ValueError(
            f"Images with values from {low:.4g} to {high:.4g} were passed to a generator that ends in tanh. Expected "
            "[-1, 1], with black at -1. Scale images of [0, 1] with 2 * x - 1, or end the generator in a sigmoid."
        )


def check_share(**values):
    """Refuse anything but numbers in (0, 1].

    Raises:
        ValueError: With the argument's name.
    """
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value <= 1:
            raise ValueError(f"{name}={value!r} was passed. Expected a number in (0, 1].")
