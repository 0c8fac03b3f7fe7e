"""Networks, and parts of them, that the recipes of objectives share, so that these differ by the objective alone."""

import keras

import keras_gans as kg


def falling_noise(stddev, share, steps):
    """Return a first layer of a discriminator: noise that falls from `stddev` to 0 over a share of the steps."""
    return kg.layers.InstanceNoise(keras.optimizers.schedules.PolynomialDecay(stddev, max(int(share * steps), 1), 0.0))


def small_networks(sample_shape, s, condition=None, discriminator_norm=None, first=()):
    """Return generator and discriminator of `s.width`: fully connected for points, of DCGAN's kind for images.

    Args:
        sample_shape: (2,) or the like, or (H, W, C).
        s: Settings with `latent_dim` and `width`: units of each of `layers` hidden layers, or channels of the largest
            map.
        condition: What both are told, `networks.Labels(10)` or the like; None for nothing.
        discriminator_norm: Normalization in the discriminator of images; None under a gradient penalty.
        first: Layers before all others of the discriminator.
    """
    if len(sample_shape) == 1:
        hidden = (s.width,) * s.layers
        return (
            kg.networks.mlp_generator(s.latent_dim, sample_shape, hidden, condition=condition),
            kg.networks.mlp_discriminator(sample_shape, hidden, first=first, condition=condition),
        )
    return (
        kg.networks.dcgan_generator(
            s.latent_dim, sample_shape, s.width, kernel_size=4, hidden=512, condition=condition
        ),
        kg.networks.dcgan_discriminator(
            sample_shape,
            s.width,
            kernel_size=4,
            norm=discriminator_norm,
            stop_below=5,
            kernel_initializer=None if discriminator_norm else "he_normal",
            first=first,
            condition=condition,
        ),
    )
