"""An upload over a line with faults: what arrives, how often it was asked, and what the error says."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

import cpnb
from cpnb.errors import UploadError
from cpnb.upload_options import UploadOptions
from cpnb.uploads import Upload
from tests.wire import faults
from tests.wire.certificate import self_signed
from tests.wire.exchange import Exchange
from tests.wire.faults import Fault, answers, refuses
from tests.wire.line import PATIENCE, UNHURRIED, Line, line_to

FIELDS = cpnb.FieldMap(
    {"id": "AccountNumber", "phone": "PhoneNumber", "city": "Address.City"}, unique_key="id", region="US"
)
OPERATIONS = ("CreateUploadJob", "ListUploadJobs", "GetUploadJobPath", "PutObject", "StartUploadJob", "GetUploadJob")
MANY = 99


def customers(count: int = 5) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"{number:05d}" for number in range(count)],
            "phone": ["+12065550100"] * count,
            "city": [f"City {number}" for number in range(count)],
        }
    )


@pytest.fixture(scope="module")
def line(sandbox: cpnb.Sandbox) -> Iterator[Line]:
    with line_to(sandbox) as line:
        yield line


def uploaded(line: Line, domain: cpnb.Domain, *, hurried: bool = False) -> tuple[Upload, UploadError | None]:
    """Upload to the end; return the upload, and the error of `wait` if it raised one."""
    options = UploadOptions(patience=PATIENCE if hurried else UNHURRIED)
    upload = cpnb.upload(customers(), domain, FIELDS, options=options)
    try:
        return upload.wait(timeout_s=60), None
    except UploadError as error:
        return upload, error


@dataclass(frozen=True)
class Case:
    """A fault and what it leads to.

    `requests` tells how often each operation is asked, as far as it is not once: a ListUploadJobs is made
    by every upload before anything else, and of a GetUploadJob the answer comes when the job has ended.
    """

    operation: str
    fault: Fault | str
    times: int = 1
    status: str = "SUCCEEDED"
    jobs: tuple[str, ...] = ("SUCCEEDED",)
    requests: dict[str, int] = field(default_factory=dict)
    words: str = ""
    hurried: bool = False


def left_created(operation: str, fault: Fault | str, words: str, times: int = 1, **requests: int) -> Case:
    """Return the case of a part that breaks before its job was started: the job is looked at, waits, and is named."""
    return Case(operation, fault, times, "BROKEN", ("CREATED",), requests, words)


TWICE = {"PutObject": 2, "GetUploadJobPath": 2}
LOOKED_AT = {"GetUploadJob": 2}
STARTED_AGAIN = {"StartUploadJob": 2, **LOOKED_AT}

# Source: service facts 4.2 (retry rule), 1.5 (idempotency), issue: "we look before creating again".
CASES = {
    # The file. Each try fetches a fresh path.
    "put, reset before": Case("PutObject", faults.reset_before, requests=TWICE),
    "put, reset midway": Case("PutObject", faults.reset_midway, requests=TWICE),
    "put, reset after": Case("PutObject", faults.reset_after, requests=TWICE),
    "put, stalls midway": Case("PutObject", faults.stall_midway, requests=TWICE, hurried=True),
    "put, stalls after": Case("PutObject", faults.stall_after, requests=TWICE, hurried=True),
    "put, answer cut": Case("PutObject", faults.cut_in_status_line, requests=TWICE),
    "put, slowly": Case("PutObject", faults.slowly(2_000)),
    "put, 503 twice": Case("PutObject", answers(503, "SlowDown"), 2, requests={"PutObject": 3, "GetUploadJobPath": 3}),
    "put, 500": Case("PutObject", answers(500, "InternalError"), requests=TWICE),
    "put, RequestTimeout": Case("PutObject", answers(400, "RequestTimeout"), requests=TWICE),
    "put, expired": Case("PutObject", answers(403, "AccessDenied", "Request has expired"), requests=TWICE),
    "put, 503 for ever": left_created(
        "PutObject", answers(503, "SlowDown"), "slower pace", MANY, PutObject=5, GetUploadJobPath=5, StartUploadJob=0
    ),
    "put, 403": left_created("PutObject", answers(403, "SignatureDoesNotMatch"), "signed for", StartUploadJob=0),
    "put, redirect": left_created(
        "PutObject", answers(307, Location="http://127.0.0.1:9/"), "redirect", StartUploadJob=0
    ),
    "put, 501": left_created("PutObject", answers(501, "NotImplemented"), "HTTP 501", StartUploadJob=0),
    # CreateUploadJob has no idempotency token: one request, and a look before another.
    "create, throttled": Case("CreateUploadJob", "throttle", requests={"CreateUploadJob": 2, "ListUploadJobs": 2}),
    "create, 500": Case("CreateUploadJob", "internal_error", requests={"CreateUploadJob": 2, "ListUploadJobs": 2}),
    "create, worked and 500": Case("CreateUploadJob", "lost_answer", requests={"ListUploadJobs": 2}),
    "create, reset before": Case(
        "CreateUploadJob", faults.reset_before, requests={"CreateUploadJob": 2, "ListUploadJobs": 2}
    ),
    "create, reset after": Case("CreateUploadJob", faults.reset_after, requests={"ListUploadJobs": 2}),
    "create, closed after": Case("CreateUploadJob", faults.close_after, requests={"ListUploadJobs": 2}),
    "create, answer cut": Case("CreateUploadJob", faults.cut_in_body, requests={"ListUploadJobs": 2}),
    "create, gateway": Case("CreateUploadJob", answers(503), requests={"CreateUploadJob": 2, "ListUploadJobs": 2}),
    "create, denied": Case(
        "CreateUploadJob",
        "access_denied",
        status="BROKEN",
        jobs=(),
        requests={"GetUploadJobPath": 0, "PutObject": 0, "StartUploadJob": 0, "GetUploadJob": 0},
        words="AccessDenied",
    ),
    # What is not heard to its end does not say that there are no jobs.
    "list, answer cut": Case("ListUploadJobs", faults.cut_in_body, requests={"ListUploadJobs": 2}),
    "list, headers cut": Case("ListUploadJobs", faults.cut_in_headers, requests={"ListUploadJobs": 2}),
    "list, a page in its place": Case("ListUploadJobs", faults.answers_with_a_page, requests={"ListUploadJobs": 2}),
    # GetUploadJobPath only reads.
    "path, throttled": Case("GetUploadJobPath", "throttle", requests={"GetUploadJobPath": 2}),
    "path, 500": Case("GetUploadJobPath", "internal_error", requests={"GetUploadJobPath": 2}),
    "path, worked and 500": Case("GetUploadJobPath", "lost_answer", requests={"GetUploadJobPath": 2}),
    "path, reset after": Case("GetUploadJobPath", faults.reset_after, requests={"GetUploadJobPath": 2}),
    "path, answer cut": Case("GetUploadJobPath", faults.cut_in_body, requests={"GetUploadJobPath": 2}),
    "path, denied": left_created("GetUploadJobPath", "access_denied", "AccessDenied", PutObject=0, StartUploadJob=0),
    # StartUploadJob: the job is read before judging, and once more to see its end.
    "start, throttled": Case("StartUploadJob", "throttle", requests=STARTED_AGAIN),
    "start, 500": Case("StartUploadJob", "internal_error", requests=STARTED_AGAIN),
    "start, worked and 500": Case("StartUploadJob", "lost_answer", requests=LOOKED_AT),
    "start, reset before": Case("StartUploadJob", faults.reset_before, requests=STARTED_AGAIN),
    "start, reset after": Case("StartUploadJob", faults.reset_after, requests=LOOKED_AT),
    "start, closed after": Case("StartUploadJob", faults.close_after, requests=LOOKED_AT),
    "start, answer cut": Case("StartUploadJob", faults.cut_in_body, requests=LOOKED_AT),
    "start, a page in its place": Case("StartUploadJob", faults.answers_with_a_page, requests=STARTED_AGAIN),
    "start, denied": left_created("StartUploadJob", "access_denied", "AccessDenied"),
    # GetUploadJob only reads: each answer that may pass is asked for again, and each that is lost.
    "get, throttled": Case("GetUploadJob", "throttle", requests={"GetUploadJob": 2}),
    "get, throttled three times": Case("GetUploadJob", "throttle", 3, requests={"GetUploadJob": 4}),
    "get, 500": Case("GetUploadJob", "internal_error", requests={"GetUploadJob": 2}),
    "get, gateway": Case("GetUploadJob", answers(503), requests={"GetUploadJob": 2}),
    "get, reset before": Case("GetUploadJob", faults.reset_before, requests={"GetUploadJob": 2}),
    "get, reset after": Case("GetUploadJob", faults.reset_after, requests={"GetUploadJob": 2}),
    "get, answer cut": Case("GetUploadJob", faults.cut_in_body, requests={"GetUploadJob": 2}),
    "get, a page in its place": Case("GetUploadJob", faults.answers_with_a_page, requests={"GetUploadJob": 2}),
    "get, denied": Case("GetUploadJob", "access_denied", status="BROKEN", words="lost sight of"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_costs_the_requests_that_the_policy_says_and_no_row(line: Line, name: str) -> None:
    case = CASES[name]
    domain = line.domain()
    order(line, case)
    line.proxy.order(once_settled(line, domain), operation="GetUploadJob", times=MANY)

    upload, error = uploaded(line, domain, hurried=case.hurried)

    # Without its fault a case would prove nothing. What is ordered for ever is there to the end.
    left = [fault for fault in line.faults_left() if fault != "held"]
    assert (len(left) < case.times) if case.times == MANY else not left
    counts = line.proxy.counts()
    assert {operation: counts[operation] for operation in OPERATIONS} == dict.fromkeys(OPERATIONS, 1) | case.requests
    assert upload.status == case.status
    jobs = line.jobs(domain)
    assert tuple(jobs.values()) == case.jobs
    assert {job.job_id for job in upload.jobs} == set(jobs)
    expected = customers() if case.jobs == ("SUCCEEDED",) else customers(0)
    assert line.cities(domain) == dict(zip(expected["id"], expected["city"], strict=True))
    assert (error is not None) == (case.status == "BROKEN")
    if error is not None:
        assert case.words in str(error)
        assert error.job_id == next(iter(jobs), "")  # wherever there is a job, it is named
        assert "X-Amz-" not in "".join(traceback.format_exception(error))


def once_settled(line: Line, domain: cpnb.Domain) -> Fault:
    """Return what passes a request on once no job is at work, so that the number of looks at a job is no chance."""

    def held(exchange: Exchange) -> None:
        line.jobs(domain)
        exchange.pass_on()

    return held


def order(line: Line, case: Case) -> None:
    if isinstance(case.fault, str):
        line.sandbox.inject(case.fault, operation=case.operation, times=case.times)
    else:
        line.proxy.order(case.fault, operation=case.operation, times=case.times)


def test_why_a_file_did_not_get_through_is_said_even_if_nobody_can_be_asked_after_it(line: Line) -> None:
    domain = line.domain()
    line.proxy.order(answers(403, "SignatureDoesNotMatch"), operation="PutObject")
    line.proxy.order(refuses(403, "AccessDeniedException"), operation="GetUploadJob")

    _, error = uploaded(line, domain)

    assert "signed for" in str(error)


@pytest.mark.parametrize(
    ("operation", "look", "words"),
    [
        ("CreateUploadJob", "ListUploadJobs", "not known whether the job was created"),
        ("StartUploadJob", "GetUploadJob", "not known whether its job was started"),
    ],
)
def test_what_nobody_could_see_is_not_claimed_and_the_next_run_finds_it(
    line: Line, operation: str, look: str, words: str
) -> None:
    domain = line.domain()
    line.proxy.order(faults.reset_after, operation=operation)
    line.proxy.order(faults.passes, operation=look, times=line_up(look))
    line.proxy.order(refuses(403, "AccessDeniedException"), operation=look)

    _, error = uploaded(line, domain)

    assert error is not None
    assert words in str(error)
    [left] = line.jobs(domain)
    again, _ = uploaded(line, line.same_domain(domain.name))
    assert again.status == "SUCCEEDED"
    assert line.jobs(domain) == {left: "SUCCEEDED"}


def line_up(look: str) -> int:
    """Return how many of the looks come before the fault; every upload lists the jobs once."""
    return 1 if look == "ListUploadJobs" else 0


def test_a_second_run_goes_on_where_the_first_one_broke(line: Line) -> None:
    domain = line.domain()
    line.proxy.order(answers(403, "SignatureDoesNotMatch"), operation="PutObject")
    broken, _ = uploaded(line, domain)

    again, error = uploaded(line, line.same_domain(domain.name))

    assert error is None
    assert [job.job_id for job in again.jobs] == [job.job_id for job in broken.jobs]
    assert line.jobs(domain) == {broken.jobs[0].job_id: "SUCCEEDED"}
    assert len(line.cities(domain)) == len(customers())


@pytest.mark.parametrize("operation", ["GetUploadJobPath", "StartUploadJob"])
def test_a_job_that_was_left_and_is_refused_for_good_is_replaced_once_and_named(line: Line, operation: str) -> None:
    domain = line.domain()
    line.proxy.order(answers(403, "SignatureDoesNotMatch"), operation="PutObject")
    broken, _ = uploaded(line, domain)
    left = broken.jobs[0].job_id
    line.proxy.order(refuses(400, "BadRequestException"), operation=operation)

    again, error = uploaded(line, line.same_domain(domain.name))

    assert error is None
    made = again.jobs[0].job_id
    assert line.jobs(domain) == {left: "CREATED", made: "SUCCEEDED"}
    assert [job.job_id for job in again.superseded_jobs] == [left]
    assert f"goes on no more with job {left}, which had been created before (BadRequestException)" in str(again)
    assert len(line.cities(domain)) == len(customers())

    line.proxy.order(refuses(400, "BadRequestException"), operation=operation, times=2)
    with pytest.raises(UploadError, match="BadRequestException"):
        broken.retry().wait(60)
    assert len(line.jobs(domain)) == 3
    assert line.faults_left() == ()


@pytest.mark.parametrize("exception", ["AccessDeniedException", "ThrottlingException"])
def test_what_is_no_verdict_on_a_job_does_not_replace_it(line: Line, exception: str) -> None:
    domain = line.domain()
    line.proxy.order(answers(403, "SignatureDoesNotMatch"), operation="PutObject")
    broken, _ = uploaded(line, domain)
    line.proxy.order(refuses(403, exception), operation="GetUploadJobPath")

    uploaded(line, line.same_domain(domain.name))

    assert list(line.jobs(domain)) == [broken.jobs[0].job_id]


def test_over_tls_too_faults_are_survived_and_nothing_is_sent_to_who_is_not_trusted(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path / "proxy.pem")
    # A new key with each path: the file must be there under the last one.
    with cpnb.Sandbox(tls="throw-away", rotate_client_token="yes") as sandbox, line_to(sandbox, certificate) as line:
        domain = line.domain()
        line.proxy.order(faults.reset_midway, operation="PutObject")
        line.proxy.order(faults.reset_after, operation="PutObject")
        line.proxy.order(faults.reset_after, operation="CreateUploadJob")
        line.proxy.order(faults.reset_after, operation="StartUploadJob")

        upload, error = uploaded(line, domain)

        assert error is None
        assert upload.status == "SUCCEEDED"
        assert line.proxy.counts()["PutObject"] == 3
        assert len(line.jobs(domain)) == 1
        assert len(line.cities(domain)) == len(customers())

        with line_to(sandbox, self_signed(tmp_path / "stranger.pem")) as stranger:
            stranger.proxy.order(faults.reset_before, operation="ListUploadJobs")
            mistaken = Line(sandbox, stranger.proxy, certificate).same_domain(domain.name)
            with pytest.raises(cpnb.errors.ServiceError, match="certificate"):
                uploaded(line, mistaken)
            assert stranger.proxy.records == ()
