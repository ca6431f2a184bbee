"""One upload job of the service: its state, its three counters, waiting for it and stopping it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

import tenacity

from cpnb.display import Tone, html_badge, markup
from cpnb.domain import Domain
from cpnb.errors import ServiceError, WaitTimeoutError
from cpnb.retrying import checked_timeout, pause, polling_pauses


class JobStatus(StrEnum):
    """State of an upload job. Source: service model, ``UploadJobStatus``.

    A state that this version does not know is one of its own: as it is called by the service, and not final.
    It stands in no iteration over the states.
    """

    CREATED = "CREATED"
    IN_PROGRESS = "IN_PROGRESS"
    PARTIALLY_SUCCEEDED = "PARTIALLY_SUCCEEDED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown

    @property
    def is_known(self) -> bool:
        """Whether this version knows what it means."""
        return self.value in JobStatus.__members__

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self.is_known and self not in {JobStatus.CREATED, JobStatus.IN_PROGRESS}

    @property
    def tone(self) -> Tone:
        """What the state means to the reader."""
        return _TONES.get(self, Tone.BUSY)


_TONES = {
    JobStatus.SUCCEEDED: Tone.FINE,
    JobStatus.PARTIALLY_SUCCEEDED: Tone.WARNING,
    JobStatus.FAILED: Tone.ERROR,
    JobStatus.STOPPED: Tone.NEUTRAL,
}


LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Before every job."""


def wrote_until(
    status: str, status_reason: str, created_at: datetime | None, completed_at: datetime | None
) -> datetime:
    """Return the last moment at which a job may have written profiles; one at work may write for ever.

    A job without a file, or whose file was refused, has written nothing. When a job was created says
    little: it may have waited for its file until somebody went on with it.
    """
    if status == JobStatus.CREATED or status_reason == "VALIDATION_FAILURE":
        return LONG_AGO
    if status == JobStatus.IN_PROGRESS:
        return datetime.max.replace(tzinfo=UTC)
    return completed_at or created_at or LONG_AGO


@dataclass(frozen=True, slots=True)
class ResultsSummary:
    """The service's three counters of records; None where it gave none, which is not zero."""

    created: int | None = None
    updated: int | None = None
    failed: int | None = None

    @classmethod
    def from_api(cls, answer: dict[str, Any]) -> Self:
        """Return the counters of a GetUploadJob response."""
        summary = answer.get("ResultsSummary", {})
        return cls(*(summary.get(f"{name}Records") for name in ("Created", "Updated", "Failed")))

    @property
    def is_complete(self) -> bool:
        """Whether the service gave all three."""
        return self.record_count is not None

    @property
    def record_count(self) -> int | None:
        """Records that were counted, of whatever outcome; None if a counter is missing."""
        if self.created is None or self.updated is None or self.failed is None:
            return None
        return self.created + self.updated + self.failed

    def __add__(self, other: ResultsSummary) -> ResultsSummary:
        return ResultsSummary(
            *(
                None if one is None and two is None else (one or 0) + (two or 0)
                for one, two in (
                    (self.created, other.created),
                    (self.updated, other.updated),
                    (self.failed, other.failed),
                )
            )
        )

    def __str__(self) -> str:
        if self == ResultsSummary():
            return "no counts"
        pairs = (("created", self.created), ("updated", self.updated), ("failed", self.failed))
        return ", ".join(f"{'no count of' if count is None else f'{count:,}'} {name}" for name, count in pairs)


class NotSeenError(ServiceError):
    """A request whose answer was lost may have worked, and nobody could be asked whether it has.

    `NotSeenError.after` makes one of the error that was the last.
    """

    def __init__(self, message: str, *, code: str = "", may_pass: bool = False) -> None:
        super().__init__(message, code=code)
        self._may_pass = may_pass

    @classmethod
    def after(cls, error: ServiceError) -> Self:
        """Return the error for a request of which `error` was the last that was seen."""
        return cls(str(error), code=error.code, may_pass=error.may_pass)

    @property
    def may_pass(self) -> bool:
        """Whether another try may help."""
        return self._may_pass


