"""Sampling an exported generator the way a stranger would: in a process without TensorFlow, Keras and keras_gans."""

import os
import pathlib
import subprocess
import sys


def sample_with_onnxruntime(onnx_path, png_path, num=64, seed=0):
    """Run `sample_onnx.py` in a process of its own: draw samples by onnxruntime alone and write them as a grid.

    Args:
        onnx_path: File that `to_onnx` wrote, of an image generator.
        png_path: PNG to write.
        num: How many samples.
        seed: Integer from 0 up.

    Returns:
        The line that the script printed: the time per image, and that no TensorFlow was loaded.

    Raises:
        RuntimeError: If the script fails; with its message. No picture is written then.
    """
    script = pathlib.Path(__file__).with_name("sample_onnx.py")
    command = [sys.executable, "-P", script, onnx_path, png_path, "--num", str(num), "--seed", str(seed)]
    # Paths and start-up files that the environment adds for this process are none of the script's.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{script.name} failed on {onnx_path}: {done.stderr.strip()}")
    return done.stdout.strip()
