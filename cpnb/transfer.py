"""The only file where rows meet the network: one PUT to the upload URL that the service hands out."""

from __future__ import annotations

import os
import ssl
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, cast
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError

from cpnb.bandwidth import BUFFERED_BYTES
from cpnb.domain import LOOPBACK_HOSTS
from cpnb.errors import CpnbError, TransferError
from cpnb.foreign_logs import silenced
from cpnb.put_error import PutError, Remedy, refused
from cpnb.upload_path import SSE_C, UploadPath

__all__ = ["Body", "PutError", "Remedy", "UploadPath", "put"]

ANSWER_READ_BYTES = 65_536

# Somewhat more than the 20 s or so after which S3 itself gives up, so that its own words arrive.
STALL_S = 30.0
ANSWER_S = 120.0

# 130 kbit a second: a gigabyte in 17 hours.
MEGABYTE_S = 60.0
MEGABYTE_BYTES = 1_000_000

# The socket's timeout counts for a whole block, and nothing is stopped inside of one: on a slow line it is a small one,
# and at first, when the buffers of the system make every line look fast. Large ones cost less where they go at once. A
# line that keeps to `MEGABYTE_S` takes even a large one in half of `STALL_S`.
SMALL_BLOCK_BYTES = 65_536
LARGE_BLOCK_BYTES = 262_144
LARGE_BLOCK_S = 0.1

# Where other tools are told whom to trust; the first that is set counts. Source: the AWS CLI's user guide,
# the documentations of requests, curl and OpenSSL.
CERTIFICATE_VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


class Body(Protocol):
    """What can be sent: a known length, and iteration that starts again each time.

    It must have neither ``read`` nor ``tell``: requests would then measure it in its own way, and
    sends chunks where that fails, which S3 refuses.
    """

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes | memoryview]: ...


def put(
    path: UploadPath,
    body: Body,
    *,
    stall_s: float = STALL_S,
    answer_s: float = ANSWER_S,
    megabyte_s: float = MEGABYTE_S,
    ca_bundle: str | None = None,
    tell: Callable[[int], None] | None = None,
) -> None:
    """Send one file to its path, in one request, and return when the storage has it.

    Redirects are refused, no credentials of a netrc file are added, and nothing for this machine
    itself goes through a proxy: the key must reach the storage and nobody else.

    Parameters
    ----------
    path : UploadPath
        Fetched just before, because it expires. A file that set out in time may arrive later.
        Source: S3 user guide, 'using-presigned-url': expiry is looked at when a request begins.
    body : Body
        Iterated once, from its start. Errors raised by it pass through.
    stall_s : float
        The storage must connect, and take the next block, within these seconds: 64 KiB on a slow line.
    answer_s : float
        It must answer within these seconds once it has the whole file.
    megabyte_s : float
        The whole file must be sent within these seconds for each megabyte, and `stall_s` more.
    ca_bundle : str, optional
        File of the certificates to trust; by default the one that AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE,
        CURL_CA_BUNDLE or SSL_CERT_FILE names, else the public ones.
    tell : callable, optional
        Given the number of bytes that the system has taken, after each block. What it raises ends the sending, and
        passes through.

    Raises
    ------
    PutError
        If the storage, or the network, refused. It never holds the URL or the key, and neither do its frames.
    """
    sending = _Sending(body, stall_s + megabyte_s * len(body) / MEGABYTE_BYTES, tell)
    try:
        _send(path, sending, (stall_s, answer_s), ca_bundle)
        return
    except Exception as error:  # noqa: BLE001 - raised below, whatever it is
        failure = sending.failure or (error if isinstance(error, CpnbError) else _broken_off(error))
    finally:
        sending.close()
    # Raised here, it comes without the frames that held URL and key, ours and those of the libraries: some tools show
    # the variables of every frame. An error of the body keeps the frames of the body.
    raise failure.with_traceback(sending.frames)


def _send(path: UploadPath, sending: _Sending, timeouts_s: tuple[float, float], ca_bundle: str | None) -> None:
    headers = path.headers()
    _check_url(path, headers)
    certificates = _certificates(ca_bundle)
    if path.valid_until is not None and _left_s(path.valid_until) <= 0:
        raise PutError(
            "The upload URL expired before the file was sent. Fetch a fresh path; if that is expired, too, the clock "
            "of this machine is wrong.",
            Remedy.FRESH_PATH,
        )
    with silenced(), requests.Session() as session:
        session.mount("https://", _HearingAdapter())
        session.trust_env = urlsplit(path.url).hostname not in LOOPBACK_HOSTS
        try:
            answer = session.put(
                path.url,
                data=cast("Iterable[bytes]", sending),  # anything that looks like bytes will do
                headers=headers,
                auth=_no_authorization,
                allow_redirects=False,
                timeout=timeouts_s,
                verify=certificates,
                stream=True,
            )
            with answer:
                text = next(answer.iter_content(ANSWER_READ_BYTES), b"").decode("utf-8", "replace")
        except (OSError, HTTPError) as error:  # requests' own errors are of the first kind, too
            failure = _lost(path, sending, timeouts_s[1], error)
        else:
            refusal = _verdict(answer, text, sending, headers)
            if refusal is None:
                return
            failure = refusal
    # requests' own errors quote the signed URL; raised here, ours has none of them as its context.
    raise failure


