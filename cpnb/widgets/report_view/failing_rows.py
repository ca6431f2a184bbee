"""The rows of one finding: seen because somebody asked, edited in place, and gone when they are closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from cpnb.content.rule import Severity
from cpnb.display import Html, Tone, html_badge, html_mark, markup
from cpnb.finding import Finding, short_name
from cpnb.report_display import WHOLE_TABLE
from cpnb.widgets import look
from cpnb.widgets.page_turner import PageTurner
from cpnb.widgets.paging import Paging
from cpnb.widgets.private import private_html, private_text
from cpnb.widgets.report_view.cell_edits import CellEdits, FailingRow

Act: TypeAlias = Callable[[Callable[[], None]], None]
"""What does something that was asked for: one at a time, with mistakes told in a sentence."""

_ROWS_SHOWN = 8
_OTHERS_SHOWN = 8
_CHARACTERS_SHOWN = 60
_NOTICE = (
    "These are your customers' data. They stand in the page while this is open, and nowhere once it is closed: close "
    "it before you save the notebook with its widget state."
)


class FailingRows:
    """A panel with the rows that a finding had when it was opened, a page at a time.

    Parameters
    ----------
    edits : CellEdits
        What is shown and edited.
    finding : Finding
        Whose rows.
    act : callable
        Does what a click or an edit asks for, and draws what changed around the panel.
    """

    def __init__(self, edits: CellEdits, finding: Finding, act: Act) -> None:
        self._edits = edits
        self._act = act
        self._column = finding.column
        self._pages: Paging[int] = Paging(_ROWS_SHOWN, "row", items=finding.positions.tolist())
        self._turner = PageTurner(self._pages, lambda: act(self.draw))
        self._rows = look.column([])
        self._drawn: list[_RowEditor] = []
        title = look.paragraph(Html(f"<b>{markup(short_name(finding.column) or WHOLE_TABLE)}</b>: {_about(finding)}"))
        notice = look.paragraph(_NOTICE, "cpnb-quiet")
        advice = "" if self._column else look.paragraph("This is about whole rows, so no cell of them can be edited.")
        self.box = look.column([look.html(f"{title}{notice}{advice}"), self._turner.box, self._rows], "cpnb-panel")
        self.draw()

    def draw(self) -> None:
        """Show the page."""
        before = self._rows.children
        rows = self._edits.rows(list(self._pages.shown))
        self._drawn = [_RowEditor(self._edits, self._column, row, self._edit) for row in rows]
        self._rows.children = tuple(one.box for one in self._drawn)
        self._turner.draw()
        for one in before:
            look.close(one)

    def _edit(self, edit: Callable[[], None]) -> None:
        def edited() -> None:
            edit()
            # An edited key can mend, or spoil, other rows.
            for one, row in zip(self._drawn, self._edits.rows(list(self._pages.shown)), strict=True):
                one.draw(row)

        self._act(edited)

    def close(self) -> None:
        """Empty and close everything."""
        look.close(self.box)


class _RowEditor:
    """One row: what it holds, the failing cell to edit, and what is wrong with it now."""

    def __init__(self, edits: CellEdits, column: str, row: FailingRow, act: Act) -> None:
        self._edits = edits
        self._column = column
        self._position = row.position
        self._act = act
        self._drawing = False
        self._others = private_html("", "cpnb-quiet", "cpnb-rows-others")
        self._verdict = look.html("", "cpnb-rows-verdict")
        children = [look.html(f"<b>row {row.position:,}</b>", "cpnb-rows-number")]
        if column:
            place = f"{short_name(column)} in row {row.position:,}"
            self._text = private_text(place, "", "cpnb-rows-text", placeholder="no text")
            self._text.observe(self._typed, "value")
            empty = look.icon_button(f"Make {place} empty", "eraser")
            empty.on_click(lambda _button: self._act(lambda: edits.edit(self._position, column, "")))
            self._undo = look.icon_button(f"Undo {place}", "undo")
            self._undo.on_click(lambda _button: self._act(lambda: edits.undo(self._position, column)))
            children += [self._text, empty, self._undo]
        self.box = look.row([*children, self._verdict, self._others], "cpnb-rows-row")
        self.draw(row)

    def _typed(self, change: Any) -> None:
        if not self._drawing:
            self._act(lambda: self._edits.edit(self._position, self._column, change["new"]))

    def draw(self, row: FailingRow) -> None:
        """Show the row as it is now."""
        self._drawing = True
        try:
            if self._column:
                self._text.value = row.texts[self._column]
                self._undo.disabled = self._column not in row.edited
            self._verdict.value = self._judged(row)
            self._others.value = self._beside(row)
        finally:
            self._drawing = False

    def _judged(self, row: FailingRow) -> str:
        problems = row.problems.get(self._column, ())
        if not problems:
            return html_badge(Tone.FINE, "mended" if self._column in row.edited else "fine")
        tones = {Severity.ERROR: Tone.ERROR, Severity.WARNING: Tone.WARNING}
        return "<br>".join(f"{html_mark(tones[one.severity])} {markup(one.sentence)}" for one in problems)

    def _beside(self, row: FailingRow) -> str:
        """Return what else the row holds, cut where it is long; other cells that fail are marked."""
        others = [(column, text) for column, text in row.texts.items() if column != self._column and text]
        told = []
        for column, text in sorted(others, key=lambda one: one[0] not in row.problems)[:_OTHERS_SHOWN]:
            cut = text if len(text) <= _CHARACTERS_SHOWN else text[: _CHARACTERS_SHOWN - 1] + "…"
            mark = f"{html_mark(Tone.WARNING)} " if column in row.problems else ""
            told.append(f"{mark}{markup(short_name(column))}: {markup(cut)}")
        more = len(others) - len(told)
        return " · ".join([*told, *([f"and {more} more"] if more > 0 else [])])


def _about(finding: Finding) -> str:
    return f"{markup(finding.sentence)}. {markup(finding.hint)}"
