"""What else is worth knowing about a condition over a table: what is missing, or unreadable, or there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from cpnb.content_types import ContentType
from cpnb.dimensions import Dimension
from cpnb.display import counted
from cpnb.errors import listed
from cpnb.fields import FieldMap
from cpnb.frames import Frame
from cpnb.matching import operands
from cpnb.matching.operands import Mask
from cpnb.matching.profile_texts import ProfileTexts
from cpnb.matching.steps import Step
from cpnb.validation import key_codes, repeated_keys

# Source: Amazon Connect administrator guide, 'profile-matching'.
_FILLED_BY_OTHERS = {"EmailAddress": ContentType.EMAIL_ADDRESS, "PhoneNumber": ContentType.PHONE_NUMBER}
_WRITTEN = {
    "number": "digits, a point and nothing else",
    "date": "2024-10-01 or 2024-10-01T12:30:00Z",
}


class Remarks:
    """What is remarked about a condition; counts add up over the slices of a table."""

    def __init__(self, whole: Step, fields: FieldMap) -> None:
        self._whole = whole
        self._fields = fields
        self._absent_that_meet: Counter[tuple[str, str]] = Counter()
        self._unread: Counter[tuple[str, str]] = Counter()
        self._without_text: Counter[str] = Counter()

    def add(self, profiles: ProfileTexts, found: Mapping[Step, Mask]) -> None:
        """Look at the rows of a slice."""
        self._without_text.update(profiles.without_text)
        looked_at: set[tuple[str, str]] = set()
        for step, dimension in self._whole.comparisons():
            path, kind = dimension.attribute, operands.kind_of(dimension)
            if _holds_for_absent(step, dimension):
                excludes = dimension.dimension_type == "EXCLUSIVE"
                meet = (found[step] if excludes else ~found[step]) & ~profiles.present(path)
                words = step.words if excludes else f"not ({step.words})"
                self._absent_that_meet[path, words] += int(np.count_nonzero(meet))
            if kind != "text" and (path, kind) not in looked_at:
                looked_at.add((path, kind))
                unread = profiles.present(path) & ~operands.readable(kind, path, profiles)
                self._unread[path, kind] += int(np.count_nonzero(unread))

    def take_in(self, other: Remarks) -> None:
        """Add what was counted in other rows for the same condition."""
        self._absent_that_meet.update(other._absent_that_meet)
        self._unread.update(other._unread)
        self._without_text.update(other._without_text)

    def of_condition(self) -> Iterator[str]:
        """Yield what there is to say about the condition and its attributes."""
        yield from self._unfilled()
        for _, dimension in self._whole.comparisons():
            for value in operands.unreadable_values(dimension):
                yield f"{value!r} is no {operands.kind_of(dimension)}, so nothing compares with it: {dimension}."
        for (path, kind), count in self._unread.items():
            if count:
                yield (
                    f"In {counted(count, 'row')} {path} cannot be read as a {kind}, so no comparison of {kind}s holds; "
                    f"expected {_WRITTEN[kind]}."
                )
        for (path, words), count in self._absent_that_meet.items():
            if count:
                yield f"{counted(count, 'row')} without {path} {_meet(count)} the condition: {words}."
        for path in (one.name for one in self._fields):
            if count := self._without_text[path]:
                yield (
                    f"In {counted(count, 'row')} {path} holds what has no text that could be sent: a list, an infinite "
                    "number, a span of time."
                )

    def _unfilled(self) -> Iterator[str]:
        filled = {one.name for one in self._fields}
        unfilled = [path for path in self._whole.needed_paths if path not in filled]
        if unfilled:
            many = len(unfilled) > 1
            yield (
                f"{listed(unfilled)} {'are' if many else 'is'} not among the mapped fields, so no row has "
                f"{'them' if many else 'it'}."
            )
        for path in unfilled:
            kind = _FILLED_BY_OTHERS.get(path)
            others = [one.column for one in self._fields if kind is not None and one.content_type is kind]
            if others:
                yield f"The service may fill {path} from {listed(others)}, which is not looked at here."


def _holds_for_absent(step: Step, dimension: Dimension) -> bool:
    """Tell whether a row that lacks the attribute meets the condition: where it excludes, or is negated."""
    return step.widens is (dimension.dimension_type == "EXCLUSIVE")


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _meet(count: int) -> str:
    return "meets" if count == 1 else "meet"


def of_keys(data: Frame, fields: FieldMap, mask: Mask) -> Iterator[str]:
    """Yield how many rows do not become a profile of their own, in the table and among those that match."""
    if fields.unique_key is None:
        return
    codes = key_codes(data, fields)
    yield from of_keys_found(codes < 0, repeated_keys(codes), mask)


def of_keys_found(absent: Mask, repeated: Mask, mask: Mask) -> Iterator[str]:
    """Yield how many rows do not become a profile of their own: those without a key, or with that of an earlier row."""
    kinds = ((absent, "no unique key"), (repeated, "the unique key of an earlier row"))
    said = [
        f"{counted(count, 'row')} {_have(count)} {what} ({int(np.count_nonzero(rows & mask)):,} of them match)"
        for rows, what in kinds
        if (count := int(np.count_nonzero(rows)))
    ]
    if said:
        yield f"{', and '.join(said)}: a segment counts profiles, one for each key, and not rows."
