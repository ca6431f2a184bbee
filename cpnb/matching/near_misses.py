"""Why a condition matches nobody: which relaxation of it would have matched how many rows."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cpnb.dimensions import Dimension
from cpnb.matching import comparing, operands
from cpnb.matching.operands import Mask
from cpnb.matching.profile_texts import ProfileTexts
from cpnb.matching.steps import Step

EXACTLY = "exactly as written"
ALL_TOGETHER = "ignoring case, spaces and accents"
_AS_A_PART = "as a part of the text"
_LEFT_OUT = "without the condition: "

_TEXT_COMPARISONS = frozenset(
    {"INCLUSIVE", "CONTAINS", "BEGINS_WITH", "ENDS_WITH", "LIST_CONTAINS", "LIST_CONTAINS_ALL"}
)
_STRICTER_THAN_CONTAINS = frozenset({"INCLUSIVE", "BEGINS_WITH", "ENDS_WITH", "LIST_CONTAINS"})

_SPACE = r"[\s\p{Z}]"
_ODD_SPACES = rf"\A{_SPACE}|{_SPACE}\z|{_SPACE}{{2}}|[^\S ]|[^\P{{Z}} ]"
"""Spaces at an end, several together, or other ones than that of the space bar."""

Change = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What a condition that matches nobody would match if it were taken less literally.

    Attributes
    ----------
    condition : str
        The condition in plain English.
    relaxation : str
        How it was relaxed.
    rows : int
        Rows that match then.
    distinct_values : int or None
        How many values the attribute has in the table; None if there are several attributes.
    rows_without : int or None
        Rows that lack the attribute.
    """

    condition: str
    relaxation: str
    rows: int
    distinct_values: int | None = None
    rows_without: int | None = None


def _without_case(texts: pa.Array) -> pa.Array:
    return _where(pc.invert(pc.string_is_ascii(texts)), pc.ascii_lower(texts), _casefolded)


def _casefolded(texts: pa.Array) -> pa.Array:
    # As Python does it, which knows that "STRASSE" is "Straße".
    return pa.array([text.casefold() for text in texts.to_pylist()], pa.large_string())


def _with_single_spaces(texts: pa.Array) -> pa.Array:
    return _where(pc.match_substring_regex(texts, _ODD_SPACES), texts, _single_spaced)


def _single_spaced(texts: pa.Array) -> pa.Array:
    single = pc.utf8_trim(pc.replace_substring_regex(texts, rf"{_SPACE}+", " "), " ")
    return pc.if_else(pc.equal(single, ""), pa.scalar(None, single.type), single)


def _without_accents(texts: pa.Array) -> pa.Array:
    return _where(pc.invert(pc.string_is_ascii(texts)), texts, _bare)


def _bare(texts: pa.Array) -> pa.Array:
    bare = pc.replace_substring_regex(pc.utf8_normalize(texts, form="NFKD"), r"\p{M}+", "")
    return pc.if_else(pc.equal(bare, ""), texts, bare)


def _with_all(texts: pa.Array) -> pa.Array:
    return _with_single_spaces(_without_case(_without_accents(texts)))


def _where(needed: pa.Array, texts: pa.Array, change: Change) -> pa.Array:
    """Return the texts, those changed that need it: most need none."""
    needed = needed.fill_null(False)  # noqa: FBT003  # a value
    if not pc.any(needed).as_py():
        return texts
    return pc.replace_with_mask(texts, needed, change(texts.filter(needed)))


_CHANGES: dict[str, Change] = {
    "ignoring letter case": _without_case,
    "ignoring spaces around and between": _with_single_spaces,
    "ignoring accents": _without_accents,
    ALL_TOGETHER: _with_all,
}


