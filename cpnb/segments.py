"""Segments: create one from a condition, ask how many profiles it matches, list, read, delete."""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import dataclass
from typing import Any, NoReturn, Self

import pandas as pd
import tenacity

from cpnb import catalog
from cpnb.domain import Domain
from cpnb.errors import ExpressionError, SegmentExistsError, ServiceError, WaitTimeoutError
from cpnb.expressions import Expression
from cpnb.retrying import trying_again

__all__ = ["EmptySegmentWarning", "SegmentDefinition", "list_segments"]

_REQUEST = "CreateSegmentDefinitionRequest"

# Source: Amazon Connect administrator guide, 'customer-segments-building-segments' (letter case),
# 'object-type-mapping-troubleshooting' (what is ingested shows late), 'customer-profiles-data-expiration'.
_EMPTY = (
    "Segment {!r} matches no profile of domain {!r} now. Values must be written as they are stored, letter case and "
    "spaces included: compare the condition with a row that should match. After an upload, wait some minutes and ask "
    "again; profiles that have expired are gone."
)

_LISTED = {
    "name": "SegmentDefinitionName",
    "display_name": "DisplayName",
    "description": "Description",
    "segment_type": "SegmentType",
    "created_at": "CreatedAt",
    "arn": "SegmentDefinitionArn",
}


class EmptySegmentWarning(UserWarning):
    """A segment, as it is written, matches nobody."""


@dataclass(frozen=True, slots=True)
class SegmentDefinition:
    """A named condition on profiles.

    Parameters
    ----------
    name : str
        1 to 64 letters, digits, ``_`` or ``-``; the service recognises the segment by it.
    expression : Expression
        The condition, made from `cpnb.profile`.
    display_name : str, optional
        What people see, up to 255 characters; the name if not given.
    description : str, optional
        Up to 4,000 characters.

    Raises
    ------
    ExpressionError
        If the name or one of the texts is none that the service takes, or the condition does not
        fit into a segment.
    """

    name: str
    expression: Expression
    display_name: str | None = None
    description: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.expression, Expression):
            raise ExpressionError(
                f"A segment needs a condition, got an object of type {type(self.expression).__name__}. Make one from "
                "cpnb.profile: profile.LastName.startswith('S')."
            )
        _check_text("SegmentDefinitionName", "name", self.name)
        if self.display_name is not None:
            _check_text("DisplayName", "display_name", self.display_name)
        if self.description is not None:
            _check_text("Description", "description", self.description)
        self.expression.to_api()

    def create(self, domain: Domain) -> Self:
        """Create the segment in a domain and return it.

        The request is made once; where its answer is lost, the segment is looked for before anything
        else is said.

        Raises
        ------
        SegmentExistsError
            If the name is taken.
        DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
            If the service, or the way to it, refuses.
        """
        try:
            self._create_once(domain)
            return self
        except ServiceError as error:
            failure = error
        # The service has no error of its own for this.
        # Source: the service's public CloudFormation handlers, which match the same words.
        if failure.code == "BadRequestException" and "already exists" in str(failure).casefold():
            raise SegmentExistsError(
                f"Domain {domain.name!r} already has a segment {self.name!r}, and the service cannot change one. "
                "Choose another name, or delete it first with .delete(domain).",
                code=failure.code,
            )
        if failure.is_not_found:
            domain.call("GetDomain")  # raises if it is the domain that is missing
        raise failure

    def _create_once(self, domain: Domain) -> None:
        texts = {"Description": self.description} if self.description is not None else {}
        for attempt in trying_again():
            with attempt:
                if attempt.retry_state.attempt_number > 1 and self._is_in(domain):
                    return
                domain.call_once(
                    "CreateSegmentDefinition",
                    SegmentDefinitionName=self.name,
                    DisplayName=self.display_name or self.name,
                    SegmentGroups=self.expression.to_api(),
                    **texts,
                )

    def _is_in(self, domain: Domain) -> bool:
        """Return whether the domain has a segment of this name with the same groups."""
        try:
            found = domain.call("GetSegmentDefinition", SegmentDefinitionName=self.name)
        except ServiceError:
            return False
        return bool(found.get("SegmentGroups") == self.expression.to_api())

    def estimate(self, domain: Domain, *, timeout_s: float = 60.0) -> int:
        """Return how many profiles of a domain the condition matches now, as the service estimates it.

        The segment need not exist. The service works on what it has processed: shortly after an
        upload that can be less than was sent. An `EmptySegmentWarning` says what to look at if nobody matches.

        Raises
        ------
        WaitTimeoutError
            If the service has no result within `timeout_s`.
        ServiceError
            If it could not estimate, or answers with something that is no number.
        DomainNotFoundError, CredentialsError, UnreachableError
            If it cannot be asked.
        """
        estimate_id = domain.call("CreateSegmentEstimate", SegmentQuery=self.expression.to_api())["EstimateId"]
        polling = tenacity.Retrying(
            retry=tenacity.retry_if_result(_is_running),
            wait=tenacity.wait_exponential(multiplier=0.1, max=5) + tenacity.wait_random(0, 0.05),
            stop=tenacity.stop_after_delay(timeout_s),
            retry_error_callback=_last_answer,
        )
        answer: dict[str, Any] = polling(domain.call, "GetSegmentEstimate", EstimateId=estimate_id)
        status = answer.get("Status")
        if status == "SUCCEEDED":
            count = _count(answer.get("Estimate", ""), self.name)
            if count == 0:
                warnings.warn(_EMPTY.format(self.name, domain.name), EmptySegmentWarning, stacklevel=2)
            return count
        if _is_running(answer):
            raise WaitTimeoutError(
                f"The estimate for segment {self.name!r} is still running after {timeout_s:g} s; give it more time "
                "with timeout_s."
            )
        raise ServiceError(
            f"The service could not estimate segment {self.name!r} ({status}): {answer.get('Message') or 'no message'}"
        )

    def delete(self, domain: Domain) -> None:
        """Delete the segment of this name, whatever its condition; profiles are not touched.

        Raises
        ------
        ServiceError
            If the domain has no such segment, or the service refuses.
        """
        _call(domain, "DeleteSegmentDefinition", self.name)

    @classmethod
    def get(cls, domain: Domain, name: str) -> Self:
        """Return the segment of a name as the domain has it.

        Raises
        ------
        ServiceError
            If there is no such segment.
        ExpressionError
            If it is written in SQL, built on other segments, or matches everybody.
        """
        found = _call(domain, "GetSegmentDefinition", name)
        if not found.get("SegmentGroups"):
            raise ExpressionError(f"Segment {name!r} is written in SQL, which cannot be read as a condition.")
        display_name = found.get("DisplayName")
        return cls(
            found["SegmentDefinitionName"],
            Expression.from_api(found["SegmentGroups"]),
            display_name=None if display_name == name else display_name,
            description=found.get("Description"),
        )


