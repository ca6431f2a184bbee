"""PHONE_NUMBER: a number that could be dialled, judged by phonenumbers in the region that was given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cpnb.content.phone_reading import BLOCK_ROWS, BlockReading, read, replaced
from cpnb.content.phone_reference import Outcome, read_out, verdict
from cpnb.content.phone_table import TABLES, PhoneTables
from cpnb.content.phone_text import dialled, scan, spelled_out
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
    "The service finds it in any form, but dials safely only +, country code and digits, such as +12065550100: "
    "df.cp.clean() writes it so.",
)
REGION_UNKNOWN = Problem(
    "region_unknown",
    Severity.WARNING,
    Provenance.CAUTION,
    "beside an empty or unknown region",
    "The region column should hold two-letter codes such as 'US' or 'DE'; these numbers are read without a region.",
)


def is_phone(text: str, region: str | None = None) -> bool:
    """Tell whether phonenumbers reads the text as a valid number, dialled in `region` if it has no ``+``.

    Examples
    --------
    >>> is_phone("(206) 555-0100", "US"), is_phone("(206) 555-0100")
    (True, False)
    """
    return verdict(text, region).outcome is Outcome.VALID


def _known_regions(regions: pa.Array) -> pa.Array:
    """Return region codes in capitals; null where there is none that phonenumbers knows."""
    codes = pc.utf8_upper(pc.utf8_trim_whitespace(regions))
    known = pc.is_in(codes, value_set=pa.array(sorted(phonenumbers.SUPPORTED_REGIONS), codes.type))
    return pc.if_else(known, codes, pa.scalar(None, codes.type))


class _Judged(NamedTuple):
    """What the rule needs of a block."""

    outcome: NDArray[np.uint8]
    is_e164: Mask


def _judged(block: BlockReading) -> _Judged:
    return _Judged(block.outcome, block.is_e164)


class _Part(NamedTuple):
    """The rows of a column that are dialled in one region, or in none, and how many the whole table has of them."""

    region: str | None
    rows: NDArray[np.int64]
    text: pa.Array
    table_rows: int


def _by_region(text: pa.Array, regions: pa.Array, table_rows: int) -> Iterator[_Part]:
    """Yield the parts of a column. Rows beside an unknown region are dialled in none."""
    codes = _known_regions(_column(regions)).dictionary_encode()
    number = pc.fill_null(codes.indices, len(codes.dictionary)).to_numpy(zero_copy_only=False)
    for index, code in enumerate([*codes.dictionary.to_pylist(), None]):
        rows = np.flatnonzero(number == index)
        if len(rows):
            yield _Part(code, rows, text.take(pa.array(rows)), len(rows) * table_rows // len(text))


def _column(text: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column as one ``large_string`` array."""
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    return text if pa.types.is_large_string(text.type) else text.cast(pa.large_string())


def _judge(text: pa.Array, region: str | pa.Array | None, table_rows: int, tables: PhoneTables) -> _Judged:
    """Return what the rule needs of each row."""
    text = _column(text)
    if region is None or isinstance(region, str):
        blocks = read(text, region, _judged, table_rows=table_rows, tables=tables)
        return _Judged(*map(np.concatenate, zip(*blocks, strict=True)))
    judged = _Judged(np.zeros(len(text), np.uint8), np.zeros(len(text), bool))
    for part in _by_region(text, region, table_rows):
        judged.outcome[part.rows], judged.is_e164[part.rows] = _judge(part.text, part.region, part.table_rows, tables)
    return judged


def valid(
    text: pa.Array, region: str | pa.Array | None = None, *, table_rows: int = 0, tables: PhoneTables = TABLES
) -> Mask:
    """Return the rows that are valid numbers, as `is_phone` says.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``. Missing rows are not valid.
    region : str or pyarrow.Array, optional
        Where numbers without ``+`` are dialled: one region for all, or one for each row.
    table_rows : int
        Rows of the whole table that the column is a slice of: tables are compiled only where that pays. No
        verdict depends on it.
    tables : PhoneTables
        Where tables come from.
    """
    text = _column(text)
    is_valid: Mask = _judge(text, region, table_rows, tables).outcome == Outcome.VALID
    return is_valid & mask_of(text.is_valid())


def e164(
    text: pa.Array, region: str | pa.Array | None = None, *, table_rows: int = 0, tables: PhoneTables = TABLES
) -> pa.Array:
    """Return the E.164 form of each row as ``large_string``.

    It is null where the number is not valid, and where it has an extension: E.164 has no place for one, so it
    would be lost. Parameters are those of `valid`.
    """
    text = _column(text)
    if region is None or isinstance(region, str):
        blocks = read(text, region, lambda block: block.e164(), table_rows=table_rows, tables=tables)
        return pa.chunked_array(blocks, pa.large_string()).combine_chunks()
    made = pa.nulls(len(text), pa.large_string())
    for part in _by_region(text, region, table_rows):
        made = replaced(made, part.rows, e164(part.text, part.region, table_rows=part.table_rows, tables=tables))
    return made


