"""Ten million rows from two workers of 2 GiB each. Run on demand: ``pytest -m long -s tests/benchmarks``.

Both ways examine, measure and put the same rows into a storage that keeps nothing; the service is left out, as it
costs both the same. One table goes from one process, which has its rows in memory; the workers are two, on the same
machine, and read theirs from files, three times. Both have sent some rows before. The time on the clock is what a row
costs an analyst; CPU seconds are of all processes that do the work.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask.dataframe as dd
import pandas as pd
import pytest
from distributed import Client, LocalCluster

import cpnb
from cpnb import transfer
from cpnb.dask import uploading
from cpnb.dask.sending import SenderByWorkers
from cpnb.delivery import Watched
from cpnb.parts import Part
from cpnb.planned import Plan
from cpnb.upload_path import UploadPath
from tests.plans import a_domain

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning"),  # of dask's reading of Parquet
]

ROWS = 10_000_000
FILE_ROWS = 250_000
PANDAS_ROWS = 1_000_000
WORKER_BYTES = 2 * 2**30
MOST_TIMES_PANDAS = 1.3
TERMS: dict[str, Any] = {"stall_s": 120.0, "answer_s": 120.0, "megabyte_s": 60.0, "ca_bundle": None}


@dataclass(frozen=True, slots=True)
class Found:
    """What a run of the cluster took."""

    cpu_s: float
    clock_s: float
    peak_bytes: list[int]
    size_bytes: int
    row_count: int


def files_of(folder: Path, rows: int) -> dd.DataFrame:
    """Write a table file by file, each with keys of its own, and return it."""
    some = cpnb.samples.people(rows=FILE_ROWS, seed=1, flaws=0)
    for number in range(rows // FILE_ROWS):
        some["customer_id"] = [f"{number:03}{row:07}" for row in range(FILE_ROWS)]
        some.to_parquet(folder / f"customers-{number:03}.parquet", index=False)
    return dd.read_parquet(str(folder / "customers-*.parquet"), split_row_groups=False)


def cpu_seconds() -> float:
    return time.process_time()


def peak_bytes() -> int:
    """Return the most memory that this process has had, as Linux knows it."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


@pytest.fixture
def storage_url() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.discarding_storage"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as storage:
        assert storage.stdout is not None
        yield f"http://127.0.0.1:{int(storage.stdout.readline())}/object"
        storage.kill()


def path_of(url: str) -> UploadPath:
    return UploadPath(url, base64.b64encode(bytes(32)).decode())


def by_pandas(frame: pd.DataFrame, fields: cpnb.FieldMap, url: str) -> tuple[float, float]:
    """Return the seconds on the clock, and the CPU seconds, that one table takes in one process."""
    begun_cpu_s, begun_s = time.process_time(), time.monotonic()
    planned = cpnb.plan(frame, a_domain(), fields)
    for part in planned.parts:
        transfer.put(path_of(url), planned.stream(frame, part), **TERMS)
    return time.monotonic() - begun_s, time.process_time() - begun_cpu_s


def by_workers(table: dd.DataFrame, fields: cpnb.FieldMap, url: str) -> Found:
    """Return what two workers with memory limits take for a table."""
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            memory_limit=WORKER_BYTES,
            dashboard_address="127.0.0.1:0",
            host="127.0.0.1",
        ) as cluster,
        Client(cluster) as client,
    ):
        sent_by(client, table.partitions[:2], fields, url)  # as with pandas, whose phone tables are made by then
        begun_cpu_s = sum(client.run(cpu_seconds).values()) + time.process_time()
        begun_s = time.monotonic()
        planned = sent_by(client, table, fields, url)
        cpu_s = sum(client.run(cpu_seconds).values()) + time.process_time() - begun_cpu_s
        clock_s = time.monotonic() - begun_s
        return Found(cpu_s, clock_s, list(client.run(peak_bytes).values()), planned.size_bytes, planned.row_count)


def sent_by(client: Client, table: dd.DataFrame, fields: cpnb.FieldMap, url: str) -> Plan:
    """Examine, measure and put a table where it is, and return its plan."""
    planned, files = uploading._planned(table, a_domain(), fields)
    sender = SenderByWorkers(files, client)

    def put(part: Part) -> None:
        sender.put(lambda: path_of(url), Watched(sender.file(part), lambda _: None, lambda _: None), **TERMS)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(put, planned.parts))
    return planned


def compared(folder: Path, url: str, rows: int) -> tuple[float, Found]:
    """Return the seconds a row takes with pandas, and what the cluster took for so many rows; and print both."""
    table = files_of(folder, rows)
    frame = table.partitions[: PANDAS_ROWS // FILE_ROWS].compute(scheduler="sync")
    fields = frame.cp.suggest_fields(unique_key="customer_id", region="US")
    by_pandas(frame.iloc[:200_000], fields, url)  # phone numbers are prepared for once
    before = by_pandas(frame, fields, url)
    found = by_workers(table, fields, url)
    after = by_pandas(frame, fields, url)
    # Taken before and after, on a machine that others use too.
    pandas_s, pandas_cpu_s = ((one + other) / 2 / len(frame) for one, other in zip(before, after, strict=True))
    ratio, cpu_ratio = found.clock_s / found.row_count / pandas_s, found.cpu_s / found.row_count / pandas_cpu_s
    peaks = " and ".join(f"{one / 2**20:.0f} MiB" for one in found.peak_bytes)
    a_million = 1e6 / found.row_count
    print(
        f"\n{found.row_count:,} rows, {found.size_bytes / 1e6:,.0f} MB: {found.clock_s:,.0f} s, for a million rows "
        f"{found.clock_s * a_million:.1f} s, {ratio:.2f} times pandas ({1e6 * pandas_s:.1f} s); CPU seconds "
        f"{found.cpu_s * a_million:.1f}, {cpu_ratio:.2f} times ({1e6 * pandas_cpu_s:.1f}); at most {peaks} a worker"
    )
    return pandas_s, found


@pytest.mark.timeout(3600)
def test_ten_million_rows_go_from_two_workers_of_two_gibibytes(tmp_path: Path, storage_url: str) -> None:
    pandas_s, found = compared(tmp_path, storage_url, ROWS)

    assert found.row_count == ROWS
    assert max(found.peak_bytes) < WORKER_BYTES
    assert found.clock_s / found.row_count < MOST_TIMES_PANDAS * pandas_s
