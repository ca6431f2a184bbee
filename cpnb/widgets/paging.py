"""A long list, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cpnb.display import counted

Item = TypeVar("Item")


@dataclass(slots=True)
class Paging(Generic[Item]):
    """Items of which some are shown.

    Attributes
    ----------
    size : int
        Items on a page.
    noun, plural : str
        What they are called.
    items : sequence
        All of them.
    start : int
        The first one shown.
    """

    size: int
    noun: str
    plural: str = ""
    items: Sequence[Item] = ()
    start: int = 0

    @property
    def shown(self) -> Sequence[Item]:
        """The items of the page."""
        return self.items[self.start : self.start + self.size]

    @property
    def has_more(self) -> bool:
        """Whether there are others than those shown."""
        return len(self.items) > self.size

    @property
    def is_first(self) -> bool:
        """Whether no page comes before."""
        return self.start == 0

    @property
    def is_last(self) -> bool:
        """Whether no page comes after."""
        return self.start + self.size >= len(self.items)

    @property
    def sentence(self) -> str:
        """Which items are shown: ``21 to 40 of 300 columns``."""
        total = counted(len(self.items), self.noun, self.plural)
        if not self.has_more:
            return total
        return f"{self.start + 1:,} to {min(self.start + self.size, len(self.items)):,} of {total}"

    def list(self, items: Sequence[Item]) -> None:
        """Take other items; the page stays where there still is one."""
        self.items = items
        self.turn(0)

    def turn(self, pages: int) -> None:
        """Go some pages on, or back, as far as there are any."""
        last = max(0, (len(self.items) - 1) // self.size * self.size)
        self.start = max(0, min(self.start + pages * self.size, last))
