"""The field-map editor: where each column goes, seen and changed in a notebook."""

from __future__ import annotations

import threading
from typing import Any

from ipywidgets import Dropdown, Text, VBox
from traitlets import Instance, observe, validate

from cpnb.display import counted, html_table, markup
from cpnb.fields import FieldMap
from cpnb.finding import short_name
from cpnb.frames import Table, require_columns
from cpnb.widgets import look
from cpnb.widgets.field_map_editor.field_map_draft import Conflict, FieldMapDraft, Show
from cpnb.widgets.field_map_editor.field_map_row import FieldMapRow
from cpnb.widgets.page_turner import PageTurner
from cpnb.widgets.paging import Paging
from cpnb.widgets.shown import ShownAnywhere

__all__ = ["FieldMapEditor"]

_COLUMNS_SHOWN = 12
_CONFLICTS_SHOWN = 5
_NOTHING = object()
"""What is told to nobody."""
# Of more weight than what all widgets have in common, which another widget may put on the page later.
_CSS = """<style>
.cpnb .cpnb-fields-row { align-items: flex-start; border-top: 1px solid var(--jp-border-color2, #e0e0e0);
  padding: 5px 0; column-gap: 14px; }
.cpnb .cpnb-fields-row > .cpnb-fields-column { flex: 1 1 170px; max-width: 260px; min-width: 0;
  overflow-wrap: anywhere; }
.cpnb .cpnb-fields-rest { flex: 3 1 330px; min-width: 0; }
.cpnb-fields .cpnb-fields-target { width: 220px; } .cpnb-fields .cpnb-fields-name { width: 170px; }
.cpnb-fields .cpnb-fields-type { width: 150px; } .cpnb-fields .cpnb-fields-region { width: 130px; }
.cpnb-fields .cpnb-named > .widget-label { width: auto; }
.cpnb-fields ul { margin: 0.2em 0; padding: 0; list-style: none; } .cpnb-fields li { margin: 0.3em 0; }
</style>"""


