"""One file per algorithm, one class in each."""

from keras_gans.models.composed import ComposedGAN
from keras_gans.models.hinge import HingeGAN
from keras_gans.models.lsgan import LSGAN
from keras_gans.models.minimax import MinimaxGAN
from keras_gans.models.non_saturating import NonSaturatingGAN
from keras_gans.models.wgan import WGAN
from keras_gans.models.wgan_gp import WGANGP

__all__ = ["LSGAN", "WGAN", "WGANGP", "ComposedGAN", "HingeGAN", "MinimaxGAN", "NonSaturatingGAN"]
