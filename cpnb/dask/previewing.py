"""A condition over a distributed table: counted where the rows are, and put together here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import dask.dataframe as dd
import numpy as np
import pandas as pd

from cpnb.conditions import Expression
from cpnb.content import Mask
from cpnb.content.key_hash import NO_KEY, Numbers
from cpnb.dask.distinct import distinct_counts, numbers_of
from cpnb.dask.key_groups import groups_across
from cpnb.dask.partitions import Partitions, checked_meta, computed, kept, starts_of, task
from cpnb.examining import Silence
from cpnb.fields import FieldMap
from cpnb.frames import slices
from cpnb.key_numbers import KeyNumbers
from cpnb.matching import Preview
from cpnb.matching.evaluation import profile_slices
from cpnb.matching.funnel import FunnelCounts
from cpnb.matching.near_misses import NearMiss, NearMissCounts
from cpnb.matching.previewing import matched_by_nobody
from cpnb.matching.remarks import Remarks, of_keys_found
from cpnb.matching.steps import Sources, steps_of
from cpnb.rendering import render
from cpnb.validation import comparable_keys


@dataclass(frozen=True, slots=True)
class Told:
    """What was counted of one partition."""

    mask: Mask = field(repr=False)
    has_no_key: Mask = field(repr=False)
    counts: FunnelCounts
    said: Remarks


@dataclass(frozen=True, slots=True)
class Counting:
    """Work: which rows of a partition meet a condition, and what is counted besides; and the numbers of its keys."""

    expression: Expression
    fields: FieldMap
    sources: Sources | None
    partition_count: int

    def __call__(self, frame: pd.DataFrame) -> tuple[Told, KeyNumbers]:
        """Return what is told, and the numbers, which stay where they are."""
        whole = steps_of(self.expression, self.sources)
        counts, said = FunnelCounts(whole), Remarks(whole, self.fields)
        masks = [np.empty(0, dtype=bool)]
        for _, profiles in profile_slices(frame, self.fields, whole.needed_paths):
            found = whole.met(profiles)
            counts.add(found)
            said.add(profiles, found)
            masks.append(found[whole])
        keys = self._keys(frame)
        return Told(np.concatenate(masks), keys.first == NO_KEY, counts, said), keys

    def _keys(self, frame: pd.DataFrame) -> KeyNumbers:
        if self.fields.unique_key is None:
            return KeyNumbers.joined([])
        alone = _key_alone(self.fields)
        table_rows = len(frame) * self.partition_count
        return KeyNumbers.joined(
            [
                KeyNumbers.of(comparable_keys(render(rows, alone), alone, table_rows))
                for _, rows in slices(frame, alone.needed_columns)
            ]
        )


@dataclass(frozen=True, slots=True)
class Relaxing:
    """Work: what of a partition would match if a condition were taken less literally; texts as numbers."""

    expression: Expression
    fields: FieldMap
    sources: Sources | None
    matched_by_nobody: frozenset[int]

    def __call__(self, frame: pd.DataFrame) -> tuple[NearMissCounts, dict[str, Numbers]]:
        """Return the counts, and the numbers of the different texts by attribute."""
        whole = steps_of(self.expression, self.sources)
        missed = NearMissCounts(whole, [step for n, step in enumerate(whole.walk()) if n in self.matched_by_nobody])
        for _, profiles in profile_slices(frame, self.fields, whole.needed_paths):
            missed.add(profiles)
        return missed, {path: numbers_of([texts]) for path, texts in missed.without_texts().items()}


def preview(
    data: dd.DataFrame, expression: Expression, fields: FieldMap, *, sources: Mapping[str, Expression] | None = None
) -> Preview:
    """Return whom a condition matches, and why it matches nobody; see `cpnb.preview`.

    The partitions are read once, and again if something matches nobody. The mask is by physical position and not
    by index, which Dask does not keep in one place.
    """
    whole = steps_of(expression, sources)
    checked_meta(data, fields)
    looked_at = [one.column for one in fields if one.name in whole.needed_paths]
    key = [] if fields.unique_key is None else _key_alone(fields).needed_columns
    partitions = Partitions(data, [*looked_at, *key] or fields.columns[:1])
    counting = Counting(expression, fields, sources, len(partitions))
    with kept(partitions.tasks("preview", counting)) as counted:
        told: list[Told] = computed([task("told", _told, one) for one in counted])
        starts = starts_of(len(one.mask) for one in told)
        counts, said = FunnelCounts(whole), Remarks(whole, fields)
        for one in told:
            counts.take_in(one.counts)
            said.take_in(one.said)
        mask = np.concatenate([one.mask for one in told])
        notes = [*said.of_condition()]
        if fields.unique_key is not None:
            groups = groups_across([task("numbers", _keys, one) for one in counted], starts, Silence())
            repeated = np.zeros(len(mask), dtype=bool)
            repeated[groups.repeated()] = True
            notes += of_keys_found(np.concatenate([one.has_no_key for one in told]), repeated, mask)
        missed = _near_misses(partitions, counting, counts, len(mask)) if len(mask) else ()
        return Preview(
            expression, pd.Series(mask, name="matches", dtype=bool), tuple(counts.lines()), missed, tuple(notes)
        )


def _key_alone(fields: FieldMap) -> FieldMap:
    return FieldMap([fields.key_field], fields.unique_key, fields.region)


def _told(counted: tuple[Told, KeyNumbers]) -> Told:
    return counted[0]


def _keys(counted: tuple[Told, KeyNumbers]) -> KeyNumbers:
    return counted[1]


def _missed(relaxed: tuple[NearMissCounts, dict[str, Numbers]]) -> NearMissCounts:
    return relaxed[0]


def _texts(relaxed: tuple[NearMissCounts, dict[str, Numbers]]) -> dict[str, Numbers]:
    return relaxed[1]


def _near_misses(
    partitions: Partitions, counting: Counting, counts: FunnelCounts, row_count: int
) -> tuple[NearMiss, ...]:
    whole = counts.whole
    by_nobody = matched_by_nobody(whole, counts)
    if not by_nobody:
        return ()
    numbers = frozenset(number for number, step in enumerate(whole.walk()) if step in by_nobody)
    relaxing = Relaxing(counting.expression, counting.fields, counting.sources, numbers)
    missed = NearMissCounts(whole, by_nobody)
    with kept(partitions.tasks("near-misses", relaxing)) as relaxed:
        for one in computed([task("told", _missed, one) for one in relaxed]):
            missed.take_in(one)
        paths = list(missed.without_texts())
        texts = [task("texts", _texts, one) for one in relaxed]
        missed.say_distinct(distinct_counts(texts, paths, row_count))
    return tuple(missed.found())
