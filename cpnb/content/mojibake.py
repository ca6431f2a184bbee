"""Mojibake: text that was decoded as another encoding than it was written in, ``MÃ¼ller`` for ``Müller``."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content.cells import mended_distinct, picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of
from cpnb.content.text_bytes import ASCII_END, TextBytes, pairs_of

MOJIBAKE = Problem(
    "mojibake",
    Severity.WARNING,
    Provenance.CAUTION,
    "decoded in the wrong encoding, like 'Ã¼' for 'ü'",
    "Read the file again with the encoding it was written in; what has come this far, df.cp.clean() can mostly undo.",
)
CHARACTERS_LOST = Problem(
    "characters_lost",
    Severity.WARNING,
    Provenance.CAUTION,
    "with replacement characters in place of letters",
    "Letters were lost when the text was decoded and cannot be brought back from it: go back to the file and read "
    "it in the encoding it was written in.",
)

_LOST = "\N{REPLACEMENT CHARACTER}"
_LOST_BEGINNING = pairs_of(_LOST.encode()[:2])
_CONTROLS = pairs_of(*(bytes([0xC2, second]) for second in range(0x80, 0xA0)))
# In 'Ã ' and the like, a no-break space that was half of a letter has become a plain one.
_CAPITALS = pairs_of(*(sign.encode() for sign in "ÂÃÅÎÐÙ"))


@functools.cache
def _encodings_reading(first: int, stop: int) -> NDArray[np.uint16]:
    """Return for each pair of bytes in which encodings, one bit each, some byte is read as a character beginning so."""
    from ftfy.chardata import CHARMAP_ENCODINGS

    encodings = np.zeros(2**16, np.uint16)
    for number, name in enumerate(CHARMAP_ENCODINGS):
        signs = bytes(range(first, stop)).decode(name, "ignore")
        encodings[pairs_of(*(sign.encode()[:2] for sign in signs)).ravel()] |= np.uint16(1 << number)
    return encodings


def _suspected(found: TextBytes) -> Mask:
    """Return the rows that may hold a character of UTF-8 that was read byte by byte."""
    # Its first byte became one character that is not ASCII, and the next byte another, both in the same encoding.
    begins, pairs = found.foreign_begins, found.foreign_pairs
    in_both = _encodings_reading(0xC2, 0xF5).take(pairs[:-1]) & _encodings_reading(0x80, 0xC0).take(pairs[1:])
    seconds = begins[1:][in_both != 0]
    seconds = seconds[found.data[seconds - 1] >= ASCII_END]
    capitals = found.foreign(_CAPITALS)
    spaced = capitals[found.data[np.minimum(capitals + 2, len(found.data) - 1)] == ord(" ")]
    return found.rows(np.concatenate([seconds, spaced, found.foreign(_CONTROLS)]))


@functools.cache
def _characters() -> str:
    """Return a pattern for one whole character of UTF-8, in all the readings of its bytes that ftfy undoes."""
    from ftfy.chardata import CHARMAP_ENCODINGS

    def read(first: int, stop: int, encoding: str) -> str:
        signs = bytes(range(first, stop)).decode(encoding, "ignore")
        return "[" + "".join(f"\\x{{{ord(sign):x}}}" for sign in signs) + "]"

    patterns = [r"[ÂÃÅÎÐÙâãàáð] ", r"[\x{80}-\x{9f}]"]
    for name in CHARMAP_ENCODINGS:
        two, three, four = read(0xC2, 0xE0, name), read(0xE0, 0xF0, name), read(0xF0, 0xF5, name)
        continuing = read(0x80, 0xC0, name)
        patterns += [two + continuing, f"{three}{continuing}{{2}}", f"{four}{continuing}{{3}}"]
    return "|".join(patterns)


def _fixed(text: str) -> str:
    import ftfy

    fixed = ftfy.fix_encoding(text)
    return text if _LOST in fixed else fixed


def undone(text: pa.Array) -> pa.Array:
    """Return text as it was before it was decoded wrongly, as far as nothing of it is lost.

    The judgement is ftfy's, which changes a text only where another reading is far more likely.

    Examples
    --------
    >>> undone(pa.array(["MÃ¼ller", "Müller", "Ã‰mile"], pa.large_string())).to_pylist()
    ['Müller', 'Müller', 'Émile']
    """
    return mended_distinct(text, _suspected(TextBytes.of(text)), _undone)


def _undone(values: pa.Array) -> pa.Array:
    fixable = pa.array(mask_of(pc.match_substring_regex(values, _characters())))
    fixed = [_fixed(value) for value in values.filter(fixable).to_pylist()]
    return pc.replace_with_mask(values, fixable, pa.array(fixed, values.type))


def _failing(column: TextColumn) -> tuple[Mask, Mask]:
    garbled = _suspected(column.bytes)
    if garbled.any():
        encoded = picked(column.text, garbled).dictionary_encode()
        changing = pc.not_equal(_undone(encoded.dictionary), encoded.dictionary)
        garbled[garbled] = mask_of(changing.take(encoded.indices))
    lost = column.bytes.rows(column.bytes.foreign(_LOST_BEGINNING))
    if lost.any():
        lost[lost] = mask_of(pc.match_substring(picked(column.text, lost), _LOST))
    return garbled, lost


RULE = Rule((MOJIBAKE, CHARACTERS_LOST), _failing)
"""Source: our caution; the verdict is that of the ftfy library."""
