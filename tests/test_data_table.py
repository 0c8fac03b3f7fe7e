"""Tables: reading, scaling column by column, batches, and what is refused, by line and column."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from keras_gans import data

CSV = "year,mass,price\n2001,1.5e6,3\n2003,2.5e6,4\n\n2008,3e6,11\n"
ROWS = [[2001, 1.5e6, 3], [2003, 2.5e6, 4], [2008, 3e6, 11]]


class Frame:
    """What is asked of a data frame of pandas, polars and the like."""

    def __init__(self, rows, columns):
        self.columns, self._rows = columns, np.array(rows)

    def __getitem__(self, name):
        return list(self._rows[:, self.columns.index(name)])

    def to_numpy(self):
        raise AssertionError("it would be of type object where one column is text")


def csv(tmp_path, text, name="rows.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_text(text, encoding=encoding)
    return path


def test_a_csv_file_is_read(tmp_path):
    table = data.table(csv(tmp_path, CSV))
    np.testing.assert_array_equal(table.rows, ROWS)
    assert table.columns == ["year", "mass", "price"]
    assert (len(table), table.sample_shape) == (3, (3,))
    assert repr(table) == "TableSet('rows.csv', 3 rows of year, mass, price)"
    of_a_spreadsheet = csv(tmp_path, CSV.replace("\n", "\r\n").replace("mass", '"mass, kg"'), encoding="utf-8-sig")
    chosen = data.table(str(of_a_spreadsheet), columns=["mass, kg", "year"])
    np.testing.assert_array_equal(chosen.rows, np.array(ROWS)[:, [1, 0]])
    text_aside = csv(tmp_path, "name,a,b\nx,1,2\ny,2,3\n")
    assert data.table(text_aside, columns=["b"]).rows.tolist() == [[2.0], [3.0]]


def test_arrays_structured_arrays_and_data_frames():
    rows = np.array(ROWS)
    assert data.table(rows).columns == ["x0", "x1", "x2"]
    structured = np.array([tuple(r) for r in ROWS], [("year", int), ("mass", float), ("price", float)])
    for source in (structured, Frame(ROWS, ["year", "mass", "price"])):
        table = data.table(source, columns=["price", "year"])
        assert table.columns == ["price", "year"]
        np.testing.assert_array_equal(table.rows, rows[:, [2, 0]])


def test_columns_are_scaled_to_mean_0_and_deviation_1():
    rng = np.random.default_rng(0)
    rows = np.stack([rng.normal(2000, 10, 500), rng.lognormal(12, 1.5, 500), rng.normal(0, 1e-6, 500)], axis=1)
    table = data.table(rows, columns=["year", "income", "tiny"])
    assert table.units.logarithmic == ["income"]  # its skewness is far above 2
    logs = np.log(rows[:, 1])
    assert scipy.stats.skew(rows[:, 1]) > 2 > abs(scipy.stats.skew(logs))
    u = table.scaled(rows)
    assert u.dtype == np.float32
    np.testing.assert_allclose(u[:, 1], (logs - logs.mean()) / logs.std(), atol=1e-6)
    np.testing.assert_allclose(u.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(u.std(axis=0), 1, atol=1e-6)
    np.testing.assert_allclose(table.unscaled(u), rows, rtol=1e-6, atol=1e-12)
    assert data.table(rows, logarithmic=()).units.logarithmic == []
    assert data.table(rows, logarithmic=["x0"]).units.logarithmic == ["x0"]
    assert data.table(-rows).units.logarithmic == []


def test_batches_and_streams():
    table = data.table(np.arange(20.0).reshape(10, 2) ** 1.5)
    passes = [np.concatenate(list(table.batches(5, seed=1).as_numpy_iterator())) for _ in range(2)]
    for rows in passes:
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.sort(rows, axis=0), table.scaled(table.rows), atol=1e-6)
    assert int(table.batches(4).cardinality()) == 2
    stream = table.stream(4, seed=3)
    assert stream.element_spec == tf.TensorSpec((4, 2), tf.float32)
    first = list(stream.take(5).as_numpy_iterator())
    later = list(table.stream(4, seed=3, start=3).take(2).as_numpy_iterator())
    np.testing.assert_array_equal(first[3:], later)
    assert not np.array_equal(first[0], first[2])
    drawn = table.sample(10, seed=0)
    np.testing.assert_array_equal(np.sort(drawn, axis=0), table.rows)
    for call in (table.batches, table.stream, table.sample):
        with pytest.raises(ValueError, match=r"=11 was passed for 10 rows of 'table'"):
            call(11)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "rows.csv is empty"),
        ("a,b\n", r"'rows.csv' has 0 rows of numbers"),
        ("a,b\n1,2\n", r"'rows.csv' has 1 rows of numbers"),
        ("1,2\n3,4\n", "line 1 holds numbers"),
        ("a;b\n1;2\n", "Expected names with commas"),
        ("a,b,a\n1,2,3\n", "line 1: the name 'a' stands for 2 columns"),
        ("a,,b\n1,2,3\n", "line 1: the name '' stands for 1 columns"),
        ("a,b\n1,2\n\n3,x\n", r"rows.csv, line 4: column 'b' holds 'x'"),
        ("a,b\n1,2\n,3\n", "line 3: column 'a' is empty"),
        ("a,b\n1,2\n3\n", "line 3 has 1 cells. Expected 2"),
        ('a,b\n"1\n",2\n3,nan\n4,5\n', "line 4: column 'b' holds nan, the first of 1 "),
        ("a,b\n1,2\n3,-inf\n", "line 3: column 'b' holds -inf"),
        ("a,b\n1,2\n1,3\n", "column 'a' holds 1 in every row"),
        ("a,b\n1600000000,2\n1600000003,3\n", r"column 'a' has a standard deviation of 1.5 about 1600000002"),
        ("a\n\xff\n", "Expected CSV in UTF-8"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        data.table(csv(tmp_path, text, encoding="latin-1"))


def test_what_is_wrong_elsewhere_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"line 3: column 'b' holds 0 and is to be scaled by its logarithm"):
        data.table(csv(tmp_path, "a,b\n1,2\n3,0\n"), logarithmic=["b"])
    with pytest.raises(FileNotFoundError, match="is no file"):
        data.named(str(tmp_path / "none.csv"))
    with pytest.raises(ValueError, match="its samples are rows"):
        data.named(str(csv(tmp_path, CSV)), size=8)
    path = csv(tmp_path, CSV)
    for wrong in ({"columns": ["year", "weight"]}, {"columns": []}, {"logarithmic": ["weight"]}):
        with pytest.raises(ValueError, match="Expected"):
            data.table(path, **wrong)
    for array, message in (
        (np.zeros(3), r"shape \(3,\)"),
        (np.array([[1, 2], [3, np.nan]]), "Row index 1: column 'x1' holds nan"),
        (np.array([[1, "b"], [3, 4]], object), "Row index 0: column 'x1' holds 'b'"),
    ):
        with pytest.raises(ValueError, match=message):
            data.table(array)
    with pytest.raises(ValueError, match="1 columns were named for an array of 2"):
        data.table(np.eye(2), columns=["a"])
