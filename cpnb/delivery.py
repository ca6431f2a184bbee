"""Bringing one part of an upload to its end: create its job, put its file, start it, watch it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import tenacity

from cpnb import adoption, transfer
from cpnb.adoption import Action
from cpnb.csvstream import CsvStream
from cpnb.domain import trying_again
from cpnb.errors import CpnbError, ServiceError, TransferError, UploadError
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.transfer import PutError, Remedy, UploadPath
from cpnb.upload_job import JobStatus, UploadJob

PUT_ATTEMPTS = 5


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
    action : Action
        Whether it is sent, or what an earlier run left is gone on with.
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

    def create(self) -> UploadJob:
        """Create the part's job, exactly once whatever happens to the answers, and return it.

        Raises
        ------
        UploadError
            If the service refuses.
        """
        with _stage("create"):
            for attempt in trying_again():
                with attempt:
                    is_first = attempt.retry_state.attempt_number == 1
                    job = (None if is_first else self._left_by_a_lost_answer()) or self._create()
            return job

    def send(self, job: UploadJob, tell: Callable[[int], None]) -> UploadJob:
        """Put the file, from its start and with a fresh path each time that another try may help.

        Parameters
        ----------
        job : UploadJob
            In state CREATED.
        tell : callable
            Given the number of bytes sent, again and again; what it raises ends the sending.

        Returns
        -------
        UploadJob
            The job; no more in state CREATED if another run of the same upload has overtaken this one.

        Raises
        ------
        UploadError
            If the file did not get through. The job stays CREATED.
        """
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_another_try_may_help),
            wait=tenacity.wait_random_exponential(multiplier=0.5, max=20),
            stop=tenacity.stop_after_attempt(PUT_ATTEMPTS),
            reraise=True,
        )
        with _stage("put", job):
            try:
                attempts(self._put, job, tell)
                return job
            except ServiceError as error:
                refusal = error
            seen = trying_again()(job.refresh)
            if seen.status is JobStatus.CREATED:
                raise refusal
            return seen

    def _put(self, job: UploadJob, tell: Callable[[int], None]) -> None:
        path = UploadPath.from_api(self._domain.call("GetUploadJobPath", JobId=job.job_id))
        transfer.put(path, _Watched(self._stream, tell))

    def start(self, job: UploadJob) -> UploadJob:
        """Start the job, unless it is no more in state CREATED, and return it.

        Raises
        ------
        UploadError
            If the service refuses.
        """
        if job.status is not JobStatus.CREATED:
            return job
        with _stage("start", job):
            return trying_again()(job.start)

    def watch(self, job: UploadJob) -> UploadJob:
        """Return the job once it has ended.

        Raises
        ------
        UploadError
            If the service cannot be asked any more. The job goes on.
        """
        with _stage("processing", job):
            return job.wait()

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


def _another_try_may_help(error: BaseException) -> bool:
    if isinstance(error, PutError):
        return error.remedy is not Remedy.NONE
    return isinstance(error, ServiceError) and error.may_pass


@contextlib.contextmanager
def _stage(stage: str, job: UploadJob | None = None) -> Iterator[None]:
    """Name job and stage in what the service, or the way to it, refuses."""
    try:
        yield
    except ServiceError as error:
        where = {
            "create": "The job was not created",
            "put": "The file did not get through",
            "start": "The file is there, but its job was not started",
            "processing": "The job was lost sight of; it goes on at the service",
        }[stage]
        text = f"{where}{f' (job {job.job_id})' if job else ''}: {error} Run the upload again: it goes on from here."
        job_id = job.job_id if job else ""
        if stage == "put":
            status_code = error.status_code if isinstance(error, TransferError) else 0
            raise TransferError(text, job_id=job_id, code=error.code, status_code=status_code) from error
        raise UploadError(text, job_id=job_id, stage=stage, code=error.code) from error
