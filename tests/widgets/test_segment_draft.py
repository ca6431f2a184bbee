"""A segment while it is written: what is missing is said, and what is said survives every way there and back."""

from __future__ import annotations

import json
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from cpnb import calculated, in_segment, profile
from cpnb.dimensions import Dimension
from cpnb.errors import ExpressionError
from cpnb.expressions import Condition, Expression
from cpnb.widgets.segment_builder.condition_draft import ConditionDraft, ValueKind, checked_values
from cpnb.widgets.segment_builder.draft_reading import draft_of
from cpnb.widgets.segment_builder.segment_code import json_of, python_of
from cpnb.widgets.segment_builder.segment_draft import GroupDraft, SegmentDraft
from tests.segments.test_segment_groups import DOCUMENTS, same_meaning

CITY = ConditionDraft("Address.City", "ProfileDimension", "INCLUSIVE", ("Seattle", "Boston"))
NAME = ConditionDraft("LastName", "ProfileDimension", "BEGINS_WITH", ("S",))
TIER = ConditionDraft("Attributes.tier", "AttributeDimension", "GREATER_THAN", ("5",))
BORN = ConditionDraft("BirthDate", "DateDimension", "BEFORE", ("2000-01-01T00:00:00Z",))
CALLS = ConditionDraft("_calls", "CalculatedAttributeDimension", "EQUAL", ("3",), (30, None))

city = profile.Address.City.isin(["Seattle", "Boston"])
name = profile.LastName.startswith("S")
tier = profile.Attributes["tier"] > 5
born = profile.BirthDate.before("2000-01-01")
calls = calculated["_calls"].over(30) == 3
vip, gone = in_segment("vip"), in_segment("gone")


def all_of(*groups):
    return SegmentDraft("ALL", groups)


def group(quantifier, *conditions):
    return GroupDraft(quantifier, conditions)


# Written by hand: what is drawn, and what Python says for it.
PAIRS = [
    (all_of(group("ALL", CITY)), city),
    (all_of(group("ALL", CITY, NAME)), city & name),
    (all_of(group("ANY", CITY, NAME)), city | name),
    (all_of(group("NONE", CITY, NAME)), ~(city | name)),
    (all_of(group("NONE", CITY)), ~city),
    (all_of(group("ALL", CITY), group("NONE", NAME)), city & ~name),
    (all_of(group("ANY", CITY, NAME), group("ANY", TIER, BORN)), (city | name) & (tier | born)),
    (SegmentDraft("ANY", (group("ALL", CITY, NAME), group("ALL", TIER, BORN))), (city & name) | (tier & born)),
    (SegmentDraft("ANY", (group("ANY", CITY, NAME), group("ALL", TIER, BORN))), city | name | (tier & born)),
    (SegmentDraft("NONE", (group("ALL", CITY, NAME),)), ~(city & name)),
    (
        SegmentDraft("NONE", (group("ALL", CITY, NAME), group("ALL", TIER, CALLS))),
        ~((city & name) | (tier & calls)),
    ),
    (all_of(GroupDraft(sources=("vip",))), vip),
    (all_of(GroupDraft("ALL", (CITY, CALLS), "ANY", ("vip", "gone"))), city & calls & (vip | gone)),
    (all_of(GroupDraft("ANY", (CITY, NAME), "NONE", ("vip", "gone"))), (city | name) & ~(vip | gone)),
    (
        SegmentDraft(
            "ANY", (GroupDraft("ALL", (CITY,), "ALL", ("vip",)), GroupDraft("NONE", (NAME,), "NONE", ("gone",)))
        ),
        (city & vip) | (~name & ~gone),
    ),
]


@pytest.mark.parametrize(("draft", "expression"), PAIRS)
def test_what_is_drawn_is_what_python_says(draft, expression):
    assert draft.problems == ()
    assert draft.expression() == expression
    assert draft_of(expression) == draft
    assert draft.explain().replace("(", "").replace(")", "") == expression.explain().replace("(", "").replace(")", "")


def drafts():
    leaves = st.sampled_from([CITY, NAME, TIER, BORN, CALLS])
    quantifiers = st.sampled_from(["ALL", "ANY", "NONE"])
    groups = st.builds(
        GroupDraft,
        quantifiers,
        st.lists(leaves, max_size=3, unique=True).map(tuple),
        quantifiers,
        st.lists(st.sampled_from(["vip", "gone", "s3"]), max_size=2, unique=True).map(tuple),
    ).filter(lambda group: not group.is_empty)
    return st.builds(SegmentDraft, quantifiers, st.lists(groups, min_size=1, max_size=4).map(tuple))


