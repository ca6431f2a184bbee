"""A funnel as a drawing: all rows, and how many each condition leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import pandas as pd

from cpnb.display import Bar, BarPart, Tone, colour, html_mark, markup, percent
from cpnb.matching.funnel import FunnelLine
from cpnb.text_dtype import TEXT_DTYPE

# Drawn on a canvas of this width, which shrinks with the page.
_WIDTH = 680
_LINE, _BAR, _TOP = 44, 18, 6
_COUNTS = 150
_CHARACTERS = 84
_MOST_LINES = 24
_ALL = "all rows"


@dataclass(frozen=True, slots=True, repr=False)
class FunnelChart:
    """How many rows each condition leaves, as a drawing and as text.

    What `Preview.plot` returns. Its HTML is a drawing for light and dark pages.

    Attributes
    ----------
    title : str
        What stands above.
    row_count : int
        Rows of the table.
    lines : tuple of FunnelLine
        The conditions; those inside of others are not drawn.
    """

    title: str
    row_count: int
    lines: tuple[FunnelLine, ...]

    def _bars(self) -> list[tuple[str, int, int]]:
        """Return for each bar its words, how many rows are left, and how many meet the condition by itself."""
        drawn = [line for line in self.lines if line.together is not None]
        bars = [(line.words, line.together or 0, line.rows) for line in drawn]
        return [(_ALL, self.row_count, self.row_count), *bars]

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each bar: ``condition``, ``rows`` that meet it by itself, ``together`` with those before."""
        words, together, rows = zip(*self._bars(), strict=True)
        return pd.DataFrame(
            {
                "condition": pd.Series(words, dtype=TEXT_DTYPE),
                "rows": pd.Series(rows, dtype="int64"),
                "together": pd.Series(together, dtype="int64"),
            }
        )

    def __str__(self) -> str:
        width = len(f"{self.row_count:,}")
        drawn = [
            f"{together:>{width},}  {self._bar(together).text(20)}  {_cut(words)}"
            for words, together, _ in self._bars()
        ]
        return "\n".join([self.title, *drawn])

    def _bar(self, count: int) -> Bar:
        return Bar((BarPart("left", count, Tone.FINE), BarPart("not", self.row_count - count, Tone.EMPTY)))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        legend = " ".join(
            f'<span style="white-space:nowrap;margin-right:1em">{html_mark(tone)} {name}</span>'
            for tone, name in ((Tone.FINE, "meet it and those before"), (Tone.NEUTRAL, "meet it, but not those before"))
        )
        return (
            f'<figure style="margin:0;max-width:{_WIDTH}px"><figcaption><b>{markup(self.title)}</b><br>{legend}'
            f"</figcaption>{self.svg()}</figure>"
        )

    def svg(self) -> str:
        """Return the drawing alone, as SVG; its text has the colour of the page's text."""
        bars = self._bars()[:_MOST_LINES]
        said = "; ".join(f"{_cut(words)}: {together:,}" for words, together, _ in bars)
        inside = "".join(part for number, bar in enumerate(bars) for part in self._drawn(number, *bar))
        height = _TOP + _LINE * len(bars)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
            f'aria-label="{escape(f"{self.title} {said}")}" font-family="sans-serif" font-size="12" '
            f'style="max-width:100%;height:auto;color:inherit" fill="currentColor">{inside}</svg>'
        )

    def _drawn(self, number: int, words: str, together: int, rows: int) -> Iterator[str]:
        """Yield the words of a bar, its track, how many meet the condition by itself, how many are left, the counts."""
        y = _TOP + number * _LINE
        tip = f"<title>{escape(words)}: {rows:,} by itself, {together:,} together</title>"
        longest = _WIDTH - _COUNTS
        yield f'<text x="0" y="{y + 12}">{escape(_cut(words))}</text>'
        for count, tone, thick in (
            (self.row_count, Tone.EMPTY, _BAR),
            (rows, Tone.NEUTRAL, _BAR // 3),
            (together, Tone.FINE, _BAR),
        ):
            if count:
                width = max(longest * count / self.row_count, 1.5)
                yield (
                    f'<rect x="0" y="{y + 18 + _BAR - thick}" width="{width:.1f}" height="{thick}" rx="1.5" '
                    f'fill="{colour(tone)}">{tip}</rect>'
                )
        yield (
            f'<text x="{longest + 10}" y="{y + 32}">{together:,}'
            f'<tspan fill-opacity="0.75"> · {escape(percent(together, self.row_count))}</tspan></text>'
        )


def _cut(text: str) -> str:
    return text if len(text) <= _CHARACTERS else text[: _CHARACTERS - 1] + "…"
