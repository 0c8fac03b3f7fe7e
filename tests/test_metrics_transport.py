"""Wasserstein distances against closed forms, SciPy's assignment and 1-d distance, POT, and each other."""

import json
import math
import pathlib
import re

import numpy as np
import ot
import pytest
import scipy.optimize
import scipy.spatial.distance
import scipy.stats

import keras_gans
from keras_gans.metrics import (
    earth_movers_distance,
    kantorovich_potential,
    sliced_wasserstein,
    transport,
    transport_plan,
)

DOCS = pathlib.Path(keras_gans.__file__).parent.parent / "docs"


def clouds(n, m, d, seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(n, d)), generator.normal(size=(m, d)) * 1.5 + 1.0


def distance(real, generated):
    return earth_movers_distance(real, generated)["earth_movers_distance"]


def test_by_hand():
    # each half of (0, 0) and (4, 0) goes to (0, 3): ways of 3 and 5
    found = earth_movers_distance([[0, 0], [4, 0]], [[0, 3]])
    assert found == {"earth_movers_distance": pytest.approx(4, rel=1e-12), "num_real": 2, "num_generated": 1}
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("d", [1, 2, 30])
def test_equal_sizes_against_an_assignment(d):
    real, generated = clouds(300, 300, d)
    costs = scipy.spatial.distance.cdist(real, generated)
    expected = costs[scipy.optimize.linear_sum_assignment(costs)].mean()
    assert distance(real, generated) == pytest.approx(expected, rel=1e-10)


def test_unequal_sizes_against_scipy_on_a_line():
    real, generated = clouds(70, 45, 1)
    expected = scipy.stats.wasserstein_distance(real[:, 0], generated[:, 0])
    assert distance(real, generated) == pytest.approx(expected, rel=1e-10)


def test_a_shift_and_short_ways():
    real, _ = clouds(200, 1, 5)
    shift = np.array([3.0, 0, 4, 0, 0])
    assert distance(real, real + shift) == pytest.approx(5, rel=1e-12)
    assert distance(real, real[::-1]) == 0
    # squares of distances by a matrix product would lose a way of 1e-6 at an offset of 1e6 altogether
    assert distance(real[:1] + 1e6, real[:1] + 1e6 + shift * 2.0**-20) == pytest.approx(5 * 2.0**-20, rel=1e-3)


def test_no_optimum_is_an_error(monkeypatch):
    monkeypatch.setattr(transport, "_ITERATIONS", 10)
    with (
        pytest.warns(UserWarning, match="numItermax"),
        pytest.raises(RuntimeError, match="300 real to 200 generated samples was not solved in 10 iterations"),
    ):
        earth_movers_distance(*clouds(300, 200, 2))


@pytest.mark.parametrize(("n", "m"), [(25, 25), (30, 18)])
def test_primal_dual_and_pot_agree(n, m):
    real, generated = clouds(n, m, 2)
    expected = distance(real, generated)
    costs = scipy.spatial.distance.cdist(real, generated)

    primal, plan = transport_plan(real, generated)
    assert primal == pytest.approx(expected, rel=1e-8)
    assert np.sum(plan * costs) == pytest.approx(expected, rel=1e-8)
    assert plan.min() >= 0
    assert plan.sum(axis=1) == pytest.approx(np.full(n, 1 / n), abs=1e-9)
    assert plan.sum(axis=0) == pytest.approx(np.full(m, 1 / m), abs=1e-9)

    dual, potential = kantorovich_potential(real, generated)
    assert dual == pytest.approx(expected, rel=1e-8)
    assert potential[:n].mean() - potential[n:].mean() == pytest.approx(expected, rel=1e-8)
    points = np.concatenate([real, generated])
    slopes = np.abs(potential[:, None] - potential) - scipy.spatial.distance.cdist(points, points)
    assert slopes.max() < 1e-8
    # complementary slackness: the potential falls at slope 1 wherever mass is carried
    falls = potential[:n, None] - potential[n:]
    assert falls[plan > 1e-9] == pytest.approx(costs[plan > 1e-9], abs=1e-7)


def test_programmes_without_an_optimum_are_an_error():
    with pytest.raises(RuntimeError, match="2 variables was not solved"):
        transport._solve([1.0, 1.0], A_eq=[[1.0, 1.0]], b_eq=[-1.0])


@pytest.mark.parametrize(("n", "m"), [(40, 40), (40, 60), (37, 23), (1, 5)])
def test_each_projection_against_scipy(n, m):
    real, generated = clouds(n, m, 4)
    lines = transport._lines(4, 20, seed=3)
    assert np.linalg.norm(lines, axis=0) == pytest.approx(np.ones(20))
    each = [scipy.stats.wasserstein_distance(real @ line, generated @ line) for line in lines.T]
    found = sliced_wasserstein(real, generated, num_projections=20, seed=3)
    assert found["sliced_wasserstein"] == pytest.approx(np.mean(each), rel=1e-10)
    assert found["standard_error"] == pytest.approx(scipy.stats.sem(each), rel=1e-10)


def test_sliced_against_pot():
    real, generated = clouds(50, 35, 4)
    lines = transport._lines(4, 30, seed=0)
    expected = ot.sliced_wasserstein_distance(real, generated, p=1, projections=lines)
    found = sliced_wasserstein(real, generated, num_projections=30)
    assert found["sliced_wasserstein"] == pytest.approx(expected, rel=1e-10)
    protocol = {"order": 1, "num_projections": 30, "seed": 0, "num_real": 50, "num_generated": 35}
    assert {name: found[name] for name in protocol} == protocol
    assert json.loads(json.dumps(found)) == found


def test_sliced_of_a_shift(monkeypatch):
    # the mean of |cos| over the plane is 2 / pi
    monkeypatch.setattr(transport, "_BLOCK", 1000)  # many blocks of lines
    real, _ = clouds(40, 1, 2)
    shifted = real + np.array([3.0, 4.0])
    found = sliced_wasserstein(real, shifted, num_projections=4000)
    assert abs(found["sliced_wasserstein"] - 10 / math.pi) < 4 * found["standard_error"]
    assert 0 < found["standard_error"] < 0.05
    assert found["sliced_wasserstein"] < distance(real, shifted)
    assert sliced_wasserstein(real, real, num_projections=1)["standard_error"] == 0


@pytest.mark.parametrize("measure", [earth_movers_distance, sliced_wasserstein, transport_plan, kantorovich_potential])
def test_refusals(measure):
    rows = np.zeros((3, 2))
    with pytest.raises(ValueError, match=r"shape \(3, 2\) and generated ones of shape \(3, 1\)"):
        measure(rows, rows[:, :1])
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        measure(rows[:, 0], rows[:, 0])
    with pytest.raises(ValueError, match=r"shape \(0, 2\)"):
        measure(rows, rows[:0])
    with pytest.raises(ValueError, match="NaN or infinite real samples"):
        measure(rows + np.nan, rows)


def test_refusal_of_no_projection():
    with pytest.raises(ValueError, match="num_projections=0 was passed"):
        sliced_wasserstein(np.zeros((3, 2)), np.zeros((3, 2)), num_projections=0)


def test_the_example_of_the_docs(capsys):
    text = (DOCS / "wasserstein.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    names = {}
    exec(compile(code, "wasserstein.md", "exec"), names)
    assert names["primal"] == pytest.approx(names["exact"], rel=1e-8)
    assert names["dual"] == pytest.approx(names["exact"], rel=1e-8)
    assert names["critic_gap"] == pytest.approx(names["exact"], rel=1e-8)
    assert f"prints\n\n    {capsys.readouterr().out}" in text
