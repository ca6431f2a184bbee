"""Rows that share a key, across partitions: numbers travel, keys do not, and no row leaves its partition.

Each key becomes two numbers of 64 bits where it is, see `cpnb.key_numbers`. The numbers of all partitions are put
together by a few bits of the first, so that those of one key come together whichever partitions they are from, and only
rows whose number another row has are told to the driver.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from dask.delayed import Delayed

from cpnb.content.key_hash import rows_sharing
from cpnb.dask.following import followed
from cpnb.dask.partitions import task
from cpnb.examining import Teller
from cpnb.key_numbers import Integers, KeyGroups, KeyNumbers

BUCKET_ROWS = 8_000_000
"""Rows whose numbers are looked at together; 16 bytes each, and 5 more."""


@dataclass(frozen=True, slots=True)
class Bucketed:
    """Work: the rows of one partition that belong to a bucket, with their numbers."""

    bucket: int
    bucket_count: int

    def __call__(self, numbers: KeyNumbers) -> tuple[Integers, KeyNumbers]:
        """Return the rows and their numbers."""
        rows = numbers.rows_in(self.bucket, self.bucket_count)
        return rows, numbers.at(rows)


@dataclass(frozen=True, slots=True)
class Shared:
    """The rows of one bucket whose first number another row has.

    Attributes
    ----------
    positions : array of int
        Where they are in the whole.
    numbers : KeyNumbers
        Their numbers.
    row_count : int
        Rows of the bucket, those with a key of their own included.
    """

    positions: Integers = field(repr=False)
    numbers: KeyNumbers
    row_count: int


@dataclass(frozen=True, slots=True)
class Sharing:
    """Work: the rows of one bucket whose first number another row has."""

    starts: tuple[int, ...]

    def __call__(self, *bucketed: tuple[Integers, KeyNumbers]) -> Shared:
        """Return the rows."""
        rows = [rows + start for start, (rows, _) in zip(self.starts, bucketed, strict=True)]
        positions = np.concatenate([np.empty(0, dtype=np.int64), *rows])
        numbers = KeyNumbers.joined([numbers for _, numbers in bucketed])
        shared = rows_sharing(numbers.first)
        return Shared(positions[shared], numbers.at(shared), len(positions))


def groups_across(numbers: Sequence[Delayed], starts: Integers, teller: Teller) -> KeyGroups:
    """Return the rows that share a key.

    Parameters
    ----------
    numbers : sequence of Delayed
        `KeyNumbers` of each partition, where they are.
    starts : array of int
        Position of the first row of each partition, and at the end the number of all rows.
    teller : Teller
        Told of the rows of each bucket, in which those without a key are not.
    """
    bucket_count = max(1, math.ceil(int(starts[-1]) / BUCKET_ROWS))
    sharing = Sharing(tuple(int(start) for start in starts[:-1]))
    tasks = [
        task("keys", sharing, *(task("bucket", Bucketed(bucket, bucket_count), one) for one in numbers))
        for bucket in range(bucket_count)
    ]
    found: list[Shared] = followed(tasks, lambda _, one: one.row_count, teller)
    positions = np.concatenate([one.positions for one in found])
    return KeyGroups.among(positions, KeyNumbers.joined([one.numbers for one in found]))
