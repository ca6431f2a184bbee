"""Any condition that fits into a segment, read as the groups in which people write one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from cpnb.conditions import Condition, Expression, InSegment, Joined, Negation
from cpnb.normal_forms import BoxName, Junction, Quantifier
from cpnb.widgets.segment_builder.condition_draft import ConditionDraft
from cpnb.widgets.segment_builder.segment_draft import GroupDraft, SegmentDraft

_Leaf = Condition | InSegment


@dataclass(frozen=True, slots=True)
class _Box:
    """ALL, ANY or NONE of leaves of one kind."""

    name: BoxName
    quantifier: Quantifier
    members: tuple[_Leaf, ...]


def draft_of(expression: Expression) -> SegmentDraft:
    """Return the draft that says a condition, as it was said where its form is that of a segment.

    Another form is normalised first, as it would be when a segment is created.

    Raises
    ------
    ExpressionError
        If the condition does not fit into one segment; the message says why and what to do.
    """
    found = _segment(expression)
    if found is None:
        found = _segment(Expression.from_api(expression.to_api()))
    if found is None:
        raise TypeError("what was read from the service's two levels must have two levels")
    return found


def _segment(expression: Expression) -> SegmentDraft | None:
    if (group := _group(expression)) is not None:
        return SegmentDraft("ALL", (group,))
    if isinstance(expression, Negation):
        inner = _groups("ANY", expression.part)
        return None if inner is None else SegmentDraft("NONE", inner)
    if not isinstance(expression, Joined):
        return None
    groups = _groups(expression.quantifier, expression)
    return None if groups is None else SegmentDraft(expression.quantifier, groups)


def _groups(quantifier: Junction, expression: Expression) -> tuple[GroupDraft, ...] | None:
    """Return the groups that have to be joined to say a condition; leaves beside each other share one."""
    joined_so = isinstance(expression, Joined) and expression.quantifier == quantifier
    parts = expression.parts if joined_so and isinstance(expression, Joined) else (expression,)
    groups: list[GroupDraft] = []
    for kind, run in groupby(parts, _kind):
        members = list(run)
        found = map(_group, members) if kind == "other" else [_of_leaves(quantifier, members)]
        for group in found:
            if group is None:
                return None
            groups.append(group)
    return tuple(groups)


def _kind(part: Expression) -> str:
    """Return which leaves beside each other can share a group."""
    if isinstance(part, Condition):
        return "dimensions"
    return "sources" if isinstance(part, InSegment) else "other"


def _of_leaves(quantifier: Quantifier, leaves: list[Expression]) -> GroupDraft | None:
    box = _box(leaves[0] if len(leaves) == 1 else Joined("ANY", tuple(leaves)))
    return None if box is None else _group_of([replace(box, quantifier=quantifier if len(leaves) > 1 else "ALL")])


def _group(expression: Expression) -> GroupDraft | None:
    """Return the one group that says a condition: a box of comparisons, one of segments, or both."""
    is_all = isinstance(expression, Joined) and expression.quantifier == "ALL"
    parts = expression.parts if is_all and isinstance(expression, Joined) else (expression,)
    boxes: dict[BoxName, _Box] = {}
    for part in parts:
        box = _box(part)
        if box is None:
            return None
        before = boxes.get(box.name)
        if before is None:
            boxes[box.name] = box
        elif before.quantifier == box.quantifier == "ALL":
            boxes[box.name] = replace(box, members=before.members + box.members)
        else:
            return None
    return _group_of(boxes.values())


def _box(part: Expression) -> _Box | None:
    """Return the box that says a part: a leaf, an alternative of leaves, or the negation of either."""
    if isinstance(part, Negation):
        inner = _box(part.part)
        alternative = inner is not None and (inner.quantifier == "ANY" or len(inner.members) == 1)
        return replace(inner, quantifier="NONE") if inner is not None and alternative else None
    if isinstance(part, Joined):
        leaves = tuple(one for one in part.parts if isinstance(one, Condition | InSegment))
        kinds = {_kind(one) for one in part.parts}
        if part.quantifier != "ANY" or len(kinds) > 1 or "other" in kinds:
            return None
        return _Box(_name(leaves[0]), "ANY", leaves)
    return _Box(_name(part), "ALL", (part,)) if isinstance(part, Condition | InSegment) else None


def _name(leaf: _Leaf) -> BoxName:
    return "dimensions" if isinstance(leaf, Condition) else "sources"


def _group_of(boxes: Iterable[_Box]) -> GroupDraft:
    group = GroupDraft()
    for box in boxes:
        if box.name == "dimensions":
            drafts = tuple(ConditionDraft.of(one) for one in box.members if isinstance(one, Condition))
            group = replace(group, quantifier=box.quantifier, conditions=drafts)
        else:
            names = tuple(one.name for one in box.members if isinstance(one, InSegment))
            group = replace(group, source_quantifier=box.quantifier, sources=names)
    return group
