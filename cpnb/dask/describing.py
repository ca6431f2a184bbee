"""A distributed table described: counts of partitions add up, and different values are counted by their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dask.dataframe as dd
import numpy as np
import pandas as pd
from dask.delayed import Delayed

from cpnb.content_types import ContentType
from cpnb.dask.distinct import distinct_counts, numbers_of
from cpnb.dask.partitions import Partitions, checked_meta, computed, kept, task
from cpnb.description import Description, Tally, compared, shapes_counted, tallied
from cpnb.fields import FieldMap


@dataclass(frozen=True, slots=True)
class Tallying:
    """Work: count the cells of each column of a partition."""

    columns: tuple[str, ...]
    fields: FieldMap | None
    partition_count: int

    def __call__(self, frame: pd.DataFrame) -> tuple[int, list[Tally]]:
        """Return how many rows there are, and the counts."""
        table_rows = len(frame) * self.partition_count
        return len(frame), [tallied(frame, column, self.fields, table_rows=table_rows) for column in self.columns]


@dataclass(frozen=True, slots=True)
class Numbering:
    """Work: the different values of each column of a partition as numbers, and how many have some shapes."""

    fields: FieldMap | None
    content_types: Mapping[str, ContentType]
    shapes: Mapping[str, tuple[str, ...]]
    partition_count: int

    def __call__(self, frame: pd.DataFrame) -> tuple[dict[str, np.ndarray], dict[str, dict[str, int]]]:
        """Return the numbers, and the counts of shapes, by column."""
        table_rows = len(frame) * self.partition_count
        numbers = {
            column: numbers_of(compared(frame, column, self.fields, content_type, table_rows=table_rows))
            for column, content_type in self.content_types.items()
        }
        return numbers, {column: self._of_shapes(frame, column, known) for column, known in self.shapes.items()}

    def _of_shapes(self, frame: pd.DataFrame, column: str, known: Sequence[str]) -> dict[str, int]:
        counted: Counter[str] = Counter()
        for counts in shapes_counted(frame, column, self.fields):
            counted.update({shape: counts.get(shape, 0) for shape in known})
        return counted


def describe(data: dd.DataFrame, fields: FieldMap | None = None) -> Description:
    """Return what each column looks like; see `cpnb.describe`. The partitions are read twice.

    Different values are counted by numbers of 64 bits: among ten million, two share one in one of 300,000 tables.
    """
    meta = checked_meta(data, fields)
    columns = tuple(str(column) for column in meta.columns)
    partitions = Partitions(data)
    told = partitions.told("describe", Tallying(columns, fields, len(partitions)))
    row_count = sum(rows for rows, _ in told)
    tallies = dict(zip(columns, told[0][1], strict=True))
    for _, more in told[1:]:
        for column, tally in zip(columns, more, strict=True):
            tallies[column].take_in(tally)
    numbering = Numbering(
        fields,
        {column: tally.content_type(column, fields) for column, tally in tallies.items()},
        {column: tuple(tally.shapes) for column, tally in tallies.items() if not tally.counts_all_shapes},
        len(partitions),
    )
    with kept(partitions.tasks("distinct", numbering)) as numbered:
        if numbering.shapes:
            _count_anew(tallies, numbered)
        counts = distinct_counts([task("numbers", _numbers, one) for one in numbered], columns, row_count)
    return Description(row_count, tuple(tallies[one].described(one, fields, counts[one]) for one in columns))


def _numbers(numbered: tuple[dict[str, np.ndarray], dict[str, dict[str, int]]]) -> dict[str, np.ndarray]:
    return numbered[0]


def _shapes(numbered: tuple[dict[str, np.ndarray], dict[str, dict[str, int]]]) -> dict[str, dict[str, int]]:
    return numbered[1]


def _count_anew(tallies: Mapping[str, Tally], numbered: Sequence[Delayed]) -> None:
    """Put the exact counts of shapes where a partition had left some out."""
    counts: dict[str, Counter[str]] = {}
    for told in computed([task("shapes", _shapes, one) for one in numbered]):
        for column, found in told.items():
            counts.setdefault(column, Counter()).update(found)
    for column, found in counts.items():
        tallies[column].shapes = {shape: found[shape] for shape in tallies[column].shapes}
