"""An upload in every kind of trouble: nothing of the table, no key, no signed URL comes out."""

from __future__ import annotations

import http.client
import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import boto3
import pandas as pd
import pytest

import cpnb
from cpnb.domain import Domain
from cpnb.errors import (
    ChangedDataError,
    CpnbError,
    CredentialsError,
    InvalidDataError,
    ServiceError,
    TransferError,
    UnreachableError,
    UploadError,
    WaitTimeoutError,
)
from cpnb.retrying import Patience
from cpnb.transfer import UploadPath
from tests.privacy.canary import Canary
from tests.privacy.outlet import Outlet
from tests.privacy.storage_that_talks import WAYS, Talking, send_to
from tests.privacy.test_tables import FIELDS

HASTE = cpnb.UploadOptions(
    patience=Patience(pause_first_s=0.02, pause_longest_s=0.05, poll_first_s=0.05, try_again_for_s=5.0)
)


def show(outlet: Outlet, upload: cpnb.Upload) -> None:
    """Look at an upload from all sides."""
    outlet.show(upload, upload.plan, upload.domain, upload.results, *upload.parts, *upload.jobs, *upload.sentences())
    outlet.add("frame of an upload", upload.to_frame().to_csv())
    outlet.pickle(upload.results, upload.domain, upload.plan)
    with pytest.raises(TypeError) as caught:  # it holds the table
        pickle.dumps(upload)
    outlet.take_in(caught.value)


def test_an_upload_that_goes_well(canary: Canary, outlet: Outlet, watched: Domain) -> None:
    table = canary.good(30)
    options = replace(HASTE, part_rows=10, on_progress=outlet.show)
    upload = cpnb.upload(table, watched, FIELDS, options=options).wait()
    show(outlet, upload)
    show(outlet, cpnb.upload(table, watched, FIELDS, options=options).wait())

    assert upload.results.created == 30
    assert {"client token", "X-Amz-Signature"} <= canary.names()


@pytest.mark.parametrize("on_invalid", ["blank", "skip"])
def test_an_upload_that_leaves_something_behind(
    on_invalid: str, canary: Canary, outlet: Outlet, watched: Domain
) -> None:
    upload = cpnb.upload(canary.bad(), watched, FIELDS, on_invalid=on_invalid, options=HASTE).wait()

    show(outlet, upload)
    outlet.show(upload.skipped, upload.blanked)
    outlet.add("what stays behind", upload.skipped.to_csv() + upload.blanked.to_csv())


