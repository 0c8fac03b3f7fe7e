"""Generators as ONNX."""

import contextlib
import importlib.metadata
import json
import logging
import pathlib
import platform

import keras
import numpy as np
import tensorflow as tf

from keras_gans.export.generators import resolve
from keras_gans.export.parity import measure_parity, require_parity
from keras_gans.files import written_beside

OPSETS = range(13, 19)  # what tf2onnx writes


def to_onnx(model_or_generator, path, opset=18, tolerance=1e-4, conditions=None):
    """Write a generator as an ONNX file, checked, and proven equal to Keras through onnxruntime on the CPU.

    The graph has the inputs `z` (batch, latent_dim) float32 and, for a conditional generator, `y`; or, for a
    translator, `x` (batch, H, W, C) float32 in [-1, 1]. The output is `images` (batch, ...) float32, channels last.
    What is needed to sample it stands in the file's metadata (each value as JSON) and in `parity.json` beside it:
    latent distribution, latent_dim, number of classes, image range, opset, package versions, and the largest
    difference from Keras in inference mode for batches of 1, 2, 7 and 64.

    A generator that computes in float16 or bfloat16 leaves as a float32 copy with the same weights, since
    onnxruntime's CPU rounds float16 in other places than TensorFlow and does not take bfloat16 at all: parity is that
    of the copy, and `low_precision_difference` says how far the copy is from the generator itself.

    Args:
        model_or_generator: A `keras_gans.GAN` or `VariationalModel`, of which the sampling generator and the latent are
            taken; or a keras Model of z or [z, y], with z standard normal; or a `keras_gans.TranslationModel`, of which
            G is taken, or a translator, such as `model.backward_generator`.
        path: File to write, usually `....onnx`. An earlier file is replaced as a whole.
        opset: ONNX operator set, 13 to 18.
        tolerance: Largest absolute difference allowed, in the unit of the samples. The default is an eightieth of one
            of 256 grey levels; float32 usually differs by 1e-7 to 1e-5. For samples in units of their own
            (`model.in_units`), in parts of their spread: the standard deviation, of a table that of each column, plus
            1/256 of the largest absolute value.
        conditions: What y stands for, for the metadata: {"class_names": [...]}, or {"attributes": {name: [values]}} of
            a `data.PhraseEncoder`.

    Returns:
        Dict, as in `parity.json`.

    Raises:
        TypeError: If there is no generator in what was passed.
        ValueError: If the generator is not built, has other inputs or outputs, or draws random numbers; or `opset` is
            not supported.
        FloatingPointError: If a weight or a sample is not finite.
        IsADirectoryError: If `path` is a folder.
        RuntimeError: If the graph cannot be converted, is not valid, or differs from Keras by more than `tolerance`.

    After each of these nothing was written, and an earlier file stands there still.

    Example:
        report = to_onnx(model, "run/generator.onnx")
        print(report["max_abs_difference"])
    """
    import onnx

    path = pathlib.Path(path)
    if opset not in OPSETS:
        raise ValueError(f"opset={opset!r} was passed. Expected an integer from 13 to 18. Leave it out for 18.")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder. Expected the path of a file. Pass {path / 'generator.onnx'}.")
    trained = resolve(model_or_generator)
    low_precision = trained.low_precision()
    exported = trained.in_float32() if low_precision else trained

    proto = _convert(exported, opset)
    keras_samples = exported.traced("/CPU:0")  # a GPU may convolve in TF32, 1e-3 off
    differences = measure_parity(keras_samples, _onnxruntime(proto), exported.draw, spread=exported.spread)
    require_parity(differences, tolerance)
    report = {
        "max_abs_difference": max(differences.values()),
        "tolerance": tolerance,
        "batch_sizes": list(differences),
        "low_precision": low_precision,
        "low_precision_difference": None,
        **({} if exported.spread is None else {"differences_over": exported.units.spread_name}),
        **exported.describe(),
        "conditions": conditions,
        "opset": opset,
        "versions": _versions(),
    }
    if low_precision:
        rounding = measure_parity(trained.traced("/CPU:0"), keras_samples, exported.draw, spread=exported.spread)
        report["low_precision_difference"] = max(rounding.values())
    onnx.helper.set_model_props(proto, {name: json.dumps(value) for name, value in report.items()})

    with written_beside(path) as beside, written_beside(path.with_name("parity.json")) as report_beside:
        onnx.save(proto, beside)
        report_beside.write_text(json.dumps(report, indent=2) + "\n")
    return report


def _convert(exported, opset):
    """Return a valid ModelProto with the names and axes that `to_onnx` promises."""
    import onnx
    import tf2onnx

    function = tf.function(lambda *inputs: {"images": exported.samples(*inputs)}, exported.input_specs, autograph=False)
    with _log_of_tf2onnx() as errors:
        proto, _ = tf2onnx.convert.from_function(function, exported.input_specs, opset=opset)
    shapes = [spec.shape for spec in exported.input_specs] + [exported.generator.outputs[0].shape]
    for value, shape in zip([*proto.graph.input, *proto.graph.output], shapes, strict=True):
        for dimension, size in zip(value.type.tensor_type.shape.dim, shape, strict=True):
            if size is None:
                dimension.dim_param = "batch"
            else:
                dimension.dim_value = size
    try:
        onnx.checker.check_model(proto, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise RuntimeError(
            f"The generator {exported.generator.name!r} does not convert to valid ONNX: {error} "
            f"{' '.join(errors)} Expected operations that tf2onnx knows. Replace the one that is named."
        ) from error
    return proto


@contextlib.contextmanager
def _log_of_tf2onnx():
    """Keep what tf2onnx logs from the console; give the list that its errors are added to.

    It goes on after an error, and some are harmless: the checks of the graph decide whether they become ours.
    """
    errors = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: errors.append(record.getMessage())
    logger = logging.getLogger("tf2onnx")
    propagate = logger.propagate
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield errors
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def _onnxruntime(proto):
    """Return a function of NumPy inputs that runs the graph on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    return lambda *inputs: session.run(["images"], dict(zip(names, inputs, strict=True)))[0]


def _versions():
    import onnx
    import onnxruntime
    import tf2onnx

    modules = (tf, keras, tf2onnx, onnx, onnxruntime, np)  # whose packages may be called tensorflow-cpu and the like
    return {
        "python": platform.python_version(),
        "keras-gans": importlib.metadata.version("keras-gans"),
        **{module.__name__: module.__version__ for module in modules},
    }
