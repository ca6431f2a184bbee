"""What a column's name says: the field it stands for, and what makes it another's or another place's.

A name is taken apart into words. What is left of it after words for the customer, the kind of address,
the place (home, work) and the like is looked up among the aliases; a name with any other word in it
says nothing, because that word may change everything (``email opt out``, ``city of birth``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from rapidfuzz import process
from rapidfuzz.distance import OSA

from cpnb import catalog
from cpnb.aliases import (
    ADDRESS_ALIASES,
    ADDRESS_BLOCKS,
    ALIASES,
    CUSTOMER_WORDS,
    FILLERS,
    FIRST_WORDS,
    NEEDING_COMPANIONS,
    ORDER_WORDS,
    OTHER_THINGS,
    PLACES,
    STATE_OR_STATUS,
    STAYS_BEHIND,
    WEAKER_ADDRESS_ALIASES,
    WEAKER_ALIASES,
)
from cpnb.errors import FieldsError

# Longer names are sentences: the questions of a form.
_MOST_WORDS = 9
_MOST_LEFT_OUT = 6

_WEIGHT_OF_WEAKER = 0.8
_WEIGHT_OF_COMPANION = 0.9
# For each word that had to be left out, so that of two columns the plainer name wins.
_WEIGHT_OF_CUSTOMER_WORD = 0.98
_WEIGHT_OF_FILLER = 0.99
_WEIGHT_OF_SECOND = 0.6
# Who pays is mostly the customer; who receives may be anybody.
_WEIGHT_OF_BLOCK = {"BillingAddress": 0.85, "ShippingAddress": 0.65, "MailingAddress": 0.8}
_WEIGHT_OF_NEAR = 0.7
_WEIGHT_OF_STATUS = 0.74

_KEY_ENDINGS = frozenset({"id", "key", "number", "no", "nr", "num", "code", "uuid", "guid", "nummer", "ref"})
_PLAIN_KEYS = frozenset({"id", "uid", "recid", "recordid", "rowid", "uuid", "guid", "key"})

_BY_PLACE = {
    ("PhoneNumber", "home"): "HomePhoneNumber",
    ("PhoneNumber", "work"): "BusinessPhoneNumber",
    ("PhoneNumber", "mobile"): "MobilePhoneNumber",
    ("EmailAddress", "home"): "PersonalEmailAddress",
    ("EmailAddress", "work"): "BusinessEmailAddress",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a name says.

    Attributes
    ----------
    target : str
        Without prefix: ``Address.City``.
    weight : float
        How much the name says it, from 0 to 1.
    place : str
        Of an address: ``home``, ``work``, ``second``, or empty.
    companion : str
        The target that another column must have for this to hold, or empty.
    near : str
        The alias, if the name is only spelled like it; else empty.
    """

    target: str
    weight: float
    place: str = ""
    companion: str = ""
    near: str = ""


def plain(name: str) -> str:
    """Return a name in lower case, without accents, as words with one space between.

    Examples
    --------
    >>> plain("FirstName"), plain("E-Mail (privé)"), plain("phone2")
    ('first name', 'e mail prive', 'phone 2')
    """
    parts = re.sub(r"(?<=[a-z\d])(?=[A-Z])|(?<=[^\W\d_])(?=\d)", " ", name)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", parts) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


def _joined(name: str) -> str:
    return plain(name).replace(" ", "")


def _readings_by_alias() -> dict[str, Reading]:
    """Return what each alias says; the weaker ones do not replace others."""
    tables = (
        ("", WEAKER_ALIASES, _WEIGHT_OF_WEAKER),
        ("Address.", WEAKER_ADDRESS_ALIASES, _WEIGHT_OF_WEAKER),
        ("", ALIASES, 1.0),
        ("Address.", ADDRESS_ALIASES, 1.0),
    )
    # The names go through the same form as the columns: it takes Japanese letters apart as well.
    found = {
        _joined(name): Reading(prefix + target, weight)
        for prefix, table, weight in tables
        for target, names in table.items()
        for name in names.split()
    }
    lines = [_joined(name) for name in ADDRESS_ALIASES["Address1"].split()]
    found |= {f"{name}{number}": Reading(f"Address.Address{number}", 1.0) for name in lines for number in range(1, 5)}
    found |= {name: Reading("Address.State", _WEIGHT_OF_STATUS) for name in STATE_OR_STATUS.split()}
    for name, (target, companion) in NEEDING_COMPANIONS.items():
        found[name] = Reading(target, _WEIGHT_OF_COMPANION, companion=companion)
    return found


