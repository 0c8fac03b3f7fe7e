"""Data by name, for command lines: a built-in set, or the path of a folder of images."""

import difflib
import pathlib
import re

from keras_gans.data import faces, folders, images, mixtures

IMAGE_SETS = {
    "digits": images.digits,
    "mnist": images.mnist,
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
NAMES = (*IMAGE_SETS, *MIXTURES)
FOLDER_SIZE = 64  # pixels


def named(name, size=None):
    """Return the training data of a name.

    Args:
        name: One of `NAMES`; "mnist[:1000]" and the like for the first images of MNIST, Fashion-MNIST or CIFAR-10;
            "attribute_faces[held_out]" for combinations that the others lack; or the path of a folder of images.
        size: Side of the square images in pixels, or (height, width): 64 by default for a folder, and for a built-in
            set of images the size that it has.

    Returns:
        `ImageSet` or, for "ring" and the like, `Mixture`.

    Raises:
        ValueError: If the name is none of them and no folder, a size is given for points, or a folder holds no image.
        RuntimeError: If a set is not there and cannot be downloaded.
    """
    if name in MIXTURES:
        if size is not None:
            raise ValueError(
                f"size={size} was passed for {name!r}. Expected none: its samples are points. Leave it out."
            )
        return MIXTURES[name]()
    part = re.fullmatch(r"(mnist|fashion_mnist|cifar10)\[:([1-9]\d*)\]", str(name))
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
    raise ValueError(
        f"{name!r} is no folder and no built-in set.{suggestion(name, NAMES)} Expected one of {', '.join(NAMES)}, or "
        "the path of a folder of images."
    )


def suggestion(name, names):
    """Return " Did you mean 'x'?" for the nearest of `names`, or nothing if none is near."""
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""
