"""How a noun shows itself as HTML: one plain, accessible table for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

# Notebooks align the cells of a table to the right, which suits numbers and not sentences.
_LEFT = 'style="text-align: left"'


def html_table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[object]], *, note: str = "") -> str:
    """Return an HTML table with a caption, header cells with a scope, and everything escaped.

    Colours are left to the front end, so that it reads in dark and light themes alike.

    Examples
    --------
    >>> "&lt;b&gt;" in html_table("Two", ["a"], [["<b>"]])
    True
    """
    head = "".join(f'<th scope="col" {_LEFT}>{escape(header)}</th>' for header in headers)
    body = "".join(f"<tr>{''.join(f'<td {_LEFT}>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    after = f"<p>{escape(note)}</p>" if note else ""
    return (
        f"<table><caption {_LEFT}><b>{escape(caption)}</b></caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{after}"
    )


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun, thousands separated.

    Examples
    --------
    >>> counted(1, "row"), counted(1234, "row"), counted(2, "entry", "entries")
    ('1 row', '1,234 rows', '2 entries')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