class NearMissCounts:
    """Counts of what would match, which add up over the slices of a table.

    Parameters
    ----------
    whole : Step
        The condition.
    matched_by_nobody : sequence of Step
        What matches nobody: comparisons, and the whole if it is made of several.
    """

    def __init__(self, whole: Step, matched_by_nobody: Sequence[Step]) -> None:
        self._whole = whole
        self._comparisons = {step: step.dimension for step in matched_by_nobody if step.dimension is not None}
        self._explains_whole = whole in matched_by_nobody and whole.dimension is None
        self._counts: dict[Step, Counter[str]] = {step: Counter() for step in (*self._comparisons, whole)}
        self._distinct: dict[str, list[pa.Array]] = {one.attribute: [] for one in self._comparisons.values()}
        self._distinct_counts: Mapping[str, int] | None = None
        self._present: Counter[str] = Counter()
        self._row_count = 0

    def add(self, profiles: ProfileTexts) -> None:
        """Count the rows of a slice."""
        changed = {name: profiles.changed(change) for name, change in _CHANGES.items()}
        self._row_count += profiles.row_count
        for path, found in self._distinct.items():
            found.append(pc.unique(profiles.text(path).drop_null()))
            self._present[path] += int(np.count_nonzero(profiles.present(path)))
        for step, dimension in self._comparisons.items():
            self._count(step, _relaxed_comparisons(core(dimension), profiles, changed))
        if self._explains_whole:
            self._count(self._whole, _relaxed_wholes(self._whole, profiles, changed))

    def _count(self, step: Step, relaxed: Iterable[tuple[str, Mask]]) -> None:
        for name, mask in relaxed:
            self._counts[step][name] += int(np.count_nonzero(mask))

    def take_in(self, other: NearMissCounts) -> None:
        """Add what was counted in other rows for the same condition, their different texts left out."""
        same = dict(zip(other._whole.walk(), self._whole.walk(), strict=True))
        self._row_count += other._row_count
        self._present.update(other._present)
        for step, counts in other._counts.items():
            self._counts[same[step]].update(counts)

    def without_texts(self) -> dict[str, pa.Array]:
        """Take out and return the different texts of each attribute: how many there are has to be said then."""
        texts = {
            path: pa.chunked_array(found, pa.large_string()).combine_chunks().unique()
            for path, found in self._distinct.items()
        }
        self._distinct = {path: [] for path in texts}
        return texts

    def say_distinct(self, counts: Mapping[str, int]) -> None:
        """Say how many different texts each attribute has."""
        self._distinct_counts = counts

    def _distinct_count(self, path: str) -> int:
        if self._distinct_counts is not None:
            return self._distinct_counts[path]
        return len(pa.chunked_array(self._distinct[path], pa.large_string()).unique())

    def found(self) -> Iterator[NearMiss]:
        """Yield what would match: for each condition as it is written, then relaxed in one way after another."""
        for step, dimension in self._comparisons.items():
            path = dimension.attribute
            looked_at = self._distinct_count(path), self._row_count - self._present[path]
            words = str(core(dimension))
            yield NearMiss(words, EXACTLY, 0, *looked_at)
            yield from (NearMiss(words, name, rows, *looked_at) for name, rows in self._counts[step].items())
        if self._explains_whole:
            yield NearMiss(self._whole.words, EXACTLY, 0)
            for name, rows in self._counts[self._whole].items():
                yield NearMiss(self._whole.words, name, rows)


def core(dimension: Dimension) -> Dimension:
    """Return what a comparison looks for: an exclusion looks for what it excludes."""
    return dimension.reversed() if dimension.dimension_type == "EXCLUSIVE" else dimension


def _relaxed_comparisons(
    dimension: Dimension, profiles: ProfileTexts, changed: dict[str, ProfileTexts]
) -> Iterator[tuple[str, Mask]]:
    """Yield each way to relax a comparison, and the rows that meet it then."""
    kind = operands.kind_of(dimension)
    if kind != "text":
        yield f"with any {kind} that can be read", operands.readable(kind, dimension.attribute, profiles)
        return
    for name, others in changed.items():
        yield name, comparing.met(_changed(dimension, _CHANGES[name]), others)
    if dimension.dimension_type in _STRICTER_THAN_CONTAINS:
        part = replace(dimension, dimension_type="CONTAINS")
        yield _AS_A_PART, comparing.met(part, profiles)
        relaxed = comparing.met(_changed(part, _with_all), changed[ALL_TOGETHER])
        yield f"{ALL_TOGETHER}, {_AS_A_PART}", relaxed


def _relaxed_wholes(
    whole: Step, profiles: ProfileTexts, changed: dict[str, ProfileTexts]
) -> Iterator[tuple[str, Mask]]:
    """Yield each way to relax all comparisons of texts together, then the whole without one of its conditions."""
    exact = whole.met(profiles)
    for name, others in changed.items():

        def compare(step: Step, dimension: Dimension, name: str = name, others: ProfileTexts = others) -> Mask:
            if step.widens and dimension.dimension_type in _TEXT_COMPARISONS:
                return comparing.met(_changed(dimension, _CHANGES[name]), others)
            return exact[step]

        yield name, whole.joined_from(compare)[whole]
    if whole.quantifier == "ALL" and len(whole.parts) > 1:
        for left_out in whole.parts:
            yield (
                f"{_LEFT_OUT}{left_out.words}",
                reduce(operator.and_, (exact[part] for part in whole.parts if part is not left_out)),
            )


def _changed(dimension: Dimension, change: Change) -> Dimension:
    """Return the comparison with its values changed as the texts are; those that stand for attributes stay."""
    constants = operands.constants(dimension)
    changed = change(pa.array(constants, pa.large_string())).to_pylist()
    by_value = dict(zip(constants, changed, strict=True))
    # A value of which nothing is left stays as it is: an empty one would be found everywhere.
    return replace(dimension, values=tuple(by_value.get(value) or value for value in dimension.values))
