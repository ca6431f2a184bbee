"""One comparison of one attribute, as the service writes it, and the values it compares with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from cpnb import catalog
from cpnb.errors import ExpressionError, did_you_mean

CALCULATED = "CalculatedAttributeDimension"
CUSTOM_PREFIX = "Attributes."

# Absent counts as "not equal", so that each is exactly the opposite of the other. For BETWEEN and
# NOT_BETWEEN nothing says so, and they are kept apart.
# Source: administrator guide, 'customer-segments-building-segments' (excluding a profile type keeps the empty ones).
_REVERSED = {"INCLUSIVE": "EXCLUSIVE", "EXCLUSIVE": "INCLUSIVE"}

_WORDS = {
    "INCLUSIVE": ("is", "is one of"),
    "EXCLUSIVE": ("is not", "is none of"),
    "CONTAINS": ("contains", "contains one of"),
    "BEGINS_WITH": ("starts with", "starts with one of"),
    "ENDS_WITH": ("ends with", "ends with one of"),
    "BEFORE": ("is before", "is before one of"),
    "AFTER": ("is after", "is after one of"),
    "ON": ("is on", "is on one of"),
    "BETWEEN": ("is between", "is between"),
    "NOT_BETWEEN": ("is not between", "is not between"),
    "EQUAL": ("equals", "equals one of"),
    "GREATER_THAN": ("is greater than", "is greater than one of"),
    "GREATER_THAN_OR_EQUAL": ("is at least", "is at least one of"),
    "LESS_THAN": ("is less than", "is less than one of"),
    "LESS_THAN_OR_EQUAL": ("is at most", "is at most one of"),
    "LIST_CONTAINS": ("lists", "lists one of"),
    "LIST_CONTAINS_ALL": ("lists", "lists all of"),
}
_VALUES_SHOWN = 10
_UNQUOTED = frozenset({"EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"})


@dataclass(frozen=True, slots=True)
class Dimension:
    """One comparison of one attribute.

    Attributes
    ----------
    attribute : str
        ``LastName``, ``Address.City``, ``Attributes.tier``, or the name of a calculated attribute.
    shape : str
        The dimension shape of the service model, which says what the attribute is.
    dimension_type : str
        How it is compared: ``INCLUSIVE``.
    values : tuple of str
        What it is compared with, as the service reads it.
    days : tuple of int and int or None, optional
        For a calculated attribute: first and last day of what it is calculated over, in place of
        its own range.
    """

    attribute: str
    shape: str
    dimension_type: str
    values: tuple[str, ...]
    days: tuple[int, int | None] | None = None

    @property
    def is_reversible(self) -> bool:
        """Whether another comparison is exactly the opposite."""
        return self.dimension_type in _REVERSED

    def reversed(self) -> Dimension:
        """Return the opposite comparison, of one that is reversible."""
        return replace(self, dimension_type=_REVERSED[self.dimension_type])

    def split(self) -> list[Dimension]:
        """Return the same comparison in pieces that hold no more values than the service takes in one.

        The pieces are joined by "or"; those of LIST_CONTAINS_ALL by "and".
        """
        most, _ = value_limits(self.shape)
        return [replace(self, values=self.values[at : at + most]) for at in range(0, len(self.values), most)]

    def to_api(self) -> dict[str, Any]:
        """Return one ``Dimension`` of the service."""
        body: dict[str, Any] = {"DimensionType": self.dimension_type, "Values": list(self.values)}
        if self.shape == CALCULATED:
            if self.days:
                start, end = self.days
                ends = {} if end is None else {"End": end}
                body["ConditionOverrides"] = {"Range": {"Start": start, **ends, "Unit": "DAYS"}}
            return {"CalculatedAttributes": {self.attribute: body}}
        block, _, part = self.attribute.partition(".")
        return {"ProfileAttributes": {block: {part: body} if part else body}}

    def __str__(self) -> str:
        one, several = _WORDS[self.dimension_type]
        shown = [value if self.dimension_type in _UNQUOTED else repr(value) for value in self.values[:_VALUES_SHOWN]]
        more = len(self.values) - len(shown)
        if self.dimension_type in {"BETWEEN", "NOT_BETWEEN"}:
            return f"{self._label} {one} {' and '.join(self.values)}"
        rest = f" and {more} more" if more else ""
        return f"{self._label} {one if len(self.values) == 1 else several} {', '.join(shown)}{rest}"

    @property
    def _label(self) -> str:
        if not self.days:
            return self.attribute
        start, end = self.days
        return f"{self.attribute} over days {start} to {'now' if end is None else end}"


def from_api(document: Mapping[str, Any]) -> list[Dimension]:
    """Return the comparisons in one ``Dimension`` of the service, which may hold several.

    Raises
    ------
    ExpressionError
        If it holds none, or an attribute or comparison that the service model does not have.
    """
    found = [_read(name, CALCULATED, body) for name, body in _members(document, "CalculatedAttributes")]
    for name, body in _members(document, "ProfileAttributes"):
        if name in _blocks():
            found += [_read(f"{name}.{part}", attribute_shape(f"{name}.{part}"), inner) for part, inner in body.items()]
        else:
            found.append(_read(name, attribute_shape(name), body))
    if not found:
        raise ExpressionError("A dimension without any attribute matches every profile; it is not read as a condition.")
    return found


def _members(document: Mapping[str, Any], name: str) -> list[tuple[str, Mapping[str, Any]]]:
    members = document.get(name, {})
    if not isinstance(members, Mapping) or not all(isinstance(body, Mapping) for body in members.values()):
        raise ExpressionError(f"{name} of a dimension is no object of attributes; expected a DimensionType and Values.")
    return list(members.items())


def _blocks() -> set[str]:
    """Return the names under which attributes stand one level deeper: the addresses, and Attributes."""
    dotted = (target.name for target in catalog.targets().values() if "." in target.name)
    return {name.partition(".")[0] for name in dotted} | {CUSTOM_PREFIX.rstrip(".")}


def _read(name: str, shape: str, body: Mapping[str, Any]) -> Dimension:
    dimension_type, values = body.get("DimensionType"), body.get("Values")
    if dimension_type not in catalog.dimension_types(shape):
        raise ExpressionError(f"{name!r} cannot be compared by {dimension_type!r}; the service has no such comparison.")
    if not isinstance(values, list | tuple) or not values or not all(isinstance(value, str) for value in values):
        raise ExpressionError(f"{name!r} is compared with no list of texts; expected 1 to 50 Values.")
    window = body.get("ConditionOverrides", {}).get("Range")
    days = (window["Start"], window.get("End")) if window else None
    return Dimension(name, shape, str(dimension_type), tuple(values), days)


def attribute_shape(path: str) -> str:
    """Return the dimension shape of a profile attribute.

    Raises
    ------
    ExpressionError
        If segments cannot filter on it, or there is no such attribute.
    """
    if path.startswith(CUSTOM_PREFIX):
        return "AttributeDimension"
    known = catalog.targets()
    names = [target.name for target in known.values() if target.dimension]
    target = known.get(catalog.PROFILE_PREFIX + path)
    if target is None:
        hint = _within_block(path, names) or did_you_mean(path, [*names, *sorted(_blocks())])
        raise ExpressionError(
            f"A profile has no attribute {path!r}.{hint} Custom attributes are profile.Attributes['name']."
        )
    if not target.dimension:
        raise ExpressionError(
            f"Segments cannot filter on {path!r}, although profiles have it.{_instead(path, names)} Or upload it a "
            "second time as a custom attribute and use profile.Attributes['name']."
        )
    return target.dimension


def _within_block(path: str, names: list[str]) -> str:
    """Return a hint if an attribute of this name belongs to a block, such as an address; else the empty text."""
    ending = f".{path.casefold()}"
    inside = next((name for name in names if name.casefold().endswith(ending)), None)
    return f" Did you mean profile.{inside}?" if inside else ""


def _instead(path: str, names: list[str]) -> str:
    return f" Use {path}String if you fill that one." if f"{path}String" in names else ""


def value_limits(shape: str) -> tuple[int, int | None]:
    """Return how many values one dimension takes, and how many characters one value; None if any number."""
    shapes = catalog.service_model()["shapes"]
    values = shapes[shapes[shape]["members"]["Values"]["shape"]]
    longest = shapes[values["member"]["shape"]].get("max")
    return int(values["max"]), None if longest is None else int(longest)


def is_reference(text: str) -> bool:
    """Tell whether a value stands for another attribute of the same profile: ``{{_profile.City}}``."""
    return text.startswith("{{") and text.endswith("}}")


def text_value(value: object, attribute: str) -> str:
    """Return a text value as the service compares it.

    Raises
    ------
    ExpressionError
        If it is no text, or empty.
    """
    if not isinstance(value, str):
        raise ExpressionError(
            f"{attribute} is compared with text, got a value of type {type(value).__name__}. Write it in "
            "quotation marks, as it stands in the profiles."
        )
    if not value:
        raise ExpressionError(f"{attribute} cannot be compared with an empty value: a profile has no empty attributes.")
    return str(value)


def is_number(value: object) -> bool:
    """Tell whether a value is a real number of Python, NumPy or `decimal`; a truth value is none."""
    return not isinstance(value, bool) and isinstance(value, Real | Decimal)


def number_value(value: object, attribute: str) -> str:
    """Return a number as the service compares it: shortest, without exponent and without ``.0``.

    Raises
    ------
    ExpressionError
        If it is no finite number.
    """
    if isinstance(value, str) and is_reference(value):
        return value
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise ExpressionError(
            f"{attribute} is compared with a number here, got a value of type {type(value).__name__}."
        )
    if not math.isfinite(value):
        raise ExpressionError(f"{attribute} is compared with a number here, got one that is not finite.")
    if isinstance(value, Integral):
        return str(int(value))
    text = format(value if isinstance(value, Decimal) else Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def date_value(value: object, attribute: str) -> str:
    """Return a date or time as the service compares it, in UTC: ``2024-10-01T00:00:00Z``.

    A time without zone is taken as UTC, a date as its midnight.
    Source: administrator guide, 'customer-segments-building-segments'.

    Raises
    ------
    ExpressionError
        If it is no date.
    """
    if isinstance(value, str):
        if is_reference(value):
            return value
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime) or value != value:  # noqa: PLR0124  # pandas' NaT is a datetime unlike itself
        raise ExpressionError(
            f"{attribute} is compared with a date here: expected a datetime.date, a datetime or ISO 8601 text such as "
            "'2024-10-01'."
        )
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
