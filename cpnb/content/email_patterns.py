"""Which e-mail addresses can be judged by their shape alone, and how: three classes, by regular expressions.

Arrow runs them with RE2, in time linear in the text. Characters, lengths and reserved names are those of the
installed email-validator.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

import email_validator
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from email_validator.rfc_constants import (
    ATEXT,
    DNS_LABEL_LENGTH_LIMIT,
    DOMAIN_MAX_LENGTH,
    EMAIL_MAX_LENGTH,
    HOSTNAME_LABEL,
    LOCAL_PART_MAX_LENGTH,
)

from cpnb.content.rule import Mask, mask_of

# Text of so many bytes is within every limit, wherever its @ and its dots are.
_SHORT_BYTES = min(LOCAL_PART_MAX_LENGTH, DNS_LABEL_LENGTH_LIMIT, DOMAIN_MAX_LENGTH, EMAIL_MAX_LENGTH)

_FOREIGN = r"\x{80}-\x{10FFFF}"

# What every valid address of ASCII letters is; most that match are valid, and the parts tell.
_ASCII_SHAPE = rf"\A[{ATEXT}]+(?:\.[{ATEXT}]+)*@(?:{HOSTNAME_LABEL}\.)+(?:[a-zA-Z0-9][a-zA-Z0-9\-]*)?[a-zA-Z]\z"

# What every valid address with other letters is: before the @ they count as letters, and after it some of
# them become letters, digits, hyphens or dots only when they are normalised.
_FOREIGN_SHAPE = rf"\A[{ATEXT}{_FOREIGN}]+(?:\.[{ATEXT}{_FOREIGN}]+)*@[a-zA-Z0-9\-.{_FOREIGN}]+\z"


class Shapes(NamedTuple):
    """The three patterns: what is valid, and what else an address of ASCII or of other letters can look like."""

    valid: str
    ascii: str
    foreign: str


def shapes() -> Shapes:
    """Return the patterns for the installed email-validator and the names that it reserves now."""
    return Shapes(_valid_shape(tuple(email_validator.SPECIAL_USE_DOMAIN_NAMES)), _ASCII_SHAPE, _FOREIGN_SHAPE)


class Classes(NamedTuple):
    """Every row is in one of three classes; the third, of which no mask is kept, is what is no address.

    Attributes
    ----------
    valid : array of bool
        Addresses, beyond doubt. They are ASCII, and their domain is not internationalised.
    unclear : array of bool
        Perhaps. They have exactly one @, something on both sides of it, and at most 254 bytes.
    """

    valid: Mask
    unclear: Mask


def classes_of(text: pa.Array, patterns: Shapes | None = None) -> Classes:
    """Return which rows are valid addresses, and of which the shape alone cannot tell.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``. A missing cell is in neither class.
    patterns : Shapes, optional
        By default those of `shapes`.
    """
    patterns = patterns or shapes()
    shaped = mask_of(pc.match_substring_regex(text, patterns.valid))
    size_bytes = pc.binary_length(text).fill_null(0).to_numpy(zero_copy_only=False)
    valid = shaped & _within_limits(text, shaped, size_bytes)
    # All but a display name and quotes, which are refused here, counts for the length. And longer text never
    # reaches the library, of which some versions need time that grows with the square of the length.
    left = np.flatnonzero(~valid & (size_bytes <= EMAIL_MAX_LENGTH) & (size_bytes > 0))
    unclear = np.zeros(len(text), dtype=bool)
    if len(left):
        rest = text.take(pa.array(left))
        is_ascii = mask_of(pc.string_is_ascii(rest))
        unclear[left] = mask_of(pc.match_substring_regex(rest, patterns.ascii)) & is_ascii
        if not is_ascii.all():
            foreign = left[~is_ascii]
            unclear[foreign] = mask_of(pc.match_substring_regex(text.take(pa.array(foreign)), patterns.foreign))
    return Classes(valid, unclear)


def _within_limits(text: pa.Array, shaped: Mask, size_bytes: np.ndarray) -> Mask:
    """Return which of the addresses of a valid shape are within all limits, as far as a look at the @ tells."""
    within = size_bytes <= _SHORT_BYTES
    long = np.flatnonzero(shaped & ~within & (size_bytes <= EMAIL_MAX_LENGTH))
    if len(long):
        at = pc.find_substring(text.take(pa.array(long)), "@").to_numpy(zero_copy_only=False)
        # A domain that is no longer than a label may be has no label that is too long.
        after = size_bytes[long] - at - 1
        within[long] = (at <= LOCAL_PART_MAX_LENGTH) & (after <= min(DNS_LABEL_LENGTH_LIMIT, DOMAIN_MAX_LENGTH))
    return within


@functools.lru_cache(maxsize=8)
def _valid_shape(reserved: tuple[str, ...]) -> str:
    """Return the pattern of addresses that are valid by their shape, up to their length.

    No label has two hyphens in a row, as Punycode has, and the last one is letters alone and not that of
    a reserved name.
    """
    label = "[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*"
    last_labels = {name.rpartition(".")[2].lower() for name in reserved}
    top = _letters_other_than({"", *last_labels})
    return rf"\A[{ATEXT}]+(?:\.[{ATEXT}]+)*@(?:{label}\.)+{top}\z"


def _letters_other_than(words: Collection[str]) -> str:
    """Return a pattern for every text of ASCII letters, the empty one too, that is none of some words.

    Letter case does not count. Written out letter by letter, because RE2 has no way to say "but not".
    """
    continuations: dict[str, set[str]] = defaultdict(set)
    for word in words:
        if word.isascii() and word.isalpha():
            continuations[word[0]].add(word[1:])
    others = "".join(letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in continuations)
    branches = [f"[{letter}{letter.upper()}]{_letters_other_than(ends)}" for letter, ends in continuations.items()]
    if others:
        branches.append(f"[{others}{others.upper()}][a-zA-Z]*")
    return f"(?:{'|'.join(branches)}){'?' if '' not in words else ''}"
