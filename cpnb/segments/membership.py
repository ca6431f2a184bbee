"""Which of some profiles are in a segment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from cpnb import catalog
from cpnb.domain import Domain
from cpnb.errors import ExpressionError
from cpnb.segments.requests import about_segment

__all__ = ["membership_of"]

_NOTHING_SAID = "The service said nothing about this profile."


def membership_of(domain: Domain, name: str, profile_ids: Iterable[str]) -> pd.DataFrame:
    """Return which of some profiles are in a segment; see `SegmentDefinition.membership`."""
    ids = _checked(profile_ids)
    distinct = list(dict.fromkeys(ids))
    most = int(catalog.service_model()["shapes"]["ProfileIds"]["max"])
    found: dict[str, tuple[bool | None, str | None, Any]] = {}
    for start in range(0, len(distinct), most):
        batch = distinct[start : start + most]
        answer = about_segment(domain, "GetSegmentMembership", name, ProfileIds=batch)
        computed_at = answer.get("LastComputedAt")
        for result in answer.get("Profiles", ()):
            found[result["ProfileId"]] = (result["QueryResult"] == "PRESENT", None, computed_at)
        for failure in answer.get("Failures", ()):
            found[failure["ProfileId"]] = (None, failure.get("Message") or _NOTHING_SAID, computed_at)
        for profile_id in batch:
            found.setdefault(profile_id, (None, _NOTHING_SAID, computed_at))
    rows = [found[profile_id] for profile_id in ids]
    present, messages, moments = ([row[column] for row in rows] for column in range(3))
    times = pd.to_datetime(pd.Series(moments, dtype="object"), utc=True)
    return pd.DataFrame(
        {
            "profile_id": pd.Series(ids, dtype="string"),
            "present": pd.Series(present, dtype="boolean"),
            "message": pd.Series(messages, dtype="string"),
            "last_computed_at": pd.Series(times).dt.as_unit("us"),
        }
    )


def _checked(profile_ids: object) -> list[str]:
    if isinstance(profile_ids, str) or not isinstance(profile_ids, Iterable):
        raise ExpressionError("profile_ids is a list of ids: membership(domain, [profile_id]).")
    ids = list(profile_ids)
    pattern = catalog.service_model()["shapes"]["uuid"]["pattern"]
    for position, profile_id in enumerate(ids):
        if not isinstance(profile_id, str) or not re.fullmatch(pattern, profile_id):
            raise ExpressionError(
                f"profile_ids has something at position {position} that is no profile id: expected 32 digits and "
                "letters a to f, as the service gives one to each profile. It is not the unique key of an upload: "
                "SearchProfiles finds the profile of a key."
            )
    return ids
