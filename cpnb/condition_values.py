"""What an attribute is compared with, as the service reads it: texts, numbers, dates, and other attributes."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from numbers import Integral, Real
from typing import TypeGuard

import numpy as np
import pandas as pd

from cpnb.errors import ExpressionError

__all__ = ["REFERENCE", "date_value", "is_date", "is_number", "is_reference", "number_value", "text_value"]

REFERENCE = re.compile(r"\{\{ *(_profile|_calculated_attribute)\.([^{}]*[^{} ]) *\}\}")
"""A value that as a whole stands for another attribute of the same profile: of which kind, and its name.
Source: service model, 'ProfileDimension' and 'CalculatedAttributeDimension' (the two prefixes)."""

_DATE_WORDS = "a datetime.date, a datetime or ISO 8601 text such as '2024-10-01'"


def is_reference(value: object) -> bool:
    """Tell whether a value stands for another attribute of the same profile: ``{{_profile.LastName}}``."""
    return isinstance(value, str) and REFERENCE.fullmatch(value) is not None


def is_number(value: object) -> TypeGuard[Real | Decimal]:
    """Tell whether a value is a real number of Python, NumPy or `decimal`; a truth value is none."""
    # To NumPy, a span of time is an integer.
    return isinstance(value, Real | Decimal) and not isinstance(value, bool | np.timedelta64)


def is_date(value: object) -> bool:
    """Tell whether a value is a date or time of Python, pandas or NumPy."""
    return isinstance(value, date | np.datetime64)


def text_value(value: object, attribute: str) -> str:
    """Return a text value as the service compares it.

    Raises
    ------
    ExpressionError
        If it is no text, or empty.
    """
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        raise ExpressionError(
            f"{attribute} is compared with text, got a value of type {type(value).__name__}. The service cannot ask "
            "whether a profile lacks an attribute; one that does meets only !=, .notin and what is negated with ~."
        )
    if not isinstance(value, str):
        raise ExpressionError(
            f"{attribute} is compared with text, got a value of type {type(value).__name__}. Write it in "
            "quotation marks, as it stands in the profiles."
        )
    if not value:
        raise ExpressionError(f"{attribute} cannot be compared with an empty value: a profile has no empty attributes.")
    if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ExpressionError(
            f"{attribute}: a value holds half of a character (a lone surrogate), which cannot be sent."
        )
    return str(value)


def number_value(value: object, attribute: str) -> str:
    """Return a number as the service compares it: shortest, without exponent and without ``.0``.

    Raises
    ------
    ExpressionError
        If it is no finite number.
    """
    if isinstance(value, str) and is_reference(value):
        return value
    if not is_number(value):
        raise ExpressionError(
            f"{attribute} is compared with a number here, got a value of type {type(value).__name__}.{_way_out(value)}"
        )
    if not _is_finite(value):
        raise ExpressionError(
            f"{attribute} is compared with a number here, got one that is not finite, or larger than 1.8e308."
        )
    if isinstance(value, Integral):
        return str(int(value))
    text = format(value if isinstance(value, Decimal) else Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _way_out(value: object) -> str:
    if is_date(value):
        return " Dates are compared by .before, .after, .on and .between, which counts both ends."
    return " Write it without quotation marks." if isinstance(value, str) else ""


def _is_finite(number: Real | Decimal) -> bool:
    """Tell whether a number fits into a double, as which it is compared."""
    try:
        return math.isfinite(float(number))
    except (OverflowError, ValueError):  # an integer that is too large; a NaN of `decimal` that signals
        return False


def date_value(value: object, attribute: str, expected: str = "a date") -> str:
    """Return a date or time as the service compares it, in UTC: ``2024-10-01T00:00:00Z``.

    A time without zone is taken as UTC, a date as its midnight; what is finer than microseconds is cut off.
    Source: administrator guide, 'customer-segments-building-segments'.

    Parameters
    ----------
    value : object
        The date or time.
    attribute : str
        What is compared with it, for messages.
    expected : str
        What may stand in its place, for messages.

    Raises
    ------
    ExpressionError
        If it is no date.
    """
    if isinstance(value, str) and is_reference(value):
        return value
    moment = _moment(value)
    if moment is None:
        raise ExpressionError(f"{attribute} is compared with {expected} here: expected {_DATE_WORDS}.")
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):  # of Python, and of pandas
        moment = None
    if moment is None:
        raise ExpressionError(f"{attribute} is compared with a time that lies outside of the years 1 to 9999 in UTC.")
    precision = "microseconds" if moment.microsecond else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def _moment(value: object) -> datetime | None:
    """Return what a value says as a date and time; None if it is neither."""
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()  # an int beyond the years of Python
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value == value else None  # noqa: PLR0124  # pandas' NaT is a datetime unlike itself
    return datetime.combine(value, time()) if isinstance(value, date) else None
