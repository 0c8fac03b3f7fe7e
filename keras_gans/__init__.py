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
    divergences,
    export,
    latent,
    layers,
    losses,
    metrics,
    networks,
    penalties,
    regularizers,
)
from keras_gans.adversarial import AdversarialModel, load_model
from keras_gans.gan import GAN
from keras_gans.models import (
    ACGAN,
    FGAN,
    LSGAN,
    R3GAN,
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

__version__ = "0.1.0"

__all__ = [
    "ACGAN",
    "FGAN",
    "GAN",
    "LSGAN",
    "R3GAN",
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
    "callbacks",
    "data",
    "divergences",
    "export",
    "latent",
    "layers",
    "load_model",
    "losses",
    "metrics",
    "networks",
    "penalties",
    "regularizers",
]
