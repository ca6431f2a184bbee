"""How a noun shows itself: one plain, accessible HTML table and one kind of bar for all of them, counts and shares.

A noun carries its own text and HTML. Which widget shows it in a notebook is known here by name only.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from itertools import zip_longest
from numbers import Real
from typing import Any, Protocol

# Notebooks align the cells of a table to the right, which suits numbers and not sentences; pages without their
# styles leave no room between the cells.
_LEFT = 'style="text-align: left"'
_PADDING = "padding:.2em .6em"

_NUMBER = re.compile(r"[-+]?\d[\d,]*(\.\d+)?( ?%)?")


class Html(str):
    """Text that is HTML already; whatever a person or a table has a say in was escaped when it was made."""

    __slots__ = ()


class RowHeader(str):
    """A cell that names its row; shown as a header with a scope."""

    __slots__ = ()


def markup(cell: object) -> Html:
    """Return what a cell, caption or label is in HTML: escaped, unless it is HTML already."""
    return cell if isinstance(cell, Html) else Html(escape(str(cell)))


def html_table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[object]], *, note: str = "") -> str:
    """Return an HTML table with a caption, header cells with a scope, and everything escaped but `Html`.

    Colours are left to the front end, so that it reads in dark and light themes alike. A column of
    nothing but numbers, as numbers or as text such as ``1,234`` and ``5.0 %``, stands to the right.

    Examples
    --------
    >>> "&lt;b&gt;" in html_table("Two", ["a"], [["<b>"]])
    True
    """
    body_rows = [tuple(row) for row in rows]
    sides = [_side(column) for column in zip_longest(*body_rows, fillvalue="")]
    head = "".join(
        f'<th scope="col" style="text-align:{side};{_PADDING}">{markup(header)}</th>'
        for header, side in zip_longest(headers, sides[: len(headers)], fillvalue="left")
    )
    body = "".join(f"<tr>{''.join(map(_cell, row, sides))}</tr>" for row in body_rows)
    after = f"<p>{markup(note)}</p>" if note else ""
    return (
        f"<table><caption {_LEFT}><b>{markup(caption)}</b></caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{after}"
    )


def _side(column: Sequence[object]) -> str:
    """Return the side of its cells on which a column is aligned."""
    said = [cell for cell in column if not (isinstance(cell, str) and not cell)]
    return "right" if said and all(map(_is_number, said)) else "left"


def _is_number(cell: object) -> bool:
    if isinstance(cell, Html | RowHeader):
        return False
    return isinstance(cell, Real) or (isinstance(cell, str) and _NUMBER.fullmatch(cell) is not None)


def _cell(cell: object, side: str) -> str:
    style = f'style="text-align:{side};vertical-align:top;{_PADDING}"'
    if isinstance(cell, RowHeader):
        return f'<th scope="row" {style}>{markup(cell)}</th>'
    return f"<td {style}>{markup(cell)}</td>"


class Tone(StrEnum):
    """What a part of a bar means to the reader."""

    ERROR = "error"
    WARNING = "warning"
    FINE = "fine"
    BUSY = "busy"
    NEUTRAL = "neutral"
    EMPTY = "empty"


# Of middling lightness: each has a contrast of more than 3 : 1 against white and against the near black of
# dark themes, and they stay apart for the colour-blind. Source: WCAG 2.2, 1.4.11.
_COLOURS = {
    Tone.ERROR: "#d9534f",
    Tone.WARNING: "#c07f10",
    Tone.FINE: "#2a9d8f",
    Tone.BUSY: "#5b84c4",
    Tone.NEUTRAL: "#8a8a8a",
}
_NO_COLOUR = "rgba(128,128,128,0.25)"
_SIGNS = {
    Tone.ERROR: "x",
    Tone.WARNING: "▒",
    Tone.FINE: "█",
    Tone.BUSY: ">",
    Tone.NEUTRAL: "-",
    Tone.EMPTY: "·",
}


def colour(tone: Tone) -> str:
    """Return the colour of a tone, as CSS and SVG write it."""
    return _COLOURS.get(tone, _NO_COLOUR)


def sign(tone: Tone) -> str:
    """Return the sign that stands for a tone where there are no colours."""
    return _SIGNS[tone]


@dataclass(frozen=True, slots=True)
class BarPart:
    """A share of a bar: what it is called, how many it counts, what it means."""

    name: str
    count: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Bar:
    """Counts that make up a whole, drawn as one line.

    Attributes
    ----------
    parts : tuple of BarPart
        From left to right.
    """

    parts: tuple[BarPart, ...]

    @property
    def total(self) -> int:
        """The whole."""
        return sum(part.count for part in self.parts)

    @property
    def label(self) -> str:
        """The bar in words: ``2.0 % errors, 98.0 % fine``."""
        return ", ".join(f"{percent(part.count, self.total)} {part.name}" for part in self.parts if part.count)

    def html(self) -> Html:
        """Return the bar as HTML, with its words for those who do not see it; a part is never too thin to be seen."""
        label = escape(self.label or "nothing to show")
        inside = "".join(
            f'<span style="display:inline-block;height:100%;min-width:2px;width:{100 * part.count / self.total:.1f}%;'
            f'background-color:{_COLOURS[part.tone]}"></span>'
            for part in self.parts
            if part.count and part.tone in _COLOURS
        )
        return Html(
            f'<span role="img" aria-label="{label}" title="{label}" style="display:inline-block;width:9em;height:0.8em;'
            "border-radius:0.2em;overflow:hidden;white-space:nowrap;line-height:0;"
            f'background-color:{_NO_COLOUR}">{inside}</span>'
        )

    def text(self, width: int = 10) -> str:
        """Return the bar in `width` signs, at least one for each part that there is."""
        present = [part for part in self.parts if part.count]
        if not present:
            return _SIGNS[Tone.EMPTY] * width
        signs = [max(1, round(width * part.count / self.total)) for part in present]
        signs[signs.index(max(signs))] += width - sum(signs)
        return "".join(_SIGNS[part.tone] * count for part, count in zip(present, signs, strict=True))


def html_mark(tone: Tone) -> Html:
    """Return a small square in the colour of a tone, for a legend or the head of a line that says the same in words."""
    return Html(
        '<span aria-hidden="true" style="display:inline-block;width:0.7em;height:0.7em;border-radius:0.15em;'
        f'background-color:{colour(tone)}"></span>'
    )


def html_badge(tone: Tone, words: str) -> Html:
    """Return words in a frame of the colour of a tone; they say all that the colour does."""
    return Html(
        f'<span style="display:inline-block;white-space:nowrap;padding:0 0.5em;border-radius:0.8em;'
        f'border:1px solid {colour(tone)}">{html_mark(tone)} {markup(words)}</span>'
    )


def percent(count: int, total: int) -> str:
    """Return a share, which says "100 %" only of all and "0 %" only of none.

    Examples
    --------
    >>> percent(1, 3), percent(2, 2), percent(1, 1_000_000), percent(999_999, 1_000_000)
    ('33.3 %', '100 %', '<0.1 %', '>99.9 %')
    """
    if count in {0, total}:
        return "100 %" if count else "0 %"
    share = f"{100 * count / total:.1f}"
    return {"0.0": "<0.1 %", "100.0": ">99.9 %"}.get(share, f"{share} %")


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun, thousands separated.

    Examples
    --------
    >>> counted(1, "row"), counted(1234, "row"), counted(2, "entry", "entries")
    ('1 row', '1,234 rows', '2 entries')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


_WIDGETS: dict[str, str] = {}


def shown_by(noun: str, shower: str) -> None:
    """Take note that a function, imported when it is needed, shows the nouns of a class; both by dotted name."""
    _WIDGETS[noun] = shower


class Place(Protocol):
    """A place in a notebook, for something that moves."""

    def show(self, noun: object) -> None:
        """Show a noun there, in place of the one before."""

    def clear(self) -> None:
        """Leave nothing to be seen there."""


def show_widget(noun: object) -> None:
    """Show a noun as the widget that was named for its class, if this is the kernel of a notebook.

    Raises
    ------
    NotImplementedError
        If there is none, or no front end to show it: IPython then shows the noun's text and HTML.
    """
    show = _shower_of(type(noun)) if _is_kernel() else None
    if show is None:
        raise NotImplementedError
    show(noun)


def place_for(kind: type) -> Place | None:
    """Return a place in the cell that runs for nouns of a class, one after the other; None if nobody looks on."""
    make = _shower_of(kind) if cell_looked_at() is not None else None
    return None if make is None else make()


def _shower_of(kind: type) -> Any:
    """Return the function that was named for a class; None if there is none, or it is not wanted."""
    named = _WIDGETS.get(f"{kind.__module__}.{kind.__qualname__}")
    if named is None or not widgets_are_on():
        return None
    module, _, function = named.rpartition(".")
    return getattr(importlib.import_module(module), function)


def widgets_are_on() -> bool:
    """Return whether widgets are wanted; ``CPNB_WIDGETS=off`` in the environment leaves text and HTML."""
    return os.environ.get("CPNB_WIDGETS", "").strip().lower() not in {"off", "0", "no", "false"}


def _is_kernel() -> bool:
    """Return whether this is the kernel of a notebook; whether a front end looks at it, a kernel cannot know."""
    return getattr(_shell(), "kernel", None) is not None


def cell_looked_at() -> str | None:
    """Return an id of the cell that runs if a person began it; None if a program did, and outside of notebooks.

    With each cell a front end says whether the person there can be asked something. Those for people say yes;
    nbclient, with all that runs notebooks by it, and nbval say no.
    Source: Jupyter messaging, `execute_request`; nbclient and nbval set ``allow_stdin=False``.
    """
    asked = getattr(_shell(), "get_parent", None)  # kernels other than ipykernel may not tell
    if asked is None or not _is_kernel():
        return None
    request = asked()
    return str(request["header"]["msg_id"]) if request.get("content", {}).get("allow_stdin") else None


def _shell() -> Any:
    ipython: Any = sys.modules.get("IPython")  # where it was not imported there is no notebook
    return ipython.get_ipython() if ipython is not None else None
