"""Listing the jobs of a domain, and looking at one of them."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import boto3
import pandas as pd
import pytest

import cpnb
from cpnb.concurrent_reads import READS_AT_ONCE
from cpnb.domain import Domain
from cpnb.errors import CredentialsError, DomainNotFoundError, ServiceError, UnreachableError
from cpnb.monitoring import JobDetails, list_jobs, look_at_job
from cpnb.retrying import Patience
from cpnb.sandbox_process import Sandbox
from cpnb.upload_job import JobStatus

MAP = {"id": {"Source": "id", "Target": "_profile.AccountNumber"}}


def at(url: str) -> Domain:
    """Return a domain that is not there."""
    return Domain("gone", endpoint_url=url, session=boto3.Session("a", "b", region_name="us-east-1"))


def created(domain: Domain, name: str = "by hand") -> str:
    """Return the id of a job that was made by the plain client, and has no file."""
    answer = domain.client.create_upload_job(DomainName=domain.name, DisplayName=name, Fields=MAP, UniqueKey="id")
    return answer["JobId"]


def ended(domain: Domain, job_id: str) -> None:
    for _ in range(200):
        if domain.client.get_upload_job(DomainName=domain.name, JobId=job_id)["Status"] not in {
            "CREATED",
            "IN_PROGRESS",
        }:
            return
        time.sleep(0.02)
    raise AssertionError("the job has not ended")


def uploaded(domain: Domain, rows: int = 30):
    people = cpnb.samples.people(rows, flaws=0)
    return people.cp.upload(domain, people.cp.suggest_fields(unique_key="customer_id", region="US")).wait()


def test_jobs_are_listed_newest_first_with_their_counters(domain):
    uploaded(domain)
    failed = created(domain, "nightly")
    domain.client.start_upload_job(DomainName=domain.name, JobId=failed)  # without a file
    ended(domain, failed)
    waiting = created(domain)
    jobs = list_jobs(domain)
    assert [job.status for job in jobs] == ["CREATED", "FAILED", "SUCCEEDED"]
    assert [job.job_id for job in jobs[:2]] == [waiting, failed]
    assert jobs[2].results.created == 30
    assert jobs.success_rate == 0.5
    assert jobs.record_success_rate == 1.0
    frame = jobs.to_frame()
    assert frame["status_reason"].tolist() == ["", "VALIDATION_FAILURE", ""]
    assert (frame.loc[2, "upload"], frame.loc[2, "part"], frame.loc[2, "part_count"]) == ("cpnb", 1, 1)


SEARCH = "spring failed rows of 24b3a287d02e8536 1/1 20261124T035510.148353Z 0123456789abcdef"


def test_small_jobs_of_a_search_are_listed_only_on_request(domain):
    upload = created(domain)
    searches = [created(domain, SEARCH) for _ in range(3)]
    jobs = list_jobs(domain, limit=1)
    assert [job.job_id for job in jobs] == [upload]
    assert (len(jobs.in_period), jobs.left_out_count) == (1, 3)
    assert "3 small jobs of searches for failed rows are not listed; searches='show' lists them too." in str(jobs)
    shown = list_jobs(domain, searches="show")
    assert [job.job_id for job in shown] == [*searches[::-1], upload]
    assert shown.left_out_count == 0
    assert sum(shown.status_counts.values()) == 1
    with pytest.raises(ValueError, match="expected 'hide' or 'show'"):
        list_jobs(domain, searches="all")


def test_an_empty_domain_has_no_jobs_and_no_error(domain):
    jobs = list_jobs(domain, since="7d")
    assert len(jobs) == 0
    assert jobs.success_rate is None
    assert jobs.to_frame().empty
    assert "nothing to draw" in str(jobs.plot())


@pytest.fixture(scope="module")
def turned() -> Iterator[Sandbox]:
    """A sandbox of this file, whose settings, clock and faults its tests change; each has a domain of its own."""
    with Sandbox() as running:
        yield running


def test_only_jobs_of_the_period_are_listed(turned):
    domain = turned.domain("period")
    older = created(domain)
    turned.advance(3 * 86_400)
    newer = created(domain)
    between = look_at_job(domain, older).job.created_at + timedelta(days=1)
    jobs = list_jobs(domain, since=between)
    assert [job.job_id for job in jobs] == [newer]
    assert jobs.since == between
    assert len(list_jobs(domain, since="1h")) == 2
    assert len(list_jobs(domain)) == 2


def test_a_search_for_failed_rows_leaves_what_is_said_about_the_uploads_as_it_was(turned):
    turned.change(refused_keys="K3")
    domain = turned.domain("searched")
    people = pd.DataFrame({"id": [f"K{number}" for number in range(8)], "city": "Ulm"})
    fields = cpnb.FieldMap({"id": "Attributes.number", "city": "Address.City"}, unique_key="id")
    quick = cpnb.UploadOptions(patience=Patience(poll_first_s=0.02, poll_longest_s=0.05))
    upload = people.cp.upload(domain, fields, options=quick).wait()
    before = list_jobs(domain)
    upload.find_failed_rows()
    after = list_jobs(domain)
    assert after.left_out_count > 0
    assert [job.job_id for job in after] == [job.job_id for job in before] == [upload.jobs[0].job_id]
    assert (after.success_rate, after.record_success_rate) == (0.0, 7 / 8)
    assert str(after.plot()) == str(before.plot())


@pytest.mark.parametrize("order", ["newest_first", "oldest_first"])
def test_the_order_of_the_service_does_not_matter(turned, order):
    turned.change(list_order=order)
    domain = turned.domain(f"in-order-{order}")
    ids = [created(domain) for _ in range(7)]
    jobs = list_jobs(domain, limit=3)
    assert [job.job_id for job in jobs] == ids[:-4:-1]
    assert [job.job_id for job in jobs.in_period] == ids[::-1]


def test_throttling_and_faults_are_waited_for(turned):
    domain = turned.domain("throttled")
    ids = {created(domain) for _ in range(3)}
    turned.inject("throttle", operation="GetUploadJob", times=2)
    turned.inject("internal_error", operation="ListUploadJobs", times=1)
    assert {job.job_id for job in list_jobs(domain)} == ids


def test_what_the_service_refuses_is_said(turned):
    domain = turned.domain("refused")
    created(domain)
    turned.inject("access_denied", operation="GetUploadJob", times=1)
    with pytest.raises(CredentialsError, match="may not do this"):
        list_jobs(domain)
    with pytest.raises(DomainNotFoundError):
        list_jobs(at(turned.url))


@pytest.mark.parametrize("wrong", ["loyalty", None, 5])
def test_what_is_no_domain_is_refused_with_the_way_to_one(wrong):
    for ask in (lambda: list_jobs(wrong), lambda: look_at_job(wrong, "0" * 32)):
        with pytest.raises(TypeError, match=rf"The domain is a {type(wrong).__name__}; .*cpnb\.Domain\('loyalty'"):
            ask()


def test_what_is_no_text_is_no_id(domain):
    with pytest.raises(TypeError, match="The id of a job is a int; expected text, 32 digits"):
        look_at_job(domain, 12)


@pytest.mark.parametrize("limit", [0, -1], ids=str)
def test_a_limit_of_nothing_is_refused(domain, limit):
    with pytest.raises(ValueError, match="expected a whole number from 1, or None"):
        list_jobs(domain, limit=limit)


class Service(Domain):
    """Stands where a domain does: lists jobs, and answers about each as it is told; keeps count."""

    name, place = "answers", "nowhere"

    def __init__(self, count: int, answer=lambda _job_id: {"Status": "SUCCEEDED"}):
        self.items = [{"JobId": f"{number:032x}", "Status": "IN_PROGRESS"} for number in range(count)]
        self.answer = answer
        self.asked = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    def pages(self, operation, /, **_parameters):
        assert operation == "ListUploadJobs"
        return iter(self.items)

    def call(self, operation, /, **parameters):
        assert operation == "GetUploadJob"
        job_id = parameters["JobId"]
        with self.lock:
            self.asked.append(job_id)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(0.005)
        try:
            return self.answer(job_id)
        finally:
            with self.lock:
                self.at_once -= 1


def test_only_the_jobs_shown_are_asked_about_and_a_few_at_once():
    service = Service(60)
    jobs = list_jobs(service, limit=20)
    assert len(service.asked) == len(jobs) == 20
    assert 1 < service.most_at_once <= READS_AT_ONCE
    assert len(jobs.in_period) == 60
    assert {job.status for job in jobs} == {"SUCCEEDED"}  # as the second answer says, and not the first
    assert jobs.status_counts["IN_PROGRESS"] == 40


def test_without_a_limit_all_are_asked_about():
    assert len(list_jobs(Service(60), limit=None)) == 60


def test_a_job_that_two_pages_have_counts_once():
    service = Service(3)
    service.items += service.items[:2]
    assert len(list_jobs(service)) == 3


def test_a_state_that_nobody_here_knows_is_shown_as_the_service_calls_it():
    service = Service(3, lambda job_id: {"Status": "QUEUED" if job_id.endswith("1") else "SUCCEEDED"})
    service.items[2]["Status"] = "QUEUED"

    jobs = list_jobs(service)
    assert sorted(jobs.to_frame()["status"]) == ["QUEUED", "SUCCEEDED", "SUCCEEDED"]
    assert jobs.status_counts == {
        "CREATED": 0,
        "IN_PROGRESS": 0,
        "PARTIALLY_SUCCEEDED": 0,
        "SUCCEEDED": 2,
        "FAILED": 0,
        "STOPPED": 0,
        "QUEUED": 1,
    }
    assert jobs.success_rate == 1.0
    assert "QUEUED" in str(jobs)
    assert "QUEUED" in jobs._repr_html_()
    assert jobs.plot()._repr_html_()
    assert "'QUEUED', which this version of cpnb does not know" in str(look_at_job(service, f"{1:032x}"))


def test_jobs_without_a_time_are_not_hidden_by_a_period():
    assert len(list_jobs(Service(2), since="1h")) == 2


def test_a_job_that_disappears_in_between_is_left_out():
    def answer(job_id):
        if job_id.endswith("1"):
            raise ServiceError("no such job", code="ResourceNotFoundException")
        return {"Status": "SUCCEEDED"}

    jobs = list_jobs(Service(3, answer))
    assert sorted(job.job_id[-1] for job in jobs) == ["0", "2"]
    assert len(jobs.in_period) == 2


def test_after_a_refusal_the_others_are_not_asked_about():
    def refuse(_job_id):
        raise CredentialsError("expired", code="ExpiredToken")

    service = Service(500, refuse)
    with pytest.raises(CredentialsError):
        list_jobs(service, limit=None)
    assert len(service.asked) < 50


def test_one_job_is_told_in_words_with_the_next_step(domain):
    upload = uploaded(domain)
    details = look_at_job(domain, f" {upload.jobs[0].job_id.upper()} ")
    text = str(details)
    assert text.startswith("SUCCEEDED: Job ")
    assert "cpnb, part 1 of 1" in text
    assert "30 created, 0 updated, 0 failed" in text
    assert f"{domain.name} at 127.0.0.1" in text
    assert details.next_step.startswith("Nothing.")
    assert upload.jobs[0].job_id in details._repr_html_()


@pytest.mark.parametrize(
    ("name", "start", "status", "step"),
    [
        ("a 1/2 20261124T035010.148353Z 24b3a287d02e8536", False, "CREATED", "it goes on with this job"),
        ("by hand <b>", False, "CREATED", "Whoever made it can go on"),
        (SEARCH, False, "CREATED", "upload.find_failed_rows(), run again, goes on with it"),
        ("a 1/2 20261124T035010.148353Z 24b3a287d02e8536", True, "FAILED", "df.cp.validate(fields)"),
        ("by hand <b>", True, "FAILED", "byte order mark"),
        (SEARCH, True, "FAILED", "Nothing is to be done about it"),
    ],
    ids=["ours waits", "another waits", "a search waits", "ours failed", "another failed", "a search failed"],
)
def test_the_next_step_depends_on_state_and_maker(domain, name, start, status, step):
    job_id = created(domain, name)
    if start:
        domain.client.start_upload_job(DomainName=domain.name, JobId=job_id)
        ended(domain, job_id)
    details = look_at_job(domain, job_id)
    assert details.job.status == status
    assert step in details.next_step
    assert step in str(details)
    assert "<b>" not in details._repr_html_().replace('<caption style="text-align: left"><b>', "")


def test_a_small_job_of_a_search_says_what_it_is(domain):
    details = look_at_job(domain, created(domain, SEARCH))
    assert details.next_step.startswith("This is one of the small jobs by which upload.find_failed_rows() asks")
    assert "spring, part 1 of 1, search for failed rows" in str(details)


def test_a_job_that_is_stopped_needs_no_remark_and_one_that_had_ended_does(domain):
    stopped = look_at_job(domain, created(domain)).stop()
    assert (stopped.job.status, stopped.remark) == ("STOPPED", "")
    ended = look_at_job(domain, uploaded(domain).jobs[0].job_id)
    for details in (ended.stop(), look_at_job(domain, stopped.job.job_id).stop()):
        assert details.remark == "There was nothing to stop: the job had ended before."
        assert details.remark in str(details)
        assert details.remark in details._repr_html_()
    assert ended.stop().job == ended.job


def test_a_job_that_ends_while_it_is_to_be_stopped_says_so(domain):
    before = look_at_job(domain, uploaded(domain).jobs[0].job_id)
    at_work = JobDetails(dataclasses.replace(before.job, status=JobStatus.IN_PROGRESS))
    stopped = at_work.stop()
    assert stopped.job.status == "SUCCEEDED"
    assert "nothing to stop" in stopped.remark


@pytest.mark.parametrize(
    ("job_id", "wrong"),
    [
        ("", "what was given has 0 characters"),
        ("a", "what was given has 1 character"),
        ("abc", "what was given has 3 characters"),
        ("x" * 32, "in what was given there are other characters"),
        ("0" * 33, "what was given has 33 characters"),
    ],
    ids=["nothing", "one", "short", "other characters", "long"],
)
def test_what_is_no_id_is_refused(domain, job_id, wrong):
    with pytest.raises(ValueError, match=rf"has 32 digits, 0 to 9 and a to f; {wrong}\. cpnb"):
        look_at_job(domain, job_id)


def test_a_missing_job_is_told_from_a_missing_domain(domain, sandbox):
    with pytest.raises(ServiceError, match=r"has no job 0{32}\. cpnb\.list_jobs\(domain\)") as missing:
        look_at_job(domain, "0" * 32)
    assert missing.value.code == "ResourceNotFoundException"
    with pytest.raises(DomainNotFoundError):
        look_at_job(at(sandbox.url), "0" * 32)


def test_a_service_that_is_not_there_is_said():
    with Patience(try_again_for_s=0).applied(), pytest.raises(UnreachableError):
        list_jobs(at("http://127.0.0.1:9"))
