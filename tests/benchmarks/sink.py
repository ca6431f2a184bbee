"""A storage that takes files over TLS 1.3, throws them away and says that it has them; a process of its own.

It ends with its standard input. Its clients get to know its port by its first line.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

READ_BYTES = 262_144
GIGABIT_BYTES_PER_S = 125_000_000
LATE_S = 0.002
"""A sleep that is shorter takes longer than it should."""

ANSWER = b"HTTP/1.1 200 OK\r\nx-amz-request-id: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@contextlib.contextmanager
def running(certificate: Path, bytes_per_s: float = 0) -> Iterator[str]:
    """Start a storage and give its address; it takes no more than some bytes a second, or all that comes (0)."""
    command = [sys.executable, __file__, str(certificate), str(bytes_per_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"https://127.0.0.1:{int(process.stdout.readline())}/file?X-Amz-SignedHeaders=host"
        finally:
            assert process.stdin is not None
            process.stdin.close()


def take_file(connection: socket.socket, context: ssl.SSLContext, bytes_per_s: float) -> None:
    with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
        head, _, beginning = _head(secure)
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if b"\r\nexpect: 100-continue" in head.lower():
            secure.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        taken_bytes, buffer, begun_s = len(beginning), bytearray(READ_BYTES), time.monotonic()
        while taken_bytes < length and (count := secure.recv_into(buffer)):
            taken_bytes += count
            early_s = taken_bytes / bytes_per_s - (time.monotonic() - begun_s) if bytes_per_s else 0
            if early_s > LATE_S:
                time.sleep(early_s)
        if taken_bytes == length:
            secure.sendall(ANSWER)


def _head(connection: ssl.SSLSocket) -> tuple[bytes, bytes, bytes]:
    read = b""
    while b"\r\n\r\n" not in read:
        if not (block := connection.recv(READ_BYTES)):
            raise ConnectionError
        read += block
    return read.partition(b"\r\n\r\n")


def main(certificate: str, bytes_per_s: float) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=take_file, args=(connection, context, bytes_per_s), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        threading.Thread(target=accept, daemon=True).start()
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
