"""A condition of any shape, rewritten into the two levels that a segment has.

A segment says ALL, ANY or NONE of its groups. A group has two boxes, one for comparisons and one for other segments;
each says ALL, ANY or NONE of its members, and both have to hold. Here an atom is any hashable thing; whoever owns it
knows which box it belongs in, and whether it is reversible, that is, has an atom for its opposite.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, product, zip_longest
from typing import Literal, TypeAlias

ALL: Literal["ALL"] = "ALL"
ANY: Literal["ANY"] = "ANY"
NONE: Literal["NONE"] = "NONE"
Quantifier: TypeAlias = Literal["ALL", "ANY", "NONE"]
Junction: TypeAlias = Literal["ALL", "ANY"]
BoxName: TypeAlias = Literal["dimensions", "sources"]

MAX_CLAUSES = 500
"""Where distributing grows past this many clauses, that form is given up."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One thing that is true or not of a profile."""

    thing: Hashable


@dataclass(frozen=True, slots=True)
class Joined:
    """All or any of some formulas."""

    quantifier: Junction
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """The opposite of a formula."""

    part: Formula


Formula: TypeAlias = Atom | Joined | Negated


@dataclass(frozen=True, slots=True)
class Member:
    """One atom of a box, itself or its reverse."""

    thing: Hashable
    reversed: bool