@dataclass(frozen=True, slots=True, repr=False)
class UploadJob:
    """One job of the service, as it was last seen.

    Attributes
    ----------
    domain : Domain
        Where it lives.
    job_id : str
        32 hexadecimal digits.
    display_name : str
        The name it was created with.
    status : JobStatus
        Its state when it was last looked at.
    status_reason : str
        ``VALIDATION_FAILURE`` or ``INTERNAL_FAILURE`` for a failed job, else empty.
    results : ResultsSummary
        The counters, where the service gave them.
    created_at, completed_at : datetime or None
        In the service's time.
    """

    domain: Domain
    job_id: str
    display_name: str = ""
    status: JobStatus = JobStatus.CREATED
    status_reason: str = ""
    results: ResultsSummary = ResultsSummary()
    created_at: datetime | None = None
    completed_at: datetime | None = None

    @classmethod
    def from_api(cls, domain: Domain, item: dict[str, Any]) -> Self:
        """Return the job that an item of ListUploadJobs, or a GetUploadJob response, describes."""
        return cls(
            domain,
            item["JobId"],
            item.get("DisplayName", ""),
            JobStatus(item.get("Status", "CREATED")),
            item.get("StatusReason", ""),
            ResultsSummary.from_api(item),
            item.get("CreatedAt"),
            item.get("CompletedAt"),
        )

    def refresh(self) -> UploadJob:
        """Return the job as the service describes it now."""
        answer = self.domain.call("GetUploadJob", JobId=self.job_id)
        return UploadJob.from_api(self.domain, {"JobId": self.job_id, "DisplayName": self.display_name} | answer)

    def in_known_state(self) -> UploadJob:
        """Return the job, if its state tells what is to be done about it.

        Raises
        ------
        ServiceError
            If this version does not know the state.
        """
        if not self.status.is_known:
            raise ServiceError(f"Job {self.job_id} {self._unknown_state()}")
        return self

    def _unknown_state(self) -> str:
        return f"is in the state {self.status.value!r}, which this version of cpnb does not know. Update cpnb."

    def start(self) -> UploadJob:
        """Start the processing of the file that was put, and return the job.

        One request only. If it errs, the job is read before judging: an answer that was lost does
        not mean that the job did not start.

        Raises
        ------
        NotSeenError
            If it is not known whether the job was started.
        ServiceError
            If the job was not started; where `ServiceError.may_pass`, call again.
        """
        try:
            self.domain.call_once("StartUploadJob", JobId=self.job_id)
        except ServiceError as error:
            refusal = error
        else:
            return replace(self, status=JobStatus.IN_PROGRESS)
        try:
            seen = self.refresh()
        except ServiceError as error:
            raise NotSeenError.after(error) from error
        if seen.status is not JobStatus.CREATED:
            return seen
        raise refusal

    def stop(self) -> UploadJob:
        """Stop the job and return it; records that were already taken in stay.

        A job that has already ended is returned as it is.
        """
        try:
            self.domain.call("StopUploadJob", JobId=self.job_id)
        except ServiceError as error:
            refusal = error
        else:
            return self.refresh()
        seen = self.refresh()
        if seen.status.is_final:
            return seen
        raise refusal

    def wait(self, timeout_s: float | None = None) -> UploadJob:
        """Return the job once it has ended, looking at it less and less often: after 1 s, and at last every 15 s.

        Parameters
        ----------
        timeout_s : float, optional
            Give up after this time, in seconds; by default never.

        Raises
        ------
        WaitTimeoutError
            If it had not ended by then. The job goes on; wait again.
        """
        timeout_s = checked_timeout(timeout_s)
        pauses = polling_pauses()
        polling = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda job: not job.status.is_final),
            wait=pauses if timeout_s is None else lambda state: min(pauses(state), _left_s(timeout_s, state)),
            stop=tenacity.stop_never if timeout_s is None else tenacity.stop_after_delay(timeout_s),
            sleep=pause,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else self,
        )
        job: UploadJob = polling(lambda: self.refresh().in_known_state())
        if not job.status.is_final:
            raise WaitTimeoutError(
                f"Job {self.job_id} is still {job.status} after {timeout_s:g} s. It goes on; call wait() again."
            )
        return job

    def sentence(self) -> str:
        """Return what became of the job, in one sentence."""
        if not self.status.is_known:
            return f"Job {self.job_id} {self._unknown_state()}"
        return {
            JobStatus.CREATED: f"Job {self.job_id} waits for its file, or to be started.",
            JobStatus.IN_PROGRESS: f"Job {self.job_id} is being processed.",
            JobStatus.SUCCEEDED: f"Job {self.job_id} succeeded: {self.results}.",
            JobStatus.PARTIALLY_SUCCEEDED: (
                f"Job {self.job_id} took in some records: {self.results}. The service does not say which failed; "
                "upload.failed_rows() says what can be known."
            ),
            JobStatus.FAILED: (
                f"Job {self.job_id} failed ({self.status_reason or 'no reason given'}): {self._failure()}"
            ),
            JobStatus.STOPPED: (
                f"Job {self.job_id} was stopped; what was already taken in stays: {self.results}. upload.retry() sends "
                "the part again."
            ),
        }[self.status]

    def _failure(self) -> str:
        if self.status_reason == "VALIDATION_FAILURE":
            return (
                "the service could not read the file, or accepted none of its records; it does not say which. The same "
                "again would fail again. Upload ten rows, people.head(10), to tell the two apart: if they fail as "
                "well, look at the field map and the limits of the domain, else at the rows, upload.failed_rows(). "
                "Before upload.find_failed_rows(), upload the table again: the ten rows came after it."
            )
        return "a fault of the service; run the upload again, or upload.retry() its part."

    def __str__(self) -> str:
        return self.sentence()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<div>{html_badge(self.status.tone, self.status.value)} {markup(self.sentence())}</div>"


def creation_time(job: UploadJob) -> datetime:
    """Return when a job was created; if the service does not tell, before all others."""
    return job.created_at or LONG_AGO


def _left_s(timeout_s: float, state: tenacity.RetryCallState) -> float:
    return max(timeout_s - (state.seconds_since_start or 0.0), 0.0)
