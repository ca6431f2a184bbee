"""How many different texts the columns of a distributed table hold, counted by numbers of 64 bits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from dask.delayed import Delayed

from cpnb.content.key_hash import NO_KEY, Numbers
from cpnb.dask.partitions import computed, task
from cpnb.key_numbers import KeyNumbers

BUCKET_NUMBERS = 8_000_000
"""Numbers that are put together by one worker; 8 bytes each, and as much again."""
_BUCKET_BITS = np.uint64(40)


def numbers_of(pieces: Iterable[pa.Array]) -> Numbers:
    """Return the different numbers of some texts, which may hold a text twice; missing and empty ones have none."""
    found = [np.empty(0, dtype=np.uint64), *(KeyNumbers.of(piece.unique()).first for piece in pieces)]
    numbers: Numbers = np.unique(np.concatenate(found))
    present: Numbers = numbers[numbers != NO_KEY]
    return present


@dataclass(frozen=True, slots=True)
class _Picked:
    """Work: the numbers of one column of a partition that belong to a bucket."""

    column: str
    bucket: int
    bucket_count: int

    def __call__(self, numbers: Mapping[str, Numbers]) -> Numbers:
        mine = numbers[self.column]
        picked: Numbers = mine[(mine >> _BUCKET_BITS) % np.uint64(self.bucket_count) == self.bucket]
        return picked


def _count(*numbers: Numbers) -> int:
    """Return how many different numbers there are; work."""
    return len(np.unique(np.concatenate(numbers)))


def distinct_counts(numbers: Sequence[Delayed], columns: Sequence[str], row_count: int) -> dict[str, int]:
    """Return how many different texts each column has.

    Parameters
    ----------
    numbers : sequence of Delayed
        By partition, where it is: by column, `numbers_of` its texts.
    columns : sequence of str
        The columns.
    row_count : int
        Rows of all partitions.
    """
    buckets = range(max(1, math.ceil(row_count / BUCKET_NUMBERS)))
    tasks = [
        task("count", _count, *(task("bucket", _Picked(column, bucket, len(buckets)), one) for one in numbers))
        for column in columns
        for bucket in buckets
    ]
    counts = computed(tasks)
    return {column: sum(counts[len(buckets) * place :][: len(buckets)]) for place, column in enumerate(columns)}
