"""The uploads of a domain, as far as they tell why a segment is not what it should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from cpnb import catalog
from cpnb.display import counted
from cpnb.domain import Domain
from cpnb.errors import ServiceError
from cpnb.upload_job import LONG_AGO, JobStatus, UploadJob, wrote_until

__all__ = ["SETTLES_AFTER", "DomainUploads"]

SETTLES_AFTER = timedelta(minutes=10)
"""How long after its end an upload may still be missing from segments. That it may is documented, and not how long.
Source: Amazon Connect administrator guide, 'object-type-mapping-troubleshooting'; the minutes are our caution."""

_PAGE_SIZE = 500
"""Jobs of one answer of the service. Source: service model, ListUploadJobs (MaxResults)."""


@dataclass(frozen=True, slots=True)
class DomainUploads:
    """What the upload jobs of a domain say at one moment.

    Attributes
    ----------
    job_count : int
        Jobs that the service lists.
    at_work_count : int
        Those that are still at work.
    just_ended_count : int
        Those that wrote profiles until a few minutes ago.
    wrote_count : int
        Those that ended and wrote profiles.
    expired_count : int
        Those of them whose profiles have expired since, unless something updated them.
    last_ended_at : datetime or None
        When the last of those that wrote has ended.
    last_expires_at : datetime or None
        When its profiles expire, unless something updates them.
    last_status : JobStatus or None
        How the job ended, or stands, that was created last.
    looked_at : datetime
        When this was seen, in UTC.
    """

    job_count: int
    at_work_count: int
    just_ended_count: int
    wrote_count: int
    expired_count: int
    last_ended_at: datetime | None
    last_expires_at: datetime | None
    last_status: JobStatus | None
    looked_at: datetime

    @classmethod
    def look(cls, domain: Domain) -> Self | None:
        """Return what the jobs of a domain say now; None if nobody may look, which is no mistake."""
        try:
            return cls.of_items(domain, domain.pages("ListUploadJobs", MaxResults=_PAGE_SIZE), datetime.now(UTC))
        except ServiceError:
            return None

    @classmethod
    def of_items(cls, domain: Domain, items: Iterable[Mapping[str, Any]], now: datetime) -> Self:
        """Return what jobs say at a moment, as ListUploadJobs describes them."""
        at_work = job_count = 0
        ends: list[tuple[datetime, datetime]] = []  # of the job, and of its profiles
        last: UploadJob | None = None
        for item in items:
            job = UploadJob.from_api(domain, dict(item))
            job_count += 1
            at_work += job.status is JobStatus.IN_PROGRESS
            if last is None or (job.created_at or LONG_AGO) >= (last.created_at or LONG_AGO):
                last = job
            wrote = wrote_until(job.status, job.status_reason, job.created_at, job.completed_at)
            if job.status is not JobStatus.IN_PROGRESS and wrote > LONG_AGO:
                days = item.get("DataExpiry") or catalog.DEFAULT_EXPIRY_DAYS
                ends.append((wrote, wrote + timedelta(days=days)))
        last_end, last_expiry = max(ends, default=(None, None))
        return cls(
            job_count,
            at_work,
            sum(end > now - SETTLES_AFTER for end, _ in ends),
            len(ends),
            sum(expiry <= now for _, expiry in ends),
            last_end,
            last_expiry,
            last.status if last else None,
            now,
        )

    @property
    def unsettled(self) -> str:
        """What may not show in segments yet, as a sentence; empty if everything should."""
        parts = []
        if self.at_work_count:
            are = "is" if self.at_work_count == 1 else "are"
            parts.append(f"{counted(self.at_work_count, 'upload job')} {are} still at work")
        if self.just_ended_count and self.last_ended_at is not None:
            jobs, ago = counted(self.just_ended_count, "upload job"), _ago(self.looked_at - self.last_ended_at)
            parts.append(f"{jobs} ended only {ago} ago, and what was uploaded shows late in segments")
        return f"{'; '.join(parts)}." if parts else ""


def _ago(passed: timedelta) -> str:
    seconds = max(0, round(passed.total_seconds()))
    return counted(seconds, "second") if seconds < 90 else counted(round(seconds / 60), "minute")  # noqa: PLR2004
