"""Segment groups as an SQL condition over a domain's profiles.

Semantics (service model, botocore; Amazon Connect administrator guide, 'customer-segments-building-segments'): ALL is
and, ANY is or, NONE is neither; the source segments of a group are its base, which its dimensions narrow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cpnb.sandbox.errors import BadRequestError, NotDoneError
from cpnb.sandbox.profile_table import CalculatedKey
from cpnb.sandbox.segment_comparison import (
    EVERYBODY,
    JOINED_BY_AND,
    RANGES,
    TEXT_KINDS,
    Condition,
    Operand,
    compare,
)
from cpnb.sandbox.segment_sources import Comparison, FindGroups, Groups, comparisons_of, source_names
from cpnb.sandbox.segment_values import ABSENT, Reading
from cpnb.sandbox.settings import Settings

_REFERENCE = re.compile(r"\{\{ *(_profile|_calculated_attribute)\.([^{}]*?[^{} ]) *\}\}")


@dataclass(frozen=True, slots=True)
class SegmentCompiler:
    """Compiles segment groups for one domain.

    Parameters
    ----------
    columns
        The column of each path the domain has; an attribute without one is absent from every profile.
    calculated
        The column of each calculated attribute that has values; likewise.
    find_groups
        How a source segment is found.
    readings
        What the values are that conditions compare as numbers or dates.
    settings
        What absent switches mean.
    """

    columns: Mapping[str, str]
    calculated: Mapping[CalculatedKey, str]
    find_groups: FindGroups
    readings: Mapping[str, Reading]
    settings: Settings

    def compile(self, groups: Groups) -> Condition:
        """Return the condition for a whole segment, which `check_groups` found sound.

        Raises
        ------
        BadRequestError
            If groups are empty where the setting forbids it.
        NotDoneError
            If a source segment is an SQL segment.
        """
        conditions = [self._group(group) for group in groups.get("Groups", [])]
        if not conditions and self.settings.empty_groups == "refuse":
            raise BadRequestError("The segment has no Groups.")
        return _combine(conditions, groups.get("Include", self.settings.default_include))

    def _group(self, group: Groups) -> Condition:
        sources = [self._source(name) for name in source_names({"Groups": [group]})]
        how = group.get("Type", self.settings.default_type)
        dimensions = _merged([list(comparisons_of(dimension)) for dimension in group.get("Dimensions", [])], how)
        conditions = [self._dimension(comparisons) for comparisons in dimensions]
        if not sources and not dimensions and self.settings.empty_groups == "refuse":
            raise BadRequestError("A group of the segment has neither Dimensions nor SourceSegments.")
        base = _combine(sources, group.get("SourceType", self.settings.default_source_type))
        return _combine([base, _combine(conditions, how)], "ALL")

    def _source(self, name: str) -> Condition:
        groups = self.find_groups(name)
        if groups is None:
            raise NotDoneError(f"This sandbox does not evaluate SQL segments; source segment {name} is one.")
        return self.compile(groups)

    def _dimension(self, comparisons: Sequence[Comparison]) -> Condition:
        conditions = [self._comparison(comparison) for comparison in comparisons]
        if not conditions and self.settings.empty_groups == "refuse":
            raise BadRequestError("A dimension of the segment names no attribute.")
        return _combine(conditions, self.settings.several_attributes)

    def _comparison(self, comparison: Comparison) -> Condition:
        column = self.columns.get(comparison.path, ABSENT)
        if comparison.calculated:
            column = self.calculated.get((comparison.calculated, *comparison.range_days), ABSENT)
        return compare(comparison.kind, column, self._operands(comparison))

    def _operands(self, comparison: Comparison) -> list[Operand]:
        """Return each value as what it stands for: itself, or another attribute of the profile."""
        values: list[str] = comparison.dimension["Values"]
        as_text = comparison.kind in TEXT_KINDS
        readings = [Reading(value) if as_text else self.readings[value] for value in values]
        references = [_REFERENCE.fullmatch(value) for value in values]
        operands = [
            Operand.literal(reading) if reference is None else Operand.attribute(self._referred(*reference.groups()))
            for reading, reference in zip(readings, references, strict=True)
        ]
        # A birth date is a date or nothing: no range of numbers holds it.
        return [replace(operand, number=None) for operand in operands] if comparison.path == "BirthDate" else operands

    def _referred(self, what: str, name: str) -> str:
        if what == "_profile":
            return self.columns.get(name, ABSENT)
        return self.calculated.get((name, None, None), ABSENT)


def _merged(dimensions: Sequence[list[Comparison]], how: str) -> list[list[Comparison]]:
    """Return dimensions of a group that match the same profiles, one where several differ in their values alone.

    A client cuts more than 50 values into as many dimensions as it takes. Ten thousand values are one look into a
    hash table in one comparison, and two hundred over a million profiles in two hundred.
    """
    merged: list[list[Comparison]] = []
    values: dict[tuple[object, ...], list[str]] = {}
    for comparisons in dimensions:
        first = comparisons[0] if len(comparisons) == 1 else None
        if first is None or (first.kind in JOINED_BY_AND) != (how == "ALL") or first.kind in RANGES:
            merged.append(comparisons)
            continue
        key = (first.kind, first.name, first.range_days)
        if key not in values:
            values[key] = []
            merged.append([replace(first, dimension={**first.dimension, "Values": values[key]})])
        values[key] += first.dimension["Values"]
    return merged


def _combine(conditions: Sequence[Condition], how: str) -> Condition:
    """Return the conditions joined by ALL, ANY or NONE; no conditions restrict nothing."""
    if not conditions:
        return EVERYBODY
    joint = " AND " if how == "ALL" else " OR "
    sql = joint.join(f"({condition.sql})" for condition in conditions)
    values = tuple(value for condition in conditions for value in condition.values)
    return Condition(f"NOT ({sql})" if how == "NONE" else sql, values)
