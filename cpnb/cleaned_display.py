"""How a cleaning reads, as text and as HTML: each repair once, and under it the columns that it was made in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cpnb.changes import DUPLICATE, HEADER_ROW, ColumnChanges, LeftAlone, TakenOut
from cpnb.display import Bar, BarPart, Html, RowHeader, Tone, counted, html_table, markup
from cpnb.duplicates import Duplicates
from cpnb.finding import short_name

COLUMNS_SHOWN = 12
"""Columns that are named for one repair, or for one thing that was left alone."""
_COLUMNS_IN_A_SENTENCE = 5
_SOFT = "opacity:0.75"
_TAKEN_OUT = {HEADER_ROW: "that repeats the header", DUPLICATE: "whose key another row has, which was kept"}
_TAKEN_OUT_MANY = {HEADER_ROW: "that repeat the header", DUPLICATE: "whose key another row has, which was kept"}


class Kind(StrEnum):
    """What was done, as the heading over it."""

    REPAIRED = "Repaired"
    TAKEN_OUT = "Taken out"
    REPEATED_KEYS = "Repeated keys"
    LEFT_ALONE = "Left alone"


_TONES = {
    Kind.REPAIRED: Tone.FINE,
    Kind.TAKEN_OUT: Tone.WARNING,
    Kind.REPEATED_KEYS: Tone.WARNING,
    Kind.LEFT_ALONE: Tone.ERROR,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done, or left alone, in one column.

    Attributes
    ----------
    kind : Kind
        The heading that it stands under.
    what : str
        What it is; the same for all columns that it was done in.
    code : str
        Its name in the changes, or in a Report; empty if it has none.
    column : str
        Where; empty for something about rows.
    count : int
        Cells; 0 for something about a column or the table as a whole.
    shapes : tuple of str
        How a cell looked, and how it looks if that is another way; empty if there is nothing to see.
    along_with : str
        Other repairs that the cell of these shapes had.
    """

    kind: Kind
    what: str
    code: str = ""
    column: str = ""
    count: int = 0
    shapes: tuple[str, ...] = ()
    along_with: str = ""


def repaired_lines(columns: Iterable[ColumnChanges]) -> Iterator[Line]:
    """Yield what was repaired, column by column."""
    for one in columns:
        for name, sentence, places in one.by_repair():
            (before, after), others = one.example(places)
            shapes = (before, after) if after else (before,)
            along_with = ", ".join(other for other in others if other != name)
            yield Line(Kind.REPAIRED, sentence, name, one.column, len(places), shapes, along_with)
        if one.dtypes[0] != one.dtypes[1]:
            yield Line(Kind.REPAIRED, f"the column was {one.dtypes[0]} and is {one.dtypes[1]} now", column=one.column)


def row_lines(taken_out: TakenOut, duplicates: Duplicates | None) -> Iterator[Line]:
    """Yield what was done about whole rows."""
    for rule, count in sorted(Counter(taken_out.rules).items()):
        sentence = (_TAKEN_OUT if count == 1 else _TAKEN_OUT_MANY)[rule]
        yield Line(Kind.TAKEN_OUT, f"{counted(count, 'row')} {sentence}", rule)
    if duplicates is not None and duplicates.group_count:
        yield Line(Kind.REPEATED_KEYS, _repeated(duplicates))


def left_alone_lines(left_alone: Iterable[LeftAlone]) -> Iterator[Line]:
    """Yield what is still wrong, column by column."""
    for one in left_alone:
        shapes = (one.example,) if one.example else ()
        yield Line(Kind.LEFT_ALONE, one.reason, one.code, one.column, one.count, shapes)


def _repeated(duplicates: Duplicates) -> str:
    keys = counted(duplicates.group_count, "key")
    text = f"{keys} in {counted(len(duplicates.positions), 'row')}"
    if duplicates.brought_together:
        text += f", {duplicates.brought_together:,} of them the same only since they were repaired"
    conflicts = sorted(duplicates.conflict_counts.items(), key=lambda item: -item[1])
    if not conflicts:
        return f"{text}; their rows do not contradict each other"
    named = ", ".join(f"{short_name(column)} ({count:,})" for column, count in conflicts[:_COLUMNS_IN_A_SENTENCE])
    more = len(conflicts) - _COLUMNS_IN_A_SENTENCE
    contradicting = counted(int(duplicates.conflicts.sum()), "key")
    return f"{text}; the rows of {contradicting} contradict each other in {named}{f' and {more} more' * (more > 0)}"


def cleaned_summary(
    row_count: int, changed_count: int, column_count: int, taken_out: TakenOut, left_alone: Iterable[LeftAlone]
) -> str:
    """Return a cleaning in one sentence: rows, cells repaired in how many columns, rows taken out, what is left."""
    left = sum(one.count for one in left_alone)
    taken = len(taken_out.positions)
    cells = f"{counted(changed_count, 'cell')} repaired in {counted(column_count, 'column')}"
    parts = [cells if column_count else "no cell repaired"]
    parts += [f"{counted(taken, 'row')} taken out"] if taken else []
    parts += [f"{counted(left, 'problem')} left alone"] if left else ["nothing left to repair"]
    return f"{counted(row_count, 'row')}: {', '.join(parts)}."


