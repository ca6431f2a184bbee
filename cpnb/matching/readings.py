"""What a text of a profile is read as where it is compared: a number, a moment, a list."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
"""Numbers; NaN where there is none."""

Moments = NDArray[np.datetime64]
"""Points in time in UTC, to the microsecond; NaT where there is none."""

# Digits are those of ASCII, and "\z" is the end: a line feed at the end of a text is part of it.
_NUMBER = r"\A[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\z"

_DAY = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_HOUR_AND_MINUTE = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SECONDS = r"(?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_DATE = rf"\A{_DAY}(?:[T ]{_HOUR_AND_MINUTE}{_SECONDS}(?:Z|[+-]{_HOUR_AND_MINUTE})?)?\z"
_LONGEST_DATE = len("2024-10-01T00:00:00.123456789+00:00")
_EARLIEST, _LATEST = np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31T23:59:59.999999", "us")
_ZERO = ord("0")


def numbers(texts: pa.Array) -> Numbers:
    """Return texts as numbers, each the double that is nearest to what is written.

    Text that is written in another way, with spaces, thousands signs or a decimal comma, is no
    number, nor is one that is too large for a double.
    """
    written = _matching(texts, _NUMBER)
    try:
        read = pc.utf8_ltrim(written, "+").cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:  # one of them is too large or too small for a double
        read = np.array([np.nan if text is None else float(text) for text in written.to_pylist()], dtype=np.float64)
    return np.where(np.isinf(read), np.nan, read)


def moments(texts: pa.Array) -> Moments:
    """Return texts as points in time.

    ISO 8601: a day, which means its midnight, or a day and a time to the minute, the second or a fraction of it;
    without an offset it is in UTC. Digits beyond microseconds are cut off.
    """
    written = _matching(texts, _DATE)
    read = np.full(len(texts), "NaT", dtype="datetime64[us]")
    found = written.is_valid().to_numpy(zero_copy_only=False)
    if found.any():
        read[found] = _moments(written.drop_null())
    return read


def elements(text: str) -> tuple[str, ...]:
    """Return the elements of a text that is a JSON array of nothing but texts; any other is a list of itself alone."""
    if text.lstrip(" \t\n\r").startswith("["):
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            return (text,)
        if isinstance(read, list) and all(isinstance(element, str) for element in read):
            return tuple(read)
    return (text,)


def _matching(texts: pa.Array, pattern: str) -> pa.Array:
    """Return the texts that match; null in place of the others."""
    return pc.if_else(pc.match_substring_regex(texts, pattern), texts, pa.scalar(None, texts.type))


def _moments(written: pa.Array) -> Moments:
    """Return texts of the grammar as points in time; NaT where the calendar has no such day."""
    lengths = pc.binary_length(written).to_numpy(zero_copy_only=False)
    signs = _as_table(written)
    digits = signs.astype(np.int64) - _ZERO
    has_time = lengths > len("2024-10-01")
    has_seconds = signs[:, 16] == ord(":")
    seconds = 3600 * _number(digits[:, 11:13]) + 60 * _number(digits[:, 14:16])
    seconds += np.where(has_seconds, _number(digits[:, 17:19]), 0)
    microseconds = 1_000_000 * np.where(has_time, seconds, 0) + _microseconds(signs, digits)
    microseconds -= 60_000_000 * np.where(has_time, _offset_minutes(signs, digits, lengths), 0)
    days = _days(_number(digits[:, 0:4]), _number(digits[:, 5:7]), _number(digits[:, 8:10]))
    read: Moments = days.astype("datetime64[us]") + microseconds.astype("timedelta64[us]")
    read[(read < _EARLIEST) | (read > _LATEST)] = np.datetime64("NaT")
    return read


def _as_table(written: pa.Array) -> NDArray[np.uint8]:
    """Return ASCII texts as a table of their signs, filled up with blanks."""
    padded = pc.ascii_rpad(written, _LONGEST_DATE, " ")
    data = np.frombuffer(padded.buffers()[2], dtype=np.uint8)
    return data[: len(written) * _LONGEST_DATE].reshape(len(written), _LONGEST_DATE)


def _number(digits: NDArray[np.int64]) -> NDArray[np.int64]:
    return digits @ 10 ** np.arange(digits.shape[1])[::-1]


def _microseconds(signs: NDArray[np.uint8], digits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first six digits after the point of the seconds."""
    fraction = digits[:, 20:26]
    is_digit = np.logical_and.accumulate((fraction >= 0) & (fraction <= 9), axis=1)  # noqa: PLR2004  # a digit
    return np.where(signs[:, 19] == ord("."), _number(np.where(is_digit, fraction, 0)), 0)


def _offset_minutes(
    signs: NDArray[np.uint8], digits: NDArray[np.int64], lengths: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Return how far the clock at the end of each text is before that of UTC; meaningless for one without a time."""
    rows = np.arange(len(signs))
    sign = signs[rows, lengths - 6]
    hours = 10 * digits[rows, lengths - 5] + digits[rows, lengths - 4]
    minutes = 60 * hours + 10 * digits[rows, lengths - 2] + digits[rows, lengths - 1]
    return np.select([sign == ord("+"), sign == ord("-")], [minutes, -minutes], 0)


def _days(years: NDArray[np.int64], months: NDArray[np.int64], days: NDArray[np.int64]) -> Moments:
    counted = 12 * (years - 1970) + months - 1
    first = counted.astype("datetime64[M]").astype("datetime64[D]")
    following = (counted + 1).astype("datetime64[M]").astype("datetime64[D]")
    read: Moments = first + (days - 1).astype("timedelta64[D]")
    read[read >= following] = np.datetime64("NaT")
    return read
