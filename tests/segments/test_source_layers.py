"""Conditions taken apart into segments that build on each other."""

from itertools import product

from hypothesis import given

from cpnb.expressions import InSegment, in_segment, profile
from cpnb.source_layers import source_layers
from tests.segments.test_segment_groups import atoms_of, expressions, truth

a, b, c, d = (profile.LastName.contains(letter) for letter in "abcd")


def test_a_condition_that_fits_stays_whole():
    assert source_layers("x", a & ~b) == [("x", a & ~b)]


def test_only_what_stands_in_the_way_becomes_a_segment():
    inner = (a & ~b) | c
    assert source_layers("x", d & inner) == [("x-1", a & ~b), ("x", d & (in_segment("x-1") | c))]


def test_a_negation_stays_outside_of_the_segment():
    assert source_layers("x", ~((a & ~b) | c)) == [("x-1", a & ~b), ("x", ~(in_segment("x-1") | c))]


def test_what_does_not_fit_with_its_neighbours_becomes_a_segment_as_well():
    condition = ((a & ~b) | c) & ~d
    layers = source_layers("x", condition | (b & ~c))
    assert layers == [
        ("x-1", a & ~b),
        ("x-2", (in_segment("x-1") | c) & ~d),
        ("x", in_segment("x-2") | (b & ~c)),
    ]


def resolved(expression, made):
    """The condition with the segments made for it put back in their places."""
    if isinstance(expression, InSegment) and expression.name in made:
        return resolved(made[expression.name], made)
    if type(expression).__name__ == "Joined":
        return type(expression)(expression.quantifier, tuple(resolved(part, made) for part in expression.parts))
    if type(expression).__name__ == "Negation":
        return type(expression)(resolved(expression.part, made))
    return expression


@given(expressions)
def test_each_layer_fits_comes_after_its_sources_and_all_mean_the_same(expression):
    layers = source_layers("x", expression)
    made = dict(layers)
    assert len(made) == len(layers)
    seen = {"vip", "gone"}
    for name, condition in layers:
        assert condition.fits
        assert {leaf.name for leaf in condition.leaves() if isinstance(leaf, InSegment)} <= seen
        seen.add(name)
    whole = resolved(made["x"], made)
    names = sorted(set().union(*(atoms_of(leaf.to_api()) for leaf in expression.leaves())))
    for truths in product([False, True], repeat=len(names)):
        world = dict(zip(names, truths, strict=True))
        assert truth(whole, world) == truth(expression, world)
