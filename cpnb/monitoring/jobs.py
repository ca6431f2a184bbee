"""The upload jobs of a domain as they were at one moment: a table, how many succeeded, a chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import SupportsIndex, overload

import pandas as pd

from cpnb.display import Html, counted, html_badge, html_table, markup, percent
from cpnb.domain import Domain
from cpnb.job_name import JobName
from cpnb.monitoring.chart import JobChart, chart
from cpnb.upload_job import JobStatus, UploadJob

DISPLAYED = 50
"""Jobs that a text or an HTML table shows."""

_TEXTS = ("status", "status_reason", "upload", "kind", "job_id", "display_name")
_COUNTS = ("part", "part_count", "created", "updated", "failed")


@dataclass(frozen=True, slots=True, repr=False)
class UploadJobs(Sequence[UploadJob]):
    """The upload jobs of a domain, newest first, as they were when they were listed.

    What `list_jobs` returns. As a sequence it holds the jobs that were looked at one by one, with their
    counters; what it says about a period is about all jobs of it. Rates, counts and chart are
    never about the small jobs of `Upload.find_failed_rows`, which send rows again that are likely to fail.

    Attributes
    ----------
    domain : Domain
        Where they live.
    looked_at : tuple of UploadJob
        The newest jobs of the period, with their counters.
    in_period : tuple of UploadJob
        All jobs of the period that are listed; the older ones without counters.
    since : datetime or None
        Where the period begins, in UTC; None for all jobs that the service still knows.
    listed_at : datetime
        Where it ends: when they were listed, in UTC.
    left_out_count : int
        Small jobs of searches for failed rows that the period has too, and that are not listed.
    """

    domain: Domain
    looked_at: tuple[UploadJob, ...]
    in_period: tuple[UploadJob, ...]
    since: datetime | None
    listed_at: datetime
    left_out_count: int = 0

    def __len__(self) -> int:
        return len(self.looked_at)

    @overload
    def __getitem__(self, position: int) -> UploadJob: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[UploadJob, ...]: ...
    def __getitem__(self, position: int | slice) -> UploadJob | tuple[UploadJob, ...]:
        if not isinstance(position, SupportsIndex | slice):
            raise TypeError(
                f"Jobs are taken by position, such as jobs[0], and not by a {type(position).__name__}. Columns are in "
                "the table: jobs.to_frame()['status']."
            )
        return self.looked_at[position]

    @property
    def _uploads(self) -> tuple[UploadJob, ...]:
        """Return the jobs of the period that the rates and the chart are about."""
        return tuple(job for job in self.in_period if not _is_search(job))

    @property
    def status_counts(self) -> Mapping[JobStatus, int]:
        """How many jobs of the period are in each state, those of searches left out; all six states are there."""
        return dict.fromkeys(JobStatus, 0) | Counter(job.status for job in self._uploads)

    @property
    def success_rate(self) -> float | None:
        """Share of the jobs of the period that took in every record, from 0 to 1; None if no job ran to its end.

        That is SUCCEEDED, of SUCCEEDED, PARTIALLY_SUCCEEDED and FAILED. A job that somebody stopped says
        nothing about success, and one that has not ended nothing yet.
        """
        succeeded, ran = self._succeeded_of_ran
        return succeeded / ran if ran else None

    @property
    def _succeeded_of_ran(self) -> tuple[int, int]:
        counts = self.status_counts
        succeeded = counts[JobStatus.SUCCEEDED]
        return succeeded, succeeded + counts[JobStatus.PARTIALLY_SUCCEEDED] + counts[JobStatus.FAILED]

    @property
    def record_success_rate(self) -> float | None:
        """Share of the records that the service took in, from 0 to 1; None if it has counted none.

        Created and updated ones, of these and the failed ones, of the jobs that were looked at and tell
        all three counters: a counter that the service leaves out is not zero.
        """
        taken_in, records = self._taken_in_of_records
        return taken_in / records if records else None

    @property
    def _taken_in_of_records(self) -> tuple[int, int]:
        taken_in = failed = 0
        for job in self.looked_at:
            results = job.results
            if _is_search(job):  # its rows have been counted by the upload that it searches
                continue
            if results.created is not None and results.updated is not None and results.failed is not None:
                taken_in += results.created + results.updated
                failed += results.failed
        return taken_in, taken_in + failed

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each job that was looked at, newest first.

        Returns
        -------
        pandas.DataFrame
            ``created_at`` and ``completed_at`` (UTC), ``status``, ``status_reason``, ``upload`` (what the
            upload was called), ``part`` and ``part_count`` (of jobs of this package), ``kind`` (``upload``, or
            ``search`` for a small job of `Upload.find_failed_rows`), the counters ``created``, ``updated`` and
            ``failed`` (missing where the service gave none), ``job_id`` and ``display_name``.
        """
        names = [JobName.read(job.display_name) for job in self.looked_at]
        frame = pd.DataFrame(
            {
                "created_at": _times(job.created_at for job in self.looked_at),
                "completed_at": _times(job.completed_at for job in self.looked_at),
                "status": [job.status.value for job in self.looked_at],
                "status_reason": [job.status_reason for job in self.looked_at],
                "upload": [name.upload for name in names],
                "part": [name.part for name in names],
                "part_count": [name.part_count for name in names],
                "kind": ["search" if name.is_search else "upload" for name in names],
                "created": [job.results.created for job in self.looked_at],
                "updated": [job.results.updated for job in self.looked_at],
                "failed": [job.results.failed for job in self.looked_at],
                "job_id": [job.job_id for job in self.looked_at],
                "display_name": [job.display_name for job in self.looked_at],
            }
        )
        return frame.astype(dict.fromkeys(_TEXTS, "string") | dict.fromkeys(_COUNTS, "Int64"))

    def plot(self) -> JobChart:
        """Return a chart of all jobs of the period by outcome, over the time they were created."""
        dated = [(job.created_at, job.status) for job in self._uploads if job.created_at is not None]
        title = f"Upload jobs of domain {self.domain.name}"
        return chart(dated, self.since, self.listed_at, title=title, note=self._verdict)

    @property
    def _title(self) -> str:
        count = f"{len(self._uploads):,}" if self._uploads else "none"
        start = f" since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else ""
        return f"Upload jobs of domain {self.domain.name}{start}: {count}"

    @property
    def _verdict(self) -> str:
        """Return the two rates in words."""
        succeeded, ran = self._succeeded_of_ran
        taken_in, records = self._taken_in_of_records
        if not self._uploads:
            return ""
        if not ran:
            return "No job has run to its end."
        jobs = f"{succeeded:,} of {counted(ran, 'job')} that ran to the end took in every record"
        if not records:
            return f"{jobs} ({percent(succeeded, ran)})."
        of = " in those shown" if len(self.looked_at) < len(self.in_period) else ""
        return (
            f"{jobs} ({percent(succeeded, ran)}). Of {counted(records, 'record')} that the service counted{of}, "
            f"{taken_in:,} {'was' if taken_in == 1 else 'were'} taken in ({percent(taken_in, records)})."
        )

    @property
    def _shown(self) -> str:
        """Return what is not shown, and how to get it."""
        displayed = min(len(self.looked_at), DISPLAYED)
        if displayed == len(self.in_period):
            return ""
        more = "; to_frame() has" if len(self.looked_at) == len(self.in_period) else "; limit=None looks at"
        return f"Shown: the newest {displayed:,} of {len(self.in_period):,}{more} all."

    @property
    def _searches(self) -> str:
        """Return what is said about the small jobs of searches for failed rows."""
        if self.left_out_count:
            them = "it" if self.left_out_count == 1 else "them"
            return f"{_of_searches(self.left_out_count)} not listed; searches='show' lists {them} too."
        shown_count = len(self.in_period) - len(self._uploads)
        return f"{_of_searches(shown_count)} listed too, and not counted." if shown_count else ""

    @property
    def _note(self) -> str:
        return " ".join(filter(None, [self._verdict, self._shown, self._searches]))

    def _rows(self) -> Iterator[tuple[UploadJob, tuple[str, ...]]]:
        for job in self.looked_at[:DISPLAYED]:
            created_at = f"{job.created_at.astimezone(UTC):%Y-%m-%d %H:%M}" if job.created_at else ""
            counts = ("" if count is None else f"{count:,}" for count in _counters(job))
            yield job, (created_at, job.status.value, str(JobName.read(job.display_name)), *counts, job.job_id)

    def __str__(self) -> str:
        lines = [" ".join(filter(None, [f"{self._title}.", self._note]))]
        rows = [row for _, row in self._rows()]
        if rows:
            table = [_HEADERS, *rows]
            widths = [max(len(row[column]) for row in table) for column in range(len(_HEADERS))]
            lines += ["  ".join(_aligned(row, widths)).rstrip() for row in table]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self.looked_at:
            return html_table(self._title, (), (), note=self._note)
        rows = [
            (_unbroken(created_at), html_badge(job.status.tone, status), *rest, Html(f"<code>{markup(job_id)}</code>"))
            for job, (created_at, status, *rest, job_id) in self._rows()
        ]
        return html_table(self._title, _HEADERS, rows, note=self._note)


_HEADERS = ("time (UTC)", "status", "upload", "created", "updated", "failed", "job")
_RIGHT_ALIGNED = frozenset({3, 4, 5})


def _is_search(job: UploadJob) -> bool:
    return JobName.read(job.display_name).is_search


def _of_searches(count: int) -> str:
    return f"{counted(count, 'small job')} of searches for failed rows {'is' if count == 1 else 'are'}"


def _unbroken(text: str) -> Html:
    return Html(f'<span style="white-space:nowrap">{markup(text)}</span>')


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.rjust(width) if number in _RIGHT_ALIGNED else cell.ljust(width)


def _counters(job: UploadJob) -> tuple[int | None, int | None, int | None]:
    return job.results.created, job.results.updated, job.results.failed


def _times(moments: Iterator[datetime | None]) -> pd.Series:
    """Return times in UTC, to the microsecond; pandas of different versions would choose different units."""
    return pd.Series(pd.to_datetime(pd.Series(list(moments), dtype="object"), utc=True)).dt.as_unit("us")
