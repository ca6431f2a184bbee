"""A table in batches that is repaired whenever it is read: the same repairs each time, and the same rows left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content import Mask
from cpnb.display import counted
from cpnb.frames import BatchTable
from cpnb.frames.arrow_tables import as_read
from cpnb.rendering import Rendered
from cpnb.rewriting import Becomes
from cpnb.table_cleaning import Asked, KeyTaker, TableCleaning, Told, mended_piece

Positions = NDArray[np.int64]


class _Texts:
    """Takes in rows after their repair, and keeps their text; `KeyTaker` is who is shown all of it."""

    def __init__(self) -> None:
        self._tables: list[pa.Table] = []

    def take(self, rendered: Rendered, without: Mask) -> None:  # noqa: ARG002 - as a KeyTaker is called
        """Take in the next rows."""
        self._tables.append(rendered.table)

    def of(self, source: str) -> pa.Array:
        """Return the text of one column."""
        return pa.chunked_array([table.column(source).combine_chunks() for table in self._tables]).combine_chunks()


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RepairedBatches(BatchTable):
    """A table in batches after its cleaning. Memory: that of the table it is made from, and a few batches.

    A column of numbers or dates into which text is written is text in every batch, its other cells the text that would
    be sent of them: Arrow has no column of both. Rows that are asked for by their positions have what `cpnb.clean`
    gives of the whole table, objects where there are both.

    Attributes
    ----------
    data : BatchTable
        The table as it came. If its file is changed, each reading raises a `ChangedDataError`.
    asked : Asked
        What is to be done.
    told : mapping
        What the whole told its repairs.
    changed : mapping of str to str or None
        The columns with repairs, and what they become if their type cannot hold text.
    left_out : array of int
        The rows of `data` that are not in this one, ascending.
    """

    data: BatchTable
    asked: Asked = field(repr=False)
    told: Told = field(repr=False)
    changed: Mapping[str, Becomes | None]
    left_out: Positions = field(repr=False)

    @property
    def columns(self) -> pd.Index[Any]:
        """The names of the columns."""
        return self.data.columns

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.data) - len(self.left_out)

    def tables(self, columns: Sequence[str], start: int, stop: int) -> Iterator[pa.Table]:
        """Yield the rows from `start` up to `stop`, as `BatchTable` says."""
        if start >= stop:
            return
        first, last = self.origins(np.array([start, stop - 1])).tolist()
        for table in self.data.tables(self._read(columns), first, last + 1):
            stays = np.ones(table.num_rows, dtype=bool)
            begin, end = np.searchsorted(self.left_out, (first, first + table.num_rows))
            stays[self.left_out[begin:end] - first] = False
            first += table.num_rows
            if stays.any():
                repaired = self._repaired(table.replace_schema_metadata(None), columns)
                yield repaired if stays.all() else repaired.filter(pa.array(stays))

    def rows_at(self, positions: Positions, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows at some positions, as `BatchTable` says, with the index that they had before."""
        wanted = list(self.columns) if columns is None else list(columns)
        rows = self.data.rows_at(self.origins(positions), self._read(wanted))
        if self.changed.keys() & set(wanted):
            rows, _ = mended_piece(rows, self.asked, self.told).mended(self.becomes)
        return rows[wanted]

    def mendings(self) -> Iterator[TableCleaning]:
        """Yield the table as it came batch by batch, repaired, the rows that are left out among them."""
        for piece in self.data.frames(self.asked.fields.needed_columns):
            yield self._mended(piece)

    def origins(self, positions: NDArray[np.integer[Any]]) -> Positions:
        """Return where some rows are in the table as it came."""
        places = np.asarray(positions, dtype=np.int64)
        stayed_before = self.left_out - np.arange(len(self.left_out))
        return places + np.searchsorted(stayed_before, places, side="right")

    @property
    def becomes(self) -> dict[str, Becomes]:
        """By column, if its own type cannot hold what is written into it: what it becomes."""
        return {name: kind for name, kind in self.changed.items() if kind is not None}

    def _mended(self, piece: pd.DataFrame, keys: KeyTaker | None = None) -> TableCleaning:
        return mended_piece(piece, self.asked, self.told, table_rows=len(self.data), keys=keys)

    def _read(self, columns: Sequence[str]) -> list[str]:
        """Return what has to be read for some columns."""
        beside = self.asked.fields.needed_columns if self.changed.keys() & set(columns) else ()
        return list(dict.fromkeys([*columns, *beside]))

    def _repaired(self, table: pa.Table, columns: Sequence[str]) -> pa.Table:
        """Return these columns of a batch, repaired."""
        if self.changed.keys() & set(columns):
            texts = _Texts()
            mended = self._mended(as_read(table.select(self.asked.fields.needed_columns)), texts)
            for column in mended.columns:
                name = column.field.column
                if name in self.changed:
                    text = texts.of(column.field.source)
                    place = table.column_names.index(name)
                    cells = table.column(place).combine_chunks()
                    changed = np.concatenate([np.empty(0, dtype=np.int64), *column.positions])
                    table = table.set_column(place, name, _with_text(cells, changed, text))
        return table.select(list(columns))

    def __repr__(self) -> str:
        return (
            f"A table of {counted(len(self), 'row')} and {counted(len(self.columns), 'column')}, "
            f"read in batches and repaired at each reading."
        )


def _with_text(cells: pa.Array, changed: Positions, text: pa.Array) -> pa.Array:
    """Return a column in which some cells are other texts; one that holds no text becomes `text` as a whole.

    Its type depends on that of `cells` alone, so that all batches have the same.
    """
    is_category = pa.types.is_dictionary(cells.type)
    kind = cells.type.value_type if is_category else cells.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return text
    plain = cells.dictionary_decode() if is_category else cells
    mask = np.zeros(len(cells), dtype=bool)
    mask[changed] = True
    written = pc.replace_with_mask(plain.cast(pa.large_string()), pa.array(mask), text.take(pa.array(changed)))
    written = written.cast(kind)
    return written.dictionary_encode() if is_category else written
