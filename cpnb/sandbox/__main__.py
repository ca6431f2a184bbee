"""``python -m cpnb.sandbox``: run the sandbox until it is stopped.

The first line on standard output is its URL. ``--with-parent`` ties it to whoever holds the other end of its
standard input: when that closes, however its holder ended, the sandbox ends.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from cpnb.sandbox.application import Application
from cpnb.sandbox.backend import Backend
from cpnb.sandbox.clock import Clock
from cpnb.sandbox.database import Database
from cpnb.sandbox.settings import Settings
from cpnb.sandbox.storage import ObjectStore

HOST = "127.0.0.1"
MAX_PORT = 65_535
STOP_TIMEOUT_S = 5.0


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox; return 0 when stopped, 2 if it cannot start as asked."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, format="cpnb.sandbox: %(message)s")
    os.umask(0o077)  # the state, its journal and the objects are for their owner's eyes
    try:
        settings = Settings.parse(options.set)
        with _backend(options.state, settings) as backend:
            return _serve(backend, options.port, with_parent=options.with_parent)
    except (ValueError, OSError) as error:
        print(f"cpnb.sandbox: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cpnb.sandbox", description="A Customer Profiles of one's own.")
    parser.add_argument("--port", type=_port, default=0, help="port on 127.0.0.1; 0 (default) takes a free one")
    parser.add_argument("--state", type=Path, help="keep everything in this file; default: in memory only")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting; may be repeated"
    )
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= MAX_PORT:
        # The system would take a larger number modulo 65,536.
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {MAX_PORT}")
    return port


@contextmanager
def _backend(state: Path | None, settings: Settings) -> Iterator[Backend]:
    """Open the parts of a sandbox and close them in the end; without a state file nothing stays behind."""
    database = Database(state)
    folder = (
        Path(tempfile.mkdtemp(prefix="cpnb-sandbox-")) if state is None else state.with_name(state.name + ".objects")
    )
    try:
        with database.reading() as session:
            row = session.row("SELECT value FROM facts WHERE name = 'clock_offset_s'")
        clock = Clock(row[0] if row is not None else 0.0)
        backend = Backend(database, clock, ObjectStore(folder, clock.now), settings)
        backend.use(settings)
        yield backend
    finally:
        database.close()
        if state is None:
            shutil.rmtree(folder, ignore_errors=True)


def _serve(backend: Backend, port: int, *, with_parent: bool) -> int:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    application = Application(backend)
    application.service.runs.fail_interrupted()
    server = _server(application, port)
    serving = threading.Thread(target=server.serve_forever, name="server", daemon=True)
    serving.start()
    print(f"http://{HOST}:{server.port}", flush=True)
    if with_parent:
        threading.Thread(target=_watch_input, args=(stopped,), name="parent", daemon=True).start()
    stopped.wait()
    server.shutdown()
    server.server_close()
    application.service.runs.close(STOP_TIMEOUT_S)
    return 0


def _server(application: Application, port: int) -> _Server:
    try:
        return _Server(HOST, port, application, handler=_Handler)
    except SystemExit:
        # Werkzeug has said on standard error that the port is taken, and wants to end the process itself.
        raise OSError(f"cannot listen on {HOST}:{port}") from None


def _watch_input(stopped: threading.Event) -> None:
    """Read standard input to its end, which comes when the parent closes it or dies."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stopped.set()


class _Server(ThreadedWSGIServer):
    """A thread for each request, and no word about it."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 -- the name is werkzeug's
        """Say nothing: a traceback may hold what nobody should read."""


class _Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1, as clients that send ``Expect: 100-continue`` need, and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 -- the name is werkzeug's
        """Say nothing: a URL holds a signature."""


if __name__ == "__main__":
    sys.exit(main())
