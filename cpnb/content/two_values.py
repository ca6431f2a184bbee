"""Two e-mail addresses or two phone numbers in one cell."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content import email_address
from cpnb.content.cells import mended_where, none_of, picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, by_distinct, mask_of
from cpnb.content.text_bytes import ASCII_END, TextBytes, ends_among

TWO_EMAILS = Problem(
    "two_emails",
    Severity.WARNING,
    Provenance.CAUTION,
    "with more than one e-mail address",
    "A cell holds one: put the others into columns of their own, such as for PersonalEmailAddress. "
    "df.cp.clean(fields, steps=['defaults', 'first_of_several']) keeps the first.",
)
TWO_PHONES = Problem(
    "two_phones",
    Severity.WARNING,
    Provenance.CAUTION,
    "with more than one phone number",
    "A cell holds one: put the others into columns of their own, such as for MobilePhoneNumber. "
    "df.cp.clean(fields, steps=['defaults', 'first_of_several']) keeps the first.",
)

_WORDS = r"(?:or|and|&|und|oder|et|ou|y|o)"
_BETWEEN_EMAILS = re.compile(rf"\s*[;,/|]\s*|\s+(?:{_WORDS}\s+)?", re.IGNORECASE)
_BETWEEN_PHONES = re.compile(rf"\s*[;,/|\n]\s*|\s+{_WORDS}\s+", re.IGNORECASE)
_PHONE = re.compile(r"[+(]?[0-9](?:[ ().-]*[0-9]){6,14}")
_PHONES = rf"(?i)[0-9]\s*(?:[;,/|\n]|\s{_WORDS}\s)\s*[+(]?[0-9]"
_SHORTEST_PHONES = 15
# Separators and spaces, of any script, may stand around them.
_AROUND = (*b";,/|", *range(ord(" ") + 1), *range(ASCII_END, 256))
_ENDS_OF_PHONES = ends_among((*b"+(0123456789", *_AROUND), (*b"0123456789", *_AROUND))


def emails(text: pa.Array) -> Mask:
    """Return the rows with more than one address, and nothing else, in their cell."""
    return _emails(text, TextBytes.of(text))


def _emails(text: pa.Array, found: TextBytes) -> Mask:
    rows = np.searchsorted(found.offsets, np.flatnonzero(found.data == ord("@")), side="right") - 1
    mask: Mask = np.bincount(rows, minlength=len(text)) > 1 if len(rows) else none_of(text)
    if mask.any():
        mask[mask] = _several_emails(picked(text, mask).to_pylist())
    return mask


def phones(text: pa.Array) -> Mask:
    """Return the rows with more than one phone number, and nothing else, in their cell."""
    return _phones(text, TextBytes.of(text))


def _phones(text: pa.Array, found: TextBytes) -> Mask:
    # Most numbers are shorter than two are, and only the others are looked at more closely.
    mask: Mask = found.lengths >= _SHORTEST_PHONES
    if mask.any():
        mask &= found.with_ends(_ENDS_OF_PHONES)
    if mask.any():
        mask[mask] = mask_of(pc.match_substring_regex(picked(text, mask), _PHONES))
    if mask.any():
        mask[mask] = by_distinct(picked(text, mask), lambda cell: bool(_first_phone(cell)))
    return mask


def first_email(text: pa.Array) -> pa.Array:
    """Return the first address of each cell that holds several, and every other cell as it is."""
    return mended_where(text, emails(text), lambda part: _each(part, lambda cell: _parts(cell)[0]))


def first_phone(text: pa.Array) -> pa.Array:
    """Return the first number of each cell that holds several, and every other cell as it is."""
    return mended_where(text, phones(text), lambda part: _each(part, _first_phone))


def _each(part: pa.Array, first: Callable[[str], str]) -> pa.Array:
    return pa.array([first(cell) for cell in part.to_pylist()], pa.large_string())


def _several_emails(cells: list[str]) -> Mask:
    """Return which cells are several addresses and nothing else."""
    parts = [_parts(cell) for cell in cells]
    counts = np.array([len(one) for one in parts])
    valid = email_address.valid(pa.array([part for one in parts for part in one], pa.large_string()))
    # The sum of the valid parts up to the end of each cell, less that up to its beginning.
    ends = np.cumsum(counts)
    valid_up_to = np.concatenate([[0], np.cumsum(valid)])
    several: Mask = (counts > 1) & (valid_up_to[ends] - valid_up_to[ends - counts] == counts)
    return several


def _parts(cell: str) -> list[str]:
    return [part for part in _BETWEEN_EMAILS.split(cell.strip()) if part]


def _first_phone(cell: str) -> str:
    """Return the first of several numbers, or nothing if the cell holds anything else."""
    parts = [part for part in _BETWEEN_PHONES.split(cell.strip()) if part]
    return parts[0] if len(parts) > 1 and all(map(_PHONE.fullmatch, parts)) else ""


def _emails_failing(column: TextColumn) -> tuple[Mask]:
    return (_emails(column.text, column.bytes),)


def _phones_failing(column: TextColumn) -> tuple[Mask]:
    return (_phones(column.text, column.bytes),)


EMAILS_RULE = Rule((TWO_EMAILS,), _emails_failing)
PHONES_RULE = Rule((TWO_PHONES,), _phones_failing)
"""Only what is two values for certain, each complete. Source: our caution."""
