"""The command `keras-gans`, a package beside keras_gans: it answers before TensorFlow is loaded."""
