"""Whom a condition matches in a table: counts, a funnel, near misses; the rows themselves only on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, overload

import numpy as np
import pandas as pd

from cpnb.conditions import Expression
from cpnb.display import counted
from cpnb.errors import FrameError
from cpnb.frames import Frame, Table, received, rows_at
from cpnb.matching.funnel import FunnelLine
from cpnb.matching.funnel_chart import FunnelChart
from cpnb.matching.near_misses import NearMiss
from cpnb.matching.preview_display import headline, preview_html, preview_text
from cpnb.text_dtype import TEXT_DTYPE


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Preview:
    """Whom a condition matches in a table, before anything is sent.

    What `preview` returns. Its text and HTML show counts, and of values only those that
    the condition compares with.

    Attributes
    ----------
    expression : Expression
        The condition.
    mask : pandas.Series of bool
        Which rows match, with the index of the table, or by position if there is none in memory.
    lines : tuple of FunnelLine
        The conditions that the whole is made of, in the order in which they were said.
    missed : tuple of NearMiss
        What would match if it were taken less literally, for each condition that matches nobody.
    notes : tuple of str
        What else is worth knowing: attributes that are not mapped, what cannot be read, rows without a key.
    """

    expression: Expression
    mask: pd.Series[bool] = field(repr=False)
    lines: tuple[FunnelLine, ...]
    missed: tuple[NearMiss, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def row_count(self) -> int:
        """How many rows were looked at."""
        return len(self.mask)

    @property
    def count(self) -> int:
        """How many rows match."""
        return int(self.mask.sum())

    @property
    def funnel(self) -> pd.DataFrame:
        """The conditions as a table, one line for each, in the order in which they were said.

        ``condition`` in plain English, ``joined`` to the one before by ``and`` or ``or``, ``depth`` 0 or, inside of
        another condition, more; ``rows`` that meet it by itself, and ``together`` with those before.
        """
        return _table(FunnelLine, self.lines, {"together": "Int64"})

    @property
    def near_misses(self) -> pd.DataFrame:
        """What would match if it were taken less literally, for each condition that matches nobody.

        ``condition`` in plain English, the ``relaxation``, ``rows`` that match then; how many ``distinct_values`` its
        attribute has in the table, and how many ``rows_without`` it there are. Empty if every condition matches
        somebody.
        """
        return _table(NearMiss, self.missed, {"distinct_values": "Int64", "rows_without": "Int64"})

    @overload
    def rows(self, data: Frame) -> pd.DataFrame: ...

    @overload
    def rows(self, data: Table) -> Any: ...

    def rows(self, data: Table) -> Any:
        """Return the analyst's own rows that match, index and all columns included, as the kind of table they are.

        Parameters
        ----------
        data : DataFrame, Scan, or anything that speaks Arrow
            The table that was previewed. Rows of a scan are a DataFrame.

        Raises
        ------
        FrameError
            If `data` is no table or has another number of rows than the one that was previewed.
        """
        given = received(data)
        if len(given.frame) != self.row_count:
            raise FrameError(
                f"The table has {counted(len(given.frame), 'row')}, but the preview is of one with {self.row_count:,}. "
                "Give the table that was previewed, without rows added, dropped or sorted since."
            )
        return given.back(rows_at(given.frame, np.flatnonzero(self.mask.to_numpy())))

    def plot(self) -> FunnelChart:
        """Return the funnel as a drawing."""
        return FunnelChart(headline(self.count, self.row_count), self.row_count, self.lines)

    def __str__(self) -> str:
        return preview_text(self.count, self.row_count, self.lines, self.missed, self.notes)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return preview_html(self.count, self.row_count, self.lines, self.missed, self.notes)


def _table(noun: type[Any], things: Sequence[Any], nullable: dict[str, str]) -> pd.DataFrame:
    """Return things as a table, one row for each, with the same types of columns however few there are."""
    rows = [asdict(thing) for thing in things]
    columns = {}
    for one in fields(noun):
        kind = nullable.get(one.name) or (TEXT_DTYPE if one.type == "str" else "int64")
        columns[one.name] = pd.Series([row[one.name] for row in rows], dtype=kind)
    return pd.DataFrame(columns)
