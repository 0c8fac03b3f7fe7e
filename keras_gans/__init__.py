"""GANs for Keras 3 on TensorFlow: objectives as `keras.Model` subclasses, recipes of the papers, proven exports."""

import keras as _keras

if _keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"keras_gans needs Keras on TensorFlow and found the {_keras.backend.backend()!r} backend: set the environment "
        "variable KERAS_BACKEND=tensorflow before the first import of keras."
    )

from keras_gans import (
    callbacks,
    data,
    distributions,
    divergences,
    export,
    latent,
    layers,
    losses,
    metrics,
    networks,
    optimizers,
    penalties,
    regularizers,
    schedules,
    units,
)
from keras_gans.adversarial import AdversarialModel, load_model
from keras_gans.gan import GAN
from keras_gans.models import (
    ACGAN,
    FGAN,
    IWAE,
    LSGAN,
    R3GAN,
    VAE,
    VAEGAN,
    WGAN,
    WGANGP,
    ComposedGAN,
    ConditionalGAN,
    CycleGAN,
    FeatureMatchingGAN,
    HingeGAN,
    InfoGAN,
    MatchingAwareGAN,
    MinimaxGAN,
    NonSaturatingGAN,
    Pix2Pix,
    RaGAN,
    RothGAN,
    RpGAN,
    UnrolledGAN,
)
from keras_gans.translation import TranslationModel
from keras_gans.variational import VariationalModel

__version__ = "0.1.0"

__all__ = [
    "ACGAN",
    "FGAN",
    "GAN",
    "IWAE",
    "LSGAN",
    "R3GAN",
    "VAE",
    "VAEGAN",
    "WGAN",
    "WGANGP",
    "AdversarialModel",
    "ComposedGAN",
    "ConditionalGAN",
    "CycleGAN",
    "FeatureMatchingGAN",
    "HingeGAN",
    "InfoGAN",
    "MatchingAwareGAN",
    "MinimaxGAN",
    "NonSaturatingGAN",
    "Pix2Pix",
    "RaGAN",
    "RothGAN",
    "RpGAN",
    "TranslationModel",
    "UnrolledGAN",
    "VariationalModel",
    "callbacks",
    "data",
    "distributions",
    "divergences",
    "export",
    "latent",
    "layers",
    "load_model",
    "losses",
    "metrics",
    "networks",
    "optimizers",
    "penalties",
    "regularizers",
    "schedules",
    "units",
]