Group = list[Line]
"""Lines that say the same of different columns."""


def _groups(lines: Iterable[Line]) -> dict[Kind, list[Group]]:
    groups: dict[tuple[Kind, str, str], Group] = {}
    for line in lines:
        groups.setdefault((line.kind, line.what, line.code), []).append(line)
    by_kind: dict[Kind, list[Group]] = {}
    for (kind, _, _), group in groups.items():
        by_kind.setdefault(kind, []).append(group)
    return by_kind


def _heading(summary: str, groups: Iterable[Group]) -> str:
    """Return the first line, which says so if not all columns are named."""
    if all(len(group) <= COLUMNS_SHOWN for group in groups):
        return f"Cleaned: {summary}"
    return f"Cleaned: {summary} Of more columns, {COLUMNS_SHOWN} are named at each line; preview() lists all repairs."


def cleaned_text(summary: str, lines: Sequence[Line]) -> str:
    """Return a cleaning as text, grouped by what was done."""
    by_kind = _groups(lines)
    text = [_heading(summary, (group for groups in by_kind.values() for group in groups))]
    for kind, groups in by_kind.items():
        text.append(kind)
        for group in groups:
            text += _text_of(group)
    return "\n".join(text)


def _text_of(group: Group) -> Iterator[str]:
    first = group[0]
    code = f" [{first.code}]" if first.code else ""
    if len(group) == 1:
        name = f"{short_name(first.column)}: " if first.column else ""
        count = counted(first.count, "cell") + (": " if first.kind is Kind.LEFT_ALONE else " ") if first.count else ""
        yield f"  {name}{count}{first.what}{_look(first)}{code}"
        return
    yield f"  {first.what}{code}, in {len(group)} columns:"
    for line in group[:COLUMNS_SHOWN]:
        count = f": {counted(line.count, 'cell')}" if line.count else ""
        yield f"    {short_name(line.column)}{count}{_look(line)}"
    if len(group) > COLUMNS_SHOWN:
        yield f"    and {counted(len(group) - COLUMNS_SHOWN, 'more column')}"


def _look(line: Line) -> str:
    if not line.shapes:
        return ""
    along_with = f" (with {line.along_with})" if line.along_with else ""
    return f", such as {' -> '.join(map(repr, line.shapes))}{along_with}"


def cleaned_html(summary: str, lines: Sequence[Line], row_count: int) -> str:
    """Return a cleaning as HTML: a row for each thing done, and in it a bar for each column.

    Parameters
    ----------
    summary : str
        The sentence over all of it.
    lines : sequence of Line
        What was done and left alone.
    row_count : int
        Rows of the table that was cleaned; the whole of the bars.
    """
    by_kind = _groups(lines)
    heading = _heading(summary, (group for groups in by_kind.values() for group in groups))
    rows = [_row(group, row_count, is_first=group is groups[0]) for groups in by_kind.values() for group in groups]
    if not rows:
        return f"<p><b>{markup(heading)}</b></p>"
    return html_table(heading, ["", "what", "where"], rows)


def _row(group: Group, row_count: int, *, is_first: bool) -> list[object]:
    first = group[0]
    where = [_where(line, row_count) for line in group[:COLUMNS_SHOWN] if line.column]
    more = len(group) - COLUMNS_SHOWN
    where += [markup(f"and {counted(more, 'more column')}")] if more > 0 else []
    kind = RowHeader(first.kind) if is_first else ""
    code = f' <small style="{_SOFT}">[{markup(first.code)}]</small>' if first.code else ""
    what = f'<div style="max-width:24em">{markup(first.what)}{code}</div>'
    return [kind, Html(what), Html("<br>".join(where))]


def _where(line: Line, row_count: int) -> Html:
    """Return where something was done: a bar of its cells, the column, their number, and how they look."""
    name = f"<b>{markup(short_name(line.column))}</b>"
    if not line.count:
        return Html(name)
    part = BarPart("of the rows", line.count, _TONES[line.kind])
    bar = Bar((part, BarPart("not", row_count - line.count, Tone.EMPTY)))
    shapes = " → ".join(f"<code>{markup(repr(shape))}</code>" for shape in line.shapes)
    along_with = f" <small>with {markup(line.along_with)}</small>" if line.along_with else ""
    # A shape that is cut in two by the end of a line is hard to read, so all of it moves to the next one.
    look = f' <span style="{_SOFT};display:inline-block">{shapes}{along_with}</span>' if shapes else ""
    return Html(f"{bar.html()} {name} {counted(line.count, 'cell')}{look}")


class ReadsAsCleaning(ABC):
    """Reads as text and as HTML from a line of summary and the lines below it."""

    __slots__ = ()

    row_count: int

    @abstractmethod
    def _summary(self) -> str: ...

    @abstractmethod
    def _lines(self) -> list[Line]: ...

    def __str__(self) -> str:
        return cleaned_text(self._summary(), self._lines())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return cleaned_html(self._summary(), self._lines(), self.row_count)
