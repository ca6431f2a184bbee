"""A condition as the Python code that makes it, and as the JSON that the service is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter

from cpnb import dimensions
from cpnb.attribute import METHODS
from cpnb.conditions import Condition, Expression, InSegment, Joined, Negation
from cpnb.dimensions import CUSTOM_PREFIX, Dimension
from cpnb.errors import ExpressionError
from cpnb.expressions import Attribute, calculated, in_segment, profile
from cpnb.widgets.segment_builder.condition_draft import as_number

_SIGNS: dict[str, tuple[str, Callable[[Attribute, object], Expression]]] = {
    "INCLUSIVE": ("==", lambda attribute, value: attribute == value),
    "EXCLUSIVE": ("!=", lambda attribute, value: attribute != value),
    "EQUAL": ("==", lambda attribute, value: attribute == value),
    "GREATER_THAN": (">", lambda attribute, value: attribute > value),
    "GREATER_THAN_OR_EQUAL": (">=", lambda attribute, value: attribute >= value),
    "LESS_THAN": ("<", lambda attribute, value: attribute < value),
    "LESS_THAN_OR_EQUAL": ("<=", lambda attribute, value: attribute <= value),
}
_LISTS = frozenset({"INCLUSIVE", "EXCLUSIVE"})
_LINE = 88
_MIDNIGHT = "T00:00:00Z"


@dataclass(frozen=True, slots=True)
class _Code:
    """Code of a condition: whether it binds tighter than any sign, and the names that it needs."""

    text: str
    is_closed: bool
    names: frozenset[str]

    @property
    def closed(self) -> str:
        return self.text if self.is_closed else f"({self.text})"


def json_of(expression: Expression) -> str:
    """Return the ``SegmentGroups`` of a condition as JSON."""
    return json.dumps(expression.to_api(), indent=2, ensure_ascii=False)


def python_of(expression: Expression) -> str:
    """Return Python code that binds the condition to ``condition``, imports included.

    What no method of an attribute makes, because only the service wrote it so, is read from its document.
    """
    code = _code(expression, "")
    ours = sorted(code.names - {"Expression"})
    lines = [f"from cpnb import {', '.join(ours)}"] if ours else []
    lines += ["from cpnb.expressions import Expression"] if "Expression" in code.names else []
    return "\n".join([*lines, "", f"condition = {code.text}", ""])


def _code(expression: Expression, indent: str) -> _Code:
    if isinstance(expression, Joined):
        return _joined(expression, indent)
    if isinstance(expression, Negation):
        inner = _code(expression.part, indent)
        return _Code(f"~{inner.closed}", is_closed=True, names=inner.names)
    if isinstance(expression, Condition):
        return _compared(expression.dimension) or _read(expression)
    if isinstance(expression, InSegment):
        return _in_segment(expression)
    raise TypeError(f"expected a condition, got an object of type {type(expression).__name__}")


def _joined(expression: Joined, indent: str) -> _Code:
    sign = "&" if expression.quantifier == "ALL" else "|"
    inner = indent + "    "
    parts = [_code(part, inner) for part in expression.parts]
    names = reduce(frozenset.union, (part.names for part in parts))
    line = f" {sign} ".join(part.closed for part in parts)
    if len(indent) + len(line) <= _LINE and "\n" not in line:
        return _Code(line, is_closed=False, names=names)
    lines = f"\n{inner}{sign} ".join(part.closed for part in parts)
    return _Code(f"(\n{inner}{lines}\n{indent})", is_closed=True, names=names)


def _in_segment(expression: InSegment) -> _Code:
    try:
        in_segment(expression.name)
    except ExpressionError:
        return _read(expression)
    return _Code(f"in_segment({expression.name!r})", is_closed=True, names=frozenset({"in_segment"}))


def _read(expression: Expression) -> _Code:
    """Return code that reads a leaf from its document."""
    text = f"Expression.from_api({expression.to_api()!r})"
    return _Code(text, is_closed=True, names=frozenset({"Expression"}))


def _compared(dimension: Dimension) -> _Code | None:
    """Return code that compares an attribute, if it makes this very comparison; else None."""
    arguments = _arguments(dimension)
    try:
        attribute, name, module_name = _attribute(dimension)
        made, text, is_closed = _comparison(dimension.dimension_type, attribute, name, arguments)
    except ExpressionError:
        return None
    if not isinstance(made, Condition) or made.dimension != dimension:
        return None
    return _Code(text, is_closed, frozenset({module_name}))


def _comparison(kind: str, attribute: Attribute, name: str, arguments: list[object]) -> tuple[Expression, str, bool]:
    if kind in _SIGNS and len(arguments) == 1:
        sign, compare = _SIGNS[kind]
        return compare(attribute, arguments[0]), f"{name} {sign} {arguments[0]!r}", False
    if not METHODS[kind].isidentifier():
        raise ExpressionError(f"{kind} takes one value.")
    method = getattr(attribute, METHODS[kind])
    if kind in _LISTS:
        return method(arguments), f"{name}.{METHODS[kind]}({arguments!r})", True
    if kind not in {"CONTAINS", "BEGINS_WITH", "ENDS_WITH", "LIST_CONTAINS", "LIST_CONTAINS_ALL"}:
        wanted = 2 if "BETWEEN" in kind else 1
        if len(arguments) != wanted:
            raise ExpressionError(f"{kind} takes another number of values.")
    return method(*arguments), f"{name}.{METHODS[kind]}({', '.join(map(repr, arguments))})", True


def _attribute(dimension: Dimension) -> tuple[Attribute, str, str]:
    """Return the attribute of a comparison, the code that names it, and what has to be imported."""
    if dimension.shape == dimensions.CALCULATED:
        found, code, word = calculated[dimension.attribute], f"calculated[{dimension.attribute!r}]", "calculated"
    elif dimension.attribute.startswith(CUSTOM_PREFIX):
        own = dimension.attribute.removeprefix(CUSTOM_PREFIX)
        found, code, word = profile.Attributes[own], f"profile.Attributes[{own!r}]", "profile"
    else:
        found = attrgetter(dimension.attribute)(profile)
        code, word = f"profile.{dimension.attribute}", "profile"
    if dimension.days is None:
        return found, code, word
    start, end = dimension.days
    return found.over(start, end), f"{code}.over({start}{'' if end is None else f', {end}'})", word


def _arguments(dimension: Dimension) -> list[object]:
    """Return the values as people would write them: numbers as numbers, midnights as days."""
    if dimension.dimension_type in {"BEFORE", "AFTER", "ON"} or dimension.shape == "DateDimension":
        return [value.removesuffix(_MIDNIGHT) for value in dimension.values]
    if "BETWEEN" in dimension.dimension_type:
        if all(as_number(value) is not None for value in dimension.values):
            return [_number(value) for value in dimension.values]
        return [value.removesuffix(_MIDNIGHT) for value in dimension.values]
    if dimension.dimension_type in _SIGNS and dimension.dimension_type not in _LISTS:
        return [_number(value) for value in dimension.values]
    return list(dimension.values)


def _number(value: str) -> object:
    try:
        return int(value)
    except ValueError:
        number = as_number(value)
        return value if number is None else number
