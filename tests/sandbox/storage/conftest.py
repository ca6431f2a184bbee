import socket
import ssl
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server

from cpnb.sandbox.storage import ObjectStore, SignedUpload
from cpnb.sandbox.storage.customer_key import customer_headers

TIMEOUT_S = 10


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Storage:
    """A store behind a real server on a loopback port."""

    store: ObjectStore
    clock: Clock
    folder: Path
    url: str
    certificate: Path | None = None

    def presign(self, name: str = "jobs/1", key: bytes = b"k" * 32, expires_in_s: int = 900) -> SignedUpload:
        return self.store.presign(name, key, base_url=self.url, expires_in_s=expires_in_s)

    def put(self, data, *, name: str = "jobs/1", key: bytes = b"k" * 32, url: str | None = None, **headers):
        """PUT with the three key headers of `key`; a header given as None is left out."""
        merged = customer_headers(key) | {n.replace("_", "-"): v for n, v in headers.items()}
        return requests.put(
            url or self.presign(name, key).url,
            data=data,
            headers={n: v for n, v in merged.items() if v is not None},
            timeout=TIMEOUT_S,
            verify=str(self.certificate) if self.certificate else True,
        )

    def connect(self) -> socket.socket:
        parts = urlsplit(self.url)
        connection = socket.create_connection((parts.hostname, parts.port), timeout=TIMEOUT_S)
        if self.certificate:
            context = ssl.create_default_context(cafile=self.certificate)
            return context.wrap_socket(connection, server_hostname=parts.hostname)
        return connection

    def head(self, length: int | str, url: str | None = None, key: bytes = b"k" * 32) -> bytes:
        """The request line and headers of a PUT, to be sent over a raw socket."""
        parts = urlsplit(url or self.presign(key=key).url)
        headers = {"Host": parts.netloc, "Content-Length": str(length), **customer_headers(key)}
        lines = [f"PUT {parts.path}?{parts.query} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode()

    @staticmethod
    def error_of(response: requests.Response) -> dict[str, str]:
        """The elements of an error document, the ids left out."""
        assert response.headers["Content-Type"] == "application/xml"
        root = ET.fromstring(response.content)  # noqa: S314 -- our own server's answer
        assert root.tag == "Error"
        elements = {element.tag: element.text or "" for element in root}
        assert elements.pop("RequestId") == response.headers["x-amz-request-id"]
        assert elements.pop("HostId") == response.headers["x-amz-id-2"]
        return elements

    @staticmethod
    def read_all(connection: socket.socket) -> bytes:
        """Everything the server sends until it closes."""
        received = b""
        while block := connection.recv(65536):
            received += block
        return received

    def read(self, name: str = "jobs/1", key: bytes = b"k" * 32) -> bytes:
        with self.store.open(name, key) as stream:
            return stream.read()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def serving(store: ObjectStore, **options) -> Iterator[int]:
    """Run the store behind werkzeug's server; gives the port."""
    server = make_server("127.0.0.1", 0, store.wsgi, threaded=True, **options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def storage(tmp_path: Path, clock: Clock) -> Iterator[Storage]:
    folder = tmp_path / "objects"
    store = ObjectStore(folder, clock.now, idle_timeout_s=0.3)
    with serving(store) as port:
        yield Storage(store, clock, folder, f"http://127.0.0.1:{port}")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 and its key, made for this run, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("tls") / "127.0.0.1.pem"
    key_bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(signed.public_bytes(Encoding.PEM) + key_bytes)
    return pem


@pytest.fixture
def tls_storage(tmp_path: Path, clock: Clock, certificate: Path) -> Iterator[Storage]:
    """The same over TLS, with a store that requires it."""
    folder = tmp_path / "objects"
    store = ObjectStore(folder, clock.now, require_tls=True, idle_timeout_s=0.3)
    with serving(store, ssl_context=(str(certificate), str(certificate))) as port:
        yield Storage(store, clock, folder, f"https://127.0.0.1:{port}", certificate)
