"""How long the CSV of a table is and what it says, by arithmetic: nothing is encoded for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from numpy.typing import NDArray

from cpnb.text_tables import BLOCK_ROWS, missing_in, offsets_of

_QUOTE = ord('"')


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
        128 bits of xxHash of the header and the cells, hexadecimal. It tells tables apart, however they are cut into
        slices; it is no proof against forgery.
    """

    row_count: int
    size_bytes: int
    digest: str


class Meter:
    """Counts the records of a file and their bytes as they pass, and digests them.

    Parameters
    ----------
    header : bytes
        First line of the file.
    """

    def __init__(self, header: bytes) -> None:
        self.row_count = 0
        self.size_bytes = len(header)
        self._header = header
        self._digests: list[_ColumnDigest] = []

    def add(self, table: pa.Table, size_bytes: int | None = None) -> None:
        """Take note of the next records.

        Parameters
        ----------
        table : pyarrow.Table
            Rendered, as it will be sent.
        size_bytes : int, optional
            How many bytes they take, if they were encoded already.
        """
        if not table.num_rows:
            return
        self._digests = self._digests or [_ColumnDigest() for _ in table.columns]
        taken_bytes = table.num_rows * table.num_columns
        for digest, column in zip(self._digests, table.columns, strict=True):
            for texts in _texts(column):
                digest.add(texts)
                if size_bytes is None:
                    taken_bytes += texts.size_bytes()
        self.row_count += table.num_rows
        self.size_bytes += taken_bytes if size_bytes is None else size_bytes

    def measure(self) -> Measure:
        """Return what has passed so far."""
        whole = xxhash.xxh3_128(self._header)
        for digest in self._digests:
            digest.end(whole)
        return Measure(self.row_count, self.size_bytes, whole.hexdigest())


# Every text is quoted, and quotation marks in it are doubled; a missing cell takes nothing. Between cells stands a
# comma, and at the end a line feed. Source: RFC 4180, and `cpnb.csvstream.encode`.


@dataclass(frozen=True, slots=True)
class _Texts:
    """Cells of a column: how many are not missing, the length of each in bytes, -1 where it is, and all their bytes."""

    quoted_count: int
    lengths: NDArray[np.int64]
    data: NDArray[np.uint8]

    def size_bytes(self) -> int:
        """Return how many bytes they take as CSV, without what stands between cells."""
        return len(self.data) + 2 * self.quoted_count + int(np.count_nonzero(self.data == _QUOTE))


def _texts(column: pa.ChunkedArray) -> Iterator[_Texts]:
    """Yield the cells of a column of text, some thousands at a time."""
    for array in column.chunks:
        for first in range(0, len(array), BLOCK_ROWS):
            block = array.slice(first, BLOCK_ROWS)
            lengths = np.diff(offsets_of(block))
            missing = missing_in(block)
            if missing is not None:
                if (lengths.astype(np.bool_) & missing).any():  # Arrow leaves the bytes of cells that it empties
                    block = block.take(pa.array(np.arange(len(block))))
                    lengths = np.diff(offsets_of(block))
                lengths -= missing
            yield _Texts(len(block) - block.null_count, lengths, _data(block))


def _data(array: pa.Array) -> NDArray[np.uint8]:
    offsets = offsets_of(array)
    return np.frombuffer(array.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]


class _ColumnDigest:
    """Digests the cells of a column, wherever it is cut into slices."""

    def __init__(self) -> None:
        self._lengths = xxhash.xxh3_128()
        self._data = xxhash.xxh3_128()

    def add(self, texts: _Texts) -> None:
        """Take note of the next cells."""
        self._lengths.update(texts.lengths.data)
        self._data.update(texts.data.data)

    def end(self, whole: xxhash.xxh3_128) -> None:
        """Say what has passed."""
        whole.update(self._lengths.digest())
        whole.update(self._data.digest())


def record_sizes(table: pa.Table) -> NDArray[np.int64]:
    """Return how many bytes each record of a rendered table takes as CSV.

    Source: RFC 4180, and `cpnb.csvstream.encode`.
    """
    sizes = np.full(table.num_rows, table.num_columns, dtype=np.int64)
    for column in table.columns:
        text = column.combine_chunks()
        cells = pc.add(pc.add(pc.binary_length(text), pc.count_substring(text, '"')), 2)
        sizes += pc.fill_null(cells, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return sizes


def most_bytes(table: pa.Table) -> int:
    """Return how many bytes the records of a rendered table take as CSV at most, without a look at any cell.

    That would be if each of their bytes were a quotation mark.
    """
    cells = table.num_rows * table.num_columns
    texts: int = sum(int(pc.sum(pc.binary_length(column)).as_py() or 0) for column in table.columns)
    return 2 * texts + 3 * int(cells)
