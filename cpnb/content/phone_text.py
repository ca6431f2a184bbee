"""From text to digits: which rows could be phone numbers at all, and what was dialled.

Most rows are digits, a plus sign and simple punctuation; `scan` sees that in the bytes. For the others `spelled_out`
goes the way of phonenumbers' ``parse`` column by column, with the regular expressions of the installed version: the
start is searched, the end trimmed, the number must be viable, an extension is cut off, and letters become the
digits of their keys. What is not followed exactly (RFC 3966 contexts, some foreign letters) is left to the reference.
"""

from __future__ import annotations

import functools
import re
import sys
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from phonenumbers import phonenumberutil

from cpnb.content.cells import picked
from cpnb.content.numbering_validity import NUMBER_DIGITS_MIN
from cpnb.content.rule import Mask, mask_of
from cpnb.content.text_bytes import ASCII_END, Pairs, TextBytes, pairs_of

TEXT_CHARACTERS_MAX = 250
"""Source: phonenumbers, ``_MAX_INPUT_STRING_LENGTH``; a test compares them."""

_DIGITS_MIN = 3
"""A viable number has so many digits; only two digits and nothing else are viable, too."""

_DIGIT, _PUNCTUATION, _PLUS, _OTHER, _NOT_ASCII = range(5)
# Punctuation that can stand anywhere in a number and begins no extension.
_KIND = np.full(256, _OTHER, np.uint8)
_KIND[[ord(sign) for sign in " ()-./[]*"]] = _PUNCTUATION
_KIND[ord("0") : ord("9") + 1] = _DIGIT
_KIND[ord("+")] = _PLUS
_KIND[128:] = _NOT_ASCII


class Scan(NamedTuple):
    """The digits of a column.

    Attributes
    ----------
    digits : numpy.ndarray of uint8
        0 to 9, those of all rows behind each other.
    begin, end : numpy.ndarray of int32
        Where the digits of each row begin and end.
    has_plus : Mask
        Rows with a plus sign before their digits.
    is_plain : Mask
        Rows that phonenumbers reads by these digits and `has_plus` alone.
    is_hopeless : Mask
        Rows that it never takes for a number.
    is_bare : Mask
        Rows of digits with at most a plus sign before them and no punctuation.
    """

    digits: NDArray[np.uint8]
    begin: NDArray[np.int32]
    end: NDArray[np.int32]
    has_plus: Mask
    is_plain: Mask
    is_hopeless: Mask
    is_bare: Mask


def scan(text: pa.Array) -> Scan:
    """Return the ASCII digits of a ``large_string`` column of less than 2 GB. Missing rows have none."""
    cells = TextBytes.of(text)
    data, offsets = cells.data, cells.offsets
    kind = _KIND.take(data)
    is_digit = kind == _DIGIT
    before = np.zeros(len(data) + 1, np.int32)
    np.cumsum(is_digit, out=before[1:], dtype=np.int32)
    limits = before.take(offsets)
    begin, end = limits[:-1], limits[1:]
    count, size = end - begin, np.diff(offsets)

    has_plus, is_odd = np.zeros(len(text), bool), _cells_with(kind >= _OTHER, offsets)
    plus_at = np.flatnonzero(kind == _PLUS)
    row = np.searchsorted(offsets, plus_at, "right") - 1
    has_plus[row] = True
    is_odd[row[before[plus_at] > begin[row]]] = True
    is_odd[row[1:][row[1:] == row[:-1]]] = True  # two plus signs
    is_ascii = ~_cells_with(kind == _NOT_ASCII, offsets)
    is_odd |= size > TEXT_CHARACTERS_MAX
    is_hopeless = is_ascii & ((count < NUMBER_DIGITS_MIN) | (size > TEXT_CHARACTERS_MAX) | _around_at(cells, kind))
    if not cells.is_ascii and _IS_KNOWN:
        is_hopeless |= ~is_ascii & (count == 0) & ~has_plus & ~cells.rows(cells.foreign(_foreign_starts()))
    is_plain = ~is_odd & (count >= _DIGITS_MIN)
    return Scan(
        data[is_digit] - np.uint8(ord("0")), begin, end, has_plus, is_plain, is_hopeless, size == count + has_plus
    )


