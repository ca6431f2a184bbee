"""What was found in a table: counts, positions and shapes, never a value. Reports of slices add up."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb.content.rule import Problem, Severity
from cpnb.display import counted, html_table
from cpnb.errors import FrameError, InvalidDataError
from cpnb.finding import Finding, short_name
from cpnb.frames import Frame, rows_at

FINDINGS_SHOWN = 20


def _with_hint(finding: Finding) -> str:
    return f"  {finding}\n           {finding.hint}"


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
        lines = [_with_hint(one) for one in self.errors[:FINDINGS_SHOWN]]
        if rest > 0:
            lines.append(f"  and {counted(rest, 'more kind')} of error: see error.report")
        raise InvalidDataError(
            f"The table was refused, nothing was sent: {self._summary()}\n" + "\n".join(lines) + "\n"
            'Next: on_invalid="blank" sends bad cells empty, on_invalid="skip" leaves their rows behind; '
            "error.report.rows(frame) shows the rows.",
            self,
        )

    def _summary(self) -> str:
        rows = counted(self.row_count, "row")
        if not self.findings:
            return f"{rows}, no findings."
        bad = len(self.positions())
        errors = counted(len(self.errors), "kind") + " of error"
        warnings = counted(len(self.warnings), "kind") + " of warning"
        start = " (rows counted from 0)" if any(one.count for one in self.findings) else ""
        return f"{rows}, {errors} in {counted(bad, 'row')}, {warnings}{start}."

    def __str__(self) -> str:
        shown = self.findings[:FINDINGS_SHOWN]
        more = len(self.findings) - len(shown)
        verdict = "can be uploaded" if self.ok else "cannot be uploaded as it is"
        lines = [f"Report: {self._summary()} The table {verdict}.", *map(_with_hint, shown)]
        return "\n".join([*lines, *([f"  and {counted(more, 'more finding')}: to_frame() lists all"] if more else [])])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        headers = ["column", "severity", "code", "cells", "what", "shapes", "rows", "next"]
        rows = (
            [
                short_name(one.column),
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
