"""A storage that quotes all it was sent in what it answers, well-formed or not."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from xml.sax.saxutils import escape

from cpnb.domain import Domain


class Talking(BaseHTTPRequestHandler):
    """Answers each PUT in the way that it is told."""

    protocol_version = "HTTP/1.1"
    way: Callable[[Talking], None]

    def do_PUT(self) -> None:
        self.close_connection = True
        type(self).way(self)

    def asked(self) -> str:
        """Return the request as it came: line, headers with the key, and the rows."""
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return f"{self.requestline}\n{self.headers}\n{content.decode(errors='replace')}"

    def log_message(self, *args: object) -> None:
        """Say nothing on standard error: what is heard there is to be the library's."""


def refusing(status: int, code: str) -> Callable[[Talking], None]:
    """As S3 does, which quotes what it signed; and the request besides, for good measure."""

    def answer(talking: Talking) -> None:
        quoted = escape(talking.asked())
        document = (
            f"<Error><Code>{code}</Code><Message>{quoted}</Message><StringToSign>{quoted}</StringToSign></Error>"
        ).encode()
        talking.send_response(status, "Refused")
        talking.send_header("Content-Length", str(len(document)))
        talking.end_headers()
        talking.wfile.write(document)

    return answer


def redirecting(talking: Talking) -> None:
    """To another host, with the signed query."""
    talking.asked()
    talking.send_response(307)
    talking.send_header("Location", f"http://localhost:9{talking.path}")
    talking.send_header("Content-Length", "0")
    talking.end_headers()


def cutting(talking: Talking) -> None:
    """The connection, in the middle of the file."""
    talking.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talking.connection.close()


def raw(form: str) -> Callable[[Talking], None]:
    """Something that is no HTTP, or breaks off, with the request in place of ``{}``."""

    def answer(talking: Talking) -> None:
        asked = talking.asked().replace("\n", " ").replace("\r", " ")
        talking.wfile.write(form.format(asked).encode(errors="replace"))

    return answer


WAYS: dict[str, Callable[[Talking], None]] = {
    "signature refused": refusing(403, "SignatureDoesNotMatch"),
    "access denied": refusing(403, "AccessDenied"),
    "unknown refusal": refusing(418, "WhatEverThisIs"),
    "encryption refused": refusing(400, "InvalidArgument"),
    "chunks refused": refusing(501, "NotImplemented"),
    "redirect": redirecting,
    "no HTTP": raw("{}\r\n\r\n"),
    "no header lines": raw("HTTP/1.1 403 Forbidden\r\n{}\r\nno colon here\r\n\r\n"),
    "reason": raw("HTTP/1.1 403 {}\r\nContent-Length: 0\r\n\r\n"),
    "no compression": raw("HTTP/1.1 403 No\r\nContent-Encoding: gzip\r\nContent-Length: 900\r\n\r\n{}"),
    "answer cut off": raw("HTTP/1.1 403 No\r\nContent-Length: 9000000\r\n\r\n<Error>{}"),
    "length is none": raw("HTTP/1.1 403 No\r\nContent-Length: {}\r\n\r\n"),
    "chunk is none": raw("HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\n"),
    "cut": cutting,
}


def send_to(domain: Domain, address: str) -> None:
    """Let the upload URLs of a domain lead to another address, signature and all."""

    def other(parsed: dict[str, Any], **_: Any) -> None:
        if "Url" in parsed:
            url = urlsplit(parsed["Url"])
            parsed["Url"] = urlunsplit(url._replace(scheme="http", netloc=urlsplit(address).netloc))

    domain.client.meta.events.register("after-call.customer-profiles.GetUploadJobPath", other)
