"""One upload job of the service: its state, its three counters, waiting for it and stopping it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

import tenacity

from cpnb.domain import Domain, trying_again
from cpnb.errors import ServiceError, WaitTimeoutError

POLL_FIRST_S = 0.2
POLL_LONGEST_S = 15.0
POLL_JITTER_S = 0.1


class JobStatus(StrEnum):
    """State of an upload job. Source: service model, ``UploadJobStatus``."""

    CREATED = "CREATED"
    IN_PROGRESS = "IN_PROGRESS"
    PARTIALLY_SUCCEEDED = "PARTIALLY_SUCCEEDED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self not in {JobStatus.CREATED, JobStatus.IN_PROGRESS}


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
            return "no counts yet"
        pairs = (("created", self.created), ("updated", self.updated), ("failed", self.failed))
        return ", ".join(f"{'no count of' if count is None else f'{count:,}'} {name}" for name, count in pairs)


@dataclass(frozen=True, slots=True)
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
            _status(item.get("Status", "CREATED")),
            item.get("StatusReason", ""),
            ResultsSummary.from_api(item),
            item.get("CreatedAt"),
            item.get("CompletedAt"),
        )

    def refresh(self) -> UploadJob:
        """Return the job as the service describes it now."""
        answer = self.domain.call("GetUploadJob", JobId=self.job_id)
        return UploadJob.from_api(self.domain, {"JobId": self.job_id, "DisplayName": self.display_name} | answer)

    def start(self) -> UploadJob:
        """Start the processing of the file that was put, and return the job.

        One request only. If it errs, the job is read before judging: an answer that was lost does
        not mean that the job did not start.

        Raises
        ------
        ServiceError
            If the job was not started; where `ServiceError.may_pass`, call again.
        """
        try:
            self.domain.call_once("StartUploadJob", JobId=self.job_id)
        except ServiceError as error:
            refusal = error
        else:
            return replace(self, status=JobStatus.IN_PROGRESS)
        seen = self.refresh()
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
        """Return the job once it has ended, looking at it less and less often.

        Parameters
        ----------
        timeout_s : float, optional
            Give up after this time, in seconds; by default never.

        Raises
        ------
        WaitTimeoutError
            If it had not ended by then. The job goes on; wait again.
        """
        patience = tenacity.stop_never if timeout_s is None else tenacity.stop_after_delay(timeout_s)
        pause = tenacity.wait_exponential(POLL_FIRST_S, POLL_LONGEST_S, 1.5) + tenacity.wait_random(0, POLL_JITTER_S)
        polling = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda job: not job.status.is_final),
            wait=lambda state: min(pause(state), _left_s(timeout_s, state)),
            stop=patience,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else self,
        )
        job: UploadJob = polling(trying_again(), self.refresh)
        if not job.status.is_final:
            raise WaitTimeoutError(
                f"Job {self.job_id} is still {job.status} after {timeout_s:g} s. It goes on; call wait() again."
            )
        return job

    def sentence(self) -> str:
        """Return what became of the job, in one sentence."""
        return {
            JobStatus.CREATED: f"Job {self.job_id} waits for its file, or to be started.",
            JobStatus.IN_PROGRESS: f"Job {self.job_id} is being processed.",
            JobStatus.SUCCEEDED: f"Job {self.job_id} succeeded: {self.results}.",
            JobStatus.PARTIALLY_SUCCEEDED: (
                f"Job {self.job_id} took in some records: {self.results}. The service does not say which failed."
            ),
            JobStatus.FAILED: (
                f"Job {self.job_id} failed ({self.status_reason or 'no reason given'}): "
                + (
                    "the service could not read the file, or accepted none of its records."
                    if self.status_reason == "VALIDATION_FAILURE"
                    else "a fault of the service; run the upload again."
                )
            ),
            JobStatus.STOPPED: f"Job {self.job_id} was stopped; what was already taken in stays: {self.results}.",
        }[self.status]

    def __str__(self) -> str:
        return self.sentence()


def _left_s(timeout_s: float | None, state: tenacity.RetryCallState) -> float:
    if timeout_s is None:
        return POLL_LONGEST_S
    return max(timeout_s - (state.seconds_since_start or 0.0), 0.0)


def _status(name: str) -> JobStatus:
    try:
        return JobStatus(name)
    except ValueError:
        raise ServiceError(
            f"The service gives a job the state {name!r}, which this version of cpnb does not know. Update cpnb."
        ) from None
