"""Several uploads, and several people, in one domain; and settings that cannot be meant."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pandas as pd
import pytest

import cpnb
from cpnb import errors
from cpnb.adoption import Action
from cpnb.part_progress import Phase
from cpnb.retrying import Patience, polling_pauses
from tests.journeys.customers import FIELDS, begin, customers, quick, stored


def until(condition, timeout_s: float = 30.0) -> None:
    ends_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < ends_s, "waited in vain"
        time.sleep(0.01)


def is_at_work(upload: cpnb.Upload) -> bool:
    return all(part.phase is Phase.PROCESSING for part in upload.parts)


def test_the_last_to_be_uploaded_is_what_stays_although_both_were_still_at_work(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    ours, others = customers(4), customers(4, city=["Boston"] * 4)
    own_sandbox.change(processing_s=1.0)
    first = begin(ours, domain)
    until(lambda: is_at_work(first))
    second = begin(others, domain)
    until(lambda: is_at_work(second))

    again = begin(ours, domain)
    for upload in (first, second, again):
        upload.wait(30)

    assert again.parts[0].action is Action.SEND
    assert stored(domain, "00000")[0]["Address"]["City"] == "Seattle"


def test_parts_of_one_upload_are_no_others_to_each_other(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(processing_s=1.0)
    first = begin(customers(30), domain, options=quick(part_rows=10))
    until(lambda: is_at_work(first))

    again = begin(customers(30), domain, options=quick(part_rows=10))

    assert [part.action for part in again.parts] == [Action.WATCH] * 3
    again.wait(30)
    first.wait(30)


def test_an_upload_that_comes_during_a_search_for_failed_rows_ends_the_search(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.change(refused_keys="00003|00017")
    upload = begin(customers(40), domain).wait(30)
    others = customers(40, city=["Boston"] * 40)
    came = threading.Event()

    def in_the_middle(_):
        if not came.is_set():
            came.set()
            own_sandbox.change(processing_s=1)  # the search does not look again at once
            begin(others, domain).wait(30)

    with pytest.raises(errors.UploadError, match=r"wrote after this upload.*small jobs made until then: [1-9]"):
        upload.find_failed_rows(on_progress=in_the_middle)

    cities = {stored(domain, f"{number:05d}")[0]["Address"]["City"] for number in (0, 1, 20, 39)}
    assert cities == {"Boston"}


def test_what_was_stopped_while_it_was_sent_names_the_job_that_waits(own_sandbox):
    upload = begin(customers(), own_sandbox.domain("loyalty"), options=quick(on_progress=lambda upload: upload.stop()))
    until(lambda: upload.done)

    part = upload.parts[0]
    assert part.phase is Phase.STOPPED
    assert (
        f"Job {part.job.job_id} still waits for its file, or to be started; upload.retry() goes on with it"
        in part.sentence()
    )


def test_jobs_that_an_other_run_left_waiting_are_told(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject("s3_error", times=500)
    broken = begin(customers(6), domain, options=quick(part_rows=3))
    with pytest.raises(errors.TransferError):
        broken.wait(30)
    own_sandbox._control("DELETE", "/_sandbox/faults")

    corrected = begin(customers(6, city=["Boston"] * 6), domain, options=quick(part_rows=3)).wait(30)
    same = begin(customers(6), domain, options=quick(part_rows=3)).wait(30)

    left = "2 jobs of earlier uploads still wait for a file; cpnb.list_jobs(domain) shows them."
    assert left in corrected.sentences()
    assert left in corrected._repr_html_()
    assert [part.action for part in same.parts] == [Action.CONTINUE] * 2
    assert left not in str(same)


def test_the_days_of_what_is_not_sent_again_count_from_the_earlier_run():
    with cpnb.Sandbox() as other_clock:
        other_clock.advance(3 * 86_400.0)
        domain = other_clock.domain("loyalty")
        first = begin(customers(), domain).wait(30)

        again = begin(customers(), domain).wait(30)

    assert again.parts[0].action is Action.REPORT
    expires_on = (first.jobs[0].completed_at + timedelta(days=14)).date()
    assert expires_on != again.plan.expires_on
    assert f"Profiles expire on {expires_on:%Y-%m-%d}" in str(again)


def test_where_the_domain_is_gone_nothing_is_retried(own_sandbox):
    domain = own_sandbox.domain("loyalty")
    own_sandbox.inject("s3_error", times=500)
    upload = begin(customers(), domain)
    with pytest.raises(errors.TransferError):
        upload.wait(30)
    before = upload.parts
    domain.call("DeleteDomain")

    with pytest.raises(errors.DomainNotFoundError):
        upload.retry()
    assert upload.parts == before


def test_waiting_inside_of_on_progress_is_refused_and_the_upload_comes_through(own_sandbox):
    refusals = []

    def waiting(upload):
        if not upload.done:
            try:
                upload.wait()
            except errors.UploadError as error:
                refusals.append(str(error))

    begin(customers(), own_sandbox.domain("loyalty"), options=quick(on_progress=waiting)).wait(30)

    assert refusals
    assert "wait() was called inside on_progress" in refusals[0]


@pytest.mark.parametrize(
    "settings",
    [
        {"patience": None},
        {"repeat_window_h": "x"},
        {"repeat_window_h": True},
        {"on_progress": 5},
    ],
    ids=str,
)
def test_settings_that_cannot_be_meant_are_refused(settings):
    with pytest.raises((TypeError, ValueError), match=f"{next(iter(settings))} is .*expected"):
        cpnb.UploadOptions(**settings)


def test_patience_is_no_yes_or_no():
    with pytest.raises(ValueError, match="expected seconds"):
        Patience(True)


def test_a_job_is_not_asked_about_without_a_pause():
    with Patience(poll_first_s=0, poll_longest_s=0).applied():
        pauses = polling_pauses()

    assert pauses(type("State", (), {"attempt_number": 1})()) >= 0.05


@pytest.mark.parametrize("name", [None, 5, "\ud800"], ids=["nothing", "a number", "half a character"])
def test_a_name_that_cannot_be_sent_is_refused_before_the_table_is_read(domain, name):
    with pytest.raises((TypeError, ValueError), match=r"^display_name "):
        cpnb.upload(pd.DataFrame(), domain, FIELDS, display_name=name)


@pytest.mark.parametrize("timeout_s", ["5", True], ids=repr)
def test_a_time_to_wait_that_is_no_number_is_refused(domain, timeout_s):
    upload = begin(customers(), domain)
    with pytest.raises(TypeError, match="timeout_s"):
        upload.wait(timeout_s)
    upload.wait(30)


@pytest.mark.parametrize("count", [None, -1, "5"], ids=repr)
def test_a_number_of_searches_that_is_none_is_refused(domain, count):
    upload = begin(customers(), domain).wait(30)
    with pytest.raises(ValueError, match="max_requests"):
        upload.failed_rows(max_requests=count)


@pytest.mark.parametrize("limit", [2.0, "5", 0, True], ids=repr)
def test_a_limit_that_is_no_number_of_jobs_is_refused(domain, limit):
    with pytest.raises(ValueError, match=r"limit is .*whole number"):
        cpnb.list_jobs(domain, limit=limit)


def test_a_moment_before_the_first_year_is_no_beginning(domain):
    with pytest.raises(ValueError, match="outside of the years"):
        cpnb.list_jobs(domain, since="0001-01-01T00:00+14:00")


def test_a_policy_needs_a_domain_and_a_purpose():
    with pytest.raises(TypeError, match="domain is a NoneType"):
        cpnb.iam_policy(domain=None, account="123456789012", region="us-east-1")
    with pytest.raises(TypeError, match="for_ is a NoneType"):
        cpnb.iam_policy(domain="loyalty", account="123456789012", region="us-east-1", for_=None)


@pytest.mark.parametrize("moment", [pd.NaT, "private"], ids=["missing", "unreadable"])
def test_a_segment_whose_time_is_not_known_is_not_deleted_and_the_cell_is_not_quoted(domain, moment):
    cpnb.SegmentDefinition("tmp-a", cpnb.profile.FirstName.isin(["Ann"])).create(domain)
    found = cpnb.delete_segments(domain, prefix="tmp-")

    with pytest.raises(ValueError, match="created_at cannot be read as a time for 'tmp-a'") as caught:
        cpnb.delete_segments(domain, found.assign(created_at=moment))

    assert "private" not in str(caught.value)
    assert list(cpnb.list_segments(domain)["name"]) == ["tmp-a"]
