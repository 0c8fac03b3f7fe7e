"""Measures of generators: arrays in, numbers with their protocol out, float64 inside."""

from keras_gans.metrics.modes import mode_statistics

__all__ = ["mode_statistics"]
