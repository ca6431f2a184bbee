"""Dates in other forms than ``YYYY-MM-DD``, and whether day or month comes first in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content import birth_date
from cpnb.content.cells import mended_where, none_of, picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of
from cpnb.content.text_bytes import TextBytes

DATE_AMBIGUOUS = Problem(
    "date_ambiguous",
    Severity.WARNING,
    Provenance.CAUTION,
    "a date that can be read in two orders, like 03/04/1990",
    "df.cp.clean() decides by the other dates of the column if they agree, or by what you say: "
    "date_order='day-first' or 'month-first'.",
)

DAY_FIRST = "day-first"
MONTH_FIRST = "month-first"

_MIDNIGHT = r"(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?"
_SEPARATORS = ("/", ".", "-", " ")
_MARKS = ("/", "[.]", "-", " ")
_YEAR_DAY_MONTH = "year-day-month"
_IS_SEPARATOR = np.isin(np.arange(256), [ord(separator) for separator in _SEPARATORS])
# Years in which people who are customers were born, generously; it keeps other eight digits from being dates.
# A year outside of these is that of another calendar, or a mistake.
_YEAR = "(?P<y>1[89][0-9]{2}|20[0-9]{2})"
_COMPACT = rf"\A{_YEAR}(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})(?:\.0)?\z"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<m>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?"
_NAMED = (rf"(?i)\A{_DAY}[ .-]+{_MONTH}[ ,-]+{_YEAR}\z", rf"(?i)\A{_MONTH}[ -]{_DAY},? +{_YEAR}\z")

# The share of a column's dates that must show their order before those that do not are read the same way. Of
# ordinary dates 61 in 100 have a day above 12, so a true order shows itself far more often than this.
_TELLING_SHARE = 0.2
_TELLING_CELLS = 3
_MONTHS_OF_A_YEAR = 12


def _two_orders(separator: str) -> str:
    mark = "[.]" if separator == "." else separator
    return rf"\A(?P<a>[0-9]{{1,2}}){mark}(?P<b>[0-9]{{1,2}}){mark}{_YEAR}{_MIDNIGHT}\z"


def _year_first(mark: str) -> str:
    return rf"\A{_YEAR}{mark}(?P<m>[0-9]{{1,2}}){mark}(?P<d>[0-9]{{1,2}}){_MIDNIGHT}\z"


def _parts(text: pa.Array, pattern: str) -> tuple[Mask, dict[str, pa.Array]]:
    """Return where a pattern matches, and there its named groups."""
    found = pc.extract_regex(text, pattern)
    mask = mask_of(found.is_valid())
    kept = picked(found, mask)
    return mask, {kept.type.field(number).name: kept.field(number) for number in range(kept.type.num_fields)}


def _numbers(digits: pa.Array) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = digits.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _suspected(text: pa.Array) -> Mask:
    """Return the rows that do not look like an ISO date; one that does and is no day is not repaired either."""
    found = TextBytes.of(text)
    iso: Mask = found.lengths == len("1990-12-31")
    starts = found.offsets[:-1][iso]
    iso[iso] = (found.data[starts + 4] == ord("-")) & (found.data[starts + 7] == ord("-"))
    return ~iso & mask_of(text.is_valid())


def tells(text: pa.Array) -> Counter[str]:
    """Return how many dates of a part of a column begin with the day, with the month, or with either.

    Keys are the separator and the order, such as ``"/ day-first"``, or ``"/ either"``. Dates whose
    two numbers are the same say nothing and count nowhere.
    """
    told: Counter[str] = Counter()
    unsettled = text.filter(pa.array(_beginning_with_two_numbers(TextBytes.of(text))))
    for separator in _SEPARATORS:
        _, parts = _parts(unsettled, _two_orders(separator))
        first, second = _numbers(parts["a"]), _numbers(parts["b"])
        # A day that no calendar has is no evidence; it stays when the others have been repaired.
        day_first = (first > _MONTHS_OF_A_YEAR) & birth_date.iso_dates(_written(parts["y"], parts["b"], parts["a"]))
        month_first = (second > _MONTHS_OF_A_YEAR) & birth_date.iso_dates(_written(parts["y"], parts["a"], parts["b"]))
        either = (first <= _MONTHS_OF_A_YEAR) & (second <= _MONTHS_OF_A_YEAR) & (first != second)
        for order, mask in ((DAY_FIRST, day_first), (MONTH_FIRST, month_first), ("either", either)):
            told[f"{separator} {order}"] += int(mask.sum())
    others = text.filter(pa.array(_suspected(text)))
    for mark in _MARKS:
        _, parts = _parts(others, _year_first(mark))
        day_second = _numbers(parts["m"]) > _MONTHS_OF_A_YEAR
        told[f"{mark} {_YEAR_DAY_MONTH}"] += int((day_second & (_numbers(parts["d"]) <= _MONTHS_OF_A_YEAR)).sum())
    return +told


def order_of(separator: str, seen: Mapping[str, int]) -> str | None:
    """Return the order that the dates with one separator have, or None if the column does not show it.

    At least three dates, and a fifth of all that are written so, must show it, and none another.
    """
    counts = {order: seen.get(f"{separator} {order}", 0) for order in (DAY_FIRST, MONTH_FIRST)}
    telling = sum(counts.values())
    order, count = max(counts.items(), key=lambda pair: pair[1])
    of_all = telling + seen.get(f"{separator} either", 0)
    certain = count == telling and count >= _TELLING_CELLS and count >= _TELLING_SHARE * of_all
    return order if certain else None


def has_both_orders(seen: Mapping[str, int]) -> bool:
    """Tell whether some dates of a column begin with the day for certain, and others with the month."""
    return all(any(key.endswith(order) for key in seen) for order in (DAY_FIRST, MONTH_FIRST))


def as_iso(text: pa.Array, seen: Mapping[str, int], order: str | None = None) -> pa.Array:
    """Return dates as ``YYYY-MM-DD`` where only one day can be meant; everything else stays.

    Years first, eight digits, English names of months, and two numbers before a year of four
    digits: if one is above 12, or both are the same, the date says itself which is the day; if
    not, the column must (`order_of`), or `order`. Years of two digits stay.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``.
    seen : mapping of str to int
        What `tells` said of the whole column.
    order : str, optional
        ``"day-first"`` or ``"month-first"``, for all dates that begin with two numbers; what cannot
        be read so then stays, even if it could be read the other way.
    """
    return mended_where(text, _suspected(text), lambda part: _as_iso(part, seen, order))


def _as_iso(part: pa.Array, seen: Mapping[str, int], order: str | None) -> pa.Array:
    result = part
    for mask, written in _readings(part, seen, order):
        if mask.any():
            (wrong,) = birth_date.RULE.failing(TextColumn(written))
            old = picked(part, mask)
            result = pc.replace_with_mask(result, pa.array(mask), pc.if_else(pa.array(wrong), old, written))
    return result


def _readings(part: pa.Array, seen: Mapping[str, int], order: str | None) -> Iterator[tuple[Mask, pa.Array]]:
    """Yield, for each form, where it is and how it reads; the readings may be no days of the calendar."""
    for mark in _MARKS:
        mask, parts = _parts(part, _year_first(mark))
        written = _written(parts["y"], parts["m"], parts["d"])
        if seen.get(f"{mark} {_YEAR_DAY_MONTH}"):  # then the month may stand behind the day in the others too
            unclear = pa.array(
                (_numbers(parts["d"]) <= _MONTHS_OF_A_YEAR) & (_numbers(parts["m"]) != _numbers(parts["d"]))
            )
            written = pc.if_else(unclear, "", written)
        yield mask, written
    mask, parts = _parts(part, _COMPACT)
    yield mask, _written(parts["y"], parts["m"], parts["d"])
    for pattern in _NAMED:
        mask, parts = _parts(part, pattern)
        names = pc.utf8_slice_codeunits(pc.utf8_lower(parts["m"]), 0, 3)
        month = pc.add(pc.index_in(names, value_set=pa.array(_MONTHS, names.type)), 1)
        yield mask, _written(parts["y"], month.cast(names.type), parts["d"])
    for separator in _SEPARATORS:
        mask, parts = _parts(part, _two_orders(separator))
        yield mask, _in_order(parts, order, order_of(separator, seen))


def _in_order(parts: Mapping[str, pa.Array], said: str | None, shown: str | None) -> pa.Array:
    first, second = _numbers(parts["a"]), _numbers(parts["b"])
    day_first = np.full(len(first), (said or shown) == DAY_FIRST)
    known = np.full(len(first), said is not None or shown is not None)
    if said is None:
        tells_day, tells_month = first > _MONTHS_OF_A_YEAR, second > _MONTHS_OF_A_YEAR
        day_first = np.where(tells_day != tells_month, tells_day, day_first)
        known |= (tells_day != tells_month) | (first == second)
    day = pc.if_else(pa.array(day_first), parts["a"], parts["b"])
    month = pc.if_else(pa.array(day_first), parts["b"], parts["a"])
    year = pc.if_else(pa.array(known), parts["y"], pa.scalar("", parts["y"].type))  # no year: no date, it stays
    return _written(year, month, day)


def _written(year: pa.Array, month: pa.Array, day: pa.Array) -> pa.Array:
    two = [pc.utf8_lpad(one, width=2, padding="0") for one in (month, day)]
    return pc.binary_join_element_wise(year, *two, pa.scalar("-", year.type)).cast(pa.large_string())


def _beginning_with_two_numbers(found: TextBytes) -> Mask:
    """Return the rows in which a separator is the second or the third character, as it is in no ISO date."""
    begins, lengths = found.offsets[:-1], found.lengths
    mask: Mask = lengths >= len("1/2/1990")
    starts = begins[mask]
    mask[mask] = _IS_SEPARATOR[found.data[starts + 1]] | _IS_SEPARATOR[found.data[starts + 2]]
    return mask


def _failing(column: TextColumn) -> tuple[Mask]:
    mask = none_of(column.text)
    unsettled = _beginning_with_two_numbers(column.bytes)
    if unsettled.any():
        part = picked(column.text, unsettled)
        ambiguous = none_of(part)
        for separator in _SEPARATORS:
            rows, parts = _parts(part, _two_orders(separator))
            first, second = _numbers(parts["a"]), _numbers(parts["b"])
            in_a_year = (first <= _MONTHS_OF_A_YEAR) & (second <= _MONTHS_OF_A_YEAR) & (first > 0) & (second > 0)
            ambiguous[rows] = in_a_year & (first != second)
        mask[unsettled] = ambiguous
    return (mask,)


RULE = Rule((DATE_AMBIGUOUS,), _failing)
"""Source: our caution; segments compare dates, Amazon Connect administrator guide,
'customer-segments-building-segments'."""
