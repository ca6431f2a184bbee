"""A storage that takes any file and keeps none: ``python -m tests.benchmarks.discarding_storage`` prints its port."""

from __future__ import annotations

import base64
import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK_BYTES = 1 << 20


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, BLOCK_BYTES)))
        key = base64.b64decode(self.headers["x-amz-server-side-encryption-customer-key"])
        digest = base64.b64encode(hashlib.md5(key, usedforsecurity=False).digest()).decode()
        self.send_response(200)
        self.send_header("x-amz-server-side-encryption-customer-key-MD5", digest)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
