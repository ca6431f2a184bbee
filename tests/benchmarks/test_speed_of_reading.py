"""What looking twice costs `cpnb.read`, beside Arrow alone. Run on demand: ``pytest -m long -s tests/benchmarks``."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pytest

import cpnb

pytestmark = pytest.mark.long

# A gigabyte takes minutes and twelve gigabytes of memory with object columns: ask for it with this variable.
SIZE_BYTES = int(os.environ.get("CPNB_READING_BYTES", "200_000_000"))
REPEATS = 5


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of synthetic people; their addresses have commas and quotation marks."""
    path = tmp_path_factory.mktemp("reading") / "people.csv"
    people = cpnb.samples.people(rows=200_000, seed=1).to_csv(index=False).encode()
    header, rows = people.split(b"\n", 1)
    with path.open("wb") as stream:
        stream.write(header + b"\n")
        while stream.tell() < SIZE_BYTES:
            stream.write(rows)
    return path


def by_arrow(path: Path) -> pd.DataFrame:
    """Read all columns as text with Arrow alone, as fast as it can, and make a DataFrame of them."""
    with path.open(encoding="utf-8") as stream:
        names = stream.readline().strip().split(",")
    table = pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    return table.to_pandas()


def seconds_of(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.timeout(1800)
def test_reading_takes_at_most_one_and_a_half_times_what_arrow_takes(file: Path) -> None:
    times: dict[str, list[float]] = {"arrow": [], "read": []}
    by_arrow(file)
    for _ in range(REPEATS):
        times["arrow"].append(seconds_of(lambda: by_arrow(file)))
        times["read"].append(seconds_of(lambda: cpnb.read(file)))
    arrow, ours = statistics.median(times["arrow"]), statistics.median(times["read"])
    print(
        f"\n{file.stat().st_size / 1e6:,.0f} MB: Arrow {arrow:.2f} s, cpnb.read {ours:.2f} s, {ours / arrow:.2f} times"
    )
    pd.testing.assert_frame_equal(cpnb.read(file), by_arrow(file))
    assert ours <= 1.5 * arrow


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("codec", ["utf-16", "cp1252"])
def test_another_encoding_is_streamed(file: Path, codec: str) -> None:
    other = file.with_name(f"{codec}.csv")
    with file.open(encoding="utf-8") as source, other.open("w", encoding=codec, errors="replace") as target:
        target.write(source.read(SIZE_BYTES // 4))
        target.write(source.readline())
    plain = file.with_name("plain.csv")
    plain.write_text(other.read_text(encoding=codec), encoding="utf-8")
    times = [
        (seconds_of(lambda: by_arrow(plain)), seconds_of(lambda: cpnb.read(other, encoding=codec))) for _ in range(3)
    ]
    arrow, ours = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"\n{codec}, {plain.stat().st_size / 1e6:,.0f} MB as UTF-8: {ours / arrow:.2f} times Arrow")
    pd.testing.assert_frame_equal(cpnb.read(other, encoding=codec), by_arrow(plain))
    assert ours <= 6 * arrow


@pytest.mark.timeout(1800)
def test_a_fault_at_the_end_is_placed_in_little_more_than_the_time_of_reading(file: Path) -> None:
    broken = file.with_name("broken.csv")
    with broken.open("wb") as target, file.open("rb") as source:
        while chunk := source.read(2**24):
            target.write(chunk)
        target.write(b'"x"y,z\n')
    with broken.open("rb") as stream:
        line = sum(1 for _ in stream)

    def refused() -> None:
        with pytest.raises(cpnb.ReadError, match=f"line {line}: "):
            cpnb.read(broken)

    whole, fault = seconds_of(lambda: cpnb.read(file)), seconds_of(refused)
    size = f"{broken.stat().st_size / 1e6:,.0f} MB"
    print(f"\na fault in the last line of {size}: {fault:.1f} s, {fault / whole:.1f} times read")
    assert fault <= 5 * whole
