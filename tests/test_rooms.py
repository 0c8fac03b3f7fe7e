"""Who may import whom (docs/architecture.md), what an import costs, and what the package says of itself."""

import ast
import importlib.metadata
import pathlib
import subprocess
import sys

import pytest

import keras_gans

ROOT = pathlib.Path(keras_gans.__file__).parent.parent
OURS = "keras_gans"
PURE = {"keras", "abc", "math"}
TENSORS = PURE | {"tensorflow", "numpy"}
ANY = None
# room: (packages that it may import when it is imported, parts of keras_gans that it may import at all)
ROOMS = {
    "keras_gans/losses": (PURE, {"losses"}),
    "keras_gans/divergences": (TENSORS | {"functools", "typing"}, {"checks", "configured", "divergences"}),
    "keras_gans/replicas.py": ({"tensorflow"}, set()),
    "keras_gans/latent.py": (TENSORS, {"configured"}),
    "keras_gans/draws.py": ({"contextlib", "threading"}, set()),
    "keras_gans/historical_average.py": (TENSORS, {"replicas"}),
    "keras_gans/inner_updates.py": (TENSORS, {"optimizers"}),
    "keras_gans/optimizers.py": (TENSORS, set()),
    "keras_gans/configured.py": (set(), set()),
    "keras_gans/files.py": ({"contextlib", "os", "pathlib", "shutil", "uuid"}, set()),
    "keras_gans/checks.py": (TENSORS, {"labels"}),
    "keras_gans/labels.py": ({"keras", "numpy"}, set()),
    "keras_gans/penalties": (TENSORS | {"concurrent", "functools"}, {"penalties", "replicas"}),
    "keras_gans/adversarial.py": (
        TENSORS | {"pathlib", "random", "threading", "zipfile"},
        {"files", "historical_average", "regularizers", "replicas"},
    ),
    "keras_gans/latent_model.py": (
        TENSORS | {"random"},
        {"adversarial", "checks", "draws", "labels", "latent", "moving_average", "replicas", "units"},
    ),
    "keras_gans/gan.py": (
        TENSORS | {"contextlib"},
        {"adversarial", "checks", "latent", "latent_model", "replicas", "top_k"},
    ),
    "keras_gans/translation.py": (
        TENSORS,
        {"adversarial", "checks", "draws", "gan", "history_pool", "latent"},
    ),
    "keras_gans/variational.py": (
        TENSORS,
        {"checks", "distributions", "latent", "latent_model"},
    ),
    "keras_gans/distributions.py": (TENSORS, {"checks", "configured"}),
    "keras_gans/features.py": (PURE, set()),
    "keras_gans/history_pool.py": (TENSORS, {"replicas"}),
    "keras_gans/moving_average.py": ({"tensorflow"}, {"replicas"}),
    "keras_gans/top_k.py": (TENSORS, {"checks"}),
    "keras_gans/regularizers.py": (TENSORS, set()),
    "keras_gans/schedules.py": (PURE, {"checks"}),
    "keras_gans/units.py": (TENSORS, {"configured"}),
    "keras_gans/shower_units.py": (TENSORS, {"units"}),
    "keras_gans/models": (
        TENSORS | {"functools"},
        {
            "checks",
            "distributions",
            "divergences",
            "draws",
            "features",
            "gan",
            "inner_updates",
            "latent",
            "losses",
            "models",
            "optimizers",
            "penalties",
            "replicas",
            "translation",
            "variational",
        },
    ),
    "keras_gans/layers": (TENSORS | {"functools"}, {"checks", "draws", "layers"}),
    "keras_gans/networks": (TENSORS, {"layers", "networks"}),
    "keras_gans/flops.py": ({"re", "tensorflow"}, set()),
    "keras_gans/metrics": ({"numpy", "keras", "functools", "hashlib", "json", "pathlib"}, {"metrics"}),
    "keras_gans/pictures": (ANY, {"files", "pictures"}),
    "keras_gans/callbacks": (ANY, {"callbacks", "files", "metrics", "pictures", "replicas"}),
    "keras_gans/data": (ANY, {"data", "checks", "files", "shower_units", "units"}),
    "export": (ANY, {"export", "files", "labels", "latent"}),
}
HEAVY = {"onnx", "onnxruntime", "tf2onnx", "matplotlib", "sklearn", "tensorflow_datasets", "tensorflow_probability"}
HEAVY |= {"PIL", "tqdm", "scipy", "ot", "prdc", "typer", "rich"}


def files(room):
    path = ROOT / room
    return [path] if path.suffix else sorted(path.rglob("*.py"))


def imports(path, top_level_only):
    tree = ast.parse(path.read_text())
    nodes = tree.body if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" if node.module == OURS else node.module for alias in node.names)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_touches_only_what_it_may(room):
    outside, inside = ROOMS[room]
    assert files(room)
    for path in files(room):
        for name in imports(path, top_level_only=False):
            first, *rest = name.split(".")
            if first == OURS:
                assert rest[0] in inside, f"{path} imports {name}"
        for name in imports(path, top_level_only=True):
            first = name.split(".")[0]
            if first != OURS and outside is not ANY:
                assert first in outside, f"{path} imports {name}"


def test_every_file_is_in_a_room():
    known = {path for room in ROOMS for path in files(room)} | {ROOT / "keras_gans/__init__.py"}
    assert set((ROOT / "keras_gans").rglob("*.py")) <= known


def test_models_do_not_import_each_other():
    for path in files("keras_gans/models"):
        if path.name != "__init__.py":
            assert not any(name.startswith("keras_gans.models") for name in imports(path, top_level_only=False))


def test_heavy_packages_come_late():
    for room in ROOMS:
        for path in files(room):
            if path.name != "sample_onnx.py":  # a script of its own, imported by nobody
                assert not {name.split(".")[0] for name in imports(path, top_level_only=True)} & HEAVY, path
    code = f"import sys, keras_gans, keras_gans.export; print(sorted({HEAVY!r} & set(sys.modules) - before))"
    code = "import sys, tensorflow, keras; before = set(sys.modules)\n" + code
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip().endswith("[]")


def test_another_backend_is_refused_in_one_sentence():
    code = "import keras; keras.backend.backend = lambda: 'jax'; import keras_gans"  # JAX itself need not be installed
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.returncode != 0
    assert "keras_gans needs Keras on TensorFlow and found the 'jax' backend" in out.stderr.splitlines()[-1]


def test_version_is_said_once_and_the_same():
    assert importlib.metadata.version("keras-gans") == keras_gans.__version__


def test_constructors_are_small():
    for room in ("keras_gans/models", "keras_gans/callbacks", "keras_gans/layers"):
        for path in files(room):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                    common = ("self", "name", "generator", "discriminator")
                    names = [argument.arg for argument in node.args.args if argument.arg not in common]
                    assert len(names) <= 6, f"{path}: {names}"


SHARED_BY_RECIPES = ("keras_gans.recipes.networks", "keras_gans.recipes.optimizers")


def test_nobody_imports_a_recipe_or_the_command():
    for folder in ("keras_gans", "export", "recipes"):
        for path in (ROOT / folder).rglob("*.py"):
            for name in imports(path, top_level_only=True):
                assert not name.startswith("keras_gans_cli"), path
                assert not name.startswith("keras_gans.recipes") or name in SHARED_BY_RECIPES, path
