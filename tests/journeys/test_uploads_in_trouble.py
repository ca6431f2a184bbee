"""What goes wrong on the way, and how an upload comes through: failed parts, storms, stops, interrupts, slow lines."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator

import pytest

import cpnb
from cpnb import errors
from cpnb.adoption import Action
from cpnb.part_progress import Phase
from cpnb.parts_at_work import PartsAtWork
from cpnb.retrying import Patience
from cpnb.sandbox_process import Sandbox
from cpnb.segments import EmptySegmentWarning, StaleEstimateWarning
from cpnb.upload_job import JobStatus, ResultsSummary
from tests.journeys.customers import QUICK, begin, customers, profile_count, quick, stored

SIX_PARTS = {"part_rows": 10}


def statuses(upload: cpnb.Upload) -> list[str]:
    return [part.job.status.value if part.job else part.phase.value for part in upload.parts]


def until(condition, timeout_s: float = 30.0) -> None:
    ends_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < ends_s, "waited in vain"
        time.sleep(0.01)


def test_one_part_of_six_fails_the_others_go_on_and_only_it_is_sent_again(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    people = customers(60)
    people.loc[30:39, "city"] = "x" * 250  # part 4 is the only file of more than 2,000 bytes
    own_sandbox.change(max_file_bytes=2000)

    upload = begin(people, domain, options=quick(**SIX_PARTS))
    with pytest.raises(errors.UploadError, match=r"failed \(VALIDATION_FAILURE\).*upload\.failed_rows\(\)"):
        upload.wait()

    assert statuses(upload) == ["SUCCEEDED"] * 3 + ["FAILED"] + ["SUCCEEDED"] * 2
    assert upload.status == "PARTIALLY_SUCCEEDED"
    assert upload.results == ResultsSummary(created=50, updated=0, failed=0)
    assert upload.headline == (
        "Upload of 60 rows: PARTIALLY_SUCCEEDED (50 created, 0 updated, 0 failed; no counts of 1 part)"
    )
    failed = upload.parts[3].job
    others = [part for part in upload.parts if part.job is not failed]

    own_sandbox.change(max_file_bytes=1_000_000)
    assert upload.retry() is upload
    upload.wait()

    assert upload.status == "SUCCEEDED"
    assert upload.results == ResultsSummary(created=60, updated=0, failed=0)
    assert upload.superseded_jobs == (failed,)
    assert [part for part in upload.parts if part.part.number != 4] == others
    assert upload.parts[3].job.job_id != failed.job_id
    assert len(list(domain.pages("ListUploadJobs"))) == 7
    assert profile_count(domain) == 60
    assert upload.to_frame()["created"].tolist() == [10] * 6


def test_retrying_what_went_well_does_nothing(domain):
    upload = begin(customers(), domain).wait()

    assert upload.retry().wait() is upload
    assert len(list(domain.pages("ListUploadJobs"))) == 1


def test_a_part_that_broke_goes_on_with_the_job_it_had(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject("access_denied", operation="StartUploadJob")
    upload = begin(customers(60), domain, options=quick(**SIX_PARTS))
    with pytest.raises(errors.UploadError, match="may not do this"):
        upload.wait()
    assert [part.phase for part in upload.parts].count(Phase.BROKEN) == 1

    upload.retry().wait()

    assert upload.status == "SUCCEEDED"
    assert [part.action for part in upload.parts].count(Action.CONTINUE) == 1
    assert "The try before had created the job and not started it" in str(upload)
    assert "job of the try before, gone on with" in upload._repr_html_()
    assert "earlier run" not in str(upload)
    assert upload.superseded_jobs == ()
    assert len(list(domain.pages("ListUploadJobs"))) == 6
    assert upload.results.created == profile_count(domain) == 60


def test_a_part_whose_job_came_through_after_all_is_not_sent_again(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(processing_s=0.5)
    own_sandbox.inject("access_denied", operation="GetUploadJob")
    upload = begin(customers(), domain)
    with pytest.raises(errors.UploadError, match="lost sight of; it goes on at the service"):
        upload.wait()

    upload.retry().wait()

    assert upload.parts[0].action in {Action.WATCH, Action.REPORT}
    assert upload.results.created == 3
    assert [one["operation"] for one in own_sandbox.requests()].count("StartUploadJob") >= 1
    assert len(list(domain.pages("ListUploadJobs"))) == 1


def test_a_part_of_which_no_job_was_created_is_created_when_it_is_tried_again(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject("access_denied", operation="CreateUploadJob")
    upload = begin(customers(), domain)
    with pytest.raises(errors.UploadError, match="The job was not created") as caught:
        upload.wait()
    assert (caught.value.stage, caught.value.job_id, upload.jobs) == ("create", "", ())

    assert upload.retry().wait().results.created == 3


@pytest.mark.parametrize("on_repeat", ["adopt", "send"])
def test_a_job_that_nobody_was_told_of_is_found_when_it_is_tried_again(own_sandbox, on_repeat):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject("lost_answer", operation="CreateUploadJob")
    at_once = Patience(try_again_for_s=0, poll_first_s=0.02)
    upload = begin(customers(), domain, options=quick(at_once, on_repeat=on_repeat))
    with pytest.raises(errors.UploadError, match="not known whether the job was created"):
        upload.wait()
    assert upload.jobs == ()

    upload.retry().wait()

    assert upload.parts[0].action is Action.CONTINUE
    assert len(list(domain.pages("ListUploadJobs"))) == 1


def test_a_stopped_part_is_sent_again_and_what_it_had_taken_in_is_not_counted_twice(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(processing_s=60)
    upload = begin(customers(60), domain, options=quick(**SIX_PARTS, parts_in_flight=6))
    until(lambda: all(part.phase is Phase.PROCESSING for part in upload.parts))
    upload.stop().wait(timeout_s=30)
    assert upload.status == "STOPPED"
    assert "what was already taken in stays" in str(upload)
    assert "upload.retry()" in str(upload)

    own_sandbox.change(processing_s=0)
    upload.retry().wait()

    assert upload.status == "SUCCEEDED"
    assert upload.results.created + upload.results.updated == profile_count(domain) == 60
    assert len(upload.superseded_jobs) == 6


def test_a_part_can_be_sent_again_while_others_are_at_work(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject("access_denied", operation="CreateUploadJob")
    own_sandbox.change(processing_s=1)
    at_work: list[int] = []

    def look(upload: cpnb.Upload) -> None:
        at_work.append(sum(part.phase in {Phase.SENDING, Phase.PROCESSING} for part in upload.parts))

    upload = begin(customers(60), domain, options=quick(**SIX_PARTS, parts_in_flight=2, on_progress=look))
    until(lambda: any(part.phase is Phase.BROKEN for part in upload.parts))
    assert not upload.done

    upload.retry().wait()

    assert upload.status == "SUCCEEDED"
    assert upload.results.created == profile_count(domain) == 60
    assert len(list(domain.pages("ListUploadJobs"))) == 6
    assert max(at_work) == 2


def test_no_more_jobs_are_in_flight_than_allowed(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(processing_s=0.05)
    seen: list[int] = []

    def look(_upload: cpnb.Upload) -> None:
        listed = domain.pages("ListUploadJobs")
        seen.append(sum(job["Status"] in {"CREATED", "IN_PROGRESS"} for job in listed))

    upload = begin(customers(60), domain, options=quick(**SIX_PARTS, parts_in_flight=2, on_progress=look)).wait()

    assert upload.results.created == 60
    assert max(seen) == 2


def test_jobs_that_an_earlier_run_left_at_work_come_first_and_count_as_in_flight(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(processing_s=60)
    first = begin(customers(60), domain, options=quick(**SIX_PARTS, parts_in_flight=6))
    until(lambda: all(part.phase is Phase.PROCESSING for part in first.parts))
    for job in first.jobs[:4]:
        job.stop()
    seen: list[set[int]] = []

    def look(upload: cpnb.Upload) -> None:
        seen.append({part.part.number for part in upload.parts if part.phase in {Phase.SENDING, Phase.PROCESSING}})

    again = begin(customers(60), domain, options=quick(**SIX_PARTS, parts_in_flight=2, on_progress=look))
    until(lambda: any(len(numbers) == 2 for numbers in seen))
    for upload in (first, again):
        upload.stop().wait(timeout_s=30)

    assert next(numbers for numbers in seen if len(numbers) == 2) == {5, 6}


@pytest.mark.parametrize("kind", ["throttle", "internal_error"])
def test_a_storm_over_all_operations_slows_the_upload_down_and_loses_nothing(own_sandbox, kind):
    domain = own_sandbox.domain("loyalty")
    upload = begin(customers(60), domain, options=quick(**SIX_PARTS))
    own_sandbox.inject(kind, times=30)

    upload.wait(timeout_s=60)

    assert upload.status == "SUCCEEDED"
    assert upload.results.created == profile_count(domain) == 60
    assert len(list(domain.pages("ListUploadJobs"))) == 6


def test_after_a_throttling_all_calls_of_the_domain_keep_apart(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    assert domain.pace.interval_s == 0
    own_sandbox.inject("throttle", operation="GetDomain")
    with QUICK.applied():
        domain.call("GetDomain")

    assert domain.pace.interval_s > 0
    for _ in range(20):
        domain.call("GetDomain")
    assert domain.pace.interval_s == 0


@pytest.fixture
def doomed_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def test_a_service_that_nobody_reaches_any_more_breaks_the_upload_in_bounded_time(doomed_sandbox):
    doomed_sandbox.change(processing_s=60)
    patience = Patience(try_again_for_s=0.5, pause_first_s=0.05, poll_first_s=0.02, poll_longest_s=0.1)
    upload = begin(customers(), doomed_sandbox.domain("loyalty"), options=quick(patience))
    until(lambda: upload.parts[0].phase is Phase.PROCESSING)
    doomed_sandbox.stop()
    began_s = time.monotonic()

    with pytest.raises(
        errors.UploadError, match=r"lost sight of; it may go on at the service.*nothing answered"
    ) as caught:
        upload.wait(timeout_s=30)

    assert time.monotonic() - began_s < 10
    assert (upload.status, caught.value.stage) == ("BROKEN", "processing")


def test_a_stop_does_not_wait_for_a_pause_to_end(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    hours = Patience(try_again_for_s=86_400, pause_first_s=3600, pause_longest_s=3600)
    own_sandbox.inject("internal_error", operation="CreateUploadJob", times=1000)
    upload = begin(customers(), domain, options=quick(hours))
    until(lambda: "CreateUploadJob" in [one["operation"] for one in own_sandbox.requests()])
    began_s = time.monotonic()

    upload.stop().wait(timeout_s=30)

    assert time.monotonic() - began_s < 10
    assert upload.status == "STOPPED"
    assert "nothing of this part was taken in" in str(upload)


def test_a_stop_looks_at_the_job_at_once(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(processing_s=60)
    seldom = Patience(poll_first_s=60, poll_longest_s=3600)
    upload = begin(customers(), domain, options=quick(seldom))
    until(lambda: upload.parts[0].phase is Phase.PROCESSING)
    began_s = time.monotonic()

    upload.stop().wait(timeout_s=50)

    assert time.monotonic() - began_s < 30
    assert upload.parts[0].job.status is JobStatus.STOPPED


def interrupt_the_waiting(thread_id: int) -> None:
    """Press Ctrl-C once a thread has come to where it waits for the end."""

    def waits() -> bool:
        frame = sys._current_frames().get(thread_id)
        while frame is not None and frame.f_code is not PartsAtWork.wait.__code__:
            frame = frame.f_back
        return frame is not None

    until(waits)
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_ends_the_waiting_says_so_and_one_can_wait_again(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(processing_s=1.5)
    upload = begin(customers(), domain)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=interrupt_the_waiting, args=(threading.get_ident(),)).start()
        with pytest.raises(KeyboardInterrupt) as caught:
            upload.wait()
    finally:
        signal.signal(signal.SIGINT, before)

    assert caught.value.__notes__ == ["The upload goes on in the background: wait() waits again, stop() stops it."]
    assert not upload.done
    assert upload.wait().results.created == 3


def test_on_a_slow_line_parts_take_turns_and_end_where_they_always_end(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(upload_url_life_s=3)
    people = customers(24_000)
    together: list[int] = []

    def slow_down(upload: cpnb.Upload) -> None:
        sending = [part for part in upload.parts if part.phase is Phase.SENDING and part.sent_bytes]
        together.append(sum(0 < part.sent_bytes < part.part.measure.size_bytes for part in sending))
        time.sleep(0.4)  # while a part tells of its bytes, it sends none

    options = quick(part_rows=8000, on_progress=slow_down)
    upload = begin(people, domain, options=options)
    parts = [(part.part.rows, part.part.measure) for part in upload.parts]
    upload.wait(timeout_s=120)

    assert upload.results.created == 24_000
    assert max(together) <= 1
    mine = {job.job_id for job in upload.jobs}
    asked = [(one["operation"], one["job_id"]) for one in own_sandbox.requests()]
    late = [one for one in asked if one[0] in {"GetUploadJobPath", "PutObject"} and one[1] in mine]
    assert [operation for operation, _ in late] == ["GetUploadJobPath", "PutObject"] * (len(late) // 2)
    assert all(path[1] == put[1] for path, put in zip(late[::2], late[1::2], strict=True))
    in_a_hurry = cpnb.plan(people, domain, upload.plan.fields, options=quick(part_rows=8000))
    assert [(part.rows, part.measure) for part in in_a_hurry.parts] == parts


def test_every_row_carries_the_marker_and_a_segment_asks_for_it(domain):
    upload = begin(customers(5), domain, marker=("campaign", "spring-2026")).wait()
    begin(customers(3, id=["a", "b", "c"]), domain, marker=("campaign", "autumn-2026")).wait()

    assert stored(domain, "00002")[0]["Attributes"] == {"campaign": "spring-2026"}
    segment = upload.segment("spring", display_name="Spring")

    with pytest.warns(StaleEstimateWarning):
        assert segment.estimate(domain) == 5
    assert cpnb.list_segments(domain)["display_name"].tolist() == ["Spring"]


def test_another_marker_is_another_upload(domain):
    first = begin(customers(), domain, marker=("campaign", "spring")).wait()
    other = begin(customers(), domain, marker=("campaign", "autumn")).wait()
    again = begin(customers(), domain, marker=("campaign", "autumn")).wait()

    assert first.results.created == other.results.updated == 3
    assert again.parts[0].action is Action.REPORT
    with pytest.warns(EmptySegmentWarning), pytest.warns(StaleEstimateWarning):
        assert first.segment("first").estimate(domain) == 0


def test_without_a_marker_there_is_no_segment_of_the_upload(domain):
    upload = begin(customers(), domain).wait()

    with pytest.raises(errors.FieldsError, match=r"no marker.*marker=\('campaign', 'spring-2026'\)"):
        upload.segment("spring")


def test_the_marker_arrives_in_every_part_and_with_every_way_to_send(domain):
    people = customers(6, mail=["a@example.com", "nonsense"] * 3)

    upload = begin(people, domain, marker=("campaign", "spring"), on_invalid="blank", options=quick(part_rows=2)).wait()

    assert upload.results.created == 6
    with pytest.warns(StaleEstimateWarning):
        assert upload.segment("all").estimate(domain) == 6
    assert upload.blanked.to_dict("list") == {
        "row": [1, 3, 5],
        "column": ["mail"] * 3,
        "reason": ["email_invalid"] * 3,
    }
    assert upload.skipped.empty


def test_what_is_being_stopped_is_sent_again_without_waiting_in_between(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(processing_s=60)
    upload = begin(customers(60), domain, options=quick(**SIX_PARTS, parts_in_flight=2))
    until(lambda: [part.phase for part in upload.parts].count(Phase.PROCESSING) == 2)

    upload.stop()
    own_sandbox.change(processing_s=0)
    upload.retry().wait(timeout_s=30)

    assert upload.status == "SUCCEEDED"
    assert upload.results.created + upload.results.updated == profile_count(domain) == 60
