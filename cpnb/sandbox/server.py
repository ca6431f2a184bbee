"""The HTTP server: loopback only, a thread for each connection, with TLS or without, and no word about it."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

HOST = "127.0.0.1"


class Server(ThreadedWSGIServer):
    """Serves an application on 127.0.0.1.

    Parameters
    ----------
    application
        What answers.
    port
        0 takes a free one; `url` tells which.
    tls
        Context to speak TLS with; None speaks plain HTTP.

    Raises
    ------
    OSError
        If the port cannot be had.
    """

    def __init__(self, application: WSGIApplication, port: int, tls: ssl.SSLContext | None = None) -> None:
        said = io.StringIO()
        try:
            # Werkzeug says on standard error why it cannot have the port, and wants to end the process itself.
            with contextlib.redirect_stderr(said):
                super().__init__(HOST, port, application, handler=_Handler)
        except SystemExit:
            reason = said.getvalue().partition("\n")[0]
            raise OSError(f"cannot listen on {HOST}:{port}: {reason}. Name another port, or 0 for a free one") from None
        # Set here and not handed on: werkzeug would shake hands in the thread that accepts, where one client
        # that connects and says nothing keeps all others waiting.
        self.ssl_context = tls

    @property
    def url(self) -> str:
        """Address under which clients reach it."""
        return f"{'http' if self.ssl_context is None else 'https'}://{HOST}:{self.port}"

    def get_request(self) -> tuple[socket.socket, Any]:
        """Return the next connection; over TLS it shakes hands with its first read, in a thread of its own."""
        connection, address = super().get_request()
        if self.ssl_context is not None:
            connection = self.ssl_context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 -- the name is werkzeug's
        """Say nothing: a traceback may hold what nobody should read."""


class _Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1, as clients that send ``Expect: 100-continue`` need, and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 -- the name is werkzeug's
        """Say nothing: a URL holds a signature."""
