"""Segments that build on others: limits through all of them, circles, and sources that are gone."""

import pytest


def on(*names, how="ALL"):
    """Return the groups of a segment that is its sources and nothing else."""
    sources = [{"SegmentDefinitionName": name} for name in names]
    return {"Groups": [{"SourceSegments": sources, "SourceType": how, "Type": "ALL"}], "Include": "ALL"}


def attributes(*names, kind="ProfileAttributes"):
    """Return the groups of a segment with a condition on each custom or calculated attribute."""
    test = {"DimensionType": "EXCLUSIVE", "Values": ["x"]}
    named = [{name: test} for name in names]
    dimensions = [{kind: {"Attributes": one} if kind == "ProfileAttributes" else one} for one in named]
    return {"Groups": [{"Dimensions": dimensions, "Type": "ALL", "SourceType": "ALL"}], "Include": "ALL"}


def names(prefix, count):
    return [f"{prefix}{number}" for number in range(count)]


@pytest.fixture
def chain(domain, words):
    """Segments s0 (gold) to s5, each on the one before."""
    domain.add([{"AccountNumber": "1", "Attributes": {"tier": "gold"}}, {"AccountNumber": "2"}])
    domain.define("s0", SegmentGroups=words.attribute("tier", "INCLUSIVE", "gold"))
    for depth in range(1, 6):
        domain.define(f"s{depth}", SegmentGroups=on(f"s{depth - 1}"))
    return domain


def test_five_levels_of_sources_are_evaluated_and_no_more(chain, refusal):
    assert chain.members(on("s4")) == ["1"]
    for call, what in [(chain.define, ["s6"]), (chain.estimate, [])]:
        arguments = {"SegmentGroups": on("s5")} if what else {"groups": on("s5")}
        code, _, message = refusal(call, *what, **arguments)
        assert code == "BadRequestException"
        assert "more than 5 deep" in message


def test_the_same_source_by_many_ways_is_not_a_circle(chain):
    assert chain.members(on("s1", "s2", "s3", "s3")) == ["1"]
    assert chain.members(on("s1", "s2", how="NONE")) == ["2"]


def test_sixty_attributes_are_counted_through_the_sources(domain, refusal):
    domain.define("below", SegmentGroups=attributes(*names("a", 30)))
    both = attributes(*names("a", 10), *names("b", 30))  # ten of them again, which count once
    both["Groups"][0]["SourceSegments"] = [{"SegmentDefinitionName": "below"}]
    domain.define("sixty", SegmentGroups=both)
    code, _, message = refusal(domain.define, "more", SegmentGroups=with_source(attributes("c"), "sixty"))
    assert code == "BadRequestException"
    assert "uses 61 attributes" in message


def test_ten_calculated_attributes_are_counted_through_the_sources(domain, refusal):
    domain.define("below", SegmentGroups=attributes(*names("a", 6), kind="CalculatedAttributes"))
    domain.define("ten", SegmentGroups=with_source(attributes(*names("b", 4), kind="CalculatedAttributes"), "below"))
    eleven = with_source(attributes("c", kind="CalculatedAttributes"), "ten")
    code, _, message = refusal(domain.estimate, eleven)
    assert code == "BadRequestException"
    assert "uses 11 calculated attributes" in message


def with_source(groups, name):
    groups["Groups"][0]["SourceSegments"] = [{"SegmentDefinitionName": name}]
    return groups


def test_a_source_that_never_was_is_named(domain, refusal):
    for call, arguments in [(domain.define, ["top"]), (domain.estimate, [])]:
        groups = {"SegmentGroups": on("missing")} if arguments else {"groups": on("missing")}
        code, status, message = refusal(call, *arguments, **groups)
        assert (code, status) == ("BadRequestException", 400)
        assert "Source segment missing does not exist" in message


def test_a_source_that_went_is_named_at_evaluation(chain, refusal):
    profile_id = chain.one("1")["ProfileId"]
    chain.drop("s1")
    parameters = {"DomainName": chain.name, "SegmentDefinitionName": "s4", "ProfileIds": [profile_id]}
    code, _, message = refusal(chain.client.get_segment_membership, **parameters)
    assert code == "BadRequestException"
    assert "Source segment s1 does not exist" in message
    # A definition that reaches it three levels down is not made either.
    assert "s1" in refusal(chain.define, "top", SegmentGroups=on("s4"))[2]


def test_a_circle_is_not_closed(domain, refusal):
    domain.define("b", SegmentGroups=attributes("x"))
    domain.define("a", SegmentGroups=on("b"))
    domain.drop("b")
    code, _, message = refusal(domain.define, "b", SegmentGroups=on("a"))
    assert code == "BadRequestException"
    assert "b -> a -> b" in message


def test_a_segment_on_itself_is_a_circle(domain, refusal):
    assert "me -> me" in refusal(domain.define, "me", SegmentGroups=on("me"))[2]


def test_a_circle_that_a_service_accepts_is_refused_when_it_is_used(chain, refusal):
    chain.sandbox.control("PATCH", "settings", {"broken_sources": "accept_until_used"})
    chain.drop("s0")
    chain.define("s0", SegmentGroups=on("s2"))
    profile_id = chain.one("1")["ProfileId"]
    parameters = {"DomainName": chain.name, "SegmentDefinitionName": "s0", "ProfileIds": [profile_id]}
    code, _, message = refusal(chain.client.get_segment_membership, **parameters)
    assert code == "BadRequestException"
    assert "s0 -> s2 -> s1 -> s0" in message
    code, _, message = refusal(chain.estimate, on("s1"))
    assert code == "BadRequestException"
    assert "s1 -> s0 -> s2 -> s1" in message
    # What a segment names itself must be there under this setting too.
    assert "missing" in refusal(chain.define, "top", SegmentGroups=on("missing"))[2]


def test_a_source_in_use_is_deleted_unless_the_setting_says_otherwise(chain, refusal):
    chain.sandbox.control("PATCH", "settings", {"delete_used_segment": "refuse"})
    code, _, message = refusal(chain.drop, "s1")
    assert code == "BadRequestException"
    assert "s1 is a source of s2" in message
    chain.drop("s5")
    chain.sandbox.control("DELETE", "settings")
    chain.drop("s1")


def test_a_source_can_be_an_sql_segment_and_is_not_evaluated(domain, refusal):
    domain.define("sql", SegmentSqlQuery="SELECT profileid FROM profiles")
    domain.define("top", SegmentGroups=on("sql"))
    code, status, message = refusal(domain.estimate, on("top"))
    assert (code, status) == ("NotImplementedException", 501)
    assert "sql" in message
