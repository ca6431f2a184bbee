"""The file of a part, made from the partitions that hold its rows, wherever they are."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from dask.delayed import Delayed
from numpy.typing import NDArray

from cpnb import rendering
from cpnb.csvstream import CsvStream, Edits, Positions, measured
from cpnb.dask.following import followed
from cpnb.dask.partitions import Partitions, computed, task
from cpnb.errors import ChangedDataError
from cpnb.examining import Teller
from cpnb.fields import FieldMap
from cpnb.frames import rows_at, slices
from cpnb.measuring import Measure, record_sizes
from cpnb.parts import Part


@dataclass(frozen=True, slots=True)
class PartRows:
    """Contiguous rows of some partitions that follow each other; all positions count from the first of these.

    Attributes
    ----------
    fields : FieldMap
        What the columns are.
    rows : range
        Which rows.
    edits : Edits
        Which of them stay behind, and which cells go empty.
    row_counts : tuple of int
        Rows of each partition, as they were when the table was examined.
    """

    fields: FieldMap
    rows: range
    edits: Edits = field(repr=False)
    row_counts: tuple[int, ...]

    def frame(self, frames: tuple[pd.DataFrame, ...]) -> pd.DataFrame:
        """Return the partitions as one table.

        Raises
        ------
        ChangedDataError
            If they have other rows than when they were examined.
        """
        if tuple(map(len, frames)) != self.row_counts:
            raise ChangedDataError(
                "A partition has another number of rows than when it was examined: its steps do not give the same "
                "twice, or its files have changed. Nothing of it was stored. Make the rows stand still, "
                "ddf = ddf.persist() or written to Parquet, and run the upload again."
            )
        return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)

    def stream(self, measure: Measure, frames: tuple[pd.DataFrame, ...]) -> CsvStream:
        """Return the file."""
        return CsvStream(self.frame(frames), self.fields, self.rows, self.edits, measure)


@dataclass(frozen=True, slots=True)
class Measuring:
    """Work: count and digest the file of some rows."""

    part: PartRows

    def __call__(self, *frames: pd.DataFrame) -> Measure:
        """Return the measure."""
        return measured(self.part.frame(frames), self.part.fields, self.part.rows, self.part.edits)


@dataclass(frozen=True, slots=True)
class Sizing:
    """Work: the bytes of each record of a partition that goes, in order."""

    part: PartRows

    def __call__(self, frame: pd.DataFrame) -> NDArray[np.int64]:
        """Return the sizes."""
        fields = self.part.fields
        sizes = [np.empty(0, dtype=np.int64)]
        for start, piece in slices(self.part.frame((frame,)), fields.needed_columns):
            sizes.append(record_sizes(self.part.edits.apply(rendering.render(piece, fields).table, start)))
        return np.concatenate(sizes)


@dataclass(frozen=True, slots=True)
class Picking:
    """Work: some rows of a partition, by their positions in it, and some columns."""

    part: PartRows
    positions: Positions = field(repr=False)
    columns: tuple[str, ...]

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows."""
        return rows_at(self.part.frame((frame,)), self.positions, self.columns)


class PartFiles:
    """The rows of an upload: in which partitions they are, and what is done to them on their way.

    Parameters
    ----------
    fields : FieldMap
        What the columns are.
    partitions : Partitions
        The table, of the columns that are needed.
    starts : array of int
        Position of the first row of each partition, and at the end the number of all rows.
    edits : Edits
        Which rows stay behind, and which cells go empty.
    """

    def __init__(self, fields: FieldMap, partitions: Partitions, starts: Positions, edits: Edits) -> None:
        self.fields = fields
        self.partitions = partitions
        self.starts = starts
        self.edits = edits

    def numbers(self, rows: range) -> range:
        """Return the numbers of the partitions that hold some rows."""
        first = int(np.searchsorted(self.starts, rows.start, side="right")) - 1
        return range(first, int(np.searchsorted(self.starts, rows.stop, side="left")))

    def rows(self, rows: range) -> PartRows:
        """Return some rows as those of their partitions."""
        numbers = self.numbers(rows)
        start = int(self.starts[numbers.start])
        counts = np.diff(self.starts[numbers.start : numbers.stop + 1])
        return PartRows(
            self.fields,
            range(rows.start - start, rows.stop - start),
            _within(self.edits, start, int(self.starts[numbers.stop])),
            tuple(counts.tolist()),
        )

    def measures(self, runs: list[range], teller: Teller) -> list[Measure]:
        """Return how long the files of some runs of rows are, and what they say; read where the rows are."""
        tasks = [
            task("measure", Measuring(self.rows(run)), *(self.partitions.pieces[one] for one in self.numbers(run)))
            for run in runs
        ]
        return followed(tasks, lambda number, _: len(runs[number]), teller)

    def measuring(self, rows: range) -> Delayed:
        """Return the work of measuring the file of some rows."""
        return task("measure", Measuring(self.rows(rows)), *self.partitions.alone(self.numbers(rows)))

    def picking(self, positions: Positions, columns: Sequence[str]) -> list[Delayed]:
        """Return the work of picking some rows and columns, by partition; positions ascending."""
        bounds = np.searchsorted(positions, self.starts)
        return [
            task(
                "rows",
                Picking(self._partition(number), positions[first:last] - self.starts[number], tuple(columns)),
                *self.partitions.alone([number]),
            )
            for number, (first, last) in enumerate(itertools.pairwise(bounds))
            if last > first
        ]

    def record_sizes(self, number: int) -> NDArray[np.int64]:
        """Return the bytes of each record of a partition that goes, in order."""
        sizes: NDArray[np.int64]
        [sizes] = computed([task("sizes", Sizing(self._partition(number)), *self.partitions.alone([number]))])
        return sizes

    def _partition(self, number: int) -> PartRows:
        """Return all rows of a partition, which may be none."""
        start, stop = int(self.starts[number]), int(self.starts[number + 1])
        count = stop - start
        return PartRows(self.fields, range(count), _within(self.edits, start, stop), (count,))


def _within(edits: Edits, start: int, stop: int) -> Edits:
    """Return what concerns some consecutive rows, counted from the first of them."""

    def of(positions: Positions) -> Positions:
        first, last = np.searchsorted(positions, (start, stop))
        return positions[first:last] - start

    blanked = {source: of(positions) for source, positions in edits.blanked.items()}
    return Edits(
        of(edits.skipped), {source: cells for source, cells in blanked.items() if len(cells)}, dict(edits.constants)
    )


class _As:
    """Work: hand a partition on as it is."""

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame


class PartFile:
    """The file of one part; to read it here, its partitions are brought here."""

    def __init__(self, files: PartFiles, part: Part) -> None:
        self.files = files
        self.part = part

    def __len__(self) -> int:
        return self.part.measure.size_bytes

    def __iter__(self) -> Iterator[memoryview]:
        pieces = self.files.partitions.alone(self.files.numbers(self.part.rows))
        frames = computed([task("read", _As(), piece) for piece in pieces])
        yield from self.files.rows(self.part.rows).stream(self.part.measure, tuple(frames))
