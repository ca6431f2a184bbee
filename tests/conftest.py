"""What every test may use: a sandbox that runs, and a domain of one's own on it."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import settings

from cpnb.domain import Domain
from cpnb.sandbox_process import Sandbox

DATA = Path(__file__).parent / "data"

# Cores are shared, here and elsewhere: how long one example takes says nothing.
settings.register_profile("cpnb", deadline=None)
settings.load_profile("cpnb")

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with the extracts of real tables."""
    return DATA


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that all tests of the session share; they must leave its settings as they were."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def own_sandbox() -> Iterator[Sandbox]:
    """A sandbox whose settings, clock and faults the test may change."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def domain(sandbox: Sandbox) -> Domain:
    """A new, empty domain."""
    return sandbox.domain(f"test-{next(_numbers)}")


@pytest.fixture
def serving() -> Iterator[Callable[[type[BaseHTTPRequestHandler]], str]]:
    """Starts a small server on loopback for a handler, and gives its address; it stops with the test."""
    with contextlib.ExitStack() as servers:

        def start(handler: type[BaseHTTPRequestHandler]) -> str:
            server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            for stop in (server.server_close, thread.join, server.shutdown):  # called from the last to the first
                servers.callback(stop)
            return f"http://127.0.0.1:{server.server_port}"

        yield start