def dialled(scanned: Scan, where: str) -> pa.Array:
    """Return plus sign and digits of each row as ``large_string``; `where` goes before those without plus."""
    offsets = np.append(scanned.begin, np.int32(len(scanned.digits))).astype(np.int64)
    digits = pa.LargeStringArray.from_buffers(
        len(scanned.begin), pa.py_buffer(offsets), pa.py_buffer(scanned.digits + np.uint8(ord("0")))
    )
    plus, code, nothing = (pa.scalar(sign, digits.type) for sign in ("+", where, ""))
    return pc.binary_join_element_wise(pc.if_else(pa.array(scanned.has_plus), plus, code), digits, nothing)


def _around_at(cells: TextBytes, kind: NDArray[np.uint8]) -> Mask:
    """Return cells of ASCII that phonenumbers takes for no number because of the @ in them, as e-mail addresses are.

    What is read begins with the first digit, if no plus sign comes before, and ends with the last letter
    or digit, and no number has an @ inside. A slash or a semicolon, after which the rest may not count,
    leaves it open.
    """
    mask = np.zeros(len(cells.offsets) - 1, bool)
    at = np.flatnonzero(cells.data == ord("@"))
    if len(at) and _IS_KNOWN and not _TAKES_AT:
        row = np.searchsorted(cells.offsets, at, "right") - 1
        digits = np.append(np.flatnonzero(kind == _DIGIT), len(cells.data))
        first_digit = digits[np.searchsorted(digits, cells.offsets[row])]
        last_kind = kind[cells.offsets[row + 1] - 1]
        is_letter = _IS_LETTER[cells.data[cells.offsets[row + 1] - 1]]
        mask[row[(first_digit < at) & (is_letter | (last_kind == _DIGIT))]] = True
        mask &= ~cells.rows_with_any(_CUTTING)
    return mask


@functools.cache
def _foreign_starts() -> Pairs:
    """Return how the characters begin, other than those of ASCII, with which a number can."""
    starts = [sign for sign in map(chr, range(ASCII_END, sys.maxunicode + 1)) if sign.isdecimal()]
    return pairs_of(*(sign.encode()[:2] for sign in [*starts, "\N{FULLWIDTH PLUS SIGN}"]))


_IS_LETTER = np.array([chr(byte).isalpha() and byte < ASCII_END for byte in range(256)])
_CUTTING = np.isin(np.arange(256), [*b"/\\;"])


def _cells_with(marked: Mask, offsets: NDArray[np.int64]) -> Mask:
    """Return the cells that hold a marked byte."""
    mask = np.zeros(len(offsets) - 1, bool)
    places = np.flatnonzero(marked)
    if len(places) < len(mask):
        mask[np.searchsorted(offsets, places, "right") - 1] = True
        return mask
    # For many bytes it is cheaper to count them up to the borders of the cells.
    before = np.zeros(len(marked) + 1, np.int32)
    np.cumsum(marked, out=before[1:], dtype=np.int32)
    return np.diff(before.take(offsets)) > 0


class Spelled(NamedTuple):
    """Rows of any kind, spelled with a plus sign, digits and simple punctuation only.

    Attributes
    ----------
    text : pyarrow.Array
        ``large_string``: what is left of each row; worth nothing where the row is not viable or unclear.
    is_viable : Mask
        Rows that phonenumbers takes for a number of some kind.
    has_extension : Mask
        Rows of which an extension was cut off.
    is_unclear : Mask
        Rows that must go to the reference.
    """

    text: pa.Array
    is_viable: Mask
    has_extension: Mask
    is_unclear: Mask


# What `spelled_out` does is written after these expressions. If a version has others, all rows are unclear.
_EXPECTED = {
    "_UNWANTED_END_CHARS": r"(?u)(?:_|[^#\w])+$",
    "_SECOND_NUMBER_START": r"[\\/] *x",
    "_RFC3966_PHONE_CONTEXT": ";phone-context=",
    "_RFC3966_ISDN_SUBADDRESS": ";isub=",
    "_PLUS_CHARS": "+\N{FULLWIDTH PLUS SIGN}",
    "_VALID_START_CHAR": "[+\N{FULLWIDTH PLUS SIGN}\\d]",
}
_VIABLE: re.Pattern[str] | None = getattr(phonenumberutil, "_VALID_PHONE_NUMBER_PATTERN", None)
_EXTENSION: re.Pattern[str] | None = getattr(phonenumberutil, "_EXTN_PATTERN", None)
_TAKES_AT = any(pattern is None or "@" in pattern.pattern for pattern in (_VIABLE, _EXTENSION))
_IS_KNOWN = all(getattr(phonenumberutil, name, None) == pattern for name, pattern in _EXPECTED.items())

