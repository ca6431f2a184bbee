"""One column in the field-map editor: what it looks like, where it goes, why, and what speaks against it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from ipywidgets import Combobox, Dropdown, Text

from cpnb import catalog
from cpnb.content_types import ContentType
from cpnb.display import Html, Tone, html_badge, html_mark, markup
from cpnb.finding import short_name
from cpnb.widgets import look
from cpnb.widgets.field_map_editor.field_map_draft import ATTRIBUTE, Conflict, FieldMapDraft

BY_ROW = "column: "
"""How the name of a column is told from the code of a region, where both can be typed."""

_REGIONS_OFFERED = 10


class FieldMapRow:
    """Controls for one column at a time; which one, is said by `show`.

    Parameters
    ----------
    draft : FieldMapDraft
        What is shown and changed.
    lock : threading.RLock
        Held while anything is changed or drawn.
    changed : callable
        Called after each change.
    """

    def __init__(self, draft: FieldMapDraft, lock: threading.RLock, changed: Callable[[], None]) -> None:
        self._draft = draft
        self._lock = lock
        self._changed = changed
        self._column = ""
        self._drawing = False
        self._head = look.html("", "cpnb-fields-column")
        self._target = look.control(Dropdown, "Target", "cpnb-fields-target", options=_targets())
        self._name = look.control(
            Text, "Attribute", "cpnb-fields-name", placeholder="name of the attribute", continuous_update=False
        )
        self._type = look.control(Dropdown, "Content type", "cpnb-fields-type", options=_content_types())
        self._region = look.control(
            Combobox, "Region", "cpnb-fields-region", placeholder="region", continuous_update=False
        )
        self._why = look.html("", "cpnb-fields-why")
        choices = look.row([self._target, self._name, self._type, self._region], "cpnb-fields-choices")
        self.box = look.row([self._head, look.column([choices, self._why], "cpnb-fields-rest")], "cpnb-fields-row")
        for control, change in (
            (self._target, self._send),
            (self._name, lambda name: self._draft.name_attribute(self._column, name)),
            (self._type, lambda name: self._draft.compare(self._column, ContentType(name))),
            (self._region, self._dial),
        ):
            control.observe(self._passing(change), "value")

    def _passing(self, change: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return what passes on what a person changed, and not what was drawn."""

        def passed(event: Any) -> None:
            with self._lock:
                if not self._drawing:
                    change(event["new"])
                    self._changed()

        return passed

    def _send(self, target: str) -> None:
        if target == ATTRIBUTE:
            self._draft.send_to_attribute(self._column)
        else:
            self._draft.send(self._column, target)

    def _dial(self, text: str) -> None:
        if text.startswith(BY_ROW.strip()):
            self._draft.dial_by_row(self._column, text.removeprefix(BY_ROW.strip()).strip())
        else:
            self._draft.dial_in(self._column, text)

    def show(self, column: str, conflicts: Iterable[Conflict]) -> None:
        """Show a column as it stands in the draft."""
        self._drawing = True
        try:
            self._draw(column, [one for one in conflicts if column in one.columns])
        finally:
            self._drawing = False

    def _draw(self, column: str, conflicts: list[Conflict]) -> None:
        choice, name = self._draft.choice(column), short_name(column)
        if column != self._column:
            self._column = column
            self._target.description = f"Target of {name}"
            self._name.description = f"Attribute of {name}"
            self._type.description = f"Content type of {name}"
            self._region.description = f"Region of {name}"
        self._head.value = self._title(column)
        self._target.value = ATTRIBUTE if choice.is_attribute else choice.target
        self._name.value = choice.target.removeprefix(ATTRIBUTE) if choice.is_attribute else ""
        self._type.value = choice.content_type.value
        self._region.options = _regions(self._draft) if choice.is_phone else ()
        self._region.value = f"{BY_ROW}{choice.region_column}" if choice.region_column else choice.region
        self._why.value = _reasons(self._draft, column) + "".join(
            look.paragraph(one.sentence, "cpnb-wrong" if one.is_fatal else "cpnb-warning") for one in conflicts
        )
        look.show_if(choice.is_attribute, self._name)
        look.show_if(choice.target, self._type)
        look.show_if(choice.is_phone, self._region)

    def _title(self, column: str) -> Html:
        shapes = "<br>".join(f"<code>{markup(shape)}</code>" for shape in self._draft.shapes[column])
        key = f" {html_badge(Tone.NEUTRAL, 'unique key')}" if column == self._draft.unique_key else ""
        empty = '<span class="cpnb-quiet">no values</span>'
        return Html(f"<b>{markup(short_name(column))}</b>{key}<div>{shapes or empty}</div>")


def _reasons(draft: FieldMapDraft, column: str) -> Html:
    """Return what was suggested for a column, how surely, why, and what would come next."""
    guess = draft.suggestion(column)
    if guess is None:
        return look.paragraph(draft.reason_to_leave(column), "cpnb-quiet")
    mark = html_mark(Tone.FINE if guess.sure else Tone.WARNING)
    sure = f"{guess.score:.0%}" if guess.sure else f"{guess.score:.0%}, unsure"
    otherwise = f"; otherwise {guess.runner_up}" if guess.runner_up else ""
    said = f"{mark} {markup(f'{guess.target} ({sure}): {guess.reason}{otherwise}')}"
    return look.paragraph(Html(said), "cpnb-quiet")


def _targets() -> list[tuple[str, str]]:
    names = [one.name for one in catalog.targets().values()]
    return [("(leave out)", ""), ("custom attribute", ATTRIBUTE), *((name, name) for name in names)]


def _content_types() -> list[str]:
    return [one.value for one in ContentType]


def _regions(draft: FieldMapDraft) -> tuple[str, ...]:
    """Return the columns that seem to hold regions, as they are typed: those that look like ``US``, and countries."""
    likely = [
        column
        for column in draft.columns
        if draft.shapes[column][:1] == ("AA",) or draft.choice(column).target.endswith(".Country")
    ]
    return tuple(f"{BY_ROW}{column}" for column in likely[:_REGIONS_OFFERED])
