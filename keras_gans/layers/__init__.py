"""Layers for generators and discriminators."""

from keras_gans.layers.activations import RectifiedLinear
from keras_gans.layers.basis import SpatialBasis
from keras_gans.layers.batch_normalization import FusedBatchNormalization
from keras_gans.layers.grouped_convolution import GroupedConv2D
from keras_gans.layers.resizing import NearestUpsampling2D, SmoothDownsampling2D, SmoothUpsampling2D
from keras_gans.layers.spectral_normalization import SpectralNormalization

__all__ = [
    "FusedBatchNormalization",
    "GroupedConv2D",
    "NearestUpsampling2D",
    "RectifiedLinear",
    "SmoothDownsampling2D",
    "SmoothUpsampling2D",
    "SpatialBasis",
    "SpectralNormalization",
]
