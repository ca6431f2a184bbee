"""One job of the service: its states, waiting for it, starting and stopping it."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cpnb.errors import ServiceError, UnreachableError, WaitTimeoutError
from cpnb.retrying import Patience
from cpnb.upload_job import JobStatus, ResultsSummary, UploadJob

JOB = "0123456789abcdef" * 2


class Script:
    """Stands for a domain: what it was asked, and the answers it was given to say, the last one for good."""

    name = "loyalty"

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def call(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert parameters == {"JobId": JOB}
        self.asked.append(operation)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def call_once(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        return self.call(f"{operation} once", **parameters)


def job_of(*answers: dict[str, Any] | Exception) -> tuple[UploadJob, list[str]]:
    script = Script(*answers)
    return UploadJob(script, JOB, "spring"), script.asked  # type: ignore[arg-type]


def test_every_state_but_two_is_final() -> None:
    assert {status for status in JobStatus if not status.is_final} == {JobStatus.CREATED, JobStatus.IN_PROGRESS}


def test_a_job_is_read_as_the_service_describes_it() -> None:
    began, ended = datetime(2026, 11, 1, 9, tzinfo=UTC), datetime(2026, 11, 1, 10, tzinfo=UTC)
    job, asked = job_of(
        {
            "JobId": JOB,
            "DisplayName": "spring 1/1",
            "Status": "PARTIALLY_SUCCEEDED",
            "CreatedAt": began,
            "CompletedAt": ended,
            "ResultsSummary": {"CreatedRecords": 5, "UpdatedRecords": 0, "FailedRecords": 2},
        }
    )

    seen = job.refresh()

    assert asked == ["GetUploadJob"]
    assert (seen.job_id, seen.display_name, seen.status) == (JOB, "spring 1/1", JobStatus.PARTIALLY_SUCCEEDED)
    assert (seen.created_at, seen.completed_at) == (began, ended)
    assert seen.results == ResultsSummary(created=5, updated=0, failed=2)


def test_what_the_service_leaves_out_is_kept_or_unknown() -> None:
    job, _ = job_of({"Status": "IN_PROGRESS"})

    seen = job.refresh()

    assert (seen.job_id, seen.display_name) == (JOB, "spring")
    assert seen.results == ResultsSummary(None, None, None)
    assert (seen.status_reason, seen.completed_at) == ("", None)


def test_counters_add_up_and_unknown_is_not_zero() -> None:
    total = ResultsSummary(created=1, updated=None) + ResultsSummary(created=2, updated=3)

    assert total == ResultsSummary(created=3, updated=3, failed=None)
    assert str(total) == "3 created, 3 updated, no count of failed"


def test_large_counters_are_readable() -> None:
    assert str(ResultsSummary(1_000_000, 0, 12)) == "1,000,000 created, 0 updated, 12 failed"


def test_waiting_looks_again_until_the_job_has_ended() -> None:
    job, asked = job_of({"Status": "CREATED"}, {"Status": "IN_PROGRESS"}, {"Status": "SUCCEEDED"})

    assert job.wait().status is JobStatus.SUCCEEDED
    assert asked == ["GetUploadJob"] * 3


@pytest.mark.parametrize("status", ["SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "STOPPED"])
def test_waiting_ends_with_every_final_state(status: str) -> None:
    job, asked = job_of({"Status": status})

    assert job.wait(timeout_s=60).status == status
    assert len(asked) == 1


def test_when_the_time_is_over_the_job_goes_on_and_that_is_said() -> None:
    job, asked = job_of({"Status": "IN_PROGRESS"})

    with pytest.raises(WaitTimeoutError, match=rf"{JOB} is still IN_PROGRESS after 0\.3 s.*goes on") as caught:
        job.wait(timeout_s=0.3)

    assert isinstance(caught.value, TimeoutError)
    assert "StopUploadJob" not in asked


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made, in a time that passes by them alone."""
    made: list[float] = []
    monkeypatch.setattr("time.sleep", made.append)
    monkeypatch.setattr("tenacity.time.monotonic", lambda: sum(made))
    return made


def test_a_job_is_looked_at_after_a_second_and_at_last_every_15_seconds(pauses: list[float]) -> None:
    job, _ = job_of(*[{"Status": "IN_PROGRESS"}] * 20, {"Status": "SUCCEEDED"})

    job.wait()

    assert 1.0 <= pauses[0] <= 1.2
    assert all(one < other for one, other in itertools.pairwise(pauses[:6]))
    assert all(15.0 <= one <= 15.2 for one in pauses[8:])
    assert len(set(pauses[8:])) > 1  # at random somewhat longer


def test_how_often_it_is_looked_at_can_be_said(pauses: list[float]) -> None:
    job, _ = job_of(*[{"Status": "IN_PROGRESS"}] * 20, {"Status": "SUCCEEDED"})

    with Patience(poll_first_s=30, poll_longest_s=60).applied():
        job.wait()

    assert 30 <= pauses[0] <= 36
    assert 60 <= pauses[-1] <= 66


def test_the_last_pause_is_cut_to_the_time_that_is_left(pauses: list[float]) -> None:
    job, _ = job_of({"Status": "IN_PROGRESS"})

    with pytest.raises(WaitTimeoutError):
        job.wait(timeout_s=20)

    assert sum(pauses) == pytest.approx(20)


