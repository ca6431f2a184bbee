"""One logical upload of a table: examined, cut into parts, each part one job of the service."""

from __future__ import annotations

import contextlib
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pandas as pd

from cpnb import adoption, frames
from cpnb.adoption import Action, Adoption
from cpnb.delivery import Delivery, PartProgress, Phase, StoppedError
from cpnb.display import counted, html_table
from cpnb.domain import Domain
from cpnb.errors import CpnbError, InvalidDataError, ServiceError, UploadError, WaitTimeoutError
from cpnb.fields import FieldMap
from cpnb.parts import Part
from cpnb.planning import OnInvalid, Plan, UploadOptions, plan, unmapped_columns
from cpnb.upload_job import JobStatus, ResultsSummary, UploadJob


class Upload:
    """A table on its way: its parts at work on threads of their own.

    What `upload` returns. Its text and HTML show the parts as they are at that moment.

    Attributes
    ----------
    plan : Plan
        What was decided before the first byte: report, parts, what stays behind.
    """

    def __init__(self, plan: Plan, decisions: dict[int, Adoption], name: str, options: UploadOptions) -> None:
        self.plan = plan
        self._name = name
        self._options = options
        self._on_progress = options.on_progress
        self._changed = threading.Condition()
        self._telling = threading.Lock()
        self._stopping = threading.Event()
        self._progress = {
            part.number: PartProgress(part, decisions[part.number].action, job=decisions[part.number].job)
            for part in plan.parts
        }

    @property
    def domain(self) -> Domain:
        """Where the rows go."""
        return self.plan.domain

    @property
    def parts(self) -> tuple[PartProgress, ...]:
        """Every part, as far as it has come, in order."""
        with self._changed:
            return tuple(self._progress.values())

    @property
    def jobs(self) -> tuple[UploadJob, ...]:
        """The jobs that exist so far, in the order of the parts."""
        return tuple(progress.job for progress in self.parts if progress.job)

    @property
    def results(self) -> ResultsSummary:
        """The service's counters, added up over the jobs."""
        return sum((job.results for job in self.jobs), ResultsSummary())

    @property
    def done(self) -> bool:
        """Whether every part has come to its end, good or bad."""
        return all(progress.phase.is_final for progress in self.parts)

    @property
    def status(self) -> str:
        """One word for the whole: the service's own, or BROKEN if a part could not be brought to its end.

        PARTIALLY_SUCCEEDED also stands for parts that ended differently, if any of them succeeded.
        """
        parts = self.parts
        if not all(progress.phase.is_final for progress in parts):
            return JobStatus.IN_PROGRESS
        if any(progress.phase is Phase.BROKEN for progress in parts):
            return "BROKEN"
        ends = {
            progress.job.status if progress.job and progress.phase is Phase.DONE else JobStatus.STOPPED
            for progress in parts
        }
        if ends & {JobStatus.SUCCEEDED, JobStatus.PARTIALLY_SUCCEEDED}:
            return JobStatus.SUCCEEDED if ends == {JobStatus.SUCCEEDED} else JobStatus.PARTIALLY_SUCCEEDED
        return JobStatus.FAILED if JobStatus.FAILED in ends else JobStatus.STOPPED

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each part: rows, bytes, phase, what was done, job and counters."""
        return pd.DataFrame(
            [
                {
                    "part": progress.part.number,
                    "records": progress.part.measure.row_count,
                    "size_bytes": progress.part.measure.size_bytes,
                    "phase": progress.phase.value,
                    "status": progress.job.status.value if progress.job else "",
                    "created": progress.job.results.created if progress.job else None,
                    "updated": progress.job.results.updated if progress.job else None,
                    "failed": progress.job.results.failed if progress.job else None,
                    "job_id": progress.job.job_id if progress.job else "",
                }
                for progress in self.parts
            ]
        )

    def sentences(self) -> list[str]:
        """Return what became of each part so far, a sentence each."""
        parts = self.parts
        if len(parts) == 1:
            return [parts[0].sentence()]
        return [f"Part {progress.part.number}: {progress.sentence()}" for progress in parts]

    def __str__(self) -> str:
        head = f"Upload of {counted(self.plan.row_count, 'row')}: {self.status} ({self.results})"
        return "\n".join([head, self.plan.sentence(), *self.sentences()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        return html_table(
            f"Upload of {counted(self.plan.row_count, 'row')}: {self.status} ({self.results})",
            list(frame.columns),
            frame.astype(object).where(frame.notna(), "").itertuples(index=False),
            note=" ".join([self.plan.sentence(), *self.sentences()]),
        )

    def wait(self, timeout_s: float | None = None) -> Upload:
        """Return this upload once every part has come to its end.

        An interrupt (Ctrl-C, the stop button of a notebook) ends the waiting, not the upload; wait
        again, or call `stop`.

        Parameters
        ----------
        timeout_s : float, optional
            In seconds; by default without end.

        Raises
        ------
        WaitTimeoutError
            If the time is over. The upload goes on.
        UploadError
            If a part could not be brought to its end, or the service failed its job.
        """
        try:
            with self._changed:
                ended = self._changed.wait_for(lambda: self.done, timeout_s)
        except KeyboardInterrupt as interrupt:
            interrupt.add_note("The upload goes on in the background: wait() waits again, stop() stops it.")
            raise
        if not ended:
            raise WaitTimeoutError(f"The upload is not through after {timeout_s:g} s. It goes on; call wait() again.")
        self._raise_first_failure()
        return self

    def stop(self) -> Upload:
        """Stop every part that is not through, and return this upload.

        Records that the service has already taken in stay there.

        Raises
        ------
        ServiceError
            If the service refused to stop a part; the others are stopped.
        """
        self._stopping.set()
        refusals = []
        for progress in self.parts:
            if progress.phase is Phase.PROCESSING and progress.job:
                try:
                    progress.job.stop()
                except ServiceError as error:  # the other parts are stopped all the same
                    refusals.append(error)
        if refusals:
            raise refusals[0]
        return self

    def _raise_first_failure(self) -> None:
        for progress in self.parts:
            if progress.error is not None and progress.phase is Phase.BROKEN:
                raise progress.error
            if progress.job and progress.job.status is JobStatus.FAILED:
                raise UploadError(progress.job.sentence(), job_id=progress.job.job_id, stage="processing")

    def _begin(self, data: Any) -> None:
        """Start the parts on their threads; a script that ends without waiting finishes them first."""
        pool = ThreadPoolExecutor(self._options.parts_in_flight, thread_name_prefix="cpnb-upload")
        for part in self.plan.parts:
            pool.submit(self._run, Delivery(self.plan, part, self._name, self.plan.stream(data, part)), part)
        pool.shutdown(wait=False)

    def _run(self, delivery: Delivery, part: Part) -> None:
        try:
            self._bring_to_its_end(delivery, part)
        except StoppedError as error:
            self._note(part, phase=Phase.STOPPED, error=error)
        except CpnbError as error:
            self._note(part, phase=Phase.BROKEN, error=error)
        except BaseException as error:  # noqa: BLE001 - whatever it is must end the waiting of wait()
            # Its kind only: the text of a foreign error could hold a value.
            broken = UploadError(f"Part {part.number} broke off: {type(error).__name__}. Run the upload again.")
            self._note(part, phase=Phase.BROKEN, error=broken)

    def _bring_to_its_end(self, delivery: Delivery, part: Part) -> None:
        progress = self._progress[part.number]
        job = progress.job
        if job is None or progress.action in {Action.SEND, Action.CONTINUE}:
            self._refuse_if_stopping()
            job = job or delivery.create()
            self._note(part, phase=Phase.SENDING, job=job)
            job = delivery.send(job, lambda sent_bytes: self._sent(part, sent_bytes))
            self._refuse_if_stopping()
            job = delivery.start(job)
        self._note(part, phase=Phase.PROCESSING, job=job)
        # `stop` sets the flag before it looks for jobs at work: one of the two sees the other.
        if self._stopping.is_set():
            job.stop()
        self._note(part, phase=Phase.DONE, job=delivery.watch(job))

    def _sent(self, part: Part, sent_bytes: int) -> None:
        self._refuse_if_stopping()
        self._note(part, sent_bytes=sent_bytes)

    def _refuse_if_stopping(self) -> None:
        if self._stopping.is_set():
            raise StoppedError("Stopped on request before its job was started; nothing of this part was taken in.")

    def _note(self, part: Part, **changes: Any) -> None:
        with self._changed:
            self._progress[part.number] = replace(self._progress[part.number], **changes)
            self._changed.notify_all()
        with self._telling:  # one at a time: a progress bar need not be safe for threads
            self._tell()

    def _tell(self) -> None:
        if self._on_progress is None:
            return
        try:
            self._on_progress(self)
        except BaseException as error:  # noqa: BLE001 - a broken progress bar must not break the upload behind it
            self._on_progress = None
            with contextlib.suppress(UserWarning):  # nor must a warning that somebody made an error
                warnings.warn(f"on_progress raised {type(error).__name__} and is not called again.", stacklevel=2)


def upload(
    data: Any,
    domain: Domain,
    fields: FieldMap,
    *,
    display_name: str = "cpnb",
    data_expiry: int | None = None,
    on_invalid: OnInvalid = "raise",
    options: UploadOptions | None = None,
) -> Upload:
    """Examine a table, send what is right of it, and return the upload at work.

    Mistakes raise here, before anything is sent: a wrong table, field map, domain or credentials.
    Then the parts go up on threads of their own, and this returns; `Upload.wait` waits for the end.

    Running the same upload again is safe: what an earlier run finished is reported and not sent,
    what it left half-done is gone on with. A finished upload counts as the same for 24 hours
    (`UploadOptions.repeat_window_h`).

    Parameters
    ----------
    data : pandas.DataFrame
        The table; not changed, and not to be changed until the upload is through.
    domain : Domain
        Where the rows go: ``cpnb.Domain("loyalty", profile="prod")`` or ``sandbox.domain("loyalty")``.
    fields : FieldMap
        What goes where, with a unique key.
    display_name : str
        Beginning of the jobs' names, as the console shows them.
    data_expiry : int, optional
        Days after which the service deletes a profile that is not updated again, 1 to 1098; the
        service's default is 14, and its guide allows an import 90.
    on_invalid : {"raise", "blank", "skip"}
        With errors in the table: refuse it, send the bad cells empty, or leave their rows behind.
    options : UploadOptions, optional
        The rare settings.

    Raises
    ------
    InvalidDataError
        If the table has errors (and `on_invalid` is ``"raise"``), or nothing of it can be sent.
    FrameError, FieldsError
        If the table or the field map cannot be used at all.
    DomainNotFoundError, CredentialsError, UnreachableError
        If the domain cannot be reached.
    """
    options = options or UploadOptions()
    frames.require_columns(data, fields)
    snapshot = frames.snapshot(data, fields.needed_columns)
    planned = plan(snapshot, domain, fields, data_expiry=data_expiry, on_invalid=on_invalid, options=options)
    planned = replace(planned, unmapped=unmapped_columns(data, fields))
    if not planned.accepted:
        planned.report.raise_if_failed()
        raise InvalidDataError("Nothing can be sent: no row has a usable unique key.", planned.report)
    decisions = adoption.decide(planned, options)
    with contextlib.suppress(CpnbError):  # the number is for reading, and not every network reaches who knows it
        _ = domain.account
    started = Upload(planned, decisions, display_name, options)
    started._begin(snapshot)  # noqa: SLF001 - starting is not for users
    return started
