"""What an earlier run left at the service, and what to do with it.

A run that was interrupted, or whose answers were lost, finds its own jobs again by the digests that their
names end in, with no state kept on this machine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any

from cpnb import catalog
from cpnb.display import counted
from cpnb.domain import Domain
from cpnb.errors import ServiceError
from cpnb.job_name import DIGEST_LENGTH, JobName, digest, search_name
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.upload_job import LONG_AGO, JobStatus, UploadJob, creation_time, wrote_until
from cpnb.upload_options import UploadOptions


class Action(Enum):
    """What to do about one part."""

    SEND = "send"
    CONTINUE = "continue"
    WATCH = "watch"
    REPORT = "report"


class Earlier(StrEnum):
    """Who made the job that a part goes on with."""

    RUN = "an earlier run"
    TRY = "the try before"


@dataclass(frozen=True, slots=True)
class Adoption:
    """The decision for one part, and the job that it goes on with.

    Attributes
    ----------
    action : Action
        What to do.
    job : UploadJob or None
        The job to go on with.
    earlier : Earlier
        Who made it.
    why_again : str
        Why a part is sent although a job of it has ended, without a full stop; empty if there is none.
    """

    action: Action
    job: UploadJob | None = None
    earlier: Earlier = Earlier.RUN
    why_again: str = ""

    @property
    def sentence(self) -> str:
        """What is special about how the part is dealt with, without a full stop; empty if nothing is."""
        who = self.earlier.capitalize()
        return {
            Action.SEND: self.why_again,
            Action.CONTINUE: f"{who} had created the job and not started it; it is gone on with",
            Action.WATCH: f"{who} had sent this already; its job is watched, and nothing is sent again",
            Action.REPORT: f"Already uploaded by {self.earlier}, not sent again",
        }[self.action]


def earlier_jobs(domain: Domain, digests: Collection[str]) -> Mapping[str, UploadJob]:
    """Return the newest job of each digest that still says what the domain holds, by digest.

    A job that was started does not say so if another upload wrote after it was created, or still writes: that may
    have written other values to the same customers, and they would stay if this one were not sent again.
    """
    found = _Listing.read(domain, digests)
    return {ending: job for ending, job in found.newest.items() if found.counts(job)}


@dataclass(frozen=True, slots=True)
class _Listing:
    """The jobs of a domain, as one upload sees them.

    Attributes
    ----------
    newest : mapping of str to UploadJob
        The newest job of each digest of the upload.
    others_wrote_until : datetime
        When the last job of another upload may have written.
    at_work : str
        Id of a job of another upload that is at work, and may write for ever; empty if there is none.
    waiting : frozenset of str
        Ids of the jobs, of any upload of this package, that wait for their file.
    """

    newest: Mapping[str, UploadJob]
    others_wrote_until: datetime
    at_work: str
    waiting: frozenset[str]

    @classmethod
    def read(cls, domain: Domain, digests: Collection[str]) -> _Listing:
        newest: dict[str, UploadJob] = {}
        others_wrote_until = LONG_AGO
        at_work = ""
        waiting = set()
        for item in domain.pages("ListUploadJobs", MaxResults=500):
            name = str(item.get("DisplayName", ""))
            ending = name[-DIGEST_LENGTH:]
            if item.get("Status") == JobStatus.CREATED and JobName.read(name).is_ours:
                waiting.add(str(item["JobId"]))
            if ending not in digests:
                if any(search_name(known) in name for known in digests):
                    continue  # it sent the same rows with the same values
                # As it is listed: jobs of others may be in states that nobody here knows.
                others_wrote_until = max(others_wrote_until, _item_wrote_until(item))
                if item.get("Status") == JobStatus.IN_PROGRESS:
                    at_work = str(item["JobId"])
                continue
            job = UploadJob.from_api(domain, item).in_known_state()
            if ending not in newest or creation_time(job) > creation_time(newest[ending]):
                newest[ending] = job
        return cls(newest, others_wrote_until, at_work, frozenset(waiting))

    def counts(self, job: UploadJob) -> bool:
        """Return whether a job still says what the domain holds, or will hold."""
        return job.status is JobStatus.CREATED or creation_time(job) > self.others_wrote_until


def _item_wrote_until(item: Mapping[str, Any]) -> datetime:
    return wrote_until(
        item.get("Status", ""), item.get("StatusReason", ""), item.get("CreatedAt"), item.get("CompletedAt")
    )


class Decisions(dict[int, Adoption]):
    """What to do about each part, by its number.

    Attributes
    ----------
    waiting_count : int
        Jobs of earlier uploads that wait for a file, and that this one does not go on with.
    """

    waiting_count: int = 0

    @property
    def left_waiting(self) -> str:
        """Those jobs in a sentence; empty if there are none."""
        if not self.waiting_count:
            return ""
        wait = "waits" if self.waiting_count == 1 else "wait"
        jobs = f"{counted(self.waiting_count, 'job')} of earlier uploads still {wait} for a file"
        return f"{jobs}; cpnb.list_jobs(domain) shows {'it' if self.waiting_count == 1 else 'them'}."


def decide(plan: Plan, options: UploadOptions) -> Decisions:
    """Return what to do about each part, by its number; asks the service once.

    A job that waits for its file is continued, one at work is watched, one that succeeded within
    the window is reported; where another upload wrote later than it, and in all other cases, the part is sent (again).
    """
    digests = {digest(plan, part): part.number for part in plan.parts}
    # Asked for even when everything is to be sent anyway: it shows, before anything is created, that
    # the domain exists and that the credentials work.
    found = _Listing.read(plan.domain, digests)
    decisions = Decisions({part.number: Adoption(Action.SEND) for part in plan.parts})
    if options.on_repeat == "adopt":
        window_h = _window_h(plan, options)
        for ending, job in found.newest.items():
            decisions[digests[ending]] = _decision(job, window_h, found)
    gone_on_with = {decision.job.job_id for decision in decisions.values() if decision.job}
    decisions.waiting_count = len(found.waiting - gone_on_with)
    return decisions


def decide_again(plan: Plan, jobs: Mapping[Part, UploadJob | None]) -> dict[int, Adoption]:
    """Return what to do about parts that did not get through, by their numbers; each part's job is read first.

    A job that is gone on with is the part's own, or, where it is not known whether one was created,
    the one that was: it waits for its file.

    Parameters
    ----------
    plan : Plan
        What they are parts of.
    jobs : mapping of Part to UploadJob or None
        The parts, each with the job that it had, if it had one.

    Raises
    ------
    DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
        If the jobs cannot be looked at.
    """
    if jobs:
        plan.domain.call("GetDomain")  # one that is gone is told before anything has changed
    nameless = {digest(plan, part): part for part, job in jobs.items() if job is None}
    # All parts' digests, although some are not looked for: parts of one upload are no others to each other.
    found = earlier_jobs(plan.domain, [digest(plan, part) for part in plan.parts]) if nameless else {}
    own = {part: _as_it_is_now(job) for part, job in jobs.items() if job is not None}
    own |= {part: job for ending, part in nameless.items() if (job := found.get(ending)) and _is_adopted(job, plan)}
    decisions = {part: decide_on(job) if (job := own.get(part)) else Adoption(Action.SEND) for part in jobs}
    return {part.number: replace(decision, earlier=Earlier.TRY) for part, decision in decisions.items()}


def _as_it_is_now(job: UploadJob) -> UploadJob | None:
    """Return a job as the service describes it; None if the service has forgotten it."""
    if job.status.is_final:
        return job
    try:
        return job.refresh().in_known_state()
    except ServiceError as error:
        if not error.is_not_found:
            raise
        return None


def _is_adopted(job: UploadJob, plan: Plan) -> bool:
    if plan.options.on_repeat == "send":
        return job.status is JobStatus.CREATED
    return not job.status.is_final or _is_recent(job, _window_h(plan, plan.options))


def decide_on(job: UploadJob) -> Adoption:
    """Return what to do about a part whose own job is known to stand like this, however old it is."""
    action = {
        JobStatus.CREATED: Action.CONTINUE,
        JobStatus.IN_PROGRESS: Action.WATCH,
        JobStatus.SUCCEEDED: Action.REPORT,
        JobStatus.PARTIALLY_SUCCEEDED: Action.REPORT,
    }.get(job.status, Action.SEND)
    return Adoption(action, None if action is Action.SEND else job)


def _decision(job: UploadJob, window_h: float, found: _Listing) -> Adoption:
    why = ""
    if job.status in {JobStatus.FAILED, JobStatus.STOPPED}:
        why = f"The job of an earlier run {'failed' if job.status is JobStatus.FAILED else 'was stopped'}"
    elif not found.counts(job) and found.at_work:
        why = f"Job {found.at_work} of another upload to this domain is still at work"
    elif not found.counts(job):
        why = "Another upload to this domain came after that of an earlier run"
    elif job.status.is_final and not _is_recent(job, window_h):
        why = f"An earlier run ended over {window_h:g} h ago"
    return Adoption(Action.SEND, why_again=f"{why}, so it is sent again") if why else decide_on(job)


EXPIRY_MARGIN_H = 6
"""What will expire within this time is sent again instead of being called "already uploaded"."""


def _window_h(plan: Plan, options: UploadOptions) -> float:
    """Return for how many hours a finished job counts as "already sent": not longer than its profiles live."""
    life_h = 24 * (plan.data_expiry or catalog.DEFAULT_EXPIRY_DAYS)
    return min(options.repeat_window_h, life_h - EXPIRY_MARGIN_H)


def _is_recent(job: UploadJob, window_h: float) -> bool:
    ended = job.completed_at or job.created_at
    return ended is not None and datetime.now(UTC) - ended < timedelta(hours=window_h)
