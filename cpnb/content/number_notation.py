"""Numbers as people write them, ``$1,234.50`` or ``1.234,5``: read where they can only mean one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content import number
from cpnb.content.cells import mended_where, picked
from cpnb.content.rule import Mask, TextColumn, mask_of

_CURRENCY = r"(?:[$€£¥₹₽₩₺₴₪฿₫₱]|USD|EUR|GBP|CHF|CAD|AUD|NZD|JPY|CNY|INR|BRL|MXN|PLN|CZK|SEK|NOK|DKK|HUF|TRY|ZAR)"
_AMOUNT = (
    rf"\A(?P<sign>[+-]?)(?:(?P<before>{_CURRENCY})\s*)?(?P<inner>[+-]?)"
    rf"(?P<body>[0-9](?:[0-9.,'\x{{2019}}\x{{a0}}\x{{2009}}\x{{202f}} ]*[0-9])?)(?:\s*(?P<after>{_CURRENCY}))?\z"
)
_GROUP = "[0-9]{1,3}"
# What stands between thousands and nowhere else.
_SPACERS = (" ", r"\x{a0}", r"\x{2009}", r"\x{202f}", "'", r"\x{2019}")

# Forms that can be read in one way only.
_COMMAS_BETWEEN = rf"\A{_GROUP}(?:(?:,[0-9]{{3}})+\.[0-9]+|(?:,[0-9]{{3}}){{2,}})\z"
_POINTS_BETWEEN = rf"\A{_GROUP}(?:(?:\.[0-9]{{3}})+,[0-9]+|(?:\.[0-9]{{3}}){{2,}})\z"
_SPACED = "|".join(rf"\A{_GROUP}(?:{mark}[0-9]{{3}})+(?:[.,][0-9]+)?\z" for mark in _SPACERS)
_DECIMAL_COMMA = r"\A(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|(?:0[0-9]*|[0-9]{4,}),[0-9]{3})\z"
# Forms that can be read in two: thousands, or three decimals.
_ONE_COMMA = r"\A[1-9][0-9]{0,2},[0-9]{3}\z"
_ONE_POINT = r"\A[1-9][0-9]{0,2}\.[0-9]{3}\z"
# Four groups, as an address of the internet has them.
_LIKE_AN_ADDRESS = r"\A[0-2]?[0-9]{1,2}(?:\.[0-2][0-9]{2}){3}\z"
_WHOLE_OR_DECIMAL = r"\A[0-9]+(?:\.[0-9]+)?\z"
_DECIMAL_POINT = r"\A[+-]?(?:0|[0-9]{4,})?\.[0-9]+\z|\A[+-]?[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})\z"

GROUPING_COMMAS = "commas between thousands"
GROUPING_POINTS = "points between thousands"
DECIMAL_COMMAS = "commas before decimals"
DECIMAL_POINTS = "points before decimals"
_CURRENCIES = "currency "
# So many cells must show what a comma means in a column before it is believed of those that do not.
_TELLING_CELLS = 3


def _suspected(text: pa.Array) -> Mask:
    invalid, _ = number.RULE.failing(TextColumn(text))
    return invalid


def _matching(text: pa.Array, pattern: str) -> Mask:
    return mask_of(pc.match_substring_regex(text, pattern))


def tells(text: pa.Array) -> Counter[str]:
    """Return what a part of a column tells about the whole: what its commas mean, and which currencies it has."""
    part = text.filter(pa.array(_suspected(text)))
    amounts = pc.extract_regex(part, _AMOUNT).drop_null()
    told = Counter({DECIMAL_POINTS: int(_matching(text, _DECIMAL_POINT).sum())})
    if not len(amounts):
        return +told
    body = amounts.field("body")
    decimals = _matching(body, _POINTS_BETWEEN) | _matching(body, _DECIMAL_COMMA)
    decimals |= _matching(body, _SPACED) & _matching(body, ",")
    told[DECIMAL_COMMAS] = int(decimals.sum())
    told[GROUPING_POINTS] = int(_matching(body, _POINTS_BETWEEN).sum())
    told[GROUPING_COMMAS] = int(_matching(body, _COMMAS_BETWEEN).sum())
    for mark in ("before", "after"):
        for pair in pc.value_counts(amounts.field(mark)).to_pylist():
            told[_CURRENCIES + pair["values"]] += pair["counts"] if pair["values"] else 0
    return +told


def plain(text: pa.Array, seen: Mapping[str, int]) -> pa.Array:
    """Return numbers without thousands signs and currency, and with a decimal point, where that is certain.

    One comma before three digits, ``1,234``, is thousands if the column shows so elsewhere and
    nothing else, and a decimal comma likewise; in a column with decimal commas, no decimal points,
    and points between thousands for certain, ``1.234`` is thousands as well. In a column with several
    currencies, amounts that name one stay. Percent signs, brackets and exponents stay.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``.
    seen : mapping of str to int
        What `tells` said of the whole column.
    """
    mended = mended_where(text, _suspected(text), lambda part: _mended(part, seen))
    if _comma(seen) != DECIMAL_COMMAS or seen.get(DECIMAL_POINTS, 0) or not seen.get(GROUPING_POINTS, 0):
        return mended
    thousands = _matching(text, _ONE_POINT)  # judged as it came: a decimal comma has just become a point
    return mended_where(mended, thousands, lambda part: pc.replace_substring(part, ".", ""))


def _comma(seen: Mapping[str, int]) -> str | None:
    """Return what a comma means in the whole column, or None if that is not shown."""
    # Amounts of several currencies stay as they are, so they must not decide how the others are read.
    if sum(key.startswith(_CURRENCIES) for key in seen) > 1:
        return None
    counts = {meaning: seen.get(meaning, 0) for meaning in (GROUPING_COMMAS, DECIMAL_COMMAS)}
    meaning, count = max(counts.items(), key=lambda pair: pair[1])
    return meaning if count >= _TELLING_CELLS and count == sum(counts.values()) else None


def _mended(part: pa.Array, seen: Mapping[str, int]) -> pa.Array:
    amounts = pc.extract_regex(part, _AMOUNT)
    is_amount = mask_of(amounts.is_valid())
    kept = picked(amounts, is_amount)
    before, after, sign, inner = (kept.field(name) for name in ("before", "after", "sign", "inner"))
    currency = pc.binary_join_element_wise(before, after, pa.scalar("", before.type))
    twofold = mask_of(pc.and_(pc.not_equal(before, ""), pc.not_equal(after, "")))
    twofold |= mask_of(pc.and_(pc.not_equal(sign, ""), pc.not_equal(inner, "")))
    if sum(key.startswith(_CURRENCIES) for key in seen) > 1:
        twofold |= mask_of(pc.not_equal(currency, ""))
    value = _value(kept.field("body"), _comma(seen))
    signed = pc.binary_join_element_wise(sign, inner, value, pa.scalar("", value.type)).cast(part.type)
    settled = pc.and_(value.is_valid(), pa.array(~twofold))
    return pc.replace_with_mask(part, pa.array(is_amount), pc.if_else(settled, signed, picked(part, is_amount)))


def _value(body: pa.Array, comma: str | None) -> pa.Array:
    """Return the digits of each amount with a decimal point; null where they can be read in two ways."""
    without_commas = pc.replace_substring(body, ",", "")
    commas_to_points = pc.replace_substring(body, ",", ".")
    spacers = "|".join(_SPACERS)
    readings = [
        (_COMMAS_BETWEEN, without_commas),
        (_POINTS_BETWEEN, pc.replace_substring(pc.replace_substring(body, ".", ""), ",", ".")),
        (_SPACED, pc.replace_substring_regex(commas_to_points, spacers, "")),
        (_DECIMAL_COMMA, commas_to_points),
    ]
    if comma is not None:
        readings.append((_ONE_COMMA, without_commas if comma == GROUPING_COMMAS else commas_to_points))
    if comma == GROUPING_COMMAS:
        readings.append((_ONE_POINT, body))
    readings.append((_LIKE_AN_ADDRESS, pa.scalar(None, body.type)))
    value = pa.nulls(len(body), body.type)
    plain_already = pc.and_not(
        pc.match_substring_regex(body, _WHOLE_OR_DECIMAL), pc.match_substring_regex(body, _ONE_POINT)
    )
    for where, reading in [(plain_already, body), *((pc.match_substring_regex(body, one), to) for one, to in readings)]:
        value = pc.if_else(where, reading, value)
    return value
