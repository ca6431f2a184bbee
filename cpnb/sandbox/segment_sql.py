"""Segment groups as an SQL condition over a domain's profiles.

Semantics (service model, botocore; Amazon Connect administrator guide, 'customer-segments-building-segments'): ALL is
and, ANY is or, NONE is neither; the source segments of a group are its base, which its dimensions narrow;
values are case-sensitive and joined by or, EXCLUSIVE means none of them and keeps profiles without the attribute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cpnb.sandbox.errors import BadRequestError, NotDoneError
from cpnb.sandbox.settings import Settings
from cpnb.sandbox.targets import ATTRIBUTES, PREFIX, standard_paths

MAX_SOURCE_DEPTH = 5
"""Source: Amazon Connect administrator guide, 'customer-segments-building-segments-troubleshooting'."""

MAX_UNIQUE_ATTRIBUTES = 60
"""Source: Amazon Connect administrator guide, 'customer-segments-building-segments-troubleshooting'."""

ADDRESS_BLOCKS = ("Address", "ShippingAddress", "MailingAddress", "BillingAddress")
STRING_TYPES: dict[str, str] = {
    "INCLUSIVE": "{column} = {value}",
    "EXCLUSIVE": "{column} = {value}",
    "CONTAINS": "contains({column}, {value})",
    "BEGINS_WITH": "starts_with({column}, {value})",
    "ENDS_WITH": "suffix({column}, {value})",
}
_REFERENCE = re.compile(r"\{\{\s*(_profile|_calculated_attribute)\.(.+?)\s*\}\}")
Groups = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL condition that is never NULL, and the values bound to its placeholders in order."""

    sql: str
    values: tuple[str, ...] = ()


EVERYBODY = Condition("TRUE")


@dataclass(frozen=True, slots=True)
class SegmentCompiler:
    """Compiles segment groups for one domain.

    Parameters
    ----------
    columns
        The column of each path the domain has; an attribute without one is absent from every profile.
    find_groups
        Returns the groups of another segment of the domain; raises `BadRequestError` if there is none.
    settings
        What absent switches mean.
    """

    columns: Mapping[str, str]
    find_groups: Callable[[str], Groups]
    settings: Settings

    def compile(self, groups: Groups) -> Condition:
        """Return the condition for a whole segment.

        Raises
        ------
        BadRequestError
            If a limit is passed, or a source segment is missing.
        NotDoneError
            If a dimension is of a kind the sandbox does not evaluate.
        """
        attributes: set[str] = set()
        condition = self._segment(groups, 0, attributes)
        if len(attributes) > MAX_UNIQUE_ATTRIBUTES:
            raise BadRequestError(f"The segment uses {len(attributes)} attributes; at most {MAX_UNIQUE_ATTRIBUTES}.")
        return condition

    def _segment(self, groups: Groups, depth: int, attributes: set[str]) -> Condition:
        if depth > MAX_SOURCE_DEPTH:
            raise BadRequestError(f"Source segments are nested more than {MAX_SOURCE_DEPTH} deep.")
        conditions = [self._group(group, depth, attributes) for group in groups.get("Groups", [])]
        if not conditions and self.settings.empty_groups == "refuse":
            raise BadRequestError("The segment has no Groups.")
        return _combine(conditions, groups.get("Include", self.settings.default_include))

    def _group(self, group: Groups, depth: int, attributes: set[str]) -> Condition:
        sources = [
            self._segment(self.find_groups(name), depth + 1, attributes) for name in source_names({"Groups": [group]})
        ]
        dimensions = [self._dimension(dimension, attributes) for dimension in group.get("Dimensions", [])]
        if not sources and not dimensions and self.settings.empty_groups == "refuse":
            raise BadRequestError("A group of the segment has neither Dimensions nor SourceSegments.")
        base = _combine(sources, group.get("SourceType", self.settings.default_source_type))
        narrowed = _combine(dimensions, group.get("Type", self.settings.default_type))
        return _combine([base, narrowed], "ALL")

    def _dimension(self, dimension: Groups, attributes: set[str]) -> Condition:
        if "CalculatedAttributes" in dimension:
            raise NotDoneError("This sandbox does not evaluate CalculatedAttributes.")
        conditions = []
        for path, test in _tests(dimension["ProfileAttributes"]):
            attributes.add(path)
            conditions.append(self._test(path, test))
        return _combine(conditions, self.settings.several_attributes)

    def _test(self, path: str, test: Groups) -> Condition:
        kind = test["DimensionType"]
        if kind not in STRING_TYPES or path == "BirthDate":
            raise NotDoneError(f"This sandbox does not evaluate {kind} on {path}.")
        column = self.columns.get(path, "CAST(NULL AS VARCHAR)")
        alternatives, values = [], []
        for value in test["Values"]:
            expression, bound = self._value(value)
            alternatives.append(STRING_TYPES[kind].format(column=column, value=expression))
            values += bound
        sql = f"coalesce({' OR '.join(alternatives)}, FALSE)"
        return Condition(f"NOT {sql}" if kind == "EXCLUSIVE" else sql, tuple(values))

    def _value(self, value: str) -> tuple[str, list[str]]:
        """Return SQL for a value: a placeholder, or the column of the attribute it refers to."""
        reference = _REFERENCE.fullmatch(value)
        if reference is None:
            return "CAST(? AS VARCHAR)", [value]
        if reference[1] != PREFIX.rstrip("."):
            raise NotDoneError("This sandbox does not evaluate references to calculated attributes.")
        return self.columns.get(reference[2], "CAST(NULL AS VARCHAR)"), []


def _tests(profile_attributes: Groups) -> list[tuple[str, Groups]]:
    """Return the tests of one ProfileAttributes object, each with the path it is about."""
    tests: list[tuple[str, Groups]] = []
    for name, member in profile_attributes.items():
        if name == "Attributes":
            tests += [(ATTRIBUTES + attribute, test) for attribute, test in member.items()]
        elif name in ADDRESS_BLOCKS:
            tests += [(f"{name}.{part}", test) for part, test in member.items()]
        elif name in standard_paths():
            tests.append((name, member))
    return tests


def _combine(conditions: Sequence[Condition], how: str) -> Condition:
    """Return the conditions joined by ALL, ANY or NONE; no conditions restrict nothing."""
    if not conditions:
        return EVERYBODY
    joint = " AND " if how == "ALL" else " OR "
    sql = joint.join(f"({condition.sql})" for condition in conditions)
    values = tuple(value for condition in conditions for value in condition.values)
    return Condition(f"NOT ({sql})" if how == "NONE" else sql, values)


def source_names(groups: Groups) -> list[str]:
    """Return the names of the segments that `groups` builds on directly.

    The service model lets a source be without its only member; such a source is a `BadRequestError`.
    """
    sources = [source for group in groups.get("Groups", []) for source in group.get("SourceSegments", [])]
    if any("SegmentDefinitionName" not in source for source in sources):
        raise BadRequestError("A source segment has no SegmentDefinitionName.")
    return [source["SegmentDefinitionName"] for source in sources]
