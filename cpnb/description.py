"""What a table holds, column by column, in the terms of the service: content types, gaps, repetitions, lengths."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from cpnb import frames
from cpnb.column_tally import ColumnDescription, compared, tallied
from cpnb.display import Html, RowHeader, counted, html_table, markup
from cpnb.fields import FieldMap
from cpnb.finding import short_name
from cpnb.frames import Frame
from cpnb.likeness import Look

__all__ = ["Description", "describe"]

COLUMNS_SHOWN = 40
"""Columns that the text and the HTML of a description show."""


@dataclass(frozen=True, slots=True, repr=False)
class Description:
    """What each column of a table looks like.

    Attributes
    ----------
    row_count : int
        Rows of the table.
    columns : tuple of ColumnDescription
        In the order of the table.
    """

    row_count: int
    columns: tuple[ColumnDescription, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each column, all counts included; holds no value of the data."""
        names = [
            *("column", "target", "looks_like", "fitting_count", "value_count", "blank_count", "unsupported_count"),
            *("padded_count", "distinct_count", "repeated_count", "longest", "max_length", "shape"),
            *(look.name.lower() + "_count" for look in Look),
        ]
        rows = [
            (
                *(one.column, one.target, one.kind, one.fitting_count, one.value_count, one.blank_count),
                *(
                    one.unsupported_count,
                    one.padded_count,
                    one.distinct_count,
                    one.repeated_count,
                    one.longest,
                    one.max_length,
                ),
                *(one.example, *(one.look_counts[look] for look in Look)),
            )
            for one in self.columns
        ]
        counts = [name for name in names if name.endswith("_count")]
        return (
            pd.DataFrame(rows, columns=names)
            .astype(dict.fromkeys([*counts, "longest"], "int64"))
            .astype({"max_length": "Int64"})
        )

    def _head(self) -> str:
        more = len(self.columns) - COLUMNS_SHOWN
        shown = f" Shown: {COLUMNS_SHOWN} of {len(self.columns):,} columns; to_frame() has all." if more > 0 else ""
        rows = f"{counted(self.row_count, 'row')}, {counted(len(self.columns), 'column')}"
        return f"{rows}; shares are of the cells that have a value.{shown}"

    def __str__(self) -> str:
        shown = self.columns[:COLUMNS_SHOWN]
        width = max((len(short_name(one.column)) for one in shown), default=0)
        lines = [f"  {short_name(one.column):<{width}}  {one.bar.text()}  {_line(one)}" for one in shown]
        key = ["  (█ fitting, ▒ other, · blank)"] if shown else []
        return "\n".join([f"Description: {self._head()}", *lines, *key])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        rows = (
            [
                RowHeader(short_name(one.column)),
                one.target,
                Html(f"{one.bar.html()}<br><small>{markup(one.bar.label)}</small>"),
                one.sentence,
                Html(f"<code>{markup(one.example)}</code>") if one.example else "",
            ]
            for one in self.columns[:COLUMNS_SHOWN]
        )
        headers = ["column", "goes to", "its cells", "looks like", "most frequent shape"]
        return html_table(f"Description: {self._head()}", headers, rows)


def _line(one: ColumnDescription) -> str:
    target = f"-> {one.target}: " if one.target else ""
    return f"{target}{one.sentence}" + (f", most often {one.example}" if one.example else "")


def describe(data: Frame, fields: FieldMap | None = None) -> Description:
    """Return what each column of a table looks like in content types, without a value of it.

    Every cell is looked at, none is sampled. Memory: the text of one column at a time.

    Parameters
    ----------
    data : DataFrame
        The table.
    fields : FieldMap, optional
        What its columns are. Mapped columns are judged as what the map says; the others, and all if there is
        no map, as what most of their values look like. Phone numbers without ``+`` are read in its region.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    """
    if fields is not None:
        frames.require_columns(data, fields)
    names = [str(name) for name in frames.checked_frame(data).columns]
    return Description(len(data), tuple(_described(data, column, fields) for column in names))


def _described(data: Frame, column: str, fields: FieldMap | None) -> ColumnDescription:
    tally = tallied(data, column, fields)
    content_type = tally.content_type(column, fields)
    distinct = pa.chunked_array(list(compared(data, column, fields, content_type)), pa.large_string())
    return tally.described(column, fields, len(distinct.drop_null().unique()))
