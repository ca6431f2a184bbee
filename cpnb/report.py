"""What was found in a table: counts, positions and shapes, never a value. Reports of slices add up."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb.content.rule import Mask, Problem, Severity
from cpnb.display import counted
from cpnb.errors import FrameError, InvalidDataError
from cpnb.finding import Finding
from cpnb.frames import Frame, Received, Table, received, rows_at
from cpnb.report_display import GOOD_TO_KNOW, TO_THE_ROWS, refusal_text, report_html, report_text
from cpnb.row_problems import Positions, count_by_row, joined, rows_with


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What was found in a table, or in some consecutive rows of it.

    Parameters
    ----------
    row_count : int
        Rows that were looked at.
    findings : tuple of Finding
        One for each problem of each column, errors first, in the order of the map.
    columns : tuple of str
        The columns that were looked at, so that those without findings can be named too; may be empty.
    """

    row_count: int
    findings: tuple[Finding, ...] = ()
    columns: tuple[str, ...] = ()

    @classmethod
    def total(cls, reports: Iterable[Report]) -> Report:
        """Return the reports of consecutive slices as one, in time proportional to what they hold."""
        row_count = 0
        groups: dict[tuple[str, Problem], list[Finding]] = {}
        columns: dict[str, None] = {}
        for report in reports:
            row_count += report.row_count
            columns.update(dict.fromkeys(report.columns))
            for finding in report.findings:
                groups.setdefault((finding.column, finding.problem), []).append(finding)
        findings = [Finding.total(group) for group in groups.values()]
        ordered = sorted(findings, key=lambda one: one.severity is Severity.WARNING)
        return cls(row_count, tuple(ordered), tuple(columns))

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
        return np.flatnonzero(self._rows_with(severity))

    def _rows_with(self, severity: Severity) -> Mask:
        return rows_with((one for one in self.findings if one.severity is severity), self.row_count)

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

    @overload
    def rows(self, data: Frame, severity: Severity | str = Severity.ERROR) -> pd.DataFrame: ...

    @overload
    def rows(self, data: Table, severity: Severity | str = Severity.ERROR) -> Any: ...

    def rows(self, data: Table, severity: Severity | str = Severity.ERROR) -> Any:
        """Return the analyst's own rows that have findings, with a column that says why.

        Parameters
        ----------
        data : DataFrame, Scan, or anything that speaks Arrow
            The table that was examined. What is not the same each time it is read, such as a DuckDB relation without
            an order, has to be kept as a table first.
        severity : Severity
            ``"error"`` for the rows that stop an upload, ``"warning"`` for those with warnings.

        Returns
        -------
        DataFrame, or the kind of table that was given
            A copy of the rows, index and all columns included; the last column, ``reason``, names
            columns and codes. This holds the data itself: mind where you show it. Of a scan it is a DataFrame.

        Raises
        ------
        FrameError
            If `data` has another number of rows than the table that was examined.
        """
        severity = Severity(severity)
        given = self._same_table(data)
        rows = self._rows_with(severity)
        words = ((f"{one.column}: {one.code}", one.positions) for one in self.findings if one.severity is severity)
        failing = rows_at(given.frame, np.flatnonzero(rows))
        reasons = _text(joined(words, rows), failing.index)
        return given.back(failing.assign(**{_free_name("reason", failing): reasons}))

    def by_row(self, data: Table, severity: Severity | str = Severity.ERROR) -> pd.DataFrame:
        """Return one row for each failing row of the table, with all its problems in words.

        Parameters
        ----------
        data : DataFrame, Scan, or anything that speaks Arrow
            The table that was examined; only its index is read.
        severity : Severity
            ``"error"`` for the rows that stop an upload, ``"warning"`` for those with warnings. All
            problems of such a row are told, whatever their severity.

        Returns
        -------
        DataFrame
            With the analyst's index, in the order of the table: ``row`` (physical number, from 0), how
            many ``errors`` and ``warnings`` it has, and in which ``columns``, with which ``codes``, and
            ``problems`` in words; each of these joined by ``"; "``. It holds no cell of the table, but
            an index can name people: mind where you show it. Rows with the same problems share their
            texts, so a million of them take about 50 bytes each.

        Raises
        ------
        FrameError
            If `data` has another number of rows than the table that was examined.
        """
        severity = Severity(severity)
        frame = self._same_table(data).frame
        rows = self._rows_with(severity)
        numbers = np.flatnonzero(rows)
        nothing = rows_at(frame, numbers, ())
        index = nothing.index
        contents = {
            "row": pd.Series(numbers, index=index),
            "errors": pd.Series(count_by_row(self.errors, rows), index=index),
            "warnings": pd.Series(count_by_row(self.warnings, rows), index=index),
            "columns": _text(joined(self._by(lambda one: one.column), rows), index),
            "codes": _text(joined(self._by(lambda one: one.code), rows), index),
            "problems": _text(joined(self._by(_in_words), rows), index),
        }
        return pd.DataFrame({_free_name(name, nothing): values for name, values in contents.items()}, index=index)

    def _by(self, name: Callable[[Finding], str]) -> Iterator[tuple[str, Positions]]:
        """Yield each name that findings of rows have, once, and the rows that they are in."""
        groups: dict[str, list[Finding]] = {}
        for one in self.findings:
            if one.count and name(one):
                groups.setdefault(name(one), []).append(one)
        for named, ones in groups.items():
            alone = len(ones) == 1
            yield named, ones[0].positions if alone else np.flatnonzero(rows_with(ones, self.row_count))

    @overload
    def good(self, data: Frame) -> pd.DataFrame: ...

    @overload
    def good(self, data: Table) -> Any: ...

    def good(self, data: Table) -> Any:
        """Return the analyst's own rows without an error, warnings or not, as the kind of table they are.

        Those of a scan are a DataFrame, all of which is in memory.

        Raises
        ------
        FrameError
            If `data` has another number of rows than the table that was examined.
        """
        given = self._same_table(data)
        good = np.ones(self.row_count, dtype=bool)
        good[self.positions()] = False
        return given.back(rows_at(given.frame, np.flatnonzero(good)))

    def _same_table(self, data: Table) -> Received:
        given = received(data)
        if len(given.frame) != self.row_count:
            raise FrameError(
                f"This table has {counted(len(given.frame), 'row')}, the one that was examined had {self.row_count:,}. "
                "Pass the same table, or validate this one."
            )
        return given

    def raise_if_failed(self) -> None:
        """Raise an InvalidDataError that carries this report if there is any error.

        Raises
        ------
        InvalidDataError
            With a message under 10 kB that names columns, counts and shapes, and no value.
        """
        if self.ok:
            return
        raise InvalidDataError(refusal_text(self.errors, self.findings, self.row_count), self)

    def __str__(self) -> str:
        text = report_text(self.findings, self.row_count)
        return f"{text}\n{GOOD_TO_KNOW}" if self._is_next_uploaded else text

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        html = report_html(self.findings, self.row_count, self.columns)
        if self._is_next_uploaded:
            return f"{html}<p>{GOOD_TO_KNOW}</p>"
        # A report that knows no columns is of a slice or a series, and rows of those have other numbers.
        return f"{html}<p>{TO_THE_ROWS}</p>" if self.columns and any(one.count for one in self.errors) else html

    @property
    def _is_next_uploaded(self) -> bool:
        # A table with errors has other worries, and a report that knows no columns is of a slice or a series.
        return self.ok and self.row_count > 0 and bool(self.columns)


def _in_words(one: Finding) -> str:
    place = f"{one.column}: " if one.column else ""
    return f"{place}{one.sentence}" + (" (warning)" if one.severity is Severity.WARNING else "")


def _text(texts: NDArray[np.object_], index: pd.Index[Any]) -> pd.Series[Any]:
    """Return texts as a column of Python objects: any other kind would hold a copy of the same text for each row."""
    return pd.Series(texts, index=index, dtype=object)


def _free_name(name: str, data: pd.DataFrame) -> str:
    """Return the name, or with the first number that makes it one that neither a column nor an index level has."""
    taken = {*data.columns, *data.index.names}
    names = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(2)))
    return next(free for free in names if free not in taken)
