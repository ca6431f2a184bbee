"""Attributes of profiles, compared like the columns of a pandas frame.

>>> from cpnb.expressions import profile
>>> condition = profile.Address.City.isin(["Seattle", "Boston"]) & ~profile.LastName.startswith("S")
>>> print(condition)
Address.City is one of 'Seattle', 'Boston' and not (LastName starts with 'S')
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from cpnb import catalog, dimensions
from cpnb.conditions import USE_SIGNS, Condition, Expression, InSegment, MisuseError
from cpnb.dimensions import CALCULATED, CUSTOM_PREFIX, Dimension
from cpnb.errors import ExpressionError, FieldsError

__all__ = ["Attribute", "Condition", "Expression", "InSegment", "calculated", "in_segment", "profile"]

# The method that makes each comparison of the service, for messages.
_METHODS = {
    "INCLUSIVE": "isin",
    "EXCLUSIVE": "notin",
    "CONTAINS": "contains",
    "BEGINS_WITH": "startswith",
    "ENDS_WITH": "endswith",
    "BEFORE": "before",
    "AFTER": "after",
    "ON": "on",
    "BETWEEN": "between",
    "NOT_BETWEEN": "not_between",
    "EQUAL": "==",
    "GREATER_THAN": ">",
    "GREATER_THAN_OR_EQUAL": ">=",
    "LESS_THAN": "<",
    "LESS_THAN_OR_EQUAL": "<=",
    "LIST_CONTAINS": "list_contains",
    "LIST_CONTAINS_ALL": "list_contains_all",
}


class UnknownAttributeError(ExpressionError, AttributeError):
    """There is no such attribute, or segments cannot filter on it."""


class Attribute:
    """One attribute of a profile; comparing it makes a condition.

    Which comparisons an attribute has depends on its kind; the others say so. A value may be
    another attribute of the same profile.
    """

    __slots__ = ("_days", "_name", "_shape")

    def __init__(self, name: str, shape: str, days: tuple[int, int | None] | None = None) -> None:
        self._name = name
        self._shape = shape
        self._days = days

    @property
    def name(self) -> str:
        """``LastName``, ``Address.City``, ``Attributes.tier``, or the name of a calculated attribute."""
        return self._name

    @property
    def is_calculated(self) -> bool:
        """Whether the domain calculates it."""
        return self._shape == CALCULATED

    @property
    def days(self) -> tuple[int, int | None] | None:
        """First and last day that `over` gave it; None for its own range."""
        return self._days

    def isin(self, values: Iterable[object]) -> Expression:
        """Return the condition that the attribute is one of some texts, letter case included."""
        return self._texts("INCLUSIVE", _several(values, "isin"))

    def notin(self, values: Iterable[object]) -> Expression:
        """Return the condition that the attribute is none of some texts; without it, a profile meets the condition."""
        return self._texts("EXCLUSIVE", _several(values, "notin"))

    def contains(self, *texts: object) -> Expression:
        """Return the condition that one of some texts stands in the attribute."""
        return self._texts("CONTAINS", texts)

    def startswith(self, *texts: object) -> Expression:
        """Return the condition that the attribute begins with one of some texts."""
        return self._texts("BEGINS_WITH", texts)

    def endswith(self, *texts: object) -> Expression:
        """Return the condition that the attribute ends with one of some texts."""
        return self._texts("ENDS_WITH", texts)

    def list_contains(self, *texts: object) -> Expression:
        """Return the condition that one of some texts is in the attribute, which holds a list."""
        return self._texts("LIST_CONTAINS", texts)

    def list_contains_all(self, *texts: object) -> Expression:
        """Return the condition that all of some texts are in the attribute, which holds a list."""
        return self._texts("LIST_CONTAINS_ALL", texts)

    def before(self, moment: object) -> Expression:
        """Return the condition that the attribute is a date before a moment (UTC)."""
        return self._dates("BEFORE", moment)

    def after(self, moment: object) -> Expression:
        """Return the condition that the attribute is a date after a moment (UTC)."""
        return self._dates("AFTER", moment)

    def on(self, day: object) -> Expression:
        """Return the condition that the attribute is a day (UTC)."""
        return self._dates("ON", day)

    def between(self, low: object, high: object) -> Expression:
        """Return the condition that the attribute lies between two dates or two numbers."""
        return self._range("BETWEEN", low, high)

    def not_between(self, low: object, high: object) -> Expression:
        """Return the condition that the attribute lies outside of two dates or two numbers."""
        return self._range("NOT_BETWEEN", low, high)

    def over(self, start: int, end: int | None = None) -> Attribute:
        """Return a calculated attribute over other days than its own: positive is past, negative is future.

        Parameters
        ----------
        start, end : int
            First and last day, counted back from now; without `end` up to now.

        Raises
        ------
        ExpressionError
            If the attribute is not calculated, or a day is no whole number.
        """
        if self._shape != CALCULATED:
            raise ExpressionError(f"{self._name} is not calculated, so it has no range of days to change.")
        if any(isinstance(day, bool) or not isinstance(day, int) for day in (start, end) if day is not None):
            raise ExpressionError(
                f"{self._name} is calculated over whole days: over(30) for the last 30, over(30, 7) without the last 7."
            )
        return Attribute(self._name, self._shape, (start, end))

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]  # a comparison makes a condition here
        if dimensions.is_number(other) and "EQUAL" in catalog.dimension_types(self._shape):
            return self._numbers("EQUAL", other)
        if isinstance(other, date) or "INCLUSIVE" not in catalog.dimension_types(self._shape):
            return self._dates("ON", other)
        return self._texts("INCLUSIVE", (other,))

    def __ne__(self, other: object) -> Expression:  # type: ignore[override]  # a comparison makes a condition here
        equal = self == other
        dimension = equal.dimension
        return Condition(dimension.reversed()) if dimension.is_reversible else ~equal

    __hash__ = None  # type: ignore[assignment]  # what has no plain equality has no hash

    def __gt__(self, other: object) -> Expression:
        return self._compared(other, "GREATER_THAN", "AFTER")

    def __lt__(self, other: object) -> Expression:
        return self._compared(other, "LESS_THAN", "BEFORE")

    def __ge__(self, other: object) -> Expression:
        return self._compared(other, "GREATER_THAN_OR_EQUAL")

    def __le__(self, other: object) -> Expression:
        return self._compared(other, "LESS_THAN_OR_EQUAL")

    def _compared(self, other: object, by_number: str, by_date: str = "") -> Condition:
        if by_date and (isinstance(other, date) or self._shape == "DateDimension"):
            return self._dates(by_date, other)
        return self._numbers(by_number, other)

    def _texts(self, dimension_type: str, values: Iterable[object]) -> Condition:
        self._require(dimension_type)
        texts = tuple(dict.fromkeys(dimensions.text_value(_plain(value), self._name) for value in values))
        if not texts:
            raise ExpressionError(f"{self._name} is compared with no value at all; give at least one.")
        _, longest = dimensions.value_limits(self._shape)
        if longest is not None and max(map(len, texts)) > longest:
            raise ExpressionError(
                f"{self._name}: a value has {max(map(len, texts))} characters; expected at most {longest}."
            )
        known = catalog.targets().get(catalog.PROFILE_PREFIX + self._name)
        if known is not None and known.values and not set(texts) <= set(known.values):
            raise ExpressionError(
                f"{self._name} is one of {', '.join(known.values)}; the service knows no other value."
            )
        return self._condition(dimension_type, texts)

    def _dates(self, dimension_type: str, *moments: object) -> Condition:
        self._require(dimension_type)
        return self._condition(dimension_type, tuple(dimensions.date_value(_plain(m), self._name) for m in moments))

    def _numbers(self, dimension_type: str, *numbers: object) -> Condition:
        self._require(dimension_type)
        return self._condition(dimension_type, tuple(dimensions.number_value(_plain(n), self._name) for n in numbers))

    def _range(self, dimension_type: str, low: object, high: object) -> Condition:
        self._require(dimension_type)
        if dimensions.is_number(low) and dimensions.is_number(high) and self._shape != "DateDimension":
            made = self._numbers(dimension_type, low, high)
            first_number, last_number = map(Decimal, made.dimension.values)
            ordered = first_number <= last_number
        else:
            made = self._dates(dimension_type, low, high)
            first, last = made.dimension.values
            ordered = first <= last or dimensions.is_reference(first) or dimensions.is_reference(last)
        if not ordered:
            raise ExpressionError(f"{self._name}: the first end of a range must not lie after the second.")
        return made

    def _condition(self, dimension_type: str, values: tuple[str, ...]) -> Condition:
        return Condition(Dimension(self._name, self._shape, dimension_type, values, self._days))

    def _require(self, dimension_type: str) -> None:
        allowed = catalog.dimension_types(self._shape)
        if dimension_type in allowed:
            return
        way_out = ""
        if len(allowed) < len(_METHODS) and dimension_type not in {"INCLUSIVE", "EXCLUSIVE"}:
            way_out = (
                " Custom attributes have all comparisons: upload the column to 'Attributes.<name>' as well and use "
                "profile.Attributes['<name>']."
            )
        raise ExpressionError(
            f"The service cannot compare {self._name} by {_METHODS[dimension_type]}; it has "
            f"{', '.join(_METHODS[name] for name in allowed)}.{way_out}"
        )

    def __and__(self, other: object) -> NoReturn:
        raise MisuseError(
            f"{self._name} stands next to & or | without a comparison, or brackets are missing. {USE_SIGNS}"
        )

    __or__ = __rand__ = __ror__ = __and__

    def __invert__(self) -> NoReturn:
        raise MisuseError(f"{self._name} has nothing to negate yet. {USE_SIGNS}")

    def __bool__(self) -> NoReturn:
        raise MisuseError(
            f"{self._name} stands for the attribute of every profile and is neither true nor false. {USE_SIGNS}"
        )

    def __iter__(self) -> NoReturn:
        raise MisuseError(f"{self._name} has no elements to go through or to look in; use .contains or .isin.")

    def __contains__(self, item: object) -> NoReturn:
        self.__iter__()

    def __dir__(self) -> list[str]:
        names = [method for kind, method in _METHODS.items() if kind in catalog.dimension_types(self._shape)]
        return sorted([name for name in names if name.isidentifier()] + ["over"] * (self._shape == CALCULATED))

    def __repr__(self) -> str:
        methods = ", ".join(_METHODS[name] for name in catalog.dimension_types(self._shape))
        return f"<attribute {self._name}, compared by {methods}>"


def _several(values: Iterable[object], method: str) -> list[object]:
    if isinstance(values, str | Attribute) or not isinstance(values, Iterable):
        raise ExpressionError(
            f"{method} takes a list of values: {method}(['Seattle', 'Boston']); for one value use ==."
        )
    # A set has no order of its own, and the same condition must give the same segment.
    return sorted(values, key=str) if isinstance(values, AbstractSet) else list(values)


def _plain(value: object) -> object:
    """Return the reference to an attribute where one stands for a value, other values as they are."""
    if not isinstance(value, Attribute):
        return value
    kind = "_calculated_attribute" if value._shape == CALCULATED else "_profile"  # noqa: SLF001  # the same file
    return f"{{{{{kind}.{value._name}}}}}"  # noqa: SLF001  # the same file


class ProfileAttributes:
    """The attributes that segments can filter on: ``profile.LastName``, ``profile.Address.City``."""

    __slots__ = ("_block",)

    def __init__(self, block: str = "") -> None:
        self._block = block

    def _names(self) -> list[str]:
        names = [target.name for target in catalog.targets().values() if target.dimension]
        return [name.removeprefix(self._block) for name in names if name.startswith(self._block)]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # Python and IPython ask for many such names; none is an attribute of a profile
            raise AttributeError(name)
        path = self._block + name
        if path == "Attributes":
            return CustomAttributes()
        if any(known.startswith(f"{name}.") for known in self._names()):
            return ProfileAttributes(f"{path}.")
        try:
            return Attribute(path, dimensions.attribute_shape(path))
        except ExpressionError as error:
            message = str(error)
        raise UnknownAttributeError(message)

    def __dir__(self) -> list[str]:
        own = {name.partition(".")[0] for name in self._names()}
        return sorted(own if self._block else {*own, "Attributes"})

    def __repr__(self) -> str:
        return f"<attributes {self._block}: {', '.join(self.__dir__())}>"


class CustomAttributes:
    """Custom attributes by name: ``profile.Attributes["tier"]``."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Attribute:
        if not isinstance(name, str):
            raise ExpressionError(
                f"Custom attributes have names: profile.Attributes['tier'], got {type(name).__name__}."
            )
        try:
            return Attribute(catalog.target(CUSTOM_PREFIX + name).name, "AttributeDimension")
        except FieldsError as error:
            message = str(error)
        raise ExpressionError(message)


