"""Which letters beyond ASCII a language is written with, to tell encodings of Latin letters apart.

One byte is *ő* in an encoding of Central Europe and *õ* in that of Western Europe; both are letters, and
names and towns are too little text for the statistics of a language. But *õ* and *ű* belong to no one language.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections import Counter

# Source: the main exemplar characters of Unicode CLDR 48, without ASCII, and with the ordinals of addresses.
_ALPHABETS = tuple(
    frozenset(letters)
    for letters in (
        "äöüß",  # German
        "àâæçéèêëîïôœùûüÿ",  # French
        "áéíñóúüªº",  # Spanish
        "áàâãçéêíóòôõúüªº",  # Portuguese
        "àéèìóòùªº",  # Italian
        "àçéèíïóòúü",  # Catalan
        "áäéëíïóöúü",  # Dutch
        "åäöéà",  # Swedish and Finnish
        "æøåéóòôâ",  # Danish and Norwegian
        "áðéíóúýþæö",  # Icelandic
        "õäöüšž",  # Estonian
        "çë",  # Albanian
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíľĺňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "čćđšž",  # Croatian, Bosnian, Serbian and Slovenian
        "ăâîşţ",  # Romanian; the older encodings have it with cedillas
        "âçğıİîöşûü",  # Turkish
        "ąčęėįšųūž",  # Lithuanian
        "āčēģīķļņšūž",  # Latvian
    )
)
_TWO_ALPHABETS = tuple(one | other for one, other in itertools.combinations(_ALPHABETS, 2))
# Signs, fractions, raised digits and control characters; these few of them are frequent.
_ODD = frozenset({"So", "Sm", "Sk", "Sc", "No", "Cc", "Cn", "Co"})
_NOT_ODD = frozenset("€£¥©®°™")


def is_odd(character: str) -> bool:
    """Tell whether a character is a sign that hardly any table holds."""
    return unicodedata.category(character) in _ODD and character not in _NOT_ODD


def foreign_share(text: str) -> float:
    """Return which share of the letters and odd signs beyond ASCII does not belong to one language, from 0 to 1.

    The language is the one with the smallest share. Because the customers of one company may have names
    of two languages, it is the mean of that and of the smallest share for two languages together.
    Quotation marks, dashes and frequent signs count for nothing.
    """
    counts = Counter(character for character in text.lower() if not character.isascii())
    telling = {sign: count for sign, count in counts.items() if sign.isalpha() or is_odd(sign)}
    if not telling:
        return 0.0
    known_to_one, known_to_two = (
        max(sum(telling.get(letter, 0) for letter in letters) for letters in alphabets)
        for alphabets in (_ALPHABETS, _TWO_ALPHABETS)
    )
    return 1 - (known_to_one + known_to_two) / (2 * sum(telling.values()))
