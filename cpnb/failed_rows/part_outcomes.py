"""What the end of each part's job says about its rows: nothing more to ask, or some refused and not known which."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cpnb.csvstream import Positions
from cpnb.failed_rows.sent_table import SentTable
from cpnb.failed_rows.small_jobs import refused_count
from cpnb.failed_rows.verdicts import Certainty, RowVerdicts
from cpnb.group_testing import FailCount
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.upload_job import JobStatus, UploadJob


@dataclass(frozen=True, slots=True)
class Suspects:
    """The rows of a part of which some were refused.

    Attributes
    ----------
    part : Part
        The part.
    job : UploadJob
        Its job, which has ended.
    rows : ndarray of int64
        Physical positions of the rows that were sent, ascending.
    count : FailCount
        How many of them were refused.
    """

    part: Part
    job: UploadJob
    rows: Positions = field(repr=False)
    count: FailCount


def suspects(sent: SentTable, verdicts: RowVerdicts) -> list[Suspects]:
    """Return the parts of which some rows were refused; rows of parts that did not arrive as wholes go to `verdicts`.

    A job that was last seen at work is looked at again.

    Parameters
    ----------
    sent : SentTable
        The upload.
    verdicts : RowVerdicts
        Added to.
    """
    found = []
    for part in sent.plan.parts:
        job = sent.jobs.get(part.number)
        if job is not None and not job.status.is_final:
            job = job.refresh()
        rows = _sent(sent.plan, part)
        count = refused_count(job, len(rows)) if job else None
        if job is None or count is None:
            reason, certainty = _untold(job, is_changed=part.number in sent.changed)
            verdicts.add(rows, part.number, reason, certainty)
        elif count.least == len(rows):
            verdicts.add(rows, part.number, "every record of its part was refused", Certainty.CERTAIN)
        elif count.most:
            found.append(Suspects(part, job, rows, count))
    return found


_ABSENT = ("its part was not sent; upload.retry() sends it", Certainty.CERTAIN)
_CHANGED = ("its part was not sent: the table changed; upload it again", Certainty.CERTAIN)
_UNTOLD = {
    JobStatus.IN_PROGRESS: ("its part is still at work; ask again later", Certainty.POSSIBLE),
    JobStatus.STOPPED: ("its part was stopped; upload.retry() sends it", Certainty.POSSIBLE),
    JobStatus.FAILED: ("its part broke off; upload.retry() sends it", Certainty.POSSIBLE),
}


_UNKNOWN = ("its job is in a state that is not known here", Certainty.POSSIBLE)


def _untold(job: UploadJob | None, *, is_changed: bool) -> tuple[str, Certainty]:
    """Return what is said of the rows of a part whose job does not tell about them."""
    if job is None or job.status is JobStatus.CREATED:
        return _CHANGED if is_changed else _ABSENT
    return _UNTOLD.get(job.status, _UNKNOWN)


def _sent(plan: Plan, part: Part) -> Positions:
    """Return the physical positions of the rows of a part that did not stay behind."""
    skipped = plan.edits.skipped
    first, last = np.searchsorted(skipped, (part.rows.start, part.rows.stop))
    going = np.ones(len(part.rows), dtype=np.bool_)
    going[skipped[first:last] - part.rows.start] = False
    return np.flatnonzero(going).astype(np.int64) + part.rows.start


def in_words(count: FailCount) -> str:
    """Return a count, or its bounds."""
    return f"{count.least:,}" if count.least == count.most else f"{count.least:,} to {count.most:,}"
