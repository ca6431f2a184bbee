"""What was found in a table: counts, positions and shapes, never a value. Reports of slices add up."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content.rule import Mask, Problem, Provenance, Severity
from cpnb.display import counted, html_table
from cpnb.errors import FrameError, InvalidDataError
from cpnb.frames import Frame, rows_at

__all__ = ["Finding", "Report", "Severity", "shape_of", "shapes_of"]

SHAPE_CHARACTERS = 40
"""A shape is cut here, so that a long text cannot fill a report."""
SHAPES_KEPT = 200
"""Distinct shapes that a finding remembers, the first to appear; the rest are counted together."""
POSITIONS_SHOWN = 5
FINDINGS_SHOWN = 20
_NAME_CHARACTERS = 60

# Every sign is replaced once: what one step leaves (A, a, 9, ·) is nothing that a later step changes.
_SHAPE_STEPS = (
    (r"[^\x20-\x7e\pL\pM\pN]", "·"),
    (r"[\p{Ll}\p{Lm}\p{Lo}\pM]", "a"),
    (r"[\p{Lu}\p{Lt}]", "A"),
    (r"\pN", "9"),
)


def shapes_of(text: pa.Array) -> pa.Array:
    """Return the shape of each text: capitals as ``A``, other letters as ``a``, digits as ``9``.

    Spaces and ASCII punctuation stay; every other sign, control characters included, becomes ``·``.
    Letters and digits are those of every script. Longer texts are cut to 40 characters and end in ``…``.
    """
    shape = pc.utf8_slice_codeunits(text, 0, SHAPE_CHARACTERS + 1)
    for pattern, letter in _SHAPE_STEPS:
        shape = pc.replace_substring_regex(shape, pattern, letter)
    cut = pc.replace_substring_regex(shape, rf"\A((?s:.){{{SHAPE_CHARACTERS}}})(?s:.)\z", r"\1…")
    return cut.cast(pa.large_string())


def shape_of(text: str) -> str:
    """Return the shape of one text; see `shapes_of`.

    Examples
    --------
    >>> shape_of("555-0100"), shape_of("Émile Zola"), shape_of("٣٤ ab")
    ('999-9999', 'Aaaaa Aaaa', '99 aa')
    """
    shape: str = shapes_of(pa.array([text], pa.large_string()))[0].as_py()
    return shape


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
        """The most frequent shape and its count, ``'999-9999' x 12``; empty if there is none."""
        if not self.shapes:
            return ""
        shape, count = min(self.shapes.items(), key=lambda item: (-item[1], item[0]))
        return f"{shape!r} x {count:,}"

    @property
    def where(self) -> str:
        """The first positions, for reading: ``rows 3, 17, 88 and 4 more``."""
        if not self.count:
            return ""
        shown = ", ".join(str(position) for position in self.positions[:POSITIONS_SHOWN])
        more = self.count - POSITIONS_SHOWN
        return f"{'row' if self.count == 1 else 'rows'} {shown}" + (f" and {more:,} more" if more > 0 else "")

    def __str__(self) -> str:
        name = _short(self.column)
        if not self.count:
            return f"{self.severity}  {self.code}  {name + ': ' if name else ''}{self.sentence}"
        example = f", e.g. {self.example}" if self.shapes else ""
        cells = counted(self.count, "cell")
        return f"{self.severity}  {self.code}  {name}: {cells} {self.sentence}{example} ({self.where})"


def _short(name: str) -> str:
    return name if len(name) <= _NAME_CHARACTERS else name[: _NAME_CHARACTERS - 1] + "…"


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What was found in a table, or in some consecutive rows of it.

    Parameters
    ----------
    row_count : int
        Rows that were looked at.
    findings : tuple of Finding
        One for each problem of each column, errors first, in the order of the map.
    """

    row_count: int
    findings: tuple[Finding, ...] = ()

    @classmethod
    def total(cls, reports: Iterable[Report]) -> Report:
        """Return the reports of consecutive slices as one, in time proportional to what they hold."""
        row_count = 0
        groups: dict[tuple[str, Problem], list[Finding]] = {}
        for report in reports:
            row_count += report.row_count
            for finding in report.findings:
                groups.setdefault((finding.column, finding.problem), []).append(finding)
        findings = [Finding.total(group) for group in groups.values()]
        return cls(row_count, tuple(sorted(findings, key=lambda one: one.severity is Severity.WARNING)))

    def __add__(self, other: Report) -> Report:
        if not isinstance(other, Report):
            return NotImplemented
        return Report.total([self, other])

    @property
    def ok(self) -> bool:
        """Whether the table can be uploaded: there is no error, whatever the warnings."""
        return not self.errors

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop an upload."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that do not."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)

    def positions(self, severity: Severity = Severity.ERROR) -> NDArray[np.int64]:
        """Return the physical numbers of the rows with findings of one severity, each once, ascending."""
        failing = np.zeros(self.row_count, dtype=bool)
        for finding in self.findings:
            if finding.severity is severity:
                failing[finding.positions] = True
        return np.flatnonzero(failing)

    def to_frame(self) -> pd.DataFrame:
        """Return the findings as a table, one row for each; holds no value of the data."""
        columns = ["column", "code", "severity", "count", "first_row", "shape", "sentence", "hint", "provenance"]
        rows = [
            (
                one.column,
                one.code,
                one.severity.value,
                one.count,
                int(one.positions[0]) if one.count else None,
                one.example,
                one.sentence,
                one.hint,
                one.provenance.value,
            )
            for one in self.findings
        ]
        return pd.DataFrame(rows, columns=columns).astype({"count": "int64", "first_row": "Int64"})

    def rows(self, data: Frame, severity: Severity | str = Severity.ERROR) -> Frame:
        """Return the analyst's own rows that have findings, with a column that says why.

        Parameters
        ----------
        data : DataFrame
            The table that was examined.
        severity : Severity
            ``"error"`` for the rows that stop an upload, ``"warning"`` for those with warnings.

        Returns
        -------
        DataFrame
            A copy of the rows, index and all columns included; the last column, ``reason``, names
            columns and codes. This holds the data itself: mind where you show it.

        Raises
        ------
        FrameError
            If `data` has another number of rows than the table that was examined.
        """
        severity = Severity(severity)
        self._require_same_rows(data)
        positions = self.positions(severity)
        place = np.full(self.row_count, -1, dtype=np.int64)
        place[positions] = np.arange(len(positions))
        reasons = [""] * len(positions)
        for finding in self.findings:
            if finding.severity is severity:
                reason = f"{finding.column}: {finding.code}"
                for row in place[finding.positions]:
                    reasons[row] = f"{reasons[row]}; {reason}" if reasons[row] else reason
        name = next(name for name in _reason_names() if name not in data.columns)
        return rows_at(data, positions).assign(**{name: reasons})

    def good(self, data: Frame) -> Frame:
        """Return the analyst's own rows without an error, warnings or not.

        Raises
        ------
        FrameError
            If `data` has another number of rows than the table that was examined.
        """
        self._require_same_rows(data)
        good = np.ones(self.row_count, dtype=bool)
        good[self.positions()] = False
        return rows_at(data, np.flatnonzero(good))

    def _require_same_rows(self, data: Frame) -> None:
        if len(data) != self.row_count:
            raise FrameError(
                f"This table has {counted(len(data), 'row')}, the one that was examined had {self.row_count:,}. "
                "Pass the same table, or validate this one."
            )

    def raise_if_failed(self) -> None:
        """Raise an InvalidDataError that carries this report if there is any error.

        Raises
        ------
        InvalidDataError
            With a message under 10 kB that names columns, counts and shapes, and no value.
        """
        if self.ok:
            return
        rest = len(self.errors) - FINDINGS_SHOWN
        lines = [f"  {one}\n    {one.hint}" for one in self.errors[:FINDINGS_SHOWN]]
        if rest > 0:
            lines.append(f"  and {counted(rest, 'more kind')} of error: see error.report")
        raise InvalidDataError(
            f"The table was refused, nothing was sent: {self._summary()}\n" + "\n".join(lines) + "\n"
            "Next: report.rows(frame) shows the rows, report.good(frame) keeps the others.",
            self,
        )

    def _summary(self) -> str:
        rows = counted(self.row_count, "row")
        if not self.findings:
            return f"{rows}, no findings."
        bad = len(self.positions())
        errors = counted(len(self.errors), "kind") + " of error"
        warnings = counted(len(self.warnings), "kind") + " of warning"
        return f"{rows}, {errors} in {counted(bad, 'row')}, {warnings}."

    def __str__(self) -> str:
        shown = self.findings[:FINDINGS_SHOWN]
        more = len(self.findings) - len(shown)
        verdict = "can be uploaded" if self.ok else "cannot be uploaded as it is"
        lines = [f"Report: {self._summary()} The table {verdict}.", *(f"  {finding}" for finding in shown)]
        return "\n".join([*lines, *([f"  and {counted(more, 'more finding')}: to_frame() lists all"] if more else [])])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        headers = ["column", "severity", "code", "cells", "what", "shapes", "rows", "next"]
        rows = (
            [
                _short(one.column),
                one.severity,
                one.code,
                f"{one.count:,}",
                one.sentence,
                one.example,
                one.where,
                one.hint,
            ]
            for one in self.findings
        )
        verdict = "Can be uploaded" if self.ok else "Cannot be uploaded as it is"
        return html_table(f"{verdict}: {self._summary()}", headers, rows)


def _reason_names() -> Iterator[str]:
    yield "reason"
    for number in itertools.count(2):
        yield f"reason_{number}"


def shape_counts(text: pa.Array) -> dict[str, int]:
    """Return how many texts have which shape, in the order in which the shapes appear; missing ones are left out."""
    counted_shapes = pc.value_counts(shapes_of(text.drop_null())).to_pylist()
    return {pair["values"]: pair["counts"] for pair in counted_shapes}
