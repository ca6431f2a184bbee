"""Synthetic columns as an analyst has them: e-mail addresses, phone numbers of many regions, keys; seeded, distinct."""

from __future__ import annotations

import string

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from phonenumbers import PhoneNumberFormat, PhoneNumberType

MOST_POPULOUS = [
    "IN", "CN", "US", "ID", "PK", "NG", "BR", "BD", "RU", "ET", "MX", "JP", "EG", "PH", "CD", "VN", "IR", "TR", "DE",
    "TH", "TZ", "GB", "FR", "ZA", "IT", "KE", "MM", "CO", "KR", "SD", "UG", "ES", "DZ", "IQ", "AR", "AF", "YE", "CA",
    "PL", "MA", "AO", "UA", "UZ", "MY", "MZ", "GH", "PE", "SA", "MG", "CI",
]  # fmt: skip
"""The 50 regions with the most people. Source: UN, World Population Prospects 2024."""

_WEIGHTS = {
    "US": 34,
    "GB": 11,
    "DE": 9,
    "FR": 7,
    "JP": 6,
    "CN": 6,
    "IN": 6,
    "BR": 5,
    "AU": 3,
    "IT": 3,
    "ES": 3,
    "MX": 2,
    "AR": 1,
}
_NAMES = [
    "anna", "jose", "zoe", "maria", "john", "linda", "robert", "grace", "peter", "laura", "kevin", "emily", "james",
    "sarah", "daniel", "nora", "paul", "julia", "mark",
]  # fmt: skip
_DOMAINS = [
    "gmail.com", "gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "web.de", "gmx.net", "orange.fr", "mail.ru",
    "company.co.uk", "my-shop.io",
]  # fmt: skip
_INTERNATIONAL = ("m\u00fcnchen-", "caf\u00e9", "\u6771\u4eac")
_OTHER_SCRIPTS = (
    "\u592a\u90ce",
    "\u0410\u043d\u043d\u0430",
    "\u0645\u062d\u0645\u062f",
    "\u0905\u092e\u093f\u0924",
    "jos\u00e9",
    "\u00c9milie",
)
_STREETS = (
    "Main Street",
    "High St",
    "Rue de l'\u00c9glise",
    "K\u00f6nigstra\u00dfe",
    "Calle Mayor",
    "Church Rd",
    "Park Avenue",
    "\u4e2d\u5c71\u8def",
    "Elm Ave",
)
_RANDOM_TAIL_DIGITS = 6


def emails(rows: int, seed: int = 1) -> pa.Array:
    """Return distinct addresses; 3 % are bad, 0.6 % international."""
    rng = np.random.default_rng(seed)
    numbers = pa.array(rng.permutation(rows * 2)[:rows]).cast(pa.large_string())
    local = _joined(_picked(rng, _NAMES, rows), _picked(rng, [".", "_", "", "-", "+"], rows), numbers)
    domain = _picked(rng, _DOMAINS, rows)
    lot = rng.random(rows)
    international = _joined(_picked(rng, _INTERNATIONAL, rows), numbers, ".de")
    domain = _where(lot < 0.004, international, domain)
    local = _where((lot >= 0.004) & (lot < 0.006), _joined("\u30e6\u30fc\u30b6\u30fc", local), local)
    address = _joined(local, "@", domain)
    address = _where((lot > 0.5) & (lot < 0.52), pc.utf8_upper(address), address)
    bad = [
        _joined(local, domain),
        _joined(local, "..x@", domain),
        _joined(local, "@localhost"),
        _joined(local, " @", domain),
        _joined(local, "@", domain, "."),
        _joined(local, "@@", domain),
    ]
    for position, one in enumerate(bad):
        address = _where((lot > 0.9 + position * 0.005) & (lot < 0.905 + position * 0.005), one, address)
    return address


def phones(rows: int, seed: int = 1) -> pa.Array:
    """Return distinct numbers of all regions in mixed notations for a column of the US; 4 % are bad, 1 % odd."""
    templates, weights = [], []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for number in _examples(region):
            e164, international = _formatted(number, PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL)
            forms = {
                e164: 40,
                international: 25,
                international.replace(" ", "-"): 6,
                international.replace(" ", "."): 4,
            }
            if region == "US":
                [national] = _formatted(number, PhoneNumberFormat.NATIONAL)
                forms |= {
                    national: 25,
                    national.replace("(", "").replace(") ", "-"): 20,
                    e164[2:]: 15,
                    f"1-{national}": 3,
                }
            templates += forms
            weights += [share * _WEIGHTS.get(region, 0.03) for share in forms.values()]
    return _distinct(templates, weights, rows, seed)


def national_phones(region: str, rows: int, seed: int = 1) -> pa.Array:
    """Return distinct numbers of one region as people there write them; 4 % are bad, 1 % odd."""
    templates: list[str] = []
    for number in _examples(region):
        [national] = _formatted(number, PhoneNumberFormat.NATIONAL)
        digits = "".join(letter for letter in national if letter in string.digits)
        templates += [national, national.replace(" ", "-"), digits]
    return _distinct(templates, [1.0] * len(templates), rows, seed)


