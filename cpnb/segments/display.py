"""How a segment definition reads, as text and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cpnb.conditions import Expression
from cpnb.display import Html, RowHeader, html_table, markup
from cpnb.segments.sort import SortBy

__all__ = ["html_of_segment", "lines_about", "text_of_segment"]


def lines_about(
    texts: Mapping[str, str | None], sort: Sequence[SortBy], tags: Mapping[str, str] | None
) -> Iterator[tuple[str, str]]:
    """Yield what is said of a segment beside its condition, each with its label; what is not said is left out."""
    yield from ((label, text) for label, text in texts.items() if text is not None)
    if sort:
        yield "sorted by", "; ".join(map(str, sort))
    if tags:
        yield "tags", ", ".join(f"{key} = {value}" for key, value in tags.items())


def text_of_segment(name: str, condition: Expression | str, about: Iterable[tuple[str, str]]) -> str:
    """Return the text of a definition: whom it is about in the first line, the rest below."""
    whom = f"in SQL:\n{_indented(condition)}" if isinstance(condition, str) else f"profiles for which {condition}"
    return "\n".join([f"Segment {name!r}, {whom}", *(f"  {label}: {text}" for label, text in about)])


def html_of_segment(name: str, condition: Expression | str, about: Iterable[tuple[str, str]]) -> str:
    """Return the HTML of a definition: its condition as a nested list, or its SQL as it is, and a table of the rest."""
    inner = (
        f'<pre style="text-align:left;white-space:pre-wrap">{markup(condition)}</pre>'
        if isinstance(condition, str)
        else condition._repr_html_()
    )
    rows = [("condition" if isinstance(condition, Expression) else "SQL", Html(inner)), *about]
    return html_table(f"Segment {name}", (), [(RowHeader(label), text) for label, text in rows])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
