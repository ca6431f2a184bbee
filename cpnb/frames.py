"""The only file that knows what kind of table it was given: today a pandas DataFrame.

Everything above it sees slices: a few thousand rows of the columns it asked for, each either a
typed Arrow array or an array of Python objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.errors import FrameError, did_you_mean, listed
from cpnb.fields import FieldMap

Frame: TypeAlias = pd.DataFrame
"""A table as an analyst has it."""

Cells: TypeAlias = "pa.Array | NDArray[np.object_]"
"""One column of a slice: a typed Arrow array, or Python objects in which None is a missing value."""

SLICE_ROWS = 8192
"""Rows looked at together: large enough that work per slice vanishes, small enough to stay in the cache."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Consecutive rows of some columns.

    Attributes
    ----------
    row_count : int
        Number of rows.
    columns : mapping of str to Cells
        By column name. Cells show nothing in the repr: they are somebody's data.
    """

    row_count: int
    columns: Mapping[str, Cells] = field(repr=False)


def checked_frame(data: object) -> Frame:
    """Return `data` if it is a table whose columns can be told apart by name.

    A table without rows or without columns passes; what is needed of it is asked elsewhere.

    Raises
    ------
    FrameError
        If it is no DataFrame, or its columns have several levels, are not named by text, or
        repeat a name.
    """
    if not isinstance(data, pd.DataFrame):
        hint = " Turn the series into a table with .to_frame()." if isinstance(data, pd.Series) else ""
        raise FrameError(f"Expected a pandas DataFrame, got an object of type {type(data).__name__}.{hint}")
    if isinstance(data.columns, pd.MultiIndex):
        raise FrameError(
            f"The columns have {data.columns.nlevels} levels; expected one name for each. Join the levels first: "
            "df.columns = df.columns.map('_'.join)."
        )
    names: list[object] = list(data.columns)
    unnamed = sorted({type(name).__name__ for name in names if not isinstance(name, str)})
    if unnamed:
        raise FrameError(
            f"Columns are named by text; found names of type {', '.join(unnamed)}. Rename them first: "
            "df.columns = df.columns.map(str)."
        )
    if not data.columns.is_unique:
        repeated = data.columns[data.columns.duplicated()].unique()
        raise FrameError(
            f"Several columns share a name: {listed(repeated)}. Rename or drop all but one of each, so that it is "
            "clear which of them is meant."
        )
    return data


def require_columns(data: object, fields: FieldMap) -> None:
    """Check that the table has every column that `fields` reads, the region columns included.

    Raises
    ------
    FrameError
        If `data` is no usable table (see `checked_frame`), or lacks a column.
    """
    if not isinstance(fields, FieldMap):
        raise TypeError(
            f"fields is a {type(fields).__name__}; expected a field map, such as df.cp.suggest_fields() gives, or "
            "cpnb.FieldMap({'id': 'AccountNumber', 'mail': 'EmailAddress'}, unique_key='id')."
        )
    columns = list(checked_frame(data).columns)
    missing = [column for column in fields.needed_columns if column not in columns]
    if missing:
        hint = did_you_mean(missing[0], columns)
        verb = "a column" if len(missing) == 1 else "columns"
        has = f"It has {listed(columns)}." if columns else "It has no columns at all."
        raise FrameError(f"The field map names {verb} that the table lacks: {listed(missing)}.{hint} {has}")


def snapshot(data: Frame, columns: Sequence[str]) -> Frame:
    """Return a table of some columns that later changes to `data` do not reach.

    With copy-on-write (pandas 3, or switched on in pandas 2) it shares memory until somebody
    writes; without, the columns are copied. Objects inside of cells are shared in both cases.
    """
    return data[list(columns)]


def slices(
    data: Frame, columns: Sequence[str], *, start: int = 0, stop: int | None = None, rows: int = SLICE_ROWS
) -> Iterator[tuple[int, Slice]]:
    """Yield the rows from `start` up to `stop` as slices, each with the position of its first row.

    Parameters
    ----------
    data : DataFrame
        One that `checked_frame` accepts and that has the columns.
    columns : sequence of str
        Which columns to read.
    start, stop : int, optional
        Physical row positions, whatever the index says; by default all rows.
    rows : int
        Rows in a slice; the last may have fewer.

    Yields
    ------
    tuple of int and Slice
        Physical position of the first row, and the rows. Arrow columns may share memory with the
        table: read them before the next slice is asked for, and do not write.
    """
    # Taken once, so that under copy-on-write a column replaced or written to meanwhile is not seen.
    series = {column: data[column] for column in dict.fromkeys(columns)}
    end = len(data) if stop is None else min(stop, len(data))
    for first in range(start, end, rows):
        last = min(first + rows, end)
        yield first, Slice(last - first, {name: _cells(whole.iloc[first:last]) for name, whole in series.items()})


def rows_at(data: Frame, positions: NDArray[np.integer[Any]]) -> Frame:
    """Return the rows at some physical positions, in that order, with the index they have."""
    return data.iloc[np.asarray(positions, dtype=np.int64)]


def _cells(series: pd.Series[Any]) -> Cells:
    if isinstance(series.dtype, pd.CategoricalDtype):
        return _decoded(series)
    if series.dtype != object:
        try:
            return _one_chunk(pa.array(series, from_pandas=True))
        except (pa.ArrowException, UnicodeError, TypeError, ValueError):
            pass  # Arrow has no such type, or the text has no UTF-8 form: look at the cells one by one
    values = series.to_numpy(dtype=object, copy=True)
    values[np.asarray(series.isna(), dtype=bool)] = None
    return values


def _one_chunk(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    if not isinstance(array, pa.ChunkedArray):
        return array
    if array.num_chunks == 1:
        return array.chunk(0)
    if pa.types.is_string(array.type):
        array = array.cast(pa.large_string())  # 32-bit offsets might not reach over all chunks together
    return array.combine_chunks()


def _decoded(series: pd.Series[Any]) -> Cells:
    """Return the values behind a categorical; only the categories in use are looked at."""
    codes = series.cat.codes.to_numpy()
    used, inverse = np.unique(codes[codes >= 0], return_inverse=True)
    values = _cells(pd.Series(series.cat.categories.take(used)))
    if isinstance(values, np.ndarray):
        everything = np.full(len(codes), None, dtype=object)
        everything[codes >= 0] = values[inverse]
        return everything
    places = np.zeros(len(codes), dtype=np.int64)
    places[codes >= 0] = inverse
    return values.take(pa.array(places, mask=codes < 0))
