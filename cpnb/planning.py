"""The dry run: examine a table, cut it into parts, measure each, and say what would be sent."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cpnb import catalog, frames, validation
from cpnb.csvstream import NO_POSITIONS, CsvStream, Edits, Positions
from cpnb.display import counted, html_table
from cpnb.domain import Domain
from cpnb.errors import FieldsError, listed
from cpnb.fields import FieldMap
from cpnb.parts import Part, PartCutter
from cpnb.report import Report

OnInvalid = Literal["raise", "blank", "skip"]
LONGEST_WINDOW_H = 24 * 366

ON_INVALID: tuple[OnInvalid, ...] = ("raise", "blank", "skip")


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """The rare settings of an upload.

    Attributes
    ----------
    part_rows : int
        Records in one file at most; the service takes a million.
    part_bytes : int
        Every file stays under this size; the service takes 1 GB.
    parts_in_flight : int
        Parts that are sent or processed at the same time.
    on_repeat : {"adopt", "send"}
        What to do when an earlier run already sent the same part: go on with its job, or send anyway.
    repeat_window_h : float
        For how many hours a finished job of the same content still counts as "already sent".
    on_progress : callable, optional
        Called with the upload, from its own threads, whenever something changed.
    """

    part_rows: int = catalog.MAX_PART_ROWS
    part_bytes: int = catalog.MAX_PART_BYTES
    parts_in_flight: int = 3
    on_repeat: Literal["adopt", "send"] = "adopt"
    repeat_window_h: float = 24.0
    on_progress: Callable[[Any], None] | None = None

    def __post_init__(self) -> None:
        _within("part_rows", self.part_rows, 1, catalog.MAX_PART_ROWS)
        _within("part_bytes", self.part_bytes, 1, catalog.MAX_PART_BYTES)
        _within("parts_in_flight", self.parts_in_flight, 1, 16)
        if not 0 <= self.repeat_window_h <= LONGEST_WINDOW_H:
            raise ValueError(
                f"repeat_window_h is {self.repeat_window_h!r}; expected hours from 0 to {LONGEST_WINDOW_H:,}."
            )
        if self.on_repeat not in ("adopt", "send"):
            raise ValueError(f"on_repeat is {self.on_repeat!r}; expected 'adopt' or 'send'.")


def _whole(value: Any) -> int | None:
    """Return a whole number of any kind, NumPy's too, as an int; None for anything else, True and False included."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def _within(name: str, value: object, least: int, most: int) -> None:
    number = _whole(value)
    if number is None or not least <= number <= most:
        raise ValueError(f"{name} is {value!r}; expected a whole number from {least:,} to {most:,}.")


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
        return (datetime.now(UTC) + timedelta(days=self.data_expiry or catalog.DEFAULT_EXPIRY_DAYS)).date()

    @property
    def accepted(self) -> bool:
        """Whether there is something to send and nothing forbids it."""
        return bool(self.parts)

    def stream(self, data: Any, part: Part) -> CsvStream:
        """Return the file of one part of the table that was planned."""
        return CsvStream(data, self.fields, part.rows, self.edits, part.measure)

    def skipped(self) -> pd.DataFrame:
        """Return the rows that stay behind: their physical positions only."""
        return pd.DataFrame({"row": self.edits.skipped})

    def blanked(self) -> pd.DataFrame:
        """Return the cells that are sent empty: physical position and column."""
        columns = {field.source: field.column for field in self.fields}
        pieces = [
            pd.DataFrame({"row": positions, "column": columns[source]})
            for source, positions in self.edits.blanked.items()
        ]
        return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame({"row": NO_POSITIONS, "column": []})

    def lines(self) -> list[tuple[str, str]]:
        """Return the plan as pairs of what and how much, in the order in which one asks."""
        sent = f"{counted(self.row_count, 'row')} of {self.report.row_count:,}, {self.size_bytes:,} bytes"
        return [
            ("Goes to", f"domain {self.domain.name} at {self.domain.place}"),
            ("Sends", f"{sent}, in {counted(len(self.parts), 'part')}" if self.accepted else "nothing: refused"),
            ("Unique key", f"{self.fields.key_field.column} -> {self.fields.key_field.name}"),
            ("Stay behind", self._stay_behind()),
            ("Sent empty", self._sent_empty()),
            ("Not mapped, never leave", listed(self.unmapped, shown=12) or "no column"),
            ("Profiles expire", self._expire()),
        ]

    def sentence(self) -> str:
        """Return where it goes, what is left out and when it expires, in a few sentences."""
        return (
            f"Goes to domain {self.domain.name} at {self.domain.place}. Stay behind: {self._stay_behind()}. "
            f"Sent empty: {self._sent_empty()}. Profiles expire on {self._expire()}."
        )

    def _stay_behind(self) -> str:
        why = ", ".join(f"{code} {count:,}" for code, count in self.skipped_why.items())
        return f"{len(self.edits.skipped):,} of {counted(self.report.row_count, 'row')} ({why})" if why else "no row"

    def _sent_empty(self) -> str:
        blanked = ((field.column, self.edits.blanked.get(field.source, ())) for field in self.fields)
        return ", ".join(f"{column} {len(positions):,}" for column, positions in blanked if len(positions)) or "no cell"

    def _expire(self) -> str:
        why = "as asked"
        if self.data_expiry is None:
            why = "the service's default"
        elif self.data_expiry > catalog.ADVISED_MAX_EXPIRY_DAYS:
            why = f"the service's guide allows an import {catalog.ADVISED_MAX_EXPIRY_DAYS}, it may refuse this"
        days = self.data_expiry or catalog.DEFAULT_EXPIRY_DAYS
        return f"{self.expires_on:%Y-%m-%d}, {counted(days, 'day')} after their last update ({why})"

    def __str__(self) -> str:
        width = max(len(what) for what, _ in self.lines())
        return "\n".join(f"{what:<{width}}  {text}" for what, text in self.lines())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table("Upload plan", ("What", "How much"), self.lines())


