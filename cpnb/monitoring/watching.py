"""Watching a domain: its upload jobs in a period, and one of them in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal, get_args

from cpnb.concurrent_reads import read_each
from cpnb.display import counted
from cpnb.domain import Domain, require_domain
from cpnb.errors import ServiceError
from cpnb.job_name import JobName
from cpnb.monitoring.details import JobDetails
from cpnb.monitoring.jobs import DISPLAYED, UploadJobs
from cpnb.since import Since, beginning
from cpnb.upload_job import UploadJob, creation_time
from cpnb.upload_options import whole

__all__ = ["Searches", "list_jobs", "look_at_job"]

Searches = Literal["hide", "show"]
"""What to do with the small jobs of searches for failed rows."""

PAGE_SIZE = 500
"""Jobs of one answer of the service. Source: service model, ListUploadJobs (MaxResults)."""


def list_jobs(
    domain: Domain, *, since: Since | None = None, limit: int | None = DISPLAYED, searches: Searches = "hide"
) -> UploadJobs:
    """Return the upload jobs of a domain, newest first, with what became of them.

    The service lists all jobs that it knows, in no promised order and without their counters. They are
    all read, those of the period are kept, and the newest of them are asked about one by one, a few at
    the same time. A job that disappears in between is left out.

    Parameters
    ----------
    domain : Domain
        ``cpnb.Domain("loyalty", profile="prod")`` or ``sandbox.domain("loyalty")``.
    since : str, timedelta, date or datetime, optional
        Keep jobs that were created in this time: ``"7d"``, ``"24h"``, ``"2026-11-20"``. What has no zone is
        UTC. By default all. Jobs of which the service tells no time are kept.
    limit : int, optional
        How many of the newest are asked about; None for all. The success rate and the chart are about all
        jobs of the period.
    searches : {"hide", "show"}
        Whether the small jobs are listed by which `Upload.find_failed_rows` searches. They send rows
        again that are likely to fail, so that rates and chart leave them out in any case; the listing
        says how many there are.

    Returns
    -------
    UploadJobs
        Shows itself as a table; ``to_frame()``, ``success_rate``, ``plot()``. A period without jobs is no error.

    Raises
    ------
    ValueError, TypeError
        If `domain`, `since`, `limit` or `searches` is none.
    DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
        If the service cannot be asked. If it throttles, that is waited for, up to a minute for each job.
    """
    require_domain(domain)
    if limit is not None and ((most := whole(limit)) is None or most < 1):
        raise ValueError(f"limit is {limit!r}; expected a whole number from 1, or None for all jobs.")
    if searches not in get_args(Searches):
        raise ValueError(f"searches is {searches!r}; expected 'hide' or 'show'.")
    listed_at = datetime.now(UTC)
    start = None if since is None else beginning(since, listed_at)
    items = domain.pages("ListUploadJobs", MaxResults=PAGE_SIZE)
    # Jobs that are created while the pages are read may move others from one page to the next.
    jobs = {job.job_id: job for job in (UploadJob.from_api(domain, item) for item in items)}
    of_period = [job for job in jobs.values() if _is_in(job, start)]
    of_uploads = [job for job in of_period if searches == "show" or not JobName.read(job.display_name).is_search]
    wanted = sorted(of_uploads, key=creation_time, reverse=True)
    asked = wanted[:limit]
    looked_at = tuple(job for job in read_each(UploadJob.refresh, asked) if job is not None)
    in_period = looked_at + tuple(wanted[len(asked) :])
    return UploadJobs(domain, looked_at, in_period, start, listed_at, len(of_period) - len(wanted))


def _is_in(job: UploadJob, start: datetime | None) -> bool:
    return start is None or job.created_at is None or job.created_at >= start


_ID_CHARACTERS = 32
"""Length of a job's id. Source: service model, shape ``uuid``."""


def look_at_job(domain: Domain, job_id: str) -> JobDetails:
    """Return one upload job as it is now, in words, with what to do next.

    Raises
    ------
    TypeError, ValueError
        If the domain is none, or the id cannot be that of a job.
    ServiceError
        If the domain has no such job, or the service cannot be asked.
    """
    require_domain(domain)
    given: object = job_id
    if not isinstance(given, str):
        raise TypeError(f"The id of a job is a {type(given).__name__}; expected text, {_ID_CHARACTERS} digits.")
    job_id = given.strip().lower()
    if not re.fullmatch(rf"[0-9a-f]{{{_ID_CHARACTERS}}}", job_id):
        same_length = len(job_id) == _ID_CHARACTERS
        count = counted(len(job_id), "character")
        wrong = "in what was given there are other characters" if same_length else f"what was given has {count}"
        raise ValueError(
            f"The id of a job has {_ID_CHARACTERS} digits, 0 to 9 and a to f; {wrong}. "
            "cpnb.list_jobs(domain) lists the jobs with their ids."
        )
    try:
        return JobDetails(UploadJob(domain, job_id).refresh())
    except ServiceError as error:
        failure = error
    if failure.is_not_found:
        domain.call("GetDomain")  # raises if it is the domain that is missing
        raise ServiceError(
            f"Domain {domain.name!r} has no job {job_id}. cpnb.list_jobs(domain) lists those that it has; check that "
            "it is the domain, the region and the account in which the upload ran.",
            code=failure.code,
        )
    raise failure
