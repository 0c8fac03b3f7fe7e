"""Objectives side by side: rows, tables, pictures; what is done is not done again, what diverged is a row."""

import csv
import functools
import json

import numpy as np
import pytest
from command import keras_gans, refused
from PIL import Image
from test_models_contract import CONDITIONAL, RECOGNIZING

import keras_gans as kg
from keras_gans.data.named import IMAGE_SETS
from keras_gans_cli import compare, compare_run, evaluation
from keras_gans_cli.objectives import OBJECTIVES, Objective
from keras_gans_cli.stabilisers import ROWS, STABILISERS


def test_every_model_and_every_divergence_has_a_row(monkeypatch):
    seen, divergences = set(), set()
    for objective in OBJECTIVES.values():
        model = compare_run.build(objective, (2,), 0, 10, {**compare_run.POINTS, "width": 4})
        seen.add(type(model).__name__)
        divergences |= {type(model.divergence).__name__} if isinstance(model, kg.FGAN) else set()
        assert model.generator.count_params() == 2 * 4 + 4 + 4 * (4 * 4 + 4) + 4 * 2 + 2  # the same for all
        assert model.discriminator_optimizer.get_config()["beta_1"] == objective.beta_1
    public = {n for n, v in vars(kg).items() if isinstance(v, type) and issubclass(v, kg.GAN) and v is not kg.GAN}
    assert seen == public - {*CONDITIONAL, *RECOGNIZING}  # which are told, or tell, more than a sample
    all_divergences = {
        n for n, v in vars(kg.divergences).items() if isinstance(v, type) and issubclass(v, kg.divergences.Divergence)
    }
    assert divergences == all_divergences - {"Divergence", "GANDivergence"}  # the last is the minimax game


@functools.cache
def trained(name, shape):
    """Weights of a generator after four steps of an objective or a stabiliser."""
    settings = (
        {**compare_run.IMAGES, "width": 8, "batch_size": 8} if len(shape) == 3 else {**compare_run.POINTS, "width": 4}
    )
    x = np.random.default_rng(0).uniform(-1, 1, size=(32, *shape)).astype("float32")
    model = compare_run.build(ROWS[name], shape, 0, 10, settings)
    model.run_eagerly = True  # sooner than it is traced
    model.fit(x, batch_size=8, verbose=0)
    assert model.find_non_finite() is None
    return model.generator.get_weights()


@pytest.mark.parametrize("name", STABILISERS)
def test_every_stabiliser_is_the_baseline_with_one_thing_more(name):
    shape = (28, 28, 1) if STABILISERS[name].images_only else (2,)
    plain, stabilised = trained("non_saturating", shape), trained(name, shape)
    assert any(not np.array_equal(a, b) for a, b in zip(plain, stabilised, strict=True))


