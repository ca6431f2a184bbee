"""Strings to try phone numbers with: mutated numbers, digits, and cells of columns that hold other things."""

from __future__ import annotations

import random
import string
import sys
import unicodedata
from collections.abc import Iterator

from tests.content.proof.phone_metadata import DIGITS, examples, near_miss, notations

SPACES = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()] + list(
    "\u200b\u200c\u200d\u2060\ufeff"
)
DASHES = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Pd"] + ["\u2212"]
FOREIGN_DIGITS = [chr(code) for code in range(128, sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Nd"]
NEAR_DIGITS = list("\u00b2\u00b3\u00b9\u2460\u2082\u2155\u3007\u4e00\u0bf0")  # numbers to Unicode, no decimal digits
CONTROLS = [chr(code) for code in (*range(32), *range(127, 160))]
PUNCTUATION = list("()[].,;:/\\|~*#&_'\"+-<>=") + list("\uff08\uff09\uff3b\uff3d\uff0e\uff0f\uff5e\u223c\u2053")
PLUSES = ["+", "\uff0b", "++", "+ ", " +", "(+", "-+", "+(", "+0", "+00", "\u207a", "\ufe62"]
BEFORE = [
    "Tel: ", "tel:", "TEL ", "phone ", "(", "a+", "--", "\n", "x", ";", "#", "*", "**21*", "call ", "Tel.: +", "~",
    "00",
    "\u200e", "\u202d", "'", "'+", "ph#", "Mobile(", "\u2706 ", "fax;", "12. ", "1) ",
]  # fmt: skip
BETWEEN_EXTENSION = [
    " ext. ", " ext ", "ext.", " x", "x", " x ", "#", " #", " extn ", ";ext=", ", ", " int ", " int. ", " anexo ", "~",
    " \uff45\uff58\uff54 ", "\uff58", "\uff03", " \u0434\u043e\u0431. ", " \u0434\u043e\u0431 ", ",,", ";",
    " extension ", " extensio\u0301n ", " ex ",
    "x.", " X", ";isub=", " xt ", "ext:", " - x", " (ext ", " / ", " or ", " ; ", "; ",
]  # fmt: skip
CONTEXTS = [
    ";phone-context=+1", ";phone-context=+44", ";phone-context=example.com", ";phone-context=", ";phone-context=+",
    ";phone-context=1", ";isub=12345", ";phone-context=+1-206;isub=1", ";phone-context=a.b.c",
    ";ext=12;phone-context=+1",
]  # fmt: skip
_STREETS = [
    "Main Street",
    "High St",
    "Rue de l'\u00c9glise",
    "K\u00f6nigstra\u00dfe",
    "Av. Paulista",
    "\u4e2d\u5c71\u8def",
    "Elm Ave Apt",
]
_NAMES = [
    "Anna",
    "O'Brien",
    "Jos\u00e9 Garc\u00eda",
    "\u592a\u90ce",
    "\u041e\u043b\u044c\u0433\u0430",
    "Smith, John",
    "van den Berg",
    "N/A",
    "unknown",
    "null",
    "-",
    ".",
]


def mutated(text: str, rng: random.Random) -> str:
    """Return a number with a few letters changed, and now and then something before or after it."""
    letters = list(text)
    for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3])):
        place = rng.randint(0, len(letters))
        match rng.randrange(10):
            case 0 | 1 | 2:
                letters[place : place + 1] = rng.choice(DIGITS)
            case 3 | 4:
                del letters[place : place + 1]
            case 5 | 6:
                letters.insert(place, rng.choice("00112233456789 -.()/+"))
            case _:
                letters.insert(place, _odd(rng))
    changed = "".join(letters)
    if rng.random() < 0.08:
        changed = rng.choice(BEFORE) + changed
    if rng.random() < 0.04:
        changed = rng.choice(PLUSES) + changed.removeprefix("+")
    if rng.random() < 0.10:
        changed += rng.choice(BETWEEN_EXTENSION) + _digits(rng, rng.randint(0, 10))
    if rng.random() < 0.03:
        changed += rng.choice(CONTEXTS)
    if rng.random() < 0.03:
        changed = changed.translate(_another_script(rng))
    if rng.random() < 0.02:
        changed = _vanity(changed, rng)
    return changed


