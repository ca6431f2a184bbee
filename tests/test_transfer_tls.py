"""The PUT over TLS: whom it trusts, and what it then sends."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpnb.errors import TransferError
from cpnb.transfer import CERTIFICATE_VARIABLES, PutError, Remedy, UploadPath, put
from tests.wire.certificate import self_signed

TOKEN = base64.b64encode(bytes(range(32))).decode()
QUERY = "X-Amz-SignedHeaders=host&X-Amz-Signature=c0ffee"


@pytest.fixture(autouse=True)
def _nobody_else_names_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CERTIFICATE_VARIABLES:
        monkeypatch.delenv(name, raising=False)


class Body:
    """A file of nine bytes."""

    def __len__(self) -> int:
        return len(b"only this")

    def __iter__(self) -> Iterator[bytes]:
        yield b"only this"


def test_a_certificate_that_is_not_trusted_stops_before_the_key_is_sent(
    tmp_path: Path,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "server.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        received = bytearray()
        thread = threading.Thread(target=read_over_tls, args=(listener, context, received))
        thread.start()

        with pytest.raises(PutError) as caught:
            put(UploadPath(f"https://127.0.0.1:{listener.getsockname()[1]}/object?{QUERY}", TOKEN), Body())

        thread.join(10)
    error = caught.value
    assert error.remedy is Remedy.NONE
    assert "TLS certificate" in str(error)
    assert "REQUESTS_CA_BUNDLE" in str(error)
    assert received == b""
    shown = "".join(traceback.format_exception(error))
    assert "c0ffee" not in shown
    assert TOKEN not in shown


def test_a_line_that_breaks_in_the_handshake_is_no_certificate_that_was_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=hang_up, args=(listener,))
        thread.start()

        with pytest.raises(PutError) as caught:
            put(UploadPath(f"https://127.0.0.1:{listener.getsockname()[1]}/object?{QUERY}", TOKEN), Body())

        thread.join(10)
    assert caught.value.remedy is Remedy.AGAIN
    assert "certificate" not in str(caught.value)


def hang_up(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(10)
        connection.recv(65536)


def test_for_other_machines_a_named_certificate_counts_and_a_netrc_file_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = "127.0.0.2"  # also this machine, but not by one of the names that cpnb takes for it
    certificate = self_signed(tmp_path / "server.pem", host)
    (tmp_path / "netrc").write_text(f"machine {host} login ada password lovelace\n")
    (tmp_path / "netrc").chmod(0o600)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server((host, 0)) as listener:
        received = bytearray()
        thread = threading.Thread(target=answer_over_tls, args=(listener, context, received))
        thread.start()

        put(UploadPath(f"https://{host}:{listener.getsockname()[1]}/object?{QUERY}", TOKEN), Body())

        thread.join(10)
    assert received.endswith(b"only this")
    assert b"authorization" not in received.lower()


@pytest.mark.parametrize("name", CERTIFICATE_VARIABLES)
def test_a_certificate_named_in_the_environment_counts_on_this_machine_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    certificate = self_signed(tmp_path / "server.pem")
    monkeypatch.setenv(name, str(certificate))
    with server_over_tls(certificate) as (url, received):
        put(UploadPath(f"{url}/object?{QUERY}", TOKEN), Body())
    assert received.endswith(b"only this")


def test_the_certificate_of_the_domain_counts_more_than_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path / "server.pem")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(self_signed(tmp_path / "other.pem")))
    with server_over_tls(certificate) as (url, received):
        put(UploadPath(f"{url}/object?{QUERY}", TOKEN), Body(), ca_bundle=str(certificate))
    assert received.endswith(b"only this")


def test_a_file_of_certificates_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "gone.pem"))

    with pytest.raises(TransferError, match="REQUESTS_CA_BUNDLE names a file of certificates that does not exist"):
        put(UploadPath(f"https://127.0.0.1:9/object?{QUERY}", TOKEN), Body())


@contextlib.contextmanager
def server_over_tls(certificate: Path) -> Iterator[tuple[str, bytearray]]:
    """A server for one request; gives its address, and what it received."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        received = bytearray()
        thread = threading.Thread(target=answer_over_tls, args=(listener, context, received))
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", received
        thread.join(10)


def answer_over_tls(listener: socket.socket, context: ssl.SSLContext, received: bytearray) -> None:
    connection, _ = listener.accept()
    connection.settimeout(10)
    with context.wrap_socket(connection, server_side=True) as secure:
        while not received.endswith(b"only this"):
            received.extend(secure.recv(65536))
        secure.sendall(b"HTTP/1.1 200 OK\r\nx-amz-request-id: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def read_over_tls(listener: socket.socket, context: ssl.SSLContext, received: bytearray) -> None:
    connection, _ = listener.accept()
    with connection, contextlib.suppress(OSError):  # the client is to break off the handshake
        connection.settimeout(10)
        received.extend(context.wrap_socket(connection, server_side=True).recv(65536))
