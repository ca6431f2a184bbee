"""What all files that are read in batches have in common: they are watched, and rows are taken out of batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.errors import ChangedDataError
from cpnb.reading.file_state import FileState

__all__ = ["positioned", "required_same", "taken"]

Batch = TypeVar("Batch")


def required_same(file: Path, state: FileState) -> None:
    """Check that a file is still the one that it was.

    Raises
    ------
    ChangedDataError
        If it is not.
    """
    if FileState.of(file) != state:
        raise ChangedDataError(
            f"{file.name!r} was changed, replaced or taken away after it was scanned, so that its rows are not the "
            "same any more. Scan it again when it is complete, and leave it alone until all is done."
        )


def taken(
    positions: NDArray[np.int64], batches: Iterable[tuple[int, int, Batch]], read: Callable[[Batch], pa.Table]
) -> list[pa.Table]:
    """Return the rows at some positions, in ascending order, reading only the batches that they are in.

    Parameters
    ----------
    positions : array of int
        In any order, perhaps several times the same.
    batches : iterable of (int, int, batch)
        In order: the first row, the number of rows, and what `read` reads.
    read : callable
        Returns all rows of a batch.
    """
    ascending = np.sort(positions)
    found = []
    for first_row, row_count, batch in batches:
        start, stop = np.searchsorted(ascending, (first_row, first_row + row_count))
        if start < stop:
            found.append(read(batch).take(pa.array(ascending[start:stop] - first_row)))
    return found


def positioned(pieces: list[pa.Table], positions: NDArray[np.int64]) -> pa.Table:
    """Return rows that are in ascending order of their positions in the order of the positions themselves."""
    table = pa.concat_tables(pieces)
    order = np.argsort(positions, kind="stable")
    if np.array_equal(order, np.arange(len(order))):
        return table
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return table.take(pa.array(places))
