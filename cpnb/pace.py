"""One pace for all calls to a service: as fast as they come, until it throttles one of them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

RECOVERY = 0.8
FORGOTTEN_SHARE = 0.1
"""Each answer brings the next call a fifth nearer, until the distance is a tenth of what it began with, and then none.
Source: the SDK's adaptive retry mode keeps its pace in the same way, slower by evidence; the numbers are ours."""


class Pace:
    """Keeps calls apart once the service has said that they come too fast; safe to use from many threads.

    Nothing is held back before: the service publishes no rates for upload jobs.

    Parameters
    ----------
    clock : callable
        Gives the time in seconds.
    chance : callable
        Gives a number from 0 to 1, so that those who were refused together do not come back together.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, chance: Callable[[], float] = random.random
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._lock = threading.Lock()
        self._interval_s = 0.0
        self._forgotten_s = 0.0
        self._next_s = float("-inf")
        self._slowed_s = float("-inf")

    @property
    def interval_s(self) -> float:
        """Seconds between two calls at present; 0 as long as nothing was throttled."""
        return self._interval_s

    def delay_s(self) -> float:
        """Return how many seconds to wait before the next call, whose turn is taken by asking."""
        with self._lock:
            now_s = self._clock()
            turn_s = max(now_s, self._next_s)
            self._next_s = turn_s + self._interval_s
            return turn_s - now_s

    def throttled(self, began_s: float, *, least_s: float, most_s: float) -> None:
        """Slow down all calls, because one of them was refused for coming too fast.

        Calls that were under way together count as one: the refusal of the second says nothing new.

        Parameters
        ----------
        began_s : float
            When it was made, by the same clock.
        least_s, most_s : float
            The distance between two calls after a first refusal, and the longest; it doubles in between.
        """
        with self._lock:
            if began_s <= self._slowed_s:
                return
            now_s = self._slowed_s = self._clock()
            self._interval_s = min(max(2 * self._interval_s, least_s), most_s)
            self._forgotten_s = FORGOTTEN_SHARE * least_s
            self._next_s = max(self._next_s, now_s + self._interval_s * (1 + self._chance()))

    def answered(self) -> None:
        """Take note of a call that was not refused: the next ones may come somewhat sooner."""
        with self._lock:
            shorter_s = RECOVERY * self._interval_s
            self._interval_s = shorter_s if shorter_s > self._forgotten_s else 0.0
