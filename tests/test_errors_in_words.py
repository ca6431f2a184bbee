"""Every trouble that the guides of the service warn of, provoked: the message says what is and what to do.

Source: AWS re:Post, 'Automate Customer Segmentation in Amazon Connect', its list of troubles; Amazon Connect
administrator guide, 'customer-segments-imported-files'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pandas as pd
import pytest

import cpnb
from cpnb.domain import Domain
from cpnb.errors import (
    CpnbError,
    CredentialsError,
    DomainNotFoundError,
    FieldsError,
    FrameError,
    SegmentExistsError,
    ServiceError,
    SnapshotError,
    SourceSegmentError,
    TransferError,
    UploadError,
    WaitTimeoutError,
)
from cpnb.retrying import Patience
from cpnb.sandbox_process import Sandbox
from cpnb.segments import EmptySegmentWarning

FIELDS = cpnb.FieldMap({"id": "AccountNumber", "mail": "EmailAddress"}, unique_key="id")
PEOPLE = pd.DataFrame({"id": ["a1", "a2", "a3"], "mail": ["a@example.com", "b@example.com", "c@example.com"]})
OPTIONS = cpnb.UploadOptions(
    patience=Patience(pause_first_s=0.02, pause_longest_s=0.05, poll_first_s=0.05, try_again_for_s=2.0)
)
SMITHS = cpnb.profile.LastName == "Smith"


@pytest.fixture(scope="module")
def own() -> Iterator[Sandbox]:
    """A sandbox whose settings and faults these tests change."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def place(own: Sandbox, domain: Domain) -> Iterator[Domain]:
    """A new domain of it; afterwards the sandbox is as it was."""
    before = own.settings()
    yield own.domain(domain.name)
    own.change(**before)
    own._control("DELETE", "/_sandbox/faults")


def message_of(kind: type[CpnbError], doing: Callable[[], object]) -> str:
    with pytest.raises(kind) as caught:
        doing()
    assert type(caught.value) is kind
    return str(caught.value)


def message_of_upload(kind: type[CpnbError], place: Domain, people: pd.DataFrame = PEOPLE, **settings: Any) -> str:
    return message_of(kind, lambda: cpnb.upload(people, place, FIELDS, options=OPTIONS, **settings).wait())


def says(message: str, *parts: str) -> None:
    """Check that a message has these parts in this order, is short enough to be read, and ends as sentences do."""
    place = -1
    for part in parts:
        assert part in message, message
        assert message.index(part) > place, message
        place = message.index(part)
    assert len(message) < 900
    assert message.endswith((".", ")"))


# Invalid target


def test_a_target_that_the_service_has_not() -> None:
    message = message_of(FieldsError, lambda: cpnb.FieldMap({"mail": "EmailAdress"}))

    says(message, "no target 'EmailAdress'", "Did you mean 'EmailAddress'?", "custom attribute, 'Attributes.<name>'")


def test_a_target_that_the_service_refuses_is_named_without_the_list_of_all_others(place: Domain) -> None:
    wrong = {"id": {"Source": "id", "Target": "_profile.Emial"}}
    create = {"DisplayName": "x", "UniqueKey": "id", "Fields": wrong}

    message = message_of(ServiceError, lambda: place.call("CreateUploadJob", **create))

    says(message, "Found _profile.Emial", "expected [AccountNumber, ", " ...")


def test_what_the_service_does_not_take_is_not_to_be_sent_again_as_it_is(own: Sandbox, place: Domain) -> None:
    message = message_of_upload(UploadError, place, data_expiry=300)

    says(message, "The job was not created", "300 days; at most 90", "it would end the same again", "upload.retry()")


# Header mismatch


def test_a_column_that_the_map_names_and_the_table_lacks() -> None:
    message = message_of(FrameError, lambda: PEOPLE.rename(columns={"mail": "e-mail"}).cp.validate(FIELDS))

    says(message, "the table lacks: 'mail'", "Did you mean 'e-mail'?", "It has 'id', 'e-mail'")


def test_a_file_whose_header_the_service_does_not_recognise(own: Sandbox, place: Domain) -> None:
    own.change(csv_delimiter=";")
    message = message_of_upload(UploadError, place)

    says(message, "VALIDATION_FAILURE", "could not read the file", "people.head(10)", "map", "upload.failed_rows()")


# 403


@pytest.mark.parametrize(
    ("operation", "kind"),
    [("ListUploadJobs", CredentialsError), ("CreateUploadJob", UploadError), ("GetUploadJobPath", TransferError)],
)
def test_credentials_that_may_not_do_it(own: Sandbox, place: Domain, operation: str, kind: type[CpnbError]) -> None:
    own.inject("access_denied", operation=operation)
    message = message_of_upload(kind, place)

    says(message, f"{operation} for domain", "may not do this (AccessDeniedException)", "cpnb.iam_policy(domain=...)")


def test_credentials_that_may_not_look_up_customers(own: Sandbox, place: Domain) -> None:
    own.inject("access_denied", operation="SearchProfiles")
    message = message_of(CredentialsError, lambda: place.call("SearchProfiles", KeyName="_account", Values=["a1"]))

    says(message, "SearchProfiles for domain", "cpnb.iam_policy(domain=..., for_='failed_rows')")