_BEFORE_THE_NUMBER = r"\A[^+0-9]+"
_AFTER_THE_NUMBER = r"(?:_|[^#\w])+\z"
_SECOND_NUMBER = r"(?s)[\\/] *x.*\z"
_SUBADDRESS = r"(?s);isub=.*\z"
_VANITY = r"(?s)\A(?:.*?[A-Za-z]){3}"

# Most of what is no number is seen in one go: a letter before the third digit, or a sign that stands in no number and
# no extension between other characters. Neither counts behind the beginning of a second number or of a subaddress.
_NEVER = "".join(
    rf"\x{code:02x}"
    for code in range(2, 128)  # the first two are signs of our own, below
    if _VIABLE and _EXTENSION and not (chr(code).isalnum() or chr(code).isspace() or chr(code) in "+;/\\")
    if not _VIABLE.fullmatch(f"1{chr(code)}23") and chr(code) not in _EXTENSION.pattern
)
_NOT_X = "A-WYZa-wyz"
_HOPELESS = (
    rf"\A[^0-9+]*\+*(?:[^0-9{_NOT_X};/\\]*[0-9]){{1,2}}[^0-9{_NOT_X};/\\]*[{_NOT_X}]"
    rf"|\A[^0-9+;/\\]*[0-9+][^;/\\{_NEVER}]*[{_NEVER}][^;/\\]*[0-9A-Za-z#]"
)

_UNCLEAR, _PERHAPS_MORE = "\x00", "\x01"
_UNCLEAR_ROW = f"0{_UNCLEAR}0"
_MAY_BE_MORE_THAN_PUNCTUATION = r"[\x00A-Za-z#;,~]|\A(?:[^0-9]*[0-9]){0,2}[^0-9]*\z"

_KEYS = dict(zip("23456789", ("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"), strict=True))
_NO_LETTERS = np.full(256, ord("-"), np.uint8)
for _sign in "+0123456789":
    _NO_LETTERS[ord(_sign)] = ord(_sign)
_KEYPAD = _NO_LETTERS.copy()
for _digit, _letters in _KEYS.items():
    _KEYPAD[[ord(letter) for letter in _letters + _letters.lower()]] = ord(_digit)


def spelled_out(text: pa.Array) -> Spelled:
    """Return what phonenumbers makes of the text of a ``large_string`` column before it looks at any country."""
    nothing = np.zeros(len(text), bool)
    if not (_IS_KNOWN and _VIABLE and _EXTENSION):
        return Spelled(text, nothing, nothing, ~nothing)
    is_too_long = mask_of(pc.greater(pc.utf8_length(text), TEXT_CHARACTERS_MAX))
    has_context = mask_of(pc.match_substring(text, _EXPECTED["_RFC3966_PHONE_CONTEXT"])) & ~is_too_long
    text = _in_ascii(pc.if_else(pa.array(is_too_long | has_context), "", text))
    is_possible = ~mask_of(pc.match_substring_regex(text, _HOPELESS))
    possible = picked(text, is_possible)
    for pattern in (_BEFORE_THE_NUMBER, _AFTER_THE_NUMBER, _SECOND_NUMBER, _SUBADDRESS):
        possible = pc.replace_substring_regex(possible, pattern, "")
    is_unclear = has_context | _within(is_possible, mask_of(pc.match_substring(possible, _UNCLEAR)))
    viable = rf"(?i)\A(?:{_VIABLE.pattern})\z"
    is_viable_part = mask_of(pc.match_substring_regex(possible, viable))
    is_viable = _within(is_possible, is_viable_part)
    number = picked(possible, is_viable_part)
    without = pc.replace_substring_regex(number, rf"(?i)(?:{_EXTENSION.pattern.removesuffix('$')})\z", "")
    is_shorter = mask_of(pc.less(pc.binary_length(without), pc.binary_length(number)))
    is_extended = is_shorter & mask_of(pc.match_substring_regex(without, viable))
    number = pc.if_else(pa.array(is_extended), without, number)
    is_vanity = mask_of(pc.match_substring_regex(number, _VANITY))
    number = pc.if_else(pa.array(is_vanity), _translated(number, _KEYPAD), _translated(number, _NO_LETTERS))
    spelled = pc.replace_with_mask(text, pa.array(is_viable), number)
    return Spelled(spelled, is_viable & ~is_unclear, _within(is_viable, is_extended), is_unclear)


