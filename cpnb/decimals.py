"""Numbers as the shortest text that reads back as the same number, without exponent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content.text_bytes import TextBytes

Floats = NDArray[np.float64]

_FIRST_INEXACT = {pa.float64(): 2.0**53, pa.float32(): 2.0**24}
"""From here on neighbouring whole numbers are the same float, and shortest texts others. Source: IEEE 754."""

_EXACT_DIGITS = 15
"""Two decimal numbers of so many digits are never the same float of 64 bits. Source: IEEE 754, C's ``DBL_DIG``."""

_WORD_BITS = 64


def of_integers(array: pa.Array) -> pa.Array:
    """Return whole numbers as ``large_string``."""
    if pa.types.is_uint64(array.type):  # which int64 may not hold
        return _as_text(array)
    return each_written_once(array.cast(pa.int64()), _as_text)


def of_floats(array: pa.Array) -> pa.Array:
    """Return floats as ``large_string``; whole ones have no point, and what is not finite is null."""
    values = array.to_numpy(zero_copy_only=False).astype(np.float64)
    missing = np.isnan(values)
    if _are_whole(values, _FIRST_INEXACT.get(array.type, 0.0)):  # their texts are those of integers, and sooner there
        return of_integers(pa.array(np.where(missing, 0, values).astype(np.int64), mask=missing))
    if pa.types.is_float16(array.type):  # Arrow before 21 has no kernels for it
        texts = [np.format_float_positional(np.float16(v), trim="-") if np.isfinite(v) else None for v in values]
        return _without_negative_zero(pa.array(texts, pa.large_string()))
    written = _of_hundredths(np.where(missing, 0, values), missing) if pa.types.is_float64(array.type) else None
    if written is not None:
        return written
    finite = pc.if_else(pc.is_finite(array), array, pa.scalar(None, array.type))
    return _without_negative_zero(_plain(_as_text(finite)))


def of_decimals(array: pa.Array) -> pa.Array:
    """Return numbers with a fixed count of places as ``large_string``, all places written."""
    return _plain(_as_text(array))


def each_written_once(numbers: pa.Array, write: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Return what `write` makes of numbers of type ``int64``; if they lie close together, it sees each value once."""
    bounds = pc.min_max(numbers)
    first, last = bounds["min"].as_py(), bounds["max"].as_py()
    if first is None or last - first > len(numbers):
        return write(numbers)
    several = pa.array(first + np.arange(last - first + 1))
    return write(several).take(pc.subtract(numbers, first))


def _as_text(array: pa.Array) -> pa.Array:
    return array.cast(pa.string()).cast(pa.large_string())


def _are_whole(values: Floats, limit: float) -> bool:
    """Tell whether all numbers that are not missing are integers below a limit."""
    with np.errstate(invalid="ignore"):  # of infinities
        whole = np.isnan(values) | ((np.abs(values) < limit) & (values == np.rint(values)))
    return bool(whole.all())


def _of_hundredths(values: Floats, missing: NDArray[np.bool_]) -> pa.Array | None:
    """Return numbers of two places at most, such as money, as text; None if there is any other.

    The nearest float of so few digits is that of no other decimal number as short, so this text is the shortest. It
    is that of a whole number and its point, which takes little time; to search for the shortest text takes longer.
    """
    with np.errstate(invalid="ignore", over="ignore"):  # of infinities, and of numbers near them
        hundredths = np.rint(values * 100)
    if not ((np.abs(hundredths) < 10**_EXACT_DIGITS) & (hundredths / 100 == values)).all():
        return None
    words = np.empty((len(values), 2), np.int64)  # the low one and the high one of a decimal number
    words[:, 0] = hundredths
    words[:, 1] = words[:, 0] >> (_WORD_BITS - 1)
    is_present = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    kind = pa.decimal128(_EXACT_DIGITS, 2)
    written = _as_text(pa.Array.from_buffers(kind, len(values), [is_present, pa.py_buffer(words)]))
    return pc.ascii_rtrim(pc.ascii_rtrim(written, "0"), ".")


def _without_negative_zero(text: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(text, "-0"), pa.scalar("0", pa.large_string()), text)


def _plain(text: pa.Array) -> pa.Array:
    """Return numbers in text without exponent; only those that have one are rewritten."""
    if TextBytes.of(text).highest < ord("E"):  # digits, signs and points come before all letters
        return text
    has_exponent = pc.fill_null(pc.match_substring(text, "e", ignore_case=True), fill_value=False)
    written_out = [format(Decimal(number), "f") for number in text.filter(has_exponent).to_pylist()]
    return pc.replace_with_mask(text, has_exponent, pa.array(written_out, pa.large_string()))
