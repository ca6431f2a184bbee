"""STRING: any text, compared exactly; and what holds for other text too: length, allowed values, spaces, damage."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.catalog import Target
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
        longest = pc.max(pc.binary_length(column.text)).as_py()
        if longest is None or longest <= target.max_length:
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
    "Segments compare exactly: ' Seattle' is not 'Seattle', and a cell of spaces alone is not empty. Strip the column, "
    "for example with .str.strip(), and make cells empty that hold nothing else.",
)


def _space_at_the_ends(column: TextColumn) -> tuple[Mask]:
    return (mask_of(pc.not_equal(pc.utf8_trim_whitespace(column.text), column.text)),)


def _space_around_text(column: TextColumn) -> tuple[Mask]:
    trimmed = pc.utf8_trim_whitespace(column.text)
    return (mask_of(pc.and_(pc.not_equal(trimmed, column.text), pc.not_equal(trimmed, ""))),)


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


def _float_shaped(column: TextColumn) -> tuple[Mask]:
    return (mask_of(pc.match_substring_regex(column.text, r"\A[+-]?[0-9]+\.0+\z")),)


FLOAT_RULE = Rule((FLOAT_SHAPED,), _float_shaped)
"""Text that was a whole number before a gap in its column made it a float. Source: our caution."""


def comparable(text: pa.Array) -> pa.Array:
    """Return the text itself: STRING is compared exactly, letter case included.

    Source: Amazon Connect administrator guide, 'mapping-field-definitions'.
    """
    return text
