"""BirthDate: free text at the service, but segments compare it as a date."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of
from cpnb.content.text_bytes import TextBytes

DATE_NOT_ISO = Problem(
    "date_not_iso",
    Severity.WARNING,
    Provenance.CAUTION,
    "not a date in the form YYYY-MM-DD",
    "Segments compare dates, written as 1990-12-31: df.cp.clean() writes them so where there is one way to read them.",
)
_HYPHEN = ord("-")
_LENGTH = len("YYYY-MM-DD")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LEAP_DAY = 229


@functools.cache
def _two_digits() -> NDArray[np.int16]:
    """Return for each pair of bytes, as one number, which number two digits are; -1 if they are none."""
    numbers = np.full(2**16, -1, np.int16)
    for number in range(100):
        numbers[int.from_bytes(b"%02d" % number, "big")] = number
    return numbers


@functools.cache
def _days() -> Mask:
    """Return for each number ``MMDD`` whether some year has that day."""
    days = np.zeros(10_000, dtype=bool)
    for month, length in enumerate(_LONGEST_MONTHS, start=1):
        days[month * 100 + 1 : month * 100 + length + 1] = True
    return days


def iso_dates(text: pa.Array) -> Mask:
    """Return which rows hold a day of the calendar as ``YYYY-MM-DD``; a missing one is none.

    Examples
    --------
    >>> iso_dates(pa.array(["2024-02-29", "2023-02-29", "29.2.2024"])).tolist()
    [True, False, False]
    """
    return _iso_dates(TextBytes.of(text.cast(pa.large_string())))


def _iso_dates(found: TextBytes) -> Mask:
    mask: Mask = found.lengths == _LENGTH
    starts = found.offsets[:-1][mask]
    if not len(starts):
        return mask
    if len(starts) * _LENGTH == len(found.data):
        cells = found.data.reshape(-1, _LENGTH)  # they lie side by side
    else:
        cells = np.lib.stride_tricks.sliding_window_view(found.data, _LENGTH)[starts]
    century, year, month, day = (
        _two_digits()[cells[:, place].astype(np.uint16) << 8 | cells[:, place + 1]] for place in (0, 2, 5, 8)
    )
    of_year = month * 100 + day
    is_day = (
        (century >= 0) & (year >= 0) & (month >= 0) & (day >= 0) & (cells[:, 4] == _HYPHEN) & (cells[:, 7] == _HYPHEN)
    )
    is_day &= _days()[np.where(is_day, of_year, 0)] & ((century > 0) | (year > 0))
    # Every fourth year has a 29th of February, but of the centuries every fourth.
    in_leap_year = np.where(year == 0, century, year) % 4 == 0
    is_day &= (of_year != _LEAP_DAY) | in_leap_year
    mask[mask] = is_day
    return mask


def is_iso_date(text: str) -> bool:
    """Tell whether the text is a day of the calendar as ``YYYY-MM-DD``."""
    return bool(iso_dates(pa.array([text], pa.large_string()))[0])


def _failing(column: TextColumn) -> tuple[Mask]:
    failing = mask_of(column.text.is_valid()) & ~_iso_dates(column.bytes)
    rows = np.flatnonzero(failing)
    if len(rows):
        # Nothing but spaces is no date of another form; the rule for spaces tells of it.
        others = column.text.take(pa.array(rows))
        is_empty = pc.equal(pc.utf8_trim_whitespace(others), "")
        failing[rows] = ~mask_of(pc.and_(is_empty, pc.greater(pc.binary_length(others), 0)))
    return (failing,)


RULE = Rule((DATE_NOT_ISO,), _failing)
"""No format is published; the console's own filters send ISO dates.
Source: Amazon Connect administrator guide, 'customer-segments-building-segments'."""
