"""Learning rates that the recipes share."""

import keras

from keras_gans import optimizers


def falling_adam(learning_rate, steps, beta_1=0.5, beta_2=0.9, epsilon=1e-7):
    """Return Adam whose learning rate falls to 0 along a cosine over its own `steps`."""
    return optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps), beta_1, beta_2, epsilon)
