"""The jobs of a period as a noun: rates, frame, text and HTML."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
import numpy as np
import pandas as pd
import pytest

from cpnb.domain import Domain
from cpnb.monitoring import UploadJobs
from cpnb.upload_job import JobStatus, ResultsSummary, UploadJob

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
DOMAIN = Domain("loyalty", session=boto3.Session("nobody", "nobody", region_name="us-east-1"))
NAME = "spring 2/6 20261124T035010.148353Z 24b3a287d02e8536"
SEARCH = "spring failed rows of 24b3a287d02e8536 2/6 20261124T035510.148353Z 0123456789abcdef"


def job(number: int, status: str, counters: tuple[int | None, ...] = (None,) * 3, name: str = NAME) -> UploadJob:
    created_at = NOW - timedelta(hours=number)
    return UploadJob(
        DOMAIN,
        f"{number:032x}",
        name,
        JobStatus(status),
        "VALIDATION_FAILURE" if status == "FAILED" else "",
        ResultsSummary(*counters),
        created_at,
        created_at + timedelta(minutes=5) if JobStatus(status).is_final else None,
    )


def listed(*jobs: UploadJob, looked_at: int | None = None, since: datetime | None = None) -> UploadJobs:
    return UploadJobs(DOMAIN, jobs[:looked_at], jobs, since, NOW)


MIXED = listed(
    job(1, "IN_PROGRESS"),
    job(2, "SUCCEEDED", (90, 10, 0)),
    job(3, "PARTIALLY_SUCCEEDED", (40, 50, 10)),
    job(4, "FAILED", name="nightly <import>\nof stores"),
    job(5, "SUCCEEDED", (0, 300, 0)),
    job(6, "STOPPED", (5, 0, 0)),
    job(7, "CREATED"),
    since=datetime(2026, 11, 23, tzinfo=UTC),
)


def test_the_success_rate_is_of_the_jobs_that_ran_to_their_end():
    assert MIXED.success_rate == 2 / 4
    assert listed(job(1, "SUCCEEDED"), job(2, "STOPPED"), job(3, "CREATED")).success_rate == 1.0
    assert listed(job(1, "FAILED")).success_rate == 0.0


def test_the_rate_of_records_is_of_those_that_the_service_counted():
    assert MIXED.record_success_rate == (100 + 90 + 300 + 5) / 505
    assert listed(job(1, "SUCCEEDED", (0, 0, 0))).record_success_rate is None


@pytest.mark.parametrize("counters", [(7, None, 0), (7, 0, None), (None, 7, 0)], ids=str)
def test_a_counter_that_is_missing_is_not_zero(counters):
    assert listed(job(1, "PARTIALLY_SUCCEEDED", counters)).record_success_rate is None
    known = job(2, "PARTIALLY_SUCCEEDED", (1, 0, 1))
    assert listed(job(1, "SUCCEEDED", counters), known).record_success_rate == 0.5


@pytest.mark.parametrize("jobs", [(), (job(1, "IN_PROGRESS"), job(2, "CREATED"), job(3, "STOPPED"))], ids=len)
def test_without_a_job_that_ran_to_its_end_there_is_no_rate_and_no_error(jobs):
    assert listed(*jobs).success_rate is None
    assert listed(*jobs).record_success_rate is None


def test_every_state_is_counted():
    assert {status.value: count for status, count in MIXED.status_counts.items()} == {
        "CREATED": 1,
        "IN_PROGRESS": 1,
        "PARTIALLY_SUCCEEDED": 1,
        "SUCCEEDED": 2,
        "FAILED": 1,
        "STOPPED": 1,
    }


def test_the_rates_are_of_the_period_and_the_sequence_of_what_was_looked_at():
    jobs = listed(job(1, "FAILED"), job(2, "SUCCEEDED"), job(3, "SUCCEEDED"), looked_at=1)
    assert jobs.success_rate == 2 / 3
    assert len(jobs) == 1
    assert jobs[0].status == "FAILED"
    assert list(jobs) == [jobs[0]]
    assert jobs[:5] == (jobs[0],)
    assert len(jobs.to_frame()) == 1


def test_the_frame_has_types_and_utc():
    frame = MIXED.to_frame()
    assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == {
        "created_at": "datetime64[us, UTC]",
        "completed_at": "datetime64[us, UTC]",
        "status": "string",
        "status_reason": "string",
        "upload": "string",
        "part": "Int64",
        "part_count": "Int64",
        "kind": "string",
        "created": "Int64",
        "updated": "Int64",
        "failed": "Int64",
        "job_id": "string",
        "display_name": "string",
    }
    assert (frame.dtypes == listed().to_frame().dtypes).all()
    first = frame.iloc[0]
    assert first["created_at"] == pd.Timestamp("2026-11-24 03:00", tz="UTC")
    assert pd.isna(first["completed_at"])
    assert pd.isna(first["created"])
    assert (first["upload"], first["part"], first["part_count"]) == ("spring", 2, 6)
    assert frame["failed"].sum() == 10
    foreign = frame.iloc[3]
    assert foreign["upload"] == foreign["display_name"] == "nightly <import>\nof stores"
    assert pd.isna(foreign["part"])


def test_times_of_another_zone_are_shown_in_utc():
    there = UploadJob(DOMAIN, "0" * 32, created_at=pd.Timestamp("2026-11-24 05:00", tz="Asia/Tokyo").to_pydatetime())
    assert listed(there).to_frame()["created_at"][0] == pd.Timestamp("2026-11-23 20:00", tz="UTC")
    assert "2026-11-23 20:00" in str(listed(there))


def test_the_text_says_how_it_went_and_what_is_not_shown():
    first, headers, *rows = str(MIXED).splitlines()
    assert first == (
        "Upload jobs of domain loyalty since 2026-11-23 00:00 UTC: 7. 2 of 4 jobs that ran to the end took in every "
        "record (50.0 %). Of 505 records that the service counted, 495 were taken in (98.0 %)."
    )
    assert headers.split() == ["time", "(UTC)", "status", "upload", "created", "updated", "failed", "job"]
    assert rows[1].split() == ["2026-11-24", "02:00", "SUCCEEDED", "spring", "2/6", "90", "10", "0", f"{2:032x}"]
    assert "nightly <import> of stores" in rows[3]
    assert len(rows) == 7
    assert len({line.index(f"{number:032x}") for number, line in enumerate(rows, 1)}) == 1  # they stand in a column


def test_a_part_of_many_says_so():
    many = [job(number, "SUCCEEDED", (1, 0, 0)) for number in range(1, 61)]
    assert "Shown: the newest 50 of 60; to_frame() has all." in str(listed(*many))
    assert str(listed(*many)).count("SUCCEEDED") == 50
    some = listed(*many, looked_at=3)
    assert "Of 3 records that the service counted in those shown" in str(some)
    assert "Shown: the newest 3 of 60; limit=None looks at all." in some._repr_html_()


SEARCHED = (job(1, "FAILED", (0, 0, 1), name=SEARCH), job(2, "SUCCEEDED", (9, 0, 1)), job(3, "STOPPED", name=SEARCH))


def test_searches_that_are_listed_count_in_no_rate_and_no_chart():
    jobs = listed(*SEARCHED)
    assert (jobs.success_rate, jobs.record_success_rate) == (1.0, 0.9)
    assert sum(jobs.status_counts.values()) == 1
    assert sum(bar.total for bar in jobs.plot().bars) == 1
    assert jobs.to_frame()["kind"].tolist() == ["search", "upload", "search"]
    first, _, *rows = str(jobs).splitlines()
    assert first.startswith("Upload jobs of domain loyalty: 1. 1 of 1 job that ran to the end took in every record")
    assert first.endswith(" 2 small jobs of searches for failed rows are listed too, and not counted.")
    assert ["spring 2/6, search" in row for row in rows] == [True, False, True]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 small job of searches for failed rows is not listed; searches='show' lists it too."),
        (1_500, "1,500 small jobs of searches for failed rows are not listed; searches='show' lists them too."),
    ],
    ids=str,
)
def test_searches_that_are_left_out_are_said(count, words):
    jobs = UploadJobs(DOMAIN, (), (), None, NOW, left_out_count=count)
    assert str(jobs) == f"Upload jobs of domain loyalty: none. {words}"
    assert words.replace("'", "&#x27;") in jobs._repr_html_()
    assert "small job" not in str(MIXED)


def test_a_column_is_not_taken_from_the_jobs():
    for column in ("status", ["status"], 1.0):
        with pytest.raises(TypeError, match=r"by position, such as jobs\[0\].*jobs\.to_frame\(\)\['status'\]"):
            MIXED[column]
    assert MIXED[np.int64(-1)].status == "CREATED"


def test_no_jobs_are_said_plainly():
    assert str(listed()) == "Upload jobs of domain loyalty: none."
    assert "none" in listed()._repr_html_()
    assert "No job has run to its end." in str(listed(job(1, "CREATED")))
    assert str(listed().plot()) == "Upload jobs of domain loyalty: nothing to draw."


def test_the_html_has_a_badge_in_words_and_escapes_names():
    html = MIXED._repr_html_()
    assert "nightly &lt;import&gt;" in html
    assert "<import>" not in html
    assert html.count("border-radius:0.8em") == 7
    assert ">spring 2/6<" in html


def test_it_is_immutable():
    with pytest.raises(AttributeError):
        MIXED.since = None
    with pytest.raises(TypeError):
        MIXED[0] = job(1, "FAILED")
