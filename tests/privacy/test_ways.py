"""Which way keys and rows take: never through a proxy to this machine, never in the clear to another, no way back."""

from __future__ import annotations

import base64
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests

import cpnb
from cpnb.domain import Domain
from cpnb.errors import TransferError
from tests.privacy.canary import Canary
from tests.privacy.storage_that_talks import send_to
from tests.privacy.test_tables import FIELDS
from tests.privacy.test_uploads import HASTE

Serving = Callable[[type[BaseHTTPRequestHandler]], str]


class Noting(BaseHTTPRequestHandler):
    """Answers everything in the same way, and notes what was asked of it."""

    status = 200
    location = ""
    noted: list[tuple[str, str, dict[str, str]]]

    def note(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.noted.append((self.command, self.path, headers))
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.send_header("x-amz-request-id", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_CONNECT = note  # noqa: N815 - names that http.server asks for

    def log_message(self, *args: object) -> None:
        pass


def noting(**settings: object) -> type[Noting]:
    """Return a handler with notes of its own."""
    return type("Handler", (Noting,), {"noted": [], **settings})


@pytest.fixture
def proxy(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, str]]]:
    """What is asked of a proxy that the environment names for everything."""
    handler = noting()
    address = serving(handler)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, address)
        monkeypatch.setenv(name.lower(), address)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return handler.noted


def test_the_proxy_of_these_tests_is_used_where_it_may_be(proxy: list[object]) -> None:
    requests.get("http://storage.example.com/", timeout=10)
    requests.get("http://127.0.0.1:9/", timeout=10)

    assert len(proxy) == 2


@pytest.mark.parametrize("tls", ["off", "throw-away"])
def test_nothing_for_this_machine_goes_through_a_proxy(tls: str, proxy: list[object], canary: Canary) -> None:
    with cpnb.Sandbox(tls=tls) as sandbox:
        domain = sandbox.domain("loyalty")
        upload = cpnb.upload(canary.good(), domain, FIELDS, options=HASTE).wait()
        segment = cpnb.SegmentDefinition("tall", cpnb.profile.FirstName.startswith("Zo")).create(domain)
        with pytest.warns(cpnb.StaleEstimateWarning):
            assert (upload.results.created, segment.estimate(domain)) == (6, 6)
        assert domain.account == "123456789012"
        assert len(cpnb.list_jobs(domain)) == 1
        sandbox.change(processing_s=0)
        sandbox.advance(1)

    assert proxy == []


def test_the_key_goes_to_no_other_machine_in_the_clear(proxy: list[object], canary: Canary, domain: Domain) -> None:
    send_to(domain, "http://storage.example.com")
    upload = cpnb.upload(canary.good(), domain, FIELDS, options=HASTE)

    with pytest.raises(TransferError, match="is not HTTPS"):
        upload.wait()
    assert proxy == []


def test_no_redirect_is_followed(serving: Serving, canary: Canary, domain: Domain) -> None:
    target = noting()
    first = noting(status=307, location=f"{serving(target)}/elsewhere")
    send_to(domain, serving(first))
    upload = cpnb.upload(canary.good(), domain, FIELDS, options=HASTE)

    with pytest.raises(TransferError, match="redirect"):
        upload.wait()
    assert [command for command, _, _ in first.noted] == ["PUT"]
    assert target.noted == []


def test_no_password_of_a_netrc_file_goes_along(
    serving: Serving, canary: Canary, domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login ada password lovelace\ndefault login ada password lovelace\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    storage = noting()
    address = serving(storage)
    requests.put(address, timeout=10)
    assert storage.noted.pop()[2]["authorization"] == f"Basic {base64.b64encode(b'ada:lovelace').decode()}"

    send_to(domain, address)
    with pytest.raises(cpnb.UploadError):  # the file went to a storage that keeps nothing
        cpnb.upload(canary.good(), domain, FIELDS, options=HASTE).wait()

    [(command, _, headers)] = storage.noted
    assert command == "PUT"
    assert "authorization" not in headers
    assert headers["x-amz-server-side-encryption-customer-algorithm"] == "AES256"
