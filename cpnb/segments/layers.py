"""A condition of any depth as segments that build on each other, no deeper than the service allows."""

from __future__ import annotations

from collections.abc import Sequence

from cpnb import catalog
from cpnb.conditions import Expression, InSegment
from cpnb.errors import ExpressionError
from cpnb.segments.sources import require_condition
from cpnb.source_layers import source_layers

__all__ = ["checked_layers"]


def checked_layers(name: str, expression: Expression) -> list[tuple[str, Expression]]:
    """Return the layers of a condition, see `source_layers`.

    Raises
    ------
    ExpressionError
        If it is no condition, or they build on each other too deep.
    """
    layers = source_layers(name, require_condition(expression))
    if (depth := _depth(layers)) > catalog.MAX_SOURCE_DEPTH:
        raise ExpressionError(
            f"The condition would need segments that build on each other {depth} deep; the service allows "
            f"{catalog.MAX_SOURCE_DEPTH}. Say it with fewer changes between 'and' and 'or', or upload a custom "
            f"attribute that already holds part of the answer: {expression.explain()}"
        )
    return layers


def _depth(layers: Sequence[tuple[str, Expression]]) -> int:
    """Return how many levels of segments stand below the last one, of which each comes after those it builds on.

    A segment that is none of them counts as one level: what it is built on, only its domain knows.
    """
    depths: dict[str, int] = {}
    for name, expression in layers:
        sources = [leaf.name for leaf in expression.leaves() if isinstance(leaf, InSegment)]
        depths[name] = max((1 + depths.get(source, 0) for source in sources), default=0)
    return depths[layers[-1][0]]
