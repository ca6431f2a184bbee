"""Cutting a distributed table into the parts that the same rows would make on one machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cpnb.csvstream import header
from cpnb.dask.part_files import PartFiles
from cpnb.examining import Step, Teller
from cpnb.parts import Part


def parts_of(
    files: PartFiles, most_bytes: Sequence[int], part_rows: int, part_bytes: int, teller: Teller
) -> tuple[Part, ...]:
    """Return the parts, measured where their rows are.

    They end where `cpnb.parts.PartCutter` ends them, which knows the rows and these limits and no partitions: the
    same table in other partitions makes the same parts, and a second run finds the jobs of the first.

    Parameters
    ----------
    files : PartFiles
        The rows.
    most_bytes : sequence of int
        By partition, what its records take at most.
    part_rows : int
        Records in one file at most.
    part_bytes : int
        Every file stays under this size.
    teller : Teller
        Told of each part that is measured.

    Raises
    ------
    ValueError
        If a single record is larger than a whole file may be.
    """
    teller.begin(Step.MEASURING)
    teller.look()  # to cut by bytes, partitions are read
    runs = list(_Cutter(files, most_bytes, part_rows, part_bytes).runs())
    measures = files.measures(runs, teller)
    return tuple(
        Part(number, run, measure) for number, (run, measure) in enumerate(zip(runs, measures, strict=True), 1)
    )


class _Cutter:
    """Goes over the records that are sent, by their numbers: those that stay behind have none."""

    def __init__(self, files: PartFiles, most_bytes: Sequence[int], part_rows: int, part_bytes: int) -> None:
        self._files = files
        self._most_bytes = np.concatenate([[0], np.cumsum(list(most_bytes), dtype=np.int64)])
        self._part_rows = part_rows
        self._part_bytes = part_bytes
        # A file stays under its limit.
        self._room_bytes = part_bytes - len(header(files.fields, files.edits.constants)) - 1
        skipped = files.edits.skipped
        self._row_count = int(files.starts[-1])
        # Record k is at position k plus the rows that stay behind before it.
        self._records_before_skipped = skipped - np.arange(len(skipped))
        self._first_records = files.starts - np.searchsorted(skipped, files.starts)
        self._ends: dict[int, np.ndarray[tuple[int], np.dtype[np.int64]]] = {}

    def runs(self) -> Iterator[range]:
        """Yield the rows of each part, those that stay behind included."""
        record, record_count, start = 0, int(self._first_records[-1]), 0
        while record < record_count:
            record = self._end(record, min(record + self._part_rows, record_count))
            stop = self._row_count if record == record_count else self._position(record)
            yield range(start, stop)
            start = stop

    def _position(self, record: int) -> int:
        return record + int(np.searchsorted(self._records_before_skipped, record, side="right"))

    def _end(self, first: int, last: int) -> int:
        """Return the record after the last that fits into the file that begins with `first`; not beyond `last`."""
        numbers = range(
            int(np.searchsorted(self._first_records, first, side="right")) - 1,
            int(np.searchsorted(self._first_records, last, side="left")),
        )
        if self._most_bytes[numbers.stop] - self._most_bytes[numbers.start] <= self._room_bytes:
            return last
        room_bytes, record = self._room_bytes, first
        for number in numbers:
            begins = int(self._first_records[number])
            ends = self._ends_in(number)
            until = min(last, begins + len(ends)) - begins
            before = int(ends[record - begins - 1]) if record > begins else 0
            fitting = int(np.searchsorted(ends[:until], room_bytes + before, side="right"))
            if fitting < until:
                if begins + fitting == first:
                    raise ValueError(
                        f"One record takes {int(ends[fitting]) - before:,} bytes, part_bytes allows "
                        f"{self._part_bytes:,} for a whole file. Give more, or leave out the long column."
                    )
                return begins + fitting
            room_bytes -= int(ends[until - 1]) - before if until else 0
            record = begins + until
        return last

    def _ends_in(self, number: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return for each record of a partition the bytes of all up to it; of one partition at a time."""
        if number not in self._ends:
            self._ends = {number: np.cumsum(self._files.record_sizes(number))}
        return self._ends[number]