def test_a_time_that_is_not_a_number_is_not_waited_for() -> None:
    job, asked = job_of({"Status": "IN_PROGRESS"})

    with pytest.raises(ValueError, match="NaN"):
        job.wait(timeout_s=float("nan"))
    assert asked == []


def test_a_state_of_a_later_service_is_a_clear_error() -> None:
    job, asked = job_of({"Status": "PAUSED"})

    with pytest.raises(ServiceError, match=r"'PAUSED', which this version of cpnb does not know\. Update cpnb\."):
        job.wait()
    assert len(asked) == 1


def test_a_state_of_a_later_service_can_be_looked_at() -> None:
    job, _ = job_of({"Status": "PAUSED"})
    seen = job.refresh()

    assert (seen.status.value, seen.status.is_known, seen.status.is_final) == ("PAUSED", False, False)
    assert "in the state 'PAUSED', which this version of cpnb does not know" in str(seen)
    assert seen.status == JobStatus("PAUSED") == pickle.loads(pickle.dumps(seen.status))  # noqa: S301 - our own
    assert len(JobStatus) == 6
    with pytest.raises(ValueError, match="5 is not a valid JobStatus"):
        JobStatus(5)  # type: ignore[arg-type]


def test_an_error_while_waiting_comes_through() -> None:
    job, asked = job_of({"Status": "IN_PROGRESS"}, ServiceError("forbidden", code="AccessDeniedException"))

    with pytest.raises(ServiceError, match="forbidden"):
        job.wait(timeout_s=60)

    assert asked == ["GetUploadJob"] * 2


def test_a_start_is_one_request() -> None:
    job, asked = job_of({})

    assert job.start().status is JobStatus.IN_PROGRESS
    assert asked == ["StartUploadJob once"]


@pytest.mark.parametrize("status", ["IN_PROGRESS", "SUCCEEDED", "FAILED"])
def test_a_start_that_errs_after_it_worked_counts_as_started(status: str) -> None:
    job, asked = job_of(UnreachableError("the answer was lost"), {"Status": status})

    assert job.start().status == status
    assert asked == ["StartUploadJob once", "GetUploadJob"]


@pytest.mark.parametrize("code", ["BadRequestException", "ThrottlingException"])
def test_a_start_that_did_not_work_is_one_request_and_the_services_own_error(code: str) -> None:
    job, asked = job_of(ServiceError("refused", code=code), {"Status": "CREATED"})

    with pytest.raises(ServiceError, match="refused") as caught:
        job.start()

    assert caught.value.code == code
    assert caught.value.may_pass == (code == "ThrottlingException")
    assert asked.count("StartUploadJob once") == 1


def test_stopping_a_job_that_has_ended_is_no_error() -> None:
    job, _ = job_of(ServiceError("wrong state", code="BadRequestException"), {"Status": "SUCCEEDED"})

    assert job.stop().status is JobStatus.SUCCEEDED


def test_a_stop_that_is_refused_while_the_job_goes_on_is_an_error() -> None:
    job, _ = job_of(ServiceError("forbidden", code="AccessDeniedException"), {"Status": "IN_PROGRESS"})

    with pytest.raises(ServiceError, match="forbidden"):
        job.stop()


def test_a_stop_returns_the_job_as_it_is_then() -> None:
    job, asked = job_of({}, {"Status": "STOPPED", "ResultsSummary": {"CreatedRecords": 3}})

    stopped = job.stop()

    assert asked == ["StopUploadJob", "GetUploadJob"]
    assert (stopped.status, stopped.results.created) == (JobStatus.STOPPED, 3)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"Status": "CREATED"}, "waits for its file"),
        ({"Status": "IN_PROGRESS"}, "being processed"),
        ({"Status": "SUCCEEDED", "ResultsSummary": {"CreatedRecords": 3}}, "succeeded: 3 created"),
        ({"Status": "PARTIALLY_SUCCEEDED"}, "does not say which failed; upload.failed_rows()"),
        ({"Status": "FAILED", "StatusReason": "VALIDATION_FAILURE"}, "could not read the file"),
        ({"Status": "FAILED", "StatusReason": "INTERNAL_FAILURE"}, "fault of the service"),
        ({"Status": "FAILED"}, "no reason given"),
        ({"Status": "FAILED", "StatusReason": "VALIDATION_FAILURE"}, "The same again would fail again"),
        ({"Status": "FAILED", "StatusReason": "INTERNAL_FAILURE"}, "upload.retry()"),
        ({"Status": "STOPPED"}, "what was already taken in stays"),
        ({"Status": "STOPPED"}, "upload.retry()"),
    ],
)
def test_each_state_is_said_in_a_sentence(answer: dict[str, Any], words: str) -> None:
    job, _ = job_of(answer)

    sentence = str(job.refresh())

    assert words in sentence
    assert JOB in sentence
    assert sentence.endswith(".")


def test_a_job_says_all_of_its_sentences_without_a_service() -> None:
    say: Callable[[UploadJob], str] = UploadJob.sentence
    assert all(say(UploadJob(Script({}), JOB, status=status)) for status in JobStatus)  # type: ignore[arg-type]


def test_a_job_shows_itself_in_its_sentence():
    job = UploadJob(domain=None, job_id="a" * 32, status=JobStatus.FAILED, status_reason="<b>")
    assert repr(job) == str(job) == job.sentence()
    html = job._repr_html_()
    assert "FAILED</span>" in html
    assert "(&lt;b&gt;)" in html
