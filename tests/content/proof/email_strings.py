"""Strings to try e-mail addresses with: grown from a grammar of what people and attackers write, and mutated."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator

from email_validator import SPECIAL_USE_DOMAIN_NAMES
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from tests.content.proof.agreement import published

TABLES = ("email_validator", "isemail", "django", "web_platform_tests")
ATEXT = string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~"
LDH = string.ascii_lowercase + string.digits + "-"
ALPHABETS = [
    "\u00e9\u00e8\u00fc\u00df\u00f1\u00e7\u00f8\u0131\u0130\u017f", "\u03b1\u03b2\u03b3\u03c2\u03c3\u03a3\u1fef",
    "\u0430\u0431\u0432\u0433\u0451\u0401", "\u05d0\u05d1\u05d2\u05ea",
    "\u0627\u0628\u062a\u0660\u06f1", "\u0915\u094d\u0937\u093f\u0928\u200d", "\u0e01\u0e33\u0e44\u0e17\u0e22",
    "\u65e5\u672c\u8a9e\u4e2d\u56fd\u30fb\u30fc", "\ud55c\uad6d\uc5b4\u1100\u1161",
    "\uff41\uff42\uff0e\uff10\uff20\uff21", "\u0301\u0338\u20dd", "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "\U0001f600\u2764\ufe0f", "\u3002\uff61\ufe52\u2024",
    "\ufb01\ufb2c\u212a\u2126\u2488\u00bd", "\u202e\u2066\u2028\u0085\u00a0\u3000", "\ufffd\ue000\U0010ffff\ufdd0",
]  # fmt: skip
ODD = "abzAZ019.-_@+ \"<>[]()xn--\n\r\t,;:\\\x00\x7f~!#$%&'*/=?^`{|}" + "".join(ALPHABETS)
TOP_LEVEL = [
    "com",
    "org",
    "de",
    "co.uk",
    "io",
    "museum",
    "xn--p1ai",
    "\u0440\u0444",
    "\u53f0\u6e7e",
    "c1",
    "1c",
    "123",
    "c",
    "COM",
    "co-m",
    "example",
]
SPECIAL = [
    *SPECIAL_USE_DOMAIN_NAMES,
    "test",
    "tests",
    "local",
    "blocal",
    "xn--localhost",
    "arpa",
    "ip6.arpa",
    "home.arpa",
]
PUNYCODE = [
    "xn--mnchen-3ya", "xn--0", "xn--", "xn---", "xn--a", "XN--MNCHEN-3YA", "xn--fiqq24b10vi0d", "xn--80ajglhfv",
    "xn--4dbc", "xn--zca",
    "xn--ls8h", "xn--a-\u00e9", "xn--99999999999", "xn--abc-", "xn--mgba3a", "xn--strae-oqa", "xn--fa-hia", "ab--cd",
    "a--b", "yy--0", "xn-a", "x--n",
]  # fmt: skip
LITERALS = [
    "[127.0.0.1]",
    "[IPv6:::1]",
    "[::1]",
    "[1.2.3]",
    "[a]",
    "[]",
    "[",
    "]",
    "1.2.3.4",
    "[IPv6:2001:db8::1%25eth0]",
]
WRAPPERS = [
    "{}\n", "\n{}", " {}", "{} ", "\t{}", "{}\r\n", "{}\x00", "\x00{}", "<{}>", "Ann <{}>", '"Ann" <{}>', "{} <{}>",
    "mailto:{}", "{},{}", "{}; {}",
    "({}){}", "{}(comment)", "(c){}", "{}.", ".{}", "{}>", "<{}", "'{}'", "{}\u200b", "\ufeff{}", "{}\u00a0",
    "{}\u3000", "e-mail: {}", "{} {}",
    "{}@", "@{}", "{}\u2028", "{}\v", "{}\f", "{}\x1c", "{}\x85",
]  # fmt: skip


def from_grammar(rng: random.Random, count: int) -> Iterator[str]:
    """Yield `count` texts of a local part, a sign and a domain, most of them near the border of what is valid."""
    for _ in range(count):
        address = (
            _local(rng)
            + rng.choices(["@", "@@", "", " @", "@ ", "\uff20", "\ufe6b", "@.", ".@", "-@", "@-"], [90, *[1] * 10])[0]
            + _domain(rng)
        )
        yield rng.choice(WRAPPERS).replace("{}", address) if rng.random() < 0.08 else address


def plain(rng: random.Random, count: int) -> Iterator[str]:
    """Yield `count` addresses as they stand in most tables, and such with one letter changed."""
    for _ in range(count):
        local = rng.choice(string.ascii_letters) + _some(rng, string.ascii_lowercase + "._-+0123456789", 0, 14)
        address = f"{local}@{_label(rng)}.{rng.choice(['com', 'org', 'co.uk', 'De', 'fr', 'jp', 'email'])}"
        yield address if rng.random() < 0.6 else mutated(address, rng)


def mutated_tables(rng: random.Random, count: int) -> Iterator[str]:
    """Yield `count` strings of the published tables and of the grammar, mutated."""
    seeds = [text for name in TABLES for text in published(name) if len(text) < 400] + list(from_grammar(rng, 500))
    for _ in range(count):
        yield mutated(rng.choice(seeds), rng)


def mutated(text: str, rng: random.Random) -> str:
    """Return a text with up to four of its letters changed, added or left out."""
    letters = list(text)
    for _ in range(rng.randint(1, 4)):
        place = rng.randint(0, len(letters))
        match rng.randrange(9):
            case 0 | 1 | 2:
                letters[place : place + 1] = rng.choice(ODD)
            case 3 | 4 | 5:
                letters.insert(place, rng.choice(ODD))
            case 6:
                letters.insert(place, rng.choice(ATEXT + ".@-"))
            case _:
                del letters[place : place + 1]
    return "".join(letters)


def lengths() -> Iterator[str]:
    """Yield addresses around every limit: local parts of 64, labels of 63, domains of 253, addresses of 254 octets."""
    for local in (1, 2, 62, 63, 64, 65, 66):
        for label in (1, 2, 61, 62, 63, 64, 65):
            yield f"{'a' * local}@{'b' * label}.com"
            yield f"{'a' * local}@x.{'b' * label}.org"
            yield f"{'a' * local}@com.{'b' * label}"
            yield f"{'a' * (local - 1)}\u00e9@{'b' * label}.com"
            yield f"{'a' * local}@{'b' * (label - 1)}\u00e9.com"
    for total in range(248, 262):
        for local in (1, 5, 60, 64, 65, 200):
            yield f"{'a' * local}@{_domain_of(total - local - 1)}"
            yield f"{'a' * (local - 1)}\u00e9@{_domain_of(total - local - 2)}"
            yield f"{'a' * local}@\u00e9{_domain_of(total - local - 8)}"
            yield f"{'A' * local}@{_domain_of(total - local - 1).upper()}"
    for size in (0, 100, 1000, 2048, 10_000):
        yield "a" * size
        yield "a" * size + "@example.com"
        yield "a@" + "b." * size + "com"


def _domain_of(length: int) -> str:
    """Return a domain name of so many characters with labels of at most 60."""
    if length < 4:
        return "b.co"[-length:] if length > 0 else ""
    rest = length - 4
    labels = []
    while rest > 0:
        size = min(60, rest - 1) if rest > 1 else 1
        labels.append("b" * max(size, 1))
        rest -= size + 1
    return (".".join([*labels, "com"]) if labels else "com")[-length:].lstrip(".-")


def _some(rng: random.Random, letters: str, low: int, high: int) -> str:
    return "".join(rng.choices(letters, k=rng.randint(low, high)))


def _foreign(rng: random.Random, low: int, high: int) -> str:
    return _some(rng, rng.choice(ALPHABETS) + rng.choice(["", "abc", rng.choice(ALPHABETS)]), low, high)


def _local(rng: random.Random) -> str:  # noqa: PLR0911  # one return for each kind of local part
    match rng.randrange(14):
        case 0 | 1 | 2 | 3:
            return ".".join(_some(rng, ATEXT, 1, 10) for _ in range(rng.randint(1, 3)))
        case 4:
            return rng.choice(["info", "Info.Desk", "a", "A", "0", "_", "-", "+", "a+b", "1e3"])
        case 5:
            name = rng.choice(CASE_INSENSITIVE_MAILBOX_NAMES)
            return rng.choice([name, name.upper(), name.title(), f"{name}s", f"x{name}"])
        case 6:
            return f'"{_some(rng, ATEXT + " .@()", 0, 12)}"'
        case 7:
            return f'"{_some(rng, ODD, 0, 8)}"' + rng.choice(["", ".x", "x"])
        case 8:
            return f"({_some(rng, ATEXT, 0, 5)}){_some(rng, ATEXT, 1, 5)}"
        case 9 | 10:
            return _some(rng, ATEXT, 0, 5) + _foreign(rng, 1, 8) + _some(rng, ATEXT + ".", 0, 5)
        case 11:
            return _some(rng, ATEXT + "..", 0, 12)
        case 12:
            return _some(rng, ODD, 0, 8)
        case _:
            return (
                "a" * rng.choice([60, 63, 64, 65, 70, 200])
                if rng.random() < 0.7
                else "\u00e9" * rng.choice([31, 32, 33, 64])
            )


def _label(rng: random.Random) -> str:
    return (
        rng.choice(string.ascii_lowercase) + _some(rng, LDH, 0, 8) + rng.choice(string.ascii_lowercase + string.digits)
    )


def _labels(rng: random.Random) -> str:  # noqa: PLR0911  # one return for each kind of domain label
    match rng.randrange(12):
        case 0 | 1 | 2 | 3:
            return _label(rng)
        case 4:
            return _some(rng, LDH, 0, 6)
        case 5:
            return _label(rng).upper()
        case 6:
            return rng.choice(PUNYCODE)
        case 7 | 8:
            return _foreign(rng, 1, 6)
        case 9:
            return _label(rng) + _foreign(rng, 1, 3)
        case 10:
            return _some(rng, LDH + "_ \u00e9!", 1, 6)
        case _:
            return rng.choice("bz9") * rng.choice([1, 58, 62, 63, 64, 70])


def _domain(rng: random.Random) -> str:
    match rng.randrange(12):
        case 0:
            return rng.choice(["", "x."]) + rng.choice(SPECIAL) + rng.choice(["", "", ".com", "x", "."])
        case 1:
            special = rng.choice(SPECIAL)
            return f"{_label(rng)}.{rng.choice([special, special.upper(), special.title()])}"
        case 2:
            return rng.choice(LITERALS)
        case 3:
            return _labels(rng)
        case 4:
            separator = rng.choice(["\u3002", "\uff0e", "..", "\uff61", ". ", "-.", ".-"])
            return separator.join([_labels(rng), rng.choice(TOP_LEVEL)])
        case _:
            return ".".join([*(_labels(rng) for _ in range(rng.randint(1, 3))), rng.choice(TOP_LEVEL)])
