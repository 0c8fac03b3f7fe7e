"""`python -m keras_gans_cli` is `keras-gans`."""

from keras_gans_cli.app import main

main()
