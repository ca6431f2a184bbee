"""Work on partitions that is told of while it is done: each task once, when its result is there.

On a cluster, whoever waits for the work looks again and again which tasks have ended; without one, Dask calls at the
end of each. In both cases it is told on the thread that asked for the work, so that an interrupt from whoever is told
ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import dask
from dask.callbacks import Callback
from dask.delayed import Delayed
from distributed import Future, KilledWorker, as_completed, futures_of

from cpnb.dask.partitions import Refusal, forgotten_on_error, released, told, workers_died
from cpnb.examining import Teller

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.005, 0.1
"""Between two looks which tasks have ended; each pause is twice the one before. Small tables shall not wait for it, and
of large ones the results of many tasks are brought together."""


def followed(tasks: Sequence[Delayed], rows_of: Callable[[int, Any], int], teller: Teller) -> list[Any]:
    """Return what some work found, in order, and tell how far it has come.

    Parameters
    ----------
    tasks : sequence of Delayed
        The work.
    rows_of : callable
        Given the place of a task in the sequence and what it found, returns with how many rows it is done.
    teller : Teller
        Told of each task that did not end in an error.

    Raises
    ------
    CpnbError
        The first error that any of it ended in.
    """
    _, found = followed_beside([], tasks, rows_of, teller)
    return found


def followed_beside(
    kept: Sequence[Delayed], tasks: Sequence[Delayed], rows_of: Callable[[int, Any], int], teller: Teller
) -> tuple[list[Delayed], list[Any]]:
    """Return some work whose results stay where they are made, and what other work found that reads these.

    Both are begun together, because without a cluster all is done as soon as anything is begun. See `followed`.
    """
    following = _Following(tasks, rows_of, teller)
    held = _begun([*kept, *tasks], following)
    staying, coming = held[: len(kept)], held[len(kept) :]
    with forgotten_on_error(staying):
        futures = futures_of(coming)
        results = _gathered(futures, following) if futures else _at_hand(coming, following)
        return staying, [told(result) for result in results]


class _Following:
    """Tells of each task once."""

    def __init__(self, tasks: Sequence[Delayed], rows_of: Callable[[int, Any], int], teller: Teller) -> None:
        self.numbers = {one.key: number for number, one in enumerate(tasks)}
        self._untold = dict(self.numbers)
        self._rows_of = rows_of
        self._teller = teller

    def look(self) -> None:
        """Let it be told what was not yet, because it was told of something a moment before."""
        self._teller.look()

    def ended(self, key: Any, result: Any, *_: Any) -> None:
        """Take note of a result, which may be that of another task."""
        number = self._untold.pop(key, None)
        if number is None or isinstance(result, Refusal):
            self.look()
        else:
            self._teller.advance(self._rows_of(number, result))


def _begun(tasks: Sequence[Delayed], following: _Following) -> list[Delayed]:
    """Begin with some work, or do it where there is no cluster, and return it with its results."""
    # Named in the call: what is registered for a while is lost, or stays, when another thread begins or ends
    # something meanwhile. A cluster knows no callbacks, and passes over them; so does a scheduler of somebody's own, if
    # it takes keywords, as those of Dask do.
    told_of_each = (None, None, None, following.ended, None)
    return list(dask.persist(*tasks, callbacks=[*Callback.active, told_of_each]))


def _at_hand(done: Sequence[Delayed], following: _Following) -> list[Any]:
    """Return the results of work that was done by this process."""
    results = list(dask.compute(*done, scheduler="sync"))
    for one, result in zip(done, results, strict=True):  # a scheduler of somebody's own may not have said so
        following.ended(one.key, result)
    return results


def _gathered(futures: Sequence[Future], following: _Following) -> list[Any]:
    """Return the results of work that a cluster does, in order, each brought here when it is there."""
    results: list[Any] = [None] * len(futures)
    client = futures[0].client
    coming = as_completed(futures, loop=client.loop)
    pause_s = FIRST_PAUSE_S
    try:
        while not coming.is_empty():
            if coming.has_ready():
                ended = coming.next_batch(block=False)
                for future, result in zip(ended, client.gather(ended), strict=True):
                    results[following.numbers[future.key]] = result
                    following.ended(future.key, result)
            following.look()
            if not coming.is_empty():
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
    except KilledWorker:
        results = [workers_died()]
    finally:
        released(futures)
    return results
