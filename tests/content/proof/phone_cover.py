"""Strings that walk over the transitions of a compiled table.

For every state a shortest string that leads to it; after it every digit; and after each of those, some of the
continuations that the table accepts from there, and near misses of them. A transition that leads to a wrong state
shows in one of them, unless the two states differ only in what none of these continuations tells apart.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from cpnb.content.numbering_plan import Abroad, Reading
from cpnb.content.phone_table import DigitTable
from tests.content.proof.phone_metadata import DIGITS, near_miss

LONGEST = 21


class Walk:
    """All walks from the start of a table.

    Attributes
    ----------
    shortest : dict of int to str
        For each state that is reached, a shortest string of digits that leads there; in order of length.
    """

    def __init__(self, table: DigitTable) -> None:
        self._following: list[int] = table.next_state.tolist()
        self._label: list[int] = table.label.tolist()
        self._labels = table.labels.all
        self._open: dict[int, tuple[int, ...]] = {}
        self.shortest = {table.start: ""}
        waiting = [table.start]
        for state in waiting:
            for digit in range(10):
                reached = self.after(state, digit)
                if reached not in self.shortest:
                    self.shortest[reached] = self.shortest[state] + str(digit)
                    waiting.append(reached)

    def after(self, state: int, digit: int) -> int:
        """Return the state after a digit."""
        return self._following[state + digit]

    def label(self, state: int) -> object:
        """Return what is said of digits that end in a state."""
        return self._labels[self._label[state // 16]]

    def leaves_the_country(self, digits: str) -> bool:
        """Tell whether what comes after the digits is read as an international number."""
        state = next(iter(self.shortest))
        for digit in digits:
            state = self.after(state, int(digit))
        return isinstance(self.label(state), Abroad)

    def open_digits(self, state: int) -> tuple[int, ...]:
        """Return the digits after which a valid number may still come."""
        if state not in self._open:
            self._open[state] = ()  # a state that leads to itself leads nowhere new
            self._open[state] = tuple(
                digit
                for digit in range(10)
                if isinstance(self.label(reached := self.after(state, digit)), Reading | Abroad)
                or self.open_digits(reached)
            )
        return self._open[state]

    def leads_anywhere(self, state: int) -> bool:
        """Tell whether a number that came to the state is valid, or may become it."""
        return bool(self.open_digits(state)) or isinstance(self.label(state), Reading | Abroad)

    def continuation(self, state: int, rng: random.Random, abroad: Sequence[str]) -> str:
        """Return digits after which a number that came to the state is valid; empty if there are none.

        Where the state leaves the country, what follows is one of the numbers `abroad`.
        """
        found = ""
        while len(found) < LONGEST:
            if isinstance(self.label(state), Abroad):
                return found + rng.choice(abroad)
            digits = self.open_digits(state)
            if not digits or (found and isinstance(self.label(state), Reading) and rng.random() < 0.5):
                break
            digit = rng.choice(digits)
            found += str(digit)
            state = self.after(state, digit)
        return found

    def cover(
        self, rng: random.Random, *, per_transition: int, share: float = 1.0, abroad: Sequence[str] = ("",)
    ) -> Iterator[str]:
        """Yield strings of digits that use every transition, or a random share of them."""
        for state, digits in self.shortest.items():
            for digit in DIGITS:
                if rng.random() >= share:
                    continue
                begun = digits + digit
                yield begun
                reached = self.after(state, int(digit))
                for _ in range(per_transition):
                    more = self.continuation(reached, rng, abroad) or _random_digits(rng)
                    yield begun + more
                    yield begun + near_miss(more, rng)


def _random_digits(rng: random.Random) -> str:
    return "".join(rng.choices(DIGITS, k=rng.randint(1, 9)))
