"""The rows of a delimited text file, in batches: the same as `read` would give."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.errors import ChangedDataError
from cpnb.frames import BatchTable
from cpnb.reading.batch_rows import positioned, required_same, taken
from cpnb.reading.delimited import BLOCK_BYTES
from cpnb.reading.file_state import FileState
from cpnb.reading.layouts import Layout
from cpnb.reading.read_warning import note_on, tell_caller
from cpnb.reading.second_look import block_bytes_after_all, unreadable
from cpnb.reading.stretches import Stretch, TextIndex, indexed

__all__ = ["TextRows"]


class TextRows(BatchTable):
    """The rows of a text file.

    Before the first of them is given out the file is read through once, to count its rows, to find where they are,
    and what is wrong with it. Memory: a few blocks of it.

    Parameters
    ----------
    layout : Layout
        How the file is written.
    state : FileState
        Of the file when that was found out.
    block_bytes : int
        How much is read at a time.
    """

    def __init__(self, layout: Layout, state: FileState, *, block_bytes: int = BLOCK_BYTES) -> None:
        self._layout = layout
        self._state = state
        self._block_bytes = block_bytes
        self._header = layout.header()
        self._names = layout.names(self._header)
        self._index: TextIndex | None = None
        self._lock = threading.Lock()

    @property
    def columns(self) -> pd.Index[Any]:
        """The names of the columns."""
        return pd.DataFrame(columns=self._names).columns

    def __len__(self) -> int:
        """Return the number of rows, for which the file is read through once.

        Raises
        ------
        ReadError
            As `cpnb.read`, if anything is wrong with the file.
        ChangedDataError
            If it is another one by now.
        """
        return self._indexed().row_count

    def tables(self, columns: Sequence[str], start: int, stop: int) -> Iterator[pa.Table]:
        """Yield the rows from `start` up to `stop`, as `BatchTable` says."""
        for stretch in self._indexed().within(start, stop):
            skipped = max(0, start - stretch.first_row)
            wanted = min(stop - stretch.first_row, stretch.row_count) - skipped
            if wanted > 0:
                yield self._table(stretch, columns).slice(skipped, wanted)

    def rows_at(self, positions: NDArray[np.int64], columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows at some positions, as `BatchTable` says."""
        wanted = self._names if columns is None else list(columns)
        index = self._indexed()
        if not wanted:
            return pd.DataFrame(index=pd.Index(positions), columns=pd.Index([], dtype=self.columns.dtype))
        empty = pa.table({name: pa.array([], pa.large_string()) for name in wanted})
        stretches = ((one.first_row, one.row_count, one) for one in index.stretches)
        pieces = taken(positions, stretches, lambda stretch: self._table(stretch, wanted))
        frame: pd.DataFrame = positioned(pieces or [empty], positions).to_pandas()
        return frame.set_axis(pd.Index(positions), axis=0)

    def _table(self, stretch: Stretch, columns: Sequence[str]) -> pa.Table:
        """Return the rows of a stretch; a file that is another one by now never gives a row."""
        cells = [self._header[self._names.index(column)] for column in columns]
        required_same(self._layout.file.path, self._state)
        try:
            table = self._indexed().table(stretch, cells)
        except (pa.ArrowInvalid, UnicodeError):
            table = None  # the message may quote the record
        required_same(self._layout.file.path, self._state)
        if table is None or table.num_rows != stretch.row_count:
            raise ChangedDataError(f"{self._layout.file.path.name!r} does not hold what it held. Scan it again.")
        return table.rename_columns(list(columns))

    def _indexed(self) -> TextIndex:
        with self._lock:
            if self._index is not None:
                return self._index
            file = self._layout.file
            required_same(file.path, self._state)
            index = indexed(file, self._header, block_bytes=self._block_bytes)
            if index is None or not index.row_count:
                index = indexed(file, self._header, block_bytes=block_bytes_after_all(file, self._header))
            required_same(file.path, self._state)
            if index is None:
                raise unreadable(file.path)
            self._index = index
        if note := note_on(self._layout):
            tell_caller(note)
        return index
