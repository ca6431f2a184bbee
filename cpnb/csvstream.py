"""The CSV of one part: measured once, then read again and again, and never held whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import xxhash
from numpy.typing import NDArray

from cpnb import frames, rendering
from cpnb.errors import ChangedDataError
from cpnb.fields import FieldMap
from cpnb.frames import Slice
from cpnb.working_ahead import worked_ahead

SLICE_ROWS = 16_384
"""Rows that are rendered and encoded together: what Python does for each slice, one thread at a time, is rare then."""

ENCODING_THREADS = 2
"""Threads that render and encode; the one that sends them waits for the line most of the time."""

SLICES_AHEAD = 3
"""Slices rendered and encoded, or being so, that nobody has asked for yet."""

Positions = NDArray[np.int64]

NO_POSITIONS: Positions = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Edits:
    """What is done to a table on its way: rows left out, cells emptied, and texts that every record carries.

    Attributes
    ----------
    skipped : ndarray of int64
        Physical positions of the rows that stay behind, ascending.
    blanked : mapping of str to ndarray of int64
        By header in the file: positions of the cells that are sent empty, ascending.
    constants : mapping of str to str
        By header in the file: columns after those of the table, with the same text in every record.
    """

    skipped: Positions = field(default_factory=lambda: NO_POSITIONS)
    blanked: Mapping[str, Positions] = field(default_factory=lambda: MappingProxyType({}))
    constants: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def apply(self, table: pa.Table, start: int) -> pa.Table:
        """Return a rendered slice, whose first row is at `start`, as it will be sent."""
        for source, positions in self.blanked.items():
            mask = _mask_within(positions, start, table.num_rows)
            if mask.any():
                index = table.schema.get_field_index(source)
                column = pc.if_else(pa.array(mask), pa.scalar(None, table.column(index).type), table[source])
                table = table.set_column(index, source, column)
        left_out = _mask_within(self.skipped, start, table.num_rows)
        table = table.filter(pa.array(~left_out)) if left_out.any() else table
        for source, text in self.constants.items():
            table = table.append_column(source, pa.repeat(pa.scalar(text, pa.large_string()), table.num_rows))
        return table


def _mask_within(positions: Positions, start: int, row_count: int) -> NDArray[np.bool_]:
    first, last = np.searchsorted(positions, (start, start + row_count))
    mask = np.zeros(row_count, dtype=np.bool_)
    mask[positions[first:last] - start] = True
    return mask


@dataclass(frozen=True, slots=True)
class Measure:
    """How long a CSV is and what it says, without the CSV.

    Attributes
    ----------
    row_count : int
        Records, without the header.
    size_bytes : int
        Length, with the header.
    digest : str
        128-bit xxHash of the bytes, hexadecimal. It tells tables apart; it is no proof against forgery.
    """

    row_count: int
    size_bytes: int
    digest: str


class Meter:
    """Counts records and bytes as they pass, and digests them."""

    def __init__(self) -> None:
        self.row_count = 0
        self.size_bytes = 0
        self._hash = xxhash.xxh3_128()

    def add(self, block: pa.Buffer | bytes, row_count: int = 0) -> None:
        """Take note of the next bytes, which hold `row_count` records."""
        self.row_count += row_count
        self.size_bytes += len(block)
        self._hash.update(block)

    def measure(self) -> Measure:
        """Return what has passed so far."""
        return Measure(self.row_count, self.size_bytes, self._hash.hexdigest())


# Every text is quoted, so that no cell can be taken for a number, and empty text differs from a missing one.
# The header is written by hand: its names are slugs, which need no quotes and are safest without.
_WRITE_OPTIONS = pyarrow.csv.WriteOptions(include_header=False, batch_size=SLICE_ROWS)


def encode(table: pa.Table) -> pa.Buffer:
    """Return the records of a rendered slice as CSV: UTF-8, comma, RFC 4180 quoting, newline endings."""
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, sink, _WRITE_OPTIONS)
    return sink.getvalue()


def encoded(
    data: Any, fields: FieldMap, rows: range, edits: Edits, *, slice_rows: int = SLICE_ROWS
) -> Iterator[tuple[pa.Buffer, int]]:
    """Yield some rows of a table as they are sent, without header: bytes and how many records they hold, by slices.

    Of more than one slice, the next ones are made ready on threads meanwhile; they end with the iteration.
    """

    def ready(slice_: tuple[int, Slice]) -> tuple[pa.Buffer, int]:
        start, piece = slice_
        table = edits.apply(rendering.render(piece, fields).table, start)
        return encode(table), table.num_rows

    slices = frames.slices(data, fields.needed_columns, start=rows.start, stop=rows.stop, rows=slice_rows)
    threads = ENCODING_THREADS if len(rows) > slice_rows else 0
    for block, row_count in worked_ahead(ready, slices, threads=threads, most_ahead=SLICES_AHEAD):
        if row_count:
            yield block, row_count


def header(fields: FieldMap, constants: Iterable[str] = ()) -> bytes:
    """Return the header line of the file, in which the constant columns come last."""
    return (",".join((*fields.sources, *constants)) + "\n").encode("ascii")


class CsvStream:
    """The CSV of some rows of a table, as an iterable of bytes that knows its length.

    Every iteration starts anew and renders the table again, slice by slice, some of them ahead of what is asked for;
    memory holds a few slices.
    The last slice is held back until the count and the digest of what went before, and of itself,
    agree with the measure: a table that changed underneath is never sent to its end.

    Parameters
    ----------
    data : frame
        The table.
    fields : FieldMap
        Which columns, in which order, under which headers.
    rows : range
        Physical positions, step 1.
    edits : Edits
        Rows and cells that are left out.
    measure : Measure
        What an earlier reading of the same rows found.
    """

    def __init__(self, data: Any, fields: FieldMap, rows: range, edits: Edits, measure: Measure) -> None:
        self._data = data
        self._fields = fields
        self._rows = rows
        self._edits = edits
        self.measure = measure

    def __repr__(self) -> str:
        return f"CsvStream({self.measure.row_count:,} records, {self.measure.size_bytes:,} bytes)"

    def __len__(self) -> int:
        return self.measure.size_bytes

    def __iter__(self) -> Iterator[memoryview]:
        """Yield the bytes, about one slice at a time.

        Raises
        ------
        ChangedDataError
            If the table is not the one that was measured; the last bytes are then not given out.
        """
        meter = Meter()
        held: pa.Buffer | bytes = header(self._fields, self._edits.constants)
        meter.add(held)
        for block, row_count in encoded(self._data, self._fields, self._rows, self._edits):
            meter.add(block, row_count)
            if meter.size_bytes > self.measure.size_bytes:
                break
            yield memoryview(held)
            held = block
        if meter.measure() != self.measure:
            raise ChangedDataError(
                "The table changed after it was examined: its records or their text are not the same any more. Nothing "
                "of it was stored. Leave the table alone until the upload is through, and run the upload again."
            )
        yield memoryview(held)
