"""Which of many items fail, found by asking how many of a few of them do: adaptive group testing.

The search halves what is known to hold failing items and asks about one half; where answers are
counts, the other half follows by subtraction. An answer may also be less than a count ("some",
"all or the file"), so everything is kept as bounds, and bounds of a whole and of its halves narrow
each other. d failing items among n take at most about d * (log2(n / d) + 3) questions.

Source: D.-Z. Du and F. K. Hwang, 'Combinatorial Group Testing and Its Applications' (binary splitting,
additive model).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["FailCount", "FailureSearch", "Found"]


@dataclass(frozen=True, slots=True)
class FailCount:
    """How many of some items fail, as far as it is known.

    Attributes
    ----------
    least, most : int
        Both ends included; equal if the count is known.
    """

    least: int
    most: int

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most:
            raise ValueError(f"No count lies between {self.least} and {self.most}.")


@dataclass(frozen=True, slots=True)
class Found:
    """Items that all fail.

    Attributes
    ----------
    items : range
        Their numbers.
    confirmed : bool
        Whether an answer about just these items said so; if not, it follows from other answers.
    """

    items: range
    confirmed: bool


class FailureSearch:
    """The state of a search; it asks nobody itself, so that questions may be asked at the same time.

    Parameters
    ----------
    known : iterable of (range, FailCount)
        Ranges that do not overlap, and how many items of each are known to fail.

    Attributes
    ----------
    steady : bool
        Whether all answers so far agree: some item that failed before may have passed now, or the
        other way round.

    Examples
    --------
    >>> search = FailureSearch([(range(8), FailCount(1, 1))])
    >>> while questions := search.take_questions(at_most=1):
    ...     for items in questions:
    ...         search.learn(items, FailCount(5 in items, 5 in items))
    >>> search.found()
    [Found(items=range(5, 6), confirmed=True)]
    """

    def __init__(self, known: Iterable[tuple[range, FailCount]]) -> None:
        self.steady = True
        self._roots = []
        for items, count in known:
            root = _Node(items, 0, len(items))
            root.narrow(count.least, count.most)
            root.told = True  # what is known of it is an answer about it
            self._roots.append(root)
        self._asked: dict[range, _Node] = {}

    def take_questions(self, at_most: int) -> list[range]:
        """Return ranges to be asked about now, in the order of their use; each is given out only once.

        Small ranges come first, so that some items stand alone early; last come those that fail by
        subtraction and are only to be confirmed. Each needs a call of `learn`, in any order. None are
        left if this returns none while no answer is awaited.
        """
        wanted = [node for root in self._roots for node in _unasked(root)]
        wanted.sort(key=lambda node: (node.all_fail, len(node.items), node.items.start))
        for node in wanted[:at_most]:
            node.asked = True
            self._asked[node.items] = node
        return [node.items for node in wanted[:at_most]]

    def learn(self, items: range, count: FailCount | None) -> None:
        """Take in the answer about a range that was given out; None if nobody could tell."""
        node = self._asked.pop(items)
        node.answered = True
        if count is None:
            return
        node.told = True
        least, most = max(node.least, count.least), min(node.most, count.most)
        if least > most:
            self._believe(node, count)
        else:
            node.least, node.most = least, most
            _settle(node)

    def _believe(self, node: _Node, count: FailCount) -> None:
        """Take an answer that contradicts earlier ones for true, and forget what the earlier ones implied."""
        self.steady = False
        node.least, node.most = count.least, min(count.most, len(node.items))
        while (parent := node.parent) is not None:
            for child in parent.halves:
                if not (child is node or child.told or child.halves):
                    child.least, child.most = 0, len(child.items)
            parent.least = sum(child.least for child in parent.halves)
            parent.most = sum(child.most for child in parent.halves)
            node = parent

    def found(self) -> list[Found]:
        """Return the ranges of which every item fails, in the order of the items."""
        return [found for root in self._roots for found in _failing(root)]

    def undecided(self) -> list[tuple[range, FailCount]]:
        """Return the ranges of which some items may fail and it is not known which, in the order of the items."""
        return [
            (node.items, FailCount(node.least, node.most)) for root in self._roots for node in _undecided_within(root)
        ]


@dataclass(slots=True)
class _Node:
    """A range in the search and what is known of it; the halves are there once it was split."""

    items: range
    least: int
    most: int
    parent: _Node | None = None
    is_left: bool = False
    asked: bool = False
    answered: bool = False
    told: bool = False
    halves: tuple[_Node, ...] = ()

    @property
    def all_fail(self) -> bool:
        return self.least == len(self.items)

    @property
    def decided(self) -> bool:
        return self.most == 0 or self.all_fail

    def narrow(self, least: int, most: int) -> None:
        self.least, self.most = max(self.least, least), min(self.most, most)

    def split(self) -> None:
        middle = (len(self.items) + 1) // 2
        self.halves = tuple(
            _Node(items, 0, len(items), self, is_left)
            for items, is_left in ((self.items[:middle], True), (self.items[middle:], False))
        )
        self.tell_halves()

    def tell_halves(self) -> None:
        """Narrow everything below by what is known here."""
        if self.halves:
            left, right = self.halves
            left.narrow(self.least - right.most, self.most - right.least)
            right.narrow(self.least - left.most, self.most - left.least)
            left.tell_halves()
            right.tell_halves()


def _settle(node: _Node) -> None:
    """Let what was learned of one range narrow all others: upwards by sums, then downwards by differences."""
    while (parent := node.parent) is not None:
        parent.narrow(sum(child.least for child in parent.halves), sum(child.most for child in parent.halves))
        node = parent
    node.tell_halves()


def _unasked(node: _Node) -> Iterator[_Node]:
    """Yield the ranges below, this one included, that are worth a question now."""
    if node.most == 0 or (node.asked and not node.answered):
        return
    if not node.halves:
        if not node.told and not node.asked and (node.all_fail or node.is_left or node.least == 0):
            yield node
            return
        if node.all_fail or node.least == 0:
            return
        node.split()
    left, right = node.halves
    yield from _unasked(left)
    # The answer about the left half may make one about the right half needless.
    if left.answered or left.decided:
        yield from _unasked(right)


def _failing(node: _Node) -> Iterator[Found]:
    if node.all_fail and (node.told or not node.halves):
        yield Found(node.items, node.told)
    else:
        for half in node.halves:
            yield from _failing(half)


def _undecided_within(node: _Node) -> Iterator[_Node]:
    if node.decided:
        return
    # What is known of both halves together says more than each alone, unless one of them is known.
    if node.halves and any(half.told or half.decided for half in node.halves):
        for half in node.halves:
            yield from _undecided_within(half)
    else:
        yield node
