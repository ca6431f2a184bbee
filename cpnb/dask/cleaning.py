"""A distributed table cleaned: told of the whole, each partition repaired where it is; the frame stays lazy."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
from dask.delayed import Delayed
from numpy.typing import NDArray

from cpnb.changes import DUPLICATE, HEADER_ROW, TakenOut
from cpnb.cleaning import asked_for
from cpnb.content import Mask
from cpnb.content.key_hash import Numbers
from cpnb.dask.cleaned_partitions import CleanedPartitions, Mender
from cpnb.dask.column_account import ColumnAccount
from cpnb.dask.key_groups import KeyGroups, KeyNumbers, groups_across
from cpnb.dask.partitions import Partitions, checked_meta, computed, persisted, starts_of, task
from cpnb.duplicates import (
    Duplicates,
    Keep,
    completeness_of,
    disagreeing_groups,
    keys_of,
    normalised,
    rendered_at,
    superfluous_rows,
)
from cpnb.fields import FieldMap
from cpnb.frames import rows_at
from cpnb.rendering import Rendered
from cpnb.table_cleaning import Asked, TableCleaning, Told


@dataclass(frozen=True, slots=True)
class _Telling:
    """Work: what the cells of a partition tell about the whole."""

    asked: Asked
    partition_count: int

    def __call__(self, frame: pd.DataFrame) -> Told:
        return TableCleaning(frame, self.asked, len(frame) * self.partition_count).tells()


def _told_together(*pieces: Told) -> Told:
    """Return what the cells of all partitions tell; work, so that it is in no task graph: it can hold values."""
    told: dict[str, dict[str, Counter[str]]] = {}
    for piece in pieces:
        for column, by_repair in piece.items():
            for repair, counts in by_repair.items():
                told.setdefault(column, {}).setdefault(repair, Counter()).update(counts)
    return told


class _NumberedKeys:
    """Takes in rows after their repair, and knows the numbers of their keys."""

    def __init__(self, asked: Asked, table_rows: int) -> None:
        self._fields = asked.fields
        self._table_rows = table_rows
        self._numbers: list[KeyNumbers] = []

    def take(self, rendered: Rendered, without: Mask) -> None:
        """Take in the next rows; those in `without` have no key."""
        if self._fields.unique_key is not None:
            self._numbers.append(KeyNumbers.of(keys_of(rendered, self._fields, without, self._table_rows)))

    @property
    def numbers(self) -> KeyNumbers:
        """The numbers of all rows so far."""
        return KeyNumbers.joined(self._numbers)


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
        keys = _NumberedKeys(self.asked, table_rows)
        cleaning.mend(keys)
        columns = [ColumnAccount.of(column, frame) for column in cleaning.columns]
        return _Account(len(frame), cleaning.header_positions, columns), keys.numbers


def _account(accounted: tuple[_Account, KeyNumbers]) -> _Account:
    return accounted[0]


def _keys(accounted: tuple[_Account, KeyNumbers]) -> KeyNumbers:
    return accounted[1]


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Rows that share keys with others: their cells as numbers, 0 for an empty one.

    Attributes
    ----------
    cells : mapping of str to array of uint64
        By column, after the repair.
    old_keys : array of uint64
        Their keys before it.
    completeness : array of int
        How many of their cells are not empty afterwards.
    """

    cells: Mapping[str, Numbers] = field(repr=False)
    old_keys: Numbers = field(repr=False)
    completeness: NDArray[np.int16] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Comparing:
    """Work: the cells of some rows of a partition, to be compared with those of other rows of the same keys."""

    asked: Asked
    rows: NDArray[np.int64] = field(repr=False)

    def __call__(self, frame: pd.DataFrame, told: Told) -> _Comparison:
        fields = self.asked.fields
        before = rows_at(frame[list(fields.needed_columns)], self.rows)
        cleaning = TableCleaning(before, self.asked)
        cleaning.know(told)
        cleaning.mend(_NumberedKeys(self.asked, len(before)))
        after, _ = cleaning.mended()
        everything = np.arange(len(before))
        rendered = rendered_at(after, everything, fields)
        alone = FieldMap([fields.key_field], region=fields.region)
        old_keys = normalised(rendered_at(before, everything, alone), fields.key_field, alone)
        cells = {one.column: KeyNumbers.of(normalised(rendered, one, fields)).first for one in fields}
        return _Comparison(cells, KeyNumbers.of(old_keys).first, completeness_of(rendered))


def clean(data: dd.DataFrame, fields: FieldMap, *, keep: Keep | None, **settings: Any) -> CleanedPartitions:
    """Return a distributed table with everything repaired, lazily, and an account of it; see `cpnb.clean`.

    The partitions are read twice for the account, those with repeated keys a third time; and again for the frame.
    """
    meta = checked_meta(data, fields)
    asked = asked_for(fields, keep=keep, **settings)
    partitions = Partitions(data, fields.needed_columns)
    [told] = persisted([task("tells", _told_together, *partitions.tasks("tell", _Telling(asked, len(partitions))))])
    accounting = _Accounting(asked, len(partitions))
    accounted = persisted([task("clean", accounting, piece, told) for piece in partitions.pieces])
    accounts: list[_Account] = computed([task("account", _account, one) for one in accounted])
    starts = starts_of(one.row_count for one in accounts)
    columns = ColumnAccount.totals([one.columns for one in accounts], asked, computed([told])[0], int(starts[-1]))
    headers = np.concatenate([one.headers + start for one, start in zip(accounts, starts, strict=False)])
    duplicates, superfluous = None, np.empty(0, dtype=np.int64)
    if fields.unique_key is not None:
        groups = groups_across([task("numbers", _keys, one) for one in accounted], starts)
        duplicates, completeness = _compared(groups, asked, partitions, starts, told)
        if keep is not None:
            superfluous = superfluous_rows(groups.positions, groups.groups, completeness, keep)
    mender = Mender(
        data, meta, asked, told, starts, columns, TakenOut.of({HEADER_ROW: headers, DUPLICATE: superfluous})
    )
    return CleanedPartitions(mender, duplicates)


def _compared(
    groups: KeyGroups, asked: Asked, partitions: Partitions, starts: NDArray[np.int64], told: Delayed
) -> tuple[Duplicates, NDArray[np.int16]]:
    """Return the rows that share a key, where they contradict each other, and how complete each is."""
    positions = groups.positions
    if not len(positions):
        return Duplicates(positions, groups.groups, 0, {}), np.empty(0, dtype=np.int16)
    bounds = np.searchsorted(positions, starts)
    tasks = [
        task("compare", _Comparing(asked, positions[first:last] - starts[number]), partitions.pieces[number], told)
        for number, (first, last) in enumerate(itertools.pairwise(bounds))
        if last > first
    ]
    found: list[_Comparison] = computed(tasks)
    group_count = int(groups.groups.max()) + 1

    def differ(pieces: list[Numbers]) -> Mask:
        numbers = np.concatenate(pieces)
        return disagreeing_groups(pa.array(numbers, mask=numbers == 0), groups.groups, group_count)

    masks = {one.column: differ([piece.cells[one.column] for piece in found]) for one in asked.fields}
    disagreeing = {column: mask for column, mask in masks.items() if mask.any()}
    brought_together = int(differ([piece.old_keys for piece in found]).sum())
    completeness = np.concatenate([piece.completeness for piece in found])
    return Duplicates(positions, groups.groups, group_count, disagreeing, brought_together), completeness
