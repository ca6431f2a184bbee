"""The segments of a domain as a table."""

from __future__ import annotations

import pytest

from cpnb.expressions import profile
from cpnb.segments import SegmentDefinition, list_segments

SEATTLE = profile.Address.City == "Seattle"
SEGMENT = SegmentDefinition("x", SEATTLE)


def test_segments_are_listed_with_what_the_service_tells(domain):
    SegmentDefinition("seattle-s", SEATTLE, description="Campaign 1").create(domain)
    SegmentDefinition("sql", sql="SELECT 1", display_name="In SQL").create(domain)
    found = list_segments(domain)
    assert found[["name", "display_name", "description", "segment_type"]].fillna("-").to_dict("records") == [
        {"name": "seattle-s", "display_name": "seattle-s", "description": "Campaign 1", "segment_type": "CLASSIC"},
        {"name": "sql", "display_name": "In SQL", "description": "-", "segment_type": "ENHANCED"},
    ]
    assert str(found["created_at"].dt.tz) == "UTC"


def test_all_segments_of_many_pages_are_listed(domain):
    for number in range(12):
        SegmentDefinition(f"s{number}", SEATTLE).create(domain)
    assert sorted(list_segments(domain)["name"]) == sorted(f"s{number}" for number in range(12))


def test_an_empty_domain_lists_a_table_without_rows(domain):
    found = list_segments(domain)
    assert list(found.columns) == ["name", "display_name", "description", "segment_type", "created_at", "arn"]
    assert len(found) == 0
    assert {column: str(dtype) for column, dtype in found.dtypes.items()} == {
        "name": "string",
        "display_name": "string",
        "description": "string",
        "segment_type": "string",
        "created_at": "datetime64[us, UTC]",
        "arn": "string",
    }
    SegmentDefinition("one", SEATTLE).create(domain)
    assert (list_segments(domain).dtypes == found.dtypes).all()


@pytest.mark.parametrize(
    "act",
    [
        list_segments,
        SEGMENT.create,
        SEGMENT.replace,
        SEGMENT.estimate,
        SEGMENT.delete,
        lambda name: SEGMENT.membership(name, ["a" * 32]),
        lambda name: SEGMENT.compare(None, name, None),
        lambda name: SEGMENT.snapshot(name, "s3://b/c", role_arn="arn:aws:iam::123456789012:role/x"),
        lambda name: SegmentDefinition.get(name, "x"),
    ],
)
def test_a_bare_name_is_no_domain(act):
    with pytest.raises(TypeError, match="The domain is a str; expected it to be said in full"):
        act("loyalty")
