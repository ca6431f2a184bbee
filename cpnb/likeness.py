"""What the values of a column look like, in content types: how many would be valid as what."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content import email_address, number, phone_number
from cpnb.content.rule import Mask, TextColumn, mask_of
from cpnb.content_types import ContentType


class Look(StrEnum):
    """What values can be told to be by looking at them."""

    EMAIL = "e-mail"
    DATE = "date"
    PHONE = "phone"
    NUMBER = "number"
    NAME = "name-like text"

    @property
    def content_type(self) -> ContentType:
        """How the service would compare such values; exactly, where it is for the analyst to say."""
        return _CONTENT_TYPES.get(self, ContentType.STRING)

    @classmethod
    def of_content_type(cls, content_type: ContentType) -> Look | None:
        """Return what values of a content type must look like, or None if any text will do."""
        return next((look for look, known in _CONTENT_TYPES.items() if known is content_type), None)


_CONTENT_TYPES = {
    Look.EMAIL: ContentType.EMAIL_ADDRESS,
    Look.PHONE: ContentType.PHONE_NUMBER,
    Look.NUMBER: ContentType.NUMBER,
}

# Of the values that are there: so many make a column of a kind without a doubt, and at least so many at all.
_NEARLY_ALL = 0.8
_MOST = 0.5

_YEAR, _MONTH, _DAY = "(1[89]|20)[0-9]{2}", "(0?[1-9]|1[0-2])", "(0?[1-9]|[12][0-9]|3[01])"
_DATE = (
    rf"\A({_YEAR}[-/.]{_MONTH}[-/.]{_DAY}|{_YEAR}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
    rf"|({_DAY}[-/. ]{_MONTH}|{_MONTH}[-/. ]{_DAY})[-/. ]({_YEAR}|[0-9]{{2}}))([T ][0-9:.,Z+ -]*)?\z"
)
_NAME = r"\A[\pL\pM][\pL\pM .,'\x{2019}-]*\z"
_LONGEST_NAME = 80
# Digits and signs, and an extension: a number that is spelt with letters is looked for only where a map says so.
_DIALLED = r"(?i)\A[^\pL@]*\pN[^\pL@]*((x|ext)[^\pL@]*)?\z"


def look_counts(
    text: pa.Array, region: str | pa.Array | None, *, table_rows: int, expected: Look | None = None
) -> dict[Look, int]:
    """Return how many values look like what; one value can look like several things.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``; null is missing.
    region : str or pyarrow.Array, optional
        Where phone numbers without ``+`` are dialled, for all or for each row.
    table_rows : int
        Rows of the whole table, so that the rules may prepare themselves for many.
    expected : Look, optional
        What the field map says. A column of phone numbers is then examined whole; elsewhere only what is
        written with digits counts as one.

    E-mail addresses, phone numbers and numbers are judged by the rules of a validation; dates and names by
    how they are written.
    """
    return {
        Look.EMAIL: _email_count(text, table_rows),
        Look.DATE: _count(mask_of(pc.match_substring_regex(text, _DATE))),
        Look.PHONE: _phone_count(text, region, table_rows, everything=expected),
        Look.NUMBER: _number_count(text),
        Look.NAME: _name_count(text),
    }


def _count(mask: Mask) -> int:
    return int(mask.sum())


def _email_count(text: pa.Array, table_rows: int) -> int:
    candidates = text.filter(pc.match_substring(text, "@"))
    return _count(email_address.valid(candidates, table_rows=table_rows)) if len(candidates) else 0


def _phone_count(text: pa.Array, region: str | pa.Array | None, table_rows: int, *, everything: Look | None) -> int:
    chosen = text.is_valid()
    if everything is not Look.PHONE:
        chosen = pc.match_substring_regex(text, _DIALLED)
        if region is None:  # such a number says its country itself
            chosen = pc.and_(chosen, pc.match_substring_regex(text, "[+\N{FULLWIDTH PLUS SIGN}]"))
    candidates = text.filter(chosen)
    if not len(candidates):
        return 0
    regions = region.filter(chosen) if isinstance(region, pa.Array) else region
    return _count(phone_number.valid(candidates, regions, table_rows=table_rows))


def _name_count(text: pa.Array) -> int:
    # The length is counted apart: in the pattern, it would be compiled into eighty copies of all letters.
    short = pc.less_equal(pc.utf8_length(text), _LONGEST_NAME)
    return _count(mask_of(pc.and_(pc.match_substring_regex(text, _NAME), short)))


def _number_count(text: pa.Array) -> int:
    refused = sum(map(_count, number.RULE.failing(TextColumn(text))))
    return len(text) - int(text.null_count) - refused


def likeliest(counts: Mapping[Look, int], value_count: int) -> Look | None:
    """Return what a column looks like: what nearly all values are, else what most are, else None.

    Of several that fit, the one that says most comes first: digits can be a phone number, and letters a name.
    """
    for share in (_NEARLY_ALL, _MOST):
        for look in Look:
            if value_count and counts[look] >= share * value_count:
                return look
    return None
