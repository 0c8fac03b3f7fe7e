"""The networks of FastCaloGAN: fully connected, told the incident energy."""

import keras
from keras import layers

from keras_gans.layers import RectifiedLinear, UnitGroups
from keras_gans.networks.arguments import check_integers


def shower_generator(latent_dim, sizes, hidden=(50, 100, 200)):
    """Fully connected generator of showers, FastCaloGAN's but for its output.

    ATLAS 2020, ATL-SOFT-PUB-2020-006: layers of 50, 100 and 200 units of [z, label]. Batch normalization and swish are
    those of later networks for CaloChallenge's data. The output is not one number for each voxel: it is the root of
    each voxel's share of its layer, the fourth root of each layer's share of the shower, and the response, as
    `ShowerUnits` has them.

    Args:
        latent_dim: Length of z.
        sizes: Voxels of each layer of the calorimeter.
        hidden: Widths of the hidden layers.

    Returns:
        `keras.Model` from [z (m, latent_dim), label (m, 1)] to float32 (m, sum(sizes) + len(sizes) + 1).

    Raises:
        ValueError: If a size is not a positive integer.
    """
    check_integers(latent_dim=latent_dim)
    for size in sizes:
        check_integers(sizes=size)
    z, y = keras.Input((latent_dim,), name="z"), keras.Input((1,), name="y")
    h = layers.Concatenate()([z, y])
    for width in hidden:
        check_integers(hidden=width)
        h = layers.Dense(width, kernel_initializer="he_uniform", use_bias=False)(h)
        h = layers.Activation("swish")(layers.BatchNormalization()(h))
    groups = UnitGroups([*sizes, len(sizes)], [2] * len(sizes) + [4])
    roots = groups(layers.Dense(sum(sizes) + len(sizes), dtype="float32")(h))
    x = layers.Concatenate(dtype="float32")([roots, layers.Dense(1, dtype="float32")(h)])
    return keras.Model([z, y], x, name="shower_generator")


def shower_critic(sizes, hidden=None):
    """Fully connected critic of showers, FastCaloGAN's: three layers of as many ReLU as there are voxels.

    ATLAS 2020, ATL-SOFT-PUB-2020-006; see `shower_generator`.

    Args:
        sizes: Voxels of each layer of the calorimeter.
        hidden: Widths of the hidden layers; three times all voxels when None.

    Returns:
        `keras.Model` from [x (m, sum(sizes) + len(sizes) + 1), label (m, 1)] to raw float32 scores (m, 1).

    Raises:
        ValueError: If a size is not a positive integer.
    """
    for size in sizes:
        check_integers(sizes=size)
    x = keras.Input((sum(sizes) + len(sizes) + 1,), name="x")
    y = keras.Input((1,), name="y")
    h = layers.Concatenate()([x, y])
    for width in hidden or (sum(sizes),) * 3:
        check_integers(hidden=width)
        h = RectifiedLinear()(layers.Dense(width, kernel_initializer="he_uniform")(h))
    return keras.Model([x, y], layers.Dense(1, dtype="float32")(h), name="shower_critic")
