"""The sandbox's own time, which can be moved forward."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class Clock:
    """Real time plus an offset that only grows.

    Parameters
    ----------
    offset_s
        Seconds the sandbox is ahead of the machine, from an earlier run with the same state file.
    """

    def __init__(self, offset_s: float = 0.0) -> None:
        self._changed = threading.Condition()
        self._offset_s = offset_s

    @property
    def offset_s(self) -> float:
        """Seconds the sandbox is ahead of the machine."""
        return self._offset_s

    def now_s(self) -> float:
        """Return the sandbox's time as epoch seconds."""
        return time.time() + self._offset_s

    def now(self) -> datetime:
        """Return the sandbox's time, aware, in UTC."""
        return datetime.fromtimestamp(self.now_s(), UTC)

    def advance(self, seconds: float) -> None:
        """Move time forward and wake whoever waits for it."""
        if not 0 <= seconds <= 100 * 366 * 86_400:
            raise ValueError("advance_s must lie between 0 and 100 years: time only moves forward")
        with self._changed:
            self._offset_s += seconds
            self._changed.notify_all()

    def wake(self) -> None:
        """Make every waiter look again at what it was cancelled by."""
        with self._changed:
            self._changed.notify_all()

    def wait_until(self, deadline_s: float, cancelled: threading.Event) -> bool:
        """Wait for a time of the sandbox; return False if cancelled before it came.

        Whoever sets `cancelled` calls `wake` afterwards.
        """
        with self._changed:
            while not cancelled.is_set():
                remaining_s = deadline_s - self.now_s()
                if remaining_s <= 0:
                    return True
                # A machine that slept or had its clock set would oversleep a single long wait.
                self._changed.wait(min(remaining_s, 60.0))
        return False
