"""What the cleaning of a distributed table did: an account of counts and shapes, and the rows where they are."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
from dask.dataframe.utils import clear_known_categories
from dask.delayed import Delayed
from numpy.typing import NDArray

from cpnb.changes import ColumnChanges, TakenOut, listed_piece
from cpnb.cleaned import Cleaned
from cpnb.cleaning_account import CleaningAccount
from cpnb.column_account import ColumnAccount
from cpnb.dask.partitions import Partitions, computed, raising, task
from cpnb.frames import rows_at
from cpnb.rewriting import Becomes
from cpnb.table_cleaning import Asked, Told, mended_piece


@dataclass(frozen=True, slots=True)
class _Mending(ABC):
    """Work: a partition with its cells repaired, and what was changed.

    Attributes
    ----------
    asked : Asked
        What is to be done.
    taken_out : TakenOut
        The rows that are taken out, by their positions in the partition.
    becomes : dict of str to str
        By column: what kind it is afterwards in all partitions.
    """

    asked: Asked
    taken_out: TakenOut
    becomes: dict[str, Becomes]

    def mended(self, frame: pd.DataFrame, told: Told) -> tuple[pd.DataFrame, list[ColumnChanges]]:
        return mended_piece(frame, self.asked, told).mended(self.becomes)

    @abstractmethod
    def __call__(self, frame: pd.DataFrame, told: Told) -> Any:
        """Do the work."""


@dataclass(frozen=True, slots=True)
class _Frame(_Mending):
    """Work: a partition as it is afterwards."""

    def __call__(self, frame: pd.DataFrame, told: Told) -> pd.DataFrame:
        mended, _ = self.mended(frame, told)
        return rows_at(mended, np.setdiff1d(np.arange(len(frame)), self.taken_out.positions))


@dataclass(frozen=True, slots=True)
class _Changes(_Mending):
    """Work: the changes of a partition, cell by cell."""

    def __call__(self, frame: pd.DataFrame, told: Told) -> list[ColumnChanges]:
        _, changes = self.mended(frame, told)
        return changes


@dataclass(frozen=True, slots=True)
class _Listed(_Mending):
    """Work: the changes of a partition as a table, its first row at `start` of the whole."""

    start: int = 0

    def __call__(self, frame: pd.DataFrame, told: Told) -> pd.DataFrame:
        _, changes = self.mended(frame, told)
        return listed_piece(changes, self.taken_out, self.start)


@dataclass(frozen=True, slots=True, repr=False)
class Mender:
    """A cleaning that was told of the whole table, and can be done to each partition.

    Attributes
    ----------
    data : dask.dataframe.DataFrame
        The table as it came.
    meta : DataFrame
        Its columns and types.
    asked : Asked
        What is to be done.
    told : Delayed
        What the whole tells its repairs, on a worker.
    starts : array of int
        Position of the first row of each partition, and at the end the number of all rows.
    columns : list of ColumnAccount
        What it does to each column.
    taken_out : TakenOut
        The rows that it takes out, by their positions in the whole.
    """

    data: dd.DataFrame
    meta: pd.DataFrame
    asked: Asked
    told: Delayed
    starts: NDArray[np.int64] = field(repr=False)
    columns: list[ColumnAccount]
    taken_out: TakenOut

    def works(self, kind: type[_Mending]) -> list[_Mending]:
        """Return the work for each partition."""
        becomes = {one.name: kind_after for one in self.columns if (kind_after := one.becomes) is not None}
        works: list[_Mending] = []
        for start, stop in itertools.pairwise(self.starts):
            mine = self.taken_out.within(int(start), int(stop))
            settings = {"start": int(start)} if kind is _Listed else {}
            works.append(kind(self.asked, mine, becomes, **settings))
        return works

    def lazily(self, kind: type[_Mending], meta: pd.DataFrame, divisions: Any = None) -> dd.DataFrame:
        """Return the frames that some work makes of each partition, as a distributed table."""
        pieces = Partitions(self.data).pieces
        tasks = [raising("clean", work, piece, self.told) for work, piece in zip(self.works(kind), pieces, strict=True)]
        # What an analyst had as objects, numbers among them, would become text.
        with dask.config.set({"dataframe.convert-string": False}):
            return dd.from_delayed(tasks, meta=meta, divisions=divisions, verify_meta=False)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CleanedPartitions(CleaningAccount):
    """A distributed table after its cleaning, not made yet, and an account of all that it does.

    Its text and HTML are those of a `Cleaned`; `compute` returns one, with all rows in this process.
    """

    mender: Mender = field(repr=False)

    @property
    def frame(self) -> dd.DataFrame:
        """The table: the same columns, types, partitions and index.

        A column of numbers or dates in which text has to be written is text, or objects if some of its cells are left
        alone. Rows are read and repaired anew each time that it is computed.
        """
        columns = self.columns
        meta = self.mender.meta.astype({one.name: one.dtype_after for one in columns if one.becomes is not None})
        regrouped = [one.name for one in columns if one.changed_count and isinstance(one.dtype, pd.CategoricalDtype)]
        meta = clear_known_categories(meta, cols=regrouped) if regrouped else meta
        return self.mender.lazily(_Frame, meta, self.mender.data.divisions)

    @property
    def changes(self) -> dd.DataFrame:
        """Every change, one row for each, partition by partition; this holds the data itself.

        Columns are those of `Cleaned.changes`, with texts for categories.
        """
        return self.mender.lazily(_Listed, listed_piece([], TakenOut.of({"": np.empty(0, np.int64)})))

    def compute(self) -> Cleaned:
        """Return the cleaned table and every change of it in this process, as `cpnb.clean` would of the same rows."""
        mender = self.mender
        partitions = Partitions(mender.data)
        works = zip(mender.works(_Changes), partitions.pieces, strict=True)
        pieces = computed([task("changes", work, piece, mender.told) for work, piece in works])
        accounts = {one.name: one for one in mender.columns}
        changes = []
        for account in mender.columns:
            found = [
                (int(start), one)
                for start, piece in zip(mender.starts, pieces, strict=False)
                for one in piece
                if one.column == account.name
            ]
            if found:
                changes.append(_joined(found, self.row_count, accounts[account.name]))
        return Cleaned(
            self.frame.compute(), self.row_count, tuple(changes), self.taken_out, self.left_alone, self.duplicates
        )


def _joined(found: Sequence[tuple[int, ColumnChanges]], row_count: int, account: ColumnAccount) -> ColumnChanges:
    """Return the changes of one column in all partitions as one."""
    first = found[0][1]
    positions = np.concatenate([one.positions.astype(np.uint64) + np.uint64(start) for start, one in found])
    return ColumnChanges(
        first.column,
        positions.astype(np.uint32) if row_count < 2**32 else positions,
        np.concatenate([one.repairs for _, one in found]),
        pa.chunked_array([one.before for _, one in found]).combine_chunks(),
        pa.chunked_array([one.after for _, one in found]).combine_chunks(),
        first.names,
        first.sentences,
        (str(account.dtype), str(account.dtype_after)),
    )