def keys(rows: int, seed: int = 1) -> pa.Array:
    """Return distinct keys of ten characters with leading zeros, in random order."""
    numbers = pa.array(np.random.default_rng(seed).permutation(rows)).cast(pa.large_string())
    return pc.utf8_lpad(numbers, 10, "0")


def streets(rows: int, seed: int = 1) -> pa.Array:
    """Return street addresses with a house number in front or behind, some with an apartment and a postal code."""
    rng = np.random.default_rng(seed)
    street = _picked(rng, _STREETS, rows)
    house = pa.array(rng.permutation(rows)).cast(pa.large_string())
    behind = _joined(street, " ", house)
    address = _where(rng.random(rows) < 0.7, _joined(house, " ", street), behind)
    code = pc.utf8_lpad(pa.array(rng.integers(0, 99999, rows)).cast(pa.large_string()), 5, "0")
    return _where(
        rng.random(rows) < 0.3, _joined(address, ", Apt ", pc.utf8_slice_codeunits(code, 0, 2), ", ", code), address
    )


def names(rows: int, seed: int = 1) -> pa.Array:
    """Return names of people, hardly any twice, one in ten in another script."""
    rng = np.random.default_rng(seed)
    letters = pa.array(list(string.ascii_lowercase), pa.large_string())
    middle = _joined(*(letters.take(pa.array(rng.integers(0, 26, rows))) for _ in range(5)))
    first = _where(rng.random(rows) < 0.1, _picked(rng, _OTHER_SCRIPTS, rows), _picked(rng, _NAMES, rows))
    return _joined(pc.utf8_title(first), " ", pc.utf8_title(middle), _picked(rng, ["", "-Smith", " Jr.", " III"], rows))


def dates(rows: int, seed: int = 1) -> pa.Array:
    """Return distinct times, and days as Americans and Germans write them."""
    rng = np.random.default_rng(seed)
    moments = pa.array(rng.permutation(rows) * 613).cast(pa.timestamp("s"))
    written = [
        pc.strftime(moments, form).cast(pa.large_string())
        for form in ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%d.%m.%Y")
    ]
    lot = rng.random(rows)
    return _where(lot < 0.5, written[0], _where(lot < 0.8, written[1], written[2]))


def _examples(region: str) -> list[phonenumbers.PhoneNumber]:
    kinds = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
    found = [phonenumbers.example_number_for_type(region, kind) for kind in kinds]
    return [one for one in found if one] or [phonenumbers.example_number(region)]


def _formatted(number: phonenumbers.PhoneNumber, *forms: int) -> list[str]:
    return [phonenumbers.format_number(number, form) for form in forms]


def _distinct(templates: list[str], weights: list[float], rows: int, seed: int) -> pa.Array:
    rng = np.random.default_rng(seed)
    found = pa.array([], pa.large_string())
    while len(found) < rows:
        more = _damaged(rng, _numbers(rng, templates, np.array(weights), rows))
        found = pc.unique(pa.concat_arrays([found, more]))
    return found.slice(0, rows).take(pa.array(rng.permutation(rows)))


def _numbers(rng: np.random.Generator, templates: list[str], weights: NDArray[np.float64], rows: int) -> pa.Array:
    """Return texts as the templates, each with random digits at its end."""
    width = max(map(len, templates))
    letters = np.array([list(one.encode().ljust(width, b"\0")) for one in templates], np.uint8)
    is_digit = (letters >= ord("0")) & (letters <= ord("9"))
    from_the_end = np.cumsum(is_digit[:, ::-1], axis=1)[:, ::-1]
    tail = np.minimum(_RANDOM_TAIL_DIGITS, np.maximum(2, is_digit.sum(axis=1, keepdims=True) - 4))
    chosen = rng.choice(len(templates), rows, p=weights / weights.sum())
    text, free = letters[chosen], (is_digit & (from_the_end <= tail))[chosen]
    text[free] = rng.integers(ord("0"), ord("9") + 1, int(free.sum()), dtype=np.uint8)
    used = text != 0
    offsets = np.concatenate([[0], np.cumsum(used.sum(axis=1))]).astype(np.int64)
    return pa.LargeStringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(text[used].tobytes()))


def _damaged(rng: np.random.Generator, text: pa.Array) -> pa.Array:
    rows = len(text)
    digits = pa.array(rng.integers(1000, 10**6, rows)).cast(text.type)
    lot = rng.random(rows)
    text = _where(lot < 0.010, _joined(text, " ext. ", pc.utf8_slice_codeunits(digits, 0, 4)), text)
    text = _where((lot > 0.1) & (lot < 0.112), pc.utf8_slice_codeunits(text, 0, 7), text)
    text = _where((lot > 0.2) & (lot < 0.215), _joined(text, digits), text)
    text = _where((lot > 0.3) & (lot < 0.31), _joined("+999", digits, digits), text)
    return _where((lot > 0.4) & (lot < 0.403), _joined("Tel: ", text), text)


def _picked(rng: np.random.Generator, words: tuple[str, ...] | list[str], rows: int) -> pa.Array:
    return pa.array(words, pa.large_string()).take(pa.array(rng.integers(0, len(words), rows)))


def _joined(*parts: pa.Array | str) -> pa.Array:
    arrays = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*arrays, pa.scalar("", pa.large_string()))


def _where(mask: NDArray[np.bool_], one: pa.Array, other: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(mask), one, other)
