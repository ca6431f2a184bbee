"""PHONE_NUMBER: a number that could be dialled, judged by phonenumbers in the region that was given."""

from __future__ import annotations

from typing import NamedTuple

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import NumberParseException, PhoneNumberFormat

from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, distinct, mask_of

PHONE_INVALID = Problem(
    "phone_invalid",
    Severity.ERROR,
    Provenance.GUIDE,
    "not a valid phone number",
    "Check for missing digits, and that the region is right. The safest form is E.164, such as +12065550100.",
)
PHONE_WITHOUT_COUNTRY = Problem(
    "phone_without_country",
    Severity.ERROR,
    Provenance.CAUTION,
    "a phone number without a country",
    "It does not begin with '+' and no region says where it is dialled: give the field map a region, such as "
    "region='US', or name a region_column.",
)
PHONE_NOT_E164 = Problem(
    "phone_not_e164",
    Severity.WARNING,
    Provenance.GUIDE,
    "a valid phone number that is not in E.164 form",
    "The service finds it in any form, but dials safely only +, country code and digits, such as +12065550100.",
)
REGION_UNKNOWN = Problem(
    "region_unknown",
    Severity.WARNING,
    Provenance.CAUTION,
    "beside an empty or unknown region",
    "The region column should hold two-letter codes such as 'US' or 'DE'; these numbers are read without a region.",
)

_E164 = r"\A\+[1-9][0-9]{1,14}\z"
# Between a value and its region; a region never holds it, so the last one is always ours.
_SEPARATOR = "\x1f"


class _Verdict(NamedTuple):
    is_invalid: bool
    lacks_country: bool
    e164: str | None


def is_phone(text: str, region: str | None = None) -> bool:
    """Tell whether phonenumbers reads the text as a valid number, dialled in `region` if it has no ``+``.

    Examples
    --------
    >>> is_phone("(206) 555-0100", "US"), is_phone("(206) 555-0100")
    (True, False)
    """
    verdict = _verdict(text, region)
    return not (verdict.is_invalid or verdict.lacks_country)


def _verdict(text: str, region: str | None) -> _Verdict:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        lacks_country = region is None and error.error_type == NumberParseException.INVALID_COUNTRY_CODE
        lacks_country = lacks_country and "+" not in text and "\N{FULLWIDTH PLUS SIGN}" not in text
        return _Verdict(not lacks_country, lacks_country, None)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    extension = f";{number.extension}" if number.extension else ""
    return _Verdict(not phonenumbers.is_valid_number(number), lacks_country=False, e164=e164 + extension)


def _known_regions(regions: pa.Array) -> pa.Array:
    """Return region codes in capitals; null where there is none that phonenumbers knows."""
    codes = pc.utf8_upper(pc.utf8_trim_whitespace(regions))
    known = pc.is_in(codes, value_set=pa.array(sorted(phonenumbers.SUPPORTED_REGIONS), codes.type))
    return pc.if_else(known, codes, pa.scalar(None, codes.type))


def _verdicts(text: pa.Array, region: str | pa.Array | None) -> tuple[list[_Verdict], pa.Array]:
    """Return one verdict for each distinct number and region, and for each row the index of its own."""
    if region is None or isinstance(region, str):
        values, indices = distinct(text)
        return [_verdict(value, region) for value in values], indices
    beside = pc.fill_null(_known_regions(region), "").cast(text.type)
    pairs, indices = distinct(pc.binary_join_element_wise(text, beside, pa.scalar(_SEPARATOR, text.type)))
    split = (pair.rpartition(_SEPARATOR) for pair in pairs)
    return [_verdict(value, code or None) for value, _, code in split], indices


def phone_rule(region: str | None) -> Rule:
    """Return the rule for a phone field whose numbers without ``+`` are all dialled in `region`, or in none.

    Source: AWS re:Post guide to CSV uploads (invalid numbers fail their record); no grammar is
    published, the verdict is that of phonenumbers' ``parse`` and ``is_valid_number``. E.164:
    administrator guide, 'mapping-field-definitions'.
    """

    def failing(column: TextColumn) -> tuple[Mask, Mask, Mask]:
        return _failing(column.text, region)

    return Rule((PHONE_INVALID, PHONE_WITHOUT_COUNTRY, PHONE_NOT_E164), failing)


def _failing(text: pa.Array, region: str | pa.Array | None) -> tuple[Mask, Mask, Mask]:
    verdicts, indices = _verdicts(text, region)
    invalid = mask_of(pa.array([one.is_invalid for one in verdicts], pa.bool_()).take(indices))
    no_country = mask_of(pa.array([one.lacks_country for one in verdicts], pa.bool_()).take(indices))
    valid = mask_of(text.is_valid()) & ~invalid & ~no_country
    return invalid, no_country, valid & ~mask_of(pc.match_substring_regex(text, _E164))


def _failing_by_row(column: TextColumn) -> tuple[Mask, ...]:
    unknown = mask_of(_known_regions(column.regions).is_null()) & mask_of(column.text.is_valid())
    return (*_failing(column.text, column.regions), unknown)


RULE_BY_ROW = Rule((PHONE_INVALID, PHONE_WITHOUT_COUNTRY, PHONE_NOT_E164, REGION_UNKNOWN), _failing_by_row)
"""The rule for a phone field whose regions are in a column. A region that is empty or unknown is none at
all, never the map's: a country is not guessed. Source: as for `phone_rule`."""


def comparable(text: pa.Array, region: str | pa.Array | None) -> pa.Array:
    """Return numbers as the service compares them: without regard to their formatting.

    What phonenumbers can read becomes E.164, valid or not; of the rest the digits count, and where
    there are none the text.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``.
    region : str or pyarrow.Array, optional
        Where numbers without ``+`` are dialled: one region for all, or one for each row.

    Source: Amazon Connect administrator guide, 'mapping-field-definitions' (formatting is ignored).
    """
    verdicts, indices = _verdicts(text, region)
    read = pa.array([one.e164 for one in verdicts], text.type).take(indices)
    digits = pc.replace_substring_regex(text, r"[^\pN]", "")
    return pc.coalesce(read, pc.if_else(pc.equal(digits, ""), text, digits))
