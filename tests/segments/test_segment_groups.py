"""Conditions as SegmentGroups and back: what is written means what was said, and what is read can be written."""

import functools
import json
import operator
from itertools import product

import pytest
from hypothesis import given, strategies as st

from cpnb import normal_forms
from cpnb.errors import ExpressionError
from cpnb.expressions import Expression, calculated, in_segment, profile

x = profile.Attributes["x"]


def test_other_segments_stand_beside_the_comparisons():
    condition = in_segment("vip") & (profile.LastName == "Smith") & ~in_segment("unsubscribed")
    smith = {"ProfileAttributes": {"LastName": {"DimensionType": "INCLUSIVE", "Values": ["Smith"]}}}
    assert condition.to_api() == {
        "Groups": [
            {
                "SourceSegments": [{"SegmentDefinitionName": "vip"}],
                "SourceType": "ALL",
                "Dimensions": [smith],
                "Type": "ALL",
            },
            {"SourceSegments": [{"SegmentDefinitionName": "unsubscribed"}], "SourceType": "NONE", "Type": "ALL"},
        ],
        "Include": "ALL",
    }


def test_a_group_without_switches_is_read_as_all():
    document = {"Groups": [{"SourceSegments": [{"SegmentDefinitionName": name} for name in ("a", "b")]}]}
    assert Expression.from_api(document) == in_segment("a") & in_segment("b")


def test_names_that_look_like_members_are_read_as_names():
    condition = (profile.Attributes["DimensionType"] == "a") & (profile.Attributes["Values"] == "c")
    assert Expression.from_api(condition.to_api()) == condition
    dotted = {"ProfileAttributes": {"Attributes": {"a.b": {"DimensionType": "EQUAL", "Values": ["1"]}}}}
    document = {"Groups": [{"Dimensions": [dotted], "SourceType": "ALL", "Type": "ALL"}], "Include": "ALL"}
    assert Expression.from_api(document).to_api() == document


ATOMS = [
    profile.LastName.contains("a"),
    profile.LastName.isin(["Smith"]),
    profile.Address.City.notin(["Seattle"]),
    profile.BirthDate.before("1990-01-01"),
    x > 5,
    calculated["_n"].over(30, 7) == 2,
    profile.AccountNumber.isin([str(n) for n in range(60)]),
    in_segment("vip"),
    in_segment("gone"),
]
expressions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        inner.map(lambda part: ~part),
        st.tuples(inner, inner).map(lambda pair: pair[0] & pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1]),
    ),
    max_leaves=5,
)


def atoms_of(document):
    """Every comparison and source in a document, with EXCLUSIVE as the opposite of INCLUSIVE."""
    return {
        json.dumps(atom).replace("EXCLUSIVE", "INCLUSIVE")
        for group in document["Groups"]
        for atom in [*group.get("SourceSegments", []), *(one for d in group.get("Dimensions", []) for one in single(d))]
    }


def single(dimension):
    """The dimensions of one attribute each that a dimension stands for."""
    [(kind, attributes)] = dimension.items()
    for name, body in attributes.items():
        if name in {"Address", "Attributes"}:
            yield from ({kind: {name: {part: inner}}} for part, inner in body.items())
        else:
            yield {kind: {name: body}}


def holds(document, world):
    """Whether segment groups hold where the atoms in `world` do. Source: service model, IncludeOptions."""

    def quantified(quantifier, truths):
        return {"ALL": all(truths), "ANY": any(truths), "NONE": not any(truths)}[quantifier]

    def atom_holds(atom):
        text = json.dumps(atom)
        return world[text.replace("EXCLUSIVE", "INCLUSIVE")] != ("EXCLUSIVE" in text)

    def group_holds(group):
        sources = [atom_holds(source) for source in group.get("SourceSegments", [])]
        compared = [all(map(atom_holds, single(dimension))) for dimension in group.get("Dimensions", [])]
        return (not sources or quantified(group["SourceType"], sources)) and (
            not compared or quantified(group["Type"], compared)
        )

    return quantified(document["Include"], [group_holds(group) for group in document["Groups"]])


def same_meaning(one, other):
    names = sorted(atoms_of(one) | atoms_of(other))
    worlds = (dict(zip(names, truths, strict=True)) for truths in product([False, True], repeat=len(names)))
    return all(holds(one, world) == holds(other, world) for world in worlds)


def truth(expression, world):
    """Whether a condition holds, by its own operators."""
    match type(expression).__name__:
        case "Joined":
            truths = [truth(part, world) for part in expression.parts]
            return all(truths) if expression.quantifier == "ALL" else any(truths)
        case "Negation":
            return not truth(expression.part, world)
        case _:
            return holds(written_leaf(expression.explain()), world)


