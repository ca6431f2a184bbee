"""Keys as two numbers of 64 bits each, by which rows that share one are found without any of their text.

Why two numbers are enough: they begin differently and are spread independently, so that two keys agree in both as often
as numbers of 128 bits that were drawn at random do. Among 10^9 keys that happens in one of 10^20 tables. A key of up to
eight bytes shares its number with no other key of its length at all; of one of more than 64 bytes, 128-bit xxHash is
taken. A collision could only be made on purpose, by somebody who can write the customers' keys, and would make a row
stay behind that is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from numpy.typing import NDArray

from cpnb.content import Mask
from cpnb.content.key_hash import LONGEST_BYTES, NO_KEY, Numbers, key_numbers

Integers = NDArray[np.int64]

_OTHER_SEED = 0x9E3779B97F4A7C15
_LOWER = 2**64 - 1
_BUCKET_BITS = np.uint64(40)


@dataclass(frozen=True, slots=True)
class KeyNumbers:
    """The keys of consecutive rows as numbers; both are `NO_KEY` where there is none.

    Attributes
    ----------
    first, second : array of uint64
        Equal for equal keys; both for others as good as never.
    """

    first: Numbers = field(repr=False)
    second: Numbers = field(repr=False)

    def __len__(self) -> int:
        return len(self.first)

    @classmethod
    def of(cls, keys: pa.Array) -> KeyNumbers:
        """Return the numbers of keys as the service compares them: ``large_string``, null where there is none."""
        first, second = key_numbers(keys), key_numbers(keys, seed=_OTHER_SEED)
        lengths = pc.fill_null(pc.binary_length(keys), 0).to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(lengths > LONGEST_BYTES).tolist():  # few keys are so long
            number = xxhash.xxh3_128_intdigest(keys[row].as_py().encode())
            first[row], second[row] = number >> 64 or 1, number & _LOWER or 1
        return cls(first, second)

    @classmethod
    def joined(cls, pieces: Sequence[KeyNumbers]) -> KeyNumbers:
        """Return the numbers of consecutive rows as one."""
        nothing = np.empty(0, dtype=np.uint64)
        return cls(
            np.concatenate([nothing, *(one.first for one in pieces)]),
            np.concatenate([nothing, *(one.second for one in pieces)]),
        )

    def at(self, rows: Integers) -> KeyNumbers:
        """Return those of some rows."""
        return KeyNumbers(self.first[rows], self.second[rows])

    def rows_in(self, bucket: int, bucket_count: int) -> Integers:
        """Return the rows with a key that belong to a bucket."""
        mask = self.first != NO_KEY
        if bucket_count > 1:
            mask &= (self.first >> _BUCKET_BITS) % np.uint64(bucket_count) == bucket
        return np.flatnonzero(mask)


@dataclass(frozen=True, slots=True)
class KeyGroups:
    """The rows whose key another row has.

    Attributes
    ----------
    positions : array of int
        Physical positions in the whole table, ascending.
    groups : array of int
        For each of them, which key it has: a number from 0, in the order of appearance.
    """

    positions: Integers = field(repr=False)
    groups: Integers = field(repr=False)

    @classmethod
    def among(cls, positions: Integers, numbers: KeyNumbers) -> KeyGroups:
        """Return the groups of some rows, in any order, that may share their keys."""
        order = np.argsort(positions)
        positions, numbers = positions[order], numbers.at(order)
        first_rows, which, counts = _alike(numbers.first)
        if not np.array_equal(numbers.second, numbers.second[first_rows[which]]):
            # Two keys share one number and not the other; rows are compared by both, which takes longer.
            first_rows, which, counts = _alike(np.rec.fromarrays([numbers.first, numbers.second]))
        appearance = first_rows[which]
        shared = counts[which] > 1
        _, groups = np.unique(appearance[shared], return_inverse=True)
        return cls(positions[shared], groups.astype(np.int64))

    def repeated(self) -> Integers:
        """Return the positions of the rows whose key an earlier row has."""
        return self.positions[_not_first(self.groups)]

    def left_behind(self, stays_anyway: Integers) -> Integers:
        """Return the rows that stay behind because an earlier one of the same key goes.

        Parameters
        ----------
        stays_anyway : array of int
            Positions of the rows that do not go for other reasons, ascending.
        """
        goes = ~np.isin(self.positions, stays_anyway)
        return self.positions[goes][_not_first(self.groups[goes])]


def _alike(numbers: NDArray[Any]) -> tuple[Integers, Integers, Integers]:
    """Return the first place of each number, which number each place has, and how many places each number has."""
    _, first_places, which, counts = np.unique(numbers, return_index=True, return_inverse=True, return_counts=True)
    return first_places, which, counts


def _not_first(groups: Integers) -> Mask:
    mask = np.ones(len(groups), dtype=bool)
    mask[np.unique(groups, return_index=True)[1]] = False
    return mask
