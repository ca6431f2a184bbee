"""What an upload would do, as a noun: which rows go where, what stays behind, and all of it in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd

from cpnb import catalog, selection, validation
from cpnb.csvstream import CsvStream, Edits, measured
from cpnb.display import Html, Tone, counted, html_badge, html_table, markup, percent
from cpnb.domain import Domain
from cpnb.errors import listed
from cpnb.fields import FieldMap
from cpnb.finding import Finding
from cpnb.marker import Marker
from cpnb.parts import Part
from cpnb.report import Report
from cpnb.report_display import WAYS_ON
from cpnb.selection import OnInvalid
from cpnb.upload_options import UploadOptions

FIELDS_SHOWN = 12
"""Pairs of column and field that a plan lists."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an upload would do, without doing it.

    Attributes
    ----------
    domain : Domain
        Where it would go.
    fields : FieldMap
        What goes where.
    report : Report
        What was found in the table.
    on_invalid : {"raise", "blank", "skip"}
        What is done about errors.
    parts : tuple of Part
        The files that would be sent; none if the table is refused.
    edits : Edits
        The rows that stay behind and the cells that are sent empty.
    skipped_why : mapping of str to int
        How many rows stay behind, by the code of the rule.
    unmapped : tuple of str
        Columns that never leave.
    data_expiry : int or None
        Days, or None for the service's default.
    marker : tuple of str and str, or None
        Name and value of the custom attribute that marks every row.
    options : UploadOptions
        The rare settings.
    validating_s, measuring_s : float or None
        Seconds that it took to check the rows, and to measure what goes.
    """

    domain: Domain
    fields: FieldMap
    report: Report
    on_invalid: OnInvalid
    parts: tuple[Part, ...] = ()
    edits: Edits = field(default_factory=Edits)
    skipped_why: Mapping[str, int] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    data_expiry: int | None = None
    marker: Marker | None = None
    options: UploadOptions = field(default_factory=UploadOptions, repr=False)
    validating_s: float | None = field(default=None, repr=False, compare=False)
    measuring_s: float | None = field(default=None, repr=False, compare=False)

    @property
    def row_count(self) -> int:
        """Records that would be sent."""
        return sum(part.measure.row_count for part in self.parts)

    @property
    def size_bytes(self) -> int:
        """Bytes that would be sent."""
        return sum(part.measure.size_bytes for part in self.parts)

    @property
    def expires_on(self) -> date:
        """The day (UTC) on which the service deletes a profile that is not updated again, if sent today."""
        return self._expires_on(datetime.now(UTC))

    def _expires_on(self, sent_at: datetime) -> date:
        return (sent_at.astimezone(UTC) + timedelta(days=self.data_expiry or catalog.DEFAULT_EXPIRY_DAYS)).date()

    @property
    def accepted(self) -> bool:
        """Whether there is something to send and nothing forbids it."""
        return bool(self.parts)

    @property
    def api_fields(self) -> dict[str, dict[str, str]]:
        """The ``Fields`` of the CreateUploadJob requests, the marker's included."""
        return self.fields.to_api() | (self.marker.to_api() if self.marker else {})

    @property
    def may_go(self) -> bool:
        """Whether the errors that were found, if any, are dealt with, so that parts may be cut."""
        return self.on_invalid != "raise" or self.report.ok

    def examined(self, report: Report, edits: Edits) -> Plan:
        """Return the plan with what was found in the table, and what follows from it for its rows."""
        counted_in = _with_marker_counted(report, self.fields, self.marker)
        planned = replace(self, report=counted_in, edits=edits)
        return planned if planned.may_go else replace(planned, edits=Edits(constants=edits.constants))

    def cut(self, parts: tuple[Part, ...]) -> Plan:
        """Return the plan with its parts, and why rows stay behind."""
        why = {str(reason): int(count) for reason, count in self.skipped["reason"].value_counts(sort=False).items()}
        return replace(self, parts=parts, skipped_why=why)

    def stream(self, data: Any, part: Part) -> CsvStream:
        """Return the file of one part of the table that was planned."""
        return CsvStream(data, self.fields, part.rows, self.edits, part.measure)

    def part(self, data: Any, rows: range, number: int) -> Part:
        """Return some contiguous rows of the table that was planned as a part of their own, read and measured."""
        return Part(number, rows, measured(data, self.fields, rows, self.edits))

    @property
    def skipped(self) -> pd.DataFrame:
        """The rows that stay behind: ``row``, the physical position, and ``reason``, the code of a rule."""
        return selection.skipped_rows(self.report, self.fields, self.edits, self.on_invalid)

    @property
    def blanked(self) -> pd.DataFrame:
        """The cells that are sent empty: ``row``, the physical position, ``column``, and ``reason``."""
        return selection.blanked_cells(self.report, self.fields, self.edits)

    def lines(self) -> list[tuple[str, str]]:
        """Return the plan as pairs of what and how much, in the order in which one asks."""
        return [
            ("Goes to", f"domain {self.domain.name} at {self.domain.place}"),
            *(self._going() if self.accepted else self._refusal()),
            ("Fields", self._mapped()),
            ("Unique key", f"{self.fields.key_field.column} -> {self.fields.key_field.name}"),
            ("Not mapped, never leave", listed(self.unmapped, shown=12) or "no column"),
            *([("Marker", self._marked())] if self.marker else []),
            ("Profiles expire", self._expire()),
            ("Good to know", " ".join(self.good_to_know())),
        ]

    def _mapped(self) -> str:
        """Return which column goes where, in short."""
        pairs = [f"{field.column} -> {field.name}" for field in self.fields]
        more = len(pairs) - FIELDS_SHOWN
        return ", ".join(pairs[:FIELDS_SHOWN]) + (f" and {more:,} more" if more > 0 else "")

    def _going(self) -> list[tuple[str, str]]:
        """Return what is sent of the table, and what is not."""
        rows, total = counted(self.row_count, "row"), self.report.row_count
        some = f"{rows} of {total:,}" if self.row_count < total else f"all {rows}" if total > 1 else rows
        return [
            ("Sends", f"{some}, {self.size_bytes:,} bytes, in {counted(len(self.parts), 'part')}"),
            ("Stay behind", self._skipped_rows()),
            ("Sent empty", self._sent_empty()),
        ]

    def _refusal(self) -> list[tuple[str, str]]:
        """Return why nothing is sent, and what can be done about it."""
        errors, rows = self.report.errors, counted(self.report.row_count, "row")
        if not self.report.row_count:
            return [("Sends", "nothing: the table has no rows")]
        if self.on_invalid != "raise":
            return [("Sends", f"nothing: of {rows}, none can go"), ("Stay behind", self._skipped_rows())]
        bad = f"{len(self.report.positions()):,} of {rows}"
        return [
            ("Sends", f"nothing: refused, for {counted(len(errors), 'kind')} of error in {bad}"),
            ("What to do", f"{WAYS_ON}; plan.report says which they are"),
        ]

    def why_nothing(self) -> str:
        """Return why nothing can be sent although errors are dealt with, and what to do."""
        if not self.report.row_count:
            return "Nothing can be sent: the table has no rows. Check the filter or the file that it came from."
        way = ' With on_invalid="blank" only what is wrong with its key keeps a row behind.'
        return (
            f"Nothing can be sent: of {counted(self.report.row_count, 'row')}, none can go ({self._skipped_why()}). "
            f"Correct them first; error.report says what is wrong, error.report.rows(frame) shows the rows."
            f"{way if self.on_invalid == 'skip' else ''}"
        )

    def good_to_know(self) -> list[str]:
        """Return what the service does without a word about it, a sentence each.

        Source: administrator guide, 'object-type-mapping-troubleshooting' (empty cells) and 'profile-matching'
        (edited values, and the field that an e-mail address or a phone number also fills).
        """
        also = [one.column for one in self.report.findings if one.code == "fills_primary"]
        filled = f"It also fills the primary e-mail address or phone number from {listed(also)}." if also else ""
        silent = (
            "An empty cell does not clear what is stored.",
            "What an agent, or UpdateProfile, has edited is not overwritten, although the record counts as updated.",
            filled,
        )
        return [sentence for sentence in silent if sentence]

    def sentence(self, sent_at: datetime | None = None) -> str:
        """Return where it goes, what is left out and when it expires, in a few sentences.

        Parameters
        ----------
        sent_at : datetime, optional
            When the first of it was sent, if that is not today.
        """
        behind, total = len(self.edits.skipped), counted(self.report.row_count, "row")
        rows = f"{behind:,} of {total} ({self._skipped_why()})" if behind else "no row"
        return (
            f"Goes to domain {self.domain.name} at {self.domain.place}. Stay behind: {rows}. "
            f"Sent empty: {self._sent_empty()}. Profiles expire on {self._expire(sent_at)}."
        )

    def _marked(self) -> str:
        if self.marker is None:
            return ""
        return (
            f"Attributes.{self.marker.name} = {self.marker.value!r} in every row, for a segment of this upload; a "
            "later upload with the same attribute overwrites it"
        )

    def _skipped_rows(self) -> str:
        count = len(self.edits.skipped)
        return f"{counted(count, 'row')} ({self._skipped_why()})" if count else "no row"

    def _skipped_why(self) -> str:
        if len(self.skipped_why) == 1:
            return next(iter(self.skipped_why))
        return ", ".join(f"{code} {count:,}" for code, count in self.skipped_why.items())

    def _sent_empty(self) -> str:
        blanked = ((field.column, self.edits.blanked.get(field.source, ())) for field in self.fields)
        total = self.report.row_count
        return ", ".join(_emptied(column, len(cells), total) for column, cells in blanked if len(cells)) or "no cell"

    def losses(self) -> list[str]:
        """Return what deserves a second look after the upload has begun, too, a sentence each."""
        return [sentence for what, sentence in self.warnings().items() if what == "Sent empty"]

    def warnings(self) -> dict[str, str]:
        """Return what deserves a second look, a sentence each, by the line of the plan that it is about."""
        found = {}
        total = self.report.row_count
        lost = [one.column for one in self.fields if 2 * len(self.edits.blanked.get(one.source, ())) > total]
        if lost:
            found["Sent empty"] = f"Over half of {listed(lost)} is sent empty; plan.blanked says which cells and why."
        if self.data_expiry is None:
            found["Profiles expire"] = (
                f"Nobody said when the profiles expire, so they are deleted {catalog.DEFAULT_EXPIRY_DAYS} days after "
                "their last update."
            )
        elif self.data_expiry > catalog.ADVISED_MAX_EXPIRY_DAYS:
            found["Profiles expire"] = (
                f"{self.data_expiry:,} days is more than the {catalog.ADVISED_MAX_EXPIRY_DAYS} that the service's "
                "guide allows an import."
            )
        return found

    def _expire(self, sent_at: datetime | None = None) -> str:
        why = "as asked"
        if self.data_expiry is None:
            why = "the service's default; data_expiry=... says another"
        elif self.data_expiry > catalog.ADVISED_MAX_EXPIRY_DAYS:
            why = f"the service's guide allows an import {catalog.ADVISED_MAX_EXPIRY_DAYS}, it may refuse this"
        days = self.data_expiry or catalog.DEFAULT_EXPIRY_DAYS
        expires_on = self._expires_on(sent_at or datetime.now(UTC))
        return f"{expires_on:%Y-%m-%d}, {counted(days, 'day')} after their last update ({why})"

    def __str__(self) -> str:
        width = max(len(what) for what, _ in self.lines())
        lines = [f"{what:<{width}}  {text}" for what, text in self.lines()]
        return "\n".join([*lines, *(f"Warning: {sentence}" for sentence in self.warnings().values())])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        warned = self.warnings()
        rows = [(what, _marked_cell(text, warned.get(what, ""))) for what, text in self.lines()]
        return html_table("Upload plan", ("about", "what would happen"), rows)


def _emptied(column: str, count: int, total: int) -> str:
    """Return how many cells of a column are sent empty, and of how many if that is over half of them."""
    return f"{column} {count:,} of {total:,} ({percent(count, total)})" if 2 * count > total else f"{column} {count:,}"


def _marked_cell(text: str, warning: str) -> Html:
    """Return a cell with a warning under its text, if there is one."""
    return (
        Html(f"{markup(text)}<br>{html_badge(Tone.WARNING, 'warning')} {markup(warning)}") if warning else markup(text)
    )


def _with_marker_counted(report: Report, fields: FieldMap, marker: Marker | None) -> Report:
    """Return the report with a finding if it is the marker that makes the fields too many."""
    if marker is None or len(fields) != catalog.MAX_MAPPED_FIELDS:
        return report
    finding = Finding.about_map(validation.TOO_MANY_FIELDS)
    return Report(report.row_count, (*report.findings, finding), report.columns)
