"""The report view: what is wrong with a table, its failing rows on request, and their cells edited in place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ipywidgets import Dropdown, VBox

from cpnb.display import Html, counted, markup
from cpnb.errors import CpnbError
from cpnb.fields import FieldMap
from cpnb.finding import Finding, short_name
from cpnb.frames import Table
from cpnb.report import Report
from cpnb.report_display import WHOLE_TABLE, bar_of, caption_of, said
from cpnb.widgets import look
from cpnb.widgets.page_turner import PageTurner
from cpnb.widgets.paging import Paging
from cpnb.widgets.private import private_html
from cpnb.widgets.report_view.cell_edits import CellEdits
from cpnb.widgets.report_view.cell_patch import By
from cpnb.widgets.report_view.failing_rows import FailingRows
from cpnb.widgets.shown import ShownAnywhere

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pandera

__all__ = ["ReportView"]

_FINDINGS_SHOWN = 10
# Of more weight than what all widgets have in common, which another widget may put on the page later.
_CSS = """<style>
.cpnb .cpnb-report-finding { align-items: flex-start; border-top: 1px solid var(--jp-border-color2, #e0e0e0);
  padding: 4px 0; column-gap: 12px; }
.cpnb .cpnb-report-finding > .cpnb-report-column { flex: 1 1 130px; max-width: 240px; min-width: 0;
  overflow-wrap: anywhere; }
.cpnb .cpnb-report-finding > .cpnb-report-said { flex: 3 1 220px; min-width: 0; }
.cpnb .cpnb-report-finding > button.jupyter-button { min-width: 124px; margin-left: auto; }
.cpnb .cpnb-rows-row { border-top: 1px solid var(--jp-border-color2, #e0e0e0); padding: 3px 0; column-gap: 8px; }
.cpnb .cpnb-rows-number { flex: 0 0 80px; } .cpnb .cpnb-rows-text { width: 260px; }
.cpnb .cpnb-rows-verdict { flex: 1 1 200px; min-width: 0; }
.cpnb .cpnb-rows-others { flex: 1 1 100%; padding-left: 88px; min-width: 0; overflow-wrap: anywhere;
  box-sizing: border-box; }
.cpnb-report .cpnb-named > .widget-label { width: auto; } .cpnb-report .widget-dropdown { width: 230px; }
.cpnb pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0; padding: 6px 8px; color: inherit;
  background: var(--jp-layout-color2, rgba(128, 128, 128, 0.12)); }
</style>"""


class ReportView(ShownAnywhere, VBox):
    """What is wrong with a table: counts and shapes; its failing rows when they are asked for.

    Rows that were asked for can be edited. Each edit is checked at once; the table that was given is not written to.
    When the rows are closed, nothing of them is left in the page, the notebook or the state of the widget.

    Parameters
    ----------
    data : DataFrame, or anything that speaks Arrow
        The table; all of it has to be in memory. With its edits it is a DataFrame.
    fields : FieldMap
        What its columns are.
    schema : pandera.pandas.DataFrameSchema, optional
        As for `cpnb.validate`.
    name : str
        The variable that holds the table, for the code that makes the same edits.

    Raises
    ------
    FrameError
        If `data` is no usable table or lacks a mapped column.
    FieldsError
        If the schema cannot be run over what is mapped.
    ValueError
        If `name` cannot be the name of a variable.
    """

    def __init__(
        self, data: Table, fields: FieldMap, *, schema: pandera.DataFrameSchema | None = None, name: str = "frame"
    ) -> None:
        self._lock = threading.RLock()  # clicks and edits may come on any thread
        self._edits = CellEdits(data, fields, schema=schema)
        self._edits.patch(name)
        self._name = name
        self._panel: FailingRows | None = None
        self._code: Any = None
        self._pages: Paging[Finding] = Paging(_FINDINGS_SHOWN, "finding")
        self._turner = PageTurner(self._pages, self._draw)
        self._head, self._trouble = look.html(), look.html()
        self._lines = [_FindingLine(self._open) for _ in range(_FINDINGS_SHOWN)]
        self._shelf = look.column([])
        controls = self._make_controls()
        super().__init__(
            [
                *(look.styles(), look.html(_CSS), self._head, self._turner.box),
                *(one.box for one in self._lines),
                *(controls, self._trouble, self._shelf),
            ]
        )
        for one in ("cpnb", "cpnb-panel", "cpnb-report"):
            self.add_class(one)
        self._draw()

    def _make_controls(self) -> Any:
        self._check = look.button("Check the whole table again", icon="refresh")
        self._undo = look.button("Undo all edits", icon="undo")
        self._show_code = look.button("Show the edits as code", icon="code")
        self._by = look.control(
            Dropdown, "Find rows by", "cpnb-named", options=[("position", "position"), ("unique key", "key")]
        )
        self._close_rows = look.button("Close", icon="times", tooltip="Close the rows and the code")
        self._check.on_click(self._guarded(self._edits.check))
        self._undo.on_click(self._guarded(self._undo_all))
        self._show_code.on_click(self._guarded(self._write_code))
        self._by.observe(self._guarded(self._rewrite_code), "value")
        self._close_rows.on_click(self._guarded(self.close_rows))
        return look.row([self._check, self._show_code, self._by, self._undo, self._close_rows])

    @property
    def frame(self) -> pd.DataFrame:
        """The table with the edits, a copy: the same columns and index."""
        with self._lock:
            return self._edits.frame

    @property
    def report(self) -> Report:
        """The report of the table with its edits; it is made again if the last one is older than they are."""
        with self._lock:
            report = self._edits.check()
            self._draw()
            return report

    def patch(self, name: str | None = None, *, by: By = "position") -> str:
        """Return Python code that makes the same edits, for a cell of the notebook; running it gives `frame`.

        It holds what was typed; by key, keys of customers too.

        Parameters
        ----------
        name : str, optional
            The variable that holds the table; by default the one the view was made with.
        by : {"position", "key"}
            How it finds the rows: by their number, or by the unique key, whatever their order.

        Raises
        ------
        ValueError
            If `name` cannot be the name of a variable.
        FieldsError
            If rows are to be found by the key, and the map has none.
        """
        with self._lock:
            return self._edits.patch(self._name if name is None else name, by=by)

    def close_rows(self) -> None:
        """Close the rows and the code; nothing of them is left."""
        with self._lock:
            closing, self._panel = self._panel, None
            self._shelf.children = ()
            if closing is not None:
                closing.close()
            self._close_code()

    def close(self) -> None:
        """Close the view, and before it what holds cells."""
        if self.comm is not None:
            self.close_rows()
        super().close()

    def _open(self, finding: Finding) -> None:
        def opened() -> None:
            self.close_rows()
            self._panel = FailingRows(self._edits, finding, self._act)
            self._shelf.children = (self._panel.box,)

        self._act(opened)

    def _undo_all(self) -> None:
        self._edits.undo_all()
        if self._panel is not None:
            self._panel.draw()

    def _write_code(self) -> None:
        self._close_code()
        code = self._edits.patch(self._name, by=self._by.value)
        label = "The edits as code"
        self._code = private_html(f'<pre tabindex="0" role="region" aria-label="{label}">{markup(code)}</pre>')
        self._shelf.children = (*self._shelf.children, self._code)

    def _rewrite_code(self) -> None:
        if self._code is not None:
            self._write_code()

    def _close_code(self) -> None:
        if self._code is not None:
            self._shelf.children = tuple(one for one in self._shelf.children if one is not self._code)
            look.close(self._code)
            self._code = None

    def _guarded(self, act: Callable[[], Any]) -> Callable[..., None]:
        """Return what does something on a click or a change."""
        return lambda *_: self._act(act)

    def _act(self, act: Callable[[], Any]) -> None:
        """Do what was asked for: one thing at a time, drawn afterwards, with mistakes told in a sentence."""
        with self._lock:
            if self.comm is None:  # closed meanwhile: what would be opened now, nobody could close
                return
            trouble = ""
            try:
                act()
                self._draw()
            except CpnbError as error:
                trouble = str(error)
            except Exception as error:  # noqa: BLE001 - its text could hold a cell, and a log panel would keep it
                trouble = f"That did not work: {type(error).__name__}."
            self._trouble.value = look.paragraph(trouble, "cpnb-wrong") if trouble else ""

    def _draw(self) -> None:
        with self._lock:
            report = self._edits.report
            self._head.value = self._standing(report)
            self._pages.list(_by_column(report))
            self._turner.draw()
            shown = self._pages.shown
            for number, line in enumerate(self._lines):
                line.show(shown, number, report)
            look.show_if(not self._edits.is_current, self._check)
            look.show_if(self._panel is not None or self._code is not None, self._close_rows)
            self._undo.disabled = not self._edits.count
            self._rewrite_code()

    def _standing(self, report: Report) -> str:
        edited = f"{counted(self._edits.count, 'cell')} edited" if self._edits.count else ""
        stale = "; the counts are those from before the edits" if not self._edits.is_current else ""
        told = look.paragraph(f"{edited}{stale}.") if edited else ""
        return f'<div role="status">{caption_of(report.findings, report.row_count)}{told}</div>'

    def as_text(self) -> str:
        """Return the report, which holds no cell."""
        return str(self._edits.report)

    def as_html(self) -> str:
        """Return the report as HTML, which holds no cell."""
        return self._edits.report._repr_html_()


class _FindingLine:
    """One finding at a time, with a button that asks for its rows."""

    def __init__(self, opened: Callable[[Finding], None]) -> None:
        self._finding: Finding | None = None
        self._opened = opened
        self._column = look.html("", "cpnb-report-column")
        self._said = look.html("", "cpnb-report-said")
        self._button = look.button("")
        self._button.on_click(self._clicked)
        self.box = look.row([self._column, self._said, self._button], "cpnb-report-finding")

    def _clicked(self, _button: Any) -> None:
        if self._finding is not None:
            self._opened(self._finding)

    def show(self, shown: Sequence[Finding], number: int, report: Report) -> None:
        """Show one of the findings of a page, or nothing if there are not so many."""
        self._finding = finding = shown[number] if number < len(shown) else None
        look.show_if(finding, self.box)
        if finding is None:
            return
        is_first = number == 0 or shown[number - 1].column != finding.column
        self._column.value = _headed(finding.column, report) if is_first else ""
        self._said.value = said(finding)
        name = short_name(finding.column) or WHOLE_TABLE
        self._button.description = f"Show {counted(finding.count, 'row')}"
        self._button.tooltip = f"Show the rows of {name}: {finding.code}"
        look.show_if(finding.count, self._button)


def _headed(column: str, report: Report) -> Html:
    bar = bar_of([one for one in report.findings if one.column == column], report.row_count)
    return Html(
        f"<b>{markup(short_name(column) or WHOLE_TABLE)}</b><br>{bar.html()}<br><small>{markup(bar.label)}</small>"
    )


def _by_column(report: Report) -> list[Finding]:
    """Return the findings column by column, those with errors first."""
    groups: dict[str, list[Finding]] = {}
    for one in report.findings:
        groups.setdefault(one.column, []).append(one)
    return [one for group in groups.values() for one in group]
