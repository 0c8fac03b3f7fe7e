"""The cases of step_time.py: what is the same for every candidate. A new one is a line here and its networks there."""

from typing import NamedTuple


class Case(NamedTuple):
    """What a step is made of.

    Args:
        what: In words.
        shape: Of one sample, channels last.
        latent_dim: Length of z.
        m: Samples of one discriminator step.
        n_critic: Discriminator steps.
        loss: "non_saturating", "hinge" or "wasserstein", the last with a gradient penalty of weight 10.
        adam: Learning rate, beta_1, beta_2.
        width: Of the networks.
    """

    what: str
    shape: tuple
    latent_dim: int
    m: int
    n_critic: int
    loss: str
    adam: tuple
    width: int


CASES = {
    "mlp": Case(
        "non-saturating GAN on points in the plane, three layers of 128 units in each network",
        (2,), 2, 256, 1, "non_saturating", (1e-3, 0.5, 0.999), 128,
    ),
    "dcgan": Case(
        "non-saturating DCGAN with batch normalization, 28x28x1, width 64",
        (28, 28, 1), 128, 64, 1, "non_saturating", (2e-4, 0.5, 0.999), 64,
    ),
    "wgan_gp": Case(
        "WGAN-GP with DCGAN networks, 28x28x1, width 64",
        (28, 28, 1), 128, 64, 5, "wasserstein", (1e-4, 0.0, 0.9), 64,
    ),
    "sn_resnet": Case(
        "hinge loss with a spectrally normalized ResNet, 32x32x3, width 64",
        (32, 32, 3), 128, 64, 1, "hinge", (2e-4, 0.0, 0.9), 64,
    ),
}  # fmt: skip
GP_WEIGHT = 10.0
SAMPLES = 7680  # of the data, drawn at random: what they show costs nothing
