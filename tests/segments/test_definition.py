"""What a segment definition is: what it refuses, how it reads, and that it comes back as it was said."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import pytest

from cpnb.domain import Domain
from cpnb.errors import DomainNotFoundError, ExpressionError, ServiceError
from cpnb.expressions import calculated, in_segment, profile
from cpnb.segments import SegmentDefinition, list_segments
from cpnb.segments.sort import SortBy
from cpnb.segments.sql import Sql
from tests.segments.answers import Answers

SEATTLE = profile.Address.City == "Seattle"
DEEP = (profile.LastName.contains("c") & ~profile.FirstName.contains("b")) | profile.LastName.contains("a")


def several(count: int):
    """A condition on so many custom attributes."""
    condition = profile.Attributes["a0"] == "x"
    for number in range(1, count):
        condition &= profile.Attributes[f"a{number}"] == "x"
    return condition


def several_calculated(count: int):
    condition = calculated["c0"] == "x"
    for number in range(1, count):
        condition &= calculated[f"c{number}"] == "x"
    return condition


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "two words"}, "without spaces"),
        ({"name": ""}, "1 to 64 characters, this one has 0"),
        ({"name": "x" * 65}, "this one has 65"),
        ({"name": 5}, "The name of a segment is text, got an object of type int"),
        ({"display_name": ""}, "1 to 255"),
        ({"display_name": "x" * 256}, "1 to 255 characters, this one has 256"),
        ({"description": ""}, "1 to 4,000 characters, this one has 0"),
        ({"description": "x" * 4001}, "1 to 4,000 characters, this one has 4,001"),
        ({"expression": profile.LastName}, "needs a condition, got an object of type Attribute"),
        ({"expression": "SELECT 1"}, r"object of type str.* SQL is given as sql='SELECT ...'"),
        ({"expression": None}, "needs a condition or a query in SQL, and none is given"),
        ({"sql": "SELECT 1"}, "and both are given"),
        ({"expression": None, "sql": ""}, "The SQL of a segment has 1 to 50,000 characters, this one has 0"),
        ({"expression": None, "sql": "x" * 50_001}, "1 to 50,000 characters, this one has 50,001"),
        ({"expression": None, "sql": 5}, "The SQL of a segment is text, got an object of type int"),
        ({"expression": DEEP}, r"more than the two levels.*through_sources"),
        ({"expression": SEATTLE | ~SEATTLE}, "holds for every profile"),
        ({"expression": several(61)}, "compares 61 different attributes; the service allows 60"),
        (
            {"expression": several_calculated(11)},
            r"11 different calculated attributes; the service allows 10\. Leave some out",
        ),
        ({"sort": SortBy("LastName")}, r"sort is a list: sort=\[SortBy"),
        ({"sort": "LastName"}, "sort is a list"),
        ({"sort": ["LastName"]}, "sort has an object of type str; expected SortBy"),
        ({"sort": [SortBy(f"Attributes.a{n}") for n in range(11)]}, "10 attributes at most, here are 11"),
        ({"sort": [SortBy("LastName"), SortBy("LastName", "DESC")]}, "sort names 'LastName' more than once"),
        ({"tags": [("a", "b")]}, "tags is a list; expected a dict"),
        ({"tags": {f"k{n}": "" for n in range(51)}}, "50 tags at most, here are 51"),
        ({"tags": {"two words": "x"}}, "'two words' cannot be the key of a tag.*without spaces"),
        ({"tags": {"aws:x": "x"}}, "not beginning with 'aws:'"),
        ({"tags": {"": "x"}}, "expected 1 to 128"),
        ({"tags": {"k" * 129: "x"}}, "expected 1 to 128"),
        ({"tags": {"k": "x" * 257}}, "has 257 characters; expected at most 256"),
        ({"tags": {"k": 5}}, "no pair of texts; write numbers in quotation marks"),
    ],
)
def test_what_the_service_would_refuse_is_refused_at_once(arguments, message):
    with pytest.raises(ExpressionError, match=message):
        SegmentDefinition(**{"name": "x", "expression": SEATTLE, **arguments})


def test_what_is_at_the_limits_is_taken():
    SegmentDefinition("x" * 64, several(60), display_name="x" * 255, description="x" * 4000)
    SegmentDefinition(
        "x",
        several_calculated(10),
        sort=[SortBy(f"Attributes.a{n}") for n in range(10)],
        tags={f"k{n}": "x" * 256 for n in range(50)},
    )
    SegmentDefinition("x", sql="x" * 50_000)
    one_attribute_often = several(1)
    for number in range(70):
        one_attribute_often |= profile.Attributes["a0"].contains(str(number))
    SegmentDefinition("x", one_attribute_often)


def test_several_ways_to_say_more_than_a_condition_are_keywords():
    with pytest.raises(TypeError):
        SegmentDefinition("x", SEATTLE, "Everybody")


FULL = SegmentDefinition(
    "vip",
    ~in_segment("unsubscribed") & SEATTLE,
    display_name="Very important",
    description="For the spring campaign.",
    sort=[SortBy(profile.Attributes["score"], "DESC", "NUMBER"), SortBy(calculated["_calls"])],
    tags={"team": "crm"},
)


def test_a_definition_becomes_the_request_of_the_service():
    assert FULL.to_api() == {
        "DisplayName": "Very important",
        "Description": "For the spring campaign.",
        "SegmentGroups": FULL.expression.to_api(),
        "SegmentSort": {
            "Attributes": [
                {"Name": "Attributes.score", "Order": "DESC", "DataType": "NUMBER", "Type": "PROFILE"},
                {"Name": "_calls", "Order": "ASC", "Type": "CALCULATED"},
            ]
        },
        "Tags": {"team": "crm"},
    }
    assert SegmentDefinition("x", sql="SELECT 1").to_api() == {"DisplayName": "x", "SegmentSqlQuery": "SELECT 1"}


@pytest.mark.parametrize(
    "segment",
    [
        FULL,
        SegmentDefinition("plain", SEATTLE),
        SegmentDefinition("sql", sql=Sql("SELECT profile_id FROM p WHERE city = :city", city="Ta'coma")),
        SegmentDefinition("sorted-sql", sql="SELECT 1", sort=[SortBy("BirthDate", data_type="DATE")], tags={"a": ""}),
    ],
    ids=lambda segment: segment.name,
)
def test_a_segment_is_read_back_as_it_was_created(domain, segment):
    SegmentDefinition("unsubscribed", ~SEATTLE).create(domain)
    assert segment.create(domain) is segment
    assert SegmentDefinition.get(domain, segment.name) == segment


def test_a_segment_that_was_made_elsewhere_is_read():
    found = SegmentDefinition.get(
        Answers(
            {
                "SegmentDefinitionName": "x",
                "DisplayName": "x",
                "SegmentGroups": {
                    "Groups": [
                        {"SourceSegments": [{"SegmentDefinitionName": "a"}, {"SegmentDefinitionName": "b"}],
                         "SourceType": "ANY"}
                    ]
                },
                "SegmentSort": {"Attributes": [{"Name": "tier", "Order": "DESC"}]},
                "Tags": {},
            }
        ),
        "x",
    )  # fmt: skip
    assert str(found.expression) == "is in segment 'a' or is in segment 'b'"
    assert found.display_name is None
    assert found.tags is None
    [by] = found.sort
    assert (by.name, by.order, by.data_type, by.kind) == ("tier", "DESC", None, None)
    assert by.to_api() == {"Name": "tier", "Order": "DESC"}


def test_a_segment_that_matches_everybody_is_not_read_as_a_condition():
    answers = Answers({"SegmentDefinitionName": "x", "SegmentGroups": {"Groups": [], "Include": "ALL"}})
    with pytest.raises(ExpressionError, match=r"'x' cannot be read as a condition: .* matches every profile"):
        SegmentDefinition.get(answers, "x")


def test_a_definition_is_listed_and_deleted(domain):
    segment = SegmentDefinition("seattle", SEATTLE).create(domain)
    assert list(SegmentDefinition.list(domain)["name"]) == ["seattle"]
    segment.delete(domain)
    assert list_segments(domain).empty


def test_a_missing_segment_is_told_from_a_missing_domain(domain, sandbox):
    segment = SegmentDefinition("nobody", SEATTLE)
    for act in (
        lambda: SegmentDefinition.get(domain, "nobody"),
        lambda: segment.delete(domain),
        lambda: segment.replace(domain),
    ):
        with pytest.raises(ServiceError, match="has no segment 'nobody'"):
            act()
    gone = Domain("gone", endpoint_url=sandbox.url, session=domain._session)
    for act in (
        lambda: SegmentDefinition.get(gone, "nobody"),
        lambda: segment.create(gone),
        lambda: SegmentDefinition("x", in_segment("y")).create(gone),
        lambda: segment.replace(gone),
        lambda: segment.delete(gone),
        lambda: segment.estimate(gone),
        lambda: list_segments(gone),
    ):
        with pytest.raises(DomainNotFoundError):
            act()


def test_a_definition_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FULL.name = "y"
    with pytest.raises(TypeError):
        FULL.tags["team"] = "other"
    tags, sort = {"a": "b"}, [SortBy("LastName")]
    segment = SegmentDefinition("x", SEATTLE, tags=tags, sort=sort)
    tags["a"], sort[0] = "c", SortBy("FirstName")
    assert segment.tags == {"a": "b"}
    assert segment.sort == (SortBy("LastName"),)


def test_a_definition_can_be_copied_and_pickled():
    assert pickle.loads(pickle.dumps(FULL)) == FULL  # noqa: S301 - made in the line itself
    assert copy.deepcopy(FULL) == FULL
    assert dataclasses.replace(FULL, name="y").tags == {"team": "crm"}


def test_a_definition_reads_as_text():
    assert str(FULL) == repr(FULL) == (
        "Segment 'vip', profiles for which not (is in segment 'unsubscribed') and Address.City is 'Seattle'\n"
        "  display name: Very important\n"
        "  description: For the spring campaign.\n"
        "  sorted by: Attributes.score, largest first, compared as NUMBER; _calls, smallest first\n"
        "  tags: team = crm"
    )  # fmt: skip
    assert str(SegmentDefinition("x", sql="SELECT 1\nFROM t")) == "Segment 'x', in SQL:\n    SELECT 1\n    FROM t"


def test_a_definition_reads_as_html():
    html = FULL._repr_html_()
    assert html.startswith("<table><caption")
    assert "Segment vip" in html
    assert "<ul><li>" in html
    assert "Very important" in html
    odd = SegmentDefinition("x", sql="SELECT '<b>'", description="<script>", tags={"a": "<i>"})._repr_html_()
    assert "SELECT &#x27;&lt;b&gt;&#x27;" in odd
    assert not any(tag in odd for tag in ("<b>'", "<script>", "<i>"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("LastNam",), r"no attribute 'LastNam'\. Did you mean 'LastName'\?.*calculated\['<name>'\]"),
        (("Attributes.two words",), "cannot sort by 'Attributes.two words'"),
        ((profile.Attributes["a" * 54],), "1 to 64 letters"),
        ((calculated["_calls"].over(30),), r"leave \.over\(\) out"),
        ((5,), "or its name, got a int"),
        ((profile.LastName, "desc"), r"order of SortBy is 'desc'; expected 'ASC' or 'DESC'\. Did you mean"),
        ((profile.LastName, "ASC", "TEXT"), "data_type of SortBy is 'TEXT'; expected 'STRING' or 'NUMBER' or 'DATE'"),
    ],
)  # fmt: skip
def test_what_cannot_be_sorted_by_is_refused(arguments, message):
    with pytest.raises(ExpressionError, match=message):
        SortBy(*arguments)


def test_a_name_and_an_attribute_sort_alike():
    assert SortBy("Address.City") == SortBy(profile.Address.City)
    assert SortBy("Attributes.tier") == SortBy(profile.Attributes["tier"])
    assert SortBy(calculated["tier"]) != SortBy(profile.Attributes["tier"])


def test_a_condition_of_any_depth_becomes_segments_that_build_on_each_other(domain):
    first, whole = SegmentDefinition.through_sources(
        "deep", DEEP, display_name="Deep", description="All of it", sort=[SortBy("LastName")], tags={"team": "crm"}
    )
    assert (first.name, whole.name) == ("deep-1", "deep")
    assert str(whole.expression) == "is in segment 'deep-1' or LastName contains 'a'"
    assert (whole.display_name, whole.description) == ("Deep", "All of it")
    assert first.description == "A part of segment deep, which is built on it."
    assert (first.sort, whole.sort) == ((), (SortBy("LastName"),))
    assert first.tags == whole.tags == {"team": "crm"}
    for last, given in (("Ace", "Bob"), ("Scott", "Ann"), ("Cocoa", "Abby"), ("Doe", "Jo"), ("Mac", "Abby")):
        domain.client.create_profile(DomainName=domain.name, LastName=last, FirstName=given)
    for segment in (first, whole):
        segment.create(domain)
    assert whole.estimate(domain) == 3  # Scott by the first part, Cocoa and Mac by their a; Bob has a b


def test_a_condition_that_fits_stays_alone():
    assert SegmentDefinition.through_sources("x", SEATTLE) == [SegmentDefinition("x", SEATTLE)]


def alternating(depth: int):
    """A condition that needs so many levels of segments below it."""
    condition = profile.LastName.contains("z")
    for number in range(2 * depth + 1):
        low, high = (profile.Attributes[f"{letter}{number}"].contains("x") for letter in "ab")
        condition = (condition & ~low) | high
    return condition


def test_a_condition_that_would_need_too_many_levels_is_refused():
    with pytest.raises(ExpressionError, match=r"build on each other [0-9]+ deep; the service allows 5"):
        SegmentDefinition.through_sources("x", alternating(8))
    with pytest.raises(ExpressionError, match="1 to 64 characters, this one has 66"):
        SegmentDefinition.through_sources("x" * 64, DEEP)
    with pytest.raises(ExpressionError, match="needs a condition, got an object of type str"):
        SegmentDefinition.through_sources("x", "SELECT 1")


def test_a_name_that_no_segment_can_have_is_not_asked_about():
    with pytest.raises(ExpressionError, match="'no pe' cannot be the name of a segment"):
        SegmentDefinition.get(Answers(), "no pe")


def test_the_documents_are_plain_json():
    assert json.loads(json.dumps(FULL.to_api())) == FULL.to_api()
