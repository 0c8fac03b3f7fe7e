"""Generators leave the house: as SavedModel and as ONNX, proven equal, for programs that know nothing of Keras."""

from keras_gans.export.sampling import sample_with_onnxruntime
from keras_gans.export.to_onnx import to_onnx
from keras_gans.export.to_saved_model import to_saved_model

__all__ = ["sample_with_onnxruntime", "to_onnx", "to_saved_model"]
