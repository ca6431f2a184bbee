"""Ten times the rows: what an upload of ten million rows takes beside one of a million, in time and in memory.

Run on demand: ``pytest -m long -s tests/benchmarks/test_scale_of_uploads.py``. Each upload is in a process of its own,
into a sink over TLS 1.3, with a service that answers at once.
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

PHASES = ("planning", "sending")
KEY_BYTES = 21
"""For each row, while repeated keys are looked for. Source: `cpnb.validation.key_codes`."""
LIMITS_MB = {"str": 100, "object": 300}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls") / "sink.pem")


def profile(row_count: int, dtype: str, certificate: Path) -> dict[str, Any]:
    """Return what the upload of so many rows took, and print it."""
    command = [sys.executable, "-m", "tests.benchmarks.upload_profile", str(row_count), dtype, str(certificate)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for phase in PHASES:
        one = found[phase]
        what = f"{row_count:,}, `{dtype}`, {found['csv_mb']:,.0f} MB in {found['parts']}"
        print(f"| {what} | {phase} | {one['clock_s']:.1f} | {one['cpu_s']:.1f} | {one['peak_mb']:.0f} |")
    return found


def title() -> str:
    return "\n| rows, parts | | s | CPU s | peak MB beside the table |\n|---|---|---:|---:|---:|"


@pytest.mark.parametrize("dtype", ["str", "object"])
def test_an_upload_of_a_million_rows_takes_little_memory(certificate: Path, dtype: str) -> None:
    print(title())
    found = profile(MILLION, dtype, certificate)

    peak_mb = max(found[phase]["peak_mb"] for phase in PHASES)
    print(f"at most {LIMITS_MB[dtype]} MB: {'met' if peak_mb <= LIMITS_MB[dtype] else 'not met'}")
    assert peak_mb < 1.5 * LIMITS_MB[dtype]


def test_ten_times_the_rows_take_ten_times_as_long_and_no_more_memory_but_for_their_keys(certificate: Path) -> None:
    print(title())
    # From three parts on, three go at once.
    one, three, ten = (profile(rows, "str", certificate) for rows in (MILLION, 3 * MILLION, 10 * MILLION))

    for what in ("clock_s", "cpu_s"):
        ratio = sum(ten[phase][what] for phase in PHASES) / sum(one[phase][what] for phase in PHASES)
        print(f"{what}: {ratio:.1f} times, 8.5 to 11.5: {'met' if 8.5 <= ratio <= 11.5 else 'not met'}")
        assert 6 < ratio < 14
    without_keys = [found["planning"]["peak_mb"] - found["rows"] * KEY_BYTES / 1e6 for found in (one, three, ten)]
    print(f"planning without {KEY_BYTES} bytes a row: {', '.join(f'{mb:.0f} MB' for mb in without_keys)}")
    assert max(without_keys) < 150
    assert ten["sending"]["peak_mb"] < 350
