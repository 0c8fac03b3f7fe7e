"""The f-divergences of Nowozin et al. 2016, for `FGAN`, and a neural estimator of each."""

from keras_gans.divergences.base import Divergence
from keras_gans.divergences.estimate import Estimate, estimate
from keras_gans.divergences.jensen_shannon import GANDivergence, JensenShannon, WeightedJensenShannon
from keras_gans.divergences.kullback_leibler import Jeffrey, KullbackLeibler, ReverseKullbackLeibler
from keras_gans.divergences.powers import Alpha, NeymanChiSquared, PearsonChiSquared, SquaredHellinger
from keras_gans.divergences.total_variation import TotalVariation

__all__ = [
    "Alpha",
    "Divergence",
    "Estimate",
    "GANDivergence",
    "Jeffrey",
    "JensenShannon",
    "KullbackLeibler",
    "NeymanChiSquared",
    "PearsonChiSquared",
    "ReverseKullbackLeibler",
    "SquaredHellinger",
    "TotalVariation",
    "WeightedJensenShannon",
    "estimate",
]
