"""Sample a generator that `keras_gans.export.to_onnx` wrote, with NumPy, onnxruntime and Pillow, and nothing else.

    python sample_onnx.py generator.onnx grid.png --num 64 --seed 0
    python sample_onnx.py generator.onnx translated.png --image photo.jpg    # of a generator that translates images
    python sample_onnx.py generator.onnx rows.csv --num 1000    # of a table: columns and units are its own

It is a script, to be run or copied as a file: it shows all that a program needs in order to use the generator. The
same seed gives other samples than `model.sample` does, since NumPy draws other numbers than TensorFlow.
"""

import argparse
import csv
import json
import math
import os
import pathlib
import sys
import time
import uuid

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

TILE = 64  # pixels: smaller images are enlarged by a whole factor up to this side
GAP_GREY = 128
BATCH = 256


def load(path, translates=False):
    """Return the onnxruntime session of a generator, or translator, that `to_onnx` wrote, and its metadata."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    about = {name: json.loads(value) for name, value in session.get_modelmeta().custom_metadata_map.items()}
    if "source_shape" in about and not translates:
        raise SystemExit(f"{path} holds a translator of images. Expected a generator, which takes a latent z.")
    if "latent" in about and translates:
        raise SystemExit(f"{path} holds a generator, which takes a latent z. Expected a translator of images.")
    if not {"latent", "source_shape"} & set(about):
        what = "source" if translates else "latent"
        raise SystemExit(f"{path} does not name its {what}. Expected a file of keras_gans.export.to_onnx.")
    return session, about


def read_image(path, shape):
    """Return an image file as a batch of one, float32 in [-1, 1]: its centre of the shape's aspect, resized to it."""
    height, width, channels = shape
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("L" if channels == 1 else "RGB")
    pixels = np.asarray(ImageOps.fit(upright, (width, height), Image.Resampling.LANCZOS))
    return pixels.reshape(1, height, width, channels).astype(np.float32) / np.float32(127.5) - 1


def translate(session, images):
    """Return translations of images (m, height, width, channels), float32, in batches."""
    return np.concatenate(
        [session.run(["images"], {"x": images[i : i + BATCH]})[0] for i in range(0, len(images), BATCH)]
    )


def draw_samples(session, about, num, seed, y=None):
    """Return `num` samples, float32, of conditions y where there are some; what is drawn follows from the seed."""
    inputs = {"z": draw_latent(about["latent"], (num, about["latent_dim"]), np.random.default_rng(seed))}
    if y is not None:
        inputs["y"] = y
    batches = [{k: v[i : i + BATCH] for k, v in inputs.items()} for i in range(0, num, BATCH)]
    return np.concatenate([session.run(["images"], batch)[0] for batch in batches])


def draw_latent(latent, shape, generator):
    """Draw z of `shape` from the distribution that the file's metadata names."""
    if latent["distribution"] == "Normal":
        return generator.standard_normal(shape, dtype=np.float32)
    if latent["distribution"] == "Uniform":
        return generator.uniform(latent["low"], latent["high"], shape).astype(np.float32)
    if latent["distribution"] == "Codes":
        rows = shape[0]
        noise = generator.standard_normal((rows, latent["noise"]), dtype=np.float32)
        one_hot = [np.eye(size, dtype=np.float32)[generator.integers(size, size=rows)] for size in latent["categories"]]
        continuous = generator.uniform(-1, 1, (rows, latent["continuous"])).astype(np.float32)
        return np.concatenate([noise, *one_hot, continuous], axis=1)
    raise SystemExit(
        f"The latent is {latent['distribution']}. Expected Normal, Uniform or Codes. Draw z in your own code."
    )


def conditions(session, about, num, labels=None, captions=None):
    """Return `num` conditions that go through labels or captions in turn, all classes by default; None without y."""
    y = next((value for value in session.get_inputs() if value.name == "y"), None)
    num_classes = about["num_classes"]
    if y is None:
        if labels or captions:
            asked = f"--y {labels}" if labels else f"--caption {captions[0]!r}"
            raise SystemExit(f"{asked} was passed. Expected none: this generator takes no condition. Omit it.")
        return None
    if captions:
        cycle = np.resize(vectors(about, captions), (num, num_classes))
    elif not labels and not num_classes:
        raise SystemExit("The file does not say how many classes y has. Expected labels. Pass --y 0 1 2.")
    elif num_classes and any(not 0 <= label < num_classes for label in labels or []):
        raise SystemExit(f"--y {labels} was passed. Expected labels from 0 to {num_classes - 1}.")
    else:
        cycle = np.resize(labels or np.arange(num_classes), num)
        if len(y.shape) == 2 and y.shape[1] > 1:
            cycle = np.eye(num_classes)[cycle]
    dtype = {"tensor(float)": "float32", "tensor(double)": "float64"}.get(y.type, y.type[7:-1])
    return cycle.reshape(num, *y.shape[1:]).astype(dtype)


