"""Digit strings drawn from the patterns of phonenumbers' own metadata, and the example numbers in it.

The words come from the regular expressions themselves and not from our automaton, so that what it forgot is
tried too.
"""

from __future__ import annotations

import functools
import random
import re._parser as pattern_parser  # type: ignore[import-not-found]  # private, and what hypothesis uses too
from collections.abc import Iterator
from typing import Any

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType
from phonenumbers.phonenumberutil import COUNTRY_CODE_TO_REGION_CODE, format_out_of_country_calling_number

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
DIGITS = "0123456789"
LONGEST_REPEAT = 12
_DESCRIPTIONS = [
    "general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip",
    "pager", "uan", "voicemail",
]  # fmt: skip


@functools.cache
def examples() -> tuple[tuple[str | None, PhoneNumber], ...]:
    """Return every example number of every region and type, valid and not, each with its region (None: no region)."""
    found: list[tuple[str | None, PhoneNumber | None]] = [
        (region, phonenumbers.example_number_for_type(region, type_))
        for region in REGIONS
        for type_ in PhoneNumberType.values()
    ]
    found += [(region, phonenumbers.invalid_example_number(region)) for region in REGIONS]
    codes = phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
    found += [(None, phonenumbers.example_number_for_non_geo_entity(code)) for code in sorted(codes)]
    return tuple((region, number) for region, number in found if number is not None)


def notations(number: PhoneNumber, *, dialled_in: str = "US") -> list[str]:
    """Return a number in all notations: E.164, international, national, RFC 3966, and as dialled from abroad."""
    formats = (
        PhoneNumberFormat.E164,
        PhoneNumberFormat.INTERNATIONAL,
        PhoneNumberFormat.NATIONAL,
        PhoneNumberFormat.RFC3966,
    )
    e164, international, national, rfc3966 = (phonenumbers.format_number(number, form) for form in formats)
    return [
        e164,
        international,
        national,
        rfc3966,
        format_out_of_country_calling_number(number, dialled_in),
        f"00{e164[1:]}",
        f"011 {international[1:]}",
        international.replace(" ", "-"),
        international.replace(" ", "."),
        e164[1:],
        phonenumbers.national_significant_number(number),
        digits_of(national),
    ]


def digits_of(text: str) -> str:
    """Return the ASCII digits of a text."""
    return "".join(letter for letter in text if letter in DIGITS)


@functools.cache
def _tree(pattern: str) -> Any:
    return pattern_parser.parse(pattern.replace("\n", "").replace(" ", ""))


def word(pattern: str, rng: random.Random) -> str:
    """Return a random word that a pattern of the metadata accepts, every branch being as likely as the others."""
    return _word(_tree(pattern), rng)


def _word(items: Any, rng: random.Random) -> str:
    found = ""
    for operation, value in items:
        match str(operation):
            case "LITERAL":
                found += chr(value)
            case "IN":
                found += rng.choice(_letters(value))
            case "BRANCH":
                found += _word(rng.choice(value[1]), rng)
            case "SUBPATTERN" | "ATOMIC_GROUP":
                found += _word(value[-1] if isinstance(value, tuple) else value, rng)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high, repeated = value
                count = rng.randint(low, max(low, min(int(high), LONGEST_REPEAT)))
                found += "".join(_word(repeated, rng) for _ in range(count))
            case "AT" | "ASSERT" | "ASSERT_NOT":  # says what comes next, which the next items say as well or nearly
                pass
            case other:
                raise NotImplementedError(f"The metadata has a construct that the proof does not know: {other}.")
    return found


def _letters(items: Any) -> list[str]:
    found: set[str] = set()
    for operation, value in items:
        match str(operation):
            case "LITERAL":
                found.add(chr(value))
            case "RANGE":
                found |= {chr(code) for code in range(value[0], value[1] + 1)}
            case "CATEGORY":
                found |= set(DIGITS)
    return sorted(found)


def near_miss(text: str, rng: random.Random) -> str:
    """Return a string of digits with one of them changed, left out, doubled or added, or cut short."""
    place = rng.randrange(len(text)) if text else 0
    match rng.randrange(6):
        case 0 | 1:
            return text[:place] + rng.choice(DIGITS) + text[place + 1 :]
        case 2:
            return text[:place] + text[place + 1 :]
        case 3:
            return text[:place] + rng.choice(DIGITS) + text[place:]
        case 4:
            return text + rng.choice(DIGITS)
        case _:
            return text[: place + 1]


def _patterns(metadata: PhoneMetadata) -> list[str]:
    descriptions = (getattr(metadata, name) for name in _DESCRIPTIONS)
    return [one.national_number_pattern for one in descriptions if one and one.national_number_pattern]


def _metadata(country_code: int, region: str) -> PhoneMetadata:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
    assert metadata is not None
    return metadata


def _weight(pattern: str) -> int:
    """Return how many words a pattern deserves: the longer, the more branches it has."""
    return max(1, min(40, len(pattern) // 12))


def international_words(rng: random.Random, per_pattern: int) -> Iterator[str]:
    """Yield ``+`` and digits: words of every pattern of every plan, geographic or not, and near misses."""
    for country_code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            metadata = _metadata(country_code, region)
            for pattern in _patterns(metadata):
                for _ in range(per_pattern * _weight(pattern)):
                    number = word(pattern, rng)
                    yield f"+{country_code}{number}"
                    yield f"+{country_code}{near_miss(number, rng)}"
                    if rng.random() < 0.2:
                        yield f"+{country_code}{_prefix(metadata, rng)}{number}"


def _prefix(metadata: PhoneMetadata, rng: random.Random) -> str:
    """Return something that may be dialled before a national number there: the prefix, or what its pattern allows."""
    if metadata.national_prefix_for_parsing and rng.random() < 0.8:
        return word(metadata.national_prefix_for_parsing, rng)
    return metadata.national_prefix or rng.choice(["0", "1", "8"])


def national_words(region: str, rng: random.Random, count: int) -> Iterator[str]:
    """Yield `count` strings of digits as people of a region dial them, and near misses.

    Numbers of its own and of the plans it shares its country code with; with and without the prefix, twice the
    prefix, the country code without ``+``, and after each way to dial abroad.
    """
    country_code = phonenumbers.country_code_for_region(region)
    own = _metadata(country_code, region)
    sharing = COUNTRY_CODE_TO_REGION_CODE[country_code]
    for _ in range(count):
        there = own if rng.random() < 0.7 else _metadata(country_code, rng.choice(sharing))
        patterns = _patterns(there)
        number = word(rng.choices(patterns, [_weight(one) for one in patterns])[0], rng)
        prefix = _prefix(own, rng)
        abroad = word(own.international_prefix, rng) if own.international_prefix else "00"
        text = rng.choices(
            [
                number,
                prefix + number,
                prefix + prefix + number,
                f"{country_code}{number}",
                f"{country_code}{prefix}{number}",
                f"+{country_code}{prefix}{number}",
                f"{abroad}{country_code}{number}",
                f"{abroad}{country_code}{prefix}{number}",
                f"{abroad}{prefix}{number}",
                f"{prefix}{country_code}{number}",
                phonenumbers.format_number(rng.choice(examples())[1], PhoneNumberFormat.E164).replace("+", abroad),
            ],
            [30, 25, 4, 6, 4, 4, 8, 4, 3, 4, 8],
        )[0]
        yield text if rng.random() < 0.5 else near_miss(text, rng)
