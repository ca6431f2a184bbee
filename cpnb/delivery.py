"""Bringing one part of an upload to its end: create its job, put its file, start it, watch it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from cpnb import adoption, transfer
from cpnb.bandwidth import Bandwidth
from cpnb.errors import ServiceError, TransferError, UnreachableError, UploadError
from cpnb.job_name import digest, display_name
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.retrying import StoppedError, pause, sending_again, trying_again
from cpnb.transfer import Body, UploadPath
from cpnb.upload_job import JobStatus, NotSeenError, UploadJob

TELL_S = 0.1
"""How often it is told how much of a file was sent: a line may take hundreds of blocks in a second."""

STOPPED_POLL_S = 1.0
"""How soon a job that was stopped is looked at again, at first."""


class Put(Protocol):
    """Puts a file at a path that it fetches when it is ready to send, and returns when the storage has the file."""

    def __call__(
        self,
        fetch: Callable[[], UploadPath],
        body: Watched,
        *,
        stall_s: float,
        answer_s: float,
        megabyte_s: float,
        ca_bundle: str | None,
    ) -> None:
        """Put the file; the settings are those of `cpnb.transfer.put`."""


def put_from_here(
    fetch: Callable[[], UploadPath],
    body: Watched,
    *,
    stall_s: float,
    answer_s: float,
    megabyte_s: float,
    ca_bundle: str | None,
) -> None:
    """Put a file from this process."""
    path = fetch()
    body.has_gone(0)  # only now: how long paths are valid decides which other files may set out meanwhile
    transfer.put(
        path,
        body.file,
        stall_s=stall_s,
        answer_s=answer_s,
        megabyte_s=megabyte_s,
        ca_bundle=ca_bundle,
        tell=body.has_gone,
    )


class Delivery:
    """One part on its way through the service.

    Each step may wait as long as the plan's options allow, and the last one until the job has ended.

    Parameters
    ----------
    plan : Plan
        What it is a part of.
    part : Part
        The part.
    name : str
        Beginning of its job's name.
    stream : Body
        Its file.
    bandwidth : Bandwidth, optional
        The line, if it is shared with other parts.
    stopping : threading.Event, optional
        Once it is set, what was not started is not started any more: the step at work ends with a
        `StoppedError`.
    put : Put
        Who puts the file at its path; by default this process.
    """

    def __init__(
        self,
        plan: Plan,
        part: Part,
        name: str,
        stream: Body,
        *,
        bandwidth: Bandwidth | None = None,
        stopping: threading.Event | None = None,
        put: Put = put_from_here,
    ) -> None:
        self._domain = plan.domain
        self._plan = plan
        self._part = part
        self._name = display_name(plan, part, name)
        self._stream = stream
        self._bandwidth = bandwidth or Bandwidth(plan.options.parts_in_flight)
        self._stopping = stopping or threading.Event()
        self._put_file = put

    def create(self) -> UploadJob:
        """Create the part's job, exactly once whatever happens to the answers, and return it.

        Raises
        ------
        UploadError
            If the service refuses.
        """
        with self._interruptible(), _stage("create"):
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
            Given the number of bytes sent, about ten times a second; what it raises ends the sending.

        Returns
        -------
        UploadJob
            The job; no more in state CREATED if another run of the same upload has overtaken this one.

        Raises
        ------
        UploadError
            If the file did not get through. The job stays CREATED.
        """
        with self._interruptible(), _stage("put", job):
            try:
                sending_again()(self._put, job, tell)
                return job
            except ServiceError as error:
                refusal = error
            # What matters is why the file did not get through, and not that nobody could be asked after it.
            with contextlib.suppress(ServiceError):
                seen = job.refresh()
                if seen.status is not JobStatus.CREATED:
                    return seen
            raise refusal

    def _put(self, job: UploadJob, tell: Callable[[int], None]) -> None:
        # Its own id for a number: small parts of one part have its number all.
        with self._bandwidth.turn(id(self), len(self._stream), pause):
            patience = self._plan.options.patience
            self._put_file(
                lambda: self._fresh_path(job),
                Watched(self._stream, self._gone, tell),
                stall_s=patience.stall_s,
                answer_s=patience.answer_s,
                megabyte_s=patience.megabyte_s,
                ca_bundle=self._domain.ca_bundle,
            )

    def _fresh_path(self, job: UploadJob) -> UploadPath:
        path = UploadPath.from_api(self._domain.call("GetUploadJobPath", JobId=job.job_id))
        if path.valid_until is not None:
            self._bandwidth.path_lives((path.valid_until - datetime.now(UTC)).total_seconds())
        return path

    def _gone(self, sent_bytes: int) -> None:
        if self._stopping.is_set():
            raise StoppedError(StoppedError.WORDS)
        self._bandwidth.sent(id(self), sent_bytes)

    def start(self, job: UploadJob) -> UploadJob:
        """Start the job, unless it is no more in state CREATED, and return it.

        Raises
        ------
        UploadError
            If the service refuses, or if it is not known whether the job was started.
        StoppedError
            If it was stopped on request, and was not started.
        """
        if job.status is not JobStatus.CREATED:
            return job
        with _stage("start", job):
            with self._interruptible():
                starting = trying_again()  # a stop before this ends the step: nothing was asked yet
                with contextlib.suppress(StoppedError):
                    return starting(job.start)
            return self._stopped_while_starting(job)

    def _stopped_while_starting(self, job: UploadJob) -> UploadJob:
        """Return a job as it stands after a stop that came when it had been asked to start, with whatever outcome.

        It is stopped at the service even if it seems not to have been started: a request that was lost for us may
        arrive there later.
        """
        with self._plan.options.patience.applied():
            try:
                return job.stop()
            except ServiceError as error:
                refusal = error
            if refusal.may_pass:
                raise NotSeenError.after(refusal)
            try:
                seen = job.refresh()
            except ServiceError as error:
                raise NotSeenError.after(error) from error
        if seen.status is JobStatus.CREATED:
            raise StoppedError(
                "Stopped on request. Its job was asked to start, and had not been started when it was last looked at."
            )
        return seen

    def watch(self, job: UploadJob) -> UploadJob:
        """Return the job once it has ended; it is looked at again at once when the upload is stopped.

        Raises
        ------
        UploadError
            If the service cannot be asked any more. The job goes on.
        """
        patience = self._plan.options.patience
        with _stage("processing", job):
            with contextlib.suppress(StoppedError), patience.applied(self._stopping):
                return job.wait()
            # Who stops an upload waits for it to be stopped, however seldom a job at work is looked at.
            with replace(patience, poll_first_s=min(patience.poll_first_s, STOPPED_POLL_S)).applied():
                return job.wait()

    @contextlib.contextmanager
    def _interruptible(self) -> Iterator[None]:
        if self._stopping.is_set():
            raise StoppedError(StoppedError.WORDS)
        with self._plan.options.patience.applied(self._stopping):
            yield

    def _create(self) -> UploadJob:
        expiry = {} if self._plan.data_expiry is None else {"DataExpiry": self._plan.data_expiry}
        try:
            answer = self._domain.call_once(
                "CreateUploadJob",
                DisplayName=self._name,
                Fields=self._plan.api_fields,
                UniqueKey=self._plan.fields.key_field.source,
                **expiry,
            )
        except ServiceError as error:
            if error.may_pass and not error.is_throttling:
                raise NotSeenError.after(error) from error
            raise
        return UploadJob(self._domain, answer["JobId"], self._name)

    def _left_by_a_lost_answer(self) -> UploadJob | None:
        ending = digest(self._plan, self._part)
        try:
            job = adoption.earlier_jobs(self._domain, {ending}).get(ending)
        except ServiceError as error:
            raise NotSeenError.after(error) from error
        return job if job and job.status is JobStatus.CREATED else None


