"""One HTTP/1.1 message as it comes off a socket: its head, and how long its body is."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

LONGEST_HEAD_BYTES = 65_536
BLOCK_BYTES = 65_536


class ConnectionEndedError(Exception):
    """The other side closed, or reset, in the middle of a message or before one."""


@dataclass(frozen=True, slots=True)
class Head:
    """First line and headers of a message, untouched, and what of the body came along with them."""

    content: bytes
    beginning_of_body: bytes

    @property
    def first_line(self) -> str:
        """``PUT /object?query HTTP/1.1`` or ``HTTP/1.1 200 OK``."""
        return self.content.partition(b"\r\n")[0].decode("latin-1")

    @property
    def headers(self) -> dict[str, str]:
        """The headers by name in lower case."""
        lines = self.content.decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}

    @property
    def body_bytes(self) -> int:
        """Announced length of the body. Chunked bodies are not spoken here: neither side sends any."""
        headers = self.headers
        if "transfer-encoding" in headers:
            raise ValueError("a chunked message; the proxy passes on bodies of an announced length only")
        return int(headers.get("content-length", "0"))

    @property
    def status(self) -> int:
        """Status of an answer."""
        found = re.match(r"HTTP/1\.[01] (\d{3})", self.first_line)
        if not found:
            raise ValueError("the head is not that of an answer")
        return int(found.group(1))


def read_head(connection: socket.socket) -> Head:
    """Return the next head; whatever was read beyond it is the beginning of the body."""
    received = b""
    while b"\r\n\r\n" not in received:
        if len(received) > LONGEST_HEAD_BYTES:
            raise ValueError("a head without an end")
        received += read_block(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    return Head(head + b"\r\n\r\n", body)


def read_block(connection: socket.socket, longest_bytes: int = BLOCK_BYTES) -> bytes:
    """Return the next bytes; their end, however it came, is a `ConnectionEndedError`."""
    try:
        block = connection.recv(longest_bytes)
    except OSError as error:
        raise ConnectionEndedError from error
    if not block:
        raise ConnectionEndedError
    return block
