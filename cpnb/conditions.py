"""Conditions on profiles: one comparison, membership in a segment, several joined, or the opposite."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

from cpnb import normal_forms, segment_groups
from cpnb.dimensions import Dimension
from cpnb.display import Html, markup
from cpnb.errors import ExpressionError
from cpnb.segment_groups import SourceSegment

__all__ = ["USE_SIGNS", "Condition", "Expression", "InSegment", "Joined", "MisuseError", "Negation"]

USE_SIGNS = (
    "Join conditions with & (and), | (or) and ~ (not), each comparison in brackets: "
    "(profile.LastName == 'Smith') & (profile.Address.City == 'Seattle')."
)


MAX_DEPTH = 100
"""Levels of one condition: far more than a segment has, and fewer than Python can follow."""


class MisuseError(ExpressionError, TypeError):
    """A condition or attribute is used as something that it is not.

    It is a TypeError as well, because that is what Python and its libraries expect when they try.
    """


class Expression(ABC):
    """A condition on profiles. Conditions are made from `profile` and joined with ``&``, ``|`` and ``~``."""

    __slots__ = ()

    def __and__(self, other: Expression) -> Expression:
        return _joined("ALL", self, other)

    def __or__(self, other: Expression) -> Expression:
        return _joined("ANY", self, other)

    __rand__, __ror__ = __and__, __or__  # for what stands before a condition and is none

    def __invert__(self) -> Expression:
        return self.part if isinstance(self, Negation) else Negation(self)

    def __bool__(self) -> NoReturn:
        raise MisuseError(
            f"A condition is neither true nor false before a profile is looked at, so 'and', 'or', 'not', 'if' and "
            f"chains such as 1 < x < 5 cannot use it. {USE_SIGNS}"
        )

    def __iter__(self) -> NoReturn:
        raise MisuseError("A condition has no elements to go through or to look in.")

    def __contains__(self, item: object) -> NoReturn:
        self.__iter__()

    def __hash__(self) -> int:
        raise MisuseError("A condition cannot be a member of a set or the key of a dict; use a list, or its text.")

    @abstractmethod
    def explain(self) -> str:
        """Return the condition in plain English."""

    @abstractmethod
    def leaves(self) -> Iterator[Condition | InSegment]:
        """Yield the comparisons and the memberships in segments, in the order in which they were said."""

    @abstractmethod
    def _list_item(self) -> str:
        """Return the condition as an item of an HTML list."""

    def __str__(self) -> str:
        return self.explain()

    def __repr__(self) -> str:
        return f"<condition: {self.explain()}>"

    def _repr_html_(self) -> str:
        return f"<div><b>Profiles that meet this condition</b><ul>{self._list_item()}</ul></div>"

    def to_api(self) -> dict[str, Any]:
        """Return the ``SegmentGroups`` of the service.

        ``Include``, ``Type`` and ``SourceType`` are always sent, each dimension holds one attribute, and more values
        than one dimension takes are split over several.

        Raises
        ------
        ExpressionError
            If the condition holds for every profile, for none, or needs more than the two levels that a segment has.
        """
        try:
            return segment_groups.to_api(_formula(self))
        except normal_forms.AlwaysTrueError:
            problem = "holds for every profile, so it would select the whole domain"
        except normal_forms.AlwaysFalseError:
            problem = "contradicts itself, so no profile could meet it"
        except normal_forms.UnfitError:
            problem = ""
        if not problem:
            raise ExpressionError(_too_deep(self))
        raise ExpressionError(f"This condition {problem}: {self.explain()}")

    @property
    def fits(self) -> bool:
        """Whether one segment can say the condition, without other segments that would have to be made first."""
        try:
            segment_groups.to_api(_formula(self))
        except normal_forms.UnfitError:
            return False
        except (normal_forms.AlwaysTrueError, normal_forms.AlwaysFalseError):
            pass  # it needs no levels at all; `to_api` says what is wrong with it
        return True

    @staticmethod
    def from_api(segment_groups_document: Mapping[str, Any]) -> Expression:
        """Return the condition that ``SegmentGroups`` of the service describe, wherever they were made.

        Several attributes in one dimension all have to hold; switches that are absent are read as ALL.

        Raises
        ------
        ExpressionError
            If they have no groups or an empty one, which match everybody, or hold something that the service model
            does not have.
        """
        if not isinstance(segment_groups_document, Mapping):
            raise ExpressionError(
                f"SegmentGroups are a dict with Groups and Include, got a {type(segment_groups_document).__name__}."
            )
        return _expression(segment_groups.from_api(segment_groups_document))


@dataclass(frozen=True, slots=True, repr=False)
class Condition(Expression):
    """One comparison of one attribute."""

    dimension: Dimension

    __hash__ = Expression.__hash__

    def explain(self) -> str:
        """Return the comparison in plain English."""
        return str(self.dimension)

    def leaves(self) -> Iterator[Condition | InSegment]:
        """Yield this comparison."""
        yield self

    def _list_item(self) -> str:
        return f"<li>{markup(self.explain())}</li>"


@dataclass(frozen=True, slots=True, repr=False)
class InSegment(Expression):
    """Membership in another segment of the domain.

    Attributes
    ----------
    name : str
        The name of that segment.
    """

    name: str

    __hash__ = Expression.__hash__

    def explain(self) -> str:
        """Return the membership in plain English."""
        return f"is in segment {self.name!r}"

    def leaves(self) -> Iterator[Condition | InSegment]:
        """Yield this membership."""
        yield self

    def _list_item(self) -> str:
        return f"<li>{markup(self.explain())}</li>"


@dataclass(frozen=True, slots=True, repr=False)
class Joined(Expression):
    """All or any of some conditions."""

    quantifier: Literal["ALL", "ANY"]
    parts: tuple[Expression, ...]
    depth: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", _depth_around(self.parts))

    __hash__ = Expression.__hash__

    def explain(self) -> str:
        """Return the conditions in plain English, with brackets where ``and`` meets ``or``."""
        texts = [f"({part.explain()})" if isinstance(part, Joined) else part.explain() for part in self.parts]
        return (" and " if self.quantifier == "ALL" else " or ").join(texts)

    def leaves(self) -> Iterator[Condition | InSegment]:
        """Yield the leaves of all parts."""
        for part in self.parts:
            yield from part.leaves()

    def _list_item(self) -> str:
        return _nested("all of" if self.quantifier == "ALL" else "at least one of", self.parts)


@dataclass(frozen=True, slots=True, repr=False)
class Negation(Expression):
    """The opposite of a condition; a profile without the attribute meets it."""

    part: Expression
    depth: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", _depth_around((self.part,)))

    __hash__ = Expression.__hash__

    def explain(self) -> str:
        """Return the opposite in plain English."""
        return f"not ({self.part.explain()})"

    def leaves(self) -> Iterator[Condition | InSegment]:
        """Yield the leaves of what is negated."""
        yield from self.part.leaves()

    def _list_item(self) -> str:
        parts = self.part.parts if isinstance(self.part, Joined) else (self.part,)
        all_of_several = isinstance(self.part, Joined) and self.part.quantifier == "ALL"
        return _nested("not all of" if all_of_several else "none of" if len(parts) > 1 else "not", parts)


def _depth_around(parts: tuple[Expression, ...]) -> int:
    """Return how many levels a condition of these parts has."""
    depth = 1 + max((part.depth for part in parts if isinstance(part, Joined | Negation)), default=0)
    if depth > MAX_DEPTH:
        raise ExpressionError(
            f"This condition has more than {MAX_DEPTH} levels of brackets, one inside of the other, and a segment has "
            "two. Join conditions side by side: a | b | c, or attribute.isin([...])."
        )
    return depth


def _nested(heading: str, parts: tuple[Expression, ...]) -> Html:
    items = "".join(part._list_item() for part in parts)  # noqa: SLF001 - of the same family
    return Html(f"<li><i>{heading}</i><ul>{items}</ul></li>")


def _joined(quantifier: Literal["ALL", "ANY"], *parts: Expression) -> Expression:
    if not all(isinstance(part, Expression) for part in parts):
        raise MisuseError(f"A condition can only be joined with another one. {USE_SIGNS}")
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Joined) and part.quantifier == quantifier else (part,))
    return flat[0] if len(flat) == 1 else Joined(quantifier, tuple(flat))


def _too_deep(expression: Expression) -> str:
    part = _smallest_too_deep(expression)
    where = "" if part is None or part is expression else f" The part that does not fit: {part.explain()}."
    return (
        "This condition needs more than the two levels of a segment (groups of comparisons): inside of an alternative "
        f"a comparison and the negation of another stand side by side.{where} Write notin or != in place of ~ where "
        "you can, or have segments made for the inner parts: SegmentDefinition.through_sources(name, condition). "
        f"The whole condition: {expression.explain()}"
    )


def _smallest_too_deep(expression: Expression) -> Expression | None:
    """Return an innermost part that by itself needs more than two levels; None if there is none."""
    parts = expression.parts if isinstance(expression, Joined) else ()
    for part in (expression.part,) if isinstance(expression, Negation) else parts:
        deep = _smallest_too_deep(part)
        if deep is not None:
            return deep
    return None if expression.fits else expression


def _formula(expression: Expression) -> normal_forms.Formula:
    if isinstance(expression, Joined):
        return normal_forms.Joined(expression.quantifier, tuple(map(_formula, expression.parts)))
    if isinstance(expression, Negation):
        return normal_forms.Negated(_formula(expression.part))
    if isinstance(expression, InSegment):
        return normal_forms.Atom(SourceSegment(expression.name))
    if not isinstance(expression, Condition):
        raise MisuseError(f"This is no condition but an object of type {type(expression).__name__}. {USE_SIGNS}")
    dimension = expression.dimension
    if dimension.dimension_type == "EXCLUSIVE":
        # One atom for a comparison and its opposite, so that each is recognised as the other's.
        return normal_forms.Negated(_formula(Condition(dimension.reversed())))
    atoms = tuple(map(normal_forms.Atom, dimension.split()))
    if len(atoms) == 1:
        return atoms[0]
    return normal_forms.Joined("ALL" if dimension.dimension_type == "LIST_CONTAINS_ALL" else "ANY", atoms)


def _expression(formula: normal_forms.Formula) -> Expression:
    """Return a formula that was read as a condition."""
    if isinstance(formula, normal_forms.Joined):
        return _joined(formula.quantifier, *map(_expression, formula.parts))
    if isinstance(formula, normal_forms.Negated):
        return ~_expression(formula.part)
    if isinstance(formula.thing, SourceSegment):
        return InSegment(formula.thing.name)
    if not isinstance(formula.thing, Dimension):
        raise TypeError(f"expected a Dimension or a SourceSegment, got {type(formula.thing).__name__}")
    return Condition(formula.thing)
