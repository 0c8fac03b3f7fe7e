"""Layers for generators and discriminators."""

from keras_gans.layers.activations import RectifiedLinear
from keras_gans.layers.adaptive_augment import AdaptiveAugment
from keras_gans.layers.basis import SpatialBasis
from keras_gans.layers.batch_normalization import FusedBatchNormalization
from keras_gans.layers.conditional_batch_normalization import ConditionalBatchNormalization
from keras_gans.layers.diff_augment import DiffAugment
from keras_gans.layers.dropout import Dropout
from keras_gans.layers.film import FiLM
from keras_gans.layers.grouped_convolution import GroupedConv2D
from keras_gans.layers.instance_noise import InstanceNoise
from keras_gans.layers.instance_normalization import InstanceNormalization
from keras_gans.layers.minibatch import MinibatchDiscrimination, MinibatchStandardDeviation, Packing
from keras_gans.layers.reflection_padding import ReflectionPadding2D
from keras_gans.layers.resizing import NearestUpsampling2D, SmoothDownsampling2D, SmoothUpsampling2D
from keras_gans.layers.self_attention import SelfAttention
from keras_gans.layers.spectral_normalization import SpectralNormalization
from keras_gans.layers.unit_groups import UnitGroups
from keras_gans.layers.virtual_batch_normalization import (
    VirtualBatchNormalization,
    WithoutReference,
    WithReference,
)

__all__ = [
    "AdaptiveAugment",
    "ConditionalBatchNormalization",
    "DiffAugment",
    "Dropout",
    "FiLM",
    "FusedBatchNormalization",
    "GroupedConv2D",
    "InstanceNoise",
    "InstanceNormalization",
    "MinibatchDiscrimination",
    "MinibatchStandardDeviation",
    "NearestUpsampling2D",
    "Packing",
    "RectifiedLinear",
    "ReflectionPadding2D",
    "SelfAttention",
    "SmoothDownsampling2D",
    "SmoothUpsampling2D",
    "SpatialBasis",
    "SpectralNormalization",
    "UnitGroups",
    "VirtualBatchNormalization",
    "WithReference",
    "WithoutReference",
]
