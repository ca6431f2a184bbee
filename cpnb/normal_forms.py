"""A condition of any shape, rewritten into the two levels that a segment has.

A segment is a list of groups of atoms. Each group says ALL, ANY or NONE of its atoms, and the
segment says ALL, ANY or NONE of its groups. Here an atom is any hashable thing; whoever owns it
knows whether it is reversible, that is, has an atom for its opposite.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias

ALL: Literal["ALL"] = "ALL"
ANY: Literal["ANY"] = "ANY"
NONE: Literal["NONE"] = "NONE"
Quantifier: TypeAlias = Literal["ALL", "ANY", "NONE"]

MAX_CLAUSES = 500
"""Where distributing grows past this many clauses, that form is given up."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One thing that is true or not of a profile."""

    thing: Hashable


@dataclass(frozen=True, slots=True)
class Joined:
    """All or any of some formulas."""

    quantifier: Literal["ALL", "ANY"]
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """The opposite of a formula."""

    part: Formula


Formula: TypeAlias = Atom | Joined | Negated


@dataclass(frozen=True, slots=True)
class Member:
    """One atom of a group, itself or its reverse."""

    thing: Hashable
    reversed: bool


@dataclass(frozen=True, slots=True)
class Group:
    """ALL, ANY or NONE of some members."""

    quantifier: Quantifier
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class TwoLevels:
    """ALL, ANY or NONE of some groups."""

    quantifier: Quantifier
    groups: tuple[Group, ...]


class AlwaysTrueError(ValueError):
    """The formula is true of everything."""


class AlwaysFalseError(ValueError):
    """The formula is true of nothing."""


class UnfitError(ValueError):
    """The formula needs more than two levels."""


_Side: TypeAlias = Literal["positive", "negative"]
_OTHER_SIDE: dict[_Side, _Side] = {"positive": "negative", "negative": "positive"}
# An atom's thing, as it is (positive) or negated (negative).
_Literal: TypeAlias = tuple[Hashable, _Side]
# Literals in the order in which they were said, joined by the inner quantifier.
_Clause: TypeAlias = tuple[_Literal, ...]
_IsReversible: TypeAlias = Callable[[Hashable], bool]


def two_levels(formula: Formula, is_reversible: _IsReversible) -> TwoLevels:
    """Return the form of a formula with the fewest members; of equals, ALL before ANY before NONE.

    Parameters
    ----------
    formula : Atom, Joined or Negated
        Of any depth.
    is_reversible : callable
        Whether the thing of an atom has another thing for its opposite.

    Raises
    ------
    AlwaysTrueError, AlwaysFalseError
        If nothing depends on the atoms.
    UnfitError
        If the formula has no such form, or only one of more than `MAX_CLAUSES` clauses.

    Notes
    -----
    The conjunctive normal form fits ALL (clauses become groups) and NONE (negated clauses become
    groups), the disjunctive one fits ANY. A clause becomes a group only if its literals all stand
    on one side, positive or negative; reversible ones may stand on either.
    """
    conjunction = _clauses(formula, ALL)
    disjunction = _clauses(formula, ANY)
    if conjunction == []:
        raise AlwaysTrueError
    if disjunction == []:
        raise AlwaysFalseError
    forms = [
        _joined_by_all(conjunction, is_reversible),
        _joined_by_any(disjunction, is_reversible),
        _joined_by_none(conjunction, is_reversible),
    ]
    fitting = [form for form in forms if form is not None]
    if not fitting:
        raise UnfitError
    return min(fitting, key=lambda form: sum(len(group.members) for group in form.groups))


def _clauses(formula: Formula, outer: Literal["ALL", "ANY"]) -> list[_Clause] | None:
    """Return the clauses of the normal form joined by `outer`, or None if there are too many."""
    if isinstance(formula, Atom):
        return [((formula.thing, "positive"),)]
    if isinstance(formula, Negated):
        # De Morgan: under a negation ALL and ANY change places, and every literal its side.
        opposite = _clauses(formula.part, ANY if outer == ALL else ALL)
        return opposite and [tuple((thing, _OTHER_SIDE[side]) for thing, side in clause) for clause in opposite]
    parts = []
    for part in formula.parts:
        clauses = _clauses(part, outer)
        if clauses is None:
            return None
        parts.append(clauses)
    if formula.quantifier == outer:
        return _simplified(clause for clauses in parts for clause in clauses)
    combined: list[_Clause] = [()]
    for clauses in parts:
        if len(combined) * len(clauses) > MAX_CLAUSES:
            return None
        combined = _simplified(tuple(dict.fromkeys(one + other)) for one, other in product(combined, clauses))
    return combined


