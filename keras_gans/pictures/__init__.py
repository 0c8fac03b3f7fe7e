"""Pictures of samples and of training: arrays in, pixels out, one look for all.

Every function returns the picture as a uint8 array of shape (height, width, 1 or 3) and, given a path, writes
it there too, whole or not at all. No pyplot: nothing global is touched, so they may be called from any thread
and beside a user's own figures.
"""

from keras_gans.pictures.columns import column_histograms
from keras_gans.pictures.comparison import density_rows, image_rows
from keras_gans.pictures.curves import curves_of_runs, loss_curves
from keras_gans.pictures.images import image_grid, interpolation, side_by_side, stages
from keras_gans.pictures.points import density, scatter
from keras_gans.pictures.showers import mean_showers, shower_histograms

__all__ = [
    "column_histograms",
    "curves_of_runs",
    "density",
    "density_rows",
    "image_grid",
    "image_rows",
    "interpolation",
    "loss_curves",
    "mean_showers",
    "scatter",
    "shower_histograms",
    "side_by_side",
    "stages",
]
