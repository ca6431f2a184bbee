"""Asking the service how many of a few rows it refuses: by sending just these rows again, as a job of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cpnb.bandwidth import Bandwidth
from cpnb.delivery import Delivery
from cpnb.display import counted
from cpnb.errors import UploadError
from cpnb.failed_rows.sent_table import SentTable
from cpnb.group_testing import FailCount
from cpnb.job_name import DIGEST_LENGTH, digest, search_name
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.upload_job import LONG_AGO, JobStatus, UploadJob, creation_time, wrote_until

NAME_CHARACTERS = 100
"""Of the upload's name, so much is in those of the small jobs: the service allows 255 for all of it."""

LOOK_AGAIN_POLLS = 5
"""How often a job that was just started is looked at, at first, until all jobs are listed again: every 5 s."""


def refused_count(job: UploadJob, row_count: int) -> FailCount | None:
    """Return how many of a job's records were refused, as far as it says; None if it says nothing about them.

    A job that failed because of its file, or of all of its records, and gives no counts, may have been
    spoilt by a single one. One that was stopped tells if it had come to its end all the same.
    Source: service model, ``ResultsSummary`` (all members may be missing), ``StatusReason``; what a job is
    called whose records all fail is not documented.
    """
    failed = job.results.failed
    if job.status is JobStatus.STOPPED:  # what it had not come to has no counter
        return FailCount(failed or 0, failed or 0) if job.results.record_count == row_count else None
    if job.status is JobStatus.FAILED:
        if job.status_reason != "VALIDATION_FAILURE":
            return None
        return FailCount(row_count, row_count) if failed == row_count else FailCount(1, row_count)
    if job.status is JobStatus.SUCCEEDED:
        failed = failed or 0
    elif job.status is not JobStatus.PARTIALLY_SUCCEEDED:
        return None
    if failed is None or not 0 <= failed <= row_count:
        return FailCount(1, row_count)
    return FailCount(failed, failed)


@dataclass(frozen=True, slots=True)
class JobList:
    """The jobs of a domain, listed once.

    Attributes
    ----------
    by_digest : mapping of str to UploadJob
        The newest job of each ending of a name.
    jobs : tuple of UploadJob
        All of them, without counts.
    """

    by_digest: Mapping[str, UploadJob]
    jobs: tuple[UploadJob, ...]

    @classmethod
    def read(cls, plan: Plan) -> JobList:
        """Return the jobs of the plan's domain as they are now."""
        items = plan.domain.pages("ListUploadJobs", MaxResults=500)
        jobs = sorted((UploadJob.from_api(plan.domain, item) for item in items), key=creation_time)
        return cls({job.display_name[-DIGEST_LENGTH:]: job for job in jobs}, tuple(jobs))

    def was_searched(self, plan: Plan, part: Part) -> bool:
        """Return whether failed rows of a part were looked for, in this upload of it or an earlier one."""
        sought = search_name(digest(plan, part))
        return any(sought in job.display_name for job in self.jobs)

    def require_newest(self, plan: Plan, ours: Iterable[UploadJob], *, made_count: int = 0) -> None:
        """Check that no other upload came after these jobs: sending their rows again would undo it.

        Parameters
        ----------
        plan : Plan
            Of the upload.
        ours : iterable of UploadJob
            Its jobs.
        made_count : int
            How many small jobs were made until now.

        Raises
        ------
        UploadError
            If there was one.
        """
        own_ids = {job.job_id for job in ours}
        since = min((creation_time(job) for job in self.jobs if job.job_id in own_ids), default=LONG_AGO)
        own_digests = {digest(plan, part) for part in plan.parts}
        later = [
            job
            for job in self.jobs
            if wrote_until(job.status, job.status_reason, job.created_at, job.completed_at) > since
            and not _is_of(own_digests, job.display_name)
        ]
        if not later:
            return
        so = f"the search ended; small jobs made until then: {made_count:,}" if made_count else "nothing was sent"
        put_over = f"Sending rows of this one again could put older values over theirs, so {so}."
        at_work = [job.job_id for job in later if job.status is JobStatus.IN_PROGRESS]
        if at_work:
            raise UploadError(
                f"Another upload to domain {plan.domain.name!r} is still at work: {counted(len(at_work), 'job')}, "
                f"{at_work[0]} first. {put_over} Wait for it, or stop it, %cp_job {at_work[0]} --stop; then upload "
                "this table again, and look for failed rows in that upload.",
                stage="create",
            )
        raise UploadError(
            f"{counted(len(later), 'other job')} wrote after this upload had begun, or may have, in domain "
            f"{plan.domain.name!r}. {put_over} Upload this table again first, if its values are to be the last; then "
            "look for failed rows in that upload.",
            stage="create",
        )


def _is_of(digests: set[str], name: str) -> bool:
    """Return whether a job is one of an upload with these digests: its own, or a small one made to search it."""
    return name[-DIGEST_LENGTH:] in digests or any(search_name(one) in name for one in digests)


