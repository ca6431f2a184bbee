"""A stop while it is not known whether the job was started: what the upload says is what the service has."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import pandas as pd
import pytest

import cpnb
from cpnb.errors import CpnbError, UploadError
from cpnb.part_progress import Phase
from cpnb.retrying import Patience
from cpnb.upload_job import JobStatus
from cpnb.upload_options import UploadOptions
from tests.wire import faults
from tests.wire.exchange import Exchange
from tests.wire.faults import refuses
from tests.wire.line import Line, line_to

FIELDS = cpnb.FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")
MANY = 1000
WITHIN_S = 30.0

# Whoever waits for one of its pauses to end waits for an hour; only a stop ends it sooner.
PAUSING_FOR_HOURS = Patience(
    try_again_for_s=86_400, pause_first_s=3600, pause_longest_s=3600, poll_first_s=0.02, poll_longest_s=0.1
)
QUICK = Patience(try_again_for_s=1.0, pause_first_s=0.01, pause_longest_s=0.02, poll_first_s=0.02, poll_longest_s=0.1)


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    with cpnb.Sandbox(processing_s=600) as sandbox, line_to(sandbox) as line:
        yield line


Begin = Callable[..., cpnb.Upload]


@pytest.fixture
def begun(line: Line) -> Iterator[Begin]:
    """Begins an upload; whatever became of it, nothing of it is left at work when the test has ended."""
    uploads: list[cpnb.Upload] = []

    def begin(domain: cpnb.Domain, patience: Patience = PAUSING_FOR_HOURS) -> cpnb.Upload:
        people = pd.DataFrame({"id": ["1", "2", "3"], "city": "Oslo"})
        uploads.append(cpnb.upload(people, domain, FIELDS, options=UploadOptions(patience=patience)))
        return uploads[-1]

    yield begin
    line.calm()
    for upload in uploads:
        with contextlib.suppress(CpnbError):
            upload.stop()
        for job in upload.jobs:
            with contextlib.suppress(CpnbError):
                job.stop()
        with contextlib.suppress(CpnbError):
            upload.wait(timeout_s=WITHIN_S)


def until(condition: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < ends_s, "waited in vain"
        time.sleep(0.01)


class Held:
    """A fault that holds requests until it is let go, and then does something with them."""

    def __init__(self, then: Callable[[Exchange], None]) -> None:
        self.__name__ = "held"
        self.then = then
        self.is_held = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, exchange: Exchange) -> None:
        self.is_held.set()
        self.let_go.wait(WITHIN_S)
        self.then(exchange)


def test_a_job_whose_start_was_answered_to_nobody_is_stopped(line: Line, begun: Begin) -> None:
    domain = line.domain()
    look = Held(faults.reset_before)
    line.proxy.order(faults.reset_after, operation="StartUploadJob")
    line.proxy.order(look, operation="GetUploadJob")
    upload = begun(domain)
    assert look.is_held.wait(WITHIN_S)
    assert list(line.jobs_now(domain).values()) == ["IN_PROGRESS"]

    upload.stop()
    look.let_go.set()
    upload.wait(timeout_s=WITHIN_S)

    assert list(line.jobs_now(domain).values()) == ["STOPPED"]
    [part] = upload.parts
    assert part.job is not None
    assert (part.phase, part.job.status, upload.status) == (Phase.DONE, JobStatus.STOPPED, "STOPPED")
    assert "was stopped; what was already taken in stays" in str(upload)
    assert line.proxy.counts()["StopUploadJob"] == 1


def test_a_job_whose_start_arrives_after_the_stop_does_not_run(line: Line, begun: Begin) -> None:
    domain = line.domain()
    arrived = threading.Event()

    def arriving_late(exchange: Exchange) -> None:
        exchange.reset()  # the client knows nothing more of it
        arrived.wait(WITHIN_S)
        exchange.send_on()
        exchange.answer_of_server()
        arrived.clear()

    line.proxy.order(arriving_late, operation="StartUploadJob")
    upload = begun(domain)
    until(lambda: line.proxy.counts()["GetUploadJob"] == 1)  # it looked, and saw that nothing was started
    upload.stop().wait(timeout_s=WITHIN_S)
    assert upload.status == "STOPPED"

    arrived.set()
    until(lambda: not arrived.is_set())

    starts = [one["status"] for one in line.sandbox.requests() if one["operation"] == "StartUploadJob"]
    assert starts[-1] == 400  # it did arrive
    assert list(line.jobs_now(domain).values()) == ["STOPPED"]


def test_a_job_that_was_not_asked_to_start_is_left_to_be_gone_on_with(line: Line, begun: Begin) -> None:
    domain = line.domain()
    path = Held(faults.passes)
    line.proxy.order(path, operation="GetUploadJobPath")
    upload = begun(domain)
    assert path.is_held.wait(WITHIN_S)

    upload.stop()
    path.let_go.set()
    upload.wait(timeout_s=WITHIN_S)

    assert list(line.jobs_now(domain).values()) == ["CREATED"]
    assert line.proxy.counts()["StartUploadJob"] == line.proxy.counts()["StopUploadJob"] == 0
    assert "nothing of this part was taken in. Job" in str(upload)
    assert "still waits for its file, or to be started; upload.retry() goes on with it" in str(upload)


def test_where_only_jobs_at_work_can_be_stopped_it_is_said_what_was_seen(line: Line, begun: Begin) -> None:
    domain = line.domain()
    line.proxy.order(faults.reset_before, operation="StartUploadJob")
    line.proxy.order(refuses(400, "BadRequestException"), operation="StopUploadJob")
    upload = begun(domain)
    until(lambda: line.proxy.counts()["GetUploadJob"] == 1)

    upload.stop().wait(timeout_s=WITHIN_S)

    assert (upload.status, list(line.jobs_now(domain).values())) == ("STOPPED", ["CREATED"])
    assert "had not been started when it was last looked at. Job" in str(upload)


@pytest.mark.parametrize(
    ("fault", "may"),
    [(faults.reset_before, "Run the upload again"), (refuses(403, "AccessDeniedException"), "Once that has changed")],
    ids=["nobody answers", "nothing is allowed"],
)
def test_what_nobody_can_see_or_stop_is_not_said_to_be_stopped(
    line: Line, begun: Begin, fault: faults.Fault, may: str
) -> None:
    domain = line.domain()
    look = Held(faults.reset_before)
    line.proxy.order(faults.reset_after, operation="StartUploadJob")
    line.proxy.order(look, operation="GetUploadJob")
    upload = begun(domain, QUICK)
    assert look.is_held.wait(WITHIN_S)
    for operation in ("GetUploadJob", "StopUploadJob"):
        line.proxy.order(fault, operation=operation, times=MANY)

    upload.stop()
    look.let_go.set()
    with pytest.raises(UploadError, match="not known whether its job was started") as caught:
        upload.wait(timeout_s=WITHIN_S)

    assert upload.status == "BROKEN"
    assert may in str(caught.value)
    assert [caught.value.job_id] == list(line.jobs_now(domain)) == [job.job_id for job in upload.jobs]
    assert "no counts of 1 part" in upload.headline


def test_a_job_that_may_not_be_stopped_and_was_started_is_watched(line: Line, begun: Begin) -> None:
    domain = line.domain()
    look = Held(faults.reset_before)
    line.proxy.order(faults.reset_after, operation="StartUploadJob")
    line.proxy.order(look, operation="GetUploadJob")
    line.proxy.order(refuses(403, "AccessDeniedException"), operation="StopUploadJob", times=2)
    upload = begun(domain)
    assert look.is_held.wait(WITHIN_S)

    upload.stop()
    look.let_go.set()
    until(lambda: upload.parts[0].phase is Phase.PROCESSING)

    assert upload.status == "IN_PROGRESS"
    assert list(line.jobs_now(domain).values()) == ["IN_PROGRESS"]
    until(lambda: line.proxy.counts()["StopUploadJob"] == 2)
    assert upload.jobs[0].stop().status is JobStatus.STOPPED
    assert upload.wait(timeout_s=WITHIN_S).status == "STOPPED"
