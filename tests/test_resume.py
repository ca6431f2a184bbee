"""Killed at any moment and run again: nothing is lost, nothing is sent twice, every job is accounted for.

Real processes upload a table in six parts, over TLS, to a sandbox that lives on. They are killed when the sandbox
has seen a certain request, and a moment later, so that the moments spread over the whole life of an upload whatever
the speed of the machine.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cpnb.domain import Domain
from cpnb.sandbox_process import Sandbox

PART_COUNT = 6
PART_ROWS = 9_000
ROW_COUNT = PART_COUNT * PART_ROWS
PROCESSING_S = 0.3
TIMEOUT_S = 120.0

# It waits for a line before it begins, so that the second run is loaded when the first one is killed, and takes its
# time at the end of a file, before its answer is read, so that a file is under way long enough to be hit. A shell lets
# its background jobs ignore the interrupt, and they hand that on: the tests must hold there too.
PROGRAM = f"""
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
import pandas as pd
from cpnb import Domain, FieldMap, UploadOptions, upload

numbers = pd.Series(range({ROW_COUNT})).astype(str).str.zfill(8)
table = pd.DataFrame({{"id": "C" + numbers, "first": "Ada", "note": "likes the number " + numbers}})
fields = FieldMap({{"id": "AccountNumber", "first": "FirstName", "note": "AdditionalInformation"}}, unique_key="id")
options = UploadOptions(part_rows={PART_ROWS}, on_progress=lambda _: time.sleep(0.04))
print("ready", flush=True)
sys.stdin.readline()
started = upload(table, Domain(sys.argv[1]), fields, options=options)
print("started", flush=True)
started.wait()
print(started, flush=True)
"""

_numbers = itertools.count(1)

Requests = list[dict[str, Any]]


@dataclass(frozen=True)
class Moment:
    """When to strike: so long after the requests have come so far."""

    name: str
    reached: Callable[[Requests], bool]
    delay_s: float = 0.0


def any_of(operation: str, *statuses: int | None) -> Callable[[Requests], bool]:
    return lambda requests: any(r["operation"] == operation and r["status"] in statuses for r in requests)


def all_started(requests: Requests) -> bool:
    return sum(r["operation"] == "StartUploadJob" and r["status"] == 200 for r in requests) == PART_COUNT


def after(count: int) -> Callable[[Requests], bool]:
    """Once so many requests have come in, those that only look at a job left out."""
    return lambda requests: sum(r["operation"] != "GetUploadJob" for r in requests) >= count


STAGES = [
    Moment("while it plans", after(0), 0.05),
    Moment("while the first job is created", any_of("CreateUploadJob", None, 200)),
    Moment("in the middle of a file", any_of("PutObject", None), 0.01),
    Moment("between a file and its start", any_of("StartUploadJob", 429)),
    Moment("while jobs are processed", any_of("StartUploadJob", 200), 0.05),
]

# One listing, and four requests for each part: create, path, file, start.
REQUEST_COUNT = 1 + 4 * PART_COUNT


RANDOM_COUNT = 30
MOST_TOO_LATE = 5


def random_moments() -> Iterator[Moment]:
    chance = random.Random(20261124)
    for number in range(RANDOM_COUNT):
        count, delay_s = chance.randint(0, REQUEST_COUNT), chance.uniform(0, 0.15)
        yield Moment(f"{number:02d}-after-{count}-requests-and-{delay_s * 1000:.0f}-ms", after(count), delay_s)


MOMENTS = [pytest.param(moment, id=moment.name.replace(" ", "-")) for moment in STAGES] + [
    pytest.param(moment, id=moment.name, marks=pytest.mark.long) for moment in random_moments()
]


class Run:
    """A process that uploads the table."""

    def __init__(self, sandbox: Sandbox, domain_name: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, domain_name],
            env=os.environ | sandbox.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def says(self, line: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == line, self.process.communicate(timeout=10)[1]

    def begin(self) -> None:
        self.says("ready")
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> tuple[str, str]:
        return self.process.communicate(timeout=TIMEOUT_S)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(TIMEOUT_S)

    @property
    def was_killed(self) -> bool:
        """Whether it was hit alive, and had not come to its end."""
        return self.process.returncode == -signal.SIGKILL


@pytest.fixture(scope="module")
def tls_sandbox() -> Iterator[Sandbox]:
    with Sandbox(tls="throw-away", upload_over_http="refuse", processing_s=PROCESSING_S) as running:
        yield running


@pytest.fixture
def new_run() -> Iterator[Callable[[Sandbox, str], Run]]:
    """Starts runs; those that still go on when the test ends are killed."""
    runs: list[Run] = []

    def start(sandbox: Sandbox, domain_name: str) -> Run:
        runs.append(Run(sandbox, domain_name))
        return runs[-1]

    yield start
    for run in runs:
        run.kill()
        with run.process:  # closes its pipes
            pass


@pytest.fixture(scope="module")
def too_late() -> Iterator[list[Moment]]:
    """Collects the random moments at which a run had ended already; they must be few, or nothing is tried."""
    moments: list[Moment] = []
    yield moments
    assert len(moments) <= MOST_TOO_LATE, [moment.name for moment in moments]


def requests_since(sandbox: Sandbox, number: int) -> Requests:
    return [request for request in sandbox.requests() if request["number"] > number]


def last_number(sandbox: Sandbox) -> int:
    return max((request["number"] for request in sandbox.requests()), default=0)


def wait_until(condition: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def strike(run: Run, moment: Moment, sandbox: Sandbox, since: int) -> Requests:
    """Kill the run at the moment, or let it end if it is faster; return the requests once all are answered."""
    wait_until(lambda: moment.reached(requests_since(sandbox, since)) or run.process.poll() is not None)
    time.sleep(moment.delay_s)
    run.kill()
    wait_until(lambda: all(request["status"] for request in requests_since(sandbox, since)))
    return requests_since(sandbox, since)


def jobs_of(domain: Domain) -> list[dict[str, Any]]:
    return [domain.call("GetUploadJob", JobId=item["JobId"]) for item in domain.pages("ListUploadJobs")]


def answered(requests: Requests, operation: str) -> Counter[str]:
    """How often a request was answered with success, by job."""
    return Counter(r["job_id"] for r in requests if r["operation"] == operation and r["status"] == 200)


def stages(requests: Requests) -> Counter[str]:
    """How many jobs had come how far, by the last thing that was asked for each."""
    return Counter({r["job_id"]: f"{r['operation']} {r['status']}" for r in requests if r["job_id"]}.values())


def all_rows_are_there_once(sandbox: Sandbox, domain: Domain) -> None:
    jobs = jobs_of(domain)
    assert [job["Status"] for job in jobs] == ["SUCCEEDED"] * PART_COUNT
    assert len({job["DisplayName"][-16:] for job in jobs}) == PART_COUNT
    summaries = [job["ResultsSummary"] for job in jobs]
    assert {summary["CreatedRecords"] for summary in summaries} == {PART_ROWS}
    assert sum(summary["UpdatedRecords"] + summary["FailedRecords"] for summary in summaries) == 0
    assert profile_count(sandbox, domain) == ROW_COUNT
    for number in (0, PART_ROWS, ROW_COUNT - 1):
        (found,) = domain.call("SearchProfiles", KeyName="_account", Values=[f"C{number:08d}"])["Items"]
        assert found["AdditionalInformation"] == f"likes the number {number:08d}"


def profile_count(sandbox: Sandbox, domain: Domain) -> int:
    return int(sandbox.status()["profile_counts"][domain.name])


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_run_again(
    moment: Moment, tls_sandbox: Sandbox, new_run: Callable[[Sandbox, str], Run], too_late: list[Moment]
) -> None:
    domain = tls_sandbox.domain(f"killed-{next(_numbers)}")
    since = last_number(tls_sandbox)
    first, second = new_run(tls_sandbox, domain.name), new_run(tls_sandbox, domain.name)
    if moment.name == "between a file and its start":
        tls_sandbox.inject("throttle", operation="StartUploadJob")

    first.begin()
    before = strike(first, moment, tls_sandbox, since)
    print("when it was killed:", sorted(stages(before).items()))
    if not first.was_killed:
        assert moment not in STAGES
        too_late.append(moment)
    second.begin()
    said, complaints = second.end()

    assert complaints == ""
    assert f"Upload of {ROW_COUNT:,} rows: SUCCEEDED ({ROW_COUNT:,} created, 0 updated, 0 failed)" in said
    all_rows_are_there_once(tls_sandbox, domain)
    requests = requests_since(tls_sandbox, since)
    assert set(answered(requests, "StartUploadJob").values()) == {1}
    # What the first run had started is not touched again; a file that it had put without starting its job is put
    # once more, over the first, because nobody can see from outside that it is whole.
    after_all = requests[len(before) :]
    assert not answered(before, "StartUploadJob").keys() & answered(after_all, "PutObject").keys()
    assert set(answered(after_all, "PutObject").values()) <= {1}
    assert answered(requests, "CreateUploadJob").total() == PART_COUNT


def test_run_again_after_its_end_nothing_is_sent(tls_sandbox: Sandbox, new_run: Callable[[Sandbox, str], Run]) -> None:
    domain = tls_sandbox.domain(f"again-{next(_numbers)}")
    first, second = new_run(tls_sandbox, domain.name), new_run(tls_sandbox, domain.name)
    first.begin()
    first.end()
    since = last_number(tls_sandbox)

    second.begin()
    said, _ = second.end()

    assert said.count("Already uploaded by an earlier run, not sent again") == PART_COUNT
    assert {request["operation"] for request in requests_since(tls_sandbox, since)} == {
        "ListUploadJobs",
        "GetUploadJob",
    }


def test_an_interrupt_ends_the_waiting_and_the_script_ends_when_all_is_through(
    tls_sandbox: Sandbox, new_run: Callable[[Sandbox, str], Run]
) -> None:
    domain = tls_sandbox.domain(f"interrupted-{next(_numbers)}")
    run = new_run(tls_sandbox, domain.name)
    since = last_number(tls_sandbox)
    run.begin()
    run.says("started")
    wait_until(lambda: any_of("CreateUploadJob", 200)(requests_since(tls_sandbox, since)))

    run.process.send_signal(signal.SIGINT)
    said, complaints = run.end()

    assert said == ""
    assert "KeyboardInterrupt" in complaints
    assert "The upload goes on in the background" in complaints
    all_rows_are_there_once(tls_sandbox, domain)
    assert set(answered(requests_since(tls_sandbox, since), "StartUploadJob").values()) == {1}


@pytest.mark.long
def test_a_second_interrupt_ends_the_script_and_run_again_it_goes_on(
    tls_sandbox: Sandbox, new_run: Callable[[Sandbox, str], Run]
) -> None:
    domain = tls_sandbox.domain(f"interrupted-twice-{next(_numbers)}")
    first, second = new_run(tls_sandbox, domain.name), new_run(tls_sandbox, domain.name)
    since = last_number(tls_sandbox)
    first.begin()
    first.says("started")
    wait_until(lambda: any_of("PutObject", None)(requests_since(tls_sandbox, since)))

    first.process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    first.process.send_signal(signal.SIGINT)
    first.end()
    assert len(answered(requests_since(tls_sandbox, since), "StartUploadJob")) < PART_COUNT
    second.begin()
    _, complaints = second.end()

    assert complaints == ""
    all_rows_are_there_once(tls_sandbox, domain)
    assert set(answered(requests_since(tls_sandbox, since), "StartUploadJob").values()) == {1}


def test_a_sandbox_killed_amid_its_jobs_fails_them_and_they_are_sent_again(
    tmp_path: Path, new_run: Callable[[Sandbox, str], Run]
) -> None:
    with Sandbox(state=tmp_path / "state", processing_s=600) as sandbox:
        domain_name = sandbox.domain("survivor").name
        first = new_run(sandbox, domain_name)
        first.begin()
        wait_until(lambda: sum(answered(sandbox.requests(), "StartUploadJob").values()) == 3)
        os.kill(sandbox.pid, signal.SIGKILL)
        first.kill()

    with Sandbox(state=tmp_path / "state") as sandbox:
        domain = sandbox.domain(domain_name)
        left = Counter((job["Status"], job.get("StatusReason")) for job in jobs_of(domain))
        assert left == {("FAILED", "INTERNAL_FAILURE"): 3}
        second = new_run(sandbox, domain_name)
        second.begin()
        said, complaints = second.end()

        assert complaints == ""
        assert f"Upload of {ROW_COUNT:,} rows: SUCCEEDED" in said
        assert Counter(job["Status"] for job in jobs_of(domain)) == {"FAILED": 3, "SUCCEEDED": PART_COUNT}
        assert profile_count(sandbox, domain) == ROW_COUNT
