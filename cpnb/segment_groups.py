"""Conditions of any shape as the ``SegmentGroups`` of the service, and back.

The things of the formulas here are a `Dimension`, one comparison, or a `SourceSegment`, membership in another segment.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from cpnb import dimensions, normal_forms
from cpnb.dimensions import Dimension
from cpnb.errors import ExpressionError
from cpnb.normal_forms import Atom, Formula, Joined, Kinds, Negated

__all__ = ["SourceSegment", "from_api", "to_api"]

_MATCHES_EVERYBODY = "which matches every profile; it is not read as a condition."


@dataclass(frozen=True, slots=True)
class SourceSegment:
    """Membership in another segment of the domain.

    Attributes
    ----------
    name : str
        Its ``SegmentDefinitionName``.
    """

    name: str


def to_api(formula: Formula) -> dict[str, Any]:
    """Return the ``SegmentGroups`` for a formula.

    ``Include``, ``Type`` and ``SourceType`` are always sent, because their defaults are not documented, and each
    dimension holds one attribute, because what several would mean is not documented either.

    Raises
    ------
    normal_forms.AlwaysTrueError, normal_forms.AlwaysFalseError, normal_forms.UnfitError
        If the formula does not depend on its atoms, or needs more than two levels.
    """
    form = normal_forms.two_levels(formula, Kinds(_box, _is_reversible))
    return {"Groups": [_group_to_api(group) for group in form.groups], "Include": form.quantifier}


def from_api(segment_groups: Mapping[str, Any]) -> Formula:
    """Return the formula that ``SegmentGroups`` describe; switches that are absent are read as ALL.

    Raises
    ------
    ExpressionError
        If they have no groups or an empty one, which match everybody, or hold something that the service model does
        not have.
    """
    groups = [_group_from_api(group) for group in _objects(segment_groups, "Groups")]
    if not groups:
        raise ExpressionError(f"This is a segment without groups, {_MATCHES_EVERYBODY}")
    return _quantified(segment_groups, "Include", groups)


def _box(thing: Hashable) -> normal_forms.BoxName:
    return "sources" if isinstance(thing, SourceSegment) else "dimensions"


def _is_reversible(thing: Hashable) -> bool:
    return isinstance(thing, Dimension) and thing.is_reversible


def _group_to_api(group: normal_forms.Group) -> dict[str, Any]:
    document: dict[str, Any] = {"SourceType": "ALL", "Type": "ALL"}
    for box in group.boxes:
        if box.name == "dimensions":
            document |= {"Dimensions": [_dimension(member) for member in box.members], "Type": box.quantifier}
        else:
            document |= {"SourceSegments": [_source(member) for member in box.members], "SourceType": box.quantifier}
    return document


def _dimension(member: normal_forms.Member) -> dict[str, Any]:
    if not isinstance(member.thing, Dimension):
        raise TypeError(f"expected a Dimension, got {type(member.thing).__name__}")
    return (member.thing.reversed() if member.reversed else member.thing).to_api()


def _source(member: normal_forms.Member) -> dict[str, Any]:
    if not isinstance(member.thing, SourceSegment):
        raise TypeError(f"expected a SourceSegment, got {type(member.thing).__name__}")
    return {"SegmentDefinitionName": member.thing.name}


def _group_from_api(group: Mapping[str, Any]) -> Formula:
    sources = [_source_from_api(document) for document in _objects(group, "SourceSegments")]
    compared = [
        _joined("ALL", list(map(Atom, dimensions.from_api(document)))) for document in _objects(group, "Dimensions")
    ]
    boxes = [
        _quantified(group, switch, members)
        for switch, members in (("SourceType", sources), ("Type", compared))
        if members
    ]
    if not boxes:
        raise ExpressionError(f"This is a group without dimensions and source segments, {_MATCHES_EVERYBODY}")
    return _joined("ALL", boxes)


def _objects(document: Mapping[str, Any], member: str) -> list[Mapping[str, Any]]:
    found = document.get(member) or ()
    if not isinstance(found, list | tuple) or not all(isinstance(one, Mapping) for one in found):
        raise ExpressionError(f"{member} of segment groups is no list of objects, so it says nothing of profiles.")
    return list(found)


def _source_from_api(document: Mapping[str, Any]) -> Formula:
    name = document.get("SegmentDefinitionName")
    if not isinstance(name, str):
        raise ExpressionError("A source segment has no SegmentDefinitionName, so nobody knows which one is meant.")
    return Atom(SourceSegment(name))


def _quantified(document: Mapping[str, Any], switch: str, parts: list[Formula]) -> Formula:
    quantifier = document.get(switch, "ALL")
    if quantifier == "NONE":
        return Negated(_joined("ANY", parts))
    if quantifier == "ANY":
        return _joined("ANY", parts)
    if quantifier == "ALL":
        return _joined("ALL", parts)
    raise ExpressionError(f"{switch} is {quantifier!r}; the service has ALL, ANY and NONE.")


def _joined(quantifier: normal_forms.Junction, parts: list[Formula]) -> Formula:
    return parts[0] if len(parts) == 1 else Joined(quantifier, tuple(parts))
