"""What a column's values say about the field it could be: counts of those that look like it, from a sample."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SAMPLE_SIZE = 1_000
"""Values looked at in each column, spread over its whole length."""
# What tells an address from a sentence stands at the beginning.
_LONGEST_LOOKED_AT = 400
# Of a local number, and of an international one with its prefix and an extension.
# Source: ITU-T E.164, at most fifteen digits; seven are a local number in the North American plan.
_FEWEST_DIGITS, _MOST_DIGITS = 7, 21
# Values speak for themselves only if nearly all do.
_MIN_SHARE_ALONE = 0.8

# Exports put an apostrophe before what a spreadsheet would take for a number.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"'?\+?[\d\s().,/-]{7,28}(?:\s*(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)
_UNMISTAKABLE_PHONE = re.compile(r"'?\+\d[\d\s().-]{6,24}|'?\(\d{2,4}\)[\d\s.-]{6,14}")
_DATE = re.compile(
    r"(?:(?:1[89]|20)\d\d[-/.]?(?:0?[1-9]|1[0-2])[-/.]?(?:0?[1-9]|[12]\d|3[01])"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d\d|\d{4}))"
    r"(?:[T ].*)?"
)
_WORDS = re.compile(r"[^\d@]*[^\W\d_][^\d@]*")
_POSTCODE = re.compile(r"'?(?=.*\d)[A-Za-z\d][A-Za-z\d\s.-]{1,11}|〒?\d{3}-?\d{4}")
_NUMBER_OF_A_CUSTOMER = re.compile(r"[^\s@]+(?:\s[^\s@]+)?|[^@\s]+@[^@\s]+")
_LINE = re.compile(r"[^@]*[^\W\d_][^@]*")
# "1 Main St, Seattle, WA 98101": a street, a place and a number behind it.
_WHOLE_ADDRESS = re.compile(r"[^,\n]+[,\n][^,\n]+[,\n].*\d.*|[^,\n]+[,\n]\s*\d{4,5}\s+\D+", re.DOTALL)

_PARTS_IN_WORDS = frozenset(
    {"FirstName", "MiddleName", "LastName", "GenderString", "City", "County", "State", "Province", "Country"}
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many of the values looked at fit a target."""

    fitting_count: int
    looked_at_count: int

    @property
    def share(self) -> float:
        """The share of values that fit, from 0 to 1; 1 without any."""
        return self.fitting_count / self.looked_at_count if self.looked_at_count else 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Some values of a column, as text.

    Attributes
    ----------
    values : tuple of str
        At most a thousand that are not blank, spread over the column; what is neither text, a number nor a
        date stands as an empty text. They show nothing in the repr: they are somebody's data.
    filled_share : float
        How many of the rows looked at hold something, from 0 to 1.
    """

    values: tuple[str, ...] = field(repr=False)
    filled_share: float

    def evidence_for(self, target: str) -> Evidence | None:
        """Return how many values look like those of a target, or None if it takes any text."""
        fits = _fitting(target)
        return Evidence(sum(map(fits, self.values)), len(self.values)) if fits else None

    def unmistakable(self) -> tuple[str, Evidence] | None:
        """Return the target whose values these can hardly fail to be, or None."""
        for target, looks_so in (("EmailAddress", _EMAIL), ("PhoneNumber", _UNMISTAKABLE_PHONE)):
            count = sum(looks_so.fullmatch(value) is not None for value in self.values)
            found = Evidence(count, len(self.values))
            if count and found.share >= _MIN_SHARE_ALONE:
                return target, found
        return None

    @property
    def whole_address_count(self) -> int:
        """How many values hold a street, a place and a number behind it, all in one."""
        return sum(_WHOLE_ADDRESS.fullmatch(value) is not None for value in self.values)


def looks_like_a_value(name: str) -> bool:
    """Return whether a name is an e-mail address or a phone number: the first customer, in place of a header line."""
    return any(pattern.fullmatch(name.strip()) for pattern in (_EMAIL, _UNMISTAKABLE_PHONE))


def sample_positions(row_count: int) -> NDArray[np.intp] | None:
    """Return the rows of a table that are looked at, spread over its whole length; None for all of them."""
    if row_count <= SAMPLE_SIZE:
        return None
    return np.linspace(0, row_count - 1, SAMPLE_SIZE).astype(np.intp)


def first_present(column: pd.Series) -> pd.Series:
    """Return the first cells of a column that hold something, as many as are looked at."""
    return column.dropna().iloc[:SAMPLE_SIZE]


def sample_of(looked_at: pd.Series, otherwise: Callable[[], pd.Series]) -> Sample:
    """Return a sample of a column.

    Parameters
    ----------
    looked_at : Series
        At most `SAMPLE_SIZE` of its cells, spread over all of it.
    otherwise : callable
        Gives the first `SAMPLE_SIZE` of its cells that hold something, for a column of which most hold nothing.
    """
    present = looked_at.dropna()
    filled_share = len(present) / len(looked_at) if len(looked_at) else 0.0
    if present.empty:
        present = otherwise().dropna()
    texts = (_text(value) for value in present.tolist())
    return Sample(tuple(text for text in texts if text is not None), filled_share)


# Anything else may do as it likes when it is asked for its text, and what it raises may quote it.
_SHOWABLE = (str, int, float, Decimal, UUID, dt.date, dt.time, dt.timedelta, pd.Period, np.generic)


def _text(value: object) -> str | None:
    """Return a value as text, None if it is blank."""
    if not isinstance(value, _SHOWABLE):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:_LONGEST_LOOKED_AT].strip() or None


def _is_phone(text: str) -> bool:
    digits = sum(sign.isdigit() for sign in text)
    return _PHONE.fullmatch(text) is not None and _FEWEST_DIGITS <= digits <= _MOST_DIGITS


def _fitting(target: str) -> Callable[[str], bool] | None:
    """Return what tells whether a text can be a value of a target; None if any can."""
    if target.startswith("Attributes."):
        return None
    last = target.rpartition(".")[2]
    if last.endswith("PhoneNumber"):
        return _is_phone
    pattern = None
    if last.endswith("EmailAddress"):
        pattern = _EMAIL
    elif last == "BirthDate":
        pattern = _DATE
    elif last in _PARTS_IN_WORDS:
        pattern = _WORDS
    elif last == "PostalCode":
        pattern = _POSTCODE
    elif last == "AccountNumber":
        pattern = _NUMBER_OF_A_CUSTOMER
    elif last.startswith("Address"):
        pattern = _LINE
    if pattern is None:
        return None
    fullmatch = pattern.fullmatch
    return lambda text: fullmatch(text) is not None
