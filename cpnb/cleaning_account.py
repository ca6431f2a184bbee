"""What a cleaning does to a table that is repaired anew at each reading: counts, shapes and positions, and no value."""

from __future__ import annotations

from dataclasses import dataclass, field

from cpnb.changes import LeftAlone, TakenOut
from cpnb.cleaned_display import Line, ReadsAsCleaning, cleaned_summary, left_alone_lines, row_lines
from cpnb.column_account import ColumnAccount
from cpnb.duplicates import Duplicates


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CleaningAccount(ReadsAsCleaning):
    """An account of all that a cleaning does; its text and HTML are those of a `Cleaned`.

    Attributes
    ----------
    row_count : int
        Rows of the table that was cleaned. All row numbers are physical positions in that one.
    columns : tuple of ColumnAccount
        What it does to each column, in the order of the map.
    taken_out : TakenOut
        Rows that are taken out.
    duplicates : Duplicates, optional
        Rows that share a key, whether or not any are taken out; None if the map has no key.
    """

    row_count: int
    columns: tuple[ColumnAccount, ...] = field(repr=False)
    taken_out: TakenOut
    duplicates: Duplicates | None

    @property
    def left_alone(self) -> tuple[LeftAlone, ...]:
        """What is still wrong, repeated headers left out; rows that another one is kept for still count."""
        return tuple(left for one in self.columns for left in one.column.left_alone())

    @property
    def changed_count(self) -> int:
        """Number of cells that are changed."""
        return sum(one.changed_count for one in self.columns)

    def _summary(self) -> str:
        columns = sum(bool(one.changed_count) for one in self.columns)
        return cleaned_summary(self.row_count, self.changed_count, columns, self.taken_out, self.left_alone)

    def _lines(self) -> list[Line]:
        return [
            *(line for one in self.columns for line in one.lines()),
            *row_lines(self.taken_out, self.duplicates),
            *left_alone_lines(self.left_alone),
        ]
