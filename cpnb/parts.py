"""Cutting a table into parts: contiguous rows, each part one file and one job of the service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cpnb.csvstream import Positions, header
from cpnb.fields import FieldMap
from cpnb.measuring import Measure, Meter, most_bytes, record_sizes


@dataclass(frozen=True, slots=True)
class Part:
    """Contiguous rows of the table that go up as one file.

    Attributes
    ----------
    number : int
        From 1.
    rows : range
        Physical positions, those that stay behind included.
    measure : Measure
        Records, bytes and digest of the file.
    """

    number: int
    rows: range
    measure: Measure


class PartCutter:
    """Cuts what is sent into parts within two limits, by the data and these limits alone.

    Parameters
    ----------
    fields : FieldMap
        Which columns, for the header of each file.
    part_rows : int
        Records in one file at most.
    part_bytes : int
        Every file stays under this size.
    constants : iterable of str
        Headers of the columns that every record carries besides.
    """

    def __init__(self, fields: FieldMap, part_rows: int, part_bytes: int, constants: Iterable[str] = ()) -> None:
        self._header = header(fields, constants)
        self._part_rows = part_rows
        self._part_bytes = part_bytes
        self._finished: list[Part] = []
        self._begin(0)

    def _begin(self, start: int) -> None:
        self._start = self._stop = start
        self._meter = Meter(self._header)

    def add(self, table: pa.Table, positions: Positions, stop: int) -> None:
        """Take in the records of the next slice.

        Parameters
        ----------
        table : pyarrow.Table
            The records as they will be sent.
        positions : array of int
            Physical position of each of them in the whole table.
        stop : int
            Position after the last row of the slice, which may have stayed behind.

        Raises
        ------
        ValueError
            If a single record is larger than a whole file may be.
        """
        while table.num_rows:
            piece = self._fitting(table)
            if piece.num_rows:
                self._meter.add(piece)
                table, positions = table.slice(piece.num_rows), positions[piece.num_rows :]
                self._stop = int(positions[0]) if len(positions) else stop
                if self._meter.row_count == self._part_rows:
                    self._close(self._stop)
            elif self._meter.row_count:
                self._close(int(positions[0]))
            else:
                raise ValueError(
                    f"One record takes {record_sizes(table.slice(0, 1))[0]:,} bytes, part_bytes allows "
                    f"{self._part_bytes:,} for a whole file. Give more, or leave out the long column."
                )

    def _fitting(self, table: pa.Table) -> pa.Table:
        """Return as many of the first records as the part can still take."""
        piece = table.slice(0, self._part_rows - self._meter.row_count)
        room_bytes = self._part_bytes - self._meter.size_bytes - 1  # a file stays under the limit
        if most_bytes(piece) <= room_bytes:
            return piece
        return piece.slice(0, int(np.searchsorted(np.cumsum(record_sizes(piece)), room_bytes, side="right")))

    def _close(self, stop: int) -> None:
        self._finished.append(Part(len(self._finished) + 1, range(self._start, stop), self._meter.measure()))
        self._begin(stop)

    def closed(self) -> tuple[Part, ...]:
        """Return the parts, the last one closed."""
        if self._meter.row_count:
            self._close(self._stop)
        return tuple(self._finished)
