"""Rows of a table by their positions, and what can be told of it from a few of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.frames.batch_table import BatchTable

__all__ = ["Frame", "distinct_share", "flagged", "rows_at", "sampled"]

Frame: TypeAlias = pd.DataFrame | BatchTable
"""A table as everything above looks at it: in memory, or read in batches."""


def rows_at(data: Frame, positions: NDArray[np.integer[Any]], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the rows at some physical positions, in that order, with the index they have; all columns by default."""
    places = np.asarray(positions, dtype=np.int64)
    if isinstance(data, BatchTable):
        return data.rows_at(places, columns)
    return (data if columns is None else data[list(columns)]).iloc[places]


def flagged(data: Frame, flags: NDArray[np.bool_], name: str) -> pd.Series[Any]:
    """Return one truth value for each row, with the index of the table, or positions if it is read in batches."""
    index = pd.RangeIndex(len(flags)) if isinstance(data, BatchTable) else data.index
    return pd.Series(flags, index=index, name=name, dtype=bool)


def sampled(data: Frame, size: int) -> Iterator[tuple[str, pd.Series[Any], Callable[[], pd.Series[Any]]]]:
    """Yield for each column some cells spread over all of it, and what gives its first ones that are not missing.

    Parameters
    ----------
    data : DataFrame or BatchTable
        A table that `checked_frame` accepts.
    size : int
        How many cells at most, of each kind.
    """
    row_count = len(data)
    positions = np.linspace(0, row_count - 1, min(size, row_count)).astype(np.int64)
    if isinstance(data, BatchTable):
        chosen = data.rows_at(positions)
        for column in map(str, data.columns):
            yield column, chosen[column], partial(_first_present, data, column, size)
        return
    for column in map(str, data.columns):
        whole: pd.Series[Any] = data[column]
        yield column, whole if row_count <= size else whole.iloc[positions], partial(_first_of, whole, size)


def _first_of(column: pd.Series[Any], size: int) -> pd.Series[Any]:
    return column.dropna().iloc[:size]


def _first_present(data: BatchTable, column: str, size: int) -> pd.Series[Any]:
    found: list[pd.Series[Any]] = [data.rows_at(np.empty(0, dtype=np.int64), [column])[column]]
    for batch in data.frames([column]):
        found.append(batch[column].dropna())
        if sum(map(len, found)) >= size:
            break
    return pd.concat(found, ignore_index=True).iloc[:size]


def distinct_share(data: Frame, column: str) -> float:
    """Return how many distinct values a column has, as a share of its rows; 0 for lists and the like.

    Of a table that is read in batches values are told apart by hashes of 64 bits, 8 bytes for each.
    """
    try:
        if not isinstance(data, BatchTable):
            return float(data[column].nunique() / len(data)) if len(data) else 0.0
        seen = np.empty(0, dtype=np.uint64)
        for batch in data.frames([column]):
            values = pd.Series(batch[column].dropna().unique())
            seen = np.union1d(seen, pd.util.hash_pandas_object(values, index=False).to_numpy())
        return len(seen) / len(data)
    except (TypeError, pa.ArrowNotImplementedError):
        return 0.0
