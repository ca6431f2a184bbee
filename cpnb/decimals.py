"""Numbers as the shortest text that reads back as the same number, without exponent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb import text_tables
from cpnb.content.text_bytes import TextBytes
from cpnb.text_tables import Mask

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FIRST_INEXACT = {pa.float64(): 2.0**53, pa.float32(): 2.0**24}
"""From here on neighbouring whole numbers are the same float, and shortest texts others. Source: IEEE 754."""

_EXACT_DIGITS = 15
"""Two decimal numbers of so many digits are never the same float of 64 bits. Source: IEEE 754, C's ``DBL_DIG``."""

_GROUP = 10_000
_NO_DIGITS = 2 * _GROUP
_MINUS = text_tables.words(["-"])[0]


def of_integers(array: pa.Array) -> pa.Array:
    """Return whole numbers as ``large_string``."""
    if pa.types.is_uint64(array.type):  # which int64 may not hold
        return text_tables.as_text(array)
    numbers = array.cast(pa.int64())
    return _whole(text_tables.filled(numbers), text_tables.missing_in(numbers))


def of_floats(array: pa.Array) -> pa.Array:
    """Return floats as ``large_string``; whole ones have no point, and what is not finite is null."""
    values = array.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    is_nan = np.isnan(values)
    missing = is_nan if is_nan.any() else None
    values = values if missing is None else np.where(missing, 0, values)
    if _are_whole(values, _FIRST_INEXACT.get(array.type, 0.0)):  # their texts are those of integers, and sooner there
        return _whole(values.astype(np.int64), missing)
    if pa.types.is_float16(array.type):  # Arrow before 21 has no kernels for it
        texts = [np.format_float_positional(np.float16(v), trim="-") if np.isfinite(v) else None for v in values]
        return _without_negative_zero(pa.array(texts, pa.large_string(), mask=missing))
    written = _of_hundredths(values, missing) if pa.types.is_float64(array.type) else None
    if written is not None:
        return written
    finite = pc.if_else(pc.is_finite(array), array, pa.scalar(None, array.type))
    return _without_negative_zero(_plain(text_tables.as_text(finite)))


def of_decimals(array: pa.Array) -> pa.Array:
    """Return numbers with a fixed count of places as ``large_string``, all places written."""
    return _plain(text_tables.as_text(array))


def _are_whole(values: Floats, limit: float) -> bool:
    """Tell whether all numbers are integers below a limit."""
    with np.errstate(invalid="ignore"):  # of infinities
        return bool(((values == np.rint(values)) & (np.abs(values) < limit)).all())


def _of_hundredths(values: Floats, missing: Mask | None) -> pa.Array | None:
    """Return numbers of two places at most, such as money, as text; None if there is any other.

    The nearest float of so few digits is that of no other decimal number as short, so this text is the shortest. It
    is that of a whole number and its point, which takes little time; to search for the shortest text takes longer.
    """
    with np.errstate(invalid="ignore", over="ignore"):  # of infinities, and of numbers near them
        hundredths = np.rint(values * 100)
    if not ((np.abs(hundredths) < 10**_EXACT_DIGITS) & (hundredths / 100 == values)).all():
        return None
    return _in_digits(hundredths.astype(np.int64), missing, places=2)


def _whole(numbers: Integers, missing: Mask | None) -> pa.Array:
    lowest, highest = numbers.min(initial=0), numbers.max(initial=0)
    if lowest >= 0 and highest < _GROUP:
        return _small_numbers().take(pa.array(numbers, mask=missing))
    if lowest <= -(10**_EXACT_DIGITS) or highest >= 10**_EXACT_DIGITS:
        return text_tables.as_text(pa.array(numbers, mask=missing))
    return _in_digits(numbers, missing)


def _in_digits(numbers: Integers, missing: Mask | None, *, places: int = 0) -> pa.Array:
    """Return numbers as text: four digits at a time, and without zeros at the end of the places behind a point.

    Parameters
    ----------
    numbers : array of int64
        Below 10**15, in units of the last place.
    missing : array of bool, optional
        Which of them are null; without it none is.
    places : {0, 2}
        How many digits stand behind the point.
    """
    whole = np.abs(numbers)
    pieces: list[text_tables.Words] = []
    if places:
        digits = whole
        whole = digits // 100
        pieces.append(_hundredths().take(digits - whole * 100))
    pieces.extend(_groups(whole))
    if numbers.min(initial=0) < 0:
        pieces.append(np.where(numbers < 0, _MINUS, np.uint32(0)))
    return text_tables.joined(pieces[::-1], missing)


def _groups(numbers: Integers) -> Iterator[text_tables.Words]:
    """Yield numbers that are not negative as four digits each, the last four first, without zeros in front."""
    higher = numbers // _GROUP
    yield _digits().take(numbers - higher * _GROUP + _GROUP * (higher > 0))
    while higher.any():
        group, higher = higher, higher // _GROUP
        where = group - higher * _GROUP + _GROUP * (higher > 0)
        where[group == 0] = _NO_DIGITS
        yield _digits().take(where)


@cache
def _small_numbers() -> pa.Array:
    return text_tables.as_text(pa.array(np.arange(_GROUP)))


@cache
def _digits() -> text_tables.Words:
    """Return the numbers below 10,000, then the same in four digits, and at `_NO_DIGITS` nothing."""
    return text_tables.words([*map(str, range(_GROUP)), *(f"{number:04}" for number in range(_GROUP)), ""])


@cache
def _hundredths() -> text_tables.Words:
    """Return what stands behind a whole number, by hundredths."""
    return text_tables.words([f".{number:02}".rstrip("0").rstrip(".") for number in range(100)])


def _without_negative_zero(text: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(text, "-0"), pa.scalar("0", pa.large_string()), text)


def _plain(text: pa.Array) -> pa.Array:
    """Return numbers in text without exponent; only those that have one are rewritten."""
    if TextBytes.of(text).highest < ord("E"):  # digits, signs and points come before all letters
        return text
    has_exponent = pc.fill_null(pc.match_substring(text, "e", ignore_case=True), fill_value=False)
    written_out = [format(Decimal(number), "f") for number in text.filter(has_exponent).to_pylist()]
    return pc.replace_with_mask(text, has_exponent, pa.array(written_out, pa.large_string()))
