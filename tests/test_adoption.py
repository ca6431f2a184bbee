"""What an earlier run left, and what is done with it. The table is that of the design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from cpnb.adoption import Action, decide, decide_again, earlier_jobs
from cpnb.errors import ServiceError
from cpnb.fields import FieldMap
from cpnb.job_name import digest, display_name, search_name
from cpnb.measuring import Measure
from cpnb.parts import Part
from cpnb.planning import Plan, UploadOptions
from cpnb.report import Report
from cpnb.upload_job import JobStatus, UploadJob

NOW = datetime.now(UTC)
FIELDS = FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")


class Jobs:
    """Stands for a domain: the jobs that it lists."""

    name = "loyalty"

    def __init__(self, *items: dict[str, Any]) -> None:
        self.items = items
        self.times_asked = 0

    def pages(self, operation: str, /, **parameters: Any) -> Iterator[dict[str, Any]]:
        assert (operation, parameters) == ("ListUploadJobs", {"MaxResults": 500})
        self.times_asked += 1
        yield from self.items

    def call(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert (operation, parameters) == ("GetDomain", {})
        return {}


def part(number: int = 1, content: str = "c0ffee") -> Part:
    return Part(number, range(10), Measure(10, 123, content))


def planned(*parts: Part, jobs: tuple[dict[str, Any], ...] = ()) -> Plan:
    return Plan(Jobs(*jobs), FIELDS, Report(10), "raise", parts or (part(),))  # type: ignore[arg-type]


def listed_job(plan: Plan, of_part: Part, status: str, *, hours_ago: float = 1.0, job_id: str = "a" * 32) -> Plan:
    """Return the plan, its domain knowing one more job."""
    then = datetime.now(UTC) - timedelta(hours=hours_ago)
    item: dict[str, Any] = {
        "JobId": job_id,
        "DisplayName": display_name(plan, of_part, "spring"),
        "Status": status,
        "CreatedAt": then,
    }
    if status not in {"CREATED", "IN_PROGRESS"}:
        item["CompletedAt"] = then
    return replace(plan, domain=Jobs(*plan.domain.items, item))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("status", "hours_ago", "action"),
    [
        ("CREATED", 1, Action.CONTINUE),
        ("CREATED", 100, Action.CONTINUE),
        ("IN_PROGRESS", 1, Action.WATCH),
        ("IN_PROGRESS", 100, Action.WATCH),
        ("SUCCEEDED", 1, Action.REPORT),
        ("SUCCEEDED", 23.9, Action.REPORT),
        ("SUCCEEDED", 24.1, Action.SEND),
        ("PARTIALLY_SUCCEEDED", 1, Action.REPORT),
        ("PARTIALLY_SUCCEEDED", 25, Action.SEND),
        ("FAILED", 1, Action.SEND),
        ("STOPPED", 1, Action.SEND),
    ],
)
def test_each_state_of_an_earlier_job_leads_to_one_action(status: str, hours_ago: float, action: Action) -> None:
    plan = listed_job(planned(), part(), status, hours_ago=hours_ago)

    decision = decide(plan, UploadOptions())[1]

    assert decision.action is action
    assert (decision.job is None) == (action is Action.SEND)
    assert decision.job is None or decision.job.job_id == "a" * 32


def test_without_an_earlier_job_the_part_is_sent() -> None:
    assert decide(planned(), UploadOptions())[1].action is Action.SEND


def test_the_window_can_be_set() -> None:
    plan = listed_job(planned(), part(), "SUCCEEDED", hours_ago=30)

    assert decide(plan, UploadOptions(repeat_window_h=48))[1].action is Action.REPORT


@pytest.mark.parametrize(
    ("data_expiry", "hours_ago", "action"),
    [(1, 17, Action.REPORT), (1, 19, Action.SEND), (None, 300, Action.REPORT), (None, 335, Action.SEND)],
)
def test_what_expires_soon_is_sent_again_however_long_the_window(
    data_expiry: int | None, hours_ago: float, action: Action
) -> None:
    plan = replace(planned(), data_expiry=data_expiry)
    plan = listed_job(plan, part(), "SUCCEEDED", hours_ago=hours_ago)

    assert decide(plan, UploadOptions(repeat_window_h=1000))[1].action is action


@pytest.mark.parametrize("status", ["CREATED", "IN_PROGRESS", "SUCCEEDED"])
def test_send_sends_whatever_there_is_and_still_looks_whether_the_domain_answers(status: str) -> None:
    plan = listed_job(planned(), part(), status)

    assert decide(plan, UploadOptions(on_repeat="send"))[1].action is Action.SEND
    assert plan.domain.times_asked == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("other_hours_ago", "action"),
    [(0.5, Action.SEND), (1.0, Action.SEND), (2.0, Action.REPORT)],
    ids=["other values came after it", "at the same moment", "other values came before it"],
)
def test_what_another_upload_may_have_overwritten_is_sent_again(other_hours_ago: float, action: Action) -> None:
    plan = listed_job(planned(), part(), "SUCCEEDED", hours_ago=1.0)
    mine = plan.domain.items[0]  # type: ignore[attr-defined]
    then = mine["CreatedAt"] + timedelta(hours=1.0 - other_hours_ago)
    other = {"JobId": "b" * 32, "DisplayName": "other 1/1 0123456789abcdef", "Status": "SUCCEEDED", "CreatedAt": then}

    assert decide(replace(plan, domain=Jobs(mine, other)), UploadOptions())[1].action is action  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "action"),
    [
        ({"Status": "SUCCEEDED", "CompletedAt": NOW - timedelta(minutes=30)}, Action.SEND),
        ({"Status": "IN_PROGRESS"}, Action.SEND),
        ({"Status": "CREATED"}, Action.REPORT),
        ({"Status": "FAILED", "StatusReason": "VALIDATION_FAILURE", "CompletedAt": NOW}, Action.REPORT),
    ],
    ids=["waited and ran after it", "waited and runs", "waits still", "its file was refused"],
)
def test_what_counts_is_when_another_job_wrote_and_not_when_it_was_created(
    other: dict[str, Any], action: Action
) -> None:
    plan = listed_job(planned(), part(), "SUCCEEDED", hours_ago=1.0)
    other = {"JobId": "b" * 32, "DisplayName": "other", "CreatedAt": NOW - timedelta(hours=2), **other}
    plan = replace(plan, domain=Jobs(*plan.domain.items, other))  # type: ignore[attr-defined, arg-type]

    decision = decide(plan, UploadOptions())[1]

    assert decision.action is action
    if other["Status"] == "IN_PROGRESS":
        assert (
            decision.sentence
            == f"Job {'b' * 32} of another upload to this domain is still at work, so it is sent again"
        )
    elif action is Action.SEND:
        assert decision.sentence.startswith("Another upload to this domain came after")


def test_a_job_that_waits_is_continued_whatever_came_after_it() -> None:
    plan = listed_job(planned(), part(), "CREATED", hours_ago=1.0)
    other = {"JobId": "b" * 32, "DisplayName": "other", "Status": "SUCCEEDED", "CreatedAt": datetime.now(UTC)}
    plan = replace(plan, domain=Jobs(*plan.domain.items, other))  # type: ignore[attr-defined, arg-type]

    assert decide(plan, UploadOptions())[1].action is Action.CONTINUE


def test_of_several_jobs_of_one_content_the_newest_counts() -> None:
    plan = planned()
    plan = listed_job(plan, part(), "FAILED", hours_ago=3, job_id="1" * 32)
    plan = listed_job(plan, part(), "SUCCEEDED", hours_ago=1, job_id="2" * 32)
    plan = listed_job(plan, part(), "STOPPED", hours_ago=2, job_id="3" * 32)

    decision = decide(plan, UploadOptions())[1]

    assert decision.action is Action.REPORT
    assert decision.job is not None
    assert decision.job.job_id == "2" * 32


def test_parts_are_decided_one_by_one_with_one_question() -> None:
    first, second, third = part(1, "aa"), part(2, "bb"), part(3, "cc")
    plan = planned(first, second, third)
    plan = listed_job(plan, first, "SUCCEEDED")
    plan = listed_job(plan, third, "IN_PROGRESS")

    decisions = decide(plan, UploadOptions())

    assert {number: decision.action for number, decision in decisions.items()} == {
        1: Action.REPORT,
        2: Action.SEND,
        3: Action.WATCH,
    }
    assert plan.domain.times_asked == 1  # type: ignore[attr-defined]


def test_jobs_of_others_are_not_looked_at() -> None:
    foreign = {"JobId": "b" * 32, "DisplayName": "spring 1/1 0000000000000000", "Status": "A_LATER_STATE"}
    nameless = {"JobId": "c" * 32}

    assert decide(planned(jobs=(foreign, nameless)), UploadOptions())[1].action is Action.SEND


def test_a_job_without_a_date_is_older_than_all_others() -> None:
    plan = planned()
    name = display_name(plan, part(), "x")
    jobs = Jobs(
        {"JobId": "1" * 32, "DisplayName": name, "Status": "CREATED", "CreatedAt": datetime(2026, 1, 1, tzinfo=UTC)},
        {"JobId": "2" * 32, "DisplayName": name, "Status": "CREATED"},
    )

    ending = digest(plan, part())
    assert earlier_jobs(jobs, {ending})[ending].job_id == "1" * 32  # type: ignore[arg-type]


class OwnJob:
    """Stands for a domain that knows one job, or has forgotten it."""

    name = "loyalty"

    def __init__(self, answer: dict[str, Any] | ServiceError) -> None:
        self.answer = answer
        self.times_asked = 0

    def call(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert (operation, parameters) == ("GetUploadJob", {"JobId": "a" * 32})
        self.times_asked += 1
        if isinstance(self.answer, ServiceError):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "action"),
    [
        ({"Status": "CREATED"}, Action.CONTINUE),
        ({"Status": "IN_PROGRESS"}, Action.WATCH),
        ({"Status": "SUCCEEDED"}, Action.REPORT),
        ({"Status": "PARTIALLY_SUCCEEDED"}, Action.REPORT),
        ({"Status": "FAILED"}, Action.SEND),
        ({"Status": "STOPPED"}, Action.SEND),
        (ServiceError("no such job", code="ResourceNotFoundException"), Action.SEND),
    ],
    ids=str,
)
def test_a_part_that_broke_is_decided_on_by_what_its_own_job_says_now(
    answer: dict[str, Any] | ServiceError, action: Action
) -> None:
    job = UploadJob(OwnJob(answer), "a" * 32)  # type: ignore[arg-type]

    assert decide_again(planned(), {part(): job})[1].action is action


def test_a_job_that_is_known_to_have_ended_is_not_asked_again() -> None:
    knows = OwnJob({})
    job = UploadJob(knows, "a" * 32, status=JobStatus.FAILED)  # type: ignore[arg-type]

    assert decide_again(planned(), {part(): job})[1].action is Action.SEND
    assert knows.times_asked == 0


def test_where_the_job_cannot_be_read_nothing_is_decided() -> None:
    job = UploadJob(OwnJob(ServiceError("no", code="AccessDeniedException")), "a" * 32)  # type: ignore[arg-type]

    with pytest.raises(ServiceError, match="no"):
        decide_again(planned(), {part(): job})


@pytest.mark.parametrize(
    ("status", "hours_ago", "on_repeat", "action"),
    [
        ("CREATED", 1, "adopt", Action.CONTINUE),
        ("CREATED", 1, "send", Action.CONTINUE),
        ("IN_PROGRESS", 1, "adopt", Action.WATCH),
        ("IN_PROGRESS", 1, "send", Action.SEND),
        ("SUCCEEDED", 1, "adopt", Action.REPORT),
        ("SUCCEEDED", 1, "send", Action.SEND),
        ("SUCCEEDED", 30, "adopt", Action.SEND),
    ],
)
def test_a_part_without_a_job_goes_on_with_the_one_that_was_created_for_it(
    status: str, hours_ago: float, on_repeat: Literal["adopt", "send"], action: Action
) -> None:
    plan = listed_job(planned(), part(), status, hours_ago=hours_ago)
    plan = replace(plan, options=UploadOptions(on_repeat=on_repeat))

    assert decide_again(plan, {part(): None})[1].action is action


def test_small_jobs_that_searched_its_failed_rows_overwrote_nothing() -> None:
    plan = listed_job(planned(), part(), "SUCCEEDED", hours_ago=1.0)
    name = f"spring {search_name(digest(plan, part()))} 1-10 0123456789abcdef"
    small = {"JobId": "b" * 32, "DisplayName": name, "Status": "SUCCEEDED", "CreatedAt": datetime.now(UTC)}
    plan = replace(plan, domain=Jobs(*plan.domain.items, small))  # type: ignore[attr-defined, arg-type]

    assert decide(plan, UploadOptions())[1].action is Action.REPORT


@pytest.mark.parametrize(
    ("status", "hours_ago", "why"),
    [
        ("FAILED", 1, "The job of an earlier run failed, so it is sent again"),
        ("STOPPED", 1, "The job of an earlier run was stopped, so it is sent again"),
        ("SUCCEEDED", 30, "An earlier run ended over 24 h ago, so it is sent again"),
        ("SUCCEEDED", 1, "Already uploaded by an earlier run, not sent again"),
    ],
)
def test_it_says_why_a_part_is_sent_again(status: str, hours_ago: float, why: str) -> None:
    plan = listed_job(planned(), part(), status, hours_ago=hours_ago)

    assert decide(plan, UploadOptions())[1].sentence == why
    assert decide(planned(), UploadOptions())[1].sentence == ""
