"""What the README says can be done as it says."""

import importlib.util
import json
import pathlib
import re

import keras_gans as kg

ROOT = pathlib.Path(kg.__file__).parent.parent
README = (ROOT / "README.md").read_text()


def result_tables():
    spec = importlib.util.spec_from_file_location("result_tables", ROOT / "benchmarks" / "result_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_ten_lines_run(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.S)
    assert "epochs=200" in code
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(code.replace("epochs=200", "epochs=1, verbose=0"), "README.md", "exec"), names)
    assert names["images"].shape == (64, 16, 16, 1)
    assert {"model.keras", "generator.onnx", "parity.json"} <= {path.name for path in tmp_path.iterdir()}
    assert kg.load_model("model.keras").step == 5


def test_every_link_and_picture_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (ROOT / target).exists(), target


def test_every_model_is_in_the_table():
    for name in vars(kg):
        value = getattr(kg, name)
        if isinstance(value, type) and issubclass(value, kg.GAN) and value is not kg.GAN:
            assert f"| `{name}` |" in README


def test_figures_are_those_of_the_results():
    tables = result_tables()
    rows, floors = json.loads(tables.RESULTS.read_text()), json.loads(tables.FLOORS.read_text())
    page = (ROOT / "recipes" / "README.md").read_text(encoding="utf-8")
    assert tables.summary(rows, floors) in README
    assert tables.summary_of_what_was_asked_for(rows) in README
    for section in {tables.section_of(row) for row in rows}:
        assert tables.table(section, rows, floors) in page
    for recipe in {row["recipe"] for row in rows} & set(tables.recipes_of(rows)):
        head = (ROOT / "recipes" / f"{recipe}.py").read_text(encoding="utf-8")
        assert tables.ours(recipe, rows) in head
    # A row by hand: the share of high quality is printed in percent, spreads are sample standard deviations.
    runs = [{"measures": {"modes": {"high_quality": share}}} for share in (0.95, 0.96, 0.97)]
    assert tables.figure(runs, "modes", "high_quality", "{:.1f}", 100) == "96.0 ± 1.0"


def test_the_summary_has_a_line_for_each_recipe_and_the_columns_of_each_set():
    modes = {"modes": {"modes": 8, "high_quality": 0.966, "reverse_kl": 0.1, "dispersion": 1.5}}
    rows = [
        {"recipe": "a", "data": "ring", "measures": modes},
        {"recipe": "b", "data": "mnist", "measures": {"classifier_frechet": {"frechet_distance": 1.234}}},
        {"recipe": "c", "data": "digits", "measures": {"sliced_wasserstein": {"sliced_wasserstein": 0.1}}},
    ]
    lines = result_tables().summary(rows, {"ring": modes}).splitlines()[2:]
    assert lines == [
        "| `a` |  |  | 8.0 / 96.6 |  |",
        "| `b` | 1.23 |  |  |  |",
        "| real samples |  |  | 8.0 / 96.6 |  |",
    ]
