"""How an upload at work reads as HTML: its steps, how far all of it is, and a bar for each part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from cpnb.display import Bar, BarPart, Tone, counted, html_table, markup, percent
from cpnb.part_progress import PartProgress, Phase
from cpnb.planning import Plan
from cpnb.upload_display import PART_HEADERS, part_cells
from cpnb.widgets import look
from cpnb.widgets.upload_status.upload_progress import (
    Standing,
    chosen,
    phase_counts,
    sent_of,
    spelled_bytes,
    spelled_time,
)

__all__ = ["as_of", "page_as_of", "page_of_parts", "page_of_standing", "part_bar", "time_told"]

NOTICED_S = 0.05
"""What took less is told as no time at all."""


def page_of_standing(headline: str, plan: Plan, standing: Standing, elapsed_s: float) -> str:
    """Return the upper part, which changes every second: how it stands, its steps, and the time."""
    total = Bar(
        (
            BarPart("sent", standing.sent_bytes, Tone.BUSY),
            BarPart("to be sent", standing.total_bytes - standing.sent_bytes, Tone.EMPTY),
        )
    )
    sent = f"{spelled_bytes(standing.sent_bytes)} of {spelled_bytes(standing.total_bytes)} sent"
    speed = f", {spelled_bytes(standing.bytes_per_s)} a second" if standing.bytes_per_s else ""
    line = f"{total.html()} {markup(sent + speed)}. {markup(time_told(standing, elapsed_s))}"
    return f"<p><b>{markup(headline)}</b></p>{_steps(plan, standing)}<p>{line}</p>"


def time_told(standing: Standing, elapsed_s: float) -> str:
    """Return how long it is at work, and how long it may take."""
    so_far = f"{spelled_time(elapsed_s)} so far"
    if standing.left_s is None:
        return f"{so_far}; how much longer cannot be told yet."
    return f"{so_far}; about {spelled_time(max(standing.left_s, 1))} to go."


def _steps(plan: Plan, standing: Standing) -> str:
    going, files = f"{plan.row_count:,} of {counted(plan.report.row_count, 'row')}", counted(len(plan.parts), "part")
    sent = percent(standing.sent_bytes, standing.total_bytes) if standing.total_bytes else "nothing to send"
    is_sending, is_done = standing.phase == "sending", standing.phase == "done"
    steps = (
        (_Mark.PAST, "validated", going + _in_time(plan.validating_s)),
        (_Mark.PAST, "measured", f"{files}, {spelled_bytes(plan.size_bytes)}{_in_time(plan.measuring_s)}"),
        (_Mark.NOW, "sending", sent) if is_sending else (_Mark.PAST, "sent", sent),
        (
            _Mark.PAST if is_done else _Mark.TO_COME if is_sending else _Mark.NOW,
            "processing",
            f"{standing.done_count:,} of {counted(standing.part_count, 'part')} done",
        ),
    )
    return f'<ol class="cpnb-steps">{"".join(_step(*step) for step in steps)}</ol>'


def as_of(moment: datetime) -> str:
    """Return the sentence beside what an upload was at a moment, for whoever reads it later."""
    return (
        f"So it stood on {moment:%Y-%m-%d at %H:%M:%S} UTC. If nothing moves here, its kernel is gone: run the cell "
        "again, and it goes on from where it is."
    )


def page_as_of(moment: datetime, headline: str, parts: Sequence[PartProgress], mark: str) -> str:
    """Return how an upload stood at a moment, which is seen only where the widget of the same mark is not."""
    page = f"<p><b>{markup(headline)}</b></p>{page_of_parts(parts)}<p>{markup(as_of(moment))}</p>"
    return look.kept(page, mark)


def _in_time(seconds: float | None) -> str:
    """Return how long a step took, where that is known and was long enough to be noticed."""
    if seconds is None or seconds < NOTICED_S:
        return ""
    return f" in {seconds:.1f} s" if seconds < 10 else f" in {spelled_time(seconds)}"  # noqa: PLR2004 - a digit more or less


class _Mark(StrEnum):
    """What stands before a step."""

    PAST = "✓"
    NOW = "▸"
    TO_COME = "·"


def _step(mark: _Mark, name: str, detail: str) -> str:
    current = ' aria-current="step"' if mark is _Mark.NOW else ""
    return (
        f'<li{current}><span aria-hidden="true">{mark}</span> <b>{markup(name)}</b> '
        f'<span class="cpnb-quiet">{markup(detail)}</span></li>'
    )


def page_of_parts(parts: Sequence[PartProgress]) -> str:
    """Return the lower part, which changes when a part does: a line for each, or for those that are worth a look."""
    shown = chosen(parts)
    *headers, _ = PART_HEADERS
    rows = []
    for progress in shown:
        number, row_count, *others, _ = part_cells(progress)
        rows.append((number, row_count, part_bar(progress).html(), *others))
    hidden = len(parts) - len(shown)
    more = f"And {counted(hidden, 'more part')}; of all {len(parts):,}: {phase_counts(parts)}." if hidden else ""
    title = f"{counted(len(parts), 'part')}, {'each ' if len(parts) > 1 else ''}a job of the service"
    return html_table(title, [*headers[:2], "progress", *headers[2:]], rows, note=more) + _jobs(shown)


def _jobs(shown: Sequence[PartProgress]) -> str:
    """Return a line with the ids of the jobs, which are too long for a column."""
    ids = [
        f"<code>{markup(progress.job.job_id)}</code> (part {progress.part.number})"
        for progress in shown
        if progress.job
    ]
    if not ids:
        return ""
    return f'<p class="cpnb-quiet">{"Job" if len(ids) == 1 else "Jobs"}: {", ".join(ids)}. %cp_job tells of one.</p>'


def part_bar(progress: PartProgress) -> Bar:
    """Return how far a part is: bytes while they are sent, records once the service has counted them."""
    size_bytes, sent_bytes = progress.part.measure.size_bytes, sent_of(progress)
    if progress.phase is Phase.DONE and progress.job:
        results = progress.job.results
        counted_parts = (
            BarPart("created", results.created or 0, Tone.FINE),
            BarPart("updated", results.updated or 0, Tone.FINE),
            BarPart("failed", results.failed or 0, Tone.ERROR),
        )
        if any(part.count for part in counted_parts):
            return Bar(counted_parts)
        return Bar((BarPart(progress.job.status.value.lower().replace("_", " "), 1, progress.job.status.tone),))
    if progress.phase is Phase.PROCESSING:
        return Bar((BarPart("handed over", max(size_bytes, 1), Tone.BUSY),))
    tone = {Phase.STOPPED: Tone.NEUTRAL, Phase.BROKEN: Tone.ERROR}.get(progress.phase, Tone.BUSY)
    return Bar((BarPart("sent", sent_bytes, tone), BarPart("not sent", size_bytes - sent_bytes, Tone.EMPTY)))
