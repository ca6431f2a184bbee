"""Finite automata over digits: from patterns to sets of positions, and from those to the smallest table.

A string of digits is read one digit at a time. Each automaton here is deterministic: a state and a digit give
the next state. Its states may be any hashable thing, and it is *acyclic*: after finitely many digits nothing
can change any more, which is the state `DEAD`. For such an automaton the smallest equal one is found by
working backwards from its ends: two states are one when they bear the same label and all ten of their next
states are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cpnb.content.numbering_pattern import (
    ALL_DIGITS,
    AtEnd,
    Choice,
    Group,
    Node,
    OneDigit,
    Repeat,
    Sequence,
    UnknownPatternError,
    parsed,
)

Label = TypeVar("Label", bound=Hashable)
State = TypeVar("State", bound=Hashable)

DEAD = 0
"""The state of every automaton in which no further digit changes anything. It leads to itself."""


@dataclass(frozen=True, slots=True)
class Automaton(Generic[Label]):
    """A smallest acyclic automaton.

    Attributes
    ----------
    start : int
        The state before the first digit.
    next_states : list of tuple of int
        For each state the ten next states. A state comes after those that it leads to; the first is `DEAD`.
    labels : list
        What is said of a string that ends in each state.
    """

    start: int
    next_states: list[tuple[int, ...]]
    labels: list[Label]

    def after(self, digits: str, state: int | None = None) -> int:
        """Return the state after the digits, from the start or from another state."""
        state = self.start if state is None else state
        for digit in digits:
            state = self.next_states[state][int(digit)]
        return state


def smallest(
    start: State,
    step: Callable[[State], tuple[State, ...]],
    label: Callable[[State, int], Label],
    dead: State,
    dead_label: Label,
) -> Automaton[Label]:
    """Return the smallest automaton that labels every string as a given one does.

    Parameters
    ----------
    start : hashable
        The state before the first digit.
    step : callable
        From a state to the ten that follow it. A state that follows itself is final: its label must not
        depend on the number of digits.
    label : callable
        From a state and the number of digits read so far to what is said of the string. It may depend on
        the number: the same state after five digits and after six counts as two.
    dead : hashable
        The one state from which no other is reached and whose label depends on nothing.
    dead_label : hashable
        The label of `dead`.
    """
    next_states: list[tuple[int, ...]] = [(DEAD,) * 10]
    labels: list[Label] = [dead_label]
    known: dict[tuple[Label, tuple[int, ...]], int] = {(dead_label, next_states[0]): DEAD}
    memo: dict[tuple[State, int], int] = {}

    def new_state(said: Label, following: tuple[int, ...]) -> int:
        number = known.get((said, following))
        if number is None:
            number = known[said, following] = len(next_states)
            next_states.append(following)
            labels.append(said)
        return number

    def number_of(state: State, length: int) -> int:
        if state == dead:
            return DEAD
        number = memo.get((state, length))
        if number is None:
            targets = step(state)
            if targets.count(state) == len(targets):
                number = new_state(label(state, length), (len(next_states),) * 10)
            else:
                reached = {target: number_of(target, length + 1) for target in dict.fromkeys(targets)}
                number = new_state(label(state, length), tuple(map(reached.__getitem__, targets)))
            memo[state, length] = number
        return number

    return Automaton(number_of(start, 0), next_states, labels)


class PatternSet:
    """Many patterns read at once: after each digit, the set of places where reading could be in any of them.

    A place is a digit of a pattern that is waited for, or the end of a pattern. A set of places is an int, one
    bit for each. This is the subset construction, made as far as somebody asks.

    Attributes
    ----------
    start : int
        The set before the first digit. The empty set is 0.
    lasting : int
        The places that are never left again: those of patterns that matched the beginning of the number.
    """

    def __init__(self) -> None:
        self.start = 0
        self.lasting = 0
        self._places = 0
        self._following: list[int] = []
        self._waiting = [0] * 10
        self._reached: dict[int, int] = {}
        self._steps: dict[int, tuple[int, ...]] = {0: (0,) * 10}

    def add(self, pattern: str) -> int:
        """Take a pattern in, and return the place (as a set of one) that is reached when it matches all of a text.

        Raises
        ------
        UnknownPatternError
            If the pattern holds a construct that is not modelled.
        """
        end = self._place(0)
        self.start |= self._before(parsed(pattern), end)
        return end

    def add_beginning(self, pattern: str) -> int:
        """Take a pattern in, and return the place that is reached when it matches the beginning of a text."""
        end = self._place(ALL_DIGITS)
        self._following[-1] = end
        self.start |= self._before(parsed(pattern), end)
        self.lasting |= end
        return end

    def step(self, places: int) -> tuple[int, ...]:
        """Return the ten sets of places that follow a set."""
        found = self._steps.get(places)
        if found is None:
            found = self._steps[places] = tuple(self._after(places & waiting) for waiting in self._waiting)
        return found

    def _place(self, accepted: int, following: int = 0) -> int:
        place = 1 << self._places
        self._places += 1
        self._following.append(following)
        for digit in range(10):
            if accepted >> digit & 1:
                self._waiting[digit] |= place
        return place

    def _after(self, leaving: int) -> int:
        reached = self._reached.get(leaving)
        if reached is None:
            reached, left = 0, leaving
            while left:
                lowest = left & -left
                reached |= self._following[lowest.bit_length() - 1]
                left ^= lowest
            self._reached[leaving] = reached
        return reached

    def _before(self, node: Node, following: int) -> int:
        """Return the places where reading the node begins, if `following` are those after it."""
        match node:
            case OneDigit(accepted):
                return self._place(accepted, following)
            case Sequence(parts):
                for part in reversed(parts):
                    following = self._before(part, following)
                return following
            case Choice(branches):
                places = 0
                for branch in branches:
                    places |= self._before(branch, following)
                return places
            case Repeat():
                return self._before_repeat(node, following)
            case Group(_, part):
                return self._before(part, following)
            case AtEnd():
                raise UnknownPatternError("an end in the middle of a pattern that matches all of a text")

    def _before_repeat(self, node: Repeat, following: int) -> int:
        places = following
        for _ in range(node.most - node.least):
            places = self._before(node.part, places) | following
        for _ in range(node.least):
            places = self._before(node.part, places)
        return places
