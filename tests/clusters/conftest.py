"""A cluster of two processes, and a storage that lets a file wait in the middle."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import dask
import dask.dataframe as dd
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from cpnb.upload_path import UploadPath

KEY = bytes(range(200, 232))
TOKEN = base64.b64encode(KEY).decode()
SIGNATURE = "X-Amz-Signature=c0ffeecanary"


@pytest.fixture(scope="session")
def cluster() -> Iterator[LocalCluster]:
    running = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1")
    yield running
    running.close(timeout=60)  # on a machine that is busy, the workers take longer than Dask allows by itself


@pytest.fixture
def client(cluster: LocalCluster) -> Iterator[Client]:
    """A client of the cluster whose two workers are there, whatever an earlier test did to one of them."""
    with Client(cluster) as connected:
        connected.wait_for_workers(2, timeout=60)
        yield connected


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds."""
    ends_s = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends_s
        time.sleep(0.05)


@pytest.fixture(params=["sync", "threads", "cluster"])
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    """The ways in which Dask works: one partition at a time, or two."""
    if request.param == "cluster":
        request.getfixturevalue("client")
        yield request.param
    else:
        with dask.config.set(scheduler=request.param, num_workers=2):
            yield request.param


@pytest.fixture
def table(tmp_path: Path) -> dd.DataFrame:
    """Three files of customers, which only the workers read."""
    for number in range(3):
        ids = [f"{number}-{row:05}" for row in range(400)]
        rows = {"id": ids, "mail": [f"canary.{one}@example.com" for one in ids], "city": f"Canarytown{number}"}
        pd.DataFrame(rows).to_csv(tmp_path / f"customers-{number}.csv", index=False)
    return dd.read_csv(str(tmp_path / "customers-*.csv"), dtype="string", blocksize=None)


@dataclass
class SlowStorage:
    """What a storage was sent; while `gate` is closed it takes no byte of a body.

    `begun` holds a number for each PUT, as its path said, and `stored` what came through whole.
    """

    url: str = ""
    gate: threading.Event = field(default_factory=threading.Event)
    began: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    begun: list[str] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)
    fetched_count: int = 0

    def fetch(self) -> UploadPath:
        """Return another path, as the service does each time."""
        self.fetched_count += 1
        return UploadPath(f"{self.url}/{self.fetched_count}?{SIGNATURE}", TOKEN)


@pytest.fixture
def storage(serving: Callable[[type[BaseHTTPRequestHandler]], str]) -> Iterator[SlowStorage]:
    told = SlowStorage()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            told.begun.append(self.path.partition("?")[0].strip("/"))
            told.began.release()
            told.gate.wait(60)
            length = int(self.headers["Content-Length"])
            try:
                content = self.rfile.read(length)
            except OSError:  # who was sending is gone
                content = b""
            self.close_connection = True
            if len(content) < length:
                return
            told.stored.append(content)
            self.send_response(200)
            confirmed = base64.b64encode(hashlib.md5(KEY, usedforsecurity=False).digest()).decode()
            self.send_header("x-amz-server-side-encryption-customer-key-MD5", confirmed)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    told.url = serving(Handler)
    yield told
    told.gate.set()
