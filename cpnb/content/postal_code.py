"""Postal codes that lost the zeros in front: ``2108`` for ``02108``."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from cpnb.content.cells import none_of, picked
from cpnb.content.rule import Mask, Problem, Provenance, Rule, Severity, TextColumn, mask_of
from cpnb.content.text_bytes import TextBytes

# Digits of a postal code, in countries where all codes are that many plain digits and some begin with a zero.
# Source: Universal Postal Union, 'Addressing solutions', the sheet of each country.
DIGITS = {
    "AU": 4, "DE": 5, "ES": 5, "FI": 5, "FR": 5, "IT": 5, "MX": 5, "MY": 5, "NO": 4, "NZ": 4, "PR": 5, "RO": 6, "TR": 5,
    "UA": 5, "US": 5, "ZA": 4,
}  # fmt: skip
# How their names are written in a table; codes of two and three letters and names in the land's own language.
_NAMES = {
    "AU": ("aus", "australia"),
    "DE": ("deu", "ger", "germany", "deutschland"),
    "ES": ("esp", "spain", "españa"),
    "FI": ("fin", "finland", "suomi"),
    "FR": ("fra", "france"),
    "IT": ("ita", "italy", "italia"),
    "MX": ("mex", "mexico", "méxico"),
    "MY": ("mys", "malaysia"),
    "NO": ("nor", "norway", "norge"),
    "NZ": ("nzl", "new zealand"),
    "PR": ("pri", "puerto rico"),
    "RO": ("rou", "romania", "românia"),
    "TR": ("tur", "turkey", "türkiye"),
    "UA": ("ukr", "ukraine", "україна"),
    "US": ("usa", "u.s.", "u.s.a.", "united states", "united states of america", "america"),
    "ZA": ("zaf", "south africa"),
}
# Where a code begins with two zeros, a number has lost both. Source: as above.
_TWO_ZEROS = frozenset({"FI", "IT", "PR", "US", "ZA"})
_WITH_HYPHEN = frozenset({"PR", "US"})


def short_rule(region: str) -> Rule | None:
    """Return the rule for the postal codes of one country, or None where codes do not begin with zeros.

    Source: our caution; lengths from the Universal Postal Union.
    """
    if region not in DIGITS:
        return None
    problem = Problem(
        "postal_code_short",
        Severity.WARNING,
        Provenance.CAUTION,
        f"shorter than the {DIGITS[region]} digits of a postal code in {region}: zeros in front are probably lost",
        f"Read the column as text (dtype=str). df.cp.clean() puts zeros back beside a column with the country, or with "
        f"country={region!r}.",
    )

    def failing(column: TextColumn) -> tuple[Mask]:
        return (_are_short(column.text, column.bytes, region),)

    return Rule((problem,), failing)


def _short_by_row(column: TextColumn) -> tuple[Mask]:
    mask = none_of(column.text)
    if column.countries is not None:
        country = countries(column.countries)
        for region in sorted(set(country.unique().to_pylist()) & DIGITS.keys()):
            mask |= _are_short(column.text, column.bytes, region, mask_of(pc.equal(country, region)))
    return (mask,)


RULE_BY_ROW = Rule(
    (
        Problem(
            "postal_code_short",
            Severity.WARNING,
            Provenance.CAUTION,
            "shorter than the postal codes of the country beside them: zeros in front are probably lost",
            "Read the column as text (dtype=str). df.cp.clean() puts zeros back, unless other codes of that country "
            "still have theirs.",
        ),
    ),
    _short_by_row,
)
"""For the codes of an address whose country is mapped: each by the country of its row, if that is known here.

Source: our caution; lengths from the Universal Postal Union.
"""


def _are_short(text: pa.Array, found: TextBytes, region: str, among: Mask | None = None) -> Mask:
    # Most codes are whole, and counting their bytes costs a tenth of reading them.
    mask: Mask = found.lengths != DIGITS[region]
    if among is not None:
        mask &= among
    if mask.any():
        mask[mask] = mask_of(pc.match_substring_regex(picked(text, mask), _short(region)))
    return mask


def _short(region: str) -> str:
    fewest = DIGITS[region] - (2 if region in _TWO_ZEROS else 1)
    short = rf"\A[1-9][0-9]{{{fewest - 1},{DIGITS[region] - 2}}}\z"
    # With four digits more after a hyphen; three before it would be a code of Japan.
    return rf"{short}|\A[1-9][0-9]{{3}}-[0-9]{{4}}\z" if region in _WITH_HYPHEN else short


@functools.cache
def _known_names() -> tuple[pa.Array, pa.Array]:
    pairs = [(name, code) for code, names in _NAMES.items() for name in (code.lower(), *names)]
    return pa.array([name for name, _ in pairs]), pa.array([code for _, code in pairs])


def countries(text: pa.Array) -> pa.Array:
    """Return the two-letter codes of the countries that a column names; null where it names none that is known here."""
    names, codes = _known_names()
    written = text.dictionary_encode()  # few countries, many rows
    lowered = pc.utf8_lower(pc.utf8_trim_whitespace(written.dictionary)).cast(pa.string())
    return codes.take(pc.index_in(lowered, value_set=names)).take(written.indices)


def tells(text: pa.Array, country: pa.Array) -> Counter[str]:
    """Return how many codes of each country begin with a zero: there they were not lost."""
    with_zero = pc.and_(pc.starts_with(text, "0"), country.is_valid())
    return Counter(country.filter(pc.fill_null(with_zero, fill_value=False)).to_pylist())


def with_zeros(text: pa.Array, country: pa.Array, seen: Mapping[str, int]) -> pa.Array:
    """Return postal codes with the zeros that they lost on the way through a column of numbers.

    Only where the country of the row is known and has codes of one length, and no code of that
    country in the whole column begins with a zero: where some do, zeros were not lost, and a
    short code is short for another reason.

    Parameters
    ----------
    text : pyarrow.Array
        ``large_string``.
    country : pyarrow.Array
        Two-letter codes, or null; from `countries`.
    seen : mapping of str to int
        What `tells` said of the whole column.
    """
    for region in sorted(set(country.unique().to_pylist()) & DIGITS.keys() - seen.keys()):
        mask = pa.array(_are_short(text, TextBytes.of(text), region, mask_of(pc.equal(country, region))))
        code = pc.replace_substring_regex(text.filter(mask), "-.*", "")
        rest = pc.replace_substring_regex(text.filter(mask), "^[0-9]+", "")
        padded = pc.utf8_lpad(code, width=DIGITS[region], padding="0")
        text = pc.replace_with_mask(text, mask, pc.binary_join_element_wise(padded, rest, pa.scalar("", padded.type)))
    return text
