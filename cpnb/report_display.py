"""How a report reads, as text and as HTML: names, counts, shapes and what to do next, within bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np

from cpnb.content.rule import Problem, Severity
from cpnb.display import Bar, BarPart, Html, RowHeader, Tone, counted, html_mark, html_table, markup
from cpnb.finding import Finding, short_name
from cpnb.row_problems import rows_with

FINDINGS_SHOWN = 20
"""Findings that a text lists."""
COLUMNS_SHOWN = 5
"""Columns that are named where several have the same problem."""
WAYS_ON = 'on_invalid="blank" sends bad cells empty, on_invalid="skip" leaves their rows behind'
"""What an analyst may ask for where a table with errors was refused."""
TO_THE_ROWS = (
    "The rows: <code>report.rows(frame)</code>; to correct their cells one by one, in a notebook: "
    "<code>cpnb.ReportView(frame, fields)</code>."
)
"""How to come from a report, which holds no cell, to the cells."""
GOOD_TO_KNOW = (
    "Good to know: the service clears nothing for an empty cell, overwrites nothing that an agent has edited, and "
    "deletes profiles that are not updated again (cpnb.plan says when)."
)
"""What the service does without a word about it, for a table that can be uploaded.
Source: administrator guide, 'object-type-mapping-troubleshooting' and 'profile-matching'."""
_PROBLEMS_OF_COLUMN = 6
_TEXT_BYTES = 8_000
_HTML_BYTES = 28_000
_HINTS_BYTES = 12_000
# What the tags around one cell take.
_CELL_BYTES = 80
# Sentences and codes of checks that analysts write can be of any length.
_LINE_CHARACTERS = 320

_TONES = {Severity.ERROR: Tone.ERROR, Severity.WARNING: Tone.WARNING}
WHOLE_TABLE = "the table as a whole"
"""What findings without a column are about."""
_SOFT = "opacity:0.75"


def summary(findings: Sequence[Finding], row_count: int) -> str:
    """Return in one sentence how many rows there are and how many of them are wrong."""
    rows = counted(row_count, "row")
    if not findings:
        return f"{rows}, no findings."
    errors = [one for one in findings if one.severity is Severity.ERROR]
    bad = int(np.count_nonzero(rows_with(errors, row_count)))
    kinds_of_error = counted(len(errors), "kind") + " of error"
    kinds_of_warning = counted(len(findings) - len(errors), "kind") + " of warning"
    start = " (rows counted from 0)" if any(one.count for one in findings) else ""
    return f"{rows}, {kinds_of_error} in {counted(bad, 'row')}, {kinds_of_warning}{start}."


def report_text(findings: Sequence[Finding], row_count: int) -> str:
    """Return a report as text of less than 10 kB; its first line says whether, and how much of it is shown."""
    verdict = "cannot be uploaded as it is" if _has_errors(findings) else "can be uploaded"
    lines, shown = _listed(findings)
    first = f"Report: {summary(findings, row_count)} The table {verdict}.{_all_shown(shown, findings, 'to_frame()')}"
    return "\n".join([first, *lines])


def refusal_text(errors: Sequence[Finding], findings: Sequence[Finding], row_count: int) -> str:
    """Return the message of the error that refuses a table, of less than 10 kB."""
    lines, shown = _listed(errors)
    first = f"The table was refused, nothing was sent: {summary(findings, row_count)}"
    return "\n".join(
        [
            f"{first}{_all_shown(shown, errors, 'error.report.to_frame()', 'kinds of error')}",
            *lines,
            *([f"Next: {WAYS_ON}; error.report.rows(frame) shows the rows."] if row_count else []),
        ]
    )


def _has_errors(findings: Iterable[Finding]) -> bool:
    return any(one.severity is Severity.ERROR for one in findings)


def _all_shown(shown: int, findings: Sequence[Finding], where: str, what: str = "findings") -> str:
    return "" if shown == len(findings) else f" Shown: {shown} of {len(findings):,} {what}; {where} lists all."


def _by_problem(findings: Iterable[Finding]) -> dict[Problem, list[Finding]]:
    groups: dict[Problem, list[Finding]] = {}
    for one in findings:
        groups.setdefault(one.problem, []).append(one)
    return groups


def _listed(findings: Sequence[Finding]) -> tuple[list[str], int]:
    """Return the lines of as many findings as fit, errors and their order first, and how many those are."""
    lines: list[str] = []
    shown = size_bytes = 0
    for problem, group in _by_problem(findings).items():
        named = group[: min(COLUMNS_SHOWN, FINDINGS_SHOWN - shown)]
        block = _block(problem, named, len(group))
        size_bytes += sum(len(line.encode("utf-8", "replace")) for line in block)
        if not named or size_bytes > _TEXT_BYTES:
            break
        lines += block
        shown += len(named)
    return lines, shown


def _block(problem: Problem, named: Sequence[Finding], column_count: int) -> list[str]:
    hint = f"           {_cut(problem.hint)}"
    if column_count == 1:
        return [_cut(f"  {one}") for one in named] + [hint]
    head = f"  {problem.severity:<7}  {_cut(problem.sentence)} [{_cut(problem.code)}], in {column_count} columns:"
    more = column_count - len(named)
    rest = [f"           and {counted(more, 'more column')}"] if more else []
    return [head, *(f"           {short_name(one.column)}{_look(one)}" for one in named), *rest, hint]


def _look(one: Finding) -> str:
    """Return what a line about one of several columns says after its name."""
    if not one.count:
        return ""
    example = f", such as {one.example}" if one.shapes else ""
    return f": {counted(one.count, 'cell')}{example} ({one.where})"


def _cut(text: str) -> str:
    return text if len(text) <= _LINE_CHARACTERS else text[: _LINE_CHARACTERS - 1] + "…"


def report_html(findings: Sequence[Finding], row_count: int, columns: Sequence[str]) -> str:
    """Return a report as HTML of less than 50 kB: the verdict, a bar for each column, and what to do next.

    Parameters
    ----------
    findings : sequence of Finding
        Errors first.
    row_count : int
        Rows that were looked at.
    columns : sequence of str
        The columns that were looked at, as far as they are known.
    """
    by_column: dict[str, list[Finding]] = {}
    for one in findings:
        by_column.setdefault(one.column, []).append(one)
    rows: list[list[object]] = []
    shown = size_bytes = 0
    for column, ones in by_column.items():
        row = _column_row(column, ones, row_count)
        size_bytes += _size_bytes(row)
        if size_bytes > _HTML_BYTES:
            break
        rows.append(row)
        shown += len(ones[:_PROBLEMS_OF_COLUMN])
    fine = [column for column in columns if column not in by_column]
    if fine:
        rows.append(_fine_row(fine, row_count))
    caption = caption_of(findings, row_count, _all_shown(shown, findings, "to_frame()"))
    if not rows:
        return f"<p>{caption}</p>"
    table = html_table(caption, ["column", "its rows", "findings"], rows)
    return f"<div>{table}{_next_table(findings)}</div>"


def _size_bytes(row: Iterable[object]) -> int:
    return sum(_CELL_BYTES + len(markup(cell).encode("utf-8", "replace")) for cell in row)


def caption_of(findings: Sequence[Finding], row_count: int, all_shown: str = "") -> Html:
    """Return what one glance should tell: whether, how many rows, and a bar of them."""
    verdict = "✗ Cannot be uploaded as it is" if _has_errors(findings) else "✓ Can be uploaded"
    legend = " ".join(
        f'<span style="white-space:nowrap">{html_mark(tone)} {name}</span>'
        for tone, name in ((Tone.ERROR, "errors"), (Tone.WARNING, "warnings"), (Tone.FINE, "fine"))
    )
    return Html(
        f'<span style="font-size:1.3em">{verdict}</span><br>'
        f'<span style="font-weight:normal">{markup(summary(findings, row_count) + all_shown)}<br>'
        f"{bar_of(findings, row_count).html()} of the rows: {legend}</span>"
    )


def bar_of(findings: Sequence[Finding], row_count: int) -> Bar:
    """Return how many rows have errors, warnings only, and neither."""
    errors = rows_with((one for one in findings if one.severity is Severity.ERROR), row_count)
    warnings = rows_with((one for one in findings if one.severity is Severity.WARNING), row_count) & ~errors
    bad, odd = int(np.count_nonzero(errors)), int(np.count_nonzero(warnings))
    return Bar(
        (
            BarPart("errors", bad, Tone.ERROR),
            BarPart("warnings", odd, Tone.WARNING),
            BarPart("fine", row_count - bad - odd, Tone.FINE),
        )
    )


def _column_row(column: str, findings: Sequence[Finding], row_count: int) -> list[object]:
    bar = bar_of(findings, row_count)
    drawn = Html(f"{bar.html()}<br><small>{markup(bar.label)}</small>") if any(one.count for one in findings) else ""
    told = [said(one) for one in findings[:_PROBLEMS_OF_COLUMN]]
    more = len(findings) - len(told)
    told += [markup(f"and {counted(more, 'more finding')}")] if more else []
    return [RowHeader(short_name(column) or WHOLE_TABLE), drawn, Html("<br>".join(told))]


def said(one: Finding) -> Html:
    """Return one finding: what, how often, what it looks like, where."""
    cells = f"<b>{markup(counted(one.count, 'cell'))}</b>: " if one.count else ""
    code = f'<span style="{_SOFT}">[{markup(_cut(one.code))}]</span>'
    line = f"{html_mark(_TONES[one.severity])} {one.severity} {cells}{markup(_cut(one.sentence))} {code}"
    if not one.count:
        return Html(line)
    shapes = f"<code>{markup(one.example)}</code>, " if one.shapes else ""
    return Html(f'{line}<br><small style="{_SOFT}">{shapes}{markup(one.where)}</small>')


def _fine_row(columns: Sequence[str], row_count: int) -> list[object]:
    named = ", ".join(map(short_name, columns[:COLUMNS_SHOWN]))
    more = len(columns) - COLUMNS_SHOWN
    names = f"{named} and {more:,} more" if more > 0 else named
    return [RowHeader(names), bar_of((), row_count).html(), "no findings"]


def _next_table(findings: Sequence[Finding]) -> str:
    """Return what to do about each problem, once for all columns that have it."""
    rows: list[list[object]] = []
    size_bytes = 0
    for problem, group in _by_problem(findings).items():
        names = [short_name(one.column) or WHOLE_TABLE for one in group]
        named = ", ".join(islice(names, COLUMNS_SHOWN))
        more = len(names) - COLUMNS_SHOWN
        row: list[object] = [
            RowHeader(_cut(problem.code)),
            f"{named} and {more:,} more" if more > 0 else named,
            _cut(problem.hint),
            problem.provenance,
        ]
        size_bytes += _size_bytes(row)
        if size_bytes > _HINTS_BYTES:
            break
        rows.append(row)
    return html_table("Next", ["problem", "in", "what to do", "written in"], rows) if rows else ""