class FieldMapEditor(ShownAnywhere, VBox):
    """An editor of the map from the columns of a table to the fields of a profile.

    It begins with what is suggested. Columns are shown by the shapes of their values, never by a value, and nothing of
    the table is kept.

    Parameters
    ----------
    data : DataFrame, Scan, or anything that speaks Arrow
        The table.
    value : FieldMap, optional
        A map to begin with, in place of the suggested one.
    unique_key, region : str, optional
        As for `cpnb.suggest`.

    Raises
    ------
    FrameError
        If `data` is no table with distinct column names, or lacks a column of the map.
    FieldsError
        If the key is no column, the region is none, or the names of the columns are values.

    Attributes
    ----------
    value : FieldMap or None
        The map as it stands; None as long as something speaks against it, which `conflicts` tells. May be set, and
        observed: ``editor.observe(..., "value")``. To leave out every column, call `clear`.
    """

    value = Instance(FieldMap, allow_none=True)

    def __init__(
        self,
        data: Table,
        value: FieldMap | None = None,
        *,
        unique_key: str | None = None,
        region: str | None = None,
    ) -> None:
        if value is not None:
            data = require_columns(data, value)
        self._lock = threading.RLock()  # changes may come on any thread
        self._draft = FieldMapDraft(data, unique_key=unique_key, region=region)
        if value is not None:
            self._draft.load(value)
        self._drawing = False
        self._told: object = _NOTHING
        self._pages: Paging[str] = Paging(_COLUMNS_SHOWN, "column")
        self._rows = [
            FieldMapRow(self._draft, self._lock, self._changed)
            for _ in range(min(_COLUMNS_SHOWN, len(self._draft.columns)))
        ]
        self._conflicts = look.html("", "cpnb-fields-conflicts")
        self._turner = PageTurner(self._pages, self._draw)
        controls = self._make_controls()
        super().__init__([look.styles(), look.html(_CSS), self._conflicts, controls, *(one.box for one in self._rows)])
        for name in ("cpnb", "cpnb-panel", "cpnb-fields"):
            self.add_class(name)
        self._list()
        self._changed()

    def _make_controls(self) -> Any:
        self._key = look.control(Dropdown, "Unique key", "cpnb-named")
        self._region = look.control(
            Text, "Region of phones", "cpnb-named", placeholder="such as US", continuous_update=False
        )
        self._show = look.control(Dropdown, "Show", "cpnb-named", options=[(one.value, one.value) for one in Show])
        self._filter = look.control(
            Text, "Find a column", placeholder="find a column or target", continuous_update=False
        )
        self._key.observe(self._choose_key, "value")
        self._region.observe(self._choose_region, "value")
        for control in (self._show, self._filter):
            control.observe(self._look_for, "value")
        return look.column(
            [look.row([self._key, self._region]), look.row([self._show, self._filter, self._turner.box])]
        )

    @property
    def conflicts(self) -> tuple[str, ...]:
        """All that speaks against the map as it stands, in words; what only warns is among it."""
        with self._lock:
            return tuple(one.sentence for one in self._draft.conflicts)

    @property
    def reason(self) -> str:
        """Why there is no map yet, in words; empty if there is one."""
        with self._lock:
            return " ".join(one.sentence for one in self._draft.conflicts if one.is_fatal)

    def clear(self) -> None:
        """Leave out every column."""
        with self._lock:
            self._draft.clear()
            self._list()
            self._changed()

    def _choose_key(self, change: Any) -> None:
        with self._lock:
            if not self._drawing:
                self._draft.unique_key = change["new"] or None
                self._changed()

    def _choose_region(self, change: Any) -> None:
        with self._lock:
            if not self._drawing:
                self._draft.region = change["new"].strip().upper()
                self._changed()

    def _look_for(self, _change: Any) -> None:
        with self._lock:
            self._pages.start = 0
            self._list()
            self._draw()

    @validate("value")
    def _belongs(self, proposal: Any) -> FieldMap | None:
        fields: FieldMap | None = proposal["value"]
        if fields is not None:
            self._draft.require(fields)
        return fields

    @observe("value")
    def _on_value(self, change: Any) -> None:
        """Draw a map that was set by code."""
        with self._lock:
            fields = change["new"]
            # Told, and not set by somebody else who hears of it; or past, where another thread has set another since.
            if fields is self._told or fields is not self.value:
                return
            if fields is None:
                self._draft.clear()
            else:
                self._draft.load(fields)
            self._list()
            self._changed()

    def _changed(self) -> None:
        """Draw the draft, and tell its map to who observes it."""
        with self._lock:
            self._draw()
            before, self._told = self._told, self._draft.value
            try:
                self.value = self._told
            finally:
                self._told = before

    def _list(self) -> None:
        """List the columns asked for. An edit does not: the row that it was made in would be gone."""
        self._pages.list(self._draft.listed(Show(self._show.value), self._filter.value))

    def _draw(self) -> None:
        with self._lock:
            self._drawing = True
            try:
                self._draw_all(self._draft.conflicts)
            finally:
                self._drawing = False

    def _draw_all(self, conflicts: tuple[Conflict, ...]) -> None:
        self._conflicts.value = self._standing(conflicts)
        keys = [("none yet", ""), *((short_name(column), column) for column in self._draft.key_choices)]
        if tuple(keys) != tuple(self._key.options):
            self._key.options = keys
        self._key.value, self._region.value = self._draft.unique_key or "", self._draft.region
        self._turner.draw()
        shown = self._pages.shown
        for column, one in zip(shown, self._rows, strict=False):
            one.show(column, conflicts)
        for number, one in enumerate(self._rows):
            look.show_if(number < len(shown), one.box)

    def _standing(self, conflicts: tuple[Conflict, ...]) -> str:
        first = "".join(
            f'<li class="{"cpnb-wrong" if one.is_fatal else "cpnb-warning"}">{markup(one.sentence)}</li>'
            for one in conflicts[:_CONFLICTS_SHOWN]
        )
        more = len(conflicts) - _CONFLICTS_SHOWN
        rest = (
            look.paragraph(f"and {counted(more, 'more conflict')}; they stand beside their columns") if more > 0 else ""
        )
        hint = look.paragraph(self._draft.hint, "cpnb-warning") if self._draft.hint and not self._draft.mapped else ""
        listed = f"<ul>{first}</ul>" if first else ""
        return f'<div role="status"><b>{markup(self._summary())}</b>{hint}{listed}{rest}</div>'

    def _summary(self) -> str:
        fatal = sum(one.is_fatal for one in self._draft.conflicts)
        mapped = f"{len(self._draft.mapped):,} of {counted(len(self._draft.columns), 'column')} mapped"
        key = f"the unique key is {self._draft.unique_key!r}" if self._draft.unique_key else "no unique key"
        return f"{mapped}, {key}, {counted(fatal, 'conflict') if fatal else 'no conflicts'}."

    def as_text(self) -> str:
        """Return the map, or why there is none."""
        with self._lock:
            return f"Field map editor: {self._summary()}\n" + (str(self.value) if self.value else self.reason)

    def as_html(self) -> str:
        """Return the map as HTML, or why there is none."""
        with self._lock:
            conflicts = "".join(look.paragraph(one.sentence) for one in self._draft.conflicts)
            table = self.value._repr_html_() if self.value else html_table("Field map", ("Column", "Goes to"), ())
            return f"<p><b>{markup(self._summary())}</b></p>{conflicts}{table}"
