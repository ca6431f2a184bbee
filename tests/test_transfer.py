"""The one PUT: what leaves this machine, and what becomes of each answer. A small server records it."""

from __future__ import annotations

import base64
import contextlib
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests

from cpnb.errors import TransferError
from cpnb.transfer import PutError, Remedy, UploadPath, put

KEY = bytes(range(32))
TOKEN = base64.b64encode(KEY).decode()
SSE_C = "x-amz-server-side-encryption-customer-"
SIGNED = f"X-Amz-SignedHeaders=host%3B{SSE_C}algorithm"
SECRET = "X-Amz-Signature=c0ffee"
CHUNKS = (b"id,city\n", b'"1","Oslo"\n', '"2","Zürich"\n'.encode())


class Body:
    """A few chunks, as often as they are asked for."""

    def __init__(self, *chunks: bytes, promised_bytes: int | None = None) -> None:
        self.chunks = chunks
        self.promised_bytes = promised_bytes
        self.times_read = 0

    def __len__(self) -> int:
        return sum(map(len, self.chunks)) if self.promised_bytes is None else self.promised_bytes

    def __iter__(self) -> Iterator[bytes]:
        self.times_read += 1
        yield from self.chunks


@dataclass
class Storage:
    """What a storage was asked, and what it answers."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    document: str = ""
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def path(self, query: str = f"{SIGNED}&{SECRET}") -> UploadPath:
        return UploadPath(f"{self.url}/object?{query}", TOKEN)

    def will_refuse(self, status: int, code: str, message: str = "") -> None:
        self.status = status
        self.document = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>'
            f"<StringToSign>{SECRET} {TOKEN}</StringToSign><RequestId>1</RequestId></Error>"
        )


@pytest.fixture
def storage(serving: Callable[[type[BaseHTTPRequestHandler]], str]) -> Storage:
    told = Storage()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, content))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("x-amz-request-id", "1")
            self.send_header("Content-Length", str(len(told.document)))
            with contextlib.suppress(ConnectionError):  # some clients of these tests have gone by then
                self.end_headers()
                self.wfile.write(told.document.encode())

        def log_message(self, *args: object) -> None:
            pass

    told.url = serving(Handler)
    return told


def refusal(path: UploadPath, body: Body | None = None) -> TransferError:
    with pytest.raises(TransferError) as caught:
        put(path, body or Body(*CHUNKS))
    return caught.value


def test_the_file_arrives_whole_with_its_exact_length(storage: Storage) -> None:
    put(storage.path(), Body(*CHUNKS))

    [(asked_path, headers, content)] = storage.asked
    assert asked_path == f"/object?{SIGNED}&{SECRET}"
    assert content == b"".join(CHUNKS)
    assert headers["content-length"] == str(len(content))
    assert "transfer-encoding" not in headers


def test_the_three_encryption_headers_go_along_with_the_md5_of_the_decoded_key(storage: Storage) -> None:
    put(storage.path(), Body(*CHUNKS))

    [(_, headers, _)] = storage.asked
    assert {name: value for name, value in headers.items() if name.startswith("x-amz-")} == {
        f"{SSE_C}algorithm": "AES256",
        f"{SSE_C}key": TOKEN,
        f"{SSE_C}key-md5": "tP/LI3N87DFaSk0aoqYgzg==",
    }


def test_nothing_else_goes_along_that_a_signature_could_miss(storage: Storage) -> None:
    put(storage.path(), Body(*CHUNKS))

    [(_, headers, _)] = storage.asked
    assert headers.keys().isdisjoint(
        {"authorization", "cookie", "content-type", "expect", "content-encoding", "content-md5"}
    )


def test_the_file_is_read_once(storage: Storage) -> None:
    body = Body(*CHUNKS)

    put(storage.path(), body)

    assert body.times_read == 1


def test_credentials_of_a_netrc_file_stay_here(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password lovelace\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    put(storage.path(), Body(*CHUNKS))

    assert "authorization" not in storage.asked[0][1]


def test_nothing_for_this_machine_goes_through_a_proxy(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    put(storage.path(), Body(*CHUNKS))

    assert len(storage.asked) == 1


def test_a_redirect_is_refused_and_the_key_goes_nowhere_else(storage: Storage) -> None:
    storage.status = 307
    storage.headers = {"Location": f"{storage.url}/elsewhere"}

    error = refusal(storage.path())

    assert len(storage.asked) == 1
    assert isinstance(error, PutError)
    assert (error.remedy, error.status_code) == (Remedy.NONE, 307)
    assert "redirect" in str(error)


# Source of the codes: S3 developer guide, error responses; answers recorded from S3.
REFUSALS = [
    (400, "InvalidArgument", "Requests must provide the client calculated MD5.", Remedy.NONE, "encryption headers"),
    (400, "InvalidEncryptionAlgorithmError", "Supported value: AES256.", Remedy.NONE, "encryption algorithm"),
    (400, "InvalidRequest", "Must be made over a secure connection.", Remedy.NONE, "refused the file"),
    (403, "SignatureDoesNotMatch", "The signature we calculated differs.", Remedy.NONE, "signed for"),
    (403, "AccessDenied", "There were headers present which were not signed", Remedy.NONE, "denied access"),
    (403, "AccessDenied", "Request has expired", Remedy.FRESH_PATH, "has expired"),
    (400, "AuthorizationQueryParametersError", "Query-string needs X-Amz-Date", Remedy.NONE, "refused the file"),
    (400, "ExpiredToken", "The provided token has expired.", Remedy.FRESH_PATH, "has expired"),
    (403, "RequestTimeTooSkewed", "The difference is too large.", Remedy.NONE, "refused the file"),
    (501, "NotImplemented", "A header you provided implies functionality", Remedy.NONE, "changed the request"),
    (411, "MissingContentLength", "You must provide the header.", Remedy.NONE, "length of the file"),
    (400, "IncompleteBody", "You did not provide the number of bytes", Remedy.AGAIN, "shorter than announced"),
    (400, "RequestTimeout", "Your socket connection was not read from", Remedy.AGAIN, "waited too long"),
    (400, "EntityTooLarge", "Your proposed upload exceeds the maximum", Remedy.NONE, "larger than"),
    (400, "InvalidDigest", "The Content-MD5 you specified was invalid.", Remedy.NONE, "refused the file"),
    (400, "BadDigest", "The Content-MD5 did not match.", Remedy.AGAIN, "damaged on its way"),
    (503, "SlowDown", "Please reduce your request rate.", Remedy.AGAIN, "slower pace"),
    (500, "InternalError", "We encountered an internal error.", Remedy.AGAIN, "refused the file"),
    (503, "ServiceUnavailable", "Reduce your request rate.", Remedy.AGAIN, "refused the file"),
]


@pytest.mark.parametrize(("status", "code", "message", "remedy", "words"), REFUSALS)
def test_each_refusal_of_the_storage_has_its_remedy_and_its_words(
    storage: Storage, status: int, code: str, message: str, remedy: Remedy, words: str
) -> None:
    storage.will_refuse(status, code, message)

    error = refusal(storage.path())

    assert isinstance(error, PutError)
    assert error.remedy is remedy
    assert (error.code, error.status_code, error.stage) == (code, status, "put")
    assert words in str(error)
    assert f"HTTP {status} {code}" in str(error)


@pytest.mark.parametrize(("status", "remedy"), [(502, Remedy.AGAIN), (504, Remedy.AGAIN), (599, Remedy.AGAIN),
                                                (404, Remedy.NONE), (204, Remedy.NONE)])  # fmt: skip
def test_an_answer_that_is_not_of_s3_still_has_a_remedy(storage: Storage, status: int, remedy: Remedy) -> None:
    storage.status, storage.document = status, "" if status == 204 else "<html>Bad gateway</html>"

    error = refusal(storage.path())

    assert isinstance(error, PutError)
    assert (error.remedy, error.code, error.status_code) == (remedy, "", status)


def test_an_answer_is_not_read_without_end(storage: Storage) -> None:
    storage.status, storage.document = 500, "x" * 3_000_000

    assert refusal(storage.path()).status_code == 500


def test_where_nothing_listens_another_try_may_help() -> None:
    error = refusal(UploadPath(f"http://127.0.0.1:{closed_port()}/object?{SIGNED}&{SECRET}", TOKEN))

    assert isinstance(error, PutError)
    assert error.remedy is Remedy.AGAIN
    assert (error.status_code, error.code) == (0, "")
    assert "ConnectionRefusedError" in str(error)


def test_a_body_shorter_than_its_length_is_not_padded(storage: Storage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        received = bytearray()
        thread = threading.Thread(target=read_until_closed, args=(listener, received))
        thread.start()
        path = UploadPath(f"http://127.0.0.1:{listener.getsockname()[1]}/object?{SIGNED}", TOKEN)
        body = Failing(b"only this")

        with pytest.raises(LookupError, match="changed underneath"):
            put(path, body)

        thread.join(10)
    assert received.endswith(b"\r\n\r\nonly this")


@pytest.mark.parametrize("promised_bytes", [1, 30, 1000])
def test_a_body_of_another_length_than_announced_is_broken_off(storage: Storage, promised_bytes: int) -> None:
    error = refusal(storage.path(), Body(*CHUNKS, promised_bytes=promised_bytes))

    assert isinstance(error, PutError)
    assert error.remedy is Remedy.NONE
    assert f"{promised_bytes:,} bytes" in str(error)
    assert all(len(content) < promised_bytes for _, _, content in storage.asked)


def test_an_error_of_the_body_is_not_taken_for_one_of_the_connection(storage: Storage) -> None:
    class Unreadable(Body):
        def __iter__(self) -> Iterator[bytes]:
            yield self.chunks[0]
            raise ConnectionResetError("of the table's own connection")

    with pytest.raises(ConnectionResetError, match="of the table's own") as caught:
        put(storage.path(), Unreadable(*CHUNKS))

    assert_secret("".join(traceback.format_exception(caught.value)))


def test_a_path_that_has_expired_already_is_not_used(storage: Storage) -> None:
    path = UploadPath(storage.path().url, TOKEN, datetime.now(UTC) - timedelta(seconds=1))

    error = refusal(path)

    assert isinstance(error, PutError)
    assert error.remedy is Remedy.FRESH_PATH
    assert "expired" in str(error)
    assert storage.asked == []


class Failing(Body):
    """Breaks off in the middle, as a stream does whose table changed underneath."""

    def __len__(self) -> int:
        return 1000

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks
        raise LookupError("changed underneath")


def read_until_closed(listener: socket.socket, received: bytearray) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(10)
        while block := connection.recv(65536):
            received.extend(block)


def test_a_url_without_tls_is_refused_for_every_other_machine() -> None:
    error = refusal(UploadPath(f"http://bucket.s3.amazonaws.com/object?{SECRET}", TOKEN))

    assert "is not HTTPS" in str(error)
    assert "Nothing was sent" in str(error)


def test_a_url_that_is_signed_for_foreign_headers_is_refused_before_anything_is_sent(storage: Storage) -> None:
    error = refusal(storage.path("X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-acl"))

    assert "(content-type, x-amz-acl)" in str(error)
    assert storage.asked == []


@pytest.mark.parametrize("token", ["", "not base64!", base64.b64encode(b"short").decode(), TOKEN[:-1]])
def test_a_token_that_is_no_key_is_refused_before_anything_is_sent(storage: Storage, token: str) -> None:
    error = refusal(UploadPath(storage.path().url, token))

    assert "32-byte key" in str(error)
    assert token == "" or token not in str(error)
    assert storage.asked == []


@pytest.mark.parametrize(("status", "code"), [(403, "SignatureDoesNotMatch"), (503, "SlowDown"), (307, "")])
def test_url_and_token_are_in_no_error_about_a_refusal(storage: Storage, status: int, code: str) -> None:
    storage.will_refuse(status, code)

    error = refusal(storage.path())

    assert_secret("".join(traceback.format_exception(error)))
    assert (error.__context__, error.__cause__) == (None, None)


def test_url_and_token_are_in_no_error_about_a_lost_connection() -> None:
    error = refusal(UploadPath(f"http://127.0.0.1:{closed_port()}/object?{SIGNED}&{SECRET}", TOKEN))

    assert_secret("".join(traceback.format_exception(error)))
    assert (error.__context__, error.__cause__) == (None, None)


def test_url_and_token_are_in_no_log_of_any_library(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    put(storage.path(), Body(*CHUNKS))

    assert caplog.text == ""


def test_what_others_log_is_left_alone(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    put(storage.path(), Body(*CHUNKS))

    requests.put(f"{storage.url}/theirs", data=b"x")

    assert '"PUT /theirs HTTP/1.1" 200' in caplog.text


def test_a_path_shows_neither_its_url_nor_its_token(storage: Storage) -> None:
    path = storage.path()

    assert_secret(f"{path!r} {path}")
    assert path.host == storage.url.removeprefix("http://")


def assert_secret(text: str) -> None:
    assert "c0ffee" not in text
    assert TOKEN not in text


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