def said(draft):
    """What a draft says, or None if that is true of everybody or nobody."""
    try:
        return draft.expression()
    except ExpressionError as error:
        if "every profile" in str(error) or "contradicts itself" in str(error):
            return None
        raise


@given(drafts())
def test_nothing_is_lost_between_draft_and_expression(draft):
    expression = said(draft)
    if expression is None:
        return
    read = draft_of(expression)
    assert same_meaning(read.expression().to_api(), expression.to_api())
    # What was read once is said and read the same from then on.
    assert draft_of(read.expression()) == read


def groups_of(quantifier, least):
    leaves = st.lists(st.sampled_from([CITY, NAME, TIER, BORN, CALLS]), min_size=least, max_size=3, unique=True)
    return leaves.map(lambda found: GroupDraft(quantifier, tuple(found)))


# Groups that can be drawn in one way only: none that is joined to its neighbours as its own conditions are, and none
# of a single condition, which ALL and ANY would say alike.
ONE_WAY = st.one_of(
    groups_of("ALL", 1).map(lambda group: SegmentDraft("ALL", (group,))),
    st.tuples(groups_of("ALL", 2), groups_of("ANY", 2)).map(lambda pair: SegmentDraft("ALL", pair)),
    st.lists(groups_of("ANY", 2) | groups_of("NONE", 1), min_size=2, max_size=4).map(
        lambda groups: SegmentDraft("ALL", tuple(groups))
    ),
    st.tuples(groups_of("ANY", 2), groups_of("ALL", 2)).map(lambda pair: SegmentDraft("ANY", pair)),
    st.lists(groups_of("ALL", 2) | groups_of("NONE", 1), min_size=2, max_size=4).map(
        lambda groups: SegmentDraft("ANY", tuple(groups))
    ),
    st.lists(groups_of("ALL", 2), min_size=1, max_size=4).map(lambda groups: SegmentDraft("NONE", tuple(groups))),
)


@given(ONE_WAY)
def test_a_draft_comes_back_as_it_was_drawn(draft):
    expression = said(draft)
    if expression is not None:
        assert draft_of(expression) == draft


@given(DOCUMENTS)
def test_whatever_the_service_holds_can_be_drawn(document):
    expression = Expression.from_api(document)
    try:
        written = expression.to_api()
    except ExpressionError:
        with pytest.raises(ExpressionError):
            draft_of(expression).expression()
        return
    assert same_meaning(draft_of(expression).expression().to_api(), written)


def evaluated(code):
    namespace = {}
    exec(code, namespace)  # noqa: S102  # that it runs is what is tested
    return namespace["condition"]


@given(drafts())
def test_the_code_of_a_condition_makes_an_equal_one(draft):
    expression = said(draft)
    if expression is not None:
        assert evaluated(python_of(expression)) == expression
        assert json.loads(json_of(expression)) == expression.to_api()


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
# Of more digits than a value may have, nobody can make a condition.
numbers = st.one_of(st.integers(-(10**18), 10**18), st.floats(-1e12, 1e12).map(lambda number: round(number, 9)))
LEAVES = st.one_of(
    st.lists(texts, min_size=1, max_size=3).map(profile.LastName.isin),
    st.lists(texts, min_size=1, max_size=3).map(profile.Attributes["odd name"].notin),
    texts.map(profile.Address.City.contains),
    texts.map(profile.Address.City.endswith),
    numbers.map(lambda n: profile.Attributes["n"] >= n),
    numbers.map(lambda n: calculated["_n"].over(9, 2) == n),
    st.tuples(numbers, numbers).map(sorted).map(lambda ends: profile.Attributes["n"].between(*ends)),
    st.datetimes().map(profile.BirthDate.after),
    st.dates().map(calculated["_last"].on),
    st.tuples(st.dates(), st.dates()).map(sorted).map(lambda ends: profile.BirthDate.not_between(*ends)),
)


@given(st.lists(LEAVES, min_size=1, max_size=4), st.sampled_from(["&", "|"]))
def test_values_of_all_kinds_survive_the_code_and_the_draft(leaves, sign):
    whole = leaves[0]
    for leaf in leaves[1:]:
        whole = whole & leaf if sign == "&" else whole | leaf
    assert evaluated(python_of(whole)) == whole
    assert draft_of(whole).groups[0].conditions == tuple(map(ConditionDraft.of, leaves))


