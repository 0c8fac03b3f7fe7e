"""Reading tables: CSV files, arrays, structured arrays and data frames, as float64 rows with names."""

import array
import csv
import pathlib

import numpy as np


def read(source, columns=None):
    """Read a table; see `table` for the arguments and errors.

    Returns:
        float64 array (n, d), the columns' names, and a function of a row's index that says where the row stands.
    """
    if isinstance(source, str | pathlib.Path):
        return _of_csv(pathlib.Path(source), columns)
    keys = list(source.columns) if hasattr(source, "to_numpy") else np.asanyarray(source).dtype.names
    if keys:  # of a data frame or a structured array
        names = [str(key) for key in keys]
        chosen = _chosen(names, columns, "The table")
        return _of_cells([np.asarray(source[keys[i]]) for i in chosen], [names[i] for i in chosen])
    source = np.asanyarray(source)
    if source.ndim != 2 or not source.shape[1]:
        raise ValueError(
            f"An array of shape {source.shape} was passed. Expected (n, d), one row a sample, one column a quantity; "
            "or the path of a CSV file."
        )
    names = [f"x{i}" for i in range(source.shape[1])] if columns is None else [str(name) for name in columns]
    if len(names) != source.shape[1]:
        raise ValueError(
            f"{len(names)} columns were named for an array of {source.shape[1]}. Expected one name for each."
        )
    _chosen(names, None, "columns")
    return _of_cells(list(source.T), names)


def _of_csv(path, columns):
    """Return rows, names, and what says in which line a row stands, counted from 1 as an editor does."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is no file. Expected a CSV file. Check the path.")
    with path.open(newline="", encoding="utf-8-sig") as file:  # a byte order mark, which spreadsheets write, is skipped
        try:
            return _of_lines(path, csv.reader(file), columns)
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValueError(f"{path} cannot be read: {error}. Expected CSV in UTF-8. Save it so.") from error


def _of_lines(path, reader, columns):
    head = next(reader, None)
    if not head:
        raise ValueError(f"{path} is empty or begins with an empty line. Expected the names of columns in line 1.")
    names = [name.strip() for name in head]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        raise ValueError(f"{path}, line 1 is {names[0]!r}. Expected names with commas between them. Export it so.")
    if all(_number(name) is not None for name in names):
        raise ValueError(f"{path}, line 1 holds numbers. Expected the columns' names there. Add a line of names.")
    chosen = _chosen(names, columns, f"{path}, line 1")
    values, lines = array.array("d"), array.array("q")
    for cells in reader:
        if not cells:  # an empty line
            continue
        if len(cells) != len(names):
            raise ValueError(
                f"{path}, line {reader.line_num} has {len(cells)} cells. Expected {len(names)}, as line 1 has names."
            )
        row = [_number(cells[i]) for i in chosen]
        if None in row:
            i = chosen[row.index(None)]
            held = f"holds {cells[i]!r}" if cells[i].strip() else "is empty"
            raise ValueError(
                f"{path}, line {reader.line_num}: column {names[i]!r} {held}. Expected a number. Repair or remove the "
                "line; for text leave out the column."
            )
        values.extend(row)
        lines.append(reader.line_num)
    rows = np.array(values).reshape(-1, len(chosen))
    return rows, [names[i] for i in chosen], lambda row: f"{path}, line {lines[row]}"


def _of_cells(cells, names):
    """Return float64 rows of columns that are arrays, their names, and what says where a row stands."""
    place = "Row index {}".format
    numbers = []
    for name, column in zip(names, cells, strict=True):
        try:
            numbers.append(np.asarray(column, np.float64))
        except (TypeError, ValueError):
            row = next((i for i, cell in enumerate(column) if _number(cell) is None), 0)
            raise ValueError(
                f"{place(row)}: column {name!r} holds {column[row]!r}. Expected a number. Repair or remove the row; "
                "for text leave out the column."
            ) from None
    return np.stack(numbers, axis=1), names, place


def _chosen(names, columns, where):
    """Return the places of the columns that are taken."""
    if "" in names or len(set(names)) < len(names):
        wrong = "" if "" in names else next(name for name in names if names.count(name) > 1)
        raise ValueError(
            f"{where}: the name {wrong!r} stands for {names.count(wrong)} columns. Expected one name for each column, "
            "none empty. Rename them."
        )
    if columns is None:
        return list(range(len(names)))
    unknown = [name for name in columns if name not in names]
    if unknown or not len(columns) or len(set(columns)) < len(columns):
        raise ValueError(f"columns={list(columns)} was passed. Expected some of {', '.join(names)}, none twice.")
    return [names.index(name) for name in columns]


def _number(cell):
    """Return a cell as a float, or None where it is none."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None
