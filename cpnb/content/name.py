"""NAME: any text; letter case is ignored and repeated spaces count as one."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.rule import mask_of


def comparable(text: pa.Array) -> pa.Array:
    """Return names as the service compares them.

    Source: Amazon Connect administrator guide, 'mapping-field-definitions' (case-insensitive,
    repeated spaces collapse). Whether spaces at the ends count is not said; here they do not, so that
    two rows that may become one customer are told beforehand.
    """
    return casefolded(pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"\s+", " ")))


def casefolded(text: pa.Array) -> pa.Array:
    """Return text without differences of letter case, in every script (``Straße`` equals ``STRASSE``)."""
    lowered = pc.utf8_lower(text)
    foreign = mask_of(pc.invert(pc.string_is_ascii(text)))
    if not foreign.any():
        return lowered
    # Arrow lowers letter by letter; only Python knows the foldings that change the length.
    folded = [value.casefold() for value in text.filter(pa.array(foreign)).to_pylist()]
    return pc.replace_with_mask(lowered, pa.array(foreign), pa.array(folded, lowered.type))
