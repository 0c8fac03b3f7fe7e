"""Generators and discriminators: functions that return `keras.Model`s with the inputs z and x."""

from keras_gans.networks.conditions import Labels, Vectors
from keras_gans.networks.dcgan import dcgan_discriminator, dcgan_generator
from keras_gans.networks.mlp import mlp_discriminator, mlp_generator
from keras_gans.networks.r3gan import r3gan_discriminator, r3gan_generator
from keras_gans.networks.recognizer import recognizer
from keras_gans.networks.resnet import resnet_discriminator, resnet_generator
from keras_gans.networks.showers import shower_critic, shower_generator
from keras_gans.networks.translation import patch_discriminator, resnet_translator, unet_translator
from keras_gans.networks.variational import dcgan_encoder, mlp_decoder, mlp_encoder

__all__ = [
    "Labels",
    "Vectors",
    "dcgan_discriminator",
    "dcgan_encoder",
    "dcgan_generator",
    "mlp_decoder",
    "mlp_discriminator",
    "mlp_encoder",
    "mlp_generator",
    "patch_discriminator",
    "r3gan_discriminator",
    "r3gan_generator",
    "recognizer",
    "resnet_discriminator",
    "resnet_generator",
    "resnet_translator",
    "shower_critic",
    "shower_generator",
    "unet_translator",
]
