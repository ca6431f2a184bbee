"""Which national significant numbers are valid, as an automaton for each calling code."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.phonemetadata import PhoneMetadata

from cpnb.content.numbering_automaton import Automaton, PatternSet, smallest
from cpnb.content.numbering_pattern import UnknownPatternError

NUMBER_DIGITS_MIN, NUMBER_DIGITS_MAX = 2, 17
"""Lengths of a national significant number that ``parse`` lets through.
Source: phonenumbers, ``_MIN_LENGTH_FOR_NSN`` and ``_MAX_LENGTH_FOR_NSN``; a test compares them."""

_KINDS = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail")
_GENERAL, _FIXED_LINE, _MOBILE = "general_desc", "fixed_line", "mobile"


def metadata(calling_code: int, region: str) -> Any:
    """Return the installed metadata of a region, or of a calling code that is no region's (``001``).

    Raises
    ------
    UnknownPatternError
        If it is not as it is expected here.
    """
    plan = PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)
    if plan is None or plan.country_code != calling_code or plan.general_desc is None:
        raise UnknownPatternError(f"no plan, or another one's, for calling code {calling_code}")
    if not plan.general_desc.possible_length:
        raise UnknownPatternError(f"a plan without lengths for calling code {calling_code}")
    return plan


@cache
def pattern_characters(calling_code: int) -> int:
    """Return how long the patterns of all regions of a calling code are together: a measure of the work they make."""
    regions = COUNTRY_CODE_TO_REGION_CODE[calling_code]
    plans = [PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region) for region in regions]
    descriptions = [getattr(plan, kind, None) for plan in plans for kind in (_GENERAL, _FIXED_LINE, _MOBILE, *_KINDS)]
    return sum(len(one.national_number_pattern or "") for one in descriptions if one is not None)


class NumberVerdict(NamedTuple):
    """What is said of a national significant number.

    Attributes
    ----------
    valid : bool
        Whether a region of the calling code takes it for a number of its own.
    possible : bool
        Whether it matches the general description of the main region of the code; lengths are not looked at.
    possible_here : bool
        The same for the region that was asked for.
    """

    valid: bool
    possible: bool
    possible_here: bool


_NOTHING = NumberVerdict(valid=False, possible=False, possible_here=False)


@cache
def number_automaton(calling_code: int, region: str) -> Automaton[NumberVerdict]:
    """Return the automaton over national significant numbers of a calling code.

    Parameters
    ----------
    calling_code : int
        Such as 44.
    region : str
        One of its regions, whose general description is asked for as well.

    Raises
    ------
    UnknownPatternError
        If the plan holds a construct that is not modelled.
    """
    numbers = _numbers(calling_code)
    here = COUNTRY_CODE_TO_REGION_CODE[calling_code].index(region)

    def verdict(places: int, length: int) -> NumberVerdict:
        return NumberVerdict(
            numbers.is_valid(places, length), numbers.is_possible(places, 0), numbers.is_possible(places, here)
        )

    return smallest(numbers.start, numbers.step, verdict, 0, _NOTHING)


@cache
def _numbers(calling_code: int) -> _Numbers:
    return _Numbers(calling_code)


class _End(NamedTuple):
    """Where a pattern has matched, and which lengths count; any, if there are none."""

    place: int
    lengths: frozenset[int]

    def is_reached(self, places: int, length: int) -> bool:
        return bool(places & self.place) and (not self.lengths or length in self.lengths)


class _Numbers:
    """The patterns of all regions of a calling code at once; states are sets of places in them.

    Source: phonenumbers, ``region_code_for_number`` and ``_number_type_helper``.
    """

    def __init__(self, calling_code: int) -> None:
        self._plans = [metadata(calling_code, region) for region in COUNTRY_CODE_TO_REGION_CODE[calling_code]]
        self._patterns = PatternSet()
        self._ends = [self._ends_of(plan) for plan in self._plans]
        self._beginnings: dict[int, int] = {}
        for index, plan in enumerate(self._plans):
            if plan.leading_digits is not None:
                self._beginnings[index] = self._patterns.add_beginning(plan.leading_digits)
        self.start = self._patterns.start
        self._valid: dict[tuple[int, int], bool] = {}

    def _ends_of(self, plan: Any) -> dict[str, _End]:
        """Add the patterns of a region, and return the end of each."""
        ends = {}
        for kind in (_GENERAL, _FIXED_LINE, _MOBILE, *_KINDS):
            description = getattr(plan, kind)
            if kind == _MOBILE and plan.same_mobile_and_fixed_line_pattern:
                continue
            if description is not None and description.national_number_pattern:
                place = self._patterns.add(description.national_number_pattern)
                ends[kind] = _End(place, frozenset(description.possible_length))
        return ends

    def step(self, places: int) -> tuple[int, ...]:
        """Return the ten sets of places that follow a set."""
        # Where only the beginnings are left, no description can match any more.
        lasting = self._patterns.lasting
        return tuple(after if after & ~lasting else 0 for after in self._patterns.step(places))

    def is_possible(self, places: int, index: int) -> bool:
        """Tell whether the general description of a region has matched."""
        end = self._ends[index].get(_GENERAL)
        return end is not None and bool(places & end.place)

    def is_valid(self, places: int, length: int) -> bool:
        """Tell whether so many digits that end in these places are a valid number."""
        valid = self._valid.get((places, length))
        if valid is None:
            is_allowed = NUMBER_DIGITS_MIN <= length <= NUMBER_DIGITS_MAX
            valid = self._valid[places, length] = is_allowed and self._has_region(places, length)
        return valid

    def _has_region(self, places: int, length: int) -> bool:
        if len(self._plans) == 1:
            return self._has_kind(places, 0, length)
        for index in range(len(self._plans)):
            if index not in self._beginnings:
                if self._has_kind(places, index, length):
                    return True
            elif places & self._beginnings[index]:
                # A region with leading digits owns all numbers that begin with them, valid or not.
                return self._has_kind(places, index, length)
        return False

    def _has_kind(self, places: int, index: int, length: int) -> bool:
        ends = self._ends[index]
        general = ends.get(_GENERAL)
        if general is None or not general.is_reached(places, length):
            return False
        return any(end.is_reached(places, length) for kind, end in ends.items() if kind != _GENERAL)
