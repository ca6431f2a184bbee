"""The parts of an upload, as far as they have come, one by one and all together."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import pandas as pd

from cpnb.adoption import Action, Adoption
from cpnb.display import counted
from cpnb.errors import ChangedDataError, CpnbError, UploadError
from cpnb.parts import Part
from cpnb.upload_job import JobStatus, ResultsSummary, UploadJob

BROKEN = "BROKEN"


class Phase(StrEnum):
    """Where one part is."""

    WAITING = "waiting"
    SENDING = "sending"
    PROCESSING = "processing"
    DONE = "done"
    STOPPED = "stopped"
    BROKEN = "broken"

    @property
    def is_final(self) -> bool:
        """Whether the part will not move any more by itself."""
        return self in {Phase.DONE, Phase.STOPPED, Phase.BROKEN}


@dataclass(frozen=True, slots=True)
class PartProgress:
    """One part, as far as it has come.

    Attributes
    ----------
    part : Part
        Its rows and measure.
    adoption : Adoption
        Whether it is sent, and why again, or what an earlier run or try left is gone on with.
    phase : Phase
        Where it is.
    sent_bytes : int
        Given to the network so far.
    job : UploadJob or None
        Its job, once there is one.
    error : CpnbError or None
        What broke or stopped it.
    """

    part: Part
    adoption: Adoption
    phase: Phase = Phase.WAITING
    sent_bytes: int = 0
    job: UploadJob | None = None
    error: CpnbError | None = None

    @property
    def action(self) -> Action:
        """Whether it is sent, or what an earlier run left is gone on with."""
        return self.adoption.action

    @property
    def got_through(self) -> bool:
        """Whether the service has taken the part in, at least some of its records."""
        return (
            self.phase is Phase.DONE
            and self.job is not None
            and self.job.status in {JobStatus.SUCCEEDED, JobStatus.PARTIALLY_SUCCEEDED}
        )

    def sentence(self) -> str:
        """Return what became of the part so far."""
        if self.error is not None:
            return f"{self.error}{self._left_waiting()}"
        how = f"{self.adoption.sentence}. " if self.adoption.sentence else ""
        if self.phase is Phase.SENDING:
            return f"{how}{self.sent_bytes:,} of {self.part.measure.size_bytes:,} bytes sent."
        if self.job is None or self.phase is Phase.WAITING:
            return f"{how}Waiting for its turn."
        return f"{how}{self.job.sentence()}"

    def _left_waiting(self) -> str:
        """Return what is to be known about the job of a part that ended without starting it, if nobody said it yet."""
        if self.job is None or self.job.status is not JobStatus.CREATED or self.job.job_id in str(self.error):
            return ""
        if isinstance(self.error, ChangedDataError):
            return (
                f" Job {self.job.job_id} waits for the file of the table as it was; upload.retry() cannot send that "
                f"any more, and %cp_job {self.job.job_id} --stop ends the job."
            )
        return (
            f" Job {self.job.job_id} still waits for its file, or to be started; upload.retry() goes on with it, and "
            "so does the same upload if it is run again."
        )


def status_of(parts: Sequence[PartProgress]) -> str:
    """Return one word for the whole: the service's own, or BROKEN if a part could not be brought to its end.

    PARTIALLY_SUCCEEDED also stands for parts that ended differently, if any of them succeeded.
    """
    if not all(progress.phase.is_final for progress in parts):
        return JobStatus.IN_PROGRESS
    if any(progress.phase is Phase.BROKEN for progress in parts):
        return BROKEN
    ends = {
        progress.job.status if progress.job and progress.phase is Phase.DONE else JobStatus.STOPPED
        for progress in parts
    }
    if ends & {JobStatus.SUCCEEDED, JobStatus.PARTIALLY_SUCCEEDED}:
        return JobStatus.SUCCEEDED if ends == {JobStatus.SUCCEEDED} else JobStatus.PARTIALLY_SUCCEEDED
    return JobStatus.FAILED if JobStatus.FAILED in ends else JobStatus.STOPPED


def headline_of(parts: Sequence[PartProgress]) -> str:
    """Return how many rows, how they stand, and the counters, in a line."""
    results, missing = results_of(parts), uncounted(parts)
    told = [] if missing and results == ResultsSummary() else [str(results)]
    told += [f"no counts of {counted(missing, 'part')}"] if missing else []
    row_count = sum(progress.part.measure.row_count for progress in parts)
    return f"Upload of {counted(row_count, 'row')}: {status_of(parts)} ({'; '.join(told)})"


def reported_from(parts: Sequence[PartProgress]) -> datetime | None:
    """Return when the first of the parts that are not sent again was taken in; None if there is none."""
    reported = (progress.job for progress in parts if progress.action is Action.REPORT and progress.job)
    return min((job.completed_at for job in reported if job.completed_at), default=None)


def results_of(parts: Sequence[PartProgress]) -> ResultsSummary:
    """Return the counters of the parts' present jobs, added up as far as the service gave them."""
    return sum((progress.job.results for progress in parts if progress.job), ResultsSummary())


def failure_of(parts: Sequence[PartProgress], domain_name: str) -> CpnbError | None:
    """Return the first failure of a part, made anew: it says which part of which domain, and how many more failed."""
    failures = [(progress, error) for progress in parts if (error := _failure(progress)) is not None]
    if not failures:
        return None
    progress, first = failures[0]
    where = f"omain {domain_name!r}"
    where = f"Part {progress.part.number} of {len(parts)}, d{where}" if len(parts) > 1 else f"D{where}"
    others = len(failures) - 1
    more = f" And {counted(others, 'more part')} did not get through; print(upload) shows all." if others else ""
    # A copy: whoever raises an error writes to it, and the part's own may be raised again.
    failure = copy.copy(first)
    words = progress.sentence() if first is progress.error else str(first)
    failure.args = (f"{where}: {words}{more}",)
    failure.__cause__ = first.__cause__
    return failure


def _failure(progress: PartProgress) -> CpnbError | None:
    if progress.error is not None and progress.phase is Phase.BROKEN:
        return progress.error
    if progress.job and progress.job.status is JobStatus.FAILED:
        return UploadError(progress.job.sentence(), job_id=progress.job.job_id, stage="processing")
    return None


def uncounted(parts: Sequence[PartProgress]) -> int:
    """Return how many parts have ended and may hold records that no counter tells of."""
    return sum(progress.phase.is_final and _is_unknown(progress) for progress in parts)


def _is_unknown(progress: PartProgress) -> bool:
    if progress.job is None:
        return False
    if progress.job.status.is_final:
        return not progress.job.results.is_complete
    # The service was lost when the job was to be started, or later: what became of it was not seen.
    return isinstance(progress.error, UploadError) and progress.error.stage in {"start", "processing"}


def frame_of(parts: Sequence[PartProgress]) -> pd.DataFrame:
    """Return a row for each part: rows, bytes, what is done and where it is, job and counters."""
    frame = pd.DataFrame(
        [
            {
                "part": progress.part.number,
                "records": progress.part.measure.row_count,
                "size_bytes": progress.part.measure.size_bytes,
                "action": progress.action.name.lower(),
                "phase": progress.phase.value,
                "status": progress.job.status.value if progress.job else "",
                "created": progress.job.results.created if progress.job else None,
                "updated": progress.job.results.updated if progress.job else None,
                "failed": progress.job.results.failed if progress.job else None,
                "job_id": progress.job.job_id if progress.job else "",
            }
            for progress in parts
        ]
    )
    # Whole numbers, of which some are unknown; unknown is not zero.
    return frame.astype(dict.fromkeys(("created", "updated", "failed"), "Int64"))
