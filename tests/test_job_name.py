"""What the jobs of an upload are called, and what a name tells."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cpnb.fields import FieldMap
from cpnb.job_name import JobName, digest, display_name, search_name
from cpnb.marker import Marker
from cpnb.measuring import Measure
from cpnb.parts import Part
from cpnb.planning import Plan
from cpnb.report import Report
from tests.plans import FIELDS, a_domain


def part(number: int = 1, content: str = "c0ffee") -> Part:
    return Part(number, range(10), Measure(10, 123, content))


def planned(*parts: Part) -> Plan:
    return Plan(a_domain(), FIELDS, Report(10), "raise", parts or (part(),))


def test_a_name_says_which_part_it_is_and_ends_in_the_digest() -> None:
    plan = planned(part(1, "aa"), part(2, "bb"))

    name = display_name(plan, plan.parts[1], "spring")

    assert re.fullmatch(rf"spring 2/2 \d{{8}}T\d{{6}}\.\d{{6}}Z {digest(plan, plan.parts[1])}", name)


def test_two_jobs_of_one_content_have_different_names() -> None:
    plan = planned()

    assert display_name(plan, part(), "spring") != display_name(plan, part(), "spring")


def test_a_long_name_is_cut_and_the_digest_stays() -> None:
    plan = planned()

    name = display_name(plan, part(), "x" * 300)

    assert len(name) == 255
    assert name.endswith(digest(plan, part()))
    assert "x 1/1 " in name


def test_the_digest_is_16_hexadecimal_digits_and_the_same_every_time() -> None:
    assert digest(planned(), part()) == digest(planned(), part())
    assert len(digest(planned(), part())) == 16
    int(digest(planned(), part()), 16)


def test_whatever_changes_what_the_upload_does_changes_the_digest() -> None:
    plan = planned()
    other_target = FieldMap({"id": "AccountNumber", "mail": "EmailAddress", "city": "Address.County"}, unique_key="id")
    seen = {
        digest(plan, part()),
        digest(plan, part(content="other")),
        digest(plan, part(number=2)),
        digest(replace(plan, data_expiry=30), part()),
        digest(replace(plan, fields=other_target), part()),
        digest(replace(plan, fields=FIELDS.overridden(unique_key="city")), part()),
    }

    assert len(seen) == 6


def test_what_changes_nothing_at_the_service_leaves_the_digest() -> None:
    plan = planned()

    assert digest(replace(plan, on_invalid="skip"), part()) == digest(plan, part())
    assert digest(plan, replace(part(), rows=range(5, 15))) == digest(plan, part())


def test_a_marker_changes_the_digest_by_its_name_alone_too() -> None:
    plan = planned()
    marked = [replace(plan, marker=Marker(name, "spring")) for name in ("campaign", "wave")]

    assert len({digest(one, part()) for one in (plan, *marked)}) == 3


def test_the_name_that_an_upload_gives_to_its_job_is_understood() -> None:
    plan = planned(part(1, "aa"), part(2, "bb"))

    assert JobName.read(display_name(plan, plan.parts[1], "spring 2026")) == JobName("spring 2026", 2, 2)


def test_the_name_that_a_search_gives_to_its_small_jobs_is_understood() -> None:
    plan = planned()
    name = display_name(plan, part(), f"spring 2026 {search_name(digest(plan, part()))}")

    assert JobName.read(name) == JobName("spring 2026", 1, 1, is_search=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("spring 2/6 20261124T035010.148353Z 24b3a287d02e8536", JobName("spring", 2, 6)),
        (
            "spring failed rows of 24b3a287d02e8536 2/6 20261124T035510.148353Z 0123456789abcdef",
            JobName("spring", 2, 6, is_search=True),
        ),
        ("failed rows of 24b3a287d02e8536", JobName("failed rows of 24b3a287d02e8536")),
        ("a b 1/1 x 12/30 20261124T035010.148353Z 24b3a287d02e8536", JobName("a b 1/1 x", 12, 30)),
        ("spring 2/6", JobName("spring 2/6")),
        ("", JobName("")),
    ],
    ids=["ours", "a search", "called like a search", "with a part in its name", "of others", "empty"],
)
def test_a_name_tells_upload_and_part_of_our_own_jobs(name: str, expected: JobName) -> None:
    assert JobName.read(name) == expected
