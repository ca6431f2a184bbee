"""The patterns of numbering plans, read into trees: digits, classes of digits, branches, groups, bounded repeats.

Numbering plans are written as regular expressions of a small kind. What is read here is exactly that
kind; any other construct raises `UnknownPatternError`, and whoever asked leaves that plan alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

ALL_DIGITS = 0b11_1111_1111
"""A set of digits is an int whose bit `d` stands for the digit `d`; these are all ten."""

_REPEAT = re.compile(r"\{([0-9]+)(?:(,)([0-9]+))?\}")


class UnknownPatternError(Exception):
    """A plan holds something that is not modelled here."""


@dataclass(frozen=True, slots=True)
class OneDigit:
    """One digit out of a set."""

    accepted: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first of the branches that leads to a match, in their order."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Again and again, at least and at most so often, and rather more often than less."""

    part: Node
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Group:
    """A part whose place in the text is kept under a number."""

    number: int
    part: Node


@dataclass(frozen=True, slots=True)
class AtEnd:
    """Nothing, but only where the text ends."""


Node: TypeAlias = OneDigit | Sequence | Choice | Repeat | Group | AtEnd


def parsed(pattern: str) -> Node:
    r"""Return the tree of a pattern.

    Raises
    ------
    UnknownPatternError
        If it holds anything but digits, ``\d``, classes, ``(?:...)``, ``(...)``, ``|``, ``?``, ``{m}``,
        ``{m,n}`` and ``$``.

    Examples
    --------
    >>> parsed("7[0-2]?")
    Sequence(parts=(OneDigit(accepted=128), Repeat(part=OneDigit(accepted=7), least=0, most=1)))
    """
    return _Reader(pattern).tree()


class _Reader:
    """A recursive descent over one pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._groups = 0

    def tree(self) -> Node:
        node = self._choice()
        if self._at != len(self._pattern):
            raise self._unknown()
        return node

    def _unknown(self) -> UnknownPatternError:
        return UnknownPatternError(
            f"a construct at position {self._at} of a pattern of {len(self._pattern)} characters"
        )

    def _next_is(self, token: str) -> bool:
        """Step over the token if it comes next, and tell whether it did."""
        found = self._pattern.startswith(token, self._at)
        self._at += len(token) * found
        return found

    def _choice(self) -> Node:
        branches = [self._sequence()]
        while self._next_is("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self) -> Node:
        parts = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _atom(self) -> Node:
        if self._next_is("(?:"):
            return self._until_closed(self._choice())
        if self._next_is("("):
            self._groups += 1
            number = self._groups
            return Group(number, self._until_closed(self._choice()))
        if self._next_is("$"):
            return AtEnd()
        if self._next_is("["):
            return OneDigit(self._class())
        return OneDigit(self._digits())

    def _until_closed(self, node: Node) -> Node:
        if not self._next_is(")"):
            raise self._unknown()
        return node

    def _digits(self) -> int:
        r"""Return the set of ``\d`` or of one digit."""
        if self._next_is("\\d"):
            return ALL_DIGITS
        return 1 << self._digit()

    def _digit(self) -> int:
        character = self._pattern[self._at : self._at + 1]
        if character not in {*"0123456789"}:
            raise self._unknown()
        self._at += 1
        return int(character)

    def _class(self) -> int:
        accepted = 0
        while not self._next_is("]"):
            if self._next_is("\\d"):
                accepted |= ALL_DIGITS
                continue
            first = self._digit()
            last = self._digit() if self._next_is("-") else first
            if last < first:
                raise self._unknown()
            accepted |= (2 << last) - (1 << first)
        return accepted

    def _repeated(self, node: Node) -> Node:
        if self._next_is("?"):
            return self._greedy(Repeat(node, 0, 1))
        found = _REPEAT.match(self._pattern, self._at)
        if not found:
            return node
        self._at = found.end()
        least = int(found[1])
        return self._greedy(Repeat(node, least, int(found[3]) if found[2] else least))

    def _greedy(self, node: Repeat) -> Node:
        """Refuse what may follow a repeat and change it: lazy and possessive repeats, or another one."""
        if self._pattern[self._at : self._at + 1] in {"?", "+", "*", "{"}:
            raise self._unknown()
        return node
