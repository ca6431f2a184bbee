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
from cpnb.sandbox.segment_comparison import EVERYBODY, TEXT_KINDS, Condition, Operand, compare
from cpnb.sandbox.segment_sources import Comparison, FindGroups, Groups, comparisons_of, source_names
from cpnb.sandbox.segment_values import ABSENT, Reading, ReadValues
from cpnb.sandbox.settings import Settings

_REFERENCE = re.compile(r"\{\{ *(_profile|_calculated_attribute)\.([^{}]*?) *\}\}")


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
    read_values
        What the values of a condition are.
    settings
        What absent switches mean.
    """

    columns: Mapping[str, str]
    calculated: Mapping[CalculatedKey, str]
    find_groups: FindGroups
    read_values: ReadValues
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
        dimensions = [self._dimension(dimension) for dimension in group.get("Dimensions", [])]
        if not sources and not dimensions and self.settings.empty_groups == "refuse":
            raise BadRequestError("A group of the segment has neither Dimensions nor SourceSegments.")
        base = _combine(sources, group.get("SourceType", self.settings.default_source_type))
        narrowed = _combine(dimensions, group.get("Type", self.settings.default_type))
        return _combine([base, narrowed], "ALL")

    def _source(self, name: str) -> Condition:
        groups = self.find_groups(name)
        if groups is None:
            raise NotDoneError(f"This sandbox does not evaluate SQL segments; source segment {name} is one.")
        return self.compile(groups)

    def _dimension(self, dimension: Groups) -> Condition:
        conditions = [self._comparison(comparison) for comparison in comparisons_of(dimension)]
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
        readings = [Reading(value) for value in values] if as_text else self.read_values(values)
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


def _combine(conditions: Sequence[Condition], how: str) -> Condition:
    """Return the conditions joined by ALL, ANY or NONE; no conditions restrict nothing."""
    if not conditions:
        return EVERYBODY
    joint = " AND " if how == "ALL" else " OR "
    sql = joint.join(f"({condition.sql})" for condition in conditions)
    values = tuple(value for condition in conditions for value in condition.values)
    return Condition(f"NOT ({sql})" if how == "NONE" else sql, values)
