"""NAME: any text; letter case is ignored and repeated spaces count as one."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.cells import picked
from cpnb.content.rule import mask_of


def comparable(text: pa.Array) -> pa.Array:
    """Return names as the service compares them.

    Source: Amazon Connect administrator guide, 'mapping-field-definitions' (case-insensitive,
    repeated spaces collapse). Whether spaces at the ends count is not said; here they do not, so that
    two rows that may become one customer are told beforehand.
    """
    spaced = pc.fill_null(pc.match_substring_regex(text, r"[\t\n\f\r]|  "), fill_value=False)
    if pc.any(spaced).as_py():
        single = pc.replace_substring_regex(text.filter(spaced), r"\s+", " ")
        text = pc.replace_with_mask(text, spaced, single)
    return casefolded(pc.utf8_trim_whitespace(text))


def casefolded(text: pa.Array) -> pa.Array:
    """Return text without differences of letter case, in every script (``Straße`` equals ``STRASSE``).

    The folding is that of Unicode, which knows no country: the Turkish i's, with a dot as a capital and
    without one as a small letter, are neither ``i`` nor each other. Whether the service takes them for the
    same is not published; two customers taken for one would be the greater harm.
    """
    lowered = pc.utf8_lower(text)
    foreign = mask_of(pc.invert(pc.string_is_ascii(text)))
    if not foreign.any():
        return lowered
    # Arrow lowers letter by letter; only Python knows the foldings that change the length.
    folded = [value.casefold() for value in picked(text, foreign).to_pylist()]
    return pc.replace_with_mask(lowered, pa.array(foreign), pa.array(folded, lowered.type))
