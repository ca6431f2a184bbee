"""Faults, the clock and the rest of the control path."""

import socket
import time
import urllib.error
from base64 import b64decode, b64encode
from hashlib import md5
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

GOOD = "id,first\n1,Ana\n"


def status_of(sandbox, method, path, body=None):
    try:
        sandbox.control(method, path, body)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    return 200


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("throttle", "ThrottlingException", 429),
        ("internal_error", "InternalServerException", 500),
        ("access_denied", "AccessDeniedException", 403),
    ],
)
def test_a_fault_hits_its_operation_as_often_as_asked(domain, refusal, kind, code, status):
    domain.sandbox.control("POST", "faults", {"kind": kind, "operation": "CreateUploadJob", "times": 2})
    domain.client.list_upload_jobs(DomainName=domain.name)
    for _ in range(2):
        assert refusal(domain.create_job)[:2] == (code, status)
    assert domain.client.list_upload_jobs(DomainName=domain.name)["Items"] == []
    assert domain.create_job()


def test_a_fault_without_operation_hits_the_next_call(domain, refusal):
    domain.sandbox.control("POST", "faults", {"kind": "throttle"})
    assert refusal(domain.client.list_domains)[0] == "ThrottlingException"
    domain.client.list_domains()


def test_a_lost_answer_has_done_the_work(domain, refusal):
    domain.sandbox.control("POST", "faults", {"kind": "lost_answer", "operation": "CreateUploadJob"})
    assert refusal(domain.create_job)[1] == 500
    assert len(domain.client.list_upload_jobs(DomainName=domain.name)["Items"]) == 1


@pytest.mark.parametrize(("kind", "status", "text"), [("s3_error", 503, b"SlowDown"), ("expire_now", 403, b"expired")])
def test_a_fault_of_the_upload_url(domain, kind, status, text):
    job = domain.create_job()
    path = domain.path(job)
    domain.sandbox.control("POST", "faults", {"kind": kind, "times": 1})
    with pytest.raises(urllib.error.HTTPError) as caught:
        domain.put_at(path, GOOD)
    with caught.value as answer:
        assert answer.code == status
        assert text in answer.read()
    domain.put_at(path, GOOD)


def test_cleared_faults_do_not_come(domain):
    for kind in ("throttle", "s3_error"):
        domain.sandbox.control("POST", "faults", {"kind": kind, "times": 5})
    assert domain.sandbox.control("GET", "faults")["pending"][0]["times"] == 5
    domain.sandbox.control("DELETE", "faults")
    assert domain.upload(GOOD)["Status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "faults", {"kind": "earthquake"}),
        ("POST", "faults", {"kind": "throttle", "operation": "ListEventStreams"}),
        ("POST", "faults", {"kind": "throttle", "times": 0}),
        ("POST", "faults", {"kind": "s3_error", "operation": "CreateUploadJob"}),
        ("POST", "clock", {"advance_s": -1}),
        ("POST", "clock", {"advance_s": "1"}),
        ("POST", "clock", {}),
        ("POST", "clock", [1]),
        ("POST", "profiles", {"domain": "x"}),
    ],
)
def test_a_wrong_control_request_is_refused(sandbox, method, path, body):
    assert status_of(sandbox, method, path, body) == 400


def test_unknown_control_paths_and_methods_are_refused(sandbox):
    assert status_of(sandbox, "GET", "nothing") == 404
    assert status_of(sandbox, "POST", "status") == 405


def test_the_clock_moves_forward(sandbox):
    before_s = sandbox.control("GET", "status")["now_s"]
    sandbox.control("POST", "clock", {"advance_s": 3600})
    assert 3600 <= sandbox.control("GET", "status")["now_s"] - before_s < 3660


def test_profiles_can_be_put_in_directly(domain):
    profiles = [{"AccountNumber": "1", "FirstName": "Ana"}, {"AccountNumber": "2", "Attributes": {"tier": "gold"}}]
    ids = domain.sandbox.control("POST", "profiles", {"domain": domain.name, "profiles": profiles})["ProfileIds"]
    assert domain.one("2") == {"ProfileId": ids[1], **profiles[1]}


def test_a_wrong_profile_is_refused_as_by_the_service(domain):
    body = {"domain": domain.name, "profiles": [{"FirstName": "x" * 256}]}
    assert status_of(domain.sandbox, "POST", "profiles", body) == 400
    assert status_of(domain.sandbox, "POST", "profiles", {**body, "domain": "nowhere", "profiles": []}) == 404


def test_the_status_counts_profiles_and_jobs(domain):
    domain.upload(GOOD)
    status = domain.sandbox.control("GET", "status")
    assert status["profile_counts"][domain.name] == 1
    assert status["job_counts"]["SUCCEEDED"] >= 1
    assert status["process_id"] == domain.sandbox.process.pid
    assert "CreateUploadJob" in status["operations"]


def test_requests_are_noted_with_their_job_and_answer_until_they_are_forgotten(domain):
    domain.sandbox.control("DELETE", "requests")
    job = domain.create_job()
    domain.sandbox.control("POST", "faults", {"kind": "s3_error", "times": 1})
    with pytest.raises(urllib.error.HTTPError) as caught:
        domain.put(job, GOOD)
    caught.value.close()
    domain.put(job, GOOD)

    noted = domain.sandbox.control("GET", "requests")["requests"]

    assert [(entry["operation"], entry["job_id"], entry["status"]) for entry in noted] == [
        ("CreateUploadJob", None, 200),
        ("GetUploadJobPath", job, 200),
        ("PutObject", job, 503),
        ("GetUploadJobPath", job, 200),
        ("PutObject", job, 200),
    ]
    assert [later["number"] - first["number"] for first, later in pairwise(noted)] == [1, 1, 1, 1]
    assert domain.sandbox.control("DELETE", "requests") == {"requests": []}
    assert domain.sandbox.control("GET", "requests") == {"requests": []}


def test_a_request_at_work_has_no_status_yet(domain):
    job = domain.create_job()
    path = domain.path(job)
    parts, token = urlsplit(path["Url"]), path["ClientToken"]
    domain.sandbox.control("DELETE", "requests")
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        head = {
            "Host": parts.netloc,
            "Content-Length": "1000",
            "x-amz-server-side-encryption-customer-algorithm": "AES256",
            "x-amz-server-side-encryption-customer-key": token,
            "x-amz-server-side-encryption-customer-key-MD5": b64encode(
                md5(b64decode(token), usedforsecurity=False).digest()
            ).decode(),
        }
        lines = [f"PUT {parts.path}?{parts.query} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        connection.sendall("\r\n".join([*lines, "", "id,first"]).encode())
        deadline = time.monotonic() + 10
        while not (noted := domain.sandbox.control("GET", "requests")["requests"]):
            assert time.monotonic() < deadline
        assert [(entry["operation"], entry["status"]) for entry in noted] == [("PutObject", None)]
    while (noted := domain.sandbox.control("GET", "requests")["requests"])[0]["status"] is None:
        assert time.monotonic() < deadline
    assert noted[0]["status"] == 400  # the body broke off