def list_segments(domain: Domain) -> pd.DataFrame:
    """Return the segments of a domain, in the service's order.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``display_name``, ``description``, ``segment_type`` (CLASSIC or ENHANCED, that is
        SQL), ``created_at`` (UTC) and ``arn``; a row for each segment. All are text but the time, in
        a table without rows too. Conditions are not listed by the service: `SegmentDefinition.get`
        reads one.

    Raises
    ------
    DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
        If it cannot be asked.
    """
    items = list(domain.pages("ListSegmentDefinitions"))
    columns = {column: [item.get(member) for item in items] for column, member in _LISTED.items()}
    moments = pd.to_datetime(pd.Series(columns.pop("created_at"), dtype="object"), utc=True)
    # A domain without segments gives the same types; pandas would make numbers of columns without rows.
    frame = pd.DataFrame(columns, dtype="string").assign(created_at=pd.Series(moments).dt.as_unit("us"))
    return frame[list(_LISTED)]


def _call(domain: Domain, operation: str, name: str) -> dict[str, Any]:
    """Return the service's answer about one segment; where it is missing, say whether the domain is."""
    try:
        return domain.call(operation, SegmentDefinitionName=name)
    except ServiceError as error:
        failure = error
    if failure.is_not_found:
        _raise_not_found(domain, name)
    raise failure


def _raise_not_found(domain: Domain, name: str) -> NoReturn:
    domain.call("GetDomain")  # raises if it is the domain that is missing
    raise ServiceError(
        f"Domain {domain.name!r} has no segment {name!r}; cpnb.list_segments(domain) shows those that it has.",
        code="ResourceNotFoundException",
    )


def _check_text(member: str, label: str, text: str) -> None:
    bounds = catalog.limit(_REQUEST, member)
    if not bounds.minimum <= len(text) <= bounds.maximum:
        raise ExpressionError(
            f"The {label} of a segment has {bounds.minimum} to {bounds.maximum:,} characters, this one has "
            f"{len(text):,}."
        )
    if bounds.pattern and not re.fullmatch(bounds.pattern, text):
        raise ExpressionError(
            f"{text!r} cannot be the {label} of a segment: expected letters, digits, '_' or '-', without spaces. What "
            "people see is the display_name, which is free text."
        )


def _is_running(answer: dict[str, Any]) -> bool:
    return answer.get("Status") == "RUNNING"


def _last_answer(state: tenacity.RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else {}


def _count(text: str, name: str) -> int:
    """Return the number in an estimate, which the service sends as text and sometimes as JSON text."""
    match = re.fullmatch(r'"?(\d+)(?:\.0*)?"?', text.strip())
    if match is None:
        raise ServiceError(
            f"The estimate for segment {name!r} is no number but {json.dumps(text)}; expected digits such as '5000'."
        )
    return int(match[1])
