"""Numbering plans of the installed phonenumbers, compiled to automata over the digits that were dialled.

For texts without letters, extensions and the like, phonenumbers' ``parse`` and ``is_valid_number`` are a function of
whether there is a plus sign, of the digits, and of the region. All they consult are regular expressions over digits
and sets of lengths, so that function is a finite automaton, made out of three:

`number_automaton`      of a calling code, over the national significant number: is it valid?
`Inside`                of a region, over a number in its calling code: `number_automaton` behind the prefix that is
                        stripped even where it should not be (``+44 0 20 7946 0018``). That of a code's main region
                        is what follows the code in any international number: `international_plan`.
`national_plan`         of a region, over all digits: prefixes out of the country, the calling code without a plus,
                        and prefixes inside the country, in the order and with the second thoughts of ``parse``

Nothing here is known of any country: all of it is read from the metadata, and a plan that holds a construct that is
not modelled raises `UnknownPatternError`.

Source: phonenumbers' ``phonenumberutil``: ``parse``, ``_maybe_extract_country_code``,
``_maybe_strip_national_prefix_carrier_code``, ``_test_number_length``, ``is_valid_number``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from cpnb.content.numbering_automaton import DEAD, Automaton, smallest
from cpnb.content.numbering_prefix import Match, Stripped, Stripping
from cpnb.content.numbering_validity import NUMBER_DIGITS_MIN, metadata, number_automaton


class Reading(NamedTuple):
    """A valid number, and how its E.164 form is made of the digits.

    It is ``head + digits[kept_from:kept_to] + digits[rest_from:]``; mostly nothing is kept, from 0 to 0. In an
    international plan, digits are counted from behind the calling code.
    """

    head: str
    kept_from: int
    kept_to: int
    rest_from: int

    def behind(self, count: int) -> Reading:
        """Return the same reading of digits that have `count` others before them."""
        kept = (self.kept_from + count, self.kept_to + count) if self.kept_to else (0, 0)
        return Reading(self.head, *kept, self.rest_from + count)


@dataclass(frozen=True, slots=True)
class Abroad:
    """Digits that leave the country: from `rest_from` on, they are a calling code and a number of its plan."""

    rest_from: int


@dataclass(frozen=True, slots=True)
class Undecided:
    """Digits of which the automaton says nothing; the calling code is that of a plan which is not compiled, or 0."""

    calling_code: int


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Digits that begin with no calling code, and are enough to be sure."""


Dialled: TypeAlias = Reading | Abroad | Undecided | Unassigned | None
"""What digits are: None for no valid number."""


class Inside(NamedTuple):
    """What the digits of a number in its calling code are.

    Attributes
    ----------
    reading : Reading, optional
        None for no valid number.
    is_possible : bool
        Whether the digits, with nothing stripped, match the general description of the region that was asked for.
    """

    reading: Reading | None
    is_possible: bool


class Lengths:
    """How long the numbers of a region may be.

    Source: phonenumbers, ``_test_number_length``.
    """

    def __init__(self, plan: Any) -> None:
        self._lengths = frozenset(plan.general_desc.possible_length)
        self._local = frozenset(plan.general_desc.possible_length_local_only)

    def are_exceeded_by(self, length: int) -> bool:
        """Tell whether a number is too long for the region."""
        return length not in self._local and length > max(self._lengths)

    def allow(self, length: int) -> bool:
        """Tell whether a prefix may be stripped if that leaves so many digits. Too many may be left, and fail later."""
        return length not in self._local and (length in self._lengths or length > max(self._lengths))


def prefix_of(plan: Any, start: int, step: Callable[[int], tuple[int, ...]]) -> Stripping:
    """Return what strips a region's prefix inside the country, in front of an inner automaton."""
    return Stripping(plan.national_prefix_for_parsing, plan.national_prefix_transform_rule, start, DEAD, step)


def stripped(state: Stripped, is_possible: Callable[[int], bool]) -> Match:
    """Return what is stripped in the end: not what would turn a possible number into an impossible one."""
    whole = Match(-1, -1, 0, state.whole)
    match = state.best()
    if match is None or (is_possible(whole.inner) and not is_possible(match.inner)):
        return whole
    return match


def length_left(match: Match, stripping: Stripping, length: int) -> int:
    """Return how many of so many digits a match leaves."""
    kept = len(stripping.literal) + match.kept_to - match.kept_from if match.kept_from >= 0 else 0
    return length - match.rest_from + kept


def reading_of(plan: Any, match: Match, stripping: Stripping) -> Reading:
    """Return how E.164 is made of digits of which a match is stripped."""
    head = f"+{plan.country_code}"
    if match.kept_from < 0:
        return Reading(head, 0, 0, match.rest_from)
    return Reading(f"{head}{stripping.literal}", match.kept_from, match.kept_to, match.rest_from)


def inside(calling_code: int, region: str, asked: str) -> Automaton[Inside]:
    """Return the automaton over a number in its calling code, with a prefix inside the country or without.

    Parameters
    ----------
    calling_code : int
        Such as 44.
    region : str
        Whose prefix is stripped: the main region of the code, or `asked`.
    asked : str
        Whose general description is asked for.
    """
    plan = metadata(calling_code, region)
    numbers = number_automaton(calling_code, asked)
    stripping = prefix_of(plan, numbers.start, numbers.next_states.__getitem__)
    lengths = Lengths(plan)
    labels = numbers.labels
    possible = [label.possible_here if region == asked else label.possible for label in labels]

    def label(state: Stripped, length: int) -> Inside:
        match = stripped(state, possible.__getitem__)
        if not lengths.allow(length_left(match, stripping, length)):
            match = Match(-1, -1, 0, state.whole)
        is_valid = length >= NUMBER_DIGITS_MIN and labels[match.inner].valid
        return Inside(reading_of(plan, match, stripping) if is_valid else None, labels[state.whole].possible_here)

    return smallest(stripping.start, stripping.step, label, stripping.dead, Inside(None, is_possible=False))


def international_plan(calling_code: int) -> Automaton[Dialled]:
    """Return the automaton over the digits that follow a calling code after ``+`` or a prefix out of the country.

    Raises
    ------
    UnknownPatternError
        If the plan holds a construct that is not modelled.
    """
    main = COUNTRY_CODE_TO_REGION_CODE[calling_code][0]
    plan = inside(calling_code, main, main)
    return smallest(plan.start, plan.next_states.__getitem__, lambda state, _: plan.labels[state].reading, DEAD, None)
