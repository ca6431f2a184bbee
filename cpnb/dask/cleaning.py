"""A distributed table cleaned: told of the whole, each partition repaired where it is; the frame stays lazy."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import dask.dataframe as dd
import numpy as np
import pandas as pd
from dask.delayed import Delayed
from numpy.typing import NDArray

from cpnb.changes import DUPLICATE, HEADER_ROW, TakenOut
from cpnb.cleaning import asked_for
from cpnb.column_account import ColumnAccount
from cpnb.dask.cleaned_partitions import CleanedPartitions, Mender
from cpnb.dask.key_groups import groups_across
from cpnb.dask.partitions import Partitions, checked_meta, computed, kept, starts_of, task
from cpnb.duplicates import Duplicates, Keep, superfluous_rows
from cpnb.examining import Silence
from cpnb.fields import FieldMap
from cpnb.frames import rows_at
from cpnb.key_comparison import ComparedCells, NumberedKeys, compared_cells, duplicates_of
from cpnb.key_numbers import KeyGroups, KeyNumbers
from cpnb.table_cleaning import Asked, TableCleaning, Told, told_together


@dataclass(frozen=True, slots=True)
class _Telling:
    """Work: what the cells of a partition tell about the whole."""

    asked: Asked
    partition_count: int

    def __call__(self, frame: pd.DataFrame) -> Told:
        return TableCleaning(frame, self.asked, len(frame) * self.partition_count).tells()


@dataclass(frozen=True, slots=True)
class _Account:
    """What is told of the cleaning of one partition."""

    row_count: int
    headers: NDArray[np.int64] = field(repr=False)
    columns: list[ColumnAccount]


@dataclass(frozen=True, slots=True)
class _Accounting:
    """Work: what a cleaning does to a partition; and the numbers of its keys afterwards."""

    asked: Asked
    partition_count: int

    def __call__(self, frame: pd.DataFrame, told: Told) -> tuple[_Account, KeyNumbers]:
        table_rows = len(frame) * self.partition_count
        cleaning = TableCleaning(frame, self.asked, table_rows)
        cleaning.know(told)
        keys = NumberedKeys(self.asked, table_rows)
        cleaning.mend(keys)
        columns = [ColumnAccount.of(column, frame) for column in cleaning.columns]
        return _Account(len(frame), cleaning.header_positions, columns), keys.numbers


def _account(accounted: tuple[_Account, KeyNumbers]) -> _Account:
    return accounted[0]


def _keys(accounted: tuple[_Account, KeyNumbers]) -> KeyNumbers:
    return accounted[1]


@dataclass(frozen=True, slots=True)
class _Comparing:
    """Work: the cells of some rows of a partition, to be compared with those of other rows of the same keys."""

    asked: Asked
    rows: NDArray[np.int64] = field(repr=False)

    def __call__(self, frame: pd.DataFrame, told: Told) -> ComparedCells:
        return compared_cells(rows_at(frame, self.rows, self.asked.fields.needed_columns), self.asked, told)


def clean(data: dd.DataFrame, fields: FieldMap, *, keep: Keep | None, **settings: Any) -> CleanedPartitions:
    """Return a distributed table with everything repaired, lazily, and an account of it; see `cpnb.clean`.

    The partitions are read twice for the account, those with repeated keys a third time; and again for the frame.
    """
    meta = checked_meta(data, fields)
    asked = asked_for(fields, keep=keep, **settings)
    partitions = Partitions(data, fields.needed_columns)
    telling = task("tells", told_together, *partitions.tasks("tell", _Telling(asked, len(partitions))))
    accounting = _Accounting(asked, len(partitions))
    with (
        kept([telling]) as [told],
        kept([task("clean", accounting, piece, told) for piece in partitions.pieces]) as accounted,
    ):
        accounts: list[_Account] = computed([task("account", _account, one) for one in accounted])
        starts = starts_of(one.row_count for one in accounts)
        columns = ColumnAccount.totals([one.columns for one in accounts], asked, computed([told])[0], int(starts[-1]))
        headers = np.concatenate([one.headers + start for one, start in zip(accounts, starts, strict=False)])
        duplicates, superfluous = None, np.empty(0, dtype=np.int64)
        if fields.unique_key is not None:
            groups = groups_across([task("numbers", _keys, one) for one in accounted], starts, Silence())
            duplicates, completeness = _compared(groups, asked, partitions, starts, told)
            if keep is not None:
                superfluous = superfluous_rows(groups.positions, groups.groups, completeness, keep)
        taken_out = TakenOut.of({HEADER_ROW: headers, DUPLICATE: superfluous})
        mender = Mender(data, meta, asked, told, starts, columns, taken_out)
        return CleanedPartitions(int(starts[-1]), tuple(columns), taken_out, duplicates, mender)


def _compared(
    groups: KeyGroups, asked: Asked, partitions: Partitions, starts: NDArray[np.int64], told: Delayed
) -> tuple[Duplicates, NDArray[np.int16]]:
    """Return the rows that share a key, where they contradict each other, and how complete each is."""
    positions = groups.positions
    bounds = np.searchsorted(positions, starts)
    tasks = [
        task("compare", _Comparing(asked, positions[first:last] - starts[number]), partitions.pieces[number], told)
        for number, (first, last) in enumerate(itertools.pairwise(bounds))
        if last > first
    ]
    return duplicates_of(groups, computed(tasks), asked.fields)
