"""Numbers as a spreadsheet displays them, by the format of their cell.

Source: ECMA-376 Part 1, 18.8.30 and 18.8.31 (number formats), and for General what Excel does: at most
eleven characters, the decimal point included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Literal

# A cell holds a double, of which Excel writes and shows fifteen digits.
_SIGNIFICANT_DIGITS = 15
_GENERAL_DIGITS = 10
_SMALLEST_GENERAL = Decimal("0.0001")

# Sections for positive numbers, negative ones and zero; a fourth is for text.
_WITH_ZERO = 3
# A double has up to 309 digits before the point.
_ALL_DIGITS = Context(prec=400)

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<aligning>[_*].)|\[(?P<bracket>[^\]]*)\]|(?P<general>General|@)'
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<fraction>/(?=\s*[0-9?#]))|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_SECTION_END = re.compile(r'((?:"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|[^;])*)(?:;|$)', re.DOTALL)
_CONDITION = re.compile(r"\[\s*(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\s*\]")
_CURRENCY = re.compile(r"\$([^-]*)(?:-.*)?", re.DOTALL)
_COLOUR = re.compile(r"black|blue|cyan|green|magenta|red|white|yellow|color\s*\d+", re.IGNORECASE)
# Source: 18.8.31; these are displayed without quotation marks. Others are, too, though no program writes them so.
_BARE_LITERALS = frozenset(" $-+/():!^&'~{}<>=€£¥")

Kind = Literal["digits", "general", "unknown"]


@dataclass(frozen=True, slots=True)
class Displayed:
    """A number as text.

    Attributes
    ----------
    text : str
        What the spreadsheet shows, without the spaces that only align columns.
    is_certain : bool
        Whether the format is understood. Where it is not, the text has all digits of the number.
    """

    text: str
    is_certain: bool


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the up to four parts of a format.

    `whole` and `decimals` are what stands before and behind the decimal point: placeholders ``0``, ``#``
    and ``?``, and literal text, each as a pair of kind and characters.
    """

    kind: Kind
    whole: tuple[tuple[str, str], ...] = ()
    decimals: tuple[tuple[str, str], ...] = ()
    has_point: bool = False
    has_thousands: bool = False
    percent_count: int = 0
    condition: tuple[str, Decimal] | None = None

    @property
    def decimal_count(self) -> int:
        return sum(kind == "digit" for kind, _ in self.decimals)


def displayed(value: float, code: str) -> Displayed:
    """Return a number as a cell of this format shows it.

    Points and commas are those of the English-speaking countries: a file does not say in which country
    it is opened. A number is never written with an exponent, because that would take digits from it.

    Parameters
    ----------
    value : int or float
        The number of the cell, not a date.
    code : str
        The number format, such as ``#,##0.00``; several sections are divided by semicolons.

    Examples
    --------
    >>> displayed(2065550100, "(000) 000-0000").text, displayed(1234, "00000").text
    ('(206) 555-0100', '01234')
    >>> displayed(0.125, "0.0%").text, displayed(12065550100.0, "General").text
    ('12.5%', '12065550100')
    """
    if code == "General" and isinstance(value, int):
        return Displayed(str(value), is_certain=True)
    number = _decimal(value)
    if code in {"General", "@"}:
        return Displayed(_general(number), is_certain=True)
    section, shown = _chosen(_sections(code), number)
    if section.kind == "unknown":
        return Displayed(_plain(number), is_certain=False)
    if section.kind == "general":
        sign = "-" if shown < 0 else ""
        literal = "".join(_general(abs(shown)) if kind == "general" else text for kind, text in section.whole)
        return Displayed((sign + literal).strip(), is_certain=True)
    return Displayed(_in_digits(section, shown), is_certain=True)


def _decimal(value: float) -> Decimal:
    return Decimal(value) if isinstance(value, int) else Decimal(f"{value:.{_SIGNIFICANT_DIGITS}g}")


