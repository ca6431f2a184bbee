"""How much memory an upload takes beside its table. Run on demand: ``pytest -m long -s tests/benchmarks``."""

from __future__ import annotations

import gc
import threading
import time
from pathlib import Path
from typing import Self

import pyarrow as pa
import pytest

import cpnb
from cpnb.upload_job import ResultsSummary
from tests.benchmarks import crowded_table

pytestmark = pytest.mark.long

ROWS = 1_000_000
LIMIT_BYTES = 300_000_000
LIMIT_BYTES_OF_PARTS = 400_000_000


def resident_bytes() -> int:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("reads the memory of the process from /proc, which this system does not have")
    return int(statm.read_text().split()[1]) * 4096


class Peak(threading.Thread):
    """Watches how far the memory of this process rises above where it was."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._base = resident_bytes()
        self.bytes = 0

    def run(self) -> None:
        while not self._done.wait(0.01):
            with self._lock:
                self.bytes = max(self.bytes, resident_bytes() - self._base)

    def taken(self) -> int:
        """Return how far it was since this was last asked."""
        with self._lock:
            peak, self.bytes = self.bytes, 0
        return peak

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("dtype", ["str", "object"])
def test_a_million_rows_of_ten_columns_take_less_than_300_mb(sandbox, dtype):
    people = cpnb.samples.people(rows=ROWS, seed=1).drop(columns=["tier", "spend", "notes", "birth_date"]).astype(dtype)
    assert people.shape[1] >= 10
    fields = people.cp.suggest_fields(unique_key="customer_id", region="US")
    domain = sandbox.domain(f"million-{dtype}")
    gc.collect()
    pa.default_memory_pool().release_unused()  # what the making of the table left free would hide what we take
    with Peak() as peak:
        upload = people.cp.upload(domain, fields, on_invalid="blank").wait()
    print(f"\n{dtype}: {peak.bytes / 1e6:.0f} MB beside the table for {upload.plan.size_bytes / 1e6:.0f} MB of CSV")
    assert upload.results.created == upload.plan.row_count
    assert peak.bytes < LIMIT_BYTES


@pytest.mark.timeout(1800)
def test_three_million_rows_go_in_three_parts_and_take_less_than_400_mb(sandbox):
    table = crowded_table.text_table(3 * ROWS, bad_share=0)
    domain = sandbox.domain("three-million")
    gc.collect()
    pa.default_memory_pool().release_unused()
    begun = time.monotonic()
    with Peak() as peak:
        upload = table.cp.upload(domain, crowded_table.FIELDS).wait()
    taken_s, csv_mb = time.monotonic() - begun, upload.plan.size_bytes / 1e6
    print(f"\n3 parts: {peak.bytes / 1e6:.0f} MB beside the table, CSV {csv_mb:.0f} MB, {taken_s:.0f} s")
    assert [part.measure.row_count for part in upload.plan.parts] == [ROWS, ROWS, ROWS]
    assert upload.results == ResultsSummary(created=3 * ROWS, updated=0, failed=0)
    everybody = cpnb.SegmentDefinition("everybody", cpnb.profile.AccountNumber.notin(["-"]))
    with pytest.warns(cpnb.StaleEstimateWarning):
        assert everybody.estimate(domain) == 3 * ROWS
    assert peak.bytes < LIMIT_BYTES_OF_PARTS
