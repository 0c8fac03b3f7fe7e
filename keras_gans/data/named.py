"""Data by name, for command lines: a built-in set, or the path of a folder of images or of a table."""

import difflib
import pathlib
import re

from keras_gans.data import faces, folders, images, mixtures
from keras_gans.data.calorimeter import calorimeter, simulated_showers
from keras_gans.data.table import table

IMAGE_SETS = {
    "digits": images.digits,
    "mnist": images.mnist,
    "binary_mnist": images.binary_mnist,
    "fashion_mnist": images.fashion_mnist,
    "stacked_mnist": images.stacked_mnist,
    "cifar10": images.cifar10,
    "celeb_a": images.celeb_a,
    "attribute_faces": faces.attribute_faces,
}
OF_ANY_SIZE = {"celeb_a", "attribute_faces"}  # made in the size that is asked for
HELD_OUT_FACES = "attribute_faces[held_out]"
MIXTURES = {
    "ring": mixtures.ring,
    "imbalanced_ring": mixtures.imbalanced_ring,
    "grid": mixtures.grid,
    "spiral": mixtures.spiral,
    "random": mixtures.random,
}
SHOWERS = "calorimeter"
NAMES = (*IMAGE_SETS, *MIXTURES)
FOLDER_SIZE = 64  # pixels


def named(name, size=None):
    """Return the training data of a name.

    Args:
        name: One of `NAMES`; "mnist[:1000]" and the like for the first images of MNIST, Fashion-MNIST or CIFAR-10;
            "attribute_faces[held_out]" for combinations that the others lack; "calorimeter" for showers that are
            simulated; or the path of a folder of images,
            of a table that ends in .csv, or of showers in CaloChallenge's HDF5 that ends in .hdf5 or .h5.
        size: Side of the square images in pixels, or (height, width): 64 by default for a folder, and for a built-in
            set of images the size that it has.

    Returns:
        `ImageSet`; for "ring" and the like `Mixture`; for a table `TableSet`; for "calorimeter", which is simulated,
        and for such a file `ShowerSet`.

    Raises:
        ValueError: If the name is none of them and no folder, a size is given for points or a table, a folder holds no
            image, or a table cannot be read.
        FileNotFoundError: If there is no such table.
        RuntimeError: If a set is not there and cannot be downloaded.
    """
    if is_showers(name):
        if size is not None:
            raise ValueError(f"size={size} was passed for {name!r}. Expected none: it holds showers. Leave it out.")
        return simulated_showers() if name == SHOWERS else calorimeter(name)
    if name in MIXTURES or is_table(name):
        if size is not None:
            what = "rows" if is_table(name) else "points"
            raise ValueError(
                f"size={size} was passed for {name!r}. Expected none: its samples are {what}. Leave it out."
            )
        return table(name) if is_table(name) else MIXTURES[name]()
    part = re.fullmatch(r"(mnist|binary_mnist|fashion_mnist|cifar10)\[:([1-9]\d*)\]", str(name))
    if part:
        images_of = IMAGE_SETS[part[1]](split=f"train[:{part[2]}]")
        return images_of if size is None else images_of.resized(size)
    if name == HELD_OUT_FACES:
        return faces.attribute_faces(size or faces.SIZE, combinations="held_out")
    if name in IMAGE_SETS:
        if size is None or name in OF_ANY_SIZE:
            return IMAGE_SETS[name](**({} if size is None else {"size": size}))
        return IMAGE_SETS[name]().resized(size)
    if pathlib.Path(name).is_dir():
        return folders.image_folder(name, size or FOLDER_SIZE)
    names = (*NAMES, SHOWERS)
    raise ValueError(
        f"{name!r} is no folder and no built-in set.{suggestion(name, names)} Expected one of {', '.join(names)}, or "
        "the path of a folder of images, of a table, ....csv, or of showers, ....hdf5."
    )


def is_table(name):
    """Whether a name is the path of a table."""
    return pathlib.Path(name).suffix.lower() == ".csv"


def is_showers(name):
    """Whether a name is that of the simulated showers, or the path of a file of showers."""
    return name == SHOWERS or pathlib.Path(name).suffix.lower() in (".hdf5", ".h5")


def held_out(name, size=None):
    """Return the images that a built-in set keeps for tests, or None where it keeps none; arguments as of `named`.

    Raises:
        RuntimeError: If the set is not there and cannot be downloaded.
        ValueError: If `size` is no size.
    """
    whole = str(name).partition("[")[0]
    if whole not in ("mnist", "binary_mnist", "fashion_mnist", "cifar10"):
        return None
    images_of = IMAGE_SETS[whole](split="test")
    return images_of if size is None else images_of.resized(size)


def suggestion(name, names):
    """Return " Did you mean 'x'?" for the nearest of `names`, or nothing if none is near."""
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""
