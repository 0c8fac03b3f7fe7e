"""Layers for generators and discriminators."""

from keras_gans.layers.activations import RectifiedLinear
from keras_gans.layers.resizing import NearestUpsampling2D
from keras_gans.layers.spectral_normalization import SpectralNormalization

__all__ = ["NearestUpsampling2D", "RectifiedLinear", "SpectralNormalization"]
