"""Upload jobs over time, drawn: a bar for each hour, day, week, month or year, as SVG and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import groupby

import pandas as pd

from cpnb.display import Bar, BarPart, Tone, counted, html_mark, markup
from cpnb.stacked_bars import WIDTH, StackedBar, signs, svg
from cpnb.upload_job import JobStatus

MOST_BARS = 62
"""Bars of one chart; two months of days."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Outcome(Enum):
    """What a chart tells of a job: its name in the legend, and its tone."""

    SUCCEEDED = ("succeeded", JobStatus.SUCCEEDED.tone)
    PARTIALLY_SUCCEEDED = ("partially succeeded", JobStatus.PARTIALLY_SUCCEEDED.tone)
    FAILED = ("failed", JobStatus.FAILED.tone)
    STOPPED = ("stopped", JobStatus.STOPPED.tone)
    NOT_ENDED = ("not ended yet", JobStatus.IN_PROGRESS.tone)

    @classmethod
    def of(cls, status: JobStatus) -> Outcome:
        """Return the outcome that a state stands for."""
        return cls[status.name] if status.is_final else cls.NOT_ENDED

    @property
    def label(self) -> str:
        """The name in the legend."""
        return self.value[0]

    @property
    def tone(self) -> Tone:
        """The tone, which gives it colour and sign."""
        return self.value[1]


# From the shortest: what a bar may stand for, how many such bars a chart may have, how pandas calls it.
_SPANS = (("hour", 48, "h"), ("day", MOST_BARS, "D"), ("week", MOST_BARS, "W-SUN"), ("month", MOST_BARS, "M"))

_BEFORE_ALL_JOBS = datetime(2025, 1, 1, tzinfo=UTC)
"""No job is older. Source: AWS API changes, CreateUploadJob was added on 2025-07-03."""


@dataclass(frozen=True, slots=True)
class JobBar:
    """The jobs that were created in one hour, day, week, month or year, counted by outcome.

    Attributes
    ----------
    period : pandas.Period
        In UTC.
    counts : tuple of int
        One for each `Outcome`, in its order.
    """

    period: pd.Period
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many jobs it counts."""
        return sum(self.counts)

    def present(self) -> Iterator[tuple[Outcome, int]]:
        """Yield the outcomes that there are, with their counts."""
        return ((outcome, count) for outcome, count in zip(Outcome, self.counts, strict=True) if count)

    @property
    def parts(self) -> Bar:
        """The counts as a bar."""
        return Bar(tuple(BarPart(outcome.label, count, outcome.tone) for outcome, count in self.present()))

    @property
    def words(self) -> str:
        """The counts in words: ``4 succeeded, 1 failed``."""
        return ", ".join(f"{count:,} {outcome.label}" for outcome, count in self.present()) or "none"


@dataclass(frozen=True, slots=True, repr=False)
class JobChart:
    """Upload jobs over time, as a drawing and as text.

    Its HTML is a drawing for light and dark pages. Its text has a line for each bar; those in a row
    that have no jobs share one.

    What `UploadJobs.plot` returns.

    Attributes
    ----------
    title : str
        What is drawn.
    span : str
        What a bar stands for: ``hour``, ``day``, ``week``, ``month`` or ``year``, in UTC.
    bars : tuple of JobBar
        From the oldest, without gaps; those without jobs too.
    note : str
        A sentence beneath.
    """

    title: str
    span: str
    bars: tuple[JobBar, ...]
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each bar, with its beginning in UTC, and a column of counts for each outcome."""
        starts = pd.DatetimeIndex([bar.period.start_time for bar in self.bars], dtype="datetime64[ns]")
        columns = {
            outcome.name.lower(): pd.Series([bar.counts[number] for bar in self.bars], dtype="int64")
            for number, outcome in enumerate(Outcome)
        }
        return pd.DataFrame({self.span: starts.tz_localize(UTC), **columns})

    @property
    def _caption(self) -> str:
        return f"{self.title}, by {self.span} (UTC)"

    def __str__(self) -> str:
        if not self.bars:
            return "\n".join(filter(None, [f"{self.title}: nothing to draw.", self.note]))
        runs = list(self._runs())
        names = [_long_name(run[0].period, self.span) for run in runs]
        drawn = signs([run[0].parts for run in runs])
        name_width, sign_width = max(map(len, names)), max(map(len, drawn))
        lines = [
            f"{name:<{name_width}}  {bar_signs:<{sign_width}}  {self._words(run)}"
            for name, bar_signs, run in zip(names, drawn, runs, strict=True)
        ]
        return "\n".join(filter(None, [self._caption, *lines, self.note]))

    __repr__ = __str__

    def _runs(self) -> Iterator[tuple[JobBar, ...]]:
        """Yield each bar that has jobs by itself, and those in a row that have none together."""
        for has_jobs, run in groupby(self.bars, key=lambda bar: bar.total > 0):
            if has_jobs:
                yield from ((bar,) for bar in run)
            else:
                yield tuple(run)

    def _words(self, run: Sequence[JobBar]) -> str:
        return run[0].words if len(run) == 1 else f"none for {counted(len(run), self.span)}"

    def _repr_html_(self) -> str:
        if not self.bars:
            return f"<p>{markup(self.title)}: nothing to draw. {markup(self.note)}</p>"
        seen = {outcome for bar in self.bars for outcome, _ in bar.present()}
        legend = " ".join(
            f'<span style="white-space:nowrap;margin-right:1em">{html_mark(outcome.tone)} {outcome.label}</span>'
            for outcome in Outcome
            if outcome in seen
        )
        return (
            f'<figure style="margin:0;max-width:{WIDTH}px"><figcaption><b>{markup(self._caption)}</b><br>{legend}'
            f"</figcaption>{self.svg()}<div>{markup(self.note)}</div></figure>"
        )

    def svg(self) -> str:
        """Return the drawing alone, as SVG; its text has the colour of the page's text."""
        tips = [f"{_long_name(bar.period, self.span)}: {bar.words}" for bar in self.bars]
        drawn = [
            StackedBar(_short_name(bar.period, self.span), tip, bar.parts)
            for bar, tip in zip(self.bars, tips, strict=True)
        ]
        said = [tip for bar, tip in zip(self.bars, tips, strict=True) if bar.total]
        return svg(drawn, f"{self._caption}: {'; '.join(said) or 'no jobs'}")