def _simplified(clauses: Iterator[_Clause]) -> list[_Clause]:
    """Return the clauses without those that say nothing, and without those that a shorter one implies."""
    telling = [clause for clause in clauses if not any((thing, _OTHER_SIDE[side]) in clause for thing, side in clause)]
    kept: dict[frozenset[_Literal], _Clause] = {}
    for clause in sorted(telling, key=len):
        literals = frozenset(clause)
        if not any(shorter <= literals for shorter in kept):
            kept[literals] = clause
    return [clause for clause in dict.fromkeys(telling) if kept.get(frozenset(clause)) == clause]


def _sides(clause: _Clause, is_reversible: _IsReversible) -> set[_Side]:
    """Return on which sides the whole clause can stand."""
    fixed = {side for thing, side in clause if not is_reversible(thing)}
    return set(_OTHER_SIDE) if not fixed else fixed if len(fixed) == 1 else set()


def _members(clause: _Clause, target_side: _Side) -> tuple[Member, ...]:
    """Return the literals of a clause as members on one side; what stands on the other is reversed."""
    return tuple(Member(thing, side != target_side) for thing, side in clause)


def _joined_by_all(clauses: list[_Clause] | None, is_reversible: _IsReversible) -> TwoLevels | None:
    groups: list[tuple[Quantifier, tuple[Member, ...]]] = []
    for clause in clauses or ():
        sides = _sides(clause, is_reversible)
        if "positive" in sides:
            groups.append((ALL if len(clause) == 1 else ANY, _members(clause, "positive")))
        elif "negative" in sides and len(clause) == 1:
            groups.append((NONE, _members(clause, "negative")))
        else:
            return None
    return _gathered(ALL, groups, (ALL, NONE)) if groups else None


def _joined_by_any(clauses: list[_Clause] | None, is_reversible: _IsReversible) -> TwoLevels | None:
    groups: list[tuple[Quantifier, tuple[Member, ...]]] = []
    for clause in clauses or ():
        sides = _sides(clause, is_reversible)
        if "positive" in sides:
            groups.append((ANY if len(clause) == 1 else ALL, _members(clause, "positive")))
        elif "negative" in sides:
            groups.append((NONE, _members(clause, "negative")))
        else:
            return None
    return _gathered(ANY, groups, (ANY,)) if groups else None


def _joined_by_none(clauses: list[_Clause] | None, is_reversible: _IsReversible) -> TwoLevels | None:
    groups: list[tuple[Quantifier, tuple[Member, ...]]] = []
    for clause in clauses or ():
        sides = _sides(clause, is_reversible)
        if "negative" in sides:
            groups.append((ANY if len(clause) == 1 else ALL, _members(clause, "negative")))
        elif "positive" in sides:
            groups.append((NONE, _members(clause, "positive")))
        else:
            return None
    return _gathered(NONE, groups, (ANY,)) if groups else None


def _gathered(
    outer: Quantifier,
    groups: list[tuple[Quantifier, tuple[Member, ...]]],
    gatherable: tuple[Quantifier, ...],
) -> TwoLevels:
    """Return the form with the groups of a gatherable quantifier put into one, where the first of them stood."""
    result: dict[Hashable, tuple[Quantifier, tuple[Member, ...]]] = {}
    for position, (quantifier, members) in enumerate(groups):
        key: Hashable = quantifier if quantifier in gatherable else position
        _, before = result.get(key, (quantifier, ()))
        result[key] = (quantifier, before + members)
    if outer == ANY and len(result) == 1:
        outer = ALL  # of one group the two are the same, and ALL is what everybody writes
    return TwoLevels(outer, tuple(Group(quantifier, members) for quantifier, members in result.values()))
