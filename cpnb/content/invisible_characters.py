"""Characters that cannot be seen, and spaces that only look like one: equal for the eye, different for a segment."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.cells import mended_where, picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of
from cpnb.content.text_bytes import TextBytes, pairs_of

INVISIBLE_CHARACTER = Problem(
    "invisible_character",
    Severity.WARNING,
    Provenance.CAUTION,
    "with characters that cannot be seen",
    "Zero-width spaces, soft hyphens, byte order marks and marks of direction come along with copied text, and make "
    "equal values different: df.cp.clean() takes them out. It leaves vertical tabs, form feeds and the like inside a "
    "cell, because they may stand between two values: split those, or put a space in between.",
)
NO_BREAK_SPACE = Problem(
    "no_break_space",
    Severity.WARNING,
    Provenance.CAUTION,
    "with no-break or other special spaces between words",
    "They look like spaces and are none to a segment: df.cp.clean() puts plain spaces in their place.",
)

# Not the vertical tab, the form feed and the separators of ASCII: databases write them between values, and without
# them two values would be one.
_SEPARATORS = r"[\x0b\x0c\x1c-\x1f]"
_CONTROLS = r"\x00-\x08\x0e-\x1b\x7f"
_ALWAYS = rf"[{_CONTROLS}\x{{ad}}\x{{200b}}\x{{2060}}-\x{{2064}}\x{{206a}}-\x{{206f}}\x{{feff}}]"
_DIRECTION = r"[\x{61c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]"
_JOINERS = r"[\x{200c}\x{200d}]+"
# Emoji, Persian and the scripts of India are spelled with joiners: only beside ASCII, or at an end, they do nothing.
_IDLE_JOINERS = rf"\A{_JOINERS}|{_JOINERS}\z|([\x00-\x7f]){_JOINERS}([\x00-\x7f])"
_RIGHT_TO_LEFT = r"[\p{Arabic}\p{Hebrew}\p{Syriac}\p{Thaana}\p{Nko}]"
_SPACES = r"\x{a0}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}"
_SPACE_INSIDE = rf"[^\s{_SPACES}][ \t]*[{_SPACES}][\s{_SPACES}]*[^\s{_SPACES}]"

_SPACE_BYTES = b" \t\n\v\f\r\x1c\x1d\x1e\x1f"

_DELETE = 0x7F
_CONTROL_BYTES = np.zeros(256, dtype=bool)
_CONTROL_BYTES[[*range(9), 11, 12, *range(14, 32), 127]] = True
# First and second byte of the UTF-8 of everything above that is not ASCII.
_BEGINNINGS = pairs_of(b"\xc2\xad", b"\xd8\x9c", b"\xe2\x80", b"\xe2\x81", b"\xef\xbb")
_SPACE_BEGINNINGS = pairs_of(b"\xc2\xa0", b"\xe2\x80", b"\xe2\x81")


def _suspected(found: TextBytes) -> Mask:
    mask = found.rows(found.foreign(_BEGINNINGS))
    # DEL alone stands above what can be seen.
    if found.lowest < ord(" ") or (found.highest >= _DELETE and (found.data == _DELETE).any()):
        mask |= found.rows_with_any(_CONTROL_BYTES)
    return mask


def _with_special_spaces(found: TextBytes) -> Mask:
    return found.rows(found.foreign(_SPACE_BEGINNINGS))


def without_invisible(text: pa.Array) -> pa.Array:
    """Return text without characters that cannot be seen and mean nothing.

    Zero-width spaces, soft hyphens, byte order marks and control characters other than tab, line
    breaks and separators go. Joiners stay where a script or an emoji is spelled with them, and marks of direction
    in cells with right-to-left letters, whose order of reading they decide.

    Examples
    --------
    >>> without_invisible(pa.array(["a\u200bb", "\ufeffid"], pa.large_string())).to_pylist()
    ['ab', 'id']
    """
    return mended_where(text, _suspected(TextBytes.of(text)), _without)


def plain_spaces(text: pa.Array) -> pa.Array:
    """Return text with a plain space in place of each no-break, thin or otherwise special one.

    The wide space of Chinese and Japanese stays: it belongs to them.
    """
    suspected = _with_special_spaces(TextBytes.of(text))
    return mended_where(text, suspected, lambda part: pc.replace_substring_regex(part, f"[{_SPACES}]", " "))


def without_outer_spaces(text: pa.Array) -> pa.Array:
    """Return text without spaces at its ends; a cell of nothing but spaces stays."""
    found = TextBytes.of(text)
    # Spaces of ASCII, and the first and last bytes of all others.
    suspected = found.starting_with(_SPACE_BYTES + b"\xc2\xe1\xe2\xe3") | found.ending_with(_SPACE_BYTES)
    suspected |= ~found.ending_in_ascii
    return mended_where(text, suspected, _trimmed)


def _trimmed(part: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(part)
    return pc.if_else(pc.equal(trimmed, ""), part, trimmed)


def _without(part: pa.Array) -> pa.Array:
    part = pc.replace_substring_regex(part, _ALWAYS, "")
    read_from_left = pc.invert(pc.match_substring_regex(part, _RIGHT_TO_LEFT))
    part = pc.if_else(read_from_left, pc.replace_substring_regex(part, _DIRECTION, ""), part)
    return pc.replace_substring_regex(part, _IDLE_JOINERS, r"\1\2")


def _failing(column: TextColumn) -> tuple[Mask, Mask]:
    text = column.text
    invisible = _suspected(column.bytes)
    if invisible.any():
        part = picked(text, invisible)
        goes = mask_of(pc.not_equal(_without(part), part))
        stays = mask_of(pc.match_substring_regex(pc.utf8_trim_whitespace(part), _SEPARATORS))
        invisible[invisible] = goes | stays
    spaces = _with_special_spaces(column.bytes)
    if spaces.any():
        spaces[spaces] = mask_of(pc.match_substring_regex(picked(text, spaces), _SPACE_INSIDE))
    return invisible, spaces


RULE = Rule((INVISIBLE_CHARACTER, NO_BREAK_SPACE), _failing)
"""Special spaces at the ends are told by the rule for spaces. Source: our caution; segments compare exactly,
Amazon Connect administrator guide, 'customer-segments-building-segments'."""
