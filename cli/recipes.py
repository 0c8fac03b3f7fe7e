"""What the recipes say of themselves, read from their files without running them."""

import ast
import dataclasses
import difflib
import importlib.util
import pathlib
import re


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A recipe's head.

    Args:
        name: Name of its file.
        title: First line of its docstring.
        paper: Authors, year and arXiv id of what stands there under "Paper:".
        data: The data that it trains on unless told otherwise.
        images: Whether it trains on images.
        points: Whether it trains on points in the plane.
        table: Whether it trains on tables.
        two_sides: Whether it translates between two sides.
        showers: Whether it trains on showers of a calorimeter.
        two_translators: Whether it translates both ways, which are trained side by side.
    """

    name: str
    title: str
    paper: str
    data: str
    images: bool
    points: bool
    table: bool
    two_sides: bool
    showers: bool
    two_translators: bool


def folder():
    """Return the folder of the recipes: within the installed package, or beside it in a checkout."""
    package = pathlib.Path(importlib.util.find_spec("keras_gans").origin).parent  # found without being imported
    return next(path for path in (package / "recipes", package.parent / "recipes") if path.is_dir())


def all_recipes():
    """Return every `Recipe`, by name."""
    return [_read(path) for path in sorted(folder().glob("*.py")) if "\nDATA = " in path.read_text("utf-8")]


def named(name):
    """Return the `Recipe` of this name; raise a ValueError, with the nearest name, if there is none."""
    known = {recipe.name: recipe for recipe in all_recipes()}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"There is no recipe {name!r}.{meant} Expected one of {', '.join(known)}.")
    return known[name]


def _read(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    text = ast.get_docstring(tree)
    constants = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    paper = re.search(r"Paper:\s+(?P<who>.*? \d{4}),.*?(?P<arxiv>arXiv:[\d.]+\d)", text, flags=re.S)
    return Recipe(
        path.stem,
        text.splitlines()[0].rstrip("."),
        f"{paper['who']}, {paper['arxiv']}",
        ast.literal_eval(constants["DATA"]),
        "IMAGES" in constants,
        "POINTS" in constants,
        "TABLE" in constants,
        "TWO_SIDES" in constants,
        "SHOWERS" in constants,
        "PAIRED" in constants and not ast.literal_eval(constants["PAIRED"]),
    )
