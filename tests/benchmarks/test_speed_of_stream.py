"""How fast a table goes out beside what others would do, and how long one waits before.

Run on demand: ``pytest -m long -s tests/benchmarks/test_speed_of_stream.py``. It prints the tables that stand in
README.md. The peers run in the same minutes, in turns, over the same loopback with TLS 1.3 into the same sink.

Targets are of the clock, which on a busy machine tells more of others than of us: the tables say whether they were met,
and how many cores there were. What is asserted is the CPU time.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import requests

from cpnb import frames
from cpnb.csvstream import CsvStream, Edits, encoded, header, measured
from cpnb.retrying import Patience
from cpnb.transfer import UploadPath, put
from cpnb.upload_options import UploadOptions
from cpnb.uploads import upload
from tests.benchmarks import broad_table, sink, stand_in
from tests.benchmarks.broad_table import FIELDS
from tests.benchmarks.measured import Taken, Way, clocked, free_cores
from tests.wire.certificate import self_signed

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

ROWS = 1_000_000
MARGIN = 1.5
AT_ONCE = UploadOptions(patience=Patience(poll_first_s=0.05), on_repeat="send")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls") / "sink.pem")


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return broad_table.table(ROWS)


@pytest.fixture(scope="module")
def ready(people: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file that we send, ready on the disk, for those who only send."""
    file = tmp_path_factory.mktemp("ready") / "people.csv"
    with file.open("wb") as writing:
        writing.write(header(FIELDS))
        writing.writelines(block for block, _ in encoded(people, FIELDS, range(ROWS), Edits()))
    yield file
    file.unlink()


def stream(table: pd.DataFrame, url: str, certificate: Path) -> None:
    """Measure a table and send it, as an upload does with a part."""
    taken, rows = frames.snapshot(table, FIELDS.needed_columns), range(len(table))
    file = CsvStream(taken, FIELDS, rows, Edits(), measured(taken, FIELDS, rows, Edits()))
    put(UploadPath(url, stand_in.TOKEN), file, ca_bundle=str(certificate))


def file_and_put(table: pd.DataFrame, url: str, certificate: Path, folder: Path) -> None:
    """Do what everybody does: write a file, and send it."""
    file = folder / "everybody.csv"
    table.to_csv(file, index=False)
    with file.open("rb") as reading:
        requests.put(url, data=reading, verify=str(certificate)).raise_for_status()
    file.unlink()


def curl(file: Path, url: str, certificate: Path) -> None:
    command = [shutil.which("curl") or "", "-sSf", "--noproxy", "*", "--cacert", str(certificate), "-T", str(file), url]
    subprocess.run(command, check=True)


def needs_curl() -> None:
    if shutil.which("curl") is None:
        pytest.skip("compares with curl, which is not installed here")


@pytest.fixture(autouse=True)
def _cores() -> Iterator[None]:
    before = free_cores()
    yield
    print(f"{before:.1f} cores were free before, {free_cores():.1f} after")


def title(what: str) -> str:
    return f"\n| {what} | s, median | s, best | CPU s | |\n|---|---:|---:|---:|---|"


def line(what: str, taken: Taken, words: str = "") -> str:
    return f"| {what} | {taken.clock_s:.2f} | {taken.best_s:.2f} | {taken.cpu_s:.2f} | {words} |"


def at_most(target: float, ours: Taken, other: Taken) -> str:
    ratio = ours.clock_s / other.clock_s
    met = "met" if ratio <= target else "not met"
    return f"{ratio:.2f} x (of the best {ours.best_s / other.best_s:.2f} x), <= {target} x: {met}"


def times_faster(target: float, ours: Taken, other: Taken) -> str:
    ratio = other.clock_s / ours.clock_s
    met = "met" if ratio >= target else "not met"
    return f"{ratio:.1f} times faster (of the best {other.best_s / ours.best_s:.1f}), >= {target}: {met}"


@pytest.mark.parametrize(("dtype", "target"), [("str", 10), ("object", 5)])
def test_a_table_goes_out_faster_than_through_a_file(
    people: pd.DataFrame, ready: Path, certificate: Path, tmp_path: Path, dtype: str, target: float
) -> None:
    needs_curl()
    table = people.astype({name: dtype for name in people if pd.api.types.is_string_dtype(people[name])})
    with sink.running(certificate) as url:
        ways = {
            "everybody": Way(lambda: file_and_put(table, url, certificate, tmp_path)),
            "curl": Way(lambda: curl(ready, url, certificate)),
            "stream": Way(lambda: stream(table, url, certificate)),
        }
        ways["stream"].run()
        ways["curl"].run()
        taken = clocked(ways)

    ours = taken["stream"]
    print(title(f"{ROWS:,} x {len(FIELDS)}, `{dtype}`, {ready.stat().st_size / 1e6:.0f} MB"))
    print(line("`to_csv` into a file, `requests.put` of it", taken["everybody"]))
    print(line("`curl -T` of the ready file", taken["curl"]))
    print(line("rendered, measured, digested and sent", ours, times_faster(target, ours, taken["everybody"])))
    print(f"| beside `curl -T` | | | | {at_most(4, ours, taken['curl'])} |")
    assert ours.cpu_s < taken["everybody"].cpu_s / 2


