"""A table whose failing cells are edited by hand: each edit checked, all of them as a new table and as code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cpnb import frames
from cpnb.content.rule import Problem
from cpnb.content.unique_key import KEY_REPEATED
from cpnb.errors import FieldsError, FrameError
from cpnb.fields import FieldMap
from cpnb.finding import Finding
from cpnb.frames import Table
from cpnb.rendering import render
from cpnb.report import Report
from cpnb.validation import key_codes, repeated_keys, validate
from cpnb.widgets.report_view.cell_patch import By, ColumnEdits, applied, patch_code

if TYPE_CHECKING:
    import pandera.pandas as pandera

CHECKED_WHOLE_ROWS = 30_000
"""A table of so many rows is checked as a whole after each edit, which takes about a fifth of a second for eleven
fields; of a larger one, the edited row is, and the whole on request."""


@dataclass(frozen=True, slots=True)
class FailingRow:
    """One row as it is now.

    Attributes
    ----------
    position : int
        Its physical number, from 0.
    texts : mapping of str to str
        What would be sent, by mapped column; empty for a cell that is missing or has no text.
    problems : mapping of str to tuple of Problem
        What is wrong, by column; columns without a problem are left out, ``""`` stands for the row as a whole.
    edited : tuple of str
        The columns that were edited.
    """

    position: int
    texts: Mapping[str, str] = field(repr=False)
    problems: Mapping[str, tuple[Problem, ...]]
    edited: tuple[str, ...]


class CellEdits:
    """Edits of the cells of a table, which itself is not written to.

    Parameters
    ----------
    data : DataFrame, or anything that speaks Arrow
        The table; all of it has to be in memory.
    fields : FieldMap
        What its columns are; only mapped columns can be edited.
    schema : pandera.pandas.DataFrameSchema, optional
        As for `cpnb.validate`.
    checked_whole_rows : int
        Up to so many rows, each edit is followed by a check of the whole table.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    FieldsError
        If the schema cannot be run over what is mapped.
    """

    def __init__(
        self,
        data: Table,
        fields: FieldMap,
        *,
        schema: pandera.DataFrameSchema | None = None,
        checked_whole_rows: int = CHECKED_WHOLE_ROWS,
    ) -> None:
        self.fields = fields
        held = frames.held_frame(frames.require_columns(data, fields), "Editing cells")
        self._data: pd.DataFrame = held[list(held.columns)]  # which later changes do not reach
        self._schema = schema
        self._at_once = len(held) <= checked_whole_rows
        self._texts: dict[str, dict[int, str]] = {}
        self._frame: pd.DataFrame | None = None
        self.report = validate(self._data, fields, schema=schema)
        self.is_current = True

    def __repr__(self) -> str:
        return f"CellEdits({self.count} of {len(self._data)} rows' cells)"

    @property
    def count(self) -> int:
        """Number of edited cells."""
        return sum(map(len, self._texts.values()))

    @property
    def frame(self) -> pd.DataFrame:
        """The table with the edits: the same columns and index. A copy, made when it is asked for."""
        return self._edited().copy()

    def _edited(self) -> pd.DataFrame:
        if self._frame is None:
            self._frame = applied(self._data, self._edits()) if self._texts else self._data
        return self._frame

    def _edits(self) -> Sequence[ColumnEdits]:
        edited = (column for column in self._data.columns if column in self._texts)
        return [ColumnEdits.of(self._data[column], self._texts[column]) for column in edited]

    def edit(self, position: int, column: str, text: str) -> None:
        """Put a text in the place of a cell; an empty one makes it missing, its own one undoes what was edited.

        Raises
        ------
        FieldsError
            If the column is not mapped.
        FrameError
            If the text holds half of a character (a lone surrogate), which cannot be sent.
        IndexError
            If there is no such row.
        """
        if column not in self.fields.columns:
            raise FieldsError(f"Column {column!r} is not mapped, so nothing of it is checked or sent.")
        if not 0 <= position < len(self._data):
            raise IndexError(f"There is no row {position}: the table has {len(self._data)}, counted from 0.")
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise FrameError(
                "What was typed holds half of a character (a lone surrogate), which cannot be sent; type it again."
            )
        if text == self._original(position, column):
            self.undo(position, column)
            return
        if self._texts.get(column, {}).get(position) == text:
            return
        self._texts.setdefault(column, {})[position] = text
        self._changed()

    def undo(self, position: int, column: str) -> None:
        """Give a cell back what it was."""
        texts = self._texts.get(column, {})
        if texts.pop(position, None) is None:
            return
        if not texts:
            del self._texts[column]
        self._changed()

    def undo_all(self) -> None:
        """Give every cell back what it was."""
        if self._texts:
            self._texts.clear()
            self._changed()

    def _changed(self) -> None:
        self._frame = None
        self.is_current = False
        if self._at_once:
            self.check()

    def check(self) -> Report:
        """Return the report of the table as it is now."""
        if not self.is_current:
            self.report = validate(self._edited(), self.fields, schema=self._schema)
            self.is_current = True
        return self.report

    def _original(self, position: int, column: str) -> str | None:
        """Return the text of a cell before its edits; None if it has none that could be sent."""
        row = frames.rows_at(self._data, np.array([position]))
        texts, without = self._rendered(row)
        return None if without[column][0] else texts[column][0]

    def _rendered(self, rows: pd.DataFrame) -> tuple[dict[str, list[str]], dict[str, Sequence[bool]]]:
        """Return the texts of some rows by column, and which cells have none."""
        texts: dict[str, list[str]] = {column: [] for column in self.fields.columns}
        without: dict[str, list[bool]] = {column: [] for column in self.fields.columns}
        for _, piece in frames.slices(rows, self.fields.needed_columns):
            rendered = render(piece, self.fields)
            for one in self.fields:
                texts[one.column] += [text or "" for text in rendered.text(one.source).to_pylist()]
                masked = rendered.unsupported.get(one.source)
                without[one.column] += [False] * piece.row_count if masked is None else masked.tolist()
        return texts, dict(without)

    def rows(self, positions: Sequence[int]) -> list[FailingRow]:
        """Return some rows as they are now, with what is wrong with them. This holds the data itself."""
        wanted = np.asarray(positions, dtype=np.int64)
        if not len(wanted):
            return []
        rows = frames.rows_at(self._edited(), wanted)
        texts, _ = self._rendered(rows)
        problems = self._problems(rows, wanted)
        return [
            FailingRow(
                int(position),
                {column: texts[column][number] for column in texts},
                problems[number],
                tuple(column for column in self.fields.columns if position in self._texts.get(column, ())),
            )
            for number, position in enumerate(wanted.tolist())
        ]

    def _problems(self, rows: pd.DataFrame, positions: np.ndarray) -> list[dict[str, tuple[Problem, ...]]]:
        """Return what is wrong with each of some rows: from the report, or from a look at these rows and all keys."""
        found: list[dict[str, tuple[Problem, ...]]] = [{} for _ in positions]
        if self.is_current:
            findings, places = self.report.findings, positions
        else:
            checked = validate(rows, self.fields, schema=self._schema)
            findings = tuple(one for one in checked.findings if one.problem is not KEY_REPEATED)
            places = np.arange(len(positions))
            if self.fields.unique_key is not None:
                repeated = repeated_keys(key_codes(self._edited(), self.fields))[positions]
                findings += (Finding.of_mask(self.fields.unique_key, KEY_REPEATED, repeated, 0, {}),)
        for one in findings:
            for number in np.flatnonzero(np.isin(places, one.positions)).tolist():
                found[number][one.column] = (*found[number].get(one.column, ()), one.problem)
        return found

    def patch(self, name: str = "frame", *, by: By = "position") -> str:
        """Return Python code that makes the same edits, for a cell of the notebook; running it gives `frame`.

        It holds what was typed. The same edits give the same text, in whatever order they were made.

        Parameters
        ----------
        name : str
            The variable that holds the table.
        by : {"position", "key"}
            How it finds the rows: by their number, or by the unique key, so that the order of the rows does not
            matter; the code then holds keys of customers. Rows without a key of their own, and cells of the key
            itself, are found by their number in any case.

        Raises
        ------
        ValueError
            If `name` cannot be the name of a variable.
        FieldsError
            If rows are to be found by the key, and the map has none.
        """
        key = self.fields.key_field.column if by == "key" else None
        return patch_code(self._data, self._edits(), name, key)
