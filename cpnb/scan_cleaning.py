"""A table in batches cleaned: read to be told of the whole, read to count what is done, and repaired when it is read.

Nothing of a cell is kept but what the repairs must know of a column, and shapes; of each row, 16 bytes of its key; of
rows that share one, 8 bytes for each cell.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb.changes import DUPLICATE, HEADER_ROW, TakenOut
from cpnb.cleaned_scan import CleanedScan
from cpnb.column_account import ColumnAccount
from cpnb.column_cleaning import UNSUPPORTED
from cpnb.content.key_hash import rows_sharing
from cpnb.duplicates import Duplicates, Keep, superfluous_rows
from cpnb.errors import FrameError
from cpnb.frames import BatchTable
from cpnb.key_comparison import NumberedKeys, compared_cells, duplicates_of
from cpnb.key_numbers import Integers, KeyGroups, KeyNumbers
from cpnb.repaired_batches import RepairedBatches
from cpnb.table_cleaning import Asked, TableCleaning, Told, mended_piece, told_together

_COMPARED_ROWS = 65_536


class ScanCleaning:
    """A table in batches on its way through a cleaning.

    Parameters
    ----------
    data : BatchTable
        The table.
    asked : Asked
        What is to be done.
    """

    def __init__(self, data: BatchTable, asked: Asked) -> None:
        self._data = data
        self._asked = asked
        self._row_count = len(data)

    def done(self, keep: Keep | None) -> CleanedScan:
        """Return the account, and the table that is repaired at each reading; see `cpnb.clean`."""
        told: Told = functools.reduce(told_together, self._tells(), {})
        keys = NumberedKeys(self._asked, self._row_count)
        headers: list[Integers] = [np.empty(0, dtype=np.int64)]
        accounts = self._accounts(told, keys, headers)
        columns = ColumnAccount.totals(accounts, self._asked, told, self._row_count)
        _require_texts(columns)
        duplicates, superfluous = None, np.empty(0, dtype=np.int64)
        if self._asked.fields.unique_key is not None:
            duplicates, completeness = self._compared(keys.numbers, told)
            if keep is not None:
                superfluous = superfluous_rows(duplicates.positions, duplicates.groups, completeness, keep)
        taken_out = TakenOut.of({HEADER_ROW: np.concatenate(headers), DUPLICATE: superfluous})
        changed = {one.name: one.becomes for one in columns if one.changed_count}
        frame = RepairedBatches(self._data, self._asked, told, changed, taken_out.positions)
        return CleanedScan(self._row_count, tuple(columns), taken_out, duplicates, frame)

    def _pieces(self) -> Iterator[pd.DataFrame]:
        """Yield the table piece by piece, one at least."""
        columns = self._asked.fields.needed_columns
        if self._row_count:
            yield from self._data.frames(columns)
        else:
            yield self._data.rows_at(np.empty(0, dtype=np.int64), columns)

    def _tells(self) -> Iterator[Told]:
        return (TableCleaning(piece, self._asked, self._row_count).tells() for piece in self._pieces())

    def _accounts(self, told: Told, keys: NumberedKeys, headers: list[Integers]) -> Iterator[list[ColumnAccount]]:
        """Yield what is done to each piece; its keys and the rows that repeat the header are put to the others."""
        start = 0
        for piece in self._pieces():
            mended = mended_piece(piece, self._asked, told, table_rows=self._row_count, keys=keys)
            headers.append(mended.header_positions + start)
            start += len(piece)
            yield [ColumnAccount.of(column, piece) for column in mended.columns]

    def _compared(self, numbers: KeyNumbers, told: Told) -> tuple[Duplicates, NDArray[np.int16]]:
        """Return the rows that share a key, and how complete each is; they are read once more."""
        sharing = rows_sharing(numbers.first)
        groups = KeyGroups.among(sharing, numbers.at(sharing))
        columns = self._asked.fields.needed_columns
        found = [
            compared_cells(self._data.rows_at(rows, columns), self._asked, told)
            for first in range(0, len(groups.positions), _COMPARED_ROWS)
            if len(rows := groups.positions[first : first + _COMPARED_ROWS])
        ]
        return duplicates_of(groups, found, self._asked.fields)


def _require_texts(columns: list[ColumnAccount]) -> None:
    """Check that every column that becomes text in its batches can.

    Raises
    ------
    FrameError
        If one has cells without a text, such as infinities.
    """
    for one in columns:
        if one.becomes is not None and one.column.left[UNSUPPORTED]:
            raise FrameError(
                f"Cells of the column {one.name!r} are repaired, so that it becomes text, and others of it have no "
                "text that could be sent, such as infinities. Batches cannot hold both: leave the column out of the "
                "map, or read the file whole with cpnb.read and clean that."
            )