def test_on_a_line_of_a_gigabit_the_line_is_what_takes_time(
    people: pd.DataFrame, ready: Path, certificate: Path
) -> None:
    needs_curl()
    with sink.running(certificate, sink.GIGABIT_BYTES_PER_S) as url:
        taken = clocked(
            {
                "curl": Way(lambda: curl(ready, url, certificate)),
                "stream": Way(lambda: stream(people, url, certificate)),
            }
        )

    print(title("at 1 Gbit/s, `str`"))
    print(line("`curl -T` of the ready file", taken["curl"]))
    said = at_most(1.25, taken["stream"], taken["curl"])
    print(line("rendered, measured, digested and sent", taken["stream"], said))
    assert taken["stream"].cpu_s < 1.5 * ready.stat().st_size / sink.GIGABIT_BYTES_PER_S


@pytest.mark.parametrize("dtype", ["str", "object"])
def test_an_upload_takes_little_longer_than_reading_the_file(
    people: pd.DataFrame, certificate: Path, tmp_path: Path, dtype: str
) -> None:
    came_from = tmp_path / "came_from.csv"
    people.to_csv(came_from, index=False)
    names = [name for name in people if pd.api.types.is_string_dtype(people[name])]
    kept, dates = dict.fromkeys(names, dtype), ["birth_date", "created_at"]
    table = people.astype(kept)

    def whole() -> None:
        upload(table, domain, FIELDS, options=AT_ONCE).wait()

    with sink.running(certificate) as url, stand_in.domain(url, certificate) as domain:
        whole()
        reading = Way(lambda: pd.read_csv(came_from, dtype=kept, parse_dates=dates))
        taken = clocked({"read": reading, "upload": Way(whole)}, repeats=3)
    came_from.unlink()

    print(title(f"`{dtype}`"))
    print(line("`pandas.read_csv` of the file it came from", taken["read"]))
    said = at_most(1.5, taken["upload"], taken["read"])
    print(line("`df.cp.upload` to its end: validate, measure, send, start", taken["upload"], said))
    assert taken["upload"].cpu_s < 1.5 * MARGIN * taken["read"].cpu_s


FIRST_VALIDATION = """
import time
begun = time.perf_counter()
import cpnb, pandas
people = pandas.DataFrame({"id": ["1", "2"], "mail": ["ada@example.com", "bob"], "phone": ["206 555 0100", "1"]})
fields = cpnb.FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "phone": "PhoneNumber"}, "id", "US")
people.cp.validate(fields)
first = time.perf_counter()
people.cp.validate(fields)
print(first - begun, time.perf_counter() - first)
"""


def started(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


def test_one_does_not_wait_for_the_start() -> None:
    taken = clocked(
        {
            "pandas": Way(lambda: started("import pandas")),
            "cpnb": Way(lambda: started("import cpnb")),
            "nothing": Way(lambda: started("")),
        },
        repeats=9,
    )
    validations = [tuple(map(float, started(FIRST_VALIDATION).split())) for _ in range(5)]
    first_s, second_s = (statistics.median(times) for times in zip(*validations, strict=True))

    empty_s = taken["nothing"].cpu_s
    ratio = (taken["cpnb"].cpu_s - empty_s) / (taken["pandas"].cpu_s - empty_s)
    print("\n| | s | |\n|---|---:|---|")
    print(f"| `import pandas`, CPU | {taken['pandas'].cpu_s - empty_s:.2f} | |")
    print(f"| `import cpnb`, CPU | {taken['cpnb'].cpu_s - empty_s:.2f} | {ratio:.2f} x, {_within(ratio, 1.3, 'x')} |")
    print(f"| first `validate` of a small table, imports included | {first_s:.2f} | {_within(first_s, 1.5, 's')} |")
    print(f"| second | {second_s:.3f} | {_within(second_s, 0.05, 's')} |")
    assert ratio < 1.3 * MARGIN


def _within(taken: float, most: float, unit: str) -> str:
    return f"<= {most} {unit}: {'met' if taken <= most else 'not met'}"


def test_nothing_is_written_to_a_disk_meanwhile(
    people: pd.DataFrame, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sink.running(certificate) as url:
        before = _written_bytes()
        stream(people, url, certificate)
        written_bytes = _written_bytes() - before
    print(f"\n{written_bytes:,} bytes written to files while {ROWS:,} rows were sent")
    assert written_bytes < 100_000  # the system counts pages of others that it had to write


def _written_bytes() -> int:
    counters = Path("/proc/self/io")
    if not counters.exists():
        pytest.skip("reads from /proc what the process has written, which this system does not have")
    return int(counters.read_text().split("\nwrite_bytes: ")[1].split()[0])
