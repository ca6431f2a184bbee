"""Why a table and the service may count differently: what fits what was seen, the most likely first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cpnb.display import counted
from cpnb.segments.domain_uploads import DomainUploads
from cpnb.upload_job import JobStatus

__all__ = ["Counts", "reasons"]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted on both sides, and what else was seen.

    Attributes
    ----------
    rows : int
        Rows of the table that match.
    without_key, with_repeated_key : int
        Those of them that become no profile of their own.
    service : int
        Profiles that the service counts.
    nearly : int
        Where no row matches: rows that would if letter case, spaces and accents did not count.
    holds_for_absent : bool
        Whether a profile that has none of the attributes meets the condition.
    uploads : DomainUploads or None
        What the upload jobs of the domain say; None if nobody may look.
    """

    rows: int
    without_key: int
    with_repeated_key: int
    service: int
    nearly: int
    holds_for_absent: bool
    uploads: DomainUploads | None

    @property
    def profiles(self) -> int:
        """How many profiles the rows that match make."""
        return self.rows - self.without_key - self.with_repeated_key


def reasons(counts: Counts) -> tuple[str, ...]:
    """Return why both sides may differ, the most likely first; none if they agree."""
    if counts.service == counts.profiles:
        return ()
    uploads = counts.uploads
    unsettled = (uploads.unsettled,) if uploads and uploads.unsettled else ()
    if counts.service < counts.profiles:
        return (*unsettled, *_fewer(counts))
    return (*_more(counts), *unsettled)


def _fewer(counts: Counts) -> Iterator[str]:
    """Yield why the service may count fewer profiles than the rows make.

    Source: administrator guide, 'customer-profiles-data-expiration', 'profile-matching'.
    """
    uploads = counts.uploads
    if uploads is not None:
        if uploads.wrote_count == 0:
            jobs = counted(uploads.job_count, "upload job")
            yield f"The rows may not be uploaded yet: of {jobs} of the domain none has brought in a profile."
        if uploads.last_status in {JobStatus.FAILED, JobStatus.PARTIALLY_SUCCEEDED, JobStatus.STOPPED}:
            yield (
                f"The last upload job ended as {uploads.last_status}, so that records are missing; "
                "upload.failed_rows() says which, as far as that can be known."
            )
        if uploads.expired_count:
            yield (
                f"Profiles of {counted(uploads.expired_count, 'upload job')} have expired by now, unless something "
                "updated them: upload the table again, with a longer data_expiry."
            )
    yield (
        "Rows may have been added or cleaned since the upload: the service compares what was sent, letter case and "
        "spaces included."
    )
    yield (
        "Some rows may have met a profile that was there: an upload does not overwrite what an agent edited, and rows "
        "of one person become one profile."
    )
    if uploads is not None and uploads.last_expires_at is not None and not uploads.expired_count:
        yield (
            "Profiles that nothing updates are deleted when the data_expiry of their upload is over: those of the last "
            f"one on {uploads.last_expires_at:%Y-%m-%d}."
        )


def _more(counts: Counts) -> Iterator[str]:
    """Yield why the service may count more profiles than the rows make."""
    if counts.holds_for_absent:
        yield (
            "The condition also holds for profiles that lack the attributes, so that it counts everybody in the domain "
            "whom this table does not know. Join it with what only your rows have, such as a marker."
        )
    if counts.nearly:
        yield (
            f"{counted(counts.nearly, 'row')} would match if letter case, spaces and accents did not count: the "
            "profiles may be spelled otherwise than the table is now."
        )
    uploads = counts.uploads
    earlier = f" ({counted(uploads.wrote_count, 'upload job')} brought some in)" if uploads else ""
    yield (
        f"The domain has profiles that are not in this table, from other sources or earlier uploads{earlier}. "
        "upload(..., marker=...) marks the rows of one upload, so that a segment can tell them."
    )
    yield (
        "Rows that were changed or dropped in the table since are still profiles of the service as they were, until "
        "they expire."
    )
