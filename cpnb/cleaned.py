"""What a cleaning did: the table, every change, what was left alone and why. Values only on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb.changes import ColumnChanges, LeftAlone, TakenOut, listed_changes
from cpnb.cleaned_display import (
    Line,
    ReadsAsCleaning,
    cleaned_summary,
    left_alone_lines,
    repaired_lines,
    row_lines,
)
from cpnb.display import counted
from cpnb.duplicates import Duplicates
from cpnb.errors import FrameError
from cpnb.frames import Table, received, rows_at

_PAIRS_SHOWN = 3


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Cleaned(ReadsAsCleaning):
    """A table after its cleaning, and all that was done to it.

    Attributes
    ----------
    frame : DataFrame, or the kind of table that was given
        The table: the same columns, types and index; a column of numbers or dates in which text had
        to be written is text, or objects if some of its cells were left alone.
    row_count : int
        Rows of the table that was cleaned. All row numbers are physical positions in that one.
    columns : tuple of ColumnChanges
        The columns with changes, in the order of the map.
    taken_out : TakenOut
        Rows that were taken out.
    left_alone : tuple of LeftAlone
        What is still wrong, repeated headers left out; rows that another one was kept for still count.
    duplicates : Duplicates, optional
        Rows that share a key, whether or not any were taken out; None if the map has no key.
    """

    frame: Any
    row_count: int
    columns: tuple[ColumnChanges, ...]
    taken_out: TakenOut
    left_alone: tuple[LeftAlone, ...]
    duplicates: Duplicates | None

    @property
    def changed_count(self) -> int:
        """Number of cells that were changed."""
        return sum(len(one.positions) for one in self.columns)

    @property
    def changes(self) -> pd.DataFrame:
        """Every change, one row for each, made when it is asked for; this holds the data itself.

        Columns are ``row`` (physical, in the table that was cleaned), ``column``, ``rule`` (the names
        of the repairs), ``before`` and ``after``. A row that was taken out has no column and no text.
        """
        return listed_changes(self.columns, self.taken_out)

    def preview(self) -> pd.DataFrame:
        """Return what was done in shapes: counts, and how cells looked before and afterwards. Holds no value.

        Shapes stand between quotation marks, as spaces at their ends could not be seen otherwise. One
        row for each column, repair and pair of shapes: the three most frequent pairs, and then the rest
        together with ``…`` for shapes. A cell that two repairs changed is counted at both.
        """
        return shape_table(
            (one.column, name, one.shape_pairs(places)) for one in self.columns for name, _, places in one.by_repair()
        )

    def rows_taken_out(self, data: Table) -> Any:
        """Return the analyst's own rows that were taken out, with their index; this holds the data itself.

        Parameters
        ----------
        data : DataFrame, or anything that speaks Arrow
            The table that was cleaned; the rows are returned as this kind.
        """
        return own_rows(data, self.row_count, self.taken_out.positions)

    def conflicts(self, data: Table) -> Any:
        """Return the analyst's own rows that share a key and contradict each other; this holds the data itself.

        Parameters
        ----------
        data : DataFrame, or anything that speaks Arrow
            The table that was cleaned.

        Returns
        -------
        DataFrame, or the kind of table that was given
            The rows as they were, key by key, with their index.
        """
        return own_rows(data, self.row_count, conflicting_rows(self.duplicates))

    def _summary(self) -> str:
        return cleaned_summary(self.row_count, self.changed_count, len(self.columns), self.taken_out, self.left_alone)

    def _lines(self) -> list[Line]:
        return [
            *repaired_lines(self.columns),
            *row_lines(self.taken_out, self.duplicates),
            *left_alone_lines(self.left_alone),
        ]


def shape_table(counted_pairs: Iterable[tuple[str, str, Counter[tuple[str, str]]]]) -> pd.DataFrame:
    """Return a table of the most frequent pairs of shapes of each column and repair; see `Cleaned.preview`."""
    rows: list[tuple[str, str, int, str, str]] = []
    for column, name, pairs in counted_pairs:
        most = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:_PAIRS_SHOWN]
        rows += [(column, name, count, repr(before), repr(after)) for (before, after), count in most]
        rest = pairs.total() - sum(count for _, count in most)
        rows += [(column, name, rest, "…", "…")] if rest else []
    return pd.DataFrame(rows, columns=["column", "rule", "cells", "before", "after"]).astype({"cells": "int64"})


def own_rows(data: Table, row_count: int, positions: NDArray[np.int64]) -> Any:
    """Return some of the analyst's own rows, as the kind of table that `data` is.

    Raises
    ------
    FrameError
        If the table does not have as many rows as the one that was cleaned.
    """
    given = received(data)
    if len(given.frame) != row_count:
        raise FrameError(
            f"This table has {counted(len(given.frame), 'row')}, the one that was cleaned had {row_count:,}. "
            "Pass the table as it was before."
        )
    return given.back(rows_at(given.frame, positions))


def conflicting_rows(duplicates: Duplicates | None) -> NDArray[np.int64]:
    """Return the rows that share a key and contradict each other, key by key; none without a key."""
    return np.empty(0, dtype=np.int64) if duplicates is None else duplicates.conflicting_rows()
