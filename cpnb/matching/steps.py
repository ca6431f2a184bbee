"""A condition as a tree of steps: what is compared, how it is joined, which attributes it looks at."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal

import numpy as np

from cpnb.conditions import USE_SIGNS, Condition, Expression, Joined, Negation
from cpnb.dimensions import Dimension
from cpnb.errors import ExpressionError
from cpnb.matching import comparing
from cpnb.matching.comparing import Mask
from cpnb.matching.profile_texts import ProfileTexts

Sources = Mapping[str, Expression]
"""The conditions of other segments, by name."""

Compare = Callable[["Step", ProfileTexts], Mask]


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
        paths = (path for _, dimension in self.comparisons() for path in comparing.needed_paths(dimension))
        return tuple(dict.fromkeys(paths))

    def met(self, profiles: ProfileTexts) -> dict[Step, Mask]:
        """Return which profiles meet the step, and each of those beneath it."""
        found: dict[Step, Mask] = {}
        self._find(profiles, found)
        return found

    def _find(self, profiles: ProfileTexts, found: dict[Step, Mask]) -> Mask:
        if self.dimension is not None:
            mask = comparing.met(self.dimension, profiles)
        else:
            mask = joined(self.quantifier, [part._find(profiles, found) for part in self.parts])
        found[self] = mask
        return mask


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
    step = _step(expression, widens=True)
    _ = step.needed_paths  # says what a table does not have
    return step


def _step(expression: object, *, widens: bool) -> Step:
    if isinstance(expression, Condition):
        return Step(expression.explain(), expression.dimension, widens=widens)
    if isinstance(expression, Joined):
        parts = tuple(_step(part, widens=widens) for part in expression.parts)
        return Step(expression.explain(), None, expression.quantifier, parts, widens=widens)
    if isinstance(expression, Negation):
        return Step(expression.explain(), None, "NONE", (_step(expression.part, widens=not widens),), widens=widens)
    raise ExpressionError(
        f"Expected a condition made from cpnb.profile, got an object of type {type(expression).__name__}. {USE_SIGNS}"
    )
