"""The CSV of one part: measured once, then read again and again, and never held whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from cpnb import frames, rendering
from cpnb.content.cells import emptied
from cpnb.errors import ChangedDataError
from cpnb.fields import FieldMap
from cpnb.measuring import Measure, Meter
from cpnb.working_ahead import worked_ahead

BLOCKS_AHEAD = 4
"""Blocks that are encoded before anybody has asked for them, at most."""

Positions = NDArray[np.int64]

NO_POSITIONS: Positions = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Together:
    """How many rows are worked on together, at most; what is sent does not depend on it.

    Attributes
    ----------
    slice_rows, slice_cells : int
        Rows that are rendered together, and their cells: what Python does for each slice is rare then.
    block_rows : int
        Records that are encoded together, and lie in memory as CSV.
    """

    slice_rows: int = 65_536
    slice_cells: int = 1_048_576
    block_rows: int = 8_192

    def rows_of_slice(self, fields: FieldMap) -> int:
        """Return how many rows of a table are rendered together."""
        return min(self.slice_rows, max(1, self.slice_cells // len(fields.needed_columns)))


TOGETHER = Together()


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
                table = table.set_column(table.schema.get_field_index(source), source, emptied(table[source], mask))
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


# Every text is quoted, so that no cell can be taken for a number, and empty text differs from a missing one.
# The header is written by hand: its names are slugs, which need no quotes and are safest without.
_WRITE_OPTIONS = pyarrow.csv.WriteOptions(include_header=False, batch_size=TOGETHER.block_rows)


def encode(table: pa.Table) -> pa.Buffer:
    """Return records of a rendered slice as CSV: UTF-8, comma, RFC 4180 quoting, newline endings."""
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, sink, _WRITE_OPTIONS)
    return sink.getvalue()


def measured(data: Any, fields: FieldMap, rows: range, edits: Edits, together: Together = TOGETHER) -> Measure:
    """Return how long the file of some rows of a table is and what it says, without encoding it.

    The rows were examined before, as those of a plan are. No thread works ahead: nobody waits here for anything but
    other steps of Python, and two threads take a third more of the cores for that and no less time.
    """
    meter = Meter(header(fields, edits.constants))
    for table in _rendered(data, fields, rows, edits, together):
        meter.add(table)
    return meter.measure()


def encoded(
    data: Any, fields: FieldMap, rows: range, edits: Edits, together: Together = TOGETHER
) -> Iterator[tuple[pa.Buffer, pa.Table]]:
    """Yield some rows of a table as they are sent, without header: bytes and the records that they are, by blocks.

    The rows were examined before. Of more than one slice, the next blocks are made ready on a thread meanwhile; it ends
    with the iteration.
    """
    tables = _rendered(data, fields, rows, edits, together)
    blocks = chain.from_iterable(_blocks(table, together.block_rows) for table in tables)
    # One slice is not worth a thread; with a second one, both would wait for each other at every step of Python.
    threads = int(len(rows) > together.rows_of_slice(fields))
    yield from worked_ahead(_with_its_bytes, blocks, threads=threads, most_ahead=BLOCKS_AHEAD)


def _rendered(data: Any, fields: FieldMap, rows: range, edits: Edits, together: Together) -> Iterator[pa.Table]:
    """Yield some rows of a table as they are sent, by slices, some of which may be empty."""
    columns, most = fields.needed_columns, together.rows_of_slice(fields)
    # The examination has found what is no text, and it stays behind or is sent empty.
    for start, piece in frames.slices(data, columns, start=rows.start, stop=rows.stop, rows=most, is_utf8=True):
        yield edits.apply(rendering.render(piece, fields).table, start)


def _blocks(table: pa.Table, rows: int) -> Iterator[pa.Table]:
    return (table.slice(start, rows) for start in range(0, table.num_rows, rows))


def _with_its_bytes(table: pa.Table) -> tuple[pa.Buffer, pa.Table]:
    return encode(table), table


def header(fields: FieldMap, constants: Iterable[str] = ()) -> bytes:
    """Return the header line of the file, in which the constant columns come last."""
    return (",".join((*fields.sources, *constants)) + "\n").encode("ascii")


class CsvStream:
    """The CSV of some rows of a table, as an iterable of bytes that knows its length.

    Every iteration starts anew and renders the table again, slice by slice, ahead of what is asked for; memory holds a
    slice and a few blocks of CSV. The last block is held back until the count and the digest of what went before, and
    of itself, agree with the measure: a table that changed underneath is never sent to its end.

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
        """Yield the bytes, a block at a time.

        Raises
        ------
        ChangedDataError
            If the table is not the one that was measured; the last bytes are then not given out.
        """
        held: pa.Buffer | bytes = header(self._fields, self._edits.constants)
        meter = Meter(held)
        for block, table in encoded(self._data, self._fields, self._rows, self._edits):
            meter.add(table, len(block))
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
