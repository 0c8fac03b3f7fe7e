"""Data: mixtures of Gaussians with known density, and sets of images as float32 batches in [-1, 1]."""

from keras_gans.data import mixtures
from keras_gans.data.faces import attribute_faces
from keras_gans.data.folders import image_folder
from keras_gans.data.image_set import ImageSet
from keras_gans.data.images import celeb_a, cifar10, digits, fashion_mnist, mnist, stacked_mnist
from keras_gans.data.mixtures import Mixture
from keras_gans.data.named import named
from keras_gans.data.named_sides import named_sides
from keras_gans.data.phrases import PhraseEncoder
from keras_gans.data.two_sides import TwoSides, coloured_digits

__all__ = [
    "ImageSet",
    "Mixture",
    "PhraseEncoder",
    "TwoSides",
    "attribute_faces",
    "celeb_a",
    "cifar10",
    "coloured_digits",
    "digits",
    "fashion_mnist",
    "image_folder",
    "mixtures",
    "mnist",
    "named",
    "named_sides",
    "stacked_mnist",
]
