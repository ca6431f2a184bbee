"""One group of conditions: a line to be opened, or its rows, with other segments beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ipywidgets import Dropdown

from cpnb.display import counted
from cpnb.widgets import look
from cpnb.widgets.segment_builder.condition_draft import ConditionDraft
from cpnb.widgets.segment_builder.condition_row import ConditionRow, Vocabulary
from cpnb.widgets.segment_builder.segment_draft import GroupDraft
from cpnb.widgets.segment_builder.source_row import SourceRow

_QUANTIFIERS = [
    ("all of these conditions", "ALL"),
    ("at least one of these conditions", "ANY"),
    ("none of these conditions", "NONE"),
]
_SUMMARY = 160


@dataclass(frozen=True, slots=True)
class GroupOwner:
    """Who is told what a group says now, and asked to remove, double or move it."""

    changed: Callable[[GroupBox, GroupDraft], None]
    act: Callable[[GroupBox, str], None]


class GroupBox:
    """The controls of one group; its rows are made when it is opened first.

    Parameters
    ----------
    draft : GroupDraft
        What it says at first.
    vocabulary : Vocabulary
        What can be chosen.
    owner : GroupOwner
        Is told of every change.
    """

    def __init__(self, draft: GroupDraft, vocabulary: Vocabulary, owner: GroupOwner) -> None:
        self.draft = draft
        self.is_open = False
        self._number = 0
        self._vocabulary = vocabulary
        self._turns = vocabulary.turns
        self._owner = owner
        self._rows: list[ConditionRow] = []
        self._sources: SourceRow | None = None
        self._summary: Any = None
        self._foot: Any = None
        self._fixed: list[Any] = []
        self._extras: list[Any] = []
        self._toggle = look.button("", "cpnb-toggle")
        self._toggle.on_click(self._turns.taken(lambda _: self.close() if self.is_open else self.open()))
        self._line = look.row([self._toggle], "cpnb-heading")  # stays where it is, and so does who is on the toggle
        self.box = look.column([self._line], "cpnb-panel", "cpnb-group")

    def number(self, number: int) -> None:
        """Take the place in which the group stands, from 1."""
        self._number = number
        self._show_line()

    def open(self) -> None:
        """Show the rows."""
        self.is_open = True
        if self._foot is None:
            self._make()
        self._arrange()
        self._show_line()

    def close(self) -> None:
        """Show one line in place of the rows."""
        self.is_open = False
        self._show_line()
        self._arrange()

    def focus(self) -> None:
        """Let the keyboard go on here."""
        self._toggle.focus()

    def dispose(self) -> None:
        """Close all controls, shown or not."""
        rows = [row.box for row in self._rows]
        parts = [self._toggle, self._summary, *self._fixed, *self._extras, *rows, self._foot, self._line, self.box]
        for part in parts:
            if part is not None:
                look.close(part)

    def _arrange(self) -> None:
        """Show the rows, or the line that stands for them."""
        if self.is_open:
            self._line.children = (self._toggle, *self._fixed, *self._extras)
            self.box.children = (self._line, *(row.box for row in self._rows), self._foot)
        else:
            self._line.children = (self._toggle,)
            self.box.children = (self._line, self._made_summary())

    def _show_line(self) -> None:
        said = counted(len(self.draft.conditions), "condition")
        if self.draft.sources:
            said += f", {counted(len(self.draft.sources), 'segment')}"
        verb, icon = ("Hide", "angle-down") if self.is_open else ("Show", "angle-right")
        self._toggle.description = f"{verb} group {self._number}: {said}"
        self._toggle.icon = icon
        if not self.is_open:
            words = "nothing yet" if self.draft.is_empty else self.draft.explain()
            shown = words if len(words) <= _SUMMARY else f"{words[:_SUMMARY]}…"
            self._made_summary().value = look.paragraph(shown, "cpnb-quiet")

    def _made_summary(self) -> Any:
        if self._summary is None:
            self._summary = look.html("", "cpnb-summary")
        return self._summary

    def _make(self) -> None:
        quantifier = look.control(
            Dropdown,
            "How many conditions have to hold",
            "cpnb-quantifier",
            options=_QUANTIFIERS,
            value=self.draft.quantifier,
        )
        quantifier.observe(
            self._turns.taken(lambda change: self._change(replace(self.draft, quantifier=change["new"]))), "value"
        )
        more = look.icon_button("More for this group", "ellipsis-h", "cpnb-first-action")
        more.on_click(self._turns.taken(lambda _: self._toggle_more()))
        self._fixed = [quantifier, more, self._action("Remove group", "trash", "remove")]
        add = look.button("Add condition", icon="plus")
        add.on_click(self._turns.taken(lambda _: self._edit(self.draft.with_new())))
        self._sources = SourceRow(self.draft, self._turns, self._change)
        self._foot = look.row([add, self._sources.box])
        self._make_rows()

    def _toggle_more(self) -> None:
        old, self._extras = self._extras, []
        if not old:
            self._extras = [
                self._action("Duplicate group", "copy", "double"),
                self._action("Move group up", "arrow-up", "up"),
                self._action("Move group down", "arrow-down", "down"),
            ]
        self._arrange()
        for one in old:
            look.close(one)

    def _action(self, words: str, icon: str, action: str) -> Any:
        made = look.icon_button(words, icon)
        made.on_click(self._turns.taken(lambda _: self._owner.act(self, action)))
        return made

    def changed(self, row: ConditionRow, draft: ConditionDraft) -> None:
        """Take note of what a row says now; one that is gone already says nothing."""
        if row in self._rows:
            self._change(self.draft.with_condition(self._rows.index(row), draft))

    def act(self, row: ConditionRow, action: str) -> None:
        """Remove, double or move a row that is still there."""
        if row not in self._rows:
            return
        at = self._rows.index(row)
        if action == "remove":
            (self._rows[at - 1] if at else self).focus()  # what stands before it is not drawn anew
            self._edit(self.draft.without(at))
        elif action == "double":
            self._edit(self.draft.duplicated(at))
        else:
            self._edit(self.draft.moved(at, -1 if action == "up" else 1))

    def _edit(self, draft: GroupDraft) -> None:
        """Say something else, with other rows or in another order."""
        self.draft = draft
        self._make_rows()
        self._change(draft)

    def _change(self, draft: GroupDraft) -> None:
        self.draft = draft
        if self._sources is not None:
            self._sources.take(draft)
        self._show_line()
        self._owner.changed(self, draft)

    def _make_rows(self) -> None:
        """Make a row for each condition; one whose condition is still there stays as it is."""
        before = {id(row.draft): row for row in self._rows}
        self._rows = [
            before.pop(id(draft)) if id(draft) in before else ConditionRow(draft, self._vocabulary, self)
            for draft in self.draft.conditions
        ]
        self._arrange()
        for gone in before.values():
            look.close(gone.box)
