"""The door: what is taken for a table, what is made of it, and how rows go back as the kind that came."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

import pandas as pd
import pyarrow as pa

from cpnb.errors import FrameError, did_you_mean, listed
from cpnb.fields import FieldMap
from cpnb.frames.arrow_tables import as_table, of_stream
from cpnb.frames.batch_table import BatchTable
from cpnb.frames.rows import Frame

__all__ = [
    "ArrowStream",
    "Received",
    "Table",
    "checked_frame",
    "column_names",
    "held_frame",
    "is_table",
    "received",
    "require_columns",
]


@runtime_checkable
class ArrowStream(Protocol):
    """What gives its rows out as Arrow: a Polars DataFrame, a DuckDB relation, a pyarrow Table or RecordBatchReader.

    Source: Apache Arrow, 'The Arrow PyCapsule Interface'.
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule with a stream of record batches."""


Table: TypeAlias = pd.DataFrame | BatchTable | ArrowStream
"""A table as an analyst has it, of whichever kind."""


@dataclass(frozen=True, slots=True)
class Received:
    """A table that was given, and how rows of it go back.

    Attributes
    ----------
    frame : DataFrame or BatchTable
        The table as everything above looks at it.
    back : callable
        Makes the kind of table that was given of a DataFrame.
    """

    frame: Frame
    back: Callable[[pd.DataFrame], Any]


# By an attribute that tells what it is.
_HINTS = {
    "npartitions": " A Dask DataFrame has the same verbs, after import cpnb.dask: ddf.cp.validate(fields). Rows that a "
    "report, a plan or a preview names are ddf.cp.rows_at(positions).",
    "collect": " Work it out first with .collect().",
}


def received(data: object) -> Received:
    """Return a table as everything above looks at it, and the way back to its kind.

    What speaks Arrow is read once, whole, into a DataFrame that shares its memory where it can; Arrow data cannot be
    changed, so it is a snapshot as well. On the way back rows are a pyarrow Table if the caller's were of pyarrow,
    Polars if they were Polars; of DuckDB, a relation of its default connection over the rows, since a relation does not
    tell its own; and otherwise a DataFrame, as for pandas and for files that are read in batches.

    Raises
    ------
    FrameError
        As `checked_frame`.
    """
    if isinstance(data, pd.DataFrame | BatchTable):
        return Received(_with_usable_names(data), _as_it_is)
    if isinstance(data, pd.Series):
        raise _no_table(data, " Turn the series into a table with .to_frame().")
    if not isinstance(data, ArrowStream):
        hints = (hint for name, hint in _HINTS.items() if hasattr(data, name))
        raise _no_table(data, next(hints, ""))
    table = _whole(data)
    frame = _with_usable_names(of_stream(table))
    way: Callable[[Any], Any] = _WAYS_BACK.get(type(data).__module__.partition(".")[0], _back_to_pandas)
    schema: pa.Schema = table.schema

    def back(rows: pd.DataFrame) -> Any:
        return way(as_table(rows, schema))

    return Received(frame, back)


def checked_frame(data: object) -> Frame:
    """Return `data` as everything above looks at it, if it is a table whose columns can be told apart by name.

    A DataFrame is returned as it is, and so is a table that is read in batches; what speaks Arrow becomes a DataFrame,
    see `received`. A table without rows or without columns passes; what is needed of it is asked elsewhere.

    Raises
    ------
    FrameError
        If it is no table, or its columns have several levels, are not named by text, or
        repeat a name.
    """
    return received(data).frame


def held_frame(data: object, what: str) -> pd.DataFrame:
    """Return `data` as a DataFrame, for what needs all of it in memory.

    Parameters
    ----------
    data : object
        As `checked_frame` takes it.
    what : str
        What needs it so, as the beginning of a sentence.

    Raises
    ------
    FrameError
        As `checked_frame`, or if the table is read in batches.
    """
    frame = checked_frame(data)
    if isinstance(frame, BatchTable):
        raise FrameError(
            f"{what} needs the whole table in memory, and a scan is read in batches. Read the file whole first, "
            "cpnb.read(path), or a part of it at a time."
        )
    return frame


def require_columns(data: object, fields: FieldMap) -> Frame:
    """Return `data` as `checked_frame` does, if it has every column that `fields` reads, the region columns included.

    Raises
    ------
    FrameError
        If `data` is no usable table (see `checked_frame`), or lacks a column.
    """
    if not isinstance(fields, FieldMap):
        raise TypeError(
            f"fields is a {type(fields).__name__}; expected a field map, such as df.cp.suggest_fields() gives, or "
            "cpnb.FieldMap({'id': 'AccountNumber', 'mail': 'EmailAddress'}, unique_key='id')."
        )
    frame = checked_frame(data)
    columns = list(frame.columns)
    missing = [column for column in fields.needed_columns if column not in columns]
    if missing:
        hint = did_you_mean(missing[0], columns)
        verb = "a column" if len(missing) == 1 else "columns"
        has = f"It has {listed(columns)}." if columns else "It has no columns at all."
        raise FrameError(f"The field map names {verb} that the table lacks: {listed(missing)}.{hint} {has}")
    return frame


def is_table(value: object) -> bool:
    """Return whether a value is taken for a table, without reading anything of it."""
    return isinstance(value, pd.DataFrame | BatchTable) or (
        isinstance(value, ArrowStream) and _names_in(value) is not None
    )


def column_names(value: object) -> list[str]:
    """Return the names of a table's columns, without reading anything of it; none if they cannot be told so."""
    if isinstance(value, pd.DataFrame | BatchTable):
        return [str(name) for name in value.columns]
    return [str(name) for name in _names_in(value) or ()]


