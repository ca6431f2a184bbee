"""What an ended job says about its records, and which jobs of a domain stand in the way of a search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cpnb.errors import UploadError
from cpnb.failed_rows.part_outcomes import in_words, suspects
from cpnb.failed_rows.sent_table import SentTable
from cpnb.failed_rows.small_jobs import JobList, refused_count
from cpnb.failed_rows.verdicts import RowVerdicts
from cpnb.fields import FieldMap
from cpnb.group_testing import FailCount
from cpnb.job_name import digest, display_name
from cpnb.measuring import Measure
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.report import Report
from cpnb.sender import SenderFromHere
from cpnb.upload_job import JobStatus, ResultsSummary, UploadJob

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARTS = (Part(1, range(10), Measure(10, 100, "c0ffee")), Part(2, range(10, 14), Measure(4, 50, "decade")))


class Jobs:
    """Stands for a domain: the jobs that it lists."""

    name = "loyalty"

    def __init__(self, *items: dict[str, Any]) -> None:
        self.items = items

    def pages(self, operation: str, /, **parameters: Any) -> Iterator[dict[str, Any]]:
        assert (operation, parameters) == ("ListUploadJobs", {"MaxResults": 500})
        yield from self.items

    def call(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert operation == "GetUploadJob"
        return next(item for item in self.items if item["JobId"] == parameters["JobId"])


def plan_with(*items: dict[str, Any]) -> Plan:
    fields = FieldMap({"id": "AccountNumber"}, unique_key="id")
    return Plan(Jobs(*items), fields, Report(14), "raise", PARTS)  # type: ignore[arg-type]  # a list of jobs is enough


def job(status: str, reason: str = "", **counts: int) -> UploadJob:
    results = ResultsSummary(**counts)
    return UploadJob(None, "a" * 32, "", JobStatus(status), reason, results, NOON)  # type: ignore[arg-type]  # not asked


@pytest.mark.parametrize(
    ("ended", "count"),
    [
        (job("SUCCEEDED", created=9, updated=1, failed=0), FailCount(0, 0)),
        (job("SUCCEEDED"), FailCount(0, 0)),
        (job("SUCCEEDED", failed=2), FailCount(2, 2)),
        (job("PARTIALLY_SUCCEEDED", created=7, updated=0, failed=3), FailCount(3, 3)),
        (job("PARTIALLY_SUCCEEDED", failed=10), FailCount(10, 10)),
        (job("PARTIALLY_SUCCEEDED", created=7, updated=0), FailCount(1, 10)),
        (job("PARTIALLY_SUCCEEDED"), FailCount(1, 10)),
        (job("PARTIALLY_SUCCEEDED", failed=11), FailCount(1, 10)),
        (job("FAILED", "VALIDATION_FAILURE", created=0, updated=0, failed=10), FailCount(10, 10)),
        (job("FAILED", "VALIDATION_FAILURE"), FailCount(1, 10)),
        (job("FAILED", "INTERNAL_FAILURE"), None),
        (job("FAILED"), None),
        (job("STOPPED", failed=1), None),
        (job("STOPPED", created=4, updated=5, failed=0), None),
        (job("STOPPED", created=4, updated=6, failed=0), FailCount(0, 0)),
        (job("STOPPED", created=4, updated=3, failed=3), FailCount(3, 3)),
        (job("IN_PROGRESS"), None),
        (job("CREATED"), None),
    ],
)
def test_a_job_says_how_many_of_its_ten_records_were_refused(ended: UploadJob, count: FailCount | None) -> None:
    assert refused_count(ended, 10) == count


@pytest.mark.parametrize(
    ("ended", "reason", "certainty"),
    [
        (job("CREATED"), "its part was not sent; upload.retry() sends it", "certain"),
        (job("QUEUED"), "its job is in a state that is not known here", "possible"),
        (job("STOPPED"), "its part was stopped; upload.retry() sends it", "possible"),
        (job("FAILED", "INTERNAL_FAILURE"), "its part broke off; upload.retry() sends it", "possible"),
        (job("PARTIALLY_SUCCEEDED", failed=4), "every record of its part was refused", "certain"),
    ],
)
def test_what_happened_to_a_whole_part_is_said_of_each_of_its_rows(
    ended: UploadJob, reason: str, certainty: str
) -> None:
    verdicts = RowVerdicts()
    plan = plan_with({"JobId": "a" * 32, "Status": ended.status.value})
    ended = replace(ended, domain=plan.domain)

    assert suspects(SentTable(plan, SenderFromHere(plan, None), {1: job("SUCCEEDED"), 2: ended}), verdicts) == []

    frame = verdicts.to_frame()
    assert frame["row"].tolist() == [10, 11, 12, 13]
    assert frame["reason"].iloc[0].endswith(reason)
    assert set(frame["certainty"]) == {certainty}


@pytest.mark.parametrize("jobs", [{}, {2: job("CREATED")}], ids=["no job", "one that waits for its file"])
def test_rows_of_a_part_whose_table_changed_are_not_said_to_be_sent_by_a_retry(jobs: dict[int, UploadJob]) -> None:
    verdicts = RowVerdicts()
    plan = plan_with({"JobId": "a" * 32, "Status": "CREATED"})
    jobs = {number: replace(one, domain=plan.domain) for number, one in jobs.items()}

    suspects(SentTable(plan, SenderFromHere(plan, None), {1: job("SUCCEEDED"), **jobs}, changed={2}), verdicts)

    frame = verdicts.to_frame()
    assert frame["row"].tolist() == [10, 11, 12, 13]
    assert set(frame["reason"]) == {"its part was not sent: the table changed; upload it again"}


def test_counts_in_words() -> None:
    assert (in_words(FailCount(1200, 1200)), in_words(FailCount(1, 3))) == ("1,200", "1 to 3")


OURS = {"JobId": "0" * 32, "DisplayName": display_name(plan_with(), PARTS[0], "cpnb"), "CreatedAt": NOON}


def later(name: str, status: str = "SUCCEEDED", **more: Any) -> dict[str, Any]:
    return {
        "JobId": "f" * 32,
        "DisplayName": name,
        "Status": status,
        "CreatedAt": NOON + timedelta(minutes=5),
        **more,
    }


@pytest.mark.parametrize(
    "item",
    [
        later(display_name(plan_with(), PARTS[1], "another run's part of the same upload")),
        later(f"cpnb failed rows of {digest(plan_with(), PARTS[0])} 1/2 20260301T120500Z 0123456789abcdef"),
        later("made and not started", "CREATED"),
        later("its file was refused", "FAILED", StatusReason="VALIDATION_FAILURE"),
        later("came before", CreatedAt=NOON - timedelta(minutes=5)),
    ],
    ids=lambda item: str(item["DisplayName"])[:20],
)
def test_jobs_that_wrote_nothing_newer_do_not_stand_in_the_way(item: dict[str, Any]) -> None:
    plan = plan_with(item, OURS)

    JobList.read(plan).require_newest(plan, [UploadJob.from_api(plan.domain, OURS)])


@pytest.mark.parametrize(
    "item",
    [
        later("somebody else's"),
        later("at work", "IN_PROGRESS"),
        later("stopped half-way", "STOPPED"),
        later("made before and run after", CreatedAt=NOON - timedelta(hours=1), CompletedAt=NOON + timedelta(hours=1)),
        later("made before, at work", "IN_PROGRESS", CreatedAt=NOON - timedelta(hours=1)),
        later("broken half-way", "FAILED", StatusReason="INTERNAL_FAILURE"),
        later("cpnb failed rows of 0123456789abcdef 1/1 20260301T120500Z fedcba9876543210"),
    ],
    ids=lambda item: str(item["DisplayName"])[:20],
)
def test_jobs_that_may_have_written_newer_values_do(item: dict[str, Any]) -> None:
    plan = plan_with(OURS, item)

    words = (
        "still at work: 1 job, f{32} first"
        if item["Status"] == "IN_PROGRESS"
        else "1 other job wrote after this upload"
    )
    with pytest.raises(UploadError, match=f"{words}.*upload this table again|{words}.*Upload this table again"):
        JobList.read(plan).require_newest(plan, [UploadJob.from_api(plan.domain, OURS)])


def test_a_strangers_job_in_a_state_that_nobody_here_knows_is_listed() -> None:
    plan = plan_with(later("theirs", "QUEUED"))

    assert JobList.read(plan).jobs[0].status.value == "QUEUED"


def test_the_newest_job_of_each_digest_is_kept() -> None:
    older = later("one 0123456789abcdef", CreatedAt=NOON)
    newer = later("two 0123456789abcdef", JobId="e" * 32)

    for items in ([older, newer], [newer, older]):
        assert JobList.read(plan_with(*items)).by_digest["0123456789abcdef"].job_id == "e" * 32
