"""A discriminator that also says what it sees."""

import keras
from keras import layers

from keras_gans.layers import RectifiedLinear
from keras_gans.networks.arguments import check_integers


def recognizer(discriminator, num_outputs, hidden=None):
    """Give a discriminator a second output, made of the features that its score is made of.

    Args:
        discriminator: `keras.Model` from `x` to raw scores (m, 1), whose last layer makes the score; its layers are
            used, not copied.
        num_outputs: Length of the second output: classes for `ACGAN`, `latent.Codes.code_size` for `InfoGAN`.
        hidden: Units of a layer of its own before it, 128 in Chen et al. 2016, arXiv:1606.03657; None for none.

    Returns:
        `keras.Model` from `x` to [scores (m, 1), logits (m, num_outputs)], float32.

    Raises:
        ValueError: If a size is not a positive integer.
    """
    check_integers(num_outputs=num_outputs)
    h = discriminator.layers[-1].input
    if hidden is not None:
        check_integers(hidden=hidden)
        h = RectifiedLinear(0.2)(layers.Dense(hidden)(h))
    logits = layers.Dense(num_outputs, dtype="float32", name="recognized")(h)
    return keras.Model(
        discriminator.inputs, [discriminator.outputs[0], logits], name=f"{discriminator.name}_recognizer"
    )
