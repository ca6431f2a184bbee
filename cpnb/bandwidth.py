"""The line that all files of an upload share: how fast it is, and how many of them should be on their way at once.

Files that share a slow line make each other late. The longer one is on its way, the more has to be sent again when the
line breaks, and perhaps to a fresh URL, since the first is valid for minutes. So a large file goes alone until its pace
shows that there is room for more. Where parts end never depends on any of this: the same table must make the same parts
tomorrow.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator

PATH_LIFE_S = 900.0
"""How long an upload URL is valid, until one has said so itself. Source: AWS re:Post guide to CSV uploads."""

MARGIN = 0.7
"""The share of a URL's life that a file should need: a line can become slower, too."""

BUFFERED_BYTES = 4_000_000
"""What the system may have taken of a file without sending it yet.
Source: Linux, net.ipv4.tcp_wmem, the usual upper bound."""

SLOWEST_BYTES_PER_S = 50_000
"""What would get through even on a line as slow as this goes without waiting for a measurement."""

WINDOW_S = 60.0
LOOK_AGAIN_S = 0.1


class Bandwidth:
    """Lets as many files go at once as get through while their URLs are valid; safe to use from many threads.

    Parameters
    ----------
    most : int
        Files at once at most, however fast the line is.
    clock : callable
        Gives the time in seconds.
    """

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.RLock()
        self._going: dict[int, int] = {}  # bytes of each file that were given to the system
        self._arrived_bytes = 0  # of files that are through
        self._window = (0.0, 0)
        self._rate: float | None = None
        self._life_s = PATH_LIFE_S
        self._largest_bytes = 0

    @contextlib.contextmanager
    def turn(self, number: int, size_bytes: int, pause: Callable[[float], None]) -> Iterator[None]:
        """Wait until a file may go, and count it as going until the block ends.

        Parameters
        ----------
        number : int
            Which file it is.
        size_bytes : int
            How long it is.
        pause : callable
            Waits for some seconds; what it raises ends the waiting.
        """
        while not self._begin(number, size_bytes):
            pause(LOOK_AGAIN_S)
        arrived_bytes = 0
        try:
            yield
            arrived_bytes = size_bytes
        finally:
            with self._lock:
                if not arrived_bytes:
                    self._measure()
                del self._going[number]
                if arrived_bytes:  # what the storage has confirmed is certain to the last byte
                    self._arrived_bytes += arrived_bytes
                    self._measure()

    def _begin(self, number: int, size_bytes: int) -> bool:
        with self._lock:
            if self._going:
                self._measure()
            if len(self._going) >= self.at_once(size_bytes):
                return False
            if not self._going:  # the line was idle, which says nothing about its pace
                self._window = (self._clock(), self._certain_bytes())
            self._going[number] = 0
            self._largest_bytes = max(self._largest_bytes, size_bytes)
            return True

    def at_once(self, size_bytes: int) -> int:
        """Return how many files of a size can share the line and get through in time; one in any case."""
        with self._lock:
            usable_s = MARGIN * self._life_s
            if size_bytes * self._most <= SLOWEST_BYTES_PER_S * usable_s:
                return self._most
            return max(1, min(self._most, int((self._rate or 0.0) * usable_s / size_bytes)))

    def sent(self, number: int, sent_bytes: int) -> None:
        """Take note of how much of a file was given to the system so far."""
        with self._lock:
            self._going[number] = sent_bytes

    def path_lives(self, life_s: float) -> None:
        """Take note of how long a path that was just fetched is valid."""
        with self._lock:
            if life_s > 0:  # what a wrong clock makes of it says nothing
                self._life_s = life_s

    def _certain_bytes(self) -> int:
        return self._arrived_bytes + sum(max(sent - BUFFERED_BYTES, 0) for sent in self._going.values())

    def _measure(self) -> None:
        (since_s, had_bytes), now_s, has_bytes = self._window, self._clock(), self._certain_bytes()
        if has_bytes > had_bytes and now_s > since_s:
            self._rate = (has_bytes - had_bytes) / (now_s - since_s)
        if now_s - since_s > WINDOW_S:
            self._window = (now_s, has_bytes)

    @property
    def advice(self) -> str:
        """A sentence if the parts are too large for the line, with a limit that would fit; else empty."""
        with self._lock:
            if self._going:
                self._measure()
            rate, life_s, size_bytes = self._rate, self._life_s, self._largest_bytes
        if rate is None or size_bytes <= rate * MARGIN * life_s:
            return ""
        return (
            f"The line takes about {rate:,.0f} bytes a second: a part of {size_bytes:,} bytes is on its way for "
            f"{size_bytes / rate / 60:,.0f} minutes, and starts from its first byte if the line breaks. Smaller parts "
            f"lose less: options=UploadOptions(part_bytes={_rounded_down(rate * MARGIN * life_s):_})."
        )


def _rounded_down(number: float) -> int:
    """Return a number with one digit and zeros after it.

    Examples
    --------
    >>> _rounded_down(47_123.4)
    40000
    """
    step = int(10 ** math.floor(math.log10(max(number, 1.0))))
    return max(int(number) // step * step, 1)
