"""Histograms of a table's columns."""

import numpy as np
import pytest
from PIL import Image

from keras_gans.pictures import column_histograms, columns


def test_a_panel_for_each_column(tmp_path):
    rng = np.random.default_rng(0)
    real = rng.normal(size=(300, 5)) * [1, 1e6, 1, 1e-3, 1]
    real[:, 2] = np.exp(real[:, 2])
    names = ["a", "b", "c", "d", "e"]
    picture = column_histograms(real[:100] + 0.1, tmp_path / "columns.png", real, names, ["c"])
    with Image.open(tmp_path / "columns.png") as image:
        np.testing.assert_array_equal(np.asarray(image), picture)
    shorter = column_histograms(real[:100, :4], real=real[:, :4])
    assert picture.shape[0] == pytest.approx(2 * shorter.shape[0], abs=2)  # a second row
    assert column_histograms(np.ones((3, 1))).shape[2] == 3  # a column that has collapsed, without real rows


def test_of_many_columns_the_first_are_drawn(monkeypatch):
    monkeypatch.setattr(columns, "MOST", 3)
    rows = np.random.default_rng(0).normal(size=(10, 5))
    np.testing.assert_array_equal(column_histograms(rows), column_histograms(rows[:, :3]))


def test_refusals():
    with pytest.raises(ValueError, match=r"samples has shape \(3,\)"):
        column_histograms(np.zeros(3))
    with pytest.raises(ValueError, match="1 of 2 rows of real are not finite"):
        column_histograms(np.zeros((2, 2)), real=np.array([[0, 1], [0, np.nan]]))
    with pytest.raises(ValueError, match="samples of 2 columns and real rows of 3"):
        column_histograms(np.zeros((2, 2)), real=np.zeros((2, 3)))