@dataclass(frozen=True, slots=True)
class Box:
    """ALL, ANY or NONE of some members, of which there is at least one."""

    name: BoxName
    quantifier: Quantifier
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One box, or one of each name that both have to hold."""

    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class TwoLevels:
    """ALL, ANY or NONE of some groups."""

    quantifier: Quantifier
    groups: tuple[Group, ...]

    @property
    def size(self) -> int:
        """The number of members in all."""
        return sum(len(box.members) for group in self.groups for box in group.boxes)


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


@dataclass(frozen=True, slots=True)
class Kinds:
    """What is known of the things of atoms.

    Attributes
    ----------
    box : callable
        The name of the box in which a thing belongs.
    is_reversible : callable
        Whether a thing has another one for its opposite.
    """

    box: Callable[[Hashable], BoxName]
    is_reversible: Callable[[Hashable], bool]


def two_levels(formula: Formula, kinds: Kinds) -> TwoLevels:
    """Return the form of a formula with the fewest members; of equals, ALL before ANY before NONE.

    Parameters
    ----------
    formula : Atom, Joined or Negated
        Of any depth.
    kinds : Kinds
        Which box the thing of an atom belongs in, and whether it is reversible.

    Raises
    ------
    AlwaysTrueError, AlwaysFalseError
        If nothing depends on the atoms.
    UnfitError
        If the formula has no such form, or only one of more than `MAX_CLAUSES` clauses.

    Notes
    -----
    The conjunctive normal form fits ALL (clauses become groups) and NONE (negated clauses become groups), the
    disjunctive one fits ANY. What is joined by "or" has to stand in one box; what is joined by "and" may stand in
    both. A box takes literals of one side only, positive or negative; reversible ones may stand on either.

    Every segment that can be written fits again after it was read, several attributes in one dimension included:
    a box is made of literals of one side, so all its clauses are.
    """
    conjunction = _clauses(formula, ALL)
    disjunction = _clauses(formula, ANY)
    if conjunction == []:
        raise AlwaysTrueError
    if disjunction == []:
        raise AlwaysFalseError
    forms = [
        _joined_by_all(conjunction, kinds),
        _joined_by_any(disjunction, kinds),
        _joined_by_none(conjunction, kinds),
    ]
    fitting = [form for form in forms if form is not None]
    if not fitting:
        raise UnfitError
    return min(fitting, key=lambda form: form.size)


def _clauses(formula: Formula, outer: Junction) -> list[_Clause] | None:
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
    for clauses in _alone_together(parts):
        if len(combined) * len(clauses) > MAX_CLAUSES:
            return None
        combined = _simplified(tuple(dict.fromkeys(one + other)) for one, other in product(combined, clauses))
    return combined


def _alone_together(parts: list[list[_Clause]]) -> Iterator[list[_Clause]]:
    """Yield the parts with neighbours of one clause each put into one, lest each copies all clauses before it."""
    for is_alone, neighbours in groupby(parts, key=lambda clauses: len(clauses) == 1):
        if is_alone:
            yield [tuple(dict.fromkeys(literal for [clause] in neighbours for literal in clause))]
        else:
            yield from neighbours


def _simplified(clauses: Iterable[_Clause]) -> list[_Clause]:
    """Return the clauses without those that say nothing, and without those that a shorter one implies."""
    telling: dict[frozenset[_Literal], _Clause] = {}
    for clause in clauses:
        if not _says_nothing(clause):
            telling.setdefault(frozenset(clause), clause)
    # Most clauses of long conditions are of one literal, and tell quickly what they imply.
    alone = frozenset(literal for literals in telling if len(literals) == 1 for literal in literals)
    kept: list[frozenset[_Literal]] = []
    for literals in sorted(telling, key=len):
        if len(literals) != 1 and alone.isdisjoint(literals) and not any(shorter <= literals for shorter in kept):
            kept.append(literals)
    return [clause for literals, clause in telling.items() if len(literals) == 1 or literals in kept]


def _says_nothing(clause: _Clause) -> bool:
    """Tell whether a clause holds a literal and its opposite."""
    literals = set(clause)
    return any((thing, _OTHER_SIDE[side]) in literals for thing, side in clause)


def _sides(clause: _Clause, kinds: Kinds) -> set[_Side]:
    """Return on which sides the whole clause can stand."""
    fixed = {side for thing, side in clause if not kinds.is_reversible(thing)}
    return set(_OTHER_SIDE) if not fixed else fixed if len(fixed) == 1 else set()


def _members(clause: _Clause, target_side: _Side) -> tuple[Member, ...]:
    """Return the literals of a clause as members on one side; what stands on the other is reversed."""
    return tuple(Member(thing, side != target_side) for thing, side in clause)


def _by_box(clause: _Clause, kinds: Kinds) -> dict[BoxName, _Clause]:
    """Return the literals of a clause by the box in which they belong, comparisons first."""
    names: tuple[BoxName, ...] = ("dimensions", "sources")
    parts = {name: tuple(literal for literal in clause if kinds.box(literal[0]) == name) for name in names}
    return {name: literals for name, literals in parts.items() if literals}


def _any_of(clause: _Clause, kinds: Kinds) -> Box | None:
    """Return the box that holds if one of the literals does, or None if there is no such box."""
    parts = _by_box(clause, kinds)
    if len(parts) > 1:
        return None
    [name] = parts
    sides = _sides(clause, kinds)
    if "positive" in sides:
        return Box(name, ALL if len(clause) == 1 else ANY, _members(clause, "positive"))
    if "negative" in sides and len(clause) == 1:
        return Box(name, NONE, _members(clause, "negative"))
    return None


def _all_of(clause: _Clause, kinds: Kinds, side: _Side) -> Group | None:
    """Return the group that holds if all literals do, or, on the negative side, if none of them does."""
    boxes = []
    for name, literals in _by_box(clause, kinds).items():
        sides = _sides(literals, kinds)
        if side in sides:
            boxes.append(Box(name, ANY if len(clause) == 1 else ALL, _members(literals, side)))
        elif _OTHER_SIDE[side] in sides:
            boxes.append(Box(name, NONE, _members(literals, _OTHER_SIDE[side])))
        else:
            return None
    return Group(tuple(boxes))


def _joined_by_all(clauses: list[_Clause] | None, kinds: Kinds) -> TwoLevels | None:
    boxes = [_any_of(clause, kinds) for clause in clauses or ()]
    fitting = [box for box in boxes if box is not None]
    if not fitting or len(fitting) < len(boxes):
        return None
    gathered = _gathered(fitting, (ALL, NONE))
    # All of them have to hold, so that those of the two boxes may share their groups.
    compared = [box for box in gathered if box.name == "dimensions"]
    sources = [box for box in gathered if box.name == "sources"]
    pairs = zip_longest(compared, sources)
    return TwoLevels(ALL, tuple(Group(tuple(box for box in pair if box is not None)) for pair in pairs))


def _joined_by_any(clauses: list[_Clause] | None, kinds: Kinds) -> TwoLevels | None:
    return _alternatives(ANY, [_all_of(clause, kinds, "positive") for clause in clauses or ()])


def _joined_by_none(clauses: list[_Clause] | None, kinds: Kinds) -> TwoLevels | None:
    return _alternatives(NONE, [_all_of(clause, kinds, "negative") for clause in clauses or ()])


def _alternatives(outer: Literal["ANY", "NONE"], groups: list[Group | None]) -> TwoLevels | None:
    """Return the form in which one of the groups has to hold, or none; single members share a box."""
    fitting = [group for group in groups if group is not None]
    if not fitting or len(fitting) < len(groups):
        return None
    single = [group.boxes[0] for group in fitting if group.boxes[0].quantifier == ANY]
    shared = iter(_gathered(single, (ANY,)))
    seen: set[BoxName] = set()
    result = []
    for group in fitting:
        if group.boxes[0].quantifier != ANY:
            result.append(group)
        elif group.boxes[0].name not in seen:
            seen.add(group.boxes[0].name)
            result.append(Group((next(shared),)))
    # Of one group ALL and ANY are the same, and ALL is what everybody writes.
    return TwoLevels(ALL if outer == ANY and len(result) == 1 else outer, tuple(result))


def _gathered(boxes: Iterable[Box], gatherable: tuple[Quantifier, ...]) -> list[Box]:
    """Return the boxes with those of one name and a gatherable quantifier put into one, where the first one stood."""
    result: dict[Hashable, Box] = {}
    for position, box in enumerate(boxes):
        key: Hashable = (box.name, box.quantifier) if box.quantifier in gatherable else position
        before = result[key].members if key in result else ()
        result[key] = Box(box.name, box.quantifier, before + box.members)
    return list(result.values())