def test_an_upload_whose_requests_http_client_prints(
    canary: Canary, outlet: Outlet, watched: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    upload = cpnb.upload(canary.good(), watched, FIELDS, options=HASTE).wait()
    watched.call("SearchProfiles", KeyName="_account", Values=[canary.word("searched")])

    assert upload.status == "SUCCEEDED"


@pytest.mark.parametrize("way", WAYS)
def test_a_storage_that_quotes_what_it_was_sent(
    way: str,
    canary: Canary,
    outlet: Outlet,
    watched: Domain,
    serving: Callable[[type[BaseHTTPRequestHandler]], str],
) -> None:
    send_to(watched, serving(type("Handler", (Talking,), {"way": staticmethod(WAYS[way])})))
    upload = cpnb.upload(canary.good(), watched, FIELDS, options=HASTE)
    with outlet.expecting(TransferError):
        upload.wait()
    show(outlet, upload)


OPERATIONS = ("ListUploadJobs", "CreateUploadJob", "GetUploadJobPath", "StartUploadJob", "GetUploadJob")


@pytest.mark.parametrize("kind", ["throttle", "internal_error", "lost_answer"])
def test_a_service_in_trouble(kind: str, canary: Canary, outlet: Outlet, troubled: tuple[cpnb.Sandbox, Domain]) -> None:
    sandbox, watched = troubled
    for operation in OPERATIONS:
        sandbox.inject(kind, operation=operation)
    upload = cpnb.upload(canary.good(), watched, FIELDS, options=HASTE).wait()
    show(outlet, upload)

    assert upload.results.created == 6


def test_a_service_that_allows_nothing(canary: Canary, outlet: Outlet, troubled: tuple[cpnb.Sandbox, Domain]) -> None:
    sandbox, watched = troubled
    for operation in OPERATIONS:
        sandbox.inject("access_denied", operation=operation)
        with outlet.expecting(CpnbError):
            upload = cpnb.upload(canary.good(), watched, FIELDS, options=HASTE)
            show(outlet, upload)
            upload.wait()


def test_a_storage_in_trouble_and_parts_that_are_sent_again(
    canary: Canary, outlet: Outlet, troubled: tuple[cpnb.Sandbox, Domain]
) -> None:
    sandbox, watched = troubled
    for kind in ("s3_error", "s3_internal_error", "s3_unavailable", "expire_now", "expired_token"):
        sandbox.inject(kind)
    upload = cpnb.upload(canary.good(), watched, FIELDS, options=HASTE)
    with outlet.expecting(TransferError):
        upload.wait()
    show(outlet, upload)
    upload.retry().wait()
    show(outlet, upload)

    assert upload.results.created == 6


def test_a_file_that_the_service_refuses(canary: Canary, outlet: Outlet, troubled: tuple[cpnb.Sandbox, Domain]) -> None:
    sandbox, watched = troubled
    sandbox.change(max_records=3)
    upload = cpnb.upload(canary.good(), watched, FIELDS, options=HASTE)
    with outlet.expecting(UploadError):
        upload.wait()
    show(outlet, upload)


def test_waiting_and_stopping(canary: Canary, outlet: Outlet, troubled: tuple[cpnb.Sandbox, Domain]) -> None:
    sandbox, watched = troubled
    sandbox.change(processing_s=60)
    upload = cpnb.upload(canary.good(), watched, FIELDS, options=HASTE)
    with outlet.expecting(WaitTimeoutError):
        upload.wait(0.3)
    upload.stop()
    with outlet.tolerating():
        upload.wait(10)
    show(outlet, upload)


def test_rows_that_the_service_refuses(canary: Canary, outlet: Outlet, troubled: tuple[cpnb.Sandbox, Domain]) -> None:
    sandbox, watched = troubled
    table = canary.good(12)
    sandbox.change(refused_keys=f"{table['id'].iloc[3]}|{table['id'].iloc[8]}")
    upload = cpnb.upload(table, watched, FIELDS, options=HASTE).wait()
    show(outlet, upload)
    for looked_at in (upload.failed_rows(), upload.find_failed_rows(max_jobs=30)):
        outlet.show(looked_at)
        outlet.add("failed rows", looked_at.to_csv() + repr(looked_at.attrs))

    outlet.show(*[cpnb.look_at_job(watched, item["JobId"]) for item in watched.pages("ListUploadJobs")])

    assert sorted(looked_at["row"]) == [3, 8]
    sandbox.inject("internal_error", operation="SearchProfiles", times=50)
    with outlet.tolerating():
        upload.failed_rows()


def test_a_table_that_changes_underneath(canary: Canary, outlet: Outlet, watched: Domain) -> None:
    few = canary.good(8)
    table = few.loc[few.index.repeat(15_000)].assign(note=lambda rows: rows["note"].astype(object))
    table["id"] = [f"{key}-{number}" for number, key in enumerate(table["id"])]
    table.iloc[0, table.columns.get_loc("note")] = 5  # or the text of the column would be taken at once
    changed = canary.word("changed")

    def change(upload: cpnb.Upload) -> None:
        if upload.parts[0].sent_bytes:
            table["note"].array[119_999] = f"{changed} and more"

    options = replace(HASTE, on_progress=change)
    upload = cpnb.upload(table, watched, FIELDS, options=options)
    with outlet.tolerating():
        upload.wait()
    show(outlet, upload)

    errors = [part.error for part in upload.parts if part.error]
    assert pd.__version__ < "3" or [type(error) for error in errors] == [ChangedDataError]


def test_a_progress_bar_that_breaks(canary: Canary, outlet: Outlet, watched: Domain) -> None:
    word = canary.word("cell")

    def fail(_: cpnb.Upload) -> None:
        raise ValueError(f"the progress bar shows {word}")

    upload = cpnb.upload(canary.good(), watched, FIELDS, options=replace(HASTE, on_progress=fail)).wait()
    show(outlet, upload)


@pytest.mark.parametrize("environment", [{}, {"AWS_ACCESS_KEY_ID": "half"}, {"AWS_PROFILE": "nobody"}])
def test_credentials_that_are_missing(
    environment: dict[str, str], canary: Canary, outlet: Outlet, sandbox: cpnb.Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    nothing = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "no", "AWS_SHARED_CREDENTIALS_FILE": "no"}
    for name, value in (environment | nothing).items():
        monkeypatch.setenv(name, value)
    with outlet.expecting(CredentialsError):
        domain = Domain("loyalty", region="us-east-1", endpoint_url=sandbox.url)
        cpnb.upload(canary.good(), domain, FIELDS)


def test_nothing_answers(canary: Canary, outlet: Outlet, marked_session: boto3.Session) -> None:
    domain = Domain("loyalty", endpoint_url="http://127.0.0.1:9", session=marked_session)
    with outlet.expecting(UnreachableError):
        domain.call_once("SearchProfiles", KeyName="_account", Values=[canary.word("searched")])


def test_parameters_that_the_sdk_refuses(canary: Canary, outlet: Outlet, watched: Domain) -> None:
    word = canary.word("parameter")
    parameters: list[dict[str, object]] = [
        {"KeyName": "_account", "Values": [7, word]},
        {"KeyName": [word], "Values": [word]},
        {"KeyName": "_account", "Values": word},
        {"KeyName": "_account", "Values": [word], word: word},
        {"KeyName": "_account", "Values": [word], "LogicalOperator": {word: word}},
        {"KeyName": "_account", "Values": [f"\ud800{word}", word.encode()]},
    ]
    for one in parameters:
        with outlet.expecting(ServiceError):
            watched.call_once("SearchProfiles", **one)


class QuotingService(BaseHTTPRequestHandler):
    """A service that quotes what it refuses, as services do."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        document = json.dumps({"Message": f"This cannot be: {content}"})
        self.send_response(400)
        self.send_header("x-amzn-ErrorType", "BadRequestException")
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document.encode())

    def log_message(self, *args: object) -> None:
        pass


def test_a_service_that_quotes_the_values_it_refuses(
    canary: Canary,
    outlet: Outlet,
    marked_session: boto3.Session,
    serving: Callable[[type[BaseHTTPRequestHandler]], str],
) -> None:
    domain = Domain("loyalty", endpoint_url=serving(QuotingService), session=marked_session)
    with outlet.expecting(ServiceError):
        domain.call_once("SearchProfiles", KeyName="_account", Values=[canary.word("searched")])


def test_a_path_is_neither_shown_nor_copied(canary: Canary, outlet: Outlet) -> None:
    path = UploadPath(f"https://storage.example.com/x?X-Amz-Signature={canary.word('signature')}", canary.word("token"))
    outlet.show(path)
    outlet.pickle(path)
    outlet.add("format of a path", f"{path!s} {path!r} {path}")


def test_a_table_that_is_refused_when_nothing_of_it_can_go(canary: Canary, outlet: Outlet, watched: Domain) -> None:
    table = canary.good().assign(id=None)
    with outlet.expecting(InvalidDataError):
        cpnb.upload(table, watched, FIELDS, on_invalid="skip")
    with outlet.expecting(CpnbError):
        cpnb.upload(table, Domain("nowhere", endpoint_url=watched.endpoint_url, session=watched._session), FIELDS)
