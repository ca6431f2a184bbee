"""What a segment builds on: its attributes and its source segments, to the last of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cpnb.sandbox.errors import BadRequestError
from cpnb.sandbox.segment_comparison import RANGES, TEXT_KINDS
from cpnb.sandbox.targets import ATTRIBUTES, standard_paths

MAX_SOURCE_DEPTH = 5
MAX_UNIQUE_ATTRIBUTES = 60
MAX_CALCULATED_ATTRIBUTES = 10
"""All counted through the source segments.

Source: Amazon Connect administrator guide, 'customer-segments-building-segments-troubleshooting'.
"""

BETWEEN_VALUES = 2
ADDRESS_BLOCKS = ("Address", "ShippingAddress", "MailingAddress", "BillingAddress")
CALCULATED = "_calculated_attribute."
Groups = Mapping[str, Any]
FindGroups = Callable[[str], Groups | None]
"""Returns the groups of a segment by name, None for an SQL segment; raises `BadRequestError` if there is none."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of one attribute: of the profile at `path`, or of the calculated attribute named `calculated`."""

    dimension: Groups
    path: str = ""
    calculated: str = ""

    @property
    def kind(self) -> str:
        """The service's DimensionType."""
        kind: str = self.dimension["DimensionType"]
        return kind

    @property
    def name(self) -> str:
        """The attribute as messages and limits name it."""
        return self.path or CALCULATED + self.calculated

    @property
    def range_days(self) -> tuple[int | None, int | None]:
        """Start and End of the range that overrides the calculated attribute's own."""
        override = self.dimension.get("ConditionOverrides", {}).get("Range", {})
        return override.get("Start"), override.get("End")


def comparisons_of(dimension: Groups) -> Iterator[Comparison]:
    """Yield the comparisons of one dimension, which may name several attributes."""
    for name, member in dimension.get("CalculatedAttributes", {}).items():
        yield Comparison(member, calculated=name)
    for name, member in dimension.get("ProfileAttributes", {}).items():
        if name == "Attributes":
            yield from (Comparison(comparison, ATTRIBUTES + attribute) for attribute, comparison in member.items())
        elif name in ADDRESS_BLOCKS:
            yield from (Comparison(comparison, f"{name}.{part}") for part, comparison in member.items())
        elif name in standard_paths():
            yield Comparison(member, name)


def source_names(groups: Groups) -> list[str]:
    """Return the names of the segments that `groups` builds on directly.

    The service model lets a source be without its only member; such a source is a `BadRequestError`.
    """
    sources = [source for group in groups.get("Groups", []) for source in group.get("SourceSegments", [])]
    if any("SegmentDefinitionName" not in source for source in sources):
        raise BadRequestError("A source segment has no SegmentDefinitionName.")
    return [source["SegmentDefinitionName"] for source in sources]


def without_sources(groups: Groups) -> Groups:
    """Return the groups as if they built on everybody."""
    return {"Groups": [{**group, "SourceSegments": []} for group in groups.get("Groups", [])]}


def check_groups(groups: Groups, find_groups: FindGroups, name: str | None = None) -> list[str]:
    """Check a segment and all it builds on against the limits that the service model does not hold.

    Returns the values that are to be read as numbers or dates.

    Parameters
    ----------
    groups
        The segment's groups.
    find_groups
        How a source segment is found.
    name
        The segment's name, if it has one: a source that leads back to it closes a circle.

    Raises
    ------
    BadRequestError
        If a limit is passed, a source segment is gone, or source segments go in a circle.
    """
    walk = _Walk(find_groups)
    walk.visit(groups, () if name is None else (name,), 0)
    calculated_count = sum(attribute.startswith(CALCULATED) for attribute in walk.attributes)
    if len(walk.attributes) > MAX_UNIQUE_ATTRIBUTES:
        raise BadRequestError(
            f"The segment uses {len(walk.attributes)} attributes, its source segments included; "
            f"at most {MAX_UNIQUE_ATTRIBUTES}."
        )
    if calculated_count > MAX_CALCULATED_ATTRIBUTES:
        raise BadRequestError(
            f"The segment uses {calculated_count} calculated attributes, its source segments included; "
            f"at most {MAX_CALCULATED_ATTRIBUTES}."
        )
    return list(walk.values)


@dataclass(slots=True)
class _Walk:
    """A walk through the source segments, which visits each once at each depth."""

    find_groups: FindGroups
    attributes: set[str] = field(default_factory=set)
    values: dict[str, None] = field(default_factory=dict)
    visited: set[tuple[str, int]] = field(default_factory=set)

    def visit(self, groups: Groups, way: tuple[str, ...], depth: int) -> None:
        for group in groups.get("Groups", []):
            for dimension in group.get("Dimensions", []):
                for comparison in comparisons_of(dimension):
                    _check_values(comparison)
                    self.attributes.add(comparison.name)
                    if comparison.kind not in TEXT_KINDS:
                        self.values |= dict.fromkeys(comparison.dimension["Values"])
        for source in source_names(groups):
            if source in way:
                circle = " -> ".join([*way[way.index(source) :], source])
                raise BadRequestError(f"The source segments go in a circle: {circle}.")
            if depth == MAX_SOURCE_DEPTH:
                raise BadRequestError(f"Source segments are nested more than {MAX_SOURCE_DEPTH} deep.")
            if (source, depth) not in self.visited:
                self.visited.add((source, depth))
                self.visit(self.find_groups(source) or {}, (*way, source), depth + 1)


def _check_values(comparison: Comparison) -> None:
    value_count = len(comparison.dimension["Values"])
    if comparison.kind in RANGES and value_count != BETWEEN_VALUES:
        raise BadRequestError(f"{comparison.kind} on {comparison.name} has {value_count} values; it takes exactly two.")
