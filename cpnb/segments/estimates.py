"""How many profiles a condition matches, as the service estimates it, and whether that may be old already."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import tenacity

from cpnb.domain import Domain
from cpnb.errors import ServiceError, WaitTimeoutError
from cpnb.retrying import pause
from cpnb.segments.domain_uploads import DomainUploads

__all__ = ["EmptySegmentWarning", "StaleEstimateWarning", "estimate_segment", "remarks_on", "service_count"]

# Source: Amazon Connect administrator guide, 'customer-segments-building-segments' (letter case),
# 'object-type-mapping-troubleshooting' (what is ingested shows late), 'customer-profiles-data-expiration'.
_EMPTY = (
    "Segment {!r} matches no profile of domain {!r} now. Values must be written as they are stored, letter case and "
    "spaces included: compare the condition with a row that should match. After an upload, wait some minutes and ask "
    "again; profiles that have expired are gone."
)


class EmptySegmentWarning(UserWarning):
    """A segment, as it is written, matches nobody."""


class StaleEstimateWarning(UserWarning):
    """An estimate was made while the profiles of the domain were about to change."""


def estimate_segment(domain: Domain, name: str, query: Mapping[str, Any], timeout_s: float) -> int:
    """Return how many profiles a query matches now; warn if nobody, or if uploads are not settled.

    Parameters
    ----------
    domain : Domain
        Where.
    name : str
        What the segment is called, for messages; it need not exist.
    query : mapping
        ``SegmentQuery`` or ``SegmentSqlQuery``.
    timeout_s : float
        How long to wait.

    Raises
    ------
    WaitTimeoutError, ServiceError, DomainNotFoundError, CredentialsError, UnreachableError
        See `SegmentDefinition.estimate`.
    """
    count = service_count(domain, name, query, timeout_s)
    for kind, words in remarks_on(domain, name, count):
        warnings.warn(words, kind, stacklevel=3)
    return count


def remarks_on(domain: Domain, name: str, count: int) -> Iterator[tuple[type[UserWarning], str]]:
    """Yield what is to be said about an estimate that the service just made, and what kind of warning it is."""
    uploads = DomainUploads.look(domain)
    if uploads is not None and uploads.unsettled:
        yield (
            StaleEstimateWarning,
            f"The estimate for segment {name!r} may be behind: {uploads.unsettled} Ask again in some minutes.",
        )
    if count == 0:
        yield EmptySegmentWarning, _EMPTY.format(name, domain.name)


def service_count(domain: Domain, name: str, query: Mapping[str, Any], timeout_s: float) -> int:
    """Return how many profiles a query matches now, and nothing else; see `estimate_segment`."""
    estimate_id = domain.call("CreateSegmentEstimate", **query)["EstimateId"]
    polling = tenacity.Retrying(
        retry=tenacity.retry_if_result(_is_running),
        wait=tenacity.wait_exponential(multiplier=0.1, max=5) + tenacity.wait_random(0, 0.05),
        stop=tenacity.stop_after_delay(timeout_s),
        sleep=pause,
        retry_error_callback=_last_answer,
    )
    answer: dict[str, Any] = polling(domain.call, "GetSegmentEstimate", EstimateId=estimate_id)
    status = answer.get("Status")
    if status == "SUCCEEDED":
        return _count(answer.get("Estimate", ""), name)
    if _is_running(answer):
        raise WaitTimeoutError(
            f"The estimate for segment {name!r} is still running after {timeout_s:g} s; give it more time with "
            "timeout_s."
        )
    raise ServiceError(
        f"The service could not estimate segment {name!r} ({status}): {answer.get('Message') or 'no message'}"
    )


def _is_running(answer: dict[str, Any]) -> bool:
    return answer.get("Status") == "RUNNING"


def _last_answer(state: tenacity.RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else {}


def _count(text: str, name: str) -> int:
    """Return the number in an estimate, which the service sends as text and sometimes as JSON text."""
    match = re.fullmatch(r'"?(\d+)(?:\.0*)?"?', str(text).strip())
    if match is None:
        raise ServiceError(
            f"The estimate for segment {name!r} is no number but {json.dumps(text)}; expected digits such as '5000'."
        )
    return int(match[1])
