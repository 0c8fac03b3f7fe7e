"""One file per algorithm, one class in each."""

from keras_gans.models.acgan import ACGAN
from keras_gans.models.composed import ComposedGAN
from keras_gans.models.conditional import ConditionalGAN
from keras_gans.models.cyclegan import CycleGAN
from keras_gans.models.feature_matching import FeatureMatchingGAN
from keras_gans.models.fgan import FGAN
from keras_gans.models.hinge import HingeGAN
from keras_gans.models.infogan import InfoGAN
from keras_gans.models.iwae import IWAE
from keras_gans.models.lsgan import LSGAN
from keras_gans.models.matching_aware import MatchingAwareGAN
from keras_gans.models.minimax import MinimaxGAN
from keras_gans.models.non_saturating import NonSaturatingGAN
from keras_gans.models.pix2pix import Pix2Pix
from keras_gans.models.r3gan import R3GAN
from keras_gans.models.ragan import RaGAN
from keras_gans.models.roth import RothGAN
from keras_gans.models.rpgan import RpGAN
from keras_gans.models.unrolled import UnrolledGAN
from keras_gans.models.vae import VAE
from keras_gans.models.vaegan import VAEGAN
from keras_gans.models.wgan import WGAN
from keras_gans.models.wgan_gp import WGANGP

__all__ = [
    "ACGAN",
    "FGAN",
    "IWAE",
    "LSGAN",
    "R3GAN",
    "VAE",
    "VAEGAN",
    "WGAN",
    "WGANGP",
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
    "UnrolledGAN",
]
