"""What an earlier run left at the service, and what to do with it.

A job's name ends in a digest of what it is to upload, so that a run that was interrupted, or whose
answers were lost, finds its own jobs again, with no state kept on this machine.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

import xxhash

from cpnb import catalog
from cpnb.domain import Domain
from cpnb.parts import Part
from cpnb.planning import Plan, UploadOptions
from cpnb.upload_job import JobStatus, UploadJob

DIGEST_LENGTH = 16


class Action(Enum):
    """What to do about one part."""

    SEND = "Sent"
    CONTINUE = "An earlier run had created the job and not started it; this run goes on with it"
    WATCH = "An earlier run had sent this already; its job is watched, and nothing is sent again"
    REPORT = "Already uploaded by an earlier run, not sent again"


@dataclass(frozen=True, slots=True)
class Adoption:
    """The decision for one part, and the job that it goes on with."""

    action: Action
    job: UploadJob | None = None


def digest(plan: Plan, part: Part) -> str:
    """Return 16 hexadecimal digits that stand for all that a part would do at the service.

    Content, fields, key, expiry and the part's number go in.
    """
    said = {
        "content": part.measure.digest,
        "fields": plan.fields.to_api(),
        "unique_key": plan.fields.key_field.source,
        "data_expiry": plan.data_expiry,
        "part": part.number,
    }
    return xxhash.xxh3_128_hexdigest(json.dumps(said, sort_keys=True).encode())[:DIGEST_LENGTH]


def display_name(plan: Plan, part: Part, name: str) -> str:
    """Return the name of a part's job, which ends in its digest."""
    # The time keeps names apart, should the service insist on that; a job is found by its digest alone.
    ending = f" {part.number}/{len(plan.parts)} {datetime.now(UTC):%Y%m%dT%H%M%S.%fZ} {digest(plan, part)}"
    longest = catalog.limit("CreateUploadJobRequest", "DisplayName").maximum
    return name[: longest - len(ending)] + ending


def earlier_jobs(domain: Domain, digests: Collection[str]) -> Mapping[str, UploadJob]:
    """Return the newest job of each digest that still says what the domain holds, by digest.

    A job that has ended does not say so if another upload came after it: that may have written
    other values to the same customers, and they would stay if this one were not sent again.
    """
    found: dict[str, UploadJob] = {}
    other_created_at = _LONG_AGO
    for item in domain.pages("ListUploadJobs", MaxResults=500):
        ending = str(item.get("DisplayName", ""))[-DIGEST_LENGTH:]
        if ending not in digests:
            other_created_at = max(other_created_at, item.get("CreatedAt", _LONG_AGO))
            continue
        job = UploadJob.from_api(domain, item)
        if ending not in found or _created(job) > _created(found[ending]):
            found[ending] = job
    return {ending: job for ending, job in found.items() if not job.status.is_final or _created(job) > other_created_at}


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _created(job: UploadJob) -> datetime:
    return job.created_at or _LONG_AGO


def decide(plan: Plan, options: UploadOptions) -> dict[int, Adoption]:
    """Return what to do about each part, by its number; asks the service once.

    A job that waits for its file is continued, one at work is watched, one that succeeded within
    the window, and was not followed by another upload, is reported; all others are sent (again).
    """
    digests = {digest(plan, part): part.number for part in plan.parts}
    # Asked for even when everything is to be sent anyway: it shows, before anything is created, that
    # the domain exists and that the credentials work.
    found = earlier_jobs(plan.domain, digests)
    decisions = {part.number: Adoption(Action.SEND) for part in plan.parts}
    if options.on_repeat == "adopt":
        decisions |= {digests[ending]: _decision(job, options) for ending, job in found.items()}
    return decisions


def _decision(job: UploadJob, options: UploadOptions) -> Adoption:
    if job.status is JobStatus.CREATED:
        return Adoption(Action.CONTINUE, job)
    if job.status is JobStatus.IN_PROGRESS:
        return Adoption(Action.WATCH, job)
    if job.status in {JobStatus.SUCCEEDED, JobStatus.PARTIALLY_SUCCEEDED} and _is_recent(job, options.repeat_window_h):
        return Adoption(Action.REPORT, job)
    return Adoption(Action.SEND)


def _is_recent(job: UploadJob, window_h: float) -> bool:
    ended = job.completed_at or job.created_at
    return ended is not None and datetime.now(UTC) - ended < timedelta(hours=window_h)
