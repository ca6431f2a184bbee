"""Faults planted on purpose in a compiled table, and whether the strings of the proof notice them.

A proof by strings is only as good as its strings. Each fault here changes what some number is: a digit leads to
where nothing is valid, to where its neighbour leads, to any other state, or a state gets another label. It is
noticed if one of the strings is read in another way than before, verdict or E.164 form.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cpnb.content.numbering_plan import Abroad, Dialled, Reading
from cpnb.content.phone_table import DigitTable
from tests.content.proof.phone_cover import Walk

Plant = Callable[[random.Random, int, int], int]


class Strings:
    """Strings of digits, and what a table says of each.

    Parameters
    ----------
    texts : iterable of str
        Digits only.
    international : DigitTable
        The table that reads on where digits leave the country.
    """

    def __init__(self, texts: Iterable[str], international: DigitTable) -> None:
        self.texts = list(dict.fromkeys(texts))
        self._international = international
        size = np.array([len(text) for text in self.texts], np.int32)
        self._end = np.cumsum(size, dtype=np.int32)
        self._begin = self._end - size
        self._digits = np.frombuffer("".join(self.texts).encode(), np.uint8) - np.uint8(ord("0"))

    def labels(self, table: DigitTable) -> NDArray[np.uint16]:
        """Return the index of the label of each string."""
        return table.run(self._digits, self._begin, self._end)

    def notice(self, table: DigitTable, before: NDArray[np.uint16], faulty: DigitTable) -> bool:
        """Tell whether a faulty table reads a string in another way; `before` are the labels of the right one."""
        after = self.labels(faulty)
        return any(
            self._form(self.texts[row], table.labels.all[before[row]])
            != self._form(self.texts[row], faulty.labels.all[after[row]])
            for row in np.flatnonzero(before != after).tolist()
        )

    def _form(self, digits: str, said: Dialled) -> str | None:
        """Return the number in E.164 form that digits are by a label; None if they are no valid number."""
        if isinstance(said, Abroad):
            rest = digits[said.rest_from :]
            state = self._international.start
            for digit in rest:
                state = int(self._international.next_state[state + int(digit)])
            return self._form(rest, self._international.labels.all[self._international.label[state // 16]])
        if not isinstance(said, Reading):
            return None
        return said.head + digits[said.kept_from : said.kept_to] + digits[said.rest_from :]


class Faults:
    """Ways to break a table so that some number is read in another way.

    Attributes
    ----------
    kinds : dict of str to callable
        For each kind of fault, a function that returns a broken table, each time another one.
    """

    def __init__(self, table: DigitTable, rng: random.Random) -> None:
        self._table = table
        self._rng = rng
        self._walk = Walk(table)
        self._states = [state for state, digits in self._walk.shortest.items() if len(digits) >= 3]  # past the code
        self._readings = [index for index, said in enumerate(table.labels.all) if isinstance(said, Reading)]
        self._nothing = table.labels.all.index(None)
        self._class_of: dict[int, int] = {}
        self._classes: dict[object, int] = {}
        self._dead = next(state for state in self._walk.shortest if not self._walk.leads_anywhere(state))
        self.kinds: dict[str, Callable[[], DigitTable]] = {
            "a digit leads nowhere": lambda: self._rewired(lambda *_: self._dead),
            "a digit follows its neighbour": lambda: self._rewired(self._neighbour),
            "a digit leads to a random state": lambda: self._rewired(lambda *_: rng.choice(self._states)),
            "a verdict is flipped": self._relabelled,
        }

    def _neighbour(self, state: int, digit: int) -> int:
        return self._walk.after(state, (digit + self._rng.choice([1, 9])) % 10)

    def _rewired(self, target: Callable[[int, int], int]) -> DigitTable:
        while True:
            state, digit = self._rng.choice(self._states), self._rng.randrange(10)
            other = target(state, digit)
            if self._class(other) != self._class(self._walk.after(state, digit)):
                next_state = self._table.next_state.copy()
                next_state[state + digit] = other
                return replace(self._table, next_state=next_state)

    def _relabelled(self) -> DigitTable:
        state = self._rng.choice(self._states)
        label = self._table.label.copy()
        is_valid = isinstance(self._walk.label(state), Reading)
        label[state // 16] = self._nothing if is_valid else self._rng.choice(self._readings)
        return replace(self._table, label=label)

    def _class(self, state: int) -> int:
        """Return a number that two states share if no digits tell them apart: swapping those is no fault."""
        if not self._walk.leads_anywhere(state):
            return -1
        if state not in self._class_of:
            label = self._walk.label(state)
            following = [self._walk.after(state, digit) for digit in range(10)]
            said = label if isinstance(label, Reading | Abroad) else None
            key = (said, tuple(-1 if after == state else self._class(after) for after in following))
            self._class_of[state] = self._classes.setdefault(key, len(self._classes))
        return self._class_of[state]


def share_noticed(table: DigitTable, strings: Strings, rng: random.Random, each: int) -> dict[str, tuple[int, int]]:
    """Return for each kind of fault how many of `each` were noticed by the strings, and how many there were."""
    faults = Faults(table, rng)
    before = strings.labels(table)
    return {
        kind: (sum(strings.notice(table, before, plant()) for _ in range(each)), each)
        for kind, plant in faults.kinds.items()
    }
