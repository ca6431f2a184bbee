"""For every state of a table the suffixes by which it is told from every other state.

This is how conformance of automata is tested (Chow's W-method, with the suffixes of each state taken from a splitting
tree): behind a shortest string to each state and each digit, the suffixes of the state that should be reached show
any other state. If what phonenumbers does with digits is an automaton with no more states than the table, then
agreement on all those strings is agreement on all strings.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.content.proof.phone_cover import Walk
from tests.content.proof.phone_metadata import DIGITS

ALL = 1_000_000


@dataclass(slots=True, eq=False)
class Node:
    """Some states; once it is split, the suffix after which they do not all say the same, and the parts."""

    states: list[int]
    parent: Node | None = None
    depth: int = 0
    suffix: str = ""
    children: dict[Hashable, Node] = field(default_factory=dict)


class SplittingTree:
    """The states of a walk, split by suffixes until each is alone.

    States that lead nowhere count as one; so do others that no suffix tells apart.
    """

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._dead = next((state for state in walk.shortest if not walk.leads_anywhere(state)), -1)
        states = sorted({self._same(state) for state in walk.shortest})
        root = Node(states)
        self._leaf = dict.fromkeys(states, root)
        waiting = self._split(root, "", {state: walk.label(state) for state in states})
        while waiting:
            # What cannot be split yet may be when others are; if nothing was split, all that waits is equal.
            parts = [(node, self._split_by_a_digit(node)) for node in waiting]
            if all(part is None for _, part in parts):
                break
            waiting = [one for node, part in parts for one in ([node] if part is None else part)]

    def suffixes(self, state: int) -> list[str]:
        """Return what tells a state from all others: each other one says something else after one of them.

        Those come first that tell it from the most others.
        """
        found = []
        part = self._leaf[self._same(state)]
        while part.parent is not None:
            found.append((len(part.states) - len(part.parent.states), part.parent.suffix))
            part = part.parent
        return [suffix for _, suffix in sorted(found)]

    def identifying(
        self, rng: random.Random, *, share: float = 1.0, to_nowhere: int = ALL, abroad: Sequence[str] = ("",)
    ) -> Iterator[str]:
        """Yield, for every transition or a random share of them, strings that show where it leads.

        Parameters
        ----------
        rng : random.Random
            Where chance comes from.
        share : float
            How many of the transitions are tried.
        to_nowhere : int
            Most transitions lead nowhere, and there are many ways to tell that from all that leads somewhere:
            so many of them are tried behind each, half of them the best ones, half at random.
        abroad : sequence of str
            International numbers without plus; one follows where the digits leave the country.
        """
        of_nowhere = self.suffixes(self._dead)
        for state, digits in self._walk.shortest.items():
            for digit in DIGITS:
                if rng.random() >= share:
                    continue
                reached = self._same(self._walk.after(state, int(digit)))
                suffixes = self.suffixes(reached)
                if reached == self._dead and to_nowhere < len(of_nowhere):
                    best = to_nowhere // 2
                    suffixes = of_nowhere[:best] + rng.sample(of_nowhere[best:], to_nowhere - best)
                for suffix in suffixes:
                    text = digits + digit + suffix
                    yield text + rng.choice(abroad) if self._walk.leaves_the_country(text) else text

    def _same(self, state: int) -> int:
        return state if self._walk.leads_anywhere(state) else self._dead

    def _after(self, state: int, digit: int) -> int:
        return self._same(self._walk.after(state, digit))

    def _split(self, node: Node, suffix: str, said: dict[int, Hashable]) -> list[Node]:
        """Split a node by what its states say after a suffix; return the parts that may be split again."""
        node.suffix = suffix
        for state in node.states:
            if said[state] not in node.children:
                node.children[said[state]] = Node([], node, node.depth + 1)
            child = node.children[said[state]]
            child.states.append(state)
            self._leaf[state] = child
        return [child for child in node.children.values() if len(child.states) > 1]

    def _split_by_a_digit(self, node: Node) -> list[Node] | None:
        """Split a node by the digit after which its states are in the most parts; None if none splits it yet."""
        best: tuple[int, int, int, Node] | None = None
        for digit in range(10):
            after = {self._after(state, digit) for state in node.states}
            parting = self._parting(after)
            if parting is not None:
                parts = len({id(self._part(parting, state)) for state in after})
                best = max(best or (0, 0, 0, parting), (parts, -parting.depth, digit, parting), key=lambda one: one[:2])
        if best is None:
            return None
        _, _, digit, parting = best
        said = {state: id(self._part(parting, self._after(state, digit))) for state in node.states}
        return self._split(node, f"{digit}{parting.suffix}", said)

    def _parting(self, states: set[int]) -> Node | None:
        """Return the deepest node that holds all the states, if they are in several of its parts."""
        found: Node | None = None
        for state in states:
            leaf = self._leaf[state]
            found = leaf if found is None else _common(found, leaf)
        return found if found is not None and found.children else None

    def _part(self, node: Node, state: int) -> Node:
        """Return the part of a node in which a state is."""
        part = self._leaf[state]
        while part.parent is not node:
            assert part.parent is not None
            part = part.parent
        return part


def _common(one: Node, other: Node) -> Node:
    """Return the deepest node above both, or that is one of them and above the other."""
    while one is not other:
        if one.depth >= other.depth:
            assert one.parent is not None
            one = one.parent
        else:
            assert other.parent is not None
            other = other.parent
    return one
