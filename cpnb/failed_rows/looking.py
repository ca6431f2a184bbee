"""Which rows of an upload the service refused: what can be read, and what can be found by sending rows again.

The service counts the records that it refused and never says which they are.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from cpnb.errors import ChangedDataError
from cpnb.failed_rows.evidence import RefusalEvidence
from cpnb.failed_rows.part_outcomes import Suspects, in_words, suspects
from cpnb.failed_rows.search import RowSearch, SearchProgress
from cpnb.failed_rows.sent_table import SentTable
from cpnb.failed_rows.small_jobs import EarlierJobs, JobList, SmallJobs
from cpnb.failed_rows.verdicts import Certainty, RowVerdicts
from cpnb.parts import Part
from cpnb.upload_job import JobStatus
from cpnb.upload_options import whole

__all__ = ["FailedRowsWarning", "SearchProgress", "failed_rows", "find_failed_rows"]

MAX_REQUESTS = 200
"""Searches for keys, of five each: what takes about 40 s at the 5 requests a second that other operations of
the service allow. Source: administrator guide, 'amazon-connect-service-limits'."""


CALLER = 5
"""Where a warning of `_warn` points: to who calls the method of `Upload` that, by another, calls the verb here."""


class FailedRowsWarning(UserWarning):
    """It is not known of every row whether it failed, or answers of the service contradict each other."""


def failed_rows(sent: SentTable, *, max_requests: int = MAX_REQUESTS) -> pd.DataFrame:
    """Return which rows the service refused, as far as that can be known by reading.

    A row that is not in the table was taken in. A row whose key has no profile was refused; one whose key
    has a profile may have been refused all the same, if the profile was there before. What small jobs of
    `find_failed_rows` said is used. Where rows cannot be told apart all of them are listed, and
    `find_failed_rows` can.

    Parameters
    ----------
    sent : SentTable
        The table, and the jobs of its parts.
    max_requests : int
        How many searches (SearchProfiles) may be made at most. Each asks for five keys; what cannot be
        asked for within the limit is not asked for at all, except for rows with warnings.

    Returns
    -------
    pandas.DataFrame
        ``row`` (physical position), ``part``, ``reason`` and ``certainty`` (see `Certainty`), the surest
        first. ``data.iloc[frame.row]`` are the rows themselves.

    Raises
    ------
    ChangedDataError
        If the table is not the one that was uploaded.
    UnreachableError, CredentialsError, ServiceError
        If the service cannot be asked.

    Warns
    -----
    FailedRowsWarning
        Once, if rows are only "possible": why, and what to do next.
    """
    if (most := whole(max_requests)) is None or most < 0:
        raise ValueError(f"max_requests is {max_requests!r}; expected a whole number from 0.")
    verdicts = RowVerdicts()
    evidence = RefusalEvidence(sent, most)
    with sent.plan.options.patience.applied():
        left = _left_by_earlier_searches(sent, suspects(sent, verdicts), verdicts)
        _require_unchanged(sent, [one for one in left if one.job.status is not JobStatus.FAILED])
        for one in left:
            if one.job.status is JobStatus.FAILED:
                verdicts.add(one.rows, one.part.number, "no record of its part was taken in", Certainty.CERTAIN)
            else:
                evidence.judge(one, verdicts)
    if evidence.doubts:
        warnings.warn(" ".join(evidence.doubts), FailedRowsWarning, stacklevel=CALLER - 1)
    return verdicts.to_frame()


def _left_by_earlier_searches(
    sent: SentTable, suspected: Sequence[Suspects], verdicts: RowVerdicts
) -> Sequence[Suspects]:
    """Return what is not known from small jobs that `find_failed_rows` made before; the rest goes to `verdicts`."""
    if not suspected:
        return suspected
    listed = JobList.read(sent.plan)
    searched = [one for one in suspected if listed.was_searched(sent.plan, one.part)]
    if not searched:
        return suspected
    search = RowSearch(searched, EarlierJobs(_as_last_seen(sent, searched), listed), max_jobs=0)
    search.run(sent.plan.options.parts_in_flight)
    search.report_found(verdicts)
    return [one for one in suspected if not listed.was_searched(sent.plan, one.part)] + search.left()


def _as_last_seen(sent: SentTable, searched: Sequence[Suspects]) -> SentTable:
    """Return the upload with the jobs of the parts that are searched, as they were seen last, and no others."""
    return replace(sent, jobs={one.part.number: one.job for one in searched})


def find_failed_rows(
    sent: SentTable,
    *,
    max_jobs: int,
    name: str,
    on_progress: Callable[[SearchProgress], None] | None = None,
) -> pd.DataFrame:
    """Return which rows the service refuses, found by sending rows again in smaller and smaller jobs.

    Each small job halves the rows among which a refused one hides, so d of n take about d * log2(n / d)
    jobs. The jobs stay at the service for good. What they take in updates the profiles that are there,
    which the service knows by their keys. A search that was interrupted, or ended at `max_jobs`, goes on
    from the results of its jobs when it is called again.

    Parameters
    ----------
    sent : SentTable
        The table, and the jobs of its parts.
    max_jobs : int
        How many small jobs may be made.
    name : str
        Beginning of their names.
    on_progress : callable, optional
        Given a `SearchProgress` after each answer of the service; ``print`` will do.

    Returns
    -------
    pandas.DataFrame
        As `failed_rows` gives it. A row that is not in the table was taken in.

    Warns
    -----
    FailedRowsWarning
        If rows are still undecided at the end, or the counts contradict each other.

    Raises
    ------
    UploadError
        If another upload came after this one: sending its rows again could overwrite the other's values.
    ChangedDataError
        If the table is not the one that was uploaded.
    ServiceError
        If the service cannot be asked, or refuses a job.
    """
    if (most := whole(max_jobs)) is None or most < 1:
        raise ValueError(f"max_jobs is {max_jobs!r}; expected a whole number from 1.")
    verdicts = RowVerdicts()
    with sent.plan.options.patience.applied():
        searched = suspects(sent, verdicts)
        if not searched:
            return verdicts.to_frame()
        sent = _as_last_seen(sent, searched)
        listed = JobList.read(sent.plan)
        listed.require_newest(sent.plan, sent.jobs.values())
        _require_unchanged(sent, searched)
        small_jobs = SmallJobs(sent, name, listed, max_jobs)
        search = RowSearch(searched, small_jobs, max_jobs, on_progress)
        search.run(sent.plan.options.parts_in_flight)
    search.report_found(verdicts)
    search.report_open(verdicts)
    _warn(search, small_jobs.made_count, max_jobs)
    return verdicts.to_frame()


def _require_unchanged(sent: SentTable, searched: Sequence[Suspects]) -> None:
    for one in searched:
        if not _is_unchanged(sent, one.part):
            raise ChangedDataError(
                f"The rows of part {one.part.number} are not those that were uploaded: the table changed. Nothing was "
                "sent. Upload it again, and look for failed rows in that upload."
            )


def _is_unchanged(sent: SentTable, part: Part) -> bool:
    try:
        return sent.sender.part(part.rows, part.number) == part
    except ChangedDataError:
        return False


def _warn(search: RowSearch, job_count: int, max_jobs: int) -> None:
    if not search.steady:
        warnings.warn(
            "The counts contradict each other: records that were refused at one time were taken in at another, or the "
            f"other way round. What was said last counts. Small jobs made: {job_count:,}.",
            FailedRowsWarning,
            stacklevel=CALLER,
        )
    if search.hidden.most:
        why = "as many as allowed" if job_count >= max_jobs else "and some came to nothing"
        warnings.warn(
            f"Refused rows not found yet: {in_words(search.hidden)}, among those that are listed as 'possible'. Small "
            f"jobs made: {job_count:,}, {why}; call find_failed_rows() again, and it goes on from there.",
            FailedRowsWarning,
            stacklevel=CALLER,
        )
