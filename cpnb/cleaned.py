"""What a cleaning did: the table, every change, what was left alone and why. Values only on request."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cpnb.changes import DUPLICATE, HEADER_ROW, ColumnChanges, LeftAlone, TakenOut, listed_changes
from cpnb.display import counted, html_table
from cpnb.duplicates import Duplicates
from cpnb.errors import FrameError
from cpnb.finding import short_name
from cpnb.frames import Frame, rows_at

LINES_SHOWN = 40
_SHAPED_CELLS = 1000
_PAIRS_SHOWN = 3

_TAKEN_OUT = {HEADER_ROW: "that repeats the header", DUPLICATE: "whose key another row has, which was kept"}
_TAKEN_OUT_MANY = {HEADER_ROW: "that repeat the header", DUPLICATE: "whose key another row has, which was kept"}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Cleaned:
    """A table after its cleaning, and all that was done to it.

    Attributes
    ----------
    frame : DataFrame
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

    frame: Frame
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

        One row for each column, repair and pair of shapes: the three most frequent pairs, and then the
        rest together with ``…`` for shapes. A cell that two repairs changed is counted at both.
        """
        rows: list[tuple[str, str, int, str, str]] = []
        for one in self.columns:
            for name, _, places in one.by_repair():
                pairs = one.shape_pairs(places)
                most = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:_PAIRS_SHOWN]
                rows += [(one.column, name, count, before, after) for (before, after), count in most]
                rest = len(places) - sum(count for _, count in most)
                rows += [(one.column, name, rest, "…", "…")] if rest else []
        return pd.DataFrame(rows, columns=["column", "rule", "cells", "before", "after"]).astype({"cells": "int64"})

    def rows_taken_out(self, data: Frame) -> Frame:
        """Return the analyst's own rows that were taken out, with their index; this holds the data itself.

        Parameters
        ----------
        data : DataFrame
            The table that was cleaned.
        """
        self._require_same_rows(data)
        return rows_at(data, self.taken_out.positions)

    def conflicts(self, data: Frame) -> Frame:
        """Return the analyst's own rows that share a key and contradict each other; this holds the data itself.

        Parameters
        ----------
        data : DataFrame
            The table that was cleaned.

        Returns
        -------
        DataFrame
            The rows as they were, key by key, with their index.
        """
        self._require_same_rows(data)
        if self.duplicates is None:
            return rows_at(data, np.empty(0, dtype=np.int64))
        chosen = self.duplicates.conflicts[self.duplicates.groups]
        order = np.argsort(self.duplicates.groups[chosen], kind="stable")
        return rows_at(data, self.duplicates.positions[chosen][order])

    def _require_same_rows(self, data: Frame) -> None:
        if len(data) != self.row_count:
            raise FrameError(
                f"This table has {counted(len(data), 'row')}, the one that was cleaned had {self.row_count:,}. Pass "
                "the table as it was before."
            )

    def _summary(self) -> str:
        left = sum(one.count for one in self.left_alone)
        taken = len(self.taken_out.positions)
        parts = [f"{counted(self.changed_count, 'cell')} repaired in {counted(len(self.columns), 'column')}"]
        parts += [f"{counted(taken, 'row')} taken out"] if taken else []
        parts += [f"{counted(left, 'problem')} left alone"] if left else ["nothing left to repair"]
        return f"{counted(self.row_count, 'row')}: {', '.join(parts)}."

    def _lines(self) -> Iterator[tuple[str, str, str]]:
        """Yield what was done, in which column, and how often and how."""
        for one in self.columns:
            for name, sentence, places in one.by_repair():
                pairs = one.shape_pairs(places[:_SHAPED_CELLS])
                before, after = min(pairs, key=lambda pair: (-pairs[pair], pair))
                example = f"{before!r} -> {after!r}" if after else repr(before)
                yield "Repaired", one.column, f"{counted(len(places), 'cell')} {sentence}, such as {example} [{name}]"
            if one.dtypes[0] != one.dtypes[1]:
                yield "Repaired", one.column, f"the column was {one.dtypes[0]} and is {one.dtypes[1]} now"
        for rule, count in sorted(Counter(self.taken_out.rules).items()):
            sentence = (_TAKEN_OUT if count == 1 else _TAKEN_OUT_MANY)[rule]
            yield "Taken out", "", f"{counted(count, 'row')} {sentence} [{rule}]"
        if self.duplicates is not None and self.duplicates.group_count:
            yield "Repeated keys", "", _told(self.duplicates)
        for left in self.left_alone:
            yield "Left alone", left.column, str(left)

    def _shown(self) -> tuple[str, list[tuple[str, str, str]]]:
        """Return the heading, which says if not all lines are shown, and the lines that are."""
        lines = list(self._lines())
        capped = f" The first {LINES_SHOWN} of {len(lines)} lines are shown." if len(lines) > LINES_SHOWN else ""
        return f"Cleaned: {self._summary()}{capped}", lines[:LINES_SHOWN]

    def __str__(self) -> str:
        heading, shown = self._shown()
        text = [heading]
        for kind, group in itertools.groupby(shown, key=lambda line: line[0]):
            text.append(kind)
            text += [f"  {short_name(column)}: {what}" if column else f"  {what}" for _, column, what in group]
        return "\n".join(text)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        heading, shown = self._shown()
        rows = ((kind, short_name(column), what) for kind, column, what in shown)
        return html_table(heading, ("", "Column", "What"), rows)


def _told(duplicates: Duplicates) -> str:
    keys = counted(duplicates.group_count, "key")
    text = f"{keys} in {counted(len(duplicates.positions), 'row')}"
    if duplicates.brought_together:
        text += f", {duplicates.brought_together:,} of them the same only since they were repaired"
    conflicts: Mapping[str, int] = duplicates.conflict_counts
    if not conflicts:
        return f"{text}; their rows do not contradict each other"
    columns = sorted(conflicts.items(), key=lambda item: -item[1])
    named = ", ".join(f"{short_name(column)} ({count:,})" for column, count in columns[:5])
    named += f" and {len(columns) - 5} more" if len(columns) > 5 else ""  # noqa: PLR2004  # names shown in a message
    return f"{text}; the rows of {counted(int(duplicates.conflicts.sum()), 'key')} contradict each other in {named}"
