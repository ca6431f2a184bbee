"""What a cleaning did to one column of a piece of a table, in counts and shapes: accounts of pieces add up."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.changes import SHAPED_CELLS, ColumnChanges
from cpnb.cleaned_display import Line, repaired_lines
from cpnb.column_cleaning import ColumnCleaning
from cpnb.content.shape import shapes_of
from cpnb.rewriting import Becomes, holds_text, plain_text_dtype
from cpnb.table_cleaning import Asked, Told, know


@dataclass(slots=True)
class Repaired:
    """The cells that one repair changed: how many, and the first of them in shapes, with all repairs of each."""

    count: int
    bits: NDArray[np.uint32] = field(repr=False)
    before: list[str] = field(repr=False)
    after: list[str | None] = field(repr=False)

    def plus(self, other: Repaired) -> Repaired:
        """Return these and the cells that follow."""
        return Repaired(
            self.count + other.count,
            np.concatenate([self.bits, other.bits])[:SHAPED_CELLS],
            [*self.before, *other.before][:SHAPED_CELLS],
            [*self.after, *other.after][:SHAPED_CELLS],
        )


@dataclass(slots=True, repr=False)
class ColumnAccount:
    """What a cleaning did to one column.

    Attributes
    ----------
    column : ColumnCleaning
        Its name, what was left alone in it, and no value of it.
    dtype : dtype
        Its type before.
    changed_count : int
        Cells that were changed.
    repaired : dict of str to Repaired
        By name of the repair.
    is_text : bool
        Whether all cells that had a value are text afterwards.
    """

    column: ColumnCleaning
    dtype: Any
    changed_count: int
    repaired: dict[str, Repaired]
    is_text: bool

    @classmethod
    def of(cls, column: ColumnCleaning, frame: pd.DataFrame) -> ColumnAccount:
        """Return the account of a column after its cleaning."""
        series = frame[column.field.column]
        if not column.positions:
            return cls(_without_cells(column), series.dtype, 0, {}, _is_text(series))
        changes, result = column.changes(frame)
        repaired = {}
        for name, _, places in changes.by_repair():
            first = places[:SHAPED_CELLS]
            before, after = (
                shapes_of(text.take(pa.array(first))).to_pylist() for text in (changes.before, changes.after)
            )
            repaired[name] = Repaired(len(places), changes.repairs[first], before, after)
        is_text = _is_text(result) or not series.notna().any()
        return cls(_without_cells(column), series.dtype, len(changes.positions), repaired, is_text)

    @classmethod
    def totals(
        cls, pieces: Iterable[Sequence[ColumnAccount]], asked: Asked, told: Told, row_count: int
    ) -> list[ColumnAccount]:
        """Return the accounts of whole columns from those of pieces of the table, in order, one at least."""
        columns = asked.columns(row_count)
        know(columns, told)
        following = iter(pieces)
        first = next(following)
        totals = [
            replace(one, column=column, repaired={}, changed_count=0, is_text=True)
            for one, column in zip(first, columns, strict=True)
        ]
        for piece in itertools.chain([first], following):
            for total, one in zip(totals, piece, strict=True):
                total._take_in(one)  # noqa: SLF001 - of this class
        return totals

    def _take_in(self, other: ColumnAccount) -> None:
        self.column.take_in(other.column)
        self.changed_count += other.changed_count
        self.is_text = self.is_text and other.is_text
        for name, more in other.repaired.items():
            known = self.repaired.get(name)
            self.repaired[name] = more if known is None else known.plus(more)

    @property
    def name(self) -> str:
        """Name of the column."""
        return self.column.field.column

    @property
    def becomes(self) -> Becomes | None:
        """What the column becomes in every piece, if its own type cannot hold what was written into some."""
        if not self.changed_count or isinstance(self.dtype, pd.CategoricalDtype) or holds_text(self.dtype):
            return None
        return "text" if self.is_text else "objects"

    @property
    def dtype_after(self) -> Any:
        """The type of the column after the cleaning; categories are those of each piece."""
        becomes = self.becomes
        if becomes is None:
            return self.dtype
        return plain_text_dtype() if becomes == "text" else np.dtype(object)

    def lines(self) -> Iterator[Line]:
        """Yield what was repaired, as it is shown."""
        repairs = self.column.repairs
        for repair in repairs:
            one = self.repaired.get(repair.name)
            if one is not None:
                # What its cells look like stands where the cells themselves stand in an account that holds them.
                changes = ColumnChanges(
                    self.name,
                    np.arange(len(one.bits), dtype=np.uint32),
                    one.bits,
                    pa.array(one.before, pa.large_string()),
                    pa.array(one.after, pa.large_string()),
                    tuple(step.name for step in repairs),
                    tuple(step.sentence for step in repairs),
                    ("", ""),
                )
                [line] = [line for line in repaired_lines([changes]) if line.code == repair.name]
                yield replace(line, count=one.count)
        before, after = str(self.dtype), str(self.dtype_after)
        if self.changed_count and before != after:
            changes = ColumnChanges(
                self.name,
                np.empty(0, np.uint32),
                np.empty(0, np.uint32),
                pa.nulls(0),
                pa.nulls(0),
                (),
                (),
                (before, after),
            )
            yield from repaired_lines([changes])


def _is_text(series: pd.Series[Any]) -> bool:
    """Return whether all cells that have a value are text, by the type of the column."""
    return (holds_text(series.dtype) and series.dtype != object) or not series.notna().any()


def _without_cells(column: ColumnCleaning) -> ColumnCleaning:
    """Return what a column was left with, without its cells, and without what only the driver needs."""
    return replace(
        column, repairs=(), rules=(), positions=[], bits=[], before=[], after=[], place=replace(column.place, told={})
    )