def _names_in(value: object) -> Sequence[object] | None:
    """Return the names that a table of another library says it has; None if it is a single column, or no table."""
    schema = getattr(value, "schema", None)
    for names in (getattr(schema, "names", None), getattr(value, "columns", None)):
        if isinstance(names, list) or callable(names):
            return names if isinstance(names, list) else list(names())
    return None


def _with_usable_names(data: Frame) -> Frame:
    columns = data.columns
    if isinstance(columns, pd.MultiIndex):
        raise FrameError(
            f"The columns have {columns.nlevels} levels; expected one name for each. Join the levels first: "
            "df.columns = df.columns.map('_'.join)."
        )
    names: list[object] = list(columns)
    unnamed = sorted({type(name).__name__ for name in names if not isinstance(name, str)})
    if unnamed:
        raise FrameError(
            f"Columns are named by text; found names of type {', '.join(unnamed)}. Rename them first: "
            "df.columns = df.columns.map(str)."
        )
    if not columns.is_unique:
        repeated = columns[columns.duplicated()].unique()
        raise FrameError(
            f"Several columns share a name: {listed(repeated)}. Rename or drop all but one of each, so that it is "
            "clear which of them is meant."
        )
    return data


def _no_table(data: object, hint: str) -> FrameError:
    return FrameError(
        f"Expected a pandas DataFrame or another kind of table, got an object of type {type(data).__name__}.{hint}"
    )


def _whole(data: ArrowStream) -> pa.Table:
    try:
        return pa.RecordBatchReader.from_stream(data).read_all()
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        kind = type(error).__name__  # what it says may hold a cell
    raise FrameError(
        f"The {type(data).__name__} cannot be read as a table through Arrow ({kind}). Expected named columns, such as "
        "a DataFrame has: if it is a single column, put it into one; if it is a stream, it may be used up or broken."
    )


def _as_it_is(rows: pd.DataFrame) -> pd.DataFrame:
    return rows


def _back_to_pandas(table: pa.Table) -> pd.DataFrame:
    return of_stream(table)


def _back_to_arrow(table: pa.Table) -> pa.Table:
    return table


def _back_to_polars(table: pa.Table) -> Any:
    return sys.modules["polars"].from_arrow(table)


def _back_to_duckdb(table: pa.Table) -> Any:
    return sys.modules["duckdb"].from_arrow(table)


# By the first name of the module that the given table is from; never imported here, as they are there already.
_WAYS_BACK: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow": _back_to_arrow,
    "polars": _back_to_polars,
    "duckdb": _back_to_duckdb,
    "_duckdb": _back_to_duckdb,
}
