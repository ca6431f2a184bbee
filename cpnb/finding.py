"""One problem of one column: how often, where, and what it looks like; never a value."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpnb.content.rule import Mask, Problem, Provenance, Severity
from cpnb.content.shape import shape_counts, shape_of, shapes_of
from cpnb.display import counted

__all__ = ["POSITIONS_SHOWN", "SHAPES_KEPT", "Finding", "shape_counts", "shape_of", "shapes_of", "short_name"]

SHAPES_KEPT = 200
"""Distinct shapes that a finding remembers, the first to appear; the rest are counted together."""
POSITIONS_SHOWN = 5
_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One problem of one column, wherever it is.

    Attributes
    ----------
    column : str
        Name of the column; empty if the finding is about the table or the map as a whole.
    problem : Problem
        What is wrong: code, severity, provenance, sentence, hint.
    count : int
        Exact number of cells (or rows, for a key); 0 if the finding is about the map and not about cells.
    positions : array of unsigned int
        Physical row numbers of all of them, from 0, in ascending order.
    shapes : mapping of str to int
        What the cells look like and how many do; at most 200 shapes, the first to appear.
    other_shapes : int
        Cells with none of these shapes.
    """

    column: str
    problem: Problem
    count: int
    positions: NDArray[np.unsignedinteger[Any]] = field(repr=False)
    shapes: Mapping[str, int] = field(default_factory=dict)
    other_shapes: int = 0

    @property
    def code(self) -> str:
        """Stable name of the problem, such as ``email_invalid``."""
        return self.problem.code

    @property
    def severity(self) -> Severity:
        """Whether it stops an upload."""
        return self.problem.severity

    @property
    def sentence(self) -> str:
        """What is wrong."""
        return self.problem.sentence

    @property
    def hint(self) -> str:
        """What to do next."""
        return self.problem.hint

    @property
    def provenance(self) -> Provenance:
        """Where the rule is written."""
        return self.problem.provenance

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Finding):
            return NotImplemented
        same = (self.column, self.problem, self.count, self.shapes, self.other_shapes)
        others = (other.column, other.problem, other.count, other.shapes, other.other_shapes)
        return same == others and np.array_equal(self.positions, other.positions)

    __hash__ = None  # type: ignore[assignment]  # holds arrays and mappings

    @classmethod
    def of_mask(cls, column: str, problem: Problem, mask: Mask, start: int, shapes: Mapping[str, int]) -> Finding:
        """Return the finding for the rows of a slice in which `mask` is true; `start` is its first row."""
        positions = (np.flatnonzero(mask) + start).astype(np.uint64)
        compact: NDArray[np.unsignedinteger[Any]] = positions
        if start + len(mask) < 2**32:
            compact = positions.astype(np.uint32)
        kept = dict(itertools.islice(shapes.items(), SHAPES_KEPT))
        return cls(column, problem, len(compact), compact, kept, sum(shapes.values()) - sum(kept.values()))

    def shifted(self, row_count: int) -> Finding:
        """Return the finding for a table in which so many rows come before those that were looked at."""
        positions = self.positions.astype(np.uint64) + np.uint64(row_count)
        compact: NDArray[np.unsignedinteger[Any]] = positions
        if not len(positions) or int(positions[-1]) < 2**32:
            compact = positions.astype(np.uint32)
        return replace(self, positions=compact)

    @classmethod
    def about_map(cls, problem: Problem, column: str = "") -> Finding:
        """Return a finding about the field map or the table as a whole."""
        return cls(column, problem, 0, np.empty(0, dtype=np.uint32))

    @classmethod
    def total(cls, findings: Sequence[Finding]) -> Finding:
        """Return findings of one problem in one column, of consecutive slices, as one."""
        first = findings[0]
        if len(findings) == 1:
            return first
        kept: dict[str, int] = {}
        other = 0
        for finding in findings:
            other += finding.other_shapes
            for shape, count in finding.shapes.items():
                if shape in kept or len(kept) < SHAPES_KEPT:
                    kept[shape] = kept.get(shape, 0) + count
                else:
                    other += count
        positions = np.concatenate([finding.positions for finding in findings])
        return cls(first.column, first.problem, sum(one.count for one in findings), positions, kept, other)

    @property
    def example(self) -> str:
        """The most frequent shape, its count and how many others there are; empty if there is none.

        For instance ``'999-9999' x 12 and 4 other shapes``.
        """
        if not self.shapes:
            return ""
        shape, count = min(self.shapes.items(), key=lambda item: (-item[1], item[0]))
        most_frequent = f"{shape!r} x {count:,}"
        if self.other_shapes:  # at least one more than those that are remembered
            return f"{most_frequent} and at least {len(self.shapes):,} other shapes"
        others = len(self.shapes) - 1
        return f"{most_frequent} and {counted(others, 'other shape')}" if others else most_frequent

    @property
    def where(self) -> str:
        """The first positions, for reading: ``rows 3, 17, 88 and 4 more``."""
        if not self.count:
            return ""
        shown = ", ".join(str(position) for position in self.positions[:POSITIONS_SHOWN])
        more = self.count - POSITIONS_SHOWN
        return f"{'row' if self.count == 1 else 'rows'} {shown}" + (f" and {more:,} more" if more > 0 else "")

    def __str__(self) -> str:
        name = short_name(self.column)
        place = f"{name}: " if name else ""
        if not self.count:
            return f"{self.severity:<7}  {place}{self.sentence} [{self.code}]"
        example = f", such as {self.example}" if self.shapes else ""
        return (
            f"{self.severity:<7}  {place}{counted(self.count, 'cell')}: {self.sentence}{example} "
            f"({self.where}) [{self.code}]"
        )


def short_name(name: str) -> str:
    """Return the name of a column, cut if it is long."""
    return name if len(name) <= _NAME_CHARACTERS else name[: _NAME_CHARACTERS - 1] + "…"
