"""How a preview reads, as text and as HTML: counts, and of values only those that the condition compares with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import TypeAlias

from cpnb.display import Bar, BarPart, Html, RowHeader, Tone, counted, html_mark, html_table, markup, percent
from cpnb.matching.funnel import FunnelLine
from cpnb.matching.near_misses import ALL_TOGETHER, NearMiss

_LINES_OF_TEXT = 20
_RELAXATIONS = 10
_NOTES = 20
_CHARACTERS = 320
_FUNNEL_BYTES = 22_000
_MISSED_BYTES = 12_000
# What the tags around one cell take.
_CELL_BYTES = 80
_INDENT = "\u2003"

Row: TypeAlias = tuple[object, ...]

_LEGEND = (
    (Tone.FINE, "meet it and those before"),
    (Tone.NEUTRAL, "meet it, but not those before"),
    (Tone.EMPTY, "do not meet it"),
)


def headline(count: int, row_count: int) -> str:
    """Return in a sentence how many rows match."""
    verb = "matches" if count == 1 else "match"
    share = f" ({percent(count, row_count)})" if row_count else ": the table is empty"
    return f"{count:,} of {counted(row_count, 'row')} {verb}{share}."


def preview_text(
    count: int, row_count: int, lines: Sequence[FunnelLine], missed: Sequence[NearMiss], notes: Sequence[str]
) -> str:
    """Return a preview as text: the count, a line for each condition, what nobody meets, notes."""
    said = [headline(count, row_count), *_funnel_text(lines[:_LINES_OF_TEXT], row_count)]
    if len(lines) > _LINES_OF_TEXT:
        said.append(f"  and {counted(len(lines) - _LINES_OF_TEXT, 'more condition')}; .funnel lists all.")
    groups = _by_condition(missed)
    for condition, group in groups[:_LINES_OF_TEXT]:
        said.append(f"Nobody meets: {_cut(condition)}{_looked_at(group[0])}")
        helpful = _helpful(group)
        said += [f"  {counted(one.rows, 'row')} {_cut(one.relaxation)}" for one in helpful]
        said += [] if helpful else ["  nor would anybody if it were taken less literally"]
    if len(groups) > _LINES_OF_TEXT:
        said.append(f"{_more(groups)}; .near_misses lists all.")
    return "\n".join([*said, *(f"Note: {_cut(note)}" for note in notes[:_NOTES]), *_rest_of(notes)])


def _funnel_text(lines: Sequence[FunnelLine], row_count: int) -> Iterator[str]:
    width = max(len(f"{row_count:,}"), len("rows"))
    yield f"  {'rows':>{width}}  {'together':>{max(width, 8)}}"
    for line in lines:
        together = "" if line.together is None else f"{line.together:,}"
        words = _cut(line.words)
        bar = line.bar(row_count).text()
        yield f"  {line.rows:>{width},}  {together:>{max(width, 8)}}  {bar}  {'  ' * line.depth}{words}"


def preview_html(
    count: int, row_count: int, lines: Sequence[FunnelLine], missed: Sequence[NearMiss], notes: Sequence[str]
) -> str:
    """Return a preview as HTML of less than 50 kB: a bar for each condition, what nobody meets, notes."""
    shown = _fitting([_row(line, row_count) for line in lines], _FUNNEL_BYTES)
    more = len(lines) - len(shown)
    rest = f"and {counted(more, 'more condition')}; .funnel lists all." if more else ""
    headers = ("condition", "rows", "rows together", "", "share")
    table = html_table(_caption(count, row_count), headers, shown, note=rest)
    said = "".join(f"<li>{markup(_cut(note))}</li>" for note in (*notes[:_NOTES], *_rest_of(notes)))
    good_to_know = f"<p><b>Good to know</b></p><ul>{said}</ul>" if said else ""
    return f"<div>{table}{_missed_html(missed)}{good_to_know}</div>"


def _fitting(rows: Sequence[Row], most_bytes: int) -> list[Row]:
    """Return the rows of a table that fit, from the first."""
    sizes = accumulate(sum(_CELL_BYTES + len(markup(cell).encode("utf-8", "replace")) for cell in row) for row in rows)
    return [row for row, size_bytes in zip(rows, sizes, strict=True) if size_bytes <= most_bytes]


def _caption(count: int, row_count: int) -> Html:
    legend = " ".join(
        f'<span style="white-space:nowrap;margin-right:1em">{html_mark(tone)} {name}</span>' for tone, name in _LEGEND
    )
    whole = Bar((BarPart("match", count, Tone.FINE), BarPart("do not", row_count - count, Tone.EMPTY)))
    return Html(
        f'<span style="font-size:1.3em">{markup(headline(count, row_count))}</span><br>'
        f'<span style="font-weight:normal">{whole.html()} {legend}</span>'
    )


def _row(line: FunnelLine, row_count: int) -> Row:
    together = "" if line.together is None else f"{line.together:,}"
    shown = line.rows if line.together is None else line.together
    return (
        RowHeader(_INDENT * line.depth + _cut(line.words)),
        f"{line.rows:,}",
        together,
        line.bar(row_count).html(),
        percent(shown, row_count),
    )


def _missed_html(missed: Sequence[NearMiss]) -> str:
    groups = _by_condition(missed)
    if not groups:
        return ""
    rows = [row for condition, group in groups for row in _missed_rows(condition, group)]
    shown = _fitting(rows, _MISSED_BYTES)
    note = (
        f"and {counted(len(rows) - len(shown), 'more line')}; .near_misses lists all." if len(shown) < len(rows) else ""
    )
    headers = ("nobody meets", "rows that would", "if it were taken less literally", "different values", "rows without")
    return html_table("Near misses", headers, shown, note=note)


def _missed_rows(condition: str, group: Sequence[NearMiss]) -> Iterator[Row]:
    looked_at = ("" if n is None else f"{n:,}" for n in (group[0].distinct_values, group[0].rows_without))
    relaxed = [(f"{one.rows:,}", _cut(one.relaxation)) for one in _helpful(group)] or [
        ("0", "in no way that was tried")
    ]
    first, *others = relaxed
    yield (RowHeader(_cut(condition)), *first, *looked_at)
    yield from (("", *other, "", "") for other in others)


def _by_condition(missed: Sequence[NearMiss]) -> list[tuple[str, list[NearMiss]]]:
    """Return near misses by condition; the whole only where there is something to say beside its parts."""
    groups = [(condition, list(group)) for condition, group in groupby(missed, key=lambda one: one.condition)]
    return [
        (condition, group)
        for condition, group in groups
        if group[0].distinct_values is not None or len(groups) == 1 or _helpful(group)
    ]


def _helpful(group: Sequence[NearMiss]) -> list[NearMiss]:
    """Return the relaxations that match anybody; those that combine others only if they match more than they do."""
    helpful: list[NearMiss] = []
    for one in group:
        most = max((before.rows for before in helpful), default=0) if one.relaxation.startswith(ALL_TOGETHER) else 0
        if one.rows > most:
            helpful.append(one)
    return helpful[:_RELAXATIONS]


def _looked_at(one: NearMiss) -> str:
    if one.distinct_values is None or one.rows_without is None:
        return ""
    values = counted(one.distinct_values, "different value")
    return f" ({values} in the table, {counted(one.rows_without, 'row')} without any)"


def _more(groups: Sequence[object]) -> str:
    return f"and {counted(len(groups) - _LINES_OF_TEXT, 'more condition')} that nobody meets"


def _rest_of(notes: Sequence[str]) -> list[str]:
    return [f"and {counted(len(notes) - _NOTES, 'more note')}; .notes lists all."] if len(notes) > _NOTES else []


def _cut(text: str) -> str:
    return text if len(text) <= _CHARACTERS else text[: _CHARACTERS - 1] + "…"