class EarlierJobs:
    """What small jobs of earlier searches said of an upload's rows; sends nothing.

    Parameters
    ----------
    sent : SentTable
        The upload, with the jobs of the parts that are searched.
    listed : JobList
        What there is at the service.

    Attributes
    ----------
    stopping : threading.Event
        Once it is set, the calls at work end with a `StoppedError`; jobs that were started go on.
    made_count : int
        How many jobs were made so far; 0 here.
    """

    def __init__(self, sent: SentTable, listed: JobList) -> None:
        self._plan = sent.plan
        self._sender = sent.sender
        self._jobs = sent.jobs
        self._listed = listed
        self.stopping = threading.Event()
        self.made_count = 0

    def refused(self, part: Part, rows: range) -> FailCount | None:
        """Return how many of some rows the service refused.

        Parameters
        ----------
        part : Part
            Where the rows are from.
        rows : range
            Physical positions; those that stayed behind stay behind again.

        Returns
        -------
        FailCount or None
            None if no job has told.
        """
        few = self._sender.part(rows, part.number)
        job = self._started_before(part, few)
        if job is None:
            return None
        with self._plan.options.patience.applied(self.stopping):
            return self._count(part, few, job.refresh())

    def _started_before(self, part: Part, few: Part) -> UploadJob | None:
        """Return the job that an earlier search of this upload made and started for these very rows."""
        job = self._listed.by_digest.get(digest(self._plan, few))
        if job is None or job.status is JobStatus.CREATED:
            return None
        return job if creation_time(job) > creation_time(self._jobs[part.number]) else None

    def _count(self, part: Part, few: Part, job: UploadJob) -> FailCount | None:
        """Return how many of a few rows of a part their job says were refused."""
        count = refused_count(job, few.measure.row_count)
        if count and job.status is JobStatus.FAILED and self._jobs[part.number].status is not JobStatus.FAILED:
            # The file of the whole part was accepted, so that of some of its rows fails for its records only: all.
            return FailCount(few.measure.row_count, few.measure.row_count)
        return count


class SmallJobs(EarlierJobs):
    """Sends rows of an upload again, a few at a time; safe to use from many threads.

    A job that an earlier search of the same upload made for the same rows is asked instead of making
    another, and so a search that was interrupted goes on where it was.

    Parameters
    ----------
    sent : SentTable
        The upload, with the jobs of the parts that are searched.
    name : str
        Beginning of the small jobs' names.
    listed : JobList
        What there is already.
    max_jobs : int
        How many may be made.
    """

    def __init__(self, sent: SentTable, name: str, listed: JobList, max_jobs: int) -> None:
        super().__init__(sent, listed)
        self._name = name[:NAME_CHARACTERS]
        self._max_jobs = max_jobs
        self._lock = threading.Lock()
        self._looked_s = time.monotonic()
        self._bandwidth = Bandwidth(self._plan.options.parts_in_flight)

    def refused(self, part: Part, rows: range) -> FailCount | None:
        """Return how many of some rows the service refuses; None if no job may be made any more, or came to nothing."""
        few = self._sender.part(rows, part.number)
        job = self._ended_before(part, few)
        if job is None:
            self._require_newest()
            made = self._waiting_for_its_file(few)
            if made is None and not self._may_make():
                return None
            job = self._brought_to_its_end(part, few, made)
        return self._count(part, few, job)

    def _ended_before(self, part: Part, few: Part) -> UploadJob | None:
        """Return the job that an earlier search of this upload made for these very rows, if it tells about them."""
        job = self._started_before(part, few)
        if job is None:
            return None
        with self._plan.options.patience.applied(self.stopping):
            job = job.refresh() if job.status.is_final else job.wait()
        return None if refused_count(job, few.measure.row_count) is None else job

    def _waiting_for_its_file(self, few: Part) -> UploadJob | None:
        """Return the job that an earlier search had made for these rows and not started, if there is one."""
        job = self._listed.by_digest.get(digest(self._plan, few))
        return job if job and job.status is JobStatus.CREATED else None

    def _require_newest(self) -> None:
        """Check that no other upload began during the search; not before each job, as a domain may list thousands."""
        patience = self._plan.options.patience
        with self._lock:
            now_s = time.monotonic()
            if now_s - self._looked_s < LOOK_AGAIN_POLLS * patience.poll_first_s:
                return
            self._looked_s = now_s
        with patience.applied(self.stopping):
            now = JobList.read(self._plan)
        now.require_newest(self._plan, self._jobs.values(), made_count=self.made_count)

    def _may_make(self) -> bool:
        with self._lock:
            if self.made_count >= self._max_jobs:
                return False
            self.made_count += 1
            return True

    def _brought_to_its_end(self, part: Part, few: Part, made: UploadJob | None) -> UploadJob:
        delivery = Delivery(
            self._plan,
            few,
            f"{self._name} {search_name(digest(self._plan, part))}",
            self._sender.file(few),
            bandwidth=self._bandwidth,
            stopping=self.stopping,
            put=self._sender.put,
        )
        job = delivery.start(delivery.send(made or delivery.create(), lambda _: None))
        # Not delivery.watch: when the search is stopped its jobs are left to themselves, and not waited for.
        with self._plan.options.patience.applied(self.stopping):
            return job.wait()
