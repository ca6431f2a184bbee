"""Bringing one part of an upload to its end: create its job, put its file, start it, watch it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import tenacity

from cpnb import adoption, transfer
from cpnb.adoption import Action
from cpnb.csvstream import CsvStream
from cpnb.errors import CpnbError, ServiceError, TransferError, UnreachableError
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.transfer import PutError, Remedy, UploadPath
from cpnb.upload_job import JobStatus, UploadJob

PUT_ATTEMPTS = 5
CREATE_ATTEMPTS = 4
PAUSE_FIRST_S = 0.5
PAUSE_LONGEST_S = 20.0

# After these the request may have worked, or works when it is repeated.
# Source: service model (InternalServerException, ThrottlingException).
_WORTH_ANOTHER_LOOK = frozenset({"InternalServerException", "ThrottlingException"})


class Phase(StrEnum):
    """Where one part is."""

    WAITING = "waiting"
    SENDING = "sending"
    PROCESSING = "processing"
    DONE = "done"
    BROKEN = "broken"

    @property
    def is_final(self) -> bool:
        """Whether the part will not move any more by itself."""
        return self in {Phase.DONE, Phase.BROKEN}


@dataclass(frozen=True, slots=True)
class PartProgress:
    """One part, as far as it has come.

    Attributes
    ----------
    part : Part
        Its rows and measure.
    action : Action
        Whether it is sent, or what an earlier run left is gone on with.
    phase : Phase
        Where it is.
    sent_bytes : int
        Given to the network so far.
    job : UploadJob or None
        Its job, once there is one.
    error : CpnbError or None
        What broke it.
    """

    part: Part
    action: Action
    phase: Phase = Phase.WAITING
    sent_bytes: int = 0
    job: UploadJob | None = None
    error: CpnbError | None = None

    def sentence(self) -> str:
        """Return what became of the part so far."""
        if self.error is not None:
            return str(self.error)
        how = "" if self.action is Action.SEND else f"{self.action.value}. "
        if self.phase is Phase.SENDING:
            return f"{how}{self.sent_bytes:,} of {self.part.measure.size_bytes:,} bytes sent."
        if self.job is None or self.phase is Phase.WAITING:
            return f"{how}Waiting for its turn."
        return f"{how}{self.job.sentence()}"


class StoppedError(CpnbError):
    """The sending of a part was stopped on request; nothing of the part was stored."""


class Delivery:
    """One part on its way through the service.

    Parameters
    ----------
    plan : Plan
        What it is a part of.
    part : Part
        The part.
    name : str
        Beginning of its job's name.
    stream : CsvStream
        Its file.
    """

    def __init__(self, plan: Plan, part: Part, name: str, stream: CsvStream) -> None:
        self._domain = plan.domain
        self._plan = plan
        self._part = part
        self._name = adoption.display_name(plan, part, name)
        self._stream = stream

    def send(self, job: UploadJob, tell: Callable[[int], None]) -> None:
        """Put the file, from its start and with a fresh path each time that another try may help.

        Parameters
        ----------
        job : UploadJob
            In state CREATED.
        tell : callable
            Given the number of bytes sent, again and again; what it raises ends the sending.

        Raises
        ------
        TransferError
            If the file did not get through. The job stays CREATED.
        """
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda e: isinstance(e, PutError) and e.remedy is not Remedy.NONE),
            wait=tenacity.wait_random_exponential(multiplier=PAUSE_FIRST_S, max=PAUSE_LONGEST_S),
            stop=tenacity.stop_after_attempt(PUT_ATTEMPTS),
            reraise=True,
        )
        try:
            attempts(self._put, job, tell)
            return
        except PutError as error:
            failure = TransferError(
                f"{error} Job {job.job_id} of domain {self._domain.name!r} waits for its file; run the upload again: "
                "it goes on with this job.",
                job_id=job.job_id,
                code=error.code,
                status_code=error.status_code,
            )
        raise failure

    def _put(self, job: UploadJob, tell: Callable[[int], None]) -> None:
        path = UploadPath.from_api(self._domain.call("GetUploadJobPath", JobId=job.job_id))
        transfer.put(path, _Watched(self._stream, tell))

    def create(self) -> UploadJob:
        """Create the part's job, exactly once whatever happens to the answers, and return it."""
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_may_have_worked),
            wait=tenacity.wait_random_exponential(multiplier=PAUSE_FIRST_S, max=PAUSE_LONGEST_S),
            stop=tenacity.stop_after_attempt(CREATE_ATTEMPTS),
            reraise=True,
        )
        for attempt in attempts:
            with attempt:
                is_first = attempt.retry_state.attempt_number == 1
                job = (None if is_first else self._left_by_a_lost_answer()) or self._create()
        return job

    def _create(self) -> UploadJob:
        expiry = {} if self._plan.data_expiry is None else {"DataExpiry": self._plan.data_expiry}
        answer = self._domain.call_once(
            "CreateUploadJob",
            DisplayName=self._name,
            Fields=self._plan.fields.to_api(),
            UniqueKey=self._plan.fields.key_field.source,
            **expiry,
        )
        return UploadJob(self._domain, answer["JobId"], self._name)

    def _left_by_a_lost_answer(self) -> UploadJob | None:
        ending = adoption.digest(self._plan, self._part)
        job = adoption.earlier_jobs(self._domain, {ending}).get(ending)
        return job if job and job.status is JobStatus.CREATED else None


class _Watched:
    """A stream that tells how much of it has been given out."""

    def __init__(self, stream: CsvStream, tell: Callable[[int], None]) -> None:
        self._stream = stream
        self._tell = tell

    def __len__(self) -> int:
        return len(self._stream)

    def __iter__(self) -> Iterator[memoryview]:
        sent_bytes = 0
        self._tell(sent_bytes)
        for block in self._stream:
            yield block
            sent_bytes += len(block)
            self._tell(sent_bytes)


def _may_have_worked(error: BaseException) -> bool:
    return isinstance(error, UnreachableError) or (
        isinstance(error, ServiceError) and error.code in _WORTH_ANOTHER_LOOK
    )
