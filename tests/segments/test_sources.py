"""The segments that a segment is built on: gone, in a circle, too deep, too many attributes."""

from __future__ import annotations

import pytest

from cpnb.errors import ServiceError, SourceSegmentError, UnreachableError
from cpnb.expressions import calculated, in_segment, profile
from cpnb.segments import SegmentDefinition
from cpnb.segments.sources import look_at_sources
from tests.segments.answers import NOT_FOUND, Answers

SEATTLE = profile.Address.City == "Seattle"


class Segments(Answers):
    """A domain that has the segments it was told, each made of an expression or of a whole answer."""

    def __init__(self, **segments):
        super().__init__()
        self.segments = {name.replace("_", "-"): said for name, said in segments.items()}

    def call(self, operation, /, SegmentDefinitionName=None, **_parameters):  # noqa: N803 - the service's spelling
        self.asked.append(f"{operation} {SegmentDefinitionName}")
        if operation == "GetDomain":
            return {}
        assert operation == "GetSegmentDefinition"
        if SegmentDefinitionName not in self.segments:
            raise ServiceError("no", code=NOT_FOUND)
        said = self.segments[SegmentDefinitionName]
        return said if isinstance(said, dict) else {"SegmentGroups": said.to_api()}


def test_a_condition_without_sources_asks_nothing():
    domain = Segments()
    assert look_at_sources(domain, "x", SEATTLE).expressions == {}
    assert domain.asked == []


def test_sources_are_read_to_the_last_each_once():
    domain = Segments(
        a=in_segment("c") & in_segment("d"), b=~in_segment("c"), c=in_segment("d") | SEATTLE, d=~SEATTLE, other=SEATTLE
    )
    found = look_at_sources(domain, "x", in_segment("a") | in_segment("b"))
    assert {name: str(expression) for name, expression in found.expressions.items()} == {
        "a": "is in segment 'c' and is in segment 'd'",
        "b": "not (is in segment 'c')",
        "c": "is in segment 'd' or Address.City is 'Seattle'",
        "d": "Address.City is not 'Seattle'",
    }
    assert sorted(domain.asked) == [f"GetSegmentDefinition {name}" for name in "abcd"]


def test_what_cannot_be_read_as_a_condition_is_told_and_is_no_error():
    domain = Segments(sql={"SegmentSqlQuery": "SELECT 1"}, all={"SegmentGroups": {"Groups": [], "Include": "ALL"}})
    found = look_at_sources(domain, "x", in_segment("sql") & ~in_segment("all"))
    assert found.expressions == {}
    assert found.unreadable["sql"] == "Segment 'sql' is written in SQL, which cannot be read as a condition."
    assert "matches every profile" in found.unreadable["all"]


def test_a_source_that_is_gone_is_named_with_the_way_to_it():
    with pytest.raises(
        SourceSegmentError, match=r"'x' is built on segment 'gone', which .* not have: x -> a -> gone\."
    ):
        look_at_sources(Segments(a=~in_segment("gone")), "x", in_segment("a"))


def test_what_goes_wrong_while_reading_stays_what_it_is():
    with pytest.raises(UnreachableError, match="lost"):
        look_at_sources(Answers(UnreachableError("lost")), "x", in_segment("a"))


@pytest.mark.parametrize(
    ("condition", "segments", "circle"),
    [
        (in_segment("x"), {}, "x -> x"),
        (in_segment("y"), {"y": in_segment("x") & SEATTLE}, "x -> y -> x"),
        (SEATTLE | in_segment("a"), {"a": in_segment("b"), "b": ~in_segment("a")}, "a -> b -> a"),
    ],
)
def test_a_circle_is_shown(condition, segments, circle):
    with pytest.raises(SourceSegmentError, match=rf"in a circle: {circle}\. "):
        look_at_sources(Segments(**segments), "x", condition)


def chain(length: int) -> dict[str, object]:
    """Segments s1 to sN, each built on the next, the last on none."""
    return {f"s{n}": in_segment(f"s{n + 1}") for n in range(1, length)} | {f"s{length}": SEATTLE}


def test_five_levels_are_allowed_and_six_are_not():
    look_at_sources(Segments(**chain(5)), "x", in_segment("s1"))
    with pytest.raises(SourceSegmentError, match=r"x -> s1 -> s2 -> s3 -> s4 -> s5 -> s6.* allows 5 levels"):
        look_at_sources(Segments(**chain(6)), "x", in_segment("s1"))


def test_the_longest_way_counts_and_not_the_first():
    short_and_long = in_segment("s4") & in_segment("s1")
    with pytest.raises(SourceSegmentError, match="too deep"):
        look_at_sources(Segments(**chain(6)), "x", short_and_long)


def attributes(letter: str, count: int, of=profile.Attributes):
    condition = of[f"{letter}0"] == "x"
    for number in range(1, count):
        condition &= of[f"{letter}{number}"] == "x"
    return condition


def test_attributes_are_counted_through_the_sources():
    domain = Segments(a=attributes("a", 30), b=attributes("a", 30) & attributes("b", 20))
    look_at_sources(domain, "x", in_segment("a") & in_segment("b") & attributes("c", 10))
    with pytest.raises(SourceSegmentError, match=r"'x', with the segments .* 61 different attributes; .* allows 60"):
        look_at_sources(domain, "x", in_segment("a") & in_segment("b") & attributes("c", 11))
    domain = Segments(a=attributes("a", 6, calculated))
    look_at_sources(domain, "x", in_segment("a") & attributes("b", 4, calculated))
    with pytest.raises(SourceSegmentError, match="11 different calculated attributes; the service allows 10"):
        look_at_sources(domain, "x", in_segment("a") & attributes("b", 5, calculated))


def test_creating_and_estimating_look_at_the_sources_first(domain):
    segment = SegmentDefinition("x", in_segment("gone"))
    for act in (segment.create, segment.estimate):
        with pytest.raises(SourceSegmentError, match=r"which domain .* does not have: x -> gone"):
            act(domain)
    SegmentDefinition("base", SEATTLE).create(domain)
    SegmentDefinition("x", in_segment("base")).create(domain)
    SegmentDefinition("base", SEATTLE).delete(domain)
    with pytest.raises(SourceSegmentError, match="base -> x -> base"):
        SegmentDefinition("base", in_segment("x")).create(domain)


def test_a_source_is_counted_by_the_service(domain):
    for city in ("Seattle", "Tacoma", "Seattle"):
        domain.client.create_profile(DomainName=domain.name, LastName="Smith", Address={"City": city})
    SegmentDefinition("base", SEATTLE).create(domain)
    assert SegmentDefinition("x", in_segment("base") & (profile.LastName == "Smith")).estimate(domain) == 2
    assert SegmentDefinition("x", ~in_segment("base")).estimate(domain) == 1
