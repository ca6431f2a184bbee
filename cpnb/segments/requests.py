"""One question about one segment of a domain."""

from __future__ import annotations

from typing import Any, NoReturn

from cpnb.domain import Domain, require_domain
from cpnb.errors import ServiceError

__all__ = ["NOT_FOUND", "about_segment"]

NOT_FOUND = "ResourceNotFoundException"


def about_segment(domain: Domain, operation: str, name: str, /, **parameters: Any) -> dict[str, Any]:
    """Return the service's answer about one segment; where something is missing, say whether it is the domain.

    Raises
    ------
    ServiceError
        If there is no such segment, or the service refuses.
    DomainNotFoundError, CredentialsError, UnreachableError
        If it cannot be asked.
    """
    require_domain(domain)
    try:
        return domain.call(operation, SegmentDefinitionName=name, **parameters)
    except ServiceError as error:
        failure = error
    if failure.is_not_found and "SnapshotId" not in parameters:
        _raise_not_found(domain, name)
    raise failure


def _raise_not_found(domain: Domain, name: str) -> NoReturn:
    domain.call("GetDomain")  # raises if it is the domain that is missing
    raise ServiceError(
        f"Domain {domain.name!r} has no segment {name!r}; cpnb.list_segments(domain) shows those that it has.",
        code=NOT_FOUND,
    )
