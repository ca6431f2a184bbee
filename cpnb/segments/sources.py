"""The segments that a segment is built on, to the last of them, as a domain has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cpnb import catalog
from cpnb.conditions import Expression, InSegment
from cpnb.dimensions import CALCULATED
from cpnb.display import counted
from cpnb.domain import Domain
from cpnb.errors import ExpressionError, ServiceError, SourceSegmentError
from cpnb.segments.requests import NOT_FOUND, about_segment

__all__ = [
    "LocalCondition",
    "SourceSegments",
    "check_condition",
    "local_condition",
    "look_at_sources",
    "require_condition",
]

Attribute = tuple[str, str]
"""The dimension shape and the name of an attribute, which tell calculated from other attributes."""


@dataclass(frozen=True, slots=True)
class SourceSegments:
    """The segments that a condition is built on.

    Attributes
    ----------
    expressions : mapping of str to Expression
        The condition of each, by name.
    unreadable : mapping of str to str
        Those without a condition that can be read, and why: what is written in SQL, or matches everybody.
    """

    expressions: Mapping[str, Expression] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)


def look_at_sources(domain: Domain, name: str, expression: Expression) -> SourceSegments:
    """Return the segments that a condition names, and those that they name, each read once; check them all.

    A condition that names none is not asked about.

    Parameters
    ----------
    domain : Domain
        Where they are.
    name : str
        What the segment of the condition is called: a source that leads back to it closes a circle.
    expression : Expression
        The condition.

    Raises
    ------
    SourceSegmentError
        If one of them is gone, they go in a circle, or are nested too deep, or all together compare more
        attributes than a segment may.
    DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
        If the domain cannot be asked.
    """
    walk = _Walk(domain)
    walk.visit(expression, (name,))
    if problem := too_many_attributes(walk.attributes):
        raise SourceSegmentError(f"Segment {name!r}, with the segments that it is built on, {problem}")
    return SourceSegments(walk.expressions, walk.unreadable)


@dataclass(frozen=True, slots=True)
class LocalCondition:
    """A condition, and those of all segments that it is built on, so that a table can be held against it.

    Attributes
    ----------
    name : str
        What the segment is called.
    expression : Expression
        Its condition.
    sources : mapping of str to Expression
        The conditions of the others, by name.
    """

    name: str
    expression: Expression
    sources: Mapping[str, Expression]


def local_condition(name: str, expression: Expression | None, domain: Domain | None) -> LocalCondition:
    """Return a condition with those that it is built on, which only a domain knows.

    Parameters
    ----------
    name : str
        What the segment is called.
    expression : Expression or None
        Its condition; None if it is written in SQL.
    domain : Domain or None
        Where the others are.

    Raises
    ------
    ExpressionError
        If it, or one that it is built on, has no condition that can be read, or no domain is given to read them.
    SourceSegmentError, DomainNotFoundError, CredentialsError, UnreachableError, ServiceError
        See `look_at_sources`.
    """
    if expression is None:
        raise ExpressionError(
            f"Segment {name!r} is written in SQL, which only the service can run, over tables that it has. "
            ".estimate(domain) counts whom it matches."
        )
    names = [leaf.name for leaf in expression.leaves() if isinstance(leaf, InSegment)]
    if names and domain is None:
        raise ExpressionError(
            f"Segment {name!r} is built on segment {names[0]!r}, and only a domain knows who that is: "
            "matches(data, fields, domain=domain) reads it there."
        )
    found = SourceSegments() if domain is None else look_at_sources(domain, name, expression)
    if found.unreadable:
        raise ExpressionError(f"Whom {name!r} matches cannot be told here. {next(iter(found.unreadable.values()))}")
    return LocalCondition(name, expression, found.expressions)


def check_condition(expression: object) -> None:
    """Refuse what is no condition, does not fit into one segment, or by itself compares too many attributes.

    Raises
    ------
    ExpressionError
        With the reason.
    """
    expression = require_condition(expression)
    expression.to_api()
    if problem := too_many_attributes(attributes_of(expression)):
        raise ExpressionError(f"The condition {problem}")


def require_condition(expression: object) -> Expression:
    """Return what is a condition; refuse anything else.

    Raises
    ------
    ExpressionError
        If it is none.
    """
    if not isinstance(expression, Expression):
        hint = " SQL is given as sql='SELECT ...'." if isinstance(expression, str) else ""
        raise ExpressionError(
            f"A segment needs a condition, got an object of type {type(expression).__name__}. Make one from "
            f"cpnb.profile: profile.LastName.startswith('S').{hint}"
        )
    return expression


def attributes_of(expression: Expression) -> set[Attribute]:
    """Return the attributes that a condition itself compares."""
    leaves = (leaf for leaf in expression.leaves() if not isinstance(leaf, InSegment))
    return {(leaf.dimension.shape, leaf.dimension.attribute) for leaf in leaves}


def too_many_attributes(attributes: set[Attribute]) -> str:
    """Return what is wrong with the number of attributes, as the end of a sentence; the empty text if nothing is."""
    calculated_count = sum(shape == CALCULATED for shape, _ in attributes)
    upload = "Several columns can be uploaded as one custom attribute that already holds the answer."
    calculate = "Leave some out, or have the domain calculate one attribute that answers for several."
    for count, most, noun, way_out in (
        (len(attributes), catalog.MAX_SEGMENT_ATTRIBUTES, "different attribute", upload),
        (calculated_count, catalog.MAX_SEGMENT_CALCULATED_ATTRIBUTES, "different calculated attribute", calculate),
    ):
        if count > most:
            return f"compares {counted(count, noun)}; the service allows {most}. {way_out}"
    return ""


@dataclass(slots=True)
class _Walk:
    """A walk through the segments below a condition; each is read once, and visited once at each depth."""

    domain: Domain
    expressions: dict[str, Expression] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    attributes: set[Attribute] = field(default_factory=set)
    _visited: set[tuple[str, int]] = field(default_factory=set)

    def visit(self, expression: Expression, way: tuple[str, ...]) -> None:
        self.attributes |= attributes_of(expression)
        for leaf in expression.leaves():
            if isinstance(leaf, InSegment):
                self._visit_source(leaf.name, way)

    def _visit_source(self, name: str, way: tuple[str, ...]) -> None:
        if name in way:
            circle = " -> ".join([*way[way.index(name) :], name])
            raise SourceSegmentError(
                f"These segments are built on each other in a circle: {circle}. The service could compute none of "
                "them; write one of them without the other."
            )
        if len(way) > catalog.MAX_SOURCE_DEPTH:
            raise SourceSegmentError(
                f"Segments are nested too deep: {' -> '.join([*way, name])}. The service allows "
                f"{catalog.MAX_SOURCE_DEPTH} levels below a segment; join some of these conditions in one segment."
            )
        if (name, len(way)) in self._visited:
            return
        self._visited.add((name, len(way)))
        if name not in self.expressions and name not in self.unreadable:
            self._read(name, way)
        if name in self.expressions:
            self.visit(self.expressions[name], (*way, name))

    def _read(self, name: str, way: tuple[str, ...]) -> None:
        try:
            found = about_segment(self.domain, "GetSegmentDefinition", name)
        except ServiceError as error:
            failure = error
        else:
            self._keep(name, found.get("SegmentGroups"))
            return
        if failure.is_not_found and type(failure) is ServiceError:
            raise SourceSegmentError(
                f"Segment {way[0]!r} is built on segment {name!r}, which domain {self.domain.name!r} does not have: "
                f"{' -> '.join([*way, name])}. Create it first, or correct the name: cpnb.list_segments(domain) shows "
                "those that there are.",
                code=NOT_FOUND,
            )
        raise failure

    def _keep(self, name: str, groups: Mapping[str, object] | None) -> None:
        if groups is None:
            self.unreadable[name] = f"Segment {name!r} is written in SQL, which cannot be read as a condition."
            return
        try:
            self.expressions[name] = Expression.from_api(groups)
        except ExpressionError as error:
            self.unreadable[name] = f"Segment {name!r} cannot be read as a condition: {error}"
