"""A table on its way through a cleaning, or a piece of one: told of the whole, then mended slice by slice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cpnb import frames
from cpnb.changes import ColumnChanges
from cpnb.column_cleaning import ColumnCleaning
from cpnb.content import Mask, country_beside
from cpnb.content.lost_digits import DIGITS_LOST
from cpnb.damage import header_rows, names_itself, rounded_numbers
from cpnb.fields import FieldMap
from cpnb.mending import cells_of, mended, repaired
from cpnb.rendering import Rendered, render
from cpnb.repairs import HEADER_ROWS, Place
from cpnb.rewriting import Becomes

DateOrder = Literal["day-first", "month-first"]

Told: TypeAlias = Mapping[str, Mapping[str, Counter[str]]]
"""What the cells of each column tell each repair of it; those of pieces of a table add up."""

_SLICE_ROWS = 32_768
"""Each repair looks at each slice, so that larger ones than for sending are quicker; still larger ones are not."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for of a cleaning, checked.

    Attributes
    ----------
    fields : FieldMap
        What the columns are.
    steps : frozenset of str
        The repairs to make.
    date_order : str or None
        How dates are read that can be read both ways.
    country : str or None
        The country of postal codes without one beside them.
    """

    fields: FieldMap
    steps: frozenset[str]
    date_order: DateOrder | None
    country: str | None

    def columns(self, table_rows: int) -> list[ColumnCleaning]:
        """Return the columns of a table of so many rows, none of them begun with."""
        places = (
            Place(one, self.fields.region_of(one), table_rows, self.date_order, self.country) for one in self.fields
        )
        return [ColumnCleaning.of(place.field, self.fields, place, self.steps) for place in places]


class KeyTaker(Protocol):
    """Takes in the rows of a table as they are after their repair, slice by slice."""

    def take(self, rendered: Rendered, without: Mask) -> None:
        """Take in the next rows; those in `without` have no key."""


class NoKeys:
    """Takes in rows and remembers nothing of them."""

    def take(self, rendered: Rendered, without: Mask) -> None:
        """Take in the next rows."""


class TableCleaning:
    """A table on its way through a cleaning.

    Parameters
    ----------
    data : DataFrame
        The table, or a piece of it.
    asked : Asked
        What is to be done.
    table_rows : int, optional
        Rows of the table that `data` is a piece of; what is worth preparing depends on it, and no repair.
    """

    def __init__(self, data: pd.DataFrame, asked: Asked, table_rows: int = 0) -> None:
        self._data = data
        self._asked = asked
        self.columns = asked.columns(max(table_rows, len(data)))
        self._headers: list[Mask] = []

    def tells(self) -> Told:
        """Return what the cells tell the repairs that need to know the whole column; they are read for it."""
        telling = [column for column in self.columns if any(repair.tells for repair in column.repairs)]
        if not telling:
            return {}
        fields = self._asked.fields
        beside = (country_beside(column.field, fields) for column in telling)
        needed = dict.fromkeys([*(column.field for column in telling), *(one for one in beside if one is not None)])
        alone = FieldMap(list(needed), region=fields.region)
        told: dict[str, dict[str, Counter[str]]] = {column.field.column: {} for column in telling}
        for _, piece in frames.slices(self._data, alone.needed_columns, rows=_SLICE_ROWS):
            rendered = render(piece, alone)
            for column in telling:
                cells = cells_of(column.field, piece, rendered, alone)
                silent = [repair for repair in column.repairs if repair.tells is None]
                text, bits = repaired(cells, column.place, silent)
                cells = cells.with_text(text, bits != 0)
                # A header among the rows says nothing about the column, and is not there a second time.
                cells = cells.only(~names_itself(text, column.field.column))
                by_repair = told[column.field.column]
                for repair in column.repairs:
                    if repair.tells is not None:
                        by_repair.setdefault(repair.name, Counter()).update(repair.tells(cells, column.place))
        return told

    def know(self, told: Told) -> None:
        """Let the repairs know what the whole tells, before any cell is repaired for good."""
        know(self.columns, told)

    def mend(self, keys: KeyTaker) -> None:
        """Repair the cells, slice by slice."""
        fields, takes_headers_out = self._asked.fields, HEADER_ROWS in self._asked.steps
        for start, piece in frames.slices(self._data, fields.needed_columns, rows=_SLICE_ROWS):
            rendered = render(piece, fields)
            is_header = header_rows(rendered, fields) if takes_headers_out else np.zeros(piece.row_count, dtype=bool)
            rounded = rounded_numbers(piece, fields)
            texts = {}
            for column in self.columns:
                cells = cells_of(column.field, piece, rendered, fields)
                gone = rounded.get(column.field.column)
                # What was rounded is another number than the one that was meant, and stays as it is.
                stays = is_header if gone is None else is_header | gone
                done = mended(cells, column.place, column.repairs, column.rules, stays)
                column.take(start, done.with_problem(DIGITS_LOST, gone), is_header, rendered)
                texts[column.field.source] = done.after
            keys.take(replace(rendered, table=pa.table(texts)), is_header)
            self._headers.append(is_header)

    @property
    def row_count(self) -> int:
        """Rows of the table, or of the piece."""
        return len(self._data)

    @property
    def header_positions(self) -> NDArray[np.int64]:
        """The rows that repeat the header and are to be taken out, ascending."""
        return np.flatnonzero(np.concatenate([np.empty(0, dtype=bool), *self._headers]))

    def mended(self, becomes: Mapping[str, Becomes] | None = None) -> tuple[pd.DataFrame, list[ColumnChanges]]:
        """Return all rows with their cells repaired, and what was changed.

        Parameters
        ----------
        becomes : mapping of str to str, optional
            By column: what kind it is afterwards, if that is decided by more than these rows.
        """
        becomes = becomes or {}
        frame = self._data.assign()  # a copy, as far as the version of pandas needs one
        changes: list[ColumnChanges] = []
        for column in self.columns:
            name = column.field.column
            if column.positions or name in becomes:
                changed, frame[name] = column.changes(self._data, becomes.get(name))
                if column.positions:
                    changes.append(changed)
        return frame, changes


def know(columns: Sequence[ColumnCleaning], told: Told) -> None:
    """Let the repairs of some columns know what the whole tells."""
    for column in columns:
        if column.field.column in told:
            column.place = replace(column.place, told=told[column.field.column])


def told_together(*pieces: Told) -> Told:
    """Return what the cells of all pieces of a table tell; it can hold values."""
    told: dict[str, dict[str, Counter[str]]] = {}
    for piece in pieces:
        for column, by_repair in piece.items():
            for repair, counts in by_repair.items():
                told.setdefault(column, {}).setdefault(repair, Counter()).update(counts)
    return told


def mended_piece(
    piece: pd.DataFrame, asked: Asked, told: Told, *, table_rows: int = 0, keys: KeyTaker | None = None
) -> TableCleaning:
    """Return a piece of a table with its cells repaired, as `told` by the whole."""
    cleaning = TableCleaning(piece, asked, table_rows)
    cleaning.know(told)
    cleaning.mend(keys or NoKeys())
    return cleaning