_BY_ALIAS = _readings_by_alias()
_STATE_OR_STATUS = frozenset(STATE_OR_STATUS.split())
_BLOCK_BY_WORD = {plain(word): block for block, words in ADDRESS_BLOCKS.items() for word in words.split()}
_PLACE_BY_WORD = {plain(word): place for place, words in PLACES.items() for word in words.split()}
_CUSTOMER = frozenset(map(plain, CUSTOMER_WORDS.split()))
_WITHOUT_MEANING = frozenset(map(plain, f"{FILLERS} {FIRST_WORDS}".split()))
_MODIFIERS = frozenset(_BLOCK_BY_WORD) | frozenset(_PLACE_BY_WORD) | _CUSTOMER | _WITHOUT_MEANING
_BLOCK_LETTERS = frozenset(word for word in _BLOCK_BY_WORD if len(word) == 1 and word.isascii())
# Shorter words stand at the beginning of too many others.
_SHORTEST_PREFIX = 4
_PREFIXES = tuple(word for word in _MODIFIERS if len(word) >= (_SHORTEST_PREFIX if word.isascii() else 2))
# A slip of the pen in a short word makes another word: "start" and "Stadt", "tender" and "gender".
_SHORTEST_NEAR, _SHORTEST_NEAR_TWO = 6, 10
_NEAR = {alias: reading for alias, reading in _BY_ALIAS.items() if len(alias) >= _SHORTEST_NEAR and alias.isascii()}


def reading_of(column: str) -> Reading | None:
    """Return what a name says, or None if it says nothing.

    A name that is an alias as it stands weighs more than one that is after words were left out.

    Examples
    --------
    >>> reading_of("Shipping ZIP code").target
    'ShippingAddress.PostalCode'
    >>> reading_of("E-mail (work)").target
    'BusinessEmailAddress'
    >>> reading_of("_profile.Gender").target
    'Gender'
    >>> reading_of("shoe size")
    """
    if column.startswith(catalog.PROFILE_PREFIX):
        return _reading_of_path(column)
    words = [part for word in plain(column).split() for part in _without_prefix(word)]
    if not 0 < len(words) <= _MOST_WORDS:
        return None
    # "Ort L" is the place of the Lieferung; in front, a letter is the rest of something else.
    candidates = [
        place
        for place, word in enumerate(words)
        if word in _MODIFIERS and (word not in _BLOCK_LETTERS or place == len(words) - 1)
    ]
    for count in range(min(len(candidates), _MOST_LEFT_OUT, len(words) - 1) + 1):
        readings = list(_readings_without(words, candidates, count))
        if readings:
            return max(readings, key=lambda reading: reading.weight)
    return None


def _reading_of_path(column: str) -> Reading | None:
    """Return the target that a name spells as the service does, custom attributes included."""
    try:
        return Reading(catalog.target(column).name, 1.0)
    except FieldsError:
        return None


def _without_prefix(word: str) -> tuple[str, ...]:
    """Return a word as it is, or in two if it is one such as ``Rechnungsort``."""
    if word in _BY_ALIAS or word in _MODIFIERS:
        return (word,)
    for prefix in _PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and rest in _BY_ALIAS:
            return prefix, rest
    return (word,)


def _readings_without(words: list[str], candidates: list[int], count: int) -> Iterator[Reading]:
    """Yield what a name says if some number of its words is left out."""
    for places in combinations(candidates, count):
        left = "".join(word for place, word in enumerate(words) if place not in places)
        found = _BY_ALIAS.get(left)
        if found and not (places and (found.companion or left in _STATE_OR_STATUS)):
            reading = _modified(found, [words[place] for place in places])
            if reading:
                yield reading