def phone_rule(region: str | None) -> Rule:
    """Return the rule for a phone field whose numbers without ``+`` are all dialled in `region`, or in none.

    Source: AWS re:Post guide to CSV uploads (invalid numbers fail their record); no grammar is
    published, the verdict is that of phonenumbers' ``parse`` and ``is_valid_number``. E.164:
    administrator guide, 'mapping-field-definitions'.
    """

    def failing(column: TextColumn) -> tuple[Mask, Mask, Mask]:
        return _failing(column, region)

    return Rule((PHONE_INVALID, PHONE_WITHOUT_COUNTRY, PHONE_NOT_E164), failing)


def _failing(column: TextColumn, region: str | pa.Array | None) -> tuple[Mask, Mask, Mask]:
    outcome, is_e164 = _judge(column.text, region, column.table_rows, TABLES)
    present = mask_of(column.text.is_valid())
    return (
        (outcome == Outcome.INVALID) & present,
        (outcome == Outcome.LACKS_COUNTRY) & present,
        (outcome == Outcome.VALID) & present & ~is_e164,
    )


def _failing_by_row(column: TextColumn) -> tuple[Mask, ...]:
    unknown = mask_of(_known_regions(column.regions).is_null()) & mask_of(column.text.is_valid())
    return (*_failing(column, column.regions), unknown)


RULE_BY_ROW = Rule((PHONE_INVALID, PHONE_WITHOUT_COUNTRY, PHONE_NOT_E164, REGION_UNKNOWN), _failing_by_row)
"""The rule for a phone field whose regions are in a column. A region that is empty or unknown is none at
all, never the map's: a country is not guessed. Source: as for `phone_rule`."""


def comparable(
    text: pa.Array, region: str | pa.Array | None, *, table_rows: int = 0, tables: PhoneTables = TABLES
) -> pa.Array:
    """Return numbers as the service compares them: without regard to their formatting.

    A valid number becomes E.164 and its extension. Of others that look like a number the digits count as they were
    dialled, behind a plus sign or the calling code of where that was: the service refuses them, so all that matters is
    that two that differ stay two. Of the rest the digits count, and where there are none the text.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``.
    region : str or pyarrow.Array, optional
        Where numbers without ``+`` are dialled: one region for all, or one for each row.
    table_rows, tables
        See `valid`.

    Source: Amazon Connect administrator guide, 'mapping-field-definitions' (formatting is ignored).
    """
    text = _column(text)
    if not (region is None or isinstance(region, str)):
        made = pa.nulls(len(text), pa.large_string())
        for part in _by_region(text, region, table_rows):
            keys = comparable(part.text, part.region, table_rows=part.table_rows, tables=tables)
            made = replaced(made, part.rows, keys)
        return made
    blocks = read(text, region, lambda block: (block.e164(), block.is_readable), table_rows=table_rows, tables=tables)
    made = pa.chunked_array([block[0] for block in blocks], pa.large_string()).combine_chunks()
    is_readable = np.concatenate([block[1] for block in blocks])
    rows = np.flatnonzero(mask_of(made.is_null()) & mask_of(text.is_valid()) & is_readable)
    for some in np.split(rows, range(BLOCK_ROWS, len(rows), BLOCK_ROWS)):
        made = replaced(made, some, _as_dialled(text.take(pa.array(some)), region))
    is_unread = made.is_null()
    unread = text.filter(is_unread)
    digits = pc.replace_substring_regex(unread, r"[^\pN]", "")
    return pc.replace_with_mask(made, is_unread, pc.if_else(pc.equal(digits, ""), unread, digits))


def _as_dialled(text: pa.Array, region: str | None) -> pa.Array:
    """Return plus sign or calling code, and digits, of numbers that are not valid or have an extension.

    Null is what phonenumbers cannot read. Only extensions and what `spelled_out` leaves open need its help: to ask it
    for every number of a column that is wrongly mapped takes half a minute for a million.
    """
    calling_code = phonenumbers.country_code_for_region(region) if region else 0
    # No plus sign: '011191' dialled in the US is '+191' to phonenumbers, and not '+1011191'.
    prefix = f"{calling_code} " if calling_code else ""
    scanned = scan(text)
    made = dialled(scanned, prefix)
    rows = np.flatnonzero(~scanned.is_plain)
    if not len(rows):
        return made
    spelled = spelled_out(text.take(pa.array(rows)))
    made = replaced(made, rows, dialled(scan(spelled.text), prefix))
    asked = rows[~spelled.is_viable | spelled.has_extension]
    values, indices = distinct(text.take(pa.array(asked)))
    readings = pa.array([read_out(value, region) for value in values], pa.large_string())
    return replaced(made, asked, readings.take(indices))
