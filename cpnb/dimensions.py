"""One comparison of one attribute, as the service writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
_ENDS = 2
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
            parts = _members({name: body}, name)
            found += [_read(f"{name}.{part}", attribute_shape(f"{name}.{part}"), inner) for part, inner in parts]
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
    if dimension_type in {"BETWEEN", "NOT_BETWEEN"} and len(values) != _ENDS:
        raise ExpressionError(f"{name!r} is compared by {dimension_type} with {len(values)} Values; expected two.")
    return Dimension(name, shape, str(dimension_type), tuple(values), _days(name, body.get("ConditionOverrides")))


def _days(name: str, overrides: object) -> tuple[int, int | None] | None:
    """Return the range of days that overrides of a comparison say; None if they say none."""
    if not overrides:
        return None
    window = overrides.get("Range") if isinstance(overrides, Mapping) else overrides
    if window is None:
        return None
    start, end = (window.get("Start"), window.get("End")) if isinstance(window, Mapping) else (None, None)
    if not isinstance(start, int) or not isinstance(end, int | None):
        raise ExpressionError(
            f"{name!r} has ConditionOverrides without a Range of days; expected Start and, if any, End."
        )
    return start, end


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
        raise ExpressionError(f"Segments cannot filter on {path!r}, although profiles have it.{_instead(path, names)}")
    return target.dimension


def _within_block(path: str, names: list[str]) -> str:
    """Return a hint if an attribute of this name belongs to a block, such as an address; else the empty text."""
    ending = f".{path.casefold()}"
    inside = next((name for name in names if name.casefold().endswith(ending)), None)
    return f" Did you mean profile.{inside}?" if inside else ""


def _instead(path: str, names: list[str]) -> str:
    upload = "pload it a second time as a custom attribute and use profile.Attributes['name']."
    other = f"{path}String"
    return f" Use {other} if you fill that one, or u{upload}" if other in names else f" U{upload}"


def value_limits(shape: str) -> tuple[int, int | None]:
    """Return how many values one dimension takes, and how many characters one value; None if any number."""
    shapes = catalog.service_model()["shapes"]
    values = shapes[shapes[shape]["members"]["Values"]["shape"]]
    longest = shapes[values["member"]["shape"]].get("max")
    return int(values["max"]), None if longest is None else int(longest)
