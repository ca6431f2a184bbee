"""A slice and a field map become the text that will be sent: checked and sent are the same cells.

Each cell is decided by its own type and its field's target, never by what else is in the column, so
that slices and partitions agree with the whole table.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cpnb import decimals, moments, text_tables
from cpnb.content.cells import emptied
from cpnb.fields import FieldMap
from cpnb.frames import Cells, Slice
from cpnb.moments import Moment

BIRTH_DATE = "_profile.BirthDate"

# A profile field holds at most 1,000 characters, so a number beyond this is refused anyway; writing
# it out in full could fill the memory.
_MAX_DIGITS = 4000


@dataclass(frozen=True, slots=True)
class Rendered:
    """What will be sent of some rows.

    Attributes
    ----------
    table : pyarrow.Table
        Columns named by `Field.source`, in the order of the map, all ``large_string``. Null is a
        missing value; there is no empty text, because the service treats an empty cell as absent.
    unsupported : mapping of str to array of bool
        By source: cells that have no text (lists, bytes, infinities, lone surrogates). They are
        null in the table. Columns without any are left out.
    kinds : mapping of str to mapping of str to int
        By source: how many of its unsupported cells are of which Python or Arrow type.
    regions : mapping of str to pyarrow.Array
        By column name: text of the columns that hold the regions of phone numbers.
    """

    table: pa.Table = field(repr=False)
    unsupported: Mapping[str, NDArray[np.bool_]] = field(repr=False)
    kinds: Mapping[str, Mapping[str, int]]
    regions: Mapping[str, pa.Array] = field(repr=False)

    @property
    def row_count(self) -> int:
        """Number of rows."""
        return int(self.table.num_rows)

    def text(self, source: str) -> pa.Array:
        """Return the text of one column as a single array."""
        return _in_one(self.table.column(source))


def _in_one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(column, pa.Array):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()  # which copies


@dataclass(frozen=True, slots=True)
class _Text:
    """One rendered column: its text, and the kind of each cell without text (None for the rest)."""

    array: pa.Array | pa.ChunkedArray
    kinds: NDArray[np.object_] | None = None


def render(rows: Slice, fields: FieldMap) -> Rendered:
    """Return the text that will be sent of `rows`.

    Whole numbers have no ``.0``, other numbers are shortest and have no exponent, booleans are
    ``true`` and ``false``. Points in time are ISO 8601 with seconds, and a fraction only if there is
    one; those with a time zone are in UTC, which segments compare in. A BirthDate is the calendar
    date alone, in the time zone the cell has.

    Source: Amazon Connect administrator guide, 'customer-segments-building-segments' (UTC), and
    service model (every profile value is a string); the rest is our choice.
    """
    columns: list[pa.Array | pa.ChunkedArray] = []
    unsupported: dict[str, NDArray[np.bool_]] = {}
    kinds: dict[str, Mapping[str, int]] = {}
    for one in fields:
        text = _text(rows.columns[one.column], moments.DAY if one.target == BIRTH_DATE else moments.INSTANT)
        columns.append(text.array)
        if text.kinds is not None:
            unsupported[one.source] = np.array([kind is not None for kind in text.kinds], dtype=bool)
            kinds[one.source] = dict(sorted(Counter(text.kinds[unsupported[one.source]]).items()))
    regions = {
        column: _in_one(_text(rows.columns[column], moments.INSTANT).array)
        for column in dict.fromkeys(one.region_column for one in fields if one.region_column)
    }
    return Rendered(pa.table(columns, names=list(fields.sources)), unsupported, kinds, regions)


def _text(cells: Cells, moment: Moment) -> _Text:
    """Return the text of a column; `moment` writes its points in time."""
    return _typed(cells, moment) if isinstance(cells, pa.Array) else _objects(cells, moment)


def _sendable(text: pa.Array) -> pa.Array:
    """Return text as ``large_string`` in which empty cells are missing, and missing cells have no bytes."""
    text = text if pa.types.is_large_string(text.type) else text.cast(pa.large_string())
    if not len(text):
        return text
    offsets, missing = text_tables.offsets_of(text), text_tables.missing_in(text)
    is_empty = offsets[1:] == offsets[:-1]
    if missing is None:
        return emptied(text, is_empty)
    # Arrow allows bytes behind missing cells, and pandas leaves them there when a list of cells is set to None;
    # whoever looks at bytes would read them.
    return text if np.array_equal(is_empty, missing) else emptied(text, is_empty | missing)


def _typed(array: pa.Array, moment: Moment) -> _Text:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if any(is_kind(kind) for is_kind in _TEXT_KINDS):
        return _Text(_sendable(array))
    if pa.types.is_floating(kind):
        return _floats(array)
    write = moment.column if pa.types.is_timestamp(kind) else _writer_of(kind)
    if write is not None:
        return _Text(text_tables.in_blocks(write, array))
    # The parameters of a type, such as a list's, may hold names that somebody chose.
    return _without_text(array.is_valid().to_numpy(zero_copy_only=False), str(kind).partition("<")[0])


def _writer_of(kind: pa.DataType) -> Callable[[pa.Array], pa.Array] | None:
    return next((write for is_kind, write in _WRITERS if is_kind(kind)), None)


def _without_text(mask: NDArray[np.bool_], kind: str) -> _Text:
    return _Text(pa.nulls(len(mask), pa.large_string()), _kinds(mask, kind))


def _kinds(mask: NDArray[np.bool_], kind: str) -> NDArray[np.object_] | None:
    if not mask.any():
        return None
    kinds = np.full(len(mask), None, dtype=object)
    kinds[mask] = kind
    return kinds


def _floats(array: pa.Array) -> _Text:
    infinite = np.isinf(array.to_numpy(zero_copy_only=False))
    return _Text(text_tables.in_blocks(decimals.of_floats, array), _kinds(infinite, "infinity"))


def _truth_values(array: pa.Array) -> pa.Array:
    return _TRUTH_VALUES.take(array.cast(pa.int8()))


_TRUTH_VALUES = pa.array(["false", "true"], pa.large_string())

_TEXT_KINDS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)

_WRITERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.Array]], ...] = (
    (pa.types.is_boolean, _truth_values),
    (pa.types.is_integer, decimals.of_integers),
    (pa.types.is_decimal, decimals.of_decimals),
    (pa.types.is_date, moments.dates),
)


def _objects(cells: NDArray[np.object_], moment: Moment) -> _Text:
    try:
        array = pa.array(cells, from_pandas=True)
    except (pa.ArrowException, UnicodeError, TypeError, ValueError, OverflowError):
        array = None  # cells of several types, or text without a UTF-8 form
    # Any other common type would be chosen by the column as a whole: 1 beside 2.5 becomes 1.0.
    if isinstance(array, pa.Array) and (pa.types.is_string(array.type) or pa.types.is_null(array.type)):
        return _Text(_sendable(array))
    texts: list[str | None] = []
    kinds = np.full(len(cells), None, dtype=object)
    for position, cell in enumerate(cells):
        text, kind = (None, None) if cell is None else _object(cell, moment)
        texts.append(text)
        kinds[position] = kind
    array = _sendable(pa.array(texts, pa.large_string()))
    return _Text(array, kinds if any(kind is not None for kind in kinds) else None)


def _object(cell: object, moment: Moment) -> tuple[str | None, str | None]:
    """Return the text of one object that is not missing, or None and its kind if it has no text."""
    kind = type(cell).__name__
    text: str | None = None
    if isinstance(cell, str):
        # A subclass may say something else in __str__ than the text it is.
        text, kind = (str.__str__(cell), "") if _is_utf8(cell) else (None, "lone surrogate")
    elif isinstance(cell, bool):
        text = "true" if cell else "false"
    elif isinstance(cell, int):
        text = str(int(cell)) if abs(cell) < 10**_MAX_DIGITS else None
    elif isinstance(cell, uuid.UUID):
        text = str(cell)
    elif isinstance(cell, Decimal):
        text = format(cell, "f") if cell.is_finite() and abs(cell.adjusted()) < _MAX_DIGITS else None
        kind = kind if cell.is_finite() else "infinity"
    elif isinstance(cell, dt.datetime):
        text = _datetime(cell, moment)
    elif isinstance(cell, dt.date):
        text = cell.isoformat()
    elif isinstance(cell, float | np.generic):
        return _scalar(cell, moment)
    return (text, None) if text is not None else (None, kind)


def _datetime(cell: dt.datetime, moment: Moment) -> str | None:
    try:
        return moment.cell(cell)
    except (ValueError, OverflowError):  # in UTC it lies before the year 1 or after 9999
        return None


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _scalar(cell: object, moment: Moment) -> tuple[str | None, str | None]:
    """Return the text of one value as a column of its type would have it."""
    try:
        column = np.array([cell]) if isinstance(cell, np.generic) else [cell]
        text = _typed(pa.array(column, from_pandas=True), moment)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return None, type(cell).__name__
    return text.array[0].as_py(), None if text.kinds is None else text.kinds[0]
