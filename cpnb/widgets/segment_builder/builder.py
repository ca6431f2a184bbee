"""SegmentBuilder: a segment put together by clicking, which is an expression at every moment."""

from __future__ import annotations

from typing import Any

import traitlets
from ipywidgets import Dropdown, Textarea, VBox

from cpnb.conditions import Expression
from cpnb.display import Html, counted
from cpnb.domain import Domain, require_domain
from cpnb.errors import ExpressionError
from cpnb.fields import FieldMap
from cpnb.frames import Table, require_columns
from cpnb.segments import SegmentDefinition
from cpnb.widgets import look
from cpnb.widgets.segment_builder.attribute_choices import AttributeChoices
from cpnb.widgets.segment_builder.condition_draft import NOT_YET
from cpnb.widgets.segment_builder.condition_row import Vocabulary
from cpnb.widgets.segment_builder.draft_reading import draft_of
from cpnb.widgets.segment_builder.group_box import GroupBox, GroupOwner
from cpnb.widgets.segment_builder.newest import Newest
from cpnb.widgets.segment_builder.segment_code import json_of, python_of
from cpnb.widgets.segment_builder.segment_draft import GroupDraft, SegmentDraft
from cpnb.widgets.segment_builder.segment_service import SegmentService, Told
from cpnb.widgets.segment_builder.segment_styles import segment_styles
from cpnb.widgets.segment_builder.service_panel import ServicePanel
from cpnb.widgets.segment_builder.turns import Turns
from cpnb.widgets.shown import ShownAnywhere

OPEN_CONDITIONS = 50
"""With more conditions than this, only the first group is open at first: what is not made need not be sent."""

_QUANTIFIERS = [
    ("Profiles that meet all of these groups", "ALL"),
    ("Profiles that meet at least one of these groups", "ANY"),
    ("Profiles that meet none of these groups", "NONE"),
]
_SENTENCE = 1_200
_NOTHING = object()
"""What is told to nobody."""
_OLD = "cpnb-old"
"""A count that is that of another condition, as the new one is not there yet."""
_PROBLEMS = 4


