"""Creating several segments, all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cpnb.domain import Domain
from cpnb.errors import ServiceError, listed
from cpnb.segments.definition import SegmentDefinition

__all__ = ["create_segments"]


def create_segments(domain: Domain, segments: Iterable[SegmentDefinition]) -> list[SegmentDefinition]:
    """Create segments in their order, all of them or none, and return them.

    For those that build on each other::

        cpnb.create_segments(domain, SegmentDefinition.through_sources("x", condition))

    Where one cannot be created, those that were created before it are deleted again, and nothing else.

    Parameters
    ----------
    domain : Domain
        Where.
    segments : iterable of SegmentDefinition
        A segment after those that it is built on.

    Raises
    ------
    SegmentExistsError, SourceSegmentError, DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
        See `SegmentDefinition.create`. A note of the error says what was deleted again, and what could not be.
    """
    created: list[SegmentDefinition] = []
    try:
        for segment in segments:
            segment.create(domain)
            created.append(segment)
    except (ServiceError, KeyboardInterrupt) as error:
        if created:
            error.add_note(_deleted_again(domain, created))
        raise
    return created


def _deleted_again(domain: Domain, created: Sequence[SegmentDefinition]) -> str:
    """Delete segments, the last first, and return in words which are gone and which are not."""
    left = []
    for segment in reversed(created):
        try:
            segment.delete(domain)
        except ServiceError:
            left.append(segment.name)
    if left:
        return f"Created before it, and could not be deleted again: {listed(left)}."
    return f"What was created before it was deleted again: {listed([segment.name for segment in created])}."
