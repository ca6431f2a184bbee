"""What a text of a profile is read as where it is compared: a number, a moment, a list."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content.cells import emptied
from cpnb.content.rule import mask_of

Numbers = NDArray[np.float64]
"""Numbers; NaN where there is none."""

Moments = NDArray[np.datetime64]
"""Points in time in UTC, to the microsecond; NaT where there is none."""

Signs = NDArray[np.uint8]

# Digits are those of ASCII, and "\z" is the end: a line feed at the end of a text is part of it.
_NUMBER = r"\A[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\z"

_DAY = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_HOUR_AND_MINUTE = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SECONDS = r"(?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_DATE = rf"\A{_DAY}(?:[T ]{_HOUR_AND_MINUTE}{_SECONDS}(?:Z|[+-]{_HOUR_AND_MINUTE})?)?\z"
_LONGEST_DATE = len("2024-10-01T00:00:00.123456789+00:00")
_EARLIEST, _LATEST = np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31T23:59:59.999999", "us")
_ZERO, _NINE, _BLANK = b"09 "


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
        if isinstance(read, list) and all(isinstance(element, str) and is_unicode(element) for element in read):
            return tuple(read)
    return (text,)


def is_unicode(text: str) -> bool:
    """Tell whether a text is one; half of a surrogate pair, which JSON can write, is no sign of any."""
    return text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)


def _matching(texts: pa.Array, pattern: str) -> pa.Array:
    """Return the texts that match; null in place of the others."""
    return emptied(texts, ~mask_of(pc.match_substring_regex(texts, pattern)))


def _moments(written: pa.Array) -> Moments:
    """Return texts of the grammar as points in time; NaT where the calendar has no such day."""
    signs = _signs(written)
    read = _days(_number(signs[0:4]), _number(signs[5:7]), _number(signs[8:10])).astype("datetime64[us]")
    has_time = signs[11] != _BLANK
    if has_time.any():
        seconds = 3600 * _number(signs[11:13]) + 60 * _number(signs[14:16])
        seconds += np.where(signs[16] == ord(":"), _number(signs[17:19]), 0) - 60 * _offset_minutes(written)
        microseconds = 1_000_000 * seconds + np.where(signs[19] == ord("."), _microseconds(signs[20:26]), 0)
        read += np.where(has_time, microseconds, 0).astype("timedelta64[us]")
    read[(read < _EARLIEST) | (read > _LATEST)] = np.datetime64("NaT")
    return read


def _signs(written: pa.Array) -> Signs:
    """Return the signs of ASCII texts filled up with blanks: the first of each text, the second of each, and so on."""
    padded = pc.ascii_rpad(written, _LONGEST_DATE, " ")
    data = np.frombuffer(padded.buffers()[2], dtype=np.uint8)[: len(written) * _LONGEST_DATE]
    return np.ascontiguousarray(data.reshape(len(written), _LONGEST_DATE).T)


def _number(signs: Signs) -> NDArray[np.int64]:
    """Return digits as numbers; meaningless where they are none."""
    number = np.zeros(signs.shape[1], dtype=np.int64)
    for digits in signs:
        number = 10 * number + digits - _ZERO
    return number


def _microseconds(signs: Signs) -> NDArray[np.int64]:
    """Return the first six digits behind a point, of which there may be fewer."""
    is_digit = np.logical_and.accumulate((signs >= _ZERO) & (signs <= _NINE), axis=0)
    return _number(np.where(is_digit, signs, _ZERO))


def _offset_minutes(written: pa.Array) -> NDArray[np.int64]:
    """Return how far the clock at the end of each text is before that of UTC; meaningless for one without a time."""
    signs = _signs(pc.utf8_slice_codeunits(written, -len("+00:00")))
    minutes = 60 * _number(signs[1:3]) + _number(signs[4:6])
    return np.select([signs[0] == ord("+"), signs[0] == ord("-")], [minutes, -minutes], 0)


def _days(years: NDArray[np.int64], months: NDArray[np.int64], days: NDArray[np.int64]) -> Moments:
    counted = 12 * (years - 1970) + months - 1
    first = counted.astype("datetime64[M]").astype("datetime64[D]")
    following = (counted + 1).astype("datetime64[M]").astype("datetime64[D]")
    read: Moments = first + (days - 1).astype("timedelta64[D]")
    read[read >= following] = np.datetime64("NaT")
    return read
