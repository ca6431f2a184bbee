r"""What a prefix pattern takes off the front of a number, followed digit by digit.

Before it looks at a number, phonenumbers strips what is dialled before it inside a country (the ``0`` of
``030 901820``) or out of it (``00``, ``011``). Those prefixes are regular expressions matched at the beginning,
and which match counts is decided by the rules of backtracking: the first branch that leads to a match, not the
longest one. Some take a group out of the middle (Argentina's ``0 11 15 2345 6789`` becomes ``9 11 2345 6789``).

`Stripping` follows all ways of matching at once, in their order of preference (Thompson's and Pike's
simulation of backtracking). Whatever is left of the number goes into an inner automaton at the same time,
once for each way, so that when the number ends it is known both which way counts and what the inner
automaton says of the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from cpnb.content.numbering_pattern import AtEnd, Choice, Group, Node, OneDigit, Repeat, UnknownPatternError, parsed

_RULE = re.compile(r"([0-9]*)\\([1-9])")

_MATCH, _DIGIT, _FORK, _OPEN, _CLOSE, _END = range(6)

InnerState = Any
"""A state of the inner automaton; any hashable thing."""


class Match(NamedTuple):
    """A way in which the pattern matched.

    Attributes
    ----------
    kept_from, kept_to : int
        The place of the group that stays, if one does; else -1.
    rest_from : int
        Where the match ends.
    inner : hashable
        The state of the inner automaton after what is left of the number.
    """

    kept_from: int
    kept_to: int
    rest_from: int
    inner: InnerState


class Thread(NamedTuple):
    """A way of matching that is still open.

    Attributes
    ----------
    place : int
        The digit that it waits for.
    kept_from, kept_to : int
        The place of the group that stays, as far as it was read; else -1.
    inner : hashable
        The state of the inner automaton after what was read of that group.
    at_end : Match, optional
        Instead of all that: what it will have matched if the number ends here.
    """

    place: int
    kept_from: int
    kept_to: int
    inner: InnerState
    at_end: Match | None = None


class Stripped(NamedTuple):
    """A state of `Stripping`.

    Attributes
    ----------
    length : int
        Digits read, as long as there are threads; then -1.
    threads : tuple of Thread
        The open ways, the preferred ones first.
    match : Match, optional
        The match that counts if none of the threads leads to one.
    whole : hashable
        The state of the inner automaton after the number with nothing taken off.
    """

    length: int
    threads: tuple[Thread, ...]
    match: Match | None
    whole: InnerState

    def best(self) -> Match | None:
        """Return the match that counts if the number ends here."""
        for thread in self.threads:
            if thread.at_end is not None:
                return thread.at_end
        return self.match


class Stripping:
    r"""An automaton over the digits of a number: a prefix is taken off, an inner automaton reads the rest.

    Parameters
    ----------
    pattern : str, optional
        What is stripped; nothing if there is none.
    rule : str, optional
        What a match becomes if its last group took part: digits and that group, such as ``9\1``. Else the
        match goes and nothing comes in its place.
    inner_start, inner_dead : hashable
        The start of the inner automaton, and its state in which no digit changes anything.
    inner_step : callable
        From a state of the inner automaton to the ten that follow it.

    Attributes
    ----------
    start, dead : Stripped
        The states before the first digit, and when no digit changes anything any more.
    literal : str
        The digits that come before the group that stays.

    Raises
    ------
    UnknownPatternError
        If the pattern or the rule holds something that is not modelled.
    """

    def __init__(
        self,
        pattern: str | None,
        rule: str | None,
        inner_start: InnerState,
        inner_dead: InnerState,
        inner_step: Callable[[InnerState], tuple[InnerState, ...]],
    ) -> None:
        self._inner_start = self._inner_kept = inner_start
        self._inner_dead = inner_dead
        self._inner_step = inner_step
        self._program: list[tuple[int, Any, Any]] = [(_MATCH, None, None)]
        self._groups = 0
        self._kept_group = 0
        self.literal = ""
        self.dead = Stripped(-1, (), None, inner_dead)
        self.start = Stripped(-1, (), None, inner_start)
        if pattern:
            entry = self._compiled(parsed(pattern), 0)
            if rule:
                self._take_rule(rule)
            threads: list[Thread] = []
            match = self._follow(Thread(entry, -1, -1, None), 0, threads, set())
            self.start = Stripped(0 if threads else -1, tuple(threads), match, inner_start)

    def step(self, state: Stripped) -> tuple[Stripped, ...]:
        """Return the ten states that follow a state."""
        wholes = self._inner_step(state.whole)
        if not state.threads and state.match is None:
            return tuple(self.dead if whole == self._inner_dead else Stripped(-1, (), None, whole) for whole in wholes)
        rests = self._inner_step(state.match.inner) if state.match else ()
        return tuple(
            self._after(state, digit, wholes[digit], state.match._replace(inner=rests[digit]) if state.match else None)
            for digit in range(10)
        )

    def _after(self, state: Stripped, digit: int, whole: InnerState, match: Match | None) -> Stripped:
        threads: list[Thread] = []
        seen: set[int] = set()
        for thread in state.threads:
            if thread.at_end is not None:
                continue
            _, accepted, following = self._program[thread.place]
            if not accepted >> digit & 1:
                continue
            reading_kept = thread.kept_from >= 0 > thread.kept_to
            inner = self._inner_step(thread.inner)[digit] if reading_kept else thread.inner
            moved = Thread(following, thread.kept_from, thread.kept_to, inner)
            found = self._follow(moved, state.length + 1, threads, seen)
            if found is not None:
                match = found  # it is preferred to all threads behind it, and to what matched before
                break
        if not threads and whole == self._inner_dead and (match is None or match.inner == self._inner_dead):
            return self.dead
        return Stripped(state.length + 1 if threads else -1, tuple(threads), match, whole)

    def _follow(self, thread: Thread, length: int, threads: list[Thread], seen: set[int]) -> Match | None:
        """Add the threads that a thread becomes before the next digit, preferred first; stop at a match."""
        if thread.place in seen:
            return None
        seen.add(thread.place)
        kind, detail, following = self._program[thread.place]
        if kind == _MATCH:
            kept = thread.kept_from >= 0
            return Match(thread.kept_from, thread.kept_to, length, thread.inner if kept else self._inner_start)
        if kind == _DIGIT:
            threads.append(thread)
            return None
        if kind == _FORK:
            ways = (self._follow(thread._replace(place=branch), length, threads, seen) for branch in detail)
            return next((found for found in ways if found is not None), None)
        if kind == _END:
            # What follows an end can only match here and now, if the number ends.
            at_end = self._follow(thread._replace(place=following), length, [], set())
            if at_end is not None:
                threads.append(Thread(-1, -1, -1, None, at_end))
            return None
        return self._follow(self._at_group(thread, length), length, threads, seen)

    def _at_group(self, thread: Thread, length: int) -> Thread:
        """Return what a thread becomes where a group begins or ends."""
        kind, number, following = self._program[thread.place]
        if number != self._kept_group:
            return thread._replace(place=following)
        if kind == _OPEN:
            return Thread(following, length, -1, self._inner_kept)
        return thread._replace(place=following, kept_to=length)

    def _take_rule(self, rule: str) -> None:
        """Take in what a match becomes. phonenumbers applies it only if the last group took part."""
        found = _RULE.fullmatch(rule)
        if found is None or int(found[2]) != self._groups:
            raise UnknownPatternError(f"a rule of {len(rule)} characters that is not digits and the last group")
        self.literal, self._kept_group = found[1], self._groups
        for digit in self.literal:
            self._inner_kept = self._inner_step(self._inner_kept)[int(digit)]

    def _place(self, kind: int, detail: Any, following: int | None = None) -> int:
        self._program.append((kind, detail, following))
        return len(self._program) - 1

    def _compiled(self, node: Node, following: int) -> int:
        """Return the place where reading the node begins, if `following` is the one after it."""
        if isinstance(node, OneDigit):
            return self._place(_DIGIT, node.accepted, following)
        if isinstance(node, AtEnd):
            return self._place(_END, None, following)
        if isinstance(node, Choice):
            return self._place(_FORK, tuple(self._compiled(branch, following) for branch in node.branches))
        if isinstance(node, Repeat):
            place = following
            for _ in range(node.most - node.least):
                place = self._place(_FORK, (self._compiled(node.part, place), following))
            for _ in range(node.least):
                place = self._compiled(node.part, place)
            return place
        if isinstance(node, Group):
            self._groups = max(self._groups, node.number)
            return self._place(
                _OPEN, node.number, self._compiled(node.part, self._place(_CLOSE, node.number, following))
            )
        for part in reversed(node.parts):
            following = self._compiled(part, following)
        return following