class CalculatedAttributes:
    """Calculated attributes of the domain by name: ``calculated["_average_hold_time"]``."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Attribute:
        if not isinstance(name, str):
            raise ExpressionError(f"Calculated attributes have names: calculated['_calls'], got {type(name).__name__}.")
        if not re.fullmatch(r"[a-zA-Z_][a-zA-Z_0-9-]*", name):
            raise ExpressionError(
                f"{name!r} cannot be a calculated attribute: expected a letter or '_', then letters, digits, "
                "'_' and '-'."
            )
        return Attribute(name, CALCULATED)


def in_segment(name: str) -> Expression:
    """Return the condition that a profile is in another segment of the domain.

    Parameters
    ----------
    name : str
        The name of that segment, 1 to 64 letters, digits, ``_`` or ``-``.

    Raises
    ------
    ExpressionError
        If no segment can have that name.

    Examples
    --------
    >>> print(in_segment("vip") & ~in_segment("unsubscribed"))
    is in segment 'vip' and not (is in segment 'unsubscribed')
    """
    bounds = catalog.limit("CreateSegmentDefinitionRequest", "SegmentDefinitionName")
    if not bounds.minimum <= len(name) <= bounds.maximum or not re.fullmatch(bounds.pattern, name):
        raise ExpressionError(
            f"No segment can have the name {name!r}: expected {bounds.minimum} to {bounds.maximum} letters, digits, "
            "'_' or '-'. cpnb.list_segments(domain) shows the names that there are."
        )
    return InSegment(name)


profile = ProfileAttributes()
calculated = CalculatedAttributes()
