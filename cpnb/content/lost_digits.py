"""Identifiers and phone numbers that were numbers for a while: exponents, rounding, and ``.0`` at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.cells import mended_where, none_of, picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of
from cpnb.content.text_bytes import TextBytes, ends_among

DIGITS_LOST = Problem(
    "digits_lost",
    Severity.WARNING,
    Provenance.CAUTION,
    "rounded, so that its last digits are gone",
    "A number with an exponent, or one longer than a spreadsheet (15 digits) or a float (16) can hold, has lost "
    "digits that nothing brings back: export the column again, as text.",
)
EXPONENT_SHAPED = Problem(
    "exponent_shaped",
    Severity.WARNING,
    Provenance.CAUTION,
    "a whole number written with an exponent",
    "All its digits are there, but nobody finds it like this: df.cp.clean() writes it out.",
)

# A fraction or a plus sign is asked for: '12E5' may well be the number of a flat.
_EXPONENT = r"\A[+-]?[0-9](?:\.[0-9]+[eE]\+?[0-9]{1,3}|[eE]\+[0-9]{1,3})\z"
# Spreadsheets keep 15 digits and fill up with zeros; sixteen digits end in one zero too often to tell. Floats are
# exact up to 2**53, a little above 9 * 10**15.
_ROUNDED = r"\A[1-9][0-9]{14}(?:0{2,}(?:\.0*)?|[0-9]{2,}\.0+)\z|\A9[1-9][0-9]{14}\.0+\z"
_ROUNDED_LENGTH = 17
_EXPONENT_LENGTH = 40
_EXACT_DIGITS = 15
_FLOAT = r"\A([+-]?(?:0|[1-9][0-9]{0,14}|[1-8][0-9]{15}))\.0\z"
_FRACTION = r"\A[+-]?[0-9]+\.(?:[0-9]*[1-9]|[0-9]{2,})\z"

_SIXTEEN_DIGITS = r"\A[1-9][0-9]{15}\z"
_SIXTEEN = 16
_TELLING_CELLS = 5

FRACTIONS = "fractions"
SIXTEEN_DIGITS = "sixteen digits"
SIXTEEN_DIGITS_AND_ZERO = "sixteen digits, the last a zero"
_ENDS = ends_among(b"+-0123456789", b".0123456789")
"""First and last bytes of all these numbers."""
_EXPONENT_BYTES = np.zeros(256, dtype=bool)
_EXPONENT_BYTES[[ord("e"), ord("E")]] = True


def with_exponent(text: pa.Array) -> Mask:
    """Return the rows whose cell is a number of digits with an exponent."""
    return _with_exponent(text, TextBytes.of(text))


def _with_exponent(text: pa.Array, found: TextBytes) -> Mask:
    if found.highest < ord("E"):
        return none_of(text)
    mask = found.with_ends(_ENDS)
    mask &= found.lengths <= _EXPONENT_LENGTH
    if np.count_nonzero(mask) * 4 > len(mask):  # a column of numbers, of which few have exponents
        mask &= found.rows_with_any(_EXPONENT_BYTES)
    if mask.any():
        mask[mask] = mask_of(pc.match_substring_regex(picked(text, mask), _EXPONENT))
    return mask


def written_out(text: pa.Array) -> pa.Array:
    """Return numbers with an exponent without it, where every digit is there: ``1.25E+2`` as ``125``.

    Others are rounded, as far as one can tell, and stay.
    """
    return mended_where(text, with_exponent(text), _written_out)


def _written_out(part: pa.Array) -> pa.Array:
    numbers = part.to_pylist()
    return pa.array([number if _missing_digits(number) else _in_full(number) for number in numbers], pa.large_string())


def _missing_digits(number: str) -> int:
    """Return how many digits a number with an exponent lacks, below 0 if it has a fraction; many if it was rounded."""
    mantissa, _, exponent = number.upper().partition("E")
    fraction = mantissa.partition(".")[2]
    missing = int(exponent) - len(fraction)
    return missing or max(0, len(fraction) + 1 - _EXACT_DIGITS)


def _in_full(number: str) -> str:
    return number.upper().partition("E")[0].replace(".", "").removeprefix("+")


def tells(text: pa.Array) -> Counter[str]:
    """Return what a part of a column tells about the whole: how many cells have a fraction, or sixteen digits."""
    with_point = mask_of(pc.match_substring(text, "."))
    fractions = pc.match_substring_regex(picked(text, with_point), _FRACTION)
    long = text.filter(pa.array(TextBytes.of(text).lengths == _SIXTEEN))
    sixteen = long.filter(pc.match_substring_regex(long, _SIXTEEN_DIGITS))
    with_zero = mask_of(pc.ends_with(sixteen, "0"))
    return +Counter(
        {
            FRACTIONS: int(mask_of(fractions).sum()),
            SIXTEEN_DIGITS: len(sixteen),
            SIXTEEN_DIGITS_AND_ZERO: int(with_zero.sum()),
        }
    )


def rounded_to_fifteen(seen: Mapping[str, int]) -> int:
    """Return how many identifiers of sixteen digits a column has, if every one ends in zero as a spreadsheet leaves it.

    One such identifier tells nothing; that five or more do so by chance happens once in 100,000 columns.
    """
    count = seen.get(SIXTEEN_DIGITS, 0)
    return count if count >= _TELLING_CELLS and count == seen.get(SIXTEEN_DIGITS_AND_ZERO, 0) else 0


def without_point(text: pa.Array, seen: Mapping[str, int]) -> pa.Array:
    """Return identifiers that were floats for a while as the whole numbers that they are: ``1001.0`` as ``1001``.

    Not in a column that has other decimals, where ``7.0`` may stand beside ``7.1``; nor where a zero in
    front, or more than 15 digits, show that it was no float or has lost digits.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``.
    seen : mapping of str to int
        What `tells` said of the whole column.
    """
    if seen.get(FRACTIONS, 0):
        return text
    suspected = mask_of(pc.ends_with(text, ".0"))
    return mended_where(text, suspected, lambda part: pc.replace_substring_regex(part, _FLOAT, r"\1"))


def _failing(column: TextColumn) -> tuple[Mask, Mask]:
    text = column.text
    whole, lost = none_of(text), none_of(text)
    exponent = _with_exponent(text, column.bytes)
    if exponent.any():
        missing = np.array([_missing_digits(number) for number in picked(text, exponent).to_pylist()])
        whole[exponent], lost[exponent] = missing == 0, missing > 0
    rounded = column.bytes.lengths >= _ROUNDED_LENGTH
    if rounded.any():
        rounded &= column.bytes.with_ends(_ENDS)
    if rounded.any():
        rounded[rounded] = mask_of(pc.match_substring_regex(picked(text, rounded), _ROUNDED))
    return lost | rounded, whole


RULE = Rule((DIGITS_LOST, EXPONENT_SHAPED), _failing)
"""Source: our caution; IEEE 754 double precision holds whole numbers up to 2**53 exactly, and Microsoft's
'Excel specifications and limits' gives 15 digits."""
