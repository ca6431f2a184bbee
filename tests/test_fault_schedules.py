"""Faults at random, many at a time: whatever happens, the domain holds the rows that the upload says it holds."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, note, settings, strategies as st

import cpnb
from cpnb.errors import UploadError
from cpnb.part_progress import PartProgress
from cpnb.upload_options import UploadOptions
from cpnb.uploads import Upload
from tests.wire import faults
from tests.wire.faults import Fault, answers, answers_early, refuses
from tests.wire.line import PATIENCE, Line, line_to

FIELDS = cpnb.FieldMap(
    {"id": "AccountNumber", "phone": "PhoneNumber", "city": "Address.City"}, unique_key="id", region="US"
)

ON_THE_WAY = [
    faults.reset_before,
    faults.reset_after,
    faults.close_after,
    faults.cut_in_status_line,
    faults.cut_in_headers,
    faults.cut_in_body,
    faults.answers_with_a_page,
    answers(503, "SlowDown"),
]
OF_THE_FILE = [
    *(fault for fault in ON_THE_WAY if fault is not faults.answers_with_a_page),
    faults.reset_midway,
    faults.stall_midway,
    faults.stall_after,
    faults.claims_success_midway,
    faults.slowly(20_000),
    answers(500, "InternalError"),
    answers(400, "RequestTimeout"),
    answers(403, "AccessDenied", "Request has expired"),
    answers_early(403, "SignatureDoesNotMatch"),
    answers(307, Location="http://127.0.0.1:9/"),
    answers(501, "NotImplemented"),
]
OF_THE_SERVICE = [
    refuses(429, "ThrottlingException"),
    refuses(500, "InternalServerException"),
    refuses(403, "AccessDeniedException"),
    faults.works_and_fails,
]

OPERATIONS = ["CreateUploadJob", "ListUploadJobs", "GetUploadJobPath", "StartUploadJob", "GetUploadJob"]


@dataclass(frozen=True)
class Trouble:
    """A fault that some requests of an operation meet, once a few others were spared."""

    operation: str
    spared: int
    fault: Fault
    times: int

    def __repr__(self) -> str:
        return f"{self.operation}: {self.spared} spared, {self.times} x {self.fault.__name__}"

    def order(self, line: Line) -> None:
        line.proxy.order(faults.passes, operation=self.operation, times=self.spared)
        line.proxy.order(self.fault, operation=self.operation, times=self.times)


@dataclass(frozen=True)
class Schedule:
    """A table in parts, and what they will meet."""

    row_count: int
    part_rows: int
    parts_in_flight: int
    troubles: list[Trouble]


SPARED = st.sampled_from([0, 0, 1, 1, 2, 4])
TIMES = st.sampled_from([1, 1, 1, 2, 3, 6])
SCHEDULES = st.builds(
    Schedule,
    row_count=st.integers(1, 24),
    part_rows=st.integers(4, 24),
    parts_in_flight=st.integers(1, 4),
    troubles=st.lists(
        st.builds(Trouble, st.just("PutObject"), SPARED, st.sampled_from(OF_THE_FILE), TIMES)
        | st.builds(Trouble, st.sampled_from(OPERATIONS), SPARED, st.sampled_from(ON_THE_WAY + OF_THE_SERVICE), TIMES),
        min_size=1,
        max_size=8,
    ),
)


@pytest.fixture(scope="module")
def line(sandbox: cpnb.Sandbox) -> Iterator[Line]:
    with line_to(sandbox) as line:
        yield line


def customers(schedule: Schedule) -> pd.DataFrame:
    numbers = range(schedule.row_count)
    return pd.DataFrame(
        {
            "id": [f"{number:05d}" for number in numbers],
            "phone": "+12065550100",
            "city": [f"City {number}" for number in numbers],
        }
    )


EASED = settings(
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@settings(EASED, max_examples=25)
@given(schedule=SCHEDULES)
def test_the_domain_holds_what_the_upload_says(line: Line, schedule: Schedule) -> None:
    check(line, schedule)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(EASED, max_examples=400, derandomize=False)
@given(schedule=SCHEDULES)
def test_the_domain_holds_what_the_upload_says_many_times(line: Line, schedule: Schedule) -> None:
    check(line, schedule)


def check(line: Line, schedule: Schedule) -> None:
    table, domain = customers(schedule), line.domain()
    options = UploadOptions(part_rows=schedule.part_rows, parts_in_flight=schedule.parts_in_flight, patience=PATIENCE)
    for trouble in schedule.troubles:
        trouble.order(line)

    upload = begun(table, domain, options)
    if upload is None:
        assert line.jobs(domain) == {}
        assert line.cities(domain) == {}
    else:
        note(str(upload))
        check_against_the_domain(line, upload, table)

    line.calm()
    again = cpnb.upload(table, line.same_domain(domain.name), FIELDS, options=options).wait(timeout_s=60)

    note(str(again))
    assert again.status == "SUCCEEDED"
    assert line.cities(domain) == cities(table)
    # Every part has one job: the second run went on with what the first had left, and left nothing behind.
    assert line.jobs(domain) == {job.job_id: "SUCCEEDED" for job in again.jobs}
    assert len(again.jobs) == len(again.parts)
    # What got through is not sent again.
    got_through = sum(part.got_through for part in upload.parts) if upload else 0
    assert line.proxy.counts()["PutObject"] <= len(again.parts) - got_through


def begun(table: pd.DataFrame, domain: cpnb.Domain, options: UploadOptions) -> Upload | None:
    """Return an upload that has come to its end, good or bad; None if it was refused in the calling cell."""
    try:
        upload = cpnb.upload(table, domain, FIELDS, options=options)
    except cpnb.errors.ServiceError as error:
        assert_secret(error)
        return None
    try:
        upload.wait(timeout_s=120)
    except UploadError as error:
        assert_secret(error)
    return upload


def check_against_the_domain(line: Line, upload: Upload, table: pd.DataFrame) -> None:
    jobs, there = line.jobs(upload.domain), line.cities(upload.domain)
    landed = [part for part in upload.parts if part.got_through]
    # The service goes on where nobody may look any more, and the upload says so.
    out_of_sight = [part for part in upload.parts if is_out_of_sight(part)]

    assert cities_of(landed, table).items() <= there.items()
    assert there.items() <= cities_of(landed + out_of_sight, table).items()
    assert unexplained(upload, jobs) == []
    for part in upload.parts:
        if part.error is not None:
            assert_secret(part.error)


def is_out_of_sight(part: PartProgress) -> bool:
    return isinstance(part.error, UploadError) and (
        part.error.stage == "processing" or "not known whether its job was started" in str(part.error)
    )


def unexplained(upload: Upload, jobs: dict[str, str]) -> list[str]:
    """Return the jobs that are neither known to the upload nor owned to be possible."""
    unknown = [job_id for job_id in jobs if job_id not in {job.job_id for job in upload.jobs}]
    possible = [part for part in upload.parts if "not known whether the job was created" in str(part.error)]
    return unknown if len(unknown) > len(possible) else []


def cities_of(parts: list[PartProgress], table: pd.DataFrame) -> dict[str, str]:
    rows = [row for part in parts for row in part.part.rows]
    return cities(table.iloc[rows])


def cities(table: pd.DataFrame) -> dict[str, str]:
    return dict(zip(table["id"], table["city"], strict=True))


def assert_secret(error: BaseException) -> None:
    assert "X-Amz-" not in "".join(traceback.format_exception(error))
