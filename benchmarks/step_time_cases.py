"""The cases of step_time.py: what is the same for every candidate. A new one is a line here and its networks there."""

from typing import NamedTuple


class Case(NamedTuple):
    """What a step is made of.

    Args:
        what: In words.
        shape: Of one sample, channels last.
        latent_dim: Length of z; None for translators.
        m: Samples of one discriminator step.
        n_critic: Discriminator steps.
        loss: "non_saturating", "hinge" or "wasserstein", the last with a gradient penalty of weight 10; "cycle" for
            CycleGAN's.
        adam: Learning rate, beta_1, beta_2.
        width: Of the networks.
        sides: Sets of data, of each of which a step takes a batch: 1, or 2 of translators, which `keras-gans` trains
            one operation a core.
        samples: Of each side, drawn at random: what they show costs nothing.
    """

    what: str
    shape: tuple
    latent_dim: int
    m: int
    n_critic: int
    loss: str
    adam: tuple
    width: int
    sides: int = 1
    samples: int = 7680


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
    "cyclegan": Case(
        "CycleGAN with identity loss and pools of 50, six residual blocks, patches of 70x70, 64x64x3, width 32",
        (64, 64, 3), None, 1, 1, "cycle", (2e-4, 0.5, 0.999), 32, sides=2, samples=1280,
    ),
}  # fmt: skip
GP_WEIGHT = 10.0
CYCLE_WEIGHT, IDENTITY_WEIGHT, POOL_SIZE, BLOCKS = 10.0, 0.5, 50, 6
