"""How much memory a file of ten million rows takes that is never whole in it. On demand: ``pytest -m long -s``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from tests.benchmarks import crowded_table

pytestmark = pytest.mark.long

ROWS = 10_000_000
AT_ONCE = 500_000
LIMIT_BYTES = 1_000_000_000

# In a process of its own, whose whole memory counts: interpreter, libraries and what they leave unused.
CHILD = """
import json, sys, time
from pathlib import Path
import cpnb
from tests.benchmarks.crowded_table import FIELDS

path, url, name = sys.argv[1:]
seen = {}

def noted(phase, begun):
    # Not ru_maxrss, which begins with what the parent had.
    status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    peak_bytes = 1024 * int(status.split()[0])
    seen[phase] = [peak_bytes, time.monotonic() - begun]

begun = time.monotonic()
scan = cpnb.scan(path)
guessed = scan.cp.suggest_fields(unique_key="customer_id", region="US")
noted("scan and suggest_fields", begun)
begun = time.monotonic()
report = scan.cp.validate(FIELDS)
noted("validate", begun)
begun = time.monotonic()
domain = cpnb.Domain(name, endpoint_url=url, session=__import__("boto3").Session("a", "b", region_name="us-east-1"))
upload = scan.cp.upload(domain, FIELDS, on_invalid="blank").wait()
noted("upload", begun)
print(json.dumps({
    "seen": seen, "rows": len(scan), "errors": sum(one.count for one in report.errors),
    "sent": upload.plan.row_count, "created": upload.results.created, "csv_bytes": upload.plan.size_bytes,
}))
"""


def pieces() -> Iterator[pa.Table]:
    """Yield the rows, half a million at a time, of which 3 % of the cells of each column are bad."""
    for start in range(0, ROWS, AT_ONCE):
        some = crowded_table.text_table(AT_ONCE, seed=start + 1)
        some["customer_id"] = f"{start // AT_ONCE:02}-" + some["customer_id"]
        yield pa.Table.from_pandas(some, preserve_index=False)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("ten-million")
    paths = {"csv": folder / "people.csv", "parquet": folder / "people.parquet"}
    schema = next(pieces()).schema
    with (
        pyarrow.csv.CSVWriter(paths["csv"], schema) as as_text,
        pyarrow.parquet.ParquetWriter(paths["parquet"], schema) as as_parquet,
    ):
        for piece in pieces():
            as_text.write(piece)
            as_parquet.write(piece)
    return paths


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_ten_million_rows_take_less_than_a_gigabyte(own_sandbox, files, kind):
    domain = own_sandbox.domain(f"scan-{kind}")
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(files[kind]), domain.endpoint_url, domain.name],
        capture_output=True, text=True, check=False, timeout=3000,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr
    told = json.loads(child.stdout)
    size_mb = files[kind].stat().st_size / 1e6
    print(f"\n{kind}, {size_mb:,.0f} MB, {told['rows']:,} rows, CSV sent {told['csv_bytes'] / 1e6:,.0f} MB")
    for phase, (peak_bytes, taken_s) in told["seen"].items():
        print(f"  {phase}: peak {peak_bytes / 1e6:,.0f} MB in all, {taken_s:.0f} s")
    assert told["rows"] == ROWS
    assert told["errors"] > ROWS * 0.05
    assert told["created"] == told["sent"] > ROWS * 0.9
    assert max(peak_bytes for peak_bytes, _ in told["seen"].values()) < LIMIT_BYTES