LEAVES = {leaf.explain(): leaf for atom in ATOMS for leaf in atom.leaves()}


@functools.cache
def written_leaf(text):
    return LEAVES[text].to_api()


@given(expressions)
def test_what_is_written_means_what_was_said_and_is_read_back(expression):
    try:
        written = expression.to_api()
    except ExpressionError:
        return
    names = sorted(set().union(*(atoms_of(leaf.to_api()) for leaf in expression.leaves())))
    for truths in product([False, True], repeat=len(names)):
        world = dict(zip(names, truths, strict=True))
        assert holds(written, world) == truth(expression, world)
    assert same_meaning(written, Expression.from_api(written).to_api())


def compared(path, comparison, *values):
    body = {"DimensionType": comparison, "Values": list(values)}
    block, _, part = path.partition(".")
    return {block: {part: body} if part else body}


ATTRIBUTES = st.sampled_from(
    [
        compared("LastName", "CONTAINS", "a"),
        compared("LastName", "EXCLUSIVE", "b"),
        compared("FirstName", "INCLUSIVE", "b"),
        compared("Address.City", "ENDS_WITH", "c"),
        compared("Attributes.x", "EQUAL", "1"),
    ]
)
DIMENSIONS = st.one_of(
    st.lists(ATTRIBUTES, min_size=1, max_size=2, unique_by=lambda one: next(iter(one))).map(
        lambda found: {"ProfileAttributes": {name: body for one in found for name, body in one.items()}}
    ),
    st.just({"CalculatedAttributes": {"_n": {"DimensionType": "EQUAL", "Values": ["2"]}}}),
)
SWITCHES = st.sampled_from(["ALL", "ANY", "NONE"])
GROUPS = st.fixed_dictionaries(
    {"Type": SWITCHES, "SourceType": SWITCHES},
    optional={
        "Dimensions": st.lists(DIMENSIONS, min_size=1, max_size=2),
        "SourceSegments": st.lists(
            st.sampled_from(["s", "t"]).map(lambda name: {"SegmentDefinitionName": name}), min_size=1, max_size=2
        ),
    },
).filter(lambda group: group.get("Dimensions") or group.get("SourceSegments"))
DOCUMENTS = st.fixed_dictionaries({"Include": SWITCHES, "Groups": st.lists(GROUPS, min_size=1, max_size=3)})


@given(DOCUMENTS)
def test_whatever_the_service_may_hold_is_read_and_written_again(document):
    found = Expression.from_api(document)
    assert found.fits
    try:
        again = found.to_api()
    except ExpressionError as error:
        # Nothing depends on the profile: the one thing that is not written again.
        always = {holds(document, dict.fromkeys(atoms_of(document), one)) for one in (False, True)}
        if len(always) != 1:
            raise AssertionError("a condition that depends on the profile was not written") from error
    else:
        assert same_meaning(document, again)


def test_a_form_that_would_explode_is_refused_as_too_deep():
    pairs = [x.contains(f"a{n}") & x.contains(f"b{n}") for n in range(20)]
    triples = [x.contains(f"c{n}") & x.contains(f"d{n}") for n in range(30)]
    one, other = pairs[0], triples[0]
    for pair in pairs[1:]:
        one |= pair
    for triple in triples[1:]:
        other |= triple
    assert one.fits
    assert not (one & other).fits
    assert normal_forms.MAX_CLAUSES < 20 * 30
    with pytest.raises(ExpressionError, match="two levels"):
        (one & other).to_api()


def test_long_conditions_are_written_in_the_time_that_it_takes_to_read_them():
    # With a step for each pair, or each three, of terms this would not end before the test is given up.
    names = [f"n{number}" for number in range(20_000)]
    [group] = functools.reduce(operator.or_, map(profile.LastName.startswith, names[:2_000])).to_api()["Groups"]
    assert len(group["Dimensions"]) == 2_000
    [group] = functools.reduce(operator.and_, (~profile.LastName.contains(name) for name in names[:2_000])).to_api()[
        "Groups"
    ]
    assert (group["Type"], len(group["Dimensions"])) == ("NONE", 2_000)
    [group] = profile.AccountNumber.isin(names * 5).to_api()["Groups"]
    assert len(group["Dimensions"]) == 20_000 / 50


def test_brackets_inside_of_brackets_have_an_end():
    condition = x.contains("a")
    for number in range(50):
        condition = (condition | x.contains(f"b{number}")) & ~x.contains(f"c{number}")
    with pytest.raises(ExpressionError, match=r"more than 100 levels of brackets.*side by side"):
        _ = condition | x.contains("one more")
    assert condition.depth == 100
    assert str(condition).endswith("not (Attributes.x contains 'c49')")
    assert not condition.fits
