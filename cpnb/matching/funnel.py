"""How each condition shrinks or widens the rows that match, counted slice by slice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cpnb.display import Bar, BarPart, Tone
from cpnb.matching.operands import Mask
from cpnb.matching.steps import Step, joined

_WORDS = {"ALL": "and", "ANY": "or", "NONE": "or"}


@dataclass(frozen=True, slots=True)
class FunnelLine:
    """One condition of several, in the order in which they were said.

    Attributes
    ----------
    condition : str
        In plain English.
    joined : str
        How it is joined to the one before: ``and``, ``or``, or nothing.
    depth : int
        0 for the conditions of the whole, 1 for those inside of one of them, and so on.
    rows : int
        Rows that meet it by itself.
    together : int or None
        Rows that meet it and all before it, or, where they are joined by "or", any of them; None inside of another
        condition.
    """

    condition: str
    joined: str
    depth: int
    rows: int
    together: int | None = None

    @property
    def words(self) -> str:
        """The condition with the word that joins it to the one before."""
        return f"{self.joined} {self.condition}".lstrip()

    def bar(self, row_count: int) -> Bar:
        """Return which share of the rows is left, and which meets this condition but not those before."""
        left = self.together or 0
        alone = max(self.rows - left, 0)
        return Bar(
            (
                BarPart("together", left, Tone.FINE),
                BarPart("not those before" if self.depth == 0 else "by itself", alone, Tone.NEUTRAL),
                BarPart("not", row_count - left - alone, Tone.EMPTY),
            )
        )


class FunnelCounts:
    """Counts of a condition and its parts, which add up over the slices of a table.

    Attributes
    ----------
    whole : Step
        The condition.
    """

    def __init__(self, whole: Step) -> None:
        self.whole = whole
        self._top = whole.parts if _is_junction(whole) else (whole,)
        self._rows: Counter[Step] = Counter()
        self._together: Counter[Step] = Counter()
        self._row_count = 0

    def add(self, found: Mapping[Step, Mask]) -> None:
        """Count the rows of a slice, by what `Step.met` found in it."""
        self._row_count += len(found[self.whole])
        for step, mask in found.items():
            self._rows[step] += int(np.count_nonzero(mask))
        before: list[Mask] = []
        for step in self._top:
            before = [joined(self.whole.quantifier if before else "ALL", [*before, found[step]])]
            self._together[step] += int(np.count_nonzero(before[0]))

    def take_in(self, other: FunnelCounts) -> None:
        """Add the counts of other rows for the same condition, wherever they were counted."""
        same = dict(zip(other.whole.walk(), self.whole.walk(), strict=True))
        self._row_count += other._row_count
        for step, mine in same.items():
            self._rows[mine] += other._rows[step]
            self._together[mine] += other._together[step]

    def rows_found(self, step: Step) -> int:
        """Return how many rows have what a step looks for; an exclusion looks for what it excludes."""
        rows = self._rows[step]
        excludes = step.dimension is not None and step.dimension.dimension_type == "EXCLUSIVE"
        return self._row_count - rows if excludes else rows

    def lines(self) -> Iterator[FunnelLine]:
        """Yield the conditions in the order in which they were said, each before what it is made of."""
        for number, step in enumerate(self._top):
            word = _WORDS[self.whole.quantifier] if number else ""
            yield FunnelLine(step.words, word, 0, self._rows[step], self._together[step])
            yield from self._beneath(step, 1)

    def _beneath(self, step: Step, depth: int) -> Iterator[FunnelLine]:
        parts, quantifier = _shown_beneath(step)
        for number, part in enumerate(parts):
            yield FunnelLine(part.words, _WORDS[quantifier] if number else "", depth, self._rows[part])
            yield from self._beneath(part, depth + 1)


def _is_junction(step: Step) -> bool:
    return len(step.parts) > 1


def _shown_beneath(step: Step) -> tuple[tuple[Step, ...], str]:
    """Return what is shown beneath a step: not the one comparison of a negation, which the step says already."""
    if _is_junction(step) or not step.parts:
        return step.parts, step.quantifier
    (inner,) = step.parts
    if _is_junction(inner):
        return inner.parts, inner.quantifier
    if step.quantifier == "NONE":
        return _shown_beneath(inner)
    return step.parts, step.quantifier