def test_a_comparison_through_the_command(tmp_path):
    arguments = ("compare", "non_saturating", "r3gan", "--data", "ring", "--seeds", "1", "--steps", "20")
    arguments = (*arguments, "--out", tmp_path)
    first = keras_gans(*arguments).stdout
    assert "2/2 ring, r3gan, seed 0: modes" in first
    assert "ring, r3gan: a step takes " in first
    costs = compare.read_costs(tmp_path)
    assert [cost["objective"] for cost in costs] == ["non_saturating", "r3gan"]
    assert all(cost["relative_cost"] > 0 for cost in costs)
    rows = compare.read_rows(tmp_path)
    assert [(row["objective"], row["seed"]) for row in rows] == [("non_saturating", 0), ("r3gan", 0)]
    assert all(row["status"] == "finished" and len(row["curve"]) == 5 for row in rows)
    assert [point["step"] for point in rows[0]["curve"]] == [0, 0, 0, 10, 20]
    table = (tmp_path / "table.md").read_text()
    assert "**ring**, 20 generator steps, 1 seed" in table
    assert "| `non_saturating`: non-saturating |" in table
    assert "| `r3gan`: relativistic paired, R1 0.03 and R2 0.03 |" in table
    assert "| samples of the mixture itself | 8.0 | 98.9 |" in table
    assert "| VEEGAN, the same table | 8 | 52.9 |" in table
    with open(tmp_path / "table.csv", newline="") as file:
        table = list(csv.DictReader(file))
    assert [float(line["modes"]) for line in table] == [row["measures"]["modes"]["modes"] for row in rows]
    with Image.open(tmp_path / "ring-20.png") as picture:
        assert np.ptp(np.asarray(picture)) > 0
    # a second time nothing is made again, and a run that was lost is
    written = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*/*.json") if path.name != "spec.json"}
    assert len(written) == 4
    lost = tmp_path / "runs" / "ring-r3gan-0-20" / "row.json"
    lost.unlink()
    keras_gans(*arguments)
    assert {p for p, when in written.items() if p.stat().st_mtime_ns != when} == {lost}


def test_a_diverged_run_is_a_row_that_says_so(tmp_path, monkeypatch):
    def nan_after_a_while(generator, discriminator, settings):
        model = kg.NonSaturatingGAN(generator, discriminator)
        fit = model.fit

        def fit_and_break(*arguments, **kwargs):
            if model.step >= 10:
                weight = model.generator.trainable_variables[0]
                weight.assign(np.full(weight.shape, np.nan))
            return fit(*arguments, **kwargs)

        model.fit = fit_and_break
        return model

    monkeypatch.setitem(OBJECTIVES, "non_saturating", Objective(nan_after_a_while, "broken"))
    monkeypatch.setattr(evaluation, "NUM_SAMPLES", 300)
    spec = {"objective": "non_saturating", "data": "ring", "seed": 0, "steps": 40}
    place = tmp_path / "runs" / "ring-non_saturating-0-40"
    place.mkdir(parents=True)
    compare_run.run(spec, place)
    row = json.loads((place / "row.json").read_text())
    assert row["status"].startswith("diverged at step")
    assert row["measures"] is None
    other = tmp_path / "runs" / "ring-minimax-0-40"
    other.mkdir()
    compare_run.run({**spec, "objective": "minimax"}, other)
    compare.write_tables(compare.read_rows(tmp_path), tmp_path)
    assert f"| `non_saturating`: broken | {row['status']} |" in (tmp_path / "table.md").read_text()
    compare.draw("ring", 40, tmp_path)


MEASURES = {
    "modes": {"modes": 8, "high_quality": 0.9, "reverse_kl": 0.01, "dispersion": 1.5},
    "earth_movers_distance": {"earth_movers_distance": 0.1},
}


def put_row(folder, name="hinge", seed=0, steps=40, measures=MEASURES, **changes):
    """Write the row of a run that was not made."""
    spec = {"objective": name, "data": "ring", "seed": seed, "steps": steps}
    settings = compare_run.settings_for("ring")
    row = {**spec, "settings": settings, "terms": OBJECTIVES[name].terms(settings), "status": "finished"}
    row |= {"measures": measures, "seconds_per_step": 0.002, "curve": [{"step": steps, **measures}]}
    place = folder / "runs" / f"ring-{name}-{seed}-{steps}"
    place.mkdir(parents=True)
    (place / "row.json").write_text(json.dumps(row | changes))


def put_cost(folder, name, **changes):
    """Write the cost of a step that was not measured."""
    settings = compare_run.settings_for("ring")
    cost = {"objective": name, "data": "ring", "settings": settings, "terms": OBJECTIVES[name].terms(settings)}
    place = folder / "costs" / f"ring-{name}"
    place.mkdir(parents=True)
    (place / "cost.json").write_text(json.dumps({**cost, "relative_cost": 1.23, **changes}))


def test_no_sample_of_high_quality_is_an_infinite_divergence(tmp_path):
    nowhere = {**MEASURES, "modes": {"modes": 0, "high_quality": 0.0, "reverse_kl": None, "dispersion": 800.0}}
    put_row(tmp_path, seed=0, measures=nowhere)
    put_row(tmp_path, seed=1)
    rows = compare.read_rows(tmp_path)
    compare.write_tables(rows, tmp_path)
    assert "| `hinge`: hinge | 4.0 ± 5.7 | 45.0 ± 63.6 | ∞ |" in (tmp_path / "table.md").read_text()
    with open(tmp_path / "table.csv", newline="") as file:
        assert [line["reverse_kl"] for line in csv.DictReader(file)] == ["inf", "0.01"]


def test_runs_of_other_constants_are_left_out_and_of_other_steps_apart(tmp_path):
    put_row(tmp_path, "hinge", 0)
    put_row(tmp_path, "hinge", 1)
    put_row(tmp_path, "r1", 0)
    put_row(tmp_path, "hinge", 0, steps=1000)
    put_row(tmp_path, "wgan", 0, settings={"width": 3})
    put_row(tmp_path, "wgan", 1, terms={"what": "clipped at 7"})
    put_row(tmp_path, "minimax", 0, objective="of_earlier_days")
    put_cost(tmp_path, "hinge")
    put_cost(tmp_path, "r1", settings={"width": 3})
    rows = compare.read_rows(tmp_path)
    found = [(row["objective"], row["seed"], row["steps"]) for row in rows]
    assert found == [("hinge", 0, 40), ("hinge", 1, 40), ("r1", 0, 40), ("hinge", 0, 1000)]
    compare.write_tables(rows, tmp_path)
    few, many = (tmp_path / "table.md").read_text().split("**ring**, 1,000 generator steps")
    assert "**ring**, 40 generator steps, 2 seeds" in few
    assert "| `r1`: non-saturating, R1 0.1 (1 of 2 seeds) |" in few
    assert "r1" not in many
    assert "| `hinge`: hinge | 8.0 ± 0.0 | 90.0 ± 0.0 | 0.010 ± 0.000 | 1.50 ± 0.00 | 0.100 ± 0.000 | 1.2 |" in few
    assert few.count("| 1.2 |") == 1  # the other's was of other constants


def test_a_run_that_fails_does_not_keep_others_from_being_made(tmp_path, monkeypatch):
    put_row(tmp_path, "hinge", steps=10)
    put_cost(tmp_path, "hinge")
    monkeypatch.setattr(compare.sys, "executable", "/bin/false")
    monkeypatch.setattr(compare, "draw", lambda *arguments: None)
    arguments = ("compare", "r1", "hinge", "--data", "ring", "--seeds", 1, "--steps", 10, "--out", tmp_path)
    said = keras_gans(*arguments, code=1)
    assert "ring, hinge, seed 0: modes 8.0" in said.stdout
    assert "Error: 1 of 3 runs failed: failed with exit code 1, see" in said.stderr
    assert "| `hinge`: hinge |" in (tmp_path / "table.md").read_text()


@pytest.mark.data
def test_images_have_a_table_too(tmp_path, tfds_dir, monkeypatch):
    """On a twentieth of the images: to have the judge look at all 60,000 takes half a minute of one core."""
    monkeypatch.setenv("TFDS_DATA_DIR", tfds_dir)
    monkeypatch.setitem(IMAGE_SETS, "mnist", lambda: kg.data.mnist("train[:5%]"))
    monkeypatch.setattr(evaluation, "NUM_SAMPLES", 300)
    for objective in ("hinge_spectral", "r1"):
        place = tmp_path / "runs" / f"mnist-{objective}-0-10"
        place.mkdir(parents=True)
        compare_run.run({"objective": objective, "data": "mnist", "seed": 0, "steps": 10}, place)
    compare.write_tables(compare.read_rows(tmp_path), tmp_path)
    assert "classifier-Fréchet" in (tmp_path / "table.md").read_text()
    compare.draw("mnist", 10, tmp_path)
    assert (tmp_path / "mnist-10.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compare", "hinj"), "There is no objective 'hinj'. Did you mean 'hinge'?"),
        (("compare", "hinge", "--data", "rign"), "There are no data 'rign'. Did you mean 'ring'?"),
        (("compare", "ada", "--data", "ring"), "ada is of images alone"),
        (("compare", "hinge", "--data", "my/photos"), "a folder of images is for `keras-gans train`"),
        (("compare", "hinge", "--steps", "25"), "steps=25 was passed. Expected a multiple of 10 on ring"),
    ],
)
def test_refusals(arguments, message, tmp_path):
    assert message in refused(*arguments, "--out", tmp_path)
