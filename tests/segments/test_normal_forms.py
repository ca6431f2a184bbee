from itertools import product

import pytest
from hypothesis import given, strategies as st

from cpnb.normal_forms import (
    AlwaysFalseError,
    AlwaysTrueError,
    Atom,
    Box,
    Group,
    Joined,
    Kinds,
    Member,
    Negated,
    TwoLevels,
    UnfitError,
    two_levels,
)

# Atoms in capital letters are reversible; those named s and t are segments, and have a box of their own.
a, b, c, d, s, t, A, B = (Atom(name) for name in "abcdstAB")
KINDS = Kinds(box=lambda name: "sources" if name in "st" else "dimensions", is_reversible=str.isupper)


def fit(formula):
    return two_levels(formula, KINDS)


def all_of(*parts):
    return Joined("ALL", parts)


def any_of(*parts):
    return Joined("ANY", parts)


def form(outer, *groups):
    """A form written briefly: ``form("ALL", "ANY a b", "NONE c + ALL s")``; minus reverses, plus parts boxes."""
    return TwoLevels(outer, tuple(Group(tuple(map(box, group.split(" + ")))) for group in groups))


def box(text):
    quantifier, *names = text.split()
    members = tuple(Member(name.lstrip("-"), name.startswith("-")) for name in names)
    return Box(KINDS.box(members[0].thing), quantifier, members)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (a, form("ALL", "ALL a")),
        (Negated(a), form("ALL", "NONE a")),
        (Negated(A), form("ALL", "ALL -A")),
        (all_of(a, b), form("ALL", "ALL a b")),
        (any_of(a, b), form("ALL", "ANY a b")),
        (all_of(a, any_of(b, c)), form("ALL", "ALL a", "ANY b c")),
        (any_of(all_of(a, b), all_of(c, d)), form("ANY", "ALL a b", "ALL c d")),
        (any_of(a, all_of(b, c), d), form("ANY", "ANY a d", "ALL b c")),
        (all_of(a, Negated(b)), form("ALL", "ALL a", "NONE b")),
        (all_of(a, Negated(B)), form("ALL", "ALL a -B")),
        (any_of(a, Negated(b)), form("ANY", "ANY a", "NONE b")),
        (any_of(a, Negated(B)), form("ALL", "ANY a -B")),
        (Negated(any_of(a, b)), form("ALL", "NONE a b")),
        (Negated(all_of(a, b)), form("ANY", "NONE a", "NONE b")),
        (Negated(all_of(any_of(a, b), any_of(c, d))), form("ANY", "NONE a b", "NONE c d")),
        (all_of(Negated(all_of(a, b)), Negated(all_of(c, d))), form("NONE", "ALL a b", "ALL c d")),
        (all_of(a, a, Negated(Negated(a))), form("ALL", "ALL a")),
        (all_of(a, any_of(a, b)), form("ALL", "ALL a")),
        (all_of(a, Negated(all_of(a, B))), form("ALL", "ALL a -B")),
        (s, form("ALL", "ALL s")),
        (Negated(s), form("ALL", "NONE s")),
        (all_of(a, s), form("ALL", "ALL a + ALL s")),
        (all_of(s, a, t), form("ALL", "ALL a + ALL s t")),
        (all_of(a, Negated(s)), form("ALL", "ALL a + NONE s")),
        (all_of(Negated(a), s), form("ALL", "NONE a + ALL s")),
        (all_of(a, s, Negated(t)), form("ALL", "ALL a + ALL s", "NONE t")),
        (all_of(a, any_of(b, c), any_of(s, t)), form("ALL", "ALL a + ANY s t", "ANY b c")),
        (any_of(s, t), form("ALL", "ANY s t")),
        (any_of(a, s), form("ANY", "ANY a", "ANY s")),
        (any_of(a, s, b, t), form("ANY", "ANY a b", "ANY s t")),
        (any_of(all_of(a, s), b), form("ANY", "ALL a + ALL s", "ANY b")),
        (any_of(all_of(a, Negated(s)), b), form("ANY", "ALL a + NONE s", "ANY b")),
        (Negated(any_of(a, s)), form("ALL", "NONE a + NONE s")),
        (Negated(all_of(a, s)), form("ANY", "NONE a", "NONE s")),
        (all_of(any_of(a, s), any_of(b, t)), form("NONE", "NONE a + NONE s", "NONE b + NONE t")),
    ],
)
def test_formulas_become_the_shortest_form(formula, expected):
    assert fit(formula) == expected


