"""The bytes behind a column of text: where a telling byte stands, thousands of cells at a time.

Damage is rare, and a regular expression over every cell would cost more than all other rules together. A
look at the bytes finds the few rows that deserve one.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

if TYPE_CHECKING:  # rule.py offers every rule the bytes of its column
    from cpnb.content.rule import Mask

Bytes: TypeAlias = NDArray[np.uint8]

Pairs: TypeAlias = NDArray[np.bool_]
"""For each first byte, a row, and each second byte, a column, whether two bytes are looked for: those that a
character begins with, or the first and the last one of a cell."""

ASCII_END = 0x80
_FIRST_OF_SEVERAL = 0xC2


def pairs_of(*beginnings: bytes) -> Pairs:
    """Return the pairs of bytes that characters begin with: two bytes each, or one that any may follow."""
    pairs = np.zeros((256, 256), dtype=bool)
    for beginning in beginnings:
        pairs[tuple(beginning)] = True
    return pairs


def ends_among(first: Iterable[int], last: Iterable[int]) -> Pairs:
    """Return the pairs of a first byte that is among some and a last byte that is among others."""
    pairs = np.zeros((256, 256), dtype=bool)
    pairs[np.ix_([*first], [*last])] = True
    return pairs


def ends_of(cells: Iterable[bytes]) -> Pairs:
    """Return the pairs of first and last byte that some cells have, none of which is empty."""
    pairs = np.zeros((256, 256), dtype=bool)
    for cell in cells:
        pairs[cell[0], cell[-1]] = True
    return pairs


class SpacePairs(NamedTuple):
    """Pairs of bytes that tell of spaces, of any script, at the ends of cells.

    Attributes
    ----------
    either, both : array of bool
        First and last byte of a cell that may have spaces at one end, or at both.
    first, last : array of bool
        The first two bytes of a cell that may begin with a space, and the last two of one that may end with it.
    """

    either: Pairs
    both: Pairs
    first: Pairs
    last: Pairs


@functools.cache
def space_pairs() -> SpacePairs:
    """Return what may be a space for Arrow; Unicode has none beyond the first plane."""
    characters = [chr(code) for code in range(2**16) if unicodedata.category(chr(code)) != "Cs"]  # which no text has
    left = pc.utf8_trim_whitespace(pa.array(characters)).to_pylist()
    spaces = [character.encode() for character, rest in zip(characters, left, strict=True) if not rest]
    anything = range(256)
    first, last = [space[0] for space in spaces], [space[-1] for space in spaces]
    return SpacePairs(
        ends_among(first, anything) | ends_among(anything, last),
        ends_among(first, last),
        pairs_of(*(space[:2] for space in spaces)),
        pairs_of(*(space[:-3:-1] for space in spaces)).T,
    )


@dataclass(frozen=True)
class TextBytes:
    """The UTF-8 of a column, all cells one after the other. What is found out about it is kept for the next who asks.

    Attributes
    ----------
    data : array of uint8
        Shares memory with the column.
    offsets : array of int
        Where each cell begins in `data`, and at last where the last one ends.
    """

    data: Bytes = field(repr=False)
    offsets: NDArray[np.int64] = field(repr=False)

    @classmethod
    def of(cls, text: pa.Array) -> TextBytes:
        """Return the bytes of a ``large_string`` column; a missing cell has none."""
        _, where, what = text.buffers()
        if not len(text) or where is None:
            return cls(np.empty(0, np.uint8), np.zeros(len(text) + 1, np.int64))
        offsets = np.frombuffer(where, np.int64)[text.offset : text.offset + len(text) + 1]
        data = np.empty(0, np.uint8) if what is None else np.frombuffer(what, np.uint8)[: offsets[-1]]
        return cls(data[offsets[0] :], offsets - offsets[0])

    @cached_property
    def highest(self) -> int:
        """The highest byte there is; 0 if there is none."""
        return int(self.data.max(initial=0))

    @cached_property
    def lowest(self) -> int:
        """The lowest byte there is; 255 if there is none."""
        return int(self.data.min(initial=255))

    @property
    def is_ascii(self) -> bool:
        """Whether there are no other characters than ASCII in any cell."""
        return self.highest < ASCII_END

    def rows(self, positions: NDArray[np.int64]) -> Mask:
        """Return the rows in whose cells the bytes at some positions of `data` are."""
        mask = np.zeros(len(self.offsets) - 1, dtype=bool)
        mask[np.searchsorted(self.offsets, positions, side="right") - 1] = True
        return mask

    @cached_property
    def foreign_begins(self) -> NDArray[np.int64]:
        """Where the characters begin that are not ASCII."""
        return np.empty(0, np.int64) if self.is_ascii else np.flatnonzero(self.data >= _FIRST_OF_SEVERAL)

    @cached_property
    def foreign_pairs(self) -> NDArray[np.uint16]:
        """The first two bytes of each character that is not ASCII, as one number."""
        return _as_numbers(self.data[self.foreign_begins], self.data[self.foreign_begins + 1])

    def foreign(self, pairs: Pairs) -> NDArray[np.int64]:
        """Return where characters begin that are not ASCII and whose first two bytes are some pair."""
        return self.foreign_begins[pairs.take(self.foreign_pairs)]

    def rows_with_any(self, table: NDArray[np.bool_]) -> Mask:
        """Return the rows that have one of some bytes; `table` says of each of the 256 whether it is one."""
        if not table[self.lowest : self.highest + 1].any():
            return np.zeros(len(self.offsets) - 1, dtype=bool)
        return self.rows(np.flatnonzero(table[self.data]))

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Bytes in each cell."""
        return np.diff(self.offsets)

    @cached_property
    def _has_text(self) -> Mask:
        """The rows whose cell has any bytes."""
        mask: Mask = self.lengths > 0
        return mask

    @cached_property
    def _ends(self) -> NDArray[np.uint16]:
        """First and last byte of each cell as one number; of an empty cell it says nothing."""
        if not len(self.data):
            return np.zeros(len(self.offsets) - 1, np.uint16)
        first = self.data.take(self.offsets[:-1], mode="clip")
        return _as_numbers(first, self.data.take(self.offsets[1:] - 1, mode="clip"))

    def with_ends(self, pairs: Pairs) -> Mask:
        """Return the rows whose cell begins and ends with some pair of bytes; an empty cell has none."""
        mask: Mask = pairs.take(self._ends)
        mask &= self._has_text
        return mask

    def first_and_middle(self, rows: NDArray[np.int64]) -> tuple[Bytes, Bytes]:
        """Return the first bytes of some cells, none of which is empty, and those in their middle."""
        begins, ends = self.offsets[rows], self.offsets[rows + 1]
        return self.data[begins], self.data[(begins + ends) // 2]

    def with_outer_spaces(self) -> Mask:
        """Return the rows whose cell may begin or end with a space of any script; few others are among them."""
        spaces = space_pairs()
        mask = self.with_ends(spaces.either)
        if not self.is_ascii:  # the last byte of a space is that of many letters, too
            begins, last = self.offsets[:-1][mask], self.offsets[1:][mask] - 1
            second = np.minimum(begins + 1, len(self.data) - 1)
            begins_so = spaces.first[self.data[begins], self.data[second]]
            mask[mask] = begins_so | spaces.last[self.data[np.maximum(last - 1, 0)], self.data[last]]
        return mask

    def starting_with(self, signs: bytes) -> Mask:
        """Return the rows whose cell begins with one of some bytes."""
        pairs = np.zeros((256, 256), dtype=bool)
        pairs[list(signs)] = True
        return self.with_ends(pairs)

    def ending_with(self, signs: bytes) -> Mask:
        """Return the rows whose cell ends with one of some bytes."""
        pairs = np.zeros((256, 256), dtype=bool)
        pairs[:, list(signs)] = True
        return self.with_ends(pairs)

    @property
    def ending_in_ascii(self) -> Mask:
        """The rows whose cell is empty or ends with an ASCII character."""
        return ~self.ending_with(bytes(range(ASCII_END, 256)))


def _as_numbers(first: Bytes, second: Bytes) -> NDArray[np.uint16]:
    numbers = first.astype(np.uint16)
    numbers <<= np.uint16(8)
    numbers |= second
    return numbers
