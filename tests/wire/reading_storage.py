"""A storage that reads one file as fast, and as far, as a test wants."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from collections.abc import Iterator

from cpnb.transfer import UploadPath

TOKEN = base64.b64encode(bytes(range(32))).decode()
READ_BYTES = 65_536


@contextlib.contextmanager
def reading_storage(*, bytes_per_s: float | None = None, takes_bytes: float = float("inf")) -> Iterator[UploadPath]:
    """Read one file as fast as said, up to some bytes, and answer if it came to its end."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.settimeout(20)
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(4096)
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            read_bytes = len(head.split(b"\r\n\r\n", 1)[1])
            while read_bytes < min(length, takes_bytes) and not done.is_set():
                read_bytes += len(connection.recv(READ_BYTES))
                if bytes_per_s is not None:
                    time.sleep(READ_BYTES / bytes_per_s)
            if read_bytes == length:
                connection.sendall(b"HTTP/1.1 200 OK\r\nx-amz-request-id: 1\r\nContent-Length: 0\r\n\r\n")

    done = threading.Event()
    with socket.socket() as listener:
        # What a slow reader has not read yet must show soon to who sends.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, READ_BYTES)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield UploadPath(f"http://127.0.0.1:{listener.getsockname()[1]}/object?X-Amz-SignedHeaders=host", TOKEN)
        done.set()
        thread.join(30)
