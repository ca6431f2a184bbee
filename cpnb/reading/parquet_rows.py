"""The rows of a Parquet file, in batches: the same as `read` would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
from numpy.typing import NDArray

from cpnb.frames import BatchTable
from cpnb.frames.arrow_tables import as_read, without_views
from cpnb.reading import parquet
from cpnb.reading.batch_rows import positioned, required_same, taken
from cpnb.reading.file_state import FileState

__all__ = ["ParquetRows"]

BATCH_BYTES = 8 * 2**20
"""How much of a table is read at a time, near enough."""
_MOST_ROWS = 65_536
# A column of a group of rows is read through a window of this size, and not whole.
_WINDOW_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class _Contents:
    """What a file says that it holds: types, columns without those of the index, rows in each group, and the index."""

    schema: pa.Schema
    columns: pd.Index[Any]
    group_rows: list[int]
    row_bytes: float
    index_columns: list[str]
    range_start: int = 0
    range_step: int = 1
    range_name: str | None = None

    @classmethod
    def of(cls, file: pyarrow.parquet.ParquetFile) -> _Contents:
        schema, metadata = file.schema_arrow, file.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        row_bytes = sum(group.total_byte_size for group in groups) / metadata.num_rows
        # What pandas wrote down of its index: the names of columns, or how the numbers go on.
        written = (schema.pandas_metadata or {}).get("index_columns", ())
        index_columns = [one for one in written if isinstance(one, str) and one in schema.names]
        ranges = [(one["start"], one["step"], one["name"]) for one in written if isinstance(one, dict)]
        group_rows = [group.num_rows for group in groups]
        columns = as_read(schema.empty_table()).columns
        return cls(schema, columns, group_rows, row_bytes, index_columns, *(ranges[0] if ranges else ()))


class ParquetRows(BatchTable):
    """The rows of a Parquet file. Memory: a few batches, and the dictionaries of its columns.

    Parameters
    ----------
    path : Path
        The file.
    state : FileState
        Of the file when it was looked at.
    batch_rows : int, optional
        How many rows are read at a time; by default about `BATCH_BYTES`.
    """

    def __init__(self, path: Path, state: FileState, *, batch_rows: int | None = None) -> None:
        self._path = path
        self._state = state
        self._asked_batch_rows = batch_rows

    @cached_property
    def _contents(self) -> _Contents:
        """What the file says that it holds; `ReadError` if it is damaged, or no table of rows with names."""
        required_same(self._path, self._state)
        try:
            with pyarrow.parquet.ParquetFile(self._path) as file:
                parquet.check_shape(self._path, file)
                return _Contents.of(file)
        except (pa.ArrowException, OSError) as error:
            kind = type(error).__name__
        raise parquet.damaged(self._path, kind)

    @property
    def columns(self) -> pd.Index[Any]:
        """The names of the columns."""
        return self._contents.columns

    def __len__(self) -> int:
        """Return the number of rows, as the file says."""
        return sum(self._contents.group_rows)

    def tables(self, columns: Sequence[str], start: int, stop: int) -> Iterator[pa.Table]:
        """Yield the rows from `start` up to `stop`, as `BatchTable` says."""
        for first_row, table in self._batches(list(columns), start, stop):
            skipped = max(0, start - first_row)
            yield table.slice(skipped, min(stop - first_row, table.num_rows) - skipped)

    def rows_at(self, positions: NDArray[np.int64], columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows at some positions, as `BatchTable` says; categories are those that occur around them."""
        contents = self._contents
        wanted = list(contents.columns) if columns is None else list(columns)
        read = [*wanted, *(name for name in contents.index_columns if name not in wanted)]
        index = pd.Index(contents.range_start + contents.range_step * positions, name=contents.range_name)
        if not read:
            return pd.DataFrame(index=index, columns=contents.columns[:0])
        table = contents.schema.empty_table().select(read)
        if len(positions):
            batches = self._batches(read, int(positions.min()), int(positions.max()) + 1)
            pieces = taken(positions, ((first, one.num_rows, one) for first, one in batches), lambda one: one)
            table = positioned(pieces, positions)
        frame = as_read(table)
        return frame if contents.index_columns else frame.set_axis(index, axis=0)

    def _batches(self, columns: list[str], start: int, stop: int) -> Iterator[tuple[int, pa.Table]]:
        """Yield batches of rows with the position of their first, up to `stop` and from one that holds `start`."""
        ends = np.cumsum([0, *self._contents.group_rows])
        usual = max(1, min(_MOST_ROWS, int(BATCH_BYTES / max(self._contents.row_bytes, 1))))
        first_group, last_group = np.searchsorted(ends, (start, stop - 1), side="right") - 1
        first_row = int(ends[first_group])
        required_same(self._path, self._state)
        try:
            with pyarrow.parquet.ParquetFile(self._path, buffer_size=_WINDOW_BYTES) as file:
                # One group after the other: what was read of all groups would be held up to the end of the last.
                for group in range(first_group, last_group + 1):
                    rows = self._asked_batch_rows or usual
                    for batch in file.iter_batches(rows, row_groups=[group], columns=columns):
                        required_same(self._path, self._state)
                        if first_row >= stop:
                            return
                        if first_row + batch.num_rows > start:
                            # A column may be named like the beginning of the path to another, which comes along then.
                            yield first_row, without_views(pa.Table.from_batches([batch]).select(columns))
                        first_row += batch.num_rows
            return
        except (pa.ArrowException, OSError) as error:
            kind = type(error).__name__
        required_same(self._path, self._state)
        raise parquet.damaged(self._path, kind)
