"""Work of which only the newest counts, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Newest:
    """Does one piece of work after another on a daemon thread; what was not begun when newer came is dropped.

    A thread lives only while there is work. Whatever goes wrong is told in a sentence and never printed, because
    output of a thread lands in whichever cell runs then.

    Parameters
    ----------
    fail : callable
        Is told the name of the type of an error that the work itself did not foresee; its message may hold cells.
    """

    def __init__(self, fail: Callable[[str], None]) -> None:
        self._fail = fail
        self._changed = threading.Condition()
        self._next: Callable[[], None] | None = None
        self._is_at_work = False

    def ask(self, work: Callable[[], None]) -> None:
        """Do a piece of work as soon as the one at hand is done, in place of one that waits."""
        with self._changed:
            self._next = work
            if not self._is_at_work:
                self._is_at_work = True
                threading.Thread(target=self._work, name="cpnb-newest", daemon=True).start()

    def drop(self) -> None:
        """Forget work that waits."""
        with self._changed:
            self._next = None

    def wait(self, timeout_s: float) -> bool:
        """Return whether all work is done within a time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._is_at_work, timeout_s)

    def _work(self) -> None:
        while True:
            with self._changed:
                work, self._next = self._next, None
                if work is None:
                    self._is_at_work = False
                    self._changed.notify_all()
                    return
            try:
                work()
            except Exception as error:  # noqa: BLE001  # a thread that raises prints into the cell that runs then
                self._fail(type(error).__name__)
