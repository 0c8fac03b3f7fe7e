"""Callbacks for `fit`, beside Keras's own TensorBoard, CSVLogger, ModelCheckpoint and BackupAndRestore.

Order matters in four places: `StopOnNaN` goes first, before anything that saves, `HealthCheck` before `Progress` and
`RunFolder`, which tell what it found, `Backup` after those that write records, and `SaveOnInterrupt` last.
"""

from keras_gans.callbacks.backup import Backup, restore
from keras_gans.callbacks.evaluate_generator import EvaluateGenerator
from keras_gans.callbacks.evaluate_likelihood import EvaluateLikelihood
from keras_gans.callbacks.evaluate_translations import EvaluateTranslations
from keras_gans.callbacks.generator_ema import GeneratorEMA
from keras_gans.callbacks.health_check import HealthCheck
from keras_gans.callbacks.progress import Progress
from keras_gans.callbacks.run_folder import RunFolder
from keras_gans.callbacks.sample_grid import SampleGrid
from keras_gans.callbacks.save_on_interrupt import SaveOnInterrupt
from keras_gans.callbacks.shower_pictures import ShowerPictures
from keras_gans.callbacks.stop_on_nan import StopOnNaN
from keras_gans.callbacks.tensorboard_images import TensorBoardImages
from keras_gans.callbacks.translation_grid import TranslationGrid

__all__ = [
    "Backup",
    "EvaluateGenerator",
    "EvaluateLikelihood",
    "EvaluateTranslations",
    "GeneratorEMA",
    "HealthCheck",
    "Progress",
    "RunFolder",
    "SampleGrid",
    "SaveOnInterrupt",
    "ShowerPictures",
    "StopOnNaN",
    "TensorBoardImages",
    "TranslationGrid",
    "restore",
]
