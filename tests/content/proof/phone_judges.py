"""What phonenumbers says of phone numbers, and what we say."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

import numpy as np
import phonenumbers
import pyarrow as pa
from phonenumbers import NumberParseException, PhoneNumberFormat

from cpnb.content import phone_number, phone_table
from cpnb.content.phone_reading import read
from cpnb.content.phone_reference import Outcome
from cpnb.content.phone_table import PhoneTables
from tests.content.proof.agreement import Proof
from tests.content.proof.unwatched import NoCanary

BATCH_ROWS = 50_000
TABLE_ROWS = 1_000_000  # so that no column is too short for the fast path


class Verdict(NamedTuple):
    """What is said of a phone number.

    Attributes
    ----------
    is_valid : bool
        Whether it can be dialled.
    lacks_country : bool
        Whether nothing says in which country it is dialled: no region, no plus, and no number that can be read.
    e164 : str or None
        Its E.164 form, if it is valid and has no extension, which that form would lose.
    """

    is_valid: bool
    lacks_country: bool
    e164: str | None


def reference(text: str, region: str | None) -> Verdict:
    """Return what phonenumbers says, with no rule of ours but what to call a country that is missing."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        unknown_country = error.error_type == NumberParseException.INVALID_COUNTRY_CODE
        has_plus = "+" in text or "\N{FULLWIDTH PLUS SIGN}" in text
        return Verdict(is_valid=False, lacks_country=region is None and unknown_country and not has_plus, e164=None)
    if not phonenumbers.is_valid_number(number):
        return Verdict(is_valid=False, lacks_country=False, e164=None)
    e164 = None if number.extension else phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Verdict(is_valid=True, lacks_country=False, e164=e164)


class Column(NamedTuple):
    """What we say of a column, and how much of it without asking the library."""

    verdicts: list[Verdict]
    decided_rows: int


TABLES = PhoneTables()
"""Tables of the proof's own, complete for each region that it comes to."""


def ours(texts: list[str], region: str | None) -> Column:
    """Return what the fast path says of a whole column."""
    column = pa.array(texts, pa.large_string())
    phone_table.compiled(region, TABLES)
    TABLES.canary = canary = NoCanary()
    blocks = read(column, region, lambda block: block.outcome, table_rows=TABLE_ROWS, tables=TABLES)
    decided_rows = canary.decided_rows
    lacks_country = np.concatenate(blocks) == Outcome.LACKS_COUNTRY
    valid = phone_number.valid(column, region, table_rows=TABLE_ROWS, tables=TABLES)
    e164 = phone_number.e164(column, region, table_rows=TABLE_ROWS, tables=TABLES)
    rows = zip(valid.tolist(), lacks_country.tolist(), e164.to_pylist(), strict=True)
    return Column([Verdict(*row) for row in rows], decided_rows)


def try_all(proof: Proof, name: str, texts: Iterable[str], region: str | None) -> None:
    """Compare both on all texts, a batch at a time."""
    left = iter(texts)
    while batch := list(islice(left, BATCH_ROWS)):
        theirs = [reference(text, region) for text in batch]
        column = ours(batch, region)
        proof.compare(name, batch, (theirs, column.verdicts), decided=column.decided_rows, region=region)
