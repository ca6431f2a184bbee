"""Ten times the rows: what an upload of ten million rows takes beside one of a million, in time and in memory.

Run on demand: ``pytest -m long -s tests/benchmarks/test_scale_of_uploads.py``. Each is in a process of its own, into
a sink over TLS 1.3, with a service that answers at once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.upload_profile import MILLION
from tests.wire.certificate import self_signed

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

KEY_BYTES = 21
"""For each row, while repeated keys are looked for. Source: `cpnb.validation.key_codes`."""
LIMITS_MB = {"str": 100, "object": 300}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls") / "sink.pem")


def profile(what: str, row_count: int, dtype: str, certificate: Path) -> dict[str, Any]:
    """Return what the upload, or the stream, of so many rows took, and print it."""
    command = [sys.executable, "-m", "tests.benchmarks.upload_profile", what, str(row_count), dtype, str(certificate)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for phase, one in found["phases"].items():
        rows = f"{row_count:,}, `{dtype}`, {found['size_bytes'] / 1e6:,.0f} MB in {found['parts']}"
        print(f"| {rows} | {phase} | {one['clock_s']:.1f} | {one['cpu_s']:.1f} | {one['peak_mb']:.0f} |")
    return found


def title(what: str) -> str:
    return f"\n| {what}: rows, parts | | s | CPU s | peak MB beside the table |\n|---|---|---:|---:|---:|"


def peak_mb(found: dict[str, Any]) -> float:
    return float(max(phase["peak_mb"] for phase in found["phases"].values()))


def times_as_long(one: dict[str, Any], ten: dict[str, Any]) -> None:
    """Print and assert how much longer the one took than the other, on the clock and of the cores."""
    for what in ("clock_s", "cpu_s"):
        taken_s = [sum(phase[what] for phase in found["phases"].values()) for found in (one, ten)]
        ratio = taken_s[1] / taken_s[0]
        print(f"{what}: {ratio:.1f} times, 8.5 to 11.5: {'met' if 8.5 <= ratio <= 11.5 else 'not met'}")
        assert 6 < ratio < 14


@pytest.mark.parametrize("what", ["stream", "upload"])
@pytest.mark.parametrize("dtype", ["str", "object"])
def test_a_million_rows_take_little_memory(certificate: Path, what: str, dtype: str) -> None:
    print(title(what))
    found = profile(what, MILLION, dtype, certificate)

    print(f"at most {LIMITS_MB[dtype]} MB: {'met' if peak_mb(found) <= LIMITS_MB[dtype] else 'not met'}")
    assert peak_mb(found) < 1.5 * LIMITS_MB[dtype]


def test_a_stream_of_ten_times_the_rows_takes_ten_times_as_long_and_no_more_memory(certificate: Path) -> None:
    print(title("stream"))
    one, ten = (profile("stream", rows, "str", certificate) for rows in (MILLION, 10 * MILLION))

    times_as_long(one, ten)
    print(f"{peak_mb(one):.0f} and {peak_mb(ten):.0f} MB")
    assert peak_mb(ten) < LIMITS_MB["str"]


def test_an_upload_of_ten_times_the_rows_takes_ten_times_as_long_and_bounded_memory(certificate: Path) -> None:
    print(title("upload"))
    # From three parts on, three go at once.
    one, three, ten = (profile("upload", rows, "str", certificate) for rows in (MILLION, 3 * MILLION, 10 * MILLION))

    times_as_long(one, ten)
    planning = [found["phases"]["planning"]["peak_mb"] for found in (one, three, ten)]
    rows = [found["rows"] for found in (one, three, ten)]
    without_keys = [mb - count * KEY_BYTES / 1e6 for mb, count in zip(planning, rows, strict=True)]
    print(f"planning without {KEY_BYTES} bytes a row: {', '.join(f'{mb:.0f} MB' for mb in without_keys)}")
    assert max(without_keys) < 150
    assert ten["phases"]["sending"]["peak_mb"] < 350
