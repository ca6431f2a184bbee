"""A domain, its errors, and how often it asks. A small server answers as AWS does."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import boto3
import pytest

from cpnb.domain import Domain
from cpnb.errors import (
    CpnbError,
    CredentialsError,
    DomainNotFoundError,
    ServiceError,
    UnreachableError,
)
from cpnb.retrying import Patience

JOB = "0123456789abcdef" * 2


@dataclass
class Service:
    """Gives the answers it was told to give, the last one again and again, and notes what it was asked."""

    url: str = ""
    answers: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def will_answer(self, status: int, kind: str = "", **body: Any) -> None:
        self.answers.append((status, kind, body))


@pytest.fixture
def service(serving: Callable[[type[BaseHTTPRequestHandler]], str]) -> Service:
    told = Service()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.paths.append(f"{self.command} {self.path}")
            status, kind, body = told.answers.pop(0) if len(told.answers) > 1 else told.answers[0]
            document = json.dumps(body).encode()
            self.send_response(status)
            if kind:
                self.send_header("x-amzn-ErrorType", kind)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def do_PUT(self) -> None:
            self.answer()

        def log_message(self, *args: object) -> None:
            pass

    told.url = serving(Handler)
    return told


@pytest.fixture(autouse=True)
def no_aws_of_our_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                 "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def domain_at(url: str, name: str = "loyalty") -> Domain:
    session = boto3.Session("AKIDEXAMPLE", "not-a-secret", region_name="eu-west-1")
    return Domain(name, endpoint_url=url, session=session)


def raised_by(call: Callable[[], object]) -> CpnbError:
    with pytest.raises(CpnbError) as caught:
        call()
    return caught.value


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a.b", "ü", "x" * 65, "loyalty\n"])
def test_a_name_that_no_domain_can_have_is_refused_before_anything_is_asked(name: str) -> None:
    with pytest.raises(ServiceError, match="cannot be the name of a domain"):
        domain_at("http://127.0.0.1:9", name)


def test_a_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="The name of a domain is a int; expected text, such as 'loyalty'"):
        Domain(5)  # type: ignore[arg-type]


def test_a_missing_region_is_said_together_with_the_way_out() -> None:
    error = raised_by(lambda: Domain("loyalty"))

    assert "no AWS region is set" in str(error)
    assert "Domain('loyalty', region='us-east-1')" in str(error)
    assert error.__context__ is None


def test_a_profile_that_does_not_exist_is_a_matter_of_credentials() -> None:
    error = raised_by(lambda: Domain("loyalty", profile="prod", region="us-east-1"))

    assert isinstance(error, CredentialsError)
    assert "has no profile of this name" in str(error)
    assert error.__context__ is None


def test_no_credentials_are_a_matter_of_credentials_and_the_sandbox_is_offered() -> None:
    domain = Domain("loyalty", region="us-east-1", endpoint_url="http://127.0.0.1:9")

    error = raised_by(lambda: domain.call("GetDomain"))

    assert isinstance(error, CredentialsError)
    assert "GetDomain for domain 'loyalty'" in str(error)
    assert "aws sso login" in str(error)
    assert "cpnb.Sandbox().domain('loyalty')" in str(error)
    assert error.__context__ is None


def test_where_nothing_listens_the_domain_is_unreachable() -> None:
    domain = domain_at(f"http://127.0.0.1:{closed_port()}")

    error = raised_by(lambda: domain.call_once("GetDomain"))

    assert isinstance(error, UnreachableError)
    assert isinstance(error, ConnectionError)
    assert f"nothing answered at {domain.host}" in str(error)
    assert error.__context__ is None


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "ExpiredTokenException", "have expired"),
        (403, "ExpiredToken", "have expired"),
        (403, "UnrecognizedClientException", "does not know these credentials"),
        (403, "InvalidSignatureException", "does not know these credentials"),
        (403, "AccessDeniedException", "may not do this"),
    ],
)
def test_refused_credentials_are_told_apart(service: Service, status: int, code: str, words: str) -> None:
    service.will_answer(status, f"{code}:http://internal.amazon.com/", Message="said by AWS")

    error = raised_by(lambda: domain_at(service.url).call_once("GetDomain"))

    assert isinstance(error, CredentialsError)
    assert words in str(error)
    assert error.code == code
    assert error.__context__ is None


def test_an_unknown_domain_is_not_found(service: Service) -> None:
    service.will_answer(404, "ResourceNotFoundException", Message="no")

    error = raised_by(lambda: domain_at(service.url).call("GetDomain"))

    assert isinstance(error, DomainNotFoundError)
    assert "no domain of this name" in str(error)
    assert "eu-west-1" in str(error)


def test_an_unknown_job_says_nothing_about_the_domain(service: Service) -> None:
    service.will_answer(404, "ResourceNotFoundException", Message="Upload job not found")

    error = raised_by(lambda: domain_at(service.url).call("GetUploadJob", JobId=JOB))

    assert type(error) is ServiceError
    assert "Upload job not found" in str(error)


def test_a_domain_exists_if_the_service_knows_it(service: Service) -> None:
    service.will_answer(200, DomainName="loyalty", CreatedAt=0, LastUpdatedAt=0)
    service.will_answer(404, "ResourceNotFoundException", Message="no")
    domain = domain_at(service.url)

    assert domain.exists()
    assert not domain.exists()


def test_a_bad_request_is_told_in_the_words_of_the_service(service: Service) -> None:
    service.will_answer(400, "BadRequestException", Message="Provided nested target is invalid.")

    error = raised_by(lambda: domain_at(service.url).call("GetDomain"))

    assert str(error).startswith("GetDomain for domain 'loyalty': BadRequestException")
    assert "Provided nested target is invalid." in str(error)
    assert isinstance(error, ServiceError)
    assert error.code == "BadRequestException"


def test_an_answer_without_type_and_message_still_makes_an_error(service: Service) -> None:
    service.will_answer(418)

    error = raised_by(lambda: domain_at(service.url).call("GetDomain"))

    assert isinstance(error, ServiceError)
    assert "418" in str(error)


def test_a_fault_is_asked_again_and_the_answer_counts(service: Service) -> None:
    service.will_answer(500, "InternalServerException", Message="oops")
    service.will_answer(200, DomainName="loyalty", CreatedAt=0, LastUpdatedAt=0)

    assert domain_at(service.url).call("GetDomain")["DomainName"] == "loyalty"
    assert len(service.paths) == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, "ThrottlingException"), (500, ""), (502, ""), (503, ""), (504, ""), (500, "InternalServerException")],
)
def test_what_is_no_verdict_is_asked_again_also_where_a_gateway_answers(
    service: Service, status: int, kind: str
) -> None:
    service.will_answer(status, kind)
    service.will_answer(status, kind)
    service.will_answer(200, DomainName="loyalty", CreatedAt=0, LastUpdatedAt=0)

    with Patience(pause_first_s=0.01).applied():
        assert domain_at(service.url).call("GetDomain")["DomainName"] == "loyalty"

    assert len(service.paths) == 3


def test_a_verdict_is_asked_for_once(service: Service) -> None:
    service.will_answer(400, "BadRequestException", Message="no")

    raised_by(lambda: domain_at(service.url).call("GetDomain"))

    assert len(service.paths) == 1


def test_a_connection_that_is_not_there_is_tried_again_for_as_long_as_was_said() -> None:
    domain = domain_at(f"http://127.0.0.1:{closed_port()}")
    began_s = time.monotonic()

    with Patience(try_again_for_s=0.3, pause_first_s=0.02).applied():
        error = raised_by(lambda: domain.call("GetDomain"))

    assert isinstance(error, UnreachableError)
    assert time.monotonic() - began_s < 5


def test_an_answer_that_is_none_of_the_services_is_told_as_such(
    serving: Callable[[type[BaseHTTPRequestHandler]], str],
) -> None:
    class SignInPage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"<html>secret@example.com")

        def log_message(self, *args: object) -> None:
            pass

    error = raised_by(lambda: domain_at(serving(SignInPage)).call_once("GetDomain"))

    assert isinstance(error, UnreachableError)
    assert "was cut off, or is not the service's" in str(error)
    assert "secret" not in f"{error} {error.__context__} {error.__cause__}"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_domain_says_that_it_is_not_copied_and_what_to_do(copied: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match=r"neither copied nor pickled\. Make it anew.*cpnb\.Domain\("):
        copied(domain_at("http://127.0.0.1:9"))


def test_asked_once_is_asked_once_even_after_a_fault(service: Service) -> None:
    service.will_answer(500, "InternalServerException", Message="oops")

    error = raised_by(lambda: domain_at(service.url).call_once("StartUploadJob", JobId=JOB))

    assert isinstance(error, ServiceError)
    assert error.code == "InternalServerException"
    assert service.paths == [f"PUT /domains/loyalty/upload-jobs/{JOB}"]


def test_an_upload_path_is_in_no_log(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    service.will_answer(200, Url="https://storage.example/?sig=c0ffee", ClientToken="dG9rZW4=")
    domain = domain_at(service.url)

    answer = domain.call("GetUploadJobPath", JobId=JOB)

    assert answer["ClientToken"] == "dG9rZW4="
    assert "c0ffee" not in caplog.text
    assert "dG9rZW4=" not in caplog.text


def test_parameters_that_the_sdk_refuses_are_not_quoted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    domain = domain_at("http://127.0.0.1:9")

    error = raised_by(lambda: domain.call("CreateUploadJob", DisplayName=["ada@example.com"], Fields={}, UniqueKey="x"))

    assert isinstance(error, ServiceError)
    assert "the SDK refused before anything was sent (ParamValidationError)" in str(error)
    assert "ada@example.com" not in f"{error} {error!r} {error.__context__} {error.__cause__} {caplog.text}"
    assert error.__context__ is None


def test_a_listing_is_read_page_by_page_as_it_is_needed(service: Service) -> None:
    service.will_answer(200, Items=[{"JobId": "1"}, {"JobId": "2"}], NextToken="more")
    service.will_answer(200, Items=[], NextToken="still more")
    service.will_answer(200, Items=[{"JobId": "3"}])

    items = domain_at(service.url).pages("ListUploadJobs", MaxResults=2)

    assert next(items)["JobId"] == "1"
    assert len(service.paths) == 1
    assert [item["JobId"] for item in items] == ["2", "3"]
    assert service.paths == [
        "GET /domains/loyalty/upload-jobs?max-results=2",
        "GET /domains/loyalty/upload-jobs?max-results=2&next-token=more",
        "GET /domains/loyalty/upload-jobs?max-results=2&next-token=still%20more",
    ]


def test_nothing_for_this_machine_goes_through_a_proxy(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    service.will_answer(200, DomainName="loyalty", CreatedAt=0, LastUpdatedAt=0)

    assert domain_at(service.url).exists()


def test_the_repr_says_where_and_asks_nobody(service: Service) -> None:
    domain = domain_at(service.url)

    assert repr(domain) == f"Domain('loyalty' at {service.url.removeprefix('http://')}, region eu-west-1)"
    assert service.paths == []


def test_the_repr_of_a_domain_at_aws_names_its_host() -> None:
    session = boto3.Session("AKIDEXAMPLE", "not-a-secret", region_name="eu-west-1")

    assert Domain("loyalty", session=session).host == "profile.eu-west-1.amazonaws.com"


def test_who_the_account_is_is_asked_once_and_not_for_long_where_nobody_answers(
    serving: Callable[[type[BaseHTTPRequestHandler]], str],
) -> None:
    asked: list[str] = []
    is_over = threading.Event()

    class Silent(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            is_over.wait(60)

        def log_message(self, *args: object) -> None:
            pass

    domain = domain_at(serving(Silent))
    began_s = time.monotonic()

    try:
        errors = [raised_by(lambda: domain.account) for _ in range(3)]
    finally:
        is_over.set()

    assert time.monotonic() - began_s < 15
    assert {type(error) for error in errors} == {UnreachableError}
    assert len(asked) == 1
    assert "account" not in repr(domain)


@pytest.mark.parametrize(
    ("document", "kind", "times"),
    [
        ("<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>", CredentialsError, 2),
        ('{"message": "Please sign in"}', UnreachableError, 1),
    ],
    ids=["refused, which is quick and may pass", "answered by somebody else"],
)
def test_an_answer_that_does_not_say_who_the_account_is(
    serving: Callable[[type[BaseHTTPRequestHandler]], str], document: str, kind: type[ServiceError], times: int
) -> None:
    asked: list[str] = []

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            self.send_response(403)
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document.encode())

        def log_message(self, *args: object) -> None:
            pass

    domain = domain_at(serving(Refusing))

    assert [type(raised_by(lambda: domain.account)) for _ in range(2)] == [kind] * 2
    assert len(asked) == times
