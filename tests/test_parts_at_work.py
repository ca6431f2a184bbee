"""Parts at work where a service refuses, somebody interrupts, or a mistake of our own breaks in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from cpnb.adoption import Action, Adoption
from cpnb.csvstream import CsvStream
from cpnb.errors import ServiceError, UploadError, WaitTimeoutError
from cpnb.part_progress import Phase
from cpnb.parts import Part
from cpnb.parts_at_work import PartsAtWork
from cpnb.planning import Plan
from cpnb.retrying import Patience
from cpnb.sender import SenderFromHere
from cpnb.upload_job import JobStatus, UploadJob
from cpnb.upload_options import UploadOptions
from tests.plans import numbered, planned

AT_ONCE = UploadOptions(patience=Patience(poll_first_s=0.01, poll_longest_s=0.02), part_rows=2)


class Service:
    """Stands where a domain does: jobs at work that end when they are stopped, or after a few looks."""

    name = "loyalty"
    ca_bundle = None

    def __init__(self, *, refuses_to_stop: bool = False, mistake: Exception | None = None) -> None:
        self.refuses_to_stop = refuses_to_stop
        self.mistake = mistake
        self.asked: list[str] = []

    def call(self, operation: str, /, **_parameters: Any) -> dict[str, Any]:
        self.asked.append(operation)
        if self.mistake is not None:
            raise self.mistake
        if operation == "StopUploadJob":
            if self.refuses_to_stop:
                raise ServiceError("You may not do this.", code="AccessDeniedException")
            return {}
        if "StopUploadJob" in self.asked and not self.refuses_to_stop:
            return {"Status": "STOPPED"}
        ended = self.asked.count("GetUploadJob") > 3
        counts = {"CreatedRecords": 3, "UpdatedRecords": 0, "FailedRecords": 0}
        return {"Status": "SUCCEEDED", "ResultsSummary": counts} if ended else {"Status": "IN_PROGRESS"}


class InterruptedPlan(Plan):
    """One with an interrupt while the second part is made ready."""

    def stream(self, data: Any, part: Part) -> CsvStream:
        if part.number == 2:
            raise KeyboardInterrupt
        return super().stream(data, part)


def watching(
    service: Service, tell: Callable[[], None] = lambda: None, row_count: int = 2, kind: type[Plan] = Plan
) -> PartsAtWork:
    """Return parts of two rows each, whose jobs an earlier run had started."""
    table = numbered(row_count)
    made = planned(table, options=AT_ONCE)
    plan = replace(kind(**{one.name: getattr(made, one.name) for one in fields(made)}), domain=service)
    jobs = {
        part.number: UploadJob(service, f"{part.number:032x}", status=JobStatus.IN_PROGRESS)  # type: ignore[arg-type]  # it calls, no more
        for part in plan.parts
    }
    decisions = {number: Adoption(Action.WATCH, job) for number, job in jobs.items()}
    return PartsAtWork(plan, SenderFromHere(plan, table), decisions, "cpnb", tell)


def begun(work: PartsAtWork) -> PartsAtWork:
    work.begin([progress.part for progress in work.parts])
    return work


def test_a_job_that_is_found_when_the_upload_was_stopped_already_is_stopped() -> None:
    service = Service()
    work = watching(service)
    work.stop()

    assert begun(work).wait(20)

    assert "StopUploadJob" in service.asked
    assert [(part.phase, part.job.status) for part in work.parts if part.job] == [(Phase.DONE, JobStatus.STOPPED)]


def test_a_job_that_may_not_be_stopped_is_watched_to_its_end_and_counted() -> None:
    service = Service(refuses_to_stop=True)
    work = watching(service)
    work.stop()

    assert begun(work).wait(20)

    [part] = work.parts
    assert part.phase is Phase.DONE
    assert part.job is not None
    assert part.job.results.created == 3


def test_parts_that_were_not_begun_when_an_interrupt_came_are_stopped_and_nobody_waits_for_them() -> None:
    work = watching(Service(), row_count=6, kind=InterruptedPlan)

    with pytest.raises(KeyboardInterrupt):
        begun(work)

    assert work.wait(20)
    assert [part.phase for part in work.parts] == [Phase.DONE, Phase.STOPPED, Phase.STOPPED]
    assert "upload.retry() begins it" in str(work.parts[1].error)


def test_a_mistake_of_our_own_is_told_with_its_place_and_without_its_text() -> None:
    work = watching(Service(mistake=RuntimeError("a secret")))

    assert begun(work).wait(20)

    [part] = work.parts
    assert part.phase is Phase.BROKEN
    assert re.search(r"RuntimeError in test_parts_at_work\.py, line \d+\.", str(part.error))
    assert "secret" not in str(part.error)


def test_what_is_kept_of_an_error_holds_no_frames() -> None:
    work = watching(Service(mistake=ServiceError("no", code="AccessDeniedException")))
    assert begun(work).wait(20)

    error: BaseException | None = work.parts[0].error
    assert isinstance(error, UploadError)
    assert error.__cause__ is not None
    while error is not None:
        assert error.__traceback__ is None
        error = error.__cause__ or error.__context__


def test_waiting_ends_after_the_last_telling() -> None:
    told: list[str] = []

    def slowly() -> None:
        phases = work.parts[0].phase
        time.sleep(0.2)
        told.append(phases)

    work = watching(Service(), slowly)

    assert begun(work).wait(20)

    assert told[-1] is Phase.DONE


def test_who_sends_again_waits_no_longer_than_said_for_a_job_that_is_not_stopped() -> None:
    service = Service(refuses_to_stop=True)
    work = watching(service, tell=lambda: time.sleep(0.5))
    work.finish_stopping(0)  # nothing is being stopped
    work.stop()
    begun(work)

    with pytest.raises(WaitTimeoutError, match=r"1 still at work after 0\.05 s; nothing was sent again"):
        work.finish_stopping(0.05)

    work.finish_stopping(20)
    assert work.done
