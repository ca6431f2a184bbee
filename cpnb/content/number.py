"""NUMBER: a plain decimal number, compared by its value."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of

_PLAIN = r"\A[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)\z"
_WITH_EXPONENT = r"\A[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]{1,3}\z"

NUMBER_INVALID = Problem(
    "number_invalid",
    Severity.ERROR,
    Provenance.CAUTION,
    "not a plain decimal number",
    "Expected digits, at most one decimal point and a sign: no thousands separators, currency signs, spaces, "
    "percent signs, decimal commas, 'nan' or 'inf'. Or use content type STRING.",
)
NUMBER_EXPONENT = Problem(
    "number_exponent",
    Severity.WARNING,
    Provenance.CAUTION,
    "a number with an exponent",
    "A spreadsheet writes long numbers this way and drops digits; write the number out in full.",
)


def _failing(column: TextColumn) -> tuple[Mask, Mask]:
    plain = mask_of(pc.match_substring_regex(column.text, _PLAIN))
    present = mask_of(column.text.is_valid())
    if (plain | ~present).all():
        return ~plain & present, ~plain & present
    exponent = mask_of(pc.match_substring_regex(column.text, _WITH_EXPONENT))
    return ~plain & ~exponent & present, exponent


RULE = Rule((NUMBER_INVALID, NUMBER_EXPONENT), _failing)
"""The service compares numbers by value but publishes no grammar, so only what every decimal parser
reads alike passes: ASCII digits, an optional sign and point. An exponent is read alike as well, but is
a mark of damage. Source: our caution; administrator guide, 'mapping-field-definitions' (numeric equality)."""


def comparable(text: pa.Array) -> pa.Array:
    """Return numbers so that equal values have equal text; what is no number stays as it is.

    Source: Amazon Connect administrator guide, 'mapping-field-definitions' (numeric equality).
    """
    text = _written_out(text)
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
    values = [format(Decimal(value), "f") for value in text.filter(pa.array(exponent)).to_pylist()]
    return pc.replace_with_mask(text, pa.array(exponent), pa.array(values, text.type))
