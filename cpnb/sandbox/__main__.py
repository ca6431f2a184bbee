"""``python -m cpnb.sandbox``: run the sandbox until it is stopped.

The first line on standard output is its URL; with ``--tls throw-away`` a second line follows, the file with the
certificate to trust. ``--with-parent`` ties it to whoever started it: when that process ends, however it ends, or
closes its end of the standard input, the sandbox ends.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cpnb.sandbox.application import Application
from cpnb.sandbox.backend import Backend
from cpnb.sandbox.certificate import AUTHORITY_FILE, throw_away_context
from cpnb.sandbox.clock import Clock
from cpnb.sandbox.database import Database
from cpnb.sandbox.folder import temporary_folder
from cpnb.sandbox.parent import stop_with_parent
from cpnb.sandbox.server import Server
from cpnb.sandbox.settings import Settings
from cpnb.sandbox.storage import ObjectStore

MAX_PORT = 65_535
STOP_TIMEOUT_S = 5.0


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox; return 0 when stopped, 2 if it cannot start as asked."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, format="cpnb.sandbox: %(message)s")
    os.umask(0o077)  # the state, its journal and the objects are for their owner's eyes
    try:
        settings = Settings.parse(options.set)
        with temporary_folder() as folder, _backend(options.state, folder, settings) as backend:
            return _serve(backend, folder, options)
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
    parser.add_argument(
        "--tls", choices=("off", "throw-away"), default="off", help="speak TLS with a certificate made for this run"
    )
    parser.add_argument("--with-parent", action="store_true", help="end with the parent process")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= MAX_PORT:
        # The system would take a larger number modulo 65,536.
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {MAX_PORT}")
    return port


@contextmanager
def _backend(state: Path | None, folder: Path, settings: Settings) -> Iterator[Backend]:
    """Open the parts of a sandbox and close them in the end; with a state file they are kept beside it."""
    objects = folder / "objects" if state is None else state.with_name(state.name + ".objects")
    database = Database(state)
    try:
        with database.reading() as session:
            row = session.row("SELECT value FROM facts WHERE name = 'clock_offset_s'")
        clock = Clock(row[0] if row is not None else 0.0)
        backend = Backend(database, clock, ObjectStore(objects, clock.now), settings)
        backend.use(settings)
        yield backend
    finally:
        database.close()


def _serve(backend: Backend, folder: Path, options: argparse.Namespace) -> int:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    application = Application(backend)
    application.service.resume()
    with_tls = options.tls == "throw-away"
    server = Server(application, options.port, throw_away_context(folder) if with_tls else None)
    threading.Thread(target=server.serve_forever, name="server", daemon=True).start()
    if options.with_parent:
        stop_with_parent(stopped)
    print(*[server.url, *([folder / AUTHORITY_FILE] if with_tls else [])], sep="\n", flush=True)
    stopped.wait()
    server.shutdown()
    server.server_close()
    application.service.close(STOP_TIMEOUT_S)
    return 0


if __name__ == "__main__":
    code = main()
    # Everything is closed. Connections that clients keep open still wait in threads, though; taking the interpreter
    # down around them makes native libraries complain on standard error.
    sys.stdout.flush()
    os._exit(code)
