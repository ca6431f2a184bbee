"""A condition as a tree of steps: what is compared, how it is joined, which attributes it looks at."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Literal

import numpy as np

from cpnb.conditions import USE_SIGNS, Condition, Expression, InSegment, Joined, Negation
from cpnb.dimensions import Dimension
from cpnb.errors import ExpressionError, did_you_mean
from cpnb.matching import comparing, operands
from cpnb.matching.operands import Mask
from cpnb.matching.profile_texts import ProfileTexts

Sources = Mapping[str, Expression]
"""The conditions of other segments, by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One comparison, or several steps joined: by "and" (ALL), by "or" (ANY), or none of them (NONE).

    Attributes
    ----------
    words : str
        The condition in plain English.
    dimension : Dimension or None
        What is compared; None if the step joins others.
    quantifier : str
        How the parts are joined.
    parts : tuple of Step
        None for a comparison.
    widens : bool
        Whether more profiles meet the whole if more meet this step: not inside of a negation.
    """

    words: str
    dimension: Dimension | None = None
    quantifier: Literal["ALL", "ANY", "NONE"] = "ALL"
    parts: tuple[Step, ...] = ()
    widens: bool = field(default=True, kw_only=True)

    def walk(self) -> Iterator[Step]:
        """Yield the step and all beneath it, each before its parts."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def comparisons(self) -> Iterator[tuple[Step, Dimension]]:
        """Yield the steps that compare, with what they compare."""
        return ((step, step.dimension) for step in self.walk() if step.dimension is not None)

    @property
    def needed_paths(self) -> tuple[str, ...]:
        """The attributes that are looked at, each once."""
        paths = (path for _, dimension in self.comparisons() for path in operands.needed_paths(dimension))
        return tuple(dict.fromkeys(paths))

    def met(self, profiles: ProfileTexts) -> dict[Step, Mask]:
        """Return which profiles meet the step, and which meet each of those beneath it."""
        return self.joined_from(lambda _, dimension: comparing.met(dimension, profiles))

    def joined_from(self, compare: Callable[[Step, Dimension], Mask]) -> dict[Step, Mask]:
        """Return which profiles meet the step and each of those beneath it, if `compare` says it of the comparisons."""
        found: dict[Step, Mask] = {}
        for step in reversed(list(self.walk())):  # the parts of a step come before it
            if step.dimension is not None:
                found[step] = compare(step, step.dimension)
            else:
                found[step] = joined(step.quantifier, [found[part] for part in step.parts])
        return found


def joined(quantifier: str, masks: list[Mask]) -> Mask:
    """Return where all of the masks are true, any of them, or none."""
    if quantifier == "ALL":
        return reduce(operator.and_, masks)
    found = reduce(operator.or_, masks)
    return found if quantifier == "ANY" else np.logical_not(found)


def steps_of(expression: object, sources: Sources | None = None) -> Step:
    """Return the steps of a condition.

    Parameters
    ----------
    expression : Expression
        A condition, made from `cpnb.profile`.
    sources : mapping of str to Expression, optional
        The conditions of the segments that it is built on.

    Raises
    ------
    ExpressionError
        If it is no condition, needs an attribute that a table does not have, or is built on a segment whose
        condition is not given or leads back to itself.
    """
    step = _step(expression, _Context(sources or {}))
    _ = step.needed_paths  # says what a table does not have
    return step


@dataclass(frozen=True, slots=True)
class _Context:
    """Where a condition stands: the segments that are given, those it is in, and whether it is negated."""

    sources: Sources
    within: tuple[str, ...] = ()
    widens: bool = True

    def negated(self) -> _Context:
        return replace(self, widens=not self.widens)

    def inside(self, name: str) -> _Context:
        if name in self.within:
            chain = " -> ".join(map(repr, (*self.within[self.within.index(name) :], name)))
            raise ExpressionError(f"These segments are built on each other in a circle: {chain}.")
        return replace(self, within=(*self.within, name))


def _step(expression: object, context: _Context) -> Step:
    widens = context.widens
    if isinstance(expression, Condition):
        return Step(expression.explain(), expression.dimension, widens=widens)
    if isinstance(expression, Joined):
        parts = tuple(_step(part, context) for part in expression.parts)
        return Step(expression.explain(), None, expression.quantifier, parts, widens=widens)
    if isinstance(expression, Negation):
        return Step(expression.explain(), None, "NONE", (_step(expression.part, context.negated()),), widens=widens)
    if isinstance(expression, InSegment):
        source = _source(expression.name, context.sources)
        return Step(expression.explain(), None, "ALL", (_step(source, context.inside(expression.name)),), widens=widens)
    raise ExpressionError(
        f"Expected a condition made from cpnb.profile, got an object of type {type(expression).__name__}. {USE_SIGNS}"
    )


def _source(name: str, sources: Sources) -> Expression:
    if name not in sources:
        raise ExpressionError(
            f"Who is in segment {name!r} cannot be told from a table alone.{did_you_mean(name, list(sources))} Give "
            f"the condition of that segment too: sources={{{name!r}: condition}}. If the service has it, "
            f"SegmentDefinition.get(domain, {name!r}).expression reads it."
        )
    return sources[name]
