"""One upload job in words: what became of it, when, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cpnb.display import RowHeader, html_badge, html_table
from cpnb.job_name import JobName
from cpnb.upload_job import JobStatus, ResultsSummary, UploadJob


@dataclass(frozen=True, slots=True, repr=False)
class JobDetails:
    """One upload job as it was when it was looked at. Shows itself in words.

    Attributes
    ----------
    job : UploadJob
        The job; ``refresh()``, ``wait()`` and ``stop()`` are there.
    remark : str
        What came of the wish to stop it, if that is not plain from its state.
    """

    job: UploadJob
    remark: str = ""

    def stop(self) -> JobDetails:
        """Stop the job and return it as it is then; of one that has ended, say that there was nothing to stop.

        Raises
        ------
        CredentialsError, UnreachableError, ServiceError
            If the service cannot be asked, or refuses.
        """
        if self.job.status.is_final:
            return JobDetails(self.job, _NOTHING_TO_STOP)
        job = self.job.stop()
        ended_by_itself = job.status.is_final and job.status is not JobStatus.STOPPED
        return JobDetails(job, _NOTHING_TO_STOP if ended_by_itself else "")

    @property
    def next_step(self) -> str:
        """What to do about the job now, in a sentence."""
        name = JobName.read(self.job.display_name)
        if name.is_search:
            return f"{_SEARCH} {_NEXT_STEPS_OF_SEARCH.get(self.job.status, _NOTHING_TO_DO)}"
        is_ours = name.is_ours
        if self.job.status is JobStatus.CREATED and not is_ours:
            return (
                "Its file was not sent yet, or the job was not started. Whoever made it can go on, or stop it; "
                "nothing was taken in."
            )
        if self.job.status is JobStatus.FAILED and self.job.status_reason == "VALIDATION_FAILURE":
            return _REFUSED_FILE_OF_OURS if is_ours else _REFUSED_FILE
        return _NEXT_STEPS.get(self.job.status, _UNKNOWN_STATE)

    def _facts(self) -> list[tuple[str, str]]:
        """Return what is known about the job, name by name."""
        job = self.job
        name = JobName.read(job.display_name)
        part = f", part {name.part} of {name.part_count}" if name.part is not None else ""
        part += ", search for failed rows" if name.is_search else ""
        facts = [
            ("upload", f"{JobName(name.upload)}{part}"),
            ("created", _moment(job.created_at)),
            ("ended", _moment(job.completed_at) + _duration(job)),
            ("records", "" if job.results == ResultsSummary() else str(job.results)),
            ("domain", f"{job.domain.name} at {job.domain.place}"),
            ("job", job.job_id),
            ("stop", self.remark),
        ]
        return [(fact, text) for fact, text in facts if text]

    def __str__(self) -> str:
        facts = [f"  {fact:<8} {text}" for fact, text in self._facts()]
        return "\n".join([f"{self.job.status}: {self.job.sentence()}", *facts, f"  {'next':<8} {self.next_step}"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows: list[tuple[object, object]] = [
            (RowHeader("status"), html_badge(self.job.status.tone, self.job.status.value))
        ]
        rows += [(RowHeader(fact), text) for fact, text in self._facts()]
        rows += [(RowHeader("next"), self.next_step)]
        return html_table(self.job.sentence(), (), rows)


_NEXT_STEPS = {
    JobStatus.CREATED: (
        "Its file was not sent yet, or the job was not started. Run the same upload again: it goes on with this job."
    ),
    JobStatus.IN_PROGRESS: "Look again in a minute. It can be stopped; what was taken in until then stays.",
    JobStatus.SUCCEEDED: "Nothing. Segments and searches may need some minutes until they see the records.",
    JobStatus.PARTIALLY_SUCCEEDED: (
        "upload.failed_rows(), on the upload that made this job, tells which rows are likely to have failed; correct "
        "them and upload again: rows that are in already are updated, not doubled."
    ),
    JobStatus.FAILED: "Run the same upload again: a part that failed is sent anew.",
    JobStatus.STOPPED: "Run the same upload again if the rest is to go too: rows that are in are updated, not doubled.",
}
_UNKNOWN_STATE = "Look again later, or in the Amazon Connect console."
_NOTHING_TO_STOP = "There was nothing to stop: the job had ended before."
_SEARCH = (
    "This is one of the small jobs by which upload.find_failed_rows() asks the service which rows it refuses; it sends "
    "a few rows of that upload again."
)
_NEXT_STEPS_OF_SEARCH = {
    JobStatus.CREATED: "It was not started yet; upload.find_failed_rows(), run again, goes on with it.",
    JobStatus.IN_PROGRESS: "Look again in a minute; upload.find_failed_rows() waits for it.",
}
_NOTHING_TO_DO = "Nothing is to be done about it; which rows they are is in what upload.find_failed_rows() returns."
_REFUSED_FILE_OF_OURS = (
    "Check the table with df.cp.validate(fields); upload.failed_rows(), on the upload that made this job, tells what "
    "is known about its rows."
)
_REFUSED_FILE = (
    "Check the file: UTF-8 without a byte order mark, commas, a header whose names are those of the mapping. Uploads "
    "of this package are written so."
)


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else ""


def _duration(job: UploadJob) -> str:
    """Return how long the job took, from its creation."""
    if job.created_at is None or job.completed_at is None:
        return ""
    seconds = (job.completed_at - job.created_at).total_seconds()
    minutes = round(seconds / 60)
    return f", {seconds:.0f} s later" if seconds < 120 else f", {minutes:,} minutes later"  # noqa: PLR2004 - two minutes