@pytest.mark.parametrize(
    "dimension",
    [
        {"ProfileAttributes": {"BirthDate": {"DimensionType": "BEFORE", "Values": ["2000-01-01", "1990-01-01"]}}},
        {"ProfileAttributes": {"BirthDate": {"DimensionType": "BETWEEN", "Values": ["2001", "2000"]}}},
        {"ProfileAttributes": {"Attributes": {"a.b": {"DimensionType": "EQUAL", "Values": ["1", "02"]}}}},
        {"ProfileAttributes": {"LastName": {"DimensionType": "INCLUSIVE", "Values": ["a", "a"]}}},
    ],
)
def test_what_only_the_service_writes_is_read_from_its_document(dimension):
    groups = {"Groups": [{"Dimensions": [dimension], "Type": "ALL", "SourceType": "ALL"}], "Include": "ALL"}
    expression = Expression.from_api(groups)
    code = python_of(expression)
    assert "Expression.from_api(" in code
    assert evaluated(code) == expression
    (condition,) = draft_of(expression).groups[0].conditions
    assert isinstance(expression, Condition)
    assert condition.values == expression.dimension.values


def test_a_condition_of_three_levels_is_refused_with_the_way_out():
    deep = (city & ~name) | (tier & ~born)
    with pytest.raises(ExpressionError, match=r"two levels.*through_sources"):
        draft_of(deep)


@pytest.mark.parametrize(
    ("draft", "problem", "sentence"),
    [
        (ConditionDraft(), "Choose an attribute.", "… …"),
        (replace(CITY, operator=""), "Choose how Address.City is compared.", "Address.City …"),
        (replace(CITY, values=()), "Give Address.City a value to compare with.", "Address.City is '…'"),
        (
            ConditionDraft("BirthDate", "DateDimension", "BETWEEN", ("2000-01-01T00:00:00Z", "")),
            "Give BirthDate both ends of the range.",
            "BirthDate is between 2000-01-01T00:00:00Z and …",
        ),
        (
            ConditionDraft("Attributes.n", "AttributeDimension", "BETWEEN", ("10", "9")),
            "Attributes.n: the first end of a range must not lie after the second.",
            "Attributes.n is between 10 and 9",
        ),
        (
            ConditionDraft("Attributes.n", "AttributeDimension", "BETWEEN", ("10", "2000-01-01T00:00:00Z")),
            "Attributes.n: give two numbers or two dates, not one of each.",
            "Attributes.n is between 10 and 2000-01-01T00:00:00Z",
        ),
    ],
)
def test_what_is_missing_is_said(draft, problem, sentence):
    whole = SegmentDraft("ALL", (GroupDraft("ALL", (NAME, draft)),))
    assert draft.problem == problem
    assert draft.explain() == sentence
    assert whole.problems == (f"Group 1, condition 2: {problem}",)
    with pytest.raises(ExpressionError, match="Group 1, condition 2"):
        whole.expression()


def test_an_empty_segment_and_an_empty_group_are_no_conditions():
    assert SegmentDraft().problems == ("Add a condition: a segment without one would match everybody.",)
    (problem,) = SegmentDraft("ALL", (GroupDraft(),)).problems
    assert problem == "Group 1: Add a condition, or remove the group: an empty one would match everybody."


def test_what_contradicts_itself_is_said_of_the_whole():
    both = SegmentDraft("ALL", (GroupDraft("ALL", (CITY,)), GroupDraft("NONE", (CITY,))))
    (problem,) = both.problems
    assert "contradicts itself" in problem


def test_conditions_are_added_removed_doubled_and_moved():
    group = GroupDraft("ALL", (CITY, NAME))
    assert group.with_new(TIER).conditions == (CITY, NAME, TIER)
    assert group.with_new().conditions == (CITY, NAME, ConditionDraft())
    assert group.without(0).conditions == (NAME,)
    assert group.duplicated(0).conditions == (CITY, CITY, NAME)
    assert group.duplicated(0).conditions[0] is not group.duplicated(0).conditions[1]
    assert group.moved(0, 1).conditions == (NAME, CITY)
    assert group.moved(0, -1).conditions == (CITY, NAME)
    assert group.moved(1, 9).conditions == (CITY, NAME)
    draft = SegmentDraft("ANY", (group, GroupDraft("NONE", (BORN,))))
    assert draft.condition_count == 3
    assert [one.quantifier for one in draft.moved(1, -1).groups] == ["NONE", "ALL"]
    assert draft.duplicated(0).groups == (group, group, draft.groups[1])
    assert draft.without(0).groups == draft.groups[1:]
    assert draft.with_new().groups[-1].conditions == (ConditionDraft(),)


