"""One attribute of profiles, and the comparisons that make conditions of it."""

from __future__ import annotations

from collections.abc import Iterable, Set as AbstractSet
from decimal import Decimal
from typing import NoReturn

from cpnb import catalog, dimensions
from cpnb.condition_values import date_value, is_date, is_number, is_reference, number_value, text_value
from cpnb.conditions import USE_SIGNS, Condition, Expression, MisuseError
from cpnb.dimensions import CALCULATED, Dimension
from cpnb.errors import ExpressionError, did_you_mean

__all__ = ["METHODS", "Attribute", "UnknownAttributeError"]

METHODS = {
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
"""The method, or the sign, that makes each comparison of the service."""

# What people try who know pandas, or Python's lists.
_IS_PRESENT = (
    " The service cannot ask whether a profile has an attribute; one that lacks it meets only !=, .notin and what is "
    "negated with ~."
)
_HINTS = {
    **dict.fromkeys(("isna", "isnull", "notna", "notnull"), _IS_PRESENT),
    **{
        name: f" Write {sign}."
        for name, sign in {"eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}.items()
    },
    **dict.fromkeys(("str", "dt"), " Comparisons stand on the attribute itself: .contains, not .str.contains."),
    "match": " Regular expressions are not compared; .startswith, .contains and .endswith are.",
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
        if is_number(other) and "EQUAL" in catalog.dimension_types(self._shape):
            return self._numbers("EQUAL", other)
        if is_date(other) or "INCLUSIVE" not in catalog.dimension_types(self._shape):
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
        if by_date and (is_date(other) or self._shape == "DateDimension"):
            return self._dates(by_date, other)
        return self._numbers(by_number, other)

    def _texts(self, dimension_type: str, values: Iterable[object]) -> Condition:
        self._require(dimension_type)
        texts = tuple(dict.fromkeys(text_value(_plain(value), self._name) for value in values))
        if not texts:
            raise ExpressionError(f"{self._name} is compared with no value at all; give at least one.")
        known = catalog.targets().get(catalog.PROFILE_PREFIX + self._name)
        if known is not None and known.values and not set(texts) <= set(known.values):
            raise ExpressionError(
                f"{self._name} is one of {', '.join(known.values)}; the service knows no other value."
            )
        return self._condition(dimension_type, texts)

    def _dates(self, dimension_type: str, *moments: object) -> Condition:
        self._require(dimension_type)
        return self._condition(dimension_type, tuple(date_value(_plain(m), self._name) for m in moments))

    def _numbers(self, dimension_type: str, *numbers: object) -> Condition:
        self._require(dimension_type)
        return self._condition(dimension_type, tuple(number_value(_plain(n), self._name) for n in numbers))

    def _range(self, dimension_type: str, low: object, high: object) -> Condition:
        self._require(dimension_type)
        ends = [_plain(low), _plain(high)]
        plain = [end for end in ends if not is_reference(end)]
        if self._shape == "DateDimension":
            made = self._dates(dimension_type, *ends)
        elif plain and all(map(is_number, plain)):
            made = self._numbers(dimension_type, *ends)
        else:
            expected = "two numbers, without quotation marks, or two dates"
            moments = tuple(date_value(end, self._name, expected) for end in ends)
            made = self._condition(dimension_type, moments)
        if len(plain) == len(ends) and not _is_ordered(*made.dimension.values):
            raise ExpressionError(f"{self._name}: the first end of a range must not lie after the second.")
        return made

    def _condition(self, dimension_type: str, values: tuple[str, ...]) -> Condition:
        _, longest = dimensions.value_limits(self._shape)
        if longest is not None and max(map(len, values)) > longest:
            raise ExpressionError(
                f"{self._name}: a value has {max(map(len, values))} characters; expected at most {longest}."
            )
        return Condition(Dimension(self._name, self._shape, dimension_type, values, self._days))

    def _require(self, dimension_type: str) -> None:
        allowed = catalog.dimension_types(self._shape)
        if dimension_type in allowed:
            return
        way_out = ""
        if len(allowed) < len(METHODS) and dimension_type not in {"INCLUSIVE", "EXCLUSIVE"}:
            way_out = (
                " Custom attributes have all comparisons: upload the column to 'Attributes.<name>' as well and use "
                "profile.Attributes['<name>']."
            )
        raise ExpressionError(
            f"The service cannot compare {self._name} by {METHODS[dimension_type]}; it has "
            f"{', '.join(METHODS[name] for name in allowed)}.{way_out}"
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

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):  # Python and IPython ask for many such names
            raise AttributeError(name)
        known = self.__dir__()
        hint = _HINTS.get(name) or did_you_mean(name, known)
        raise UnknownAttributeError(f"{self._name} has no comparison {name!r}.{hint} It has {', '.join(known)}.")

    def __dir__(self) -> list[str]:
        names = [method for kind, method in METHODS.items() if kind in catalog.dimension_types(self._shape)]
        return sorted([name for name in names if name.isidentifier()] + ["over"] * (self._shape == CALCULATED))

    def __repr__(self) -> str:
        methods = ", ".join(METHODS[name] for name in catalog.dimension_types(self._shape))
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
    if value.days:
        raise ExpressionError(
            f"{value.name} stands for a value here, for which the service takes its own range of days only: leave out "
            f".over, or have another attribute calculated over those days."
        )
    kind = "_calculated_attribute" if value.is_calculated else "_profile"
    return f"{{{{{kind}.{value.name}}}}}"


def _is_ordered(first: str, last: str) -> bool:
    """Tell whether the first end of a range, two numbers or two moments, is not beyond the last."""
    if first.endswith("Z"):
        return first.removesuffix("Z") <= last.removesuffix("Z")  # "Z" comes after the "." of a fraction
    return Decimal(first) <= Decimal(last)
