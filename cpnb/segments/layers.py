"""How deep segments build on each other that are not made yet."""

from __future__ import annotations

from collections.abc import Sequence

from cpnb.conditions import Expression, InSegment

__all__ = ["depth_of_layers"]


def depth_of_layers(layers: Sequence[tuple[str, Expression]]) -> int:
    """Return how many levels of segments stand below the last one, of which each comes after those it builds on.

    A segment that is none of them counts as one level: what it is built on, only its domain knows.
    """
    depths: dict[str, int] = {}
    for name, expression in layers:
        sources = [leaf.name for leaf in expression.leaves() if isinstance(leaf, InSegment)]
        depths[name] = max((1 + depths.get(source, 0) for source in sources), default=0)
    return depths[layers[-1][0]]
