"""Keys as numbers of 64 bits, so that a million of them are told apart in milliseconds."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.content.rule import mask_of
from cpnb.content.text_bytes import TextBytes

Numbers = NDArray[np.uint64]

NO_KEY = 0
"""The number of a key that is missing."""

_WORD_BYTES = 8
LONGEST_BYTES = 64
"""Of a longer key only so many bytes count, and its length."""
# Of "splitmix64", a published generator: they spread every bit of a number over all of them.
_SPREADING = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SEVERAL_BITS = 20
_BLOCK_ROWS = 2**18


def key_numbers(keys: pa.Array, *, seed: int = 0, longest_bytes: int = LONGEST_BYTES) -> Numbers:
    """Return a number for each key: equal for equal keys, and for others hardly ever.

    A missing or empty key is `NO_KEY`. Of a key of more than `longest_bytes` only so many and the
    length count.

    Parameters
    ----------
    keys : pyarrow.Array
        ``large_string``.
    seed : int, optional
        Another one gives other numbers, which two different keys that agree in one do not share.
    longest_bytes : int
        How much of each key is looked at.
    """
    found = TextBytes.of(keys)
    padded = np.zeros(len(found.data) + _WORD_BYTES, np.uint8)
    padded[: len(found.data)] = found.data
    words = np.ndarray(len(found.data) + 1, "<u8", padded, strides=(1,))  # one beginning at each byte
    begins, lengths = found.offsets[:-1], found.lengths
    numbers = lengths.astype(np.uint64) ^ np.uint64(seed)
    for first in range(0, min(int(lengths.max(initial=0)), longest_bytes), _WORD_BYTES):
        reaching = lengths > first
        everywhere = bool(reaching.all())
        rows = slice(None) if everywhere else np.flatnonzero(reaching)
        missing_bytes = np.clip(first + _WORD_BYTES - lengths[rows], 0, _WORD_BYTES - 1).astype(np.uint64)
        # The bytes of the next cell are shifted out.
        word = words[begins[rows] + first] << (missing_bytes * np.uint64(8))
        numbers[rows] = _spread(numbers[rows] ^ word)
    numbers[numbers == NO_KEY] = 1
    numbers[lengths == 0] = NO_KEY
    if keys.null_count:  # whatever stands behind a missing cell
        numbers[~mask_of(keys.is_valid())] = NO_KEY
    return numbers


def _spread(numbers: Numbers) -> Numbers:
    for factor in _SPREADING:
        numbers = (numbers ^ (numbers >> np.uint64(31))) * factor
    return numbers ^ (numbers >> np.uint64(31))


def rows_sharing(numbers: Numbers) -> NDArray[np.int64]:
    """Return the rows whose number another row has too, in ascending order; `NO_KEY` is shared with nobody.

    Memory: 5 bytes for each row, and what the rows take that share.
    """
    shared = _shared_halves(numbers)
    if not len(shared):
        return np.empty(0, dtype=np.int64)
    # A look at some bits of each half leaves few rows whose whole numbers are compared.
    some_bits = np.uint32(2**_SEVERAL_BITS - 1)
    occurring = np.zeros(2**_SEVERAL_BITS, dtype=bool)
    occurring[shared & some_bits] = True
    # In blocks, because NumPy makes an index of 8 bytes of each number that it looks up.
    blocks = ((start, numbers[start : start + _BLOCK_ROWS]) for start in range(0, len(numbers), _BLOCK_ROWS))
    rows = np.concatenate(
        [start + np.flatnonzero(occurring.take(block.astype(np.uint32) & some_bits)) for start, block in blocks]
    )
    rows = rows[numbers[rows] != NO_KEY]
    _, which, counts = np.unique(numbers[rows], return_inverse=True, return_counts=True)
    sharing: NDArray[np.int64] = rows[counts[which] > 1]
    return sharing


def _shared_halves(numbers: Numbers) -> NDArray[np.uint32]:
    """Return the lower halves that occur more than once, with repetitions."""
    # Half of each number is sorted in two thirds of the time, and tells nearly all of them apart.
    in_order = numbers.astype(np.uint32)
    in_order.sort()
    shared: NDArray[np.uint32] = in_order[1:][in_order[1:] == in_order[:-1]]
    return shared