class Watched:
    """A file, and two who want to know how much of it has gone: one after each block, the other now and then.

    Attributes
    ----------
    file : Body
        The file itself.
    """

    def __init__(self, file: Body, gone: Callable[[int], None], tell: Callable[[int], None]) -> None:
        self.file = file
        self._gone = gone
        self._tell = tell
        self._tells_again_s = 0.0

    def has_gone(self, sent_bytes: int) -> None:
        """Tell how much has gone.

        Raises
        ------
        StoppedError
            If no more is to be sent.
        """
        self._gone(sent_bytes)
        now_s = time.monotonic()
        if now_s >= self._tells_again_s or sent_bytes in {0, len(self.file)}:
            self._tells_again_s = now_s + TELL_S
            self._tell(sent_bytes)


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
            "processing": f"The job was lost sight of; it {_goes_on(error)} at the service",
        }[stage]
        if isinstance(error, NotSeenError):
            where = {
                "create": "It is not known whether the job was created",
                "start": "The file is there, and it is not known whether its job was started",
            }.get(stage, where)
        text = f"{where}{f' (job {job.job_id})' if job else ''}: {error} {_next_step(error)}"
        job_id = job.job_id if job else ""
        if stage == "put":
            status_code = error.status_code if isinstance(error, TransferError) else 0
            raise TransferError(text, job_id=job_id, code=error.code, status_code=status_code) from error
        raise UploadError(text, job_id=job_id, stage=stage, code=error.code) from error


def _goes_on(error: ServiceError) -> str:
    return "may go on" if isinstance(error, UnreachableError) else "goes on"  # the service may be gone, too


def refuses_job(error: UploadError) -> bool:
    """Return whether the service handed out no path for a job, or did not start it, for good: another job may do.

    What concerns the credentials, the domain, the file or the way to the service would be the same for another.
    """
    cause = error.__cause__
    return type(cause) is ServiceError and error.stage in {"put", "start"} and bool(cause.code) and not cause.may_pass


def _next_step(error: ServiceError) -> str:
    """Return what to do: what may pass is run again as it is, anything else has to change first."""
    again = "un the upload again, or upload.retry() its part: it goes on from here."
    return f"R{again}" if error.may_pass else f"As it is, it would end the same again. Once that has changed, r{again}"
