"""Data: mixtures of Gaussians with known density, sets of images as float32 batches in [-1, 1], tables of numbers,
showers of a calorimeter."""

from keras_gans.data import mixtures
from keras_gans.data.calorimeter import calorimeter, simulated_showers, write_showers
from keras_gans.data.calorimeter_binning import Binning
from keras_gans.data.faces import attribute_faces
from keras_gans.data.folders import image_folder
from keras_gans.data.image_set import ImageSet
from keras_gans.data.images import binary_mnist, celeb_a, cifar10, digits, fashion_mnist, mnist, stacked_mnist
from keras_gans.data.mixtures import Mixture
from keras_gans.data.named import named
from keras_gans.data.named_sides import named_sides
from keras_gans.data.phrases import PhraseEncoder
from keras_gans.data.shower_set import ShowerSet
from keras_gans.data.table import TableSet, table
from keras_gans.data.two_sides import TwoSides, coloured_digits

__all__ = [
    "Binning",
    "ImageSet",
    "Mixture",
    "PhraseEncoder",
    "ShowerSet",
    "TableSet",
    "TwoSides",
    "attribute_faces",
    "binary_mnist",
    "calorimeter",
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
    "simulated_showers",
    "stacked_mnist",
    "table",
    "write_showers",
]
