"""What an upload says of itself while its parts are where they are; the real path is in the journeys."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import boto3
import pytest

from cpnb.adoption import Action, Adoption, Decisions
from cpnb.domain import Domain
from cpnb.errors import UploadError, WaitTimeoutError
from cpnb.fields import FieldMap
from cpnb.measuring import Measure
from cpnb.part_progress import Phase
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.report import Report
from cpnb.retrying import StoppedError
from cpnb.sender import SenderFromHere
from cpnb.upload_job import JobStatus, ResultsSummary, UploadJob
from cpnb.uploads import Upload

SESSION = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="eu-west-1")
DOMAIN = Domain("loyalty", endpoint_url="http://127.0.0.1:9", session=SESSION)


def upload_with(*ends: str) -> Upload:
    """Return an upload whose parts have come to these ends: a job's status, or the name of a phase."""
    parts = tuple(Part(number, range(1), Measure(1, 10, "d")) for number in range(1, len(ends) + 1))
    plan = Plan(DOMAIN, FieldMap({"id": "AccountNumber"}, "id"), Report(len(ends)), "raise", parts)
    upload = Upload(
        plan, SenderFromHere(plan, None), Decisions({part.number: Adoption(Action.SEND) for part in parts}), "cpnb"
    )
    for part, end in zip(parts, ends, strict=True):
        if end in set(JobStatus):
            job = UploadJob(DOMAIN, "a" * 32, status=JobStatus(end), results=ResultsSummary(created=1))
            upload._work.note(part, phase=Phase.DONE, job=job)
        elif end == "stopped":
            upload._work.note(part, phase=Phase.STOPPED, error=StoppedError("Stopped on request."))
        elif end == "broken":
            upload._work.note(part, phase=Phase.BROKEN, error=UploadError("The line went dead.", stage="put"))
        else:
            upload._work.note(part, phase=Phase(end))
    return upload


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        (["SUCCEEDED"], "SUCCEEDED"),
        (["SUCCEEDED", "SUCCEEDED"], "SUCCEEDED"),
        (["SUCCEEDED", "PARTIALLY_SUCCEEDED"], "PARTIALLY_SUCCEEDED"),
        (["SUCCEEDED", "FAILED"], "PARTIALLY_SUCCEEDED"),
        (["SUCCEEDED", "STOPPED"], "PARTIALLY_SUCCEEDED"),
        (["SUCCEEDED", "stopped"], "PARTIALLY_SUCCEEDED"),
        (["FAILED"], "FAILED"),
        (["FAILED", "STOPPED"], "FAILED"),
        (["STOPPED"], "STOPPED"),
        (["stopped", "stopped"], "STOPPED"),
        (["SUCCEEDED", "broken"], "BROKEN"),
        (["broken", "stopped"], "BROKEN"),
        (["SUCCEEDED", "sending"], "IN_PROGRESS"),
        (["broken", "waiting"], "IN_PROGRESS"),
        (["processing"], "IN_PROGRESS"),
    ],
)
def test_one_word_stands_for_all_parts(ends: list[str], status: str) -> None:
    upload = upload_with(*ends)

    assert upload.status == status
    assert upload.done == (status != "IN_PROGRESS")


def test_counters_add_up_over_the_jobs_that_exist() -> None:
    assert upload_with("SUCCEEDED", "FAILED", "sending").results == ResultsSummary(created=2)
    assert upload_with("waiting").results == ResultsSummary()
    assert "(no counts)" in str(upload_with("waiting"))


def test_a_part_without_a_count_is_told_and_not_taken_for_zero() -> None:
    upload = upload_with("SUCCEEDED", "STOPPED", "sending")
    complete = ResultsSummary(created=4, updated=2, failed=0)
    upload._work.note(upload.plan.parts[0], job=replace(upload.jobs[0], results=complete))

    assert upload.headline == ("Upload of 3 rows: IN_PROGRESS (5 created, 2 updated, 0 failed; no counts of 1 part)")
    counts = upload.to_frame()[["created", "updated", "failed"]]
    assert counts.iloc[0].tolist() == [4, 2, 0]
    assert counts.isna().to_numpy().tolist() == [[False] * 3, [False, True, True], [True] * 3]


@pytest.mark.parametrize(
    ("stage", "unknown"), [("create", False), ("put", False), ("start", True), ("processing", True)]
)
def test_of_a_part_that_was_lost_after_its_file_it_is_said_that_nothing_is_known(stage: str, unknown: bool) -> None:
    upload = upload_with("broken")
    job = UploadJob(DOMAIN, "a" * 32)
    upload._work.note(upload.plan.parts[0], job=job, error=UploadError("The line went dead.", stage=stage))

    assert ("no counts of 1 part" in upload.headline) == unknown


@pytest.mark.parametrize(
    ("end", "told"),
    [("SUCCEEDED", "1 created, no count of"), ("waiting", "no counts"), ("broken", "no counts")],
)
def test_a_headline_tells_what_was_counted(end: str, told: str) -> None:
    assert f"({told}" in upload_with(end).headline


def test_a_headline_of_a_part_without_counts_does_not_promise_any() -> None:
    upload = upload_with("FAILED")
    upload._work.note(upload.plan.parts[0], job=UploadJob(DOMAIN, "a" * 32, status=JobStatus.FAILED))

    assert upload.headline == "Upload of 1 row: FAILED (no counts of 1 part)"


def test_failed_rows_are_not_looked_for_while_it_is_at_work() -> None:
    for ask in (upload_with("sending").failed_rows, upload_with("sending").find_failed_rows):
        with pytest.raises(UploadError, match=r"still at work.*Call wait\(\) first"):
            ask()


@pytest.mark.parametrize(("ends", "words"), [(["SUCCEEDED", "broken"], "went dead"), (["FAILED"], "no reason given")])
def test_waiting_raises_what_went_wrong(ends: list[str], words: str) -> None:
    with pytest.raises(UploadError, match=words):
        upload_with(*ends).wait()


@pytest.mark.parametrize("ends", [["stopped"], ["STOPPED"], ["PARTIALLY_SUCCEEDED"], ["SUCCEEDED"]])
def test_waiting_returns_what_was_asked_for_or_went_well(ends: list[str]) -> None:
    upload = upload_with(*ends)

    assert upload.wait(timeout_s=0) is upload


def test_waiting_ends_with_the_time() -> None:
    with pytest.raises(WaitTimeoutError, match="goes on"):
        upload_with("processing").wait(timeout_s=0)


def test_a_time_of_any_kind_is_told_and_none_that_is_not_a_number_is_waited_for() -> None:
    with pytest.raises(WaitTimeoutError, match=r"not through after 0\.01 s"):
        upload_with("processing").wait(timeout_s=Fraction(1, 100))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="NaN"):
        upload_with("processing").wait(timeout_s=float("nan"))


def test_several_parts_are_told_apart_and_one_needs_no_number() -> None:
    assert upload_with("broken").sentences() == ["The line went dead."]
    assert upload_with("broken", "waiting").sentences() == [
        "Part 1: The line went dead.",
        "Part 2: Waiting for its turn.",
    ]
