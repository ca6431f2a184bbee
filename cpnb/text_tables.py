"""Text of many cells at once, put together from pieces that were looked up in tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

Words = NDArray[np.uint32]
"""Pieces of text of up to four bytes of ASCII, those that are shorter with zeros behind."""

WORD_BYTES = 4

_EIGHT = 8
# Multiplied with eight bytes that are 0 or 1, the highest byte of the product is their sum.
_ONES, _HIGHEST = np.uint64(0x0101010101010101), np.uint64(56)

BLOCK_ROWS = 16_384
"""What is worked out between numbers and their text stays in the cache of a core for so many cells."""


def in_blocks(write: Callable[[pa.Array], pa.Array], array: pa.Array) -> pa.Array | pa.ChunkedArray:
    """Return what `write` makes of a column, which it is given by some thousands of cells; each time makes a chunk."""
    if len(array) <= BLOCK_ROWS:
        return write(array)
    return pa.chunked_array([write(array.slice(first, BLOCK_ROWS)) for first in range(0, len(array), BLOCK_ROWS)])


def missing_in(array: pa.Array) -> Mask | None:
    """Return which cells are null, or None if there are none."""
    return array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None


def filled(numbers: pa.Array) -> NDArray[np.signedinteger[Any]]:
    """Return whole numbers with 0 in the place of null."""
    array: NDArray[np.signedinteger[Any]] = (pc.fill_null(numbers, 0) if numbers.null_count else numbers).to_numpy()
    return array


def as_text(array: pa.Array) -> pa.Array:
    """Return what Arrow writes for each cell as ``large_string``."""
    return array.cast(pa.string()).cast(pa.large_string())


def offsets_of(text: pa.Array) -> NDArray[np.int64]:
    """Return where each cell of a ``large_string`` begins, and at last where the last one ends; a view."""
    return np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + len(text) + 1]


def words(texts: Sequence[str]) -> Words:
    """Return a table of pieces of text."""
    return np.array(texts, dtype=f"S{WORD_BYTES}").view(np.uint32)


def joined(pieces: Sequence[Words], missing: Mask | None = None) -> pa.Array:
    """Return cells of which each is a piece of every column, one behind the other, as ``large_string``.

    Parameters
    ----------
    pieces : sequence of array of uint32
        Columns of words, from left to right; at least one.
    missing : array of bool, optional
        Cells that are null; without it none is.
    """
    row_count = len(pieces[0])
    eights = -(-len(pieces) * WORD_BYTES // _EIGHT)
    matrix = np.empty((row_count, eights * _EIGHT // WORD_BYTES), dtype=np.uint32)
    for number, column in enumerate(pieces):
        matrix[:, number] = column
    matrix[:, len(pieces) :] = 0
    if missing is not None:
        matrix[missing] = 0
    everything = matrix.view(np.uint8).ravel()
    is_text = everything != 0
    counts = (is_text.view(np.uint64) * _ONES >> _HIGHEST).view(np.int64).reshape(row_count, eights)
    return _text(np.compress(is_text, everything), _ends(counts[:, 0] if eights == 1 else counts.sum(axis=1)), missing)


def of_equal_width(cells: NDArray[Any], missing: Mask | None = None) -> pa.Array:
    """Return ASCII text that takes the same number of bytes in each cell as ``large_string``.

    Parameters
    ----------
    cells : array
        Of a type of that many bytes.
    missing : array of bool, optional
        Cells that are null; without it none is.
    """
    width = cells.dtype.itemsize
    if missing is None:
        return _text(cells, np.arange(0, (len(cells) + 1) * width, width), None)
    return _text(cells[~missing], _ends(np.where(missing, 0, width)), missing)


def _ends(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each cell begins, and at last where the last one ends."""
    ends = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=ends[1:])
    return ends


def _text(data: NDArray[Any], offsets: NDArray[np.int64], missing: Mask | None) -> pa.Array:
    is_present = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data), is_present)