def _odd(rng: random.Random) -> str:
    kinds = [
        SPACES,
        DASHES,
        FOREIGN_DIGITS,
        NEAR_DIGITS,
        CONTROLS,
        PUNCTUATION,
        PLUSES,
        list("xXabcdeftznAZ\u00e9\u65e5\U0001f4de\u0301"),
    ]
    return rng.choice(rng.choices(kinds, [4, 3, 3, 1, 2, 4, 2, 4])[0])


def _digits(rng: random.Random, length: int) -> str:
    return "".join(rng.choices(DIGITS, k=length))


def _another_script(rng: random.Random) -> dict[int, str]:
    """Return a table from the ASCII digits to those of another script; full-width ones are the likeliest."""
    zeros = [letter for letter in FOREIGN_DIGITS if unicodedata.decimal(letter) == 0]
    zero = ord("\uff10") if rng.random() < 0.4 else ord(rng.choice(zeros))
    return {ord(digit): chr(zero + int(digit)) for digit in DIGITS}


def _vanity(text: str, rng: random.Random) -> str:
    """Return a number that ends in letters, as on an advertisement."""
    start = max(0, len(text) - rng.randint(1, 8))
    letters = [rng.choice(string.ascii_letters) if one in DIGITS else one for one in text[start:]]
    return text[:start] + "".join(letters)


def mutated_examples(rng: random.Random, count: int, *, region: str | None = None) -> Iterator[str]:
    """Yield `count` mutated example numbers in all notations: of all regions, or of one."""
    numbers = [number for there, number in examples() if region in (None, there)]
    for _ in range(count):
        text = rng.choice(notations(rng.choice(numbers), dialled_in=region or "US"))
        yield mutated(text, rng)


def token_texts(rng: random.Random, count: int) -> Iterator[str]:
    """Yield `count` texts of numbers and all that can stand around, inside and behind them, in any order.

    What ``parse`` does before it looks at digits (search the start, trim the end, cut off a second number, a
    context or an extension, turn letters into digits) is tried here.
    """
    pools: list[tuple[int, list[str]]] = [
        (10, ["206", "2065550100", "+1", "+44", "0", "20", "7946", "0018", "55", "1", "12345678", "800", "(206)",
            "[20]"]),
        (6, BETWEEN_EXTENSION),
        (3, BEFORE),
        (3, CONTEXTS),
        (3, PLUSES),
        (4, SPACES),
        (4, DASHES),
        (6, PUNCTUATION),
        (2, CONTROLS),
        (3, FOREIGN_DIGITS),
        (1, NEAR_DIGITS),
        (3, list(string.ascii_letters)),
        (3, ["FLOWERS", "call", "EXT", "ex", "x", "xt", "\uff38", "\u0130", "\u0131", "\u017f", "\u212a", "\ufb05",
            "ext\u00ad", "e\u0301xt", "\u0434\u043e\u0431"]),
        (2, ["/ x", "\\ x", "/x1", "//  x5", "#", "##", "~", "_", "__1", "_x1", ".", "...", ";", ";;", ",,,",
            " \u00b7 "]),
    ]  # fmt: skip
    weights = [weight for weight, _ in pools]
    starts = ["+12065550100", "206-555-0100", "+44 20 7946 0018", "(030) 901820", "+1-800-555-0100", ""]
    for _ in range(count):
        chosen = rng.choices(pools, weights, k=rng.randint(1, 6))
        yield (
            rng.choice(starts)
            + "".join(rng.choice(pool) for _, pool in chosen)
            + (_digits(rng, rng.randint(1, 5)) if rng.random() < 0.3 else "")
        )


