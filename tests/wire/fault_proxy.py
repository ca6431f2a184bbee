"""A proxy on loopback between a client and the sandbox, on which faults of the wire can be ordered.

The sandbox writes its upload URLs for the host that a request named. Whoever talks to it through the
proxy is therefore sent through the proxy with the file, too, and nothing of the sandbox is changed.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections import Counter
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.wire.exchange import Exchange, Record
from tests.wire.faults import Fault
from tests.wire.http_message import ConnectionEndedError, read_head

HOST = "127.0.0.1"
TIMEOUT_S = 30.0
RECEIVE_BUFFER_BYTES = 32_768


class FaultProxy:
    """Passes requests on, as they are, unless a fault was ordered for them.

    Parameters
    ----------
    upstream_url : str
        The server behind it. It may be set later, and changed.
    certificate : Path, optional
        Key and certificate for 127.0.0.1 in one file: clients then speak TLS with the proxy.
    upstream_ca : Path, optional
        Certificate to trust for an upstream of ``https``.
    """

    def __init__(
        self, upstream_url: str = "", *, certificate: Path | None = None, upstream_ca: Path | None = None
    ) -> None:
        self.upstream_url = upstream_url
        self._upstream_ca = upstream_ca
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)
        self._records: list[Record] = []
        self._ordered: list[tuple[str, Fault]] = []
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._is_stopping = False
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((HOST, 0))
        # Small, so that a client notices soon that nobody reads.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        scheme = "http" if certificate is None else "https"
        self.port = int(self._listener.getsockname()[1])
        self.url = f"{scheme}://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._is_stopping = True
        self.release()
        with self._lock:
            connections = [self._listener, *self._open]
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(TIMEOUT_S)
        self._listener.close()

    def order(self, fault: Fault, *, operation: str, times: int = 1) -> None:
        """Let the next requests of an operation, one after the other, meet a fault."""
        self._released.clear()
        with self._lock:
            self._ordered.extend([(operation, fault)] * times)

    @property
    def left(self) -> tuple[str, ...]:
        """The faults that were ordered and have not happened, by name."""
        with self._lock:
            return tuple(fault.__name__ for _, fault in self._ordered)

    def forget(self) -> None:
        """Forget the faults that have not happened, and all records."""
        with self._lock:
            self._ordered.clear()
            self._records.clear()

    def release(self) -> None:
        """Let the connections that stall be reset, for otherwise they stall until the proxy stops."""
        self._released.set()

    @property
    def records(self) -> tuple[Record, ...]:
        """Every request so far, in the order of their arrival."""
        with self._lock:
            return tuple(self._records)

    def of(self, operation: str) -> tuple[Record, ...]:
        """Return the requests of one operation."""
        return tuple(record for record in self.records if record.operation == operation)

    def counts(self) -> Counter[str]:
        """Return how many requests there were of each operation."""
        return Counter(record.operation for record in self.records)

    def _accept(self) -> None:
        while not self._is_stopping:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._begin(self._serve, connection)

    def _begin(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as closing, contextlib.suppress(ConnectionEndedError, OSError):
            connection.settimeout(TIMEOUT_S)
            client = self._kept(
                self._context.wrap_socket(connection, server_side=True) if self._context else connection
            )
            closing.callback(self._close, client)
            servers: list[socket.socket] = []

            def connect() -> socket.socket:
                if not servers:
                    servers.append(self._kept(self._connected()))
                    closing.callback(self._close, servers[0])
                return servers[0]

            is_over = False
            while not is_over and not self._is_stopping:
                head = read_head(client)
                method, target, _ = head.first_line.split(" ")
                record = Record(method, urlsplit(target).path, head.body_bytes, "")
                exchange = Exchange(client, connect, head, record, self._released)
                self._due(record)(exchange)
                is_over = exchange.is_over

    def _due(self, record: Record) -> Fault:
        with self._lock:
            self._records.append(record)
            for index, (operation, fault) in enumerate(self._ordered):
                if operation == record.operation:
                    del self._ordered[index]
                    record.fault = fault.__name__
                    return fault
        return Exchange.pass_on

    def _connected(self) -> socket.socket:
        upstream = urlsplit(self.upstream_url)
        connection = socket.create_connection((upstream.hostname, upstream.port), timeout=TIMEOUT_S)
        if upstream.scheme == "https":
            context = ssl.create_default_context(cafile=self._upstream_ca)
            return context.wrap_socket(connection, server_hostname=upstream.hostname)
        return connection

    def _kept(self, connection: socket.socket) -> socket.socket:
        with self._lock:
            self._open.add(connection)
        return connection

    def _close(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)
        connection.close()
