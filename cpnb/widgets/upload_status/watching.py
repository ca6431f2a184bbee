"""The one thread of a session that looks at what moves, and has it shown.

A cell that runs does not hold it up, and what it does must not be noticed in a cell: it never prints, warns or logs.
It is a daemon, so that no kernel waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["LOOK_AGAIN_S", "Watch", "session"]

LOOK_AGAIN_S = 0.25
"""Four times a second is as often as a reader sees, and far from the rate at which Jupyter stops showing outputs.
Source: measured; jupyter_server gives up at 1,000 messages a second."""


class Watch:
    """Looks at each of several things again and again, until it moves no more; safe to use from many threads.

    Parameters
    ----------
    look_again_s : float
        Seconds between two looks.
    """

    def __init__(self, look_again_s: float = LOOK_AGAIN_S) -> None:
        self._look_again_s = look_again_s
        self._lock = threading.Lock()
        self._looks: dict[Callable[[], bool], int] = {}  # with how often each was added
        self._thread: threading.Thread | None = None

    def add(self, look: Callable[[], bool]) -> None:
        """Call a function now and again for as long as it returns True; it must not raise.

        One that is called already is not called twice.
        """
        with self._lock:
            self._looks[look] = self._looks.get(look, 0) + 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="cpnb-widgets", daemon=True)
                self._thread.start()

    @property
    def count(self) -> int:
        """How many things move at the moment."""
        with self._lock:
            return len(self._looks)

    def _run(self) -> None:
        resting = threading.Event()
        while looks := self._at_work():
            for look, added in looks.items():
                if not look():
                    self._forget(look, added)
            resting.wait(self._look_again_s)

    def _forget(self, look: Callable[[], bool], added: int) -> None:
        with self._lock:
            if self._looks[look] == added:  # else it moves again: it was added while it was looked at
                del self._looks[look]

    def _at_work(self) -> dict[Callable[[], bool], int]:
        """Return what is to be looked at; if there is nothing, this thread is no more, and the next one is another."""
        with self._lock:
            if not self._looks:
                self._thread = None
            return dict(self._looks)


session = Watch()
"""That of this session."""
