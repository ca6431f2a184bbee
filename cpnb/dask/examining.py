"""Every partition examined where it is: its report, the rows of it that stay behind, and its keys as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import dask.dataframe as dd
import numpy as np
import pandas as pd

from cpnb import selection, validation
from cpnb.csvstream import NO_POSITIONS, Edits, Positions
from cpnb.dask.following import followed_beside
from cpnb.dask.key_groups import groups_across
from cpnb.dask.partitions import Partitions, forgotten_on_error, starts_of, task
from cpnb.examining import Step, Teller
from cpnb.fields import FieldMap
from cpnb.key_numbers import KeyGroups, KeyNumbers
from cpnb.measuring import most_bytes
from cpnb.report import Report
from cpnb.selection import OnInvalid

CHECKED_ROWS = 2 * validation.CHECKED_ROWS
"""Rows of a partition that are checked together: a worker has room for more than a notebook has, and some milliseconds
that each slice costs besides its rows weigh more the more partitions there are."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one partition; positions are its own.

    Attributes
    ----------
    report : Report
        Of its rows.
    stays : array of int
        Rows that stay behind whatever other rows there are.
    emptied : mapping of str to array of int
        By source, cells that are sent empty.
    most_bytes : int
        What its records take in a file at most.
    """

    report: Report
    stays: Positions = field(repr=False, default_factory=lambda: NO_POSITIONS)
    emptied: Mapping[str, Positions] = field(repr=False, default_factory=dict)
    most_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Examined:
    """What there is to know about one partition; `keys` stay where they are."""

    told: Told
    keys: KeyNumbers | None


@dataclass(frozen=True, slots=True)
class Examine:
    """Work: check the rows of a partition.

    Attributes
    ----------
    fields : FieldMap
        What the columns are.
    partition_count : int
        How many partitions there are: what is worth preparing for one is the more so for all.
    schema : pandera.DataFrameSchema, optional
        With checks of the analyst's own.
    on_invalid : {"raise", "blank", "skip"}, optional
        If an upload is planned: what is done about errors.
    constants : mapping of str to str
        What every record carries besides.
    slice_rows : int
        Rows that are checked together, at most.
    """

    fields: FieldMap
    partition_count: int
    schema: Any = None
    on_invalid: OnInvalid | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    slice_rows: int = CHECKED_ROWS

    def __call__(self, frame: pd.DataFrame) -> Examined:
        """Return what there is to know about a partition."""
        table_rows = len(frame) * self.partition_count
        reports: list[Report] = []
        keys: list[KeyNumbers] = []
        sent: list[Told] = []
        slices = validation.check_slices(
            frame, self.fields, schema=self.schema, table_rows=table_rows, slice_rows=self.slice_rows
        )
        for checked in slices:
            reports.append(checked.report)
            if self.fields.unique_key is not None:
                comparable = validation.comparable_keys(checked.rendered, self.fields, table_rows)
                keys.append(KeyNumbers.of(comparable))
            if self.on_invalid is not None:
                sent.append(self._of_upload(checked, keys[-1], self.on_invalid))
        told = _put_together(Report.total(reports), sent)
        return Examined(told, KeyNumbers.joined(keys) if self.fields.unique_key is not None else None)

    def _of_upload(self, checked: validation.CheckedSlice, keys: KeyNumbers, on_invalid: OnInvalid) -> Told:
        stays = selection.staying_anyway(checked, self.fields, on_invalid) | (keys.first == 0)
        positions = checked.start + np.flatnonzero(stays)
        emptied = selection.emptied_cells(checked, stays, self.fields, on_invalid)
        going = Edits(positions, emptied, self.constants).apply(checked.rendered.table, checked.start)
        return Told(checked.report, positions, emptied, most_bytes(going))


def _put_together(report: Report, slices: Sequence[Told]) -> Told:
    sources = dict.fromkeys(source for one in slices for source in one.emptied)
    return Told(
        report,
        np.concatenate([NO_POSITIONS, *(one.stays for one in slices)]),
        {
            source: np.concatenate([one.emptied[source] for one in slices if source in one.emptied])
            for source in sources
        },
        sum(one.most_bytes for one in slices),
    )


def _told_of(examined: Examined) -> Told:
    return examined.told


def _keys_of(examined: Examined) -> KeyNumbers | None:
    return examined.keys


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found in all partitions.

    Attributes
    ----------
    told : tuple of Told
        By partition.
    starts : array of int
        Position of the first row of each partition, and at the end the number of all rows.
    keys : KeyGroups or None
        Rows that share their key; None if the map has no key.
    """

    told: tuple[Told, ...]
    starts: Positions
    keys: KeyGroups | None

    @classmethod
    def of(cls, data: dd.DataFrame, work: Examine, teller: Teller) -> Examination:
        """Examine the partitions of a table, and tell how far that is."""
        partitions = Partitions(data, work.fields.needed_columns)
        teller.begin(Step.VALIDATING, total_partitions=len(partitions))
        tasks = partitions.tasks("examine", replace(work, partition_count=len(partitions)))
        telling = [task("told", _told_of, one) for one in tasks]
        examined, told = followed_beside(tasks, telling, lambda _, one: one.report.row_count, teller)
        starts = starts_of(one.report.row_count for one in told)
        keys = None
        if work.fields.unique_key is not None:
            teller.begin(Step.KEYS, total_rows=int(starts[-1]))
            with forgotten_on_error(examined):
                keys = groups_across([task("numbers", _keys_of, one) for one in examined], starts, teller)
        return cls(tuple(told), starts, keys)

    @property
    def row_count(self) -> int:
        """Rows of all partitions."""
        return int(self.starts[-1])

    def report(self, fields: FieldMap) -> Report:
        """Return the report of the whole table."""
        repeated = None
        if self.keys is not None:
            repeated = np.zeros(self.row_count, dtype=bool)
            repeated[self.keys.repeated()] = True
        return validation.report_of_whole(self._reports(), fields, repeated)

    def _reports(self) -> Iterator[Report]:
        for start, one in zip(self.starts, self.told, strict=False):
            findings = tuple(finding.shifted(int(start)) for finding in one.report.findings)
            yield Report(one.report.row_count, findings, one.report.columns)

    def edits(self, constants: Mapping[str, str]) -> Edits:
        """Return which rows of the whole stay behind and which cells go empty.

        Of a repeated key the first row that can go does; cells of a row that stays behind are no cells that are sent.
        """
        skipped = self._shifted([one.stays for one in self.told])
        repeated = self.keys.left_behind(skipped) if self.keys is not None else NO_POSITIONS
        sources = dict.fromkeys(source for one in self.told for source in one.emptied)
        emptied = {
            source: np.setdiff1d(self._shifted([one.emptied.get(source, NO_POSITIONS) for one in self.told]), repeated)
            for source in sources
        }
        return Edits(
            np.union1d(skipped, repeated).astype(np.int64),
            {source: cells for source, cells in emptied.items() if len(cells)},
            constants,
        )

    def _shifted(self, positions: Sequence[Positions]) -> Positions:
        pieces = [one + int(start) for start, one in zip(self.starts, positions, strict=False)]
        return np.concatenate([NO_POSITIONS, *pieces])