def test_an_upload_url_that_expires_again_and_again(own: Sandbox, place: Domain) -> None:
    own.inject("expire_now", times=50)

    says(message_of_upload(TransferError, place), "upload URL has expired (HTTP 403", "Run the upload again")


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "AccessDenied"])
def test_a_storage_that_refuses_the_request(
    code: str, place: Domain, serving: Callable[[type[BaseHTTPRequestHandler]], str]
) -> None:
    class Refusing(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            document = f"<Error><Code>{code}</Code></Error>".encode()
            self.send_response(403)
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *args: object) -> None:
            pass

    address = urlsplit(serving(Refusing)).netloc
    place.client.meta.events.register(
        "after-call.customer-profiles.GetUploadJobPath",
        lambda parsed, **_: parsed.update(Url=urlunsplit(urlsplit(parsed["Url"])._replace(netloc=address))),
    )
    message = message_of_upload(TransferError, place)

    says(
        message, "The file did not get through (job ", f"(HTTP 403 {code})", "company's proxy", "Once that has changed"
    )


# Size


def test_a_part_that_is_asked_to_be_larger_than_the_service_takes() -> None:
    with pytest.raises(ValueError, match=r"part_bytes is 5000000000; expected a whole number from 1 to 1,000,000,000"):
        cpnb.UploadOptions(part_bytes=5_000_000_000)


def test_a_record_that_is_larger_than_a_part(place: Domain) -> None:
    options = replace(OPTIONS, part_bytes=30)
    with pytest.raises(ValueError, match=r"One record takes .* part_bytes allows 30 .* Give more, or leave out"):
        cpnb.upload(PEOPLE.assign(mail="someone.with.a.long.name@example.com"), place, FIELDS, options=options)


@pytest.mark.parametrize("limit", ["max_file_bytes", "max_records"])
def test_a_file_that_is_larger_than_the_service_takes(limit: str, own: Sandbox, place: Domain) -> None:
    own.change(**{limit: 2})

    says(message_of_upload(UploadError, place), "VALIDATION_FAILURE", "people.head(10)", "limits of the domain")


# A job that does not end


def test_a_job_that_does_not_end(own: Sandbox, place: Domain) -> None:
    own.change(processing_s=600)
    upload = cpnb.upload(PEOPLE, place, FIELDS, options=OPTIONS)
    message = message_of(WaitTimeoutError, lambda: upload.wait(0.3))
    says(message, "not through after 0.3 s", "1 of 1 part at work", "wait() again", "upload.stop()", "upload.retry()")

    upload.stop()
    upload.wait(10)
    [sentence] = upload.sentences()
    says(sentence, "was stopped", "what was already taken in stays", "upload.retry()")


# Many failed records


def test_records_that_the_service_does_not_take(own: Sandbox, place: Domain) -> None:
    own.change(refused_keys="a[12]")
    upload = cpnb.upload(PEOPLE, place, FIELDS, options=OPTIONS).wait()

    [sentence] = upload.sentences()
    says(sentence, "1 created", "2 failed", "does not say which", "upload.failed_rows()")


@pytest.mark.parametrize("status", ["failed", "partially_succeeded"])
def test_a_file_of_which_no_record_is_taken(status: str, own: Sandbox, place: Domain) -> None:
    own.change(refused_keys=".*", all_records_failed=status)
    upload = cpnb.upload(PEOPLE, place, FIELDS, options=OPTIONS)
    if status == "failed":
        says(message_of(UploadError, upload.wait), "accepted none of its records", "upload.failed_rows()")
    else:
        [sentence] = upload.wait().sentences()
        says(sentence, "0 created", "3 failed", "upload.failed_rows()")


# An empty segment


def test_a_segment_that_nobody_is_in(place: Domain) -> None:
    with pytest.warns(EmptySegmentWarning) as warned:
        assert cpnb.SegmentDefinition("smiths", SMITHS).estimate(place) == 0

    says(str(warned[0].message), "matches no profile", "letter case", "wait some minutes", "expired")


# A segment that is built on others, and one that is exported


def test_a_segment_that_is_built_on_one_that_is_gone_or_on_itself(place: Domain) -> None:
    of_base = cpnb.SegmentDefinition("x", cpnb.in_segment("base"))
    gone = message_of(SourceSegmentError, lambda: of_base.create(place))
    cpnb.SegmentDefinition("base", SMITHS).create(place)
    of_base.create(place)
    cpnb.SegmentDefinition("base", SMITHS).delete(place)
    circle = message_of(SourceSegmentError, lambda: cpnb.SegmentDefinition("base", cpnb.in_segment("x")).create(place))

    says(gone, "'x' is built on segment 'base'", "does not have: x -> base", "Create it first")
    says(circle, "in a circle: base -> x -> base", "write one of them without the other")


def test_a_snapshot_that_fails(place: Domain) -> None:
    segment = cpnb.SegmentDefinition("vip", SMITHS).create(place)
    role = "arn:aws:iam::123456789012:role/exports"
    message = message_of(SnapshotError, lambda: segment.snapshot(place, "s3://not-there/x", role_arn=role))

    says(message, "could not export segment 'vip' to s3://not-there", "bucket 'not-there' exists", "trust policy")


# A name that is taken, or none


def test_a_segment_whose_name_is_taken(place: Domain) -> None:
    segment = cpnb.SegmentDefinition("smiths", SMITHS).create(place)
    message = message_of(SegmentExistsError, lambda: segment.create(place))

    says(message, "already has a segment 'smiths'", "cannot change one", "Choose another name, or delete it first")


def test_a_domain_that_is_not_there(own: Sandbox) -> None:
    message = message_of_upload(DomainNotFoundError, own._connected("nowhere"))

    says(message, "domain 'nowhere'", "no domain of this name at", "Check the name, the region and the account")


def test_a_segment_that_is_not_there(place: Domain) -> None:
    message = message_of(ServiceError, lambda: cpnb.SegmentDefinition.get(place, "smiths"))

    says(message, "has no segment 'smiths'", "cpnb.list_segments(domain)")
