"""An upload as a widget: its parts at work, Stop and Retry, and in the end what became of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from ipywidgets import VBox

from cpnb.display import markup
from cpnb.errors import CpnbError
from cpnb.part_progress import PartProgress, headline_of
from cpnb.uploads import Upload
from cpnb.widgets import look
from cpnb.widgets.shown import ShownAnywhere
from cpnb.widgets.upload_status.upload_page import as_of, page_as_of, page_of_parts, page_of_standing
from cpnb.widgets.upload_status.upload_progress import UploadProgress
from cpnb.widgets.upload_status.watching import Watch, session

__all__ = ["RetryBar", "UploadStatus"]

RETRY_HINT = "upload.retry() sends again what did not get through."

GOES_ON = "The kernel of this upload is gone. Run the cell again: it goes on from where it is."


class UploadStatus(ShownAnywhere, VBox):
    """An upload as it stands, for as long as it moves, with buttons for what can be done about it.

    Parameters
    ----------
    upload : Upload
        What is shown.
    watch : Watch
        What looks at it again and again.
    clock : callable
        Gives the time in seconds.
    """

    def __init__(self, upload: Upload, *, watch: Watch = session, clock: Callable[[], float] = time.monotonic) -> None:
        self._upload: Upload | None = upload
        self._in_the_end = "", ""
        self._watch = watch
        self._clock = clock
        self._lock = threading.RLock()  # clicks and looks may come on any thread
        self._progress = UploadProgress(upload.plan.options.parts_in_flight)
        self._moves: bool | None = None
        self._looked: Callable[[], None] | None = None
        self.mark = f"cpnb-{uuid4().hex}"  # what stands for it in the page elsewhere is known by this
        self.stop_button = look.button("Stop", icon="stop", tooltip="Stop every part that is not through")
        self.retry_button = look.button("Retry", icon="repeat", tooltip="Send again what did not get through")
        self._head, self._parts, self._notes = look.html(), look.html(), look.html()
        self._said = look.html("", "cpnb-said")
        self._bar = look.row([self.stop_button, self.retry_button, self._said])
        hiding = look.html(look.hiding_kept(self.mark))
        super().__init__([look.styles(GOES_ON), hiding, self._head, self._parts, self._notes, self._bar])
        self.add_class("cpnb")
        self.add_class("cpnb-panel")
        self.add_class("cpnb-upload")
        self.add_class(self.mark)
        self.stop_button.on_click(lambda _button: self._act("Stopping", Upload.stop))
        self.retry_button.on_click(lambda _button: self._act("Sending again", Upload.retry))
        self.watched()

    @property
    def moves(self) -> bool:
        """Whether the upload was at work when it was last looked at."""
        return bool(self._moves)

    @property
    def can_retry(self) -> bool:
        """Whether a part has ended and has not got through."""
        return not self.moves and self._upload is not None

    @property
    def is_closed(self) -> bool:
        """Whether it was taken off the page, by `close` or ``Widget.close_all``."""
        return self.comm is None

    def on_look(self, looked: Callable[[], None]) -> None:
        """Have a function called after each look at the upload; it is looked at to its end then, even when closed."""
        self._looked = looked

    def kept(self, moment: datetime) -> dict[str, str]:
        """Return how the upload stands as text and HTML, for those who find it when its kernel is gone."""
        upload = self._upload
        if upload is None:
            return {"text/plain": self.as_text(), "text/html": self.as_html()}
        parts = upload.parts
        return {
            "text/plain": f"{headline_of(parts)}\n{as_of(moment)}",
            "text/html": page_as_of(moment, headline_of(parts), parts, self.mark),
        }

    def as_text(self) -> str:
        """Return the text of the upload."""
        upload = self._upload
        return self._in_the_end[0] if upload is None else str(upload)

    def as_html(self) -> str:
        """Return the HTML of the upload."""
        upload = self._upload
        return self._in_the_end[1] if upload is None else upload._repr_html_()

    def watched(self) -> None:
        """Look at the upload now, and again and again for as long as it moves."""
        if self.look():
            self._watch.add(self.look)

    def look(self) -> bool:
        """Show how the upload stands, and return whether it is at work; it never raises."""
        try:
            with self._lock:
                return self._show()
        except Exception as error:  # noqa: BLE001 - a thread of ours has nobody to raise to, and no cell to write to
            self._say(f"This display stopped ({type(error).__name__}). The upload goes on; show it again to see it.")
            return False

    def _show(self) -> bool:
        if self._upload is None or (self.is_closed and self._looked is None):  # through, or closed
            return False
        parts = self._upload.parts
        moves = not all(progress.phase.is_final for progress in parts)
        if moves:
            self._show_work(self._upload, parts)
        else:
            self._head.value, self._parts.value, self._notes.value = self.as_html(), "", ""
            if all(progress.got_through for progress in parts):
                # ipywidgets holds on to every widget; this one must not hold on to the table.
                self._in_the_end, self._upload = (self.as_text(), self.as_html()), None
        if moves is not self._moves or not moves:
            self._turn(moves)
        if self._looked is not None:
            self._looked()
        return moves

    def _show_work(self, upload: Upload, parts: Sequence[PartProgress]) -> None:
        standing = self._progress.look(parts, self._clock())
        self._head.value = page_of_standing(headline_of(parts), upload.plan, standing, upload.elapsed_s)
        self._parts.value = page_of_parts(parts)
        self._notes.value = "".join(look.paragraph(note) for note in upload.sentences()[len(parts) :])

    def _turn(self, moves: bool) -> None:  # noqa: FBT001 - a state, and no choice
        self._moves = moves
        self._say("")
        look.show_if(moves, self.stop_button)
        look.show_if(self.can_retry, self.retry_button)
        self.stop_button.disabled = self.retry_button.disabled = False

    def _act(self, doing: str, act: Callable[[Upload], Any]) -> None:
        """Do on a thread of its own what may wait for the service: the kernel stays free, and the display moves on."""
        with self._lock:
            if self.stop_button.disabled:  # a second click, on its way before the first one was seen
                return
            self.stop_button.disabled = self.retry_button.disabled = True
            self._say(f"{doing} …")
        threading.Thread(target=self._acted, args=(act,), name="cpnb-click", daemon=True).start()

    def _acted(self, act: Callable[[Upload], Any]) -> None:
        trouble = ""
        upload = self._upload
        try:
            if upload is not None:
                act(upload)
        except CpnbError as error:
            trouble = str(error)
        except BaseException as error:  # noqa: BLE001 - of a foreign error only its kind: its text could hold a value
            trouble = f"That broke off: {type(error).__name__}. Call upload.stop() or upload.retry() in a cell."
        self.watched()
        if trouble:
            with self._lock:
                self.stop_button.disabled = self.retry_button.disabled = False
                self._say(trouble, "cpnb-wrong")

    def _say(self, words: str, *classes: str) -> None:
        self._said.value = f'<div role="status" class="{" ".join(classes)}">{markup(words)}</div>' if words else ""


class RetryBar(ShownAnywhere, VBox):
    """The button that sends again what did not get through, below an upload that has come to its end.

    Parameters
    ----------
    status : UploadStatus
        Whose button it is.
    """

    def __init__(self, status: UploadStatus) -> None:
        super().__init__([look.styles(), look.row([status.retry_button, status._said])])  # noqa: SLF001 - its own part
        self.add_class("cpnb")

    def as_text(self) -> str:
        """Return what to do where there is no button."""
        return RETRY_HINT
