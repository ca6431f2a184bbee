"""How many profiles a condition matches, and whether that may be old already."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

import cpnb
from cpnb import samples
from cpnb.errors import CredentialsError, ServiceError, WaitTimeoutError
from cpnb.expressions import profile
from cpnb.segments import EmptySegmentWarning, SegmentDefinition
from cpnb.segments.estimates import StaleEstimateWarning
from tests.segments.answers import Answers

SEATTLE = profile.Address.City == "Seattle"
SEGMENT = SegmentDefinition("x", SEATTLE)


def with_profiles(domain):
    """The domain with three profiles in two cities, made by the plain client."""
    for name, city in (("Smith", "Seattle"), ("Sanchez", "Seattle"), ("Smith", "seattle")):
        domain.client.create_profile(DomainName=domain.name, LastName=name, Address={"City": city})
    return domain


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (SEATTLE, 2),
        (~SEATTLE, 1),
        (SEATTLE & (profile.LastName == "Smith"), 1),
        (SEATTLE | (profile.LastName == "Smith"), 3),
        (profile.LastName.startswith("S") & ~profile.LastName.contains("mit"), 1),
        (profile.Address.City.isin([str(n) for n in range(99)] + ["seattle"]), 1),
        (profile.FirstName != "Ann", 3),
    ],
)
def test_an_estimate_counts_who_matches(domain, condition, count):
    assert SegmentDefinition("x", condition).estimate(with_profiles(domain)) == count


def test_the_samples_make_a_segment(domain):
    people = samples.people(60, flaws=0)
    for row in people.itertuples():
        domain.client.create_profile(DomainName=domain.name, AccountNumber=row.customer_id, Address={"City": row.city})
    assert SEGMENT.estimate(domain) == (people["city"] == "Seattle").sum()


def test_an_estimate_of_nobody_says_what_to_look_at(domain):
    segment = SegmentDefinition("x", profile.FirstName == "Ann")
    with pytest.warns(EmptySegmentWarning, match=r"Segment 'x' matches no profile .* letter case") as told:
        assert segment.estimate(with_profiles(domain)) == 0
    assert told[0].filename == __file__


SUCCEEDED = ({"EstimateId": "e"}, {"Status": "SUCCEEDED", "Estimate": "5000"})


@pytest.mark.parametrize("text", ["5000", '"5000"', " 5000 ", "5000.0", 5000])
def test_an_estimate_is_read_from_its_text(text):
    answers = Answers({"EstimateId": "e"}, {"Status": "RUNNING"}, {"Status": "SUCCEEDED", "Estimate": text})
    assert SEGMENT.estimate(answers) == 5000


def test_a_query_in_sql_is_estimated_as_such():
    answers = Answers(*SUCCEEDED)
    assert SegmentDefinition("x", sql="SELECT 1").estimate(answers) == 5000
    assert answers.parameters[0] == {"SegmentSqlQuery": "SELECT 1"}


def test_an_estimate_that_fails_or_is_no_number_is_an_error():
    with pytest.raises(ServiceError, match=r"FAILED.*too many"):
        SEGMENT.estimate(Answers({"EstimateId": "e"}, {"Status": "FAILED", "Message": "too many"}))
    with pytest.raises(ServiceError, match="no number"):
        SEGMENT.estimate(Answers({"EstimateId": "e"}, {"Status": "SUCCEEDED", "Estimate": "many"}))


def test_waiting_for_an_estimate_ends():
    answers = Answers({"EstimateId": "e"}, *[{"Status": "RUNNING"}] * 99)
    with pytest.raises(WaitTimeoutError, match=r"still running after 0\.3 s"):
        SEGMENT.estimate(answers, timeout_s=0.3)


def job(status: str, *, created_ago_min: float = 600, ended_ago_min: float | None = None, **more):
    """What makes a job at the time of the test, which may be long after this file was read."""

    def made():
        now = datetime.now(UTC)
        times = {"CreatedAt": now - timedelta(minutes=created_ago_min)}
        if ended_ago_min is not None:
            times["CompletedAt"] = now - timedelta(minutes=ended_ago_min)
        return {"JobId": "0" * 32, "Status": status, **times, **more}

    return made


@pytest.mark.parametrize(
    ("uploads", "words"),
    [
        ([job("IN_PROGRESS")], "1 upload job is still at work. Ask again"),
        ([job("IN_PROGRESS"), job("IN_PROGRESS")], "2 upload jobs are still at work"),
        ([job("SUCCEEDED", ended_ago_min=5)], "1 upload job ended only 5 minutes ago, and what was"),
        ([job("PARTIALLY_SUCCEEDED", ended_ago_min=0.5)], "ended only 3[0-9] seconds ago"),
        ([job("STOPPED", ended_ago_min=9), job("SUCCEEDED", ended_ago_min=2)], "2 upload jobs ended only 2 minutes"),
        ([job("SUCCEEDED", ended_ago_min=-5)], "ended only 0 seconds ago"),  # by a clock that runs ahead
        ([job("IN_PROGRESS"), job("SUCCEEDED", ended_ago_min=2)], "is still at work; 1 upload job ended"),
    ],
)  # fmt: skip
def test_an_estimate_says_that_uploads_are_not_settled(uploads, words):
    with pytest.warns(StaleEstimateWarning, match=words) as told:
        assert SEGMENT.estimate(Answers(*SUCCEEDED, uploads=[made() for made in uploads])) == 5000
    assert told[0].filename == __file__
    assert len(told) == 1


@pytest.mark.parametrize(
    "uploads",
    [
        [],
        [job("SUCCEEDED", ended_ago_min=11)],
        [job("CREATED", created_ago_min=1)],
        [job("FAILED", created_ago_min=2, ended_ago_min=1, StatusReason="VALIDATION_FAILURE")],
    ],
)
def test_an_estimate_is_silent_where_nothing_moves(uploads):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert SEGMENT.estimate(Answers(*SUCCEEDED, uploads=[made() for made in uploads])) == 5000


@pytest.mark.parametrize(
    "failure",
    [
        CredentialsError("not allowed", code="AccessDeniedException"),
        ServiceError("fault", code="InternalServerException"),
    ],
)
def test_an_estimate_is_silent_where_nobody_may_look(failure):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert SEGMENT.estimate(Answers(*SUCCEEDED, uploads=failure)) == 5000


def test_an_upload_that_just_ended_is_told_of(domain):
    table = pd.DataFrame({"id": ["1", "2"], "city": ["Seattle", "Tacoma"]})
    fields = cpnb.FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")
    table.cp.upload(domain, fields).wait()
    with pytest.warns(StaleEstimateWarning, match="'x' may be behind: 1 upload job ended only [0-9]+ seconds? ago"):
        assert SEGMENT.estimate(domain) == 1
