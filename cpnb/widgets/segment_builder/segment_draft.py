"""A segment while it is being written: groups of conditions, complete or not, and the expression that they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from cpnb.conditions import Expression, InSegment
from cpnb.display import counted
from cpnb.errors import ExpressionError
from cpnb.normal_forms import Quantifier
from cpnb.widgets.segment_builder.condition_draft import ConditionDraft

_Item = TypeVar("_Item")
_WORDS = {"ALL": " and ", "ANY": " or ", "NONE": " or "}
_PROBLEMS_SAID = 5


def moved(items: tuple[_Item, ...], at: int, by: int) -> tuple[_Item, ...]:
    """Return items with one of them moved by some places, and not beyond an end."""
    rest = [*items[:at], *items[at + 1 :]]
    rest.insert(max(0, min(len(rest), at + by)), items[at])
    return tuple(rest)


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A group of conditions, with other segments beside them; both have to hold.

    Attributes
    ----------
    quantifier : {"ALL", "ANY", "NONE"}
        How many of the conditions have to hold.
    conditions : tuple of ConditionDraft
        What is compared.
    source_quantifier : {"ALL", "ANY", "NONE"}
        In how many of the segments a profile has to be.
    sources : tuple of str
        The names of other segments.
    """

    quantifier: Quantifier = "ALL"
    conditions: tuple[ConditionDraft, ...] = ()
    source_quantifier: Quantifier = "ALL"
    sources: tuple[str, ...] = ()

    def with_condition(self, at: int, condition: ConditionDraft) -> Self:
        """Return the group with another condition in one place."""
        return replace(self, conditions=(*self.conditions[:at], condition, *self.conditions[at + 1 :]))

    def with_new(self, condition: ConditionDraft | None = None) -> Self:
        """Return the group with one more condition, an empty one if none is given."""
        return replace(self, conditions=(*self.conditions, condition or ConditionDraft()))

    def without(self, at: int) -> Self:
        """Return the group without one of its conditions."""
        return replace(self, conditions=(*self.conditions[:at], *self.conditions[at + 1 :]))

    def duplicated(self, at: int) -> Self:
        """Return the group with one of its conditions a second time, behind the first."""
        copy = replace(self.conditions[at])  # another object: whoever shows drafts tells them apart
        return replace(self, conditions=(*self.conditions[: at + 1], copy, *self.conditions[at + 1 :]))

    def moved(self, at: int, by: int) -> Self:
        """Return the group with one of its conditions in another place."""
        return replace(self, conditions=moved(self.conditions, at, by))

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is said."""
        return not self.conditions and not self.sources

    def expression(self) -> Expression:
        """Return the condition that the group says, of one that is complete."""
        boxes = [
            _quantified(quantifier, parts)
            for quantifier, parts in (
                (self.quantifier, [condition.condition() for condition in self.conditions]),
                (self.source_quantifier, list(map(InSegment, self.sources))),
            )
            if parts
        ]
        return _quantified("ALL", boxes)

    def explain(self) -> str:
        """Return the group in plain English."""
        boxes = [
            _explained(quantifier, parts)
            for quantifier, parts in (
                (self.quantifier, [condition.explain() for condition in self.conditions]),
                (self.source_quantifier, [InSegment(name).explain() for name in self.sources]),
            )
            if parts
        ]
        return _explained("ALL", boxes)

    def problems(self) -> Iterator[tuple[int, str]]:
        """Yield the number of each condition that is not complete, from 1, and why; 0 stands for the group itself."""
        if self.is_empty:
            yield 0, "Add a condition, or remove the group: an empty one would match everybody."
        for number, condition in enumerate(self.conditions, 1):
            if condition.problem:
                yield number, condition.problem


@dataclass(frozen=True, slots=True)
class SegmentDraft:
    """Groups of conditions, and how many of them have to hold: what a segment of the service can say, and no more.

    Attributes
    ----------
    quantifier : {"ALL", "ANY", "NONE"}
        How many of the groups have to hold.
    groups : tuple of GroupDraft
        The groups.
    """

    quantifier: Quantifier = "ALL"
    groups: tuple[GroupDraft, ...] = ()

    @property
    def condition_count(self) -> int:
        """How many conditions there are in all groups."""
        return sum(len(group.conditions) for group in self.groups)

    def with_group(self, at: int, group: GroupDraft) -> Self:
        """Return the draft with another group in one place."""
        return replace(self, groups=(*self.groups[:at], group, *self.groups[at + 1 :]))

    def with_new(self) -> Self:
        """Return the draft with one more group, of one empty condition."""
        return replace(self, groups=(*self.groups, GroupDraft(conditions=(ConditionDraft(),))))

    def without(self, at: int) -> Self:
        """Return the draft without one of its groups."""
        return replace(self, groups=(*self.groups[:at], *self.groups[at + 1 :]))

    def duplicated(self, at: int) -> Self:
        """Return the draft with one of its groups a second time, behind the first."""
        old = self.groups[at]
        copy = replace(old, conditions=tuple(replace(condition) for condition in old.conditions))
        return replace(self, groups=(*self.groups[: at + 1], copy, *self.groups[at + 1 :]))

    def moved(self, at: int, by: int) -> Self:
        """Return the draft with one of its groups in another place."""
        return replace(self, groups=moved(self.groups, at, by))

    @property
    def is_begun(self) -> bool:
        """Whether an attribute or a segment has been chosen anywhere."""
        return any(group.sources or any(one.attribute for one in group.conditions) for group in self.groups)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is missing or wrong, a sentence for each; none if the draft is complete."""
        if not self.groups:
            return ("Add a condition: a segment without one would match everybody.",)
        said = tuple(
            f"Group {at}, condition {number}: {problem}" if number else f"Group {at}: {problem}"
            for at, group in enumerate(self.groups, 1)
            for number, problem in group.problems()
        )
        return said or self._problem_of_whole()

    def _problem_of_whole(self) -> tuple[str, ...]:
        try:
            self._said().to_api()
        except ExpressionError as error:
            return (str(error),)
        return ()

    def expression(self) -> Expression:
        """Return the condition that the draft says.

        Groups and conditions that are joined alike become one, as they do in Python: a segment of ALL groups of ALL
        their conditions is one conjunction.

        Raises
        ------
        ExpressionError
            If the draft is not complete, or says something that holds for everybody or for nobody.
        """
        if problems := self.problems:
            more = len(problems) - _PROBLEMS_SAID
            rest = [f"And {counted(more, 'more thing')} to complete."] if more > 0 else []
            raise ExpressionError(" ".join([*problems[:_PROBLEMS_SAID], *rest]))
        return self._said()

    def _said(self) -> Expression:
        return _quantified(self.quantifier, [group.expression() for group in self.groups])

    def explain(self) -> str:
        """Return the draft in plain English, complete or not."""
        return _explained(self.quantifier, [group.explain() for group in self.groups if not group.is_empty])


def _quantified(quantifier: Quantifier, parts: Sequence[Expression]) -> Expression:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole & part if quantifier == "ALL" else whole | part
    return ~whole if quantifier == "NONE" else whole


def _explained(quantifier: Quantifier, parts: list[str]) -> str:
    if quantifier == "NONE":
        return f"not ({_explained('ANY', parts)})"
    if len(parts) == 1:
        return parts[0]
    return _WORDS[quantifier].join(f"({part})" if " and " in part or " or " in part else part for part in parts)