def test_what_needs_three_levels_is_refused():
    with pytest.raises(UnfitError):
        fit(any_of(all_of(a, Negated(b)), c))


def test_what_does_not_depend_on_anything_is_refused():
    with pytest.raises(AlwaysTrueError):
        fit(any_of(a, Negated(a), b))
    with pytest.raises(AlwaysFalseError):
        fit(all_of(a, Negated(a), b))


def test_a_form_that_explodes_is_given_up_for_the_other():
    pairs = any_of(*(all_of(Atom(f"x{n}"), Atom(f"y{n}")) for n in range(20)))
    assert fit(pairs).quantifier == "ANY"
    both = all_of(pairs, any_of(*(all_of(Atom(f"v{n}"), Atom(f"w{n}")) for n in range(30))))
    with pytest.raises(UnfitError):
        fit(both)


def truth(formula, world):
    if isinstance(formula, Atom):
        return world[formula.thing]
    if isinstance(formula, Negated):
        return not truth(formula.part, world)
    parts = [truth(part, world) for part in formula.parts]
    return all(parts) if formula.quantifier == "ALL" else any(parts)


def quantified(quantifier, truths):
    return {"ALL": all(truths), "ANY": any(truths), "NONE": not any(truths)}[quantifier]


def truth_of_form(two, world):
    groups = [
        all(
            quantified(box.quantifier, [world[member.thing] != member.reversed for member in box.members])
            for box in group.boxes
        )
        for group in two.groups
    ]
    return quantified(two.quantifier, groups)


formulas = st.recursive(
    st.sampled_from([a, b, c, s, t, A, B]),
    lambda inner: st.one_of(
        st.builds(Negated, inner),
        st.builds(Joined, st.sampled_from(["ALL", "ANY"]), st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(formulas)
def test_a_form_is_true_where_its_formula_is(formula):
    worlds = [dict(zip("abcstAB", values, strict=True)) for values in product([False, True], repeat=7)]
    truths = [truth(formula, world) for world in worlds]
    try:
        found = fit(formula)
    except AlwaysTrueError:
        assert all(truths)
    except AlwaysFalseError:
        assert not any(truths)
    except UnfitError:
        assert any(truths)
        assert not all(truths)
    else:
        assert [truth_of_form(found, world) for world in worlds] == truths
        boxes = [box for group in found.groups for box in group.boxes]
        assert all(not member.reversed or member.thing.isupper() for box in boxes for member in box.members)
        assert all(KINDS.box(member.thing) == box.name for box in boxes for member in box.members)
        assert all(len({box.name for box in group.boxes}) == len(group.boxes) > 0 for group in found.groups)


boxes_of_dimensions = st.builds(
    lambda quantifier, members: (quantifier, members),
    st.sampled_from(["ALL", "ANY", "NONE"]),
    st.lists(st.lists(st.sampled_from([a, b, c, d, A, B]), min_size=1, max_size=2), min_size=0, max_size=3),
)
boxes_of_sources = st.builds(
    lambda quantifier, members: (quantifier, [[member] for member in members]),
    st.sampled_from(["ALL", "ANY", "NONE"]),
    st.lists(st.sampled_from([s, t]), min_size=0, max_size=2),
)


def said(quantifier, parts):
    return Negated(any_of(*parts)) if quantifier == "NONE" else Joined(quantifier, tuple(parts))


@given(
    st.sampled_from(["ALL", "ANY", "NONE"]),
    st.lists(st.tuples(boxes_of_dimensions, boxes_of_sources), min_size=1, max_size=3),
)
def test_whatever_a_segment_can_say_fits_again(outer, groups):
    """Two atoms in one list are two attributes in one dimension, which no form of ours writes."""
    made = []
    for boxes in groups:
        parts = [said(quantifier, [all_of(*member) for member in members]) for quantifier, members in boxes if members]
        made += [all_of(*parts)] if parts else []
    if made:
        try:
            fit(said(outer, made))
        except (AlwaysTrueError, AlwaysFalseError):
            pass
