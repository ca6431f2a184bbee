"""What is shown in a cell while something is done, and gone when that is done.

An output of plain text and HTML under a display id. No front end takes an output away again: in the end it is empty,
and whatever comes next in the same cell may stand in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from IPython.display import publish_display_data

from cpnb.display import cell_looked_at, markup

__all__ = ["NOTHING", "PassingLine", "left_place"]

NOTHING = {"text/plain": "", "text/html": ""}
"""What stands in a place where nothing is to be seen; an output without any form is not known to every front end."""

# The cell that runs, and its place that was left empty.
_left: dict[str, str] = {}


class PassingLine:
    """One place in the cell that runs, for nouns that follow one another.

    Parameters
    ----------
    publish : callable
        Sends an output to the notebook.
    """

    def __init__(self, publish: Callable[..., None] = publish_display_data) -> None:
        self._publish = publish
        self._cell = cell_looked_at()
        left = left_place()
        self._is_there = left is not None
        self._place = left or f"cpnb-{uuid4().hex}"

    def show(self, noun: object) -> None:
        """Show a noun there, in place of the one before."""
        in_html: Any = getattr(noun, "_repr_html_", None)
        html = in_html() if in_html is not None else f"<p>{markup(noun)}</p>"
        self._send({"text/plain": str(noun), "text/html": html})

    def clear(self) -> None:
        """Leave nothing to be seen there, and the place to what comes next in the cell."""
        if not self._is_there:
            return
        self._send(NOTHING)
        if self._cell is not None:
            _left.clear()  # cells that have ended show nothing more
            _left[self._cell] = self._place

    def _send(self, output: dict[str, str]) -> None:
        self._publish(output, {}, transient={"display_id": self._place}, update=self._is_there)
        self._is_there = True


def left_place() -> str | None:
    """Return the place in the cell that runs which was left empty, for something else to be shown there once."""
    return _left.pop(cell_looked_at() or "", None)