class SegmentBuilder(ShownAnywhere, VBox):
    """A segment put together by clicking; `value` is its condition.

    Setting `value` from code redraws it, and what is clicked sets `value`: None as long as something is missing. To
    begin anew, call `clear`.
    Of a table, only counts are shown; values of its cells only where somebody asks to choose from them.

    Parameters
    ----------
    value : Expression, optional
        The condition to begin with.
    data : DataFrame, Scan, or anything that speaks Arrow, optional
        A table; how many of its rows meet the condition is counted at every change.
    fields : FieldMap, optional
        What its columns are; needed if there is a table.
    domain : Domain, optional
        Where segments are estimated and created.
    name : str, optional
        What the segment will be called.

    Raises
    ------
    ExpressionError
        If the condition does not fit into one segment.
    FrameError
        If the table lacks a mapped column.

    Examples
    --------
    >>> from cpnb import SegmentBuilder, profile
    >>> builder = SegmentBuilder(profile.Address.City.isin(["Seattle", "Boston"]))
    >>> builder
    <SegmentBuilder: Address.City is one of 'Seattle', 'Boston'>
    >>> builder.value = profile.LastName.startswith("S") & ~profile.Address.City.contains("x")
    >>> len(builder.draft.groups)
    2
    """

    value = traitlets.Any(None, allow_none=True)

    def __init__(
        self,
        value: Expression | None = None,
        *,
        data: Table | None = None,
        fields: FieldMap | None = None,
        domain: Domain | None = None,
        name: str = "",
    ) -> None:
        _check(value)  # before there is anything to close
        self._service = _service(data, fields, domain)
        self._turns = Turns()
        self._draft = SegmentDraft()
        self._groups: list[GroupBox] = []
        self._told: object = _NOTHING
        self._owner = GroupOwner(self._changed, self._act)
        self._vocabulary = Vocabulary(
            AttributeChoices(self._service.custom_attributes),
            self._turns,
            self._service.suggest if self._service.can_suggest else None,
        )
        self._counting = Newest(self._could_not_count)
        self._make_controls(name)
        super().__init__(self._parts(), layout=self._group_box.layout)
        self.add_class("cpnb")
        self.add_class("cpnb-segment-builder")
        if value is None:
            self._draw(SegmentDraft().with_new())
            self._say()
        else:
            self.value = value

    def _make_controls(self, name: str) -> None:
        turns = self._turns
        self._quantifier = look.control(
            Dropdown, "How many groups have to hold", "cpnb-quantifier", options=_QUANTIFIERS
        )
        self._quantifier.observe(turns.taken(self._quantifier_chosen), "value")
        self._group_box = look.column([], "cpnb-groups")
        self._add = look.button("Add group", icon="plus")
        self._add.on_click(turns.taken(lambda _: self._edit(self._draft.with_new())))
        self._code_button = look.button("Show code")
        self._code_button.on_click(turns.taken(lambda _: self._toggle_code()))
        self._code = look.row([])
        self._sentence = look.html("", "cpnb-sentence")
        self._count = look.html("", "cpnb-count")
        self._panel = ServicePanel(self._service, turns, name) if self._service.domain is not None else None

    def _parts(self) -> list[Any]:
        buttons = look.row([self._add, self._code_button])
        asked = [] if self._panel is None else [self._panel.box]
        return [
            look.styles(),
            segment_styles(),
            self._quantifier,
            self._group_box,
            buttons,
            self._sentence,
            self._count,
            self._code,
            *asked,
        ]

    @property
    def draft(self) -> SegmentDraft:
        """What is on the screen, complete or not."""
        return self._draft

    @property
    def definition(self) -> SegmentDefinition:
        """The segment as it would be created.

        Raises
        ------
        ExpressionError
            If something is missing: the name, or a part of the condition.
        """
        if self._panel is None:
            raise ExpressionError(
                "This builder has no domain and so no name for a segment; use its value: "
                "SegmentDefinition('name', builder.value)."
            )
        return self._panel.definition(self._draft.expression())

    def wait(self, timeout_s: float = 60.0) -> bool:
        """Return whether counting and asking are done within a time."""
        panel_is_done = self._panel is None or self._panel.wait(timeout_s)
        return self._counting.wait(timeout_s) and panel_is_done

    def close(self) -> None:
        """Close it, with all rows, those of groups that are not open too, and let go of the table."""
        if self.comm is not None:
            with self._turns.lock:
                for group in self._groups:
                    group.dispose()
                self._groups = []
                self._service = SegmentService(None, None, None)
        super().close()

    @traitlets.validate("value")
    def _check_value(self, proposal: Any) -> Expression | None:
        value: Expression | None = proposal["value"]
        if value is not self._told:
            _check(value)
        return value

    @traitlets.observe("value")
    def _value_was_set(self, change: Any) -> None:
        with self._turns.lock:
            value = change["new"]
            # Told, and not set by somebody else who hears of it; or past, where another thread has set another since.
            if value is self._told or value is not self.value:
                return
            self._draw(SegmentDraft().with_new() if value is None else draft_of(value))
            self._say()

    def _draw(self, draft: SegmentDraft) -> None:
        """Show a draft from the beginning."""
        self._draft = SegmentDraft(draft.quantifier)
        self._quantifier.value = draft.quantifier
        self._draft = draft
        self._show_groups()
        few = draft.condition_count <= OPEN_CONDITIONS
        for group in self._groups if few else self._groups[:1]:
            group.open()

    def clear(self) -> None:
        """Begin anew with one empty condition."""
        with self._turns.lock:
            self._draw(SegmentDraft().with_new())
            self._change(self._draft)

    def _changed(self, group: GroupBox, draft: GroupDraft) -> None:
        """Take note of what a group says now; one that is gone already says nothing."""
        if group in self._groups:
            self._change(self._draft.with_group(self._groups.index(group), draft))

    def _act(self, group: GroupBox, action: str) -> None:
        """Remove, double or move a group that is still there."""
        if group not in self._groups:
            return
        at = self._groups.index(group)
        if action == "remove":
            (self._groups[at - 1] if at else self._quantifier).focus()  # what stands before it is not drawn anew
            self._edit(self._draft.without(at))
        elif action == "double":
            self._edit(self._draft.duplicated(at))
        else:
            self._edit(self._draft.moved(at, -1 if action == "up" else 1))

    def _quantifier_chosen(self, change: Any) -> None:
        if change["new"] != self._draft.quantifier:
            self._change(SegmentDraft(change["new"], self._draft.groups))

    def _edit(self, draft: SegmentDraft) -> None:
        self._draft = draft
        for group in self._show_groups():
            group.open()
        self._change(draft)

    def _show_groups(self) -> list[GroupBox]:
        """Show each group; one that is still there stays as it is. Return those that are new."""
        before = {id(group.draft): group for group in self._groups}
        made = []
        self._groups = []
        for number, draft in enumerate(self._draft.groups, 1):
            group = before.pop(id(draft), None)
            if group is None:
                group = GroupBox(draft, self._vocabulary, self._owner)
                made.append(group)
            group.number(number)
            self._groups.append(group)
        self._group_box.children = tuple(group.box for group in self._groups)
        for gone in before.values():
            gone.dispose()
        return made

    def _change(self, draft: SegmentDraft) -> None:
        self._draft = draft
        before, self._told = self._told, None if draft.problems else draft.expression()
        try:
            self.value = self._told
        finally:
            self._told = before
            self._say()

    def _say(self) -> None:
        """Say what is on the screen, in words and in counts."""
        value: Expression | None = self.value
        words = self._draft.explain() if value is None else value.explain()
        shown = words if len(words) <= _SENTENCE else words[:_SENTENCE] + NOT_YET
        problems = self._draft.problems if value is None else ()
        stop = "" if shown.endswith(NOT_YET) else "."
        lines = [look.paragraph(f"Profiles where {shown}{stop}")] if self._draft.is_begun else []
        lines += [look.paragraph(problem, "cpnb-warning") for problem in problems[:_PROBLEMS]]
        if len(problems) > _PROBLEMS:
            lines.append(look.paragraph(f"And {counted(len(problems) - _PROBLEMS, 'more thing')}.", "cpnb-warning"))
        self._sentence.value = look.status("".join(lines))
        if self._code.children:
            self._show_code()
        if self._panel is not None:
            self._panel.take(value)
        if value is None:
            self._counting.drop()
            self._show_count(Html())
        elif self._service.data is not None:
            self._count.add_class(_OLD)
            self._counting.ask(lambda: self._counted(value, self._service.count(value)))

    def _counted(self, value: Expression, told: Told) -> None:
        with self._turns.lock:
            if self.value is value:
                self._show_count(told.html if told.is_good else look.paragraph(told.html, "cpnb-wrong"))

    def _could_not_count(self, reason: str) -> None:
        with self._turns.lock:
            if self.value is not None:
                self._show_count(look.paragraph(f"The table could not be counted ({reason}).", "cpnb-wrong"))

    def _show_count(self, told: Html) -> None:
        self._count.value = look.status(told) if told else ""
        self._count.remove_class(_OLD)

    def _toggle_code(self) -> None:
        if self._code.children:
            old, self._code.children = self._code.children, ()
            for one in old:
                look.close(one)
            self._code_button.description = "Show code"
            return
        kinds = ("Python code of this segment", "JSON of this segment")
        self._code.children = tuple(look.control(Textarea, kind, "cpnb-code", rows=12) for kind in kinds)
        self._code_button.description = "Hide code"
        self._show_code()

    def _show_code(self) -> None:
        value: Expression | None = self.value
        texts = ("# The segment is not complete yet.", "") if value is None else (python_of(value), json_of(value))
        for area, text in zip(self._code.children, texts, strict=True):
            area.value = text

    def as_text(self) -> str:
        """Return the condition in one line."""
        value: Expression | None = self.value
        return f"<SegmentBuilder: {'not complete' if value is None else value.explain()}>"

    def as_html(self) -> str:
        """Return the condition as a list."""
        value: Expression | None = self.value
        if value is None:
            return (
                f"<div>{''.join(map(look.paragraph, ('A segment that is not complete.', *self._draft.problems)))}</div>"
            )
        return value._repr_html_()  # how a condition shows itself in notebooks


def _check(value: object) -> None:
    """Refuse what is no condition, or does not fit into one segment."""
    if isinstance(value, Expression):
        draft_of(value).expression()
    elif value is not None:
        raise ExpressionError(
            f"The value of a segment builder is a condition or None, got an object of type {type(value).__name__}. "
            "Make one from cpnb.profile: profile.LastName.startswith('S')."
        )


def _service(data: Table | None, fields: FieldMap | None, domain: Domain | None) -> SegmentService:
    if (data is None) != (fields is None):
        raise ExpressionError(
            "A table and what its columns are belong together: SegmentBuilder(data=people, fields=fields)."
        )
    frame = require_columns(data, fields) if data is not None and fields is not None else None
    if domain is not None:
        require_domain(domain)
    return SegmentService(frame, fields, domain)
