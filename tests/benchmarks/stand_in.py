"""A service that answers at once, and whose jobs succeed as soon as they were started."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import boto3

from cpnb.domain import Domain

TOKEN = base64.b64encode(bytes(range(32))).decode()
ACCOUNT = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>A</UserId><Account>123456789012</Account>"
    b"</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)


@contextlib.contextmanager
def domain(put_url: str, certificate: Path) -> Iterator[Domain]:
    """Give a domain whose files go to a URL, and whose jobs do nothing."""
    numbers = itertools.count(1)
    started: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._read()
            if urlsplit(self.path).path == "/":
                self._answer(ACCOUNT, "text/xml")
            else:
                self._say({"JobId": f"{next(numbers):032}"})

        def do_PUT(self) -> None:
            self._read()
            started.add(urlsplit(self.path).path.split("/")[4])
            self._say({})

        def do_GET(self) -> None:
            match urlsplit(self.path).path.split("/")[4:]:
                case []:
                    self._say({"Items": []})
                case [_, "path"]:
                    self._say({"Url": put_url, "ClientToken": TOKEN})
                case [job_id]:
                    status = "SUCCEEDED" if job_id in started else "CREATED"
                    self._say({"JobId": job_id, "Status": status})

        def _read(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def _say(self, answer: dict[str, object]) -> None:
            self._answer(json.dumps(answer).encode(), "application/json")

        def _answer(self, content: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    session = boto3.Session("a", "b", region_name="eu-west-1")
    try:
        endpoint = f"http://127.0.0.1:{server.server_port}"
        yield Domain("stand-in", endpoint_url=endpoint, session=session, ca_bundle=str(certificate))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
