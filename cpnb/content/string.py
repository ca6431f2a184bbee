"""STRING: any text, compared exactly; and what holds for other text too: length, allowed values, spaces, damage."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.catalog import Target
from cpnb.content.cells import picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of


def length_rule(target: Target) -> Rule:
    """Return the rule that a value has at most as many characters as its target holds.

    Source: service model, shapes ``string1To255`` and the like; that a longer value fails its record
    is from the AWS re:Post guide to CSV uploads.
    """
    problem = Problem(
        "too_long",
        Severity.ERROR,
        Provenance.MODEL,
        f"longer than the {target.max_length} characters that {target.name} holds",
        "Shorten the values, or send the column to a target that holds more, such as 'AdditionalInformation'."
        if target.max_length < 1000  # noqa: PLR2004  # the length of AdditionalInformation, the longest of all
        else "Shorten the values.",
    )

    def failing(column: TextColumn) -> tuple[Mask]:
        # A character has at least one byte, so bytes decide almost every column without counting.
        if column.bytes.lengths.max(initial=0) <= target.max_length:
            return (np.zeros(len(column.text), dtype=bool),)
        return (mask_of(pc.greater(pc.utf8_length(column.text), target.max_length)),)

    return Rule((problem,), failing)


def values_rule(target: Target) -> Rule:
    """Return the rule that a value is one of those that the target allows, letter case included.

    Source: service model, enumerations ``PartyType``, ``Gender`` and ``ProfileType``.
    """
    problem = Problem(
        "value_not_allowed",
        Severity.ERROR,
        Provenance.MODEL,
        f"not one of the values of {target.name}",
        f"The service knows {', '.join(target.values)}, in capitals; replace the others or leave them empty.",
    )

    def failing(column: TextColumn) -> tuple[Mask]:
        allowed = pc.is_in(column.text, value_set=pa.array(target.values, pa.large_string()))
        return (mask_of(pc.and_(pc.invert(allowed), column.text.is_valid())),)

    return Rule((problem,), failing)


SPACE_AT_THE_ENDS = Problem(
    "space_at_the_ends",
    Severity.WARNING,
    Provenance.CAUTION,
    "begins or ends with spaces, or is nothing but spaces",
    "Segments compare exactly: ' Seattle' is not 'Seattle', and a cell of spaces alone is not empty. df.cp.clean() "
    "takes them away.",
)


def _space_at_the_ends(column: TextColumn) -> tuple[Mask]:
    return (_spaces(column, min_bytes_left=0),)


def _space_around_text(column: TextColumn) -> tuple[Mask]:
    return (_spaces(column, min_bytes_left=1),)


def _spaces(column: TextColumn, *, min_bytes_left: int) -> Mask:
    """Return the cells that begin or end with spaces and have so many bytes without them."""
    mask = column.bytes.with_outer_spaces()
    if mask.any():
        cells = picked(column.text, mask)
        left_bytes = pc.binary_length(pc.utf8_trim_whitespace(cells))
        is_shorter = pc.less(left_bytes, pc.binary_length(cells))
        mask[mask] = mask_of(pc.and_(is_shorter, pc.greater_equal(left_bytes, min_bytes_left)))
    return mask


SPACES_RULE = Rule((SPACE_AT_THE_ENDS,), _space_at_the_ends)
"""Spaces are those of Unicode: tabs, line breaks and no-break spaces too. Nothing published says that the
service strips text, and its comparisons are exact; that such a space was not meant is our caution. Source:
Amazon Connect administrator guide, 'mapping-field-definitions' and 'customer-segments-building-segments'."""

SPACES_RULE_OF_KEY = Rule((SPACE_AT_THE_ENDS,), _space_around_text)
"""The same for the unique key, of which a cell of nothing but spaces counts as empty already."""

FLOAT_SHAPED = Problem(
    "float_shaped",
    Severity.WARNING,
    Provenance.CAUTION,
    "an identifier or number that ends in '.0'",
    "The column was probably read as numbers with gaps: read it as text (dtype=str), or convert it with "
    ".astype('Int64') first.",
)


_POINT_OR_ZERO = np.zeros(256, dtype=bool)
_POINT_OR_ZERO[[ord("."), ord("0")]] = True


def _float_shaped(column: TextColumn) -> tuple[Mask]:
    # Few cells end in a zero after a point or a zero, and only those are worth a regular expression.
    found = column.bytes
    mask = found.ending_with(b"0")
    before_last = np.maximum(found.offsets[1:][mask] - 2, 0)
    mask[mask] = _POINT_OR_ZERO[found.data[before_last]]
    if mask.any():
        cells = picked(column.text, mask)
        mask[mask] = mask_of(pc.match_substring_regex(cells, r"\A[+-]?[0-9]+\.0+\z"))
    return (mask,)


FLOAT_RULE = Rule((FLOAT_SHAPED,), _float_shaped)
"""Text that was a whole number before a gap in its column made it a float. Source: our caution."""


def comparable(text: pa.Array) -> pa.Array:
    """Return the text itself: STRING is compared exactly, letter case included.

    Source: Amazon Connect administrator guide, 'mapping-field-definitions'.
    """
    return text