def test_another_attribute_keeps_what_it_can_compare_with():
    assert CITY.with_attribute("LastName", "ProfileDimension").values == CITY.values
    dated = CITY.with_attribute("BirthDate", "DateDimension")
    assert (dated.operator, dated.values) == ("BEFORE", ())
    kind = CITY.with_attribute("ProfileType", "ProfileTypeDimension")
    assert (kind.operator, kind.values) == ("INCLUSIVE", ())
    assert kind.allowed_values == ("ACCOUNT_PROFILE", "PROFILE")
    assert CALLS.with_attribute("Attributes.x", "AttributeDimension").days is None
    assert TIER.with_operator("LESS_THAN").values == ("5",)
    assert TIER.with_operator("CONTAINS").values == ()
    assert TIER.with_operator("BETWEEN").value_kind is ValueKind.NUMBERS_OR_DATES
    assert BORN.with_operator("BETWEEN").value_kind is ValueKind.DATES


@pytest.mark.parametrize(
    ("draft", "typed", "values"),
    [
        (CITY, "Saint  Paul ", ("Saint  Paul ",)),
        (CITY, "   ", ()),
        (TIER, " 12 ", ("12",)),
        (TIER, "12.50", ("12.5",)),
        (TIER, "{{_profile.Attributes.x}}", ("{{_profile.Attributes.x}}",)),
        (BORN, "2000-02-29", ("2000-02-29T00:00:00Z",)),
        (BORN, "2000-02-29T12:00+02:00", ("2000-02-29T10:00:00Z",)),
        (replace(TIER, operator="BETWEEN"), "7", ("7",)),
        (replace(TIER, operator="BETWEEN"), "2024-10-01", ("2024-10-01T00:00:00Z",)),
    ],
)
def test_what_is_typed_becomes_what_the_service_compares(draft, typed, values):
    assert checked_values(draft, typed) == values


@pytest.mark.parametrize(
    ("draft", "typed", "message"),
    [
        (CITY, "x" * 256, "256 characters; expected at most 255"),
        (TIER, "twelve", "compared with a number here, such as 12"),
        (TIER, "nan", "such as 12 or 12.5"),
        (TIER, "1e999", "not finite"),
        (TIER, "9" * 400, "not finite"),
        (TIER, "1_000", "such as 12 or 12.5"),
        (TIER, "٣", "such as 12 or 12.5"),
        (BORN, "29.2.2000", "ISO 8601"),
        (BORN, "2001-02-29", "ISO 8601"),
        (ConditionDraft("ProfileType", "ProfileTypeDimension", "INCLUSIVE"), "OTHER", "the service knows no other"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_sentence(draft, typed, message):
    with pytest.raises(ExpressionError, match=message):
        checked_values(draft, typed)


@pytest.mark.parametrize(
    ("shape_and_operator", "values"),
    [
        (("AttributeDimension", "BETWEEN"), ("5", "1")),
        (("AttributeDimension", "NOT_BETWEEN"), ("x", "y")),
        (("AttributeDimension", "BETWEEN"), ("-3", "2024-01-01")),
        (("DateDimension", "BETWEEN"), ("2024-10-02T00:00:00Z", "2024-10-01T00:00:00Z")),
    ],
)
def test_a_range_that_the_service_holds_is_shown_and_checked_once_it_is_edited(shape_and_operator, values):
    held = Condition(Dimension("Attributes.n", *shape_and_operator, values))

    read = ConditionDraft.of(held)

    assert read.problem == ""
    assert read.condition() == held
    assert read.with_values(values).problem == ""
    assert "Attributes.n" in read.with_values((values[1], values[1] + "0")[::-1]).problem
    assert replace(read, is_read=False).problem != ""


def test_a_value_that_is_too_long_for_another_attribute_is_told():
    long = ConditionDraft("AdditionalInformation", "ExtraLengthValueProfileDimension", "INCLUSIVE", ("x" * 600,))

    assert long.problem == ""
    assert (
        "a value has 600 characters; expected at most 255"
        in long.with_attribute("LastName", "ProfileDimension").problem
    )
    assert "a value has 300 characters" in replace(TIER, operator="EQUAL", values=("9" * 300,)).problem
