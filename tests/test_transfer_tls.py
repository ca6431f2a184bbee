"""The PUT over TLS: whom it trusts, and what it then sends."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cpnb.transfer import PutError, Remedy, UploadPath, put

TOKEN = base64.b64encode(bytes(range(32))).decode()
QUERY = "X-Amz-SignedHeaders=host&X-Amz-Signature=c0ffee"


class Body:
    """A file of nine bytes."""

    def __len__(self) -> int:
        return len(b"only this")

    def __iter__(self) -> Iterator[bytes]:
        yield b"only this"


def test_a_certificate_that_is_not_trusted_stops_before_the_key_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
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


def self_signed(path: Path, host: str = "127.0.0.1") -> Path:
    """Write a key and a certificate for an address that nobody vouches for, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_for_other_machines_a_named_certificate_counts_and_a_netrc_file_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = "127.0.0.2"  # also this machine, but not by one of the names that cpnb takes for it
    certificate = self_signed(tmp_path / "server.pem", host)
    (tmp_path / "netrc").write_text(f"machine {host} login ada password lovelace\n")
    (tmp_path / "netrc").chmod(0o600)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "CURL_CA_BUNDLE"):
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


def answer_over_tls(listener: socket.socket, context: ssl.SSLContext, received: bytearray) -> None:
    connection, _ = listener.accept()
    connection.settimeout(10)
    with context.wrap_socket(connection, server_side=True) as secure:
        while not received.endswith(b"only this"):
            received.extend(secure.recv(65536))
        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def read_over_tls(listener: socket.socket, context: ssl.SSLContext, received: bytearray) -> None:
    connection, _ = listener.accept()
    with connection, contextlib.suppress(OSError):  # the client is to break off the handshake
        connection.settimeout(10)
        received.extend(context.wrap_socket(connection, server_side=True).recv(65536))
