"""Which of some profiles are in a segment."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from cpnb.domain import Domain
from cpnb.errors import DomainNotFoundError, ExpressionError, ServiceError
from cpnb.expressions import profile
from cpnb.segments import SegmentDefinition
from tests.segments.answers import Answers

SEGMENT = SegmentDefinition("x", profile.Address.City == "Seattle")
DTYPES = {
    "profile_id": "string",
    "present": "boolean",
    "message": "string",
    "last_computed_at": "datetime64[us, UTC]",
}


def ids(count: int, letter: str = "a") -> list[str]:
    return [f"{number:031x}{letter}" for number in range(count)]


def test_members_are_told_from_others_and_from_those_that_do_not_exist(domain):
    made = [
        domain.client.create_profile(DomainName=domain.name, Address={"City": city})["ProfileId"]
        for city in ("Seattle", "Tacoma", "Seattle")
    ]
    SEGMENT.create(domain)
    nobody = "0" * 32
    found = SEGMENT.membership(domain, [made[2], nobody, made[1], made[0], made[2]])
    assert list(found["profile_id"]) == [made[2], nobody, made[1], made[0], made[2]]
    assert list(found["present"].fillna(False)) == [True, False, False, True, True]
    assert list(found["present"].isna()) == [False, True, False, False, False]
    assert found["message"][1] == "Profile does not exist."
    assert found["message"].isna().sum() == 4
    assert found["last_computed_at"].notna().all()
    assert found.dtypes.astype(str).to_dict() == DTYPES


def test_no_ids_make_a_table_without_rows_and_no_request():
    answers = Answers()
    found = SEGMENT.membership(answers, [])
    assert len(found) == 0
    assert found.dtypes.astype(str).to_dict() == DTYPES
    assert answers.asked == []


def test_ids_are_asked_about_in_batches_of_100_and_each_once():
    wanted = ids(250)
    moment = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)

    class Service(Answers):
        def call(self, operation, /, **parameters):
            self.asked.append(operation)
            self.parameters.append(parameters)
            present = [
                {"ProfileId": one, "QueryResult": "PRESENT" if one[:-1].endswith("0") else "ABSENT"}
                for one in parameters["ProfileIds"]
            ]
            return {"Profiles": present[::-1], "LastComputedAt": moment}

    service = Service()
    found = SEGMENT.membership(service, pd.Series(wanted + wanted[:3]))
    assert service.asked == ["GetSegmentMembership"] * 3
    assert [len(one["ProfileIds"]) for one in service.parameters] == [100, 100, 50]
    assert list(found["profile_id"]) == wanted + wanted[:3]
    assert list(found["present"]) == [one[:-1].endswith("0") for one in wanted + wanted[:3]]
    assert (found["last_computed_at"] == pd.Timestamp(moment)).all()


def test_what_the_service_does_not_mention_is_not_known():
    first, second = ids(2)
    failed = {"ProfileId": second, "Message": "INTERNAL"}
    found = SEGMENT.membership(Answers({"Profiles": [], "Failures": [failed]}), [first, second])
    assert found["present"].isna().all()
    assert list(found["message"]) == ["The service said nothing about this profile.", "INTERNAL"]
    assert found["last_computed_at"].isna().all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("0" * 32, "profile_ids is a list of ids"),
        (5, "profile_ids is a list of ids"),
        (["0" * 32, "C-0001"], "position 1 that is no profile id.*not the unique key of an upload"),
        (["0" * 31], "position 0"),
        (["A" * 32], "letters a to f"),
        ([None], "position 0"),
    ],
)
def test_what_is_no_profile_id_is_refused_and_not_shown(given, message):
    answers = Answers()
    with pytest.raises(ExpressionError, match=message) as caught:
        SEGMENT.membership(answers, given)
    assert "C-0001" not in str(caught.value)
    assert answers.asked == []


def test_a_missing_segment_and_a_missing_domain_are_told_apart(domain, sandbox):
    with pytest.raises(ServiceError, match="has no segment 'x'"):
        SEGMENT.membership(domain, ids(1))
    with pytest.raises(DomainNotFoundError):
        SEGMENT.membership(Domain("gone", endpoint_url=sandbox.url, session=domain._session), ids(1))
