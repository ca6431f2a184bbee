"""The reference: what phonenumbers itself says of one text."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


class Outcome(IntEnum):
    """What a row is."""

    INVALID = 0
    VALID = 1
    LACKS_COUNTRY = 2
    """It could be a number, but has no plus sign, and there is no region."""
    UNDECIDED = 3
    """Not known yet; never seen outside."""


class Verdict(NamedTuple):
    """What the reference says of one text.

    Attributes
    ----------
    outcome : Outcome
        What it is.
    e164 : str, optional
        Its E.164 form if it can be read, valid or not.
    extension : str
        Its extension, or nothing.
    """

    outcome: Outcome
    e164: str | None
    extension: str

    @property
    def complete_e164(self) -> str | None:
        """The E.164 form of a valid number that loses nothing by it."""
        return self.e164 if self.outcome is Outcome.VALID and not self.extension else None


def verdict(text: str, region: str | None) -> Verdict:
    """Return what phonenumbers says of a text, dialled in a region or in none."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        lacks_country = region is None and error.error_type == NumberParseException.INVALID_COUNTRY_CODE
        lacks_country = lacks_country and "+" not in text and "\N{FULLWIDTH PLUS SIGN}" not in text
        return Verdict(Outcome.LACKS_COUNTRY if lacks_country else Outcome.INVALID, None, "")
    outcome = Outcome.VALID if phonenumbers.is_valid_number(number) else Outcome.INVALID
    return Verdict(outcome, phonenumbers.format_number(number, PhoneNumberFormat.E164), number.extension or "")


def read_out(text: str, region: str | None) -> str | None:
    """Return the E.164 form and the extension of what phonenumbers can read, valid or not; else None."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    e164: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{e164};{number.extension}" if number.extension else e164
