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
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb import decimals
from cpnb.fields import FieldMap
from cpnb.frames import Cells, Slice

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
        column = self.table.column(source)
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()  # which copies


@dataclass(frozen=True, slots=True)
class _Moment:
    """One way to write points in time, for a column that has their type and for a single object."""

    column: Callable[[pa.Array], pa.Array]
    cell: Callable[[dt.datetime], str]


@dataclass(frozen=True, slots=True)
class _Text:
    """One rendered column: its text, and the kind of each cell without text (None for the rest)."""

    array: pa.Array
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
    columns: list[pa.Array] = []
    unsupported: dict[str, NDArray[np.bool_]] = {}
    kinds: dict[str, Mapping[str, int]] = {}
    for one in fields:
        text = _text(rows.columns[one.column], _DAY if one.target == BIRTH_DATE else _INSTANT)
        columns.append(text.array)
        if text.kinds is not None:
            unsupported[one.source] = np.array([kind is not None for kind in text.kinds], dtype=bool)
            kinds[one.source] = dict(sorted(Counter(text.kinds[unsupported[one.source]]).items()))
    regions = {
        column: _text(rows.columns[column], _INSTANT).array
        for column in dict.fromkeys(one.region_column for one in fields if one.region_column)
    }
    return Rendered(pa.table(columns, names=list(fields.sources)), unsupported, kinds, regions)


def _text(cells: Cells, moment: _Moment) -> _Text:
    """Return the text of a column; `moment` writes its points in time."""
    text = _typed(cells, moment) if isinstance(cells, pa.Array) else _objects(cells, moment)
    array = text.array
    if _hides_text(array):
        array = array.take(pa.array(np.arange(len(array))))
    empty = pc.equal(array, "")
    if pc.any(empty).as_py():
        array = pc.if_else(empty, pa.scalar(None, pa.large_string()), array)
    return _Text(array, text.kinds)


def _hides_text(array: pa.Array) -> bool:
    """Tell whether there are bytes behind missing cells, which Arrow allows and those who look at bytes would read.

    pandas leaves them there when a list of cells is set to None.
    """
    if not array.null_count:
        return False
    offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
    return bool(offsets[-1] - offsets[0] != (pc.sum(pc.binary_length(array)).as_py() or 0))


def _typed(array: pa.Array, moment: _Moment) -> _Text:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if pa.types.is_floating(kind):
        return _floats(array)
    if pa.types.is_timestamp(kind):
        return _Text(moment.column(array))
    writer = next((write for is_kind, write in _WRITERS if is_kind(kind)), None)
    if writer is not None:
        return _Text(writer(array))
    # The parameters of a type, such as a list's, may hold names that somebody chose.
    return _without_text(array.is_valid().to_numpy(zero_copy_only=False), str(kind).partition("<")[0])


def _large(array: pa.Array) -> pa.Array:
    return array if pa.types.is_large_string(array.type) else array.cast(pa.large_string())


def _without_text(mask: NDArray[np.bool_], kind: str) -> _Text:
    return _Text(pa.nulls(len(mask), pa.large_string()), _kinds(mask, kind))


def _kinds(mask: NDArray[np.bool_], kind: str) -> NDArray[np.object_] | None:
    if not mask.any():
        return None
    kinds = np.full(len(mask), None, dtype=object)
    kinds[mask] = kind
    return kinds


def _floats(array: pa.Array) -> _Text:
    infinite = np.isinf(array.to_numpy(zero_copy_only=False).astype(np.float64))
    return _Text(decimals.of_floats(array), _kinds(infinite, "infinity"))


def _dates(array: pa.Array) -> pa.Array:
    numbers = array.cast(pa.date32(), safe=False).cast(pa.int32()).cast(pa.int64())
    # Most days of a column of birth dates are there several times.
    return decimals.each_written_once(numbers, lambda days: _as_text(days.cast(pa.int32()).cast(pa.date32())))


def _as_text(array: pa.Array) -> pa.Array:
    return _large(array.cast(pa.string()))


_WRITERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.Array]], ...] = (
    (pa.types.is_string, _large),
    (pa.types.is_large_string, _large),
    (pa.types.is_string_view, _large),
    (pa.types.is_null, _large),
    (pa.types.is_boolean, _as_text),
    (pa.types.is_integer, decimals.of_integers),
    (pa.types.is_decimal, decimals.of_decimals),
    (pa.types.is_date, _dates),
)


def _instants(array: pa.Array) -> pa.Array:
    """Return points in time as ISO 8601, those with a zone in UTC."""
    # Arrow counts zoned times from the epoch in UTC, so the plain count needs no zone database.
    in_utc = _in_seconds(array.cast(pa.int64()).cast(pa.timestamp(array.type.unit)))
    text = pc.replace_substring(_as_text(in_utc), " ", "T", max_replacements=1)
    if in_utc.type.unit != "s":
        text = pc.replace_substring_regex(text, r"\.0+$", "")
        text = pc.replace_substring_regex(text, r"(\.\d*[1-9])0+$", r"\1")
    if array.type.tz is None:
        return text
    return pc.binary_join_element_wise(text, pa.scalar("Z", text.type), pa.scalar("", text.type))


def _in_seconds(moments: pa.Array) -> pa.Array:
    """Return points in time in whole seconds, if they are: to take the zeros of fractions out takes longer."""
    try:
        return moments.cast(pa.timestamp("s"))
    except pa.ArrowInvalid:
        return moments


def _days(array: pa.Array) -> pa.Array:
    """Return the calendar dates of points in time, each in the zone it has."""
    if array.type.tz is None:
        return _dates(array)
    # Through Python, whose zone database is always there; Arrow's is the operating system's.
    in_seconds = array.cast(pa.timestamp("s", array.type.tz), safe=False)
    dates = [None if moment is None else _day(moment) for moment in in_seconds.to_pylist()]
    return pa.array(dates, pa.large_string())


def _instant(moment: dt.datetime) -> str:
    """Return one point in time as `_instants` writes it.

    Not through Arrow, which leaves time zones out of account where PYARROW_IGNORE_TIMEZONE is set,
    and pandera sets it.
    """
    has_zone = moment.utcoffset() is not None
    text = (moment.astimezone(dt.UTC) if has_zone else moment).replace(tzinfo=None).isoformat()
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}Z" if has_zone else text


def _day(moment: dt.datetime) -> str:
    return moment.date().isoformat()


_INSTANT = _Moment(_instants, _instant)
_DAY = _Moment(_days, _day)


def _objects(cells: NDArray[np.object_], moment: _Moment) -> _Text:
    try:
        array = pa.array(cells, from_pandas=True)
    except (pa.ArrowException, UnicodeError, TypeError, ValueError, OverflowError):
        array = None  # cells of several types, or text without a UTF-8 form
    # Any other common type would be chosen by the column as a whole: 1 beside 2.5 becomes 1.0.
    if isinstance(array, pa.Array) and (pa.types.is_string(array.type) or pa.types.is_null(array.type)):
        return _Text(_large(array))
    texts: list[str | None] = []
    kinds = np.full(len(cells), None, dtype=object)
    for position, cell in enumerate(cells):
        text, kind = (None, None) if cell is None else _object(cell, moment)
        texts.append(text)
        kinds[position] = kind
    array = pa.array(texts, pa.large_string())
    return _Text(array, kinds if any(kind is not None for kind in kinds) else None)


def _object(cell: object, moment: _Moment) -> tuple[str | None, str | None]:
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


def _datetime(cell: dt.datetime, moment: _Moment) -> str | None:
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


def _scalar(cell: object, moment: _Moment) -> tuple[str | None, str | None]:
    """Return the text of one value as a column of its type would have it."""
    try:
        column = np.array([cell]) if isinstance(cell, np.generic) else [cell]
        text = _typed(pa.array(column, from_pandas=True), moment)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return None, type(cell).__name__
    return text.array[0].as_py(), None if text.kinds is None else text.kinds[0]