def vectors(about, captions):
    """Return the vectors of captions such as "red hair, green eyes", (n, d), by the attributes in the metadata."""
    attributes = (about.get("conditions") or {}).get("attributes")
    if attributes is None:
        raise SystemExit("The file does not say what captions may hold. Expected a generator of captions. Pass --y.")
    phrases = [f"{value} {name}".strip() for name, values in attributes.items() for value in values]
    rows = np.zeros((len(captions), len(phrases)))
    for row, caption in zip(rows, captions, strict=True):
        for phrase in caption.lower().split(","):
            words = " ".join(phrase.split())
            if words not in phrases:
                raise SystemExit(f"{words!r} of {caption!r} is unknown. Expected phrases among {', '.join(phrases)}.")
            row[phrases.index(words)] = 1
    return rows


def grid(images, columns):
    """Lay float images in [-1, 1] out in rows, with a grey gap of one pixel around each."""
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise SystemExit(f"The samples have shape {images.shape[1:]}. Expected images (height, width, 1 or 3).")
    pixels = as_pixels(images)
    factor = max(1, TILE // max(pixels.shape[1:3]))
    pixels = pixels.repeat(factor, axis=1).repeat(factor, axis=2)
    pixels = np.pad(pixels, ((0, -len(pixels) % columns), (1, 0), (1, 0), (0, 0)), constant_values=GAP_GREY)
    pixels[len(images) :] = GAP_GREY
    _, height, width, channels = pixels.shape
    rows = pixels.reshape(-1, columns, height, width, channels).swapaxes(1, 2)
    whole = rows.reshape(-1, columns * width, channels)
    return np.pad(whole, ((0, 1), (0, 1), (0, 0)), constant_values=GAP_GREY)


def as_pixels(images):
    """Bring float images in [-1, 1] to 0..255."""
    return np.clip(np.rint((images + 1) * 127.5), 0, 255).astype(np.uint8)


def write_png(pixels, path):
    """Write a picture, whole or not at all."""
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    write_whole(path, picture.save)


def write_rows(rows, columns, path):
    """Write rows of a table (n, d), whole or not at all: CSV with the columns' names in line 1, or .npy."""
    if path.suffix == ".npy":
        write_whole(path, lambda beside: np.save(beside, rows))
        return

    def write(beside):
        with beside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([str(number) for number in row] for row in rows)  # as many digits as float32 holds

    write_whole(path, write)


def write_whole(path, write):
    """Call `write` with a path beside `path`, then move what it wrote there."""
    beside = path.with_name(f".{path.stem}.{uuid.uuid4().hex[:8]}.part{path.suffix}")
    try:
        write(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def main():
    """Read the arguments, sample, write the grid, print one line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("onnx", type=pathlib.Path, help="file written by keras_gans.export.to_onnx")
    parser.add_argument("out", type=pathlib.Path, help="picture to write; of a table .csv or .npy")
    parser.add_argument("--num", type=int, default=64, help="how many samples")
    parser.add_argument("--seed", type=int, default=0, help="integer from 0 up")
    parser.add_argument("--y", type=int, nargs="+", help="labels to go through in turn; all classes by default")
    parser.add_argument("--caption", action="append", help="what to draw, in words; may repeat")
    parser.add_argument("--image", type=pathlib.Path, help="image to translate, by a generator that does")
    arguments = parser.parse_args()
    if arguments.num < 1 or arguments.seed < 0:
        raise SystemExit(f"--num {arguments.num} --seed {arguments.seed} was passed. Expected num >= 1 and seed >= 0.")
    if not arguments.onnx.is_file():
        raise SystemExit(f"{arguments.onnx} is no file. Expected one that keras_gans.export.to_onnx wrote.")
    if arguments.image is not None:
        session, about = load(arguments.onnx, translates=True)
        (made,) = translate(session, read_image(arguments.image, about["source_shape"]))
        write_png(as_pixels(made), arguments.out)
        print(f"{arguments.image} became {arguments.out}")
        return

    session, about = load(arguments.onnx)
    if "columns" in about and arguments.out.suffix not in (".csv", ".npy"):
        raise SystemExit(f"{arguments.out} was passed for rows of a table. Expected a path that ends in .csv or .npy.")
    y = conditions(session, about, arguments.num, arguments.y, arguments.caption)
    few = min(arguments.num, BATCH)
    draw_samples(session, about, few, arguments.seed, None if y is None else y[:few])  # the first run makes room
    start = time.perf_counter()
    images = draw_samples(session, about, arguments.num, arguments.seed, y)
    milliseconds = (time.perf_counter() - start) / arguments.num * 1000

    if "columns" in about:
        write_rows(images, about["columns"], arguments.out)
    else:
        classes = about["num_classes"] if arguments.y is None else len(arguments.y)
        columns = classes if classes and 1 < classes <= arguments.num else math.ceil(math.sqrt(arguments.num))
        write_png(grid(images, min(columns, 32)), arguments.out)
    strangers = sorted({"tensorflow", "keras", "keras_gans"} & set(sys.modules))
    what = "row" if "columns" in about else "image"
    if strangers:
        raise SystemExit(f"{', '.join(strangers)} came to be loaded. Expected NumPy, onnxruntime and Pillow alone.")
    print(
        f"{arguments.num} {what}s in {arguments.out}: {milliseconds:.3f} ms per {what} by onnxruntime "
        f"{onnxruntime.__version__}; TensorFlow, Keras and keras_gans are not loaded"
    )


if __name__ == "__main__":
    main()
