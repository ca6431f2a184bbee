"""An upload as a widget: its parts at work, Stop and Retry, and in the end what became of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from IPython.display import publish_display_data
from ipywidgets import VBox

from cpnb.display import markup
from cpnb.errors import CpnbError
from cpnb.part_progress import PartProgress, headline_of
from cpnb.uploads import Upload
from cpnb.widgets import look
from cpnb.widgets.passing_line import NOTHING, left_place
from cpnb.widgets.shown import ShownAnywhere
from cpnb.widgets.upload_status.upload_page import page_of_parts, page_of_standing
from cpnb.widgets.upload_status.upload_progress import UploadProgress
from cpnb.widgets.upload_status.watching import Watch, session

__all__ = ["UploadStatus", "show"]

RETRY_HINT = "upload.retry() sends again what did not get through."


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
        self._turned: Callable[[], None] | None = None
        self.stop_button = look.button("Stop", icon="stop", tooltip="Stop every part that is not through")
        self.retry_button = look.button("Retry", icon="repeat", tooltip="Send again what did not get through")
        self._head, self._parts, self._notes = look.html(), look.html(), look.html()
        self._said = look.html("", "cpnb-said")
        self._bar = look.row([self.stop_button, self.retry_button, self._said])
        super().__init__([look.styles(), self._head, self._parts, self._notes, self._bar])
        self.add_class("cpnb")
        self.add_class("cpnb-panel")
        self.add_class("cpnb-upload")
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

    def on_turn(self, turned: Callable[[], None]) -> None:
        """Have a function called whenever the upload has come to an end, or is at work again."""
        self._turned = turned

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
        if self.comm is None or self._upload is None:  # closed meanwhile, or through
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
        if self._turned is not None:
            self._turned()

    def _act(self, doing: str, act: Callable[[Upload], Any]) -> None:
        """Do on a thread of its own what may wait for the service: the kernel stays free, and the display moves on."""
        with self._lock:
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


class Cell:
    """Where an upload is shown: a widget while it moves, and its text and HTML once it has come to its end.

    What a notebook saves is what was shown last. A widget is saved as a reference to a kernel that will be gone, so in
    the end it gives way to plain HTML, in the same place of the same cell. Below stands the button of an upload
    that did not get through.

    Parameters
    ----------
    status : UploadStatus
        The widget.
    publish : callable
        Sends an output to the notebook.
    """

    def __init__(self, status: UploadStatus, publish: Callable[..., None] = publish_display_data) -> None:
        self._status = status
        self._publish = publish
        self._retry: RetryBar | None = None
        self._left = left_place()  # where the cell has shown how far the examination was
        self._places = (self._left or _new_place(), _new_place())
        self._moves: bool | None = None
        self._outputs: list[dict[str, Any]] = []

    def show(self) -> None:
        """Show the upload, below what the cell has shown so far."""
        self._moves, self._outputs = self._status.moves, self._bundles()
        for place, output in zip(self._places, self._outputs, strict=True):
            self._publish(output, {}, transient={"display_id": place}, update=place == self._left)
        self._status.on_turn(self.turn)
        self.turn()  # it may have come to its end in between

    def turn(self) -> None:
        """Show what is to be seen now, in the places where that is something else."""
        if self._moves and self._status.moves:
            return  # the widget shows each step by itself
        before, self._moves, self._outputs = self._outputs, self._status.moves, self._bundles()
        for place, old, new in zip(self._places, before, self._outputs, strict=True):
            if new != old:
                self._publish(new, {}, transient={"display_id": place}, update=True)

    def _bundles(self) -> list[dict[str, Any]]:
        """Return what is to be seen in the two places."""
        if self._status.moves:
            return [self._status._repr_mimebundle_(), NOTHING]
        plain = {"text/plain": self._status.as_text(), "text/html": self._status.as_html()}
        if not self._status.can_retry:
            return [plain, NOTHING]
        self._retry = self._retry or RetryBar(self._status)
        return [plain, self._retry._repr_mimebundle_()]


def _new_place() -> str:
    return f"cpnb-{uuid4().hex}"


def show(upload: Upload) -> None:
    """Show an upload in the cell that runs."""
    Cell(UploadStatus(upload)).show()