def _modified(reading: Reading, left_out: list[str]) -> Reading | None:
    """Return a reading as the words beside it change it, or None if they contradict each other."""
    blocks = {_BLOCK_BY_WORD[word] for word in left_out if word in _BLOCK_BY_WORD}
    places = {_PLACE_BY_WORD[word] for word in left_out if word in _PLACE_BY_WORD} - {"second"}
    if len(blocks) > 1 or len(places) > 1:
        return None
    for word in left_out:
        factor = _WEIGHT_OF_CUSTOMER_WORD if word in _CUSTOMER else _WEIGHT_OF_FILLER
        reading = replace(reading, weight=reading.weight * factor)
    for place in places:
        reading = _at(reading, place)
    if any(_PLACE_BY_WORD.get(word) == "second" for word in left_out):
        reading = replace(reading, weight=reading.weight * _WEIGHT_OF_SECOND, place="second")
    for block in blocks:
        if reading.target.startswith("Address."):
            reading = replace(reading, target=reading.target.replace("Address", block, 1))
        else:
            reading = replace(reading, weight=reading.weight * _WEIGHT_OF_BLOCK[block])
    return reading


def _at(reading: Reading, place: str) -> Reading:
    if (target := _BY_PLACE.get((reading.target, place))) is not None:
        return replace(reading, target=target)
    if reading.target.startswith("Address."):
        return replace(reading, place=place)
    return replace(reading, weight=reading.weight * _WEIGHT_OF_WEAKER)


def near_reading_of(column: str) -> Reading | None:
    """Return what a name says if one or two letters of it are taken for a slip, or None.

    Examples
    --------
    >>> near_reading_of("Emial adress").near
    'emailaddress'
    >>> near_reading_of("shoe size")
    """
    # A letter of its own is no slip: "city x" is another city than "city".
    if any(len(word) == 1 for word in plain(column).split()):
        return None
    name = _joined(column)
    allowed = 2 if len(name) >= _SHORTEST_NEAR_TWO else 1
    if len(name) < _SHORTEST_NEAR - 1:
        return None
    found = process.extractOne(name, _NEAR.keys(), scorer=OSA.distance, score_cutoff=allowed)
    if found is None:
        return None
    alias, distance, _ = found
    reading = _NEAR[alias]
    # A number is no slip: "address 6" is not "address 1".
    if any(sign.isdigit() for sign in name + alias) or reading.companion:
        return None
    likeness = 1 - distance / len(alias)
    return replace(reading, weight=reading.weight * _WEIGHT_OF_NEAR * likeness, near=alias)


def reason_to_stay(column: str) -> str:
    """Return why a column of this name is not suggested although it is somebody's data; empty if there is no reason.

    Examples
    --------
    >>> reason_to_stay("Fax No")
    'a fax number cannot be called'
    """
    name = plain(column)
    reason = next((reason for pattern, reason in _STAYS_BEHIND if pattern.search(name)), "")
    if not reason and _is_of_other_things(name.split()):
        return "the number of something else than the customer; a custom attribute can hold it"
    return reason


# In the plain form, which takes Japanese letters apart.
_STAYS_BEHIND = tuple(
    (re.compile("".join(s for s in unicodedata.normalize("NFKD", pattern) if not unicodedata.combining(s))), reason)
    for pattern, reason in STAYS_BEHIND
)


def _is_of_other_things(words: list[str]) -> bool:
    return bool(words) and words[-1] in _KEY_ENDINGS and not _OTHER_THINGS.isdisjoint(words)


def is_named_as_key(column: str) -> bool:
    """Return whether a name is that of a number by which rows are told apart, of nothing else as far as it says."""
    words = plain(column).split()
    if not words or not _OTHER_THINGS.isdisjoint(words) or reason_to_stay(column):
        return False
    return words[-1] in _KEY_ENDINGS or is_plain_key(column)


def is_plain_key(column: str) -> bool:
    """Return whether a name is ``id``, ``record id`` or the like, and nothing more."""
    return "".join(word for word in plain(column).split() if word not in _CUSTOMER) in _PLAIN_KEYS


def is_of_an_order(column: str) -> bool:
    """Return whether a table with a column of this name has a row for each order, not for each customer.

    Examples
    --------
    >>> is_of_an_order("Order #"), is_of_an_order("Last Order Date")
    (True, False)
    """
    words = set(plain(column).split())
    if words.isdisjoint(_ORDERS) or words & {"last", "first", "total", "letzte", "count", "average"}:
        return False
    return bool(
        "lineitem" in words or words <= _ORDERS or words & (_KEY_ENDINGS | {"date", "datum", "status", "numero"})
    )


_ORDERS = frozenset(map(plain, ORDER_WORDS.split()))
_OTHER_THINGS = frozenset(OTHER_THINGS.split())