def plan(
    data: Any,
    domain: Domain,
    fields: FieldMap,
    *,
    data_expiry: int | None = None,
    on_invalid: OnInvalid = "raise",
    options: UploadOptions | None = None,
) -> Plan:
    """Return what an upload of the table would do, without touching the network.

    The table is read once, slice by slice: rendered, checked, encoded to be measured, digested.

    Parameters
    ----------
    data : pandas.DataFrame
        The table; not changed.
    domain : Domain
        Where it would go.
    fields : FieldMap
        With a unique key.
    data_expiry : int, optional
        Days after which the service deletes a profile that is not updated again, 1 to 1098; the
        service's default is 14.
    on_invalid : {"raise", "blank", "skip"}
        With errors in the table: plan nothing, send the bad cells empty, or leave their rows behind.
        A row whose key is empty, bad or repeated stays behind in both of the latter; of a repeated
        key the first row that can go does.
    options : UploadOptions, optional
        Limits of a part.

    Raises
    ------
    FrameError
        If the table cannot be used at all.
    FieldsError
        If there is no unique key, or a mapped column is missing.
    """
    if not isinstance(domain, Domain):
        raise TypeError(
            f"The domain is a {type(domain).__name__}; expected where rows go to be said in full: "
            "cpnb.Domain('loyalty', profile='prod'), or cpnb.Sandbox().domain('loyalty')."
        )
    options = options or UploadOptions()
    if on_invalid not in ON_INVALID:
        raise ValueError(f"on_invalid is {on_invalid!r}; expected one of {', '.join(map(repr, ON_INVALID))}.")
    days = _days(data_expiry)
    _ = fields.key_field
    frames.require_columns(data, fields)
    examined = _Examination(data, fields, on_invalid, options)
    planned = Plan(
        domain,
        fields,
        examined.report,
        on_invalid,
        edits=examined.edits(),
        skipped_why=dict(examined.skipped_why),
        unmapped=unmapped_columns(data, fields),
        data_expiry=days,
    )
    if on_invalid == "raise" and not examined.report.ok:
        return replace(planned, edits=Edits(), skipped_why={})
    return replace(planned, parts=examined.parts.closed())


