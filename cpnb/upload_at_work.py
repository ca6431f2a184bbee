"""What `upload` returns: a table on its way, its parts at work, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from cpnb import adoption, failed_rows
from cpnb.adoption import Decisions
from cpnb.display import counted, show_widget
from cpnb.domain import Domain
from cpnb.errors import ChangedDataError, CpnbError, FieldsError, UploadError, WaitTimeoutError
from cpnb.expressions import profile
from cpnb.failed_rows import SearchProgress
from cpnb.listener import Listener
from cpnb.part_progress import PartProgress, failure_of, frame_of, headline_of, reported_from, results_of, status_of
from cpnb.parts_at_work import PartsAtWork, without_frames
from cpnb.planning import Plan
from cpnb.retrying import checked_timeout, in_a_cell
from cpnb.segments import SegmentDefinition
from cpnb.sender import Sender
from cpnb.unheard_end import UnheardEnd
from cpnb.upload_display import html_of_upload
from cpnb.upload_job import ResultsSummary, UploadJob

__all__ = ["Upload", "begin_upload"]


class Upload:
    """A table on its way: its parts at work on threads of their own.

    What `upload` returns. Its text and HTML show the parts as they are at that moment. It keeps the
    mapped columns of the table, for `retry` and `failed_rows`; a distributed table, or one in batches, is read again.

    Attributes
    ----------
    plan : Plan
        What was decided before the first byte: report, parts, what stays behind.
    """

    def __init__(self, plan: Plan, sender: Sender, decisions: Decisions, name: str) -> None:
        self.plan = plan
        self._sender = sender
        self._name = name
        self._listener = Listener(plan.options.on_progress)
        self._end = UnheardEnd()
        self._left_waiting = decisions.left_waiting
        self._work = PartsAtWork(plan, sender, decisions, name, self._tell)

    @property
    def domain(self) -> Domain:
        """Where the rows go."""
        return self.plan.domain

    @property
    def parts(self) -> tuple[PartProgress, ...]:
        """Every part, as far as it has come, in order."""
        parts = self._work.parts
        if all(progress.phase.is_final for progress in parts):
            self._end.heard()  # all that tells of the end looks here
        return parts

    @property
    def jobs(self) -> tuple[UploadJob, ...]:
        """The jobs that exist so far, in the order of the parts; of a part that was sent again, the last."""
        return tuple(progress.job for progress in self.parts if progress.job)

    @property
    def superseded_jobs(self) -> tuple[UploadJob, ...]:
        """The jobs that failed, were stopped or refused, and whose parts were sent again; they count nowhere."""
        return self._work.superseded_jobs

    @property
    def results(self) -> ResultsSummary:
        """The service's counters, added up over `jobs`.

        A part that was sent again counts with its last job only: what an earlier one had taken in, the
        last one counts as updated.
        """
        return results_of(self.parts)

    @property
    def done(self) -> bool:
        """Whether every part has come to its end, good or bad."""
        return self._work.done

    @property
    def elapsed_s(self) -> float:
        """For how many seconds it is at work, or was until it ended; after a `retry`, since that."""
        return self._work.elapsed_s

    @property
    def status(self) -> str:
        """One word for the whole: the service's own, or BROKEN if a part could not be brought to its end.

        PARTIALLY_SUCCEEDED also stands for parts that ended differently, if any of them succeeded.
        """
        return status_of(self.parts)

    @property
    def skipped(self) -> pd.DataFrame:
        """The rows that stayed behind: ``row``, the physical position, and ``reason``, the code of a rule."""
        return self.plan.skipped

    @property
    def blanked(self) -> pd.DataFrame:
        """The cells that were sent empty: ``row``, the physical position, ``column``, and ``reason``."""
        return self.plan.blanked

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each part: rows, bytes, what is done and where it is, job and counters."""
        return frame_of(self.parts)

    @property
    def headline(self) -> str:
        """How many rows, how it stands, and the counters, in a line."""
        return headline_of(self.parts)

    def sentences(self) -> list[str]:
        """Return what became of each part so far, a sentence each, and advice if the line is slow."""
        parts = self.parts
        named = len(parts) > 1
        told = [(f"Part {one.part.number}: " if named else "") + one.sentence() for one in parts]
        return [*told, *self._notes()]

    def _notes(self) -> list[str]:
        """Return what is to be known beside the parts, a sentence each."""
        return [note for note in (self._left_waiting, self._work.bandwidth.advice) if note]

    def __str__(self) -> str:
        told = [f"Warning: {warning}" for warning in self.plan.losses()]
        return "\n".join([self.headline, self._plan_sentence(), *told, *self.sentences()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_of_upload(self.headline, self.parts, [self._plan_sentence(), *self._notes()], self.plan.losses())

    def _ipython_display_(self) -> None:
        if all(progress.got_through for progress in self.parts):
            raise NotImplementedError  # nothing moves any more, and nothing can be sent again: text and HTML say it all
        show_widget(self)

    def _plan_sentence(self) -> str:
        return self.plan.sentence(reported_from(self.parts))

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
        timeout_s = checked_timeout(timeout_s)
        try:
            ended = self._work.wait(timeout_s)
        except KeyboardInterrupt as interrupt:
            interrupt.add_note("The upload goes on in the background: wait() waits again, stop() stops it.")
            raise
        if not ended:
            parts = self.parts
            open_count = sum(not progress.phase.is_final for progress in parts)
            raise WaitTimeoutError(
                f"The upload is not through after {timeout_s:g} s: {open_count} of {counted(len(parts), 'part')} at "
                "work. It goes on; call wait() again. If a job does not move for hours, upload.stop() ends it, and "
                "upload.retry() sends its part again."
            )
        failure = failure_of(self.parts, self.domain.name)
        if failure is not None:
            raise failure
        return self

    def stop(self) -> Upload:
        """Stop every part that is not through, and return this upload.

        Records that the service has already taken in stay there.

        Raises
        ------
        ServiceError
            If the service refused to stop the job of a part; the others are stopped. A part whose job is only
            being started now is stopped by itself, and goes on if that is refused.
        """
        self._work.stop()
        return self

    def retry(self) -> Upload:
        """Send again the parts that failed, were stopped or broke, and return this upload, at work again.

        Parts that succeeded, also those of which some records failed, are left as they are, and so are
        those that are still at work. Before a part is sent its job is looked at: one that waits for its
        file is gone on with, and one that has come through after all is not sent again. Parts that are
        being stopped are waited for, and sent again, too.

        Raises
        ------
        WaitTimeoutError
            If parts that are being stopped are still at work after a minute; nothing has changed then.
        DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
            If the jobs cannot be looked at; nothing has changed then.
        """
        self._work.finish_stopping()
        again = [progress for progress in self.parts if progress.phase.is_final and not progress.got_through]
        with in_a_cell(self.plan.options.patience).applied():
            decisions = adoption.decide_again(self.plan, {progress.part: progress.job for progress in again})
        self._end.put_off()
        self._work.again(again, decisions)
        return self

    def segment(
        self, name: str, *, display_name: str | None = None, description: str | None = None
    ) -> SegmentDefinition:
        """Create the segment of exactly the rows of this upload, and return it.

        It asks for the marker that every row carries: a later upload that gives the same attribute
        another value takes its rows out of the segment, and one with the same marker adds its own.

        Parameters
        ----------
        name : str
            Name of the segment, 1 to 64 letters, digits, ``_`` or ``-``.
        display_name, description : str, optional
            What people see.

        Raises
        ------
        FieldsError
            If the upload has no marker.
        SegmentExistsError, ServiceError
            If the name is taken, or the service refuses.
        """
        marker = self.plan.marker
        if marker is None:
            raise FieldsError(
                "The rows of this upload have no marker, and without one the service cannot tell them from others. "
                "Upload them with a marker=('campaign', 'spring-2026'), then ask for the segment."
            )
        condition = profile.Attributes[marker.name].isin([marker.value])
        definition = SegmentDefinition(name, condition, display_name=display_name, description=description)
        return definition.create(self.domain)

    def failed_rows(self, *, max_requests: int = failed_rows.MAX_REQUESTS) -> pd.DataFrame:
        """Return which rows the service refused, as far as that can be known by reading; nothing is sent.

        Parameters
        ----------
        max_requests : int
            How many searches for keys may be made at most.

        Returns
        -------
        pandas.DataFrame
            ``row`` (physical position), ``part``, ``reason`` and ``certainty``, the surest first. A row
            that is not in it was taken in.

        Raises
        ------
        UploadError
            If the upload is still at work.
        ChangedDataError
            If the table is read again, and is another one by now.
        """
        return self._looked_for(failed_rows.failed_rows, max_requests=max_requests)

    def find_failed_rows(
        self, max_jobs: int = 150, *, on_progress: Callable[[SearchProgress], None] | None = None
    ) -> pd.DataFrame:
        """Return which rows the service refuses, found by sending rows again in smaller and smaller jobs.

        It is a verb of its own because jobs stay at the service for good. Rows that are sent again are
        updated, as the service knows them by their key.

        Parameters
        ----------
        max_jobs : int
            How many jobs it may make.
        on_progress : callable, optional
            Given a `SearchProgress` after each answer of the service; ``print`` will do.

        Returns
        -------
        pandas.DataFrame
            As that of `failed_rows`.

        Raises
        ------
        UploadError
            If the upload is still at work, or another upload came after it.
        ChangedDataError
            If the table is read again, and is another one by now.
        """
        return self._looked_for(
            failed_rows.find_failed_rows, max_jobs=max_jobs, name=self._name, on_progress=on_progress
        )

    def _looked_for(self, look: Callable[..., pd.DataFrame], **settings: Any) -> pd.DataFrame:
        parts = self.parts
        if not all(progress.phase.is_final for progress in parts):
            raise UploadError("The upload is still at work, so its failed rows are not known. Call wait() first.")
        jobs = {progress.part.number: progress.job for progress in parts if progress.job}
        changed = {progress.part.number for progress in parts if isinstance(progress.error, ChangedDataError)}
        try:
            return look(failed_rows.SentTable(self.plan, self._sender, jobs, changed), **settings)
        except CpnbError as error:
            failure = without_frames(error)
        raise failure

    def _tell(self) -> None:
        parts = self._work.parts
        if all(progress.phase.is_final for progress in parts):
            failure = failure_of(parts, self.domain.name)
            if failure is not None:
                self._end.came(f"Nobody waited for this upload to end. {headline_of(parts)}. {failure}")
        self._listener.hear(self)


def begin_upload(plan: Plan, sender: Sender, decisions: Decisions, name: str) -> Upload:
    """Put the parts of a plan to work, and return them as an upload.

    Parameters
    ----------
    plan : Plan
        What is sent.
    sender : Sender
        Who has the rows of the table that was planned.
    decisions : Decisions
        What to do about each part.
    name : str
        Beginning of the jobs' names.
    """
    started = Upload(plan, sender, decisions, name)
    started._work.begin(plan.parts)  # noqa: SLF001 - starting is not for users
    return started