def _within(mask: Mask, part: Mask) -> Mask:
    """Return the rows of a mask that another one, of those rows alone, has."""
    chosen = mask.copy()
    chosen[mask] = part
    return chosen


def _translated(text: pa.Array, table: NDArray[np.uint8]) -> pa.Array:
    """Return a column of ASCII text with each character replaced by another one. Missing rows become empty."""
    cells = TextBytes.of(text)
    return pa.LargeStringArray.from_buffers(
        len(text), pa.py_buffer(cells.offsets), pa.py_buffer(table.take(cells.data))
    )


def _in_ascii(text: pa.Array) -> pa.Array:
    """Return text that phonenumbers reads in the same way, or that holds a `_UNCLEAR` where there is none."""
    is_foreign = ~mask_of(pc.string_is_ascii(text))
    if not is_foreign.any():
        return text
    foreign = pa.array(is_foreign)
    spelled = pa.array([_spelled(value) for value in text.filter(foreign).to_pylist()], text.type)
    is_punctuation = pc.match_substring(spelled, _PERHAPS_MORE)
    is_more = pc.and_(is_punctuation, pc.match_substring_regex(spelled, _MAY_BE_MORE_THAN_PUNCTUATION))
    spelled = pc.if_else(is_more, _UNCLEAR_ROW, pc.replace_substring(spelled, _PERHAPS_MORE, "("))
    return pc.replace_with_mask(text, foreign, spelled)


_START = re.compile(_EXPECTED["_VALID_START_CHAR"])
_LETTER = re.compile("[A-Za-z]")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")


def _spelled(value: str) -> str:
    start = _START.search(value)
    if start is None:
        return ""
    value = value[start.start() :]
    if _UNCLEAR in value or _PERHAPS_MORE in value or (_LETTER.search(value) and _FOREIGN_DIGIT.search(value)):
        return _UNCLEAR_ROW  # letters become digits only beside ASCII digits
    return value.translate(_SPELLINGS)


class _Spellings(dict[int, str]):
    """An ASCII spelling for each character, found when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _spelling_of(chr(code))
        return found


_SPELLINGS = _Spellings({code: chr(code) for code in range(128)})


def _spelling_of(character: str) -> str:
    """Return what takes the place of a character that is not ASCII, wherever it stands in a number."""
    if character == "\N{FULLWIDTH PLUS SIGN}":
        return "+"
    if character.isdecimal():
        return str(int(character))
    is_word = re.fullmatch(r"\w", character) is not None
    is_punctuation = _VIABLE is not None and _VIABLE.fullmatch(f"1{character}23") is not None
    if _EXTENSION is not None and _EXTENSION.search(f"123{character}4"):
        return f"{_UNCLEAR}a" if is_word else _UNCLEAR
    if is_punctuation:
        return _PERHAPS_MORE if is_word or _LETTER_OR_EXTENSION.fullmatch(character) else "("
    # Nothing viable: '@' is trimmed at the end as well, a letter behind it is not.
    sign = _UNCLEAR if _LETTER_OR_EXTENSION.fullmatch(character) else "@"
    return f"{sign}a" if is_word else sign


# Characters that match a letter or a part of an extension, in either case: 'K' is also the sign of the kelvin.
_LETTER_OR_EXTENSION = re.compile(
    f"[a-z{''.join(sign for sign in _EXTENSION.pattern if not sign.isascii()) if _EXTENSION else ''}]", re.IGNORECASE
)
