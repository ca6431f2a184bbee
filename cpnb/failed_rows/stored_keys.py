"""Which unique keys the domain holds a profile for: asked of SearchProfiles, a few at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpnb import frames, rendering
from cpnb.csvstream import Positions
from cpnb.domain import Domain
from cpnb.fields import FieldMap
from cpnb.sender import Sender

KEYS_AT_ONCE = 5
"""Search keys in one request. Several values of one key are documented as a list, but not whether they
mean any or all of them; several keys with OR are. Source: service model, ``SearchProfilesRequest``."""

PAGE_SIZE = 100
"""Source: service model, ``maxSize100``."""

SEARCH_KEYS: Mapping[str, str] = {
    "AccountNumber": "_account",
    **dict.fromkeys(("EmailAddress", "PersonalEmailAddress", "BusinessEmailAddress"), "_email"),
    **dict.fromkeys(("PhoneNumber", "MobilePhoneNumber", "HomePhoneNumber", "BusinessPhoneNumber"), "_phone"),
}
"""Which search key looks into which field. Custom attributes have none.
Source: Amazon Connect administrator guide, 'standard-profile-definition'."""


def search_key(fields: FieldMap) -> str | None:
    """Return the search key that finds profiles by the map's unique key, or None if there is none."""
    return SEARCH_KEYS.get(fields.key_field.name)


def key_texts(sender: Sender, fields: FieldMap, rows: Positions) -> list[str]:
    """Return the unique keys of some rows as they are sent; rows with none are not asked for."""
    one = fields.key_field
    alone = FieldMap([one], one.column, fields.region)
    texts: list[str] = []
    picked = sender.rows_at(rows, alone.needed_columns)
    for _, piece in frames.slices(picked, alone.needed_columns):
        texts += rendering.render(piece, alone).text(one.source).to_pylist()
    return texts


class StoredKeys:
    """Asks a domain how many profiles it holds for keys, with a limited number of requests.

    Parameters
    ----------
    domain : Domain
        Where the profiles are.
    search_key : str
        The search key that finds them.
    max_requests : int
        How many requests may be made in all.
    """

    def __init__(self, domain: Domain, search_key: str, max_requests: int) -> None:
        self._domain = domain
        self._search_key = search_key
        self._left = max_requests

    @property
    def affordable(self) -> int:
        """How many more keys can be asked for, if each is found once or not at all."""
        return self._left * KEYS_AT_ONCE

    def profile_counts(self, keys: Sequence[str]) -> NDArray[np.int64]:
        """Return for each key how many profiles it finds: 0, 1, 2 for several, -1 if that could not be told.

        Raises
        ------
        CredentialsError
            If they do not allow searches.
        UnreachableError, ServiceError
            If the service cannot be asked.
        """
        counts: list[int] = []
        for start in range(0, len(keys), KEYS_AT_ONCE):
            counts += self._counts(keys[start : start + KEYS_AT_ONCE])
        return np.array(counts, dtype=np.int64)

    def _counts(self, keys: Sequence[str]) -> list[int]:
        """Return the counts of a few keys from one question; one by one where it does not say which key found what."""
        found: dict[str, set[str]] = {key: set() for key in keys}
        request = self._request(keys)
        while True:
            if self._left <= 0:
                return [-1] * len(keys)
            self._left -= 1
            answer = self._domain.call("SearchProfiles", MaxResults=PAGE_SIZE, **request)
            for profile in answer.get("Items", []):
                by = _found_by(profile, keys)
                if by is None:
                    return [count for key in keys for count in self._counts([key])]
                for key in by:
                    found[key].add(profile["ProfileId"])
            if not answer.get("NextToken") or all(len(profiles) > 1 for profiles in found.values()):
                return [min(len(profiles), 2) for profiles in found.values()]
            request["NextToken"] = answer["NextToken"]

    def _request(self, keys: Sequence[str]) -> dict[str, Any]:
        first, *others = ({"KeyName": self._search_key, "Values": [key]} for key in keys)
        return {**first, "AdditionalSearchKeys": others, "LogicalOperator": "OR"} if others else first


def _found_by(profile: Mapping[str, Any], keys: Sequence[str]) -> Sequence[str] | None:
    """Return which of the keys found a profile; None if the answer does not say."""
    if len(keys) == 1:
        return keys
    by = [value for item in profile.get("FoundByItems", []) for value in item.get("Values", []) if value in keys]
    return by or None
