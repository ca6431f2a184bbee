"""The parts of an upload at work: threads of their own, as many jobs at once as allowed, until each part has ended."""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from cpnb.adoption import Action, Adoption
from cpnb.bandwidth import Bandwidth
from cpnb.delivery import Delivery, refuses_job
from cpnb.errors import CpnbError, ServiceError, UploadError, WaitTimeoutError
from cpnb.part_progress import PartProgress, Phase
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.retrying import StoppedError
from cpnb.sender import Sender
from cpnb.upload_job import UploadJob

DEAF_S = 0.5
"""How long the waiting for the end is deaf to Ctrl-C, on systems that cannot interrupt it at once."""

STOPPING_S = 60.0
"""How long parts that are being stopped are waited for: several looks at a job, however seldom they are."""


class PartsAtWork:
    """Brings the parts of one upload to their ends, and knows how far each has come.

    Parameters
    ----------
    plan : Plan
        What they are parts of.
    sender : Sender
        Who has their rows.
    decisions : mapping of int to Adoption
        What to do about each part, by its number.
    name : str
        Beginning of the jobs' names.
    tell : callable
        Called, on the threads, whenever something changed; never by two of them at once.
    """

    def __init__(
        self, plan: Plan, sender: Sender, decisions: Mapping[int, Adoption], name: str, tell: Callable[[], None]
    ) -> None:
        self._plan = plan
        self._sender = sender
        self._name = name
        self._tell = tell
        self._telling = threading.RLock()
        self._teller: int | None = None
        self._untold_count = 0
        self._began_s = time.monotonic()
        self._ended_s: float | None = None
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._in_flight = threading.BoundedSemaphore(plan.options.parts_in_flight)
        self._superseded: list[UploadJob] = []
        self._progress = {
            part.number: PartProgress(part, decisions[part.number], job=decisions[part.number].job)
            for part in plan.parts
        }
        self.bandwidth = Bandwidth(plan.options.parts_in_flight)

    @property
    def parts(self) -> tuple[PartProgress, ...]:
        """Every part, as far as it has come, in order."""
        with self._changed:
            return tuple(self._progress.values())

    @property
    def superseded_jobs(self) -> tuple[UploadJob, ...]:
        """The jobs of parts that were sent again in another job."""
        with self._changed:
            return tuple(self._superseded)

    @property
    def done(self) -> bool:
        """Whether every part has come to its end, good or bad."""
        return all(progress.phase.is_final for progress in self.parts)

    @property
    def elapsed_s(self) -> float:
        """For how long the parts are at work, or were until the last one ended; of parts sent again since then."""
        with self._changed:
            return (time.monotonic() if self._ended_s is None else self._ended_s) - self._began_s

    def wait(self, timeout_s: float | None) -> bool:
        """Wait until all is done and told, or the time is over, and return whether; an interrupt passes through.

        Raises
        ------
        UploadError
            If a part that is at work would wait for itself.
        """
        if self._teller == threading.get_ident() and not self.done:
            raise UploadError(
                "wait() was called inside on_progress, where the part that tells would wait for itself; retry() after "
                "stop() waits as well. Call it after upload(), in a cell of its own."
            )
        ends_s = float("inf") if timeout_s is None else time.monotonic() + timeout_s
        with self._changed:
            # Who waits while being told would wait for itself.
            while not self.done or (self._untold_count and self._teller != threading.get_ident()):
                left_s = min(DEAF_S, ends_s - time.monotonic())
                if left_s <= 0:
                    return self.done
                self._changed.wait(left_s)
        return True

    def stop(self) -> None:
        """Stop every part that is not through.

        Raises
        ------
        ServiceError
            If the service refused to stop a job; the others are stopped.
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

    def finish_stopping(self, timeout_s: float = STOPPING_S) -> None:
        """Wait for what is being stopped to end; where nothing is, return at once. An interrupt passes through.

        Raises
        ------
        WaitTimeoutError
            If the time is over.
        """
        if self._stopping.is_set() and not self.wait(timeout_s):
            open_count = sum(not progress.phase.is_final for progress in self.parts)
            raise WaitTimeoutError(
                f"Of the parts that are being stopped, {open_count:,} still at work after {timeout_s:g} s; nothing "
                "was sent again. The service takes its time, or has refused to stop the job: wait(), then retry()."
            )

    def again(self, ended: Iterable[PartProgress], decisions: Mapping[int, Adoption]) -> None:
        """Begin anew with parts that have ended, as was decided for each."""
        with self._changed:
            # Somebody else may have begun with the same parts meanwhile.
            mine = [progress for progress in ended if self._progress[progress.part.number] is progress]
            if self._stopping.is_set():
                self._stopping = threading.Event()
            for progress in mine:
                decision = decisions[progress.part.number]
                if decision.job is None and progress.job is not None:
                    self._superseded.append(progress.job)
                self._progress[progress.part.number] = PartProgress(progress.part, decision, job=decision.job)
            if mine:
                self._began_s, self._ended_s = time.monotonic(), None
        self.begin(progress.part for progress in mine)

    def begin(self, parts: Iterable[Part]) -> None:
        """Put parts to work; a script that ends without waiting finishes them first."""
        # Jobs that an earlier run left at work come first: together with new ones they could be too many.
        in_order = sorted(parts, key=lambda part: (self._progress[part.number].job is None, part.number))
        pool = ThreadPoolExecutor(self._plan.options.parts_in_flight, thread_name_prefix="cpnb-upload")
        begun_count = 0
        try:
            for part in in_order:
                delivery = Delivery(
                    self._plan,
                    part,
                    self._name,
                    self._sender.file(part),
                    bandwidth=self.bandwidth,
                    stopping=self._stopping,
                    put=self._sender.put,
                )
                pool.submit(self._run, delivery, part, self._stopping)
                begun_count += 1
        finally:
            pool.shutdown(wait=False)
            for part in in_order[begun_count:]:  # an interrupt came: nobody will bring these to their ends
                error = StoppedError("Interrupted before this part was begun; upload.retry() begins it.")
                self.note(part, phase=Phase.STOPPED, error=error)

    def _run(self, delivery: Delivery, part: Part, stopping: threading.Event) -> None:
        try:
            with self._in_flight:
                if not self._progress[part.number].phase.is_final:
                    self._bring_to_its_end(delivery, part, stopping)
        except StoppedError as error:
            self.note(part, phase=Phase.STOPPED, error=without_frames(error))
        except CpnbError as error:
            self.note(part, phase=Phase.BROKEN, error=without_frames(error))
        except BaseException as error:  # noqa: BLE001 - whatever it is must end the waiting of wait()
            # Its kind and place only: the text of a foreign error could hold a value.
            place = traceback.extract_tb(error.__traceback__)[-1]
            broken = UploadError(
                f"Part {part.number} broke off: {type(error).__name__} in {Path(place.filename).name}, line "
                f"{place.lineno}. Run the upload again."
            )
            self.note(part, phase=Phase.BROKEN, error=broken)

    def _bring_to_its_end(self, delivery: Delivery, part: Part, stopping: threading.Event) -> None:
        progress = self._progress[part.number]
        job = progress.job
        if job is None or progress.action in {Action.SEND, Action.CONTINUE}:
            job = self._started(delivery, part, job)
        self.note(part, phase=Phase.PROCESSING, job=job)
        # `stop` sets the flag before it looks for jobs at work: one of the two sees the other.
        if stopping.is_set() and not job.status.is_final:
            with contextlib.suppress(ServiceError):  # refused: the job goes on, and so does the watching
                job.stop()
        self.note(part, phase=Phase.DONE, job=delivery.watch(job))

    def _started(self, delivery: Delivery, part: Part, left: UploadJob | None) -> UploadJob:
        """Return the job of a part once it has its file and was started: the one that was left, or a new one."""
        if left is not None:
            try:
                return self._sent(delivery, part, left)
            except UploadError as error:
                if not refuses_job(error):
                    raise
                code = error.code
            with self._changed:
                self._superseded.append(left)
            why = f"The service goes on no more with job {left.job_id}, which had been created before ({code})"
            self.note(part, adoption=Adoption(Action.SEND, why_again=f"{why}, so another is made"), sent_bytes=0)
        return self._sent(delivery, part, delivery.create())

    def _sent(self, delivery: Delivery, part: Part, job: UploadJob) -> UploadJob:
        self.note(part, phase=Phase.SENDING, job=job)
        return delivery.start(delivery.send(job, lambda sent_bytes: self.note(part, sent_bytes=sent_bytes)))

    def note(self, part: Part, **changes: Any) -> None:
        """Take note of how far a part has come, and tell of it."""
        with self._changed:
            self._progress[part.number] = replace(self._progress[part.number], **changes)
            if all(progress.phase.is_final for progress in self._progress.values()):
                self._ended_s = time.monotonic()
            self._untold_count += 1
            self._changed.notify_all()
        try:
            with self._telling:  # one at a time: a progress bar need not be safe for threads
                before, self._teller = self._teller, threading.get_ident()
                try:
                    self._tell()
                finally:
                    self._teller = before
        finally:
            with self._changed:
                self._untold_count -= 1
                self._changed.notify_all()


def without_frames(error: CpnbError) -> CpnbError:
    """Return an error to be kept or raised anew, it and its causes without the frames they came through.

    Those hold rows, and some tools show what they hold.
    """
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = None
            waiting += [one.__cause__, one.__context__]
    return error
