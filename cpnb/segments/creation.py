"""Creating a segment so that it exists once, and replacing one so that it is never lost."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from cpnb.domain import Domain
from cpnb.errors import ReplacementError, SegmentExistsError, ServiceError
from cpnb.retrying import trying_again
from cpnb.segments.requests import about_segment
from cpnb.segments.tags import without_those_of_aws

__all__ = ["ReplacedSegmentWarning", "create_segment", "replace_segment"]

# What says whom a segment matches, and what else a definition holds.
_CONDITION = ("SegmentGroups", "SegmentSqlQuery")
_MEMBERS = ("DisplayName", "Description", *_CONDITION, "SegmentSort", "Tags")


class ReplacedSegmentWarning(UserWarning):
    """A segment was deleted and made anew, because the service cannot change one."""


def create_segment(domain: Domain, name: str, members: Mapping[str, Any]) -> None:
    """Create a segment with one request; where its answer is lost, look for the segment before anything else.

    Parameters
    ----------
    domain : Domain
        Where.
    name : str
        Its name.
    members : mapping
        What else CreateSegmentDefinition takes.

    Raises
    ------
    SegmentExistsError
        If the name is taken.
    DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
        If the service, or the way to it, refuses.
    """
    try:
        _create_once(domain, name, members)
        return
    except ServiceError as error:
        failure = error
    # The service has no error of its own for this.
    # Source: the service's public CloudFormation handlers, which match the same words.
    if failure.code == "BadRequestException" and "already exists" in str(failure).casefold():
        raise SegmentExistsError(
            f"Domain {domain.name!r} already has a segment {name!r}, and the service cannot change one. Choose another "
            "name, delete it first with .delete(domain), or have it deleted and made anew with .replace(domain).",
            code=failure.code,
        )
    if failure.is_not_found:
        domain.call("GetDomain")  # raises if it is the domain that is missing
    raise failure


def _create_once(domain: Domain, name: str, members: Mapping[str, Any]) -> None:
    for attempt in trying_again():
        with attempt:
            if attempt.retry_state.attempt_number > 1 and _is_there(domain, name, members):
                return
            domain.call_once("CreateSegmentDefinition", SegmentDefinitionName=name, **members)


def _is_there(domain: Domain, name: str, members: Mapping[str, Any]) -> bool:
    """Return whether the domain has a segment of this name and condition."""
    try:
        found = domain.call("GetSegmentDefinition", SegmentDefinitionName=name)
    except ServiceError:
        return False
    return all(found.get(member) == members.get(member) for member in _CONDITION)


def replace_segment(domain: Domain, name: str, members: Mapping[str, Any]) -> None:
    """Delete the segment of a name and create it anew; if that fails, put the old one back.

    Tags of the old one are kept unless others are given. One that is already as it should be is left alone.

    Parameters
    ----------
    domain, name, members
        See `create_segment`.

    Raises
    ------
    ServiceError
        If there is no such segment, or it cannot be deleted; it is as it was.
    ReplacementError
        If it was deleted and could not be made anew.
    """
    found = about_segment(domain, "GetSegmentDefinition", name)
    old = {member: found[member] for member in _MEMBERS if found.get(member)}
    new = {"Tags": old.get("Tags", {}), **members}
    for each in (old, new):
        each["Tags"] = without_those_of_aws(each.get("Tags", {}))
    if new == old:
        return
    is_deleted = False
    try:
        _delete(domain, name)
        is_deleted = True
        create_segment(domain, name, _without_empty_tags(new))
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(_put_back(domain, name, old)[1])
        raise
    except ServiceError as error:
        if not is_deleted and not error.may_pass:  # a refusal: nothing was done
            raise
        failure = error
    else:
        _tell_of_replacement(domain, name)
        return
    is_restored, now = _put_back(domain, name, old)
    raise ReplacementError(
        f"Segment {name!r} was to be deleted and made anew, and the service did not do it: {failure} {now}",
        is_restored=is_restored,
        old=_without_empty_tags(old),
        code=failure.code,
    )


def _tell_of_replacement(domain: Domain, name: str) -> None:
    warnings.warn(
        f"Segment {name!r} of domain {domain.name!r} was deleted and made anew, because the service cannot change one. "
        "It is a new segment with the same name: look after campaigns and subscriptions that use it.",
        ReplacedSegmentWarning,
        stacklevel=4,
    )


def _delete(domain: Domain, name: str) -> None:
    try:
        domain.call("DeleteSegmentDefinition", SegmentDefinitionName=name)
    except ServiceError as error:
        if not error.is_not_found:  # it was there a moment ago: the answer of an earlier try was lost
            raise


def _put_back(domain: Domain, name: str, old: Mapping[str, Any]) -> tuple[bool, str]:
    """Create the old segment unless it is there; return whether it is, and what is there now in words."""
    try:
        create_segment(domain, name, _without_empty_tags(old))
    except SegmentExistsError:
        if _is_there(domain, name, old):
            return True, "The old one is there."
        return False, "There is a segment of this name now, and it is not the old one: SegmentDefinition.get reads it."
    except ServiceError as error:
        return False, (
            f"The old one could not be put back either ({type(error).__name__}), so that there is none now. It is in "
            "the error, which CreateSegmentDefinition takes: error.old."
        )
    return True, "The old one was put back."


def _without_empty_tags(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a request; the service takes no empty Tags, and others are compared without them."""
    return {member: value for member, value in members.items() if member != "Tags" or value}
