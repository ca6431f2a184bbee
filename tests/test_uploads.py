"""What an upload says of itself while its parts are where they are; the real path is in the journeys."""

from __future__ import annotations

import boto3
import pytest

from cpnb.adoption import Action, Adoption
from cpnb.csvstream import Measure
from cpnb.delivery import Phase, StoppedError
from cpnb.domain import Domain
from cpnb.errors import UploadError, WaitTimeoutError
from cpnb.fields import FieldMap
from cpnb.parts import Part
from cpnb.planning import Plan, UploadOptions
from cpnb.report import Report
from cpnb.upload_job import JobStatus, ResultsSummary, UploadJob
from cpnb.uploads import Upload

SESSION = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="eu-west-1")
DOMAIN = Domain("loyalty", endpoint_url="http://127.0.0.1:9", session=SESSION)


def upload_with(*ends: str) -> Upload:
    """Return an upload whose parts have come to these ends: a job's status, or the name of a phase."""
    parts = tuple(Part(number, range(1), Measure(1, 10, "d")) for number in range(1, len(ends) + 1))
    plan = Plan(DOMAIN, FieldMap({"id": "AccountNumber"}, "id"), Report(len(ends)), "raise", parts)
    upload = Upload(plan, {part.number: Adoption(Action.SEND) for part in parts}, "cpnb", UploadOptions())
    for part, end in zip(parts, ends, strict=True):
        if end in set(JobStatus):
            job = UploadJob(DOMAIN, "a" * 32, status=JobStatus(end), results=ResultsSummary(created=1))
            upload._note(part, phase=Phase.DONE, job=job)
        elif end == "stopped":
            upload._note(part, phase=Phase.STOPPED, error=StoppedError("Stopped on request."))
        elif end == "broken":
            upload._note(part, phase=Phase.BROKEN, error=UploadError("The line went dead.", stage="put"))
        else:
            upload._note(part, phase=Phase(end))
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
    assert "(no counts yet)" in str(upload_with("waiting"))


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


def test_several_parts_are_told_apart_and_one_needs_no_number() -> None:
    assert upload_with("broken").sentences() == ["The line went dead."]
    assert upload_with("broken", "waiting").sentences() == [
        "Part 1: The line went dead.",
        "Part 2: Waiting for its turn.",
    ]