def around_the_longest(rng: random.Random, count: int) -> Iterator[str]:
    """Yield `count` texts about as long as the longest that is read, 250 characters, with a number in them."""
    for _ in range(count):
        number = rng.choice(["+12065550100", "206 555 0100", "+44 20 7946 0018", "1-800-FLOWERS"])
        filling = rng.choice(["a", " ", "-", "x", "\u00e9", "\u65e5", "0", ".", "#"])
        room = rng.randint(246, 254) - len(number)
        ahead = rng.choice([0, room, rng.randint(0, room)])
        yield filling * ahead + number + filling * (room - ahead)


def digit_strings(rng: random.Random, count: int) -> Iterator[str]:
    """Yield `count` strings of nothing but digits and now and then a plus, of all lengths, and repetitions."""
    for _ in range(count):
        length = rng.randint(0, 24)
        text = rng.choice(DIGITS) * length if rng.random() < 0.05 else _digits(rng, length)
        start = rng.choice(
            ["", "", "+", "+", "0", "00", "1", "+1", "8", "+0", "011", "+800", "+882", "+7", "+44", "+39"]
        )
        yield start + text


def short_strings(length: int) -> Iterator[str]:
    """Yield every string of digits up to a length, bare and after a plus."""
    for size in range(length + 1):
        for number in range(10**size):
            digits = f"{number:0{size}d}" if size else ""
            yield digits
            yield f"+{digits}"


def other_columns(rng: random.Random, count: int) -> Iterator[str]:
    """Yield `count` cells of columns that hold no phone numbers, as after a wrong mapping."""
    for _ in range(count):
        yield _other(rng)


def _other(rng: random.Random) -> str:  # noqa: PLR0911, PLR0912  # one return for each kind of column
    number = _digits(rng, rng.randint(1, 12))
    match rng.randrange(16):
        case 0:
            return rng.choice(_NAMES)
        case 1:
            return f"{rng.randint(1, 20000)} {rng.choice(_STREETS)} {rng.randint(1, 99) if rng.random() < 0.5 else ''}"
        case 2:
            return f"{rng.choice(_STREETS)} {rng.randint(1, 400)}, {_digits(rng, 5)} {rng.choice(_NAMES)}"
        case 3:
            return f"{rng.choice('abcxyz')}{number}@{rng.choice(['example.com', 'mail1.example.org', '123.example'])}"
        case 4:
            return f"{rng.randint(1900, 2030)}-{rng.randint(1, 12):02d}-{rng.randint(1, 31):02d}"
        case 5:
            return f"{rng.randint(1, 31)}/{rng.randint(1, 12)}/{rng.randint(0, 2030)}"
        case 6:
            return f"{rng.randint(1900, 2030)}-01-02T{rng.randint(0, 23):02d}:30:{rng.randint(0, 59):02d}Z"
        case 7:
            return f"{rng.getrandbits(128):032x}"
        case 8:
            return "-".join(f"{rng.getrandbits(16):04x}" for _ in range(rng.randint(2, 6)))
        case 9:
            return (
                f"{rng.choice(['$', 'EUR ', '-', ''])}{rng.randint(0, 10**7) / 100:,.2f}{rng.choice(['', ' %', 'e5'])}"
            )
        case 10:
            return "".join(rng.choices(string.ascii_letters + "  ", k=rng.randint(1, 24)))
        case 11:
            return "".join(rng.choices(string.ascii_letters + string.digits, k=rng.randint(1, 20)))
        case 12:
            return f"https://example.com/{number}?id={number[:4]}"
        case 13:
            return (
                f"{number}.0"
                if rng.random() < 0.6
                else f"{rng.random() * 180 - 90:.6f}, {rng.random() * 360 - 180:.5f}"
            )
        case 14:
            return f"{near_miss(number, rng)} / {number}"
        case _:
            return "".join(
                rng.choices(string.printable + "\u00e9\u00df\u4e2d\u0661\uff11\u00a0\u2013", k=rng.randint(0, 40))
            )
