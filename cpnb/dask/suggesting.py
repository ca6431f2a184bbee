"""Suggestions for a distributed table: a thousand rows of it are looked at here, and keys counted where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import dask.dataframe as dd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb.content.key_hash import Numbers
from cpnb.dask.distinct import distinct_counts
from cpnb.dask.partitions import Partitions, checked_meta, computed, kept, starts_of, task
from cpnb.evidence import Sample, first_present, sample_of, sample_positions
from cpnb.suggested import Suggestions
from cpnb.suggestion import AskedAttributes, suggestions_for


@dataclass(frozen=True, slots=True)
class _RowsAt:
    """Work: some rows of a partition."""

    rows: NDArray[np.int64] | None

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        chosen: pd.DataFrame = frame if self.rows is None else frame.iloc[self.rows]
        return chosen


@dataclass(frozen=True, slots=True)
class _FirstPresent:
    """Work: the first cells of a column of a partition that hold something."""

    column: str

    def __call__(self, frame: pd.DataFrame) -> pd.Series:
        return first_present(frame[self.column])


def _different(frame: pd.DataFrame) -> dict[str, Numbers] | None:
    """Return the different values of a partition's only column as numbers; None for lists and the like."""
    column = frame.columns[0]
    try:
        values = frame[column].dropna().drop_duplicates()
        numbers: Numbers = np.asarray(pd.util.hash_pandas_object(values, index=False), dtype=np.uint64)
        return {str(column): numbers}
    except TypeError:
        return None


class LookedAtPartitions:
    """A distributed table, looked at for a suggestion.

    Parameters
    ----------
    data : dask.dataframe.DataFrame
        The table.
    """

    def __init__(self, data: dd.DataFrame) -> None:
        self._data = data
        self.columns: Sequence[str] = [str(column) for column in checked_meta(data).columns]
        self._partitions = Partitions(data)
        counted = Partitions(data, self.columns[:1])
        self._starts = starts_of(counted.told("count", len))
        self.row_count = int(self._starts[-1])

    def samples(self) -> Mapping[str, Sample]:
        """Return a sample of each column."""
        positions = sample_positions(self.row_count)
        looked_at = self._rows(positions)
        return {
            column: sample_of(looked_at[column], partial(self._present, column, positions)) for column in self.columns
        }

    def _rows(self, positions: NDArray[np.intp] | None) -> pd.DataFrame:
        tasks = []
        for number, piece in enumerate(self._partitions.pieces):
            start, stop = self._starts[number : number + 2]
            mine = None if positions is None else positions[(start <= positions) & (positions < stop)] - start
            if mine is None or len(mine) or number == 0:  # of the first in any case, for the types of the columns
                tasks.append(task("sample", _RowsAt(mine), piece))
        rows: pd.DataFrame = pd.concat(computed(tasks), ignore_index=True)
        return rows

    def _present(self, column: str, positions: NDArray[np.intp] | None) -> pd.Series:
        """Return the first cells of a column that hold something, if not all of it was looked at."""
        if positions is None:
            return pd.Series(dtype=object)
        pieces = Partitions(self._data, [column]).told("sample", _FirstPresent(column))
        return first_present(pd.concat(pieces, ignore_index=True))

    def distinct_share(self, column: str) -> float:
        """Return how many distinct values a column has, as a share of the rows; 0 for lists and the like."""
        if not self.row_count:
            return 0.0
        with kept(Partitions(self._data, [column]).tasks("distinct", _different)) as numbers:
            if not all(computed([task("told", _is_counted, one) for one in numbers])):
                return 0.0
            return distinct_counts(numbers, [column], self.row_count)[column] / self.row_count


def _is_counted(numbers: object) -> bool:
    return numbers is not None


def suggest(
    data: dd.DataFrame, *, unique_key: str | None, region: str | None, attributes: AskedAttributes
) -> Suggestions:
    """Return a guess for each column, with reasons; see `cpnb.suggest`.

    The rows are counted, a thousand of them are brought here and looked at, and of a few columns that may be the key
    all values are compared by their numbers, where they are.
    """
    table = LookedAtPartitions(data)
    return suggestions_for(table, unique_key=unique_key, region=region, attributes=attributes)
