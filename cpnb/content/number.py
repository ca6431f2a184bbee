"""NUMBER: a plain decimal number, compared by its value."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.cells import picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of
from cpnb.content.text_bytes import ends_among

_PLAIN = r"\A[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)\z"
_SHORTEST = r"\A(?:0|-?[1-9][0-9]*(?:\.[0-9]*[1-9])?|-?\.[0-9]*[1-9])\z"
_WITH_EXPONENT = r"\A[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]{1,3}\z"

_NINE = 9
_USUAL_BYTES = 32
_ENDS = ends_among(b"+-.0123456789", b".0123456789")
"""First and last bytes of numbers."""
_POINT = ord(".")

NUMBER_INVALID = Problem(
    "number_invalid",
    Severity.ERROR,
    Provenance.CAUTION,
    "not a plain decimal number",
    "Expected digits, at most one decimal point and a sign: no thousands separators, currency signs, spaces, "
    "percent signs, decimal commas, 'nan' or 'inf'. Cleaning (df.cp.clean) takes thousands separators out where they "
    "can be told from a decimal point; or use content type STRING.",
)
NUMBER_EXPONENT = Problem(
    "number_exponent",
    Severity.WARNING,
    Provenance.CAUTION,
    "a number with an exponent",
    "A spreadsheet writes long numbers this way and drops digits; write the number out in full.",
)


def _failing(column: TextColumn) -> tuple[Mask, Mask]:
    other = ~_plain(column) & mask_of(column.text.is_valid())
    exponent = other & column.bytes.with_ends(_ENDS)
    if exponent.any():
        exponent[exponent] = mask_of(pc.match_substring_regex(picked(column.text, exponent), _WITH_EXPONENT))
    return other & ~exponent, exponent


def _plain(column: TextColumn) -> Mask:
    """Return the plain numbers."""
    found = column.bytes
    if len(found.data) > len(column.text) * _USUAL_BYTES:  # long text is no number, and counting in it takes memory
        return mask_of(pc.match_substring_regex(column.text, _PLAIN))
    is_sign = found.data - np.uint8(ord("0")) > _NINE  # below zero the byte wraps around
    signs_up_to = np.zeros(len(is_sign) + 1, np.int32)
    np.cumsum(is_sign, out=signs_up_to[1:])
    signs_before = signs_up_to[found.offsets]
    sign_count = np.diff(signs_before)
    # Digits alone are a number, and so are digits with one point; only other cells deserve a regular expression.
    plain: Mask = (sign_count == 0) & (found.lengths > 0)
    with_one = np.flatnonzero((sign_count == 1) & (found.lengths > 1))
    plain[with_one] = found.data[np.flatnonzero(is_sign)[signs_before[with_one]]] == _POINT
    others = ~plain & found.with_ends(_ENDS)
    if others.any():
        plain[others] = mask_of(pc.match_substring_regex(picked(column.text, others), _PLAIN))
    return plain


RULE = Rule((NUMBER_INVALID, NUMBER_EXPONENT), _failing)
"""The service compares numbers by value but publishes no grammar, so only what every decimal parser
reads alike passes: ASCII digits, an optional sign and point. An exponent is read alike as well, but is
a mark of damage. Source: our caution; administrator guide, 'mapping-field-definitions' (numeric equality)."""


def comparable(text: pa.Array) -> pa.Array:
    """Return numbers so that equal values have equal text; what is no number stays as it is.

    Source: Amazon Connect administrator guide, 'mapping-field-definitions' (numeric equality).
    """
    other = pc.fill_null(pc.invert(pc.match_substring_regex(text, _SHORTEST)), fill_value=False)
    if not pc.any(other).as_py():
        return text
    return pc.replace_with_mask(text, other, _shortened(_written_out(text.filter(other))))


def _shortened(text: pa.Array) -> pa.Array:
    """Return plain numbers without a plus sign and zeros that say nothing; other text as it is."""
    plain = pc.fill_null(pc.match_substring_regex(text, _PLAIN), fill_value=False)
    shortened = text
    for pattern, replacement in (
        (r"\A\+", ""),
        (r"\A(-?)0+", r"\1"),
        (r"(\.[0-9]*?)0+\z", r"\1"),
        (r"\.\z", ""),
        (r"\A-?\z", "0"),
    ):
        shortened = pc.replace_substring_regex(shortened, pattern, replacement)
    return pc.if_else(plain, shortened, text)


def _written_out(text: pa.Array) -> pa.Array:
    """Return the numbers with an exponent without it: ``1e2`` as ``100``."""
    exponent = mask_of(pc.match_substring_regex(text, _WITH_EXPONENT))
    if not exponent.any():
        return text
    values = [format(Decimal(value), "f") for value in picked(text, exponent).to_pylist()]
    return pc.replace_with_mask(text, pa.array(exponent), pa.array(values, text.type))
