"""How an upload reads as HTML: a line for each part, and words for those that need any."""

from __future__ import annotations

from collections.abc import Sequence

from cpnb.adoption import Action
from cpnb.display import Html, Tone, html_badge, html_table, markup, percent
from cpnb.part_progress import PartProgress, Phase
from cpnb.upload_job import JobStatus

PART_HEADERS = ("part", "rows", "status", "what was done", "created", "updated", "failed", "job")
"""What is told of each part."""


def html_of_upload(
    headline: str, parts: Sequence[PartProgress], notes: Sequence[str], warnings: Sequence[str] = ()
) -> str:
    """Return the HTML of an upload.

    Parameters
    ----------
    headline : str
        How it stands, in a line.
    parts : sequence of PartProgress
        Every part.
    notes : sequence of str
        What else is to be said, a paragraph each.
    warnings : sequence of str
        What deserves a second look, a paragraph each.
    """
    of_parts = [_words(progress, len(parts)) for progress in parts if _needs_words(progress)]
    marked = [Html(f"{html_badge(Tone.WARNING, 'warning')} {markup(warning)}") for warning in warnings]
    # Once for all parts: a thousand parts have mostly the same reason.
    again = dict.fromkeys(f"{why}." for one in parts if (why := one.adoption.why_again) and not _needs_words(one))
    paragraphs = "".join(f"<p>{markup(note)}</p>" for note in (*of_parts, *again, *notes, *marked))
    return html_table(headline, PART_HEADERS, map(part_cells, parts)) + paragraphs


def part_cells(progress: PartProgress) -> tuple[object, ...]:
    """Return the line of a part, a cell for each of `PART_HEADERS`."""
    job = progress.job
    counts = (job.results.created, job.results.updated, job.results.failed) if job else (None, None, None)
    return (
        progress.part.number,
        f"{progress.part.measure.row_count:,}",
        _badge(progress),
        "" if progress.phase is Phase.WAITING else _done(progress),
        *("" if count is None else f"{count:,}" for count in counts),
        Html(f"<code>{markup(job.job_id)}</code>") if job else "",
    )


def _done(progress: PartProgress) -> str:
    earlier = progress.adoption.earlier
    if progress.action is Action.SEND and progress.phase in {Phase.STOPPED, Phase.BROKEN} and not progress.sent_bytes:
        return "not sent"
    return {
        Action.SEND: "sent again" if progress.adoption.why_again else "sent",
        Action.CONTINUE: f"job of {earlier}, gone on with",
        Action.WATCH: f"sent by {earlier}, watched",
        Action.REPORT: f"uploaded by {earlier}, not sent again",
    }[progress.action]


def _badge(progress: PartProgress) -> Html:
    """Return the service's word for the part's job, or ours as long as it has none."""
    if progress.phase is Phase.DONE and progress.job:
        return html_badge(progress.job.status.tone, progress.job.status.value)
    if progress.phase is Phase.BROKEN:
        return html_badge(Tone.ERROR, "BROKEN")
    if progress.phase is Phase.SENDING:
        return html_badge(Tone.BUSY, f"sending, {percent(progress.sent_bytes, progress.part.measure.size_bytes)}")
    return html_badge(Tone.BUSY if progress.phase is Phase.PROCESSING else Tone.NEUTRAL, progress.phase.value)


def _needs_words(progress: PartProgress) -> bool:
    succeeded = progress.job is not None and progress.job.status is JobStatus.SUCCEEDED
    return progress.phase.is_final and not succeeded


def _words(progress: PartProgress, part_count: int) -> str:
    return progress.sentence() if part_count == 1 else f"Part {progress.part.number}: {progress.sentence()}"
