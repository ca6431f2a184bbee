"""The mark on every row: what it may be, and what it may not collide with."""

from __future__ import annotations

from typing import Any

import pytest

from cpnb.errors import FieldsError
from cpnb.fields import FieldMap
from cpnb.marker import Marker

FIELDS = FieldMap({"id": "AccountNumber", "Tier!": "Attributes.tier"}, unique_key="id")


def test_a_marker_is_a_custom_attribute_of_its_name() -> None:
    marker = Marker.checked(("campaign", "spring-2026"), FIELDS)

    assert marker == ("campaign", "spring-2026")
    assert marker.to_api() == {
        "campaign": {"Source": "campaign", "Target": "_profile.Attributes.campaign", "ContentType": "STRING"}
    }


def test_its_header_is_a_slug_and_its_target_is_not() -> None:
    marker = Marker.checked(("2026 campaign", "x"), FIELDS)

    assert marker.to_api() == {
        "c_2026_campaign": {
            "Source": "c_2026_campaign",
            "Target": "_profile.Attributes.2026 campaign",
            "ContentType": "STRING",
        }
    }


@pytest.mark.parametrize(
    "given",
    ["campaign", ["campaign", "spring"], ("campaign",), ("campaign", 7), ("a", "b", "c"), {"campaign": "spring"}],
    ids=str,
)
def test_what_is_no_pair_of_texts_is_refused_with_an_example(given: Any) -> None:
    with pytest.raises(TypeError, match=r"expected a name and a value.*marker=\('campaign', 'spring-2026'\)"):
        Marker.checked(given, FIELDS)


@pytest.mark.parametrize("length", [1, 255])
def test_the_shortest_and_the_longest_value_are_taken(length: int) -> None:
    assert len(Marker.checked(("campaign", "x" * length), FIELDS).value) == length


@pytest.mark.parametrize("length", [0, 256])
def test_a_value_that_the_service_does_not_take_is_refused(length: int) -> None:
    with pytest.raises(FieldsError, match=rf"has {length} characters; expected 1 to 255"):
        Marker.checked(("campaign", "x" * length), FIELDS)


@pytest.mark.parametrize("value", [" spring", "spring\n", "a\x00b", "\ud800"], ids=ascii)
def test_a_value_that_no_segment_could_ask_for_is_refused(value: str) -> None:
    with pytest.raises(FieldsError, match="control character, or spaces at an end"):
        Marker.checked(("campaign", value), FIELDS)


@pytest.mark.parametrize("name", ["", "x" * 256, "a.b", "a[0]", " campaign"], ids=ascii)
def test_a_name_that_no_attribute_can_have_is_refused(name: str) -> None:
    with pytest.raises(FieldsError, match="custom attribute"):
        Marker.checked((name, "spring"), FIELDS)


def test_an_attribute_that_a_column_goes_to_is_refused() -> None:
    with pytest.raises(FieldsError, match=r"Column 'Tier!' is mapped to 'Attributes\.tier'"):
        Marker.checked(("tier", "gold"), FIELDS)


@pytest.mark.parametrize("name", ["ID", "id"])
def test_a_header_that_the_file_has_already_is_refused(name: str) -> None:
    with pytest.raises(FieldsError, match="Column 'id' has the header 'id'"):
        Marker.checked((name, "gold"), FIELDS)


@pytest.mark.parametrize("value", ["{{_profile.Address.City}}", "{{campaign}}"])
def test_a_value_that_is_a_reference_as_a_whole_is_refused(value: str) -> None:
    with pytest.raises(FieldsError, match=r"'campaign' would be read as a reference.*Leave out the braces"):
        Marker.checked(("campaign", value), FIELDS)


@pytest.mark.parametrize("value", ["{{spring}} 2026", "{spring}"])
def test_braces_inside_of_a_value_are_taken(value: str) -> None:
    assert Marker.checked(("campaign", value), FIELDS).value == value