def unmapped_columns(data: Any, fields: FieldMap) -> tuple[str, ...]:
    """Return the columns of the table that never leave, in order."""
    return tuple(name for name in frames.checked_frame(data).columns if name not in fields.columns)


def _days(expiry: object) -> int | None:
    if expiry is None:
        return None
    bounds = catalog.limit("CreateUploadJobRequest", "DataExpiry")
    days = _whole(expiry)
    if days is None or not bounds.minimum <= days <= bounds.maximum:
        raise FieldsError(
            f"The expiry is {expiry!r}; expected a whole number of days from {bounds.minimum} to {bounds.maximum}, "
            f"or None for the service's default of {catalog.DEFAULT_EXPIRY_DAYS}."
        )
    return days


class _Examination:
    """One pass over the table: the report, the edits and the parts that follow from it."""

    def __init__(self, data: Any, fields: FieldMap, on_invalid: OnInvalid, options: UploadOptions) -> None:
        self._key_source = fields.key_field.source
        self._skips_rows = on_invalid == "skip"
        self._codes = validation.key_codes(data, fields)
        self._taken = np.zeros(self._codes.max(initial=-1) + 1, dtype=np.bool_)
        self._skipped: list[Positions] = []
        self._blanked: dict[str, list[Positions]] = {}
        self.skipped_why: Counter[str] = Counter()
        self.parts = PartCutter(fields, options.part_rows, options.part_bytes)
        reports = (self._take(checked) for checked in validation.check_slices(data, fields))
        self.report = validation.report_of_whole(reports, fields, validation.repeated_keys(self._codes))

    def edits(self) -> Edits:
        blanked = {source: np.concatenate(pieces) for source, pieces in self._blanked.items()}
        return Edits(np.concatenate(self._skipped) if self._skipped else NO_POSITIONS, blanked)

    def _take(self, checked: validation.CheckedSlice) -> Report:
        """Take note of a slice and return its report; slices come in order."""
        table = checked.rendered.table
        stays = self._staying(checked)
        skipped = checked.start + np.flatnonzero(stays)
        blanked = {
            source: checked.start + np.flatnonzero(mask & ~stays)
            for source, mask in checked.bad_cells.items()
            if source != self._key_source and not self._skips_rows and (mask & ~stays).any()
        }
        if len(skipped):
            self._skipped.append(skipped)
        for source, positions in blanked.items():
            self._blanked.setdefault(source, []).append(positions)
        going = Edits(skipped, blanked).apply(table, checked.start)
        self.parts.add(going, checked.start + np.flatnonzero(~stays), checked.start + table.num_rows)
        return checked.report

    def _staying(self, checked: validation.CheckedSlice) -> NDArray[np.bool_]:
        """Return which rows of the slice stay behind, counting each under its first reason."""
        codes = self._codes[checked.start : checked.start + checked.rendered.row_count]
        nowhere = np.zeros(len(codes), dtype=np.bool_)
        reasons = {
            "header_repeated": checked.repeats_header,
            "key_empty": checked.keys_empty | (codes < 0),
            "key_invalid": checked.bad_cells.get(self._key_source, nowhere),
        }
        if self._skips_rows:
            bad = (mask for source, mask in checked.bad_cells.items() if source != self._key_source)
            reasons["cell_invalid"] = np.logical_or.reduce([nowhere, *bad])
        stays = nowhere.copy()
        for reason, mask in reasons.items():
            self._count(reason, mask & ~stays)
            stays |= mask
        repeated = self._repeated(codes, ~stays)
        self._count("key_repeated", repeated)
        return stays | repeated

    def _count(self, reason: str, mask: NDArray[np.bool_]) -> None:
        if found := int(mask.sum()):
            self.skipped_why[reason] += found

    def _repeated(self, codes: NDArray[np.int64], going: NDArray[np.bool_]) -> NDArray[np.bool_]:
        repeated = np.zeros(len(codes), dtype=np.bool_)
        candidates = codes[going]
        repeated[going] = self._taken[candidates] | pd.Series(candidates).duplicated().to_numpy()
        self._taken[candidates] = True
        return repeated
