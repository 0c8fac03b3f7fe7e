"""Image files of any size and kind, brought to one size."""

import concurrent.futures
import csv
import functools
import io
import itertools
import os
import pathlib
import warnings

import numpy as np

from keras_gans.data.image_set import ImageSet, room_for
from keras_gans.data.sizes import checked_size, cut_and_resized

CAPTIONS = "captions.csv"
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


def image_folder(path, size, captions=None):
    """Read the PNG, JPEG and WebP files of a folder and of all folders in it.

    Each image is turned upright by its EXIF orientation, brought to RGB (greyscale, palette and CMYK too; transparent
    parts lie on white), cut to the largest centre part of the wanted aspect and resized by Lanczos's filter. Hidden
    files are passed over. Files that cannot be read are skipped, named in `.skipped` and told in one warning.

    The sub-folders of `path` are the classes, in sorted order, and an image belongs to the one it lies in, however
    deep. If an image lies in `path` itself, the set has no labels. Where there are captions it has these instead.

    Args:
        path: Folder.
        size: Side of the square images in pixels, or (height, width).
        captions: CSV file of the captions or tags, by default `captions.csv` in the folder, where there is one: a head
            `file,caption`, and for each image a row of its path within the folder and a text such as "red hair, green
            eyes" (in quotes, for the comma). See `PhraseEncoder`.

    Returns:
        `ImageSet`, in the sorted order of the paths.

    Raises:
        NotADirectoryError: If `path` is no folder.
        FileNotFoundError: If `captions` is no file.
        ValueError: If it holds no image, or none that can be read, `size` is no size, or the captions are not one for
            each image.
    """
    root = pathlib.Path(path)
    name = root.resolve().name
    height, width = checked_size(size)
    files = image_files(root)
    texts = _captions(root, files, captions)
    images, kept, skipped = read_images(files, height, width, name)
    if not kept:
        file, reason = next(iter(skipped.items()))
        raise ValueError(
            f"None of the {len(files)} image files of {root} can be read; {file}: {reason}. Expected whole PNG, JPEG "
            "or WebP files. Open one in a viewer, or convert them anew."
        )
    if texts is None:
        data = ImageSet(images, *_classes(root, files, kept), name=name)
    else:
        data = ImageSet(images, name=name, captions=[texts[file] for file in kept])
    data.skipped = skipped
    if skipped:
        named = ", ".join(itertools.islice(skipped, 3)) + (" and others" if len(skipped) > 3 else "")
        warnings.warn(
            f"{len(skipped)} of {len(files)} image files cannot be read and were skipped: {named}. The set's .skipped "
            "gives the reason for each.",
            stacklevel=2,
        )
    return data


def _captions(root, files, path):
    """Return a dict from image file to caption, or None where there are none."""
    if path is None:
        path = root / CAPTIONS
        if not path.exists():
            return None
    with open(path, encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if not {"file", "caption"} <= set(rows.fieldnames or ()):
            raise ValueError(f"{path} begins with {rows.fieldnames}. Expected a head, file,caption.")
        found, known = {}, set(files)
        for row in rows:
            file = root / (row["file"] or "")
            if file not in known or file in found or not row["caption"]:
                problem = "is no image of the folder" if file not in known else "has two rows, or no caption"
                raise ValueError(
                    f"{path}, line {rows.line_num}: {row['file']!r} {problem}. Expected each image once, with a "
                    "caption. Write captions with commas in quotes."
                )
            found[file] = row["caption"]
    missing = [file for file in files if file not in found]
    if missing:
        raise ValueError(
            f"{path} has captions of {len(found)} images, the folder holds {len(files)}; {missing[0]} has none. "
            "Expected one for each."
        )
    return found


def read_images(files, height, width, name):
    """Read image files, each brought to one size.

    Args:
        files: Sequence of paths.
        height: Height of the images in pixels.
        width: Width of the images in pixels.
        name: Name beside the progress bar.

    Returns:
        (uint8 array (n, height, width, 3), the n files that could be read, dict from the others to the reason).
    """
    images = room_for((len(files), height, width, 3))
    kept, skipped = [], {}
    for file, (image, reason) in zip(files, decode_all(files, height, width, name), strict=True):
        if image is None:
            skipped[str(file)] = reason
        else:
            images[len(kept)] = image
            kept.append(file)
    return images[: len(kept)], kept, skipped


def decode_all(sources, height, width, name, total=None):
    """Decode images on all processors, in order, holding few of them at a time.

    Shows a progress bar when it takes more than two seconds.

    Args:
        sources: Iterable of paths or of encoded bytes.
        height: Height of the decoded images in pixels.
        width: Width of the decoded images in pixels.
        name: Name beside the progress bar.
        total: Number of sources, where `len(sources)` does not tell.

    Yields:
        (uint8 array (height, width, 3), None), or (None, reason) for a source that cannot be read.
    """
    from tqdm import tqdm

    total = len(sources) if total is None else total
    sources = iter(sources)
    work = functools.partial(_decoded, height=height, width=width)
    with (
        concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool,
        tqdm(total=total, desc=f"decoding {name}", unit=" images", delay=2, leave=False) as progress,
    ):
        while chunk := list(itertools.islice(sources, 1024)):
            for result in pool.map(work, chunk):
                progress.update()
                yield result


def _decoded(source, height, width):
    """Return (uint8 array (height, width, 3), None), or (None, reason) if Pillow cannot read the source."""
    try:
        image = _loaded(source, 4 * max(height, width))
    except Exception as error:  # broken files make Pillow raise almost anything, TypeError and struct.error too
        return None, f"{type(error).__name__}: {error}"
    return cut_and_resized(_as_rgb(image), height, width), None


def _loaded(source, at_least):
    """Return the Pillow image of a path or of bytes, upright; it may be shrunk while no side gets below `at_least`."""
    from PIL import Image, ImageOps

    file = io.BytesIO(source) if isinstance(source, bytes) else source
    with Image.open(file, formats=("PNG", "JPEG", "WEBP")) as image:
        # Lets JPEG decode at 1/2, 1/4 or 1/8 of its size: nine times faster for a camera's pictures.
        image.draft(None, (at_least, at_least))
        return ImageOps.exif_transpose(image)


def _as_rgb(image):
    from PIL import Image

    if image.mode.startswith("I"):  # 16-bit grey, which convert() would clip to white
        image = Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def image_files(root):
    """Return the paths of all image files in a folder and in those in it, sorted, hidden ones left out.

    Raises:
        NotADirectoryError: If it is no folder.
        ValueError: If it holds no image.
    """
    if not root.is_dir():
        raise NotADirectoryError(f"{root} was passed. Expected a folder of images. Check the path.")
    files = []
    for folder, subfolders, names in os.walk(root, followlinks=True):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        files += [pathlib.Path(folder, n) for n in names if n.lower().endswith(SUFFIXES) and not n.startswith(".")]
    if not files:
        raise ValueError(
            f"The folder {root} holds no image. Expected files ending in {', '.join(SUFFIXES)}, here or in "
            "sub-folders. Check the path, or convert the images."
        )
    return sorted(files)


def _classes(root, files, kept):
    """Return (labels, class names) by the first folder below `root`, or (None, None) if a file lies in `root`."""
    first = {file: file.relative_to(root).parts[0] for file in files}
    if any(pathlib.Path(root, part) == file for file, part in first.items()):
        return None, None
    class_names = sorted(set(first.values()))
    number = {class_name: k for k, class_name in enumerate(class_names)}
    return np.array([number[first[file]] for file in kept]), class_names
