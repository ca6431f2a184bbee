"""Other segments that a profile has to be in, or must not be in, beside the conditions of a group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ipywidgets import Dropdown, Text

from cpnb.errors import ExpressionError
from cpnb.expressions import in_segment
from cpnb.widgets import look
from cpnb.widgets.segment_builder.segment_draft import GroupDraft
from cpnb.widgets.segment_builder.turns import Turns

_QUANTIFIERS = [("and in all of", "ALL"), ("and in at least one of", "ANY"), ("and in none of", "NONE")]


class SourceRow:
    """The controls for other segments; a button until there are any.

    Parameters
    ----------
    draft : GroupDraft
        The group.
    turns : Turns
        Whose turn it is.
    change : callable
        Is told what the group says now.
    """

    def __init__(self, draft: GroupDraft, turns: Turns, change: Callable[[GroupDraft], None]) -> None:
        self._turns = turns
        self._change = change
        self._draft = draft
        self.box = look.row([], "cpnb-sources")
        self._name: Any = None
        self._chips: Any = None
        self._message: Any = None
        if draft.sources:
            self._open()
        else:
            begin = look.button("Build on another segment", icon="plus")
            begin.on_click(turns.taken(lambda _: self._open()))
            self.box.children = (begin,)

    def take(self, draft: GroupDraft) -> None:
        """Take what else the group says."""
        self._draft = draft

    def _open(self) -> None:
        quantifier = look.control(
            Dropdown,
            "In how many of these segments",
            "cpnb-quantifier",
            options=_QUANTIFIERS,
            value=self._draft.source_quantifier,
        )
        quantifier.observe(
            self._turns.taken(lambda change: self._say(replace(self._draft, source_quantifier=change["new"]))), "value"
        )
        self._name = look.control(
            Text, "Name of another segment", "cpnb-value", placeholder="name of a segment", continuous_update=False
        )
        self._name.observe(self._turns.taken(lambda change: self._typed(change["new"])), "value")
        self._chips = look.row([], "cpnb-chips")
        self._message = look.html("", "cpnb-message")
        self.box.children = (quantifier, self._name, self._chips, self._message)
        self._show_chips()

    def _typed(self, typed: str) -> None:
        name = typed.strip()
        if not name:
            return
        try:
            in_segment(name)
        except ExpressionError as error:
            self._message.value = look.status(look.paragraph(str(error), "cpnb-wrong"))
            return
        self._message.value = ""
        self._name.value = ""
        self._say(replace(self._draft, sources=tuple(dict.fromkeys([*self._draft.sources, name]))))

    def _remove(self, name: str) -> None:
        self._say(replace(self._draft, sources=tuple(one for one in self._draft.sources if one != name)))

    def _say(self, draft: GroupDraft) -> None:
        self._draft = draft
        self._show_chips()
        self._change(draft)

    def _show_chips(self) -> None:
        old = self._chips.children
        self._chips.children = tuple(self._chip(name) for name in self._draft.sources)
        for one in old:
            look.close(one)

    def _chip(self, name: str) -> Any:
        chip = look.button(name, "cpnb-chip", icon="times", tooltip=f"Remove {name}")
        chip.on_click(self._turns.taken(lambda _: self._remove(name)))
        return chip
