"""A condition that one segment cannot say, taken apart into segments that build on each other."""

from __future__ import annotations

from cpnb.conditions import Condition, Expression, InSegment, Joined, Negation

__all__ = ["source_layers"]


def source_layers(name: str, expression: Expression) -> list[tuple[str, Expression]]:
    """Return segments, each a name and a condition that fits, of which the last one says the whole.

    Parameters
    ----------
    name : str
        The name of the whole; the others are called ``name-1``, ``name-2`` and so on.
    expression : Expression
        Of any depth.

    Returns
    -------
    list of (str, Expression)
        In the order in which they have to be created: a segment comes after those that it builds on. Only the parts
        that stand in the way become segments; a condition that fits is returned alone.

    Examples
    --------
    >>> from cpnb.expressions import profile
    >>> a, b, c = (profile.LastName.contains(letter) for letter in "abc")
    >>> for part, condition in source_layers("x", a & ~b | c):
    ...     print(part, "=", condition)
    x-1 = LastName contains 'a' and not (LastName contains 'b')
    x = is in segment 'x-1' or LastName contains 'c'
    """
    if expression.fits:
        return [(name, expression)]
    made: list[tuple[str, Expression]] = []
    whole = _fitted(expression, name, made)
    return [*made, (name, whole)]


def _fitted(expression: Expression, name: str, made: list[tuple[str, Expression]]) -> Expression:
    """Return the condition with as many of its parts as necessary replaced by segments, which are added to `made`."""
    if _is_simple(expression):
        return expression
    quantifier = expression.quantifier if isinstance(expression, Joined) else None
    parts = [
        _fitted(part, name, made)
        for part in (expression.parts if isinstance(expression, Joined) else (_inner(expression),))
    ]
    while not (fitted := Negation(parts[0]) if quantifier is None else Joined(quantifier, tuple(parts))).fits:
        position = next(position for position, part in enumerate(parts) if not _is_simple(part))
        source = InSegment(f"{name}-{len(made) + 1}")
        made.append((source.name, parts[position]))
        parts[position] = source
    return fitted


def _inner(expression: Expression) -> Expression:
    return expression.part if isinstance(expression, Negation) else expression


def _is_simple(expression: Expression) -> bool:
    """Tell whether it is one comparison or membership, negated or not, which a group takes as it is."""
    return isinstance(_inner(expression), Condition | InSegment)
