"""How ways to do the same are compared on a machine that others use too: in turns, in one process, by medians."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """A way to do something.

    Attributes
    ----------
    run : callable
        Does it once.
    share : float
        Which part of the rows it does; its time is divided by that.
    """

    run: Callable[[], object]
    share: float = 1.0


def seconds(ways: Mapping[str, Way], repeats: int = 5) -> dict[str, float]:
    """Return the median of each way's CPU seconds, for all rows.

    The ways take turns, each round beginning with another one. CPU time, of all threads together, is what one
    core would need; unlike the time on the clock it depends little on who else is busy.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    order = list(ways)
    for _ in range(repeats):
        for name in order:
            gc.collect()
            begun = time.process_time()
            ways[name].run()
            taken[name].append((time.process_time() - begun) / ways[name].share)
        order = [*order[1:], order[0]]
    return {name: statistics.median(times) for name, times in taken.items()}
