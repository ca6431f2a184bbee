"""How ways to do the same are compared on a machine that others use too: in turns, in one process, by medians."""

from __future__ import annotations

import gc
import hashlib
import os
import statistics
import threading
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


@dataclass(frozen=True, slots=True)
class Taken:
    """How long something took.

    Attributes
    ----------
    clock_s : float
        On the clock, the median: what somebody waits. It depends on who else is busy.
    best_s : float
        The shortest, in which the others were least busy.
    cpu_s : float
        Of all cores together, those of ended child processes included; the median.
    """

    clock_s: float
    best_s: float
    cpu_s: float


def clocked(ways: Mapping[str, Way], repeats: int = 5) -> dict[str, Taken]:
    """Return how long each way takes for all rows, on the clock too; the ways take turns as with `seconds`."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    order = list(ways)
    for _ in range(repeats):
        for name in order:
            gc.collect()
            begun_s, begun_cpu_s = time.perf_counter(), _cpu_s()
            ways[name].run()
            clock_s, cpu_s = time.perf_counter() - begun_s, _cpu_s() - begun_cpu_s
            taken[name].append((clock_s / ways[name].share, cpu_s / ways[name].share))
        order = [*order[1:], order[0]]
    found = {}
    for name, times in taken.items():
        on_the_clock, of_cores = zip(*times, strict=True)
        found[name] = Taken(statistics.median(on_the_clock), min(on_the_clock), statistics.median(of_cores))
    return found


def _cpu_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def free_cores(threads: int = 2) -> float:
    """Return how many cores some busy threads get at this moment: what others leave of them."""
    work = [threading.Thread(target=hashlib.pbkdf2_hmac, args=("sha256", b"", b"", 400_000)) for _ in range(threads)]
    begun_s, begun_cpu_s = time.perf_counter(), time.process_time()
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    return (time.process_time() - begun_cpu_s) / (time.perf_counter() - begun_s)
