"""Unicode's composed form: one letter with its accent, not the letter and the accent one after the other."""

from __future__ import annotations

import re
from unicodedata import is_normalized, normalize

import pyarrow as pa

from cpnb.content.cells import mended_distinct, picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, by_distinct
from cpnb.content.text_bytes import TextBytes, pairs_of

NOT_COMPOSED = Problem(
    "not_composed",
    Severity.WARNING,
    Provenance.CAUTION,
    "with letters and accents one after the other",
    "'é' can be one character or two that look the same, and segments compare exactly: df.cp.clean() writes one.",
)

# Composition changes nothing in Latin with its accents, Greek, Cyrillic, Arabic, Chinese and Korean syllables, so most
# columns need no look at all. It may change characters that begin with these bytes: marks that join a letter, scripts
# that are written with them, and single characters that stand for others.
_BEGINNINGS = pairs_of(
    b"\xcc", b"\xcd", b"\xce\x87", b"\xd6", b"\xd7", b"\xd9\x93", b"\xd9\x94", b"\xd9\x95", b"\xdf", b"\xe0", b"\xe1",
    b"\xe2\x80", b"\xe2\x84", b"\xe2\x8c", b"\xe2\xab", b"\xe3\x82", b"\xea", b"\xef", b"\xf0", b"\xf1",
    b"\xf2", b"\xf3",
)  # fmt: skip
# The letters of Vietnamese are in their one form.
_BEGINNINGS[0xE1, 0xB8:0xBC] = False
# Unicode replaces these by the common form of the character. Some are how a name is officially written.
_COMPATIBILITY = re.compile("[\uf900-\ufaff\U0002f800-\U0002fa1f]")


def _suspected(found: TextBytes) -> Mask:
    return found.rows(found.foreign(_BEGINNINGS))


def composed(text: pa.Array) -> pa.Array:
    """Return text in Unicode's form NFC; cells with compatibility ideographs, of names in Japan say, stay.

    Source: Unicode Standard Annex 15.
    """
    return mended_distinct(text, _suspected(TextBytes.of(text)), _composed)


def _composed(values: pa.Array) -> pa.Array:
    return pa.array(
        [value if _is_composed(value) else normalize("NFC", value) for value in values.to_pylist()], values.type
    )


def _is_composed(value: str) -> bool:
    # By Python: Arrow before 20 decomposes, whichever form it is asked for.
    return is_normalized("NFC", value) or _COMPATIBILITY.search(value) is not None


def _failing(column: TextColumn) -> tuple[Mask]:
    mask = _suspected(column.bytes)
    if mask.any():
        mask[mask] = by_distinct(picked(column.text, mask), lambda value: not _is_composed(value))
    return (mask,)


RULE = Rule((NOT_COMPOSED,), _failing)
"""Source: our caution; segments compare exactly, Amazon Connect administrator guide,
'customer-segments-building-segments'."""
