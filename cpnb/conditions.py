"""Conditions on profiles: one comparison, several joined, or the opposite; and the segment groups they become."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, cast

from cpnb import dimensions, normal_forms
from cpnb.dimensions import Dimension
from cpnb.display import counted
from cpnb.errors import ExpressionError

__all__ = ["USE_SIGNS", "Condition", "Expression", "Joined", "MisuseError", "Negation"]

USE_SIGNS = (
    "Join conditions with & (and), | (or) and ~ (not), each comparison in brackets: "
    "(profile.LastName == 'Smith') & (profile.Address.City == 'Seattle')."
)


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

    def __str__(self) -> str:
        return self.explain()

    def __repr__(self) -> str:
        return f"<condition: {self.explain()}>"

    def to_api(self) -> dict[str, Any]:
        """Return the ``SegmentGroups`` of the service.

        ``Include``, ``Type`` and ``SourceType`` are always sent, each dimension holds one attribute,
        and more values than one dimension takes are split over several.

        Raises
        ------
        ExpressionError
            If the condition holds for every profile, for none, or needs more than the two levels
            that a segment has.
        """
        try:
            form = normal_forms.two_levels(_formula(self), _is_reversible)
        except normal_forms.AlwaysTrueError:
            problem = "holds for every profile, so it would select the whole domain"
        except normal_forms.AlwaysFalseError:
            problem = "contradicts itself, so no profile could meet it"
        except normal_forms.UnfitError:
            problem = (
                "needs more than the two levels of a segment (groups of comparisons): somewhere a comparison and the "
                "negation of another stand side by side inside of an alternative. Use notin in place of ~, or make two "
                "segments of it"
            )
        else:
            return {"Groups": [_group_to_api(group) for group in form.groups], "Include": form.quantifier}
        raise ExpressionError(f"This condition {problem}: {self.explain()}")

    @staticmethod
    def from_api(segment_groups: Mapping[str, Any]) -> Expression:
        """Return the condition that ``SegmentGroups`` of the service describe.

        Several attributes in one dimension all have to hold.

        Raises
        ------
        ExpressionError
            If they have no groups or an empty one, which match everybody, are built on other
            segments, or hold something that the service model does not have.
        """
        groups = [_group_from_api(group) for group in segment_groups.get("Groups", [])]
        if not groups:
            raise ExpressionError("A segment without groups matches every profile; it is not read as a condition.")
        return _quantified(segment_groups.get("Include", "ALL"), groups)


@dataclass(frozen=True, slots=True, repr=False)
class Condition(Expression):
    """One comparison of one attribute."""

    dimension: Dimension

    __hash__ = Expression.__hash__

    def explain(self) -> str:
        """Return the comparison in plain English."""
        return str(self.dimension)


@dataclass(frozen=True, slots=True, repr=False)
class Joined(Expression):
    """All or any of some conditions."""

    quantifier: Literal["ALL", "ANY"]
    parts: tuple[Expression, ...]

    __hash__ = Expression.__hash__

    def explain(self) -> str:
        """Return the conditions in plain English, with brackets where ``and`` meets ``or``."""
        texts = [f"({part.explain()})" if isinstance(part, Joined) else part.explain() for part in self.parts]
        return (" and " if self.quantifier == "ALL" else " or ").join(texts)


@dataclass(frozen=True, slots=True, repr=False)
class Negation(Expression):
    """The opposite of a condition; a profile without the attribute meets it."""

    part: Expression

    __hash__ = Expression.__hash__

    def explain(self) -> str:
        """Return the opposite in plain English."""
        return f"not ({self.part.explain()})"


def _joined(quantifier: Literal["ALL", "ANY"], *parts: Expression) -> Expression:
    if not all(isinstance(part, Expression) for part in parts):
        raise MisuseError(f"A condition can only be joined with another one. {USE_SIGNS}")
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Joined) and part.quantifier == quantifier else (part,))
    return flat[0] if len(flat) == 1 else Joined(quantifier, tuple(flat))


def _is_reversible(thing: object) -> bool:
    return isinstance(thing, Dimension) and thing.is_reversible


def _formula(expression: Expression) -> normal_forms.Formula:
    if isinstance(expression, Joined):
        return normal_forms.Joined(expression.quantifier, tuple(map(_formula, expression.parts)))
    if isinstance(expression, Negation):
        return normal_forms.Negated(_formula(expression.part))
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


def _group_to_api(group: normal_forms.Group) -> dict[str, Any]:
    found = []
    for member in group.members:
        dimension = cast("Dimension", member.thing)
        found.append((dimension.reversed() if member.reversed else dimension).to_api())
    # Without source segments SourceType has no effect; it is sent because its default is not documented.
    return {"Dimensions": found, "SourceType": "ALL", "Type": group.quantifier}


def _group_from_api(group: Mapping[str, Any]) -> Expression:
    if group.get("SourceSegments"):
        raise ExpressionError(
            f"A group is built on {counted(len(group['SourceSegments']), 'other segment')}; conditions cannot say "
            "that. Read what it is built on and join the conditions."
        )
    parts = [_joined("ALL", *map(Condition, dimensions.from_api(document))) for document in group.get("Dimensions", [])]
    if not parts:
        raise ExpressionError("A group without dimensions matches every profile; it is not read as a condition.")
    return _quantified(group.get("Type", "ALL"), parts)


def _quantified(quantifier: str, parts: list[Expression]) -> Expression:
    if quantifier == "NONE":
        return Negation(_joined("ANY", *parts))
    return _joined("ANY" if quantifier == "ANY" else "ALL", *parts)
