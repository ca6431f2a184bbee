"""The body of a PUT as it comes off the socket: in whole blocks, never longer than announced, never awaited in vain."""

import selectors
import socket
import ssl
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Protocol
from wsgiref.types import WSGIEnvironment

from cpnb.sandbox.storage.s3_errors import S3Error
from cpnb.sandbox.storage.upload_request import UploadRequest

MAX_SIZE_BYTES = 5 * 1024**3
"""Largest object of a single PUT. Source: S3 user guide, 'upload-objects'."""

_DISCARD_BLOCK_SIZE_BYTES = 1 << 18
_MAX_DISCARDED_BYTES = 1 << 30
_DISCARD_IDLE_S = 5.0
_DISCARD_TOTAL_S = 60.0


class _Readable(Protocol):
    def readinto1(self, buffer: memoryview, /) -> int | None: ...


def announced_size_bytes(request: UploadRequest) -> int:
    """Return the size of the body that the request announces.

    Raises
    ------
    S3Error
        ``NotImplemented`` for a chunked body, ``MissingContentLength`` where none is announced,
        ``EntityTooLarge`` above 5 GiB.
    """
    if request.headers.get("transfer-encoding", "identity").lower() != "identity":
        raise S3Error(
            "NotImplemented",
            "A header you provided implies functionality that is not implemented",
            {"Header": "Transfer-Encoding"},
        )
    length = request.headers.get("content-length")
    if length is None:
        raise S3Error("MissingContentLength", "You must provide the Content-Length HTTP header.")
    if not (length.isascii() and length.isdigit()):
        raise S3Error("InvalidArgument", "Content-Length must be a whole number of bytes.")
    digits = length.lstrip("0") or "0"
    # Compared by digits first: int() refuses text of thousands of digits with an error of its own.
    if len(digits) > len(str(MAX_SIZE_BYTES)) or int(digits) > MAX_SIZE_BYTES:
        details = {"ProposedSize": digits, "MaxSizeAllowed": str(MAX_SIZE_BYTES)}
        raise S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", details)
    return int(digits)


def read_blocks(
    environ: WSGIEnvironment, size_bytes: int, *, block_size_bytes: int, idle_timeout_s: float
) -> Generator[memoryview]:
    """Yield the body in blocks of `block_size_bytes`, the last one shorter, and one empty block for an empty body.

    All blocks share one buffer: use each before asking for the next.

    Raises
    ------
    S3Error
        ``IncompleteBody`` where the client closes early; ``RequestTimeout`` where nothing arrives for
        `idle_timeout_s`.
    """
    stream: _Readable = environ["wsgi.input"]
    connection: socket.socket = environ["werkzeug.socket"]
    buffer = memoryview(bytearray(min(block_size_bytes, size_bytes)))
    remaining = size_bytes
    with _non_blocking(connection):
        while True:
            block = buffer[: min(block_size_bytes, remaining)]
            _fill(block, stream, connection, idle_timeout_s)
            remaining -= len(block)
            yield block
            if not remaining:
                return


def discard_body(environ: WSGIEnvironment) -> None:
    """Read and drop what a refused client still sends, within bounds, until it closes the connection.

    A server that closes while bytes are under way resets the connection, and most clients then report a
    broken pipe and never see the error document. The bounds let the largest legal upload, 1 GB, end in order.
    """
    connection: socket.socket = environ["werkzeug.socket"]
    scratch = bytearray(_DISCARD_BLOCK_SIZE_BYTES)
    remaining = _MAX_DISCARDED_BYTES
    deadline = time.monotonic() + _DISCARD_TOTAL_S
    with _non_blocking(connection):
        while remaining > 0 and time.monotonic() < deadline:
            try:
                size_bytes = connection.recv_into(scratch)
            except (BlockingIOError, ssl.SSLWantReadError):
                if not _is_readable(connection, _DISCARD_IDLE_S):
                    return
            except OSError:
                return
            else:
                if not size_bytes:
                    return
                remaining -= size_bytes


def _fill(block: memoryview, stream: _Readable, connection: socket.socket, idle_timeout_s: float) -> None:
    filled = 0
    while filled < len(block):
        try:
            size_bytes = stream.readinto1(block[filled:])
        except ssl.SSLWantReadError:
            size_bytes = None
        except OSError:
            # The connection is gone, which for the body is the same as its end.
            size_bytes = 0
        if size_bytes is None:
            if not _is_readable(connection, idle_timeout_s):
                raise S3Error(
                    "RequestTimeout",
                    "Your socket connection to the server was not read from or written to within the timeout "
                    "period. Idle connections will be closed.",
                )
        elif size_bytes == 0:
            raise S3Error(
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            )
        else:
            filled += size_bytes


def _is_readable(connection: socket.socket, timeout_s: float) -> bool:
    # A timeout set on the socket itself would leave its buffered reader unusable, also for the server's
    # own clean-up, so we wait beside it.
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(timeout_s))


@contextmanager
def _non_blocking(connection: socket.socket) -> Iterator[None]:
    timeout_s = connection.gettimeout()
    connection.settimeout(0.0)
    try:
        yield
    finally:
        connection.settimeout(timeout_s)
