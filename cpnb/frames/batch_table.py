"""A table that is read in batches, again for each reading, and is never whole in memory."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cpnb.frames.arrow_tables import as_read

__all__ = ["BatchTable"]


class BatchTable(ABC):
    """A table that is read in batches: it says what its columns are, and gives out rows as often as it is asked.

    Whoever implements it may be read by several threads at once.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def columns(self) -> pd.Index[Any]:
        """The names of the columns, as those of a DataFrame."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows, which may have to be counted."""

    def __bool__(self) -> bool:
        """Return True: to ask whether there is a table is not to count its rows."""
        return True

    @abstractmethod
    def tables(self, columns: Sequence[str], start: int, stop: int) -> Iterator[pa.Table]:
        """Yield the rows from `start` up to `stop` in order, a few megabytes at a time, with these columns alone.

        Parameters
        ----------
        columns : sequence of str
            Names, at least one, each once.
        start, stop : int
            Physical positions within the table.
        """

    @abstractmethod
    def rows_at(self, positions: NDArray[np.int64], columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows at some positions, in that order, with the index that they would have in the whole table."""

    def frames(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Yield all rows in order, in batches, with these columns alone and an index that means nothing."""
        for table in self.tables(columns, 0, len(self)):
            yield as_read(table)

    @property
    def cp(self) -> Any:
        """What ``df.cp`` is to a DataFrame: `describe`, `validate`, `upload` and the others, said to the table."""
        # It is a face and stands far above, so it is named and not imported; whoever imports cpnb has it.
        return sys.modules["cpnb.accessor"].CustomerProfilesAccessor(self)
