"""Where an upload is shown: what a cell holds of it while it moves, in the end, and when its kernel is gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from IPython.display import publish_display_data

from cpnb.uploads import Upload
from cpnb.widgets import look
from cpnb.widgets.passing_line import NOTHING, left_place
from cpnb.widgets.upload_status.status import RetryBar, UploadStatus

__all__ = ["KEPT_AGAIN_S", "Cell", "show"]

KEPT_AGAIN_S = 5.0
"""Seconds between two times at which a cell is given to keep how its upload stands."""


class Cell:
    """Two places in a cell for one upload: what is kept of it, and below what can be clicked.

    What a notebook saves is what was shown last, and a widget is saved as a reference to a kernel that will be gone.
    So the upper place always holds text and HTML: for as long as the upload moves how it stood a moment ago, hidden
    while the widget below lives; in the end what became of it. The lower place holds the widget, and then nothing,
    or the button of an upload that did not get through.

    Parameters
    ----------
    status : UploadStatus
        The widget.
    publish : callable
        Sends an output to the notebook.
    clock : callable
        Gives the time in seconds.
    """

    def __init__(
        self,
        status: UploadStatus,
        publish: Callable[..., None] = publish_display_data,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._status = status
        self._publish = publish
        self._clock = clock
        self._retry: RetryBar | None = None
        self._left = left_place()  # where the cell has shown how far the examination was
        self._places = (self._left or _new_place(), _new_place())
        self._stands: tuple[bool, bool] | None = None
        self._keep_at_s = 0.0
        self._outputs: list[dict[str, Any]] = []

    def show(self) -> None:
        """Show the upload, below what the cell has shown so far."""
        self._take_note()
        for place, output in zip(self._places, self._outputs, strict=True):
            self._publish(output, {}, transient={"display_id": place}, update=place == self._left)
        self._status.on_look(self.look)
        self.look()  # it may have come to its end in between

    def look(self) -> None:
        """Show what is to be seen now, in the places where that is something else."""
        if self._status.moves and self._stands == self._stand() and self._clock() < self._keep_at_s:
            return  # the widget shows each step by itself
        before = self._outputs
        self._take_note()
        for place, old, new in zip(self._places, before, self._outputs, strict=True):
            if new != old:
                self._publish(new, {}, transient={"display_id": place}, update=True)

    def _stand(self) -> tuple[bool, bool]:
        return self._status.moves, self._status.is_closed

    def _take_note(self) -> None:
        self._stands, self._keep_at_s = self._stand(), self._clock() + KEPT_AGAIN_S
        self._outputs = self._bundles()

    def _bundles(self) -> list[dict[str, Any]]:
        """Return what is to be seen in the two places."""
        moves, is_closed = self._stand()
        if moves:
            kept = self._status.kept(datetime.now(UTC))
            return [kept, NOTHING if is_closed else self._status._repr_mimebundle_() | NOTHING]
        plain = {"text/plain": self._status.as_text(), "text/html": self._status.as_html()}
        if is_closed or not self._status.can_retry:
            return [plain, NOTHING]
        self._retry = self._retry or RetryBar(self._status)
        plain["text/html"] = look.kept(plain["text/html"])
        return [plain, self._retry._repr_mimebundle_()]


def _new_place() -> str:
    return f"cpnb-{uuid4().hex}"


def show(upload: Upload) -> None:
    """Show an upload in the cell that runs."""
    Cell(UploadStatus(upload)).show()
