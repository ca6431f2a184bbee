from itertools import product

import pytest
from hypothesis import given, strategies as st

from cpnb.normal_forms import (
    AlwaysFalseError,
    AlwaysTrueError,
    Atom,
    Group,
    Joined,
    Member,
    Negated,
    TwoLevels,
    UnfitError,
    two_levels,
)

# Atoms in capital letters are reversible.
a, b, c, d, A, B = (Atom(name) for name in "abcdAB")


def fit(formula):
    return two_levels(formula, str.isupper)


def all_of(*parts):
    return Joined("ALL", parts)


def any_of(*parts):
    return Joined("ANY", parts)


def form(outer, *groups):
    """A form written briefly: ``form("ALL", "ANY a b", "NONE c")``; a minus sign reverses."""
    made = []
    for group in groups:
        quantifier, *names = group.split()
        made.append(Group(quantifier, tuple(Member(name.lstrip("-"), name.startswith("-")) for name in names)))
    return TwoLevels(outer, tuple(made))


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
        quantified(group.quantifier, [world[member.thing] != member.reversed for member in group.members])
        for group in two.groups
    ]
    return quantified(two.quantifier, groups)


formulas = st.recursive(
    st.sampled_from([a, b, c, A, B]),
    lambda inner: st.one_of(
        st.builds(Negated, inner),
        st.builds(Joined, st.sampled_from(["ALL", "ANY"]), st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(formulas)
def test_a_form_is_true_where_its_formula_is(formula):
    worlds = [dict(zip("abcAB", values, strict=True)) for values in product([False, True], repeat=5)]
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
        assert all(not member.reversed or member.thing.isupper() for group in found.groups for member in group.members)