def _plain(number: Decimal) -> str:
    """Return all digits of a number, without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _general(number: Decimal) -> str:
    if number == number.to_integral_value() or abs(number) < _SMALLEST_GENERAL:
        return _plain(number)
    whole_digits = len(f"{abs(number):f}".partition(".")[0])
    return _plain(_rounded(number, max(0, _GENERAL_DIGITS - whole_digits)))


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _ALL_DIGITS)


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    texts = [match[1] for match in _SECTION_END.finditer(code)]
    if len(texts) > 1 and not texts[-1] and not code.endswith(";"):
        texts.pop()  # the empty match at the end
    return tuple(_section(text) for text in texts[:_WITH_ZERO])


def _chosen(sections: tuple[_Section, ...], number: Decimal) -> tuple[_Section, Decimal]:
    """Return the section for a number, and the number as that section shows it, without the sign it spells itself."""
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or _holds(section.condition, number):
                return section, number
        return _Section("unknown"), number
    if len(sections) == _WITH_ZERO and number == 0:
        return sections[2], number
    if len(sections) > 1 and number < 0:
        # Where only a colour tells that it is negative, text must: "0;[Red]0".
        return sections[1], -number if _differ(sections[0], sections[1]) else number
    return sections[0], number


def _differ(one: _Section, other: _Section) -> bool:
    """Tell whether two sections show the same number with different text, such as a minus sign or brackets."""
    return _texts(one) != _texts(other)


def _texts(section: _Section) -> list[str]:
    return [text for kind, text in (*section.whole, *section.decimals) if kind == "text" and text]


def _holds(condition: tuple[str, Decimal], number: Decimal) -> bool:
    sign, bound = condition
    return {
        "<": number < bound,
        "<=": number <= bound,
        ">": number > bound,
        ">=": number >= bound,
        "=": number == bound,
        "<>": number != bound,
    }[sign]


def _section(text: str) -> _Section:
    condition = _CONDITION.search(text)
    items: list[tuple[str, str]] = []
    is_understood = True
    for match in _TOKEN.finditer(_CONDITION.sub("", text)):
        part = str(match.lastgroup)
        if part in {"digit", "point", "comma", "general"}:
            items.append((part, match[part]))
            continue
        literal = _literal(part, match[part])
        is_understood = is_understood and literal is not None
        items.append(("text", literal or ""))
    return _Section(
        _kind(items) if is_understood else "unknown",
        *_at_the_point([item for item in items if item[0] != "comma"]),
        has_point=("point", ".") in items,
        has_thousands=("comma", ",") in items,
        percent_count=items.count(("text", "%")),
        condition=(condition[1], Decimal(condition[2])) if condition else None,
    )


def _literal(part: str, content: str) -> str | None:
    """Return what a part of a format displays beside the digits, or None if it is not understood."""
    if part in {"quoted", "escaped", "percent"} or (part == "other" and content in _BARE_LITERALS):
        return content
    if part == "aligning":
        return ""
    if part == "bracket" and (currency := _CURRENCY.fullmatch(content)):
        return currency[1]
    if part == "bracket" and _COLOUR.fullmatch(content.strip()):
        return ""
    return None


def _kind(items: list[tuple[str, str]]) -> Kind:
    kinds = [kind for kind, _ in items]
    if "general" in kinds:
        return "general"
    if not any(kind == "digit" and content != "?" for kind, content in items):
        return "unknown"  # a fixed text such as the dash for zero, or nothing at all: the number would be lost
    whole = kinds[: kinds.index("point")] if "point" in kinds else kinds
    last_digit = max((place for place, kind in enumerate(whole) if kind == "digit"), default=-1)
    if "comma" in kinds[last_digit + 1 :]:
        return "unknown"  # a comma behind the digits divides by a thousand, which would cut the number
    return "digits"


def _at_the_point(items: list[tuple[str, str]]) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    point = items.index(("point", ".")) if ("point", ".") in items else len(items)
    return tuple(items[:point]), tuple(item for item in items[point + 1 :] if item[0] != "point")


def _in_digits(section: _Section, number: Decimal) -> str:
    rounded = _rounded(number.scaleb(2 * section.percent_count), section.decimal_count)
    whole, _, decimals = f"{abs(rounded):f}".partition(".")
    text = _whole_text(section, whole.lstrip("0"))
    if section.has_point:
        text += "." + "".join(_decimal_texts(section, decimals))
    sign = "-" if rounded < 0 else ""
    return (sign + text).strip()


def _whole_text(section: _Section, digits: str) -> str:
    """Return the digits before the point in their mask, which is filled from the right."""
    first = next((place for place, (kind, _) in enumerate(section.whole) if kind == "digit"), -1)
    parts: list[str] = []
    digit_count = 0
    for place in range(len(section.whole) - 1, -1, -1):
        kind, text = section.whole[place]
        if kind != "digit":
            parts.append(text)
            continue
        # The first placeholder takes all digits that are left.
        taken = digits[::-1] if place == first else digits[-1:]
        digits = "" if place == first else digits[:-1]
        for digit in taken or {"0": "0", "?": " "}.get(text, ""):
            if section.has_thousands and digit_count and digit_count % 3 == 0 and digit.isdigit():
                parts.append(",")
            parts.append(digit)
            digit_count += 1
    return "".join(reversed(parts))


def _decimal_texts(section: _Section, digits: str) -> Iterator[str]:
    significant = len(digits.rstrip("0"))
    place = 0
    for kind, text in section.decimals:
        if kind != "digit":
            yield text
            continue
        if place < significant or text == "0":
            yield digits[place]
        elif text == "?":
            yield " "
        place += 1
