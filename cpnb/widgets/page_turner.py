"""Buttons that turn the pages of a long list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cpnb.display import markup
from cpnb.widgets import look
from cpnb.widgets.paging import Paging


class PageTurner:
    """Two buttons, and which items are between them.

    Parameters
    ----------
    pages : Paging
        The list.
    turned : callable
        Called when another page is to be shown.
    """

    def __init__(self, pages: Paging[Any], turned: Callable[[], None]) -> None:
        self._pages = pages
        self._turned = turned
        self._back = look.icon_button(f"Previous {pages.plural or pages.noun + 's'}", "chevron-left")
        self._on = look.icon_button(f"Next {pages.plural or pages.noun + 's'}", "chevron-right")
        self._said = look.html("", "cpnb-quiet")
        self.box = look.row([self._back, self._on, self._said])
        self._back.on_click(lambda _button: self._turn(-1))
        self._on.on_click(lambda _button: self._turn(1))

    def _turn(self, pages: int) -> None:
        self._pages.turn(pages)
        self._turned()

    def draw(self) -> None:
        """Show where the list is."""
        self._said.value = markup(self._pages.sentence)
        self._back.disabled, self._on.disabled = self._pages.is_first, self._pages.is_last
        for one in (self._back, self._on):
            look.show_if(self._pages.has_more, one)
