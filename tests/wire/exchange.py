"""One request on its way through the proxy: what a fault may do with it."""

from __future__ import annotations

import contextlib
import fcntl
import re
import socket
import struct
import termios
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.wire.http_message import BLOCK_BYTES, ConnectionEndedError, Head, read_block, read_head

RESETS_ON_CLOSE = struct.pack("ii", 1, 0)
TAKEN_WITHIN_S = 5.0

# Source: service model, the routes of the operations that an upload uses; the last is the storage's.
_OPERATIONS = {
    r"POST /domains/[^/]+/upload-jobs": "CreateUploadJob",
    r"GET /domains/[^/]+/upload-jobs": "ListUploadJobs",
    r"GET /domains/[^/]+/upload-jobs/[^/]+/path": "GetUploadJobPath",
    r"PUT /domains/[^/]+/upload-jobs/[^/]+": "StartUploadJob",
    r"PUT /domains/[^/]+/upload-jobs/[^/]+/stop": "StopUploadJob",
    r"GET /domains/[^/]+/upload-jobs/[^/]+": "GetUploadJob",
    r"PUT /_upload/.+": "PutObject",
}


@dataclass(slots=True)
class Record:
    """What became of one request.

    Attributes
    ----------
    method, path : str
        Without the query, which is signed.
    operation : str
        Name of the operation in the service model, ``PutObject`` for the file, empty for others.
    announced_bytes, read_bytes : int
        Length of the body as announced, and as far as the proxy read it.
    fault : str
        Name of the fault that it met; empty if it was passed on as it was.
    reached : bool
        Whether any of it was given to the server.
    status : int
        Status that the client was sent; 0 for none.
    """

    method: str
    path: str
    announced_bytes: int
    fault: str
    read_bytes: int = 0
    reached: bool = False
    status: int = 0
    operation: str = field(init=False)

    def __post_init__(self) -> None:
        route = f"{self.method} {self.path}"
        self.operation = next((name for pattern, name in _OPERATIONS.items() if re.fullmatch(pattern, route)), "")


class Exchange:
    """One request and its answer, in the hands of a fault.

    Parameters
    ----------
    client
        Connection that the request came on.
    connect
        Opens, once, the connection to the server behind the proxy.
    head
        The request's.
    record
        Kept up to date.
    released
        Set when what stalls may go on, which then resets its connections.
    """

    def __init__(
        self,
        client: socket.socket,
        connect: Callable[[], socket.socket],
        head: Head,
        record: Record,
        released: threading.Event,
    ) -> None:
        self.head = head
        self._client = client
        self._connect = connect
        self._record = record
        self._released = released
        self._unread_bytes = head.body_bytes
        self._came_along = head.beginning_of_body
        self.is_over = False

    def pass_on(self) -> None:
        """Do what a proxy without faults does."""
        self.send_on()
        self.answer_with(*self.answer_of_server())

    def send_on(self, share: float = 1.0, *, bytes_per_s: float | None = None) -> None:
        """Give head and a share of the body to the server."""
        server = self._connect()
        self._record.reached = True
        server.sendall(self.head.content)
        wanted_bytes = int(self.head.body_bytes * share)
        block_bytes = BLOCK_BYTES if bytes_per_s is None else max(int(bytes_per_s / 50), 1)
        while self._record.read_bytes < wanted_bytes:
            block = self.read_body(min(block_bytes, wanted_bytes - self._record.read_bytes))
            server.sendall(block)
            if bytes_per_s is not None:
                time.sleep(len(block) / bytes_per_s)

    @property
    def read_bytes(self) -> int:
        """How much of the request's body was read."""
        return self._record.read_bytes

    def read_body(self, longest_bytes: int = BLOCK_BYTES) -> bytes:
        """Return the next bytes of the request's body; none are left when it returns none."""
        if not self._unread_bytes:
            return b""
        if self._came_along:
            block, self._came_along = self._came_along[:longest_bytes], self._came_along[longest_bytes:]
        else:
            block = read_block(self._client, min(longest_bytes, self._unread_bytes))
        self._unread_bytes -= len(block)
        self._record.read_bytes += len(block)
        return block

    def answer_of_server(self) -> tuple[Head, bytes]:
        """Return head and body of the server's answer."""
        server = self._connect()
        head = read_head(server)
        body = head.beginning_of_body
        while len(body) < head.body_bytes:
            body += read_block(server)
        return head, body

    def answer_with(self, head: Head, body: bytes, *, share: float = 1.0) -> None:
        """Send an answer to the client, or the beginning of one and then no more."""
        whole = head.content + body
        self._record.status = head.status
        self._client.sendall(whole[: int(len(whole) * share)])
        if share < 1 or head.headers.get("connection", "").lower() == "close":
            self.close()

    def drain(self) -> None:
        """Read the rest of the request's body and drop it."""
        while self.read_body():
            pass

    def stall(self) -> None:
        """Do nothing at all any more."""
        self._released.wait()
        self.reset()

    def reset(self) -> None:
        """End both connections the hard way, with a TCP reset."""
        for connection in (self._client, self._connect()) if self._record.reached else (self._client,):
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETS_ON_CLOSE)
            connection.close()
        self.is_over = True

    def close(self) -> None:
        """End the client's connection; in order, unless bytes of the request were left unread."""
        # With bytes unread the system sends a reset, and drops what the client's side has not yet taken.
        deadline = time.monotonic() + TAKEN_WITHIN_S
        while _waiting_bytes(self._client) and time.monotonic() < deadline:
            time.sleep(0.001)
        self.is_over = True

    def wait_for_the_end_of_the_client(self) -> None:
        """Read and drop what the client sends until it closes."""
        with contextlib.suppress(ConnectionEndedError):
            while True:
                read_block(self._client)
        self.is_over = True


def _waiting_bytes(connection: socket.socket) -> int:
    """Return how much of what was sent the other side's system has not yet acknowledged."""
    waiting = fcntl.ioctl(connection, termios.TIOCOUTQ, struct.pack("i", 0))
    return int(struct.unpack("i", waiting)[0])
