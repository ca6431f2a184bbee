"""What is dialled in a region without a plus sign: abroad, with its own calling code, or at home.

The three ways are followed at the same time, and which one counts is decided when the digits end, as ``parse`` does:
a prefix out of the country wins; the region's own calling code is cut off if that makes an impossible number
possible, or if the number is too long with it; else all digits are a number of the region.

Source: phonenumbers, ``_maybe_extract_country_code``.
"""

from __future__ import annotations

from typing import NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.phonemetadata import PhoneMetadata

from cpnb.content.numbering_automaton import DEAD, Automaton, smallest
from cpnb.content.numbering_pattern import UnknownPatternError
from cpnb.content.numbering_plan import (
    Abroad,
    Dialled,
    Lengths,
    Undecided,
    inside,
    prefix_of,
    reading_of,
    stripped,
)
from cpnb.content.numbering_prefix import Match, Stripped, Stripping
from cpnb.content.numbering_validity import metadata


def national_plan(region: str) -> Automaton[Dialled]:
    """Return the automaton over the digits of a number without ``+`` that is dialled in a region.

    Raises
    ------
    UnknownPatternError
        If the plan holds a construct that is not modelled.
    """
    plan = _National(region)
    return smallest(plan.start, plan.step, plan.label, plan.dead, None)


_UNSEEN, _ZERO, _OTHER = range(3)
_FIRST_DIGIT = ((_ZERO, *(_OTHER,) * 9), (_ZERO,) * 10, (_OTHER,) * 10)
"""An automaton that tells what the first digit is: no calling code begins with 0."""


class _Open(NamedTuple):
    """A state while the digits may still be of this country.

    Attributes
    ----------
    leaving : Stripped, optional
        How far a prefix out of the country was read; None if there is none.
    plain : int
        How far the digits were read as a number of the region.
    coded : Stripped or int, optional
        How far they were read as the region's calling code and a number: while the code itself is read, how
        many of its digits; None if they begin in another way.
    """

    leaving: Stripped | None
    plain: int
    coded: Stripped | int | None


class _National:
    """An automaton whose states are `_Open`, or the place from which on the digits are of another country."""

    def __init__(self, region: str) -> None:
        home = PhoneMetadata.metadata_for_region(region)
        if home is None or home.country_code is None:
            raise UnknownPatternError(f"no plan for region {region}")
        main = COUNTRY_CODE_TO_REGION_CODE[home.country_code][0]
        self._plan = metadata(home.country_code, region)
        self._code = str(home.country_code)
        self._lengths = Lengths(self._plan)
        self._plain = inside(home.country_code, region, region)
        # After the calling code the prefix inside the country is stripped twice: the region's own, to see whether what
        # is left makes a better number, and then that of the main region, as in any international number.
        self._coded = self._plain if main == region else inside(home.country_code, main, region)
        self._after_code = prefix_of(self._plan, self._coded.start, self._coded.next_states.__getitem__)
        self._leaving = Stripping(home.international_prefix, None, _UNSEEN, None, _FIRST_DIGIT.__getitem__)
        self.start = self._open(self._leaving.start, self._plain.start, 0)
        self.dead = _Open(None, DEAD, None)

    def _open(self, leaving: Stripped | None, plain: int, coded: Stripped | int | None) -> _Open | int:
        if leaving is not None and not leaving.threads:
            if leaving.match is not None and leaving.match.inner == _OTHER:
                return leaving.match.rest_from
            if leaving.match is None or leaving.match.inner == _ZERO:
                leaving = None
        if leaving is None and plain == DEAD and coded == self._after_code.dead:
            coded = None
        return _Open(leaving, plain, coded)

    def step(self, state: _Open | int) -> tuple[_Open | int, ...]:
        """Return the ten states that follow a state."""
        if isinstance(state, int):
            return (state,) * 10
        leaving = self._leaving.step(state.leaving) if state.leaving else (None,) * 10
        return tuple(map(self._open, leaving, self._plain.next_states[state.plain], self._coded_after(state.coded)))

    def _coded_after(self, coded: Stripped | int | None) -> tuple[Stripped | int | None, ...]:
        if coded is None:
            return (None,) * 10
        if isinstance(coded, Stripped):
            return self._after_code.step(coded)
        following = self._after_code.start if coded + 1 == len(self._code) else coded + 1
        return tuple(following if self._code[coded] == digit else None for digit in "0123456789")

    def label(self, state: _Open | int, length: int) -> Dialled:
        """Return what so many digits are that end in a state."""
        if isinstance(state, int):
            return Abroad(state)
        leaving = state.leaving and state.leaving.best()
        if leaving and leaving.inner != _ZERO:
            return Abroad(leaving.rest_from)
        plain = self._plain.labels[state.plain]
        if isinstance(state.coded, Stripped):
            match = stripped(state.coded, self._is_possible)
            better = not plain.is_possible and self._is_possible(match.inner)
            if better or self._lengths.are_exceeded_by(length):
                return self._with_code(match)
        return plain.reading

    def _is_possible(self, coded: int) -> bool:
        return self._coded.labels[coded].is_possible

    def _with_code(self, match: Match) -> Dialled:
        """Return what the digits after the calling code are, of which a match was taken off before."""
        reading = self._coded.labels[match.inner].reading
        if reading is None:
            return None
        if match.kept_from < 0:
            return reading.behind(len(self._code) + match.rest_from)
        if reading.rest_from == 0:
            return reading_of(self._plan, match, self._after_code).behind(len(self._code))
        return Undecided(0)
