"""Image files through a translator, to image files."""

import functools
import pathlib
import warnings

import numpy as np

import keras_gans as kg
from keras_gans.data.folders import SUFFIXES, read_images
from keras_gans.data.named_sides import by_stem
from keras_gans.export import sample_onnx
from keras_gans.files import written_beside
from keras_gans.pictures.images import as_uint8
from keras_gans_cli import trained

CHUNK = 64  # images that are held at a time


def translate(source, images, out, backwards=False, best=False):
    """Translate an image, or all of a folder and of those in it, each cut and resized to the model's size.

    Args:
        source: Folder of a run, or `.keras` or `.onnx` file.
        images: Image file, or folder.
        out: Image file to write, or folder, a new one, in which `a/b.jpg` becomes `a/b.png`. Either appears whole or
            not at all.
        backwards: Whether to translate from Y to X.
        best: Whether to take the run's best model, and not its last.

    Returns:
        Number of images that were translated.

    Raises:
        FileNotFoundError: If there is nothing at `images`, or the run holds no model.
        FileExistsError: If `out` exists.
        ValueError: If the model is no translator of this direction, `images` holds no image, or none that can be read,
            or one image is to become something else.

    Warns:
        UserWarning: If some files of a folder cannot be read; they are left out.
    """
    images, out = pathlib.Path(images), pathlib.Path(out)
    files = _files(images, out)
    shape, function = _translator(pathlib.Path(source), backwards, best)
    if shape[-1] != 3:
        raise ValueError(
            f"{source} translates images of shape {shape}. Expected 3 channels, which image files are read as. Pass "
            "arrays to model.translate."
        )
    if images.is_dir():
        with written_beside(out) as beside:
            return _write(function, shape, files, [beside / f"{stem}.png" for stem in files])
    with written_beside(out) as beside:
        return _write(function, shape, files, [beside])


def _files(images, out):
    """Return a dict from each image's path within the folder, without suffix, to the path itself."""
    if not images.exists():
        raise FileNotFoundError(f"{images} does not exist. Expected an image, or a folder of images. Check the path.")
    if out.exists():
        raise FileExistsError(f"{out} exists. Expected a new path, so that nothing is replaced. Choose another.")
    if images.is_dir():
        return by_stem(images)
    for path in (images, out):
        if path.suffix.lower() not in SUFFIXES:
            raise ValueError(f"{path} was passed. Expected an image, a file that ends in one of {', '.join(SUFFIXES)}.")
    return {images.stem: images}


def _translator(source, backwards, best):
    """Return the shape of the images that a translator takes, and the function of such images."""
    if source.suffix == ".onnx":
        if backwards:
            raise ValueError(
                f"--backwards was passed with {source}, which holds one direction. Expected the export of the other "
                "one: backward/generator.onnx in the run's folder."
            )
        session, about = trained.onnx_session(source, translates=True)
        return tuple(about["source_shape"]), functools.partial(sample_onnx.translate, session)
    model = trained.model_of(source, best)
    if not isinstance(model, kg.TranslationModel):
        raise ValueError(
            f"{source} holds a {type(model).__name__}, which translates no images. Expected a CycleGAN or a Pix2Pix. "
            f"Draw samples of it by keras-gans sample {source}."
        )
    if backwards and len(model.generators) == 1:
        raise ValueError(
            f"--backwards was passed. A {type(model).__name__} translates from X to Y alone. Leave it out, or train "
            "cyclegan_zhu2017."
        )
    shape = model.y_shape if backwards else model.x_shape
    return shape, functools.partial(model.translate, backwards=backwards)


def _write(function, shape, files, paths):
    """Translate image files and write what they become to the paths; return how many could be read."""
    from PIL import Image
    from tqdm import tqdm

    files = list(files.values())
    to_path, skipped = dict(zip(files, paths, strict=True)), {}
    with tqdm(total=len(files), desc="translating", unit=" images", delay=2, leave=False) as progress:
        for start in range(0, len(files), CHUNK):
            chunk = files[start : start + CHUNK]
            pixels, kept, unread = read_images(chunk, *shape[:2], "images")
            skipped |= unread
            if kept:
                made = function(pixels.astype(np.float32) / np.float32(127.5) - 1)
                for file, image in zip(kept, as_uint8(np.clip(made, -1, 1)), strict=True):
                    to_path[file].parent.mkdir(parents=True, exist_ok=True)
                    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(to_path[file])
            progress.update(len(chunk))
    if skipped:
        file, reason = next(iter(skipped.items()))
        if len(skipped) == len(files):
            raise ValueError(
                f"None of {len(files)} image files can be read; {file}: {reason}. Expected whole PNG, JPEG or WebP "
                "files. Open one in a viewer, or convert them anew."
            )
        warnings.warn(
            f"{len(skipped)} of {len(files)} image files cannot be read and were left out, as {file}: {reason}.",
            stacklevel=2,
        )
    return len(files) - len(skipped)
