"""A table slice by slice: a few thousand rows of some columns, typed Arrow arrays or arrays of Python objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.frames.arrow_tables import as_read, text_of_objects
from cpnb.frames.batch_table import BatchTable
from cpnb.frames.rows import Frame

__all__ = ["SLICE_BYTES", "SLICE_ROWS", "Cells", "Slice", "slices"]

Cells: TypeAlias = "pa.Array | NDArray[np.object_]"
"""One column of a slice: a typed Arrow array, or Python objects in which None is a missing value."""

SLICE_ROWS = 8192
"""Rows looked at together: large enough that work per slice vanishes, small enough to stay in the cache."""
SLICE_BYTES = 32_000_000
"""Text in a slice at most, so that few rows with long cells cost no more memory than many with short ones."""

# What is read ahead of a table in batches at most, but for the last batch.
_HELD_BYTES = 4 * SLICE_BYTES

_ASCII_END = 0x80
# The first two bits of a byte of UTF-8 that continues a character.
_LEADING_BITS, _CONTINUATION = 0xC0, 0x80


@dataclass(frozen=True, slots=True)
class Slice:
    """Consecutive rows of some columns.

    Attributes
    ----------
    row_count : int
        Number of rows.
    columns : mapping of str to Cells
        By column name. Cells show nothing in the repr: they are somebody's data.
    """

    row_count: int
    columns: Mapping[str, Cells] = field(repr=False)


def slices(
    data: Frame,
    columns: Sequence[str],
    *,
    start: int = 0,
    stop: int | None = None,
    rows: int = SLICE_ROWS,
    is_utf8: bool = False,
) -> Iterator[tuple[int, Slice]]:
    """Yield the rows from `start` up to `stop` as slices, each with the position of its first row.

    Parameters
    ----------
    data : DataFrame or BatchTable
        One that `checked_frame` accepts and that has the columns.
    columns : sequence of str
        Which columns to read.
    start, stop : int, optional
        Physical row positions, whatever the index says; by default all rows.
    rows : int
        Rows in a slice at most; fewer at the end, and where the text of so many is over `SLICE_BYTES`.
    is_utf8 : bool
        Whether text is taken for UTF-8 unseen, because an earlier reading has found what is none, and it is not used.

    Yields
    ------
    tuple of int and Slice
        Physical position of the first row, and the rows. Arrow columns may share memory with the
        table: read them before the next slice is asked for, and do not write.
    """
    end = len(data) if stop is None else min(stop, len(data))
    if isinstance(data, BatchTable):
        yield from _of_batches(data, list(dict.fromkeys(columns)), start, end, rows, is_utf8=is_utf8)
        return
    # Taken once, so that under copy-on-write a column replaced or written to meanwhile is not seen.
    series = {column: data[column] for column in dict.fromkeys(columns)}
    first, together = start, rows
    while first < end:
        piece, size_bytes = _bounded(series, first, min(first + together, end), is_utf8=is_utf8)
        yield first, piece
        first += piece.row_count
        together = _next_rows(piece, size_bytes, rows)


def _of_batches(
    data: BatchTable, columns: list[str], start: int, end: int, rows: int, *, is_utf8: bool
) -> Iterator[tuple[int, Slice]]:
    """Yield the rows in the slices that the same table in memory would be cut into."""
    batches = data.tables(columns, start, end) if start < end else iter(())
    held = next(batches, pa.table({}))
    series = _series(held)
    first, used, together = start, 0, rows  # rows that were given out in all, and of those that are held
    while first < end:
        wanted = min(together, end - first)
        pieces = [held.slice(used)]
        if pieces[0].num_rows < wanted and pieces[0].nbytes <= _HELD_BYTES:
            while sum(one.num_rows for one in pieces) < wanted and sum(one.nbytes for one in pieces) <= _HELD_BYTES:
                pieces.append(next(batches))
            held, used = pa.concat_tables(pieces), 0
            series = _series(held)
        while wanted > max(1, held.num_rows - used):  # so many are over SLICE_BYTES in any case
            wanted //= 2
        piece, size_bytes = _bounded(series, used, used + wanted, is_utf8=is_utf8)
        yield first, piece
        first += piece.row_count
        used += piece.row_count
        together = _next_rows(piece, size_bytes, rows)


def _series(table: pa.Table) -> dict[str, pd.Series[Any]]:
    frame = as_read(table.replace_schema_metadata(None))
    return {name: frame[name] for name in table.column_names}


def _bounded(series: Mapping[str, pd.Series[Any]], first: int, last: int, *, is_utf8: bool) -> tuple[Slice, int]:
    """Return rows up to `last`, or as many as are within `SLICE_BYTES`, one at least, and their bytes."""
    while True:
        piece = Slice(
            last - first, {name: _cells(whole.iloc[first:last], is_utf8=is_utf8) for name, whole in series.items()}
        )
        size_bytes = sum(map(_text_bytes, piece.columns.values()))
        if piece.row_count == 1 or size_bytes <= SLICE_BYTES:
            return piece, size_bytes
        last = first + piece.row_count // 2


def _next_rows(piece: Slice, size_bytes: int, most_rows: int) -> int:
    """Return how many rows to try after a slice: as many, or twice as many if these took little room."""
    return min(most_rows, piece.row_count * (2 if size_bytes <= SLICE_BYTES // 4 else 1))


def _text_bytes(cells: Cells) -> int:
    """Return how much text there is, near enough to bound memory by it."""
    if isinstance(cells, np.ndarray):
        return sum(len(cell) for cell in cells if isinstance(cell, str))
    if pa.types.is_dictionary(cells.type) and _is_text(cells.type.value_type):
        lengths = pc.binary_length(cells.dictionary.cast(pa.large_string()))
        return int(pc.sum(lengths.take(cells.indices)).as_py() or 0)
    if pa.types.is_string_view(cells.type):
        # A view is four numbers of 32 bits, of which the first is the length of its text.
        lengths = np.frombuffer(cells.buffers()[1], dtype=np.int32).reshape(-1, 4)[:, 0]
        return int(lengths[cells.offset : cells.offset + len(cells)].sum(dtype=np.int64))
    return int(cells.nbytes)


def _is_text(kind: pa.DataType) -> bool:
    return any(is_kind(kind) for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def _cells(series: pd.Series[Any], *, is_utf8: bool = False) -> Cells:
    if isinstance(series.dtype, pd.CategoricalDtype):
        return _decoded(series)
    if series.dtype != object:
        try:
            # Arrow's own questions to a Series take longer than to hand over what is in it.
            is_arrow = isinstance(series.dtype, pd.ArrowDtype | pd.StringDtype)
            array = _one_chunk(pa.array(series.array if is_arrow else series, from_pandas=True))
            return array if is_utf8 or _is_utf8(array) else _readable_text(array)
        except (pa.ArrowException, UnicodeError, TypeError, ValueError):
            pass  # Arrow has no such type, or the text has no UTF-8 form: look at the cells one by one
    elif (text := text_of_objects(series.to_numpy())) is not None:
        return text
    values = series.to_numpy(dtype=object, copy=True)
    # Asking a signalling NaN of the decimal module for anything raises, and pandas asks.
    values[[isinstance(value, Decimal) and value.is_snan() for value in values]] = None
    values[pd.isna(values)] = None
    return values


def _is_utf8(array: pa.Array) -> bool:
    """Tell whether text is what it says; files are not always looked at when they are read."""
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    if not _is_text(kind):
        return True
    blocks = (array.slice(first, SLICE_ROWS) for first in range(0, len(array), SLICE_ROWS))
    if all(_is_utf8_in_one_go(block) for block in blocks):
        return True
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _is_utf8_in_one_go(array: pa.Array) -> bool:
    """Tell whether the bytes of plain text are UTF-8 and no cell begins inside of a character.

    Much faster than to look at cell after cell. It is False for some sound text as well, such as one with garbage
    behind a missing cell.
    """
    widths = {pa.string(): np.int32, pa.large_string(): np.int64}
    if array.type not in widths or not len(array):
        return False
    _, where, what = array.buffers()
    offsets = np.frombuffer(where, widths[array.type])[array.offset : array.offset + len(array) + 1]
    if what is None or offsets[0] == offsets[-1]:
        return True
    data = np.frombuffer(what, np.uint8)[offsets[0] : offsets[-1]]
    if int(data.max()) < _ASCII_END:
        return True
    if (np.take(data, offsets[:-1] - offsets[0], mode="clip") & _LEADING_BITS == _CONTINUATION).any():
        return False
    whole = pa.LargeStringArray.from_buffers(1, pa.py_buffer(np.array([0, len(data)])), pa.py_buffer(data))
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _readable_text(array: pa.Array) -> NDArray[np.object_]:
    """Return text cell by cell, and what is none as the bytes that it is."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    cells = np.full(len(array), None, dtype=object)
    for position, cell in enumerate(array.cast(pa.large_string()).cast(pa.large_binary()).to_pylist()):
        try:
            cells[position] = None if cell is None else cell.decode()
        except UnicodeDecodeError:
            cells[position] = cell
    return cells


def _one_chunk(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    if not isinstance(array, pa.ChunkedArray):
        return array
    if array.num_chunks == 1:
        return array.chunk(0)
    if pa.types.is_string(array.type):
        array = array.cast(pa.large_string())  # 32-bit offsets might not reach over all chunks together
    return array.combine_chunks()


def _decoded(series: pd.Series[Any]) -> Cells:
    """Return the values behind a categorical; only the categories in use are looked at."""
    codes = series.cat.codes.to_numpy()
    used, inverse = np.unique(codes[codes >= 0], return_inverse=True)
    values = _cells(pd.Series(series.cat.categories.take(used)))
    if isinstance(values, np.ndarray):
        everything = np.full(len(codes), None, dtype=object)
        everything[codes >= 0] = values[inverse]
        return everything
    places = np.zeros(len(codes), dtype=np.int64)
    places[codes >= 0] = inverse
    indices = pa.array(places, mask=codes < 0)
    # Text stays with its categories: written out, few long ones could be more than memory holds.
    return pa.DictionaryArray.from_arrays(indices, values) if _is_text(values.type) else values.take(indices)
