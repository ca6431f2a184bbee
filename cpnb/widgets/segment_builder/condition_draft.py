"""One condition while it is being written: perhaps without an attribute, a comparison or a value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Self

from cpnb import catalog, condition_values
from cpnb.conditions import Condition
from cpnb.dimensions import CALCULATED, Dimension, value_limits
from cpnb.errors import ExpressionError
from cpnb.expressions import Attribute

RANGES = frozenset({"BETWEEN", "NOT_BETWEEN"})
DATES = frozenset({"BEFORE", "AFTER", "ON"})
NUMBERS = frozenset({"EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"})
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
NOT_YET = "…"
"""What stands in a sentence where something is still to be said."""


class ValueKind(Enum):
    """What a comparison compares with, and so how its values are entered."""

    TEXTS = "texts"
    DATE = "date"
    NUMBER = "number"
    DATES = "two dates"
    NUMBERS_OR_DATES = "two numbers or dates"


@dataclass(frozen=True, slots=True)
class ConditionDraft:
    """One condition, complete or not.

    Attributes
    ----------
    attribute : str
        ``LastName``, ``Address.City``, ``Attributes.tier``, or the name of a calculated attribute; empty if none is
        chosen yet.
    shape : str
        The dimension shape of the service model; empty if no attribute is chosen.
    operator : str
        How it is compared: ``INCLUSIVE``; empty if that is still open.
    values : tuple of str
        What it is compared with, as the service reads it. Of a range one end may be empty.
    days : tuple of int and int or None, optional
        Of a calculated attribute: the days that it is calculated over, in place of its own.
    is_read : bool
        Whether it was read from a condition and not changed since. What the service holds is shown as it is, a range
        with its ends the wrong way round among it; it takes no part in comparing drafts.
    """

    attribute: str = ""
    shape: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    days: tuple[int, int | None] | None = None
    is_read: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, condition: Condition) -> Self:
        """Return the draft that says a condition, whatever the service holds in it."""
        said = condition.dimension
        return cls(said.attribute, said.shape, said.dimension_type, said.values, said.days, is_read=True)

    @property
    def operators(self) -> tuple[str, ...]:
        """The comparisons that the attribute has."""
        return catalog.dimension_types(self.shape) if self.shape else ()

    @property
    def is_calculated(self) -> bool:
        """Whether the domain calculates the attribute."""
        return self.shape == CALCULATED

    @property
    def value_kind(self) -> ValueKind:
        """What the comparison compares with; texts while it is open."""
        if self.operator in RANGES:
            return ValueKind.DATES if self.shape == "DateDimension" else ValueKind.NUMBERS_OR_DATES
        if self.operator in DATES:
            return ValueKind.DATE
        return ValueKind.NUMBER if self.operator in NUMBERS else ValueKind.TEXTS

    @property
    def allowed_values(self) -> tuple[str, ...]:
        """The only values that the attribute has; empty if any text will do."""
        known = catalog.targets().get(catalog.PROFILE_PREFIX + self.attribute)
        return known.values if known is not None and not self.is_calculated else ()

    def with_attribute(self, attribute: str, shape: str) -> Self:
        """Return the draft for another attribute, with what still makes sense of comparison and values."""
        if (attribute, shape) == (self.attribute, self.shape):
            return self
        days = self.days if shape == CALCULATED else None
        changed = replace(self, attribute=attribute, shape=shape, days=days, is_read=False)
        allowed = changed.operators
        if self.operator not in allowed:
            return replace(changed, operator=allowed[0] if allowed else "", values=())
        if changed.allowed_values and not set(self.values) <= set(changed.allowed_values):
            return replace(changed, values=())
        return changed

    def with_operator(self, operator: str) -> Self:
        """Return the draft with another comparison; values are kept if they are of the same kind."""
        changed = replace(self, operator=operator, is_read=self.is_read and operator == self.operator)
        if changed.value_kind is self.value_kind:
            return changed
        return replace(changed, values=())

    def with_values(self, values: tuple[str, ...]) -> Self:
        """Return the draft with other values, each of them once where they are texts."""
        each_once = tuple(dict.fromkeys(values)) if self.value_kind is ValueKind.TEXTS else values
        return replace(self, values=each_once, is_read=self.is_read and each_once == self.values)

    @property
    def problem(self) -> str:
        """What is missing or wrong, as a sentence; empty if the condition is complete."""
        if not self.attribute:
            return "Choose an attribute."
        if self.operator not in self.operators:
            return f"Choose how {self.attribute} is compared."
        if self.operator in RANGES:
            return self._problem_of_range()
        if not any(self.values):
            return f"Give {self.attribute} a value to compare with."
        return self._problem_of_length()

    def _problem_of_length(self) -> str:
        """Return what is too long: a value that was fine may be too long for another attribute."""
        _, most = value_limits(self.shape)
        longest = max(map(len, self.values))
        if most is None or longest <= most:
            return ""
        return f"{self.attribute}: a value has {longest:,} characters; expected at most {most}."

    def _problem_of_range(self) -> str:
        if len(self.values) != 2 or not all(self.values):  # noqa: PLR2004  # two ends
            return f"Give {self.attribute} both ends of the range."
        if self.is_read:
            return ""
        try:
            checked_range(self.attribute, self.shape, *self.values)
        except ExpressionError as error:
            return str(error)
        return self._problem_of_length()

    def condition(self) -> Condition:
        """Return the condition, of a draft that is complete.

        Raises
        ------
        ExpressionError
            If it is not.
        """
        if self.problem:
            raise ExpressionError(self.problem)
        return Condition(Dimension(self.attribute, self.shape, self.operator, self.values, self.days))

    def explain(self) -> str:
        """Return the condition in plain English, with `NOT_YET` where something is still to be said."""
        if not self.attribute or not self.operator:
            return f"{self.attribute or NOT_YET} {NOT_YET}"
        ends = 2 if self.operator in RANGES else 1
        shown = tuple(value or NOT_YET for value in self.values) + (NOT_YET,) * (ends - len(self.values))
        return str(Dimension(self.attribute, self.shape, self.operator, shown, self.days))


def checked_values(draft: ConditionDraft, *typed: str) -> tuple[str, ...]:
    """Return what was typed as values of a condition, in the service's form; nothing for nothing.

    Raises
    ------
    ExpressionError
        If one is no value that this comparison takes.
    """
    said = [one for one in typed if one.strip()]
    if not said:
        return ()
    attribute = Attribute(draft.attribute, draft.shape)
    if draft.value_kind is ValueKind.TEXTS:
        # Outer spaces count in a segment, so a text stays as it was typed. All at once: there may be thousands.
        made = attribute.isin(said) if "INCLUSIVE" in draft.operators else None
        return _values_of(made) if made is not None else tuple(said)
    return tuple(_READERS[draft.value_kind](one.strip(), draft.attribute) for one in said)


def checked_range(attribute: str, shape: str, low: str, high: str) -> None:
    """Refuse two ends that are of different kinds, or in the wrong order.

    Raises
    ------
    ExpressionError
        With the reason.
    """
    first, last = (as_number(end) if shape != "DateDimension" else None for end in (low, high))
    if (first is None) != (last is None) and not any(map(condition_values.is_reference, (low, high))):
        raise ExpressionError(f"{attribute}: give two numbers or two dates, not one of each.")
    if first is None or last is None:
        Attribute(attribute, shape).between(low, high)
    elif first > last:
        raise ExpressionError(f"{attribute}: the first end of a range must not lie after the second.")


def as_number(text: str) -> float | None:
    """Return a text as a number, or None if it is none: ``1_000`` and digits of other scripts are none."""
    return float(text) if _NUMBER.fullmatch(text) else None


def _number(typed: str, attribute: str) -> str:
    if condition_values.is_reference(typed):
        return typed
    real = as_number(typed)
    if real is None:
        raise ExpressionError(f"{attribute} is compared with a number here, such as 12 or 12.5.")
    try:
        number: float | int = int(typed)  # as it was typed, however many digits it has
    except ValueError:
        number = real
    return condition_values.number_value(number, attribute)


def _number_or_date(typed: str, attribute: str) -> str:
    reader: Callable[[str, str], str] = condition_values.date_value if as_number(typed) is None else _number
    return reader(typed, attribute)


_READERS: dict[ValueKind, Callable[[str, str], str]] = {
    ValueKind.DATE: condition_values.date_value,
    ValueKind.DATES: condition_values.date_value,
    ValueKind.NUMBER: _number,
    ValueKind.NUMBERS_OR_DATES: _number_or_date,
}


def _values_of(made: object) -> tuple[str, ...]:
    return made.dimension.values if isinstance(made, Condition) else ()