class _HearingConnection(HTTPSConnection):
    """A connection whose answer is read even if it came, and the line went, while we were still sending.

    S3 refuses at the head of a request and closes. Over TLS that ends the sending in an error of the
    TLS library, which urllib3 takes for the end of everything, other than a broken pipe.
    """

    def send(self, data: Any) -> None:
        try:
            super().send(data)
        except (ssl.SSLEOFError, ConnectionResetError) as error:
            raise BrokenPipeError from error


class _HearingPool(HTTPSConnectionPool):
    ConnectionCls = _HearingConnection


class _HearingAdapter(HTTPAdapter):
    """Opens such connections, through a proxy too."""

    def init_poolmanager(self, *arguments: Any, **settings: Any) -> None:
        super().init_poolmanager(*arguments, **settings)
        _let_hear(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **settings: Any) -> Any:
        return _let_hear(super().proxy_manager_for(*arguments, **settings))


def _let_hear(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": _HearingPool}
    return manager


class _Sending:
    """A body on its way: in small blocks, no byte more or less than announced, and within its time."""

    def __init__(self, body: Body, longest_s: float, tell: Callable[[int], None] | None) -> None:
        self._body = body
        self._longest_s = longest_s
        self._tell = tell
        self._begun_s = time.monotonic()
        self._ends_s = self._begun_s + longest_s
        self._block_bytes = SMALL_BLOCK_BYTES
        self._iteration: Generator[memoryview] | None = None
        self.sent_bytes = 0
        self.is_complete = False
        self.failure: Exception | None = None
        self.frames: TracebackType | None = None

    def __len__(self) -> int:
        return len(self._body)

    def __iter__(self) -> Iterator[memoryview]:
        self._iteration = self._blocks()
        return self._iteration

    def close(self) -> None:
        """End the reading of the body, which an error of the connection leaves in its middle."""
        if self._iteration is not None:
            self._iteration.close()

    def _blocks(self) -> Generator[memoryview]:
        try:
            for block in self._body:
                yield from self._pieces(memoryview(block))
        except Exception as error:
            # The libraries could take it for one of the connection; it is put away, to be raised as it is.
            self.failure, self.frames = error, error.__traceback__
            raise
        if self.sent_bytes != len(self):
            raise self._of_wrong_length()
        self.is_complete = True

    def _pieces(self, block: memoryview) -> Iterator[memoryview]:
        if self.sent_bytes + len(block) > len(self):
            raise self._of_wrong_length()
        while block:
            piece, block = block[: self._block_bytes], block[self._block_bytes :]
            begun_s = time.monotonic()
            yield piece
            # Only reached when the network has taken the piece.
            self.sent_bytes += len(piece)
            ended_s = time.monotonic()
            self._block_bytes = LARGE_BLOCK_BYTES if self._is_fast(begun_s, ended_s) else SMALL_BLOCK_BYTES
            if self._tell is not None:
                self._tell(self.sent_bytes)
            if self.sent_bytes < len(self) and ended_s > self._ends_s:
                raise self._too_slow()

    def _is_fast(self, begun_s: float, ended_s: float) -> bool:
        """Tell whether a large block may be expected to go at once, by the last block and by all of them."""
        certain_bytes = self.sent_bytes - BUFFERED_BYTES
        should_take_s = certain_bytes / LARGE_BLOCK_BYTES * LARGE_BLOCK_S
        return ended_s - begun_s < LARGE_BLOCK_S and ended_s - self._begun_s < should_take_s

    def _too_slow(self) -> PutError:
        return PutError(
            f"The line is too slow: {self.sent_bytes:,} of {len(self):,} bytes had been sent after "
            f"{self._longest_s:,.0f} s. The connection was closed and nothing of the file was stored. Send fewer parts "
            "at once, UploadOptions(parts_in_flight=1), or wait longer, UploadOptions(patience=cpnb.Patience("
            "megabyte_s=...)).",
            Remedy.AGAIN,
        )

    def _of_wrong_length(self) -> PutError:
        return PutError(
            f"The file is not as long as it was announced to be, {len(self):,} bytes. The connection was closed and "
            "nothing of the file was stored. Leave the table alone until the upload is through, and run it again.",
            Remedy.NONE,
        )


def _broken_off(error: Exception) -> PutError:
    """Return the error for one that nobody expected, by its kind and place: its text could quote URL or key."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return PutError(
        f"The sending broke off: {type(error).__name__} in {Path(place.filename).name}, line {place.lineno}. If it "
        "happens again, it is a mistake of cpnb or of a library below it.",
        Remedy.NONE,
    )


def _left_s(valid_until: datetime) -> float:
    return (valid_until - datetime.now(UTC)).total_seconds()


def _certificates(ca_bundle: str | None) -> str | bool:
    """Return the file of certificates to trust, or True for the public ones."""
    named = [("ca_bundle", ca_bundle), *((name, os.environ.get(name)) for name in CERTIFICATE_VARIABLES)]
    where, file = next(((where, file) for where, file in named if file), ("", None))
    if file is None:
        return True
    if not os.path.exists(file):  # noqa: PTH110 - a text as it stands in the environment, only asked about
        raise TransferError(
            f"{where} names a file of certificates that does not exist. Name the file of your company's certificates, "
            f"or remove {where} to trust the public ones. Nothing was sent."
        )
    return file


def _no_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add nothing; that it is given at all keeps requests from looking into a netrc file."""
    return request


def _check_url(path: UploadPath, headers: dict[str, str]) -> None:
    if not path.url:
        raise TransferError("The service gave no upload URL for the file. Nothing was sent; try again.")
    url = urlsplit(path.url)
    if url.scheme != "https" and url.hostname not in LOOPBACK_HOSTS:
        raise TransferError(
            f"The upload URL of host {path.host!r} is not HTTPS; the encryption key must not travel in the clear. "
            "Nothing was sent."
        )
    signed = parse_qs(url.query).get("X-Amz-SignedHeaders", [""])[0].lower().split(";")
    ours = {"host", "content-length", *(name.lower() for name in headers)}
    unknown = sorted(set(filter(None, signed)) - ours)
    if unknown:
        raise TransferError(
            f"The upload URL is signed for headers that cpnb does not send ({', '.join(unknown)}); the storage would "
            "refuse the file. Nothing was sent; this is a change in the service."
        )


def _lost(path: UploadPath, sending: _Sending, answer_s: float, error: Exception) -> PutError:
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return PutError(
            f"The TLS certificate of {path.host!r} was not accepted; the key was not sent. Behind a company "
            "proxy, name its certificate in REQUESTS_CA_BUNDLE.",
            Remedy.NONE,
        )
    if isinstance(error, requests.exceptions.ReadTimeout):
        return PutError(
            f"{path.host!r} was sent the whole file and did not answer within {answer_s:g} s.", Remedy.AGAIN
        )
    kind = type(causes[-1]).__name__
    return PutError(
        f"The connection to {path.host!r} was lost when {sending.sent_bytes:,} of {len(sending):,} bytes had been "
        f"sent ({kind}).",
        Remedy.AGAIN,
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what is behind it: requests and urllib3 wrap one in the other, each in its own way."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        cause = waiting.pop(0)
        if any(cause is other for other in seen):
            continue
        seen.append(cause)
        yield cause
        behind = [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
        waiting += [other for other in behind if isinstance(other, BaseException)]


def _verdict(answer: requests.Response, text: str, sending: _Sending, headers: dict[str, str]) -> PutError | None:
    """Return what is wrong with an answer; None if it says that the storage has the whole file."""
    if answer.status_code != HTTPStatus.OK:
        return refused(answer.status_code, text)
    if not sending.is_complete:
        return PutError(
            f"Something answered with success when {sending.sent_bytes:,} of {len(sending):,} bytes had been sent; it "
            "cannot have the whole file.",
            Remedy.AGAIN,
            status_code=answer.status_code,
        )
    # S3 confirms the key by its digest and names each request; a success has no document.
    # Source: S3 API reference, PutObject and common response headers; responses recorded from S3.
    name = f"{SSE_C}key-MD5"
    confirmed = answer.headers.get(name)
    if confirmed == headers[name]:
        return None
    if confirmed is not None or text:
        return PutError(
            "Something on the way answered in place of the storage (HTTP 200 with a document that is not S3's), so "
            "the file is not there. A filter or a sign-in page of the network may do this.",
            Remedy.NONE,
            status_code=answer.status_code,
        )
    if "x-amz-request-id" not in answer.headers:
        return PutError(
            "The answer was a success without the marks of the storage: it was cut off, or is somebody else's, and the "
            "file may not be there.",
            Remedy.AGAIN,
            status_code=answer.status_code,
        )
    return None
