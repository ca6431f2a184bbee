"""The states of an upload job: what each call does in each of them."""

import time
import uuid

import pytest

GOOD = "id,first\n1,Ana\n"


def job_in(domain, state):
    """Return a job that is in a state, by way of ordinary calls."""
    job = domain.create_job()
    if state == "CREATED":
        return job
    if state == "STOPPED":
        domain.stop(job)
        return job
    if state == "IN_PROGRESS":
        domain.sandbox.control("PATCH", "settings", {"processing_s": 60})
    content = {"FAILED": "other\n1\n", "PARTIALLY_SUCCEEDED": "id,first\n1,Ana\n,Bo\n"}.get(state, GOOD)
    domain.put(job, content)
    domain.start(job)
    if state != "IN_PROGRESS":
        assert domain.wait(job)["Status"] == state
    return job


def test_a_new_job_is_created_and_shows_its_map(domain):
    job = domain.create_job({"id": "AccountNumber", "mail": ("EmailAddress", "EMAIL_ADDRESS")}, DataExpiry=30)
    assert len(job) == 32
    assert set(job) <= set("0123456789abcdef")
    answer = domain.job(job)
    assert answer["Status"] == "CREATED"
    assert answer["UniqueKey"] == "id"
    assert answer["DataExpiry"] == 30
    assert answer["Fields"]["mail"] == {
        "Source": "mail", "Target": "_profile.EmailAddress", "ContentType": "EMAIL_ADDRESS"
    }  # fmt: skip
    assert not {"ResultsSummary", "CompletedAt", "StatusReason"} & set(answer)


def test_without_an_expiry_a_job_has_fourteen_days(domain):
    assert domain.job(domain.create_job())["DataExpiry"] == 14


def test_the_summary_is_absent_while_the_job_runs(domain):
    job = job_in(domain, "IN_PROGRESS")
    answer = domain.job(job)
    assert answer["Status"] == "IN_PROGRESS"
    assert not {"ResultsSummary", "CompletedAt"} & set(answer)
    domain.sandbox.control("POST", "clock", {"advance_s": 61})
    assert domain.wait(job)["ResultsSummary"] == {"CreatedRecords": 1, "UpdatedRecords": 0, "FailedRecords": 0}


def test_imported_records_can_be_used_while_the_job_runs(domain):
    job = job_in(domain, "IN_PROGRESS")
    deadline = time.monotonic() + 10
    while not domain.find("_account", "1"):
        assert time.monotonic() < deadline
    assert domain.job(job)["Status"] == "IN_PROGRESS"
    domain.stop(job)


