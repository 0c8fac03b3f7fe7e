"""The two sides of a translation by name, for command lines: a built-in set, one of TFDS, or folders of images."""

import pathlib

from keras_gans.data.folders import image_files, image_folder, read_images
from keras_gans.data.image_set import ImageSet
from keras_gans.data.images import unlabelled
from keras_gans.data.named import FOLDER_SIZE, suggestion
from keras_gans.data.sizes import checked_size
from keras_gans.data.two_sides import TwoSides, coloured_digits

COLOURED_DIGITS = "coloured_digits"
OF_CYCLEGAN = (  # of TFDS's "cycle_gan"
    "apple2orange",
    "cezanne2photo",
    "facades",
    "horse2zebra",
    "iphone2dslr_flower",
    "maps",
    "monet2photo",
    "summer2winter_yosemite",
    "ukiyoe2photo",
    "vangogh2photo",
)
SIDES_NAMES = (COLOURED_DIGITS, *(f"cycle_gan/{name}" for name in OF_CYCLEGAN))
SPLITS = ("train", "test")


def named_sides(name, size=None, paired=False, split="train"):
    """Return the two sides of a name.

    Args:
        name: "coloured_digits"; "cycle_gan/horse2zebra" and the like, of TensorFlow Datasets; "HORSES,ZEBRAS", the
            paths of two folders of images; or that of one with the folders `trainA`, `trainB` and, for held-out images,
            `testA`, `testB`, as CycleGAN's data sets have them.
        size: Side of the square images in pixels, or (height, width): 64 by default, and for the coloured digits 32.
        paired: Whether the images are pairs: of two folders those whose paths within them differ in the suffix alone,
            or in an ending `_A` and `_B` too.
        split: "train", or "test" for held-out images.

    Returns:
        `TwoSides`; None for "test" where none are held out.

    Raises:
        ValueError: If the name is none of these, a folder holds no image or a single one, images have no partner, or
            pairs are asked of TFDS, which does not say what belongs together.
        RuntimeError: If a set is not there and cannot be downloaded.
    """
    if split not in SPLITS:
        raise ValueError(f"split={split!r} was passed. Expected 'train' or 'test'.")
    if name == COLOURED_DIGITS:
        data = coloured_digits(split, paired)
        return data if size is None else TwoSides(data.x.resized(size), data.y.resized(size), data.paired, data.name)
    size = FOLDER_SIZE if size is None else size
    if name in SIDES_NAMES:
        if paired:
            raise ValueError(
                f"Pairs were asked of {name!r}, whose images come in an order of their own. Expected folders, whose "
                "files of one name are pairs. Unpack the set's archive, and pass its folder."
            )
        return TwoSides(*(unlabelled(name, f"{split}{side}", size) for side in "AB"), name=name)
    folders = _folders(name, split)
    if folders is None:
        return None
    sides = _pairs(*folders, size) if paired else [image_folder(folder, size) for folder in folders]
    return TwoSides(*sides, paired=paired, name=str(name))


def _folders(name, split):
    """Return the folders of X and Y, or None where there are none of this split."""
    root = pathlib.Path(name)
    if root.is_dir():
        if not all((root / f"train{side}").is_dir() for side in "AB"):
            raise ValueError(
                f"The folder {root} lacks trainA or trainB. Expected both in it, or two folders: --data X,Y. Pass the "
                "folders of both sides."
            )
        folders = [root / f"{split}{side}" for side in "AB"]
        return folders if all(folder.is_dir() for folder in folders) else None
    folders = [pathlib.Path(part.strip()) for part in str(name).split(",")]
    if len(folders) == 2:
        missing = [str(folder) for folder in folders if not folder.is_dir()]
        if missing:
            raise ValueError(f"{name!r} was passed, {missing[0]!r} is no folder. Expected the paths of two. Check it.")
        return folders if split == "train" else None
    raise ValueError(
        f"{name!r} is no folder and no built-in set of two sides.{suggestion(str(name), SIDES_NAMES)} Expected one of "
        f"{', '.join(SIDES_NAMES)}, the paths of two folders of images, X,Y, or of one with trainA and trainB."
    )


def _pairs(x_folder, y_folder, size):
    """Return the `ImageSet`s of two folders whose images of one name are pairs, in one order."""
    x, y = by_stem(x_folder, "_A"), by_stem(y_folder, "_B")
    odd = [str(file) for stem, file in [*x.items(), *y.items()] if stem not in x or stem not in y]
    if odd:
        raise ValueError(
            f"{x_folder} holds {len(x)} images and {y_folder} {len(y)}, of which {len(odd)} have no partner: "
            f"{', '.join(odd[:3])}{' and others' if len(odd) > 3 else ''}. Expected pairs, of one name in both. Rename "
            "or remove them."
        )
    return [_read_whole([files[stem] for stem in x], folder, size) for folder, files in ((x_folder, x), (y_folder, y))]


def by_stem(folder, ending=""):
    """Return a dict from each image's path within a folder, without suffix and `ending`, to the path itself.

    Raises:
        ValueError: If it holds no image, or two of one such path.
    """
    found = {}
    for file in image_files(folder):
        stem = file.relative_to(folder).with_suffix("").as_posix().removesuffix(ending)
        if stem in found:
            raise ValueError(
                f"{found[stem]} and {file} are of one name but for the suffix. Expected names that differ in more. "
                "Remove or rename one."
            )
        found[stem] = file
    return found


def _read_whole(files, folder, size):
    """Return the `ImageSet` of image files that all can be read."""
    images, _, skipped = read_images(files, *checked_size(size), folder.name)
    if skipped:
        file, reason = next(iter(skipped.items()))
        raise ValueError(
            f"{file} cannot be read: {reason}. Expected whole PNG, JPEG or WebP files, as each is half of a pair. "
            "Convert it anew, or remove the pair."
        )
    return ImageSet(images, name=folder.name)
