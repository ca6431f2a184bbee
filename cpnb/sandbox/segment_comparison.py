"""One comparison of an attribute with its values, in SQL: each DimensionType of the service.

An absent attribute meets EXCLUSIVE and nothing else, NOT_BETWEEN included. Values are joined by or, except in
LIST_CONTAINS_ALL and the two ends of BETWEEN. Where the two sides are not of one kind, nothing matches.

Source: service model, botocore (the types); Amazon Connect administrator guide, 'customer-segments-building-segments'
(case-sensitive values, dates in UTC, EXCLUSIVE). What text counts as a number, date or list is not documented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cpnb.sandbox.segment_values import DAY_US, Reading, elements, moment, number

TEXT_KINDS = (
    "INCLUSIVE",
    "EXCLUSIVE",
    "CONTAINS",
    "BEGINS_WITH",
    "ENDS_WITH",
    "LIST_CONTAINS",
    "LIST_CONTAINS_ALL",
)
"""The comparisons that look at no number and no date."""

JOINED_BY_AND = ("EXCLUSIVE", "LIST_CONTAINS_ALL")
"""The comparisons that all values must meet; of the others, ranges apart, one value is enough."""

RANGES = ("BETWEEN", "NOT_BETWEEN")
FEW_VALUES = 50


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL expression, and the values bound to its placeholders in order."""

    sql: str
    values: tuple[Any, ...] = ()


EVERYBODY = Condition("TRUE")
NOBODY = Condition("FALSE")


@dataclass(frozen=True, slots=True)
class Operand:
    """A value of a condition as SQL: as text, and as a number and a moment if it can be one."""

    text: Condition
    number: Condition | None
    moment: Condition | None

    @classmethod
    def literal(cls, reading: Reading) -> Operand:
        """Return a value that stands for itself."""
        return cls(
            Condition("CAST(? AS VARCHAR)", (reading.text,)),
            None if reading.number is None else Condition("CAST(? AS DOUBLE)", (reading.number,)),
            None if reading.moment is None else Condition("CAST(? AS BIGINT)", (reading.moment,)),
        )

    @classmethod
    def attribute(cls, column: str) -> Operand:
        """Return a value that stands for another attribute of the same profile; where that is absent it is NULL."""
        return cls(Condition(column), Condition(number(column)), Condition(moment(column)))


def compare(kind: str, column: str, operands: Sequence[Operand]) -> Condition:
    """Return the condition that an attribute meets a comparison; it is never NULL.

    Parameters
    ----------
    kind
        The service's DimensionType.
    column
        SQL for the attribute's text.
    operands
        Its values; BETWEEN and NOT_BETWEEN take two.
    """
    if kind in RANGES:
        return _any_of(_ranges(kind, column, operands))
    if kind == "EXCLUSIVE":
        equal = compare("INCLUSIVE", column, operands)
        return Condition(f"NOT {equal.sql}", equal.values)
    return _any_of([_COMPARISONS[kind](column, operands)])


def _any_of(conditions: Sequence[Condition]) -> Condition:
    sql = " OR ".join(condition.sql for condition in conditions) or "FALSE"
    return Condition(f"coalesce({sql}, FALSE)", _bound(conditions))


def _bound(conditions: Sequence[Condition]) -> tuple[Any, ...]:
    return tuple(value for condition in conditions for value in condition.values)


def _listed(conditions: Sequence[Condition]) -> str:
    return ", ".join(condition.sql for condition in conditions)


def _is_one_of(left: str, literals: Sequence[object], references: Sequence[str], sql_type: str) -> Condition:
    """Return the condition that an expression equals one of the values.

    A few are compared one by one; many are a table to look into, which costs more to set up.
    """
    if len(literals) <= FEW_VALUES:
        listed = [*[f"CAST(? AS {sql_type})"] * len(literals), *references]
        return Condition(f"{left} IN ({', '.join(listed)})" if listed else "FALSE", tuple(literals))
    parts = [f"{left} IN (SELECT unnest(CAST(? AS {sql_type}[])))"]
    parts += [f"{left} IN ({', '.join(references)})"] if references else []
    return Condition(" OR ".join(parts), (list(literals),))


def _separated(conditions: Sequence[Condition]) -> tuple[list[Any], list[str]]:
    """Return the bound values of literals, and the SQL of references to attributes, which bind nothing."""
    return list(_bound(conditions)), [condition.sql for condition in conditions if not condition.values]


