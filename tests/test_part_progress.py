"""What is raised when parts have failed: which, of which domain, and how many more."""

from __future__ import annotations

import pytest

from cpnb.adoption import Action, Adoption
from cpnb.errors import ChangedDataError, CpnbError, ServiceError, TransferError, UploadError
from cpnb.measuring import Measure
from cpnb.part_progress import PartProgress, Phase, failure_of
from cpnb.parts import Part
from cpnb.retrying import StoppedError
from cpnb.upload_job import JobStatus, UploadJob

JOB = UploadJob(None, "a" * 32, status=JobStatus.FAILED)  # type: ignore[arg-type]  # its domain is not asked


def part(number: int, phase: Phase = Phase.DONE, **more: object) -> PartProgress:
    return PartProgress(Part(number, range(1), Measure(1, 10, "d")), Adoption(Action.SEND), phase, **more)  # type: ignore[arg-type]


def broken(number: int) -> PartProgress:
    error = TransferError("The line went dead.", job_id="b" * 32, code="SlowDown", status_code=503)
    error.__cause__ = ServiceError("the cause")
    return part(number, Phase.BROKEN, error=error)


def test_the_first_failure_names_its_part_the_domain_and_how_many_more() -> None:
    parts = [part(1), broken(2), part(3, job=JOB), part(4, Phase.STOPPED, error=StoppedError("Stopped.")), broken(5)]

    failure = failure_of(parts, "loyalty")

    assert str(failure) == (
        "Part 2 of 5, domain 'loyalty': The line went dead. And 2 more parts did not get through; print(upload) shows "
        "all."
    )


def test_an_only_part_needs_no_number() -> None:
    assert str(failure_of([broken(1)], "loyalty")) == "Domain 'loyalty': The line went dead."


def test_it_keeps_what_the_error_carries_and_leaves_the_error_of_the_part_alone() -> None:
    progress = broken(1)
    failure = failure_of([progress], "loyalty")

    assert isinstance(failure, TransferError)
    assert (failure.job_id, failure.stage, failure.code, failure.status_code) == ("b" * 32, "put", "SlowDown", 503)
    assert str(failure.__cause__) == "the cause"
    assert str(progress.error) == "The line went dead."
    assert failure is not failure_of([progress], "loyalty")


def test_a_job_that_failed_is_a_failure_of_its_part() -> None:
    failure = failure_of([part(1), part(2, job=JOB)], "loyalty")

    assert isinstance(failure, UploadError)
    assert str(failure).startswith(f"Part 2 of 2, domain 'loyalty': Job {JOB.job_id} failed")
    assert (failure.job_id, failure.stage) == (JOB.job_id, "processing")


def test_without_a_failure_there_is_none() -> None:
    assert failure_of([part(1), part(2, Phase.STOPPED, error=StoppedError("Stopped."))], "loyalty") is None


@pytest.mark.parametrize(
    ("phase", "error", "words"),
    [
        (Phase.STOPPED, StoppedError("Stopped."), "still waits for its file, or to be started; upload.retry() goes on"),
        (Phase.BROKEN, UploadError("It broke off."), "still waits for its file, or to be started; upload.retry() goes"),
        (
            Phase.BROKEN,
            ChangedDataError("It changed."),
            f"cannot send that any more, and %cp_job {'c' * 32} --stop ends",
        ),
    ],
)
def test_a_job_that_a_part_left_without_starting_it_is_named(phase: Phase, error: CpnbError, words: str) -> None:
    left = UploadJob(None, "c" * 32, status=JobStatus.CREATED)  # type: ignore[arg-type]
    progress = part(1, phase, job=left, error=error)

    assert f"{error} Job {left.job_id} " in progress.sentence()
    assert words in progress.sentence()
    failure = failure_of([progress], "loyalty")
    assert failure is None if phase is Phase.STOPPED else words in str(failure)


def test_a_job_that_the_error_names_already_is_not_named_twice() -> None:
    left = UploadJob(None, "c" * 32, status=JobStatus.CREATED)  # type: ignore[arg-type]
    error = TransferError(f"The file did not get through (job {left.job_id}).", job_id=left.job_id)

    assert part(1, Phase.BROKEN, job=left, error=error).sentence() == str(error)
