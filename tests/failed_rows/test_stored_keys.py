"""Asking which keys have a profile: how many at once, what is made of the answers, and when it ends."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cpnb.failed_rows.stored_keys import StoredKeys, key_texts, search_key
from cpnb.fields import FieldMap
from cpnb.sender import SenderFromHere
from tests.plans import planned


class Profiles:
    """Stands for a domain: the search keys of its profiles, and pages of some profiles each."""

    def __init__(self, *keys: str, page: int = 100, told: bool = True) -> None:
        self.keys, self.page, self.told = keys, page, told
        self.requests: list[list[str]] = []

    def call(self, operation: str, /, **request: Any) -> dict[str, Any]:
        assert (operation, request["MaxResults"], request["KeyName"]) == ("SearchProfiles", 100, "_account")
        others = request.get("AdditionalSearchKeys", [])
        assert len(others) <= 4
        assert (request.get("LogicalOperator") == "OR") == bool(others)
        wanted = [*request["Values"], *(value for other in others for value in other["Values"])]
        self.requests.append(wanted)
        items = [
            {"ProfileId": str(number)} | self._found(key, others)
            for number, key in enumerate(self.keys)
            if key in wanted
        ]
        start = int(request.get("NextToken", 0))
        more = {"NextToken": str(start + self.page)} if start + self.page < len(items) else {}
        return {"Items": items[start : start + self.page], **more}

    def _found(self, key: str, others: list[Any]) -> dict[str, Any]:
        return {"FoundByItems": [{"KeyName": "_account", "Values": [key]}]} if others and self.told else {}


def asked(domain: Profiles, keys: str, max_requests: int = 50) -> list[int]:
    stored = StoredKeys(domain, "_account", max_requests)  # type: ignore[arg-type]  # all that is asked of a domain
    return stored.profile_counts(list(keys)).tolist()


def test_five_keys_go_in_one_request() -> None:
    domain = Profiles("b", "e", "g", "g", "g")

    assert asked(domain, "abcdefg") == [0, 1, 0, 0, 1, 0, 2]
    assert domain.requests == [["a", "b", "c", "d", "e"], ["f", "g"]]


def test_pages_are_followed_until_every_key_is_decided() -> None:
    domain = Profiles(*"aaaaab", page=2)

    assert asked(domain, "ab") == [2, 1]
    assert len(domain.requests) == 3


def test_keys_are_asked_for_one_by_one_where_an_answer_does_not_say_which_key_found_what() -> None:
    domain = Profiles("b", "c", told=False)

    assert asked(domain, "abc") == [0, 1, 1]
    assert domain.requests == [["a", "b", "c"], ["a"], ["b"], ["c"]]


def test_no_more_requests_are_made_than_allowed_and_the_rest_is_not_told() -> None:
    domain = Profiles("a", "f")

    assert asked(domain, "abcdefghijk", max_requests=2) == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1]
    assert len(domain.requests) == 2


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("AccountNumber", "_account"),
        ("EmailAddress", "_email"),
        ("PersonalEmailAddress", "_email"),
        ("BusinessEmailAddress", "_email"),
        ("PhoneNumber", "_phone"),
        ("MobilePhoneNumber", "_phone"),
        ("HomePhoneNumber", "_phone"),
        ("BusinessPhoneNumber", "_phone"),
        ("Attributes.number", None),
        ("FirstName", None),
        ("Address.City", None),
    ],
)
def test_the_search_keys_of_the_guide(target: str, key: str | None) -> None:
    assert search_key(FieldMap({"id": target}, unique_key="id")) == key


def test_keys_are_asked_for_as_they_were_sent() -> None:
    table = pd.DataFrame({"id": [7, 8, 9], "city": ["Ulm"] * 3})
    fields = FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")

    here = SenderFromHere(planned(table, fields), table)

    assert key_texts(here, fields, table.index.to_numpy()[[0, 2]]) == ["7", "9"]
