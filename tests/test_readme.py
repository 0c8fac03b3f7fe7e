"""What the README says can be done as it says."""

import pathlib
import re

import keras_gans as kg

ROOT = pathlib.Path(kg.__file__).parent.parent
README = (ROOT / "README.md").read_text()


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
