"""Bars side by side, each of parts that stand on one another: drawn as SVG, and as signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from cpnb.display import Bar, Tone, colour, sign

# Drawn on a canvas of this size, which shrinks with the page.
WIDTH = 680
_HEIGHT = 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 8, 10, 28
_WIDEST_BAR = 34
_GRID_LINES = 4
_NAMES_BENEATH = 8
_SIGNS = 40


@dataclass(frozen=True, slots=True)
class StackedBar:
    """One of several bars.

    Attributes
    ----------
    name : str
        What stands beneath it.
    tip : str
        What it says under the mouse.
    bar : Bar
        Its parts, from the bottom.
    """

    name: str
    tip: str
    bar: Bar


def svg(bars: Sequence[StackedBar], label: str) -> str:
    """Return the bars as SVG for light and dark pages: what is written has the colour of the page's text.

    Parameters
    ----------
    bars : sequence of StackedBar
        From left to right.
    label : str
        What the drawing shows, for those who do not see it.
    """
    most = max((one.bar.total for one in bars), default=0)
    step = _step(most)
    top = max(step, -(-most // step) * step)
    inside = "".join([*_grid(top, step), *_drawn(bars, top), *_names(bars)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {_HEIGHT}" width="{WIDTH}" '
        f'aria-label="{escape(label)}" font-family="sans-serif" font-size="11" '
        f'style="max-width:100%;height:auto;color:inherit" fill="currentColor">{inside}</svg>'
    )


def signs(bars: Sequence[Bar]) -> list[str]:
    """Return each bar in signs, the longest in about 40, with at least one sign for each part that there is."""
    most = max((bar.total for bar in bars), default=0)
    scale = min(1.0, _SIGNS / most) if most else 1.0
    return [
        "".join(sign(part.tone) * max(1, round(part.count * scale)) for part in bar.parts if part.count)
        or sign(Tone.EMPTY)
        for bar in bars
    ]


def _step(most: int) -> int:
    """Return the distance of the lines of the grid: 1, 2 or 5 times a power of ten, at most four of them."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if most <= power * factor * _GRID_LINES:
                return power * factor
        power *= 10


def _height(count: float, top: int) -> float:
    return (_HEIGHT - _TOP - _BOTTOM) * count / top


def _middle(number: int, bars: Sequence[StackedBar]) -> float:
    return _LEFT + (number + 0.5) * _slot(bars)


def _slot(bars: Sequence[StackedBar]) -> float:
    return (WIDTH - _LEFT - _RIGHT) / len(bars)


def _grid(top: int, step: int) -> Iterator[str]:
    for count in range(0, top + 1, step):
        y = _HEIGHT - _BOTTOM - _height(count, top)
        yield (
            f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" '
            f'stroke-opacity="{0.15 if count else 0.5}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill-opacity="0.75">{count:,}</text>'
        )


def _drawn(bars: Sequence[StackedBar], top: int) -> Iterator[str]:
    for number, one in enumerate(bars):
        width = min(0.78 * _slot(bars), _WIDEST_BAR)
        x = _middle(number, bars) - width / 2
        y = float(_HEIGHT - _BOTTOM)
        for part in one.bar.parts:
            if not part.count:
                continue
            height = _height(part.count, top)
            y -= height
            # A pixel of the page between two parts tells them apart without their colours.
            yield (
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height - 1, 1):.1f}" rx="1.5" '
                f'fill="{colour(part.tone)}"><title>{escape(one.tip)}</title></rect>'
            )


def _names(bars: Sequence[StackedBar]) -> Iterator[str]:
    every = -(-len(bars) // _NAMES_BENEATH) or 1
    for number in range(0, len(bars), every):
        yield (
            f'<text x="{_middle(number, bars):.1f}" y="{_HEIGHT - 10}" text-anchor="middle" '
            f'fill-opacity="0.75">{escape(bars[number].name)}</text>'
        )
