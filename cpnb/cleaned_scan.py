"""What the cleaning of a table in batches does: an account without a value, and rows repaired when they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cpnb.changes import ColumnChanges, listed_piece
from cpnb.cleaned import conflicting_rows, own_rows, shape_table
from cpnb.cleaning_account import CleaningAccount
from cpnb.frames import Table
from cpnb.repaired_batches import RepairedBatches


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CleanedScan(CleaningAccount):
    """A scan after its cleaning, and an account of all that it does; its text and HTML are those of a `Cleaned`.

    Attributes
    ----------
    frame : BatchTable
        The table: the same columns and index. Each reading goes through the file again and repairs what it reads. It
        can be given wherever a table is, to `cpnb.clean` as well.
    """

    frame: RepairedBatches

    @property
    def changes(self) -> Iterator[pd.DataFrame]:
        """Every change, batch by batch, for which the file is read again; this holds the data itself.

        Columns are those of `Cleaned.changes`, with texts for categories. Batches without any change are left out.
        """
        for start, stop, changes in self._changes():
            listed = listed_piece(changes, self.taken_out.within(start, stop), start)
            if len(listed):
                yield listed

    def preview(self) -> pd.DataFrame:
        """Return what was done in shapes, for which the file is read again; see `Cleaned.preview`. Holds no value."""
        pairs: dict[tuple[str, str], Counter[tuple[str, str]]] = {
            (one.name, repair.name): Counter() for one in self.columns for repair in one.column.repairs
        }
        for _, _, changes in self._changes():
            for one in changes:
                for name, _, places in one.by_repair():
                    pairs[one.column, name] += one.shape_pairs(places)
        return shape_table((column, name, found) for (column, name), found in pairs.items() if found)

    def rows_taken_out(self, data: Table) -> Any:
        """Return the rows that were taken out, as they were, with their index; this holds the data itself.

        Parameters
        ----------
        data : BatchTable, DataFrame, or anything that speaks Arrow
            The table that was cleaned.
        """
        return own_rows(data, self.row_count, self.taken_out.positions)

    def conflicts(self, data: Table) -> Any:
        """Return the rows that share a key and contradict each other, as they were; this holds the data itself.

        Parameters
        ----------
        data : BatchTable, DataFrame, or anything that speaks Arrow
            The table that was cleaned.
        """
        return own_rows(data, self.row_count, conflicting_rows(self.duplicates))

    def _changes(self) -> Iterator[tuple[int, int, list[ColumnChanges]]]:
        """Yield first row, row after the last, and changes of each batch."""
        start = 0
        for mending in self.frame.mendings():
            stop = start + mending.row_count
            yield start, stop, mending.mended(self.frame.becomes)[1]
            start = stop
