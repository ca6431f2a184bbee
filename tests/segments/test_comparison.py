"""What a condition matches in a table beside what the service counts, and why both may differ."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

import cpnb
from cpnb.errors import ExpressionError, ServiceError, SourceSegmentError
from cpnb.expressions import calculated, in_segment, profile
from cpnb.matching import preview
from cpnb.segments import Comparison, SegmentDefinition
from cpnb.segments.comparison_reasons import Counts, reasons
from cpnb.segments.domain_uploads import DomainUploads
from cpnb.upload_job import JobStatus
from tests.segments.answers import Answers

SEATTLE = profile.Address.City == "Seattle"
SEGMENT = SegmentDefinition("seattle", SEATTLE)
FIELDS = cpnb.FieldMap({"id": "AccountNumber", "city": "Address.City"}, unique_key="id")
PEOPLE = pd.DataFrame({"id": ["1", "2", "3", "4"], "city": ["Seattle", "Seattle", "Tacoma", "seattle"]})

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def uploads(*jobs: dict[str, object]) -> DomainUploads:
    """What a domain with these jobs says: each its status, and how many minutes ago it ended."""
    items = [
        {
            "JobId": "0" * 32,
            "Status": job["status"],
            "CreatedAt": NOW - timedelta(minutes=job.get("ended", 0) + 1),
            **({"CompletedAt": NOW - timedelta(minutes=job["ended"])} if "ended" in job else {}),
            **{member: job[member] for member in ("DataExpiry", "StatusReason") if member in job},
        }
        for job in jobs
    ]
    return DomainUploads.of_items(Answers(), items, NOW)


LONG_DONE = {"status": "SUCCEEDED", "ended": 60}
DAY_MIN = 24 * 60


def said(service: int, *, rows: int = 10, seen: DomainUploads | None = None, **more) -> list[str]:
    known = {"without_key": 0, "with_repeated_key": 0, "nearly": 0, "holds_for_absent": False} | more
    return list(reasons(Counts(rows=rows, service=service, uploads=seen, **known)))


def test_what_agrees_needs_no_reason():
    assert said(10, seen=uploads({"status": "IN_PROGRESS"})) == []
    assert said(7, without_key=1, with_repeated_key=2) == []


def test_uploads_at_work_are_the_first_reason_for_too_few():
    first, *_ = said(4, seen=uploads(LONG_DONE, {"status": "IN_PROGRESS"}))
    assert first == "1 upload job is still at work."
    first, *_ = said(4, seen=uploads({"status": "SUCCEEDED", "ended": 3}))
    assert first == "1 upload job ended only 3 minutes ago, and what was uploaded shows late in segments."


@pytest.mark.parametrize(
    ("seen", "first"),
    [
        (uploads(), "The rows may not be uploaded yet: of 0 upload jobs of the domain none has brought in a profile."),
        (uploads({"status": "CREATED"}), "The rows may not be uploaded yet: of 1 upload job"),
        (uploads({"status": "FAILED", "ended": 60, "StatusReason": "VALIDATION_FAILURE"}), "The rows may not be"),
        (uploads(LONG_DONE, {"status": "PARTIALLY_SUCCEEDED", "ended": 50}), "The last upload job ended as PARTIALLY"),
        (uploads({"status": "STOPPED", "ended": 60}), "The last upload job ended as STOPPED"),
        (uploads({"status": "SUCCEEDED", "ended": 14 * DAY_MIN}), "Profiles of 1 upload job have expired by now"),
        (uploads({"status": "SUCCEEDED", "ended": 3 * DAY_MIN, "DataExpiry": 3}), "Profiles of 1 upload job have"),
        (uploads(LONG_DONE), "Rows may have been added or cleaned since the upload: .* letter case and spaces"),
        (None, "Rows may have been added or cleaned since"),
    ],
)  # fmt: skip
def test_the_first_reason_for_too_few_is_the_one_that_the_uploads_tell(seen, first):
    assert re.match(first, said(4, seen=seen)[0])


def test_when_the_last_upload_expires_is_said_unless_one_has():
    assert said(4, seen=uploads(LONG_DONE))[-1].endswith("those of the last one on 2026-12-13.")
    longer = {**LONG_DONE, "DataExpiry": 30}
    assert said(4, seen=uploads({"status": "SUCCEEDED", "ended": 90, "DataExpiry": 60}, longer))[-1] == (
        "Profiles that nothing updates are deleted when the data_expiry of their upload is over: those of the last one "
        "on 2026-12-29."
    )
    assert not any("2026" in one for one in said(4, seen=uploads({"status": "SUCCEEDED", "ended": 15 * DAY_MIN})))


def test_for_too_many_other_sources_are_likely_and_what_excludes_more_so():
    first, second = said(20, seen=uploads(LONG_DONE, LONG_DONE))
    assert first.startswith(
        "The domain has profiles that are not in this table, from other sources or earlier uploads (2"
    )
    assert second.startswith("Rows that were changed or dropped in the table")
    assert said(20, holds_for_absent=True)[0].startswith("The condition also holds for profiles that lack")
    assert said(20, rows=0, nearly=5)[0].startswith(
        "5 rows would match if letter case, spaces and accents did not count"
    )
    assert said(20, seen=uploads({"status": "IN_PROGRESS"}))[-1] == "1 upload job is still at work."


def test_what_jobs_say_is_read_from_their_list():
    seen = uploads(
        {"status": "CREATED"},
        {"status": "IN_PROGRESS"},
        {"status": "SUCCEEDED", "ended": 9},
        {"status": "STOPPED", "ended": 11},
        {"status": "FAILED", "ended": 1, "StatusReason": "VALIDATION_FAILURE"},
        {"status": "SUCCEEDED", "ended": 20 * DAY_MIN},
        {"status": "SUCCEEDED", "ended": 20 * DAY_MIN, "DataExpiry": 21},
    )
    assert (seen.job_count, seen.at_work_count, seen.just_ended_count) == (7, 1, 1)
    assert (seen.wrote_count, seen.expired_count) == (4, 1)
    assert seen.last_ended_at == NOW - timedelta(minutes=9)
    assert seen.last_status is JobStatus.IN_PROGRESS
    assert DomainUploads.look(Answers(uploads=ServiceError("no"))) is None


def test_a_table_and_the_service_that_agree(domain):
    PEOPLE.cp.upload(domain, FIELDS).wait()
    found = SEGMENT.compare(PEOPLE, domain, FIELDS)
    assert isinstance(found, Comparison)
    assert (found.row_count, found.profile_count, found.service_count, found.difference) == (2, 2, 2, 0)
    assert found.agrees
    assert found.reasons == ()
    assert str(found) == (
        "Segment 'seattle'. Both count 2 profiles.\n"
        "  2  rows of the table that match\n"
        f"  2  profiles that domain {domain.name} counts"
    )


def test_rows_that_make_no_profile_are_counted_apart(domain):
    held_back = pd.DataFrame({"id": ["1", None, "2", "2"], "city": ["Seattle"] * 4})
    held_back.cp.upload(domain, FIELDS, on_invalid="blank").wait()
    found = SEGMENT.compare(held_back, domain, FIELDS)
    assert (found.row_count, found.profile_count, found.service_count) == (4, 2, 2)
    assert found.agrees
    assert "  2  profiles that they make, one for each unique key" in str(found)


def test_rows_that_are_not_uploaded(domain):
    found = SEGMENT.compare(PEOPLE, domain, FIELDS)
    assert (found.profile_count, found.service_count, found.difference) == (2, 0, -2)
    assert "The service counts 2 profiles fewer than the table makes." in str(found)
    assert found.reasons[0].startswith("The rows may not be uploaded yet")
    assert "  1. The rows may not be uploaded yet" in str(found)


def test_profiles_that_are_not_in_the_table(domain):
    PEOPLE.cp.upload(domain, FIELDS).wait()
    found = SEGMENT.compare(PEOPLE.head(1), domain, FIELDS)
    assert (found.profile_count, found.service_count, found.difference) == (1, 2, 1)
    assert found.reasons[0].startswith("The domain has profiles that are not in this table")
    other = SegmentDefinition("x", profile.Address.City != "Tacoma").compare(PEOPLE.head(1), domain, FIELDS)
    assert other.reasons[0].startswith("The condition also holds for profiles that lack the attributes")


def test_a_table_that_is_spelled_otherwise_than_the_profiles(domain):
    PEOPLE.cp.upload(domain, FIELDS).wait()
    found = SEGMENT.compare(PEOPLE.assign(city=PEOPLE["city"].str.upper()), domain, FIELDS)
    assert (found.profile_count, found.service_count) == (0, 2)
    assert found.reasons[0].startswith("3 rows would match if letter case, spaces and accents did not count")


def test_rows_that_only_nearly_meet_a_part_are_no_reason(domain):
    fields = cpnb.FieldMap({"id": "AccountNumber", "city": "Address.City", "tier": "Attributes.t"}, unique_key="id")
    people = pd.DataFrame({"id": ["1", "2"], "city": ["Seattle", "Tacoma"], "tier": ["gold", "NONE"]})
    pd.DataFrame({"id": ["9"], "city": ["seattle"], "tier": ["none"]}).cp.upload(domain, fields).wait()
    both = (profile.Address.City == "seattle") & (profile.Attributes["t"] == "none")
    found = SegmentDefinition("x", both).compare(people, domain, fields)
    assert (found.profile_count, found.service_count) == (0, 1)
    assert not any("would match" in reason for reason in found.reasons)
    # Somebody who nearly meets both.
    found = SegmentDefinition("x", both).compare(people.assign(tier="None"), domain, fields)
    assert found.reasons[0].startswith("1 row would match if letter case")


def test_a_comparison_reads_as_html_and_escapes_what_people_wrote(domain):
    html = SEGMENT.compare(PEOPLE, domain, FIELDS)._repr_html_()
    assert "Segment seattle: The service counts 2 profiles fewer" in html
    assert "<ol><li>The rows may not be uploaded yet" in html
    assert html.count('role="img"') == 2


def test_an_empty_table_is_compared_too(domain):
    found = SEGMENT.compare(PEOPLE.head(0), domain, FIELDS)
    assert (found.row_count, found.service_count) == (0, 0)
    assert 'role="img"' in found._repr_html_()


def test_a_definition_is_matched_like_its_condition():
    found = SEGMENT.matches(PEOPLE, FIELDS)
    assert str(found) == str(preview(PEOPLE, SEATTLE, FIELDS))
    assert found.count == 2


def test_sources_are_read_from_the_domain(domain):
    SegmentDefinition("base", ~in_segment("other")).create(
        SegmentDefinition("other", SEATTLE).create(domain) and domain
    )
    built = SegmentDefinition("x", in_segment("base") & profile.AccountNumber.startswith("3", "4", "1"))
    assert built.matches(PEOPLE, FIELDS, domain=domain).mask.tolist() == [False, False, True, True]
    with pytest.raises(
        ExpressionError, match=r"'x' is built on segment 'base', and only a domain knows .*domain=domain"
    ):
        built.matches(PEOPLE, FIELDS)
    with pytest.raises(SourceSegmentError, match="x -> gone"):
        SegmentDefinition("x", in_segment("gone")).matches(PEOPLE, FIELDS, domain=domain)
    SegmentDefinition("sql", sql="SELECT 1").create(domain)
    with pytest.raises(ExpressionError, match=r"'x' matches cannot be told here\. Segment 'sql' is written in SQL"):
        SegmentDefinition("x", ~in_segment("sql")).matches(PEOPLE, FIELDS, domain=domain)


def test_what_only_the_service_can_compute_is_refused(domain):
    in_sql = SegmentDefinition("x", sql="SELECT 1")
    for act in (lambda: in_sql.matches(PEOPLE, FIELDS), lambda: in_sql.compare(PEOPLE, domain, FIELDS)):
        with pytest.raises(ExpressionError, match=r"'x' is written in SQL, which only the service can run"):
            act()
    with pytest.raises(ExpressionError, match="_calls"):
        SegmentDefinition("x", calculated["_calls"] > 3).matches(PEOPLE, FIELDS)