def chart(
    jobs: Iterable[tuple[datetime, JobStatus]], start: datetime | None, end: datetime, *, title: str, note: str = ""
) -> JobChart:
    """Return a chart of jobs, given by creation and state, between two moments.

    A bar stands for the shortest of an hour, a day, a week, a month or a year of which not too many are
    needed; those begin in UTC.

    Parameters
    ----------
    jobs : iterable of (datetime, JobStatus)
        With a zone.
    start : datetime or None
        Where the first bar is; by default at the oldest job.
    end : datetime
        Where the last one is, unless there is a later job.
    title, note : str
        What stands above and beneath.
    """
    seen = [(_naive(created_at), Outcome.of(status)) for created_at, status in jobs]
    if not seen:
        return JobChart(title, "day", (), note)
    moments = [moment for moment, _ in seen]
    asked = [_naive(max(start, _BEFORE_ALL_JOBS))] if start else []
    periods, span, code = _periods(min(moments + asked), max([*moments, _naive(end)]))
    counts = Counter((pd.Period(moment, freq=code), outcome) for moment, outcome in seen)
    return JobChart(
        title,
        span,
        tuple(JobBar(one, tuple(counts[one, outcome] for outcome in Outcome)) for one in periods),
        note,
    )


def _naive(moment: datetime) -> datetime:
    """Return a moment in UTC without its zone: periods of pandas have none."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _periods(first: datetime, last: datetime) -> tuple[pd.PeriodIndex, str, str]:
    for span, most, code in _SPANS:
        periods = pd.period_range(pd.Period(first, freq=code), pd.Period(last, freq=code))
        if len(periods) <= most:
            return periods, span, code
    return pd.period_range(pd.Period(first, freq="Y"), pd.Period(last, freq="Y")), "year", "Y"


def _short_name(period: pd.Period, span: str) -> str:
    start = period.start_time
    month = _MONTHS[start.month - 1]
    return {
        "hour": f"{start:%H:%M}" if start.hour else f"{start.day} {month}",
        "month": f"{month} {start.year}",
        "year": str(start.year),
    }.get(span, f"{start.day} {month}")


def _long_name(period: pd.Period, span: str) -> str:
    start = period.start_time
    return {
        "hour": f"{start:%Y-%m-%d %H:%M}",
        "week": f"week of {start:%Y-%m-%d}",
        "month": f"{start:%Y-%m}",
        "year": f"{start:%Y}",
    }.get(span, f"{start:%Y-%m-%d}")