def _equals(column: str, operands: Sequence[Operand]) -> Condition:
    literals, references = _separated([operand.text for operand in operands])
    return _is_one_of(column, literals, references, "VARCHAR")


def _equals_number(column: str, operands: Sequence[Operand]) -> Condition:
    literals, references = _separated([operand.number for operand in operands if operand.number is not None])
    return _is_one_of(f"({number(column)})", literals, references, "DOUBLE")


def _on_day(column: str, operands: Sequence[Operand]) -> Condition:
    literals, references = _separated([operand.moment for operand in operands if operand.moment is not None])
    days = [moment_us // DAY_US for moment_us in literals]
    others = [f"({reference}) // {DAY_US}" for reference in references]
    return _is_one_of(f"(({moment(column)}) // {DAY_US})", days, others, "BIGINT")


def _stands_in(function: str) -> Callable[[str, Sequence[Operand]], Condition]:
    def condition(column: str, operands: Sequence[Operand]) -> Condition:
        texts = [operand.text for operand in operands]
        # These functions know no wildcards, which LIKE does.
        return Condition(" OR ".join(f"{function}({column}, {text.sql})" for text in texts), _bound(texts))

    return condition


def _number_is(template: str) -> Callable[[str, Sequence[Operand]], Condition]:
    def condition(column: str, operands: Sequence[Operand]) -> Condition:
        numbers = [operand.number for operand in operands if operand.number is not None]
        return _filled(template, number(column), numbers)

    return condition


def _moment_is(template: str) -> Callable[[str, Sequence[Operand]], Condition]:
    def condition(column: str, operands: Sequence[Operand]) -> Condition:
        moments = [operand.moment for operand in operands if operand.moment is not None]
        return _filled(template, moment(column), moments)

    return condition


def _filled(template: str, left: str, values: Sequence[Condition]) -> Condition:
    if not values:
        return NOBODY
    return Condition(template.format(left=left, values=_listed(values)), _bound(values))


def _contains_any(column: str, operands: Sequence[Operand]) -> Condition:
    texts = [operand.text for operand in operands]
    return Condition(f"list_has_any({elements(column)}, [{_listed(texts)}])", _bound(texts))


def _contains_all(column: str, operands: Sequence[Operand]) -> Condition:
    texts = [operand.text for operand in operands]
    # `list_has_all` passes over NULL, and an absent value is in no list.
    present = "".join(f" AND {text.sql} IS NOT NULL" for text in texts if not text.values)
    return Condition(f"list_has_all({elements(column)}, [{_listed(texts)}]){present}", _bound(texts))


def _ranges(kind: str, column: str, operands: Sequence[Operand]) -> list[Condition]:
    """Return the range as moments and as numbers, as far as the two ends can be that."""
    low, high = operands
    pairs = [(moment(column), low.moment, high.moment), (number(column), low.number, high.number)]
    operator = kind.replace("_", " ")
    conditions = []
    for left, first, last in pairs:
        if first is not None and last is not None:
            # Without this a profile would be outside of a range that has one end only.
            known = "".join(f" AND ({end.sql}) IS NOT NULL" for end in (first, last) if not end.values)
            sql = f"(({left}) {operator} ({first.sql}) AND ({last.sql}){known})"
            conditions.append(Condition(sql, _bound([first, last])))
    return conditions


# `least` and `greatest` pass over NULL: what is above the least of the values is above one of them.
_COMPARISONS: Mapping[str, Callable[[str, Sequence[Operand]], Condition]] = {
    "INCLUSIVE": _equals,
    "CONTAINS": _stands_in("contains"),
    "BEGINS_WITH": _stands_in("starts_with"),
    "ENDS_WITH": _stands_in("suffix"),
    "EQUAL": _equals_number,
    "GREATER_THAN": _number_is("({left}) > least({values})"),
    "GREATER_THAN_OR_EQUAL": _number_is("({left}) >= least({values})"),
    "LESS_THAN": _number_is("({left}) < greatest({values})"),
    "LESS_THAN_OR_EQUAL": _number_is("({left}) <= greatest({values})"),
    "BEFORE": _moment_is("({left}) < greatest({values})"),
    "AFTER": _moment_is("({left}) > least({values})"),
    "ON": _on_day,
    "LIST_CONTAINS": _contains_any,
    "LIST_CONTAINS_ALL": _contains_all,
}