@pytest.mark.parametrize("state", ["SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "STOPPED"])
def test_a_final_state_has_a_time_of_completion(domain, state):
    answer = domain.job(job_in(domain, state))
    assert answer["CompletedAt"] >= answer["CreatedAt"]
    assert answer.get("StatusReason") == ("VALIDATION_FAILURE" if state == "FAILED" else None)


# In which states a call works; in the others it is a BadRequestException.
ALLOWED = {
    "start": {"CREATED"},
    "stop": {"CREATED", "IN_PROGRESS"},
    "path": {"CREATED"},
}


@pytest.mark.parametrize("state", ["CREATED", "IN_PROGRESS", "SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "STOPPED"])
@pytest.mark.parametrize("call", ["start", "stop", "path"])
def test_each_call_works_in_its_states_only(domain, state, call, refusal):
    job = job_in(domain, state)
    if state in ALLOWED[call]:
        getattr(domain, call)(job)
    else:
        code, status, message = refusal(getattr(domain, call), job=job)
        assert (code, status) == ("BadRequestException", 400)
        assert state in message
    if (call, state) == ("start", "CREATED"):
        domain.wait(job)  # without a file it ends by itself, at any moment
    elif domain.job(job)["Status"] == "IN_PROGRESS":
        domain.stop(job)


def test_stopping_a_running_job_keeps_what_is_imported(domain):
    job = job_in(domain, "IN_PROGRESS")
    deadline = time.monotonic() + 10
    while not domain.find("_account", "1"):
        assert time.monotonic() < deadline
    domain.stop(job)
    answer = domain.job(job)
    assert answer["Status"] == "STOPPED"
    assert answer["ResultsSummary"]["CreatedRecords"] == 1
    assert domain.find("_account", "1")


def test_a_job_started_without_a_file_fails(domain):
    job = domain.create_job()
    domain.start(job)
    answer = domain.wait(job)
    assert (answer["Status"], answer["StatusReason"]) == ("FAILED", "VALIDATION_FAILURE")
    (reason,) = [one["explanation"] for one in domain.sandbox.control("GET", "jobs")["jobs"] if one["job_id"] == job]
    assert reason == "no file was uploaded"


def test_a_file_put_after_the_start_is_not_seen(domain):
    job = domain.create_job()
    path = domain.path(job)
    domain.put_at(path, GOOD)
    domain.sandbox.control("PATCH", "settings", {"processing_s": 60})
    domain.start(job)
    domain.put_at(path, "id,first\n2,Bo\n")
    domain.sandbox.control("POST", "clock", {"advance_s": 61})
    assert domain.wait(job)["Status"] == "SUCCEEDED"
    assert [len(domain.find("_account", account)) for account in "12"] == [1, 0]


def test_a_second_put_replaces_the_file(domain):
    job = domain.create_job()
    domain.put(job, "id,first\n1,Ana\n")
    domain.put(job, "id,first\n2,Bo\n3,Cy\n")
    domain.start(job)
    assert domain.wait(job)["ResultsSummary"]["CreatedRecords"] == 2


def test_a_job_can_start_after_its_url_expired(domain):
    job = domain.create_job()
    domain.put(job, GOOD)
    domain.sandbox.control("POST", "clock", {"advance_s": 3600})
    domain.start(job)
    assert domain.wait(job)["Status"] == "SUCCEEDED"


def test_a_file_under_another_key_fails_the_job(domain):
    first, second = domain.create_job(), domain.create_job()
    domain.put_at({"Url": domain.path(first)["Url"], "ClientToken": domain.path(second)["ClientToken"]}, GOOD)
    domain.start(first)
    assert domain.wait(first)["Status"] == "FAILED"


def test_paths_differ_and_share_the_key(domain):
    job = domain.create_job()
    first, second = domain.path(job), domain.path(job)
    assert first["Url"] != second["Url"]
    assert first["ClientToken"] == second["ClientToken"]
    life_s = first["ValidUntil"].timestamp() - domain.sandbox.control("GET", "status")["now_s"]
    assert 890 < life_s <= 900


def test_a_job_of_another_domain_is_not_found(domain, sandbox, new_domain, refusal):
    other = new_domain(sandbox, f"other-{uuid.uuid4().hex[:8]}")
    job = domain.create_job()
    for call in (other.job, other.path, other.start, other.stop):
        assert refusal(call, job=job)[:2] == ("ResourceNotFoundException", 404)


def test_jobs_are_listed_newest_first_page_by_page(domain):
    jobs = [domain.create_job(DisplayName=f"number {number}") for number in range(5)]
    pages = domain.client.get_paginator("list_upload_jobs").paginate(
        DomainName=domain.name, PaginationConfig={"PageSize": 2}
    )
    items = [item for page in pages for item in page["Items"]]
    assert [item["JobId"] for item in items] == jobs[::-1]
    assert set(items[0]) == {"JobId", "DisplayName", "Status", "CreatedAt", "DataExpiry"}


def test_a_job_created_between_two_pages_shifts_nothing(domain):
    jobs = [domain.create_job() for _ in range(3)]
    first = domain.client.list_upload_jobs(DomainName=domain.name, MaxResults=2)
    domain.create_job()
    second = domain.client.list_upload_jobs(DomainName=domain.name, MaxResults=2, NextToken=first["NextToken"])
    assert [item["JobId"] for item in first["Items"] + second["Items"]] == jobs[::-1]


@pytest.mark.parametrize("token", ["x", "%", "AAAA", "☃"])
def test_a_foreign_token_is_a_bad_request(domain, token, refusal):
    refused = refusal(domain.client.list_upload_jobs, DomainName=domain.name, NextToken=token)
    assert refused[:2] == ("BadRequestException", 400)


def test_a_token_of_another_list_is_a_bad_request(domain, refusal):
    for _ in range(2):
        domain.create_job()
    token = domain.client.list_upload_jobs(DomainName=domain.name, MaxResults=1)["NextToken"]
    refused = refusal(domain.client.list_segment_definitions, DomainName=domain.name, NextToken=token)
    assert refused[:2] == ("BadRequestException", 400)


@pytest.mark.parametrize("state", ["SUCCEEDED", "FAILED", "STOPPED"])
def test_the_file_is_gone_when_the_job_has_ended(start_sandbox, new_domain, tmp_path, state):
    sandbox = start_sandbox("--state", str(tmp_path / "state"))
    domain = new_domain(sandbox, "loyalty")
    job = domain.create_job()
    domain.put(job, "other\n1\n" if state == "FAILED" else GOOD)
    objects = tmp_path / "state.objects"
    assert len(list(objects.iterdir())) == 1
    if state == "STOPPED":
        domain.stop(job)
    else:
        domain.start(job)
    assert domain.wait(job)["Status"] == state
    deadline = time.monotonic() + 5
    while list(objects.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
